"""Which epoch is next: told by whatever counts by itself, and else assumed as the tutorials have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.checkpoint.reading import open_checkpoint
from inspector.runs.resume import Resume, resume_of
from tests.runs.written_files import network, opened, trained


def resumed(folder: Path, holds: dict[str, Any], name: str = "file.pt") -> Resume:
    return resume_of(opened(folder, holds, name))


def scheduled(steps: int) -> dict[str, Any]:
    optimizer = torch.optim.SGD(network().parameters(), 0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 2)
    for _ in range(steps):
        optimizer.step()
        scheduler.step()
    return scheduler.state_dict()


@pytest.mark.parametrize("steps", [1, 3, 9, 24, 2814])
def test_the_tutorial_goes_on_with_epoch_4_after_1_to_3(tmp_path: Path, steps: int) -> None:
    held = trained(1, epoch=4, valid_loss_min=0.000040)
    for state in held["optimizer"]["state"].values():
        state["step"] = torch.tensor(float(steps))
    resume = resumed(tmp_path, held)
    assert (resume.epoch, resume.best) == (4, 0.000040)


def test_a_number_alone_is_the_next_epoch_and_that_is_assumed(tmp_path: Path) -> None:
    resume = resumed(tmp_path, {"epoch": 4, "state_dict": network().state_dict()})
    assert resume.epoch == 4
    assert not resume.epoch_is_sure
    assert "taken for the next" in resume.epoch_because


def test_epoch_0_that_nothing_speaks_of_is_the_first(tmp_path: Path) -> None:
    assert resumed(tmp_path, {"epoch": 0, "state_dict": network().state_dict()}).epoch == 1


@pytest.mark.parametrize(("stored", "stepped", "following"), [(4, 3, 4), (4, 4, 5), (4, 5, 6), (0, 1, 2)])
def test_a_scheduler_counts_the_epochs(tmp_path: Path, stored: int, stepped: int, following: int) -> None:
    resume = resumed(tmp_path, {**trained(7), "epoch": stored, "lr_sched": scheduled(stepped)})
    assert resume.epoch == following
    assert resume.epoch_is_sure
    assert "the scheduler was stepped" in resume.epoch_because


def test_a_scheduler_that_is_stepped_after_batches_counts_no_epochs(tmp_path: Path) -> None:
    resume = resumed(tmp_path, {"epoch": 4, "state_dict": network().state_dict(), "scheduler": scheduled(300)})
    assert resume.epoch == 4


def test_the_losses_that_are_kept_count_the_epochs(tmp_path: Path) -> None:
    held = {"epoch": 4, "state_dict": network().state_dict(), "val_losses": [0.5, 0.4, 0.3, 0.3, 0.2]}
    resume = resumed(tmp_path, held)
    assert (resume.epoch, resume.epoch_is_sure) == (6, True)
    assert "`val_losses` has 5 values" in resume.epoch_because


def test_losses_of_batches_count_no_epochs(tmp_path: Path) -> None:
    held = {"epoch": 4, "state_dict": network().state_dict(), "losses": [0.5] * 400}
    assert resumed(tmp_path, held).epoch == 4


def test_lightning_counts_from_0_and_saves_when_an_epoch_is_over(tmp_path: Path) -> None:
    held = {"epoch": 2, "pytorch-lightning_version": "2.4.0", "state_dict": network().state_dict()}
    assert resumed(tmp_path, held).epoch == 4
    loops = {"fit_loop": {"epoch_loop.batch_progress": {"is_last_batch": False}}}
    assert resumed(tmp_path, {**held, "loops": loops}).epoch == 3


def test_the_name_of_the_file_says_which_epoch_is_done(tmp_path: Path) -> None:
    held = {"epoch": 4, "state_dict": network().state_dict()}
    assert resumed(tmp_path, held, "net_epoch4.pth").epoch == 5
    assert resumed(tmp_path, held, "net_epoch3.pth").epoch == 4
    assert resumed(tmp_path, held, "net_epoch17.pth").epoch == 4
    opened(tmp_path, held, "net_epoch0.pth")
    resume = resumed(tmp_path, held, "net_epoch4.pth")
    assert (resume.epoch, resume.epoch_is_sure) == (6, True)
    assert "beside one of epoch 0" in resume.epoch_because


@pytest.mark.parametrize(
    ("stored", "steps", "following", "sure"),
    [(7, 7 * 11, 8, True), (7, 6 * 11, 7, True), (7, 8 * 11, 9, True), (7, 13, 7, False), (3, 240, 4, False)],
)
def test_steps_are_divided_among_epochs(tmp_path: Path, stored: int, steps: int, following: int, sure: bool) -> None:
    held = trained(1, epoch=stored)
    for state in held["optimizer"]["state"].values():
        state["step"] = torch.tensor(float(steps))
    resume = resumed(tmp_path, held)
    assert (resume.epoch, resume.epoch_is_sure) == (following, sure)


@pytest.mark.parametrize(
    ("name", "following"),
    [("start_epoch", 4), ("next_epoch", 4), ("last_epoch", 5), ("epochs_trained", 5), ("epochs", 5), ("cur_epoch", 4)],
)
def test_a_name_may_say_what_is_counted(tmp_path: Path, name: str, following: int) -> None:
    assert resumed(tmp_path, {name: 4, "state_dict": network().state_dict()}).epoch == following


def test_an_epoch_counts_before_the_epochs_that_may_be_planned(tmp_path: Path) -> None:
    held = {"epochs": 90, "epoch": 4, "state_dict": network().state_dict()}
    assert resumed(tmp_path, held).used["epoch"].key == "epoch"


def test_without_a_number_losses_and_the_name_are_asked(tmp_path: Path) -> None:
    state = network().state_dict()
    assert resumed(tmp_path, {"state_dict": state}).epoch == 1
    assert resumed(tmp_path, {"state_dict": state, "val_losses": [0.5, 0.4, 0.3]}).epoch == 4
    assert resumed(tmp_path, {"state_dict": state}, "net-ep012.pth").epoch == 13


@pytest.mark.parametrize("stored", [-3, 10**15, float("nan"), float("inf")])
def test_a_number_that_cannot_be_does_no_harm(tmp_path: Path, stored: float) -> None:
    assert 1 <= resumed(tmp_path, {"epoch": stored, "state_dict": network().state_dict()}).epoch <= 10**8


@pytest.mark.parametrize(
    ("name", "following"),
    [("checkpoint_epoch0.pth", 2), ("checkpoint_epoch2.pth", 4), ("checkpoint_epoch4.pth", 6),
     ("fashion_classifier.pt", 4), ("linear_training.pt", 97), ("resnet_plain.pth", 1)],
)  # fmt: skip
def test_samples_go_on_where_they_stopped(samples: Path, name: str, following: int) -> None:
    resume = resume_of(open_checkpoint(samples / name))
    assert resume.epoch == following
    assert resume.epoch_because
