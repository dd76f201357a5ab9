"""A file that is larger than its tensors says so, and the panel writes it without what no tensor uses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from tests.gui.converting.conftest import Convert


def test_what_no_tensor_uses_is_told_and_left_behind(
    qtbot: QtBot, inspector: Application, open_file: Callable[[Path], OpenFile], convert: Convert, tmp_path: Path
) -> None:
    torch.save({"view": torch.zeros(1 << 20)[:10], "bias": torch.ones(3)}, tmp_path / "view.pth")
    open_file(tmp_path / "view.pth")
    details = inspector.window.place.details
    qtbot.waitUntil(lambda: details.facts is not None)
    inspector.window.actions_["show_file"].trigger()
    qtbot.waitUntil(lambda: "4.19 MB of the file belong to no tensor" in details.facts.waste.text())
    panel = convert(tmp_path / "view.pth")
    assert "4.19 MB" in panel.side.compact.text()
    with qtbot.waitSignal(panel.conversion.ended):
        panel.convert()
    assert panel.conversion.converted is not None
    assert panel.conversion.converted.nbytes < 4000
