"""How large everything is: the system's font, larger or smaller, and what goes by it.

    wanted(settings)       percent of what the system says
    apply(percent)         makes everything so large, now
    follow_system()        the system's font may be another one: takes it up, at the same zoom

Why this way: sizes come from the application's font (`theme.scaled_font`, `theme.px`), so a new widget is right by
itself. Those that are there already keep what they were given - a font of their own, a fixed width - and are gone
through here, once for each step of the zoom; what a widget works out anew from its own font by itself is left to it.
Qt's own scale factor would do all that, but only for a program that starts anew.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QAbstractButton, QApplication, QHeaderView, QTabBar, QWidget

from . import theme
from .settings import Settings

LEVELS = (70, 80, 90, 100, 110, 125, 150, 175, 200)
USUAL = 100
_LARGEST_SIZE = (1 << 24) - 1
"""What a widget without a limit has for one."""


class _Fixed(NamedTuple):
    """What a widget was given by hand, before a step of the zoom."""

    widget: QWidget
    font: QFont | None
    least: QSize
    most: QSize
    icon: QSize | None
    sections: tuple[int, ...]


class _Fonts:
    """The fonts that count, of the application that runs."""

    system: QFont | None = None
    """The application's, as it is at 100 %."""
    general: QFont | None = None
    """What the desktop said at that time."""
    own: QFont | None = None
    """The one that was put on here last."""
    percent = USUAL
    factor = 0.0
    """`theme.factor()` as the widgets were made for it last; 0 before the first."""


def wanted(settings: Settings) -> int:
    """How large everything is to be, in percent of what the system says."""
    return int(settings.choice("zoom", (str(USUAL), *map(str, LEVELS))))


def larger(percent: int) -> int:
    return next((level for level in LEVELS if level > percent), LEVELS[-1])


def smaller(percent: int) -> int:
    return next((level for level in reversed(LEVELS) if level < percent), LEVELS[0])


def apply(percent: int) -> None:
    """Makes everything so large."""
    app = _app()
    if _Fonts.system is None:
        _Fonts.system, _Fonts.general, _Fonts.factor = QFont(app.font()), _general(), theme.factor()
    _Fonts.percent = percent
    font = QFont(_Fonts.system)
    font.setPointSizeF(_Fonts.system.pointSizeF() * percent / USUAL)
    if font != app.font() or theme.factor() != _Fonts.factor:
        _put_on(app, font)


def follow_system() -> None:
    """Takes up the system's font where that is another than it was."""
    app, general = _app(), _general()
    if _Fonts.system is None:
        return
    if _Fonts.general != general:  # Qt does not take it up by itself, once another was put on
        _Fonts.general, _Fonts.system = general, general
    elif app.font() not in (_Fonts.system, _Fonts.own):  # it did; or somebody put one on by hand
        _Fonts.system = QFont(app.font())
    else:
        return
    apply(_Fonts.percent)


def is_following() -> bool:
    """Whether a change of font would be news: not while one is put on here."""
    return not _putting_on


_putting_on: list[QFont] = []


def _put_on(app: QApplication, font: QFont) -> None:
    _putting_on.append(font)
    try:
        kept = [_fixed(widget) for widget in app.allWidgets()]
        _Fonts.own = font
        app.setFont(font)
        for each in kept:  # Qt says so later, and below a style sheet not at all
            app.sendEvent(each.widget, QEvent(QEvent.Type.ApplicationFontChange))
        before, _Fonts.factor = _Fonts.factor, theme.factor()
        for each in kept:
            _scale(each, _Fonts.factor / before)
    finally:
        _putting_on.pop()


def _fixed(widget: QWidget) -> _Fixed:
    font = QFont(widget.font()) if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) else None
    icon = widget.iconSize() if isinstance(widget, (QAbstractButton, QTabBar)) else None
    sections: tuple[int, ...] = ()
    if isinstance(widget, QHeaderView) and widget.orientation() == Qt.Orientation.Horizontal:
        sections = tuple(widget.sectionSize(section) for section in range(min(widget.count(), _MOST_SECTIONS)))
    return _Fixed(widget, font, widget.minimumSize(), widget.maximumSize(), icon, sections)


def _scale(was: _Fixed, ratio: float) -> None:
    widget = was.widget
    if was.font is not None and widget.font().pointSizeF() == was.font.pointSizeF():
        font = QFont(was.font)
        font.setPointSizeF(was.font.pointSizeF() * ratio)
        widget.setFont(font)
    if (widget.minimumSize(), widget.maximumSize()) == (was.least, was.most) and was.most != _NO_LIMIT:
        most = _scaled(was.most, ratio)
        width, height = was.least.width(), was.least.height()
        is_wide, is_high = width == was.most.width(), height == was.most.height()
        # What a widget needs at least stays: a window does not grow with what is in it.
        widget.setMinimumSize(most.width() if is_wide else width, most.height() if is_high else height)
        widget.setMaximumSize(most)
    if was.icon is not None and isinstance(widget, (QAbstractButton, QTabBar)):
        widget.setIconSize(_scaled(was.icon, ratio))
    if isinstance(widget, QHeaderView) and was.sections:
        _scale_sections(widget, was.sections, ratio)


def _scale_sections(header: QHeaderView, sections: tuple[int, ...], ratio: float) -> None:
    was_blocked = header.blockSignals(True)  # it was not a person who made them wider
    for section, size in enumerate(sections):
        if size and not header.isSectionHidden(section) and header.sectionSize(section) == size:
            header.resizeSection(section, round(size * ratio))
    header.blockSignals(was_blocked)
    header.viewport().update()


def _scaled(size: QSize, ratio: float) -> QSize:
    """A size by a factor; what is no limit stays none."""
    width, height = (
        side if side in (0, _LARGEST_SIZE) else min(_LARGEST_SIZE, max(1, round(side * ratio)))
        for side in (size.width(), size.height())
    )
    return QSize(width, height)


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def _general() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)


_NO_LIMIT = QSize(_LARGEST_SIZE, _LARGEST_SIZE)
_MOST_SECTIONS = 300
