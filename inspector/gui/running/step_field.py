"""Transforms as lines that can be edited, one step on a line, as they are written in Python."""

from __future__ import annotations

import ast

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ...workshop.parsing import parsed_expression
from ..fitting.argument_row import PAUSE_MS
from ..theme import mono_font
from ..timers import one_shot
from .setup_section import note_label, say

_LINES = 3


class StepField(QWidget):
    """A few lines; empty means what stands in them as a placeholder."""

    taken = Signal(object)
    """A tuple of the steps; None for nothing written."""
    mistyped = Signal(str)
    """What cannot be meant, in a sentence; empty once all can."""

    def __init__(self, name: str, tip: str) -> None:
        super().__init__()
        self._shown: tuple[str, ...] = ()
        self.text = QPlainTextEdit()
        self.text.setObjectName("written")
        self.text.setFont(mono_font(0.92))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(name)
        self.text.setToolTip(tip)
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * _LINES + 22)
        self._pause = one_shot(self, PAUSE_MS, self.take)
        self.text.textChanged.connect(self._pause.start)
        self.reset = QToolButton()
        self.reset.setText("↺")
        self.reset.setAutoRaise(True)
        self.reset.setToolTip(tr("Back to what suits the data"))
        self.reset.setAccessibleName(tr("Reset {name}", name=name))
        self.reset.clicked.connect(self.clear)
        self._note = note_label()
        self._lay_out()
        self.setFocusProxy(self.text)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.text, 1)
        row.addWidget(self.reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._note)

    def show_steps(self, steps: tuple[str, ...], placeholder: str) -> None:
        """Shows these steps, and what counts without any; not while a person types."""
        self.text.setPlaceholderText(placeholder)
        self.reset.setVisible(bool(steps))
        if steps != self._shown and not self._pause.isActive():
            self._shown = steps
            self.text.setPlainText("\n".join(steps))
            self._pause.stop()

    def clear(self) -> None:
        """Back to the placeholder."""
        self.text.clear()
        self.take()

    def take(self) -> None:
        """Reads what is written."""
        self._pause.stop()
        steps = tuple(line.strip().rstrip(",") for line in self.text.toPlainText().splitlines() if line.strip())
        if steps == self._shown:
            return
        wrong = next((sentence for sentence in map(_misread, steps) if sentence), "")
        say(self._note, wrong, "danger")
        self.mistyped.emit(wrong)
        if not wrong:
            self._shown = steps
            self.taken.emit(steps or None)


def _misread(step: str) -> str:
    """Why a line is no step; empty when it is one. Whether torchvision has it is seen when it is applied."""
    try:
        body = parsed_expression(step)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tr("{step} is not Python. Write Normalize((0.5,), (0.5,)).", step=wording.safe(step, 60))
    is_name = isinstance(body, ast.Call | ast.Name | ast.Attribute)
    return (
        "" if is_name else tr("{step} is no transform. Write Normalize((0.5,), (0.5,)).", step=wording.safe(step, 60))
    )
