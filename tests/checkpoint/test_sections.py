"""The sections of training checkpoints, under the names that people give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inspector.checkpoint.reading import open_checkpoint


def roles(thing: Any, folder: Path) -> dict[str, str]:
    import torch

    path = folder / "checkpoint.pth"
    torch.save(thing, path)
    return {section.key: section.role for section in open_checkpoint(path).sections}


@pytest.mark.parametrize(
    "name", ["state_dict", "model", "model_state_dict", "net", "network", "params", "generator", "odd"]
)
def test_weights_by_any_name(tmp_path: Path, name: str) -> None:
    import torch

    weights = torch.nn.Linear(2, 2).state_dict()
    assert roles({name: weights, "epoch": 3}, tmp_path) == {name: "weights", "epoch": "epoch"}


@pytest.mark.parametrize("name", ["ema", "params_ema", "ema_state_dict", "model_ema", "teacher"])
def test_averaged_weights(tmp_path: Path, name: str) -> None:
    import torch

    weights = torch.nn.Linear(2, 2).state_dict()
    assert roles({"params": weights, name: weights}, tmp_path) == {"params": "weights", name: "ema"}


@pytest.mark.parametrize("name", ["optimizer", "optimizer_state_dict", "optim", "opt", "solver"])
def test_optimizers_by_name_or_content(tmp_path: Path, name: str) -> None:
    import torch

    optimizer = torch.optim.SGD(torch.nn.Linear(2, 2).parameters(), lr=0.1)
    assert roles({name: optimizer.state_dict(), "x": 1}, tmp_path)[name] == "optimizer"


def test_a_bare_state_dict_is_one_section(tmp_path: Path) -> None:
    import torch

    assert roles(torch.nn.BatchNorm2d(3).state_dict(), tmp_path) == {"": "weights"}


def test_names_of_things_are_not_taken_for_the_things(tmp_path: Path) -> None:
    import torch

    found = roles(
        {"model": "resnet18", "optimizer": "adam", "state_dict": torch.nn.Linear(2, 2).state_dict(), "best_acc1": 0.9,
         "lr_schedulers": [], "global_step": 7, "args": {"lr": 0.1}, "train_loss": [1.0], "hidden_layers": [3, 4]},
        tmp_path,
    )  # fmt: skip
    assert found == {
        "model": "other", "optimizer": "arguments", "state_dict": "weights", "best_acc1": "metric",
        "lr_schedulers": "scheduler", "global_step": "step", "args": "arguments", "train_loss": "loss",
        "hidden_layers": "constructor",
    }  # fmt: skip


def test_the_sections_of_a_lightning_checkpoint(tmp_path: Path) -> None:
    import torch

    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    found = roles(
        {
            "epoch": 3, "global_step": 120, "pytorch-lightning_version": "2.4.0", "state_dict": model.state_dict(),
            "loops": {"fit_loop": {"state_dict": {}}}, "callbacks": {"ModelCheckpoint": {"best_model_score": 0.1}},
            "optimizer_states": [optimizer.state_dict()], "lr_schedulers": [], "hparams_name": "kwargs",
            "hyper_parameters": {"lr": 0.1},
        },
        tmp_path,
    )  # fmt: skip
    assert found == {
        "epoch": "epoch", "global_step": "step", "pytorch-lightning_version": "versions", "state_dict": "weights",
        "loops": "callbacks", "callbacks": "callbacks", "optimizer_states": "optimizer", "lr_schedulers": "scheduler",
        "hparams_name": "other", "hyper_parameters": "arguments",
    }  # fmt: skip
