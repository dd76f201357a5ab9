"""What is chosen on the page of a training: a checkpoint, a layer, a measure; what is marked; what is open."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from .layer_rows import LayerRows
from .measures import NAMES


class Choice(QObject):
    """One for each panel. Rows are known by their keys, for another file has them elsewhere."""

    changed = Signal()
    """Another frame, row, mark or measure."""
    opened = Signal()
    """Other rows are open: `shown` is another."""
    moved = Signal()
    """A person went to another frame or row."""
    asked = Signal(str)
    """`open` or `compare`: what is to be done with what is chosen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.place = -1
        """The place of the chosen frame, -1 while there is none."""
        self.row = 0
        self.measure = NAMES[0]
        self.marked: tuple[int, ...] = ()
        """The places that are marked for comparing, two at most; the later one last."""
        self.lit_rows: frozenset[int] = frozenset()
        self.lit_places: frozenset[int] = frozenset()
        """What the chosen story is about."""
        self.rows: LayerRows | None = None
        self.open_rows: frozenset[int] = frozenset()
        self.shown: list[int] = []
        """The rows to be seen, from above."""
        self._columns = 0

    def take_rows(self, rows: LayerRows | None) -> None:
        """These are the rows; what was open and chosen stays so where it is the same tree."""
        if rows is self.rows or (rows is not None and self.rows is not None and rows.keys == self.rows.keys):
            return
        self.rows, self.row = rows, 0
        self.lit_rows = frozenset()
        self._open(rows.opened_first() if rows is not None else frozenset())

    def take_columns(self, count: int) -> None:
        """There are so many frames."""
        self._columns = count
        self.place = min(self.place, count - 1)
        if self.place < 0 and count:
            self.place = count - 1
        self.marked = tuple(place for place in self.marked if place < count)
        self.changed.emit()

    def go_to(self, place: int | None = None, row: int | None = None) -> None:
        """A person chose this frame, this row, or both."""
        place = self.place if place is None else min(max(place, 0), self._columns - 1)
        row = self.row if row is None else row
        if (place, row) != (self.place, self.row):
            self.place, self.row = place, row
            self.changed.emit()
            self.moved.emit()

    def step(self, across: int, down: int) -> None:
        """The arrow keys."""
        at = self.shown.index(self.row) if self.row in self.shown else 0
        at = min(max(at + down, 0), max(0, len(self.shown) - 1))
        self.go_to(self.place + across, self.shown[at] if self.shown else 0)

    def toggle_mark(self, place: int) -> None:
        """Marks a frame for comparing, or no longer; of three the first gives way."""
        if 0 <= place < self._columns:
            others = tuple(each for each in self.marked if each != place)
            self.marked = others if place in self.marked else (*others, place)[-2:]
            self.changed.emit()
            self.moved.emit()

    def mark(self, places: list[int]) -> None:
        """Marks these and no others."""
        self.marked = tuple(place for place in places if 0 <= place < self._columns)[:2]
        self.changed.emit()

    def measure_by(self, name: str) -> None:
        if name in NAMES and name != self.measure:
            self.measure = name
            self.changed.emit()

    def light(self, rows: frozenset[int], places: frozenset[int]) -> None:
        """Sets off these rows and frames."""
        self.lit_rows, self.lit_places = rows, places
        if self.rows is not None:
            above = {each for row in rows for each in self.rows.above(row)}
            if not above <= self.open_rows:
                self._open(self.open_rows | above)
        self.changed.emit()

    def toggle(self, row: int, wanted: bool | None = None) -> bool:
        """Opens or closes a row; whether it is another now."""
        if self.rows is None or not self.rows.has_children(row) or (row in self.open_rows) is wanted:
            return False
        self._open(self.open_rows ^ {row})
        return True

    def open_all(self, wanted: bool) -> None:
        """Opens every row, or closes all but the first."""
        if self.rows is not None:
            every = frozenset(row for row in range(len(self.rows)) if self.rows.has_children(row))
            self._open(every if wanted else frozenset({0}))

    def open_keys(self) -> list[str]:
        """The keys of the rows that are open."""
        return [self.rows.keys[row] for row in sorted(self.open_rows)] if self.rows is not None else []

    def open_only(self, keys: list[str]) -> None:
        """Opens the rows with these keys, and no others."""
        if self.rows is not None:
            wanted = set(keys)
            self._open(frozenset(row for row, key in enumerate(self.rows.keys) if key in wanted))

    def _open(self, rows: frozenset[int]) -> None:
        self.open_rows = rows
        self.shown = self.rows.shown(rows) if self.rows is not None else []
        if self.rows is not None and self.row not in self.shown:
            self.row = next((row for row in self.rows.above(self.row) if row in set(self.shown)), 0)
        self.opened.emit()

    def pair(self) -> tuple[int, int] | None:
        """The two frames that would be compared: the marked ones, or the chosen one and the one before it."""
        if len(self.marked) == 2:
            return min(self.marked), max(self.marked)
        if self.marked and self.place not in self.marked and self.place >= 0:
            return min(self.marked[0], self.place), max(self.marked[0], self.place)
        return (self.place - 1, self.place) if self.place > 0 else None
