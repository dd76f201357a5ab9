"""Settings, colours, actions, icons and the last-resort window."""

from __future__ import annotations

import re
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui import theme
from inspector.gui.actions import DEEDS, FOR_A_FILE, FOR_A_ROW
from inspector.gui.icons import icon
from inspector.gui.last_resort import LastResort
from inspector.gui.panels.status_line import StatusLine
from inspector.gui.resources import app_icon, folder, samples, style_sheet
from inspector.gui.settings import RECENTS, Settings
from inspector.gui.widgets.search_field import SearchField

# Settings


def test_recent_files_come_latest_first_and_once(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    for number in range(RECENTS + 3):
        settings.remember(f"/models/{number}.pth")
    settings.remember("/models/5.pth")
    settings.save()
    recents = Settings(str(tmp_path)).recents()
    assert recents[:2] == ["/models/5.pth", f"/models/{RECENTS + 2}.pth"]
    assert len(recents) == len(set(recents)) == RECENTS


def test_one_recent_file_is_a_list_too(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    settings.remember("/models/a.pth")
    settings.save()
    assert Settings(str(tmp_path)).recents() == ["/models/a.pth"]


def test_what_cannot_be_right_counts_as_not_there(tmp_path: Path) -> None:
    lines = b"[General]\nrecent_files=@Invalid(\xff)\n[choice]\ntheme=pink\n[state]\nwindow=7\n"
    (tmp_path / "window.ini").write_bytes(lines)
    settings = Settings(str(tmp_path))
    assert all(isinstance(each, str) for each in settings.recents())
    assert settings.choice("theme", ("system", "light")) == "system"
    assert settings.state("window") is None


def test_states_and_choices_are_kept(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    settings.keep_state("splitter", QByteArray(b"\0\1"))
    settings.choose("fold", "yes")
    settings.save()
    again = Settings(str(tmp_path))
    assert again.state("splitter") == QByteArray(b"\0\1")
    assert again.choice("fold", ("no", "yes")) == "yes"


def test_the_folder_of_the_environment_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHECKPOINT_INSPECTOR_SETTINGS", str(tmp_path / "elsewhere"))
    settings = Settings()
    settings.choose("theme", "dark")
    settings.save()
    assert (tmp_path / "elsewhere" / "window.ini").exists()


# Colours


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.1, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        r, g, b = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("chosen", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_text_can_be_read_on_everything_it_stands_on(chosen: theme.Colours) -> None:
    for ground in (chosen.window, chosen.surface, chosen.raised, chosen.hover, chosen.banner):
        assert contrast(chosen.text, ground) >= 7
        assert contrast(chosen.quiet, ground) >= 4.5
    for ground in (chosen.window, chosen.surface):
        assert contrast(chosen.hint, ground) >= 4.3
    assert contrast(chosen.text, chosen.selection) >= 7
    for _, colour in chosen.meanings:
        assert contrast(colour, chosen.surface) >= 4.5
    assert contrast(chosen.on_accent, chosen.accent) >= 4.5


def test_each_meaning_has_a_symbol_and_both_colours() -> None:
    symbols = [meaning.symbol for meaning in theme.Meaning]
    assert len(symbols) == len(set(symbols)) == 8
    for chosen in (theme.LIGHT, theme.DARK):
        assert {meaning for meaning, _ in chosen.meanings} == set(theme.Meaning)


@pytest.mark.parametrize(("choice", "chosen"), [("light", theme.LIGHT), ("dark", theme.DARK)])
def test_the_palette_says_which_colours_are_in_force(qapp: QApplication, choice: str, chosen: theme.Colours) -> None:
    before = qapp.palette()
    try:
        theme.apply(choice)
        assert theme.colours() is chosen
    finally:
        qapp.setPalette(before)
        qapp.setStyleSheet("")


@pytest.mark.parametrize("chosen", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_the_style_sheet_has_every_colour_filled_in(chosen: theme.Colours) -> None:
    assert "$" not in style_sheet(chosen)
    assert set(re.findall(r"#[0-9a-f]{6}", style_sheet(chosen)))


# Actions, icons, samples


def test_every_action_has_words_a_shortcut_and_a_tip_of_its_own() -> None:
    for deed in DEEDS:
        assert all((deed.text, deed.tip, deed.menu)), deed.name
        assert QKeySequence(deed.shortcut).toString(), deed.name
    assert max(Counter(deed.shortcut for deed in DEEDS).values()) == 1
    assert max(Counter(deed.name for deed in DEEDS).values()) == 1


def test_the_groups_of_actions_name_actions() -> None:
    names = {deed.name for deed in DEEDS}
    assert names >= FOR_A_FILE
    assert FOR_A_FILE >= set(FOR_A_ROW)


def test_mnemonics_of_a_menu_are_each_for_one_action() -> None:
    marks = Counter(
        (deed.menu.rstrip("|"), found[1].lower()) for deed in DEEDS if (found := re.search("&(.)", deed.text))
    )
    assert [mark for mark, times in marks.items() if times > 1] == []


def test_every_icon_can_be_drawn(qapp: QApplication) -> None:
    for deed in DEEDS:
        if deed.icon:
            picture = icon(deed.icon).pixmap(32, 32).toImage()
            drawn = sum(picture.pixelColor(x, y).alpha() > 0 for x in range(32) for y in range(32))
            assert drawn > 20, deed.icon
    assert not app_icon().pixmap(64, 64).isNull()
    assert sorted(path.stem for path in (folder() / "icons").glob("*.svg"))


def test_the_samples_are_listed_with_what_they_show(samples_on_disk: list[str]) -> None:
    listed = samples()
    assert sorted(Path(sample.path).name for sample in listed) == samples_on_disk
    assert all(10 < len(sample.shows) < 120 for sample in listed)


@pytest.fixture
def samples_on_disk(samples: Path) -> list[str]:
    """Every checkpoint that comes with the program, by name."""
    return sorted(path.name for path in samples.iterdir() if path.suffix in (".pth", ".pt", ".safetensors"))


# The last resort


@pytest.fixture
def last_resort(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> LastResort:
    """Installed over hooks that say nothing, so that the test's own reporting does not fail the test."""
    monkeypatch.setattr(sys, "excepthook", lambda *error: None)
    monkeypatch.setattr(threading, "excepthook", lambda *error: None)
    last_resort = LastResort()
    last_resort.install()
    return last_resort


def test_what_nobody_caught_is_shown_whole_and_can_be_copied(qtbot: QtBot, last_resort: LastResort) -> None:
    try:
        raise ValueError("first \ud800 <b>")
    except ValueError as error:
        last_resort.report(error)
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(
        lambda: last_resort.dialog is not None and "ZeroDivisionError" in last_resort.dialog.text.toPlainText()
    )
    dialog = last_resort.dialog
    assert dialog is not None
    qtbot.addWidget(dialog)
    text = dialog.text.toPlainText()
    assert "ValueError: first" in text
    assert "<b>" in text
    assert "test_small_things.py" in text
    copy = next(button for button in dialog.findChildren(QPushButton) if "Copy" in button.text())
    copy.click()
    assert QGuiApplication.clipboard().text() == text
    last_resort.remove()


def test_the_sign_of_the_search_moves_the_examples_aside_on_the_screen_too(qtbot: QtBot) -> None:
    """What is on the screen, which `grab` would paint anew: the sign lay over the first letters."""
    window = QWidget()
    qtbot.addWidget(window)
    row, field = QHBoxLayout(window), SearchField()
    for widget in (QPushButton("has the keyboard"), field):
        row.addWidget(widget)
    window.resize(800, 60)
    with qtbot.waitExposed(window):
        window.show()

    def is_as_meant() -> bool:
        seen, meant = window.screen().grabWindow(window.winId()).toImage(), window.grab().toImage()
        return seen.convertToFormat(meant.format()) == meant

    qtbot.waitUntil(is_as_meant)
    field.dress()
    qtbot.waitUntil(is_as_meant)


def test_the_summary_stays_away_while_something_else_is_said(qtbot: QtBot) -> None:
    line = StatusLine(QAction("Stop"))
    qtbot.addWidget(line)
    line.show_summary("40 tensors")
    line.show()
    assert line.summary.isVisible()
    line.showMessage("Copied")
    line.hide()
    line.show()  # Qt shows all that it hid by itself
    assert not line.summary.isVisible()
    line.clearMessage()
    assert line.summary.isVisible()


def test_the_cross_of_a_search_field_takes_no_room_while_it_is_empty(qtbot: QtBot) -> None:
    field = SearchField()
    qtbot.addWidget(field)
    field.show()
    field.dress()
    cross = next(each for each in field.findChildren(QToolButton) if each.defaultAction().objectName())
    assert not cross.isVisible()
    field.setText("weight")
    qtbot.waitUntil(cross.isVisible)
    field.clear()
    qtbot.waitUntil(lambda: not cross.isVisible())
    field.resize(90, 30)
    assert field.placeholderText() == "Search"
