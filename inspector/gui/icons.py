"""Line icons in the colour of the text, drawn from `resources/icons/*.svg` when they are first painted.

Why this way: an icon font costs a quarter of a second at the first icon (measured: 0.16 s to import, 0.1 s
to load its fonts, in the window's thread), these two dozen drawings a few milliseconds. The engine asks for
the colour at every paint, so that icons follow a switch between light and dark by themselves.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap

from . import resources
from .theme import colours


class _LineIcon(QIconEngine):
    """One drawing, whose `currentColor` is the colour of text."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        role = "faint" if mode == QIcon.Mode.Disabled else self._role
        _renderer(self._name, getattr(colours(), role)).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _LineIcon(self._name, self._role)


def icon(name: str, role: str = "quiet") -> QIcon:
    """The drawing `name`, in the colour called `role` in `theme.Colours`."""
    return QIcon(_LineIcon(name, role))


@cache
def _renderer(name: str, colour: str):  # type: ignore[no-untyped-def]
    from PySide6.QtSvg import QSvgRenderer  # not needed before the first icon is painted

    drawing = (resources.folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))
