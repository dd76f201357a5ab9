"""A quiet offer to have a double click open checkpoints here: it says what was done, and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import ntr, tr
from ...progress import Progress
from ..jobs import LatestJob
from ..widgets.labels import Label, plain_tip
from . import installing
from .kinds import ENDINGS
from .said import Done

_MOST_PATHS = 20


class DoubleClickRow(QWidget):
    """A sentence and its answers, hidden while there is none; `offer` is the button that begins, to be put elsewhere.

    The button is hidden where a double click opens checkpoints already.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job = LatestJob()
        self._act: Callable[[], object] | None = None
        self.offer = QPushButton()
        self.offer.setText(tr("Open checkpoints by &double click…"))
        self.offer.setToolTip(tr("Have the file manager open checkpoints in this window"))
        self.offer.clicked.connect(self._ask)
        self.offer.hide()
        self.words = Label(tone="quiet", wrap=True)
        self.words.setContentsMargins(10, 0, 0, 0)
        self.yes, self.no = QPushButton(), QPushButton()
        self.yes.clicked.connect(self._agree)
        self.no.clicked.connect(self.look)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 4)
        row.setSpacing(8)
        row.addWidget(self.words, 1)
        row.addWidget(self.yes, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.no, 0, Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    @property
    def is_speaking(self) -> bool:
        """Whether there is a sentence, which stays until it is answered."""
        return bool(self.words.text())

    def look(self) -> None:
        """Offers it where it is not set up yet, or where what it started is gone."""
        if not self._job.is_running:
            found = installing.state()
            self._say("", is_offered=found.is_possible and not found.works)

    def _ask(self) -> None:
        words = tr(
            "Have a double click on {endings} open them here? It is set up for you alone, and can be taken away again.",
            endings=wording.list_of([f".{ending}" for ending in ENDINGS]),
        )
        self._say(words, tr("&Set It Up"), self._install, tr("&Not Now"))
        self.yes.setFocus(Qt.FocusReason.OtherFocusReason)

    def _install(self) -> None:
        self._say(tr("Setting it up…"))
        self._job.start(_work(installing.install), self._tell_installed, self._tell_failed)

    def _uninstall(self) -> None:
        self._say(tr("Taking it away…"))
        self._job.start(_work(installing.uninstall), self._tell_removed, self._tell_failed)

    def _tell_installed(self, done: Done) -> None:
        words = ntr(
            "A double click on a checkpoint opens it here now. {n} file was written.",
            "A double click on a checkpoint opens it here now. {n} files were written.",
            len(done.written),
        )
        self._say(words, tr("&Take It Away"), self._uninstall, tr("&OK"), (*done.notes, *done.written))

    def _tell_removed(self, done: Done) -> None:
        words = tr("It was taken away: a double click does what it did before.")
        self._say(words, "", None, tr("&OK"), (*done.notes, *done.removed))

    def _tell_failed(self, error: Exception) -> None:
        self._say(wording.safe(str(error), 1000), tr("&Try Again"), self._install, tr("&Not Now"))
        if not isinstance(error, InspectorError):
            raise error

    def _agree(self) -> None:
        if self._act is not None:
            self._act()

    def _say(
        self, words: str, yes: str = "", act: Callable[[], object] | None = None, no: str = "",
        tip: Sequence[str] = (), *, is_offered: bool = False,
    ) -> None:  # fmt: skip
        """Shows a sentence with its answers, and with lines as its tip; without a sentence perhaps the offer."""
        self.words.setText(words)
        self.words.setToolTip(plain_tip("\n".join(wording.safe(line, 300) for line in tip[:_MOST_PATHS])))
        self._act = act
        for button, text in ((self.yes, yes), (self.no, no)):
            button.setText(text)
            button.setVisible(bool(text))
        self.setVisible(bool(words))
        self.offer.setVisible(is_offered)


def _work(act: Callable[[], Done]) -> Generator[Progress, None, Done]:
    """On a thread: the desktop's own programs take a moment."""
    yield Progress(0, 0)
    return act()
