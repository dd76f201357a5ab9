"""What is asked before a file is written, and what is left when the writing is stopped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot

from inspector.errors import InspectorError
from inspector.gui.app import Application
from inspector.gui.jobs import is_anything_running
from tests.gui.converting.conftest import Convert, settle


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So large that its writing can be stopped."""
    path = tmp_path_factory.mktemp("large") / "large.pth"
    torch.save({f"layer{number}.weight": torch.zeros(1 << 20) for number in range(40)}, path)
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder with nothing in it."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_a_file_that_is_there_is_replaced_when_that_was_said(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    target = Path(panel.conversion.target)
    target.write_text("mine")
    panel.convert()
    assert "there already" in panel.strips.question.sentence
    panel.strips.no.click()
    assert target.read_text() == "mine"
    panel.convert()
    with qtbot.waitSignal(panel.conversion.ended):
        panel.strips.yes.click()
    assert "module.layer0.weight" not in torch.load(target, weights_only=True)


def test_the_source_itself_is_asked_about_once_more(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    panel.conversion.choose_target(str(training))
    panel.convert()
    panel.strips.yes.click()
    assert "very file that is read" in panel.strips.question.sentence
    assert not panel.conversion.is_writing
    with qtbot.waitSignal(panel.conversion.ended):
        panel.strips.yes.click()
    assert panel.strips.done.isVisible()
    assert "layer0.weight" in torch.load(training, weights_only=True)


def test_a_target_that_cannot_be_is_said_with_a_hint(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    panel.foot.target.selectAll()
    qtbot.keyClicks(panel.foot.target, "nowhere/out.pth")
    with qtbot.waitSignal(panel.conversion.ended) as ended:
        panel.convert()
    assert isinstance(ended.args[0], InspectorError)
    assert panel.strips.problem.isVisible()


def test_the_ending_of_a_target_says_the_format(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    panel.foot.take(str(training.parent / "out.safetensors"))
    settle(qtbot, panel)
    assert panel.conversion.wish is not None
    assert panel.conversion.wish.format == "safetensors"
    panel.conversion.wish_for(format="zip")
    assert panel.foot.target.text() == str(training.parent / "out.pth")
    panel.window().undoing.undo()  # type: ignore[attr-defined]
    settle(qtbot, panel)
    assert panel.conversion.chosen_target == ""
    assert panel.conversion.wish.format == "zip"


def test_nothing_is_left_of_what_was_stopped(qtbot: QtBot, convert: Convert, large: Path, empty: Path) -> None:
    panel = convert(large)
    page = panel.conversion
    page.choose_target(str(empty / "out.safetensors"))
    panel.convert()
    qtbot.waitUntil(lambda: bool(os.listdir(empty)))
    with qtbot.waitSignal(page.ended) as ended:
        panel.foot.stop.click()
    assert ended.args == [None]
    qtbot.waitUntil(lambda: not is_anything_running())
    assert os.listdir(empty) == []
    assert "Nothing was written" in panel.strips.notice.sentence
    with qtbot.waitSignal(page.ended):  # and can be begun again
        panel.convert()
    assert os.listdir(empty) == ["out.safetensors"]


def test_a_tab_that_writes_asks_before_it_is_closed(
    qtbot: QtBot, inspector: Application, convert: Convert, large: Path, empty: Path
) -> None:
    panel = convert(large)
    page = panel.conversion
    page.choose_target(str(empty / "out.safetensors"))
    panel.convert()
    inspector.window.close_panel(panel)
    assert panel.strips.closing.isVisible()
    panel.strips.stay.click()
    assert page in inspector.session.pages
    inspector.window.close_panel(panel)
    panel.strips.stop.click()
    assert page not in inspector.session.pages
    qtbot.waitUntil(lambda: not is_anything_running())
    assert os.listdir(empty) == []


def test_two_conversions_of_one_file_know_nothing_of_each_other(
    qtbot: QtBot, inspector: Application, convert: Convert, training: Path
) -> None:
    one, other = convert(training), convert(training)
    one.conversion.wish_for(dtype="bfloat16")
    other.conversion.wish_for(format="safetensors")
    settle(qtbot, one)
    settle(qtbot, other)
    with qtbot.waitSignals([one.conversion.ended, other.conversion.ended]):
        one.convert()
        other.convert()
    assert one.conversion.converted is not None
    assert other.conversion.converted is not None
    assert one.conversion.converted.path.endswith("-bf16.pth")
    assert other.conversion.converted.path.endswith(".safetensors")
