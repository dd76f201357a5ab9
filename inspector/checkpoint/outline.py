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
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod
from operator import add, sub

from .entries import ITEM_SIZES, Branch, Entry, Tensor

MAX_PARTS = 64
"""A name with more parts than this is no path of a module: it stays whole, as one row."""
MAX_KEY_CHARACTERS = 200_000_000
"""Characters that all keys of an outline may have together."""


@dataclass(frozen=True, eq=False)
class Outline:
    """The rows of a tree, in preorder, as parallel lists that nobody changes. The root itself has no row."""

    labels: list[str]
    """What a row is called among its siblings, as the file has it (`wording.safe` before it is shown)."""
    depths: list[int]
    """How deep it lies, 0 at the top."""
    ends: list[int]
    """The row just past its subtree (`i + 1` for a leaf)."""
    parents: list[int]
    """The row it belongs to, -1 at the top."""
    entries: list[Entry | None]
    """What the file has there; None for a group, which is made of name parts that several share."""
    tensors: list[int]
    """How many tensors (and arrays) its subtree has, itself among them."""
    parameters: list[int]
    """How many elements they have together."""
    nbytes: list[int]
    """How many bytes their elements take; a storage that two share counts twice, as it does in torch."""
    origins: list[int] | range
    """The row of the unfolded outline that it shows; its own number unless `folding.fold` made this outline."""
    blocks: dict[int, tuple[int, ...]]
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
    rows = _Rows()
    rows.list_all(root)
    ends, places = _in_preorder(rows.parents)
    if places is not None:
        rows.move_to(places)
    entries = rows.entries
    ones = [1 if type(entry) is Tensor else 0 for entry in entries]
    numels = [prod(entry.shape) if type(entry) is Tensor else 0 for entry in entries]
    nbytes = [_nbytes(entry, n) if type(entry) is Tensor else 0 for entry, n in zip(entries, numels, strict=True)]
    return Outline(
        labels=rows.labels,
        depths=rows.depths,
        ends=ends,
        parents=rows.parents,
        entries=entries,
        tensors=_summed(ones, ends),
        parameters=_summed(numels, ends),
        nbytes=_summed(nbytes, ends),
        origins=range(len(entries)),
        blocks={},
    )


class _Rows:
    """The rows as they are listed: each after its parent, but a group perhaps in several pieces.

    Files name their tensors module by module, nearly all of them: then this is the preorder already.
    """

    def __init__(self) -> None:
        self.labels: list[str] = []
        self.depths: list[int] = []
        self.parents: list[int] = []
        self.entries: list[Entry | None] = []

    def list_all(self, root: Branch) -> None:
        """Lists everything below `root`: a stack of generators, for trees may be deeper than Python may recurse."""
        listings = [self._list(root, -1)]
        while listings:
            nested = next(listings[-1], None)
            if nested is None:
                listings.pop()
            else:
                listings.append(self._list(*nested))

    def _list(self, branch: Branch, parent: int) -> Iterator[tuple[Branch, int]]:
        """Lists the children of `branch`, row `parent`; stops at each that has children until these are listed."""
        labels, depths, parents, entries = self.labels, self.depths, self.parents, self.entries
        has_paths = _has_paths(branch)
        groups = {"": parent}
        path, within, depth = "", parent, self._depth_in(parent)
        for entry in _ordered(branch):
            label = entry.name
            if has_paths:
                found, dot, label = label.rpartition(".")
                if found != path or not label or (dot and not found):  # not in the group of the one before
                    path, label = _split(entry.name)
                    within = groups[path] if path in groups else self._open_group(path, groups)
                    depth = self._depth_in(within)
            labels.append(label)
            depths.append(depth)
            parents.append(within)
            entries.append(entry)
            if type(entry) is Branch and entry.children:
                yield entry, len(labels) - 1

    def _open_group(self, path: str, groups: dict[str, int]) -> int:
        """Adds the row of the group `path`, and of those around it that are not there yet; gives its number."""
        start = len(path)
        while path[:start] not in groups:
            start = max(path.rfind(".", 0, start), 0)
        within = groups[path[:start]]
        while start < len(path):
            end = path.find(".", start + 1)
            end = end if end > 0 else len(path)
            self.depths.append(self._depth_in(within))
            self.parents.append(within)
            self.entries.append(None)
            self.labels.append(path[start:end].lstrip("."))
            within = groups[path[:end]] = len(self.labels) - 1
            start = end
        return within

    def _depth_in(self, parent: int) -> int:
        return self.depths[parent] + 1 if parent >= 0 else 0

    def move_to(self, places: list[int]) -> None:
        """Puts each row in its place."""
        order = sorted(range(len(places)), key=places.__getitem__)
        self.labels = [self.labels[row] for row in order]
        self.depths = [self.depths[row] for row in order]
        self.entries = [self.entries[row] for row in order]
        self.parents = [places[parent] if (parent := self.parents[row]) >= 0 else -1 for row in order]


def _in_preorder(parents: list[int]) -> tuple[list[int], list[int] | None]:
    """Where the subtree of each row ends in preorder; and where each row belongs, None if all are in place.

    `parents` are rows of which each comes after its parent. In preorder a row stands right after its
    parent and the subtrees of the siblings before it, and so it is enough to know how large these are.
    """
    sizes = [1] * (len(parents) + 1)  # the last one is of the root, which has no row: parent -1
    for row in range(len(parents) - 1, -1, -1):
        sizes[parents[row]] += sizes[row]
    free = [0] * (len(parents) + 1)
    places = []
    for row, (parent, size) in enumerate(zip(parents, sizes, strict=False)):
        place = free[parent]
        free[parent] = place + size
        free[row] = place + 1
        places.append(place)
    if places == list(range(len(parents))):
        return list(map(add, places, sizes)), None
    ends = [0] * len(parents)
    for place, size in zip(places, sizes, strict=False):
        ends[place] = place + size
    return ends, places


def _summed(own: list[int], ends: list[int]) -> list[int]:
    """For each row the sum of what the rows of its subtree have of their own."""
    before = [0, *accumulate(own)]
    return list(map(sub, map(before.__getitem__, ends), before))


def _storage_key(entry: Entry | None) -> str | None:
    return entry.storage.key if type(entry) is Tensor and entry.storage is not None else None


def _nbytes(entry: Tensor, numel: int) -> int:
    """The bytes of its elements; of a sparse or nested tensor those of its parts, for it has no others."""
    parts = entry.extra.parts
    return sum(part.nbytes for part in parts) if parts else numel * ITEM_SIZES.get(entry.dtype, 1)


def _ordered(branch: Branch) -> tuple[Entry, ...]:
    """Attributes such as `_metadata` last; in a module tensors first, then its modules, then what else it has."""
    if branch.kind == "module":
        return tuple(sorted(branch.children, key=_rank_in_module))
    if any(type(entry) is Branch and entry.attribute for entry in branch.children):
        return tuple(sorted(branch.children, key=lambda entry: type(entry) is Branch and entry.attribute))
    return branch.children


def _rank_in_module(entry: Entry) -> int:
    if type(entry) is Tensor:
        return 0
    if type(entry) is Branch:
        return 3 if entry.attribute else 1 if entry.kind == "module" else 2
    return 2


def _has_paths(branch: Branch) -> bool:
    """Whether tensors, or dicts of tensors, lie there under paths of parameters (`layer1.0.weight`).

    Where no name is of that kind, dots mean something else: versions, file names, sentences.
    """
    return branch.kind == "mapping" and not branch.attribute and any(map(_has_path, branch.children))


def _has_path(entry: Entry) -> bool:
    if not _split(entry.name)[0]:
        return False
    return type(entry) is Tensor or (type(entry) is Branch and any(type(child) is Tensor for child in entry.children))


def _split(name: str) -> tuple[str, str]:
    """The path of the group that a name lies in, empty for none, and its label there.

    A name stays whole when a part of it is empty, when it has too many, and when it is a file's or a sentence.
    """
    path, _, label = name.rpartition(".")
    if (
        path
        and label
        and path.count(".") < MAX_PARTS - 1
        and all(path.split("."))
        and "/" not in path
        and " " not in path
    ):
        return path, label
    return "", name
