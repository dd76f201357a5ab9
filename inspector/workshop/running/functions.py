"""Data that a function of the user's own returns: `data.py:function`.

It is called once, with random numbers that the split's seed decides: a `random_split` without a generator splits the
same way each time. What it returns is understood in `returned`.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Generator
from typing import Any

from ...language import marked, tr
from ...progress import Progress
from ...wording import list_of
from ..failures import Refusal
from ..importing import import_file
from ..named import similar
from ..run_requests import DataSource
from .arrays_file import by_name, found_in
from .found import Found
from .orders import begin_randomness, own_randomness
from .piles import Pile
from .returned import are_arrays, parts_of, samples_of
from .splitting import Parts

_TITLE = marked("The data could not be made")
_OPEN = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def opened(source: DataSource) -> Generator[Progress, None, Found]:
    """What the function returns, as samples. Raises Refusal where it is no data, and whatever the function raises."""
    yield Progress(
        0, 0, "samples", tr("Calling {name} in {path}", name=source.name, path=os.path.basename(source.path))
    )
    with own_randomness():
        begin_randomness(source.seed)
        returned = _function(source)()
    if are_arrays(returned):
        return found_in(source.name, by_name(returned))
    parts, notes = parts_of(source.name, returned)
    classes: tuple[str, ...] = ()
    suits: tuple[str, ...] = ()
    found = {}
    for part, value in parts.items():
        made = yield from samples_of(value)
        found[part] = made.samples
        classes, suits = classes or made.classes, suits or made.suits
    has_others = source.transforms is not None or bool(source.augmentation)
    if has_others and any(isinstance(each, Pile) for each in found.values()):
        notes = (
            *notes,
            tr("Loaders transform by themselves: the transforms that were chosen are not applied to them."),
        )
    return Found(source.name, classes, Parts(**found), suits, notes)


def _function(source: DataSource) -> Callable[[], Any]:
    """What is to be called. Raises Refusal where there is no such function, or it needs arguments."""
    module = import_file(source.path)
    where = os.path.basename(source.path)
    found = getattr(module, source.name, None)
    if found is None:
        own = [name for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__]
        raise Refusal(
            tr("There is no {name} in {where}.", name=source.name, where=where),
            title=_TITLE,
            hint=similar(source.name, own),
        )
    if not callable(found):
        return lambda: found
    if needed := _needed(found):
        hint = tr("Give them defaults, or write a function that calls it with them.")
        raise Refusal(
            tr("{name} in {where} needs {needed}.", name=source.name, where=where, needed=list_of(needed)),
            title=_TITLE,
            hint=hint,
        )
    return found  # type: ignore[no-any-return]


def _needed(function: Any) -> list[str]:
    """The arguments without which it cannot be called."""
    try:
        given = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [each.name for each in given if each.default is each.empty and each.kind not in _OPEN]
