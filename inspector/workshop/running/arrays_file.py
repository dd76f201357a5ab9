"""Arrays in a .npz or .pt file as data: `x_train`, `y_train`, `images`, `labels` ...

Nothing in the file is run: .npz is read without pickles, .pt with torch's `weights_only`.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...language import marked, sentences, tr, unstopped
from ...progress import Progress
from ...wording import names as listed
from ...wording import safe, shape
from ..failures import Refusal, text_of
from ..run_requests import DataSource
from .array_inputs import inputs_of, suits
from .array_names import INPUTS, NAMES, TARGETS, in_places, meaning_of
from .array_targets import targets_of
from .found import Found
from .samples import of_arrays
from .splitting import Parts

_UNREADABLE = marked("The data cannot be read")
_UNCLEAR = marked("The arrays are not understood")
_ADVICE = marked("Name them x and y, or x_train, y_train, x_val, y_val, x_test, y_test.")


def opened(source: DataSource) -> Generator[Progress, None, Found]:
    """The arrays of the file as samples. Raises Refusal where it cannot be read, or does not say what is what."""
    path = os.path.abspath(os.path.expanduser(source.path))
    yield Progress(0, 0, "samples", tr("Reading {path}", path=os.path.basename(path)))
    return found_in(os.path.basename(path), _arrays(path))


def found_in(title: str, arrays: Mapping[str, Any]) -> Found:
    """Arrays by name as samples; `title` says whose they are. Raises Refusal where they do not say what is what."""
    roles = _roles(title, arrays)
    inputs: dict[str, Tensor] = {}
    notes: list[str] = []
    for part, name in roles[INPUTS].items():
        inputs[part], said = inputs_of(name, arrays[name])
        notes += said
    targets = targets_of({part: arrays[name] for part, name in roles[TARGETS].items()}, _class_names(roles, arrays))
    parts = {part: of_arrays(inputs[part], targets.parts[part]) for part in inputs}
    suitable = suits(next(iter(inputs.values())))
    return Found(title, targets.classes, Parts(**parts), suitable, (*notes, *targets.notes))


# -- reading ----------------------------------------------------------------------------------------------------


def _arrays(path: str) -> Mapping[str, Any]:
    """The arrays of the file by name."""
    if not os.path.isfile(path):
        raise Refusal(tr("There is no file {path}.", path=path), title=marked("The data is not there"))
    try:
        loaded = _npz(path) if path.endswith(".npz") else torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise _unreadable(path, error) from error
    named = by_name(loaded)
    if not named:
        message = tr(
            "{path} holds a {type}, and no arrays that could be told apart.",
            path=os.path.basename(path),
            type=type(loaded).__name__,
        )
        raise Refusal(message, title=_UNCLEAR, hint=sentences(tr("Store a dict of arrays."), tr(_ADVICE)))
    return named


def _npz(path: str) -> Any:
    with open(path, "rb") as file:  # numpy leaves it open where it fails
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            arrays = {name: loaded[name] for name in loaded.files}
    return list(arrays.values()) if all(name.startswith("arr_") for name in arrays) else arrays


def _unreadable(path: str, error: Exception) -> Refusal:
    name, hint = os.path.basename(path), ""
    if isinstance(error, ValueError) and "pickle" in str(error):
        what = tr("it holds Python objects, and not only arrays")
        hint = tr("They could run any code when they are read. Store arrays of numbers or texts.")
    elif "weights_only" in str(error) or "WeightsUnpickler" in str(error):
        what = tr("it holds more than tensors, and torch's weights_only refuses it")
        hint = tr("Store a dict of tensors: torch.save({'x': x, 'y': y}, path)")
    elif isinstance(error, (zipfile.BadZipFile, EOFError, OSError)):
        what = tr("it is damaged, cut short, or no such file: {reason}", reason=unstopped(text_of(error)))
    else:
        what = f"{type(error).__name__}: {text_of(error).rstrip('.')}"
    return Refusal(tr("{name} cannot be read: {what}.", name=name, what=what), title=_UNREADABLE, hint=hint)


def by_name(loaded: Any) -> Mapping[str, Any]:
    """Arrays by name, whatever they are kept in; parts within parts are joined: `train.x`."""
    if isinstance(loaded, (tuple, list)):
        loaded = in_places(loaded) or {}
    if not isinstance(loaded, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name, value in loaded.items():
        if isinstance(value, (Mapping, tuple)):
            found.update({f"{name}.{inner}": each for inner, each in _inner(value).items()})
        elif isinstance(value, (np.ndarray, Tensor)):
            found[str(name)] = value
        elif isinstance(value, list):
            found[str(name)] = np.asarray(value) if _is_even(value) else value
    return found


def _inner(value: Any) -> Mapping[str, Any]:
    if isinstance(value, tuple):
        value = dict(zip("xy", value)) if len(value) == 2 else {}
    return {str(name): each for name, each in value.items() if isinstance(each, (np.ndarray, Tensor))}


def _is_even(values: list[Any]) -> bool:
    """Whether numpy makes an array of them, and no array of objects."""
    return all(isinstance(each, (int, float, str, bool)) for each in values)


# -- what is what -----------------------------------------------------------------------------------------------


def _roles(title: str, arrays: Mapping[str, Any]) -> Mapping[str, dict[str, str]]:
    """role -> part -> name. Raises Refusal where inputs or targets are missing, or their lengths differ."""
    roles: dict[str, dict[str, str]] = {INPUTS: {}, TARGETS: {}, NAMES: {}}
    for name in arrays:
        if (meaning := meaning_of(name)) is not None:
            roles[meaning.role].setdefault(meaning.part, name)
    if not roles[TARGETS] and roles[NAMES]:  # whoever has no other labels calls them classes
        roles[TARGETS], roles[NAMES] = roles[NAMES], {}
    if not roles[INPUTS] or set(roles[INPUTS]) != set(roles[TARGETS]):
        raise _unclear(title, arrays, roles)
    for part, name in roles[INPUTS].items():
        _check_lengths(arrays, name, roles[TARGETS][part])
    return roles


def _check_lengths(arrays: Mapping[str, Any], one: str, other: str) -> None:
    shapes = [tuple(np.shape(arrays[name])) for name in (one, other)]
    if not all(shapes) or shapes[0][0] != shapes[1][0]:
        told = tr(" and ").join(f"{safe(name)} {shape(each)}" for name, each in zip((one, other), shapes))
        hint = tr("The first dimension of both counts the samples.")
        raise Refusal(
            tr("{told} are not of the same length.", told=told), title=marked("The array does not fit"), hint=hint
        )


def _unclear(title: str, arrays: Mapping[str, Any], roles: Mapping[str, dict[str, str]]) -> Refusal:
    told = listed([f"{safe(name)} {shape(np.shape(array))}" for name, array in arrays.items()], 6)
    lacking = sorted(set(roles[INPUTS]) ^ set(roles[TARGETS]))
    what = tr("which of them are inputs and which are targets is not clear")
    if lacking:
        what = (
            tr("the {part} part has inputs and no targets", part=lacking[0])
            if lacking[0] in roles[INPUTS]
            else tr("the {part} part has targets and no inputs", part=lacking[0])
        )
    return Refusal(
        tr("{title} holds {told}: {what}.", title=title, told=told, what=what), title=_UNCLEAR, hint=tr(_ADVICE)
    )


def _class_names(roles: Mapping[str, dict[str, str]], arrays: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the classes, where the file has some."""
    kept = [np.asarray(arrays[name]) for name in roles[NAMES].values()]
    texts = [each for each in kept if each.ndim == 1 and each.dtype.kind in "US"]
    return tuple(map(str, texts[0].astype(str))) if texts else ()
