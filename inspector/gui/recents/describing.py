"""Notes what an open file is, for the day when it is only a line of the recent files. Once for each reading.

Why this way: the start page must show at once, whatever disk the files lie on. So what it shows of a file is seen
while the file is open anyway, a while after its tree was painted, on a thread; and kept small.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from ..jobs import LatestJob
from ..open_file import Opened, OpenFile
from ..open_page import OpenPage
from ..session import Session
from ..settings import Settings
from ..timers import one_shot
from .remembered import Recents, pictures_folder

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint

REST_MS = 1200
"""What waits until the tree and the first statistics are there."""


class Describing(QObject):
    """Listens to a session, and looks at each file that it opens."""

    def __init__(self, session: Session, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._recents = Recents(settings)
        self._waiting: list[OpenFile] = []
        self._latest = LatestJob()
        self._begin = one_shot(self, REST_MS, self._look)
        session.added.connect(self._follow)
        session.removed.connect(lambda page: page in self._waiting and self._waiting.remove(page))
        for page in session.pages:
            self._follow(page)

    @property
    def is_busy(self) -> bool:
        """Whether something is still to be looked at."""
        return bool(self._waiting) or self._latest.is_running

    def _follow(self, page: OpenPage) -> None:
        if isinstance(page, OpenFile):
            page.opened.connect(lambda: self._note(page))
            if page.contents is not None:
                self._note(page)

    def _note(self, file: OpenFile) -> None:
        self._recents.note_opened(file.path)
        if file not in self._waiting:
            self._waiting.append(file)
        if not self._latest.is_running:
            self._begin.start()

    def _look(self) -> None:
        if not self._waiting:
            return
        file = self._waiting.pop(0)
        if file.contents is None:
            self._go_on()
            return
        work = describing(file.path, file.contents, pictures_folder(self._settings))
        self._latest.start(work, lambda facts: self._keep(file.path, facts), self._pass_over)

    def _keep(self, path: str, facts: dict[str, Any]) -> None:
        self._recents.note(path, facts)
        self._go_on()

    def _pass_over(self, error: Exception) -> None:
        """A file that cannot be described is one that has no description."""
        logging.getLogger("inspector.files").warning("not described: %s", error)
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting:
            self._begin.start()


def describing(path: str, contents: Opened, folder: Path) -> Generator[str, None, dict[str, Any]]:
    """What a file is, as plain values; its picture is written into `folder`."""
    from ...comparing.architectures import architecture_line
    from ...comparing.choosing import weights
    from ...comparing.sides import of_checkpoint

    checkpoint = contents.checkpoint
    yield "counting"
    facts: dict[str, Any] = {
        "nbytes": checkpoint.nbytes,
        "format": checkpoint.format,
        "tensors": contents.outline.total_tensors,
        "kind": "",
        "epoch": -1,
    }
    section = weights(checkpoint)
    side = of_checkpoint(checkpoint, section.key)
    module = side.modules.get("", "")
    facts["architecture"] = (module.rpartition(".")[2] if module else architecture_line(side))[:200]
    facts["kind"] = "module" if module else _kind(checkpoint)
    yield "reading"
    if facts["kind"] == "training":
        facts.update(_of_training(checkpoint))
    yield "drawing"
    from .small_picture import picture_of

    facts.update(picture_of(path, checkpoint, section.key, folder))
    return facts


def _kind(checkpoint: Checkpoint) -> str:
    roles = {section.role for section in checkpoint.sections}
    if roles & {"optimizer", "scheduler", "epoch", "step"}:
        return "training"
    return "state_dict" if roles & {"weights", "ema"} and checkpoint.format in ("zip", "legacy", "tar") else ""


def _of_training(checkpoint: Checkpoint) -> dict[str, Any]:
    """The epoch and the best loss, as they are stored."""
    from ...runs.fields import fields

    found: dict[str, Any] = {}
    for field in fields(checkpoint):
        is_number = isinstance(field.value, int | float) and not isinstance(field.value, bool)
        if is_number and field.role in ("epoch", "best") and field.role not in found:
            found[field.role] = field.value
    if "epoch" in found:
        found["epoch"] = int(found["epoch"])
    return found
