"""What files have stored of their training, as curves over the epochs that they speak of."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path

import pytest

from inspector.progress import finish
from inspector.runs.driving import Run
from inspector.runs.requesting import Choices, train_request
from inspector.series.losses import Stored, reading
from inspector.series.members import STEP
from inspector.workshop.requests import parse_source
from inspector.workshop.run_requests import DataSource

from .making import Trained, names_of, save, training_in


def stored_in(folder: Path) -> Stored:
    return finish(reading(training_in(folder)))


def test_each_checkpoint_says_its_own(samples: Path) -> None:
    stored = stored_in(samples)
    assert [curve.measure for curve in stored.curves] == ["valid_loss", "train_loss", "accuracy", "lr"]
    assert [x for x, _ in stored.curve("valid_loss")] == [0, 2, 4]
    assert stored.curve("valid_loss")[0][1] == pytest.approx(1.445, abs=1e-3)
    assert [y for _, y in stored.curve("lr")] == [0.01, 0.005, 0.0025]
    assert stored.best is not None
    assert (stored.best.epoch, stored.best.measure, Path(stored.best.path).name) == (
        4,
        "valid_loss",
        "checkpoint_epoch4.pth",
    )
    assert "lowest stored validation loss" in stored.best.sentence


def test_a_history_inside_the_last_file_fills_the_gaps(tmp_path: Path) -> None:
    trained = Trained()
    losses: list[float] = []
    for epoch in range(4):
        losses.append([4.0, 1.0, 3.0, 2.0][epoch])
        holds = trained.epoch().holds(epoch, val_losses=list(losses))
        if epoch != 1:
            save(tmp_path, f"epoch{epoch}.pth", holds)
    stored = stored_in(tmp_path)
    assert stored.curve("valid_loss") == ((0, 4.0), (1, 1.0), (2, 3.0), (3, 2.0))
    assert stored.curves[0].from_history == {0, 1, 2, 3}
    assert stored.best is not None
    assert (stored.best.epoch, stored.best.path) == (1, "")


def test_epochs_are_counted_as_the_files_count(tmp_path: Path) -> None:
    trained = Trained()
    for epoch in (1, 2, 3):
        save(tmp_path, f"epoch{epoch}.pth", trained.epoch().holds(epoch, train_losses=[3.0, 2.0, 1.0][:epoch]))
    assert stored_in(tmp_path).curve("train_loss") == ((1, 3.0), (2, 2.0), (3, 1.0))


def test_percent_and_shares_are_one(tmp_path: Path) -> None:
    for epoch in range(2):
        save(tmp_path, f"epoch{epoch}.pth", Trained(epoch).holds(epoch, accuracy=50.0 + epoch))
    stored = stored_in(tmp_path)
    assert stored.curve("accuracy") == ((0, 0.5), (1, 0.51))
    assert stored.best is not None
    assert (stored.best.epoch, stored.best.measure) == (1, "accuracy")


def test_a_loss_that_is_no_number_is_kept(tmp_path: Path) -> None:
    for epoch in range(3):
        save(tmp_path, f"epoch{epoch}.pth", Trained(epoch).holds(epoch, loss=math.nan if epoch else 1.0))
    (first, second, _) = stored_in(tmp_path).curve("train_loss")
    assert first == (0, 1.0)
    assert math.isnan(second[1])


def test_a_name_says_the_best_where_nothing_else_does(tmp_path: Path) -> None:
    trained = Trained()
    for epoch in range(3):
        save(tmp_path, f"epoch{epoch}.pth", trained.epoch().model.state_dict())
    shutil.copyfile(tmp_path / "epoch1.pth", tmp_path / "best.pth")
    best = stored_in(tmp_path).best
    assert best is not None
    assert (best.epoch, best.measure, Path(best.path).name) == (1, "", "epoch1.pth")


def test_checkpoints_within_an_epoch_stand_at_their_steps(tmp_path: Path) -> None:
    trained = Trained()
    for epoch, step, loss in ((0, 10, 3.0), (0, 20, 1.0), (1, 30, 2.0)):
        holds = {
            "epoch": epoch,
            "global_step": step,
            "state_dict": trained.epoch().model.state_dict(),
            "val_loss": loss,
        }
        save(tmp_path, f"epoch={epoch}-step={step}.ckpt", holds)
    training = training_in(tmp_path)
    assert (training.axis, [member.at for member in training.drawn]) == (STEP, [10, 20, 30])
    best = finish(reading(training)).best
    assert best is not None
    assert (best.epoch, best.sentence) == (20, "Step 20 has the lowest stored validation loss, 1.")


def test_the_account_of_a_trainer_is_a_history(tmp_path: Path) -> None:
    trained = Trained()
    rows = [{"epoch": epoch / 2, "loss": 4.0 - epoch, "step": epoch} for epoch in range(1, 4)]
    for step in (1, 3):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        save(folder, "pytorch_model.bin", trained.epoch().model.state_dict())
        account = {"epoch": step / 2, "global_step": step, "log_history": rows[:step]}
        (folder / "trainer_state.json").write_text(json.dumps(account))
    assert stored_in(tmp_path).curve("train_loss") == ((0.5, 3.0), (1.0, 2.0), (1.5, 1.0))


CODE = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 6), nn.ReLU(), nn.Linear(6, 10))

    def forward(self, x):
        return self.layers(x)
"""


def test_a_run_of_our_own_is_read_with_its_history(tmp_path: Path) -> None:
    (tmp_path / "nets.py").write_text(CODE)
    choices = Choices(
        data=DataSource(size=80), folder=str(tmp_path / "run"), more_epochs=3, batch_size=16, name="net", save_every=1,
        device="cpu", threads=1, seed=7,
    )  # fmt: skip
    request = train_request(parse_source(f"{tmp_path / 'nets.py'}:Net"), {}, None, choices)
    finish(Run(request, in_process=True).words())
    training = training_in(tmp_path / "run")
    assert names_of(training) == ["net_epoch1.pth", "net_epoch2.pth", "net_epoch3.pth"]
    assert [member.at for member in training.drawn] == [1, 2, 3]
    assert {member.name for member in training.members if member.twin_of} == {"current_checkpoint.pt", "best_model.pt"}
    stored = finish(reading(training))
    assert [x for x, _ in stored.curve("train_loss")] == [1, 2, 3]
    assert [x for x, _ in stored.curve("valid_loss")] == [1, 2, 3]
    best = stored.best
    assert best is not None
    lowest = min(stored.curve("valid_loss"), key=lambda point: point[1])
    assert (best.epoch, best.value) == (lowest[0], pytest.approx(lowest[1]))
    assert "The run itself" in best.sentence
