"""A rehearsal: everything before the first step, the loss that training begins with, and nothing changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.workshop.run_requests import Chosen, Rehearse, Start
from inspector.workshop.run_words import Batches, EpochEnd, Looked, Rehearsal
from inspector.workshop.running import rng
from tests.workshop.running.training_runs import going_on, latest, losses, of, trained, training


def rehearsed(request: Any) -> Rehearsal:
    words, answer = trained(Rehearse(request))
    assert isinstance(answer, Rehearsal)
    assert not of(Batches, words)
    return answer


def checks(rehearsal: Rehearsal) -> dict[str, tuple[str, str]]:
    return {check.name: (check.state, check.text) for check in rehearsal.checks}


def test_a_fresh_training_is_rehearsed(tmp_path: Path) -> None:
    request = training(tmp_path, scheduler=Chosen("ExponentialLR", {"gamma": 0.5}))
    rehearsal = rehearsed(request)
    assert rehearsal.output == (16, 10)
    assert rehearsal.look.classes[0] == "disc"
    assert rehearsal.rates == (0.001, 0.0005)
    assert (rehearsal.device, rehearsal.lr, rehearsal.has_fused) == ("cpu", 0.001, True)
    said = checks(rehearsal)
    assert said["Classes"] == ("ok", "10 outputs for 10 classes.")
    assert said["Optimizer"] == ("ok", "Adam begins afresh, learning rate 0.001.")
    assert said["Loss"][0] == "ok"
    assert not (tmp_path / "run").exists()


def test_its_first_loss_is_the_one_that_training_has(tmp_path: Path) -> None:
    """Batch for batch the model sees the same: only the steps between them are not done."""
    request = training(tmp_path, batch_size=80, epochs=1)
    rehearsal = rehearsed(request)
    words, _ = trained(request)
    assert rehearsal.train_loss == losses(words)[0]


def test_a_resumed_training_is_held_against_its_file(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1)
    words, _ = trained(request)
    before = (tmp_path / "run" / "current_checkpoint.pt").read_bytes()
    end = of(EpochEnd, words)[0]
    again = going_on(request, epochs=4, expected=end.train_loss)
    rehearsal = rehearsed(again)
    said = checks(rehearsal)
    assert said["Optimizer"] == ("ok", "Adam goes on with its state for 8 parameters, learning rate 0.001.")
    assert said["Loss"][0] == "ok"
    assert "it goes on where it stopped" in said["Loss"][1]
    assert len(rehearsal.rates) == 3
    assert rehearsal.valid_loss == pytest.approx(end.valid_loss)
    assert (tmp_path / "run" / "current_checkpoint.pt").read_bytes() == before


def test_weights_that_were_not_loaded_are_a_jump(tmp_path: Path) -> None:
    rehearsal = rehearsed(training(tmp_path, expected=0.1))
    assert checks(rehearsal)["Loss"][0] == "warning"
    assert "times as high" in checks(rehearsal)["Loss"][1]


def test_what_a_start_lacks_is_assumed_and_said(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1, scheduler=Chosen("StepLR", {"step_size": 1}))
    trained(request)
    own = going_on(request)
    start = Start(own.start.path, ("state_dict",), None, ("scheduler",), epoch=2) if own.start else None
    said = checks(rehearsed(request._replace(start=start, epochs=2, scheduler=None)))
    assert said["Optimizer"] == ("assumed", "Adam begins afresh, learning rate 0.001.")
    assert said["Scheduler"][0] == "warning"
    start = Start(own.start.path, ("state_dict",), ("optimizer",), epoch=2) if own.start else None
    said = checks(rehearsed(request._replace(start=start, epochs=2)))
    assert said["Scheduler"] == ("assumed", "StepLR begins afresh.")


def test_the_data_is_shown_even_when_the_model_fails(tmp_path: Path) -> None:
    from inspector.workshop.requests import WorkshopError

    words: list[Any] = []
    with pytest.raises(WorkshopError):
        trained(Rehearse(training(tmp_path, arguments={"classes": 3})), lambda word, person: words.append(word))
    assert [type(word) for word in words if isinstance(word, Looked)] == [Looked]


def test_a_rehearsal_leaves_a_training_what_it_was(tmp_path: Path) -> None:
    """The same bits with and without one before it, in one process."""
    plain, rehearsing = training(tmp_path / "a"), training(tmp_path / "b")
    trained(plain)
    rehearsed(rehearsing)
    trained(rehearsing)
    assert torch.equal(
        latest(plain)["history"]["batch_losses"], latest(rehearsing)["history"]["batch_losses"]
    )
    assert rng.states()["torch"].shape == latest(plain)["rng"]["torch"].shape
