"""What is shown as a file: a tree as CSV, JSON or Markdown, a comparison as a report; written beside and renamed.

Why this way: a file that is half written when the disk is full, or when the window is closed, would stand where
a whole one stood before. `os.replace` puts the new one there in a single step, or not at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from ..checkpoint.entries import Checkpoint
from ..checkpoint.outline import Outline
from ..errors import FileError
from ..progress import Progress
from .jobs import Job
from .open_file import OpenFile

if TYPE_CHECKING:
    from ..comparing.reporting import Story

FORMATS = {"CSV table (*.csv)": ".csv", "JSON (*.json)": ".json", "Markdown (*.md)": ".md"}
REPORTS = {"HTML page (*.html)": ".html", "Markdown (*.md)": ".md", "JSON (*.json)": ".json"}
_PIECES = 2000
"""Pieces of text that are written before the job says how far it is."""


def ask_where(parent: QWidget, file: OpenFile) -> str:
    """The path to write to, chosen in a dialog; empty when it was put away."""
    beside = os.path.splitext(file.path)[0] + ".csv"
    path, chosen = QFileDialog.getSaveFileName(parent, "Export Tree", beside, ";;".join(FORMATS))
    if path and os.path.splitext(path)[1].lower() not in FORMATS.values():
        path += FORMATS.get(chosen, ".csv")
    return path


def ask_where_to_report(parent: QWidget, beside: str) -> str:
    """The path to write a report to, chosen in a dialog that begins with `beside`; empty when it was put away."""
    path, chosen = QFileDialog.getSaveFileName(parent, "Export Report", beside, ";;".join(REPORTS))
    if path and os.path.splitext(path)[1].lower() not in REPORTS.values():
        path += REPORTS.get(chosen, ".html")
    return path


def export(
    file: OpenFile, path: str, rows: Iterable[int] | None, done: Callable[[str], None], failed: Callable[[object], None]
) -> Job:
    """Starts the writing of `file`'s tree (or of these rows of it) to `path`; `done` is told the path."""
    assert file.contents is not None
    return started(exporting(file.contents.checkpoint, file.contents.outline, path, rows), done, failed)


def started(
    work: Generator[Progress, None, str], done: Callable[[str], None], failed: Callable[[object], None]
) -> Job:
    """Starts the writing of a file; `done` is told its path."""
    job = Job(work)
    job.succeeded.connect(done)
    job.failed.connect(failed)
    job.start()
    return job


def exporting(
    checkpoint: Checkpoint, outline: Outline, path: str, rows: Iterable[int] | None = None
) -> Generator[Progress, None, str]:
    """Writes the tree to `path` in the format its ending says, and returns the path. Raises FileError."""
    return writing(path, _pieces(checkpoint, outline, path, rows), "The tree was not exported")


def reporting(path: str, story: Callable[[], Story]) -> Generator[Progress, None, str]:
    """Writes what `story` gives to `path` as a report of the form its ending says. Raises InspectorError."""
    from ..comparing.reporting import report

    yield Progress(0, 1, "reports", "telling")
    text = report(story(), os.path.splitext(path)[1].removeprefix("."))
    return (yield from writing(path, iter((text,)), "The report was not written"))


def writing(path: str, pieces: Iterator[str], failure: str) -> Generator[Progress, None, str]:
    """Writes `pieces` to `path`, whole or not at all, and returns the path. Raises FileError, titled `failure`."""
    folder = os.path.dirname(os.path.abspath(path))
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
        with open(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            for number, piece in enumerate(pieces):
                out.write(piece)
                if number % _PIECES == 0:
                    yield Progress(number, 0, "rows", "writing")
        os.chmod(beside, 0o666 & ~_umask())
        os.replace(beside, path)
        beside = ""
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"The file cannot be written: {reason}.", path=path, title=failure) from None
    finally:
        if beside:
            os.unlink(beside)
    return path


def _pieces(checkpoint: Checkpoint, outline: Outline, path: str, rows: Iterable[int] | None) -> Iterator[str]:
    from ..checkpoint.exporting import as_csv, as_json, as_markdown

    write = {".json": as_json, ".md": as_markdown}.get(os.path.splitext(path)[1].lower(), as_csv)
    return iter(write(checkpoint, outline, rows))


def _umask() -> int:
    """What new files of this process are not allowed; it can only be asked by setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
