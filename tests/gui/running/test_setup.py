"""What is chosen before a run: filled from the file, changed by a person, never code that nobody was asked about."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pytestqt.qtbot import QtBot

from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import InspectorError
from inspector.gui.running.setup import CLEAR, Setup
from inspector.gui.running.setup_problems import is_file_name
from inspector.runs.requesting import Choices
from inspector.workshop.requests import ModelSource
from inspector.workshop.run_requests import Chosen, DataSource, Start

SOURCE = ModelSource("file", "networks.py", "Net")
Taken = Callable[[str], Setup]


@pytest.fixture
def taken(tmp_path: Path, samples: Path, qtbot: QtBot) -> Taken:
    """A setup that was filled from a copy of a sample."""

    def take(name: str) -> Setup:
        setup = Setup()
        shutil.copy(samples / name, tmp_path)
        setup.take(open_checkpoint(str(tmp_path / name)))
        return setup

    return take


def need(setup: Setup, role: str) -> str:
    return next(each.state for each in setup.needs if each.role == role)


def test_everything_is_set_by_itself(taken: Taken, tmp_path: Path) -> None:
    setup = taken("fashion_classifier.pt")
    assert setup.problems() == ()
    request = setup.train_request(SOURCE, {}, None)
    assert (setup.first_epoch, request.epochs) == (4, 6)
    assert request.optimizer.name == "Adam"
    assert request.optimizer.options["lr"] == setup.stored_rate == 0.001
    assert request.folder == str(tmp_path / "fashion_classifier_run")
    assert request.data == DataSource()
    assert request.expected == pytest.approx(0.115, abs=0.001)
    assert setup.keeps_optimizer
    test = setup.test_request(SOURCE, {}, (Start("a.pt"),))
    assert (test.split, test.criterion) == ("test", request.criterion)


def test_optimizer_and_scheduler_are_recognised(taken: Taken) -> None:
    setup = taken("checkpoint_epoch4.pth")
    assert (setup.optimizer.name, setup.found_optimizer and setup.found_optimizer.name) == ("SGD", "SGD")
    assert setup.scheduler is not None
    assert setup.scheduler.name == "StepLR"
    assert setup.keeps_optimizer
    assert setup.keeps_scheduler


def test_the_state_of_another_class_is_left_out_until_it_is_the_same_again(taken: Taken) -> None:
    setup = taken("checkpoint_epoch4.pth")
    found = setup.optimizer
    setup.optimizer = Chosen("AdamW")
    assert setup.resume is not None
    assert setup.resume.optimizer is None
    assert not setup.keeps_optimizer
    assert need(setup, "optimizer") == "assumed"
    assert setup.resume.scheduler is not None
    setup.scheduler = None
    assert setup.resume.scheduler is None
    setup.optimizer = found
    assert setup.keeps_optimizer
    assert need(setup, "optimizer") == "ok"


def test_a_state_that_is_left_out_leaves_its_settings(taken: Taken) -> None:
    setup = taken("checkpoint_epoch4.pth")
    before = setup.optimizer
    setup.correct("optimizer", None)
    assert not setup.keeps_optimizer
    assert setup.optimizer == before
    assert setup.found_optimizer is not None
    setup.correct("optimizer", CLEAR)
    assert setup.keeps_optimizer


def test_what_is_corrected_counts_and_what_was_chosen_stays(taken: Taken) -> None:
    setup = taken("fashion_classifier.pt")
    setup.set(batch_size=32, more_epochs=5)
    setup.correct("epoch", 7)
    assert (setup.first_epoch, setup.epochs, setup.batch_size) == (7, 11, 32)
    assert setup.train_request(SOURCE, {}, None).epochs == 11
    setup.correct("best", 0.5)
    assert setup.resume is not None
    assert setup.resume.best == 0.5
    setup.correct("epoch", CLEAR)
    assert (setup.first_epoch, setup.resume.best) == (4, 0.5)


def test_a_correction_that_makes_no_sense_changes_nothing(taken: Taken) -> None:
    setup = taken("fashion_classifier.pt")
    before = setup.resume
    for role, value in (("epoch", "nowhere"), ("epoch", 0), ("optimizer", "valid_loss_min"), ("nothing", 1)):
        with pytest.raises(InspectorError):
            setup.correct(role, value)
    assert (setup.resume, setup.corrections) == (before, {})


def test_it_tells_once_and_only_of_what_is_another(qtbot: QtBot, taken: Taken) -> None:
    setup = taken("fashion_classifier.pt")
    told: list[int] = []
    setup.changed.connect(lambda: told.append(setup.batch_size))
    setup.set(batch_size=64, more_epochs=3)
    assert told == []
    setup.set(batch_size=16, clip=1.0)
    setup.batch_size = 16
    assert told == [16]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": DataSource("torchvision")}, "Choose the data set"),
        ({"data": DataSource("images", "/nowhere/at/all")}, "there is no folder /nowhere/at/all"),
        ({"data": DataSource("images")}, "Choose the folder of images."),
        ({"data": DataSource("arrays", "/nowhere/data.npz")}, "there is no file /nowhere/data.npz"),
        ({"data": DataSource("function", "/nowhere/data.py", "sets")}, "there is no file /nowhere/data.py"),
        ({"criterion": "loss.txt:own"}, "The criterion: write file.py:function."),
        ({"folder": ""}, "Choose the folder that the run saves into."),
        ({"name": "../away"}, "is no name for files"),
    ],
)
def test_why_it_cannot_begin_is_said(taken: Taken, changes: dict[str, Any], words: str) -> None:
    setup = taken("fashion_classifier.pt")
    setup.set(**changes)
    (said,) = setup.problems()
    assert words in said


def test_a_folder_below_a_file_cannot_be_saved_into(taken: Taken, tmp_path: Path) -> None:
    setup = taken("fashion_classifier.pt")
    setup.folder = str(tmp_path / "fashion_classifier.pt" / "run")
    assert "is no folder" in setup.problems()[0]
    setup.folder = str(tmp_path / "not" / "there" / "yet")
    assert setup.problems() == ()


def test_what_was_mistyped_hinders_until_it_is_mended(taken: Taken) -> None:
    setup = taken("fashion_classifier.pt")
    setup.mistype("Clipping", "Clipping: This must be a number.")
    assert setup.problems() == ("Clipping: This must be a number.",)
    setup.mistype("Clipping", "")
    assert setup.problems() == ()


@pytest.mark.parametrize(
    ("name", "kind"), [("whole_module.pth", "module"), ("torchscript.pt", "torchscript"), ("linear.pth", None)]
)
def test_a_module_in_the_file_is_found_and_not_run_by_itself(taken: Taken, name: str, kind: str | None) -> None:
    setup = taken(name)
    found = setup.module_in_file
    assert (found.kind if found is not None else None) == kind
    assert setup.own_module is None


def test_torchscript_as_it_is_can_be_tested_and_not_trained(taken: Taken) -> None:
    setup = taken("torchscript.pt")
    setup.run_own_module(True)
    assert setup.own_module == setup.module_in_file
    assert "TorchScript" in setup.problems()[0]
    setup.run_own_module(False)
    assert setup.problems() == ()


def run_of_ours(path: Path, **arguments: object) -> Path:
    """A file as a run of this program saves it, with whatever it says of its arguments."""
    file = {
        "epoch": 3, "batch": 0, "state_dict": {"weight": torch.ones(2, 2)}, "sums": {"loss": 0.0, "samples": 0},
        "optimizer": {"state": {}, "param_groups": [{"lr": 0.5, "momentum": 0.0, "params": [0]}]},
        "rng": {"torch": torch.zeros(4, dtype=torch.uint8)}, "history": {"epoch": [1, 2], "train_loss": [0.5, 0.25]},
        "versions": {"checkpoint_inspector": "1"}, "arguments": {"epochs": 5, **arguments},
    }  # fmt: skip
    torch.save(file, path)
    return path


def test_a_run_of_ours_goes_on_until_its_planned_end(tmp_path: Path) -> None:
    setup = Setup()
    setup.take(open_checkpoint(str(run_of_ours(tmp_path / "a.pt", batch_size=16, seed=7))))
    assert (setup.first_epoch, setup.epochs, setup.batch_size, setup.seed) == (3, 5, 16, 7)


def test_code_that_a_file_names_is_not_taken_unasked(tmp_path: Path) -> None:
    """A file may say that it is ours, and anything else: what it names would be run before anybody looked."""
    data = {"kind": "function", "path": str(tmp_path / "evil.py"), "name": "run"}
    path = run_of_ours(tmp_path / "a.pt", data=data, criterion=f"{tmp_path / 'evil.py'}:loss", name="../../away")
    setup = Setup()
    setup.take(open_checkpoint(str(path)))
    assert setup.data == DataSource()
    assert setup.criterion == "CrossEntropyLoss"
    assert set(setup.unasked) == {"data", "criterion"}
    assert setup.name == Choices().name, "files lie where they should"
    setup.set(batch_size=8)
    setup.correct("epoch", 2)
    assert setup.data == DataSource()
    assert setup.criterion == "CrossEntropyLoss"
    setup.accept("data")
    assert setup.data == DataSource("function", str(tmp_path / "evil.py"), "run")
    setup.accept("criterion", is_wanted=False)
    assert setup.criterion == "CrossEntropyLoss"
    assert setup.unasked == {}


def test_what_was_chosen_stays_when_the_file_is_read_again(tmp_path: Path) -> None:
    path = run_of_ours(tmp_path / "a.pt")
    setup = Setup()
    setup.take(open_checkpoint(str(path)))
    setup.set(batch_size=8)
    setup.correct("epoch", 9)
    run_of_ours(path, batch_size=128, seed=3)
    setup.take(open_checkpoint(str(path)))
    assert (setup.batch_size, setup.seed, setup.first_epoch) == (8, 3, 9)


def test_code_is_not_taken_unasked_when_the_file_is_read_again(tmp_path: Path) -> None:
    path = run_of_ours(tmp_path / "a.pt")
    setup = Setup()
    setup.take(open_checkpoint(str(path)))
    data = {"kind": "function", "path": str(tmp_path / "evil.py"), "name": "run"}
    for is_new in (True, False):
        run_of_ours(path, data=data)
        setup.take(open_checkpoint(str(path)))
        assert ("data" in setup.unasked) == is_new
        setup.correct("epoch", 2)
        assert setup.data == DataSource()


@pytest.mark.parametrize(
    "said",
    [
        {"data": {"kind": "images", "path": 3}},
        {"data": {"kind": "nothing", "path": "/etc"}},
        {"data": {"kind": "shapes", "validation": "much"}},
        {"data": {"kind": "shapes", "seed": 10**30}},
        {"data": {"kind": ["shapes"]}},
        {"batch_size": -3},
        {"batch_size": 2**80},
        {"clip": -1.0},
        {"seed": -1},
        {"save_every": 10**12},
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_not_taken_from_a_file(tmp_path: Path, said: dict[str, Any]) -> None:
    setup = Setup()
    setup.take(open_checkpoint(str(run_of_ours(tmp_path / "a.pt", **said))))
    (name,) = said
    assert getattr(setup, name) == getattr(Choices(), name)


@pytest.mark.parametrize("name", ["", "a/b", "a\\b", "..", "a\0b", "x" * 101])
def test_names_that_lead_away_are_no_names(name: str) -> None:
    assert not is_file_name(name)
    assert is_file_name("resnet 18 (2)")
