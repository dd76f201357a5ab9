"""What is shown as a file: a tree as CSV, JSON or Markdown, a comparison as a report."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from ..checkpoint.entries import Checkpoint
from ..checkpoint.outline import Outline
from ..checkpoint.text_files import writing
from ..language import marked, tr
from ..progress import Progress
from .jobs import Job
from .open_file import OpenFile

if TYPE_CHECKING:
    from ..comparing.reporting import Story

FORMATS = {marked("CSV table (*.csv)"): ".csv", "JSON (*.json)": ".json", "Markdown (*.md)": ".md"}
REPORTS = {marked("HTML page (*.html)"): ".html", "Markdown (*.md)": ".md", "JSON (*.json)": ".json"}


def ask_where(parent: QWidget, file: OpenFile) -> str:
    """The path to write to, chosen in a dialog; empty when it was put away."""
    return asked_path(parent, tr("Export Tree"), os.path.splitext(file.path)[0] + ".csv", FORMATS)


def ask_where_to_report(parent: QWidget, beside: str) -> str:
    """The path to write a report to, chosen in a dialog that begins with `beside`; empty when it was put away."""
    return asked_path(parent, tr("Export Report"), beside, REPORTS)


def asked_path(parent: QWidget, title: str, beside: str, forms: Mapping[str, str]) -> str:
    """A path chosen in a dialog that begins with `beside`; empty when it was put away.

    `forms` are the endings that it may have, by the words for them; where it has none, it gets that which was chosen.
    """
    endings = {tr(words): ending for words, ending in forms.items()}
    path, chosen = QFileDialog.getSaveFileName(parent, title, beside, ";;".join(endings))
    if path and os.path.splitext(path)[1].lower() not in endings.values():
        path += endings.get(chosen) or next(iter(endings.values()))
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
    return writing(path, _pieces(checkpoint, outline, path, rows), tr("The tree was not exported"))


def reporting(path: str, story: Callable[[], Story]) -> Generator[Progress, None, str]:
    """Writes what `story` gives to `path` as a report of the form its ending says. Raises InspectorError."""
    from ..comparing.reporting import report

    yield Progress(0, 1, "reports", "telling")
    text = report(story(), os.path.splitext(path)[1].removeprefix("."))
    return (yield from writing(path, iter((text,)), tr("The report was not written")))


def _pieces(checkpoint: Checkpoint, outline: Outline, path: str, rows: Iterable[int] | None) -> Iterator[str]:
    from ..checkpoint.exporting import as_csv, as_json, as_markdown

    write = {".json": as_json, ".md": as_markdown}.get(os.path.splitext(path)[1].lower(), as_csv)
    return iter(write(checkpoint, outline, rows))
