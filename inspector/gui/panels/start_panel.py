"""The page the window begins with: a place to drop files, the files opened last, the samples, and pairs of them."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ..resources import Sample, SamplePair
from ..theme import colours, scaled_font
from ..widgets.drop_zone import DropZone
from ..widgets.labels import Label, plain_tip

_WIDEST = 980
_RECENTS = 8


class StartPanel(QScrollArea):
    """Drop zone, recent files, samples. All of it can be reached by Tab and chosen by Space."""

    open_requested = Signal(object)
    """A list of paths to open."""
    compare_requested = Signal(str, str)
    """Two paths to compare."""
    dialog_requested = Signal()
    about_to_show = Signal()
    """The lists will be seen now: they are to be filled with what there is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Start page"))
        line = tr(
            "or click to choose  ·  two at once are compared  ·  .pth  .pt  .ckpt  .bin  .safetensors  and folders"
        )
        self.zone = DropZone(tr("Drop checkpoints here"), line)
        self.zone.clicked.connect(self.dialog_requested)
        page = _Page()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(32, 32, 32, 32)
        self._column.setSpacing(10)
        title = Label(tr("Checkpoint Inspector"), font=scaled_font(1.9))
        promise = tr(
            "See what is in a PyTorch checkpoint and why it does not fit, and train on. Nothing in a file is run."
        )
        self._lists = QGridLayout()
        self._lists.setHorizontalSpacing(36)
        self._lists.setVerticalSpacing(0)
        self._pairs = QGridLayout()
        self._pairs.setHorizontalSpacing(6)
        self._pairs.setVerticalSpacing(0)
        for grid, columns in ((self._lists, 2), (self._pairs, 3)):
            for place in range(columns):
                grid.setColumnStretch(place, 1)
        for part in (title, Label(promise, tone="quiet")):
            self._column.addWidget(part)
        self._column.addSpacing(12)
        self._column.addWidget(self.zone)
        self._column.addSpacing(4)
        self._column.addLayout(self._pairs)
        self._column.addLayout(self._lists)
        self._column.addStretch(1)
        self.setWidget(page)
        page.setAutoFillBackground(False)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.about_to_show.emit()

    def show_files(self, recents: Sequence[str], samples: Sequence[Sample], pairs: Sequence[SamplePair] = ()) -> None:
        """Lists the files opened last, the samples with what each shows, and pairs of them that are worth comparing."""
        _empty(self._pairs)
        _empty(self._lists)
        recent = [(path, os.path.basename(path), _where(path)) for path in recents if os.path.exists(path)][:_RECENTS]
        sample = [(path, os.path.basename(path), shows) for path, shows in samples]
        compared = [self._pair(pair) for pair in pairs]
        if recent or not sample:
            row = self._fill(0, tr("Recent files"), recent, tr("Files you open will be listed here."))
            self._fill(1, tr("Samples"), sample, tr("The samples were not installed."))
            places = [(self._lists, row + place, 0) for place in range(len(pairs) + 1)]
        else:
            half = (len(sample) + 1) // 2
            self._fill(0, tr("Samples to begin with"), sample[:half])
            self._fill(1, "", sample[half:])
            places = [(self._pairs, 0, 0), *((self._pairs, 1, place) for place in range(len(pairs)))]
        for widget, (grid, row, column) in zip((_head(tr("Pairs to compare")), *compared) if compared else (), places):
            grid.addWidget(widget, row, column)

    def _fill(self, place: int, title: str, items: list[tuple[str, str, str]], empty: str = "") -> int:
        """Lists these in a column; gives the first row below them."""
        self._lists.addWidget(_head(title), 0, place)
        if not items:
            nothing = Label(empty, tone="faint")
            nothing.setContentsMargins(10, 4, 0, 0)
            self._lists.addWidget(nothing, 1, place)
        for row, (path, name, line) in enumerate(items, start=1):
            entry = self._entry(path, name, line)
            entry.clicked.connect(lambda _checked=False, path=path: self.open_requested.emit([path]))
            self._lists.addWidget(entry, row, place)
        self._lists.setRowStretch(max(len(items) + 1, self._lists.rowCount()), 1)
        return max(len(items), 1) + 1

    def _pair(self, pair: SamplePair) -> _FileEntry:
        entry = self._entry(pair.a, f"{_stem(pair.a)} ↔ {_stem(pair.b)}", pair.shows, tip=f"{pair.a}\n{pair.b}")
        entry.clicked.connect(lambda: self.compare_requested.emit(pair.a, pair.b))
        return entry

    def _entry(self, path: str, name: str, line: str, tip: str = "") -> _FileEntry:
        entry = _FileEntry(wording.safe(name, 120), wording.safe(line, 160))
        entry.setToolTip("\n".join(plain_tip(wording.safe(each, 500)) for each in (tip or path).split("\n")))
        return entry


def _head(title: str) -> Label:
    head = Label(title, font=scaled_font(1.15, bold=True))
    head.setContentsMargins(10, 6, 0, 6)
    return head


def _empty(grid: QGridLayout) -> None:
    while item := grid.takeAt(0):
        if widget := item.widget():
            widget.setParent(None)
            widget.deleteLater()


class _Page(QWidget):
    """Keeps the content in a column in the middle that is never too wide to read."""

    def resizeEvent(self, event: object) -> None:
        side = max(32, (self.width() - _WIDEST) // 2)
        layout = self.layout()
        if layout is not None and layout.contentsMargins().left() != side:
            layout.setContentsMargins(side, 28, side, 12)


class _FileEntry(QAbstractButton):
    """A file to click on: its name, and one line about it."""

    def __init__(self, name: str, line: str) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)  # painted anew when the pointer comes and goes
        self.setText(name)
        self._line = line
        self.setAccessibleDescription(line)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        small = QFontMetrics(scaled_font(0.92))
        return QSize(280, self.fontMetrics().height() + small.height() + 11)

    def paintEvent(self, event: QPaintEvent) -> None:
        chosen = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QColor(chosen.accent if self.hasFocus() else chosen.hover))
            painter.setBrush(QColor(chosen.hover))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)
        name, small = self.font(), scaled_font(0.92)
        metrics, small_metrics = QFontMetrics(name), QFontMetrics(small)
        room = QRect(10, 5, self.width() - 20, metrics.height())
        painter.setFont(name)
        painter.setPen(QColor(chosen.accent))
        words = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        room = QRect(10, 6 + metrics.height(), self.width() - 20, small_metrics.height())
        painter.setFont(small)
        painter.setPen(QColor(chosen.quiet))
        words = small_metrics.elidedText(self._line, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


def _stem(path: str) -> str:
    """The name of a file without its ending."""
    return os.path.splitext(os.path.basename(path))[0]


def _where(path: str) -> str:
    """The folder of a file, from the home folder on where it is in it."""
    folder, home = os.path.dirname(path), os.path.expanduser("~")
    return f"~{folder[len(home) :]}" if folder == home or folder.startswith(home + os.sep) else folder
