"""The section Device: where a run calculates, and with how many processes."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ...language import tr
from ..widgets.check_box import CheckBox
from .setting_fields import choice_box, number_box, put, show_choice, tick
from .setup import Setup
from .setup_section import SettingRows, note_label, say

_AUTO = "auto"
_DEVICES = (_AUTO, "cpu", "mps") if sys.platform == "darwin" else (_AUTO, "cpu", "cuda", "cuda:1")


class DeviceBox(QWidget):
    """What is rarely changed."""

    def __init__(self, setup: Setup) -> None:
        super().__init__()
        self._setup = setup
        self._found = ""
        self.device = choice_box(list(_DEVICES))
        self.device.activated.connect(lambda: setup.set(device=self.device.currentText()))
        self.note = note_label()
        self.threads = number_box(0, 1024, lambda value: setup.set(threads=value))
        self.threads.setSpecialValueText(tr("as torch takes"))
        self.workers = number_box(0, 64, lambda value: setup.set(workers=value))
        self.workers.setSpecialValueText(tr("none but the run's own"))
        self.seed = number_box(0, 2**31 - 1, lambda value: setup.set(seed=value))
        self.processes = number_box(1, 64, lambda value: setup.set(processes=value))
        self.stop_at_nan = CheckBox(tr("Stop when the loss is NaN"))
        self.stop_at_nan.toggled.connect(lambda is_on: setup.set(stop_at_nan=is_on))
        rows = SettingRows()
        rows.add(tr("Device"), self.device, tr("auto: a GPU where there is one, else the CPU"), note=self.note)
        rows.add(tr("Threads"), self.threads, tr("Of torch. The same number gives the same bits"))
        rows.add(tr("Loaders"), self.workers, tr("Processes that load data"))
        rows.add(
            tr("Seed"), self.seed, tr("Of the order of samples, dropout and augmentation, where the file has no states")
        )
        rows.add(tr("Processes"), self.processes, tr("More than one: DistributedDataParallel, as torchrun starts it"))
        rows.add_box(self.stop_at_nan, tr("The last good file is kept, and the batch is named"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(rows)
        setup.changed.connect(self.refresh)
        self.refresh()

    def show_device(self, found: str) -> None:
        """What `auto` came to."""
        self._found = found
        self.refresh()

    def refresh(self) -> None:
        """Shows what is chosen."""
        setup = self._setup
        show_choice(self.device, setup.device)
        say(self.note, self._found if setup.device == _AUTO else "")
        for box, value in (
            (self.threads, setup.threads), (self.workers, setup.workers), (self.seed, setup.seed),
            (self.processes, setup.processes),
        ):  # fmt: skip
            put(box, value)
        tick(self.stop_at_nan, setup.stop_at_nan)

    def summary(self) -> str:
        """The device in a few words."""
        setup = self._setup
        device = self._found if setup.device == _AUTO and self._found else setup.device
        return (
            tr("{device}, {processes} processes", device=device, processes=setup.processes)
            if setup.processes > 1
            else device
        )
