"""The aligned tree in a real window: keyboard, chips, search, strip, marks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from inspector.analysis.distances import Distance
from inspector.comparing.diffing import MISSING, SAME, SIZE, UNEXPECTED, VALUES, compare
from inspector.gui import theme
from inspector.gui.comparing.pair_view import DIFFERENT, PairView
from inspector.gui.item_models.pair_cells import PairColumn
from inspector.gui.item_models.pair_rows import RANKS, PairTree
from inspector.gui.widgets.overview_strip import OverviewStrip
from tests.gui.pairs_making import comparison, many, network, side

Key = Qt.Key
FAR = Distance(numel=8, equal=2, max_abs=1.25, l2=1.0, norm_a=2.0, norm_b=2.0, dot=3.5, bit_equal=False)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[PairView]:
    view = PairView()
    qtbot.addWidget(view)
    view.resize(1300, 600)
    with qtbot.waitExposed(view):
        view.show(comparison())
    yield view
    view.close()
    theme.apply()


def keys(view: PairView) -> list[str]:
    """The keys of the pairs on show."""
    return [view.tree.outline.key(row) for row in view.model.rows.rows if view.tree.ranks[row]]


def current(view: PairView) -> str:
    row = view.view.current()
    return view.tree.outline.key(row) if row >= 0 else ""


def chip(view: PairView, name: str) -> QAbstractButton:
    return view.chips._chips[name]


def test_chips_count_each_kind_and_hide_those_of_none(view: PairView) -> None:
    assert view.chips.texts() == ["− only in B: 1", "+ only in A: 1", "≠ size mismatch: 2", "= same: 5"]


def test_a_chip_leaves_its_kind_and_gives_everything_back(qtbot: QtBot, view: PairView) -> None:
    qtbot.mouseClick(chip(view, SIZE), Qt.MouseButton.LeftButton)
    assert keys(view) == ["fc.weight", "fc.bias"]
    qtbot.mouseClick(chip(view, MISSING), Qt.MouseButton.LeftButton)
    assert keys(view) == ["conv1.bias", "fc.weight", "fc.bias"]
    qtbot.keyClick(chip(view, SIZE), Key.Key_Space)
    qtbot.keyClick(chip(view, MISSING), Key.Key_Space)
    assert len(keys(view)) > 3
    view.filter_kinds(DIFFERENT)
    assert keys(view) == ["conv1.bias", "fc.weight", "fc.bias", "old.scale"]


def test_the_search_language_works_together_with_the_chips(qtbot: QtBot, view: PairView) -> None:
    qtbot.keyClicks(view.search, "weight")
    qtbot.waitUntil(lambda: view.filter.count.text() == "4 matches")
    view.filter_kinds({SIZE})
    assert keys(view) == ["fc.weight"]
    view.search.clear()
    qtbot.waitUntil(lambda: keys(view) == ["fc.weight", "fc.bias"])
    qtbot.keyClicks(view.search, "shape:banana")
    qtbot.waitUntil(lambda: view.filter.problem.isVisible())
    assert "is no shape" in view.filter.problem.text()
    view.search.clear()
    qtbot.waitUntil(lambda: not view.filter.problem.isVisible())


def test_statistics_are_not_searched_here_and_it_says_so(qtbot: QtBot, view: PairView) -> None:
    qtbot.keyClicks(view.search, "nan")
    qtbot.waitUntil(lambda: "in the tab of one file" in view.filter.problem.text())


def test_the_next_difference_goes_round_and_round(view: PairView) -> None:
    found = []
    for _ in range(5):
        view.step(1)
        found.append(current(view))
    assert found == ["conv1.bias", "fc.weight", "fc.bias", "old.scale", "conv1.bias"]
    view.step(-1)
    assert current(view) == "old.scale"


def test_the_next_difference_follows_the_order_on_show(view: PairView) -> None:
    view.view.columns.sort(PairColumn.PARAMETERS, descending=False)
    found = []
    for _ in range(4):
        view.step(1)
        found.append(current(view))
    assert sorted(found) == ["conv1.bias", "fc.bias", "fc.weight", "old.scale"]
    assert found[-1] == "fc.weight"


def test_both_columns_of_keys_open_and_close_and_there_is_one_current_row(qtbot: QtBot, view: PairView) -> None:
    tree = view.view
    for column in (PairColumn.KEY_A, PairColumn.KEY_B):
        before = view.model.rowCount()
        place = view.model.rows.place_of(view.tree.outline.row("layers") or 0)
        assert place is not None
        rect = tree.visualRect(view.model.index(place, column))
        triangle = tree._delegate.expander(rect, 0).center()
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=triangle)
        assert view.model.rowCount() == before + 2
        qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=triangle)
        assert view.model.rowCount() == before
    tree.setFocus()
    qtbot.keyClick(tree, Key.Key_Home)
    qtbot.keyClick(tree, Key.Key_Asterisk)
    assert current(view) == "conv1"


def test_choosing_a_key_opens_what_hides_it_and_tells_the_pair(view: PairView) -> None:
    chosen: list[object] = []
    view.chosen.connect(chosen.append)
    view.filter_kinds({SIZE})
    assert view.choose("layers.1.bias")
    assert current(view) == "layers.1.bias"
    assert view.current is not None
    assert view.current.kind == SAME
    assert chosen[-1] is view.current
    assert view.chips.down == frozenset()
    assert not view.choose("nowhere")


def test_marks_set_keys_off_in_the_tree_and_in_the_strip(qtbot: QtBot, view: PairView) -> None:
    view.collapse_all()
    view.mark(["fc.weight", "fc.bias", "nowhere"])
    rows = view.tree.rows_of(["fc.weight", "fc.bias"])
    assert view.view._delegate.marked == frozenset(rows)  # type: ignore[attr-defined]
    assert current(view) == "fc.weight"
    assert set(rows) <= set(view.model.rows.rows)
    accent = theme.colours().accent
    strip = view.strip.grab().toImage()
    assert any(strip.pixelColor(1, y).name() == accent for y in range(strip.height()))
    view.mark(())
    assert not view.view._delegate.marked  # type: ignore[attr-defined]


def test_distances_recount_the_chips_and_repaint_the_strip(view: PairView) -> None:
    row = view.tree.outline.row("layers.0.weight")
    assert row is not None
    view.set_distances({row: FAR}, {})
    assert "Δ values differ: 1" in view.chips.texts()
    assert "= same: 4" in view.chips.texts()
    assert RANKS[VALUES] in [rank for _, _, rank in view.strip.stretches()]


def test_showing_another_comparison_keeps_what_is_open_and_chosen(view: PairView) -> None:
    view.choose("layers.1.bias")
    view.show(compare(side("a.pth", network()), side("b.pth", network())))
    assert current(view) == "layers.1.bias"
    assert view.chips.texts() == ["= same: 8"]
    chosen: list[object] = []
    view.chosen.connect(chosen.append)
    view.show(compare(side("a.pth", network(classes=4)), side("b.pth", network())))
    assert chosen == [view.current]
    view.show(compare(side("a.pth", {"other": (1,)}), side("b.pth", {"other": (1,)})))
    assert chosen[1:] == [None]
    assert view.current is None


def test_marks_are_shown_though_a_filter_hid_them(view: PairView) -> None:
    view.filter_kinds({MISSING})
    view.mark(["fc.weight"])
    assert current(view) == "fc.weight"
    assert view.chips.down == frozenset()


def test_the_strip_shows_where_the_differences_lie_and_leads_there(qtbot: QtBot, view: PairView) -> None:
    marks = [rank for _, _, rank in view.strip.stretches()]
    assert marks == [RANKS[MISSING], RANKS[SIZE], RANKS[UNEXPECTED]]
    row = view.tree.outline.row("fc.weight")
    assert row is not None
    y = next(y for y in range(view.strip.height()) if view.strip.line_at(y) == row)
    qtbot.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(8, y + 1))
    assert current(view) == "fc.weight"


def test_marks_of_few_pairs_stand_beside_their_rows(qtbot: QtBot, view: PairView) -> None:
    view.model.change(lambda rows: rows.open_rows(range(len(view.tree))))
    qtbot.waitUntil(lambda: view.model.rowCount() == len(view.tree))
    view._look()
    rows, top = view.view.verticalHeader(), view.view.viewport().y()
    assert len(view.tree) * rows.defaultSectionSize() < view.view.viewport().height()
    marked = {y for first, pixels, _ in view.strip.stretches() for y in range(first, first + pixels)}
    for row, rank in enumerate(view.tree.ranks):
        middle = top + rows.sectionViewportPosition(row) + rows.sectionSize(row) // 2
        assert (middle in marked) is (rank in view.strip._colours)


def test_the_longer_keys_get_the_room_that_the_others_leave(view: PairView) -> None:
    tree = view.view
    needed = {PairColumn.KEY_A: 300, PairColumn.KEY_B: 100}
    tree._delegate.width = lambda model, row, column: needed[column]  # type: ignore[method-assign]
    assert tree._shares(450) == (300, 150)
    assert sum(tree._shares(380)) == 380  # one of them is cut, and nothing beside it
    assert tree._shares(700) == (350, 350)  # there is room for both, alike


def test_of_many_pairs_the_strip_still_shows_the_few_that_differ(qtbot: QtBot, view: PairView) -> None:
    view.show(tree=PairTree(many(20_000)))
    assert [rank for _, _, rank in view.strip.stretches()] == [RANKS[SIZE]]
    qtbot.mouseClick(view.strip, Qt.MouseButton.LeftButton, pos=QPoint(8, view.strip.height() - 1))
    assert view.current is not None
    assert view.current.kind == SIZE


def test_a_strip_without_lines_is_empty_and_answers_nothing(qtbot: QtBot) -> None:
    strip = OverviewStrip()
    qtbot.addWidget(strip)
    strip.resize(16, 200)
    assert strip.stretches() == []
    asked: list[int] = []
    strip.asked.connect(asked.append)
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton)
    assert asked == []
    strip.grab()


def test_value_columns_are_hidden_where_there_are_no_values(view: PairView) -> None:
    assert view.view.isColumnHidden(PairColumn.MAX_ABS)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_gaps_signs_and_marks_are_painted_in_the_colours_in_force(qtbot: QtBot, view: PairView, choice: str) -> None:
    theme.apply(choice)
    view.expand_all()
    view.mark(["fc.weight"])
    now = theme.colours()
    image = view.view.viewport().grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width()) for y in range(0, image.height(), 2)}
    assert now.surface in seen
    from inspector.gui.item_models.pair_cells import MEANINGS

    for kind in (MISSING, UNEXPECTED, SIZE):
        colour = now.of(MEANINGS[kind])
        assert any(_near(name, colour.name()) for name in seen), kind


def _near(one: str, other: str) -> bool:
    from PySide6.QtGui import QColor

    a, b = QColor(one), QColor(other)
    return max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) < 40


def test_every_part_has_a_name_for_those_who_hear_the_window(view: PairView) -> None:
    assert view.view.accessibleName() == "Keys of both sides"
    assert view.strip.accessibleName()
    assert view.chips.accessibleName()
    assert chip(view, SIZE).accessibleName() == "size mismatch: 2"
