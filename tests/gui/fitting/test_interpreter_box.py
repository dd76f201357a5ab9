"""Which Python builds the model."""

from __future__ import annotations

import platform
import sys
from importlib import metadata
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.checkpoint.reading import open_checkpoint
from inspector.gui.fitting.choices import choice_of
from inspector.gui.fitting.chosen_model import TRUSTED, ChosenModel
from inspector.gui.fitting.interpreter_box import InterpreterBox
from inspector.gui.fitting.model_side import ModelSide
from inspector.gui.fitting.open_fit import OpenFit
from inspector.gui.interpreters import place_of
from inspector.gui.jobs import is_anything_running
from inspector.gui.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def box(qtbot: QtBot, tmp_path: Path) -> InterpreterBox:
    made = InterpreterBox(ChosenModel(Settings(str(tmp_path / "settings"))))
    qtbot.addWidget(made)
    return made


def texts(box: InterpreterBox) -> list[str]:
    return [box.itemText(place) for place in range(box.count())]


def told(path: Path, torch: str = "2.13.0", python: str = "3.11.4") -> str:
    """A program that answers as an interpreter with this torch would."""
    return script(path, f"""echo '["{python}", "{path}", "{torch}", ""]'""")


def script(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that is empty, and nothing on the path."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "home"


@pytest.fixture
def bundle(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of somebody who started the bundle, which has no Python for others."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "app" / "_internal"), raising=False)
    monkeypatch.setattr(sys, "executable", told(tmp_path / "app" / "checkpoint-inspector"))
    return home


def find(box: InterpreterBox, qtbot: QtBot) -> None:
    box.find()
    qtbot.waitUntil(lambda: box.search.is_over, timeout=60_000)


def test_the_windows_own_comes_first(box: InterpreterBox) -> None:
    assert texts(box) == ["this window's Python", "Another Python …"]


def test_the_list_says_what_each_has_and_those_without_torch_are_grey_below(
    home: Path, qtbot: QtBot, box: InterpreterBox
) -> None:
    without = told(home / "miniconda3" / "bin" / "python", torch="")
    there = told(home / "miniconda3" / "envs" / "train" / "bin" / "python", torch="2.9.1")
    broken = script(home / ".virtualenvs" / "old" / "bin" / "python", "exit 1")
    find(box, qtbot)
    version, torch = metadata.version("torch"), ".".join(platform.python_version_tuple()[:2])
    assert texts(box) == [
        f"Python {torch} · torch {version} · this window's Python",
        "Python 3.11 · torch 2.9.1 · ~/miniconda3/envs/train",
        "Python 3.11 · no torch · ~/miniconda3",
        "cannot be used · ~/.virtualenvs/old",
        "Another Python …",
    ]
    assert box._paths == [sys.executable, there, without, broken]
    flags = [bool(box.model().index(place, 0).flags() & Qt.ItemFlag.ItemIsEnabled) for place in range(box.count())]
    assert flags == [True, True, False, False, True]


@pytest.mark.qt_log_ignore("does not support grabbing the keyboard", extend=True)
def test_while_it_is_open_nothing_changes_places(home: Path, qtbot: QtBot, box: InterpreterBox) -> None:
    told(home / "miniconda3" / "bin" / "python", torch="")
    told(home / ".virtualenvs" / "train" / "bin" / "python")
    with qtbot.waitExposed(box):
        box.show()
    box.showPopup()
    before = list(box._paths)
    qtbot.waitUntil(lambda: box.search.is_over, timeout=60_000)
    assert box._paths == before
    assert "no torch" in box.itemText(1)
    assert box.view().window().width() >= box.fontMetrics().horizontalAdvance(box.itemText(2))
    box.hidePopup()
    box.refresh()
    assert "no torch" in box.itemText(2)


def test_in_the_bundle_the_first_with_torch_is_taken_by_itself(bundle: Path, qtbot: QtBot, tmp_path: Path) -> None:
    told(bundle / "miniconda3" / "bin" / "python", torch="")
    train = told(bundle / "miniconda3" / "envs" / "train" / "bin" / "python")
    page = OpenFit(str(tmp_path / "a.pth"), Settings(str(tmp_path / "settings")))
    side = ModelSide(page)
    qtbot.addWidget(side)
    assert texts(side.interpreter)[0] == "The first Python that has torch"
    with qtbot.waitExposed(side):
        side.show()
    qtbot.waitUntil(lambda: side.interpreter.current == train, timeout=60_000)
    assert side.interpreter.currentText() == "Python 3.11 · torch 2.13.0 · ~/miniconda3/envs/train"
    assert side.interpreter.closed_text(20) == "torch 2.13.0 · train"
    assert side.found_by_itself.text() == "Found by itself: the first Python that has torch."
    qtbot.waitUntil(lambda: not is_anything_running(), timeout=60_000)
    page.close()


def test_in_the_bundle_without_any_torch_it_says_what_to_do(bundle: Path, qtbot: QtBot, tmp_path: Path) -> None:
    told(bundle / "miniconda3" / "bin" / "python", torch="")
    page = OpenFit(str(tmp_path / "a.pth"), Settings(str(tmp_path / "settings")))
    side = ModelSide(page)
    qtbot.addWidget(side)
    with qtbot.waitExposed(side):
        side.show()
    qtbot.waitUntil(lambda: "Install torch" in side.found_by_itself.text(), timeout=60_000)
    assert side.interpreter.currentText() == "No Python with torch was found"
    page.chosen.checkpoint = open_checkpoint(str(ROOT / "sample_checkpoints" / "linear.pth"))
    page.chosen.choose("resnet18")
    qtbot.waitUntil(lambda: page.chosen.error is not None, timeout=60_000)
    assert page.chosen.error is not None
    assert page.chosen.error.title == "No Python with torch was found"
    page.close()


def test_whoever_points_at_it_has_it_asked_and_whoever_leaves_has_it_stop(
    home: Path, qtbot: QtBot, box: InterpreterBox
) -> None:
    script(home / "miniconda3" / "bin" / "python", "exec sleep 600")
    with qtbot.waitExposed(box):
        box.show()
    box.stop()  # the pointer may lie where it is shown
    point = QPointF(box.rect().center())
    QApplication.sendEvent(box, QEnterEvent(point, point, point))
    assert box.search.is_running
    box.hide()
    qtbot.waitUntil(lambda: not is_anything_running())


def test_one_beside_the_code_is_not_run_before_the_code_may_be(
    home: Path, qtbot: QtBot, box: InterpreterBox, tmp_path: Path
) -> None:
    beside = script(tmp_path / "repo" / ".venv" / "bin" / "python", f"touch {tmp_path}/was_run")
    script(tmp_path / "bin" / "touch", f": > {tmp_path}/was_run")
    code = tmp_path / "repo" / "nets.py"
    code.write_text("")
    box._model.choice = choice_of(f"{code}:Net")
    find(box, qtbot)
    assert beside not in box._paths
    box._model.settings.list_first(TRUSTED, str(code))
    box.find()
    assert beside in box._paths
    qtbot.waitUntil(lambda: any("cannot be used" in text for text in texts(box)), timeout=60_000)
    qtbot.waitUntil(lambda: not is_anything_running(), timeout=60_000)
    assert (tmp_path / "was_run").exists()


def test_a_chosen_one_is_remembered(home: Path, qtbot: QtBot, box: InterpreterBox) -> None:
    other = told(home / ".virtualenvs" / "train" / "bin" / "python")
    find(box, qtbot)
    with qtbot.waitSignal(box.chosen) as signal:
        box.activated.emit(box._paths.index(other))
    assert signal.args == [other]
    box._model.use_interpreter(other)
    again = ChosenModel(box._model.settings)
    assert (again.interpreter, again.interpreter_is_found) == (other, False)


def test_places_are_called_as_people_call_them(home: Path) -> None:
    assert place_of(sys.executable) == "this window's Python"
    assert place_of(str(home / "repo" / ".venv" / "bin" / "python")) == "~/repo/.venv"
    assert place_of("/usr/bin/python3") == "/usr/bin/python3"
    assert place_of("/opt/a\x1b[31mb/bin/python") != "/opt/a\x1b[31mb"
