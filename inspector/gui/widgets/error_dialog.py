"""The dialog for errors of this program itself."""

from __future__ import annotations

import sys

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout

from ... import __version__
from ...language import tr
from ..theme import mono_font


class ErrorDialog(QDialog):
    """Errors of this program, one below the other, to be read and copied. The window goes on behind it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(tr("Something went wrong"))
        self.resize(720, 420)
        words = QLabel(
            tr(
                "This is an error in Checkpoint Inspector itself. Nothing was changed in any file, and the window can"
                " be used further. With the text below it can be mended."
            )
        )
        words.setWordWrap(True)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setFont(mono_font())
        self.text.setAccessibleName(tr("What went wrong"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        copy = buttons.addButton(tr("&Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.text.toPlainText()))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 20)
        layout.setSpacing(12)
        for widget in (words, self.text, buttons):
            layout.addWidget(widget)

    def add(self, text: str) -> None:
        if not self.text.toPlainText():
            self.text.setPlainText(
                tr(
                    "Checkpoint Inspector {version}, Python {version_2}\n",
                    version=__version__,
                    version_2=sys.version.split()[0],
                )
            )
        self.text.appendPlainText(text.encode("utf-8", "backslashreplace").decode())
