"""All settings on one page, each in force at once, with one quiet line on what it does (Ctrl+,)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from ... import language, wording
from ...language import tr
from .. import speaking
from ..actions import Actions
from ..commands import THEMES, USUALLY
from ..measuring_limit import LIMITS, limit_name
from ..own_pages import OwnPage
from ..settings import MOST_RECENTS, Settings
from ..theme import mono_font, scaled_font
from ..widgets.labels import ElidedLabel, Label
from .desktop_setting import DesktopSetting
from .interpreter_setting import InterpreterSetting
from .page_panel import PagePanel
from .setting_rows import SECTIONS, SettingRow, button, choice, switch

_WIDEST = 860
_SURE_MS = 5000
"""How long a person has for the second press that resets everything."""


class SettingsPanel(PagePanel):
    """The settings, one row for each."""

    def __init__(self, page: OwnPage, actions: Actions, settings: Settings) -> None:
        super().__init__(page)
        self._actions = actions
        self._settings = settings
        self.rows = {name: SettingRow(name) for names in SECTIONS.values() for name in names}
        self._refreshers: list[Callable[[], object]] = []
        self._make_look()
        self._make_files()
        self._make_program()
        self.area = self._laid_out()
        self.addWidget(self.area)
        for name in ("theme_system", "theme_light", "theme_dark", "details", "fold"):
            actions[name].toggled.connect(self.refresh)
        self.refresh()

    @property
    def has_content(self) -> bool:
        return True

    def summary(self) -> str:
        return tr("Each setting is in force at once")

    def refresh(self) -> None:
        """Shows what is in force."""
        for refresh in self._refreshers:
            refresh()

    def go_to(self, name: str) -> None:
        """Puts the keyboard into the control of this setting, and brings it into view."""
        row = self.rows.get(name)
        if row is not None and row.first is not None:
            row.first.setFocus(Qt.FocusReason.OtherFocusReason)
            self.area.ensureWidgetVisible(row, 0, 60)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        asked, self.page.shows = self.page.shows, None  # type: ignore[attr-defined]
        if isinstance(asked, str):
            QTimer.singleShot(0, self, lambda: self.go_to(asked))

    def stop(self) -> None:
        self._interpreter.stop()
        self._desktop.stop()

    # The rows

    def _make_look(self) -> None:
        names = [tr("As the system")] + [language.LANGUAGES[code] for code in speaking.CHOICES[1:]]
        self.language = self._choose("language", speaking.CHOICES, names, self._say_language)
        self.restart = button(tr("Restart &Now"), tr("Close the window and open it again, with its tabs"))
        self.restart.clicked.connect(self._actions["restart"].trigger)
        self.rows["language"].add(self.restart, tr("Restart now"))
        theme = choice([tr("As the system"), tr("Light"), tr("Dark")])
        theme.activated.connect(lambda place: self._actions[f"theme_{THEMES[place]}"].trigger())
        self.rows["theme"].add(theme)
        actions = [self._actions[f"theme_{name}"] for name in THEMES]
        self._refreshers.append(
            lambda: theme.setCurrentIndex(next((n for n, each in enumerate(actions) if each.isChecked()), 0))
        )
        self._make_zoom()
        self._make_switch("details")
        self._make_switch("fold")

    def _make_zoom(self) -> None:
        shown = Label()
        shown.setAlignment(Qt.AlignmentFlag.AlignCenter)
        shown.setMinimumWidth(shown.fontMetrics().horizontalAdvance("0000 %"))
        for sign, name, words in (("−", "zoom_out", tr("Smaller")), ("+", "zoom_in", tr("Larger"))):
            press = button(sign, words)
            press.clicked.connect(lambda _checked=False, name=name: (self._actions[name].trigger(), self.refresh()))
            if sign == "+":
                self.rows["zoom"].add(shown)
            self.rows["zoom"].add(press, words)
        usual = button(tr("&Usual Size"), tr("As large as the system says"))
        usual.clicked.connect(lambda: (self._actions["zoom_reset"].trigger(), self.refresh()))
        self.rows["zoom"].add(usual, tr("Usual size"))

        def refresh() -> None:
            from .. import zooming

            shown.setText(f"{zooming.wanted(self._settings)} %")

        self._refreshers.append(refresh)

    def _make_switch(self, name: str) -> None:
        """A switch that is one of the window's checkable actions."""
        box, action = switch(), self._actions[name]
        box.toggled.connect(lambda on: self._switch(name, on))
        self.rows[name].add(box)
        self._refreshers.append(lambda: box.setChecked(action.isChecked()))

    def _switch(self, name: str, on: bool) -> None:
        """Triggers an action that is one for the page of a file, and so cannot be done here otherwise."""
        action = self._actions[name]
        if on is not action.isChecked():
            was_enabled = action.isEnabled()
            action.setEnabled(True)
            action.trigger()
            action.setEnabled(was_enabled)

    def _make_files(self) -> None:
        box = switch()
        box.clicked.connect(lambda on: self._change("restore", ("yes", "no"), "yes" if on else "no"))
        self.rows["restore"].add(box)
        self._refreshers.append(lambda: box.setChecked(self._settings.choice("restore", ("yes", "no")) == "yes"))
        self._choose("automatic", tuple(LIMITS), [limit_name(each) for each in LIMITS])
        self._choose("recents", MOST_RECENTS, [tr("{count} files", count=each) for each in MOST_RECENTS])
        clear = button(tr("C&lear"), tr("Empty the list; pinned files stay, and it can be undone"))
        clear.clicked.connect(self._actions["forget"].trigger)
        self.rows["recents"].add(clear, tr("Clear recent files"))
        self._interpreter = InterpreterSetting(
            self.rows["interpreter"], self._settings, self.said.emit, self.failed.emit
        )
        self._refreshers.append(self._interpreter.refresh)

    def _make_program(self) -> None:
        self._desktop = DesktopSetting(self.rows["desktop"], self.failed.emit)
        self._refreshers.append(self._desktop.refresh)
        for name, words, tip in (
            ("tour", tr("Sho&w Again"), tr("Begin the tour")),
            ("log", tr("&Show Log"), tr("Show what the program did")),
        ):
            press = button(words, tip)
            press.clicked.connect(self._actions[name].trigger)
            self.rows[name].add(press)
        self._make_place()
        self.reset = button(tr("Reset &All"))
        self.reset.clicked.connect(self._reset)
        self.rows["reset"].add(self.reset)
        self._is_sure = False

    def _make_place(self) -> None:
        path = wording.safe(self._settings.path, 500)
        row = self.rows["place"]
        row.line.hide()
        words = ElidedLabel(path, tone="quiet", font=mono_font(0.9))
        words.setAccessibleName(path)
        row.layout().itemAt(0).layout().addWidget(words)  # type: ignore[union-attr]
        copy = button(tr("Copy &Path"))
        copy.clicked.connect(lambda: (QGuiApplication.clipboard().setText(self._settings.path), self._say_copied()))
        row.add(copy)

    def _say_copied(self) -> None:
        self.said.emit(tr("Copied"))

    def _choose(
        self, name: str, options: tuple[str, ...], texts: list[str], then: Callable[[], object] = lambda: None
    ) -> QWidget:
        """A box for a choice of the settings."""
        box = choice(texts)

        def refresh() -> None:
            box.setCurrentIndex(options.index(self._settings.choice(name, options)))
            then()

        box.activated.connect(lambda place: self._change(name, options, options[place]))
        self.rows[name].add(box)
        self._refreshers.append(refresh)
        return box

    def _change(self, name: str, options: tuple[str, ...], wanted: str) -> None:
        """Chooses it, which can be undone."""
        former = self._settings.choice(name, options)

        def choose(option: str) -> None:
            self._settings.choose(name, option)
            self.refresh()

        choose(wanted)
        if wanted != former:
            words = tr("Change {field}", field=self.rows[name].title.text())
            self.did.emit(words, partial(choose, former), partial(choose, wanted))

    def _say_language(self) -> None:
        """The restart is offered where it would change something."""
        self.restart.setVisible(speaking.chosen(self._settings) != speaking.in_force())

    def _reset(self) -> None:
        """Resets at the second press."""
        if not self._is_sure:
            self._is_sure = True
            self.reset.setText(tr("Really Reset?"))
            QTimer.singleShot(_SURE_MS, self, self._be_unsure)
            return
        self._be_unsure()
        kept = self._settings.kept_choices()
        self._bring_back({})
        self.said.emit(tr("All settings are as at first"))
        self.did.emit(tr("Reset All"), partial(self._bring_back, kept), partial(self._bring_back, {}))

    def _bring_back(self, kept: dict[str, object]) -> None:
        """Puts these choices in force, and for all others what is usual; what is in the settings already is no deed."""
        from .. import zooming

        settings = self._settings
        settings.bring_back_choices(kept)
        self._actions[f"theme_{settings.choice('theme', THEMES)}"].trigger()
        zooming.apply(zooming.wanted(settings))
        for name, options in USUALLY.items():
            self._switch(name, settings.choice(name, options) == "yes")
        self.refresh()

    def _be_unsure(self) -> None:
        self._is_sure = False
        self.reset.setText(tr("Reset &All"))

    def _laid_out(self) -> QScrollArea:
        page = QWidget()
        page.setMaximumWidth(_WIDEST)
        page.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(page)
        column.setContentsMargins(32, 20, 32, 24)
        column.setSpacing(0)
        column.addWidget(Label(tr("Settings"), font=scaled_font(1.5)))
        for heading, names in SECTIONS.items():
            head = Label(tr(heading), tone="accent", font=scaled_font(1.0, bold=True))
            head.setContentsMargins(0, 16, 0, 4)
            column.addWidget(head)
            for name in names:
                column.addWidget(self.rows[name])
                column.addWidget(_line())
        column.addStretch(1)
        outer = QWidget()
        frame = QHBoxLayout(outer)
        frame.setContentsMargins(0, 0, 0, 0)
        frame.addStretch(1)
        frame.addWidget(page, 1000)
        frame.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(tr("Settings"))
        area.setWidget(outer)
        return area


def _line() -> QWidget:
    line = QFrame()
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line
