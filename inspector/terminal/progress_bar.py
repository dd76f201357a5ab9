"""A bar for long work, on the error stream of a terminal; silent where nobody sees it."""

from __future__ import annotations

import sys
from collections.abc import Generator
from types import TracebackType
from typing import Any

from ..progress import Progress, Result, finish, overheard


class ProgressBar:
    """Shows how much of `total` bytes is done, how fast it goes and how long it takes yet. Gone when it is done.

    Of work that counts something else meanwhile, such as entries that are laid out, the number of those is shown.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._unit = "bytes"
        self._bar: Any = None
        self._task: Any = None
        self._done = 0

    def __enter__(self) -> ProgressBar:
        if sys.stderr.isatty():
            self._begin(self._total)
        return self

    def _begin(self, total: int) -> None:
        self._bar = _bar(self._unit)
        self._task = self._bar.add_task("measuring", total=total)
        self._bar.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def tell(self, word: Progress) -> None:
        if self._bar is None:
            return
        if word.unit != self._unit:
            self._bar.stop()
            self._unit = word.unit
            self._begin(self._total if word.unit == "bytes" else word.total)
        if word.unit == "bytes":
            self._bar.update(self._task, completed=self._done + word.done)
        else:
            self._bar.update(self._task, completed=word.done, total=word.total)
        if word.text.isalpha():
            self._bar.update(self._task, description=word.text)

    def driving(self, work: Generator[Any, None, Result]) -> Result:
        """Drives a piece of work to its end, shows the progress among its words, and gives its result."""
        return finish(overheard(work, lambda word: self.tell(word) if isinstance(word, Progress) else None))

    def through(self, work: Generator[Progress, None, str], nbytes: int) -> str:
        """Drives a piece of work on `nbytes` bytes to its end, and gives its result; the next goes on from there."""
        result = self.driving(work)
        self._done += nbytes
        return result


def _bar(unit: str) -> Any:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    counts = (DownloadColumn(), TransferSpeedColumn()) if unit == "bytes" else (MofNCompleteColumn(),)
    columns = (TextColumn("{task.description}"), BarColumn(), *counts, TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)
