"""What is copied runs in a terminal as it is."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from pytestqt.qtbot import QtBot

from inspector.gui.fitting import copying
from inspector.gui.fitting.copying import argument_text, mended_path
from inspector.gui.panels.fit_panel import FitPanel


def test_the_commands_do_what_the_window_did(
    qtbot: QtBot, fit: Callable[..., FitPanel], samples: Path, tmp_path: Path
) -> None:
    state = torch.load(samples / "resnet_module_prefix.pth", weights_only=True)
    torch.save({"it's": state, "epoch": 3}, tmp_path / "a file.pth")
    panel = fit(tmp_path / "a file.pth", str(samples / "resnet_plain.pth"))
    qtbot.waitUntil(lambda: panel.fit.case.outcome is not None and not panel.fit.is_busy)
    with qtbot.waitSignal(panel.fit.case.mended):
        panel.fit.case.tick_all()
    fitting, mending = map(shlex.split, copying.command(panel.fit).splitlines())
    codes = [
        subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True).returncode
        for words in (fitting, mending)
    ]
    assert codes == [1, 0]  # it does not fit as it is; the mended file was written
    mended = torch.load(tmp_path / "a file.mended.pth", weights_only=True)
    assert "conv1.weight" in mended["it's"]


def test_values_are_read_back_as_they_are() -> None:
    values = ("relu", "10", [1, 2], None, True)
    assert [argument_text(each) for each in values] == ["relu", '"10"', "[1, 2]", "null", "true"]
    assert json.loads(argument_text("10")) == "10"


def test_the_mended_file_goes_beside_the_old_one() -> None:
    assert mended_path("/a/b.pth") == "/a/b.mended.pth"
    assert mended_path("/a.b/c") == "/a.b/c.mended.pth"
