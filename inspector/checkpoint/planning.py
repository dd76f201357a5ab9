"""What is to be written, laid out before a byte is: tensors, and the storages that they are views of.

    packing = Packing()
    place = packing.add("fc.weight", of_entry(tensor))      a `Leaf` to put into the tree that is written
    plan = packing.plan({"fc.weight": place})

Why this way: tensors that shared a storage are to share one again, but a tensor that was a small view of a large
storage must not drag all of it along. So the storages of the new file are those stretches of the old ones that the
tensors reach, each written once; and all sizes are known before the disk is touched.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..errors import FileError
from ..language import tr
from ..progress import finish
from .dtypes import PER_BYTE
from .entries import ITEM_SIZES, Storage, Tensor

if TYPE_CHECKING:
    from .decoding import Array

Blocks = Callable[[], "Iterator[Array]"]
"""Gives the elements as 1-D arrays of the stored type, each valid until the next is asked for."""

_AT_ONCE = 2_000
"""Tensors between two words on how far it is."""
_WASTE = 2
"""A stretch of a storage is taken as it is up to this many times the elements that are in use of it."""


class Leaf(NamedTuple):
    """Stands for a tensor in the tree that is written."""

    number: int


class StorageLeaf(NamedTuple):
    """Stands for a storage by itself, such as the one that a quantised tensor is made of."""

    number: int


class PlannedStorage(NamedTuple):
    """A block of bytes of the new file."""

    dtype: str
    numel: int
    blocks: Blocks

    @property
    def nbytes(self) -> int:
        return self.numel * ITEM_SIZES[self.dtype]


class PlannedTensor(NamedTuple):
    """A tensor of the new file. Sizes, strides and offset are in elements."""

    key: str
    """Where it will stand, the names joined by dots."""
    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    storage: int
    """Which of the plan's storages."""
    requires_grad: bool = False
    parameter: bool = False
    inner: bool = False
    """Whether it is a part of another tensor, such as the indices of a sparse one."""


class Wanted(NamedTuple):
    """A tensor that is to be written, wherever it comes from."""

    dtype: str
    shape: tuple[int, ...]
    blocks: Blocks
    """Its elements in row-major order."""
    identity: Hashable = None
    """Equal for those that are one and the same tensor; None for one that stands alone."""
    requires_grad: bool = False
    parameter: bool = False
    view: Tensor | None = None
    """The entry, where it may be taken as a view of its storage."""
    inner: bool = False
    """Whether it is a part of another tensor."""


class Plan(NamedTuple):
    """All that `writing.write` needs to know."""

    root: object
    """The tree: dicts, lists, tuples, plain values and `Leaf`s, or what a pickle was read as (see `inert`)."""
    tensors: tuple[PlannedTensor, ...]
    storages: tuple[PlannedStorage, ...]
    format: str = "zip"
    """`zip`, as `torch.save` writes it, or `safetensors`."""
    notes: tuple[str, ...] = ()
    """Sentences on what will not be as it was; to be read before it is written."""
    sources: tuple[str, ...] = ()
    """The files that are read meanwhile: none of them is written over unless that is asked for."""
    nbytes: int = 0
    """The bytes of all storages."""
    bare: tuple[int, ...] = ()
    """Which of the storages each `StorageLeaf` stands for."""
    metadata: tuple[tuple[str, str], ...] = ()
    """Texts by name that are written along: `__metadata__` of safetensors, in an archive a member of its own."""


def of_entry(tensor: Tensor) -> Wanted:
    """A tensor of a file as it is. Raises FileError where its elements cannot be read or cannot be written."""
    from .arrays import Elements, blocks

    if tensor.extra.quantization is not None or tensor.extra.parts or tensor.layout != "strided":
        what = "quantised" if tensor.extra.quantization is not None else tensor.layout
        raise FileError(tr("a {what} tensor cannot be written in this form", what=what))
    if tensor.is_array or tensor.extra.subclass or tensor.dtype not in ITEM_SIZES or tensor.dtype in PER_BYTE:
        raise FileError(tr("{subclass} is no plain tensor", subclass=tensor.extra.subclass or tensor.dtype))
    Elements(tensor)  # checks that they are all there
    plain = not (tensor.extra.conj or tensor.extra.neg or tensor.extra.latin1)
    return Wanted(
        tensor.dtype,
        tensor.shape,
        lambda: blocks(tensor),
        None,
        tensor.requires_grad,
        tensor.parameter,
        tensor if plain else None,
    )


class Packing:
    """Collects tensors, and lays them out in storages."""

    def __init__(self) -> None:
        self._wanted: list[tuple[str, Wanted]] = []
        self._bare: dict[tuple[str, str], tuple[int, PlannedStorage]] = {}

    def add(self, key: str, wanted: Wanted) -> Leaf:
        self._wanted.append((key, wanted))
        return Leaf(len(self._wanted) - 1)

    def add_storage(self, storage: Storage) -> StorageLeaf:
        """A storage as it is, all of it; the same one once. Raises FileError where its bytes are not there."""
        number, _ = self._bare.setdefault((storage.key, storage.dtype), (len(self._bare), _whole(storage)))
        return StorageLeaf(number)

    @property
    def mark(self) -> tuple[int, int]:
        """What was collected so far, for `forget`."""
        return len(self._wanted), len(self._bare)

    def forget(self, mark: tuple[int, int]) -> None:
        """Forgets what was collected since `mark`."""
        del self._wanted[mark[0] :]
        while len(self._bare) > mark[1]:
            self._bare.popitem()

    def plan(
        self,
        root: object,
        *,
        format: str = "zip",
        notes: Iterable[str] = (),
        sources: Iterable[str] = (),
        compact: bool = True,
        metadata: Iterable[tuple[str, str]] = (),
    ) -> Plan:
        """The plan for a tree that holds the leaves which were given out.

        Not `compact`, all of each storage is written that tensors are views of, whatever they leave of it.
        """
        return finish(
            self.planning(root, format=format, notes=notes, sources=sources, compact=compact, metadata=metadata)
        )

    def planning(
        self,
        root: object,
        *,
        format: str = "zip",
        notes: Iterable[str] = (),
        sources: Iterable[str] = (),
        compact: bool = True,
        metadata: Iterable[tuple[str, str]] = (),
    ) -> Generator[int, None, Plan]:
        """The same; yields now and then how many tensors are laid out."""
        layout = _Layout(compact)
        if format == "zip":
            yield from layout.take_views(self._wanted)
        planned: list[PlannedTensor] = []
        for number, (key, wanted) in enumerate(self._wanted):
            layout.take_whole(number, wanted, shared=format == "zip")
            planned.append(layout.planned(number, key, wanted))
            if number % _AT_ONCE == 0:
                yield (len(self._wanted) + number) // 2
        tensors = tuple(planned)
        bare = tuple(len(layout.storages) + number for number, _ in self._bare.values())
        storages = (*layout.storages, *(storage for _, storage in self._bare.values()))
        nbytes = sum(storage.nbytes for storage in storages)
        sources = tuple(dict.fromkeys(sources))
        return Plan(root, tensors, storages, format, tuple(notes), sources, nbytes, bare, tuple(metadata))


class _View(NamedTuple):
    """A wanted tensor as the places of its storage from `start` up to `end`."""

    start: int
    end: int
    number: int
    tensor: Tensor


class _Layout:
    """Which tensor lies where."""

    def __init__(self, compact: bool) -> None:
        self._compact = compact
        self.storages: list[PlannedStorage] = []
        self._placed: dict[int, tuple[int, tuple[int, ...], int]] = {}
        """Number of the tensor -> (storage, stride, offset)."""
        self._identities: dict[Hashable, int] = {}

    def take_views(self, wanted: list[tuple[str, Wanted]]) -> Iterator[int]:
        """Those that may stay views of what they were views of; yields how many are."""
        by_storage: dict[tuple[str, str], list[_View]] = {}
        for number, (_, each) in enumerate(wanted):
            if number % _AT_ONCE == 0:
                yield number // 4
            if each.view is not None and each.view.storage is not None:
                view = _view(number, each.view)
                by_storage.setdefault((each.view.storage.key, each.dtype), []).append(view)
        for number, views in enumerate(by_storage.values()):
            if number % _AT_ONCE == 0:
                yield (len(wanted) + number) // 4
            if self._compact or not self._take_storage(views):
                for stretch in _stretches(views):
                    self._take_stretch(stretch)

    def _take_stretch(self, views: list[_View]) -> None:
        start, end = views[0].start, max(view.end for view in views)
        used = {(view.start, view.tensor.shape, view.tensor.stride): view.tensor.numel for view in views}
        if end - start > _WASTE * sum(used.values()):
            return  # what lies between is not worth it: `take_whole` takes them
        self._take_views(views, start, end)

    def _take_storage(self, views: list[_View]) -> bool:
        """All of the storage that they are views of; whether it is all there."""
        storage, dtype = views[0].tensor.storage, views[0].tensor.dtype
        if storage is None or storage.damage or dtype in PER_BYTE:
            return False
        places = storage.nbytes // ITEM_SIZES[dtype]
        if max(view.end for view in views) > places:
            return False
        self._take_views(views, 0, places)
        return True

    def _take_views(self, views: list[_View], start: int, end: int) -> None:
        storage = views[0].tensor.storage
        assert storage is not None
        number = self._add(views[0].tensor.dtype, end - start, _stretch(storage, views[0].tensor.dtype, start, end))
        for view in views:
            self._placed[view.number] = (number, view.tensor.stride, view.start - start)

    def take_whole(self, number: int, wanted: Wanted, *, shared: bool) -> None:
        """One that is written by itself, its elements in order; those of one identity once, if they are `shared`."""
        if number in self._placed:
            return
        identity = wanted.identity if wanted.view is None else _identity(wanted.view)
        storage = self._identities.get(identity, -1) if shared and identity is not None else -1
        if storage < 0:
            storage = self._add(wanted.dtype, math.prod(wanted.shape), wanted.blocks)
            self._identities[identity] = storage
        self._placed[number] = (storage, _contiguous(wanted.shape), 0)

    def planned(self, number: int, key: str, wanted: Wanted) -> PlannedTensor:
        storage, stride, offset = self._placed[number]
        flags = (wanted.requires_grad, wanted.parameter, wanted.inner)
        return PlannedTensor(key, wanted.dtype, wanted.shape, stride, offset, storage, *flags)

    def _add(self, dtype: str, numel: int, blocks: Blocks) -> int:
        self.storages.append(PlannedStorage(dtype, numel, blocks))
        return len(self.storages) - 1


def _view(number: int, tensor: Tensor) -> _View:
    from .layouts import layout_of

    return _View(tensor.offset, tensor.offset + layout_of(tensor).span, number, tensor)


def _stretches(views: list[_View]) -> Iterator[list[_View]]:
    """Views that overlap, together; those of no elements each for itself."""
    found: list[_View] = []
    end = -1
    for view in sorted(views):
        if view.start == view.end:
            yield [view]
        elif found and view.start < end:
            found.append(view)
            end = max(end, view.end)
        else:
            if found:
                yield found
            found, end = [view], view.end
    if found:
        yield found


def _stretch(storage: Storage, dtype: str, start: int, end: int) -> Blocks:
    """The places of a storage from `start` up to `end`, as they lie in it."""
    from .arrays import blocks

    return lambda: blocks(Tensor("", dtype, (end - start,), (1,), start, storage))


def _whole(storage: Storage) -> PlannedStorage:
    """All of a storage; packed elements as the bytes that they are in."""
    from .arrays import Elements, blocks

    dtype = "uint8" if storage.dtype in PER_BYTE else storage.dtype
    numel = storage.nbytes // ITEM_SIZES[dtype]
    everything = Tensor("", dtype, (numel,), (1,), 0, storage._replace(dtype=dtype))
    Elements(everything)  # checks that all of it is there
    return PlannedStorage(storage.dtype, numel, lambda: blocks(everything))


def _identity(tensor: Tensor) -> Hashable:
    storage = tensor.storage
    return (storage.key if storage else "", tensor.dtype, tensor.offset, tensor.shape, tensor.stride)


def _contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a tensor whose elements lie in row-major order, as torch has them."""
    stride, step = [], 1
    for size in reversed(shape):
        stride.append(step)
        step *= max(size, 1)
    return tuple(reversed(stride))
