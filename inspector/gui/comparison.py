"""Two files held against each other, or on their way to it: what is compared, what came of it, what runs.

Requests are methods (`open`, `choose_sections`, `swap`, `look_at`, `measure_all`, `stop`, `close`); what came of
them is told by signals.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, Signal

from ..errors import FileError, InspectorError
from ..language import tr
from ..progress import Progress
from .comparing.compared_files import Checkpoints, ComparedFiles, Two, comparing_files, judging_values
from .open_page import OpenPage
from .wanted_first import Measured
from .watching import stamp_of

AUTOMATIC = 2_000_000_000
"""Values of up to this many bytes, of both files together, are compared without being asked; of more what is looked
at."""


class OpenComparison(OpenPage):
    """Two files of the session, side a and side b."""

    compared = Signal()
    """`found` is there (for the first time, or made anew)."""
    refused = Signal()
    """`error` says why the files cannot be compared."""
    measured = Signal(bool)
    """`found.tree` knows more distances than before; whether rows are of another kind by that."""
    judged = Signal()
    """`sentences` say something else."""

    def __init__(self, path_a: str, path_b: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths: Two = (os.path.abspath(path_a), os.path.abspath(path_b))
        self.found: ComparedFiles | None = None
        self.error: InspectorError | None = None
        self.sentences: tuple[str, ...] = ()
        """What there is to say on the whole, as far as it is known; what says most first."""
        self._sections: Two | None = None
        """The sections that are wanted; None: those that suit the files best."""
        self.is_comparing = False
        """Whether `found` is being made anew."""
        self._is_chosen = False
        """Whether a person said which sections are meant."""
        self._checkpoints: Checkpoints | None = None
        """What the files hold, where they were read."""
        self._measured_bytes = 0

    @property
    def names(self) -> Two:
        """The files' names without their folders."""
        a, b = self.paths
        return os.path.basename(a) or a, os.path.basename(b) or b

    @property
    def name(self) -> str:
        return " ↔ ".join(self.names)

    @property
    def place(self) -> str:
        return "\n".join(self.paths)

    def recipe(self) -> dict[str, Any]:
        return {"kind": "comparison", "paths": list(self.paths)}

    # Comparing

    def open(self) -> None:
        """Reads both files (again) and compares them. `compared` or `refused` follows."""
        self._checkpoints = None
        self._watch.stop()
        self._compare()

    def choose_sections(self, a: str, b: str) -> None:
        """Compares these sections of the two files."""
        self._is_chosen = True
        if (a, b) != self._sections:
            self._sections = (a, b)
            self._compare()

    def choose_best_sections(self) -> None:
        """Compares the sections that suit the files best."""
        self._is_chosen, self._sections = False, None
        self._compare()

    @property
    def sections(self) -> Two | None:
        """The sections that are compared, where a person chose them."""
        return self._sections if self._is_chosen else None

    def hold(self, path_a: str, path_b: str) -> None:
        """Holds these two files against each other, the sections of each that suit them best."""
        paths = os.path.abspath(path_a), os.path.abspath(path_b)
        if paths != self.paths:
            self.paths = paths
            self._is_chosen, self._sections = False, None
            self.renamed.emit()
            self.open()

    def swap(self) -> None:
        """Makes side a of side b, and the other way round."""
        self.paths = (self.paths[1], self.paths[0])
        if self._sections is not None:
            self._sections = (self._sections[1], self._sections[0])
        if self._checkpoints is not None:
            self._checkpoints = (self._checkpoints[1], self._checkpoints[0])
        self.renamed.emit()
        self._compare()

    def _compare(self) -> None:
        self.is_comparing = True
        self._cancel()
        self._run(comparing_files(self.paths, self._sections, self._checkpoints), self._take, self._refuse)

    def _take(self, found: ComparedFiles) -> None:
        self.found, self.error, self.is_comparing = found, None, False
        self._sections, self._checkpoints = found.sections, found.checkpoints
        self._measured_bytes = 0
        self._watch.watch(stamp for checkpoint in found.checkpoints for stamp in checkpoint.stamps)
        self.sentences = found.sentences
        self.compared.emit()
        self.judged.emit()

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            error = FileError(
                tr("An error in this program, {name}, stopped the comparison.", name=type(error).__name__),
                hint=tr("Nothing in the files was run or changed. Please report it with the text of the error window."),
            )
        self.error, self.is_comparing = error, False
        self._watch.watch((path, stamp_of(path)) for path in self.paths)
        self.refused.emit()

    # Values

    def begin(self) -> None:
        """The comparison has been painted: compares the values, unless they are too many to do so unasked."""
        if self.found is not None and self.found.measuring.total_bytes <= AUTOMATIC:
            self.measure_all()

    def look_at(self, rows: Iterable[int]) -> None:
        """These rows of the tree are in view: their values are compared first."""
        if self.found is not None:
            self.found.measuring.want(rows)
            self._measure()

    def look_first_at(self, row: int) -> None:
        """This row is the chosen one: it is compared before all others."""
        if self.found is not None:
            self.found.measuring.want_first(row)
            self._measure()

    def measure_all(self) -> None:
        """Compares all values, those in view first."""
        if self.found is not None and not self.found.measuring.is_done:
            self.found.measuring.want_all()
            self._measure()

    def stop(self) -> None:
        if self.found is not None:
            self.found.measuring.want_none()
        self._cancel()

    @property
    def is_measured(self) -> bool:
        """Whether all values are compared."""
        return self.found is not None and self.found.measuring.is_done

    def _measure(self) -> None:
        if self.found is not None and not self.is_busy and self.found.measuring.is_wanted:
            self._begin_pace(self._measured_bytes)
            self._run(self.found.measuring.work(), self._pause, self._fail, self._hear)

    def _pause(self, _result: object) -> None:
        self.paced.emit(None)
        self._measure()  # what was wanted in the moment the work ended
        if self.found is not None and self.is_measured:
            self._run(judging_values(self.found), self._judge, self._fail)

    def _hear(self, words: list[Any]) -> None:
        measured = [word for word in words if isinstance(word, Measured)]
        if measured:
            self._measured_bytes = measured[-1].done_bytes
            self._take_in(measured)
        last = next((word for word in reversed(words) if isinstance(word, Progress)), None)
        if self.found is not None:
            total = self.found.measuring.total_bytes
            self._tell_pace(last.done if last else self._measured_bytes, total, tr("Compared"))

    def _take_in(self, measured: list[Measured]) -> None:
        assert self.found is not None
        known = [word for word in measured if word.row >= 0]
        distances = {word.row: word.result for word in known if word.result is not None}
        self.measured.emit(self.found.tree.take(distances, {word.row: word.refusal for word in known if word.refusal}))

    def _judge(self, sentences: tuple[str, ...]) -> None:
        self.sentences = sentences
        self.judged.emit()
