"""Two files held against each other: what they come to in a sentence, the causes, the tree of pairs, one pair closer.

What is shown is asked of the `OpenComparison`; a person's wishes go to it.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from ... import wording
from ...comparing.causes import Cause
from ...comparing.diffing import Pair
from ...language import ntr, sentences, tr
from ..actions import Actions
from ..comparison import OpenComparison
from ..settings import Settings
from ..theme import px, scaled_font
from ..widgets.banner import Banner
from ..widgets.marked_text import MarkedText
from ..widgets.shared_room import SharedRoom
from .cause_lines import CauseLines
from .heads import Heads
from .pair_view import PairView

_OFFERED = (
    *("copy_key", "copy_row", "copy_command", ""),
    *("next_difference", "previous_difference", "differences", ""),
    *("expand_all", "collapse_all", "file_order"),
)
"""The actions of the context menu; empty for a line between them."""
_BUTTONS = ("previous_difference", "next_difference", "measure", "report", "details")


class CompareSide(QWidget):
    """The content of a comparison's page."""

    painted = Signal()
    """The tree was painted for the first time."""
    chosen = Signal(object)
    """The `Pair` that became the chosen one, None for none."""
    open_asked = Signal(str)
    """A file is wanted in a tab of its own."""

    def __init__(self, page: OpenComparison, actions: Actions, settings: Settings) -> None:
        super().__init__()
        self._page = page
        self._settings = settings
        self._actions = actions
        self.heads = Heads()
        self.heads.swap.setDefaultAction(actions["swap"])
        self.sentence = MarkedText(font=scaled_font(1.3))
        self.more = MarkedText(tone="quiet")
        self.causes = CauseLines()
        self.pairs = PairView()
        self.change = Banner("↻", tone="accent")
        self.change.offer(tr("Compare &Anew"), page.open, tr("Read both files again; what is chosen stays chosen"))
        self.change.offer_closing()
        self.damage = Banner("!")
        self.damage.offer_closing()
        self.lower = QStackedWidget()
        """What the chosen pair is, closer; filled when the plots are loaded."""
        self._is_painted = False
        self._lay_out()
        self._connect()

    def show_found(self) -> None:
        """Shows what came of comparing, for the first time or anew."""
        found = self._page.found
        assert found is not None
        self.heads.show_files(self._page.paths, self._page.names, found.offered, found.sections)
        self.change.say("")
        self._show_damage()
        self.causes.show_causes(found.explanation.causes)
        self.pairs.show(tree=found.tree)
        if self._is_painted:
            self._page.begin()
            self._look(self.pairs.view.on_show())

    def keep_state(self) -> None:
        """Remembers how the room is shared, and the columns if a person arranged them."""
        header = self.pairs.view.horizontalHeader()
        if self.pairs.view.columns.is_arranged and self.pairs.tree.has_values:
            self._settings.keep_state("pair_columns", header.saveState())
        if self.lower.isVisibleTo(self):
            self._settings.keep_state("compare_splitter", self.splitter.saveState())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heads)
        line = QHBoxLayout()
        line.setContentsMargins(16, 6, 10, 8)
        line.setSpacing(4)
        line.addWidget(self.sentence, 1)
        for name in _BUTTONS:
            line.addWidget(self._button(name), 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        more = QHBoxLayout()
        more.setContentsMargins(16, 0, 16, 4)
        more.addWidget(self.more)
        column.addLayout(more)
        for widget in (self.change, self.damage, self.causes):
            column.addWidget(widget)
        self.splitter = SharedRoom(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.pairs)
        self.splitter.addWidget(self.lower)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setSizes([520, 260])
        state = self._settings.state("compare_splitter")
        if state is not None:
            self.splitter.restoreState(state)
        self.lower.hide()
        columns = self._settings.state("pair_columns")
        if columns is not None and self.pairs.view.columns.restore(columns):
            self.pairs.view.columns.is_arranged = True
        column.addWidget(self.splitter, 1)

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setAccessibleName(self._actions[name].text().replace("&", ""))
        button.setFixedSize(px(30), px(30))
        button.setIconSize(QSize(px(16), px(16)))
        return button

    def _connect(self) -> None:
        page = self._page
        page.measured.connect(self.pairs.show_distances)
        page.judged.connect(self._show_sentences)
        page.judged.connect(self.pairs.settle)
        page.changed_on_disk.connect(self._tell_change)
        self.heads.sections_chosen.connect(page.choose_sections)
        self.heads.open_asked.connect(lambda place: self.open_asked.emit(page.paths[place]))
        self.causes.chosen.connect(self._set_off)
        self.pairs.looked_at.connect(self._look)
        self.pairs.painted.connect(self._begin)
        self.pairs.chosen.connect(self._choose)
        self.pairs.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.pairs.view.customContextMenuRequested.connect(self._offer_actions)

    def _begin(self) -> None:
        """The tree was painted for the first time: now comes what would have delayed it."""
        self._is_painted = True
        self._look(self.pairs.view.on_show())
        self._page.begin()
        self.painted.emit()

    def _look(self, rows: list[int]) -> None:
        if self._is_painted:
            self._page.look_at(rows)

    def _choose(self, pair: Pair | None) -> None:
        row = self.pairs.view.current()
        if row >= 0:
            self._page.look_first_at(row)
        self.chosen.emit(pair)

    def _offer_actions(self, point: QPoint) -> None:
        menu = QMenu(self)
        for name in _OFFERED:
            menu.addAction(self._actions[name]) if name else menu.addSeparator()
        self.pairs.view.columns.fill_menu(menu.addMenu(tr("&Columns")))
        menu.exec(self.pairs.view.viewport().mapToGlobal(point))
        menu.deleteLater()

    def _set_off(self, cause: Cause | None) -> None:
        self.pairs.mark(cause.keys if cause is not None else ())

    def _show_sentences(self) -> None:
        """The sentence that says most large, those that belong to it below."""
        found = self._page.found
        assert found is not None
        first, *others = self._page.sentences
        prefix = _prefix_words(found.through.prefix, found.through.prefixed)
        self.sentence.setText(wording.safe(first, 1000))
        more = "  ".join(wording.safe(each, 600) for each in (*others, prefix, *found.notes) if each)
        self.more.setText(more)
        self.more.setVisible(bool(more))

    def _show_damage(self) -> None:
        """The first thing that is broken in either file."""
        found = self._page.found
        assert found is not None
        said = [
            tr("{title}: {message}", title=wording.safe(name, 80), message=wording.safe(sentence, 400))
            for name, checkpoint in zip(self._page.names, found.checkpoints)
            for sentence in checkpoint.damage[:20]
        ]
        left = len(said) - 1
        more = ntr("(and {n} more finding)", "(and {n} more findings)", left) if left > 0 else ""
        self.damage.say(sentences(said[0], more) if said else "", "\n".join(said))

    def _tell_change(self) -> None:
        self.change.say(tr("A file changed on disk. What is shown here is as it was read."))


def _prefix_words(prefix: str, side: str) -> str:
    if not prefix:
        return ""
    return tr(
        "Where keys of {side} begin with `{prefix}`, they are shown without it.",
        side=side.upper(),
        prefix=wording.safe(prefix, 80),
    )
