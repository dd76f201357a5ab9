"""The model of a run, with numbers, and the weights that it begins with.

`building` makes models for their shapes, on the meta device where that can be done. A run needs what the user's own
script would have made: everything on the CPU with real values, moved to the device once the weights are in.

Why this way: the caller seeds before, so the same seed gives the same first weights; and a file is only ever read
with `torch.load(weights_only=True)`, except a whole pickled module, which somebody was asked about.
"""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from ...language import marked, tr
from ...wording import names, plural, safe
from .. import building, torchvision_schemas
from ..converting import converted
from ..failures import Refusal, text_of
from ..pretrained import without_downloads
from ..requests import ModelSource
from ..run_requests import Keys, Start

READING = marked("The file cannot be read")
FITTING = marked("The weights do not fit")
WITH_WEIGHTS = ("module", "torchscript")
"""Kinds of sources that bring their weights along."""


# -- the model ---------------------------------------------------------------------------------------------


def made_model(source: ModelSource, arguments: Mapping[str, object], *, fetch: bool = False) -> nn.Module:
    """The model that `source` names, on the CPU. With `fetch` a constructor may download weights, as it would alone.

    Raises Refusal, and whatever the user's code raises.
    """
    if source.kind == "module":
        return _whole_module(source)
    if source.kind == "torchscript":
        return _torchscript(source.path)
    if source.kind == "torchvision":
        torchvision_schemas.load()
    constructor = building.open_constructor(source)
    given = dict(arguments)
    if source.kind == "torchvision":
        given = _without_weights(constructor, given)
    building.check_arguments(constructor, given)
    with contextlib.nullcontext() if fetch else without_downloads([]):
        made = constructor.call(**converted(constructor.call, given))
    if not isinstance(made, nn.Module):
        raise Refusal(
            tr("{name} returns a {type}, and no torch.nn.Module.", name=source.name, type=type(made).__name__)
        )
    return made


def _without_weights(constructor: building.Constructor, arguments: dict[str, Any]) -> dict[str, Any]:
    import inspect

    takes = inspect.signature(constructor.call).parameters
    weights = {name: None for name in ("weights", "weights_backbone") if name in takes or name in arguments}
    return {**arguments, **weights}


def _whole_module(source: ModelSource) -> nn.Module:
    folder = os.path.dirname(os.path.abspath(source.path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        loaded = torch.load(source.path, map_location="cpu", weights_only=False)
    except (ModuleNotFoundError, AttributeError) as error:
        hint = tr("Its classes are looked for in {folder} and in the interpreter's packages.", folder=folder)
        raise Refusal(
            tr("The module in the file needs code that is not there: {reason}.", reason=text_of(error)), hint=hint
        ) from error
    found = part(loaded, tuple(source.name.split(".")) if source.name else ())
    if not isinstance(found, nn.Module):
        raise Refusal(
            tr("The file holds a {type} there, and no torch.nn.Module.", type=type(found).__name__), title=READING
        )
    return found


def _torchscript(path: str) -> nn.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module: nn.Module = torch.jit.load(path, map_location="cpu")  # type: ignore[no-untyped-call]
            return module
    except (RuntimeError, ValueError, OSError) as error:
        raise Refusal(
            tr("torch.jit.load cannot read {path}: {reason}", path=path, reason=text_of(error)), title=READING
        ) from error


# -- files -------------------------------------------------------------------------------------------------


def load_file(path: str) -> Any:
    """What `torch.load(weights_only=True)` reads of `path`, on the CPU. Raises Refusal with torch's own words."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise Refusal(tr("There is no file {path}.", path=path), title=READING) from error
    except Exception as error:
        raise Refusal(
            tr("torch.load(weights_only=True) cannot read {path}: {reason}", path=path, reason=text_of(error)),
            title=READING,
        ) from error


def part(loaded: Any, keys: Keys) -> Any:
    """The part of a loaded file that `keys` lead to. Raises Refusal when there is none."""
    found = loaded
    for place, key in enumerate(keys):
        try:
            found = found[key] if isinstance(found, Mapping) else found[int(key)]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            where = ".".join(map(str, keys[: place + 1]))
            raise Refusal(tr("The file has no entry {key!r}.", key=safe(where)), title=READING) from error
    return found


# -- weights -----------------------------------------------------------------------------------------------


def load_weights(model: nn.Module, start: Start, loaded: Any) -> tuple[str, ...]:
    """Loads the weights of `start` into `model`; gives what should be known about it, a sentence each.

    Raises Refusal with the words of `load_state_dict` where they do not fit.
    """
    if start.weights is None:
        return ()
    state = part(loaded, start.weights)
    if not isinstance(state, Mapping):
        raise Refusal(
            tr("The weights in the file are a {type}, and no state_dict.", type=type(state).__name__), title=FITTING
        )
    if start.is_own:
        state = _with_extra_states(model, state)
    casts = _casts(model, state)
    try:
        missing, unexpected = model.load_state_dict(state, strict=start.strict)
    except RuntimeError as error:
        hint = tr("Fit shows what differs, and what mends it.")
        raise Refusal(str(error)[:4000], title=FITTING, hint=hint) from error
    notes = (
        [
            tr(
                "{keys} of the model stay as they were made: {missing}.",
                keys=plural(len(missing), "key"),
                missing=names(missing),
            )
        ]
        if missing
        else []
    )
    if unexpected:
        notes.append(
            tr(
                "{keys} of the file are not used: {unexpected}.",
                keys=plural(len(unexpected), "key"),
                unexpected=names(unexpected),
            )
        )
    return (*notes, *casts)


def _with_extra_states(model: nn.Module, state: Mapping[str, Any]) -> Mapping[str, Any]:
    """`state`, and what it lacks of what modules keep beside their weights: a run saves that only where it is plain."""
    own = model.state_dict()
    lacking = [key for key in own if key.endswith("_extra_state") and key not in state]
    if not lacking:
        return state
    filled = OrderedDict(state)
    filled.update((key, own[key]) for key in lacking)
    filled._metadata = getattr(state, "_metadata", None)  # type: ignore[attr-defined]
    return filled


def _casts(model: nn.Module, state: Mapping[str, Any]) -> list[str]:
    """What is said of weights that are stored in another precision than the model has."""
    own = model.state_dict()
    both = ((state[key], own[key]) for key in own if key in state)
    pairs = {(a.dtype, b.dtype) for a, b in both if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor)}
    return [
        tr("Weights stored as {stored} become {own}, as the model has them.", stored=a, own=b)
        for a, b in sorted(pairs, key=str)
        if a != b
    ]


def parameter_count(model: nn.Module) -> int:
    """How many numbers the model learns."""
    lazy = nn.parameter.UninitializedParameter
    return sum(each.numel() for each in model.parameters() if not isinstance(each, lazy))
