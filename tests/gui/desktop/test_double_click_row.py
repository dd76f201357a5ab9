"""The offer on the start page: it asks, does it, says what it did, and takes it back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.desktop import installing
from inspector.gui.desktop.double_click_row import DoubleClickRow

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home/share"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home/config"))


@pytest.fixture
def row(qtbot: QtBot) -> DoubleClickRow:
    row = DoubleClickRow()
    qtbot.addWidget(row)
    qtbot.addWidget(row.offer)
    row.look()
    return row


def test_it_is_set_up_and_taken_away_again(qtbot: QtBot, row: DoubleClickRow, tmp_path: Path) -> None:
    assert row.offer.isVisible()
    assert not row.isVisible()
    row.offer.click()
    assert ".safetensors" in row.words.text()
    assert not row.offer.isVisible()
    assert not (tmp_path / "home").exists()
    row.yes.click()
    qtbot.waitUntil(lambda: "opens it here now" in row.words.text())
    assert "13 files were written" in row.words.text()
    assert "checkpoint-inspector.desktop" in row.words.toolTip()
    assert installing.state().works
    row.yes.click()
    qtbot.waitUntil(lambda: "taken away" in row.words.text())
    assert not list((tmp_path / "home").rglob("*"))
    row.no.click()
    assert row.offer.isVisible()
    assert not row.is_speaking


def test_nothing_is_offered_that_is_there(qtbot: QtBot, row: DoubleClickRow) -> None:
    row.offer.click()
    row.no.click()
    assert row.offer.isVisible()
    installing.install()
    row.look()
    assert not row.offer.isVisible()
    assert not row.isVisible()


def test_what_cannot_be_written_is_said(qtbot: QtBot, row: DoubleClickRow, tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    row.offer.click()
    row.yes.click()
    qtbot.waitUntil(lambda: "cannot be written: Not a directory" in row.words.text())
    (tmp_path / "home").unlink()
    row.yes.click()
    qtbot.waitUntil(lambda: installing.state().works)
    qtbot.waitUntil(lambda: not row._job.is_running)


def test_it_is_on_the_start_page(qtbot: QtBot, inspector: Application) -> None:
    qtbot.waitUntil(lambda: inspector.window.start.double_click is not None)
    row = inspector.window.start.double_click
    assert row is not None
    qtbot.waitUntil(lambda: row.offer.isVisible())
    row.offer.click()
    assert row.yes.isVisible()
