"""The detail panel with real files: what it shows of tensors, values, groups, and of what is broken or hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from inspector.analysis.statistics import measure
from inspector.checkpoint.entries import Branch, Checkpoint, Extra, Tensor, Value
from inspector.checkpoint.outline import Outline
from inspector.checkpoint.reading import open_checkpoint
from inspector.gui.detail import DetailPanel
from inspector.gui.detail.shapes import Kind
from inspector.gui.theme import LIGHT, colours
from inspector.progress import finish

from .making import checkpoint_of, of_zeros, opened, tensor_of

Show = Callable[[Checkpoint, str], Tensor]


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[DetailPanel]:
    made = DetailPanel()
    qtbot.addWidget(made)
    made.resize(560, 760)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.stop()


@pytest.fixture
def show(qtbot: QtBot, panel: DetailPanel) -> Show:
    """Shows the tensor at a key, measured, with its picture drawn."""

    def shown(checkpoint: Checkpoint, key: str) -> Tensor:
        tensor = dict(checkpoint.tensors())[key]
        panel.show_entry(checkpoint, key, tensor)
        panel.show_statistics(key, finish(measure(tensor)))
        qtbot.waitUntil(lambda: not panel.tensor_page.picture._latest.is_busy)
        return tensor

    return shown


def pixel(panel: DetailPanel, row: int, column: int) -> QColor:
    return QColor(*(int(c) for c in panel.tensor_page.picture.view.pixels[row, column]))


def test_nothing_is_chosen_at_first(panel: DetailPanel) -> None:
    assert panel.nothing.isVisible()
    panel.copy_summary()
    panel.copy_as_python()


# A tensor


def test_the_summary_can_be_copied(panel: DetailPanel, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "linear.pth"), "weight")

    panel.copy_summary()

    line = QGuiApplication.clipboard().text()
    assert line == panel.tensor_page.head.line.text()
    assert line.startswith("weight  float32[")
    assert "mean 10" in line


def test_copy_as_python_puts_the_lines_on_the_clipboard(panel: DetailPanel, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "linear.pth"), "weight")

    panel.tensor_page.head.python.click()

    assert "weights_only=True" in QGuiApplication.clipboard().text()
    assert "tensor = checkpoint['weight']" in QGuiApplication.clipboard().text()


def test_the_histogram_counts_every_finite_value(panel: DetailPanel, show: Show, samples: Path) -> None:
    for name, key in (("nan.pth", "conv2.weight"), ("resnet_plain.pth", "conv1.weight"), ("half.pth", None)):
        checkpoint = open_checkpoint(samples / name)
        key = key or next(key for key, tensor in checkpoint.tensors() if tensor.dtype == "float16")
        tensor = show(checkpoint, key)
        statistics = finish(measure(tensor))

        plot = panel.tensor_page.spread.plot
        assert plot.bar_heights().sum() == statistics.finite
        assert plot.mean_line.value() == pytest.approx(statistics.mean)
        assert plot.edges[0] <= statistics.minimum
        assert statistics.maximum <= plot.edges[-1]


def test_nan_is_told_by_symbol_and_sentence(panel: DetailPanel, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "nan.pth"), "conv2.weight")
    page = panel.tensor_page

    assert page.alarms.text().startswith("! ")
    assert "NaN" in page.alarms.text()
    assert ("NaN", "72") in page.spread.figures.figures


def test_a_matrix_is_a_heat_map_around_zero(panel: DetailPanel, show: Show, tmp_path: Path) -> None:
    checkpoint = opened(tmp_path / "m.safetensors", w=np.array([[-2.0, 0.0], [2.0, np.nan]], dtype="f4"))
    show(checkpoint, "w")
    page = panel.tensor_page.picture

    assert page.kind == Kind.MAP
    assert pixel(panel, 0, 0) == QColor(colours().negative)
    assert pixel(panel, 1, 0) == QColor(colours().positive)
    assert pixel(panel, 1, 1) == QColor(colours().danger)
    assert page.bar.labels() == ("-2", "0", "2")


def test_the_value_under_the_cursor_is_told(qtbot: QtBot, panel: DetailPanel, show: Show, tmp_path: Path) -> None:
    show(opened(tmp_path / "m.safetensors", w=np.array([[1.0, 2.5], [3.0, 4.0]], dtype="f4")), "w")
    picture = panel.tensor_page.picture

    qtbot.keyClick(picture.view, Qt.Key.Key_Right)
    qtbot.keyClick(picture.view, Qt.Key.Key_Right)

    assert picture.reading.text() == "[0, 1]  2.5"
    assert picture.view.accessibleDescription() == "[0, 1]  2.5"


def test_a_large_matrix_says_what_a_cell_stands_for(
    qtbot: QtBot, panel: DetailPanel, show: Show, tmp_path: Path
) -> None:
    array = np.zeros((1100, 2000), dtype="f4")
    array[3, 9] = 7.0
    show(opened(tmp_path / "m.safetensors", w=array), "w")
    picture = panel.tensor_page.picture
    assert picture.view.pixels.shape == (367, 500, 3)
    assert picture.reading.text() == "Each cell stands for 3 × 4 values."

    picture._point(1, 2)

    assert picture.reading.text() == "[3:6, 8:12]  mean 0.5833  min 0  max 7"


def test_convolution_filters_are_a_gallery_in_colour(panel: DetailPanel, show: Show, samples: Path) -> None:
    tensor = show(open_checkpoint(samples / "resnet_plain.pth"), "conv1.weight")
    picture = panel.tensor_page.picture

    assert picture.kind == Kind.FILTERS
    rows, columns = (length // 7 for length in picture.view.pixels.shape[:2])
    assert (rows - 1) * columns < tensor.shape[0] <= rows * columns, "the last row may be short, as the room wants it"
    assert len(np.unique(picture.view.pixels.reshape(-1, 3), axis=0)) > 200
    assert "input channels 0, 1, 2" in picture.reading.text()


def test_other_filters_go_by_input_channel(qtbot: QtBot, panel: DetailPanel, show: Show, tmp_path: Path) -> None:
    array = np.random.default_rng(1).normal(size=(5, 8, 3, 3)).astype("f4")
    show(opened(tmp_path / "c.safetensors", w=array), "w")
    picture = panel.tensor_page.picture
    lens = picture.lenses[Kind.FILTERS]

    with qtbot.waitSignal(picture.drawn):
        lens.channel.setValue(6)  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: lens.gallery is not None and np.array_equal(lens.gallery.values, array[:, 6]))  # type: ignore[attr-defined]

    picture._point(4, 5)
    columns = picture.view.pixels.shape[1] // 3
    assert picture.reading.text() == f"[{columns + 1}, 6, 1, 2]  {array[columns + 1, 6, 1, 2]:.6g}"


def test_many_filters_come_in_pages(qtbot: QtBot, panel: DetailPanel, show: Show, tmp_path: Path) -> None:
    array = np.random.default_rng(2).normal(size=(600, 1, 3, 3)).astype("f4")
    show(opened(tmp_path / "c.safetensors", w=array), "w")
    lens = panel.tensor_page.picture.lenses[Kind.FILTERS]
    assert lens.pager.words() == "filters 0 to 255 of 600"  # type: ignore[attr-defined]

    lens.pager.buttons[3].click()  # type: ignore[attr-defined]

    qtbot.waitUntil(lambda: lens.gallery is not None and len(lens.gallery.values) == 88)  # type: ignore[attr-defined]


def test_a_picture_stored_as_a_weight_is_seen(panel: DetailPanel, show: Show, samples: Path) -> None:
    tensor = show(open_checkpoint(samples / "picture.pth"), "picture")
    picture = panel.tensor_page.picture

    from inspector.checkpoint.arrays import read

    expected = np.moveaxis(np.clip(read(tensor) * 255 + 0.5, 0, 255).astype(np.uint8), 0, -1)
    assert picture.kind == Kind.IMAGE
    assert np.abs(picture.view.pixels.astype(int) - expected).max() <= 1


def test_a_bias_is_a_line(panel: DetailPanel, show: Show, tmp_path: Path) -> None:
    array = np.array([0.5, -1.0, np.nan, 2.0], dtype="f4")
    show(opened(tmp_path / "b.safetensors", b=array), "b")
    picture = panel.tensor_page.picture

    assert picture.kind == Kind.SERIES
    assert picture.series.stems.opts["height"].tolist() == [0.5, -1, 0, 2]
    picture._point(0, 2)
    assert picture.reading.text() == "[2]  ! NaN or Inf"


def test_the_ways_to_look_can_be_switched(qtbot: QtBot, panel: DetailPanel, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "resnet_plain.pth"), "conv1.weight")
    picture = panel.tensor_page.picture
    assert picture.choice.texts() == ["Filters", "Heat map"]

    picture.choice.choose(1)

    qtbot.waitUntil(lambda: picture.view.pixels.shape == (7, 7, 3))
    assert picture.lenses[Kind.MAP].isVisible()
    assert not picture.lenses[Kind.FILTERS].isVisible()


def test_a_damaged_tensor_shows_its_sentence(panel: DetailPanel, samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "truncated.pth")
    key, tensor = next((key, tensor) for key, tensor in checkpoint.tensors() if tensor.damage)

    panel.show_entry(checkpoint, key, tensor)

    assert panel.tensor_page.spread.said.text() == f"! {tensor.damage}"
    assert not panel.tensor_page.picture.isVisible()
    panel.tensor_page.tabs.setCurrentIndex(1)
    assert panel.tensor_page.values.said.text() == tensor.damage
    panel.tensor_page.tabs.setCurrentIndex(2)
    assert ("Damage", tensor.storage.damage) in panel.tensor_page.facts.rows or tensor.damage


def test_a_refusal_is_shown(panel: DetailPanel, tmp_path: Path) -> None:
    tensor = of_zeros(tmp_path / "f", (4, 4))
    panel.show_entry(checkpoint_of(tensor), "holes", tensor)

    panel.show_statistics("holes", None, "The file was changed on disk.")

    assert panel.tensor_page.spread.said.text() == "! The file was changed on disk."


def test_statistics_of_another_entry_are_not_shown(panel: DetailPanel) -> None:
    first, second = tensor_of(np.array([1.0, 2.0]), "a"), tensor_of(np.array([7.0, 8.0]), "b")
    checkpoint = checkpoint_of(first, second)
    panel.show_entry(checkpoint, "b", second)

    panel.show_statistics("a", finish(measure(first)))

    assert "mean" not in panel.tensor_page.head.line.text()


def test_the_parts_of_a_sparse_tensor_can_be_looked_at(qtbot: QtBot, panel: DetailPanel) -> None:
    parts = tensor_of(np.array([[0, 1], [1, 2]]), "indices"), tensor_of(np.array([5.0, 7.0]), "values")
    sparse = Tensor("s", "float64", (2, 3), (), 0, None, layout="sparse_coo", extra=Extra(parts=parts))
    panel.show_entry(checkpoint_of(sparse), "s", sparse)
    page = panel.tensor_page
    assert [button.text() for button in page.parts.buttons] == ["indices", "values"]
    assert "choose one of its parts" in page.spread.said.text()

    page.parts.buttons[1].click()

    qtbot.waitUntil(lambda: "mean 6" in page.head.line.text())
    assert page.head.line.text().startswith("s.values  float64[2]")
    assert [button.text() for button in page.parts.buttons] == ["‹ s"]
    page.parts.buttons[0].click()
    qtbot.waitUntil(lambda: page.head.line.text().startswith("s  float64[2, 3]  mean 6"))


def test_dead_channels_are_found_beside_the_window(
    qtbot: QtBot, panel: DetailPanel, show: Show, tmp_path: Path
) -> None:
    array = np.random.default_rng(3).normal(size=(16, 8, 3, 3)).astype("f4")
    array[[2, 5]] = 0
    show(opened(tmp_path / "c.safetensors", conv__weight=array), "conv.weight")

    qtbot.waitUntil(lambda: "channel" in panel.tensor_page.remarks.text())


def test_storage_facts_know_who_shares(qtbot: QtBot, panel: DetailPanel, samples: Path) -> None:
    tied = tensor_of(np.zeros(4), "a")
    checkpoint = checkpoint_of(tied, tied._replace(name="b"), tensor_of(np.zeros(2), "c")._replace(storage=None))
    panel.tensor_page.tabs.setCurrentIndex(2)

    panel.show_entry(checkpoint, "a", tied)

    qtbot.waitUntil(lambda: ("Shared", "shares its storage with b") in panel.tensor_page.facts.rows)


def test_only_the_page_in_front_is_read(qtbot: QtBot, panel: DetailPanel, show: Show, samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "linear.pth")
    show(checkpoint, "weight")
    assert panel.tensor_page.values.model.rowCount() == 0

    panel.activateWindow()
    panel.tensor_page.head.line.setFocus()
    qtbot.waitUntil(panel.tensor_page.head.line.hasFocus)
    qtbot.keyClick(panel.tensor_page.head.line, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)

    assert panel.tensor_page.tabs.currentIndex() == 1
    qtbot.waitUntil(lambda: panel.tensor_page.values.model.text(0, 0).startswith("10"))


def test_a_giant_is_looked_at_without_holding_the_window_up(qtbot: QtBot, panel: DetailPanel, tmp_path: Path) -> None:
    giant = of_zeros(tmp_path / "giant", (40_000, 25_000), "float32", 4)
    small = tensor_of(np.ones((2, 2), "f4"), "small")
    checkpoint = checkpoint_of(giant, small)

    panel.show_entry(checkpoint, "holes", giant)
    panel.show_entry(checkpoint, "small", small)

    qtbot.waitUntil(lambda: panel.tensor_page.picture.view.pixels.shape == (2, 2, 3))
    panel.stop()
    assert panel.tensor_page.picture.view.pixels.shape == (2, 2, 3)


# What is no tensor


@pytest.mark.parametrize(
    ("value", "kind", "large"),
    [
        (96, "int", "96"),
        (0.999, "float", "0.999"),
        (None, "NoneType", "None"),
        ("adam", "str", "adam"),
        (True, "bool", "True"),
    ],
)
def test_a_short_value_is_large(panel: DetailPanel, value: object, kind: str, large: str) -> None:
    entry = Value("epoch", kind, value)
    panel.show_entry(checkpoint_of(), "epoch", entry)

    assert panel.value_page.large.isVisible()
    assert panel.value_page.large.text() == large
    assert ("Type", kind) in panel.value_page.facts.rows


def test_long_texts_and_bytes_are_in_a_viewer(panel: DetailPanel) -> None:
    panel.show_entry(checkpoint_of(), "notes", Value("notes", "str", "line\n" * 50 + "\x1b[31m<b>"))
    assert panel.value_page.viewer.text.toPlainText().endswith("\\x1b[31m<b>")

    panel.show_entry(checkpoint_of(), "blob", Value("blob", "bytes", b"\x00\x01abc"))

    assert panel.value_page.viewer.text.toPlainText().startswith("00000000  00 01 61 62 63")


def test_a_number_too_long_to_print_does_no_harm(panel: DetailPanel) -> None:
    panel.show_entry(checkpoint_of(), "n", Value("n", "int", 7**100_000))

    assert "bits" in panel.value_page.large.text()


def test_an_object_is_shown_as_its_fields(panel: DetailPanel, qtbot: QtBot) -> None:
    fields = Value("lr", "float", 0.1), Value("name", "str", "<i>x</i>"), tensor_of(np.zeros(3), "t")
    arguments = Branch("args", "argparse.Namespace", "object", fields, note="cut", damage="Ends too early.")

    panel.show_entry(checkpoint_of(), "args", arguments)

    model = panel.group_page.model
    rows = [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]
    assert rows == [["lr", "0.1", ""], ["name", "'<i>x</i>'", ""], ["t", "float64[3]", "24 B"]]
    assert panel.group_page.damage.text() == "! Ends too early."
    with qtbot.waitSignal(panel.entry_requested) as asked:
        panel.group_page.table.activated.emit(model.index(2, 0))
    assert asked.args == ["args.t"]


def test_a_group_has_its_sums_and_layers(panel: DetailPanel, samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "fashion_classifier.pt")
    outline = Outline.of(checkpoint.root)
    row = outline.row("state_dict")
    assert row is not None

    panel.show_group(checkpoint, outline, row)

    page = panel.group_page
    assert ("tensors", "10") in page.figures.figures
    assert page.model.index(0, 0).data() == "fc1"
    assert page.model.index(0, 1).data() == "Linear 784→512"
    page.order.choose(1)
    sizes = [page.model._child(number).nbytes for number in range(page.model.rowCount())]
    assert sizes == sorted(sizes, reverse=True)


def test_the_children_model_is_a_sound_one(qapp, qtmodeltester, samples: Path) -> None:  # type: ignore[no-untyped-def]
    from inspector.gui.detail.children_model import ChildrenTableModel, OutlineChildren

    model = ChildrenTableModel()
    qtmodeltester.check(model)
    model.show_children(OutlineChildren(Outline.of(open_checkpoint(samples / "resnet_plain.pth").root), -1))
    qtmodeltester.check(model)


# Looks


def test_hostile_names_stay_plain_text_everywhere(qtbot: QtBot, panel: DetailPanel) -> None:
    key = "<h1>big</h1>\u202e\x1b[31m&amp;\n" + "k" * 100_000
    tensor = tensor_of(np.ones((2, 2), "f4"), key)
    root = Branch("", "dict", "mapping", (tensor,))
    checkpoint = Checkpoint("/tmp/<b>.pt", "zip", 10, root)
    panel.show_entry(checkpoint, key, tensor)
    panel.show_statistics(key, finish(measure(tensor)))
    panel.show_group(checkpoint, Outline.of(root), 0)
    panel.show_entry(checkpoint, key, Value(key, key, key))

    for label in panel.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        assert "\u202e" not in label.text()
        assert "\x1b" not in label.text()
    panel.grab()
    assert panel.minimumSizeHint().width() < 700


def test_everything_has_a_name_for_screen_readers(panel: DetailPanel, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "resnet_plain.pth"), "conv1.weight")
    page = panel.tensor_page

    for widget in (page.head.line, page.head.copy, page.head.python, page.spread.plot, page.picture.view,
                   page.picture.series, page.values.table, page.values.go_to, panel.group_page.table):  # fmt: skip
        assert widget.accessibleName()


def test_light_and_dark_are_taken_up_at_once(qtbot: QtBot, panel: DetailPanel, show: Show, tmp_path: Path) -> None:
    from inspector.gui import theme

    show(opened(tmp_path / "m.safetensors", w=np.array([[-2.0, 0.0], [2.0, 1.0]], dtype="f4")), "w")
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    before = application.palette(), application.styleSheet()
    try:
        theme.apply("dark")
        qtbot.waitUntil(lambda: pixel(panel, 1, 0) == QColor(theme.DARK.positive))
        assert _corner(panel) == QColor(theme.DARK.surface)
        theme.apply("light")
        qtbot.waitUntil(lambda: pixel(panel, 1, 0) == QColor(LIGHT.positive))
        assert _corner(panel) == QColor(LIGHT.surface)
    finally:
        application.setPalette(before[0])
        application.setStyleSheet(before[1])


def _corner(panel: DetailPanel) -> QColor:
    image: QImage = panel.grab().toImage()
    return image.pixelColor(2, 2)


@pytest.mark.parametrize(
    ("shape", "stride", "words"),
    [
        ((10**12,), (0,), ""),
        ((10**6, 10**6), (0, 1), "last element"),
        ((2**62, 4), (1, 1), "64 bits"),
        ((3, 4), (-1, 1), "stride of -1"),
        ((1,) * 40, (1,) * 40, "40 dimensions"),
        ((4, 0, 3), (1, 1, 1), "no elements"),
        ((2**60,), (1,), "64 bits"),
        ((10**9, 3, 7, 7), (0, 49, 7, 1), ""),
    ],
)
def test_shapes_and_strides_that_lie_are_drawn_or_refused(
    qtbot: QtBot, panel: DetailPanel, shape: tuple[int, ...], stride: tuple[int, ...], words: str
) -> None:
    tensor = tensor_of(np.arange(1024, dtype="f4"))._replace(shape=shape, stride=stride)
    panel.show_entry(checkpoint_of(tensor), "weight", tensor)
    picture = panel.tensor_page.picture
    qtbot.waitUntil(lambda: not picture._latest.is_busy, timeout=20_000)

    for tab in (1, 2, 0):
        panel.tensor_page.tabs.setCurrentIndex(tab)
    panel.grab()

    assert words in picture.said.text()
    assert picture.said.isVisible() == bool(words)


def test_of_a_group_every_size_is_in_view_however_long_the_names(
    qtbot: QtBot, panel: DetailPanel, samples: Path
) -> None:
    checkpoint = open_checkpoint(samples / "whole_module.pth")
    outline = Outline.of(checkpoint.root)
    row = outline.row("attention")
    assert row is not None
    table = panel.group_page.table
    for width in (400, 330, 560):
        panel.resize(width, 700)
        panel.show_group(checkpoint, outline, row)
        qtbot.waitUntil(lambda width=width: panel.width() == width)
        qtbot.waitUntil(lambda: sum(map(table.columnWidth, range(3))) <= table.viewport().width())
        assert table.columnViewportPosition(2) >= 0
