"""The tree of a checkpoint as numbered rows, as the window and the terminal draw it.

A state_dict is flat: `layer1.0.conv1.weight` is one key. People see layers in it, so names are split at
their dots and what shares a part becomes a *group*, a row that the file itself does not have. Branches that
the file does have nest as they are. The rows stand in preorder in parallel lists: row `i` has its label in
`labels[i]`, its subtree is the rows `i` up to `ends[i]`, and its direct children are `children(i)`.

    0  layer1                 depth 0   ends 5   parent -1   entry None (a group)
    1    0                    depth 1   ends 5   parent 0    entry None
    2      conv1              depth 2   ends 4   parent 1    entry None
    3        weight           depth 3   ends 4   parent 2    entry Tensor
    4      ...

Why this way: 100,000 tensors are some 170,000 rows. As objects with children they take seconds to make and
to filter; as parallel lists a subtree is a slice, a sum over it one subtraction, a filter a byte per row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from math import prod

from .entries import ITEM_SIZES, Branch, Entry, Tensor
from .preorder import Rows, in_preorder

MAX_KEY_CHARACTERS = 100_000_000
"""Characters that all keys of an outline may have together."""


class Outline:
    """The rows of a tree, in preorder, as parallel lists that nobody changes. The root itself has no row."""

    def __init__(
        self,
        *,
        labels: list[str],
        depths: list[int],
        ends: list[int],
        parents: list[int],
        entries: list[Entry | None],
        tensors: list[int],
        parameters: list[int],
        nbytes: list[int],
        origins: Sequence[int],
        blocks: dict[int, tuple[int, ...]],
    ) -> None:
        self.labels = labels
        """What a row is called among its siblings, as the file has it (`wording.safe` before it is shown)."""
        self.depths = depths
        """How deep it lies, 0 at the top."""
        self.ends = ends
        """The row just past its subtree (`i + 1` for a leaf)."""
        self.parents = parents
        """The row it belongs to, -1 at the top."""
        self.entries = entries
        """What the file has there; None for a group, which is made of name parts that several share."""
        self.tensors = tensors
        """How many tensors (and arrays) its subtree has, itself among them."""
        self.parameters = parameters
        """How many elements they have together."""
        self.nbytes = nbytes
        """How many bytes their elements take; a storage that two share counts twice, as it does in torch."""
        self.origins = origins
        """The row of the unfolded outline that it shows; its own number unless `folding.fold` made this outline."""
        self.blocks = blocks
        """For each folded row the rows of the unfolded outline that it stands for, the shown one first."""

    @classmethod
    def of(cls, root: Branch) -> Outline:
        """The rows of everything below `root`."""
        return _built(root)

    def __len__(self) -> int:
        return len(self.labels)

    def children(self, row: int = -1) -> Iterator[int]:
        """The direct children of `row`; with -1 the rows at the top."""
        child, end = row + 1, self.ends[row] if row >= 0 else len(self)
        while child < end:
            yield child
            child = self.ends[child]

    def key(self, row: int) -> str:
        """The path of `row` as a person writes it: the labels from the top joined by dots."""
        return self.keys[row]

    @cached_property
    def keys(self) -> list[str]:
        """The key of every row; for those that the file has, just as `Checkpoint.entries` gives it.

        Names of 100 kB with 100,000 others below them would make keys of 10 GB: once `MAX_KEY_CHARACTERS` are
        spent, which honest files never come near, keys are shortened to their end.
        """
        keys: list[str] = []
        left = MAX_KEY_CHARACTERS
        for label, parent in zip(self.labels, self.parents, strict=True):
            if left < 0:
                label = f"…{label[-60:]}"
            key = f"{keys[parent]}.{label}" if left >= 0 and parent >= 0 and keys[parent] else label
            left -= len(key)
            keys.append(key)
        return keys

    @cached_property
    def lowered_keys(self) -> list[str]:
        """The keys in small letters, for searches."""
        return [key.lower() for key in self.keys]

    def row(self, key: str) -> int | None:
        """The first row with this key, one that the file has before a group; None when there is none."""
        return self._rows_by_key.get(key)

    @cached_property
    def _rows_by_key(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for row, key in enumerate(self.keys):
            known = found.setdefault(key, row)
            if self.entries[known] is None and self.entries[row] is not None:
                found[key] = row
        return found

    @cached_property
    def leaves(self) -> list[int]:
        """The rows without children: tensors, values, and branches that are empty."""
        return [row for row, end in enumerate(self.ends) if end == row + 1]

    @cached_property
    def sharing(self) -> dict[str, list[int]]:
        """Storage key -> the rows of the tensors that lie in it, for storages with more than one."""
        keys = [_storage_key(entry) for entry in self.entries]
        users: dict[str, list[int]] = {
            key: [] for key, number in Counter(keys).items() if number > 1 and key is not None
        }
        for row, key in enumerate(keys) if users else ():
            if key is not None and key in users:
                users[key].append(row)
        return users

    def shared_with(self, row: int) -> list[int]:
        """The other rows whose tensors lie in the same storage as that of `row`: tied weights and views."""
        entry = self.entries[row]
        if type(entry) is not Tensor or entry.storage is None:
            return []
        return [other for other in self.sharing.get(entry.storage.key, ()) if other != row]

    @cached_property
    def total_tensors(self) -> int:
        """How many tensors (and arrays) there are."""
        return sum(self.tensors[row] for row in self.children())

    @cached_property
    def total_parameters(self) -> int:
        """How many elements they have."""
        return sum(self.parameters[row] for row in self.children())

    @cached_property
    def total_nbytes(self) -> int:
        """How many bytes their elements take, shared ones once for each tensor."""
        return sum(self.nbytes[row] for row in self.children())

    @cached_property
    def unique_nbytes(self) -> int:
        """How many bytes their storages take, each counted once however many tensors lie in it."""
        storages = {}
        for entry in self.entries:
            if type(entry) is Tensor:
                for part in (entry, *entry.extra.parts):
                    if part.storage is not None:
                        storages[part.storage.key] = part.storage
        return sum(storage.nbytes for storage in storages.values() if storage.owner not in storages)


def _built(root: Branch) -> Outline:
    rows = Rows()
    rows.list_all(root)
    ends, places = in_preorder(rows.parents)
    if places is not None:
        rows.move_to(places)
    entries = rows.entries
    numels = [prod(entry.shape) if type(entry) is Tensor else 0 for entry in entries]
    nbytes = [_nbytes(entry, n) if type(entry) is Tensor else 0 for entry, n in zip(entries, numels, strict=True)]
    branches = [row for row, end in enumerate(ends) if end > row + 1]
    return Outline(
        labels=rows.labels,
        depths=rows.depths,
        ends=ends,
        parents=rows.parents,
        entries=entries,
        tensors=_summed([1 if type(entry) is Tensor else 0 for entry in entries], branches, ends),
        parameters=_summed(numels, branches, ends),
        nbytes=_summed(nbytes, branches, ends),
        origins=range(len(entries)),
        blocks={},
    )


def _summed(own: list[int], branches: list[int], ends: list[int]) -> list[int]:
    """For each row the sum of what the rows of its subtree have of their own, in place of what it has of its own."""
    before = [0, *accumulate(own)]
    for row in branches:
        own[row] = before[ends[row]] - before[row]
    return own


def _storage_key(entry: Entry | None) -> str | None:
    return entry.storage.key if type(entry) is Tensor and entry.storage is not None else None


def _nbytes(entry: Tensor, numel: int) -> int:
    """The bytes of its elements; of a sparse or nested tensor those of its parts, for it has no others."""
    parts = entry.extra.parts
    return sum(part.nbytes for part in parts) if parts else numel * ITEM_SIZES.get(entry.dtype, 1)
