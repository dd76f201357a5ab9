"""A real window for each test, with settings of its own and the samples at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy  # noqa: F401  its own threads live on, and bear the name of the thread that imports it first
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui import speaking
from inspector.gui.app import Application, QtApplication
from inspector.gui.arranging.coming_back import come_back
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.tree_side import TreeSide
from inspector.gui.settings import Settings
from inspector.workshop import client
from inspector.workshop.warm_process import WarmProcess
from tests.workshop.lending import Lender

WAIT = 20_000
"""Milliseconds that something may take on a busy machine before it counts as not coming."""
for _wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitSignals, QtBot.waitExposed, QtBot.waitActive):
    _wait.__kwdefaults__["timeout"] = WAIT  # two tests at once, each with children: five seconds are soon over


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    """The application of the tests is the program's own."""
    return QtApplication


@pytest.fixture(autouse=True)
def _english(qapp: QApplication) -> Iterator[None]:
    """Whatever language a test chose, the next one speaks English."""
    yield
    if speaking.in_force() != "en":
        speaking.speak(qapp, "en")


@pytest.fixture(scope="session")
def lender() -> Iterator[Lender]:
    with Lender(3) as lender:  # a page of a run asks two at once, and the one beside it a third
        yield lender


@pytest.fixture
def torch_is_loaded(lender: Lender, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages take a process that has torch loaded already instead of starting one."""
    monkeypatch.setattr(client, "WarmProcess", lender.lend)
    yield
    assert lender.has_all_back(), "a page left its workshop open"


@pytest.fixture
def torch_of_its_own(torch_is_loaded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here each page starts and ends its own process: that is what the test is about."""
    monkeypatch.setattr(client, "WarmProcess", WarmProcess)


@pytest.fixture
def inspector(qtbot: QtBot, qapp: QApplication) -> Iterator[Application]:
    """The application with its window, shown."""
    application = Application(qapp)
    qtbot.addWidget(application.window)
    application.window.resize(1380, 860)
    with qtbot.waitExposed(application.window):
        application.window.show()
    qtbot.waitUntil(lambda: application.window.slices.are_done)
    yield application
    application.window.close()
    application.end()


@pytest.fixture
def open_file(qtbot: QtBot, inspector: Application) -> Callable[[Path], OpenFile]:
    """Opens a file in the window and waits until it is read, or refused."""

    def open_and_wait(path: Path) -> OpenFile:
        inspector.session.open([str(path)])
        file = inspector.session.current
        assert file is not None
        qtbot.waitUntil(lambda: file.contents is not None or file.error is not None, timeout=WAIT)
        return file

    return open_and_wait


@pytest.fixture
def tree_of(inspector: Application) -> Callable[[OpenFile], TreeSide]:
    """The tree that shows an open file."""

    def tree(file: OpenFile) -> TreeSide:
        side = inspector.window.panels[file].tree
        assert side is not None, "the file was refused"
        return side

    return tree


@pytest.fixture
def measured(qtbot: QtBot) -> Callable[[OpenFile], OpenFile]:
    """Waits until every tensor of a file is measured, or has its sentence why not."""

    def wait(file: OpenFile) -> OpenFile:
        def is_done() -> bool:
            assert file.contents is not None
            return not file.is_busy and (-1 in file.statistics or not file.contents.outline.total_tensors)

        qtbot.waitUntil(is_done, timeout=WAIT)
        return file

    return wait


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., Application]]:
    """Starts the window anew with what it keeps, as wide as is asked; a former one is closed."""
    windows: list[Application] = []

    def end() -> None:
        for each in windows:
            each.window.close()
            each.end()
        windows.clear()

    def begin(width: int = 0, **how: bool) -> Application:
        end()
        application = Application(qapp, Settings())
        windows.append(application)
        qtbot.addWidget(application.window)
        come_back(application.window, **how)
        if width:
            application.window.resize(width, 860)
        with qtbot.waitExposed(application.window):
            application.window.show()
        qtbot.waitUntil(lambda: application.window.keeping is not None)
        return application

    yield begin
    end()
