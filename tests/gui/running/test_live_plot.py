"""The plots of a run in a real window: what is drawn, what follows, what the crosshair and the keys do."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui import theme
from inspector.gui.running import crosshair
from inspector.gui.running.live_plot import LivePlot
from inspector.gui.running.plot_panes import Pane
from inspector.gui.running.run_curves import RunCurves
from inspector.gui.running.span import Span
from inspector.gui.running.sparse_axis import powers, spacing
from inspector.workshop.run_words import EpochEnd

from .words_of_runs import end, history, losses


@pytest.fixture
def plot(qtbot: QtBot) -> Iterator[LivePlot]:
    plot = LivePlot()
    qtbot.addWidget(plot)
    plot.resize(900, 640)
    with qtbot.waitExposed(plot):
        plot.show()
    yield plot
    theme.apply("light")


def resumed(plot: LivePlot) -> LivePlot:
    """Three stored epochs, of the fourth 10 of 20 batches, and what is planned: six epochs."""
    plot.set_history(history())
    plot.set_future_rates(4, (0.001, 0.0005, 0.0005))
    plot.start(20, 4, 0)
    plot.append_batches(losses(4, 1, *([0.25] * 10)))
    plot.redraw()
    return plot


def point(pane: Pane, place: QPointF, held: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """Moves the pointer to a place of the scene."""
    viewport, at = pane.viewport(), QPointF(pane.mapFromScene(place))
    move = QMouseEvent(
        QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton, held,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(viewport, move)


def drawn(pane: Pane, name: str) -> tuple[list[float], list[float]]:
    """All points on the screen of the visible curves with a name."""
    xs: list[float] = []
    ys: list[float] = []
    for line, trace in zip(pane._lines, pane.traces):
        if trace.name == name and line.curve.isVisible() and line.curve.xData is not None:
            xs += line.curve.xData.tolist()
            ys += line.curve.yData.tolist()
    return xs, ys


# What is drawn


def test_the_resumed_curve_goes_on_where_the_stored_one_ends(plot: LivePlot) -> None:
    resumed(plot)
    stored, _ = drawn(plot.loss, "stored")
    new, ys = drawn(plot.loss, "batches")
    assert max(stored) == pytest.approx(3.0)
    assert new == pytest.approx([3 + b / 20 for b in range(1, 11)])
    assert ys == pytest.approx([0.25] * 10)
    assert plot.loss.begin.isVisible()
    assert plot.loss.begin.value() == pytest.approx(3.0)
    assert plot.loss.begin_words.isVisible()


def test_the_average_goes_on_from_the_stored_losses(plot: LivePlot) -> None:
    resumed(plot)
    _, smoothed = drawn(plot.loss, "smoothed")
    assert 0.25 < smoothed[0] < 0.6, "it would be 0.25 if it had begun anew"
    plot.set_smoothing(1)
    plot.redraw()
    assert drawn(plot.loss, "smoothed")[1] == pytest.approx([0.25] * 10)


def test_a_run_that_does_not_go_on_from_the_stored_batches_averages_its_own(plot: LivePlot) -> None:
    plot.set_history(history())
    plot.start(20, 9, 0)
    plot.append_batches(losses(9, 1, 5.0, 5.0))
    plot.redraw()
    assert drawn(plot.loss, "smoothed")[1] == pytest.approx([5.0, 5.0])


def test_stored_means_are_drawn_where_no_batches_are_stored(plot: LivePlot) -> None:
    plot.set_history(history(batches=0)._replace(valid_loss=()))
    plot.redraw()
    assert drawn(plot.loss, "stored")[1] == pytest.approx([1, 1 / 2, 1 / 3])


def test_validation_and_accuracy_are_points_of_each_epoch(plot: LivePlot) -> None:
    resumed(plot)
    plot.append_batches(losses(4, 11, *([0.25] * 10)))
    plot.add_epoch(end(4, valid=0.3, accuracy=0.91))
    plot.redraw()
    # The line leads on from the last stored point.
    assert drawn(plot.loss, "validation") == ([3.0, 4.0], [pytest.approx(1.1 / 3), 0.3])
    assert drawn(plot.accuracy, "accuracy")[1] == [pytest.approx(80.0), pytest.approx(91.0)]
    symbols = [line.symbols for line, trace in zip(plot.loss._lines, plot.loss.traces) if trace.name == "validation"]
    assert symbols[0].data["x"].tolist() == [4.0]


def test_there_is_no_accuracy_where_none_is_known(plot: LivePlot) -> None:
    plot.start(10, 1, 0)
    plot.append_batches(losses(1, 1, 1.0))
    plot.add_epoch(end(1, accuracy=None))
    plot.redraw()
    assert not plot.accuracy.isVisible()
    assert "accuracy" not in plot.head.legend.texts()
    assert "stored" not in plot.head.legend.texts()


def test_the_next_learning_rates_are_drawn_dashed_on_the_old_curve(plot: LivePlot) -> None:
    resumed(plot)
    xs, ys = drawn(plot.rate, "next")
    assert ys == [0.001, 0.001, 0.0005, 0.0005]
    assert xs == pytest.approx([3, 4, 4, 6])
    assert drawn(plot.rate, "stored") == ([pytest.approx(0), pytest.approx(3)], [0.001, 0.001])
    assert drawn(plot.rate, "rate")[0] == pytest.approx([3, 3.5])
    dashed = [line for line, trace in zip(plot.rate._lines, plot.rate.traces) if trace.name == "next"]
    assert dashed[0].curve.opts["pen"].style() == Qt.PenStyle.DashLine


def test_the_best_epoch_is_marked_and_moves_on(plot: LivePlot) -> None:
    resumed(plot)
    assert plot.loss.best.data["x"].tolist() == [3.0]
    plot.add_epoch(end(4, valid=0.2, best=True))
    plot.redraw()
    assert plot.loss.best.data["x"].tolist() == [4.0]
    assert plot.loss.best_words.toPlainText() == "best: epoch 4"
    plot.mark_best(2)
    plot.redraw()
    assert plot.loss.best.data["x"].tolist() == [2.0]


def test_losses_that_are_no_numbers_are_marked(plot: LivePlot) -> None:
    resumed(plot)
    plot.append_batches(losses(4, 11, 0.2, math.nan, 0.2))
    plot.redraw()
    assert plot.loss.unfit.data["x"].tolist() == [pytest.approx(3.6)]


def test_a_run_that_is_set_back_draws_its_batches_anew(plot: LivePlot) -> None:
    resumed(plot)
    plot.append_batches(losses(4, 6, 9.0, 9.0))
    plot.redraw()
    xs, ys = drawn(plot.loss, "batches")
    assert ys == pytest.approx([0.25] * 5 + [9.0] * 2)
    assert xs == sorted(xs)
    assert len(plot.run.own.smooth) == 7


def test_a_second_run_begins_without_the_first(plot: LivePlot) -> None:
    resumed(plot)
    plot.clear()
    plot.start(10, 1, 0)
    plot.append_batches(losses(1, 1, 2.0))
    plot.redraw()
    assert drawn(plot.loss, "stored") == ([], [])
    assert drawn(plot.loss, "batches") == ([0.1], [2.0])
    assert not plot.loss.begin.isVisible()


# Axes


def test_on_a_logarithmic_axis_what_is_not_above_zero_leaves_the_picture(plot: LivePlot) -> None:
    plot.start(10, 1, 0)
    plot.append_batches(losses(1, 1, 1.0, 0.1, 0.0, -3.0, 0.01))
    plot.set_log(True)
    plot.redraw()
    _, ys = drawn(plot.loss, "batches")
    assert ys[:2] == pytest.approx([0.0, -1.0])
    low, high = plot.loss.getViewBox().viewRange()[1]
    assert -3 < low < -2 < 0 < high < 1
    assert ys[2] < low
    assert ys[3] < low


def test_losses_of_which_none_is_above_zero_do_no_harm_on_a_logarithmic_axis(plot: LivePlot) -> None:
    plot.start(10, 1, 0)
    plot.set_log(True)
    plot.append_batches(losses(1, 1, -1.0, -2.0))
    plot.redraw()
    plot.set_log(False)
    plot.redraw()
    low, high = plot.loss.getViewBox().viewRange()[1]
    assert low < -2 < -1 < high


EXTREMES = {
    "largest": (1.7e308, -1.7e308), "large": (1e300, 2e300), "tiny": (5e-324, 1e-320), "zero": (0.0, 0.0),
    "alike": (3.0, 3.0), "infinite": (math.inf, -math.inf, 1.0), "nan": (math.nan, math.nan),
    "all sorts": (1e308, 1e-308, 0.0, -1e308), "negative": (-1000.0, -2000.0),
}  # fmt: skip


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("name", EXTREMES)
def test_whatever_a_run_says_is_drawn(qtbot: QtBot, plot: LivePlot, name: str, logarithmic: bool) -> None:
    values = EXTREMES[name]
    plot.set_log(logarithmic)
    plot.set_future_rates(1, [*values, *values])
    plot.start(5, 1, 0)
    plot.append_batches(losses(1, 1, *values, lr=values[0]))
    plot.add_epoch(EpochEnd(1, values[0], values[-1], values[0], values[0], values[0], 1.0, True))
    plot.redraw()
    plot.pointer.point_at(0.2)
    plot.grab()
    assert plot.read_out.text().startswith("epoch 1, batch 1 of 5   loss ")
    low, high = plot.loss.getViewBox().viewRange()[1]
    assert math.isfinite(high - low)
    assert low < high


def test_losses_far_below_zero_are_in_the_picture(plot: LivePlot) -> None:
    plot.set_smoothing(1)
    plot.start(5, 1, 0)
    plot.append_batches(losses(1, 1, -1000.0, -2000.0, 5.0))
    plot.redraw()
    low, high = plot.loss.getViewBox().viewRange()[1]
    assert low < -2000 < 5 < high


def test_the_loss_axis_fits_what_is_seen(plot: LivePlot) -> None:
    plot.set_smoothing(1)
    plot.start(100, 1, 0)
    plot.append_batches(losses(1, 1, *([10.0] * 50), *([0.1] * 50)))
    plot.redraw()
    assert plot.loss.getViewBox().viewRange()[1][1] > 10
    plot._set_range(0.8, 1.0)
    plot.redraw()
    assert plot.loss.getViewBox().viewRange()[1][1] < 0.2


def test_all_plots_look_at_the_same_epochs(plot: LivePlot) -> None:
    resumed(plot)
    ranges = [pane.getViewBox().viewRange()[0] for pane in plot.panes]
    assert ranges[0] == ranges[1] == ranges[2]
    lefts = {pane.getViewBox().sceneBoundingRect().left() for pane in plot.panes}
    widths = {pane.getViewBox().sceneBoundingRect().width() for pane in plot.panes}
    assert len(lefts) == len(widths) == 1


def test_a_curve_that_grows_moves_the_axis_in_steps() -> None:
    run, span = RunCurves(), Span()
    run.start(100, 1, 0)
    ranges = set()
    for batch in range(1, 1001):
        run.add_batches(losses(1 + (batch - 1) // 100, 1 + (batch - 1) % 100, 1.0))
        x0, x1 = span.range(run)
        assert x0 <= run.own.first
        assert run.now <= x1
        ranges.add((x0, x1))
    assert len(ranges) <= 8


def test_what_is_planned_is_never_overshot() -> None:
    run, span = RunCurves(), Span()
    run.set_future_rates(1, [0.1, 0.1, 0.1])
    run.start(10, 1, 0)
    for epoch in (1, 2, 3):
        run.add_batches(losses(epoch, 1, *([1.0] * 10)))
        assert span.range(run)[1] < 3.2
    assert span.range(run)[1] >= 3.0


def test_of_a_long_history_only_a_part_is_shown_beside_a_short_run() -> None:
    run, span = RunCurves(), Span()
    run.set_history(history(epochs=100, batches=2))
    run.set_future_rates(101, [0.1] * 5)
    run.start(10, 101, 0)
    x0, x1 = span.range(run)
    assert 80 < x0 < 90
    assert x1 > 105 - 1


def test_one_stored_point_is_seen_before_the_run_that_goes_on_from_it(plot: LivePlot) -> None:
    """Learning rates worked out for the past do not make room for epochs of which nothing else is known."""
    plot.set_history(history()._replace(train_loss=(), batch_losses=None, accuracy=(), valid_loss=((3.0, 0.4),)))
    plot.start(20, 4, 0, 6)
    plot.append_batches(losses(4, 1, 0.5))
    plot.redraw()
    x0, _ = plot.span.range(plot.run)
    assert 2 < x0 < 2.5
    assert plot.loss.begin.isVisible()


@pytest.mark.parametrize(
    ("wished", "expected"),
    [((-1e9, 1e9), (0.0, 6.0)), ((100, 101), (5.0, 6.0)), ((3.0, 3.0 + 1e-9), (2.9, 3.1)), ((-5, -4), (0.0, 1.0)),
     ((2.0, 4.0), (2.0, 4.0))],
)  # fmt: skip
def test_there_is_no_way_out_of_what_there_is(
    plot: LivePlot, wished: tuple[float, float], expected: tuple[float, float]
) -> None:
    resumed(plot)
    plot._set_range(*wished)
    assert plot.span.range(plot.run) == pytest.approx(expected, abs=0.15)


def test_where_there_is_little_room_the_loss_has_it(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    heights = {}
    for height in (640, 300, 200):
        plot.resize(900, height)
        plot.redraw()
        heights[height] = [pane.isVisible() for pane in plot.panes]
    assert heights == {640: [True, True, True], 300: [True, True, False], 200: [True, False, False]}
    assert "accuracy" not in plot.head.legend.texts()
    assert plot.height() == 200
    plot.resize(900, 640)
    plot.redraw()
    assert plot.rate.isVisible()


def test_a_title_stands_beside_every_axis_that_is_as_long(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    titles = [pane.getPlotItem().getAxis("left").label for pane in plot.panes]
    plot.resize(900, 480)
    qtbot.waitUntil(lambda: all(title.isVisible() for title in titles))
    plot.resize(900, 260)
    qtbot.waitUntil(lambda: not titles[1].isVisible())
    plot.resize(900, 640)
    qtbot.waitUntil(lambda: all(title.isVisible() for title in titles))


def test_a_rate_that_stays_is_no_jagged_line(plot: LivePlot) -> None:
    plot.start(10, 1, 0)
    plot.append_batches(losses(1, 1, 1.0, 1.0))
    plot.redraw()
    low, high = plot.rate.getViewBox().viewRange()[1]
    assert low < 0.0008
    assert high > 0.0012


@pytest.mark.parametrize(
    ("span", "pixels", "expected"), [(1.0, 400, 0.2), (1.0, 40, 0.5), (90.0, 400, 10.0), (3e-9, 100, 1e-9)]
)
def test_numbers_of_an_axis_are_round_and_few(span: float, pixels: float, expected: float) -> None:
    assert spacing(span, pixels) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "pixels", "expected"),
    [(-1, 1, 400, [0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10]), (-1, 1, 60, [0.1, 1, 10]), (-9, 0, 60, [1e-9, 1e-6, 1e-3, 1]),
     (-0.5, -0.3, 300, [0.4, 0.5]), (0, 3, 140, [1, 3, 10, 30, 100, 300, 1000])],
)  # fmt: skip
def test_numbers_of_a_logarithmic_axis_have_room(low: float, high: float, pixels: int, expected: list[float]) -> None:
    found = powers(low, high, pixels)
    assert [10**each for each in found] == pytest.approx(expected)


# What a person does


def test_zooming_stops_following_and_a_double_click_follows_again(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    followed = plot.span.range(plot.run)
    viewport = plot.loss.viewport()
    middle = QPointF(viewport.width() / 2, viewport.height() / 2)
    wheel = QWheelEvent(
        middle, viewport.mapToGlobal(middle), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, wheel)
    assert not plot.head.follow.isChecked()
    x0, x1 = plot.span.range(plot.run)
    assert x1 - x0 < followed[1] - followed[0]
    qtbot.waitUntil(lambda: plot.rate.getViewBox().viewRange()[0] == pytest.approx([x0, x1]))

    plot.append_batches(losses(4, 11, 0.2))
    plot.redraw()
    assert plot.loss.getViewBox().viewRange()[0] == pytest.approx([x0, x1])

    qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=middle.toPoint())
    assert plot.head.follow.isChecked()
    qtbot.waitUntil(lambda: plot.loss.getViewBox().viewRange()[0] == pytest.approx(list(followed)))


def test_dragging_moves_along_the_epochs(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    plot._set_range(2.0, 4.0)
    plot.redraw()
    viewport, pixel = plot.loss.viewport(), plot.pointer.pixel()
    start, end_ = QPoint(500, 150), QPoint(300, 150)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in (20, 100, 200):
        point(plot.loss, plot.loss.mapToScene(start - QPoint(step, 0)), Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end_)
    x0, x1 = plot.span.range(plot.run)
    assert x1 - x0 == pytest.approx(2.0)
    assert x0 == pytest.approx(2.0 + 200 * pixel, abs=25 * pixel)


def test_what_the_crosshair_says_is_copied(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    plot.pointer.point_at(3.3)
    qtbot.keyClick(plot.loss, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == plot.read_out.text() != ""


def test_keys_zoom_and_show_everything(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    before = plot.span.range(plot.run)
    qtbot.keyClicks(plot.loss, "+")
    closer = plot.span.range(plot.run)
    assert closer[1] - closer[0] == pytest.approx((before[1] - before[0]) / 1.5)
    qtbot.keyClicks(plot.loss, "0")
    assert plot.span.range(plot.run) == pytest.approx((0, 6), abs=0.1)


def test_the_crosshair_says_what_is_at_a_batch(plot: LivePlot) -> None:
    resumed(plot)
    box = plot.loss.getViewBox()
    point(plot.loss, box.mapViewToScene(QPointF(3.3, 0.3)))
    assert plot.pointer.reading is not None
    assert (plot.pointer.reading.epoch, plot.pointer.reading.batch, plot.pointer.reading.batches) == (4, 6, 20)
    assert plot.pointer.reading.loss == 0.25
    text = plot.read_out.text()
    assert text.startswith("epoch 4, batch 6 of 20   loss 0.25")
    assert "validation (epoch 3) 0.3667" in text
    assert "learning rate 0.001" in text
    assert all(pane.cross.isVisible() for pane in plot.panes)
    assert plot.loss.accessibleDescription() == text


def test_the_crosshair_says_what_is_stored(plot: LivePlot) -> None:
    resumed(plot)
    plot.pointer.point_at(1.001)
    assert plot.pointer.reading is not None
    assert plot.pointer.reading.is_stored
    assert plot.pointer.reading.loss == pytest.approx(0.5)
    assert plot.pointer.reading.valid == pytest.approx(1.1)
    assert plot.pointer.reading.accuracy == pytest.approx(60.0)
    assert plot.read_out.text().endswith("(stored)")


def test_arrow_keys_move_the_crosshair_and_escape_takes_it_away(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    qtbot.keyClick(plot.loss, Qt.Key.Key_End)
    assert plot.pointer.reading is not None
    assert plot.pointer.reading.x == pytest.approx(3.5)
    qtbot.keyClick(plot.loss, Qt.Key.Key_Left)
    assert plot.pointer.reading.x == pytest.approx(3.45)
    qtbot.keyClick(plot.loss, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert plot.pointer.reading.x == pytest.approx(2.95)
    qtbot.keyClick(plot.loss, Qt.Key.Key_Right)
    assert plot.pointer.reading.x == pytest.approx(3.0)
    qtbot.keyClick(plot.loss, Qt.Key.Key_Home)
    assert plot.pointer.reading.x == pytest.approx(0.05)
    plot.activateWindow()
    plot.loss.setFocus()
    qtbot.waitUntil(plot.loss.hasFocus)
    QApplication.sendEvent(plot.loss, QEvent(QEvent.Type.Leave))
    assert plot.pointer.reading is not None, "it stays where the keyboard has put it"
    qtbot.keyClick(plot.loss, Qt.Key.Key_Escape)
    assert plot.pointer.reading is None
    assert not plot.loss.cross.isVisible()


def test_the_read_out_is_brief_where_there_is_little_room(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    plot.resize(330, 500)
    plot.redraw()
    assert plot.read_out.text().startswith("4: 10   loss 0.25   smooth")


def test_a_loss_that_is_no_number_is_read_as_one() -> None:
    run = RunCurves()
    run.start(10, 1, 0)
    run.add_batches(losses(1, 1, math.nan))
    found = crosshair.reading(run, 0.1)
    assert found is not None
    assert "loss ! NaN" in crosshair.words(found)


def test_of_nothing_nothing_is_read() -> None:
    assert crosshair.reading(RunCurves(), 1.0) is None


def test_the_legend_hides_curves_and_shows_them(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    plot.head.legend.press("batches")
    plot.redraw()
    assert drawn(plot.loss, "batches") == ([], [])
    assert drawn(plot.loss, "smoothed")[0]
    plot.head.legend.press("rate")
    plot.redraw()
    assert not plot.rate.isVisible()
    plot.head.legend.press("batches")
    plot.redraw()
    assert len(drawn(plot.loss, "batches")[0]) == 10


# Drawing as seldom as that


def test_words_are_drawn_together_a_tenth_of_a_second_later(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    redraws = []
    plot.loss.draw = lambda *arguments: redraws.append(arguments)  # type: ignore[method-assign]
    for batch in range(11, 21):
        plot.append_batches(losses(4, batch, 0.2))
    assert not redraws
    qtbot.waitUntil(lambda: bool(redraws))
    assert len(redraws) == 1


def test_what_is_hidden_is_drawn_when_it_is_shown(qtbot: QtBot, plot: LivePlot) -> None:
    resumed(plot)
    plot.hide()
    plot.append_batches(losses(4, 11, 8.0))
    assert not plot._soon.isActive()
    plot.show()
    qtbot.waitUntil(lambda: 8.0 in drawn(plot.loss, "batches")[1])


def test_a_million_points_reach_the_screen_as_some_thousand(plot: LivePlot) -> None:
    plot.start(10_000, 1, 0)
    ys = np.random.default_rng(0).normal(size=1_000_000) ** 2
    ys[654_321] = 500.0
    for epoch in range(100):
        plot.append_batches(losses(epoch + 1, 1, *ys[epoch * 10_000 : (epoch + 1) * 10_000]))
    plot.redraw()
    xs, drawn_ys = drawn(plot.loss, "batches")
    assert len(xs) < 4 * plot.loss.width()
    assert max(drawn_ys) == 500.0


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_colours_follow_the_theme(qtbot: QtBot, plot: LivePlot, choice: str) -> None:
    resumed(plot)
    theme.apply(choice)
    qtbot.wait(0)
    pens = {line.curve.opts["pen"].color().name() for line in plot.loss._lines}
    assert theme.colours().accent in pens
    assert theme.colours().positive in pens


def test_everything_can_be_reached_and_says_what_it_is(plot: LivePlot) -> None:
    controls = [plot.head.smoothing, plot.logarithmic, plot.head.follow, plot.head.whole, plot.loss]
    for widget in controls:
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget
    for widget in controls[:-1]:
        assert widget.toolTip(), widget
