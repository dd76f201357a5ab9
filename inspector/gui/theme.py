"""Colours and typefaces: light and dark, one accent, and the colours of meaning with their symbols.

    colours()            the colours in force now; ask again when a widget gets `QEvent.Type.PaletteChange`
    mono_font()          the fixed-width face for shapes, keys and values
    figures_font(font)   `font` with digits of equal width, for columns of numbers
    px(30)               a length that grows with the font: for what holds text or stands beside it

Why this way: who paints asks `colours()` at each paint and keeps none of them, so that the switch between
light and dark needs no list of listeners: setting the palette repaints everything, and Qt tells each
widget by `PaletteChange`. A meaning is a `Meaning` with colour *and* symbol; no place may show one alone.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication


class Meaning(Enum):
    """What a mark says, by its symbol. The same everywhere: tree, differences, plots, terminal, reports."""

    SAME = "="
    MISSING = "−"
    """Only in the model."""
    UNEXPECTED = "+"
    """Only in the checkpoint."""
    SIZE_MISMATCH = "≠"
    DTYPE_DIFFERS = "~"
    VALUES_DIFFER = "Δ"
    RENAMED = "→"
    DAMAGED = "!"
    """NaN, Inf, or bytes that are missing or cannot be right; also: runs code when it is loaded."""

    @property
    def symbol(self) -> str:
        return self.value


class Colours(NamedTuple):
    """Every colour the window uses, as `#rrggbb`."""

    dark: bool
    window: str
    """Behind everything: bars, margins, the start screen."""
    surface: str
    """Where content stands: the tree, tables, plots, text fields."""
    raised: str
    """Cards, headers, and every second stripe."""
    hover: str
    line: str
    """Quiet lines between things."""
    text: str
    quiet: str
    """Text that is there when it is looked for: units, second lines, group sums."""
    hint: str
    """Placeholders, and what need not be read: still read where it is wanted."""
    faint: str
    """What is disabled; the outlines of controls."""
    accent: str
    on_accent: str
    selection: str
    """Behind the chosen row; its text keeps its colour."""
    banner: str
    """Behind a calm warning."""
    bars: str
    """Histogram bars, size bars."""
    negative: str
    positive: str
    """The two ends of a diverging scale around zero (its middle is `surface`)."""
    meanings: tuple[tuple[Meaning, str], ...]

    def of(self, meaning: Meaning) -> QColor:
        """The colour of a meaning; write its `symbol` beside it."""
        return QColor(dict(self.meanings)[meaning])

    @property
    def danger(self) -> str:
        return dict(self.meanings)[Meaning.DAMAGED]


LIGHT = Colours(
    dark=False,
    window="#f4f5f7",
    surface="#ffffff",
    raised="#f8f9fb",
    hover="#eef2f8",
    line="#dfe3e9",
    text="#1d2430",
    quiet="#5a6474",
    hint="#6a7484",
    faint="#8b95a4",
    accent="#2563b8",
    on_accent="#ffffff",
    selection="#d9e6f8",
    banner="#fdf3e1",
    bars="#7fa6d9",
    negative="#2563b8",
    positive="#b4482a",
    meanings=(
        (Meaning.SAME, "#667080"),
        (Meaning.MISSING, "#7a46a8"),
        (Meaning.UNEXPECTED, "#1c7a55"),
        (Meaning.SIZE_MISMATCH, "#ad5200"),
        (Meaning.DTYPE_DIFFERS, "#0f7490"),
        (Meaning.VALUES_DIFFER, "#876400"),
        (Meaning.RENAMED, "#3557b5"),
        (Meaning.DAMAGED, "#c0282d"),
    ),
)

DARK = Colours(
    dark=True,
    window="#1a1d23",
    surface="#20242b",
    raised="#262b33",
    hover="#2b313b",
    line="#353b46",
    text="#e4e8ee",
    quiet="#a0a9b8",
    hint="#8690a0",
    faint="#6f7989",
    accent="#78aef0",
    on_accent="#10151d",
    selection="#2d4260",
    banner="#3a3120",
    bars="#5c86bd",
    negative="#78aef0",
    positive="#ee8f6f",
    meanings=(
        (Meaning.SAME, "#98a2b2"),
        (Meaning.MISSING, "#c49bea"),
        (Meaning.UNEXPECTED, "#63c79b"),
        (Meaning.SIZE_MISMATCH, "#f0a25a"),
        (Meaning.DTYPE_DIFFERS, "#5fc3dc"),
        (Meaning.VALUES_DIFFER, "#dbbb5a"),
        (Meaning.RENAMED, "#92aef5"),
        (Meaning.DAMAGED, "#ff7a76"),
    ),
)


def colours() -> Colours:
    """The colours in force: those of the application's palette."""
    return DARK if QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def wanted(choice: str = "system", scheme: Qt.ColorScheme | None = None) -> Colours:
    """The colours that `choice` (`system`, `light` or `dark`) asks for; `scheme` is the system's, None: as now."""
    if choice in ("light", "dark"):
        return DARK if choice == "dark" else LIGHT
    scheme = QGuiApplication.styleHints().colorScheme() if scheme is None else scheme
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def palette(chosen: Colours) -> QPalette:
    """`chosen` as a Qt palette, so that every widget of the Fusion style looks the part."""
    role = QPalette.ColorRole
    made = QPalette()
    for which, colour in (
        (role.Window, chosen.window),
        (role.WindowText, chosen.text),
        (role.Base, chosen.surface),
        (role.AlternateBase, chosen.raised),
        (role.Text, chosen.text),
        (role.PlaceholderText, chosen.hint),
        (role.Button, chosen.raised),
        (role.ButtonText, chosen.text),
        (role.BrightText, chosen.danger),
        (role.ToolTipBase, chosen.raised),
        (role.ToolTipText, chosen.text),
        (role.Highlight, chosen.accent),
        (role.HighlightedText, chosen.on_accent),
        (role.Accent, chosen.accent),
        (role.Link, chosen.accent),
        (role.LinkVisited, chosen.accent),
        (role.Light, chosen.surface),
        (role.Midlight, chosen.raised),
        (role.Mid, chosen.line),
        (role.Dark, chosen.faint),
        (role.Shadow, "#000000" if chosen.dark else chosen.faint),
    ):
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, which, QColor(chosen.faint))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(chosen.line))
    return made


def mono_font(scale: float = 1.0) -> QFont:
    """The system's fixed-width face, at the size of the application's font times `scale`."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QGuiApplication.font().pointSizeF() * scale)
    return figures_font(font)


def figures_font(font: QFont) -> QFont:
    """`font` with figures of equal width (OpenType `tnum`), so that columns of numbers line up."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def scaled_font(scale: float, *, bold: bool = False) -> QFont:
    """The application's font at `scale` times its size."""
    font = QFont(QGuiApplication.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    font.setBold(bold)
    return font


def factor() -> float:
    """How large the application's font is, where 1 is what the window was laid out with: 12 pixels."""
    font = QGuiApplication.font()
    pixels = font.pixelSize() if font.pixelSize() > 0 else font.pointSizeF() * _DOTS / 72
    return pixels / _USUAL_PIXELS


def px(pixels: float) -> int:
    """A length that goes by the font: so many pixels where that is of the usual size."""
    return max(1, round(pixels * factor()))


_USUAL_PIXELS, _DOTS = 12, 96


def apply(choice: str = "system", scheme: Qt.ColorScheme | None = None) -> None:
    """Puts the colours that `choice` asks for on the whole application, now; `scheme` as in `wanted`."""
    from .resources import style_sheet

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    chosen = wanted(choice, scheme)
    sheet = style_sheet(chosen)
    if app.styleSheet() != sheet or colours() is not chosen:  # either makes every widget anew for its style
        app.setPalette(palette(chosen))
        app.setStyleSheet(sheet)
