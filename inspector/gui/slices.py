"""What the first paint did not need: its modules are loaded on a thread, then it is done piece by piece.

    slices = Slices(window)
    slices.then(deed, "log.log_file")     any time: `deed()` comes in its turn, with this module of `gui` loaded by then
    slices.begin()                        the window is painted: from now on they are done

Why this way: most of what a window needs a moment later is importing, a tenth of a second of it. On a thread that
holds nobody up; and between two pieces the window does whatever it is asked for.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Generator

from PySide6.QtCore import QObject

from .jobs import Job
from .timers import one_shot


class Slices(QObject):
    """The pieces of one window, in the order in which they came."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: deque[tuple[Callable[[], object], tuple[str, ...]]] = deque()
        self._timer = one_shot(self, 0, self._do_next)
        self._is_begun = False
        self._job: Job | None = None

    @property
    def are_done(self) -> bool:
        """Whether nothing is left of what was to be done after the first paint."""
        return self._is_begun and not self._pieces

    def then(self, deed: Callable[[], object], *modules: str) -> None:
        """Does this after what is to be done already; `modules` of this room are loaded before."""
        self._pieces.append((deed, modules))
        if self._is_begun:
            self._go_on()

    def begin(self) -> None:
        """From now on there is time."""
        self._is_begun = True
        self._go_on()

    def stop(self) -> None:
        """Nothing more is done: the window closes."""
        self._pieces.clear()
        self._timer.stop()

    def _go_on(self) -> None:
        if self._job is not None or self._timer.isActive():
            return
        wanted = [f"{__package__}.{name}" for _, names in self._pieces for name in names]
        wanted = [name for name in wanted if name not in sys.modules]
        if wanted:
            self._load(wanted)
        elif self._pieces:
            self._timer.start()

    def _load(self, names: list[str]) -> None:
        self._job = Job(loading(names))
        self._job.succeeded.connect(self._loaded)
        self._job.failed.connect(self._loaded)  # who needs it says what is wrong with it
        self._job.start()

    def _loaded(self, _result: object) -> None:
        self._job = None
        if self._pieces:
            self._timer.start()

    def _do_next(self) -> None:
        if not self._pieces:
            return
        deed, _ = self._pieces.popleft()
        if self._pieces:
            self._timer.start()
        deed()


def loading(names: list[str]) -> Generator[str, None, None]:
    """Imports these modules, one after the other."""
    from importlib import import_module

    for name in names:
        import_module(name)
        yield name
