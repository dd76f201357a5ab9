"""Boxes of the setup that show what is chosen as if nobody had touched them, and hand on what a person does."""

from __future__ import annotations

from ..widgets.boxes import ChoiceBox, NumberBox
from ..widgets.check_box import CheckBox


def choice_box(texts: list[str]) -> ChoiceBox:
    """A choice as wide as there is room, and not as its longest text."""
    box = ChoiceBox()
    box.setSizeAdjustPolicy(box.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(10)
    box.addItems(texts)
    return box


def number_box(least: int, most: int, take) -> NumberBox:  # type: ignore[no-untyped-def]
    """A whole number that is handed to `take` when a person changes it."""
    box = NumberBox()
    box.setRange(least, most)
    box.valueChanged.connect(take)
    return box


def put(box: NumberBox, value: int) -> None:
    """Shows a number, as if nobody had typed it."""
    if box.value() != value:
        box.blockSignals(True)
        box.setValue(value)
        box.blockSignals(False)


def tick(box: CheckBox, is_on: bool) -> None:
    """Shows whether it is on, as if nobody had pressed it."""
    if box.isChecked() != is_on:
        box.blockSignals(True)
        box.setChecked(is_on)
        box.blockSignals(False)


def show_choice(box: ChoiceBox, text: str) -> None:
    """Shows a choice; one that is not offered is added."""
    if box.findText(text) < 0:
        box.addItem(text)
    box.setCurrentIndex(box.findText(text))
