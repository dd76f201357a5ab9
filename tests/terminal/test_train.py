"""`inspector train`: goes on from a file, says what people know, and stops when it is told to."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from .running import Done, Run

ROOT = Path(__file__).resolve().parent.parent.parent
NETS = """
from torch import nn

class Tiny(nn.Module):
    def __init__(self, width=4):
        super().__init__()
        self.fc = nn.Linear(4, width)
        self.out = nn.Linear(width, 3)

    def forward(self, x):
        return self.out(self.fc(x).relu())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A class, data that it can learn, and a checkpoint of it after three epochs."""
    random = np.random.default_rng(0)
    (tmp_path / "nets.py").write_text(NETS)
    x = random.normal(size=(96, 4)).astype(np.float32)
    np.savez(tmp_path / "data.npz", x_train=x, y_train=x[:, :3].argmax(1), x_test=x[:30], y_test=x[:30, :3].argmax(1))
    torch.manual_seed(0)
    model = torch.nn.ModuleDict({"fc": torch.nn.Linear(4, 4), "out": torch.nn.Linear(4, 3)})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    state = {"epoch": 4, "valid_loss_min": 0.00004, "state_dict": model.state_dict()}
    torch.save({**state, "optimizer": optimizer.state_dict()}, tmp_path / "tiny.pth")
    return tmp_path


@pytest.fixture
def train(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Trains in this process, in the folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    base = ("--model", "nets.py:Tiny", "--data", "data.npz", "--batch-size", "16", "--threads", "1", "--in-process")

    def train(*arguments: str | Path) -> Done:
        return run("train", *arguments, *base)

    return train


def words(done: Done) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def test_it_goes_on_at_the_next_epoch_with_the_best_loss_that_there_was(train: Run, folder: Path) -> None:
    done = train("tiny.pth", "--epochs", "2", "--folder", folder / "out")
    assert done.code == 0, done.err
    assert "Epochs 4 to 5 on" in done.out
    assert "Epoch: 4  Training Loss: " in done.out
    assert "Validation loss decreased" not in done.out, "nothing is better than 0.00004"
    saved = torch.load(folder / "out" / "current_checkpoint.pt", weights_only=True)
    assert (saved["epoch"], saved["valid_loss_min"]) == (6, 0.00004)


def test_a_better_loss_is_told_in_the_words_that_people_know(train: Run, folder: Path) -> None:
    done = train("tiny.pth", "--epochs", "2", "--set", "best=9", "--folder", folder / "out", "--save-every", "1")
    assert "Validation loss decreased (9.000000 --> " in done.out
    assert ").  Saving model ..." in done.out
    assert (folder / "out" / "best_model.pt").exists()
    kept = sorted(path.name for path in (folder / "out").glob("tiny_epoch*.pth"))
    assert kept == ["tiny_epoch4.pth", "tiny_epoch5.pth"]


def test_what_a_run_saved_names_everything_for_the_next(train: Run, run: Run, folder: Path) -> None:
    train("tiny.pth", "--epochs", "1", "--folder", folder / "out")
    done = run("train", folder / "out" / "current_checkpoint.pt", "--until", "6", "--in-process", "--json", "--trust")
    assert done.code == 0, done.err
    said = words(done)
    assert [word["epoch"] for word in said if word["word"] == "EpochEnd"] == [5, 6]
    assert said[-1]["word"] == "Trained"
    assert said[-1]["ended"] == "finished"
    assert Path(said[-1]["latest"]).parent == folder / "out", "it goes on in its own folder"


def test_code_that_a_file_names_is_not_run_unasked(train: Run, run: Run, folder: Path) -> None:
    train("tiny.pth", "--epochs", "1", "--folder", folder / "out")
    (folder / "nets.py").write_text(NETS + "\nopen('was_run', 'w')\n")
    done = run("train", folder / "out" / "current_checkpoint.pt", "--in-process")
    assert done.code == 2
    assert f"{folder / 'nets.py'}:Tiny" in done.err
    assert "--trust" in done.err
    assert not (folder / "was_run").exists()


def test_a_prefix_that_a_step_strips_never_reaches_what_is_saved(train: Run, folder: Path) -> None:
    state = torch.load(folder / "tiny.pth", weights_only=True)["state_dict"]
    torch.save({f"net.{key}": value for key, value in state.items()}, folder / "wrapped.pth")
    done = train("wrapped.pth", "--step", "strip-prefix net.", "--epochs", "1", "--folder", folder / "out")
    assert done.code == 0, done.err
    assert list(torch.load(folder / "out" / "current_checkpoint.pt", weights_only=True)["state_dict"]) == list(state)


def test_options_take_the_place_of_what_the_file_says(train: Run, folder: Path) -> None:
    options = ("--optimizer", "Adam", "--optimizer-option", "weight_decay=0.01", "--lr", "0.002", "--scheduler",
               "StepLR", "--scheduler-option", "step_size=1")  # fmt: skip
    done = train("tiny.pth", "--epochs", "2", *options, "--folder", folder / "out", "--json")
    assert done.code == 0, done.err
    assert [word["lr"] for word in words(done) if word["word"] == "EpochEnd"] == pytest.approx([0.002, 0.0002])
    group = torch.load(folder / "out" / "current_checkpoint.pt", weights_only=True)["optimizer"]["param_groups"][0]
    assert group["weight_decay"] == 0.01


def test_without_a_file_training_begins_anew(train: Run, folder: Path) -> None:
    done = train("--epochs", "1", "--arg", "width=6", "--folder", folder / "out", "--json")
    assert done.code == 0, done.err
    saved = torch.load(folder / "out" / "current_checkpoint.pt", weights_only=True)
    assert saved["state_dict"]["fc.weight"].shape == (6, 4)
    assert saved["epoch"] == 2


def test_a_loss_that_is_no_number_ends_the_run_with_one(train: Run, folder: Path) -> None:
    done = train("tiny.pth", "--epochs", "2", "--lr", "1e30", "--folder", folder / "out", "--json")
    assert done.code == 1
    assert words(done)[-1]["word"] == "Failure"
    assert words(done)[-1]["title"] == "The loss is not a number"
    assert "batch" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tiny.pth", "--until", "2"), "goes on with epoch 4"),
        (("nothing.pth",), "nothing.pth"),
        (("tiny.pth", "--set", "colour=red"), "colour"),
        (("tiny.pth", "--optimizer", "Adem"), "Adem"),
    ],
)
def test_what_cannot_begin_ends_with_two(train: Run, arguments: tuple[str, ...], said: str, folder: Path) -> None:
    done = train(*arguments, "--folder", folder / "out")
    assert done.code in (1, 2), done.err
    assert said in done.err


def test_a_model_that_nobody_names_is_looked_for_beside_the_file_and_not_run(run: Run, folder: Path) -> None:
    (folder / "nets.py").write_text(NETS + "\nopen('was_run', 'w')\n")
    done = run("train", folder / "tiny.pth", "--data", "shapes")
    assert done.code == 2
    assert f"--model {folder / 'nets.py'}:Tiny" in done.err
    assert not (folder / "was_run").exists()


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_saves_after_the_batch_and_twice_ends_at_once(folder: Path, times: int) -> None:
    command = [
        sys.executable, "-m", "inspector", "train", "tiny.pth", "--model", "nets.py:Tiny", "--data", "data.npz",
        "--batch-size", "1", "--epochs", "100000", "--threads", "1", "--folder", "out", "--json",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = iter(process.stdout)
        next(line for line in lines if '"EpochEnd"' in line)
        process.send_signal(signal.SIGINT)
        next(line for line in process.stderr if "Stopping" in line)
        if times == 2:
            process.send_signal(signal.SIGINT)
        rest = [json.loads(line) for line in lines]
        assert process.wait(60) == 130
    if times == 1:
        saved = torch.load(folder / "out" / "current_checkpoint.pt", weights_only=True)
        assert (rest[-1]["word"], rest[-1]["ended"]) == ("Trained", "stopped")
        assert (saved["epoch"], saved["batch"]) == (rest[-1]["epoch"], rest[-1]["batch"])


def test_a_run_of_a_sample_is_one_command(tmp_path: Path, samples: Path) -> None:
    for name in ("fashion_classifier.pt", "networks.py"):
        shutil.copy(samples / name, tmp_path)
    command = [
        sys.executable, "-m", "inspector", "train", "fashion_classifier.pt", "--model", "networks.py:FashionClassifier",
        "--epochs", "1", "--threads", "1",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert "Validation loss decreased (0.115395 --> 0.0" in done.stdout
    assert (tmp_path / "fashion_classifier_run" / "best_model.pt").exists()
