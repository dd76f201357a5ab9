"""The words of a run as lines for a person."""

from __future__ import annotations

import math

import pytest

from inspector.runs.telling import Line, duration, line_of, loss, trained
from inspector.workshop.run_words import Batches, Began, EpochEnd, Handshake, Message, Saved, Trained, Waiting, Word

BEGAN = Began("cpu", 2, 4000, 500, 63, 4, 0, 6, 575_050, 0.001, 0.115, "/runs", "2.13.0")
SAVED = Saved("/runs/net_epoch4.pth", "epoch", 5, 0, 6_930_000, 0.1)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        (BEGAN, "Epochs 4 to 6 on 4,000 samples, 500 to validate; cpu, learning rate 0.001"),
        (BEGAN._replace(epoch=6, batch=31, validation=0),
         "Epoch 6, from batch 32 on, on 4,000 samples; cpu, learning rate 0.001"),
        (EpochEnd(4, 0.1211, 0.1342, 0.952, 0.001, 0.001, 3.1, True),
         "Epoch: 4  Training Loss: 0.121100  Validation Loss: 0.134200  Accuracy: 95.20 %"),
        (EpochEnd(4, 0.1211, None, None, 0.001, 0.001, 3.1, True), "Epoch: 4  Training Loss: 0.121100"),
        (Message("Validation loss decreased (0.000040 --> 0.000037).  Saving model ..."),
         "Validation loss decreased (0.000040 --> 0.000037).  Saving model ..."),
        (Message("\x1b[31mred"), "\\x1b[31mred"),
        (SAVED, "Saved net_epoch4.pth, 6.93 MB."),
    ],
)  # fmt: skip
def test_a_word_is_a_line(word: Word, text: str) -> None:
    assert line_of(word) == Line(text)


def test_what_is_only_drawn_is_no_line() -> None:
    assert line_of(Batches(4, 1, (0.1, 0.2), 0.001, 1000.0)) is None
    assert line_of(SAVED._replace(kind="latest")) is None


def test_a_jump_is_a_warning() -> None:
    jump = Handshake(10, 2.3, 0.1, True, "It is 20 times as high.")
    assert line_of(jump) == Line("It is 20 times as high.", "warning")
    assert line_of(jump._replace(is_jump=False)) == Line("It is 20 times as high.")


def test_a_pause_says_where() -> None:
    line = line_of(Waiting(5, 32))
    assert line is not None
    assert "32 of epoch 5" in line.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Finished 12 s later, after epoch 6. The best was epoch 5, 0.1."),
        ({"ended": "stopped", "epoch": 5, "batch": 31}, "Stopped after batch 31 of epoch 5, and saved. The best"),
        ({"ended": "stopped", "epoch": 5}, "Stopped after epoch 4, and saved."),
        ({"ended": "stopped", "epoch": 1}, "Stopped before its first batch, and saved."),
        ({"best": None, "best_epoch": 0}, "Finished 12 s later, after epoch 6."),
        ({"best_epoch": 0}, "Finished 12 s later, after epoch 6."),
    ],
)
def test_how_it_ended(changes: dict[str, object], said: str) -> None:
    word = Trained("finished", 7, 0, 0.1, 5, "/runs/current_checkpoint.pt", "/runs/best_model.pt", 12.0, 12_000)
    assert trained(word._replace(**changes)).startswith(said)  # type: ignore[arg-type]
    assert "epoch 0" not in trained(word._replace(**changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min"),
     (3_600_000, "1,000 h 00 min")],
)  # fmt: skip
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_losses() -> None:
    assert [loss(each) for each in (0.12131, 0.00004, math.nan, None)] == ["0.1213", "4e-05", "nan", "none"]
