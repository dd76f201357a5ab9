"""The section Saving: the folder, how often, and what is written beside for other programs."""

from __future__ import annotations

import os

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ...runs.sound_choices import is_file_name
from ..widgets.check_box import CheckBox
from .setting_fields import number_box, put, tick
from .setup import Setup
from .setup_section import SettingRows, note_label, say
from .typed_line import PathLine, TypedLine

_LATEST = "current_checkpoint.pt"


class SavingBox(QWidget):
    """Where a run saves, to be chosen and changed."""

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup
        self.folder = PathLine(tr("Choose the folder that the run saves into"), is_folder=True)
        self.folder.taken.connect(self._take_folder)
        self.there = note_label()
        self.every = number_box(0, 100_000, lambda value: setup.set(save_every=value))
        self.every.setSpecialValueText(tr("only latest and best"))
        self.name = TypedLine(_file_name)
        self.name.setAccessibleName(tr("Name"))
        self.name.taken.connect(lambda name: setup.set(name=name or "checkpoint"))
        self.name.mistyped.connect(lambda sentence: setup.mistype(tr("Name"), sentence))
        self.minutes = number_box(0, 10_000, lambda value: setup.set(minutes=float(value)))
        self.minutes.setSuffix(tr(" min"))
        self.minutes.setSpecialValueText(tr("at its end"))
        self.board = CheckBox(tr("Logs for TensorBoard"))
        self.board.toggled.connect(lambda is_on: setup.set(board=is_on))
        self._lay_out()
        setup.changed.connect(self.refresh)
        self.refresh()

    def _lay_out(self) -> None:
        self._rows = rows = SettingRows()
        rows.add(tr("Folder"), self.folder, tr("Latest and best are saved here"), note=self.there)
        rows.add(tr("Every epochs"), self.every, tr("Keeps a file of every so many epochs, beside latest and best"))
        rows.add(tr("Name"), self.name, tr("Of the files of single epochs: NAME_epoch3.pth"), note=self.name.note)
        rows.add(tr("Within epochs"), self.minutes, tr("How often the latest is saved within a long epoch"))
        rows.add_box(self.board, tr("Written into the folder tensorboard beside the checkpoints"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(rows)

    def _take_folder(self, path: str) -> None:
        self._setup.folder = os.path.abspath(os.path.expanduser(path)) if path else ""

    def refresh(self) -> None:
        """Shows what is chosen."""
        setup = self._setup
        self.folder.show_path(setup.folder)
        words = replaced(setup)
        say(self.there, f"! {words}" if words else "", "danger")
        put(self.every, setup.save_every)
        self._rows.show_row(self.name, setup.save_every > 0)
        example = f"{wording.safe(setup.name, 60)}_epoch{setup.epochs}.pth"
        self.name.show_text(setup.name, "checkpoint", example)
        put(self.minutes, round(setup.minutes))
        tick(self.board, setup.board)

    def summary(self) -> str:
        """Where it saves, in a few words."""
        return os.path.basename(self._setup.folder)


def replaced(setup: Setup) -> str:
    """Which run's files would be written over, in a sentence; empty when none would."""
    latest = os.path.join(setup.folder, _LATEST)
    path = setup.checkpoint.path if setup.checkpoint is not None else ""
    is_same_run = setup.resume is not None and setup.resume.is_own and os.path.dirname(path) == setup.folder
    if is_same_run or not setup.folder or not os.path.exists(latest):
        return ""
    return tr("Another run saved here: its latest and best will be replaced.")


def _file_name(text: str) -> str:
    if not is_file_name(text):
        raise InspectorError(tr("Write a name for files, without slashes."))
    return text
