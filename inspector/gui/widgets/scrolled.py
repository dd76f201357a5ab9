"""Sections of a side of a panel, one below the other: scrolled from top to bottom where it is too long."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from .roomy import SideArea


def fill_with_sections(side: QWidget, sections: Iterable[QWidget], least_width: int) -> None:
    """Lays the sections one below the other into a side that is scrolled; they bear the side's name."""
    content = QWidget()
    content.setAccessibleName(side.accessibleName())
    column = QVBoxLayout(content)
    column.setContentsMargins(14, 14, 14, 18)
    column.setSpacing(14)
    for section in sections:
        column.addWidget(section)
    column.addStretch(1)
    whole = QVBoxLayout(side)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(SideArea(content, least_width))
