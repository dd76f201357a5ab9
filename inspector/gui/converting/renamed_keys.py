"""A few keys before and after, one below the other, the new ones in line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from ... import wording
from ...converting.wishes import Row
from ..theme import Meaning, mono_font, px
from ..widgets.labels import ElidedLabel, Label
from .telling import FEW_KEYS


class RenamedKeys(QWidget):
    """A line for each key; hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(px(820))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(1)
        font = mono_font(0.95)
        self.lines = [
            (ElidedLabel(font=font, tone="quiet"), Label(Meaning.RENAMED.symbol, tone="quiet"), ElidedLabel(font=font))
            for _ in range(FEW_KEYS)
        ]
        for line, labels in enumerate(self.lines):
            for column, label in enumerate(labels):
                grid.addWidget(label, line, column)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Shows so many of these as there are lines."""
        for place, (before, sign, after) in enumerate(self.lines):
            row = rows[place] if place < len(rows) else None
            before.setText(wording.safe(row.old_key, 160) if row is not None else "")
            after.setText(wording.safe(row.key, 160) if row is not None else "")
            for label in (before, sign, after):
                label.setVisible(row is not None)
        self.setVisible(bool(rows))
