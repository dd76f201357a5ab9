"""What a run says, written down for TensorBoard as well: FOLDER/tensorboard, which `tensorboard --logdir` reads.

    loss/batch, samples_per_second              at batches
    loss/train, loss/validation                 at the ends of epochs
    accuracy/validation (0 to 1), lr            at the ends of epochs

The step of everything is the number of batches that were trained by then, from 1: what a run wrote that was killed
after its last saving is taken back (`purge_step`) when it goes on from there, and a curve has each step once.

Why this way: the words that are told anyway are listened to, so training knows nothing of TensorBoard, and it is the
same for one process and for many. Logs are no result: when they cannot be written any more, that is said, and training
goes on without them.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, Generator  # noqa: UP035  # Python 3.8 cannot subscript that of collections.abc

from ...language import marked, tr
from ..failures import Refusal, text_of
from ..run_requests import Train
from ..run_words import Batches, Began, Check, EpochEnd, Message

FOLDER = "tensorboard"
_FLUSH = 10
"""Seconds after which what was written can be looked at."""

Words = Generator[Any, None, Any]


def folder_of(request: Train) -> str:
    """Where the logs of a run lie."""
    return os.path.join(request.folder, FOLDER)


def check() -> None:
    """Raises Refusal when the package is not there: before anything is trained."""
    try:
        _writer_class()
    except ImportError as error:
        raise Refusal(
            tr(
                "Logs for TensorBoard need the package tensorboard, which {executable} does not have.",
                executable=sys.executable,
            ),
            title=marked("No logs for TensorBoard"),
            hint=tr(
                "Install it there ({executable} -m pip install tensorboard), or go on without these logs.",
                executable=sys.executable,
            ),
        ) from error


def checks(request: Train) -> Iterator[Check]:
    """What is to be said of the logs before the start, where they are wanted."""
    if request.board:
        try:
            check()
            yield Check("TensorBoard", "ok", tr("Its logs go into {folder}.", folder=folder_of(request)))
        except Refusal as error:
            yield Check("TensorBoard", "bad", str(error))


def noted(words: Words, request: Train) -> Words:
    """The same words; what they say is written down on the way."""
    board = Board(folder_of(request))
    try:
        while True:
            try:
                word = next(words)
            except StopIteration as end:
                return end.value
            problem = board.hear(word)
            yield word
            if problem:
                yield Message(problem, "warning")
    finally:
        words.close()
        board.close()


class Board:
    """Hears the words of one run, and writes until it cannot any more."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._writer: Any = None
        self._batches = 0

    def hear(self, word: object) -> str:
        """Writes down what is for TensorBoard; gives a sentence when that failed, and takes no more from then on."""
        try:
            self._hear(word)
        except Exception as error:  # whatever the package raises: it was not asked for by the training
            self._give_up()
            return tr("The logs for TensorBoard end here: {reason}", reason=text_of(error))
        return ""

    def close(self) -> None:
        """What was written is on the disk."""
        try:
            if self._writer is not None:
                self._writer.close()
        except Exception:  # a full disk was told before
            self._give_up()
        self._writer = None

    def _hear(self, word: object) -> None:
        if isinstance(word, Began):
            self._begin(word)
        elif self._writer is None:
            return
        elif isinstance(word, Batches):
            self._write_batches(word)
        elif isinstance(word, EpochEnd):
            self._write_epoch(word)

    def _begin(self, began: Began) -> None:
        """Takes back what was written beyond the place where training begins. Also when it begins there once more."""
        self.close()
        self._batches = began.batches
        step = self._step(began.epoch, began.batch) + 1
        self._writer = _writer_class()(self._folder, purge_step=step, flush_secs=_FLUSH)
        self._writer.flush()  # a folder that cannot be written to is told at once

    def _write_batches(self, word: Batches) -> None:
        for number, loss in enumerate(word.losses, word.first):
            self._writer.add_scalar("loss/batch", loss, self._step(word.epoch, number))
        self._writer.add_scalar("samples_per_second", word.speed, self._step(word.epoch, number))

    def _write_epoch(self, word: EpochEnd) -> None:
        step = self._step(word.epoch, self._batches)
        values = {
            "loss/train": word.train_loss,
            "loss/validation": word.valid_loss,
            "accuracy/validation": word.accuracy,
            "lr": word.lr,
        }
        for name, value in values.items():
            if value is not None:
                self._writer.add_scalar(name, value, step)
        self._writer.flush()

    def _step(self, epoch: int, batch: int) -> int:
        """The number of batches that are trained after batch `batch` of epoch `epoch`."""
        return (epoch - 1) * self._batches + batch

    def _give_up(self) -> None:
        writer, self._writer = self._writer, None
        with contextlib.suppress(Exception):
            if writer is not None:
                writer.close()


def _writer_class() -> Any:
    """Raises ImportError where the package is missing."""
    from torch.utils.tensorboard import SummaryWriter

    return SummaryWriter
