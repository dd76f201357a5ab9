"""The door: files from the command line and from the system, and what a start may load."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.running.open_run import OpenRun
from inspector.gui.settings import Settings
from inspector.gui.start import main

ROOT = Path(__file__).resolve().parent.parent.parent

START = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from inspector.gui import app as door
from inspector.gui.widgets.tree_view import TreeView
plain = TreeView.paintEvent
def painted(view, event):
    plain(view, event)
    print(view.model().rowCount(), sorted({"numpy", "pyqtgraph", "torch", "qtawesome"} & set(sys.modules)), flush=True)
    TreeView.paintEvent = plain
    QTimer.singleShot(0, view.window().close)
TreeView.paintEvent = painted
sys.exit(door.main(sys.argv[1:]))
"""


def test_a_file_of_the_command_line_is_painted_before_anything_heavy_is_loaded(samples: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", START, str(samples / "resnet_plain.pth")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.split(maxsplit=1)[1].strip() == "[]", done.stdout + done.stderr
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "FILE" in capsys.readouterr().out


def test_the_runs_of_a_window_can_be_inside_its_process(qapp: QApplication, tmp_path: Path) -> None:
    application = Application(qapp, Settings(str(tmp_path / "other")), in_process=True)
    application.session.run(str(tmp_path / "none.pt"))
    page = application.session.current
    assert isinstance(page, OpenRun)
    assert page.engine.is_in_process
    application.window.close()
    application.end()


def test_the_system_can_ask_for_a_file(
    qtbot: QtBot, inspector: Application, samples: Path, measured: Callable[[OpenFile], OpenFile]
) -> None:
    event = QFileOpenEvent(QUrl.fromLocalFile(str(samples / "linear.pth")))
    QApplication.sendEvent(inspector.app, event)
    file = inspector.session.current
    assert file is not None
    assert file.name == "linear.pth"
    qtbot.waitUntil(lambda: file.contents is not None)
    measured(file)


def test_an_error_of_the_program_in_reading_is_shown_and_refused(
    qtbot: QtBot, inspector: Application, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in a reader costs one tab, with a sentence, and goes to the last resort whole."""

    def broken(path: str) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("inspector.checkpoint.reading.open_checkpoint", broken)
    reported: list[BaseException] = []
    inspector.session.broken.disconnect(inspector.last_resort.report)
    inspector.session.broken.connect(reported.append)
    inspector.session.open([str(samples / "linear.pth")])
    file = inspector.session.current
    assert file is not None
    qtbot.waitUntil(lambda: file.error is not None)
    assert "KeyError" in str(file.error)
    assert isinstance(reported[0], KeyError)
