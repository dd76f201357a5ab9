"""The widgets that know nothing of checkpoints, each by what it shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui import theme
from inspector.gui.widgets.axis_picker import AxisPicker
from inspector.gui.widgets.cell_axis import CellAxis
from inspector.gui.widgets.colour_scale import ColourBar, Scale
from inspector.gui.widgets.flow_layout import FlowLayout
from inspector.gui.widgets.histogram_plot import HistogramPlot
from inspector.gui.widgets.labels import ElidedLabel, Label, plain_tip
from inspector.gui.widgets.pager import ROWS, Pager
from inspector.gui.widgets.picture import Look, PictureView
from inspector.gui.widgets.segments import Segments
from inspector.gui.widgets.series_plot import SeriesPlot
from inspector.gui.widgets.summary_line import SummaryLine
from inspector.gui.widgets.text_viewer import TextViewer
from inspector.gui.widgets.treemap import Treemap
from inspector.gui.widgets.treemap_layout import squarify


@pytest.fixture
def dark(qapp: QApplication):
    """The window's dark colours, and the light ones again afterwards."""
    before = qapp.palette()
    qapp.setPalette(theme.palette(theme.DARK))
    yield theme.DARK
    qapp.setPalette(before)


# Histogram


def test_bars_are_as_high_as_the_counts(qtbot: QtBot) -> None:
    plot = HistogramPlot()
    qtbot.addWidget(plot)
    plot.show_counts(np.array([0.0, 1, 2, 3]), np.array([5.0, 0, 10]), mean=1.5, std=0.5)

    assert plot.bar_heights().tolist() == [5, 0, 10]
    assert plot.mean_line.value() == 1.5
    assert plot.deviation.getRegion() == (1.0, 2.0)


def test_on_a_logarithmic_axis_a_single_value_is_seen_and_none_is_not(qtbot: QtBot) -> None:
    plot = HistogramPlot()
    qtbot.addWidget(plot)
    plot.show_counts(np.array([0.0, 1, 2, 3]), np.array([1.0, 0, 1000]))
    plot.set_logarithmic(True)

    heights = plot.bar_heights()

    assert heights[1] == 0
    assert heights[0] == pytest.approx(np.log10(2))
    assert heights[2] == pytest.approx(np.log10(2000))


def test_arrow_keys_tell_each_bar(qtbot: QtBot) -> None:
    plot = HistogramPlot()
    qtbot.addWidget(plot)
    plot.show_counts(np.array([0.0, 1, 2]), np.array([1.0, 3]))

    with qtbot.waitSignal(plot.pointed) as said:
        qtbot.keyClick(plot, Qt.Key.Key_End)

    assert said.args == ["1 to 2: 3 values, 75 %"]
    assert plot.accessibleDescription() == "1 to 2: 3 values, 75 %"
    plot.set_logarithmic(True)
    assert plot.chosen_bar.opts["height"][0] == plot.bar_heights()[1]
    qtbot.keyClick(plot, Qt.Key.Key_Left)
    assert plot.chosen == 0


def test_a_plot_follows_the_theme(qtbot: QtBot, dark: theme.Colours) -> None:
    plot = HistogramPlot()
    qtbot.addWidget(plot)
    plot.show_counts(np.array([0.0, 1]), np.array([1.0]))

    assert plot.bars.opts["brush"].color() == QColor(theme.DARK.bars)
    QApplication.setPalette(theme.palette(theme.LIGHT))
    qtbot.waitUntil(lambda: plot.bars.opts["brush"].color() == QColor(theme.LIGHT.bars))
    assert plot.backgroundBrush().color() == QColor(theme.LIGHT.surface)


# Series


def test_few_values_are_stems_and_many_a_line(qtbot: QtBot) -> None:
    plot = SeriesPlot()
    qtbot.addWidget(plot)
    few, many = np.array([1.0, -2.0, np.nan]), np.linspace(0, 1, 1000)
    plot.show_series(few, few, few, np.isnan(few))
    assert plot.stems.opts["height"].tolist() == [1, -2, 0]
    assert plot.unfit.getData()[0].tolist() == [2]

    plot.show_series(many, many - 1, many + 1, np.isnan(many), step=50)

    assert len(plot.stems.opts["x"]) == 0
    assert plot.line.yData.tolist() == many.tolist()
    assert plot.line.xData[1] == 75


# Pictures


def shown_picture(
    qtbot: QtBot, pixels: np.ndarray, look: Look | None = None, size: tuple[int, int] = (300, 200)
) -> PictureView:
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(*size)
    view.show_picture(lambda: pixels, look or Look())
    view.show()
    qtbot.waitExposed(view)
    return view


def chequered(rows: int, columns: int) -> np.ndarray:
    """Each cell in a colour of its own: red by row, green by column."""
    pixels = np.zeros((rows, columns, 3), dtype=np.uint8)
    pixels[..., 0] = np.arange(rows)[:, None] * 20
    pixels[..., 1] = np.arange(columns)[None] * 20
    return pixels


@pytest.mark.parametrize("look", [Look(), Look(square=False, rulers=True), Look(tile=(2, 2))])
def test_each_cell_is_painted_where_it_says_it_is(qtbot: QtBot, look: Look) -> None:
    view = shown_picture(qtbot, chequered(4, 6), look)
    image = view.grab().toImage()
    ratio = image.devicePixelRatio()

    seen = set()
    for y in range(0, view.height(), 3):
        for x in range(0, view.width(), 3):
            cell = view.cell_at(QPointF(x, y))
            inner = {view.cell_at(QPointF(x + dx, y + dy)) for dx in (-2, 2) for dy in (-2, 2)}
            if cell is None or inner != {cell}:
                continue
            colour = image.pixelColor(int(x * ratio), int(y * ratio))
            assert (colour.red(), colour.green()) == (cell[0] * 20, cell[1] * 20)
            seen.add(cell)
    assert seen == {(row, column) for row in range(4) for column in range(6)}


def test_pointing_and_arrow_keys_name_the_cell(qtbot: QtBot) -> None:
    view = shown_picture(qtbot, chequered(4, 6))
    pointed: list[tuple[int, int]] = []
    view.pointed.connect(lambda row, column: pointed.append((row, column)))

    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)

    assert pointed == [(0, 0), (0, 1), (1, 1), (1, 0), (3, 0)]
    qtbot.mouseMove(view, QPoint(view.width() // 2 + 5, view.height() // 2 + 5))
    qtbot.waitUntil(lambda: pointed[-1] == (2, 3))


def test_zoom_keeps_what_is_under_the_pointer(qtbot: QtBot) -> None:
    view = shown_picture(qtbot, chequered(12, 12), size=(240, 240))
    place = QPointF(50, 170)
    before = view.cell_at(place)

    view._zoom_to(5.0, place)

    assert view.cell_at(place) == before
    qtbot.keyClick(view, Qt.Key.Key_0)
    assert view.cell_at(QPointF(8, 8)) == (0, 0)


def test_a_picture_of_nothing_can_be_clicked(qtbot: QtBot) -> None:
    view = shown_picture(qtbot, np.zeros((0, 0, 3), dtype=np.uint8))

    for key in (Qt.Key.Key_Left, Qt.Key.Key_Plus, Qt.Key.Key_0):
        qtbot.keyClick(view, key)
    qtbot.mouseDClick(view, Qt.MouseButton.LeftButton)

    assert view.cursor_cell is None


@given(tiles=st.integers(1, 9), tile=st.integers(1, 9), length=st.floats(1, 5000), origin=st.floats(-100, 100))
def test_every_cell_is_found_at_its_middle(tiles: int, tile: int, length: float, origin: float) -> None:
    axis = CellAxis(tiles * tile, tile, origin, length)

    for cell in range(axis.cells):
        assert axis.cell_at(axis.start(cell) + axis.cell / 2) == cell
    assert axis.cell_at(origin - 1) is None
    assert axis.cell_at(origin + length + 1) is None
    assert axis.start(axis.cells - 1) + axis.cell == pytest.approx(origin + length)


def test_rulers_count_values_not_cells() -> None:
    ticks = CellAxis(cells=100, tile=100, origin=0, length=500).ticks(step=7, first=0, last=500)

    assert [number for _, number in ticks] == [0, 100, 200, 300, 400, 500, 600]
    assert ticks[1][0] == pytest.approx((100 // 7 + 0.5) * 5)


# Colours


def test_the_scale_diverges_around_zero() -> None:
    scale = Scale.of(np.array([-1.0, 0.0, 3.0]))
    low, middle, high = (QColor(*(int(c) for c in pixel)) for pixel in scale.pixels(np.array([-3.0, 0.0, 3.0])))

    assert (scale.low, scale.high, scale.diverging) == (-3.0, 3.0, True)
    assert low == QColor(theme.colours().negative)
    assert middle.name() == QColor(theme.colours().surface).name() or middle.lightness() > 240
    assert high == QColor(theme.colours().positive)


def test_a_few_outliers_do_not_make_all_else_pale() -> None:
    values = np.r_[np.linspace(-1, 1, 10_000), 500.0]

    robust, full = Scale.of(values), Scale.of(values, full=True)

    assert robust.clipped
    assert robust.high == pytest.approx(1, abs=0.02)
    assert full.high == 500


@pytest.mark.parametrize(
    "values", [[], [np.nan], [0.0], [2.0, 2.0], [-1.0, -5.0], [1.0, 5.0], [0.0] * 300 + [1e-300], [1e308, -1e308]]
)
def test_any_values_have_a_scale(qtbot: QtBot, values: list[float]) -> None:
    array = np.array(values, dtype=np.float64)
    bar = ColourBar()
    qtbot.addWidget(bar)

    for full in (False, True):
        scale = Scale.of(array, full=full)
        assert scale.pixels(array).shape == (*array.shape, 3)
        bar.show_scale(scale)
        bar.grab()
        assert len(bar.labels()) in ((2, 3) if np.isfinite(array).any() else (0,))


def test_unfit_cells_have_the_colour_of_danger() -> None:
    pixels = Scale(-1, 1, diverging=True).pixels(np.array([0.5, np.nan]), np.array([False, True]))

    assert QColor(*(int(c) for c in pixels[1])) == QColor(theme.colours().danger)


# Small parts


def test_labels_show_markup_for_what_it_is(qtbot: QtBot) -> None:
    label = Label("<b>bold</b> & <img src='x'>")
    qtbot.addWidget(label)

    assert label.textFormat() == Qt.TextFormat.PlainText
    assert "<b>" not in plain_tip("<b>bold</b>")
    assert "&lt;b&gt;" in plain_tip("<b>bold</b>")


def test_labels_keep_their_tone_in_both_themes(qtbot: QtBot, dark: theme.Colours) -> None:
    label = Label("quiet", tone="quiet")
    qtbot.addWidget(label)
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(theme.DARK.quiet)

    QApplication.setPalette(theme.palette(theme.LIGHT))

    qtbot.waitUntil(lambda: label.palette().color(QPalette.ColorRole.WindowText) == QColor(theme.LIGHT.quiet))


def test_a_long_line_is_cut_in_its_middle_and_does_not_widen_the_window(qtbot: QtBot) -> None:
    label = ElidedLabel("k" * 100_000)
    qtbot.addWidget(label)

    assert label.minimumSizeHint().width() < 100
    label.resize(100, 20)
    label.grab()


def test_flow_goes_on_in_the_next_line(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    flow = FlowLayout(page, across=10, down=5)
    for _ in range(3):
        box = QLabel()
        box.setFixedSize(100, 20)
        flow.addWidget(box)

    assert flow.sizeHint().width() == 320
    assert (flow.heightForWidth(320), flow.heightForWidth(319), flow.heightForWidth(120)) == (20, 45, 70)
    flow.setGeometry(QRect(0, 0, 220, 100))
    assert [flow.itemAt(i).geometry().topLeft() for i in range(3)] == [QPoint(0, 0), QPoint(110, 0), QPoint(0, 25)]


def test_pager_walks_to_the_end_and_back(qtbot: QtBot) -> None:
    pager = Pager(ROWS)
    qtbot.addWidget(pager)
    pager.show_pages(1_050, 500)
    stops = []
    pager.moved.connect(lambda: stops.append((pager.first, pager.last)))

    for button in (2, 2, 1, 3, 0):
        pager.buttons[button].click()

    assert stops == [(500, 1000), (1000, 1050), (500, 1000), (1000, 1050), (0, 500)]
    assert not pager.buttons[0].isEnabled()
    assert pager.words() == "rows 0 to 499 of 1,050"


def test_axis_picker_never_names_a_dimension_twice(qtbot: QtBot) -> None:
    picker = AxisPicker()
    qtbot.addWidget(picker)
    picker.show_shape((4, 5, 6, 7), 2, 3)
    picker.hold((1, 2, 0, 0))
    assert (picker.axes, picker.others, picker.index_words()) == ((2, 3), [1, 2, 0, 0], "[1, 2, :, :]")

    with qtbot.waitSignal(picker.changed):
        picker._rows.setCurrentIndex(3)
        picker._rows.activated.emit(3)

    assert picker.axes == (3, 2)
    assert picker.index_words() == "[1, 2, :, :]"


def test_segments_have_one_choice(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    segments = Segments("Picture", page)
    segments.show_choices(["Filters", "Heat map"])
    assert segments.current == 0

    with qtbot.waitSignal(segments.chosen) as said:
        segments.choose(1)

    assert said.args == [1]
    segments.show_choices(["Line"])
    assert segments.isHidden()


def test_words_are_found_in_a_text(qtbot: QtBot) -> None:
    viewer = TextViewer("the text")
    qtbot.addWidget(viewer)
    viewer.show_text("\n".join(f"line {number}" for number in range(100)))

    viewer.field.setText("line 42")
    assert viewer.text.textCursor().selectedText() == "line 42"
    viewer.field.setText("nowhere")

    assert viewer.said.text() == "not there"
    assert viewer.text.isReadOnly()


# Treemap


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=60), st.floats(20, 2000), st.floats(20, 2000))
def test_areas_are_as_the_sizes(sizes: list[int], width: float, height: float) -> None:
    sizes.sort(reverse=True)
    boxes = squarify(sizes, (3.0, 4.0, width, height))

    for size, (left, top, wide, high) in zip(sizes, boxes, strict=True):
        assert wide * high == pytest.approx(size / sum(sizes) * width * height, rel=1e-6, abs=1e-4)
        assert min(left - 3, top - 4, 3 + width - left - wide, 4 + height - top - high) >= -1e-4  # of a pixel


class Halves:
    """A tree of which each node has two parts, twice as large and of the same size, three deep."""

    def children(self, node: int) -> list[int]:
        return [0, 1] if node == -1 else [] if node > 5 else [2 * node + 2, 2 * node + 3]

    def size(self, node: int) -> float:
        return 1.0

    def label(self, node: int) -> str:
        return f"node {node}"

    def words(self, node: int) -> str:
        return f"this is node {node}"


def test_a_treemap_can_be_clicked_and_walked(qtbot: QtBot) -> None:
    treemap = Treemap()
    qtbot.addWidget(treemap)
    treemap.resize(600, 400)
    treemap.show_parts(Halves())
    treemap.show()
    qtbot.waitExposed(treemap)
    leaves = [cell for cell in treemap.cells if not cell.has_parts]
    assert {cell.node for cell in leaves} == {6, 7, 8, 9, 10, 11, 12, 13}

    with qtbot.waitSignal(treemap.chosen) as clicked:
        qtbot.mouseClick(treemap, Qt.MouseButton.LeftButton, pos=leaves[3].area.center().toPoint())
    assert clicked.args == [leaves[3].node]

    qtbot.keyClick(treemap, Qt.Key.Key_Right)
    with qtbot.waitSignal(treemap.pointed) as pointed:
        qtbot.keyClick(treemap, Qt.Key.Key_Right)
    assert pointed.args[0].startswith("this is node")
    with qtbot.waitSignal(treemap.chosen):
        qtbot.keyClick(treemap, Qt.Key.Key_Return)


def test_a_push_button_shows_an_ampersand(qtbot: QtBot) -> None:
    from inspector.gui.widgets.links_row import LinksRow

    page = QWidget()
    qtbot.addWidget(page)
    links = LinksRow("Parts", page)
    links.show_links(["a & b"])

    assert isinstance(links.buttons[0], QPushButton)
    assert links.buttons[0].text() == "a && b"


def test_nan_is_told_from_the_colours_of_the_scale_by_hatching(qtbot: QtBot) -> None:
    values = np.array([[1.0, np.nan], [-1.0, 0.5]])
    unfit, scale = np.isnan(values), Scale.of(values, full=True)
    view, bar = PictureView(), ColourBar()
    qtbot.addWidget(view)
    qtbot.addWidget(bar)
    view.resize(200, 200)
    view.show_picture(lambda: scale.pixels(values, unfit), Look(struck=unfit))
    picture = view.grab().toImage()
    seen = {picture.pixelColor(x, y).name() for x in range(120, 180) for y in range(20, 80)}
    assert seen == {theme.colours().danger, theme.colours().surface}
    bar.show_scale(scale, unfit=True)
    assert "NaN" in bar.accessibleName()
    bar.show_scale(scale)
    assert "NaN" not in bar.accessibleName()


def test_the_first_line_of_a_flow_is_as_high_as_what_stands_beside_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    flow, beside, box = FlowLayout(window), QPushButton("high", window), QCheckBox("low")
    beside.setFont(theme.scaled_font(4))
    high = beside.sizeHint().height()
    flow.beside = beside
    flow.addWidget(box)
    assert flow.heightForWidth(300) == high > box.sizeHint().height()
    flow.setGeometry(QRect(0, 0, 300, high))
    assert abs(box.geometry().center().y() - high / 2) <= 1


def test_a_flow_may_end_at_the_right_and_keeps_its_margins(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    flow, button = FlowLayout(window, is_last=True), QPushButton("last")
    flow.setContentsMargins(20, 8, 20, 12)
    flow.addWidget(button)
    flow.setGeometry(QRect(0, 0, 300, 60))
    assert (button.geometry().right(), button.y()) == (279, 8)
    assert flow.heightForWidth(300) == button.sizeHint().height() + 20


# Lines of facts, and of figures


def test_a_line_of_facts_shows_whole_ones(qtbot: QtBot) -> None:
    line = SummaryLine()
    qtbot.addWidget(line)
    line.setText("fc1.weight  float32[512, 784]  mean -0.000545  std 0.0302")
    line.resize(2000, 30)
    assert line.shown() == line.text()
    for width in range(line.sizeHint().height() * 4, 600, 7):
        line.resize(width, 30)
        shown = line.shown().removesuffix("  …")
        assert shown == line.text() or "…" in shown or line.text().startswith(f"{shown}  ")
        assert not line.grab().isNull()
    line.resize(70, 30)
    assert "…" in line.shown()


def test_widgets_come_closer_where_one_line_holds_them_by_that(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    flow = FlowLayout(page, across=14)
    flow.least_across = 8
    buttons = [QPushButton("one"), QPushButton("two"), QPushButton("three")]
    for button in buttons:
        flow.addWidget(button)
    needed = sum(button.sizeHint().width() for button in buttons)
    high = buttons[0].sizeHint().height()
    assert flow.heightForWidth(needed + 2 * 8) == high
    assert flow.heightForWidth(needed + 2 * 8 - 1) == 2 * high + 6
    flow.setGeometry(QRect(0, 0, needed + 2 * 10, 100))
    assert buttons[1].x() - buttons[0].geometry().right() - 1 == 10
