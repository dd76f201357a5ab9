"""What a real run saves is read again to the last batch, and going on from it loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inspector.checkpoint.entries import Checkpoint
from inspector.checkpoint.reading import open_checkpoint
from inspector.progress import finish
from inspector.runs import requesting
from inspector.runs.driving import Run
from inspector.runs.fields import fields
from inspector.runs.histories import history_of
from inspector.runs.preflight import preflight
from inspector.runs.requesting import Choices, choices_of, own_model, train_request
from inspector.runs.resume import resume_of
from inspector.runs.starting import starting
from inspector.workshop.requests import parse_source
from inspector.workshop.run_requests import Chosen, DataSource, Start, Train
from inspector.workshop.run_words import Batches, Began, EpochEnd, Saved, Trained

CODE = """
from torch import nn

class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, width), nn.ReLU(), nn.Linear(width, 10))

    def forward(self, x):
        return self.layers(x)
"""
BATCHES = 5
"""Of an epoch."""


def request(folder: Path, **changed: Any) -> Train:
    (folder / "nets.py").write_text(CODE)
    choices = Choices(
        data=DataSource(size=80),
        folder=str(folder / "net_run"),
        more_epochs=3,
        optimizer=Chosen("SGD", {"lr": 0.05, "momentum": 0.9}),
        scheduler=Chosen("StepLR", {"step_size": 1, "gamma": 0.5}),
        batch_size=16,
        name="net",
        save_every=2,
        clip=1.0,
        device="cpu",
        threads=1,
        seed=7,
    )
    source = parse_source(f"{folder / 'nets.py'}:Net")
    return train_request(source, {"width": 6}, None, choices._replace(**changed))


def driven(asked: Train, *, stop_at: tuple[int, int] | None = None) -> Iterator[Any]:
    """The words of a run inside this process; it is told to stop when it has saved after that batch."""
    run = Run(asked, in_process=True)
    work = run.words()
    while True:
        try:
            word = next(work)
        except StopIteration as end:
            yield end.value
            return
        if isinstance(word, Saved) and (word.epoch, word.batch) == stop_at:
            run.stop()
        yield word


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """The folder of a run of three epochs, and its words."""
    folder = tmp_path_factory.mktemp("finished")
    return folder / "net_run", list(driven(request(folder)))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """The same, stopped in its second epoch."""
    folder = tmp_path_factory.mktemp("stopped")
    return folder / "net_run", list(driven(request(folder, minutes=1e-9), stop_at=(2, 2)))


def latest(run: tuple[Path, list[Any]]) -> Checkpoint:
    return open_checkpoint(run[0] / "current_checkpoint.pt")


def losses_in(words: list[Any]) -> list[float]:
    return [loss for word in words if isinstance(word, Batches) for loss in word.losses]


def test_a_run_that_is_over_goes_on_with_the_next_epoch(finished: tuple[Path, list[Any]]) -> None:
    resume = resume_of(latest(finished))
    ended = finished[1][-1]
    assert isinstance(ended, Trained)
    assert resume.is_own
    assert (resume.epoch, resume.batch, resume.best, resume.best_epoch) == (4, 0, ended.best, ended.best_epoch)
    assert (resume.weights, resume.optimizer, resume.scheduler, resume.rng) == (
        "state_dict", "optimizer", "scheduler", "rng",
    )  # fmt: skip
    last = [word for word in finished[1] if isinstance(word, EpochEnd)][-1]
    assert (resume.expected, resume.expected_is) == (last.train_loss, "train_loss")


def test_a_run_that_was_stopped_goes_on_after_its_batch(stopped: tuple[Path, list[Any]]) -> None:
    resume = resume_of(latest(stopped))
    ended = stopped[1][-1]
    assert (resume.epoch, resume.batch) == (ended.epoch, ended.batch)
    assert resume.batch > 0
    assert resume.expected == pytest.approx(np.mean(losses_in(stopped[1])[BATCHES:]))
    found = {need.role: need for need in preflight(latest(stopped), resume)}
    assert found["epoch"].found == f"After batch {resume.batch} of epoch 2"


@pytest.mark.parametrize("name", ["current_checkpoint.pt", "best_model.pt", "net_epoch2.pth"])
def test_everything_is_ticked(finished: tuple[Path, list[Any]], name: str) -> None:
    checkpoint = open_checkpoint(finished[0] / name)
    listed = preflight(checkpoint, resume_of(checkpoint))
    assert {need.role: need.state for need in listed} == dict.fromkeys([need.role for need in listed], "ok")
    shown = {need.role: need.found for need in listed}
    assert shown["scheduler"].startswith("StepLR(step_size=1, gamma=0.5)")
    assert shown["classes"].startswith("10 classes: ")
    assert shown["rng"].startswith("the states of torch")


def test_nothing_in_it_is_taken_for_something_else(finished: tuple[Path, list[Any]]) -> None:
    assert {field.key: field.role for field in fields(latest(finished))} == {
        "state_dict": "weights", "optimizer": "optimizer", "scheduler": "scheduler", "rng": "rng", "epoch": "epoch",
        "batch": "batch", "valid_loss_min": "best", "best_epoch": "best_epoch", "data.classes": "classes",
        "arguments": "arguments", "history.train_loss": "history", "history.valid_loss": "history",
        "history.batch_losses": "history",
    }  # fmt: skip


def test_its_curves_are_those_that_the_run_told(finished: tuple[Path, list[Any]]) -> None:
    history = history_of(latest(finished))
    ends = [word for word in finished[1] if isinstance(word, EpochEnd)]
    assert history.train_loss == tuple((float(end.epoch), end.train_loss) for end in ends)
    assert history.valid_loss == tuple((float(end.epoch), end.valid_loss) for end in ends)
    assert history.accuracy == tuple((float(end.epoch), end.accuracy) for end in ends)
    assert history.lr == ((1.0, 0.05), (2.0, 0.025), (3.0, 0.0125))
    assert history.best_epoch == next(end.epoch for end in reversed(ends) if end.is_best)
    assert history.batch_losses is not None
    xs, ys = history.batch_losses
    assert ys.tolist() == losses_in(finished[1])
    assert xs == pytest.approx(np.arange(1, 3 * BATCHES + 1) / BATCHES)


def test_the_batches_of_an_epoch_that_was_begun_stand_in_it(stopped: tuple[Path, list[Any]]) -> None:
    history = history_of(latest(stopped))
    assert history.batch_losses is not None
    xs, ys = history.batch_losses
    assert ys.tolist() == losses_in(stopped[1])
    done = len(ys) - BATCHES
    assert xs == pytest.approx(np.arange(1, BATCHES + done + 1) / BATCHES)


def test_it_asks_for_the_same_again(finished: tuple[Path, list[Any]]) -> None:
    checkpoint = latest(finished)
    choices = choices_of(checkpoint, resume_of(checkpoint))
    assert choices == Choices(
        data=DataSource(size=80),
        folder=str(finished[0]),
        more_epochs=3,
        optimizer=Chosen("SGD", {"lr": 0.05, "momentum": 0.9}),
        scheduler=Chosen("StepLR", {"step_size": 1, "gamma": 0.5}),
        batch_size=16,
        name="net",
        save_every=2,
        clip=1.0,
        device="cpu",
        seed=7,
    )
    assert own_model(checkpoint) == (f"{finished[0].parent / 'nets.py'}:Net", {"width": 6})


def test_going_on_after_a_stop_gives_what_never_stopping_gives(
    finished: tuple[Path, list[Any]], stopped: tuple[Path, list[Any]], tmp_path: Path
) -> None:
    folder = tmp_path / "net_run"
    shutil.copytree(stopped[0], folder)
    checkpoint = open_checkpoint(folder / "current_checkpoint.pt")
    resume = resume_of(checkpoint)
    choices = choices_of(checkpoint, resume)._replace(more_epochs=2, threads=1)
    start = finish(starting(checkpoint, resume, str(folder)))
    assert (start.path, choices.folder) == (checkpoint.path, str(folder))
    name, arguments = own_model(checkpoint) or ("", {})
    words = list(driven(train_request(parse_source(name), arguments, start, choices, resume)))
    began = next(word for word in words if isinstance(word, Began))
    assert (began.epoch, began.batch) == (resume.epoch, resume.batch)
    ours, theirs = (torch.load(run / "current_checkpoint.pt", weights_only=True) for run in (folder, finished[0]))
    for key, tensor in theirs["state_dict"].items():
        assert torch.equal(ours["state_dict"][key], tensor), key
    assert torch.equal(ours["history"]["batch_losses"], theirs["history"]["batch_losses"])


def test_a_fresh_optimizer_for_another_one(finished: tuple[Path, list[Any]]) -> None:
    checkpoint = latest(finished)
    resume = resume_of(checkpoint)
    start = finish(starting(checkpoint, resume, str(finished[0])))
    choices = choices_of(checkpoint, resume)
    assert requesting.fitting_start(start, checkpoint, resume, choices) == start
    others = choices._replace(optimizer=Chosen("Adam"), scheduler=None)
    other = requesting.fitting_start(start, checkpoint, resume, others)
    assert (other.optimizer, other.scheduler) == (None, None)
    assert other.weights == start.weights


def test_a_copy_that_lost_a_part_is_read_as_any_other_file(finished: tuple[Path, list[Any]], tmp_path: Path) -> None:
    held = torch.load(finished[0] / "current_checkpoint.pt", weights_only=True)
    del held["rng"]
    torch.save(held, tmp_path / "copy.pt")
    resume = resume_of(open_checkpoint(tmp_path / "copy.pt"))
    assert not resume.is_own
    assert (resume.epoch, resume.best) == (4, held["valid_loss_min"])


def test_an_epoch_that_a_person_says_begins_at_its_first_batch(stopped: tuple[Path, list[Any]]) -> None:
    checkpoint = latest(stopped)
    resume = resume_of(checkpoint, {"epoch": 2, "batch": 0})
    assert (resume.epoch, resume.batch) == (2, 0)
    start = finish(starting(checkpoint, resume, str(stopped[0])))
    assert isinstance(start, Start)
    assert (start.epoch, start.batch) == (2, 0)
