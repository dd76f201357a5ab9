"""Controls beside the trees: folds, orders, axes, what is shown of tests, the log and the settings are undone too."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui import own_pages, theme
from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.run_panel import RESULTS
from inspector.gui.recents.remembered import Recents
from tests.gui.running.words_of_runs import result_of
from tests.gui.series.written import save
from tests.gui.undo_and_redo import redo, says, undo

Open = Callable[[Path], OpenFile]


def test_the_axis_of_a_histogram_and_the_order_of_a_group(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open
) -> None:
    open_file(samples / "resnet_plain.pth")
    details = inspector.window.place.details
    qtbot.waitUntil(lambda: details.entry is not None)
    assert details.entry is not None
    inspector.window.inspect_panel().choose_key("conv1.weight")
    box = details.entry.tensor_page.spread.logarithmic
    qtbot.waitUntil(box.isVisible)
    box.click()
    assert says(inspector) == "Undo Logarithmic Axis"
    undo(inspector)
    assert not box.isChecked()
    redo(inspector)
    assert box.isChecked()
    inspector.window.inspect_panel().choose_key("layer2.0")
    group = details.entry.group_page
    first = group.model.key(0)
    group.order.choose(1)
    assert says(inspector) == "Undo Largest first"
    assert group.model.key(0) != first
    undo(inspector)
    assert (group.order.current, group.model.key(0)) == (0, first)
    redo(inspector)
    assert (group.order.current, group.model.key(0) != first) == (1, True)
    details.stop()


def test_folds_of_a_conversion(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.convert(str(samples / "half.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    section = panel.side.sections["numbers"]
    qtbot.mouseClick(section.button, Qt.MouseButton.LeftButton)
    assert says(inspector) == "Undo Close Numbers"
    assert panel.arranged_as["folds"]["numbers"] is False
    undo(inspector)
    assert section.is_open
    fold = panel.outcome.all_keys
    fold.button.click()
    assert says(inspector) == "Undo Open Every tensor, before and after"
    undo(inspector)
    assert not fold.is_open
    panel.arrange_as({"folds": {"numbers": False, "novel": True, "file": 5, "keys": None}})
    assert not section.is_open
    assert panel.side.sections["file"].is_open
    panel.arrange_as({"folds": [1]})


@pytest.mark.usefixtures("torch_is_loaded")
def test_folds_and_results_of_a_run(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.run(str(samples / "checkpoint_epoch2.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    saving = panel.setup.sections["saving"]
    qtbot.mouseClick(saving.button, Qt.MouseButton.LeftButton)
    assert says(inspector) == "Undo Open Saving"
    undo(inspector)
    assert not saving.is_open

    run = panel.run
    run.results, run.has_tested = (result_of(1), result_of(2)), True
    panel.results.results.show_tested(run.results)
    run.tested.emit(run.results[-1])
    panel.show_view(RESULTS)
    view = panel.results.results
    view.show_one(0)
    panel.rearranged.emit()
    view.choice.setCurrentIndex(1)
    view.choice.activated.emit(1)
    assert view.tested.epoch == 2
    undo(inspector)
    assert (view.tested.epoch, view.choice.currentIndex()) == (1, 0)
    redo(inspector)
    assert view.tested.epoch == 2
    view.wrong.tabs.choose(1)
    assert says(inspector) == "Undo Show Each class"
    undo(inspector)
    assert (view.wrong.tabs.current, view.wrong._pages.currentIndex()) == (0, 0)
    table = view.wrong.table
    names = [table.model.text(row, 0) for row in range(table.model.rowCount())]
    table.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert says(inspector) == "Undo Sort by Class"
    assert [table.model.text(row, 0) for row in range(table.model.rowCount())] == sorted(names, reverse=True)
    undo(inspector)
    assert [table.model.text(row, 0) for row in range(table.model.rowCount())] == names
    view.confusion.picture.choose((0, 2))
    assert says(inspector) == "Undo Choose Cell"
    undo(inspector)
    assert view.confusion.picture.chosen_cell == (-1, -1)
    redo(inspector)
    assert view.confusion.picture.chosen_cell == (0, 2)

    table.table.selectRow(1)
    assert says(inspector) == "Undo Choose Class"
    assert (table.label, view.confusion.picture.chosen_cell, view.wrong.tabs.current) == (1, (-1, -1), 0)
    undo(inspector)
    assert (table.label, view.confusion.picture.chosen_cell) == (-1, (0, 2))
    redo(inspector)
    assert (table.label, view.confusion.picture.chosen_cell) == (1, (-1, -1))
    inspector.window.undoing._last = None
    view.wrong.every.click()
    assert table.label == -1
    assert says(inspector) == "Undo Choose Class"
    undo(inspector)
    assert table.label == 1
    for junk in (None, "x", 99, -7, [1]):
        view.arrange({"class": junk})
    assert says(inspector) == "Undo Choose Class"


def test_the_level_of_the_log(inspector: Application) -> None:
    inspector.window.actions_["log"].trigger()
    panel: Any = inspector.window.panel()
    panel.level.setCurrentIndex(2)
    panel.level.activated.emit(2)
    panel.follow.click()
    assert says(inspector) == "Undo Follow"
    undo(inspector)
    assert panel.follow.isChecked()
    assert says(inspector) == "Undo Errors only"
    undo(inspector)
    assert panel.level.currentIndex() == 0


def test_settings_are_undone(inspector: Application) -> None:
    own_pages.show(inspector.session, own_pages.SETTINGS)
    panel: Any = inspector.window.panel()
    settings = inspector.settings
    box = panel.rows["recents"].first
    box.setCurrentIndex(2)
    box.activated.emit(2)
    panel.rows["restore"].first.click()
    assert settings.choice("restore", ("yes", "no")) == "no"
    assert says(inspector) == "Undo Change Come back to the tabs"
    undo(inspector)
    assert settings.choice("restore", ("yes", "no")) == "yes"
    assert panel.rows["restore"].first.isChecked()
    assert says(inspector) == "Undo Change Recent files"
    undo(inspector)
    assert (settings.choice("recents", ("12", "6", "24", "48")), box.currentIndex()) == ("12", 0)
    assert says(inspector) == ""
    redo(inspector)
    assert (settings.choice("recents", ("12", "6", "24", "48")), box.currentIndex()) == ("24", 2)


def test_a_recent_file_that_was_pinned(inspector: Application, samples: Path, open_file: Open) -> None:
    open_file(samples / "half.pth")
    open_file(samples / "nan.pth")
    inspector.session.show(None)
    path = str(samples / "half.pth")

    def pinned() -> list[str]:
        return [each.path for each in Recents(inspector.settings).listed() if each.is_pinned]

    inspector.window.start.pin_requested.emit(path, True)
    assert pinned() == [path]
    assert says(inspector) == "Undo Pin half.pth"
    undo(inspector)
    assert pinned() == []
    redo(inspector)
    assert pinned() == [path]
    inspector.window.start.pin_requested.emit(path, False)
    assert says(inspector) == "Undo Unpin half.pth"
    undo(inspector)
    assert pinned() == [path]


def test_a_cause_that_is_set_off(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.compare(str(samples / "vit.pth"), str(samples / "vit_other_names.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    causes, view = panel.content.causes, panel.content.pairs.view
    assert causes.lines
    before = view.current()
    causes.lines[0].click()
    assert causes.place == 0
    inspector.window.undoing.settle()
    undo(inspector)
    assert (causes.place, view.current()) == (-1, before)
    assert says(inspector) == ""
    redo(inspector)
    assert causes.place == 0
    causes.lines[0].click()
    assert (causes.place, says(inspector)) == (-1, "Undo Set Off Cause")
    undo(inspector)
    assert causes.place == 0
    for junk in (None, "x", 99, -7, [1]):
        panel.arrange_as({"cause": junk})
    assert causes.place == 0


def test_the_training_and_the_story_of_a_series(
    qtbot: QtBot, inspector: Application, samples: Path, tmp_path: Path
) -> None:
    for epoch in range(1, 4):
        save(tmp_path, epoch, spoilt=epoch == 3)
    for name in ("linear.pth", "half.pth"):
        for number in (1, 2):
            shutil.copy(samples / name, tmp_path / f"{name.partition('.')[0]}_epoch{number}.pth")
    inspector.session.show_series([str(tmp_path)])
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy and bool(panel.view.stories.lines))
    view, page = panel.view, panel.series
    view.stories.lines[0].click()
    assert view.stories.place == 0
    inspector.window.undoing.settle()
    undo(inspector)
    assert view.stories.place == -1
    assert view.trainings.count() > 1
    former = page.training.name
    number = next(n for n in range(view.trainings.count()) if view.trainings.itemData(n) != former)
    view.trainings.activated.emit(number)
    qtbot.waitUntil(lambda: page.training.name == view.trainings.itemData(number) and not page.is_busy)
    assert says(inspector) == "Undo Choose Training"
    undo(inspector)
    qtbot.waitUntil(lambda: page.training.name == former and not page.is_busy)


def test_how_arguments_are_written_and_a_cause_of_a_fit(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.fit(str(samples / "resnet_module_prefix.pth"), model=str(samples / "resnet_plain.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and panel.page.case.can_tick and not panel.page.is_busy)
    form = panel.side.form
    form.ways.choose(1)
    assert says(inspector) == "Undo Show JSON"
    form.ways.choose(1)
    undo(inspector)
    assert (form.ways.current, form.json.isHidden()) == (0, True)
    assert says(inspector) == ""
    redo(inspector)
    assert (form.ways.current, form.json.isHidden()) == (1, False)
    causes = panel.story.causes
    card = causes.cards[0]
    card._more.click()
    assert (card._evidence.isHidden(), says(inspector)) == (False, "Undo Open Why?")
    undo(inspector)
    assert (card._evidence.isHidden(), card._more.isChecked()) == (True, False)
    redo(inspector)
    assert not card._evidence.isHidden()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
        qtbot.keyClick(card, key)
    assert (card._evidence.isHidden(), says(inspector)) == (True, "Undo Close Why?")
    causes.choose(causes.cards[0].cause)
    inspector.window.undoing.settle()
    assert causes.place == 0
    undo(inspector)
    assert causes.place == -1


def test_resetting_all_settings_is_one_step(qtbot: QtBot, inspector: Application) -> None:
    own_pages.show(inspector.session, own_pages.SETTINGS)
    panel: Any = inspector.window.panel()
    actions, settings = inspector.window.actions_, inspector.settings

    def stands() -> tuple[object, ...]:
        size = QApplication.font().pointSizeF()
        return size, theme.colours() is theme.DARK, actions["fold"].isChecked(), settings.choice("recents", ("12", "6"))

    usual = stands()
    for name in ("zoom_in", "theme_dark"):
        actions[name].trigger()
    panel.rows["fold"].first.click()
    settings.choose("recents", "6")
    panel.refresh()
    chosen = stands()
    assert all(was != now for was, now in zip(usual, chosen))
    for _ in range(2):
        panel.reset.click()
    assert stands() == usual
    assert says(inspector) == "Undo Reset All"
    undo(inspector)
    assert stands() == chosen
    redo(inspector)
    assert stands() == usual


def test_further_texts_of_a_conversion(qtbot: QtBot, inspector: Application, tmp_path: Path) -> None:
    texts = {f"name{n}": "x" for n in range(40)}
    header = json.dumps({"__metadata__": texts, "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (tmp_path / "a.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    inspector.session.convert(str(tmp_path / "a.safetensors"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    rows = panel.side.metadata
    few = len(rows.ticks)
    rows.more.click()
    assert len(rows.ticks) == 40 > few
    assert says(inspector).startswith("Undo Show ")
    undo(inspector)
    assert len(rows.ticks) == few
    redo(inspector)
    assert len(rows.ticks) == 40
