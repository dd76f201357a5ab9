"""The list before a start says of everything where it was found, or what is done instead."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
import torch
from torch import nn

from inspector.checkpoint.entries import Checkpoint
from inspector.checkpoint.reading import open_checkpoint
from inspector.runs.preflight import Need, preflight
from inspector.runs.resume import resume_of
from tests.runs.written_files import network, opened, trained


def needs(checkpoint: Checkpoint, corrections: dict[str, object] | None = None) -> dict[str, Need]:
    return {need.role: need for need in preflight(checkpoint, resume_of(checkpoint, corrections or {}))}


def test_every_line_has_something_to_say(samples: Path) -> None:
    for name in ("fashion_classifier.pt", "checkpoint_epoch4.pth", "resnet_plain.pth", "whole_module.pth"):
        listed = preflight(checkpoint := open_checkpoint(samples / name), resume_of(checkpoint))
        assert [need.role for need in listed] == [
            "weights", "optimizer", "scheduler", "epoch", "best", "rng", "scaler", "history", "classes", "arguments",
        ]  # fmt: skip
        for need in listed:
            assert need.state in ("ok", "assumed", "warning", "missing")
            assert need.title
            assert need.found or need.assumed
            assert need.assumed == "" or need.assumed.endswith(".")


def test_the_sample_ticks_what_it_has(samples: Path) -> None:
    listed = needs(open_checkpoint(samples / "fashion_classifier.pt"))
    assert listed["weights"].found == "10 tensors, 575,050 numbers in `state_dict`"
    assert listed["optimizer"].found == "Adam with 10 states, step 240 in `optimizer`, learning rate 0.001"
    assert listed["epoch"].found == "Epoch 4 is next"
    assert listed["best"].found == "0.115395 in `valid_loss_min`"
    assert {role for role, need in listed.items() if need.state == "ok"} == {"weights", "optimizer", "best"}
    assert listed["scheduler"].assumed == "The learning rate stays at 0.001."
    assert "begin with a seed" in listed["rng"].assumed


def test_a_run_with_everything_ticks_everything_but_what_only_its_script_knows(samples: Path) -> None:
    listed = needs(open_checkpoint(samples / "checkpoint_epoch4.pth"))
    assert listed["scheduler"].found.startswith("StepLR(step_size=2, gamma=0.5), stepped 5 times")
    assert listed["epoch"].state == "ok"
    assert "5 epochs are done, counted from 0" in listed["epoch"].assumed
    assert listed["best"].state == "assumed"
    assert listed["best"].found == "0.109606 in `valid_loss`"
    assert "the last one counts" in listed["best"].assumed
    assert "batch_size 50" in listed["arguments"].found


def test_the_lowest_of_a_curve_is_the_best(tmp_path: Path) -> None:
    need = needs(opened(tmp_path, {**trained(), "val_losses": [0.5, 0.25, 0.3]}))["best"]
    assert (need.state, need.found) == ("assumed", "0.25 in `val_losses`")
    assert "the lowest that is stored" in need.assumed


def test_weights_alone_begin_everything_else_anew(tmp_path: Path) -> None:
    listed = needs(opened(tmp_path, network().state_dict()))
    assert listed["weights"].state == "ok"
    assert {need.state for role, need in listed.items() if role != "weights"} == {"assumed"}
    assert "A fresh Adam begins" in listed["optimizer"].assumed


def test_arguments_say_which_optimizer_begins_anew(tmp_path: Path) -> None:
    held = {"state_dict": network().state_dict(), "args": argparse.Namespace(optimizer="sgd", lr=0.1)}
    need = needs(opened(tmp_path, held))["optimizer"]
    assert "A fresh SGD begins" in need.assumed
    assert "The arguments of the file say sgd." in need.assumed


def test_a_file_without_weights_begins_nothing(tmp_path: Path) -> None:
    assert needs(opened(tmp_path, {"epoch": 3}))["weights"].state == "missing"


def test_a_prefix_that_is_taken_off_is_said(samples: Path) -> None:
    need = needs(open_checkpoint(samples / "resnet_module_prefix.pth"))["weights"]
    assert need.assumed == "All keys begin with `module.`, which is taken off."


def test_damage_is_said_first(samples: Path) -> None:
    need = needs(open_checkpoint(samples / "truncated.pth"))["weights"]
    assert need.state == "warning"
    assert "24 of 38 tensors are whole" in need.assumed


def test_states_that_cannot_go_on_are_warned_of(tmp_path: Path) -> None:
    model = network()
    optimizer = torch.optim.LBFGS(model.parameters())
    plain = torch.optim.SGD(model.parameters(), 0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(plain, lambda epoch: 1.0)
    held = {"optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict()}
    listed = needs(opened(tmp_path, {"state_dict": model.state_dict(), **held}))
    assert listed["optimizer"].state == listed["scheduler"].state == "warning"
    assert "LBFGS" in listed["optimizer"].assumed
    assert "a function that the file does not have" in listed["scheduler"].assumed


def test_only_averaged_weights_are_said_to_be_so(tmp_path: Path) -> None:
    assert "averaged" in needs(opened(tmp_path, {"epoch": 1, "ema": network().state_dict()}))["weights"].assumed


@pytest.mark.parametrize("role", ["weights", "optimizer", "epoch", "best"])
def test_what_may_be_meant_instead_can_be_chosen_and_is_taken(tmp_path: Path, role: str) -> None:
    model = nn.ModuleDict({"g": network(), "d": network()})
    states = {name: model[name].state_dict() for name in model}
    optimizers = {f"optim_{name}": torch.optim.SGD(model[name].parameters(), 0.1).state_dict() for name in model}
    held = {**states, **optimizers}
    checkpoint = opened(tmp_path, {**held, "epoch": 3, "start_epoch": 5, "best_loss": 0.5, "best_val_loss": 0.25})
    need = needs(checkpoint)[role]
    assert len(need.choices) > 1
    for field in need.choices:
        corrected = resume_of(checkpoint, {role: field.key})
        assert role in corrected.corrected
        assert corrected.used[role].key == field.key
        assert needs(checkpoint, {role: field.key})[role].state in ("ok", "assumed")


def test_what_a_person_says_is_said_to_be_theirs(tmp_path: Path) -> None:
    listed = needs(opened(tmp_path, {"epoch": 4, **trained()}), {"epoch": 9, "best": 0.25, "optimizer": None})
    assert (listed["epoch"].found, listed["epoch"].assumed) == ("Epoch 9 is next", "You said that epoch 9 is next.")
    assert (listed["best"].found, listed["best"].assumed) == ("0.25", "You said so.")
    assert listed["optimizer"].state == "assumed"


def test_generators_of_other_scripts_are_not_taken(tmp_path: Path) -> None:
    need = needs(opened(tmp_path, {**trained(), "rng_state": torch.get_rng_state()}))["rng"]
    assert need.state == "assumed"
    assert need.found.endswith("in `rng_state`")
