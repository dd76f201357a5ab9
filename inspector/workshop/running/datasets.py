"""Data of any kind, opened: `finish(open_data(DataSource(...)))`.

    shapes         drawn_shapes     ten classes of grey pictures, drawn
    torchvision    named_sets       FashionMNIST, CIFAR10 ... with torchvision's own code
    images         image_folders    a folder for each class
    arrays         arrays_file      .npz, .pt
    function       functions        whatever the user's function returns

Each of them finds samples without transforms; what follows is the same for all: a part is held back to validate with,
transforms are applied, and what fits is kept in memory.
"""

from __future__ import annotations

import importlib
from collections.abc import Generator, Sequence
from typing import Any

from ...language import marked, tr
from ...progress import Progress
from ...wording import plural
from ..failures import Refusal
from ..run_requests import DataSource
from .data import Data
from .keeping import Kept, piled, quarter
from .piles import Pile
from .splitting import Parts, held_back, tested
from .steps import Step
from .transforms import parsed

_OPENERS = {
    "shapes": "drawn_sets",
    "torchvision": "named_sets",
    "images": "image_folders",
    "arrays": "arrays_file",
    "function": "functions",
}
"""kind -> the module whose `opened(source)` finds the samples."""
_PREPARING = {
    "train": marked("Preparing the training set, {samples}"),
    "validation": marked("Preparing the validation set, {samples}"),
    "test": marked("Preparing the test set, {samples}"),
}


def open_data(source: DataSource) -> Generator[Progress, None, Data]:
    """The data that `source` names. Raises Refusal where it is not there or cannot be used, and what user code raises.

    Order of samples, split and drawn pictures depend on `source.seed` alone; the random number generators of torch,
    Python and numpy are afterwards as they were.
    """
    if source.kind not in _OPENERS:
        raise Refusal(
            tr("There is no data of the kind {kind!r}.", kind=source.kind), title=marked("The data is not known")
        )
    yield Progress(0, 0, "samples", tr("Opening the data"))
    module: Any = importlib.import_module(f".{_OPENERS[source.kind]}", __package__)
    found = yield from module.opened(source)
    return (yield from _ready(source, found))


def _ready(source: DataSource, found: Any) -> Generator[Progress, None, Data]:
    texts, reasons = (found.suits, found.reasons) if source.transforms is None else (source.transforms, ())
    steps = parsed(texts)
    augmentation = parsed(source.augmentation)
    parts, held = held_back(found.parts, source.validation, source.seed)
    if not any(map(_count, parts)):
        raise Refusal(tr("{name} has no samples.", name=found.name), title=marked("The data is empty"))
    piles = yield from _piles(parts, steps, augmentation)
    piles, same = tested(piles)
    return Data(
        source, found.name, found.classes, piles.train, piles.validation, piles.test,
        tuple(map(str, steps)), tuple(map(str, augmentation)), (*found.notes, *reasons, *held, *same),
    )  # fmt: skip


def _count(samples: Any) -> int:
    return 0 if samples is None else samples.count if isinstance(samples, Pile) else len(samples)


def _piles(parts: Parts, steps: Sequence[Step], augmentation: Sequence[Step]) -> Generator[Progress, None, Parts]:
    """The parts as piles; what one of them takes of the memory the next cannot have."""
    made: dict[str, Pile | None] = {}
    budget = quarter()
    for name, samples in parts._asdict().items():
        made[name] = samples
        if samples is None or isinstance(samples, Pile):
            continue
        first = augmentation if name == "train" else ()
        text = tr(_PREPARING[name], samples=plural(len(samples), "sample"))
        pile = yield from piled(samples, Kept(steps, first, budget, text))
        budget -= pile.nbytes if pile.in_memory else 0
        made[name] = pile
    return Parts(**made)
