"""No class of Qt is made on another thread: two threads that make the same one end the program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui.class_making import Importing

ROOT = Path(__file__).resolve().parent.parent.parent

# A window as a person starts it, which says what other threads import before it is there, and ends when it has
# loaded everything.
WINDOW = """
import builtins, sys, threading
from PySide6.QtCore import QTimer
from inspector.gui import app

asked = set()
import_ = builtins.__import__

def watched(name, globals=None, locals=None, fromlist=(), level=0):
    if threading.current_thread() is not threading.main_thread() and name.startswith("PySide6.Qt"):
        module = sys.modules.get(name)
        names = fromlist if fromlist and "*" not in fromlist else dir(module)
        asked.update(f"{name}.{each}" for each in names if module and each not in vars(module))
    return import_(name, globals, locals, fromlist, level)

builtins.__import__ = watched
until = sys.argv[1]
make = app.Application.__init__

def made(self, *arguments, **options):
    make(self, *arguments, **options)
    self.looking = QTimer()
    self.looking.timeout.connect(lambda: self.window.slices.are_done and until in sys.modules and self.app.quit())
    self.looking.start(10)

app.Application.__init__ = made
app.main(sys.argv[2:])
print(*sorted(asked))
"""


@pytest.mark.parametrize(
    ("names", "until"),
    [((), "inspector.gui.slices"), (("linear.pth",), "inspector.gui.panels.compare_panel")],
    ids=["bare", "a file"],
)
def test_threads_only_ask_for_what_is_made(names: tuple[str, ...], until: str, samples: Path) -> None:
    """pyqtgraph looks up every class of three modules, and the window's own modules some."""
    command = [sys.executable, "-c", WINDOW, until, *(str(samples / name) for name in names)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert (done.stdout.split(), done.returncode) == ([], 0), done.stderr


def test_an_import_can_be_waited_for_before_it_began(qtbot: QtBot, qapp: QApplication) -> None:
    """As a window that closes at once does."""
    begun: list[str] = []

    def loading():  # type: ignore[no-untyped-def]
        begun.append("begun")
        yield "word"

    job = Importing(loading())
    with qtbot.waitSignal(job.cancelled):
        job.start()
        job.wait()
    qtbot.waitUntil(lambda: not job.is_running)
    qapp.processEvents()
    assert begun == []
