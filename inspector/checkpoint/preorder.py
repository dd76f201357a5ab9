"""The entries of a tree in preorder, with the names of a state_dict split at their dots into groups.

Files name their tensors module by module, nearly all of them, so the rows come out in preorder as they are listed;
where a file names them otherwise, the rows are put in order afterwards, by the sizes of their subtrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import add

from .entries import Branch, Entry, Tensor, Value

MAX_PARTS = 64
"""A name with more parts than this is no path of a module: it stays whole, as one row."""


class Rows:
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
        around, _, label = path.rpartition(".")
        missing = [(path, label)]
        while around not in groups:
            path = around
            around, _, label = path.rpartition(".")
            missing.append((path, label))
        within = groups[around]
        for path, label in reversed(missing):
            self.labels.append(label)
            self.depths.append(self._depth_in(within))
            self.parents.append(within)
            self.entries.append(None)
            within = groups[path] = len(self.labels) - 1
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


def in_preorder(parents: list[int]) -> tuple[list[int], list[int] | None]:
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


def _ordered(branch: Branch) -> tuple[Entry, ...]:
    """Attributes such as `_metadata` last; in a module tensors first, then its modules, then what else it has."""
    if branch.kind == "module":
        return tuple(sorted(branch.children, key=_rank_in_module))
    if any(type(entry) is Branch and entry.attribute for entry in branch.children):
        return tuple(sorted(branch.children, key=lambda entry: type(entry) is Branch and entry.attribute))
    return branch.children


def _rank_in_module(entry: Entry) -> int:
    """Parameters and buffers, also those that are None, then modules, then attributes."""
    role = entry.role if type(entry) is Value else ""
    if type(entry) is Tensor or role in ("parameter", "buffer"):
        return 0
    return 1 if role == "module" or (type(entry) is Branch and entry.kind == "module") else 2


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
    if not path or not label or "." in (path[0], path[-1]) or ".." in path or "/" in path or " " in path:
        return "", name
    return (path, label) if path.count(".") < MAX_PARTS - 1 else ("", name)
