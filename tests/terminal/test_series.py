"""`inspector series`: a training as a table, as CSV and as one JSON object, and its exit codes."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest
import torch

from .running import Run

FILES = tuple(f"checkpoint_epoch{epoch}.pth" for epoch in (0, 2, 4))


def test_the_samples_are_a_training(run: Run) -> None:
    done = run("series", *FILES)
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("checkpoint_epoch*.pth  Ordered by the epoch")
    assert [line.split()[1] for line in lines[3:6]] == list(FILES)
    assert "★ best" in lines[5]
    assert "████████" in lines[4]
    assert "0 of 8" in lines[5]
    assert "· Epoch 4 has the lowest stored validation loss, 0.109606." in lines


def test_layers_are_lines_with_their_updates(run: Run) -> None:
    out = run("series", *FILES, "--layers").out
    (line,) = [line for line in out.splitlines() if line.startswith("fc ")]
    assert line.split()[1] in ("█▂", "█▁")


def test_one_object_has_all_figures(run: Run, samples: Path) -> None:
    record = run("series", *FILES, "--json", "--layers").record
    (training,) = record["trainings"]
    assert (training["axis"], record["left_out"]) == ("epoch", [])
    assert [Path(each["path"]).name for each in training["checkpoints"]] == list(FILES)
    assert [Path(path).name for path in training["to_test"]] == list(FILES)
    assert training["best"]["epoch"] == 4
    states = [torch.load(samples / name, weights_only=False)["model_state_dict"] for name in FILES]
    weights, biases = ([state[key].double() for state in states] for key in ("fc.weight", "fc.bias"))
    moved = torch.cat([(weights[2] - weights[1]).flatten(), biases[2] - biases[1]]).norm().item()
    assert training["checkpoints"][2]["layers"]["fc"]["update"] == pytest.approx(moved, rel=1e-6)
    assert training["checkpoints"][0]["figures"]["update"] == "NaN"


def test_a_table_for_other_programs(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("series", *FILES, "--csv").out)))
    assert [row["epoch"] for row in rows] == ["0.0", "2.0", "4.0"]
    assert rows[0]["update"] == ""
    assert float(rows[1]["relative"]) == pytest.approx(0.2238, abs=1e-4)
    layers = list(csv.DictReader(io.StringIO(run("series", *FILES, "--csv", "--layers").out)))
    assert [row["layer"] for row in layers] == ["conv1", "conv2", "bn", "fc"] * 3


def test_twins_are_told_and_what_stands_alone(run: Run, samples: Path, tmp_path: Path) -> None:
    for name in (*FILES, "linear.pth"):
        shutil.copyfile(samples / name, tmp_path / name)
    shutil.copyfile(samples / FILES[2], tmp_path / "latest.pth")
    (tmp_path / "page.pth").write_text("<html>")
    out = run("series", tmp_path).out
    assert "= latest.pth is checkpoint_epoch4.pth" in out
    assert "★ best, latest" in out
    assert "Alone, with keys or shapes of their own: linear.pth" in out
    assert "Left out: " in out


def test_what_could_not_be_measured_is_1(run: Run, samples: Path, tmp_path: Path) -> None:
    shutil.copyfile(samples / "resnet_plain.pth", tmp_path / "epoch1.pth")
    shutil.copyfile(samples / "truncated.pth", tmp_path / "epoch2.pth")
    done = run("series", tmp_path)
    assert done.code == 1
    assert "! without 14 tensors" in done.out


def test_nan_is_seen_in_the_table(run: Run, samples: Path, tmp_path: Path) -> None:
    shutil.copyfile(samples / "legacy.pth", tmp_path / "epoch1.pth")
    shutil.copyfile(samples / "nan.pth", tmp_path / "epoch2.pth")
    done = run("series", tmp_path)
    assert done.code == 0
    assert "! 74 not finite" in done.out
    assert "! NaN and infinities from epoch 2 on" in done.out


@pytest.mark.parametrize(
    "arguments",
    [("series", "nowhere.pth"), ("series", "README.md"), ("series", "linear.pth", "vit.pth")],
)
def test_what_is_no_training_is_2_and_a_sentence(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("inspector: ")


def test_a_single_checkpoint_is_a_row_and_what_lies_beside_it_is_told(run: Run, samples: Path, tmp_path: Path) -> None:
    shutil.copyfile(samples / FILES[0], tmp_path / FILES[0])
    done = run("series", tmp_path / FILES[0])
    assert (done.code, done.err) == (0, "")
    assert FILES[0] in done.out
    assert "Beside it" not in done.out
    assert run("series", tmp_path).out == done.out
    shutil.copyfile(samples / FILES[1], tmp_path / FILES[1])
    out = run("series", tmp_path / FILES[0]).out
    assert f"Beside it: 1 other checkpoint. To see all of them: inspector series {tmp_path}" in out
    assert len(run("series", tmp_path / FILES[0], "--json").record["trainings"][0]["checkpoints"]) == 1


def test_a_model_that_was_changed_half_way_is_told_of_on_both_sides(run: Run, tmp_path: Path) -> None:
    for epoch in range(1, 5):
        head = {"head.weight": torch.ones(3) * epoch, "head.bias": torch.ones(3)} if epoch > 2 else {}
        state = {"stem.weight": torch.ones(4) * epoch, **head}
        torch.save({"epoch": epoch, "state_dict": state}, tmp_path / f"epoch{epoch}.pth")
    out = run("series", tmp_path).out
    assert out.count("· From epoch 3 on there are 2 tensors more: `head.*`.") == 2


def test_a_terminal_without_blocks_gets_other_bars(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.terminal.series._has_blocks", lambda: False)
    out = run("series", *FILES, "--layers").out
    assert "########" in out
    assert "█" not in out
