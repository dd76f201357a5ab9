"""Whatever a class does, the window lives on with a sentence, and the next class is built as if nothing had been."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.fitting.chosen_model import TRUSTED
from inspector.gui.fitting.stages import Stage
from inspector.gui.panels.fit_panel import FitPanel
from tests.gui.fitting.conftest import WAIT

Fit = Callable[..., FitPanel]
Rest = Callable[[FitPanel], FitPanel]

BROKEN = {
    "exits": ("import os\nos._exit(3)", "exit"),
    "crashes": ("import ctypes\nctypes.string_at(0)", "crash"),
    "needs_cuda": ("import torch\ntorch.cuda.init()", "cuda"),
    "needs_a_package": ("import surely_not_installed", "surely_not_installed"),
    "raises": ("raise ValueError('heads must divide width')", "heads must divide width"),
    "raises_markup": ("raise ValueError('<b>\\x1b[31mred\\u202e</b>' * 500)", "<b>"),
    "leaves": ("raise SystemExit(0)", "exit"),
}
"""Name -> what the constructor does, and a word that the sentence must have."""

CLASS = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)
{body}
"""


def module(folder: Path, name: str, body: str) -> str:
    code = folder / f"{name}.py"
    code.write_text(CLASS.format(body=textwrap.indent(body, " " * 8)))
    return f"{code}:Net"


def trust(inspector: Application, model: str) -> str:
    inspector.settings.list_first(TRUSTED, model.rpartition(":")[0], 200)
    return model


def said(panel: FitPanel) -> str:
    return panel.story.failure.text()


def test_each_broken_class_is_a_sentence(
    qtbot: QtBot, inspector: Application, fit: Fit, rest: Rest, samples: Path, tmp_path: Path
) -> None:
    panel = fit(samples / "linear.pth")
    chosen = panel.fit.chosen
    for name, (body, word) in BROKEN.items():
        chosen.choose(trust(inspector, module(tmp_path, name, body)))
        qtbot.waitUntil(lambda: not chosen.is_running, timeout=WAIT)
        assert chosen.stage is Stage.FAILED, name
        assert panel.story.failure.isVisible()
        assert word in said(panel).lower() or word in said(panel), (name, said(panel))
        assert all(character.isprintable() or character == "\n" for character in said(panel))
        assert panel.story.failure.width() <= panel.width()
    (tmp_path / "wrong.py").write_text("class Net(:\n")
    chosen.choose(trust(inspector, f"{tmp_path / 'wrong.py'}:Net"))
    qtbot.waitUntil(lambda: not chosen.is_running, timeout=WAIT)
    assert "class Net(:" in said(panel)
    assert "line 1" in said(panel)
    chosen.choose(trust(inspector, module(tmp_path, "sound", "pass")))
    rest(panel)
    assert "torch agrees" in panel.story.verdict.text()

    own = (
        CLASS.format(body="")
        + """
    def _load_from_state_dict(self, state, prefix, local, strict, missing, unexpected, errors):
        pass
"""
    )
    (tmp_path / "own.py").write_text(own)
    chosen.choose(trust(inspector, f"{tmp_path / 'own.py'}:Net"))
    rest(panel)
    assert "What torch says counts" in panel.story.verdict.text()
    assert panel.fit.case.before is not None
    torch_says = panel.fit.verdict
    assert torch_says is not None
    assert panel.fit.case.before.lines == {*torch_says.missing, *torch_says.unexpected}


@pytest.mark.usefixtures("torch_of_its_own")
def test_an_endless_constructor_is_stopped(
    qtbot: QtBot, inspector: Application, fit: Fit, samples: Path, tmp_path: Path
) -> None:
    """It prints without end, too: of that the window keeps what can be read."""
    body = "import os, time\nos.fork() or os.setsid()\nwhile True:\n    print('x' * 100_000)"
    panel = fit(samples / "linear.pth", trust(inspector, module(tmp_path, "endless", body)))
    chosen = panel.fit.chosen
    qtbot.waitUntil(lambda: chosen.stage is Stage.BUILDING and "xxx" in chosen.output, timeout=WAIT)
    assert panel.story.stop.isVisible()
    assert inspector.window.actions_["stop"].isEnabled()
    qtbot.mouseClick(panel.story.stop, Qt.MouseButton.LeftButton)
    assert not chosen.is_running
    assert panel.story.failure.isVisible()
    assert "stopped" in said(panel).lower()
    assert len(chosen.output) <= 100_000
    inspector.session.close(panel.fit)


@pytest.mark.usefixtures("torch_of_its_own")
def test_nothing_is_left_when_a_tab_is_closed_at_work(
    qtbot: QtBot, inspector: Application, fit: Fit, samples: Path, tmp_path: Path
) -> None:
    before = set(psutil.Process().children(recursive=True))
    body = "import time\nprint('here')\ntime.sleep(1000)"
    panel = fit(samples / "linear.pth", trust(inspector, module(tmp_path, "sleeps", body)))
    qtbot.waitUntil(lambda: "here" in panel.fit.chosen.output, timeout=WAIT)
    assert set(psutil.Process().children(recursive=True)) - before
    inspector.session.close(panel.fit)
    qtbot.waitUntil(lambda: not set(psutil.Process().children(recursive=True)) - before, timeout=WAIT)
