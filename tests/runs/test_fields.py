"""What a file says of its training is found under whatever name it has."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inspector.checkpoint.reading import open_checkpoint
from inspector.runs.field_words import role_of, words_of
from inspector.runs.fields import fields
from inspector.runs.stored import entry_at, keys_to
from tests.runs.written_files import field_of, network, opened, roles, stepped, trained

NAMES = {
    "best": ["valid_loss_min", "best_loss", "best_val_loss", "min_val_loss", "bestValLoss", "lowest_loss",
             "best_valid_loss", "val_loss_min", "best-eval-loss"],
    "best_accuracy": ["best_acc1", "best_acc", "best_accuracy", "bestAcc", "best_prec1", "max_accuracy",
                      "best_val_acc"],
    "valid_loss": ["valid_loss", "val_loss", "test_loss", "validation_loss", "eval_loss", "valLoss"],
    "train_loss": ["loss", "train_loss", "trainLoss", "running_loss", "epoch_loss", "avg_train_loss", "training loss"],
    "epoch": ["epoch", "start_epoch", "last_epoch", "epochs", "cur_epoch", "current_epoch", "epoch_num", "next_epoch"],
    "planned": ["max_epochs", "num_epochs", "n_epochs", "total_epochs"],
    "best_epoch": ["best_epoch", "epoch_best", "best_loss_epoch"],
    "step": ["global_step", "step", "iteration", "iters", "total_steps"],
    "accuracy": ["accuracy", "val_acc", "acc", "test_accuracy"],
    "monitored": ["best_score", "best_fitness", "best_metric", "best_mae_error", "best_ppl"],
    "lr": ["lr", "learning_rate", "current_lr"],
    "": ["loss_scale", "loss_weight", "steps_per_epoch", "epochs_without_improvement", "warmup_steps", "lr_decay",
         "hidden_size", "max_lr", "num_steps", "loss_fn", "best_train_loss", "save_every_epochs", "width"],
}  # fmt: skip


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, names in NAMES.items() for name in names])
def test_names_are_known_by_their_words(role: str, name: str) -> None:
    assert role_of(words_of(name)) == role


def test_every_part_of_a_training_checkpoint_is_found(tmp_path: Path) -> None:
    model = network()
    optimizer = stepped(model, torch.optim.AdamW(model.parameters(), weight_decay=0.1))
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    found = roles(
        opened(
            tmp_path,
            {
                "epoch": 4,
                "model": model.state_dict(),
                "ema_state_dict": model.state_dict(),
                "optim": optimizer.state_dict(),
                "lr_scheduler": scheduler.state_dict(),
                "scaler": {"scale": 65536.0, "growth_factor": 2.0, "_growth_tracker": 0},
                "rng_state": torch.get_rng_state(),
                "best_acc1": torch.tensor(76.1),
                "args": argparse.Namespace(lr=0.1),
                "class_to_idx": {"cat": 1, "dog": 0},
                "train_losses": [0.5, 0.3],
            },
        )
    )
    assert found == {
        "model": "weights", "ema_state_dict": "ema", "optim": "optimizer", "lr_scheduler": "scheduler",
        "scaler": "scaler", "rng_state": "rng", "best_acc1": "best_accuracy", "args": "arguments",
        "class_to_idx": "classes", "train_losses": "history", "epoch": "epoch",
    }  # fmt: skip


def test_lightnings_lists_are_looked_into(tmp_path: Path) -> None:
    held = trained()
    model = network()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    checkpoint = opened(
        tmp_path,
        {
            "epoch": 1,
            "global_step": 20,
            "pytorch-lightning_version": "2.4.0",
            "state_dict": {f"model.{key}": value for key, value in held["state_dict"].items()},
            "optimizer_states": [held["optimizer"]],
            "lr_schedulers": [scheduler.state_dict()],
            "hyper_parameters": {"lr": 0.1},
        },
    )
    found = roles(checkpoint)
    assert found["optimizer_states.0"] == "optimizer"
    assert found["lr_schedulers.0"] == "scheduler"
    assert found["hyper_parameters"] == "arguments"
    assert found["global_step"] == "step"
    assert keys_to(checkpoint.root, "optimizer_states.0") == ("optimizer_states", 0)


def test_what_is_nested_is_found_two_levels_deep(tmp_path: Path) -> None:
    found = roles(
        opened(
            tmp_path,
            {
                **trained(),
                "trainer_state": {"epoch": 3, "metrics": {"val_loss": 0.2}},
                "history": {"val_loss": [0.4, 0.2], "lr": [0.1, 0.1]},
                "losses": {"train": [1.0, 0.5], "val": [2.0, 1.0]},
            },
        )
    )
    assert found["trainer_state.epoch"] == "epoch"
    assert found["trainer_state.metrics.val_loss"] == "valid_loss"
    assert found["history.val_loss"] == found["losses.train"] == found["losses.val"] == "history"


def test_weights_and_states_are_not_taken_for_fields(tmp_path: Path) -> None:
    held = trained()
    state = {**held["state_dict"], "epoch": torch.tensor(3), "loss.weight": torch.ones(3)}
    found = roles(opened(tmp_path, {**held, "state_dict": state}))
    assert found == {"state_dict": "weights", "optimizer": "optimizer"}
    assert roles(opened(tmp_path, held["state_dict"])) == {"": "weights"}


def test_a_file_says_in_words_what_it_has(samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "fashion_classifier.pt")
    assert field_of(checkpoint, "optimizer").text == "Adam with 10 states, step 240"
    assert field_of(checkpoint, "weights").text == "10 tensors, 575,050 numbers"
    checkpoint = open_checkpoint(samples / "checkpoint_epoch4.pth")
    assert field_of(checkpoint, "optimizer").text == "SGD with momentum 0.9 and 8 states"
    assert field_of(checkpoint, "scheduler").text == "stepped 5 times"


@pytest.mark.parametrize(
    ("held", "names"),
    [
        (["shirt", "shoe", "bag"], ("shirt", "shoe", "bag")),
        ({"shoe": 1, "shirt": 0, "bag": 2}, ("shirt", "shoe", "bag")),
        ({1: "shoe", 0: "shirt", 2: "bag"}, ("shirt", "shoe", "bag")),
    ],
)
def test_class_names_come_in_the_order_of_their_labels(tmp_path: Path, held: Any, names: tuple[str, ...]) -> None:
    name = "classes" if isinstance(held, list) else "class_to_idx"
    assert field_of(opened(tmp_path, {**trained(), name: held}), "classes").value == names


def test_numbers_of_every_kind_are_numbers(tmp_path: Path) -> None:
    checkpoint = opened(
        tmp_path,
        {
            **trained(),
            "epoch": torch.tensor(3),
            "best_loss": np.float64(0.25),
            "val_loss": torch.tensor([0.5]),
            "train_losses": torch.tensor([0.5, 0.25]),
            "val_losses": [torch.tensor(0.75), torch.tensor(0.5)],
            "best_acc": True,
            "global_step": 10**400,
        },
    )
    values = {field.key: field.value for field in fields(checkpoint)}
    assert values["epoch"] == 3
    assert values["best_loss"] == 0.25
    assert values["val_loss"] == 0.5
    assert values["train_losses"] == (0.5, 0.25)
    assert values["val_losses"] == (0.75, 0.5)
    assert "best_acc" not in values  # a truth is no accuracy
    assert "global_step" not in values  # nor can anything be done with a number like that


def test_a_damaged_value_is_no_field(tmp_path: Path) -> None:
    torch.save({**trained(), "val_losses": torch.arange(5000.0)}, tmp_path / "whole.pt")
    data = (tmp_path / "whole.pt").read_bytes()
    (tmp_path / "cut.pt").write_bytes(data[: len(data) * 2 // 3])
    checkpoint = open_checkpoint(tmp_path / "cut.pt")
    assert checkpoint.damage
    assert "val_losses" not in roles(checkpoint)


def test_keys_lead_to_what_they_name(tmp_path: Path) -> None:
    root = opened(tmp_path, {"a.b": {"c": 1}, "a": {"b": 2}, "list": [{"x": 3}], 4: {"y": 5}}).root
    assert entry_at(root, "a.b.c").value == 1  # type: ignore[union-attr]
    assert keys_to(root, "a.b.c") == ("a.b", "c")
    assert keys_to(root, "list.0.x") == ("list", 0, "x")
    assert keys_to(root, "4.y") is None  # whether the key is a number or a text, the tree does not say
    assert keys_to(root, "nothing") is None
    assert keys_to(root, "") == ()
