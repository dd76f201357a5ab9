"""Logs for TensorBoard, read back with TensorBoard's own reader."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from inspector.workshop.requests import ModelSource
from inspector.workshop.run_requests import DataSource, Train
from inspector.workshop.run_words import Batches, Began, EpochEnd, Message
from inspector.workshop.running.boards import FOLDER, Board, check, checks, noted

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def request_in(folder: Path) -> Train:
    return Train(ModelSource("torchvision", "", "resnet18"), {}, DataSource(), str(folder), 2, board=True)


def began(epoch: int = 1, batch: int = 0) -> Began:
    return Began("cpu", 1, 40, 8, 10, epoch, batch, 2, 100, 0.1, None, "", "2.13.0")


def trained(epoch: int, first: int, last: int, shift: float = 0.0) -> Batches:
    losses = tuple(epoch + number / 100 + shift for number in range(first, last + 1))
    return Batches(epoch, first, losses, 0.1, 1000.0)


def ended(epoch: int, valid: float | None = 0.5) -> EpochEnd:
    return EpochEnd(epoch, 1.5, valid, 0.25, 0.1, 0.05, 1.0, True)


def words(*said: object) -> Generator[Any, None, str]:
    yield from said
    return "the answer"


def driven(work: Generator[Any, None, str]) -> tuple[list[object], str]:
    """All words, and the answer."""
    heard: list[object] = []
    while True:
        try:
            heard.append(next(work))
        except StopIteration as end:
            return heard, end.value


def scalars(folder: Path, tag: str) -> dict[int, float]:
    """What a person sees: step -> value."""
    reader = EventAccumulator(str(folder / FOLDER), {"scalars": 0}).Reload()
    events = reader.Scalars(tag)
    assert len({event.step for event in events}) == len(events)
    return {event.step: round(event.value, 5) for event in events}


def test_words_pass_and_are_written_down(tmp_path: Path) -> None:
    said = [began(), trained(1, 1, 4), trained(1, 5, 10), ended(1), trained(2, 1, 10), ended(2, None)]
    heard, answer = driven(noted(words(*said), request_in(tmp_path)))
    assert answer == "the answer"
    assert heard == said
    losses = scalars(tmp_path, "loss/batch")
    assert list(losses) == list(range(1, 21))
    assert (losses[1], losses[10], losses[20]) == (1.01, 1.1, 2.1)
    assert scalars(tmp_path, "loss/train") == {10: 1.5, 20: 1.5}
    assert scalars(tmp_path, "loss/validation") == {10: 0.5}
    assert scalars(tmp_path, "accuracy/validation") == {10: 0.25, 20: 0.25}
    assert scalars(tmp_path, "lr") == {10: 0.1, 20: 0.1}
    assert scalars(tmp_path, "samples_per_second") == {4: 1000, 10: 1000, 20: 1000}


def test_a_run_that_goes_on_takes_back_what_was_never_saved(tmp_path: Path) -> None:
    """The first run is killed in batch 7 of epoch 2, and was saved last after batch 3 of it."""
    board = Board(str(tmp_path / FOLDER))
    for word in (began(), trained(1, 1, 10), ended(1), trained(2, 1, 7)):
        assert board.hear(word) == ""
    board.close()
    driven(noted(words(began(2, 3), trained(2, 4, 10, 0.5), ended(2)), request_in(tmp_path)))
    losses = scalars(tmp_path, "loss/batch")
    assert list(losses) == list(range(1, 21))
    assert (losses[13], losses[14], losses[17]) == (2.03, 2.54, 2.57)
    assert list(scalars(tmp_path, "loss/train")) == [10, 20]


def test_what_begins_anew_in_the_folder_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    driven(noted(words(began(), trained(1, 1, 10), ended(1)), request_in(tmp_path)))
    driven(noted(words(began(), trained(1, 1, 2, 0.5)), request_in(tmp_path)))
    assert scalars(tmp_path, "loss/batch") == {1: 1.51, 2: 1.52}


def test_processes_that_begin_once_more_within_a_run_take_back_too(tmp_path: Path) -> None:
    said = [began(), trained(1, 1, 10), trained(2, 1, 5), began(2, 0), trained(2, 1, 10, 0.5), ended(2)]
    driven(noted(words(*said), request_in(tmp_path)))
    losses = scalars(tmp_path, "loss/batch")
    assert list(losses) == list(range(1, 21))
    assert (losses[10], losses[11]) == (1.1, 2.51)


def test_a_folder_that_cannot_be_written_to_is_a_sentence_and_training_goes_on(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file is in the way")
    said = [began(), trained(1, 1, 10), ended(1)]
    heard, answer = driven(noted(words(*said), request_in(tmp_path)))
    assert answer == "the answer"
    (message,) = [word for word in heard if isinstance(word, Message)]
    assert message.level == "warning"
    assert message.text.startswith("The logs for TensorBoard end here: ")
    assert [word for word in heard if word is not message] == said


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # TensorBoard's own, retold
def test_a_disk_that_fills_up_meanwhile_is_a_sentence_and_training_goes_on(tmp_path: Path) -> None:
    work = noted(words(began(), *(trained(1, 1, 10) for _ in range(2000)), ended(1)), request_in(tmp_path))
    next(work)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        heard, answer = driven(work)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert answer == "the answer"
    (message,) = [word for word in heard if isinstance(word, Message)]
    assert "File too large" in message.text


def test_closing_closes_the_words_too(tmp_path: Path) -> None:
    closed: list[bool] = []

    def endless() -> Generator[Any, None, None]:
        try:
            yield began()
            while True:
                yield trained(1, 1, 1)
        finally:
            closed.append(True)

    work = noted(endless(), request_in(tmp_path))
    for _ in range(2):
        next(work)
    work.close()
    assert closed == [True]
    assert scalars(tmp_path, "loss/batch") == {1: 1.01}


def test_where_the_logs_go_is_said_before_the_start(tmp_path: Path) -> None:
    (told,) = checks(request_in(tmp_path))
    assert (told.state, told.text) == ("ok", f"Its logs go into {tmp_path / FOLDER}.")
    assert not list(checks(request_in(tmp_path)._replace(board=False)))


def test_an_interpreter_without_the_package_says_so_before_the_start() -> None:
    check()
    code = """
import sys
sys.modules["tensorboard"] = None  # what an import finds where the package is missing
from inspector.errors import InspectorError
from inspector.workshop.running.boards import check, checks
from inspector.workshop.run_requests import DataSource, Train
try:
    check()
except InspectorError as error:
    print(error.title, error.message, error.hint, sep="\\n")
(told,) = checks(Train(None, {}, DataSource(), "folder", 1, board=True))
print(told.state, told.text)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    title, message, hint, told = done.stdout.splitlines()
    assert told == f"bad {message} {hint}"
    assert title == "No logs for TensorBoard"
    assert message.startswith("Logs for TensorBoard need the package tensorboard")
    assert "-m pip install tensorboard" in hint
