"""What came of tests as a file: CSV and JSON of all of them, PNG of the confusion matrix or of everything on show.

Why this way: nothing is said in boxes that stand before the window. A strip below the results tells where the file is,
or why it could not be written. A picture too is written beside its place and renamed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator

from PySide6.QtCore import QIODevice, QSaveFile
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ... import wording
from ...checkpoint.text_files import writing
from ...errors import FileError, InspectorError
from ...language import marked, tr
from ...progress import Progress
from ...workshop.run_words import Tested
from ..jobs import LatestJob
from ..widgets.banner import Banner

CSV, JSON, MATRIX, VIEW = "csv", "json", "matrix", "view"
FILTERS = {
    CSV: marked("Classes and confusion as a table (*.csv)"),
    JSON: marked("Everything as JSON (*.json)"),
    MATRIX: marked("Confusion matrix as a picture (*.png)"),
    VIEW: marked("The whole view as a picture (*.png)"),
}
_FAILURE = marked("The results were not exported")


class ResultExports(QWidget):
    """Asks where to, writes, and tells what came of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.done, self.problem = Banner("✓", tone="accent"), Banner("!")
        self._latest = LatestJob()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for banner in (self.done, self.problem):
            banner.offer_closing()
            column.addWidget(banner)

    def ask(self, beside: str, has_matrix: bool) -> tuple[str, str]:
        """Path and kind, chosen in a dialog that begins with `beside`; empty ones when it was put away."""
        offered = {kind: tr(text) for kind, text in FILTERS.items() if kind != MATRIX or has_matrix}
        path, chosen = QFileDialog.getSaveFileName(self, tr("Export Results"), beside, ";;".join(offered.values()))
        return with_ending(path, next((kind for kind, text in offered.items() if text == chosen), CSV))

    def write_text(
        self, path: str, kind: str, tests: tuple[Tested, ...], failures: tuple[tuple[str, str], ...]
    ) -> None:
        """Writes CSV or JSON, on a thread."""
        self._start()
        self._latest.start(texting(path, kind, tests, failures), self._tell, self._fail)

    def write_image(self, path: str, image: QImage) -> None:
        """Writes a PNG."""
        self._start()
        try:
            save_image(path, image)
        except InspectorError as error:
            self._fail(error)
        else:
            self._tell(path)

    def stop(self) -> None:
        """Writes no further, and waits until nothing is written."""
        self._latest.wait()

    def _start(self) -> None:
        for banner in (self.done, self.problem):
            banner.say("")

    def _tell(self, path: object) -> None:
        self.done.say(tr("Written to {path}", path=wording.safe(str(path), 300)))

    def _fail(self, error: object) -> None:
        self.problem.say(wording.safe(str(error), 600))


def with_ending(path: str, kind: str) -> tuple[str, str]:
    """The path with the ending of its kind, and the kind that its own ending asks for."""
    ending = os.path.splitext(path)[1].lower()
    if not path or ending in (".csv", ".json"):
        return path, ending.removeprefix(".")
    if ending == ".png":
        return path, kind if kind in (MATRIX, VIEW) else VIEW
    return f"{path}.{kind if kind in (CSV, JSON) else 'png'}", kind


def texting(
    path: str, kind: str, tests: tuple[Tested, ...], failures: tuple[tuple[str, str], ...] = ()
) -> Generator[Progress, None, str]:
    """Writes tests to `path` as CSV or JSON, and returns the path. Raises FileError."""
    return writing(path, _pieces(kind, tests, failures), tr(_FAILURE))


def _pieces(kind: str, tests: tuple[Tested, ...], failures: tuple[tuple[str, str], ...]) -> Iterator[str]:
    from ...runs.exporting import as_csv, as_json

    make: Callable[[], str] = (lambda: as_json(tests, failures)) if kind == JSON else (lambda: as_csv(tests))
    yield make()


def save_image(path: str, image: QImage) -> None:
    """Writes a picture as PNG, whole or not at all. Raises FileError."""
    file = QSaveFile(path)
    is_written = file.open(QIODevice.OpenModeFlag.WriteOnly) and image.save(file, "PNG")
    if not is_written or not file.commit():
        file.cancelWriting()
        reason = file.errorString() or tr("it is no picture")
        raise FileError(tr("The file cannot be written: {reason}.", reason=reason), path=path, title=tr(_FAILURE))
