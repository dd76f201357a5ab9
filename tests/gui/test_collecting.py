"""Garbage goes in the window's thread: what Qt has to do with it must not be destroyed in another."""

from __future__ import annotations

import gc
import threading
from collections.abc import Generator, Iterator

import pytest
from PySide6.QtCore import QObject, Qt
from pytestqt.qtbot import QtBot

from inspector.gui.collecting import Collecting, keep_from_collector, uncollected
from inspector.gui.jobs import Job


@pytest.fixture
def collecting() -> Iterator[Collecting]:
    collecting = Collecting()
    yield collecting
    collecting.end()


class Own(QObject):
    """A Qt object with a reference to itself, as one that a traceback leads back to."""

    def __init__(self, went: list[str]) -> None:
        super().__init__()
        self.itself = self
        self.destroyed.connect(lambda: went.append(threading.current_thread().name), Qt.ConnectionType.DirectConnection)


def making_much() -> Generator[None, None, None]:
    """What would have Python collect at once, all generations."""
    for _ in range(30):
        yield
        _kept = [[] for _ in range(100_000)]


def is_kept(made: object) -> bool:
    """Whether the collector does not see it any more.

    Asked of the one object: how many there are of them goes down whenever something of others' goes.
    """
    return not any(each is made for each in gc.get_objects())


def test_a_job_collects_nothing(qtbot: QtBot, collecting: Collecting) -> None:
    gc.collect()
    went: list[str] = []
    Own(went)
    job = Job(making_much())
    with qtbot.waitSignal(job.succeeded):
        job.start()
    assert went in ([], ["MainThread"])
    limits = gc.get_threshold()
    gc.set_threshold(1, 1, 1)  # or a full one would come after a hundred others
    for _ in range(20):
        _made = [[] for _ in range(10)]
        collecting.look()
    gc.set_threshold(*limits)
    assert went == ["MainThread"]


def test_what_is_opened_is_kept_from_it_also_when_another_is_just_being_opened(collecting: Collecting) -> None:
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            made: list[object] = []
        assert not is_kept(made)
    assert is_kept(made)
    assert not gc.isenabled(), "the window collects"


def test_what_was_measured_is_kept_from_it_at_the_next_look(collecting: Collecting) -> None:
    made: list[object] = []
    keep_from_collector()
    assert not is_kept(made)
    collecting.look()
    assert is_kept(made)


def test_afterwards_python_does_as_before() -> None:
    assert gc.isenabled()
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    collecting = Collecting()
    collecting.end()
    assert gc.isenabled()
