"""The log: bounded, one inert line for each thing, no values of files, and a page that shows it as it grows."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from inspector import language
from inspector.errors import FileError
from inspector.gui.app import Application
from inspector.gui.log import log_file
from inspector.gui.log.events import LogEvents, _reason
from inspector.gui.log.log_file import Log
from inspector.gui.log.qt_messages import QtMessages
from inspector.gui.log.reading import LogTail, record_of
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.log_panel import LogPanel

Open = Callable[[Path], OpenFile]
ROOT = Path(__file__).resolve().parent.parent.parent
START = """
import sys
from inspector.gui import app as door
from PySide6.QtCore import QTimer
plain = door.MainWindow._dress
def dressed(window):
    plain(window)
    def tell():
        guide = window.commands.program.guide
        print("tour" if guide is not None and guide.overlay is not None else "no tour", flush=True)
        look()
    window.slices.then(tell)
    def look():
        if all(file.contents is not None for file in window.session.files):
            window.close()
        else:
            QTimer.singleShot(10, look)
door.MainWindow._dress = dressed
sys.exit(door.main(sys.argv[1:]))
"""
SAY = logging.getLogger("inspector.files")


@pytest.fixture
def log() -> Iterator[Log]:
    """An open log, in the fresh folder of the test."""
    log = Log()
    log.begin()
    yield log
    log.end()


def lines() -> list[str]:
    return log_file.path().read_text(encoding="utf-8").splitlines()


def test_it_begins_with_the_versions_and_lies_beside_the_settings(log: Log, tmp_path: Path) -> None:
    assert log_file.path() == tmp_path / "settings" / "log" / "window.log"
    assert "Checkpoint Inspector" in lines()[0]
    assert "Qt 6." in lines()[0]


def test_each_record_is_one_inert_line(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    # Two test processes tell each other what was logged, which half a character would end.
    monkeypatch.setattr(logging.getLogger("inspector"), "propagate", False)
    SAY.info("opening %s", "a\nb\x1b[31m\u202e\ud800.pth")
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        SAY.exception("failed")
    assert len(lines()) == 3
    assert lines()[1].endswith("opening a⏎b\\x1b[31m\\u202e\\ud800.pth")
    record = record_of(lines()[2])
    assert (record.level, record.part) == ("ERROR", "files")
    assert "Traceback" in record.text
    assert record.text.splitlines()[-1].strip() == "second"


def test_it_never_grows_beyond_three_files(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = log._handler
    assert handler is not None
    handler.maxBytes = 10_000
    for number in range(1000):
        SAY.info("line %d %s", number, "x" * 60)
    files = sorted(path.name for path in log_file.path().parent.iterdir())
    assert files == ["window.log", "window.log.1", "window.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in log_file.path().parent.iterdir())
    assert lines()[-1].endswith("line 999 " + "x" * 60)
    SAY.info("%s", "y" * 10_000_000)
    assert len(lines()[-1]) < 30_000


def test_where_it_cannot_be_written_the_program_goes_on(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("a file where the folder should be")
    log = Log()
    log.begin()
    assert not log.is_open
    SAY.warning("nobody hears")
    log.end()


def test_why_a_file_was_refused_is_said_in_english_whatever_the_window_speaks() -> None:
    former = language._translations
    language.take(language._load("zh_CN"))
    try:
        assert _reason(FileError("x")) == "This file cannot be opened"
        assert _reason(FileError("x", title="no data")) == "no data"
        assert _reason(OSError("x")) == "OSError"
    finally:
        language.take(former)


def test_what_is_opened_and_refused_is_written_and_no_value(
    inspector: Application, log: Log, samples: Path, tmp_path: Path, open_file: Open
) -> None:
    LogEvents(inspector.session, inspector.window)
    open_file(samples / "fashion_classifier.pt")
    (tmp_path / "text.pth").write_text("secret words")
    open_file(tmp_path / "text.pth")
    inspector.window.actions_["close"].trigger()
    text = "\n".join(lines())
    assert "opened file" in text
    assert "fashion_classifier.pt: zip, 40 tensors, 6.9" in text
    assert f"WARNING  files      refused file {tmp_path}/text.pth: " in text
    assert f"closed file {tmp_path}/text.pth" in text
    assert "0.1153" not in text
    assert "secret" not in text


def test_messages_of_qt_are_written_and_passed_on(log: Log) -> None:
    heard: list[str] = []
    grave: list[str] = []
    former = qInstallMessageHandler(lambda _kind, _context, message: heard.append(message))
    messages = QtMessages(grave.append)
    messages.begin()
    try:
        qWarning("something of Qt")
    finally:
        messages.end()
        qInstallMessageHandler(former)
    assert heard == ["something of Qt"]
    assert grave == []
    assert lines()[-1].endswith("WARNING  qt         something of Qt")


def test_the_end_is_read_first_and_a_new_file_from_its_start(log: Log) -> None:
    for number in range(6000):
        SAY.info("line %d %s", number, "x" * 60)
    tail = LogTail(log_file.path())
    first = tail.more()
    assert 0 < len(first) < 6000
    assert first[-1].text.startswith("line 5999 ")
    assert all(record.level == "INFO" for record in first)
    assert tail.more() == []
    handler = log._handler
    assert handler is not None
    handler.doRollover()
    SAY.info("after")
    assert [record.text for record in tail.more()] == ["after"]


def test_a_page_shows_it_filters_and_follows(qtbot: QtBot, inspector: Application, log: Log) -> None:
    inspector.window.actions_["log"].trigger()
    panel = inspector.window.shown_panel()
    assert isinstance(panel, LogPanel)
    assert "Checkpoint Inspector" in panel.text.toPlainText()
    for number in range(200):
        SAY.info("line %d", number)
    SAY.warning("look here")
    qtbot.waitUntil(lambda: "look here" in panel.text.toPlainText())
    bar = panel.text.verticalScrollBar()
    assert bar.value() == bar.maximum()
    panel.level.setCurrentIndex(1)
    assert panel.text.toPlainText().count("\n") == 0
    assert panel.text.toPlainText().endswith("look here")
    panel.copy()
    assert QGuiApplication.clipboard().text() == panel.text.toPlainText()
    panel.level.setCurrentIndex(0)
    panel.follow.setChecked(False)
    bar.setValue(0)
    SAY.info("later")
    qtbot.waitUntil(lambda: "later" in panel.text.toPlainText())
    assert bar.value() == 0
    inspector.window.actions_["log"].trigger()
    assert len(inspector.session.pages) == 1


def test_a_start_with_a_file_is_written_from_begin_to_end_and_one_without_offers_the_tour(
    samples: Path, tmp_path: Path
) -> None:
    def started(*files: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", START, *files],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout.strip()

    assert started(str(samples / "linear.pth")) == "no tour"
    text = "\n".join(lines())
    assert text.index("Checkpoint Inspector") < text.index("opened file") < text.index("ended")
    assert not list((tmp_path / "settings").glob("hard_end_*"))
    assert started() == "tour"
