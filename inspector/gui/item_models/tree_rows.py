"""Which rows of an outline are on show, in which order: opened, closed, searched, sorted. Knows no Qt.

An outline is a tree in preorder: the subtree of row i is the rows i to `ends[i]`. What is on show is a list
of such rows, a *place* being an index into it. All that a view asks (which row is at this place, how deep
is it, where is its parent) is answered from lists; nothing walks the tree.

Why this way: a tree model that is asked for parents and children takes seconds to expand 100,000 rows and
to filter them; a flat list of row numbers takes milliseconds (`range` when everything is open).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, Protocol


class Tree(Protocol):
    """What is needed of an outline: parallel lists over its rows in preorder."""

    depths: Sequence[int]
    ends: Sequence[int]
    parents: Sequence[int]


class TreeRows:
    """The rows on show of one outline."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.found: Sequence[int] | None = None
        """The rows that a search left, in preorder and with their ancestors; None when nothing is searched."""
        self.flat = False
        """Whether the rows are sorted, and so a flat list without branches."""
        self._open = bytearray(len(tree.ends))
        self._open_found = bytearray()
        self.rows: Sequence[int] = []
        self.rebuild()

    def rebuild(self) -> None:
        """Lists the rows anew, in the order of the file."""
        self.flat = False
        self.rows = self._listed(0, len(self.tree.ends))

    def search(self, found: Sequence[int] | None) -> None:
        """Leaves only the rows in `found` (with their ancestors), all open; None shows everything again."""
        self.found = found
        self._open_found = bytearray(b"\1") * len(self.tree.ends) if found is not None else bytearray()
        self.rebuild()

    def sort(self, value: Callable[[int], Any], rows: Sequence[int], *, descending: bool) -> None:
        """Lists `rows` flat, by `value`; those whose value is None stay last, equal ones in their order."""
        known = [(found, row) for row in rows if (found := value(row)) is not None]
        unknown = [row for row in rows if value(row) is None] if len(known) < len(rows) else []
        known.sort(key=lambda pair: pair[0], reverse=descending)
        self.rows = [row for _, row in known] + unknown
        self.flat = True

    def candidates(self) -> Sequence[int]:
        """Every row that opening alone could bring on show."""
        return self.found if self.found is not None else range(len(self.tree.ends))

    def has_children(self, row: int) -> bool:
        """Whether there is something below `row` to be shown."""
        if self.flat or self.tree.ends[row] <= row + 1:
            return False
        if self.found is None:
            return True
        following = bisect_left(self.found, row + 1)
        return following < len(self.found) and self.found[following] < self.tree.ends[row]

    def is_open(self, row: int) -> bool:
        return bool(self._opened()[row])

    def depth(self, row: int) -> int:
        return 0 if self.flat else self.tree.depths[row]

    def place_of(self, row: int) -> int | None:
        """The place of `row`, None when it is not on show."""
        if self.flat:
            return self.rows.index(row) if row in self.rows else None
        place = bisect_left(self.rows, row)
        return place if place < len(self.rows) and self.rows[place] == row else None

    def place_of_parent(self, place: int) -> int | None:
        """The place of the branch that the row at `place` is in."""
        parent = -1 if self.flat else self.tree.parents[self.rows[place]]
        return self.place_of(parent) if parent >= 0 else None

    def below(self, place: int) -> int:
        """How many rows of the subtree of the row at `place` are on show (without itself)."""
        if self.flat:
            return 0
        return bisect_left(self.rows, self.tree.ends[self.rows[place]], place + 1) - place - 1

    def to_open(self, place: int) -> list[int]:
        """The rows that opening the row at `place` brings on show."""
        row = self.rows[place]
        return list(self._listed(row + 1, self.tree.ends[row]))

    def open(self, place: int, fresh: list[int]) -> None:
        """Opens the row at `place`; `fresh` is what `to_open` gave for it."""
        self._opened()[self.rows[place]] = 1
        rows = self._changeable()
        rows[place + 1 : place + 1] = fresh

    def close(self, place: int) -> None:
        """Closes the row at `place`; what was open below it is so again when it is opened again."""
        self._opened()[self.rows[place]] = 0
        rows = self._changeable()
        del rows[place + 1 : place + 1 + self.below(place)]

    def open_all(self) -> None:
        self._opened()[:] = b"\1" * len(self.tree.ends)
        self.rebuild()

    def close_all(self) -> None:
        self._opened()[:] = bytes(len(self.tree.ends))
        self.rebuild()

    def open_to(self, depth: int) -> None:
        """Shows the rows to this depth (0: only the outermost), and closes what is deeper."""
        self._opened()[:] = bytes([level < depth for level in self.tree.depths])
        self.rebuild()

    def open_rows(self, rows: Sequence[int]) -> None:
        """Opens these rows, wherever they are."""
        opened = self._opened()
        for row in rows:
            opened[row] = 1
        self.rebuild()

    def set_open(self, depth: int, opened: Sequence[int], closed: Sequence[int]) -> None:
        """Opens, for when nothing is searched, all to this depth, then `opened`, and closes `closed`."""
        self._open[:] = bytes([level < depth for level in self.tree.depths])
        for row in opened:
            self._open[row] = 1
        for row in closed:
            self._open[row] = 0
        self.rebuild()

    def open_below(self, row: int) -> None:
        """Opens `row` and everything below it."""
        end = self.tree.ends[row]
        self._opened()[row:end] = b"\1" * (end - row)
        self.rebuild()

    def reveal(self, row: int) -> None:
        """Opens whatever stands between `row` and the screen; gives up a search or an order that hides it."""
        if self.found is not None and self.place_of(row) is None and row not in self.found:
            self.search(None)
        parent = self.tree.parents[row]
        while parent >= 0:
            self._opened()[parent] = 1
            parent = self.tree.parents[parent]
        self.rebuild()

    @property
    def opened(self) -> bytearray:
        """For each row whether it is open when nothing is searched."""
        return self._open

    def opened_rows(self) -> list[int]:
        """The rows that are open when nothing is searched."""
        return [row for row, is_open in enumerate(self._open) if is_open]

    def _opened(self) -> bytearray:
        return self._open if self.found is None else self._open_found

    def _changeable(self) -> list[int]:
        if not isinstance(self.rows, list):
            self.rows = list(self.rows)
        return self.rows

    def _listed(self, start: int, end: int) -> Sequence[int]:
        """The rows on show from `start` to `end`."""
        opened = self._opened()
        if self.found is None:
            if 0 not in opened[start:end]:
                return range(start, end)
            return _walked(start, end, self.tree.ends, opened)
        first, last = bisect_left(self.found, start), bisect_left(self.found, end)
        if 0 not in opened[start:end]:
            return self.found[first:last]
        return _walked_found(self.found, first, last, self.tree.ends, opened)


def _walked(row: int, end: int, ends: Sequence[int], opened: bytearray) -> list[int]:
    rows = []
    while row < end:
        rows.append(row)
        row = row + 1 if opened[row] else ends[row]
    return rows


def _walked_found(found: Sequence[int], place: int, last: int, ends: Sequence[int], opened: bytearray) -> list[int]:
    rows = []
    while place < last:
        row = found[place]
        rows.append(row)
        place = place + 1 if opened[row] else bisect_left(found, ends[row], place + 1)
    return rows
