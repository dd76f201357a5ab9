"""A side of a panel that is scrolled from top to bottom where it is too long, and never sideways."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget


def scrolled(content: QWidget, least_width: int = 280) -> QScrollArea:
    """`content` in an area that is as wide as it gets, but not less than `least_width` pixels."""
    area = QScrollArea()
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setMinimumWidth(least_width)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setAccessibleName(content.accessibleName())
    area.setWidget(content)
    return area
