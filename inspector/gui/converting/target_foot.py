"""The foot of the panel Convert: where to, and the button; while it is written, how far it is."""

from __future__ import annotations

import os

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ... import wording
from ...converting.wishes import ZIP
from ...language import marked, tr
from ..open_page import Pace
from ..panels.status_line import pace_words
from ..theme import figures_font, scaled_font
from ..widgets.labels import ElidedLabel, Label
from .open_conversion import Doing, OpenConversion

_STEPS = 10_000
_FILTERS = {
    ZIP: marked("PyTorch checkpoints (*.pth *.pt *.ckpt *.bin)"),
    "safetensors": marked("safetensors (*.safetensors)"),
}


class TargetFoot(QWidget):
    """The target and the button, or the progress and what stops it."""

    convert_asked = Signal()
    chosen = Signal()
    """A person chose another target."""

    def __init__(self, page: OpenConversion) -> None:
        super().__init__()
        self._page = page
        self._make()
        self._lay_out()
        page.opened.connect(self.refresh)
        page.wished.connect(self.refresh)
        page.foreseen_changed.connect(self.refresh)
        page.paced.connect(self._show_pace)

    def _make(self) -> None:
        self.target = QLineEdit()
        self.target.setAccessibleName(tr("Where it is written"))
        self.target.editingFinished.connect(self.take_typed)
        self.choose = QPushButton(tr("Ch&oose…"))
        self.choose.setToolTip(tr("Choose a file or a folder in a dialog"))
        self.choose.clicked.connect(self.ask)
        self.convert = QPushButton(tr("Convert"))
        self.convert.setProperty("main", True)
        self.convert.setToolTip(tr("Write it, read it back, and compare it bit by bit (Ctrl+Return)"))
        self.convert.setShortcut("Ctrl+Return")
        self.convert.clicked.connect(lambda: self.convert_asked.emit())
        self.words = ElidedLabel(font=figures_font(scaled_font(1.0)))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName(tr("Written and read back so far"))
        self.stop = QPushButton(tr("&Stop"))
        self.stop.setToolTip(tr("Stop; nothing that was half written is left (Ctrl+.)"))
        self.stop.clicked.connect(self._page.stop)

    def _lay_out(self) -> None:
        asking, writing = QWidget(), QWidget()
        row = QHBoxLayout(asking)
        label = Label(tr("To"), tone="quiet")
        label.setBuddy(self.target)
        row.addWidget(label)
        row.addWidget(self.target, 1)
        row.addWidget(self.choose)
        row.addWidget(self.convert)
        words = QVBoxLayout()
        words.setSpacing(6)
        words.addWidget(self.words)
        words.addWidget(self.bar)
        other = QHBoxLayout(writing)
        other.addLayout(words, 1)
        other.addWidget(self.stop)
        self.faces = QStackedWidget()
        for face, line in ((asking, row), (writing, other)):
            line.setContentsMargins(14, 9, 14, 9)
            line.setSpacing(8)
            self.faces.addWidget(face)
        edge = QFrame()
        edge.setObjectName("hairline")
        edge.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(edge)
        column.addWidget(self.faces)

    def refresh(self) -> None:
        """Shows where to, and whether it can be begun."""
        page = self._page
        if self.target.text() != page.target and not self.target.isModified():
            self.target.setText(page.target)
            self.target.setCursorPosition(len(page.target))
        self.target.setToolTip(tr("A folder, or a file name that gives theirs") if self._is_many else "")
        self.convert.setEnabled(page.foreseen is not None and page.doing is Doing.NOTHING)
        if page.is_writing and self.faces.currentIndex() == 0:
            self.words.setText(tr("Writing …"))
            self.bar.setValue(0)
            self.faces.setCurrentIndex(1)
            self.stop.setFocus()
        elif not page.is_writing:
            self.faces.setCurrentIndex(0)

    @property
    def _is_many(self) -> bool:
        return self._page.wish is not None and self._page.wish.shards > 0

    def ask(self) -> None:
        """Asks in a dialog where to. That a file is there already is asked when it would be replaced."""
        wish = self._page.wish
        if wish is None:
            return
        title = tr("Convert To")
        if self._is_many:
            path = QFileDialog.getExistingDirectory(self.window(), title, os.path.dirname(self._page.target))
        else:
            option = QFileDialog.Option.DontConfirmOverwrite
            wanted = tr(_FILTERS[wish.format])
            path, _ = QFileDialog.getSaveFileName(self.window(), title, self._page.target, wanted, options=option)
        if path:
            self.take(path)

    def take(self, path: str) -> None:
        """Writes there."""
        self.target.setModified(False)
        before = self._page.target
        self._page.choose_target(path)
        self.refresh()
        if self._page.target != before:
            self.chosen.emit()

    def take_typed(self) -> None:
        """Writes where the text says that was typed."""
        if self.target.isModified():
            path = os.path.expanduser(self.target.text().strip())
            folder = os.path.dirname(self._page.path)
            if path.endswith(os.sep) and not self._is_many:  # a folder, whether it is there or not
                path += os.path.basename(self._page.suggested)
            self.take(os.path.join(folder, path) if path else "")

    def _show_pace(self, pace: Pace | None) -> None:
        if pace is not None and self._page.is_writing:
            self.words.setText(wording.safe(pace_words(pace), 200))
            self.bar.setValue(int(_STEPS * min(1.0, pace.done / pace.total)) if pace.total else 0)
