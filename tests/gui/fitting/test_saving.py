"""The mended checkpoint is written as a new file that torch loads; never over another without being told twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.fitting.saving import SAFETENSORS, WEIGHTS, WHOLE
from inspector.gui.panels.fit_panel import FitPanel

Fit = Callable[..., FitPanel]


@pytest.fixture
def mended(qtbot: QtBot, fit: Fit, samples: Path, tmp_path: Path) -> FitPanel:
    """A checkpoint whose prefix is taken off, held against the same network without it. No child is needed."""
    state = torch.load(samples / "resnet_module_prefix.pth", weights_only=True)
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "a.pth")
    shutil.copy(samples / "resnet_plain.pth", tmp_path / "b.pth")
    panel = fit(tmp_path / "a.pth", str(tmp_path / "b.pth"))
    qtbot.waitUntil(lambda: panel.fit.case.outcome is not None and not panel.fit.is_busy)
    with qtbot.waitSignal(panel.fit.case.mended):
        panel.fit.case.tick_all()
    return panel


def written(qtbot: QtBot, panel: FitPanel) -> str:
    qtbot.waitUntil(lambda: bool(panel.saving.done.sentence or panel.saving.problem.sentence))
    return panel.saving.done.sentence


def test_the_whole_checkpoint_with_its_weights_mended(
    qtbot: QtBot, inspector: Application, mended: FitPanel, samples: Path, tmp_path: Path
) -> None:
    path = tmp_path / "a.mended.pth"
    mended.saving.save(str(path), WHOLE)
    assert "equal bit by bit" in written(qtbot, mended)
    found = torch.load(path, weights_only=True)
    plain = torch.load(samples / "resnet_plain.pth", weights_only=True)
    assert found["epoch"] == 3
    assert list(found["state_dict"]) == list(plain)
    assert all(torch.equal(found["state_dict"][key], value) for key, value in plain.items())
    qtbot.mouseClick(mended.saving.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(inspector.session.files) == 1 and inspector.session.files[0].contents is not None)
    assert inspector.session.files[0].path == str(path)


@pytest.mark.parametrize(("form", "name"), [(WEIGHTS, "w.pth"), (SAFETENSORS, "w.safetensors")])
def test_the_weights_alone(qtbot: QtBot, mended: FitPanel, tmp_path: Path, form: str, name: str) -> None:
    mended.saving.save(str(tmp_path / name), form)
    if mended.saving.question.sentence:
        qtbot.mouseClick(mended.saving.confirm, Qt.MouseButton.LeftButton)
    assert "38 tensors" in written(qtbot, mended)


def test_the_file_itself_is_replaced_only_when_told_twice(qtbot: QtBot, mended: FitPanel, tmp_path: Path) -> None:
    source = tmp_path / "a.pth"
    before = source.read_bytes()
    mended.saving.save(str(source), WHOLE)
    qtbot.waitUntil(lambda: bool(mended.saving.question.sentence))
    assert "the very file that is read" in mended.saving.question.sentence
    assert mended.saving.confirm.text() == "Repl&ace It"
    mended.saving._give_up()
    assert source.read_bytes() == before
    mended.saving.save(str(source), WHOLE)
    qtbot.waitUntil(lambda: bool(mended.saving.question.sentence))
    qtbot.mouseClick(mended.saving.confirm, Qt.MouseButton.LeftButton)
    assert written(qtbot, mended)
    assert "conv1.weight" in torch.load(source, weights_only=True)["state_dict"]


def test_what_cannot_be_written_is_said(qtbot: QtBot, mended: FitPanel, tmp_path: Path) -> None:
    mended.saving.save(str(tmp_path / "no" / "such" / "folder.pth"), WEIGHTS)
    qtbot.waitUntil(lambda: bool(mended.saving.problem.sentence))
    assert not mended.saving.is_busy
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".pth") == ["a.pth", "b.pth"]
