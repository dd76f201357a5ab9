"""Trains a model, and goes on with training that was stopped: words while it goes, `Trained` at its end.

    prepare     data, model, weights, optimizer, what the file restores      preparing
    Began       and the notes on all that, one message each
    epochs      Batches ... EpochEnd, Saved ...                              epochs
    Trained

Why this way: what a file of ours goes on from does bit for bit what would have been done without the stop, on a CPU
with the same number of threads. Order of samples and augmentation follow from (seed, epoch), dropout from the
generators' states that every file holds; sums and losses are kept in the file as they stood.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any, Generator  # noqa: UP035  # Python 3.8 cannot subscript that of collections.abc

import torch

from ...language import tr
from ..handshake import BATCHES, judged, standard_error
from ..run_requests import Train
from ..run_words import Batches, Began, Message, Trained
from . import saving
from .devices import described, threads
from .epochs import Epochs
from .holding import Hold
from .models import parameter_count
from .optimizers import rate_of
from .preparing import Prepared, absolute, check, prepare
from .states import bare
from .teams import ALONE, Team
from .wishes import Wishes

Words = Generator[Any, None, Trained]


def train(request: Train, wishes: Wishes, team: Team = ALONE) -> Words:
    """Yields the words of `run_words` and Progress. Raises Refusal, WorkshopError, and what making user code raises."""
    began = time.perf_counter()
    request = absolute(request)
    check(request)
    with threads(request.threads), Hold(request.folder) as hold:
        if team.is_first:
            saving.prepare_folder(request.folder, request.name)
            yield from hold.take()
            saving.clean_folder(request.folder, request.name)
        run = yield from prepare(request, team)
        yield _began(run)
        yield from _notes(run)
        epochs = Epochs(run, wishes)
        work = _until_the_end(run, epochs)
        is_stopped = yield from _with_handshake(work, run)
    best = saving.best_path(request.folder)
    return Trained(
        "stopped" if is_stopped else "finished", run.journal.epoch, run.journal.batch, run.journal.best,
        run.journal.best_epoch, epochs.files.latest, best if os.path.exists(best) else "",
        time.perf_counter() - began, epochs.teller.samples,
    )  # fmt: skip


def _until_the_end(run: Prepared, epochs: Epochs) -> Generator[Any, None, bool]:
    """Returns whether it was stopped."""
    while run.journal.epoch <= run.request.epochs:
        if (yield from epochs.one()):
            return True
    return False


def _began(run: Prepared) -> Began:
    request, validation = run.request, run.data.validation
    assert run.data.train is not None
    return Began(
        described(run.device), torch.get_num_threads(), run.data.train.count, validation.count if validation else 0,
        run.batches, run.journal.epoch, run.journal.batch, request.epochs, parameter_count(bare(run.model)),
        rate_of(run.optimizer), run.journal.best, request.folder, str(torch.__version__), run.notes,
    )  # fmt: skip


def _notes(run: Prepared) -> Iterator[Message]:
    for found in run.checks:
        if found.state in ("warning", "bad"):
            yield Message(tr("{title}: {message}", title=tr(found.name), message=found.text), "warning")
    if run.journal.epoch > run.request.epochs:
        done, wanted = run.journal.epoch - 1, run.request.epochs
        yield Message(
            tr(
                "There is nothing left to train: {done} epochs are done, {wanted} were wanted.",
                done=done,
                wanted=wanted,
            ),
            "warning",
        )
    if run.data.validation is None:
        yield Message(tr("There is no validation data: the training loss decides which epoch was the best."))


def _with_handshake(work: Generator[Any, None, bool], run: Prepared) -> Generator[Any, None, bool]:
    """The same words, and after the first batches how their loss compares with the file's last."""
    expected = run.request.expected
    losses: list[float] = []
    wanted = 0 if expected is None else min(BATCHES, max(1, run.batches - run.journal.batch))
    while True:
        try:
            word = next(work)
        except StopIteration as end:
            is_stopped: bool = end.value
            return is_stopped
        yield word
        if expected is not None and wanted and isinstance(word, Batches):
            losses += word.losses
            if len(losses) >= wanted:
                first = losses[:wanted]
                mean = sum(first) / wanted
                yield judged(wanted, mean, expected, run.request.expected_is, standard_error(first))
                wanted = 0
