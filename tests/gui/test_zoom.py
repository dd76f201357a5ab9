"""Everything larger and smaller; fonts and colours of the system, followed while the window is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui import theme, zooming
from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.tree_side import TreeSide
from inspector.gui.widgets.labels import Label

Open = Callable[[Path], OpenFile]
TreeOf = Callable[[OpenFile], TreeSide]


@pytest.fixture(autouse=True)
def usual_font(qapp: QApplication) -> Iterator[QFont]:
    font = QFont(qapp.font())
    yield font
    zooming.apply(zooming.USUAL)
    if qapp.font() != font:
        qapp.setFont(font)
        zooming.follow_system()


@pytest.fixture
def tree(inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf) -> TreeSide:
    return tree_of(open_file(samples / "checkpoint_epoch2.pth"))


def sizes(tree: TreeSide) -> dict[str, float]:
    """What goes by the zoom, of several kinds."""
    button = next(each for each in tree.findChildren(QToolButton) if each.accessibleName() == "Expand All")
    header = tree.view.horizontalHeader()
    return {
        "font": tree.view.font().pointSizeF(),
        "row": tree.view.verticalHeader().sectionSize(0),
        "button": button.width(),
        "icon": button.iconSize().width(),
        "column": header.sectionSize(2),
        "search": tree.search.fontMetrics().height(),
        "font of its own": tree.damage.findChildren(Label)[0].font().pointSizeF(),
    }


def test_everything_grows_and_is_as_before_again(qtbot: QtBot, inspector: Application, tree: TreeSide) -> None:
    actions = inspector.window.actions_
    before = sizes(tree)
    for _ in range(4):
        actions["zoom_in"].trigger()
    assert zooming.wanted(inspector.settings) == 175
    # The columns follow a moment later: they share the room that letters of this size leave.
    qtbot.waitUntil(lambda: sizes(tree) == {name: pytest.approx(1.75 * size, rel=0.2) for name, size in before.items()})
    actions["zoom_reset"].trigger()
    qtbot.waitUntil(lambda: sizes(tree) == pytest.approx(before, abs=1))
    assert QGuiApplication.font().pointSizeF() == before["font"]


def test_a_new_tab_is_as_large_as_one_that_grew(
    inspector: Application, tree: TreeSide, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    inspector.window.commands.zoom(150)
    grown = sizes(tree)
    fresh = sizes(tree_of(open_file(samples / "checkpoint_epoch4.pth")))
    for name in set(grown) - {"column"}:
        assert fresh[name] == pytest.approx(grown[name], abs=1), name


def test_there_is_a_largest_and_a_smallest(inspector: Application) -> None:
    actions = inspector.window.actions_
    for _ in range(12):
        actions["zoom_in"].trigger()
    assert zooming.wanted(inspector.settings) == 200
    for _ in range(12):
        actions["zoom_out"].trigger()
    assert zooming.wanted(inspector.settings) == 70


def test_it_is_undone_at_once_and_kept_for_another_day(
    qtbot: QtBot, qapp: QApplication, inspector: Application, usual_font: QFont
) -> None:
    actions = inspector.window.actions_
    actions["zoom_in"].trigger()
    actions["zoom_in"].trigger()
    actions["undo"].trigger()
    assert zooming.wanted(inspector.settings) == 100
    assert qapp.font().pointSizeF() == usual_font.pointSizeF()
    actions["redo"].trigger()
    assert zooming.wanted(inspector.settings) == 125
    zooming.apply(100)
    second = Application(qapp, inspector.settings)
    assert qapp.font().pointSizeF() == pytest.approx(1.25 * usual_font.pointSizeF())
    second.window.close()
    second.end()


def test_ctrl_and_the_wheel_zoom_wherever_the_pointer_is(qtbot: QtBot, inspector: Application, tree: TreeSide) -> None:
    qtbot.waitUntil(lambda: inspector.window.keeping is not None)
    handle = inspector.window.windowHandle()
    where = QPointF(tree.view.viewport().mapTo(inspector.window, QPoint(80, 80)))

    def turn(notches: float, modifiers: Qt.KeyboardModifier) -> None:
        angle = QPoint(0, int(120 * notches))
        event = QWheelEvent(
            where, where, QPoint(), angle, Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(handle, event)

    turn(1, Qt.KeyboardModifier.ControlModifier)
    assert zooming.wanted(inspector.settings) == 110
    turn(-0.5, Qt.KeyboardModifier.ControlModifier)
    assert zooming.wanted(inspector.settings) == 110
    turn(-0.5, Qt.KeyboardModifier.ControlModifier)
    assert zooming.wanted(inspector.settings) == 100
    turn(1, Qt.KeyboardModifier.NoModifier)
    assert zooming.wanted(inspector.settings) == 100


def test_another_font_of_the_system_is_taken_up_at_once(
    qtbot: QtBot, qapp: QApplication, inspector: Application, tree: TreeSide, usual_font: QFont
) -> None:
    inspector.window.commands.zoom(150)
    grown = sizes(tree)
    larger = QFont(usual_font)
    larger.setPointSizeF(1.25 * usual_font.pointSizeF())
    qapp.setFont(larger)  # as Qt does it when the desktop says so
    qtbot.waitUntil(lambda: qapp.font().pointSizeF() == pytest.approx(1.875 * usual_font.pointSizeF()))
    assert sizes(tree)["row"] > grown["row"]
    inspector.window.commands.zoom(100)
    assert qapp.font().pointSizeF() == pytest.approx(larger.pointSizeF())


def mean(widget: QWidget) -> float:
    """How light a widget is, from 0 to 255."""
    picture = widget.grab().toImage().scaled(24, 24)
    return sum(picture.pixelColor(x, y).lightness() for x in range(24) for y in range(24)) / 24**2


def test_the_colours_of_the_system_are_followed_everywhere(
    qtbot: QtBot, inspector: Application, tree: TreeSide
) -> None:
    window, hints = inspector.window, QGuiApplication.styleHints()
    details = window.place.details
    qtbot.waitUntil(lambda: details.entry is not None)
    assert details.entry is not None
    window.inspect_panel().choose_key("model_state_dict.conv1.weight")
    page = details.entry.tensor_page
    qtbot.waitUntil(lambda: page.picture.kind is not None and page.picture.view.isVisible())
    parts = [tree.view.viewport(), tree.search, window.menuBar(), window.statusBar(), page.spread.plot, page.head]
    light = [mean(part) for part in parts]
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)  # as Qt says it; these platforms have but one scheme
    qtbot.waitUntil(lambda: theme.colours() is theme.DARK)
    dark = [mean(part) for part in parts]
    assert min(light) > 190, light
    assert max(dark) < 90, dark
    ground = page.spread.plot.grab().toImage().pixelColor(2, 2)
    assert ground == QColor(theme.DARK.surface)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    qtbot.waitUntil(lambda: theme.colours() is theme.LIGHT)
    assert [mean(part) for part in parts] == pytest.approx(light, abs=3)
    details.stop()
