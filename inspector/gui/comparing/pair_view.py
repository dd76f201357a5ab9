"""A comparison to look at: the tree of pairs with its chips, its search and the strip that overlooks it.

    view.show(comparison)            whatever it comes from: two files, a file and a model, an error message
    view.set_distances(by_row)       how far apart the values are, as it becomes known
    view.mark(keys)                  sets off what a cause explains
    view.chosen                      the `Pair` that a person chose

It knows the comparison and nothing else, so that every panel that has one can show it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ... import wording
from ...comparing.diffing import KINDS, SAME, Comparison, Pair
from ...language import tr
from ..item_models.pair_cells import MEANINGS, PairColumn
from ..item_models.pair_model import PairModel
from ..item_models.pair_rows import RANKS, PairTree
from ..item_models.tree_rows import TreeRows
from ..theme import colours
from ..widgets.overview_strip import OverviewStrip
from ..widgets.tree_openness import Branches, open_so, openness
from .pair_filter import NOTHING, PairFilter
from .pair_tree_view import PairTreeView

if TYPE_CHECKING:
    from ...analysis.distances import Distance

DIFFERENT = tuple(kind for kind in KINDS if kind != SAME)
_MOST_OPENED = 300
"""Rows that are set off are all brought on show, if they are no more than this."""


class PairView(QWidget):
    """The aligned tree of a comparison."""

    chosen = Signal(object)
    """The `Pair` of the row that became the current one; None for a group, and for none."""
    asked = Signal(object)
    """A row was double-clicked, or Enter pressed on it: its `Pair`, None for a group."""
    looked_at = Signal(object)
    """The rows of the tree that are in view now, as a list."""
    painted = Signal()
    """The tree was painted for the first time."""
    arranged = Signal(str)
    arranging = Signal(str)
    """As of a panel: a person searched, filtered, sorted, opened, chose ..."""
    rearranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = PairTree(NOTHING)
        self.model = PairModel(self.tree, self)
        self.view = PairTreeView(self.model)
        self.strip = OverviewStrip()
        self.filter = PairFilter()
        self.chips, self.search = self.filter.chips, self.filter.search
        self._depth = 0
        self._branches_of = (self.tree, Branches(self.tree.outline))
        self._lay_out()
        self._connect()

    # What is shown

    def show(self, comparison: Comparison | None = None, tree: PairTree | None = None) -> None:  # type: ignore[override]
        """Shows a comparison; `tree` is its tree, where that was made beside the window (100,000 pairs take 0.5 s).

        What is open and chosen stays so, as far as it is still there. Without arguments: shows the widget.
        """
        if comparison is not None or tree is not None:
            self._show_tree(tree or PairTree(comparison or NOTHING))
        super().show()

    def set_distances(self, measured: Mapping[int, Distance], refused: Mapping[int, str] | None = None) -> None:
        """Takes in how far apart the tensors of these rows of the tree are, or why that cannot be said."""
        self.show_distances(self.tree.take(measured, refused or {}))

    def show_distances(self, kinds_changed: bool) -> None:
        """Shows what the tree has taken in; whether rows are of another kind by that."""
        if kinds_changed:
            self.filter.recount()
            self._draw_strip()
        self.view.repaint_rows()

    def settle(self) -> None:
        """All distances are in: rows that are filtered by kind, or sorted, take the places that these give them."""
        if self.chips.down or self.model.rows.flat:
            self.filter.again()

    def choose(self, key: str) -> bool:
        """Makes the pair that has this key on either side the chosen one; False where there is none."""
        rows = self.tree.rows_of([key])
        if rows:
            self._choose(rows[0])
        return bool(rows)

    def mark(self, keys: Iterable[str]) -> None:
        """Sets off the pairs that have these keys, and goes to the first; no keys: sets off nothing."""
        rows = self.tree.rows_of(keys)
        self.view.mark(rows)
        lines = bytearray(len(self.tree)) if rows else bytearray()
        for row in rows:
            lines[row] = 1
        self.strip.set_off(lines)
        self._bring_on_show(rows)

    def filter_kinds(self, kinds: Collection[str]) -> None:
        """Leaves the pairs of these kinds; none: all."""
        self.filter.press(kinds)

    def step(self, step: int) -> None:
        """Goes to the next pair that differs, or with −1 to the one before, round and round."""
        rows = self.model.rows.rows if self.model.rows.flat else self.model.rows.candidates()
        wanted = [row for row in rows if self.tree.ranks[row] not in (0, RANKS[SAME])]
        if not wanted:
            return
        here = self.view.current()
        if self.model.rows.flat:
            place = wanted.index(here) + step if here in wanted else 0
        elif step > 0:
            place = next((place for place, row in enumerate(wanted) if row > here), 0)
        else:
            place = next((place for place in range(len(wanted) - 1, -1, -1) if wanted[place] < here), -1)
        self.view.choose(wanted[place % len(wanted)])

    @property
    def current(self) -> Pair | None:
        """The pair that is chosen."""
        row = self.view.current()
        return self.tree.pair(row) if row >= 0 else None

    def expand_all(self) -> None:
        self._depth = self._deepest()
        self.model.change(TreeRows.open_all)
        self.arranged.emit(tr("Expand All"))

    def collapse_all(self) -> None:
        self._depth = 0
        self.model.change(TreeRows.close_all)
        self.arranged.emit(tr("Collapse All"))

    def step_depth(self, step: int) -> None:
        """Shows one level more or less everywhere."""
        self._depth = max(0, min(self._depth + step, self._deepest()))
        self.model.change(lambda rows: rows.open_to(self._depth))
        self.arranged.emit(tr("One Level Deeper") if step > 0 else tr("One Level Less"))

    def _deepest(self) -> int:
        return max(self.tree.outline.depths, default=0)

    def file_order(self) -> None:
        """Gives up sorting."""
        self.view.columns.sort(PairColumn.KEY_A)
        self.view.columns.tell_sorting()

    # How a person arranged it

    def arrangement(self) -> dict[str, Any]:
        """The search, the chips, the order, what is open and chosen, the columns, and what is at the top."""
        key, view = self.tree.outline.key, self.view
        return {
            "query": self.search.text(),
            "kinds": sorted(self.chips.down),
            "open": openness(self.model.rows, self._branches, key),
            "chosen": key(view.current()) if view.current() >= 0 else None,
            **view.columns.arrangement(),
            "scroll": key(view.top()) if view.top() >= 0 else None,
        }

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """Arranges it so, as far as it still can be."""
        row = self.tree.outline.row
        if isinstance(wanted.get("open"), dict):
            self.model.change(lambda rows: open_so(rows, wanted["open"], row) and None)
        self.view.columns.arrange(wanted)
        self.filter.arrange(wanted.get("query"), wanted.get("kinds"))
        if "open" in wanted:
            self.view.columns.sort_again()
        if isinstance(wanted.get("chosen"), str):
            place = row(wanted["chosen"])
            if place is not None and self.model.rows.place_of(place) is not None:
                self.view.choose(place)
        elif "chosen" in wanted:
            self.view.choose_none()
        if isinstance(wanted.get("scroll"), str) and (top := row(wanted["scroll"])) is not None:
            self.view.scroll_to_top(top)

    @property
    def _branches(self) -> Branches:
        if self._branches_of[0] is not self.tree:
            self._branches_of = (self.tree, Branches(self.tree.outline))
        return self._branches_of[1]

    def _tell_chosen(self, row: int) -> None:
        if self.view.chooses_by_itself:
            self.rearranged.emit()
        elif row >= 0:
            self.arranging.emit(tr("Choose {key}", key=wording.safe(self.tree.outline.key(row), 40)))

    def _tell_toggled(self, row: int, is_open: bool) -> None:
        key = wording.safe(self.tree.outline.key(row), 40)
        self.arranged.emit(tr("Open {key}", key=key) if is_open else tr("Close {key}", key=key))

    def row_text(self) -> str:
        """The chosen row with its whole keys, its cells separated by tabs as a spreadsheet takes them."""
        row, cells = self.view.current(), self.model.cells
        keys = {column: cells.whole_key(row, column) for column in (PairColumn.KEY_A, PairColumn.KEY_B)}
        return "\t".join(keys.get(column, cells.text(row, column)) for column in PairColumn)

    def _show_tree(self, tree: PairTree) -> None:
        before, opened, chosen = self.tree, self.model.rows.opened_rows(), self.view.current()
        keys = [before.outline.key(row) for row in opened]
        key = before.outline.key(chosen) if chosen >= 0 else ""
        kept = [row for each in keys if (row := tree.outline.row(each)) is not None]
        is_first = not before.comparison.pairs
        self.tree = tree
        self.view.show_tree(tree, tree.first_open if is_first else kept)
        self.view.mark(())
        self.strip.set_off(b"")
        self._draw_strip()
        if is_first and not self.view.columns.is_arranged:
            self.view.columns.fit()
            self.view.share_room()
        self.filter.show_tree(tree)
        row = tree.outline.row(key) if key else None
        if row is not None:
            self.view.choose_again(row)
        else:
            self.chosen.emit(None)

    def _bring_on_show(self, rows: list[int]) -> None:
        if not rows:
            return
        if len(rows) <= _MOST_OPENED and self.model.rows.found is None and not self.model.rows.flat:
            groups = [row for row in self.tree.with_ancestors(rows) if not self.tree.ranks[row]]
            self.model.change(lambda shown: shown.open_rows(groups))
        self._choose(rows[0])

    def _choose(self, row: int) -> None:
        """Makes a row the chosen one; a filter that hides it is given up."""
        if self.model.rows.found is not None and row not in self.model.rows.found:
            self.filter.clear()
        self.view.choose(row)

    def _leave(self, hits: list[int] | None) -> None:
        """Leaves these pairs, and the groups that they lie in."""
        found = self.tree.with_ancestors(hits) if hits is not None else None
        self.model.change(lambda rows: rows.search(found))
        self.view.columns.sort_again()

    # Layout and wiring

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.view, 1)
        row.addWidget(self.strip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addLayout(row, 1)

    def _connect(self) -> None:
        self.view.chosen.connect(lambda row: self.chosen.emit(self.tree.pair(row) if row >= 0 else None))
        self.view.asked.connect(lambda row: self.asked.emit(self.tree.pair(row)))
        self.view.looked_at.connect(self._look)
        self.view.chosen.connect(self._tell_chosen)
        self.view.dragged.connect(self._drag)
        self.view.toggled.connect(self._tell_toggled)
        self.view.columns.arranged.connect(self.arranged)
        self.view.columns.arranging.connect(self.arranging)
        self.search.searched.connect(lambda _query: self.arranging.emit(tr("Search")))
        self.filter.pressed.connect(lambda: self.arranged.emit(tr("Filter")))
        self.view.painted.connect(self._begin)
        self.strip.asked.connect(self._go_to)
        self.filter.changed.connect(self._leave)
        self.search.left.connect(self.view.setFocus)

    def _drag(self, _row: int) -> None:
        """The row that is dragged is the chosen one: it was pressed."""
        from ..dropping.dragging_out import drag_text
        from .pair_deeds import key_of

        drag_text(self.view, key_of(self))

    def _begin(self) -> None:
        self.search.dress()
        self.painted.emit()

    def _go_to(self, row: int) -> None:
        """Goes to a row of the tree; from a group to the first pair in it."""
        self._choose(next((each for each in range(row, len(self.tree)) if self.tree.ranks[each]), row))

    def _look(self) -> None:
        rows = self.view.on_show()
        self.strip.stand_beside(self.view.viewport().y(), self.view.verticalHeader().defaultSectionSize())
        if rows and not self.model.rows.flat:
            last = rows[-1] if self.model.rows.is_open(rows[-1]) else self.tree.outline.ends[rows[-1]] - 1
            self.strip.show_view(rows[0], last)
        self.looked_at.emit(rows)

    def _draw_strip(self) -> None:
        now = colours()
        self.strip.show_ranks(self.tree.ranks, {RANKS[kind]: now.of(MEANINGS[kind]) for kind in DIFFERENT})

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_strip()
