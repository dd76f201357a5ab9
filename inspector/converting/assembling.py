"""Pieces put together as what is written: one state_dict, several shards of one, or a whole tree with one in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any, Union

from ..checkpoint.entries import Checkpoint, Entry, Tensor, walk
from ..checkpoint.planning import Packing, Plan, Wanted, of_entry
from ..checkpoint.rewriting import PICKLED, Rewriter, reading_again
from ..comparing.making import VALUE_ROLES
from ..comparing.sides import Item
from ..errors import FileError, InspectorError
from ..language import tr
from ..progress import Progress, Result, retold
from .casting import zeros
from .pieces import Gone, Piece, no_tensor, wanted_of
from .plain_values import Copying
from .sections import Section, broken
from .wishes import SAFETENSORS, ZEROS, ZIP, Wish

Kept = Union[Piece, Item]
"""What a state_dict is made of: tensors, and items that are none."""
_AT_ONCE = 2_000
"""Entries between two words on how far it is."""


def planning(done: int, total: int) -> Progress:
    """How many entries are laid out."""
    return Progress(done, total, "entries", "planning")


class Assembling:
    """One conversion. After `plans` what cannot go along is in `gone`.

    Its entries go through several hands: of a tree the pickle is read again, they are taken up, laid out, pickled. How
    far it is counts each of these as a part of the whole.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        section: Section,
        wish: Wish,
        pieces: list[Piece],
        metadata: tuple[tuple[str, str], ...],
    ) -> None:
        self.gone: Gone = []
        self._checkpoint = checkpoint
        self._section = section
        self._wish = wish
        self._metadata = metadata
        self._at = f"{wish.section}." if wish.section else ""
        self._by_key: dict[str, list[Piece]] = {}  # of a tree, where `a.b` may stand in two places
        for piece in pieces:
            self._by_key.setdefault(self._at + piece.old_key, []).append(piece)
        self._kept = list(self._in_order(pieces))
        is_tree = wish.format == ZIP and not section.is_flat
        self._is_tree = wish.whole or is_tree
        self._is_pickled = checkpoint.format in PICKLED
        self._done = 0
        """Entries that are taken up, laid out or pickled, all together."""
        self._parts = 4 if self._is_tree and self._is_pickled else 3
        self._count = sum(1 for _ in checkpoint.tensors()) if wish.whole else len(self._kept)
        self._taken = 0
        self._entries: Mapping[str, Entry] = {}
        self._packing = Packing()
        self._reader: Rewriter | None = None

    def plans(self) -> Generator[Progress, None, tuple[Plan, ...]]:
        """What is written, file by file. Raises FileError where that cannot be."""
        if self._is_tree:
            root = yield from self._tree("" if self._wish.whole else self._wish.section)
            return ((yield from self._plan(root, ())),)
        plans = []
        for kept in self._shards():
            self._packing, self._reader = Packing(), None
            state = yield from self._state(kept)
            plans.append((yield from self._plan(state, kept)))
        return tuple(plans)

    def pickled(self, work: Generator[int, None, Result]) -> Generator[Progress, None, Result]:
        """Work that yields how many tensors of a file it is through, as a part of all."""
        return (yield from self._through(work))

    @property
    def so_far(self) -> Progress:
        """How many entries are laid out, where each part of the way counts."""
        return planning(min(self._done // self._parts, self._count), self._count)

    def _through(self, work: Generator[Any, None, Result]) -> Generator[Progress, None, Result]:
        """The work, with a word on how far all is for each of its own: a count of entries, or a share of a file."""
        before = self._done

        def told(word: Progress | int) -> Progress:
            far = int(word.share * self._count) if isinstance(word, Progress) else word
            self._done = max(self._done, before + far)
            return self.so_far

        return (yield from retold(work, told))

    def _in_order(self, pieces: list[Piece]) -> Iterator[Kept]:
        by_item = {id(piece.item): piece for piece in pieces}
        for item in self._section.side.items:
            if id(item) in by_item:
                yield by_item[id(item)]
            elif item.tensor is None and item.role in VALUE_ROLES:
                yield item

    # -- a state_dict ---------------------------------------------------------------------------------

    def _shards(self) -> list[list[Kept]]:
        """What is kept, file by file, in its order; what is one tensor stays together."""
        if not self._wish.shards:
            return [self._kept]
        shards: list[list[Kept]] = [[]]
        filled = 0
        for group in _together(self._kept):
            nbytes = max(each.nbytes if isinstance(each, Piece) else 0 for each in group)
            if filled and filled + nbytes > self._wish.shards:
                shards.append([])
                filled = 0
            shards[-1] += group
            filled += nbytes
        return shards

    def _state(self, kept: Iterable[Kept]) -> Generator[Progress, None, OrderedDict[str, object]]:
        state: OrderedDict[str, object] = OrderedDict()
        for each in kept:
            if self._taken % _AT_ONCE == 0:
                yield self.so_far
            self._taken += 1
            self._done += 1
            key = each.item.key if isinstance(each, Piece) else each.key
            try:
                if isinstance(each, Item):
                    state[key] = self._value(each)
                elif not each.same_as:
                    state[key] = self._tensor(each)
            except InspectorError as error:
                self.gone.append((key, getattr(error, "reason", error.message)))
        if self._section.side.metadata and self._wish.format == ZIP:
            versions = OrderedDict((path, dict(each)) for path, each in self._section.side.metadata.items())
            state._metadata = versions  # type: ignore[attr-defined]  # where torch looks for it
        yield self.so_far
        return state

    def _tensor(self, piece: Piece) -> object:
        extra = piece.tensor.extra
        if extra.quantization is not None or extra.parts:  # the pickle says how it is made
            return self._rewriter().value(self._at + piece.old_key)
        if piece.tensor.is_array:
            raise FileError(no_tensor())
        wanted = wanted_of(piece, plain=self._section.branch.kind == "module")
        return self._packing.add(piece.item.key, wanted)

    def _value(self, item: Item) -> object:
        if self._wish.format == SAFETENSORS:
            raise InspectorError(tr("It is no tensor, and safetensors holds nothing else."))
        key = self._at + (item.origins[0] if item.origins else item.key)
        if self._checkpoint.format in PICKLED:
            return self._rewriter().value(key)
        if not self._entries:
            self._entries = dict(self._checkpoint.entries())
        return self._copying().value(key, self._entries[key])

    # -- a tree ---------------------------------------------------------------------------------------

    def _tree(self, top: str) -> Generator[Progress, None, object]:
        """The tree at `top` as it is, the section in it converted."""
        replaced: dict[str, object] = {}
        if self._section.is_flat:
            replaced[self._wish.section] = yield from self._state(self._kept)
        if self._is_pickled:
            if self._reader is None:
                contents = yield from self._through(reading_again(self._checkpoint))
                self._reader = Rewriter(self._checkpoint, self._packing, self._wanted, contents)
            rewriter = self._reader
            root = yield from self._through(rewriter.copying("" if self._wish.whole else top, replaced))
            self.gone += rewriter.left_out
            return root
        copying = self._copying()
        if top:
            root = copying.value(top, next(entry for key, entry in walk(self._checkpoint.root) if key == top))
        else:
            root = copying.root(self._checkpoint.root, replaced)
        self.gone += copying.left_out
        return root

    def _rewriter(self) -> Rewriter:
        """Reads the pickle once more, for what is no tensor."""
        if self._reader is None:
            self._reader = Rewriter(self._checkpoint, self._packing, self._wanted)
        return self._reader

    def _copying(self) -> Copying:
        numbers = self._checkpoint.format == "tar"
        return Copying(lambda key, tensor: self._packing.add(key, self._wanted(key, tensor)), numbers=numbers)

    def _wanted(self, key: str, tensor: Tensor) -> Wanted:
        """How a tensor of the tree is written; of the section as its piece, all others as they are."""
        if tensor.is_array:
            raise FileError(no_tensor())
        for piece in self._by_key.get(key, ()):
            if _is_same(piece.tensor, tensor):
                return wanted_of(piece, plain=False)
        if self._wish.salvage == ZEROS and broken(tensor):
            return Wanted(tensor.dtype, tensor.shape, lambda: zeros(tensor.numel, tensor.dtype))
        return of_entry(tensor)

    # -- the plan -------------------------------------------------------------------------------------

    def _plan(self, root: object, kept: Iterable[Kept]) -> Generator[Progress, None, Plan]:
        dropped = ((each.item.key, each.same_as) for each in kept if isinstance(each, Piece) and each.same_as)
        work = self._packing.planning(
            root,
            format=self._wish.format,
            sources=[path for path, _ in self._checkpoint.stamps],
            compact=self._wish.compact,
            metadata=(*self._metadata, *dropped),
        )
        return (yield from self._through(work))


def _is_same(one: Tensor, other: Tensor) -> bool:
    """Whether two entries, of a file that was read twice, are one tensor."""
    keys = [each.storage.key if each.storage else "" for each in (one, other)]
    return keys[0] == keys[1] and one[1:5] == other[1:5]


def _together(kept: list[Kept]) -> list[list[Kept]]:
    """What is one tensor in one group, at the place of its first name."""
    groups: dict[object, list[Kept]] = {}
    for number, each in enumerate(kept):
        identity = each.identity if isinstance(each, Piece) else None
        groups.setdefault(number if identity is None else identity, []).append(each)
    return list(groups.values())
