"""What is known of a run from its words, and whose turn it is."""

from __future__ import annotations

import math

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.running.messages_view import MessagesView
from inspector.gui.running.record import MOST_LINES, MOST_OUTPUT, RunRecord
from inspector.gui.running.run_queue import RunQueue
from inspector.progress import Progress
from inspector.workshop.requests import Said, Stopped, WorkshopError
from inspector.workshop.run_words import Batches, Began, Saved

BEGAN = Began("cpu", 2, 256, 64, 4, 4, 1, 6, 100, 0.001, None, "/runs", "2.13.0")


def test_how_far_it_is_counts_from_where_it_began() -> None:
    record = RunRecord()
    assert (record.share, record.seconds_left, record.done) == (0.0, None, 0)
    record.take([BEGAN])
    assert (record.done, record.total, record.share) == (13, 24, 0.0)
    record.take([Batches(4, 2, (0.5, 0.4, 0.3), 0.001, 900.0)])
    assert (record.epoch, record.batch, record.loss) == (4, 4, 0.3)
    assert record.share == pytest.approx(3 / 11)
    record.take([Batches(6, 1, (0.2,) * 4, 0.001, 900.0)])
    assert record.share == 1.0


def test_nothing_left_to_train_is_all_done() -> None:
    record = RunRecord()
    record.take([BEGAN._replace(epoch=7, batch=0)])
    assert record.share == 0.0
    assert record.seconds_left is None


def test_time_that_is_left_comes_from_the_time_that_batches_took() -> None:
    record = RunRecord()
    record.take([BEGAN, Batches(5, 1, (0.5,), 0.001, 900.0)])
    record.seconds = 8.0
    assert record.seconds_left == pytest.approx(8.0 / 4 * 7)


def test_what_was_saved_is_known_by_its_kind() -> None:
    record = RunRecord()
    assert (record.latest, record.best) == ("", "")
    latest = Saved("/runs/current_checkpoint.pt", "latest", 5, 0, 10, 0.1)
    record.take([latest, Saved("/runs/best_model.pt", "best", 5, 0, 10, 0.1), latest._replace(epoch=6)])
    assert (record.latest, record.best) == ("/runs/current_checkpoint.pt", "/runs/best_model.pt")
    assert record.saved[record.latest].epoch == 6


def test_what_it_is_at_is_told_until_batches_come() -> None:
    record = RunRecord()
    record.take([Progress(0, 0, "steps", "Making the model")])
    assert record.doing == "Making the model"
    record.take([BEGAN, Progress(1, 4, "batches", "Epoch 4 of 6")])
    assert record.doing == "", "which epoch it is stands elsewhere"
    record.take([Progress(1, 4, "samples", "Validating")])
    assert record.doing == "Validating"
    record.take([Batches(4, 2, (0.5,), 0.001, 900.0)])
    assert record.doing == ""


def test_output_and_lines_are_kept_within_bounds() -> None:
    record = RunRecord()
    record.take([Said("stdout", "x" * MOST_OUTPUT), Said("stderr", "end")])
    assert len(record.output) == MOST_OUTPUT
    assert record.output.endswith("end")
    for number in range(MOST_LINES + 10):
        record.say(str(number))
    assert len(record.lines) == MOST_LINES


def test_an_error_is_the_last_line_and_a_stop_is_none() -> None:
    record = RunRecord()
    record.break_off(WorkshopError("It raised.", title="The training ended early", output="printed last"))
    assert record.lines[-1][1:] == ("The training ended early: It raised.", "warning")
    assert record.output == "printed last"
    record.break_off(Stopped("It was stopped."))
    assert record.lines[-1][1:] == ("Stopped before it saved.", "info")
    assert math.isnan(record.loss)


def test_messages_are_written_once_and_another_run_begins_anew(qtbot: QtBot) -> None:
    view, record = MessagesView(), RunRecord()
    qtbot.addWidget(view)
    record.say("first")
    record.say("careful", "warning")
    view.show_lines(record.lines)
    record.say("third")
    view.show_lines(record.lines)
    view.show_lines(record.lines)
    assert [line[9:] for line in view.toPlainText().splitlines()] == ["  first", "! careful", "  third"]
    for number in range(MOST_LINES):
        record.say(str(number))
    view.show_lines(record.lines)
    assert view.blockCount() == MOST_LINES
    again = RunRecord()
    again.say("of another run")
    view.show_lines(again.lines)
    assert view.toPlainText()[9:] == "  of another run"


class Runner:
    """Something that stands in the queue, and says when it begins."""

    def __init__(self, name: str, begun: list[str]) -> None:
        self.name = name
        self._begun = begun

    def begin(self) -> None:
        self._begun.append(self.name)


def test_one_goes_and_the_others_wait_in_their_order() -> None:
    begun: list[str] = []
    queue, (a, b, c) = RunQueue(), (Runner(name, begun) for name in "abc")
    for one in (a, b, c, b):
        queue.enter(one)
    assert begun == ["a"]
    assert [queue.before(one) for one in (a, b, c)] == ["", "a", "b"]
    queue.leave(b)
    assert queue.before(c) == "a"
    queue.leave(a)
    assert begun == ["a", "c"]
    assert queue.waiting == []
    queue.leave(a)
    assert queue.running is c


def test_nobody_begins_while_the_queue_is_held() -> None:
    begun: list[str] = []
    queue, (a, b) = RunQueue(), (Runner(name, begun) for name in "ab")
    queue.enter(a)
    queue.enter(b)
    queue.hold()
    queue.leave(a)
    assert begun == ["a"]
    queue.hold(False)
    assert begun == ["a", "b"]


def test_what_goes_on_has_what_was_saved_before_until_it_saves_itself() -> None:
    former = RunRecord()
    former.take([Saved("run/current_checkpoint.pt", "latest", 3, 0, 10, 0.1)])
    again = RunRecord(former.saved)
    assert again.latest == "run/current_checkpoint.pt", "ended before it saves, it can be gone on with"
    again.take([Saved("run/best_model.pt", "best", 4, 0, 10, 0.1)])
    assert list(former.saved) == ["run/current_checkpoint.pt"]
