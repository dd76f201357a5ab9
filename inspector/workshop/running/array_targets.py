"""Arrays as targets: labels int64 [n] with the names of their classes, or numbers to be predicted, float32.

Labels that count from 1, names in the place of labels, one column for each class: all of these are brought to what
torch's criteria take, and said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ... import wording
from ...language import marked, tr
from ...wording import plural
from ..failures import Refusal
from .labels import numbered

TITLE = marked("The array does not fit")
_MOST = 100_000
"""Labels beyond that are no classes."""


class Targets(NamedTuple):
    """The targets of all parts."""

    parts: Mapping[str, Tensor]
    classes: tuple[str, ...]
    """Empty where they are no classes."""
    notes: tuple[str, ...] = ()


def targets_of(arrays: Mapping[str, Any], names: Sequence[str]) -> Targets:
    """`arrays`: the targets of each part, numpy arrays or tensors [n, ...]; `names`: of the classes, where known.

    Raises Refusal for what is neither labels nor numbers.
    """
    given = {part: _flat(np.asarray(_plain(array))) for part, array in arrays.items()}
    kinds = {array.dtype.kind for array in given.values()}
    if kinds <= set("US"):
        return _of_texts(given)
    if not kinds <= set("buif"):
        dtypes = wording.all_of(sorted({str(array.dtype) for array in given.values()}))
        raise Refusal(tr("Targets of {dtypes} are neither labels nor numbers.", dtypes=dtypes), title=TITLE)
    if all(map(_is_one_hot, given.values())):
        labels = {part: torch.from_numpy(array.argmax(1)) for part, array in given.items()}
        columns = next(iter(given.values())).shape[1]
        note = tr("Targets have one column for each class: the column of the 1 became the label.")
        return Targets(labels, _names(names, columns), (note,))
    if "f" in kinds or any(array.ndim > 1 for array in given.values()):
        return _numbers(given)
    return _labels({part: torch.from_numpy(array.astype(np.int64)) for part, array in given.items()}, names)


def _plain(array: Any) -> Any:
    if isinstance(array, Tensor):
        array = array.detach()
        return (array.float() if array.is_floating_point() else array).cpu().numpy()
    return array


def _flat(array: Any) -> Any:
    """[n] of [n, 1], where these are labels."""
    return array[:, 0] if array.ndim == 2 and array.shape[1] == 1 and array.dtype.kind != "f" else array


def _is_one_hot(array: Any) -> bool:
    if array.ndim != 2 or array.shape[1] < 2 or not len(array):
        return False
    return bool(((array == 0) | (array == 1)).all() and (array.sum(1) == 1).all())


def _of_texts(given: Mapping[str, Any]) -> Targets:
    """Names in the place of labels: classes in the order of the alphabet."""
    texts = {part: array.astype(str) for part, array in given.items()}
    classes = np.unique(np.concatenate(list(texts.values())))
    labels = {part: torch.from_numpy(np.searchsorted(classes, array).astype(np.int64)) for part, array in texts.items()}
    return Targets(labels, tuple(map(str, classes)))


def _numbers(given: Mapping[str, Any]) -> Targets:
    """Numbers to be predicted; whole ones in several columns are several labels at once, or masks."""
    parts: dict[str, Tensor] = {}
    notes: list[str] = []
    for part, array in given.items():
        is_mask = array.dtype.kind != "f" and array.ndim > 2
        parts[part] = torch.from_numpy(np.ascontiguousarray(array.astype(np.int64 if is_mask else np.float32)))
        if array.dtype.kind == "f" and array.size and not np.isfinite(array).all():
            notes.append(
                tr(
                    "{targets} of the {part} part: NaN or infinite.",
                    targets=plural(int((~np.isfinite(array)).sum()), "target"),
                    part=part,
                )
            )
        if array.dtype.kind == "f" and array.ndim == 1 and array.size and (array == np.rint(array)).all():
            notes.append(tr("Targets are whole numbers, but stored as {dtype}: they are taken for numbers to be "
                         "predicted. Stored as int64 they are taken for labels.", dtype=array.dtype))  # fmt: skip
    return Targets(parts, (), tuple(dict.fromkeys(notes)))


# -- labels -----------------------------------------------------------------------------------------------------


def _labels(parts: Mapping[str, Tensor], names: Sequence[str]) -> Targets:
    found = torch.unique(torch.cat(list(parts.values())))
    if not len(found):
        return Targets(parts, tuple(names))
    if found.tolist() == [-1, 1]:
        halved = {part: (labels + 1) // 2 for part, labels in parts.items()}
        return Targets(halved, _names(names, 2), (tr("Labels were -1 and 1: they became 0 and 1."),))
    least, most = int(found[0]), int(found[-1])
    if least < 0 or most >= _MOST:
        note = tr(
            "Labels go from {least:,} to {most:,}: they are taken as they are, and for no classes.",
            least=least,
            most=most,
        )
        return Targets(parts, (), (note,))
    if least == 1 and most > 1 and most == (len(names) or len(found)):
        lowered = {part: labels - 1 for part, labels in parts.items()}
        note = tr("Labels count from 1 to {most}: 1 was taken from each, as torch counts them from 0.", most=most)
        return Targets(lowered, _names(names, most), (note,))
    notes = (
        ()
        if not names or most < len(names)
        else (tr("Labels go up to {most}, but {named} classes have names.", most=most, named=len(names)),)
    )
    return Targets(parts, _names(names, max(most + 1, len(names))), notes)


def _names(names: Sequence[str], count: int) -> tuple[str, ...]:
    """Names for that many classes; those that have none have their number."""
    return (*names, *numbered(count)[len(names) :])
