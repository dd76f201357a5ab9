"""The first batches of a run held against the last loss that the file has stored. No torch in here.

What is a jump: a loss that is no number; one more than twice as high as the stored training loss, or three times the
stored validation loss, and beyond three standard errors of the batches' mean, where these are known; one less than a
tenth of the stored training loss.

Why this way: between an epoch's mean, taken while the weights still moved, and ten batches after it lies a factor of
1.0 to 1.5 in practice, and dropout makes the training loss up to twice the validation loss. Weights that were not
loaded, other transforms or shuffled labels change it tenfold and more. A loss ten times too low is another criterion,
or a sum where there was a mean.
"""

from __future__ import annotations

import math

from ..language import marked, tr
from ..wording import number
from .run_words import Handshake

BATCHES = 10
"""How many batches are held against the file."""
_UP = {"train_loss": 2.0, "valid_loss": 3.0}
_DOWN = 0.1
_ERRORS = 3.0


def judged(
    batches: int, loss: float, expected: float, expected_is: str = "train_loss", error: float = 0.0
) -> Handshake:
    """The mean `loss` of the first `batches` against `expected`; `error` is the standard error of that mean."""
    said = _held_against(batches, number(_short(loss)), number(_short(expected)), expected_is)
    verdict = _verdict(loss, expected, expected_is, error)
    text = (
        tr("{said}. {verdict}", said=said, verdict=verdict)
        if verdict
        else tr("{said}: it goes on where it stopped.", said=said)
    )
    return Handshake(batches, loss, expected, bool(verdict), text)


def _held_against(batches: int, loss: str, stored: str, expected_is: str) -> str:
    """Both losses, as a sentence without its end."""
    named = {"batches": number(batches), "loss": loss, "stored": stored}
    if expected_is == "valid_loss":
        one = marked("The first batch has a loss of {loss}; the file's last validation loss was {stored}")
        many = marked("The first {batches} batches have a loss of {loss}; the file's last validation loss was {stored}")
    else:
        one = marked("The first batch has a loss of {loss}; the file's last loss was {stored}")
        many = marked("The first {batches} batches have a loss of {loss}; the file's last loss was {stored}")
    return tr(one if batches == 1 else many, **named)


def standard_error(losses: list[float]) -> float:
    """Of the mean of `losses`; 0 for fewer than two."""
    if len(losses) < 2:
        return 0.0
    mean = sum(losses) / len(losses)
    return math.sqrt(sum((each - mean) ** 2 for each in losses) / (len(losses) - 1) / len(losses))


def _verdict(loss: float, expected: float, expected_is: str, error: float) -> str:
    """What is wrong; empty where nothing is."""
    if not math.isfinite(loss):
        return tr("That is not a number: the weights, the data or the learning rate are wrong.")
    if not math.isfinite(expected):
        return ""
    rise = loss - expected
    if expected > 0 and rise > 0:
        allowed = (_UP.get(expected_is, 2.0) - 1) * expected
        if rise > max(allowed, _ERRORS * error):
            return tr(
                "That is {times} times as high: wrong data, other transforms, or weights that were not loaded?",
                times=number(_short(loss / expected, 2)),
            )
    elif expected > 0 and expected_is == "train_loss" and loss < _DOWN * expected:
        return tr("That is far lower: another criterion, or a sum where the file has a mean?")
    elif expected <= 0 and rise > max(1.0, abs(expected), _ERRORS * error):
        return tr("That is far higher: wrong data, other transforms, or weights that were not loaded?")
    return ""


def _short(value: float, figures: int = 3) -> float:
    """`value` in three figures."""
    return float(f"{value:.{figures}g}")
