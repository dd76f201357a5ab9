"""The pipe at which a worker is asked: requests in turn, wishes whenever it looks."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from inspector.errors import InspectorError
from inspector.workshop import crossing
from inspector.workshop.inbox import Inbox
from inspector.workshop.requests import Hello, ModelSource
from inspector.workshop.run_requests import DataSource, GoOn, LookAtData, Pause, StopSoon, Train, parse_data
from inspector.workshop.run_words import Batches


@pytest.fixture
def ends() -> Iterator[tuple[Inbox, int]]:
    reading, writing = os.pipe()
    yield Inbox(reading), writing
    for each in (reading, writing):
        try:
            os.close(each)
        except OSError:
            pass


def test_messages_come_in_turn_however_the_pipe_cuts_them(ends: tuple[Inbox, int]) -> None:
    inbox, writing = ends
    data = crossing.line(Hello()) + crossing.line(LookAtData(DataSource()))
    os.write(writing, data[:7])
    os.write(writing, data[7:])
    os.close(writing)
    assert list(inbox) == [Hello(), LookAtData(DataSource())]


def test_wishes_are_heard_without_waiting(ends: tuple[Inbox, int]) -> None:
    inbox, writing = ends
    assert inbox.poll() == []
    os.write(writing, crossing.line(Pause()) + crossing.line(GoOn()) + crossing.line(StopSoon())[:5])
    assert inbox.poll() == [Pause(), GoOn()]
    os.write(writing, crossing.line(StopSoon())[5:])
    assert inbox.poll() == [StopSoon()]


def test_what_came_with_a_request_is_not_lost(ends: tuple[Inbox, int]) -> None:
    inbox, writing = ends
    os.write(writing, crossing.line(Hello()) + crossing.line(Pause()))
    assert next(iter(inbox)) == Hello()
    assert inbox.poll() == [Pause()]


def test_a_pipe_that_closed_says_nothing_more(ends: tuple[Inbox, int]) -> None:
    inbox, writing = ends
    os.close(writing)
    assert inbox.poll() == []
    assert inbox.poll() == []


def test_what_is_asked_and_said_crosses_as_it_is() -> None:
    request = Train(ModelSource("file", "/nets.py", "Net"), {"widths": [1, 2]}, DataSource(), "/out", 6)
    words = Batches(4, 1, (0.5, float("inf"), 1e-300), 0.001, 100.0)
    for value in (request, words):
        assert crossing.value(crossing.line(value)) == value


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("shapes", DataSource()),
        ("FashionMNIST", DataSource("torchvision", "", "FashionMNIST")),
        ("FashionMNIST:/sets", DataSource("torchvision", "/sets", "FashionMNIST")),
        ("/sets/mine.py:load", DataSource("function", "/sets/mine.py", "load")),
        ("/sets/mine.npz", DataSource("arrays", "/sets/mine.npz")),
        ("/", DataSource("images", "/")),
    ],
)
def test_data_is_named_in_one_word(text: str, source: DataSource) -> None:
    assert parse_data(text) == source
    assert str(source) == text


def test_what_names_no_data_is_said() -> None:
    with pytest.raises(InspectorError, match="names no data"):
        parse_data("/no/such/folder")
