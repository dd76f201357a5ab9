"""Which Python the user's code is run with: the window's own, those that were found or used, or any other."""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QEnterEvent, QHideEvent, QShowEvent, QStandardItemModel
from PySide6.QtWidgets import QFileDialog

from ... import wording
from ...language import marked, tr
from ..interpreters import InterpreterSearch, Row, Torch
from ..widgets.boxes import ChoiceBox
from ..widgets.labels import plain_tip
from .chosen_model import INTERPRETER, ChosenModel

_OTHER = marked("Another Python …")
_FIRST = marked("The first Python that has torch")
_NONE = marked("No Python with torch was found")
_WIDEST = 620
"""Pixels that the list takes at most."""


class InterpreterBox(ChoiceBox):
    """One interpreter of several; the last item asks for another. Those without torch are grey, and below."""

    chosen = Signal(str)
    """The path of an interpreter that a person chose."""

    def __init__(self, model: ChosenModel) -> None:
        super().__init__()
        self._model = model
        self.search = InterpreterSearch(self)
        self.search.heard.connect(self._hear)
        self.search.broken.connect(model.broken)
        self._paths: list[str] = []
        self.setAccessibleName(tr("Python that builds the model"))
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._take)
        self.refresh()

    @property
    def current(self) -> str:
        """The one in force; where it was not looked for yet, the one that would be; else empty."""
        return self._model.interpreter or self.search.first_with_torch()

    def refresh(self) -> None:
        """Shows the one in force, and lists those that were used."""
        from ...workshop.environments import own

        if self.view().isVisible():
            return
        used = [path for path in self._model.settings.listed(INTERPRETER) if os.path.exists(path)]
        self.search.offer([self._model.interpreter, own(), *used])
        self._list(self.search.rows())

    def find(self) -> None:
        """Lists whatever can be found, and asks what they have."""
        self.search.find(self._model.trusted_file)
        if not self.view().isVisible():
            self._list(self.search.rows())

    def showPopup(self) -> None:
        self.find()
        super().showPopup()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.current and not self.search.is_running:
            self.find()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Whoever points at it is about to open it: most have answered when they do."""
        super().enterEvent(event)
        if not self.search.is_running and not self.view().isVisible():
            self.find()

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

    def stop(self) -> None:
        """Asks no further interpreter."""
        self.search.stop()

    def _list(self, rows: Sequence[Row]) -> None:
        current = self.current
        known = [] if current else [Row("", tr(_NONE if self.search.is_over else _FIRST), Torch.UNKNOWN)]
        self._paths = [row.path for row in (*known, *rows)]
        self.clear()
        for row in (*known, *rows):
            self.addItem(row.words)
            self._dress(self.count() - 1, row)
        self.addItem(tr(_OTHER))
        self.setCurrentIndex(self._paths.index(current) if current in self._paths else 0)
        path = wording.safe(current, 500)
        self.setToolTip(
            plain_tip(tr("The model is built with {interpreter}", interpreter=path) if current else tr(_FIRST))
        )

    def _dress(self, place: int, row: Row) -> None:
        """One without torch is grey and not to be chosen."""
        items = self.model()
        assert isinstance(items, QStandardItemModel)
        items.item(place).setEnabled(row.torch is not Torch.MISSING)
        self.setItemData(place, plain_tip(wording.safe(row.path, 500)), Qt.ItemDataRole.ToolTipRole)

    def _hear(self) -> None:
        """While the list is open nothing in it changes places."""
        if not self.view().isVisible():
            self._list(self.search.rows())
            return
        told = {row.path: row for row in self.search.rows()}
        for place, path in enumerate(self._paths):
            if path in told:
                self.setItemText(place, told[path].words)
                self._dress(place, told[path])
        self._widen()

    def _widen(self) -> None:
        """The open list is as wide as its longest line, of which it learns while it is open."""
        popup, metrics = self.view().window(), self.view().fontMetrics()
        longest = max(metrics.horizontalAdvance(self.itemText(place)) for place in range(self.count()))
        popup.resize(max(popup.width(), min(_WIDEST, longest + 28)), popup.height())

    def closed_text(self, width: int) -> str:
        """The long words where there is room, else the short ones."""
        full = self.currentText()
        return (
            full
            if self.fontMetrics().horizontalAdvance(full) <= width
            else self.search.short_words_of(self.current) or full
        )

    def _take(self, place: int) -> None:
        path = self._paths[place] if place < len(self._paths) else self._asked()
        if path and path != self._model.interpreter:
            self.chosen.emit(path)
        self.refresh()

    def _asked(self) -> str:
        beside = os.path.dirname(self._model.interpreter)
        path, _ = QFileDialog.getOpenFileName(self.window(), tr("Choose a Python Interpreter"), beside)
        return path
