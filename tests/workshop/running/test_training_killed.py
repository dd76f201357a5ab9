"""Killed at random moments, again and again, a training ends where it would have ended: no file is ever half of one."""

from __future__ import annotations

import random
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.runs.driving import LIMITS, Run
from inspector.workshop.client import Workshop
from inspector.workshop.requests import Stopped
from inspector.workshop.run_requests import Chosen, Train
from inspector.workshop.run_words import Began, Saved
from inspector.workshop.running import saving
from tests.workshop.running.test_training_resumed import AUGMENTED
from tests.workshop.running.training_runs import difference, going_on, latest, losses, training


@pytest.fixture
def runs(workshop: Workshop) -> Workshop:
    """The warm workshop, as runs have it: without a limit of time."""
    workshop.limits = LIMITS
    return workshop


KILLS = 24
MOST_SAVED = 3
"""Files that a run may write before it is killed."""


def test_killed_over_and_over_it_ends_the_same(tmp_path: Path, runs: Workshop) -> None:
    kept: dict[str, Any] = {
        "arguments": {"width": 700},  # some 8 MB a file: most of the time is spent writing
        "scheduler": Chosen("StepLR", {"step_size": 3}),
        "data": AUGMENTED,
        "epochs": 12,
    }
    whole = training(tmp_path / "whole", **kept)
    torn = training(tmp_path / "torn", **kept, save_every=1, minutes=1e-9)
    dice = random.Random(5)
    told = losses(_words(Run(whole, workshop=runs)))
    half_written = 0
    for _ in range(KILLS):
        assert _is_killed(_next(torn), runs, dice)
        half_written += bool(list(Path(torn.folder).glob("*.part")))
        _all_load(torn)
    _words(Run(_next(torn), workshop=runs))
    assert half_written >= 3
    state = latest(torn)
    assert state["history"]["batch_losses"].tolist() == told
    assert difference(_without_saving(state), _without_saving(latest(whole))) == ""
    assert not list(Path(torn.folder).glob("*.part"))


def _next(request: Train) -> Train:
    return going_on(request) if Path(saving.latest_path(request.folder)).exists() else request


def _is_killed(request: Train, workshop: Workshop, dice: random.Random) -> bool:
    """Kills a run some moment after it has written a few files; whether that came before its end."""
    run = Run(request, workshop=workshop)
    wanted, saved, timer = dice.randint(0, MOST_SAVED), 0, None
    try:
        for word in run.words():
            saved += isinstance(word, Saved)
            if timer is None and isinstance(word, (Began, Saved)) and saved >= wanted:
                timer = threading.Timer(dice.uniform(0, 0.08), run.kill)
                timer.start()
    except Stopped:
        return True
    finally:
        if timer is not None:
            timer.join()
    return False


def _all_load(request: Train) -> None:
    """Every file under its own name is whole."""
    for path in (*Path(request.folder).glob("*.pt"), *Path(request.folder).glob("*.pth")):
        assert torch.load(path, weights_only=True)["history"]["batch_losses"].isfinite().all(), path


def _without_saving(state: dict[str, Any]) -> dict[str, Any]:
    """The same, whatever was asked for about files."""
    return {**state, "arguments": {**state["arguments"], "save_every": 0}}


def _words(run: Run) -> list[Any]:
    return list(run.words())


def test_a_process_of_its_own_and_this_one_give_the_same_bits(tmp_path: Path, runs: Workshop) -> None:
    apart, here = (training(tmp_path / name, threads=1) for name in ("apart", "here"))
    _words(Run(apart, workshop=runs))
    _words(Run(here, in_process=True))
    assert difference(latest(apart), latest(here)) == ""
