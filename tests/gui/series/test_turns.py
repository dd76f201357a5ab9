"""The window and its work take turns, and neither waits for somebody who is gone."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from inspector.gui.jobs import Job
from inspector.gui.series import turns as module
from inspector.gui.series.turns import Turns


class Found:
    """What the window is to have shown before the work goes on."""


@pytest.fixture
def turns(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turns]:
    monkeypatch.setattr(module, "_LONGEST", 1000.0)  # who waits for nobody waits until the test fails
    parent = QObject()
    turns = Turns(parent)
    yield turns
    turns.end()


def work(*words: object) -> Generator[object, None, str]:
    yield from words
    return "done"


def test_work_waits_until_the_window_has_shown_what_it_found(qtbot: QtBot, turns: Turns) -> None:
    heard: list[object] = []
    job = Job(turns.taking(work(Found(), "more"), Found))
    job.said.connect(heard.extend)
    with qtbot.waitSignal(job.said):
        job.start()
    assert len(heard) == 1
    turns.take()
    turns.give()
    with qtbot.waitSignal(job.succeeded) as ended:
        pass
    assert ended.args == ["done"]
    assert heard[1:] == ["more"]


def test_two_that_show_something_are_both_waited_for(qtbot: QtBot, turns: Turns) -> None:
    turns.take()
    turns.take()
    turns.give()
    job = Job(turns.taking(work("first", "second")))
    heard: list[object] = []
    job.said.connect(heard.extend)
    with qtbot.waitSignal(job.said):
        job.start()
    assert heard == ["first"]
    turns.give()
    with qtbot.waitSignal(job.succeeded):
        pass
    assert heard == ["first", "second"]


def test_work_that_is_given_up_holds_up_no_other(qtbot: QtBot, turns: Turns) -> None:
    given_up = turns.taking(work(Found(), "never"), Found)
    next(given_up)
    given_up.close()
    job = Job(turns.taking(work("first", "second")))
    with qtbot.waitSignal(job.succeeded):
        job.start()


def test_nobody_waits_for_a_page_that_is_closed(qtbot: QtBot, turns: Turns) -> None:
    turns.take()
    turns.end()
    job = Job(turns.taking(work("first", "second")))
    with qtbot.waitSignal(job.succeeded):
        job.start()
