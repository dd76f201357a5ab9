"""What loading would do, before anyone loads."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from .case import Case


class ReceiptView(QWidget):
    def __init__(self, case: Case) -> None:
        super().__init__()
        self._case = case
        QVBoxLayout(self)
        self.hide()

    def refresh(self) -> None:
        pass
