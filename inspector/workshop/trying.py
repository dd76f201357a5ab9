"""Which class of a folder is this checkpoint of? All of them are tried, and ranked by how well they fit.

This runs the user's code, class by class: ask before. First every class gets a few builds; those that come nearest are
then solved thoroughly.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple

from ..comparing.sides import Side
from ..progress import Progress
from .client import Workshop
from .requests import Classes, ListClasses, ModelSource, Said, Shape, Solution, Solve, WorkshopError, parse_source

Words = Generator[Said | Progress, None, "Candidate"]

_FIRST_BUILDS, _FIRST_SECONDS = 15, 3.0
_THOROUGH = 3
"""How many of the classes are solved thoroughly."""


class Candidate(NamedTuple):
    """A class that was tried."""

    source: ModelSource
    solution: Solution | None
    """The arguments that fit best; None where the class could not be built."""
    failure: str = ""
    """Why not, as a sentence."""

    @property
    def left(self) -> float:
        """How many keys do not fit."""
        return float("inf") if self.solution is None else self.solution.left


def candidates(
    workshop: Workshop, folder: str
) -> Generator[Said | Progress, None, tuple[tuple[ModelSource, ...], tuple[tuple[str, str], ...]]]:
    """The model classes of a .py file or of all in a folder, and the files that could not be imported, with why."""
    answer = yield from workshop.ask(ListClasses(folder))
    assert isinstance(answer, Classes)
    return tuple(map(parse_source, answer.sources)), answer.failures


def trying(workshop: Workshop, folder: str, side: Side) -> Generator[Said | Progress, None, tuple[Candidate, ...]]:
    """Every model class of `folder` held against `side`, the one that fits best first; none where it has none.

    A class that cannot be built is kept, with the reason.
    """
    sources, _ = yield from candidates(workshop, folder)
    items = tuple((item.key, item.shape) for item in side.items)
    tried: list[Candidate] = []
    for place, source in enumerate(sources):
        yield Progress(place, len(sources), "classes", source.name)
        tried.append((yield from _tried(workshop, Solve(source, {}, items, (), _FIRST_BUILDS, _FIRST_SECONDS))))
    tried.sort(key=lambda each: each.left)
    return tuple((yield from _solved(workshop, tried, items)))


def _solved(
    workshop: Workshop, tried: Sequence[Candidate], items: tuple[tuple[str, Shape | None], ...]
) -> Generator[Said | Progress, None, list[Candidate]]:
    """The same, with the best of them solved."""
    done = list(tried)
    for place, each in enumerate(tried[:_THOROUGH]):
        if each.solution is not None and not each.solution.fits:
            done[place] = yield from _tried(workshop, Solve(each.source, each.solution.arguments, items))
    return sorted(done, key=lambda each: each.left)


def _tried(workshop: Workshop, request: Solve) -> Words:
    try:
        solution = yield from workshop.ask(request)
    except WorkshopError as error:
        return Candidate(request.model, None, error.message)
    assert isinstance(solution, Solution)
    return Candidate(request.model, solution)
