"""The key tree with what belongs to it: the search above, the banners, folding, sorting and depth.

Rows that leave this part, and come into it, are rows of the unfolded outline; which of the two outlines is
shown is nobody else's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from ... import wording
from ...checkpoint.layers import layer
from ...checkpoint.outline import Outline
from ...errors import QueryError
from ...language import ntr, sentences, tr
from ..actions import FOR_A_ROW, Actions
from ..item_models.tree_cells import ByKey, Cells, Column
from ..item_models.tree_model import CheckpointTreeModel
from ..item_models.tree_rows import TreeRows
from ..open_file import Opened, OpenFile
from ..searching import Searching
from ..settings import Settings
from ..theme import px
from ..widgets.banner import Banner
from ..widgets.labels import Label
from ..widgets.search_field import SearchField
from ..widgets.tree_openness import Branches, open_so, openness
from ..widgets.tree_view import TreeView

if TYPE_CHECKING:
    from ...checkpoint.searching import Found


class TreeSide(QWidget):
    """The tree of one open file."""

    asked = Signal(int)
    """A row was double-clicked or Enter pressed on it."""
    dragged = Signal(int)
    """A row of the outline that is shown is dragged away."""
    facts_asked = Signal()
    """The facts of the file are wanted."""
    salvage_asked = Signal()
    """What is whole of the file is to be saved."""
    arranged = Signal(str)
    arranging = Signal(str)
    """As of a panel: a person searched, sorted, opened, chose ..."""
    rearranged = Signal()

    def __init__(self, file: OpenFile, contents: Opened, actions: Actions, settings: Settings) -> None:
        super().__init__()
        self._file = file
        self._contents = contents
        self._actions = actions
        self._settings = settings
        self._query = ""
        self._searching = Searching(self)
        self._searching.found.connect(self._end_search)
        self._searching.refused.connect(self._refuse_search)
        self._unmeasured = 0
        self._is_painted = False
        self._depth = 0
        self._is_folded = False
        self._as_folded: dict[int, int] = {}
        self._branches_of: tuple[Outline, Branches] | None = None
        self.cells = self._cells(contents.outline)
        self.model = CheckpointTreeModel(self.cells, self)
        self.view = TreeView(self.model)
        self.search = SearchField()
        self.count = Label(tone="quiet")
        self.problem = Label(tone="quiet", wrap=True)
        self.damage = Banner("!")
        tip = tr("Write what is whole as a new file")
        self.damage.offer(tr("Salva&ge…"), self.salvage_asked.emit, tip)
        self.damage.offer_closing()
        self.danger = Banner("!")
        self.danger.offer(tr("&Show"), self.facts_asked.emit, tr("Go to what the file names, and what each does"))
        self.danger.offer_closing()
        self.change = Banner("↻", tone="accent")
        self.change.offer(tr("Re&load"), file.open, tr("Read the file again; the chosen entry stays chosen"))
        self.change.offer_closing()
        self._lay_out()
        self._connect()
        state = settings.state("tree_columns")
        if state is None or not self.view.columns.restore(state):
            self.view.fit_columns()
        self._show_damage()
        self.set_folded(settings.choice("fold", ("no", "yes")) == "yes")
        self._open_first_levels()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 10, 10, 8)
        bar.setSpacing(4)
        bar.addWidget(self.search, 1)
        self.count.setContentsMargins(6, 0, 6, 0)
        bar.addWidget(self.count)
        for name in "fold shallower deeper collapse_all expand_all measure compare fit convert details".split():
            bar.addWidget(self._button(self._actions[name]))
        self.problem.setContentsMargins(16, 0, 16, 8)
        self.problem.hide()
        column.addLayout(bar)
        for widget in (self.problem, self.change, self.danger, self.damage):
            column.addWidget(widget)
        column.addWidget(self.view, 1)

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setAccessibleName(action.text().replace("&", ""))
        button.setFixedSize(px(30), px(30))
        button.setIconSize(QSize(px(16), px(16)))
        return button

    def _connect(self) -> None:
        self.view.chosen.connect(self._choose)
        self.view.dragged.connect(self.dragged)
        self.view.toggled.connect(self._tell_toggled)
        self.view.columns.arranged.connect(self.arranged)
        self.view.columns.arranging.connect(self.arranging)
        self.view.asked.connect(lambda row: self.asked.emit(self._origin(row)))
        self.view.looked_at.connect(self._look)
        self.view.painted.connect(self._begin)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._offer_actions)
        self.search.searched.connect(self.search_for)
        self.search.searched.connect(lambda _query: self.arranging.emit(tr("Search")))
        self.search.left.connect(self.view.setFocus)
        self._file.measured.connect(lambda _rows: self.view.repaint_rows())
        self._file.paced.connect(self._hear_pace)
        self._file.changed_on_disk.connect(self._tell_change)

    # What is shown

    def show_again(self, contents: Opened) -> None:
        """Shows the file as it was read anew; what was open and chosen stays so, as far as it is still there."""
        before = self._contents.outline
        opened = [before.key(self._origin(row)) for row in self.model.rows.opened_rows()]
        chosen = before.key(self._file.row) if self._file.row >= 0 else ""
        self._contents, self._as_folded = contents, {}
        self.change.say("")
        self._show_damage()
        rows = [row for key in opened if (row := contents.outline.row(key)) is not None]
        place = contents.outline.row(chosen) if chosen else None
        self._file.row = -1
        self._show(rows, -1 if place is None else place)
        self._file.begin()

    def set_folded(self, folded: bool) -> None:
        """Shows repeated blocks as one row, or each by itself."""
        if folded != self._is_folded:
            opened = [self._origin(row) for row in self.model.rows.opened_rows()]
            self._is_folded = folded
            self._show(opened, self._file.row)

    def search_for(self, query: str) -> None:
        """Leaves the rows that match; a query that is not understood leaves everything and says why."""
        self._query = query
        if not query:
            self._end_search(None)
            return
        from ...checkpoint.searching import search

        self._searching.start(search(self.outline, query, ByKey(self.cells)))

    def _refuse_search(self, error: QueryError) -> None:
        self._tell(str(error))
        self.count.setText("")

    def _end_search(self, found: Found | None) -> None:
        self._searching.stop()
        self._unmeasured = found.unmeasured if found is not None else 0
        self.model.change(lambda rows: rows.search(found.rows if found is not None else None))
        self.view.columns.sort_again()
        self.count.setText(wording.plural(len(found.hits), "match", "matches") if found is not None else "")
        unmeasured = ntr("{n} tensor is not measured yet.", "{n} tensors are not measured yet.", self._unmeasured)
        self._tell(unmeasured if self._unmeasured else "")

    def choose(self, row: int) -> None:
        """Makes a row of the unfolded outline the chosen one."""
        self.view.choose(self._shown(row))

    def step_depth(self, step: int) -> None:
        """Shows one level more or less everywhere."""
        self._depth = max(0, min(self._depth + step, self._contents.deepest))
        self.model.change(lambda rows: rows.open_to(self._depth))
        self.arranged.emit(tr("One Level Deeper") if step > 0 else tr("One Level Less"))

    def expand_all(self) -> None:
        self._depth = self._contents.deepest
        self.model.change(TreeRows.open_all)
        self.arranged.emit(tr("Expand All"))

    def collapse_all(self) -> None:
        self._depth = 0
        self.model.change(TreeRows.close_all)
        self.arranged.emit(tr("Collapse All"))

    def file_order(self) -> None:
        """Gives up sorting."""
        self.view.columns.sort(Column.KEY)
        self.view.columns.tell_sorting()

    def found_origins(self) -> list[int] | None:
        """The rows that the search left, as rows of the unfolded outline; None when nothing is searched."""
        found = self.model.rows.found
        return None if found is None else sorted(origin for row in found for origin in self.cells.members(row))

    @property
    def query(self) -> str:
        return self._query

    def current(self) -> int:
        """The chosen row of the outline that is shown, even where it is not on show; -1 when there is none."""
        row = self.view.current()
        return row if row >= 0 else self._shown(self._file.row)

    def keep_columns(self) -> None:
        """Remembers the columns, if a person arranged them."""
        if self.view.columns.is_arranged:
            self._settings.keep_state("tree_columns", self.view.horizontalHeader().saveState())

    # How a person arranged it

    def arrangement(self) -> dict[str, Any]:
        """The search, the order, what is open and chosen, the columns, and what is at the top."""
        rows = self.model.rows
        return {
            "query": self.search.text(),
            "open": openness(rows, self._branches, self._key),
            "chosen": self._contents.outline.key(self._file.row) if self._file.row >= 0 else None,
            **self.view.columns.arrangement(),
            "scroll": self._key(self.view.top()) if self.view.top() >= 0 else None,
        }

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        """Arranges it so, as far as it still can be."""
        outline = self._contents.outline
        if isinstance(wanted.get("open"), dict):
            self.model.change(lambda rows: open_so(rows, wanted["open"], self._row) and None)
        self.view.columns.arrange(wanted)
        if isinstance(wanted.get("query"), str) and wanted["query"] != self.search.text():
            self.search.say(wanted["query"])
            self.search_for(wanted["query"].strip())
        elif "open" in wanted:
            self.view.columns.sort_again()
        if "chosen" in wanted:
            key = wanted["chosen"]
            self._arrange_chosen(outline.row(key) if isinstance(key, str) else -1)
        if isinstance(wanted.get("scroll"), str):
            self.view.scroll_to_top(self._row(wanted["scroll"]))

    def _arrange_chosen(self, row: int | None) -> None:
        """Makes a row the chosen one (-1: none), without giving up what hides it; None: it is no more there."""
        if row is None:
            return
        shown = self._shown(row)
        if row >= 0 and self.model.rows.place_of(shown) is not None:
            self.view.choose(shown)
        else:
            self.view.choose_none()
            self._file.choose(row)

    @property
    def _branches(self) -> Branches:
        if self._branches_of is None or self._branches_of[0] is not self.outline:
            self._branches_of = (self.outline, Branches(self.outline))
        return self._branches_of[1]

    def _key(self, row: int) -> str:
        """The key of a row of the outline shown: that of the first of those that it stands for."""
        return self._contents.outline.key(self._origin(row))

    def _row(self, key: str) -> int:
        """The row of the outline shown for a key, -1 where there is none."""
        origin = self._contents.outline.row(key)
        return -1 if origin is None else self._shown(origin)

    def _choose(self, row: int) -> None:
        self._file.choose(self._origin(row))
        if self.view.chooses_by_itself:
            self.rearranged.emit()
        elif row >= 0:
            self.arranging.emit(tr("Choose {key}", key=wording.safe(self._key(row), 40)))

    def _tell_toggled(self, row: int, is_open: bool) -> None:
        key = wording.safe(self._key(row), 40)
        self.arranged.emit(tr("Open {key}", key=key) if is_open else tr("Close {key}", key=key))

    # Between the two outlines

    @property
    def contents(self) -> Opened:
        """What is shown of the file."""
        return self._contents

    @property
    def outline(self) -> Outline:
        """The outline that is shown."""
        return self._contents.folded if self._is_folded else self._contents.outline

    def _origin(self, row: int) -> int:
        return self.outline.origins[row] if row >= 0 else -1

    def _shown(self, origin: int) -> int:
        """The row of the outline shown that stands for a row of the unfolded one."""
        if not self._is_folded or origin < 0:
            return origin
        if not self._as_folded:
            self._as_folded = {origin: row for row, origin in enumerate(self._contents.folded.origins)}
        return self._as_folded.get(origin, -1)

    def _show(self, opened: list[int], chosen: int) -> None:
        self.cells = self._cells(self.outline)
        rows = [row for origin in opened if (row := self._shown(origin)) >= 0]
        self.view.show_cells(self.cells, rows, self._shown(chosen))
        if self._query:
            self.search_for(self._query)
        else:
            self.view.columns.sort_again()

    def _cells(self, outline: Outline) -> Cells:
        owners = self._contents.owners

        def word(outline: Outline, row: int) -> str:
            """The layer; of a state of an optimizer, the parameter that it belongs to."""
            owner = owners.get(outline.key(row)) if owners else None
            return tr("of {owner}", owner=owner) if owner else layer(outline, row)

        return Cells(outline, self._file.statistics, self._file.flagged, word, self._contents.damaged)

    def _open_first_levels(self) -> None:
        """Opens as many levels as fit on a screen, so that the first look says something."""
        self._depth = self._contents.first_depth
        rows = [row for origin in self._contents.first_rows if (row := self._shown(origin)) >= 0]
        if rows:
            self.model.change(lambda tree_rows: tree_rows.open_rows(rows))

    # Words around the tree

    def _begin(self) -> None:
        """The tree was painted for the first time: now comes what would have delayed it."""
        self._is_painted = True
        self.search.dress()
        self._look()
        self._file.begin()

    def _look(self) -> None:
        if not self._is_painted:
            return
        self._file.look_at([origin for row in self.view.on_show() for origin in self.cells.members(row)])

    def _tell(self, sentence: str) -> None:
        """Says something under the search field; nothing hides the line."""
        self.problem.setText(wording.safe(sentence, 400))
        self.problem.setVisible(bool(sentence))

    def _hear_pace(self, pace: object) -> None:
        if pace is None and self._unmeasured:
            self.search_for(self._query)

    def _show_damage(self) -> None:
        damage = self._contents.checkpoint.damage
        left = len(damage) - 1
        more = ntr("(and {n} more finding)", "(and {n} more findings)", left) if left > 0 else ""
        first = sentences(wording.safe(damage[0], 400), more) if damage else ""
        self.damage.say(first, "\n".join(wording.safe(sentence, 400) for sentence in damage[:20]))

        dangerous = [each.name for each in self._contents.checkpoint.globals if each.verdict == "dangerous"]
        named = wording.safe(wording.names(dangerous), 300)
        warning = tr("Loading this file with weights_only=False would call {named}. Nothing was run here.", named=named)
        self.danger.say(warning if named else "")

    def _tell_change(self) -> None:
        self.change.say(tr("The file changed on disk. What is shown here is as it was read."))

    def _offer_actions(self, point: QPoint) -> None:
        menu = QMenu(self)
        for name in FOR_A_ROW:
            menu.addAction(self._actions[name])
        menu.addSeparator()
        for name in ("fold", "expand_all", "collapse_all", "file_order", "export"):
            menu.addAction(self._actions[name])
        self.view.columns.fill_menu(menu.addMenu(tr("&Columns")))
        menu.exec(self.view.viewport().mapToGlobal(point))
        menu.deleteLater()
