"""The field in which the model is named: builders, files, packages; a list of what is known drops down from it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

from ... import wording
from ...language import marked, tr

PLACEHOLDER = marked("resnet18, nets.py:Net …")

_POPUP_WIDTH = 360
"""The names are longer than the field is wide."""


class ModelField(QLineEdit):
    """A line with a list that narrows as one types; Down opens all of it, Enter takes what is written."""

    named = Signal(str)
    """What a person chose or wrote."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(tr(PLACEHOLDER))
        self.setAccessibleName(tr("Model"))
        self.setToolTip(tr("A builder of torchvision, file.py:Class, package.module:Class, or a checkpoint to fit to"))
        self.setAcceptDrops(False)  # a file dropped here is to be chosen, not to be written out as a URL
        self._names = QStringListModel(self)
        completer = QCompleter(self._names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setMaxVisibleItems(14)
        completer.popup().setMinimumWidth(_POPUP_WIDTH)
        completer.activated.connect(self._take)
        self.setCompleter(completer)
        self.returnPressed.connect(lambda: self._take(self.text()))

    def offer(self, names: Sequence[str]) -> None:
        """What the list has, the likeliest first."""
        self._names.setStringList([wording.safe(name, 300) for name in dict.fromkeys(names)])

    @property
    def offered(self) -> list[str]:
        return list(self._names.stringList())

    def show_all(self) -> None:
        """Opens the whole list."""
        self.setFocus()
        self.completer().setCompletionPrefix("")
        self.completer().complete()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self.completer().popup().isVisible():
            self.show_all()
        else:
            super().keyPressEvent(event)

    def _take(self, text: str) -> None:
        if text.strip():
            self.named.emit(text.strip())
