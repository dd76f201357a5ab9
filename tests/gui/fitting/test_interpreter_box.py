"""Which Python builds the model."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.fitting.choices import choice_of
from inspector.gui.fitting.chosen_model import INTERPRETER, TRUSTED, ChosenModel
from inspector.gui.fitting.interpreter_box import InterpreterBox
from inspector.gui.jobs import is_anything_running
from inspector.gui.settings import Settings


@pytest.fixture
def box(qtbot: QtBot, tmp_path: Path) -> InterpreterBox:
    made = InterpreterBox(ChosenModel(Settings(str(tmp_path / "settings"))))
    qtbot.addWidget(made)
    return made


def texts(box: InterpreterBox) -> list[str]:
    return [box.itemText(place) for place in range(box.count())]


def test_the_windows_own_comes_first(box: InterpreterBox) -> None:
    assert texts(box) == ["this window's Python", "Another Python …"]


def test_the_list_says_what_each_has(qtbot: QtBot, box: InterpreterBox) -> None:
    box.find()
    own = texts(box).index("this window's Python")
    qtbot.waitUntil(lambda: "torch" in box.itemText(own))
    qtbot.waitUntil(lambda: not is_anything_running(), timeout=60_000)


def test_one_beside_the_code_is_not_run_before_the_code_may_be(
    qtbot: QtBot, box: InterpreterBox, tmp_path: Path
) -> None:
    beside = tmp_path / "repo" / ".venv" / "bin" / "python"
    beside.parent.mkdir(parents=True)
    beside.write_text(f"#!/bin/sh\ntouch {tmp_path}/was_run\n")
    beside.chmod(0o755)
    code = tmp_path / "repo" / "nets.py"
    code.write_text("")
    box._model.choice = choice_of(f"{code}:Net")
    box.find()
    qtbot.waitUntil(lambda: not is_anything_running(), timeout=60_000)
    assert str(beside) not in box._paths
    box._model.settings.list_first(TRUSTED, str(code))
    box.find()
    assert str(beside) in box._paths
    qtbot.waitUntil(lambda: "repo/.venv: cannot be used" in texts(box), timeout=60_000)
    qtbot.waitUntil(lambda: not is_anything_running(), timeout=60_000)
    assert (tmp_path / "was_run").exists()


def test_a_chosen_one_is_remembered(qtbot: QtBot, box: InterpreterBox, tmp_path: Path) -> None:
    other = os.path.realpath(sys.executable)
    box._model.settings.list_first(INTERPRETER, other)
    box.refresh()
    place = box._paths.index(other) if other in box._paths else 0
    with qtbot.waitSignal(box.chosen, raising=other != sys.executable) as signal:
        box.activated.emit(place)
    if other != sys.executable:
        assert signal.args == [other]
        again = ChosenModel(box._model.settings)
        assert again.interpreter == other
