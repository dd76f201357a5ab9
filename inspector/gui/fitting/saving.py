"""The mended checkpoint as a new file."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from .open_fit import OpenFit


class Saving(QObject):
    said = Signal(str)

    def __init__(self, fit: OpenFit, parent: QWidget) -> None:
        super().__init__(parent)
        self._fit = fit
        self.is_busy = False

    def ask(self) -> None:
        pass
