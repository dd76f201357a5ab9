"""What is no tensor: a number, a text, some bytes, read as what they are."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...checkpoint.entries import Checkpoint, Value
from ...language import tr
from ..theme import mono_font
from ..widgets.fact_grid import FactGrid
from ..widgets.labels import Label
from ..widgets.text_viewer import TextViewer
from . import readable
from .head import Head
from .tensor_words import Fact, line_of, short_type, whole_number

_SHORT = 60


class ValuePage(QWidget):
    """The value large where it is short, in a viewer where it is long, and what is known of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = Head()
        self.large = Label(font=mono_font(1.8), selectable=True, wrap=True)
        self.facts = FactGrid()
        self.viewer = TextViewer(tr("the text"))
        inside = QVBoxLayout()
        inside.setContentsMargins(16, 8, 16, 16)
        inside.setSpacing(14)
        for widget, stretch in ((self.large, 0), (self.facts, 0), (self.viewer, 1_000)):
            inside.addWidget(widget, stretch)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.head)
        page.addLayout(inside, 1)
        inside.addStretch(1)

    def show_value(self, checkpoint: Checkpoint, key: str, entry: Value) -> None:
        """Shows `entry`, the value at `key`."""
        self.head.show_entry(checkpoint, key, entry, f"{wording.safe(key)}  {short_type(entry.type)}  {line_of(entry)}")
        long_text = _long_text(entry)
        self.large.setText("" if long_text else _large(entry))
        self.large.setVisible(not long_text)
        self.viewer.setVisible(bool(long_text))
        self.viewer.show_text(long_text, wrap=isinstance(entry.value, str))
        self.facts.show_facts(_facts(entry))


def _long_text(entry: Value) -> str:
    """What is put into the viewer; empty for what is short enough to be read at a glance."""
    if isinstance(entry.value, bytes):
        return readable.hex_dump(entry.value)
    if isinstance(entry.value, str) and (len(entry.value) > _SHORT or "\n" in entry.value):
        return readable.text(entry.value)
    return ""


def _large(entry: Value) -> str:
    if isinstance(entry.value, str):
        return wording.safe(entry.value) if entry.value else tr("(empty text)")
    return line_of(entry)


def _facts(entry: Value) -> list[Fact]:
    found = [Fact(tr("Type"), wording.safe(entry.type, 120), mono=True)]
    value = entry.value
    if isinstance(value, str) and entry.type == "str":
        found.append(Fact(tr("Length"), wording.plural(len(value), "character")))
    elif isinstance(value, bytes):
        found.append(Fact(tr("Length"), wording.plural(len(value), "byte")))
    elif isinstance(value, int) and not isinstance(value, bool) and 9 < value < 1 << 64:
        found.append(Fact(tr("Hexadecimal"), f"{value:#x}", mono=True))
        found.append(Fact(tr("With separators"), wording.count(value), mono=True))
    elif isinstance(value, float) and math.isfinite(value):
        found.append(Fact(tr("Bits"), value.hex(), mono=True))
    elif isinstance(value, int) and value.bit_length() >= 400:
        found.append(Fact(tr("Value"), whole_number(value)))
    return [*found, *([Fact(tr("Note"), wording.safe(entry.note, 400))] if entry.note else [])]
