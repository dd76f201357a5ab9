"""A search in an outline that lets the window breathe: a moment of searching, then whatever waits, then the next.

Why this way: a search of 100,000 rows takes some 20 ms in the window's own thread and needs no other; but a key
that is pressed meanwhile must be heard, and puts the former search aside.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ..errors import QueryError
from .timers import one_shot

if TYPE_CHECKING:
    from ..checkpoint.searching import Found

_SLICE = 0.03
"""Seconds that are searched before the window may breathe."""


class Searching(QObject):
    """One search at a time; the latest counts."""

    found = Signal(object)
    """The `Found` of the latest search."""
    refused = Signal(object)
    """The QueryError of a search that is not understood."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._looking: Generator[Any, None, Found] | None = None
        self._more = one_shot(self, 0, self._go_on)

    def start(self, looking: Generator[Any, None, Found]) -> None:
        """Searches, at once as far as it goes in a moment."""
        self._looking = looking
        self._go_on()

    def stop(self) -> None:
        self._looking = None

    def _go_on(self) -> None:
        end = time.perf_counter() + _SLICE
        try:
            while self._looking is not None and time.perf_counter() < end:
                next(self._looking)
        except StopIteration as result:
            self._looking = None
            self.found.emit(result.value)
        except QueryError as error:
            self._looking = None
            self.refused.emit(error)
        else:
            self._more.start()
