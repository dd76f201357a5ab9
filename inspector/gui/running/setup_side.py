"""The left of the panel Run: model, data, training, saving, device. Everything in it has a sound beginning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ...language import tr
from ..widgets.scrolled import fill_with_sections
from ..widgets.tab_order import in_reading_order
from .data_box import DataBox
from .device_box import DeviceBox
from .model_box import ModelBox
from .saving_box import SavingBox
from .setup_section import Section
from .training_box import TrainingBox

if TYPE_CHECKING:
    from .open_run import OpenRun

LEAST_WIDTH = 330
"""Pixels within which nothing is cut off."""


class SetupSide(QWidget):
    """What is chosen before a run begins, section by section."""

    why_asked = Signal()
    """A person wants to see, in the panel Fit, why the model does not fit."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self.setAccessibleName(tr("Setup"))
        setup, settings = page.setup, page.settings
        self.model = ModelBox(page.fit, setup)
        self.model.why_asked.connect(self.why_asked)
        self.data = DataBox(setup, settings)
        self.training = TrainingBox(setup, settings)
        self.saving = SavingBox(setup)
        self.device = DeviceBox(setup)
        self.sections = {
            "model": Section(tr("Model"), self.model),
            "data": Section(tr("Data"), self.data),
            "training": Section(tr("Training"), self.training),
            "saving": Section(tr("Saving"), self.saving, is_open=False),
            "device": Section(tr("Device and more"), self.device, is_open=False),
        }
        fill_with_sections(self, self.sections.values(), LEAST_WIDTH)
        for form in (self.training.options, self.training.schedule):
            form.remade.connect(lambda: in_reading_order(self))
        in_reading_order(self)
        setup.changed.connect(self.refresh)
        page.looked.connect(self._show_look)
        page.rehearsed.connect(self._show_rehearsal)
        self._show_look()
        self._show_rehearsal()
        self.refresh()

    def refresh(self) -> None:
        """Sums each section up, for when it is folded."""
        for name, box in (
            ("model", self.model), ("data", self.data), ("training", self.training), ("saving", self.saving),
            ("device", self.device),
        ):  # fmt: skip
            self.sections[name].sum_up(box.summary())

    def _show_look(self) -> None:
        self.data.show_look(self._page.look)

    def _show_rehearsal(self) -> None:
        rehearsal = self._page.rehearsal
        self.training.show_rehearsal(rehearsal)
        if rehearsal is not None:
            self.device.show_device(rehearsal.device)
        self.refresh()
