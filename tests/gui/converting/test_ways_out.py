"""What cannot be is mended with one click; texts of the file are left behind; planning is stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from safetensors import safe_open
from safetensors.torch import save_file

from inspector.gui.app import Application
from inspector.gui.converting.open_conversion import Doing
from inspector.gui.jobs import is_anything_running
from inspector.gui.open_page import Pace
from inspector.gui.panels.status_line import pace_words
from tests.gui.converting.conftest import Convert, settle


def test_shards_of_a_whole_checkpoint_are_mended_with_one_click(
    qtbot: QtBot, inspector: Application, convert: Convert, training: Path
) -> None:
    panel = convert(training)
    panel.side.parts.rows[-1].click()
    panel.side.in_shards.click()
    settle(qtbot, panel)
    outcome = panel.outcome
    assert "Only a state_dict can be several files" in outcome.problem.sentence
    assert not panel.foot.convert.isEnabled()
    offered = [button.text() for button in outcome.ways_out if button.isVisible()]
    assert offered == ["Only the weights", "As one .pth file", "As safetensors"]
    outcome.ways_out[0].click()
    settle(qtbot, panel)
    assert panel.conversion.wish is not None
    assert (panel.conversion.part, bool(panel.conversion.wish.shards)) == ("state_dict", True)
    assert not outcome.problem.isVisible()
    inspector.window.undoing.undo()
    settle(qtbot, panel)
    outcome.ways_out[1].click()
    settle(qtbot, panel)
    assert (panel.conversion.part, panel.conversion.wish.shards) == ("", 0)
    assert panel.foot.convert.isEnabled()


def test_texts_of_the_file_are_left_behind(qtbot: QtBot, convert: Convert, tmp_path: Path) -> None:
    texts = {"format": "pt", "licence": "MIT", "trained on": "/home/me"}
    save_file({"w": torch.ones(3)}, tmp_path / "a.safetensors", metadata=texts)
    panel = convert(tmp_path / "a.safetensors")
    metadata, page = panel.side.metadata, panel.conversion
    page.choose_target(str(tmp_path / "b.safetensors"))
    panel.side.sections["metadata"].open()
    assert set(metadata.ticks) == {"licence", "trained on"}
    metadata.ticks["trained on"].click()
    settle(qtbot, panel)
    assert metadata.summary() == "1 text"
    panel.copy_command()
    assert "'--drop-metadata=trained on'" in QGuiApplication.clipboard().text()
    with qtbot.waitSignal(page.ended):
        panel.convert()
    with safe_open(tmp_path / "b.safetensors", "pt") as file:
        assert file.metadata() == {"format": "pt", "licence": "MIT"}
    metadata.none.click()
    settle(qtbot, panel)
    assert page.foreseen is not None
    assert dict(page.foreseen.metadata) == {"format": "pt"}
    assert not any(tick.isChecked() for tick in metadata.ticks.values())
    metadata.none.click()
    settle(qtbot, panel)
    assert page.wish is not None
    assert page.wish.dropped == ()
    panel.window().undoing.undo()  # type: ignore[attr-defined]
    settle(qtbot, panel)
    assert set(page.wish.dropped) == {"licence", "trained on"}


def test_of_many_texts_each_has_its_tick(qtbot: QtBot, convert: Convert, tmp_path: Path) -> None:
    texts = {f"text{number}": "a & b" for number in range(30)}
    save_file({"w": torch.ones(3)}, tmp_path / "a.safetensors", metadata=texts)
    panel = convert(tmp_path / "a.safetensors")
    metadata = panel.side.metadata
    panel.side.sections["metadata"].open()
    assert (len(metadata.ticks), metadata.more.text()) == (12, "18 more")
    panel.conversion.wish_for(dropped=("text29", "text3"))
    settle(qtbot, panel)
    metadata.more.click()
    assert len(metadata.ticks) == 30
    assert {name for name, tick in metadata.ticks.items() if not tick.isChecked()} == {"text29", "text3"}


def test_what_is_left_out_is_counted(qtbot: QtBot, convert: Convert, tmp_path: Path) -> None:
    torch.save({"w": torch.ones(3), **{f"a{number}": np.ones(2) for number in range(3_000)}}, tmp_path / "a.pth")
    panel = convert(tmp_path / "a.pth")
    outcome = panel.outcome
    assert outcome.left_out.text() == "3,000 entries (a0, a1, a2 and 2,997 more): It is a numpy array and no tensor"
    assert outcome.more_left_out.isVisible()
    assert outcome.all_left_out.text().endswith("and 1,000 more")


def test_a_typed_name_gets_the_ending_of_the_format(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    panel.foot.target.selectAll()
    qtbot.keyClicks(panel.foot.target, "mine")
    with qtbot.waitSignal(panel.conversion.ended):
        panel.convert()
    assert panel.foot.target.text() == str(training.parent / "mine.pth")
    assert (training.parent / "mine.pth").exists()
    (training.parent / "folder").mkdir()
    panel.foot.take(str(training.parent / "folder"))
    assert panel.foot.target.text() == str(training.parent / "folder" / "best-weights.pth")
    panel.foot.target.selectAll()
    qtbot.keyClicks(panel.foot.target, "other/")
    panel.foot.take_typed()
    assert panel.conversion.target == str(training.parent / "other" / "best-weights.pth")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many keys that there is something to be heard of the planning."""
    path = tmp_path_factory.mktemp("many") / "many.pth"
    torch.save({f"layer.{number}": row for number, row in enumerate(torch.ones(8_000, 2))}, path)
    return path


def test_planning_is_stopped_and_begun_again(qtbot: QtBot, inspector: Application, many: Path) -> None:
    inspector.session.convert(str(many))
    panel = inspector.window.panel()
    page = panel.conversion
    heard: list[Pace] = []

    def stop_it(pace: Pace | None) -> None:
        if pace is not None and pace.unit == "entries" and not heard:
            heard.append(pace)
            assert "stop" in panel.able()
            page.stop()

    page.paced.connect(stop_it)
    qtbot.waitUntil(lambda: bool(heard) and not is_anything_running())
    assert page.foreseen is None
    assert "Stopped" in panel.outcome.problem.sentence
    assert not panel.foot.convert.isEnabled()
    words = pace_words(heard[0])
    assert words.startswith("Laid out ")
    assert words.endswith(" of 8,000")
    page.open()
    settle(qtbot, panel)
    assert page.foreseen is not None


def test_a_tab_that_is_closed_while_it_plans_lets_go(qtbot: QtBot, inspector: Application, many: Path) -> None:
    inspector.session.convert(str(many))
    panel = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.conversion.doing is not Doing.READING)
    inspector.window.close_panel(panel)
    qtbot.waitUntil(lambda: not is_anything_running())
    assert panel.conversion.foreseen is None or panel.conversion.doing is Doing.NOTHING
