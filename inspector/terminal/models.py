"""A model for `inspector fit`: built in the workshop from what the file says, what is asked for, or what fits."""

from __future__ import annotations

import json
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from .. import wording
from ..checkpoint.entries import Checkpoint
from ..comparing.choosing import weights
from ..comparing.sides import Side, of_checkpoint
from ..errors import QueryError
from ..workshop.client import Workshop
from ..workshop.environments import own
from ..workshop.filling import arguments_from
from ..workshop.models import judge_of, side_of
from ..workshop.requests import (
    Build,
    Inspect,
    Model,
    ModelSource,
    Said,
    Solution,
    Solve,
    Verdict,
    WorkshopError,
    parse_source,
)
from . import screen


class Built(NamedTuple):
    """A model that stands in the workshop."""

    side: Side
    model: Model
    filled: Mapping[str, str]
    """Argument -> the key of the file that said it."""
    solution: Solution | None
    workshop: Workshop

    def judged(self, side: Side) -> Verdict:
        """What torch itself says of loading `side` into it."""
        verdict = heard(self.workshop.ask(judge_of(side)))
        assert isinstance(verdict, Verdict)
        return verdict


@contextmanager
def built_model(
    checkpoint: Checkpoint, text: str, given: tuple[str, ...], *, python: str = "", section: str | None, solve: bool
) -> Iterator[Built]:
    """Builds the model that `text` names, with the arguments that the file says and those that are `given`.

    Raises InspectorError when it cannot be built; what the user's code printed and where it failed is said before.
    """
    source, wanted = parse_source(text), dict(map(argument, given))
    with Workshop(python, beside=source.path if source.kind == "file" else "") as workshop:
        said = arguments_from(checkpoint, heard(workshop.ask(Inspect(source))))
        tell_interpreter(workshop, python)
        arguments = {name: value for name, (value, _) in said.items()} | wanted
        filled = {name: key for name, (_, key) in said.items() if name not in wanted}
        solution = None
        if solve:
            solution = _solved(workshop, source, arguments, tuple(wanted), checkpoint, section)
            filled = {name: key for name, key in filled.items() if solution.arguments.get(name) == arguments[name]}
            arguments = dict(solution.arguments)
        model = heard(workshop.ask(Build(source, arguments)))
        yield Built(side_of(model, arguments), model, filled, solution, workshop)


def heard(work: Generator[Any, None, Any]) -> Any:
    """Drives a request to its answer; what the user's code prints goes to the error stream as it comes."""
    try:
        while True:
            word = next(work)
            if isinstance(word, Said):
                print_text(word.text)
    except StopIteration as end:
        return end.value
    except WorkshopError as error:
        tell_where(error)
        raise


def tell_interpreter(workshop: Workshop, python: str) -> None:
    """Says which Python it is where nobody named it, and it is not this one."""
    if not python and workshop.interpreter not in ("", own()):
        found = wording.safe(workshop.interpreter, 500)
        screen.say(f"Uses {found}, the first Python found that has torch; --python names another.")


def argument(text: str) -> tuple[str, object]:
    """`hidden_layers=[400, 200]` as a name and a value; what is no JSON is a word."""
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier():
        raise QueryError(f"{text!r} is no argument.", hint="Write --arg name=value.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, {"True": True, "False": False, "None": None}.get(value, value)


def _solved(
    workshop: Workshop,
    source: ModelSource,
    arguments: Mapping[str, object],
    fixed: tuple[str, ...],
    checkpoint: Checkpoint,
    section: str | None,
) -> Solution:
    side = of_checkpoint(checkpoint, section if section is not None else weights(checkpoint).key)
    items = tuple((item.key, item.shape) for item in side.items)
    solution = heard(workshop.ask(Solve(source, arguments, items, fixed)))
    assert isinstance(solution, Solution)
    return solution


def print_text(text: str) -> None:
    """Text of the user's code, line by line, inert."""
    lines = text.split("\n")
    sys.stderr.write("\n".join(wording.safe(line, 10_000) for line in lines))
    sys.stderr.flush()


def tell_where(error: WorkshopError) -> None:
    """The user's own line that failed, and the way there."""
    for line in error.traceback.splitlines():
        screen.say(wording.safe(line, 1_000))
    if error.file:
        screen.say(f"{wording.safe(error.file, 300)}, line {error.line}:  {wording.safe(error.code.strip(), 300)}")
