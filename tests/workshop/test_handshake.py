"""The first batches held against the last loss of a file: what is a jump, and what is said."""

from __future__ import annotations

import math

import pytest

from inspector.workshop.handshake import judged, standard_error


@pytest.mark.parametrize(
    ("loss", "expected", "expected_is", "error", "is_jump"),
    [
        (0.121, 0.115, "train_loss", 0.0, False),
        (0.22, 0.115, "train_loss", 0.0, False),
        (0.24, 0.115, "train_loss", 0.0, True),
        (0.24, 0.115, "valid_loss", 0.0, False),  # dropout makes a training loss higher
        (0.36, 0.115, "valid_loss", 0.0, True),
        (0.24, 0.115, "train_loss", 0.06, False),  # the batches differ too much among themselves
        (2.3, 0.115, "train_loss", 0.06, True),
        (math.nan, 0.115, "train_loss", 0.0, True),
        (math.inf, 0.115, "valid_loss", 0.0, True),
        (0.1, math.nan, "train_loss", 0.0, False),
        (0.01, 0.115, "train_loss", 0.0, True),  # a mean where the file has a sum
        (0.01, 0.115, "valid_loss", 0.0, False),
        (-3.1, -3.0, "train_loss", 0.0, False),
        (2.0, -3.0, "train_loss", 0.0, True),
        (0.3, 0.0, "train_loss", 0.0, False),
    ],
)
def test_what_is_a_jump(loss: float, expected: float, expected_is: str, error: float, is_jump: bool) -> None:
    assert judged(10, loss, expected, expected_is, error).is_jump == is_jump


def test_what_is_said() -> None:
    assert judged(10, 0.1214, 0.1154).text == (
        "The first 10 batches have a loss of 0.121; the file's last loss was 0.115: it goes on where it stopped."
    )
    assert judged(1, 2.3, 0.115, "valid_loss").text == (
        "The first batch has a loss of 2.3; the file's last validation loss was 0.115. That is 20 times as high: "
        "wrong data, other transforms, or weights that were not loaded?"
    )
    assert "not a number: the weights, the data" in judged(3, math.nan, 0.1).text
    assert "a sum where the file has a mean" not in judged(3, 0.1, 0.1).text


def test_the_error_of_a_mean() -> None:
    assert standard_error([1.0]) == 0.0
    assert standard_error([1.0, 3.0]) == pytest.approx(1.0)
