"""The rows of the settings page: what each setting is called, the quiet line on what it does, and its control."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ...language import marked, tr
from ..theme import scaled_font
from ..widgets.boxes import ChoiceBox
from ..widgets.check_box import CheckBox
from ..widgets.labels import Label, plain_tip

LOOK, OPENING, RUNNING, PROGRAM = marked("Look"), marked("Files"), marked("Fit and Run"), marked("Program")

SECTIONS = {
    LOOK: ("language", "theme", "zoom", "details", "fold"),
    OPENING: ("restore", "automatic", "recents"),
    RUNNING: ("interpreter",),
    PROGRAM: ("desktop", "tour", "log", "place", "reset"),
}
"""Heading -> the settings below it."""

TITLES = {
    "language": (marked("Language"), marked("Of the whole window. It changes when the window starts anew.")),
    "theme": (marked("Colours"), marked("Light, dark, or as the system is.")),
    "zoom": (marked("Size"), marked("How large everything is, against what the system says.")),
    "details": (marked("Detail side"), marked("Pictures and facts of the chosen entry, beside the tree.")),
    "fold": (marked("Fold repeated blocks"), marked("Like blocks are one row of the tree: layers.{0-47}.")),
    "restore": (marked("Come back to the tabs"), marked("A start without files opens what was open the last time.")),
    "automatic": (
        marked("Measure by itself"),
        marked("Statistics of files up to this size are computed as soon as they are open. From the next file on."),
    ),
    "recents": (marked("Recent files"), marked("How many the start page remembers. Pinned ones stay.")),
    "interpreter": (
        marked("Python for Fit and Run"),
        marked("Whose torch builds models and trains. The window itself never loads torch."),
    ),
    "desktop": (marked("Open by double click"), marked("The file manager opens checkpoints with this program.")),
    "tour": (marked("Tour"), marked("Five steps through the window.")),
    "log": (marked("Log file"), marked("What the program did. It says which files, never what is in them.")),
    "place": (marked("Where settings are kept"), ""),
    "reset": (marked("Reset"), marked("All settings, columns and sizes as at first. Recent files stay.")),
}
"""Setting -> its title, and one line on what it does."""


class SettingRow(QWidget):
    """Title and line on the left, controls on the right."""

    def __init__(self, name: str) -> None:
        super().__init__()
        title, line = TITLES[name]
        self.setObjectName(f"setting {name}")
        self.title = Label(tr(title))
        self.line = Label(tr(line) if line else "", tone="quiet", font=scaled_font(0.92), wrap=True)
        self.line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.title)
        words.addWidget(self.line)
        self._controls = QHBoxLayout()
        self._controls.setSpacing(6)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 7, 0, 7)
        row.setSpacing(24)
        row.addLayout(words, 1)
        row.addLayout(self._controls)
        self.first: QWidget | None = None

    def add(self, control: QWidget, name: str = "") -> None:
        """Adds a control, which is called as the setting unless it has a `name` or words of its own."""
        self.first = self.first or control
        if name or not control.accessibleName():
            control.setAccessibleName(name or self.title.text())
        control.setAccessibleDescription(self.line.text())
        control.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._controls.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)

    def say(self, line: str) -> None:
        """Shows another line below the title."""
        self.line.setText(line)
        for place in range(self._controls.count()):
            self._controls.itemAt(place).widget().setAccessibleDescription(line)


def choice(texts: list[str]) -> ChoiceBox:
    """A box with these texts, of the width that all of the page have."""
    box = ChoiceBox()
    box.addItems(texts)
    box.setMinimumWidth(box.fontMetrics().averageCharWidth() * 31)
    return box


def switch() -> CheckBox:
    """On or off; its words are the row's."""
    box = CheckBox()
    box.setFixedWidth(box.sizeHint().height() - 2)
    return box


def button(text: str, tip: str = "") -> QPushButton:
    """A button of the page."""
    made = QPushButton(text)
    made.setToolTip(plain_tip(tip))
    made.setAutoDefault(True)
    made.setAccessibleName(text.replace("&", ""))
    return made
