"""Which two dimensions of a tensor are looked at, and where the others are held."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ... import wording
from ...language import tr
from .boxes import ChoiceBox, NumberBox
from .flow_layout import FlowLayout
from .labels import Label

MOST_INDEX = 2_147_483_647
"""The largest number a spin box takes."""


class AxisPicker(QWidget):
    """Two boxes that choose the rows' and the columns' dimension, and a number for each other dimension."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._shape: tuple[int, ...] = ()
        self._rows, self._columns = ChoiceBox(), ChoiceBox()
        self._indices: list[tuple[QWidget, NumberBox]] = []
        self._rows.setAccessibleName(tr("Dimension along the rows"))
        self._rows.setToolTip(tr("The dimension of the tensor that runs along the rows"))
        self._columns.setAccessibleName(tr("Dimension along the columns"))
        self._columns.setToolTip(tr("The dimension of the tensor that runs along the columns"))
        self._flow.addWidget(_captioned(tr("Rows"), self._rows))
        self._flow.addWidget(_captioned(tr("Columns"), self._columns))
        self._rows.activated.connect(lambda _: self._chosen(self._rows, self._columns))
        self._columns.activated.connect(lambda _: self._chosen(self._columns, self._rows))

    def show_shape(self, shape: Sequence[int], rows: int, columns: int) -> None:
        """Offers the dimensions of `shape`, which has two at least. Emits nothing."""
        self._shape = tuple(shape)
        names = [tr("dim {axis} · {n}", axis=axis, n=wording.count(n)) for axis, n in enumerate(shape)]
        for box, axis in ((self._rows, rows), (self._columns, columns)):
            box.clear()
            box.addItems(names)
            box.setCurrentIndex(axis)
        self._make_indices()
        self._show_indices()

    @property
    def axes(self) -> tuple[int, int]:
        """The dimensions of the rows and of the columns."""
        return self._rows.currentIndex(), self._columns.currentIndex()

    @property
    def others(self) -> list[int]:
        """Where each dimension is held, 0 for the two that are looked at."""
        return [0 if axis in self.axes else box.value() for axis, (_, box) in enumerate(self._indices)]

    def hold(self, index: Sequence[int]) -> None:
        """Holds the other dimensions at `index`. Emits nothing."""
        for (_, box), value in zip(self._indices, index, strict=True):
            was_blocked = box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(was_blocked)

    def turn(self, wanted: Sequence[int]) -> None:
        """Looks along the first two of `wanted`, and holds the others at the rest, where the shape has all of them."""
        (rows, columns), held = wanted[:2] if len(wanted) > 1 else (0, 0), wanted[2:]
        axes = range(len(self._shape))
        if rows == columns or rows not in axes or columns not in axes or len(held) != len(axes):
            return
        self._rows.setCurrentIndex(rows)
        self._columns.setCurrentIndex(columns)
        self.hold(held)
        self._show_indices()

    def index_words(self) -> str:
        """What is looked at, as Python writes it: `[12, :, :, 0]`."""
        parts = [":" if axis in self.axes else str(value) for axis, value in enumerate(self.others)]
        return f"[{', '.join(parts)}]"

    def _make_indices(self) -> None:
        for pair, _ in self._indices:
            self._flow.removeWidget(pair)
            pair.hide()
            pair.deleteLater()
        self._indices = [self._index_box(axis, length) for axis, length in enumerate(self._shape)]

    def _index_box(self, axis: int, length: int) -> tuple[QWidget, NumberBox]:
        box = NumberBox()
        box.setRange(0, min(length - 1, MOST_INDEX))
        box.setSuffix(tr(" of {length}", length=wording.count(length)))
        box.setAccessibleName(tr("Index in dimension {axis}", axis=axis))
        box.setToolTip(tr("Which of the {length} along dimension {axis}", length=wording.count(length), axis=axis))
        box.valueChanged.connect(self.changed)
        pair = _captioned(tr("dim {axis}", axis=axis), box)
        self._flow.addWidget(pair)
        return pair, box

    def _show_indices(self) -> None:
        for axis, (pair, _) in enumerate(self._indices):
            pair.setVisible(axis not in self.axes)
        self._flow.invalidate()
        self.updateGeometry()

    def _chosen(self, box: ChoiceBox, other: ChoiceBox) -> None:
        """Two boxes never name the same dimension: the other takes a free one, at best the one given up."""
        if box.currentIndex() == other.currentIndex():
            free = [axis for axis in range(len(self._shape)) if axis != box.currentIndex()]
            held = [axis for axis in free if self._indices[axis][0].isHidden()]
            other.setCurrentIndex((held or free)[0])
        self._show_indices()
        self.changed.emit()


def _captioned(caption: str, box: QWidget) -> QWidget:
    """`box` with its caption before it, never to be torn apart."""
    pair = QWidget()
    row = QHBoxLayout(pair)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    row.addWidget(Label(caption, tone="quiet"))
    row.addWidget(box)
    return pair
