"""Which folds of a panel are open: undone one by one, and kept with the panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from ...language import tr

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton

FOLDS = "folds"
"""The name under which arrangements have it."""


class Foldable(Protocol):
    """A title that a person presses, and what it opens and closes."""

    button: QAbstractButton
    is_open: bool
    turned: SignalInstance

    def open(self, is_open: bool = True) -> None: ...


class Folds(QObject):
    """The folds of one panel, by names."""

    turned = Signal(str)
    """A person opened or closed one; in a few words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folds: dict[str, Foldable] = {}

    def add(self, name: str, fold: Foldable) -> None:
        """From now on what is done to `fold` is heard, and kept under `name`."""
        self._folds[name] = fold
        fold.turned.connect(lambda is_open: self._tell(fold.button.text(), is_open))

    def arrangement(self) -> dict[str, Any]:
        """Which are open; nothing where there are none to open."""
        return {FOLDS: {name: fold.is_open for name, fold in self._folds.items()}} if self._folds else {}

    def arrange(self, wanted: object) -> None:
        """Opens and closes them as `arrangement` said; what makes no sense is passed over."""
        for name, is_open in wanted.items() if isinstance(wanted, dict) else ():
            if name in self._folds and isinstance(is_open, bool):
                self._folds[name].open(is_open)

    def _tell(self, title: str, is_open: bool) -> None:
        self.turned.emit(tr("Open {key}", key=title) if is_open else tr("Close {key}", key=title))
