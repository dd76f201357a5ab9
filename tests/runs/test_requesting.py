"""What a run is asked for when nobody says anything, and when somebody does."""

from __future__ import annotations

import argparse
from pathlib import Path

from inspector.checkpoint.reading import open_checkpoint
from inspector.runs import requesting
from inspector.runs.requesting import Choices, choices_of, data_of, train_request
from inspector.runs.resume import resume_of
from inspector.workshop.requests import ModelSource
from inspector.workshop.run_requests import Chosen, DataSource, Start
from tests.runs.written_files import network, opened, trained

SOURCE = ModelSource("file", "nets.py", "Net")


def choices(folder: Path, **holds: object) -> Choices:
    checkpoint = opened(folder, {**trained(), **holds})
    return choices_of(checkpoint, resume_of(checkpoint))


def test_the_newcomers_sample_needs_nothing_to_be_typed(samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "fashion_classifier.pt")
    resume = resume_of(checkpoint)
    found = choices_of(checkpoint, resume)
    assert (found.data, found.more_epochs, found.batch_size) == (DataSource(), 3, 64)
    assert (found.optimizer.name, found.criterion, found.name) == ("Adam", "CrossEntropyLoss", "fashion_classifier")
    start = Start(checkpoint.path, ("state_dict",), ("optimizer",), epoch=resume.epoch, best=resume.best)
    asked = train_request(SOURCE, {}, start, found, resume)
    assert (asked.start, asked.epochs) == (start, 6)
    assert (asked.expected, asked.expected_is) == (resume.best, "valid_loss")


def test_what_the_script_was_told_is_taken_over(tmp_path: Path) -> None:
    assert choices(tmp_path, args=argparse.Namespace(batch_size=32)).batch_size == 32
    assert choices(tmp_path, args={"train": {"bs": 48}}).batch_size == 48
    assert choices(tmp_path, config={"criterion": "mse"}).criterion == "MSELoss"


def test_what_no_run_could_have_had_is_not_taken_over(tmp_path: Path) -> None:
    for size in (0, -3, "many", 2.5, 10**12, None):
        assert choices(tmp_path, args={"batch_size": size}).batch_size == 64


def test_the_epochs_of_a_script_are_not_its_end(tmp_path: Path) -> None:
    """It was resumed to train more, perhaps beyond what was planned once."""
    assert choices(tmp_path, epoch=3, args={"epochs": 90}).more_epochs == 3


def test_a_run_without_a_file_begins_at_1() -> None:
    asked = train_request(SOURCE, {"width": 3}, None, Choices(more_epochs=4, folder="out"))
    assert (asked.start, asked.epochs, asked.expected) == (None, 4, None)
    assert asked.arguments == {"width": 3}


def test_an_optimizer_that_nobody_knows_begins_anew_as_adam(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, network().state_dict())
    assert choices_of(checkpoint, resume_of(checkpoint)).optimizer == Chosen("Adam")


def test_a_state_goes_to_an_optimizer_of_its_class_only(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, trained())
    resume = resume_of(checkpoint)
    found = choices_of(checkpoint, resume)
    start = Start(checkpoint.path, ("state_dict",), ("optimizer",))
    assert requesting.fitting_start(start, checkpoint, resume, found).optimizer == ("optimizer",)
    slower = found._replace(optimizer=Chosen("Adam", {"lr": 1e-5}))
    assert requesting.fitting_start(start, checkpoint, resume, slower).optimizer == ("optimizer",)
    other = found._replace(optimizer=Chosen("SGD", {"lr": 0.1}))
    assert requesting.fitting_start(start, checkpoint, resume, other).optimizer is None
    asked = train_request(SOURCE, {}, start, other, resume)
    assert requesting.fitting_start(start, checkpoint, resume, asked).optimizer is None


def test_a_scheduler_whose_settings_were_changed_begins_anew(samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "checkpoint_epoch4.pth")
    resume = resume_of(checkpoint)
    found = choices_of(checkpoint, resume)
    start = Start(checkpoint.path, ("model_state_dict",), ("optimizer_state_dict",), ("scheduler_state_dict",))
    assert requesting.fitting_start(start, checkpoint, resume, found) == start
    for other in (Chosen("StepLR", {"step_size": 5, "gamma": 0.5}), Chosen("ExponentialLR", {"gamma": 0.5}), None):
        asked = found._replace(scheduler=other)
        assert requesting.fitting_start(start, checkpoint, resume, asked) == start._replace(scheduler=None)
    more = found._replace(scheduler=Chosen("StepLR", {"step_size": 2, "gamma": 0.5, "verbose": False}))
    assert requesting.fitting_start(start, checkpoint, resume, more) == start


def test_tests_are_asked_for_with_the_same_data(tmp_path: Path) -> None:
    found = choices(tmp_path)._replace(data=DataSource("images", "/pictures"), device="cpu")
    starts = [Start("a.pt"), Start("b.pt")]
    asked = requesting.test_request(SOURCE, {}, starts, found, split="validation")
    assert (asked.starts, asked.data, asked.split, asked.device) == (tuple(starts), found.data, "validation", "cpu")
    assert asked.criterion == found.criterion


def test_data_of_a_file_is_fetched_only_when_somebody_is_asked_again() -> None:
    stored = {"kind": "torchvision", "name": "MNIST", "path": "/data", "transforms": ["ToTensor()"], "download": True}
    assert data_of(stored) == DataSource("torchvision", "/data", "MNIST", transforms=("ToTensor()",))
    assert data_of({"kind": "shapes", "transforms": None, "unknown": 3}) == DataSource()
