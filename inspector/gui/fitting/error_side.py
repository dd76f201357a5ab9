"""The left of the panel for a pasted error: the text, and which of its errors is explained."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ..theme import mono_font
from ..timers import one_shot
from ..widgets.labels import Label
from ..widgets.segments import Segments
from .open_error import OpenError
from .suggestion_list import heading

PAUSE_MS = 400
_EXAMPLE = """RuntimeError: Error(s) in loading state_dict for Network:
    Missing key(s) in state_dict: …
    size mismatch for …"""
_MOST_ERRORS = 8


class ErrorSide(QWidget):
    """A field for the text, read a moment after it was changed."""

    def __init__(self, page: OpenError) -> None:
        super().__init__()
        self._page = page
        self.setMinimumWidth(260)
        self.text = QPlainTextEdit()
        self.text.setPlaceholderText("\n\n".join((tr("Paste the text of an error here:"), _EXAMPLE)))
        self.text.setFont(mono_font(0.9))
        self.text.setTabChangesFocus(True)
        self.text.setTabStopDistance(4 * self.text.fontMetrics().horizontalAdvance(" "))  # torch indents by tabs
        self.text.setObjectName("written")
        self.text.setAccessibleName(tr("Text of the error"))
        self.text.setPlainText(page.text)
        self.which = Segments(tr("Errors in the text"))
        self.which.chosen.connect(page.choose)
        self.which.chosen.connect(lambda _number: self.turned.emit())
        self._notes = Label(tone="quiet", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 18, 14, 14)
        column.setSpacing(10)
        column.addWidget(heading(tr("Error message")))
        for widget, stretch in ((self.which, 0), (self.text, 1), (self._notes, 0)):
            column.addWidget(widget, stretch)
        self._pause = one_shot(self, PAUSE_MS, lambda: page.explain(self.text.toPlainText()))
        self.text.textChanged.connect(self._pause.start)
        page.read.connect(self.refresh)
        self.refresh()

    turned = Signal()
    """A person looks at another of the errors."""

    def refresh(self) -> None:
        """Shows what was found in the text."""
        told = self._page.told[:_MOST_ERRORS]
        names = [wording.safe(each.b.name, 24) for each in told]
        self.which.show_choices(names if len(names) > 1 else [], self._page.number)
        self.which.setVisible(len(names) > 1)
        notes = told[self._page.number].notes if told else ()
        self._notes.setText("\n".join(wording.safe(note, 300) for note in notes))
        self._notes.setVisible(bool(notes))
