"""The tree behaves as a tree does, by keyboard and by mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from inspector.gui.item_models.tree_cells import HEADINGS, Column
from inspector.gui.item_models.tree_model import CheckpointTreeModel
from inspector.gui.item_models.tree_rows import TreeRows
from inspector.gui.widgets.tree_view import TreeView
from tests.gui.making import cells_of, model_of, transformer

Key = Qt.Key


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[TreeView]:
    model = model_of(transformer())
    view = TreeView(model)
    model.setParent(view)
    qtbot.addWidget(view)
    view.resize(1400, 600)
    with qtbot.waitExposed(view):
        view.show()
    view.setFocus()
    yield view
    view.close()


def model(view: TreeView) -> CheckpointTreeModel:
    found = view.model()
    assert isinstance(found, CheckpointTreeModel)
    return found


def label(view: TreeView) -> str:
    return str(model(view).index(view.currentIndex().row(), 0).data())


def press(qtbot: QtBot, view: TreeView, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(view, key)


def test_arrows_open_close_and_go_through_the_tree(qtbot: QtBot, view: TreeView) -> None:
    press(qtbot, view, Key.Key_Home, Key.Key_Down)
    assert label(view) == "state_dict"
    press(qtbot, view, Key.Key_Right)
    assert model(view).rowCount() == 5
    press(qtbot, view, Key.Key_Right)
    assert label(view) == "model"
    press(qtbot, view, Key.Key_Left)
    assert label(view) == "state_dict"
    press(qtbot, view, Key.Key_Left)
    assert model(view).rowCount() == 3
    press(qtbot, view, Key.Key_End)
    assert label(view) == "lost"
    press(qtbot, view, Key.Key_Home)
    assert label(view) == "epoch"


def test_star_opens_everything_below_and_plus_minus_one_level(qtbot: QtBot, view: TreeView) -> None:
    press(qtbot, view, Key.Key_Home, Key.Key_Down, Key.Key_Asterisk)
    assert model(view).rowCount() == len(model(view).outline)
    assert label(view) == "state_dict"
    press(qtbot, view, Key.Key_Minus)
    assert model(view).rowCount() == 3
    press(qtbot, view, Key.Key_Plus)
    assert model(view).rowCount() == len(model(view).outline)


def test_typing_goes_to_the_next_key_that_begins_so(qtbot: QtBot, view: TreeView) -> None:
    press(qtbot, view, Key.Key_Home)
    qtbot.keyClicks(view, "lo")
    assert label(view) == "lost"
    view._forget_typed.timeout.emit()
    qtbot.keyClicks(view, "s")
    assert label(view) == "state_dict"


def test_enter_asks_for_details_and_choosing_is_told(qtbot: QtBot, view: TreeView) -> None:
    press(qtbot, view, Key.Key_Home)
    with qtbot.waitSignal(view.chosen) as chosen:
        press(qtbot, view, Key.Key_End)
    row = model(view).outline.row("lost")
    assert chosen.args == [row]
    with qtbot.waitSignal(view.asked) as asked:
        press(qtbot, view, Key.Key_Return)
    assert asked.args == [row]


def test_the_triangle_opens_without_choosing(qtbot: QtBot, view: TreeView) -> None:
    press(qtbot, view, Key.Key_Home)
    rect = view.visualRect(model(view).index(1, 0))
    triangle = view._delegate.expander(rect, 0).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=triangle)
    assert model(view).rowCount() == 5
    assert label(view) == "epoch"
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert label(view) == "state_dict"
    assert model(view).rowCount() == 5


def test_a_double_click_opens_a_branch_and_asks_for_a_leaf(qtbot: QtBot, view: TreeView) -> None:
    point = view.visualRect(model(view).index(1, 2)).center()
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert model(view).rowCount() == 5
    with qtbot.waitSignal(view.asked):
        qtbot.mouseDClick(
            view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model(view).index(0, 2)).center()
        )


def test_the_chosen_row_outlives_resets(qtbot: QtBot, view: TreeView) -> None:
    row = model(view).outline.row("state_dict.head.weight")
    assert row is not None
    view.choose(row)
    assert label(view) == "weight"
    model(view).change(TreeRows.open_all)
    assert view.current() == row
    model(view).change(lambda rows: rows.search([row]))
    assert view.current() == row


def test_showing_another_outline_keeps_what_it_is_told(view: TreeView) -> None:
    cells = cells_of(transformer(), folded=True)
    row = cells.outline.row("state_dict.model.layers.{0-3}.mlp.weight")
    opened = cells.outline.row("state_dict")
    assert row is not None
    assert opened is not None
    view.show_cells(cells, [opened], row)
    assert view.current() == row
    assert model(view).rows.is_open(opened)


def test_a_heading_sorts_largest_first_then_smallest_then_not(qtbot: QtBot, view: TreeView) -> None:
    header = view.horizontalHeader()

    def click() -> None:
        x = header.sectionViewportPosition(Column.SIZE) + 10
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, header.height() // 2))

    def sizes() -> list[int]:
        return [model(view).outline.nbytes[row] for row in model(view).rows.rows]

    click()
    assert sizes() == sorted(sizes(), reverse=True)
    click()
    assert sizes() == sorted(sizes())
    click()
    assert [model(view).index(place, 0).data() for place in range(3)] == ["epoch", "state_dict", "lost"]


def test_a_flat_list_has_room_for_whole_keys_and_gives_it_back(view: TreeView) -> None:
    view.columns.fit()
    before = view.columnWidth(Column.KEY)
    view.columns.sort(Column.SIZE)
    assert view.columnWidth(Column.KEY) > before
    view.columns.sort(Column.KEY)
    assert view.columnWidth(Column.KEY) == before
    assert not view.columns.is_arranged


def test_columns_can_be_hidden(view: TreeView) -> None:
    menu = QMenu(view)
    view.columns.fill_menu(menu)
    assert len(menu.actions()) == len(HEADINGS) - 1
    next(action for action in menu.actions() if action.text() == "Size").trigger()
    assert view.isColumnHidden(Column.SIZE)


def test_tells_which_rows_are_looked_at(qtbot: QtBot, view: TreeView) -> None:
    with qtbot.waitSignal(view.looked_at):
        model(view).change(TreeRows.open_all)
    assert view.on_show()[0] == 0
    view.resize(1400, 120)
    qtbot.waitUntil(lambda: len(view.on_show()) < 6)


def test_accessible_as_a_table_with_names(view: TreeView) -> None:
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.role() == QAccessible.Role.Table
    assert interface.text(QAccessible.Text.Name) == "Keys of the checkpoint"


def test_a_figure_that_goes_on_beyond_the_edge_is_not_shown_in_part(qtbot: QtBot, view: TreeView) -> None:
    column = view.visualRect(model(view).index(0, Column.PARAMETERS))
    model(view).change(lambda rows: rows.open_below(1))
    view.choose_none()
    outline = model(view).outline
    leaves = [
        place
        for place, row in enumerate(model(view).visible(0, 20))
        if outline.ends[row] == row + 1 and outline.parameters[row]
    ]
    rows = {str(model(view).index(place, Column.PARAMETERS).data()): place for place in leaves}
    assert len(rows) > 1, "tensors of several sizes"

    def cells() -> list[QImage]:
        picture = view.viewport().grab().toImage()
        shown = column.intersected(view.viewport().rect())
        places = (view.visualRect(model(view).index(place, 0)) for place in rows.values())
        return [picture.copy(shown.x(), place.y(), shown.width(), place.height()) for place in places]

    assert cells()[0] != cells()[1]
    view.resize(column.right() - 14 + view.width() - view.viewport().width(), view.height())
    assert all(cell == cells()[0] for cell in cells())


def test_what_is_painted_differs_where_the_rows_do(qtbot: QtBot, view: TreeView) -> None:
    """The picture has the chosen row's colour, and no other row has it."""
    press(qtbot, view, Key.Key_Home, Key.Key_Down)
    picture = view.viewport().grab().toImage()
    backs = [picture.pixelColor(5, view.visualRect(model(view).index(place, 0)).top() + 1).name() for place in range(3)]
    assert backs[1] == view._delegate._backs["selection"].name()
    assert backs[0] == backs[2] != backs[1]


def test_closing_a_branch_takes_the_chosen_row_to_it(qtbot: QtBot, view: TreeView) -> None:
    row = model(view).outline.row("state_dict.model.layers.0.attn.weight")
    assert row is not None
    view.choose(row)
    view.toggle(1)
    assert label(view) == "state_dict"


def test_choosing_a_branch_gives_up_the_sorting_that_hides_it(view: TreeView) -> None:
    view.columns.sort(Column.SIZE)
    row = model(view).outline.row("state_dict.model")
    assert row is not None
    view.choose(row)
    assert view.current() == row
    assert not view.horizontalHeader().isSortIndicatorShown()


def test_what_is_in_view_ends_with_a_whole_column(view: TreeView) -> None:
    header = view.horizontalHeader()
    view.fit_columns()
    for width in (520, 700, 880):
        view.resize(width, 600)
        ends = [header.sectionPosition(column) + header.sectionSize(column) for column in range(header.count())]
        assert view.viewport().width() in ends
    assert not view.columns.is_arranged


def test_columns_that_a_person_made_wider_stay_so(view: TreeView) -> None:
    header = view.horizontalHeader()
    view.fit_columns()
    fitted = view.columns.arrangement()
    header.resizeSection(Column.LAYER, 333)
    before = header.sectionSize(Column.KEY)
    view.resize(700, 600)
    assert (header.sectionSize(Column.KEY), header.sectionSize(Column.LAYER)) == (before, 333)
    view.columns.arrange(fitted)  # it is taken back
    assert not view.columns.is_arranged
    assert header.sectionSize(Column.LAYER) < 333


def test_a_text_that_is_cut_gets_the_room_that_is_free(view: TreeView) -> None:
    view.fit_columns()
    header = view.horizontalHeader()
    fitted = header.sectionSize(Column.DTYPE)
    view.columns._least[Column.DTYPE] = (fitted - 30, fitted)
    view.resize(2400, 600)
    assert header.sectionSize(Column.DTYPE) == fitted
