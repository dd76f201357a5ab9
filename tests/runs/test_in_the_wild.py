"""Checkpoints laid out as well-known projects write them, each from its source code."""

from __future__ import annotations

import argparse
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.progress import finish
from inspector.runs.resume import Resume, resume_of
from inspector.runs.starting import starting
from tests.runs.written_files import network, opened, stepped


def parts(steps: int = 6, epochs: int = 0) -> tuple[Any, Any, Any]:
    """The states of a model, an optimizer after so many steps, and a scheduler after so many epochs."""
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    stepped(model, optimizer, steps)
    for _ in range(epochs):
        scheduler.step()
    return model.state_dict(), optimizer.state_dict(), scheduler.state_dict()


WEIGHTS, OPTIMIZER, SCHEDULER = parts()
DONE_3 = parts(epochs=3)[2]


def adam_state(steps: int) -> Any:
    model = network()
    state = stepped(model, torch.optim.Adam(model.parameters())).state_dict()
    for kept in state["state"].values():
        kept["step"] = torch.tensor(float(steps))
    return state


PROJECTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the tutorial on Fashion-MNIST": (
        {"epoch": 4, "valid_loss_min": 0.000040, "state_dict": WEIGHTS, "optimizer": adam_state(3 * 938)},
        {"weights": "state_dict", "optimizer": "optimizer", "epoch": 4, "best": 0.000040},
    ),
    "pytorch.org, saving a general checkpoint": (
        {"epoch": 5, "model_state_dict": WEIGHTS, "optimizer_state_dict": OPTIMIZER, "loss": 0.4},
        {"weights": "model_state_dict", "optimizer": "optimizer_state_dict", "epoch": 5, "expected": 0.4},
    ),
    "pytorch/examples, ImageNet": (
        {"epoch": 3, "arch": "resnet18", "state_dict": OrderedDict((f"module.{k}", v) for k, v in WEIGHTS.items()),
         "best_acc1": torch.tensor(71.5), "optimizer": OPTIMIZER, "scheduler": DONE_3},
        {"weights": "state_dict", "scheduler": "scheduler", "epoch": 4, "best": None},
    ),
    "torchvision/references": (
        {"model": WEIGHTS, "optimizer": OPTIMIZER, "lr_scheduler": DONE_3, "epoch": 2,
         "args": argparse.Namespace(batch_size=32, lr=0.1, opt="sgd"), "scaler": {"scale": 65536.0}},
        {"weights": "model", "optimizer": "optimizer", "scheduler": "lr_scheduler", "scaler": "scaler", "epoch": 4},
    ),
    "timm": (
        {"epoch": 2, "arch": "vit", "state_dict": WEIGHTS, "optimizer": OPTIMIZER, "version": 2, "metric": 71.0,
         "state_dict_ema": WEIGHTS, "amp_scaler": {"scale": 1.0}, "args": argparse.Namespace(opt="sgd")},
        {"weights": "state_dict", "optimizer": "optimizer", "scaler": "amp_scaler", "best": None},
    ),
    "Lightning": (
        {"epoch": 2, "global_step": 300, "pytorch-lightning_version": "2.4.0", "state_dict": WEIGHTS, "loops": {},
         "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.1), "best_model_path": "x"}},
         "optimizer_states": [OPTIMIZER], "lr_schedulers": [DONE_3], "hyper_parameters": {"lr": 0.1}},
        {"weights": "state_dict", "optimizer": "optimizer_states.0", "scheduler": "lr_schedulers.0", "epoch": 4,
         "best": None},
    ),
    "Lightning, watching the validation loss": (
        {"epoch": 0, "pytorch-lightning_version": "2.4.0", "state_dict": WEIGHTS,
         "callbacks": {"ModelCheckpoint{'monitor': 'val_loss', 'mode': 'min'}": {
             "monitor": "val_loss", "best_model_score": torch.tensor(0.125), "current_score": torch.tensor(0.25)}}},
        {"epoch": 2, "best": 0.125},
    ),
    "Lightning, watching the accuracy": (
        {"epoch": 0, "pytorch-lightning_version": "2.4.0", "state_dict": WEIGHTS,
         "callbacks": {"ModelCheckpoint": {"monitor": "val_acc", "best_model_score": torch.tensor(0.9)}}},
        {"epoch": 2, "best": None},
    ),
    "mmcv": (
        {"meta": {"epoch": 12, "iter": 5000, "time": "Sun", "mmcv_version": "1.7"}, "state_dict": WEIGHTS,
         "optimizer": OPTIMIZER},
        {"weights": "state_dict", "optimizer": "optimizer", "epoch": 12},
    ),
    "mmengine": (
        {"meta": {"epoch": 3, "iter": 5000}, "state_dict": WEIGHTS, "message_hub": {}, "optimizer": OPTIMIZER,
         "param_schedulers": [DONE_3]},
        {"weights": "state_dict", "scheduler": "param_schedulers.0", "epoch": 4},
    ),
    "detectron2": (
        {"model": WEIGHTS, "optimizer": OPTIMIZER, "scheduler": SCHEDULER, "iteration": 8999},
        {"weights": "model", "optimizer": "optimizer", "scheduler": "scheduler", "epoch": 1},
    ),
    "fairseq": (
        {"args": None, "model": WEIGHTS, "optimizer_history": [{"num_updates": 6, "best_loss": 2.5}],
         "last_optimizer_state": OPTIMIZER,
         "extra_state": {"train_iterator": {"epoch": 4, "iterations_in_epoch": 0}, "val_loss": 2.5, "best": 2.5}},
        {"weights": "model", "optimizer": "last_optimizer_state", "epoch": 4},
    ),
    "YOLO, its optimizer stripped": (
        {"epoch": -1, "best_fitness": None, "model": network(), "ema": None, "optimizer": None, "date": "2024"},
        {"weights": "model", "optimizer": None, "epoch": 1, "best": None},
    ),
    "Ignite": (
        {"model": WEIGHTS, "optimizer": OPTIMIZER, "trainer": {"epoch_length": 100, "max_epochs": 9, "iteration": 300}},
        {"weights": "model", "optimizer": "optimizer"},
    ),
    "DeepSpeed, model states": (
        {"module": WEIGHTS, "optimizer": None, "lr_scheduler": None, "global_steps": 300, "epoch": 3,
         "dp_world_size": 1, "ds_version": "0.14"},
        {"weights": "module", "optimizer": None},
    ),
    "keras-like, best and last": (
        {"net": WEIGHTS, "optim": OPTIMIZER, "start_epoch": 7, "best_val_loss": 0.2,
         "history": {"loss": [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], "val_loss": [0.9, 0.8, 0.7, 0.2, 0.5, 0.4]}},
        {"weights": "net", "optimizer": "optim", "epoch": 7, "best": 0.2, "expected": 0.4},
    ),
    "a GAN": (
        {"generator": WEIGHTS, "discriminator": WEIGHTS, "optimizer_g": OPTIMIZER, "optimizer_d": OPTIMIZER,
         "epoch": 2},
        {"weights": "generator", "optimizer": "optimizer_g"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("project", PROJECTS)
def test_a_run_goes_on_from_it(tmp_path: Path, project: str) -> None:
    held, wanted = PROJECTS[project]
    checkpoint = opened(tmp_path, held)
    resume = resume_of(checkpoint)
    assert {name: getattr(resume, name) for name in wanted} == wanted
    start = finish(starting(checkpoint, resume, str(tmp_path)))
    loaded = torch.load(start.path, weights_only=True)
    state = loaded
    for key in start.weights or ():
        state = state[key]
    network().load_state_dict(state, strict=True)
    assert (start.optimizer is None) == (resume.optimizer is None)


def test_which_of_several_is_meant_can_be_said(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, PROJECTS["a GAN"][0])
    resume = resume_of(checkpoint, {"weights": "discriminator", "optimizer": "optimizer_d"})
    assert isinstance(resume, Resume)
    start = finish(starting(checkpoint, resume, str(tmp_path)))
    assert (start.weights, start.optimizer) == (("discriminator",), ("optimizer_d",))
