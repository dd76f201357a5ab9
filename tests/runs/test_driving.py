"""A run driven in a process of its own and inside this one: the same words, the same endings, and nothing left."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from inspector.progress import finish
from inspector.runs.driving import Run, workshop_for_runs
from inspector.workshop.client import Workshop
from inspector.workshop.requests import Hello, ModelSource, Stopped, WorkshopError
from inspector.workshop.run_requests import DataSource, LookAtData, Train
from inspector.workshop.run_words import Batches, EpochEnd, Saved, Trained, Waiting

NETS = """
import os
from torch import nn

class Net(nn.Module):
    def __init__(self, dies_at=0):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.dies_at, self.steps = dies_at, 0

    def forward(self, x):
        self.steps += self.training
        if self.dies_at and self.steps == self.dies_at:
            os.abort()
        return self.fc(x)
"""


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with workshop_for_runs() as workshop:
        finish(workshop.ask(Hello()))  # from here on it runs, whichever test asks first
        yield workshop


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Train]:
    """Makes requests to train a small network on 64 samples."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "nets.py").write_text(NETS)
    x = np.random.default_rng(0).normal(size=(64, 4)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x_train=x, y_train=x[:, :3].argmax(1))
    source = ModelSource("file", str(tmp_path / "nets.py"), "Net")
    data = DataSource("arrays", str(tmp_path / "data.npz"))

    def ask(**changes: Any) -> Train:
        request = Train(source, {}, data, str(tmp_path / "out"), epochs=2, batch_size=8, threads=1)
        return request._replace(**changes)

    return ask


def driven(run: Run, hear: Callable[[Any], object] = lambda _word: None) -> tuple[list[Any], Any]:
    """All its words, and its answer."""
    words, said = run.words(), []
    while True:
        try:
            said.append(next(words))
        except StopIteration as end:
            return said, end.value
        hear(said[-1])


def of(kind: type, words: list[Any]) -> list[Any]:
    return [word for word in words if isinstance(word, kind)]


def test_the_words_and_the_ending_are_the_same_in_both_ways(
    asking: Callable[..., Train], workshop: Workshop, tmp_path: Path
) -> None:
    apart, first = driven(Run(asking(folder=str(tmp_path / "apart")), workshop=workshop))
    inside, second = driven(Run(asking(folder=str(tmp_path / "inside")), in_process=True))
    for kind in (EpochEnd, Saved):
        assert len(of(kind, apart)) == len(of(kind, inside))
    losses = [[loss for word in of(Batches, words) for loss in word.losses] for words in (apart, inside)]
    assert losses[0] == losses[1]
    assert len(losses[0]) == 2 * 8
    assert (first.ended, first.epoch, first.best) == (second.ended, second.epoch, second.best)
    assert (first.ended, first.epoch) == ("finished", 3)
    assert first.latest == str(tmp_path / "apart" / "current_checkpoint.pt")


@pytest.mark.parametrize("in_process", [True, False])
def test_it_waits_and_goes_on_and_stops(asking: Callable[..., Train], workshop: Workshop, in_process: bool) -> None:
    run = Run(asking(epochs=100_000), workshop=None if in_process else workshop, in_process=in_process)
    seen: list[str] = []

    def hear(word: Any) -> None:
        if isinstance(word, EpochEnd) and not seen:
            run.pause()
            seen.append("paused")
        elif isinstance(word, Waiting):
            seen.append("waiting")
            run.go_on()
        elif isinstance(word, Batches) and seen[-1:] == ["waiting"]:
            seen.append("going on")
            run.stop()

    _, trained = driven(run, hear)
    assert seen == ["paused", "waiting", "going on"]
    assert isinstance(trained, Trained)
    assert trained.ended == "stopped"
    saved = torch.load(trained.latest, weights_only=True)
    assert (saved["epoch"], saved["batch"]) == (trained.epoch, trained.batch)


@pytest.mark.parametrize("in_process", [True, False])
def test_a_wish_that_comes_before_the_beginning_is_not_lost(
    asking: Callable[..., Train], workshop: Workshop, in_process: bool
) -> None:
    run = Run(asking(epochs=100_000), workshop=None if in_process else workshop, in_process=in_process)
    run.stop()
    _, trained = driven(run)
    assert trained.ended == "stopped"


@pytest.mark.parametrize("in_process", [True, False])
def test_killed_it_says_that_it_was_stopped(
    asking: Callable[..., Train], workshop: Workshop, in_process: bool
) -> None:
    run = Run(asking(epochs=100_000), workshop=None if in_process else workshop, in_process=in_process)
    with pytest.raises(Stopped):
        driven(run, lambda word: run.kill() if isinstance(word, Batches) else None)


def test_nobody_who_listens_is_nobody_who_trains(asking: Callable[..., Train]) -> None:
    before = psutil.Process().children(recursive=True)
    words = Run(asking(epochs=100_000)).words()
    next(word for word in words if isinstance(word, Batches))
    below = [each for each in psutil.Process().children(recursive=True) if each not in before]
    assert len(below) > 1
    words.close()
    assert not psutil.wait_procs(below, timeout=20)[1]


def test_a_process_that_dies_is_told_with_the_last_batch_and_the_last_file(
    asking: Callable[..., Train], workshop: Workshop
) -> None:
    words: list[Any] = []
    with pytest.raises(WorkshopError, match=r"crashed.*batch \d+ of epoch \d") as caught:
        driven(Run(asking(arguments={"dies_at": 60}, epochs=100_000), workshop=workshop), words.append)
    assert caught.value.title == "The training ended early"
    assert of(Saved, words)[-1].path in caught.value.hint
    assert torch.load(of(Saved, words)[-1].path, weights_only=True)["epoch"] > 1


def test_a_request_that_is_no_training_ends_at_once(workshop: Workshop) -> None:
    run = Run(LookAtData(DataSource(size=100_000_000)), workshop=workshop)
    with pytest.raises(Stopped):
        driven(run, lambda _word: run.stop())
