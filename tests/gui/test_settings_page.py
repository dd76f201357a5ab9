"""The settings on one page: each in force at once, all by keyboard; and the language that the window speaks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui import own_pages, speaking
from inspector.gui.app import Application
from inspector.gui.measuring_limit import limit
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.setting_rows import SECTIONS, TITLES
from inspector.gui.panels.settings_panel import SettingsPanel
from inspector.gui.program_deeds import RESTART
from inspector.gui.settings import Settings

Open = Callable[[Path], OpenFile]


@pytest.fixture
def panel(inspector: Application) -> SettingsPanel:
    """The page, shown."""
    inspector.window.actions_["settings"].trigger()
    panel = inspector.window.shown_panel()
    assert isinstance(panel, SettingsPanel)
    return panel


def controls(panel: SettingsPanel, name: str) -> list[QWidget]:
    return [
        each
        for each in panel.rows[name].findChildren(QWidget)
        if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def choose(panel: SettingsPanel, name: str, place: int) -> None:
    box = panel.rows[name].findChild(QComboBox)
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_every_setting_has_a_row_with_a_line_and_a_control_that_can_be_named(panel: SettingsPanel) -> None:
    assert {name for names in SECTIONS.values() for name in names} == set(TITLES)
    for name in TITLES:
        found = controls(panel, name)
        assert found, name
        for control in found:
            assert control.accessibleName(), name
            text = control.text() if isinstance(control, QAbstractButton) else "box"
            assert text or control.accessibleDescription(), name


def test_tab_goes_through_all_of_them_in_their_order(qtbot: QtBot, panel: SettingsPanel) -> None:
    panel.go_to("language")
    rows = [name for names in SECTIONS.values() for name in names]
    seen = ["language"]
    for _ in range(60):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        name = next((name for name in rows if panel.rows[name].isAncestorOf(focused)), "")
        if name and name != seen[-1]:
            seen.append(name)
        if name == rows[-1]:
            break
    assert seen == [name for name in rows if panel.rows[name].isVisible()]


def test_colours_and_switches_are_in_force_at_once_and_follow_the_actions(
    inspector: Application, panel: SettingsPanel
) -> None:
    choose(panel, "theme", 2)
    assert inspector.settings.choice("theme", ("system", "dark")) == "dark"
    assert inspector.window.palette().window().color().lightness() < 100
    inspector.window.actions_["theme_light"].trigger()
    assert panel.rows["theme"].findChild(QComboBox).currentIndex() == 1
    fold = controls(panel, "fold")[0]
    assert isinstance(fold, QAbstractButton)
    fold.click()
    assert inspector.window.actions_["fold"].isChecked()
    assert inspector.settings.choice("fold", ("no", "yes")) == "yes"
    inspector.window.actions_["fold"].setChecked(False)
    assert not fold.isChecked()


def test_the_size_is_changed_and_put_back(inspector: Application, panel: SettingsPanel) -> None:
    smaller, larger, usual = (each for each in controls(panel, "zoom") if isinstance(each, QAbstractButton))
    before = inspector.window.font().pointSizeF()
    larger.click()
    assert QApplication.font().pointSizeF() > before
    smaller.click()
    larger.click()
    usual.click()
    assert QApplication.font().pointSizeF() == pytest.approx(before)


def test_a_limit_counts_from_the_next_file_on(
    qtbot: QtBot, inspector: Application, panel: SettingsPanel, samples: Path, open_file: Open
) -> None:
    choose(panel, "automatic", 1)
    assert limit(inspector.settings) == -1
    file = open_file(samples / "resnet_plain.pth")
    assert file.automatic == -1
    assert "Ctrl+M" in inspector.window.status.summary.text()


def test_fewer_recent_files_are_remembered(inspector: Application, panel: SettingsPanel) -> None:
    choose(panel, "recents", 1)
    for number in range(20):
        inspector.settings.remember(f"/models/{number}.pth")
    assert len(inspector.settings.recents()) == 6


def test_the_python_for_fit_and_run_is_told_and_forgotten(
    qtbot: QtBot, inspector: Application, panel: SettingsPanel
) -> None:
    row = panel.rows["interpreter"]
    assert "found by itself" in row.line.text()
    panel._interpreter.take(sys.executable)
    qtbot.waitUntil(lambda: "torch 2." in row.line.text())
    panel._interpreter.forget_button.click()
    assert panel._interpreter.chosen == ""
    assert not panel._interpreter.forget_button.isEnabled()


def test_where_they_are_kept_is_copied(inspector: Application, panel: SettingsPanel) -> None:
    press = controls(panel, "place")[0]
    assert isinstance(press, QAbstractButton)
    press.click()
    assert QGuiApplication.clipboard().text() == inspector.settings.path
    inspector.settings.choose("recents", "6")
    inspector.settings.save()
    assert Path(inspector.settings.path).exists()


def test_all_is_reset_at_the_second_press(inspector: Application, panel: SettingsPanel) -> None:
    choose(panel, "automatic", 2)
    choose(panel, "theme", 2)
    inspector.settings.remember("/models/a.pth")
    panel.reset.click()
    assert limit(inspector.settings) == 10**8
    panel.reset.click()
    assert limit(inspector.settings) == 10**9
    assert inspector.window.actions_["theme_system"].isChecked()
    assert panel.rows["automatic"].findChild(QComboBox).currentIndex() == 0
    assert inspector.settings.recents() == ["/models/a.pth"]


def test_a_setting_is_gone_to(inspector: Application) -> None:
    inspector.window.commands.program.show_settings("reset")
    panel = inspector.window.shown_panel()
    assert isinstance(panel, SettingsPanel)
    assert panel.reset.hasFocus()
    assert own_pages.show(inspector.session, own_pages.SETTINGS) is panel.page


# The language


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (["zh-Hans-CN", "zh-CN", "zh"], "zh_CN"),
        (["zh_CN"], "zh_CN"),
        (["de-DE", "zh-CN", "en"], "zh_CN"),
        (["zh-Hant-TW", "en-US"], "en"),
        (["en-GB", "zh-CN"], "en"),
        (["fr-FR"], "en"),
        ([], "en"),
    ],
)
def test_the_system_says_which_language_is_read(wanted: list[str], code: str) -> None:
    assert speaking.of_system(wanted) == code


def test_buttons_of_qt_speak_the_language_and_english_again(qapp: QApplication) -> None:
    speaking.speak(qapp, "zh_CN")
    assert speaking.in_force() == "zh_CN"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    speaking.speak(qapp, "en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_another_language_offers_to_restart(inspector: Application, panel: SettingsPanel) -> None:
    assert not panel.restart.isVisible()
    choose(panel, "language", 2)
    assert panel.restart.isVisible()
    choose(panel, "language", 1)
    assert not panel.restart.isVisible()


def test_a_restart_closes_the_window_and_the_next_one_speaks_the_language(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, samples: Path
) -> None:
    settings = Settings(str(tmp_path / "other"))
    first = Application(qapp, settings)
    first.window.show()
    settings.choose("language", "zh_CN")
    first.window.actions_["restart"].trigger()
    assert not first.window.isVisible()
    assert first.window.property(RESTART)
    first.end()
    second = Application(qapp, settings)
    assert speaking.in_force() == "zh_CN"
    second.window.close()
    assert not second.window.property(RESTART)
    second.end()
