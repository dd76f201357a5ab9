"""Prefixes that keys have, each with a tick that takes it off."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...converting.wishes import Prefix
from ...language import ntr, tr
from ..theme import scaled_font
from ..widgets.check_box import CheckBox
from ..widgets.labels import Label, plain_tip
from .emptying import empty


class PrefixRows(QWidget):
    """A tick for each prefix, outermost first."""

    chosen = Signal(object)
    """The prefixes that a person wants off, in the order in which they are taken off."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._prefixes: tuple[Prefix, ...] = ()
        self.boxes: list[CheckBox] = []

    def show_prefixes(self, prefixes: Sequence[Prefix], ticked: Sequence[str]) -> None:
        if tuple(prefixes) != self._prefixes:
            self._make(tuple(prefixes))
        for box, prefix in zip(self.boxes, prefixes):
            box.setChecked(prefix.text in ticked)

    def _make(self, prefixes: tuple[Prefix, ...]) -> None:
        empty(self._column)
        self._prefixes = prefixes
        self.boxes = []
        for prefix in prefixes:
            text = wording.safe(prefix.text, 32)
            box = CheckBox(tr("Take off {prefix}", prefix=text).replace("&", "&&"))
            box.setToolTip(plain_tip(prefix.why))
            box.clicked.connect(self._tell)
            self.boxes.append(box)
            self._column.addWidget(box)
            counted = ntr("{keys} of {n} key", "{keys} of {n} keys", prefix.total, keys=f"{prefix.keys:,}")
            line = Label("  ·  ".join(filter(None, (counted, prefix.why))), tone="quiet", font=scaled_font(0.92))
            line.setWordWrap(True)
            line.setContentsMargins(23, 0, 0, 2)
            self._column.addWidget(line)

    def _tell(self) -> None:
        self.chosen.emit(tuple(prefix.text for prefix, box in zip(self._prefixes, self.boxes) if box.isChecked()))
