"""Which data set of torchvision a name means, and what it is asked for its parts with.

What a set takes is asked of its signature: `train` or `split` tells the parts apart.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ...language import marked, tr
from ...wording import list_of
from ..failures import Refusal
from ..named import similar
from .vision import why_not

_PARTS: Mapping[str, tuple[str, ...]] = {
    "train": ("train", "trainval", "train-standard"),
    "validation": ("val", "valid"),
    "test": ("test",),
}
"""What the parts are called, where a set takes `split`."""


def class_of(name: str) -> tuple[Any, dict[str, Any]]:
    """The class of a set, and what it takes besides: `EMNIST_letters` is EMNIST(split="letters")."""
    if reason := why_not():
        raise Refusal(
            tr("{name} is a data set of torchvision.", name=name), title=marked("There is no torchvision"), hint=reason
        )
    from torchvision import datasets  # type: ignore[import-untyped]

    base, _, split = name.partition("_")
    options = {"split": split or "balanced"} if base == "EMNIST" else {}
    kind = getattr(datasets, base if options else name, None)
    if kind in (datasets.ImageFolder, datasets.DatasetFolder, datasets.VisionDataset):
        hint = tr("Name the folder alone, without it.")
        raise Refusal(
            tr("{name} is no data set, but a way to read one.", name=name),
            title=marked("The data set is not known"),
            hint=hint,
        )
    if not (isinstance(kind, type) and issubclass(kind, datasets.VisionDataset)):
        known = [each for each in datasets.__all__ if isinstance(getattr(datasets, each), type)]
        title = marked("The data set is not known")
        raise Refusal(tr("torchvision has no data set {name!r}.", name=name), title=title, hint=similar(name, known))
    _check_needs(kind, name, options)
    return kind, options


def _check_needs(kind: Any, name: str, options: Mapping[str, Any]) -> None:
    needed = [each.name for each in parameters(kind).values() if each.default is each.empty]
    lacking = [each for each in needed if each not in ("root", *options)]
    if lacking:
        hint = tr("Return it from a function of your own: data.py:function")
        message = tr("{name} needs more than a folder: {lacking}.", name=name, lacking=list_of(lacking))
        raise Refusal(message, title=marked("The data set needs more"), hint=hint)


def parameters(kind: Any) -> dict[str, inspect.Parameter]:
    """What the class takes by name, and what it hands on to the classes that it is made from."""
    found: dict[str, inspect.Parameter] = {}
    for each in kind.__mro__:
        if "__init__" not in vars(each):
            continue
        given = list(inspect.signature(each.__init__).parameters.values())[1:]
        for one in given:
            if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY):
                found.setdefault(one.name, one)
        if not any(one.kind is one.VAR_KEYWORD for one in given):
            break
    return found


def ways(kind: Any, part: str) -> list[dict[str, Any]]:
    """How that part is asked for; none where the set knows nothing of it."""
    takes = parameters(kind)
    if "train" in takes:
        return [] if part == "validation" else [{"train": part == "train"}]
    if "split" in takes:
        return [{"split": name} for name in _PARTS[part]]
    return [{}] if part == "train" else []
