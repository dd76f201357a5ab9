"""Errors of the program: a calm page with all of it, counted, saved, and what a hard end leaves for the next start."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.attending import Attending
from inspector.gui.crash import hard_end
from inspector.gui.crash.error_reports import Report, report_of
from inspector.gui.last_resort import LastResort
from inspector.gui.own_pages import OwnPage
from inspector.gui.panels.crash_panel import CrashPanel

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def last_resort(inspector: Application, monkeypatch: pytest.MonkeyPatch) -> LastResort:
    """That of the window, installed over hooks that say nothing."""
    monkeypatch.setattr(sys, "excepthook", lambda *error: None)
    monkeypatch.setattr(threading, "excepthook", lambda *error: None)
    inspector.last_resort.install()
    return inspector.last_resort


def fail(last_resort: LastResort, message: str) -> None:
    try:
        raise ValueError(message)
    except ValueError as error:
        last_resort.report(error)


def panel_of(qtbot: QtBot, inspector: Application) -> CrashPanel:
    qtbot.waitUntil(lambda: isinstance(inspector.window.shown_panel(), CrashPanel))
    panel = inspector.window.shown_panel()
    assert isinstance(panel, CrashPanel)
    return panel


def test_an_error_opens_a_page_that_says_all_of_it_and_no_name_of_a_file(
    qtbot: QtBot, inspector: Application, last_resort: LastResort, samples: Path, open_file, tmp_path: Path
) -> None:  # type: ignore[no-untyped-def]
    open_file(samples / "fashion_classifier.pt")
    inspector.window.actions_["expand_all"].trigger()
    fail(last_resort, "half \ud800 \x1b[2J <b>")
    panel = panel_of(qtbot, inspector)
    qtbot.waitUntil(lambda: "torch for Fit and Run: 2." in panel.text.toPlainText())
    text = panel.text.toPlainText()
    for part in ("ValueError: half", "\\x1b[2J <b>", "test_crash_page.py", "Qt 6.", "action expand_all"):
        assert part in text
    assert "file: zip, 40 tensors" in text
    assert "fashion_classifier" not in text
    assert "Nothing is sent" in panel.promise.text()
    panel.copy()
    assert QGuiApplication.clipboard().text() == text
    panel.save_to(str(tmp_path / "report.txt"))
    qtbot.waitUntil((tmp_path / "report.txt").exists)
    assert (tmp_path / "report.txt").read_text() == text
    inspector.window.actions_["start"].trigger()
    assert inspector.window.start.isVisible()
    last_resort.remove()


def test_the_same_error_is_counted_and_its_closed_page_stays_closed(
    qtbot: QtBot, inspector: Application, last_resort: LastResort
) -> None:
    for _ in range(3):
        fail(last_resort, "again")
    panel = panel_of(qtbot, inspector)
    qtbot.waitUntil(lambda: "3 times" in panel.sentence.text())
    assert panel.text.toPlainText().count("ValueError: again") == 1
    panel.close_requested.emit()
    fail(last_resort, "again")
    qtbot.waitUntil(lambda: last_resort.reports.reports[0].times == 4)
    assert not any(isinstance(page, OwnPage) for page in inspector.session.pages)
    fail(last_resort, "another")
    panel = panel_of(qtbot, inspector)
    qtbot.waitUntil(lambda: len(last_resort.reports.reports) == 2)
    assert "And 1 other" in panel.sentence.text()
    last_resort.remove()


def test_where_the_page_fails_a_dialog_shows_both(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", lambda *error: None)
    monkeypatch.setattr(threading, "excepthook", lambda *error: None)

    def broken(_reports: object) -> None:
        raise RuntimeError("no page")

    last_resort = LastResort(show=broken)
    last_resort.install()
    fail(last_resort, "first")
    qtbot.waitUntil(lambda: last_resort.dialog is not None)
    assert last_resort.dialog is not None
    qtbot.addWidget(last_resort.dialog)
    qtbot.waitUntil(lambda: last_resort.dialog is not None and "no page" in last_resort.dialog.text.toPlainText())
    assert "ValueError: first" in last_resort.dialog.text.toPlainText()
    last_resort.remove()


def test_paths_begin_at_home_and_nothing_is_endless() -> None:
    report = report_of(f"File {os.path.expanduser('~')}/secret/a.py\n" + "x" * 500_000)
    assert f"~{os.sep}secret" in report.details
    assert os.path.expanduser("~") + os.sep not in report.details
    assert len(report.details) < 100_000
    assert isinstance(report, Report)


DIE = """
import ctypes, sys
from inspector.gui.crash.hard_end import HardEndFile
net = HardEndFile()
net.begin()
if sys.argv[1] == "hard":
    ctypes.string_at(0)
if sys.argv[1] == "killed":
    import os, signal
    os.kill(os.getpid(), signal.SIGKILL)
net.end()
"""


def test_a_hard_end_leaves_a_report_for_the_next_start(
    qtbot: QtBot, inspector: Application, last_resort: LastResort
) -> None:
    for how in ("hard", "well", "killed"):
        subprocess.run([sys.executable, "-c", DIE, how], cwd=ROOT, capture_output=True, timeout=60)
    ends = hard_end.left_behind()
    assert len(ends) == 1
    assert "Segmentation fault" in ends[0].text
    assert "string_at" in ends[0].text
    attending = Attending(inspector)
    attending._tell(ends)
    news = inspector.window.start.news
    assert news.isVisible()
    assert "ended hard" in news.sentence
    show = next(button for button in news.findChildren(QPushButton) if button.text() == "Show Re&port")
    show.click()
    assert not news.isVisible()
    assert "Segmentation fault" in panel_of(qtbot, inspector).text.toPlainText()
    assert not hard_end.left_behind()
    last_resort.remove()
