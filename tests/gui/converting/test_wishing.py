"""What a person changes on the left: worked out at once, undone, kept for another day."""

from __future__ import annotations

from pathlib import Path

import torch
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from inspector.converting.wishes import LEAVE_OUT, Wish
from inspector.gui.app import Application
from inspector.gui.converting.open_conversion import Doing
from tests.gui.converting.conftest import Convert, settle


def test_each_change_can_be_undone_and_done_again(
    qtbot: QtBot, inspector: Application, convert: Convert, training: Path
) -> None:
    panel = convert(training)
    page, undoing = panel.conversion, inspector.window.undoing
    first = page.wish
    panel.side.parts.rows[1].click()
    settle(qtbot, panel)
    second = page.wish
    panel.side.prefixes.boxes[0].click()
    settle(qtbot, panel)
    assert page.wish is not None
    assert (page.wish.section, page.wish.prefixes) == ("ema", ())
    undoing.undo()
    settle(qtbot, panel)
    assert page.wish == second
    undoing.undo()
    settle(qtbot, panel)
    assert page.wish == first
    assert panel.side.parts.rows[0].isChecked()
    undoing.redo()
    settle(qtbot, panel)
    assert page.wish == second


def test_of_many_changes_the_latest_counts(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    for dtype in ("float16", "bfloat16", "float32", "", "bfloat16"):
        panel.conversion.wish_for(dtype=dtype)
        assert not panel.foot.convert.isEnabled()
    settle(qtbot, panel)
    assert panel.conversion.foreseen is not None
    assert panel.conversion.foreseen.wish.dtype == "bfloat16"
    assert panel.foot.convert.isEnabled()


def test_the_whole_file_in_a_format_of_tensors_is_all_of_its_tensors(
    qtbot: QtBot, convert: Convert, training: Path
) -> None:
    panel = convert(training)
    page = panel.conversion
    panel.side.parts.rows[-1].click()
    settle(qtbot, panel)
    assert page.wish is not None
    assert (page.wish.section, page.wish.whole) == ("state_dict", True)
    page.wish_for(format="safetensors")
    settle(qtbot, panel)
    assert (page.wish.section, page.wish.whole, page.part) == ("", False, "")
    assert page.foreseen is not None
    assert any("epoch" in key for key, _ in page.foreseen.left_out)
    page.wish_for(format="zip")
    settle(qtbot, panel)
    assert (page.wish.section, page.wish.whole) == ("state_dict", True)


def test_numbers_that_become_infinite_are_said_and_asked_about(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    panel.conversion.wish_for(dtype="float16")
    settle(qtbot, panel)
    assert "1 number is too large for float16" in panel.outcome.overflow.sentence
    assert panel.outcome.loss_model.rows[0].key == "scale"
    panel.convert()
    assert "infinite" in panel.strips.question.sentence
    assert not panel.conversion.is_writing
    panel.strips.no.click()
    assert not list(training.parent.glob("*fp16*"))


def test_what_cannot_be_is_said_with_what_to_do(qtbot: QtBot, convert: Convert, tmp_path: Path) -> None:
    torch.save({"a.b": torch.ones(2), "module.a.b": torch.zeros(2)}, tmp_path / "two.pth")
    panel = convert(tmp_path / "two.pth")
    panel.conversion.wish_for(prefixes=("module.",))
    settle(qtbot, panel)
    assert panel.conversion.problem is not None
    assert panel.outcome.problem.isVisible()
    assert not panel.foot.convert.isEnabled()
    panel.conversion.wish_for(prefixes=())
    settle(qtbot, panel)
    assert not panel.outcome.problem.isVisible()


def test_texts_are_typed_and_the_command_says_the_same(qtbot: QtBot, convert: Convert, training: Path) -> None:
    panel = convert(training)
    metadata = panel.side.metadata
    panel.side.sections["metadata"].open()
    metadata.add.click()
    qtbot.keyClicks(metadata.rows[0].name, "author")
    qtbot.keyClicks(metadata.rows[0].text, "me")
    panel.convert()  # what is being typed counts
    with qtbot.waitSignal(panel.conversion.ended):
        pass
    assert panel.conversion.wish is not None
    assert panel.conversion.wish.metadata == (("author", "me"),)
    panel.copy_command()
    assert "--metadata=author=me" in QGuiApplication.clipboard().text()
    inspector_actions = panel.window().actions_  # type: ignore[attr-defined]
    assert not inspector_actions["copy_python"].isEnabled()  # torch.save knows no texts


def test_it_comes_back_as_it_was_arranged(
    qtbot: QtBot, inspector: Application, convert: Convert, training: Path
) -> None:
    panel = convert(training)
    panel.conversion.take_wish(Wish(section="ema", dtype="bfloat16", format="safetensors", shards=10**6))
    panel.conversion.choose_target(str(training.parent / "out"))
    settle(qtbot, panel)
    wish = panel.conversion.wish
    kept, recipe = panel.arrangement(), panel.conversion.recipe()
    inspector.window.close_panel(panel)
    inspector.window.tab_deeds.reopen()
    again = inspector.window.panel()
    qtbot.waitUntil(lambda: again.has_content and again.conversion.doing is Doing.NOTHING)
    assert again.conversion.recipe() == recipe
    assert again.arrangement() == kept
    assert again.conversion.wish == wish
    again.arrange({"wish": {"is": "Wish", "format": "exe"}, "target": 3})
    assert again.conversion.wish == wish


def test_the_banner_of_a_damaged_file_leads_to_what_is_whole(
    qtbot: QtBot, inspector: Application, open_file, tree_of, samples: Path
) -> None:
    side = tree_of(open_file(samples / "truncated.pth"))
    next(button for button in side.damage.findChildren(type(side.danger.offer("", print)))).click()
    panel = inspector.window.panel()
    settle(qtbot, panel)
    assert panel.conversion.wish.salvage == LEAVE_OUT
    assert "layer2.0.conv2.weight: The file ends at byte" in panel.outcome.left_out.text()
