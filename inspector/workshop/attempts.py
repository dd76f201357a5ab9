"""Builds that are tried: counted, remembered, and announced before each of them."""

from __future__ import annotations

import copy
import time
from collections.abc import Generator
from typing import Callable, Mapping, NamedTuple  # noqa: UP035  # Python 3.8

from ..progress import Progress
from .knobs import Arguments
from .traits import Shapes, Traits, Wanted, traits

Build = Callable[[Mapping[str, object]], Shapes]
"""Arguments -> key -> shape. May raise anything."""


_MOST_HELD = 2_000_000
"""Traits of all models that are remembered: some 300 MB."""


class Model(NamedTuple):
    """One build that succeeded."""

    arguments: Arguments
    shapes: Shapes
    traits: Traits
    misfit: int


class Enough(Exception):
    """The builds or the seconds are used up."""


class Attempts:
    """All builds of one search, within its limits."""

    def __init__(self, build: Build, most_builds: int, most_seconds: float) -> None:
        self._build = build
        self.wanted = Wanted({})
        self._most_builds = most_builds
        self._begin = time.monotonic()
        self._most_seconds = most_seconds
        self._known: dict[str, Model | None] = {}
        self.builds = 0
        self.best: Model | None = None
        self._held = 0

    def aim(self, wanted: Wanted, model: Model) -> Model:
        """Says what is wanted, once a first model told the names. Gives that model with its misfit."""
        self.wanted = wanted
        self.best = model._replace(misfit=wanted.misfit(model.shapes))
        self._known[_call(model.arguments)] = self.best
        return self.best

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begin

    def build(self, arguments: Arguments, text: str) -> Generator[Progress, None, Model | None]:
        """The model of these arguments, None where the constructor fails. Raises Enough when nothing is left."""
        call = _call(arguments)
        if call not in self._known:
            if self.builds and (self.builds >= self._most_builds or self.seconds > self._most_seconds):
                raise Enough
            yield Progress(self.builds, self._most_builds, "builds", text)
            self.builds += 1
            self._remember(call, self._built(arguments))
        return self._known[call]

    def _built(self, arguments: Arguments) -> Model | None:
        try:
            shapes = self._build(copy.deepcopy(arguments))  # constructors reverse the lists they are given
        except Exception:  # what a constructor refuses is an answer as well
            return None
        model = Model(arguments, shapes, traits(shapes), self.wanted.misfit(shapes))
        if self.best is None or model.misfit < self.best.misfit:
            self.best = model
        return model

    def _remember(self, call: str, model: Model | None) -> None:
        """Keeps a model, so that it need not be built twice, as long as all of them are not too much to keep."""
        self._held += len(model.traits) if model else 1
        while self._held > _MOST_HELD and self._known:
            oldest = self._known.pop(next(iter(self._known)))
            self._held -= len(oldest.traits) if oldest else 1
        self._known[call] = model


def _call(arguments: Arguments) -> str:
    return repr(sorted(arguments.items()))
