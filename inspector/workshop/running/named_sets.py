"""Data sets of torchvision by name, read by torchvision's own code: FashionMNIST, CIFAR10, EMNIST_letters ...

Nothing is fetched unless that was asked for.

Why this way: many of these sets keep all pictures in one array beside the code that gives them out one by one. The
array is only used where its pictures are, for some of them, the very pictures that the code gives out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ...language import marked, tr
from ...progress import Progress
from ..failures import Refusal, text_of
from ..run_requests import DataSource
from .found import Found
from .labels import kept_labels, names_of
from .orders import permutation
from .picture_sizes import to_one_size
from .samples import AtOnce, Samples, pixels_of
from .set_classes import class_of, ways
from .set_folders import Place, made, place_of
from .splitting import Parts

_LOOKS = 8
"""Pictures that are held against the array."""
_MEASURED = 48
"""Pictures whose sizes are looked at, where they do not lie in one array."""


def opened(source: DataSource) -> Generator[Progress, None, Found]:
    """The set `source.name`. Raises Refusal where there is none, or its files are not there or damaged."""
    kind, options = class_of(source.name)
    place = _training_set(source, kind, options)
    yield Progress(0, len(place.dataset), "samples", tr("Reading {name}", name=source.name))
    parts = {"train": place.dataset}
    for name in ("validation", "test"):
        if (part := _other_part(kind, place.folder, options, name)) is not None:
            parts[name] = part
    classes = yield from names_of(place.dataset)
    samples = {name: Samples(part, at_once=_at_once(part)) for name, part in parts.items()}
    suits, reasons = _suits(place.dataset, samples["train"].is_at_once)
    notes = place.notes if "_" in source.name or not options else (*place.notes, _split_note(source.name, options))
    return Found(source.name, classes, Parts(**samples), suits, notes, reasons)


def _split_note(name: str, options: Mapping[str, Any]) -> str:
    return tr("The split of {name} is {split}; {name}_letters would be another.", name=name, split=options["split"])


def _training_set(source: DataSource, kind: Any, options: Mapping[str, Any]) -> Place:
    reason = tr("it takes no folder that could be opened")
    for way in ways(kind, "train"):
        try:
            return place_of(source, kind, {**options, **way})
        except ValueError as error:  # its training set has another name
            reason = text_of(error).rstrip(".")
    raise Refusal(
        tr("{name} has no training set: {reason}.", name=source.name, reason=reason),
        title=marked("The data set is not known"),
    )


def _other_part(kind: Any, folder: str, options: Mapping[str, Any], part: str) -> Any:
    """Another part in the same folder; None where there is none."""
    for way in ways(kind, part):
        try:
            return made(kind, folder, {**options, **way})
        except (ValueError, FileNotFoundError):
            continue
    return None


# -- all pictures at once -----------------------------------------------------------------------------------


def _at_once(dataset: Any) -> AtOnce | None:
    """The arrays of a set, where they are what it gives out."""
    targets = kept_labels(dataset)
    arrays = getattr(dataset, "data", None)
    if targets is None or not isinstance(arrays, (Tensor, np.ndarray)) or len(arrays) != len(dataset):
        return None
    for inputs in _layouts(torch.as_tensor(arrays)):
        if len(targets) == len(inputs) and _gives(dataset, inputs, targets):
            return AtOnce(inputs, targets)
    return None


def _layouts(arrays: Tensor) -> list[Tensor]:
    """As [n, h, w] or [n, c, h, w], whatever is possible."""
    if arrays.dtype != torch.uint8 or arrays.dim() not in (3, 4):
        return []
    if arrays.dim() == 3:
        return [arrays]
    found = [arrays] if arrays.shape[1] in (1, 3, 4) else []
    return [*found, arrays.permute(0, 3, 1, 2)] if arrays.shape[3] in (1, 3, 4) else found


def _gives(dataset: Any, inputs: Tensor, targets: Tensor) -> bool:
    """Whether some samples that the set gives out are those of the arrays."""
    for index in {round(part * (len(dataset) - 1) / (_LOOKS - 1)) for part in range(_LOOKS)}:
        picture, target = dataset[index]
        if not hasattr(picture, "getbands") or not torch.equal(pixels_of(picture), inputs[index]):
            return False
        if not np.array_equal(target, int(targets[index])):
            return False
    return True


def _suits(dataset: Any, is_at_once: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The transforms that tutorials give such pictures, and why."""
    count = 0 if not len(dataset) else 1 if is_at_once else min(len(dataset), _MEASURED)
    chosen = [dataset[number][0] for number in permutation(len(dataset), 0)[:count].tolist()]
    if not all(hasattr(picture, "getbands") for picture in chosen):
        return (), ()
    sizes = Counter((picture.height, picture.width) for picture in chosen)
    steps, notes = to_one_size(sizes)
    channels = len(chosen[0].getbands()) if chosen else 1
    halves = f"({', '.join(['0.5'] * channels)}{',' if channels == 1 else ''})"
    return (*steps, "ToTensor()", f"Normalize({halves}, {halves})"), notes
