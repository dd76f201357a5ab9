"""Where a run goes on, and what a person may say instead."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import pytest
import torch

from inspector.errors import InspectorError
from inspector.runs.arguments import setting
from inspector.runs.resume import resume_of
from tests.runs.written_files import network, opened, trained


def test_the_parts_are_found(tmp_path: Path) -> None:
    resume = resume_of(opened(tmp_path, {"epoch": 2, **trained(), "scaler": {"scale": 2.0}}))
    assert (resume.weights, resume.optimizer, resume.scheduler, resume.scaler) == (
        "state_dict",
        "optimizer",
        None,
        "scaler",
    )
    assert not resume.is_own


def test_a_plain_state_dict_is_its_own_weights(tmp_path: Path) -> None:
    assert resume_of(opened(tmp_path, network().state_dict())).weights == ""


def test_averaged_weights_are_taken_where_there_are_no_others(tmp_path: Path) -> None:
    state = network().state_dict()
    assert resume_of(opened(tmp_path, {"epoch": 1, "ema": state})).weights == "ema"
    assert resume_of(opened(tmp_path, {"epoch": 1, "ema": state, "model": state})).weights == "model"


def test_a_file_without_weights_has_none(tmp_path: Path) -> None:
    assert resume_of(opened(tmp_path, {"epoch": 3})).weights is None


@pytest.mark.parametrize(
    ("stored", "best"),
    [
        ({"valid_loss_min": 0.000040}, 0.000040),
        ({"best_loss": torch.tensor(0.25)}, 0.25),
        ({"best_acc1": 76.0}, None),  # higher is better: no loss
        ({"valid_loss_min": math.inf}, None),
        ({"val_loss": 0.5, "val_losses": [0.75, 0.25, 0.5]}, 0.25),
        ({"val_loss": 0.5}, 0.5),
        ({"train_loss": 0.5}, None),
        ({"best_loss": 0.25, "val_loss": 0.5}, 0.25),
    ],
)
def test_the_best_loss_goes_on_from_what_is_stored(
    tmp_path: Path, stored: dict[str, object], best: float | None
) -> None:
    assert resume_of(opened(tmp_path, {**trained(), **stored})).best == best


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ({"loss": 0.5, "val_loss": 0.25}, (0.5, "train_loss")),
        ({"train_losses": [0.5, 0.25], "val_loss": 0.125}, (0.25, "train_loss")),
        ({"val_loss": 0.25, "valid_loss_min": 0.125}, (0.25, "valid_loss")),
        ({"valid_loss_min": 0.125}, (0.125, "valid_loss")),
        ({"loss": math.nan}, (None, "valid_loss")),
    ],
)
def test_the_first_batches_are_held_against_the_last_loss(
    tmp_path: Path, stored: dict[str, object], expected: tuple[float | None, str]
) -> None:
    resume = resume_of(opened(tmp_path, {**trained(), **stored}))
    assert (resume.expected, resume.expected_is) == expected


def test_arguments_are_known_by_the_names_that_scripts_give_them(tmp_path: Path) -> None:
    args = argparse.Namespace(train={"learning_rate": 0.1, "bs": 32}, optim="sgd", widths=[3, 4])
    arguments = resume_of(opened(tmp_path, {**trained(), "args": args, "seed": 7})).arguments
    assert setting(arguments, "lr") == 0.1
    assert setting(arguments, "batch_size") == 32
    assert setting(arguments, "optimizer") == "sgd"
    assert setting(arguments, "clip") is None
    assert arguments["widths"] == [3, 4]
    assert arguments["seed"] == 7


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_value_takes_the_place_of_what_was_found(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, {"epoch": 4, "best_loss": 0.5, **trained()})
    resume = resume_of(checkpoint, {"epoch": 9, "best": 0.25, "batch": 3})
    assert (resume.epoch, resume.best, resume.batch) == (9, 0.25, 3)
    assert resume.epoch_is_sure
    assert resume.corrected == {"epoch", "best", "batch"}


def test_a_key_takes_the_place_of_what_was_found(tmp_path: Path) -> None:
    state = network().state_dict()
    held = {"epoch": 4, "model": state, "other": state, "stats": {"rounds": 7, "lowest": torch.tensor(0.125)}}
    checkpoint = opened(tmp_path, held)
    resume = resume_of(checkpoint, {"epoch": "stats.rounds", "best": "stats.lowest", "weights": "other"})
    assert (resume.epoch, resume.best, resume.weights) == (7, 0.125, "other")


def test_what_is_typed_may_be_a_number(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, {"epoch": 4, **trained()})
    resume = resume_of(checkpoint, {"epoch": "12", "best": "4e-05"})
    assert (resume.epoch, resume.best) == (12, 0.00004)


def test_a_part_may_be_left_out(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, {"epoch": 4, "best_loss": 0.5, **trained()})
    resume = resume_of(checkpoint, {"optimizer": None, "best": None})
    assert (resume.optimizer, resume.best) == (None, None)
    assert resume.weights == "state_dict"


@pytest.mark.parametrize(
    ("role", "said", "words"),
    [
        ("epoch", "nothing", "is not a number or the key of one"),
        ("epoch", 0, "cannot be"),
        ("epoch", 2.5, "cannot be"),
        ("batch", -1, "cannot be"),
        ("best", math.nan, "is not a number"),
        ("best", "state_dict", "is not a number"),
        ("optimizer", "optimiser", "is not the key of a part"),
        ("optimizer", 3, "is not the key of a part"),
        ("optimizer", "epoch", "is not the key of a part"),
        ("colour", "red", "is nothing that can be corrected"),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(tmp_path: Path, role: str, said: object, words: str) -> None:
    checkpoint = opened(tmp_path, {"epoch": 4, **trained()})
    with pytest.raises(InspectorError, match=words):
        resume_of(checkpoint, {role: said})


def test_a_refusal_names_what_the_file_has(tmp_path: Path) -> None:
    with pytest.raises(InspectorError) as refused:
        resume_of(opened(tmp_path, {"epoch": 4, **trained()}), {"optimizer": "optimiser"})
    assert "`optimizer`" in refused.value.hint
