"""Optimizers, schedulers and losses are told by what they left behind, and can be made anew from that."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from inspector.checkpoint.reading import open_checkpoint
from inspector.runs.optimizing import criterion_for, optimizer_of, recognised_optimizer, scheduler_of
from inspector.runs.past_rates import past_rates
from inspector.runs.resume import resume_of
from inspector.runs.scheduling import recognised_scheduler
from tests.runs.written_files import network, opened, stepped

OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("Adam", {"lr": 0.002, "betas": (0.5, 0.9), "amsgrad": True}),
    ("AdamW", {"lr": 0.002, "weight_decay": 0.05}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 1e-4}),
    ("SGD", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "centered": True, "momentum": 0.5}),
    ("Adagrad", {"lr": 0.01, "lr_decay": 0.1}),
    ("NAdam", {"lr": 0.01, "momentum_decay": 0.005}),
    ("RAdam", {"lr": 0.01}),
    ("Adamax", {"lr": 0.01, "weight_decay": 0.1}),
    ("Adadelta", {"lr": 0.5, "rho": 0.8}),
    ("ASGD", {"lr": 0.01, "lambd": 0.001}),
    ("Rprop", {"lr": 0.01, "etas": (0.4, 1.1)}),
    ("Adafactor", {"lr": 0.01}),
]


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS)
def test_an_optimizer_is_made_anew_as_it_was(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    model = network()
    optimizer = stepped(model, getattr(torch.optim, name)(model.parameters(), **options))
    checkpoint = opened(tmp_path, {"state_dict": model.state_dict(), "optimizer": optimizer.state_dict()})
    chosen = optimizer_of(checkpoint, resume_of(checkpoint))
    assert chosen is not None
    assert chosen.name == name
    anew = getattr(torch.optim, name)(model.parameters(), **chosen.options)
    settings, wanted = anew.param_groups[0], optimizer.param_groups[0]
    assert {key: _plain(settings[key]) for key in settings if key != "params"} == {
        key: _plain(wanted[key]) for key in wanted if key != "params"
    }
    anew.load_state_dict(optimizer.state_dict())


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def test_what_differs_between_groups_is_left_to_the_state(tmp_path: Path) -> None:
    model = network()
    groups = [{"params": [*model[0].parameters()], "lr": 0.1}, {"params": [*model[2].parameters()], "lr": 0.01}]
    optimizer = torch.optim.SGD(groups, momentum=0.9)
    checkpoint = opened(tmp_path, {"state_dict": model.state_dict(), "optimizer": optimizer.state_dict()})
    chosen = optimizer_of(checkpoint, resume_of(checkpoint))
    assert chosen is not None
    assert "lr" not in chosen.options
    assert chosen.options["momentum"] == 0.9


def test_a_learning_rate_that_is_a_tensor_is_read(tmp_path: Path) -> None:
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=torch.tensor(0.25), capturable=False, foreach=False)
    checkpoint = opened(tmp_path, {"state_dict": model.state_dict(), "optimizer": optimizer.state_dict()})
    chosen = optimizer_of(checkpoint, resume_of(checkpoint))
    assert chosen is not None
    assert chosen.options["lr"] == 0.25


def state_before_torch_2_7(decay: float) -> dict[str, Any]:
    """Of an Adam or AdamW: which of the two it is was not said."""
    model = network()
    held = stepped(model, torch.optim.Adam(model.parameters(), weight_decay=decay)).state_dict()
    del held["param_groups"][0]["decoupled_weight_decay"]
    return {"state_dict": model.state_dict(), "optimizer": held}


@pytest.mark.parametrize(("decay", "said", "name"), [(0, "", "Adam"), (0.01, "", "AdamW"), (0.1, "", "Adam"),
                                                     (0.1, "adamw", "AdamW"), (0.01, "adam", "Adam")])  # fmt: skip
def test_adam_and_adamw_of_older_torch(tmp_path: Path, decay: float, said: str, name: str) -> None:
    args = {"args": argparse.Namespace(optimizer=said)} if said else {}
    checkpoint = opened(tmp_path, {**state_before_torch_2_7(decay), **args})
    known = recognised_optimizer(checkpoint, resume_of(checkpoint))
    assert known.chosen is not None
    assert known.chosen.name == name
    assert bool(known.sentence) == bool(decay or said)


def test_an_optimizer_that_no_run_can_step_is_said_to_be_one(tmp_path: Path) -> None:
    model = network()
    optimizer = torch.optim.LBFGS(model.parameters())
    checkpoint = opened(tmp_path, {"state_dict": model.state_dict(), "optimizer": optimizer.state_dict()})
    known = recognised_optimizer(checkpoint, resume_of(checkpoint))
    assert known.chosen is None
    assert "LBFGS evaluates a batch several times" in known.sentence


def test_an_optimizer_that_torch_does_not_have_is_left_out(tmp_path: Path) -> None:
    groups = [{"lr": 0.1, "betas": (0.9, 0.99), "weight_decay": 0.0, "params": [0]}]
    held = {"state": {0: {"exp_avg": torch.zeros(3)}}, "param_groups": groups}
    checkpoint = opened(tmp_path, {"state_dict": network().state_dict(), "optimizer": held})
    known = recognised_optimizer(checkpoint, resume_of(checkpoint))
    assert known.chosen is None
    assert "Lion, which torch does not have" in known.sentence


@pytest.mark.parametrize("said", ["sgd", "SGD", "torch.optim.SGD", "<class 'torch.optim.sgd.SGD'>"])
def test_arguments_name_the_optimizer_where_no_state_does(tmp_path: Path, said: str) -> None:
    args = argparse.Namespace(optim=said, lr=0.1, momentum=0.9)
    checkpoint = opened(tmp_path, {"state_dict": network().state_dict(), "args": args})
    chosen = optimizer_of(checkpoint, resume_of(checkpoint))
    assert chosen is not None
    assert (chosen.name, chosen.options) == ("SGD", {"lr": 0.1, "momentum": 0.9})


def test_nothing_is_said_where_nothing_is_known(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, {"state_dict": network().state_dict(), "args": argparse.Namespace(optim="magic")})
    resume = resume_of(checkpoint)
    assert optimizer_of(checkpoint, resume) is None
    assert scheduler_of(checkpoint, resume) is None


# -- schedulers --------------------------------------------------------------------------------------------------------

Made = Callable[[torch.optim.Optimizer], Any]
SCHEDULERS: list[tuple[str, Made]] = [
    ("StepLR", lambda optimizer: lr_scheduler.StepLR(optimizer, 2, 0.5)),
    ("MultiStepLR", lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [2, 3, 3], 0.5)),
    ("ExponentialLR", lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.9)),
    ("CosineAnnealingLR", lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 10, 0.001)),
    ("CosineAnnealingWarmRestarts", lambda optimizer: lr_scheduler.CosineAnnealingWarmRestarts(optimizer, 3, 2)),
    ("LinearLR", lambda optimizer: lr_scheduler.LinearLR(optimizer, 0.5, 1.0, 4)),
    ("ConstantLR", lambda optimizer: lr_scheduler.ConstantLR(optimizer, 0.5, 3)),
    ("PolynomialLR", lambda optimizer: lr_scheduler.PolynomialLR(optimizer, 10, 2.0)),
    ("ReduceLROnPlateau", lambda optimizer: lr_scheduler.ReduceLROnPlateau(optimizer, "min", 0.5, 2, min_lr=1e-5)),
]

NOT_WORKED_OUT = ("ReduceLROnPlateau", "CosineAnnealingWarmRestarts")
"""They follow losses that nobody kept, or begin again and again."""


def scheduled(folder: Path, make: Made, epochs: int = 5) -> tuple[Any, Any, Any]:
    """A checkpoint after some epochs, its scheduler, and the rates with which the epochs were trained."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scheduler, rates = make(optimizer), []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(1.0) if isinstance(scheduler, lr_scheduler.ReduceLROnPlateau) else scheduler.step()
    held = {"epoch": epochs, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict()}
    return opened(folder, {**held, "scheduler": scheduler.state_dict()}), scheduler, rates


@pytest.mark.parametrize(("name", "make"), SCHEDULERS)
def test_a_scheduler_is_made_anew_as_it_was(tmp_path: Path, name: str, make: Made) -> None:
    checkpoint, scheduler, _ = scheduled(tmp_path, make)
    chosen = scheduler_of(checkpoint, resume_of(checkpoint))
    assert chosen is not None
    assert chosen.name == name
    optimizer = torch.optim.SGD(network().parameters(), 0.1)
    anew = getattr(lr_scheduler, name)(optimizer, **chosen.options)
    anew.load_state_dict(scheduler.state_dict())
    assert anew.state_dict() == scheduler.state_dict()


@pytest.mark.parametrize(("name", "make"), [each for each in SCHEDULERS if each[0] not in NOT_WORKED_OUT])
def test_the_rates_of_the_past_are_worked_out(tmp_path: Path, name: str, make: Made) -> None:
    checkpoint, _, rates = scheduled(tmp_path, make)
    points = past_rates(checkpoint, resume_of(checkpoint))
    assert [x for x, _ in points] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert [rate for _, rate in points] == pytest.approx(rates)


def test_milestones_are_those_that_were_given(tmp_path: Path) -> None:
    checkpoint, _, _ = scheduled(tmp_path, SCHEDULERS[1][1])
    chosen = scheduler_of(checkpoint, resume_of(checkpoint))
    assert chosen is not None
    assert chosen.options == {"milestones": [2, 3, 3], "gamma": 0.5}


def test_rates_that_lead_elsewhere_are_not_claimed(tmp_path: Path) -> None:
    checkpoint, _, _ = scheduled(tmp_path, SCHEDULERS[0][1])
    held = torch.load(checkpoint.path, weights_only=True)
    held["optimizer"]["param_groups"][0]["lr"] = 0.0123  # set by hand meanwhile
    again = opened(tmp_path, held)
    assert past_rates(again, resume_of(again)) == ()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.9**epoch), "a function"),
        (lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=10), "OneCycleLR is stepped after each"),
        (lambda optimizer: lr_scheduler.CyclicLR(optimizer, 0.01, 0.1), "CyclicLR is stepped after each batch"),
        (lambda optimizer: lr_scheduler.ChainedScheduler([lr_scheduler.ConstantLR(optimizer)]), "several others"),
    ],
)
def test_a_scheduler_that_cannot_go_on_says_why(tmp_path: Path, make: Made, words: str) -> None:
    checkpoint, _, _ = scheduled(tmp_path, make)
    known = recognised_scheduler(checkpoint, resume_of(checkpoint))
    assert known.chosen is None
    assert words in known.sentence
    assert "The learning rate stays" in known.sentence


def test_a_scheduler_that_was_stepped_after_batches_cannot_go_on(tmp_path: Path) -> None:
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scheduler = lr_scheduler.CosineAnnealingLR(optimizer, 1000)
    for _ in range(300):
        optimizer.step()
        scheduler.step()
    held = {"epoch": 3, "state_dict": model.state_dict(), "optimizer": optimizer.state_dict()}
    checkpoint = opened(tmp_path, {**held, "scheduler": scheduler.state_dict()})
    known = recognised_scheduler(checkpoint, resume_of(checkpoint))
    assert known.chosen is None
    assert "stepped 300 times" in known.sentence


# -- losses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "name"),
    [("cross_entropy", "CrossEntropyLoss"), ("ce", "CrossEntropyLoss"), ("nll_loss", "NLLLoss"), ("MSELoss", "MSELoss"),
     ("bce_with_logits", "BCEWithLogitsLoss"), ("binary_cross_entropy", "BCEWithLogitsLoss"), ("l2", "MSELoss")],
)  # fmt: skip
def test_arguments_name_the_loss(tmp_path: Path, said: str, name: str) -> None:
    checkpoint = opened(tmp_path, {"state_dict": network().state_dict(), "args": {"criterion": said}})
    assert criterion_for(checkpoint, resume_of(checkpoint)).name == name


@pytest.mark.parametrize(("width", "name"), [(1, "MSELoss"), (2, "CrossEntropyLoss"), (10, "CrossEntropyLoss")])
def test_the_last_layer_suggests_a_loss(tmp_path: Path, width: int, name: str) -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, width))
    checkpoint = opened(tmp_path, model.state_dict())
    assert criterion_for(checkpoint, resume_of(checkpoint)).name == name


def test_samples_suggest_what_they_were_trained_with(samples: Path) -> None:
    for name, criterion in (("fashion_classifier.pt", "CrossEntropyLoss"), ("linear_training.pt", "MSELoss")):
        checkpoint = open_checkpoint(samples / name)
        assert criterion_for(checkpoint, resume_of(checkpoint)).name == criterion


def test_the_samples_rates_are_known(samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "checkpoint_epoch4.pth")
    rates = [rate for _, rate in past_rates(checkpoint, resume_of(checkpoint))]
    assert rates == [0.01, 0.01, 0.005, 0.005, 0.0025]
    assert math.isclose(rates[-1], 0.0025)
