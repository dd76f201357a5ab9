"""Which two dimensions of a tensor are looked at, and where the others are held."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QSpinBox, QWidget

from ... import wording
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
        self._rows, self._columns = QComboBox(), QComboBox()
        self._captions = [Label("Rows", tone="quiet"), Label("Columns", tone="quiet")]
        self._indices: list[tuple[Label, QSpinBox]] = []
        for caption, box in zip(self._captions, (self._rows, self._columns), strict=True):
            box.setAccessibleName(f"Dimension along the {caption.text().lower()}")
            box.setToolTip(f"The dimension of the tensor that runs along the {caption.text().lower()}")
            self._flow.addWidget(caption)
            self._flow.addWidget(box)
        self._rows.activated.connect(lambda _: self._chosen(self._rows, self._columns))
        self._columns.activated.connect(lambda _: self._chosen(self._columns, self._rows))

    def show_shape(self, shape: Sequence[int], rows: int, columns: int) -> None:
        """Offers the dimensions of `shape`, which has two at least. Emits nothing."""
        self._shape = tuple(shape)
        names = [f"dim {axis} · {wording.count(n)}" for axis, n in enumerate(shape)]
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

    def index_words(self) -> str:
        """What is looked at, as Python writes it: `[12, :, :, 0]`."""
        parts = [":" if axis in self.axes else str(value) for axis, value in enumerate(self.others)]
        return f"[{', '.join(parts)}]"

    def _make_indices(self) -> None:
        for widgets in self._indices:
            for widget in widgets:
                self._flow.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._indices = [self._index_box(axis, length) for axis, length in enumerate(self._shape)]

    def _index_box(self, axis: int, length: int) -> tuple[Label, QSpinBox]:
        caption, box = Label(f"dim {axis}", tone="quiet"), QSpinBox()
        box.setRange(0, min(length - 1, MOST_INDEX))
        box.setSuffix(f" of {wording.count(length)}")
        box.setKeyboardTracking(False)
        box.setAccessibleName(f"Index in dimension {axis}")
        box.setToolTip(f"Which of the {wording.count(length)} along dimension {axis}")
        box.valueChanged.connect(self.changed)
        self._flow.addWidget(caption)
        self._flow.addWidget(box)
        return caption, box

    def _show_indices(self) -> None:
        for axis, widgets in enumerate(self._indices):
            for widget in widgets:
                widget.setVisible(axis not in self.axes)
        self._flow.invalidate()
        self.updateGeometry()

    def _chosen(self, box: QComboBox, other: QComboBox) -> None:
        """Two boxes never name the same dimension: the other takes a free one, at best the one given up."""
        if box.currentIndex() == other.currentIndex():
            free = [axis for axis in range(len(self._shape)) if axis != box.currentIndex()]
            held = [axis for axis in free if not self._indices[axis][1].isVisibleTo(self)]
            other.setCurrentIndex((held or free)[0])
        self._show_indices()
        self.changed.emit()
