"""Errors of the program as reports: a sentence, what was going on, the versions, the traceback. Nothing is sent.

The same error again is counted and not listed again. Paths are shortened to their part behind the home folder.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal, qVersion

from ... import __version__, wording
from ...language import ntr, tr

MOST = 30
"""So many different errors are kept."""
_MOST_LETTERS = 60_000


class Report(NamedTuple):
    """One error, and how often it came."""

    sentence: str
    """What happened, in a sentence."""
    details: str
    """The traceback, or what stands for one."""
    when: str
    times: int = 1
    doing: tuple[str, ...] = ()
    """What was done before it first came."""
    pages: tuple[str, ...] = ()
    """What was open then."""

    @property
    def mark(self) -> str:
        """The same for the same error, wherever it came from."""
        return self.details


class ErrorReports(QObject):
    """The errors of this run of the program, the latest first."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reports: list[Report] = []

    def add(self, report: Report) -> None:
        """Takes one in, or counts it where it is known."""
        known = next((each for each in self.reports if each.mark == report.mark), None)
        if known is not None:
            self.reports.remove(known)
            report = known._replace(times=known.times + 1, when=report.when)
        self.reports = [report, *self.reports][:MOST]
        self.changed.emit()

    def text(self, *, torch: str = "") -> str:
        """All of it, to be copied or saved: in English, as it is for those who mend it."""
        parts = [report_head(torch)]
        parts += [report_text(each) for each in self.reports]
        return "\n\n".join(parts) + "\n"


def report_of(details: str, *, doing: Sequence[str] = (), pages: Sequence[str] = ()) -> Report:
    """The report of a traceback, as it is printed."""
    details = _readable(details)
    return Report(sentence_of(details), details, _now(), doing=tuple(doing), pages=tuple(pages))


def sentence_of(details: str) -> str:
    """What happened, from the last line of a traceback."""
    lines = [line for line in details.splitlines() if line and not line.startswith(" ")]
    last = wording.safe(lines[-1] if lines else "", 300)
    return tr("The program ran into an error of its own: {error}", error=last)


def report_head(torch: str = "") -> str:
    """What is running: the program, Python, Qt, the system, and the torch of the Python that Fit and Run use."""
    import platform

    frozen = " (bundle)" if getattr(sys, "frozen", False) else ""
    lines = (
        f"Checkpoint Inspector {__version__}{frozen}",
        f"Python {platform.python_version()}, Qt {qVersion()}, PySide6 {_pyside()}",
        platform.platform(),
        f"torch for Fit and Run: {torch or 'not asked yet'}",
    )
    return "\n".join(lines)


def report_text(report: Report) -> str:
    """One error with what was going on."""
    times = "" if report.times == 1 else f", {report.times} times"
    lines = [f"--- {report.when}{times}", report.details.rstrip()]
    if report.pages:
        lines += ["Open:", *(f"  {each}" for each in report.pages)]
    if report.doing:
        lines += ["Done before:", *(f"  {each}" for each in report.doing)]
    return "\n".join(lines)


def times_words(report: Report) -> str:
    """`14:02:11, 3 times`."""
    if report.times == 1:
        return report.when
    return tr("{when}, {times}", when=report.when, times=ntr("{n} time", "{n} times", report.times))


def _readable(text: str) -> str:
    """Without control characters, with `~` for the home folder, of bounded length."""
    home = os.path.expanduser("~")
    if len(home) > 1:
        text = text.replace(home + os.sep, f"~{os.sep}")
    if len(text) > _MOST_LETTERS:
        text = f"{text[: _MOST_LETTERS // 3]}\n…\n{text[-_MOST_LETTERS * 2 // 3 :]}"
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return re.sub(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]", lambda found: f"\\x{ord(found[0]):02x}", text)


def _pyside() -> str:
    import PySide6

    return str(getattr(PySide6, "__version__", ""))


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S")
