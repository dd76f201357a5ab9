"""Ctrl+Z takes back whatever changed what is seen, in a tab and in the window, and Ctrl+Shift+Z does it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui import theme
from inspector.gui.app import Application
from inspector.gui.arranging import deeds
from inspector.gui.item_models.tree_cells import Column
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.tree_side import TreeSide
from inspector.gui.widgets.tree_openness import Branches, open_so, openness
from tests.gui.undo_and_redo import redo, says, undo

Open = Callable[[Path], OpenFile]
TreeOf = Callable[[OpenFile], TreeSide]


def shown(tree: TreeSide) -> list[str]:
    return [tree.outline.key(row) for row in tree.model.rows.rows]


@pytest.fixture
def tree(inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf) -> TreeSide:
    return tree_of(open_file(samples / "checkpoint_epoch2.pth"))


def test_nothing_is_undone_where_nothing_was_done(inspector: Application, tree: TreeSide) -> None:
    assert says(inspector) == says(inspector, "redo") == ""


def test_sorting_is_undone_and_done_again(inspector: Application, tree: TreeSide) -> None:
    before = shown(tree)
    tree.view.columns._sort(Column.PARAMETERS)
    sorted_rows = shown(tree)
    assert sorted_rows != before
    assert says(inspector) == "Undo Sort by Parameters"
    undo(inspector)
    assert shown(tree) == before
    assert says(inspector, "redo") == "Redo Sort by Parameters"
    redo(inspector)
    assert shown(tree) == sorted_rows


def test_an_empty_search_field_lets_the_window_undo(qtbot: QtBot, inspector: Application, tree: TreeSide) -> None:
    before = shown(tree)
    tree.view.columns._sort(Column.PARAMETERS)
    tree.search.setFocus()
    qtbot.keyClick(tree.search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert shown(tree) == before
    tree.view.columns._sort(Column.PARAMETERS)
    sorted_rows = shown(tree)
    qtbot.keyClicks(tree.search, "c")
    qtbot.keyClick(tree.search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tree.search.text() == "", "what was typed is undone first"
    qtbot.waitUntil(lambda: shown(tree) == sorted_rows)


def test_branches_are_opened_and_closed_again_one_by_one(inspector: Application, tree: TreeSide) -> None:
    before = shown(tree)
    for _ in range(2):
        place = next(p for p, row in enumerate(tree.model.rows.rows) if tree.model.rows.has_children(row))
        tree.view.toggle(place)
    assert shown(tree) == before
    undo(inspector)
    closed = shown(tree)
    assert len(closed) != len(before)
    undo(inspector)
    assert shown(tree) == before
    redo(inspector)
    assert shown(tree) == closed


def test_expanding_everything_is_one_deed(inspector: Application, tree: TreeSide) -> None:
    before = shown(tree)
    tree.collapse_all()
    tree.expand_all()
    undo(inspector)
    assert len(shown(tree)) < len(before)
    undo(inspector)
    assert shown(tree) == before


def test_what_is_typed_in_one_go_is_one_deed(qtbot: QtBot, inspector: Application, tree: TreeSide) -> None:
    everything = shown(tree)
    qtbot.keyClicks(tree.search, "bias")
    qtbot.waitUntil(lambda: tree.query == "bias")
    found = shown(tree)
    assert found != everything
    assert says(inspector) == "Undo Search"
    undo(inspector)
    assert (tree.search.text(), shown(tree)) == ("", everything)
    assert says(inspector) == ""
    redo(inspector)
    assert (tree.search.text(), shown(tree)) == ("bias", found)


def test_a_text_field_that_has_the_keyboard_undoes_its_own(
    qtbot: QtBot, inspector: Application, tree: TreeSide
) -> None:
    tree.expand_all()
    tree.search.setFocus()
    qtbot.keyClicks(tree.search, "bias")
    qtbot.waitUntil(lambda: tree.query == "bias")
    qtbot.keyClick(tree.search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: tree.query == "")
    qtbot.keyClick(tree.search, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert tree.model.rows.is_open(tree.model.rows.rows[0])


def test_a_walk_is_one_deed_and_a_rest_begins_another(
    inspector: Application, tree: TreeSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = inspector.session.files[0]
    first = file.row
    for place in (1, 2, 3):
        tree.view.choose(tree.model.rows.rows[place])
    third = file.row
    inspector.window.undoing.settle()
    monkeypatch.setattr(deeds, "MOMENT", -1.0)  # it rested
    tree.view.choose(tree.model.rows.rows[5])
    undo(inspector)
    assert file.row == third == tree.view.current()
    undo(inspector)
    assert file.row == tree.view.current() == first
    redo(inspector)
    assert file.row == third
    assert says(inspector).startswith("Undo Choose ")


def test_hidden_columns_come_back(inspector: Application, tree: TreeSide) -> None:
    tree.view.columns._show(Column.STD, False)
    assert says(inspector) == "Undo Hide column Std"
    undo(inspector)
    assert not tree.view.isColumnHidden(Column.STD)
    redo(inspector)
    assert tree.view.isColumnHidden(Column.STD)


def test_a_width_is_dragged_and_undone(qtbot: QtBot, inspector: Application, tree: TreeSide) -> None:
    header = tree.view.horizontalHeader()
    before = header.sectionSize(Column.LAYER)
    edge = header.sectionViewportPosition(Column.LAYER) + before - 1
    start, end = (header.viewport().rect().center() for _ in range(2))
    start.setX(edge)
    end.setX(edge + 60)
    qtbot.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(header.viewport(), end)
    qtbot.mouseRelease(header.viewport(), Qt.MouseButton.LeftButton, pos=end)
    if header.sectionSize(Column.LAYER) == before:
        pytest.skip("this platform moves no pointer")
    undo(inspector)
    assert header.sectionSize(Column.LAYER) == before


def test_each_tab_has_its_own_past_and_the_window_one_for_all(
    inspector: Application, tree: TreeSide, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    first = inspector.session.files[0]
    tree.view.columns._sort(Column.PARAMETERS)
    other = tree_of(open_file(samples / "half.pth"))
    assert says(inspector) == ""
    other.collapse_all()
    inspector.window.actions_["theme_dark"].trigger()
    assert theme.colours() is theme.DARK
    assert says(inspector) == "Undo Change Colours"
    undo(inspector)
    assert theme.colours() is theme.LIGHT
    assert inspector.window.actions_["theme_system"].isChecked()
    assert says(inspector) == "Undo Collapse All"
    inspector.session.show(first)
    assert says(inspector) == "Undo Sort by Parameters"


def test_a_closed_tab_is_opened_again_as_it_was(
    qtbot: QtBot, inspector: Application, tree: TreeSide, samples: Path, open_file: Open
) -> None:
    open_file(samples / "half.pth")
    inspector.session.show(inspector.session.files[0])
    qtbot.keyClicks(tree.search, "bias")
    qtbot.waitUntil(lambda: tree.query == "bias")
    tree.view.columns._sort(Column.PARAMETERS)
    was = shown(tree)
    inspector.window.actions_["close"].trigger()
    assert [file.name for file in inspector.session.files] == ["half.pth"]
    assert inspector.window.actions_["reopen"].isEnabled()
    undo(inspector)
    file = inspector.session.current
    assert isinstance(file, OpenFile)
    assert [page.name for page in inspector.session.pages] == ["checkpoint_epoch2.pth", "half.pth"]
    assert [panel.page for panel in inspector.window.place.order()] == inspector.session.pages  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: inspector.window.panels[file].has_content)
    again = inspector.window.tree()
    qtbot.waitUntil(lambda: shown(again) == was)
    assert again.search.text() == "bias"
    redo(inspector)
    assert [page.name for page in inspector.session.pages] == ["half.pth"]
    inspector.window.actions_["reopen"].trigger()
    assert [page.name for page in inspector.session.pages] == ["checkpoint_epoch2.pth", "half.pth"]
    assert not inspector.window.actions_["reopen"].isEnabled()
    assert says(inspector) == "Undo Reopen checkpoint_epoch2.pth"


def test_tabs_that_were_moved_go_back(qtbot: QtBot, inspector: Application, samples: Path, open_file: Open) -> None:
    names = ["half.pth", "linear.pth", "nan.pth"]
    for name in names:
        open_file(samples / name)
    inspector.window.place.tabs.moveTab(3, 1)
    assert [page.name for page in inspector.session.pages] == ["nan.pth", "half.pth", "linear.pth"]
    qtbot.waitUntil(lambda: says(inspector) == "Undo Move Tab")
    undo(inspector)
    assert [page.name for page in inspector.session.pages] == names
    assert [panel.page.name for panel in inspector.window.place.order()] == names  # type: ignore[attr-defined]
    redo(inspector)
    assert [page.name for page in inspector.session.pages] == ["nan.pth", "half.pth", "linear.pth"]


def test_switches_of_the_window_are_undone(inspector: Application, tree: TreeSide) -> None:
    window = inspector.window
    window.actions_["details"].trigger()
    assert not window.place.details.isVisible()
    window.actions_["fold"].trigger()
    undo(inspector)
    assert not window.actions_["fold"].isChecked()
    undo(inspector)
    assert window.place.details.isVisible()


def test_recents_that_were_forgotten_return(inspector: Application, tree: TreeSide) -> None:
    before = inspector.settings.recents()
    assert before
    inspector.window.actions_["forget"].trigger()
    assert inspector.settings.recents() == []
    undo(inspector)
    assert inspector.settings.recents() == before


def test_a_picture_is_looked_at_as_before(qtbot: QtBot, inspector: Application, samples: Path, open_file: Open) -> None:
    open_file(samples / "resnet_plain.pth")
    details = inspector.window.place.details
    qtbot.waitUntil(lambda: details.entry is not None)
    assert details.entry is not None
    inspector.window.inspect_panel().choose_key("conv1.weight")
    picture = details.entry.tensor_page.picture
    assert picture.choice.texts() == ["Filters", "Heat map"]
    picture.choice.choose(1)
    assert says(inspector) == "Undo Look: Heat map"
    details.entry.tensor_page.tabs.setCurrentIndex(1)
    undo(inspector)
    assert details.entry.tensor_page.tabs.currentIndex() == 0
    undo(inspector)
    assert picture.choice.current == 0
    redo(inspector)
    assert picture.choice.current == 1
    details.stop()


def test_what_is_typed_right_after_undoing_is_another_deed(
    qtbot: QtBot, inspector: Application, tree: TreeSide
) -> None:
    everything = shown(tree)
    qtbot.keyClicks(tree.search, "bias")
    qtbot.waitUntil(lambda: tree.query == "bias")
    undo(inspector)
    qtbot.keyClicks(tree.search, "weight")
    qtbot.waitUntil(lambda: tree.query == "weight")
    assert says(inspector, "redo") == ""
    assert says(inspector) == "Undo Search"
    undo(inspector)
    assert (tree.search.text(), shown(tree)) == ("", everything)


@pytest.mark.parametrize(("name", "place"), [("show_file", 1), ("show_entry", 0)])
def test_what_is_asked_for_before_the_details_are_made_is_done_once_they_are(
    name: str, place: int, qtbot: QtBot, inspector: Application, samples: Path
) -> None:
    details = inspector.window.place.details
    inspector.session.open([str(samples / "half.pth")])
    asked: list[bool] = []

    def ask() -> None:
        asked.append(details.entry is None)
        inspector.window.actions_[name].trigger()

    inspector.window.panel().ready.connect(ask, Qt.ConnectionType.SingleShotConnection)
    qtbot.waitUntil(lambda: details.entry is not None)
    assert asked == [True]
    assert details.currentIndex() == place
    qtbot.waitUntil(lambda: details.isAncestorOf(QApplication.focusWidget()))
    if place:
        assert says(inspector) == "Undo Show File"
        undo(inspector)
        assert details.currentIndex() == 0


class _Tree:
    """Ten layers of three blocks of two tensors each."""

    def __init__(self) -> None:
        self.depths = [0, *[depth for _ in range(10) for depth in (1, *[d for _ in range(3) for d in (2, 3, 3)])]]
        rows, at = range(len(self.depths)), self.depths
        self.ends = [next((deep for deep in rows[row + 1 :] if at[deep] <= at[row]), len(rows)) for row in rows]
        self.parents = [max((up for up in rows[:row] if at[up] < at[row]), default=-1) for row in rows]


class _Chain:
    """Branches each in the one before it."""

    def __init__(self, levels: int) -> None:
        self.depths = list(range(levels))
        self.ends = [levels] * levels
        self.parents = list(range(-1, levels - 1))


def test_openness_is_said_in_few_words_and_taken_back() -> None:
    from inspector.gui.item_models.tree_rows import TreeRows

    tree = _Tree()
    shown, branches = TreeRows(tree), Branches(tree)
    shown.open_to(2)
    shown.open_rows([2])
    shown.close(shown.place_of(11))  # type: ignore[arg-type]
    said = openness(shown, branches, str)
    assert said == {"depth": 2, "opened": ["2"], "closed": ["11"]}
    other = TreeRows(tree)
    assert open_so(other, said, int)
    assert list(other.rows) == list(shown.rows)
    assert not open_so(other, {"depth": "deep"}, int)


@pytest.mark.parametrize("levels", [3, 90])
def test_openness_of_a_deep_tree_is_all_of_it(levels: int) -> None:
    from inspector.gui.item_models.tree_rows import TreeRows

    tree = _Chain(levels)
    shown, branches = TreeRows(tree), Branches(tree)
    for opened in ((), range(levels), (0, 1, levels - 2)):
        shown.close_all()
        shown.open_rows(list(opened))
        other = TreeRows(tree)
        assert open_so(other, openness(shown, branches, str), int)
        assert [other.is_open(row) for row in range(levels - 1)] == [shown.is_open(row) for row in range(levels - 1)]


def test_the_clipboard_is_no_part_of_it(inspector: Application, tree: TreeSide) -> None:
    tree.view.choose(tree.model.rows.rows[1])
    inspector.window.actions_["copy_key"].trigger()
    copied = QGuiApplication.clipboard().text()
    undo(inspector)
    assert QGuiApplication.clipboard().text() == copied
