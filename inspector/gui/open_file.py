"""One file that is open, or on its way: what it holds, what is chosen in it, what was measured, what runs.

Requests are methods (`open`, `choose`, `look_at`, `measure_all`, `stop`, `close`); what came of them is told
by signals.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ..errors import FileError, InspectorError
from ..language import tr
from ..progress import Progress
from .measuring import Measured, Measuring
from .open_page import OpenPage
from .opening import Opened, opening
from .watching import stamp_of

if TYPE_CHECKING:
    from ..analysis.statistics import Statistics

AUTOMATIC = 1_000_000_000
"""Files up to this many bytes are measured whole without being asked, unless a person chose another limit (see
`measuring_limit`); of larger ones what is looked at."""


class OpenFile(OpenPage):
    """One file of the session."""

    opened = Signal()
    """`contents` is there (for the first time, or read anew)."""
    refused = Signal()
    """`error` says why it cannot be opened."""
    measured = Signal(object)
    """A list of rows (of the unfolded outline) for which there are statistics now."""
    chosen = Signal(int)
    """Another row (of the unfolded outline) is the chosen one; -1 for none."""

    def __init__(self, path: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = os.path.abspath(path)
        self.contents: Opened | None = None
        self.error: InspectorError | None = None
        self.statistics: dict[int, Statistics] = {}
        self.refusals: dict[int, str] = {}
        """Row -> why it could not be measured."""
        self.flagged: dict[int, str] = {}
        """Row -> `NaN`, `Inf` or both, found in it or below it."""
        self.row = -1
        self.automatic = AUTOMATIC
        self._measuring: Measuring | None = None
        self._measured_bytes = 0

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return os.path.basename(self.path) or self.path

    @property
    def place(self) -> str:
        return self.path

    def recipe(self) -> dict[str, Any]:
        return {"kind": "file", "path": self.path}

    # Opening

    def open(self) -> None:
        """Reads the file (again). `opened` or `refused` follows."""
        self._cancel()
        self._watch.stop()
        self._run(opening(self.path), self._take, self._refuse)

    def _take(self, contents: Opened) -> None:
        self.contents, self.error = contents, None
        self.statistics, self.refusals, self.flagged = {}, {}, {}
        self._measured_bytes = 0
        self._measuring = Measuring(contents.outline)
        self._watch.watch(contents.checkpoint.stamps or ((self.path, stamp_of(self.path)),))
        self.opened.emit()

    def begin(self) -> None:
        """The file has been painted: measures it, if it is not too large to be measured without being asked."""
        if self.contents is not None and self.contents.outline.total_nbytes <= self.automatic:
            self.measure_all()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            error = FileError(
                tr("An error in this program, {name}, stopped the reading.", name=type(error).__name__),
                path=self.path,
                hint=tr("Nothing in the file was run or changed. Please report it with the text of the error window."),
            )
        self.error = error
        self._watch.watch(((self.path, stamp_of(self.path)),))
        self.refused.emit()

    # Choosing and measuring

    def choose(self, row: int) -> None:
        """Makes a row (of the unfolded outline) the chosen one, and measures it before all others."""
        if row != self.row:
            self.row = row
            self.chosen.emit(row)
        if row >= 0 and self._measuring is not None:
            self._measuring.want_first(row)
            self._measure()

    def look_at(self, rows: Iterable[int]) -> None:
        """These rows are in view: they are measured first."""
        if self._measuring is not None:
            self._measuring.want([*((self.row,) if self.row >= 0 else ()), *rows])
            self._measure()

    def measure_all(self) -> None:
        """Measures every tensor, what is in view first."""
        if self._measuring is not None:
            self._measuring.want_all()
            self._measure()

    def stop(self) -> None:
        """Stops measuring; what is measured stays."""
        if self._measuring is not None:
            self._measuring.want_none()
            self._cancel()

    def close(self) -> None:
        super().close()
        self._measuring = None

    def _measure(self) -> None:
        if self._measuring is not None and not self.is_busy and self._measuring.is_wanted:
            self._begin_pace(self._measured_bytes)
            self._run(self._measuring.work(), self._pause, self._fail, self._hear)

    def _pause(self, _result: object) -> None:
        self.paced.emit(None)
        self._measure()  # what was wanted in the moment the work ended

    def _hear(self, words: list[Progress | Measured]) -> None:
        rows = [word.row for word in words if isinstance(word, Measured)]
        for word in words:
            if isinstance(word, Measured):
                self._note(word)
        if rows:
            self.measured.emit(rows)
        last = next((word for word in reversed(words) if isinstance(word, Progress)), None)
        if self.contents is not None:
            total = self.contents.outline.total_nbytes
            self._tell_pace(last.done if last else self._measured_bytes, total, tr("Measured"))

    def _note(self, word: Measured) -> None:
        if word.result is not None:
            self.statistics[word.row] = word.result
            self._measured_bytes = word.done_bytes
            self._flag(word.row, word.result)
        elif word.refusal:
            self.refusals[word.row] = word.refusal

    def _flag(self, row: int, statistics: Statistics) -> None:
        """Marks a row with NaN or Inf, and the branches above it."""
        wrongs = {"NaN"} if statistics.nans else set()
        if statistics.positive_infinities or statistics.negative_infinities:
            wrongs.add(tr("Inf"))
        while wrongs and row >= 0 and self.contents is not None:
            known = set(self.flagged.get(row, "").split(" and ")) - {""}
            if wrongs <= known:
                return
            self.flagged[row] = " and ".join(sorted(wrongs | known, reverse=True))
            row = self.contents.outline.parents[row]
