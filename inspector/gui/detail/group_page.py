"""A branch or a group: what it comes to, and what lies directly below it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QTableView, QVBoxLayout, QWidget

from ... import wording
from ...checkpoint import layers
from ...checkpoint.entries import Branch, Checkpoint
from ...checkpoint.outline import Outline
from ...language import tr
from ..theme import px
from ..widgets.figures_row import FiguresRow
from ..widgets.labels import Label
from ..widgets.plain_table import make_plain
from ..widgets.segments import Segments
from ..widgets.size_bars import SizeBarDelegate
from ..widgets.wrapped_text import WrappedText
from .children_model import SHARE, BranchChildren, Children, ChildrenTableModel, OutlineChildren
from .head import Head
from .tensor_words import short_type

_ASIDE = 16
"""Pixels on either side of what the page shows."""
_WHAT = 130
"""Pixels for what the children are, where the bars of their sizes have all of their room."""


class GroupPage(QWidget):
    """Sums above a table of the children; Enter or a double click asks for the one that is chosen."""

    entry_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head, self.figures = Head(), FiguresRow()
        self.words = Label(wrap=True)
        self.damage = WrappedText(tone="danger")
        self.order = Segments(tr("Order"))
        self.model = ChildrenTableModel(self)
        self.table = QTableView()
        self._children = Children()
        self._dress_table()
        self._lay_out()
        self.order.show_choices([tr("In file order"), tr("Largest first")])
        self.order.chosen.connect(lambda _: self._list())
        self.table.activated.connect(self._activate)

    def show_row(self, checkpoint: Checkpoint, outline: Outline, row: int) -> None:
        """Shows a row of `outline` that has others below it."""
        entry = outline.entries[row]
        key = outline.key(row)
        layer = layers.layer(outline, row)
        sums = f"{wording.plural(outline.tensors[row], 'tensor')}  {wording.plural(outline.parameters[row], 'value')}"
        summary = "  ".join(filter(None, (wording.safe(key), layer, sums, wording.size(outline.nbytes[row]))))
        if isinstance(entry, Branch):
            self.head.show_entry(checkpoint, key, entry, summary)
        else:
            self.head.show_group(key, outline.labels[row], summary)
        self.figures.show_figures(
            [
                (tr("tensors"), wording.count(outline.tensors[row]), False),
                (tr("values"), wording.count(outline.parameters[row]), False),
                (tr("size"), wording.size(outline.nbytes[row]), False),
                (tr("share of the file"), wording.share(outline.nbytes[row], outline.total_nbytes), False),
            ]
        )
        self.figures.setVisible(outline.tensors[row] > 0)
        self._say(layer, entry if isinstance(entry, Branch) else None, len(outline.blocks.get(row, ())))
        self._show(OutlineChildren(outline, row))

    def show_branch(self, checkpoint: Checkpoint, key: str, branch: Branch) -> None:
        """Shows a branch by itself, without the sums below it."""
        count = wording.plural(len(branch.children), "entry", "entries")
        self.head.show_entry(checkpoint, key, branch, f"{wording.safe(key)}  {short_type(branch.type)}  {count}")
        self.figures.hide()
        self._say("", branch, 0)
        self._show(BranchChildren(branch, key))

    def _say(self, layer: str, branch: Branch | None, blocks: int) -> None:
        sentences = []
        if blocks > 1:
            sentences.append(
                tr(
                    "{blocks} blocks alike; below is the first of them, the sums are of all.",
                    blocks=wording.count(blocks),
                )
            )
        if branch is None:
            sentences.append(layer or tr("A group: the keys below begin with this name."))
        else:
            sentences += filter(None, (layer, wording.safe(branch.type, 160), wording.safe(branch.note, 300)))
        self.words.setText("\n".join(sentences))
        damage = wording.safe(branch.damage, 400) if branch is not None else ""
        self.damage.setText(f"! {damage}")
        self.damage.setVisible(bool(damage))

    def _show(self, children: Children) -> None:
        self._children = children
        self._list()
        self.order.setVisible(any(children.sizes) and len(children.sizes) > 1)
        self.table.setColumnHidden(2, not any(children.sizes))
        self._fit_columns()
        self.table.setVisible(bool(children.sizes))

    def list_by(self, order: object) -> None:
        """Lists the children in file order, 0, or the largest first, 1."""
        if order in (0, 1) and order != self.order.current:
            texts = self.order.texts()
            self.order.show_choices(texts, int(order == 1))
            self._list()

    def _list(self) -> None:
        self.model.show_children(self._children, largest_first=self.order.current == 1)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """A width for the names that suits the first of them; what they are gets the rest."""
        first, metrics = range(min(self.model.rowCount(), 60)), self.fontMetrics()
        widest = max((metrics.horizontalAdvance(self.model.index(row, 0).data()) for row in first), default=0)
        names = min(max(widest + px(16) + 2, px(60)), px(220))
        room = self.width() - 2 * _ASIDE - self.table.verticalScrollBar().sizeHint().width()
        sizes = px(126) if names + px(_WHAT) + px(126) <= room or self.table.isColumnHidden(2) else px(96)
        taken = px(80) + (0 if self.table.isColumnHidden(2) else sizes)
        self.table.setColumnWidth(0, max(px(80), min(names, room - taken)))
        self.table.setColumnWidth(2, sizes)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def _activate(self, index: QModelIndex) -> None:
        self.entry_requested.emit(self.model.key(index.row()))

    def _dress_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(tr("What lies below"))
        table.setItemDelegateForColumn(2, SizeBarDelegate(SHARE, table))
        make_plain(table)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 14)
        table.horizontalHeader().setMinimumSectionSize(px(80))
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _lay_out(self) -> None:
        order = QHBoxLayout()
        order.addWidget(self.order)
        order.addStretch(1)
        inside = QVBoxLayout()
        inside.setContentsMargins(_ASIDE, 4, _ASIDE, 12)
        inside.setSpacing(12)
        for widget in (self.words, self.damage, self.figures):
            inside.addWidget(widget)
        inside.addLayout(order)
        inside.addWidget(self.table, 1)
        inside.addStretch(0)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.head)
        page.addLayout(inside, 1)
