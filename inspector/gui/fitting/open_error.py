"""A pasted error of `load_state_dict`: a page of the session that needs no file at all."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ..open_page import OpenPage
from .case import Case

if TYPE_CHECKING:
    from ...comparing.tracebacks import Told


MOST_KEPT = 500_000
"""Letters of a text that comes back another day."""


class OpenError(OpenPage):
    """One tab that explains an error message."""

    read = Signal()
    """`told` is there, or `error` says why there is nothing in the text."""

    def __init__(self, text: str = "", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.text = text
        self.told: tuple[Told, ...] = ()
        """Every error that the text tells of."""
        self.number = 0
        """Which of them is explained."""
        self.error: InspectorError | None = None
        self.case = Case(self)
        self.case.broken.connect(self.broken)

    @property
    def name(self) -> str:
        return tr("Error in {name}", name=self.told[self.number].b.name) if self.told else tr("An error explained")

    @property
    def place(self) -> str:
        return tr("A pasted error of load_state_dict")

    def recipe(self) -> dict[str, Any] | None:
        return {"kind": "error", "text": self.text} if 0 < len(self.text) <= MOST_KEPT else None

    def open(self) -> None:
        """Reads the text again."""
        self.explain(self.text)

    def explain(self, text: str) -> None:
        """Reads this text in place of the one before."""
        self.text = text
        if text.strip():
            self._run(_reading(text), self._take, self._refuse)
        else:
            self._take(())

    def choose(self, number: int) -> None:
        """Explains another of the errors in the text."""
        self.number = number
        told = self.told[number]
        self.case.clear()
        self.case.hold(told.a, told.b)

    def close(self) -> None:
        super().close()
        self.case.stop()

    def _take(self, told: tuple[Told, ...]) -> None:
        self.told, self.error, self.number = told, None, 0
        self.case.clear()
        self.renamed.emit()
        self.read.emit()
        if told:
            self.choose(0)

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            error = InspectorError(
                tr("An error in this program, {name}, stopped the reading.", name=type(error).__name__)
            )
        self.told, self.error = (), error
        self.case.clear()
        self.read.emit()


def _reading(text: str) -> Generator[Progress, None, tuple[Told, ...]]:
    yield Progress(0, 1, "texts", tr("reading"))
    from ...comparing.tracebacks import parse

    return parse(text)
