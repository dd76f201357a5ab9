"""How far a run is, on the error stream of a terminal; silent where nobody sees it."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from ..progress import Progress
from ..workshop.requests import Said
from ..workshop.run_words import Batches, Began, EpochEnd, Word


class RunBar:
    """Epoch, batch, loss, speed and the time that is left. Lines printed through `say` stay above it."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None
        self._began: Began | None = None

    def __enter__(self) -> RunBar:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task("", total=None, loss="", speed="")
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, text: str) -> None:
        """A line on the standard output."""
        if self._bar is not None and sys.stdout.isatty():
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            sys.stdout.write(f"{text}\n")
            sys.stdout.flush()

    def tell(self, word: Word | Said | Progress) -> None:
        if self._bar is None:
            return
        if isinstance(word, Began):
            self._began = word
        elif isinstance(word, Batches) and self._began is not None:
            self._show_batch(word, self._began)
        elif isinstance(word, Progress) and word.unit != "seconds":
            self._show(word.text, word.done, word.total)
        elif isinstance(word, Progress) and self._began is None:
            self._show(word.text, 0, None)
        elif isinstance(word, EpochEnd):
            self._bar.update(self._task, loss="")

    def _show_batch(self, word: Batches, began: Began) -> None:
        last = word.first + len(word.losses) - 1
        done = (word.epoch - began.epoch) * began.batches + last - began.batch
        total = (began.epochs - began.epoch + 1) * began.batches - began.batch
        loss = f"loss {word.losses[-1]:.4f}" if word.losses else ""
        text = f"epoch {word.epoch}/{began.epochs}  batch {last}/{began.batches}"
        self._show(text, done, total, loss, f"{word.speed:,.0f} samples/s")

    def _show(self, text: str, done: int, total: int | None, loss: str = "", speed: str = "") -> None:
        self._bar.update(self._task, description=text, completed=done, total=total, loss=loss, speed=speed)


def _bar() -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[loss]}", markup=False),
        TextColumn("{task.fields[speed]}", markup=False),
        TimeRemainingColumn(),
    )
    return Bar(*columns, console=Console(stderr=True), transient=True)
