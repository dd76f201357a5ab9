"""A training checkpoint that torch wrote, and the panel that converts it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.converting.open_conversion import Doing
from inspector.gui.panels.convert_panel import ConvertPanel

Convert = Callable[..., ConvertPanel]


@pytest.fixture
def training(tmp_path: Path) -> Path:
    """Weights and averaged weights with a prefix, the state of an optimizer, an epoch."""
    torch.manual_seed(0)
    weights = {f"module.layer{number}.weight": torch.randn(16, 8) for number in range(3)}
    weights["module.scale"] = torch.tensor([1e5, 2.0])
    averaged = {key: value * 0.5 for key, value in weights.items()}
    state = {number: {"exp_avg": torch.randn(16, 8)} for number in range(3)}
    path = tmp_path / "best.pth"
    torch.save(
        {"epoch": 3, "state_dict": weights, "ema": averaged, "optimizer": {"state": state, "param_groups": []}}, path
    )
    return path


@pytest.fixture
def convert(qtbot: QtBot, inspector: Application) -> Convert:
    """Opens the panel for a file, and waits until what would come of it is known."""

    def open_and_wait(path: Path, **how: bool) -> ConvertPanel:
        inspector.session.convert(str(path), **how)
        panel = inspector.window.panel()
        assert isinstance(panel, ConvertPanel)
        settle(qtbot, panel)
        return panel

    return open_and_wait


def settle(qtbot: QtBot, panel: ConvertPanel) -> None:
    """Waits until nothing runs in the panel."""
    page = panel.conversion
    qtbot.waitUntil(lambda: page.error is not None or (page.wish is not None and page.doing is Doing.NOTHING))
