"""The model that a run begins with when nobody chose one: what the file names, what lies beside it, or none."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot

from inspector.gui.fitting.open_fit import OpenFit
from inspector.gui.fitting.stages import Stage
from inspector.gui.jobs import wait_for_all
from inspector.gui.running.model_finding import choose_likeliest
from inspector.gui.settings import Settings

WAIT = 60_000
Opened = Callable[[Path], OpenFit]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Opened]:
    """A page that has read a file, and for which the likeliest model was chosen."""
    made: list[OpenFit] = []

    def open_and_wait(path: Path) -> OpenFit:
        fit = OpenFit(str(path), Settings(str(tmp_path / "settings")))
        made.append(fit)
        fit.open()
        qtbot.waitUntil(lambda: fit.checkpoint is not None, timeout=WAIT)
        choose_likeliest(fit)
        return fit

    yield open_and_wait
    for fit in made:
        fit.close()
    wait_for_all()


def run_of_ours(path: Path, model: dict[str, object]) -> Path:
    file = {
        "epoch": 2, "batch": 0, "state_dict": {"output.weight": torch.ones(2, 2)}, "sums": {"loss": 0.0, "samples": 0},
        "optimizer": {"state": {}, "param_groups": []}, "rng": {}, "history": {}, "arguments": {}, "model": model,
        "versions": {"checkpoint_inspector": "1"},
    }  # fmt: skip
    torch.save(file, path)
    return path


def test_a_run_of_ours_names_its_class_and_arguments(opened: Opened, tmp_path: Path, samples: Path) -> None:
    shutil.copy(samples / "networks.py", tmp_path / "elsewhere.py")
    text = f"{tmp_path / 'elsewhere.py'}:Network"
    fit = opened(run_of_ours(tmp_path / "a.pt", {"class": text, "arguments": {"input_size": 2, "output_size": 2}}))
    assert fit.chosen.choice is not None
    assert fit.chosen.choice.text == text
    assert fit.chosen.given == {"input_size": 2, "output_size": 2}
    assert fit.chosen.stage is Stage.ASKING_LEAVE, "whatever a file names, nothing of it is run unasked"


@pytest.mark.parametrize("named", ["/nowhere/nets.py:Net", "what:is this", "/tmp/whole.pth:", "", ":", "a.b-c:Net"])
def test_what_is_not_there_is_not_chosen(opened: Opened, tmp_path: Path, named: str) -> None:
    fit = opened(run_of_ours(tmp_path / "a.pt", {"class": named, "arguments": {}}))
    assert fit.chosen.choice is None
    assert fit.chosen.stage is Stage.EMPTY


def test_the_class_beside_the_file_is_chosen(opened: Opened, tmp_path: Path, samples: Path) -> None:
    for name in ("vit.pth", "networks.py"):
        shutil.copy(samples / name, tmp_path)
    fit = opened(tmp_path / "vit.pth")
    assert fit.chosen.choice is not None
    assert fit.chosen.choice.text == f"{tmp_path / 'networks.py'}:VisionTransformer"
    assert fit.chosen.stage is Stage.ASKING_LEAVE


def test_what_is_like_nothing_is_left_to_a_person(opened: Opened, tmp_path: Path, samples: Path) -> None:
    shutil.copy(samples / "linear.pth", tmp_path)
    assert opened(tmp_path / "linear.pth").chosen.choice is None


def test_what_was_chosen_stays(opened: Opened, tmp_path: Path, samples: Path) -> None:
    for name in ("vit.pth", "networks.py"):
        shutil.copy(samples / name, tmp_path)
    fit = opened(tmp_path / "vit.pth")
    fit.chosen.choose(str(tmp_path / "networks.py"))
    choose_likeliest(fit)
    assert fit.chosen.choice is not None
    assert fit.chosen.choice.text == str(tmp_path / "networks.py")
