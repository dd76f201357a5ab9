"""Which pairs are left to be seen: the chips of their kinds and the search field, in one bar above the tree."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ... import wording
from ...checkpoint.searching import Found, search
from ...comparing.diffing import KINDS, Comparison
from ...comparing.sides import Side
from ...errors import QueryError
from ...language import marked, tr
from ..item_models.pair_cells import MEANINGS, words_of
from ..item_models.pair_rows import PairTree
from ..searching import Searching
from ..theme import px
from ..widgets.chips import Chips, ChipText
from ..widgets.labels import Label
from ..widgets.search_field import SearchField

NOTHING = Comparison(Side("", "checkpoint"), Side("", "checkpoint"), ())
PLACEHOLDER = marked("Search: conv weight   *.bias   shape:512   dtype:f16")


class PairFilter(QWidget):
    """The bar. What it leaves of a tree is what the chips and the search both leave."""

    changed = Signal(object)
    """The rows of the pairs that are left; None for all of them."""
    pressed = Signal()
    """A person pressed a chip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = PairTree(NOTHING)
        self._hits: list[int] | None = None
        self._searching = Searching(self)
        self.chips = Chips(tr("Kinds of differences"))
        self.search = SearchField()
        self.search.show_examples(tr(PLACEHOLDER))
        self.count = Label(tone="quiet")
        self.problem = Label(tone="quiet", wrap=True)
        self._lay_out()
        self.chips.changed.connect(lambda _names: [self.again(), self.pressed.emit()])
        self.search.searched.connect(self._search)
        self._searching.found.connect(self._take)
        self._searching.refused.connect(self._refuse)

    def show_tree(self, tree: PairTree) -> None:
        """Filters this tree from now on, by what is pressed and written already."""
        self._tree = tree
        with_model = tree.comparison.b.kind == "model"
        self.chips.show_chips(_chip(kind, with_model=with_model) for kind in KINDS)
        self.chips.count(tree.counts())
        self._search(self.search.text().strip())

    def press(self, kinds: Collection[str]) -> None:
        """Leaves the pairs of these kinds; none: all."""
        self.chips.press(frozenset(kinds))
        self.again()

    def arrange(self, query: object, kinds: object) -> None:
        """Filters by this query and these kinds; by None as it was."""
        if isinstance(kinds, list):
            self.chips.press(frozenset(each for each in kinds if isinstance(each, str)))
        if isinstance(query, str) and query != self.search.text():
            self.search.say(query)
            self._search(query.strip())
        elif isinstance(kinds, list):
            self.again()

    def clear(self) -> None:
        """Leaves everything."""
        self._searching.stop()
        self._hits = None
        self.search.clear()
        self.press(())

    def recount(self) -> None:
        """Rows are of another kind now."""
        self.chips.count(self._tree.counts())

    def again(self) -> None:
        """Finds anew what is left."""
        kinds, hits = self.chips.down, self._hits
        if kinds:
            wanted = self._tree.leaves_of(kinds)
            hits = wanted if hits is None else sorted(set(hits).intersection(wanted))
        self.count.setText(wording.plural(len(hits), "match", "matches") if hits is not None else "")
        self.changed.emit(hits)

    def _search(self, query: str) -> None:
        self._tell("")
        self._searching.stop()
        if query:
            self._searching.start(search(self._tree.outline, query))
        else:
            self._hits = None
            self.again()

    def _take(self, found: Found) -> None:
        self._hits = list(found.hits)
        self.again()
        if found.unmeasured:
            self._tell(tr("Statistics such as nan and mean are searched in the tab of one file."))

    def _refuse(self, error: QueryError) -> None:
        self._tell(str(error))
        self.count.setText("")

    def _tell(self, sentence: str) -> None:
        self.problem.setText(wording.safe(sentence, 400))
        self.problem.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(10)
        bar.addWidget(self.chips, 0, Qt.AlignmentFlag.AlignVCenter)
        bar.addStretch(0)
        bar.addWidget(self.count)
        self.search.setMinimumWidth(px(134))
        self.search.setMaximumWidth(px(360))
        bar.addWidget(self.search, 1)
        self.problem.setContentsMargins(14, 0, 14, 8)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.problem)


def _chip(kind: str, *, with_model: bool) -> ChipText:
    word = words_of(kind, with_model=with_model)
    return ChipText(kind, MEANINGS[kind], word, tr("Show only this: {word}. Press again for everything.", word=word))
