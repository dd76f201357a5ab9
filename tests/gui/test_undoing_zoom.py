"""Zooming and moving a plot or a picture is one step of undo for each gesture; what a plot does by itself is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.run_panel import SETUP, TRAINING
from tests.gui.running.words_of_runs import history, losses
from tests.gui.undo_and_redo import redo, says, undo

Open = Callable[[Path], OpenFile]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def turn(widget: QWidget, notches: int, times: int = 1) -> None:
    """Turns the wheel in the middle of a widget, in one burst."""
    at = QPointF(widget.width() / 2, widget.height() / 2)
    for _ in range(times):
        event = QWheelEvent(
            at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), NONE, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)


def drag(qtbot: QtBot, widget: QWidget, across: int) -> None:
    """Drags the middle of a widget so many pixels to the right."""
    start = widget.rect().center()
    qtbot.mousePress(widget, LEFT, pos=start)
    for part in (0.3, 0.7, 1.0):
        at = QPointF(start) + QPointF(part * across, 0)
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, widget.mapToGlobal(at), NONE, LEFT, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(widget, event)
    qtbot.mouseRelease(widget, LEFT, pos=start + QPoint(across, 0))


@pytest.fixture
def page(qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, measured: Callable[..., Any]) -> Any:
    """The page of a tensor with its histogram and its picture, of a file that is measured."""
    measured(open_file(samples / "resnet_plain.pth"))
    details = inspector.window.place.details
    qtbot.waitUntil(lambda: details.entry is not None)
    inspector.window.inspect_panel().choose_key("conv1.weight")
    page = details.entry.tensor_page
    qtbot.waitUntil(lambda: page.spread.plot.isVisible() and page.picture.view.isVisible())
    return page


def span(plot: Any) -> tuple[float, ...]:
    return tuple(round(end, 9) for end in plot.getPlotItem().getViewBox().viewRange()[0])


def test_a_burst_of_the_wheel_is_one_step(qtbot: QtBot, inspector: Application, page: Any) -> None:
    plot, before = page.spread.plot, says(inspector)
    whole = span(plot)
    turn(plot.viewport(), 1, times=4)
    near = span(plot)
    assert whole != near
    assert says(inspector) == "Undo Zoom: Histogram of the values"
    undo(inspector)
    assert span(plot) == whole
    assert says(inspector) == before
    redo(inspector)
    assert span(plot) == near
    turn(plot.viewport(), 1)
    undo(inspector)
    assert span(plot) == near, "what comes after undoing is another step"
    undo(inspector)
    assert span(plot) == whole


def test_after_a_rest_it_is_another_step(qtbot: QtBot, inspector: Application, page: Any) -> None:
    plot = page.spread.plot
    turn(plot.viewport(), 1)
    near = span(plot)
    qtbot.waitUntil(lambda: not plot.gesture._rest.isActive())
    drag(qtbot, plot.viewport(), 60)
    assert span(plot) != near
    undo(inspector)
    assert span(plot) == near


def test_other_values_are_no_step_and_end_all_of_before(inspector: Application, page: Any) -> None:
    plot, before = page.spread.plot, says(inspector)
    turn(plot.viewport(), 1)
    inspector.window.inspect_panel().choose_key("fc.bias")
    assert says(inspector).startswith("Undo Choose")
    shown = span(plot)
    undo(inspector)
    assert "Zoom" not in says(inspector)
    assert says(inspector) in (before, "")
    redo(inspector)
    assert span(plot) == shown


def test_a_logarithmic_axis_leaves_the_zoom_as_it_is(inspector: Application, page: Any) -> None:
    plot = page.spread.plot
    turn(plot.viewport(), 1, times=3)
    near = span(plot)
    page.spread.logarithmic.click()
    assert span(plot) == near
    undo(inspector)
    undo(inspector)
    assert span(plot) != near


def test_a_range_that_the_plot_finds_is_found_again(inspector: Application, page: Any) -> None:
    plot = page.spread.plot
    box = plot.getPlotItem().getViewBox()
    plot.getPlotItem().enableAutoRange(x=True)
    turn(plot.viewport(), 1)
    assert not box.autoRangeEnabled()[0]
    undo(inspector)
    assert box.autoRangeEnabled()[0]
    redo(inspector)
    assert not box.autoRangeEnabled()[0]


def test_a_picture_is_zoomed_and_moved(qtbot: QtBot, inspector: Application, page: Any) -> None:
    picture = page.picture.view
    turn(picture, 1, times=5)
    assert says(inspector) == "Undo Zoom: Picture of the values"
    near = picture._view()
    qtbot.waitUntil(lambda: not picture.gesture._rest.isActive())
    drag(qtbot, picture, -30)
    moved = picture._view()
    assert moved != near
    undo(inspector)
    assert picture._view() == near
    undo(inspector)
    assert picture._view() == (1.0, 0.5, 0.5)
    redo(inspector)
    redo(inspector)
    assert picture._view() == moved
    turn(picture, 1, times=0)
    qtbot.keyClicks(picture, "0")
    assert picture._view()[0] == 1.0
    undo(inspector)
    assert picture._view() == moved


def test_a_gesture_that_changes_nothing_is_no_step(qtbot: QtBot, inspector: Application, page: Any) -> None:
    before = says(inspector)
    turn(page.picture.view, -1)
    qtbot.mouseClick(page.spread.plot.viewport(), LEFT)
    assert says(inspector) == before


def test_plots_of_a_pair(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.compare(str(samples / "checkpoint_epoch0.pth"), str(samples / "checkpoint_epoch2.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and panel.pane is not None and panel.comparison.is_measured)
    panel.choose_key(next(pair.b.key for pair in panel.comparison.found.tree.comparison.pairs if pair.b is not None))
    qtbot.waitUntil(lambda: panel.pane._found is not None)
    for widget, shown, name in (
        (panel.pane.histograms.viewport(), panel.pane.histograms._view, "Histograms of both tensors"),
        (panel.pane.picture, panel.pane.picture._view, "Where it changed"),
    ):
        whole = shown()
        turn(widget, 1, times=3)
        near = shown()
        assert says(inspector) == f"Undo Zoom: {name}"
        undo(inspector)
        assert shown() == pytest.approx(whole)
        redo(inspector)
        assert shown() == pytest.approx(near)


@pytest.mark.usefixtures("torch_is_loaded")
def test_curves_of_a_run_follow_again(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.run(str(samples / "checkpoint_epoch2.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    panel.show_view(TRAINING)
    plot = panel.training.plot
    plot.set_history(history())
    plot.start(20, 4, 0)
    plot.append_batches(losses(4, 1, *([0.25] * 10)))
    plot.redraw()
    assert says(inspector) == "", "what a run says is no step"
    turn(plot.loss.viewport(), 1, times=3)
    assert says(inspector) == "Undo Zoom: Curves of the run"
    near = plot.span.range(plot.run)
    plot.append_batches(losses(5, 1, *([0.25] * 10)))
    plot.redraw()
    undo(inspector)
    assert plot.head.follow.isChecked()
    assert not plot.span.is_free
    assert says(inspector) == ""
    redo(inspector)
    assert plot.span.range(plot.run) == pytest.approx(near)
    assert not plot.head.follow.isChecked()
    qtbot.waitUntil(lambda: not plot.gesture._rest.isActive())
    plot.head.whole.click()
    undo(inspector)
    assert plot.span.range(plot.run) == pytest.approx(near)
    panel.show_view(SETUP)
    assert says(inspector) == "Undo Zoom: Curves of the run"
    inspector.window.undoing.changed.emit()
    assert says(inspector) == "", "what is not seen is not undone"
