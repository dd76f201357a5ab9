"""What a user's function may return as data, and what becomes of it.

    dataset                          to train on; a part is held back
    (train, test)                    data sets: a part of the first is held back; loaders: the second validates
    (train, validation, test)        in this order
    {"train": ..., "val": ...}       by their names
    an object with train_dataloader  as Lightning's data modules
    (inputs, targets)                arrays, also with a part each: see `array_names`
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from ...language import marked, tr
from ...progress import Progress
from ...wording import names, safe
from ..failures import Refusal
from .array_names import TEST, TRAIN, VALIDATION, part_of
from .labels import is_label, known_names, looked_at, names_of, numbered, numbered_for
from .orders import Order
from .pairs import Pairs
from .piles import Pile
from .samples import Samples
from .settled import is_settled, tensors_of
from .streams import counted
from .user_loaders import LoaderPile, has_numbers

_TITLE = marked("The data is not understood")
_HINT = marked("Return a Dataset or DataLoader, (train, test), (train, validation, test), or a dict of them.")
_STREAM_BATCH = 64
"""Samples of a batch of an IterableDataset that comes without a loader."""


class Part(NamedTuple):
    """One part of the data."""

    samples: Samples | Pile
    classes: tuple[str, ...]
    suits: tuple[str, ...] = ()


def are_arrays(returned: Any) -> bool:
    """Whether it is nothing but arrays: a dict, a tuple, or tuples of them."""
    if isinstance(returned, Mapping):
        returned = tuple(returned.values())
    if not isinstance(returned, tuple) or not 0 < len(returned) <= 6:
        return False
    return all(isinstance(each, (np.ndarray, Tensor)) or (isinstance(each, tuple) and are_arrays(each))
               for each in returned)  # fmt: skip


def parts_of(name: str, returned: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """part -> data set or loader, and what should be known. Raises Refusal for what is no data."""
    if hasattr(returned, "train_dataloader"):
        return _of_module(returned), ()
    if isinstance(returned, Mapping):
        parts = {part_of(str(key)): each for key, each in returned.items() if part_of(str(key))}
        if not parts:
            keys = names([safe(str(key)) for key in returned], 6)
            sentence = tr("{name} returned a dict of {keys}, and none of these is a part.", name=name, keys=keys)
            raise Refusal(sentence, title=_TITLE, hint=tr(_HINT))
    elif _is_several(returned):
        return _in_order(returned)
    else:
        parts = {TRAIN: returned}
    return {part: _checked(name, each) for part, each in parts.items()}, ()


def _is_several(returned: Any) -> bool:
    is_short = isinstance(returned, (tuple, list)) and 0 < len(returned) <= 3
    return is_short and all(each is None or _is_data(each) for each in returned)


def _in_order(returned: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    if len(returned) == 2 and all(isinstance(each, DataLoader) for each in returned):
        return dict(zip((TRAIN, VALIDATION), returned)), (tr("The second loader is validated with."),)
    order = {1: (TRAIN,), 2: (TRAIN, TEST), 3: (TRAIN, VALIDATION, TEST)}
    return {part: each for part, each in zip(order[len(returned)], returned) if each is not None}, ()


def _of_module(module: Any) -> dict[str, Any]:
    """The loaders of a data module, asked for as Lightning's trainer does."""
    for prepare, given in (("prepare_data", ()), ("setup", ("fit",)), ("setup", ("test",))):
        if callable(getattr(module, prepare, None)):
            getattr(module, prepare)(*given)
    ways = {TRAIN: "train_dataloader", VALIDATION: "val_dataloader", TEST: "test_dataloader"}
    found = {part: getattr(module, way)() for part, way in ways.items() if callable(getattr(module, way, None))}
    return {part: each for part, each in found.items() if each is not None}


def _is_data(value: Any) -> bool:
    """Whether it can be asked for samples, or gone through again and again."""
    if isinstance(value, (str, bytes, Mapping, np.ndarray, Tensor, Iterator)):
        return False
    if isinstance(value, tuple):  # a sample is one
        return False
    return hasattr(value, "__iter__") or hasattr(value, "__getitem__")


def _checked(name: str, value: Any) -> Any:
    if _is_data(value):
        return value
    kind = tr("a {type}", type=type(value).__name__) if value is not None else "None"
    sentence = tr("{name} returned {kind}, where data was expected.", name=name, kind=kind)
    raise Refusal(sentence, title=_TITLE, hint=tr(_HINT))


# -- one part -----------------------------------------------------------------------------------------------------


def samples_of(value: Any) -> Generator[Progress, None, Part]:
    """A data set or a loader as samples. Raises Refusal where it gives no pairs, and whatever it raises."""
    if isinstance(value, DataLoader):
        return (yield from (_numbered_loader(value) if has_numbers(value) else _stream(value)))
    if isinstance(value, IterableDataset):
        return (yield from _stream(DataLoader(value, _STREAM_BATCH)))
    if hasattr(value, "__getitem__") and hasattr(value, "__len__"):
        return (yield from _data_set(value))
    if hasattr(value, "__iter__"):
        return (yield from _stream(value))
    message = tr("A {type} does not say how many samples it has.", type=type(value).__name__)
    raise Refusal(message, title=_TITLE, hint=tr("Give it a __len__."))


def _data_set(dataset: Any) -> Generator[Progress, None, Part]:
    pairs = Pairs(dataset)
    at_once = tensors_of(dataset)
    samples = Samples(pairs, at_once=at_once, is_settled=is_settled(dataset))
    if at_once is not None and len(pairs) and is_label(at_once.targets[0]) and known_names(dataset) is None:
        return Part(samples, numbered_for(at_once.targets))
    return Part(samples, (yield from names_of(pairs, dataset)), _suits(samples))


def _suits(samples: Samples) -> tuple[str, ...]:
    """What is still needed: a picture of PIL is no tensor."""
    return ("ToTensor()",) if len(samples) and hasattr(looked_at(samples, 0)[0], "getbands") else ()


def _numbered_loader(loader: DataLoader[Any]) -> Generator[Progress, None, Part]:
    pile = LoaderPile(loader)
    if not pile.count or not is_label(pile.sample(0)[1]):
        return Part(pile, ())
    if (known := known_names(loader)) is not None:
        return Part(pile, known)
    return Part(pile, (yield from _counted_classes(pile)))


def _counted_classes(pile: Pile) -> Generator[Progress, None, tuple[str, ...]]:
    """Numbers for the classes of a loader that does not say how many there are."""
    largest = done = 0
    for _, targets in pile.batches(_STREAM_BATCH, Order(shuffled=False)):
        largest, done = max(largest, int(targets.max())), done + len(targets)
        yield Progress(done, pile.count, "samples", tr("Looking at the labels"))
    return numbered(largest + 1)


def _stream(batches: Any) -> Generator[Progress, None, Part]:
    pile, largest = yield from counted(batches)
    known = known_names(batches)
    return Part(pile, known if known is not None and largest >= 0 else numbered(largest + 1))
