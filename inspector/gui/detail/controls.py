"""How the controls beside a picture or a page of values stand, as plain values, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QComboBox, QSpinBox, QWidget

from ..widgets.axis_picker import AxisPicker
from ..widgets.pager import Pager


def stands(controls: Mapping[str, QWidget]) -> dict[str, Any]:
    """How each of these stands, by its name."""
    return {name: _stands(control) for name, control in controls.items()}


def put(controls: Mapping[str, QWidget], wanted: object) -> None:
    """Puts each as it stood, as far as it still can be. Nobody is told."""
    if not isinstance(wanted, dict):
        return
    for name, control in controls.items():
        with QSignalBlocker(control):
            _put(control, wanted.get(name))


def _stands(control: QWidget) -> object:
    if isinstance(control, AxisPicker):
        return [*control.axes, *control.others]
    if isinstance(control, Pager):
        return control.first
    if isinstance(control, QCheckBox):
        return control.isChecked()
    if isinstance(control, QComboBox):
        return control.currentIndex()
    assert isinstance(control, QSpinBox)
    return control.value()


def _put(control: QWidget, value: object) -> None:
    if isinstance(control, QCheckBox):
        if isinstance(value, bool):
            control.setChecked(value)
    elif isinstance(control, AxisPicker):
        if isinstance(value, list) and all(isinstance(each, int) for each in value):
            control.turn(value)
    elif not isinstance(value, int) or isinstance(value, bool):
        return
    elif isinstance(control, Pager):
        control.show_pages(control.total, control.per_page, value)
    elif isinstance(control, QComboBox):
        if 0 <= value < control.count():
            control.setCurrentIndex(value)
    elif isinstance(control, QSpinBox):
        control.setValue(value)
