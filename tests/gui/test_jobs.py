"""A job tells its words in order, ends exactly once, and stops when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.jobs import Job, LatestJob, is_anything_running, wait_for_all


class Listener:
    """Writes down everything a job says, in order."""

    def __init__(self, job: Job) -> None:
        self.heard: list[tuple[str, Any]] = []
        job.said.connect(lambda words: self.heard.extend(("said", word) for word in words))
        job.succeeded.connect(lambda result: self.heard.append(("succeeded", result)))
        job.failed.connect(lambda error: self.heard.append(("failed", error)))
        job.cancelled.connect(lambda: self.heard.append(("cancelled", None)))


def run(qtbot: QtBot, work: Generator[Any, None, Any]) -> Listener:
    job = Job(work)
    listener = Listener(job)
    job.start()
    qtbot.waitUntil(lambda: not job.is_running)
    return listener


def test_words_come_in_order_and_the_result_last(qtbot: QtBot) -> None:
    def work() -> Generator[int, None, str]:
        yield from range(2000)
        return "done"

    listener = run(qtbot, work())
    assert listener.heard == [*(("said", number) for number in range(2000)), ("succeeded", "done")]


def test_works_on_another_thread(qtbot: QtBot) -> None:
    def work() -> Generator[int, None, None]:
        yield threading.get_ident()

    listener = run(qtbot, work())
    assert listener.heard[0][1] != threading.get_ident()


def test_what_it_raises_is_handed_over(qtbot: QtBot) -> None:
    """RuntimeError too, which some workers take for a word of Qt's."""

    def work() -> Generator[int, None, None]:
        yield 1
        raise RuntimeError("no memory")

    listener = run(qtbot, work())
    assert listener.heard[0] == ("said", 1)
    kind, error = listener.heard[-1]
    assert kind == "failed"
    assert isinstance(error, RuntimeError)
    assert len(listener.heard) == 2


def test_cancel_closes_the_generator_where_it_stands(qtbot: QtBot) -> None:
    going, closed = threading.Event(), threading.Event()

    def work() -> Generator[int, None, None]:
        try:
            while True:
                going.set()
                yield 1
        finally:
            closed.set()

    job = Job(work())
    listener = Listener(job)
    with qtbot.waitSignal(job.cancelled):
        job.start()
        assert going.wait(5)
        job.cancel()
    assert closed.is_set()
    assert [kind for kind, _ in listener.heard if kind != "said"] == ["cancelled"]
    assert listener.heard[-1][0] == "cancelled"


def test_waiting_ends_everything(qtbot: QtBot) -> None:
    def work() -> Generator[int, None, None]:
        while True:
            yield 1

    jobs = [Job(work()) for _ in range(3)]
    endings: list[str] = []
    for job in jobs:
        job.cancelled.connect(lambda: endings.append("cancelled"))
        job.start()
    wait_for_all()
    assert endings == ["cancelled"] * 3
    assert not any(job.is_running for job in jobs)


@pytest.mark.parametrize("times", [1, 50])
def test_many_short_jobs_end_each_once(qtbot: QtBot, times: int) -> None:
    def work(number: int) -> Generator[int, None, int]:
        yield number
        return number

    listeners = []
    jobs = [Job(work(number)) for number in range(times)]
    for job in jobs:
        listeners.append(Listener(job))
        job.start()
    qtbot.waitUntil(lambda: not any(job.is_running for job in jobs))
    assert [each.heard for each in listeners] == [[("said", n), ("succeeded", n)] for n in range(times)]


def endless(going: threading.Event) -> Generator[str, None, None]:
    while True:
        yield "former"
        going.set()


def test_of_two_the_latest_alone_is_heard(qtbot: QtBot) -> None:
    heard: list[Any] = []
    latest, going = LatestJob(), threading.Event()

    def work() -> Generator[str, None, str]:
        yield "latter"
        return "done"

    latest.start(endless(going), heard.append, heard.append, heard.extend)
    assert going.wait(5)
    latest.start(work(), heard.append, heard.append, heard.extend)
    qtbot.waitUntil(lambda: not is_anything_running())
    assert heard == ["latter", "done"]
    assert not latest.is_running


def test_the_latest_fails_and_may_be_followed_at_once(qtbot: QtBot) -> None:
    heard: list[Any] = []
    latest = LatestJob()

    def failing() -> Generator[str, None, None]:
        yield from ()
        raise ValueError("no")

    def again(error: Exception) -> None:
        heard.append((type(error), latest.is_running))
        latest.start(iter_of("second"), heard.append, heard.append, heard.extend)

    latest.start(failing(), heard.append, again)
    qtbot.waitUntil(lambda: not latest.is_running and not is_anything_running())
    assert heard == [(ValueError, False), "second", None]


def iter_of(word: str) -> Generator[str, None, None]:
    yield word


def test_cancelling_tells_whether_there_was_anything_and_waiting_ends_it(qtbot: QtBot) -> None:
    heard: list[Any] = []
    latest, going = LatestJob(), threading.Event()
    assert not latest.cancel()
    latest.start(endless(going), heard.append, heard.append, heard.extend)
    assert going.wait(5)
    assert latest.cancel()
    assert not latest.cancel()
    latest.wait()
    assert not is_anything_running()
    assert heard == []
