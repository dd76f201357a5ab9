"""What came of tests, in a real window: matrix, classes, samples, several over epochs, and all of it as files."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from inspector.errors import FileError
from inspector.gui import theme
from inspector.gui.running.confusion_layout import MOST_WITH_NUMBERS, Layout
from inspector.gui.running.confusion_painting import colour_table, contrast, text_colour
from inspector.gui.running.example_gallery import ExamplesModel, image_of
from inspector.gui.running.per_class_table import PerClassModel
from inspector.gui.running.result_exports import CSV, JSON, MATRIX, VIEW, save_image, with_ending
from inspector.gui.running.results_view import ResultsView
from inspector.gui.widgets.colour_scale import rgb
from inspector.runs.results import per_class
from inspector.workshop.run_words import Picture

from .words_of_runs import CLASSES, numbers_of, picture, result_of

SHIRT, PULLOVER = 0, 2
WAIT = 20_000


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ResultsView]:
    view = ResultsView()
    qtbot.addWidget(view)
    view.resize(1100, 800)
    with qtbot.waitExposed(view):
        view.show()
    yield view
    view.exports.stop()
    theme.apply("light")


def many_classes(count: int) -> tuple[tuple[int, ...], ...]:
    """Nine of ten are right, the tenth is taken for the next class."""
    return tuple(map(tuple, (9 * np.eye(count, dtype=int) + np.eye(count, k=1, dtype=int)).tolist()))


def centre(view: ResultsView, row: int, column: int) -> QPointF:
    """The middle of a cell of the matrix."""
    shown = view.confusion.picture
    return shown._layout_in(shown.rect().toRectF()).cell(row, column).center()


# What is said


def test_the_headline_is_the_sentence_people_know(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    assert view.headline.text() == "Accuracy of the network on 400 test images: 87.25 %"
    figures = dict(view.figures.figures)
    assert figures["accuracy"] == "87.25 %"
    assert figures["right"] == "349 of 400"
    assert figures["top-2"] == "99.25 %"
    assert figures["loss"] == "0.4"
    assert figures["samples/s"] == "800"


def test_proofs_are_signs_with_their_sentences(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    assert view.proofs.texts() == ["✓ Dropout does nothing", "! Model left as it was"]
    item = view.proofs.layout().itemAt(1)
    assert "A buffer changed." in item.widget().toolTip()
    assert item.widget().accessibleDescription() == "A buffer changed."


def test_hints_stand_on_top(view: ResultsView) -> None:
    view.show_tested((result_of(3, notes=("Shirt and Coat look permuted.", "Another.")),))
    assert view.notes.sentence == "Shirt and Coat look permuted.\nAnother."
    assert view.notes.isVisible()
    view.show_tested((result_of(4),))
    assert not view.notes.isVisible()


def test_of_numbers_only_the_loss_is_shown(view: ResultsView) -> None:
    view.show_tested((numbers_of(3),))
    assert view.headline.text() == "Loss of the network on 400 test samples: 0.031200"
    assert [name for name, _ in view.figures.figures] == ["loss", "samples/s", "time"]
    assert not view.confusion.isVisible()
    assert not view.wrong.isVisible()


def test_names_of_classes_cannot_hurt_the_screen(view: ResultsView) -> None:
    view.show_tested((result_of(3, classes=("<b>bold", "\x1b[31m", "x" * 5000, "\u202e")),))
    assert view.confusion.picture.words((1, 1)).startswith("\\x1b[31m recognised")
    assert max(map(len, view.confusion.picture.classes)) <= 60


def test_what_is_copied_says_it_all(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    view.copy_button.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("/runs/net_epoch3.pth\nAccuracy of the network on 400 test images: 87.25 %")
    assert "A buffer changed." in copied


# The matrix


def test_a_cell_says_what_it_counts(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    shown = view.confusion.picture
    assert view.confusion.reading.text() == "Confused most: Pullover is taken for T-shirt 30 of 100 times (30 %)."
    shown._point(shown.cell_at(centre(view, PULLOVER, SHIRT)))
    assert view.confusion.reading.text() == "Pullover taken for T-shirt: 30 of 100 (30 %)"
    assert shown.accessibleDescription() == "Pullover taken for T-shirt: 30 of 100 (30 %)"
    shown._point((1, 1))
    assert view.confusion.reading.text() == "Trouser recognised: 99 of 100 (99 %)"


def test_a_click_on_a_cell_shows_its_samples_and_a_second_one_all(qtbot: QtBot, view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    shown = view.confusion.picture
    assert len(view.wrong.gallery.texts()) == 3

    place = centre(view, PULLOVER, SHIRT).toPoint()
    qtbot.mouseClick(shown, Qt.MouseButton.LeftButton, pos=place)
    assert shown.chosen_cell == (PULLOVER, SHIRT)
    assert view.wrong.gallery.texts() == ["Pullover → T-shirt, 99.0 %", "Pullover → T-shirt, 90.0 %"]
    assert view.wrong.said.text() == "2 of 3 samples: Pullover taken for T-shirt"

    qtbot.mouseClick(shown, Qt.MouseButton.LeftButton, pos=place)
    assert shown.chosen_cell == (-1, -1)
    assert len(view.wrong.gallery.texts()) == 3


def test_a_cell_without_samples_says_so(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    view.confusion.picture.choose((3, 0))
    assert not view.wrong.gallery.isVisible()
    assert view.wrong.nothing.text() == (
        "Among the 3 samples that it is most surely wrong about there is none of Dress taken for T-shirt."
    )
    view.wrong.every.click()
    assert view.confusion.picture.chosen_cell == (-1, -1)
    assert len(view.wrong.gallery.texts()) == 3


def test_escape_shows_all_samples_again(qtbot: QtBot, view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    view.confusion.picture.choose((PULLOVER, SHIRT))
    qtbot.keyClick(view.wrong.gallery, Qt.Key.Key_Escape)
    assert len(view.wrong.gallery.texts()) == 3
    assert view.confusion.picture.chosen_cell == (-1, -1)


def test_the_diagonal_stands_for_its_class(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    view.confusion.picture.choose((0, 0))
    assert view.wrong.gallery.texts() == ["T-shirt → Pullover, 95.0 %"]


def test_keys_go_from_cell_to_cell(qtbot: QtBot, view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    shown = view.confusion.picture
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(shown, key)
    assert shown.cursor_cell == (2, 1)
    qtbot.keyClick(shown, Qt.Key.Key_Home)
    qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert shown.chosen_cell == (PULLOVER, SHIRT)
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.chosen_cell == (-1, -1)
    qtbot.keyClick(shown, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert shown.cursor_cell == (3, 0)


def test_the_matrix_is_copied_as_a_table(qtbot: QtBot, view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    qtbot.keyClick(view.confusion.picture, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert lines[0] == ["true \\ predicted", *CLASSES]
    assert lines[3] == ["Pullover", "30", "0", "70", "0"]


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_counts_are_read_on_every_cell_in_both_themes(qapp: QApplication, choice: str) -> None:
    theme.apply(choice)
    shares = np.linspace(0, 1000, 40).astype(int)
    counts = np.array([[int(share), 1000 - int(share)] for share in shares])
    square = np.zeros((41, 41), dtype=np.int64)
    square[: len(counts), :2] = counts
    pixels = colour_table(square, theme.colours())
    worst = min(contrast(rgb(text_colour(cell)), cell) for cell in pixels.reshape(-1, 3).tolist())
    assert worst >= 3.0
    theme.apply("light")


def test_a_darker_cell_has_the_larger_share_of_its_row(qapp: QApplication) -> None:
    counts = np.array([[90, 8, 2], [0, 10, 0], [0, 0, 0]])
    pixels = colour_table(counts, theme.LIGHT).astype(int).sum(axis=-1)
    assert pixels[0, 1] < pixels[0, 2]
    assert pixels[1, 1] < pixels[0, 0]
    assert pixels[2, 2] == 3 * 255, "a class without samples has no colour"


@pytest.mark.parametrize("choice", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(600, 600), (240, 220), (1000, 300)])
def test_cells_and_names_stay_in_the_room_there_is(
    qapp: QApplication, view: ResultsView, choice: str, width: int, height: int
) -> None:
    theme.apply(choice)
    names = ("a very long name of a class that would fill the whole picture", "b", "c", "d")
    view.show_tested((result_of(3, classes=names),))
    image = view.confusion.picture.image(QSize(width, height))
    assert (image.width(), image.height()) == (2 * width, 2 * height)
    border = [image.pixelColor(x, y).name() for x in (1, image.width() - 2) for y in (1, image.height() - 2)]
    assert set(border) == {theme.colours().surface}
    layout = Layout.of(QRectF(0, 0, width, height), view.confusion.picture.classes, 99)
    assert QRectF(0, 0, width, height).contains(layout.cells)
    assert layout.cells.left() <= 0.4 * width
    assert layout.cells.width() >= 0.35 * width or layout.cells.height() >= 0.6 * height


def test_from_31_classes_on_there_are_colours_but_no_counts(view: ResultsView) -> None:
    count = MOST_WITH_NUMBERS + 1
    names = tuple(f"c{number}" for number in range(count))
    view.show_tested((result_of(3, confusion=many_classes(count), classes=names, examples=()),))
    shown = view.confusion.picture
    assert shown._layout_in(shown.rect().toRectF()).scale == 0
    assert shown.words((0, 1)) == "c0 taken for c1: 1 of 10 (10 %)"
    assert shown.cell_at(centre(view, 30, 29)) == (30, 29)
    few = many_classes(MOST_WITH_NUMBERS)
    view.show_tested((result_of(4, confusion=few, classes=names[:-1], examples=()),))
    assert shown._layout_in(shown.rect().toRectF().adjusted(0, 0, 400, 400)).scale > 0


def test_a_thousand_classes_are_one_picture(qtbot: QtBot, view: ResultsView) -> None:
    names = tuple(f"class {number}" for number in range(1000))
    matrix = np.diag(np.full(1000, 50))
    matrix[3, 998] = 7
    view.show_tested((result_of(3, confusion=tuple(map(tuple, matrix.tolist())), classes=names),))
    assert view.confusion.picture.words((3, 998)) == "class 3 taken for class 998: 7 of 57 (12 %)"
    assert view.confusion.picture.grab().width() > 0


# Classes


def test_the_table_has_the_figures_of_each_class(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    model = view.wrong.table.model
    rows = [[model.text(row, column) for column in range(5)] for row in range(model.count())]
    assert rows[0] == ["T-shirt", "72.0 %", "90.0 %", "80.0 %", "100"]
    assert view.wrong.table.means.text().startswith("Mean over the classes:  precision ")


def test_the_table_is_sorted_by_any_column_and_undefined_comes_last(view: ResultsView) -> None:
    empty = ((10, 0, 0, 0), (5, 5, 0, 0), (0, 0, 0, 0), (0, 0, 0, 20))
    view.show_tested((result_of(3, confusion=empty),))
    model, table = view.wrong.table.model, view.wrong.table.table
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        table.sortByColumn(2, order)
        assert model.text(3, 0) == "Pullover"
        assert model.text(3, 2) == "-"
    assert model.headerData(2, Qt.Orientation.Horizontal) == "Recall ▾"
    table.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    assert [model.text(row, 4) for row in range(4)] == ["20", "10", "10", "0"]
    table.actions()[0].trigger()
    assert [model.label(row) for row in range(4)] == [0, 1, 2, 3]


def test_a_chosen_class_stays_chosen_when_it_is_sorted_and_filters_the_samples(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    view.confusion.picture.choose((SHIRT, PULLOVER))
    view.wrong.tabs.choose(1)
    table = view.wrong.table
    table.table.selectRow(2)
    assert view.confusion.picture.chosen_cell == (-1, -1)
    assert view.wrong.gallery.texts() == ["Pullover → T-shirt, 99.0 %", "Pullover → T-shirt, 90.0 %"]
    table.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert table.model.text(table.table.selectionModel().selectedRows()[0].row(), 0) == "Pullover"


def test_the_classes_are_copied_as_a_table(qtbot: QtBot, view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    view.wrong.table.copy()
    assert QGuiApplication.clipboard().text().splitlines()[2] == "Trouser\t95.2 %\t99.0 %\t97.1 %\t100"


def test_the_models_are_sound(qapp: QApplication, qtmodeltester: ModelTester) -> None:
    classes, examples = PerClassModel(), ExamplesModel()
    qtmodeltester.check(classes)
    classes.show_rows(per_class(result_of(3)))
    qtmodeltester.check(classes)
    classes.sort(1, Qt.SortOrder.DescendingOrder)
    qtmodeltester.check(classes)
    examples.show_examples(result_of(3).examples, CLASSES)
    qtmodeltester.check(examples)


# Samples


def test_pictures_are_those_of_the_run() -> None:
    grey = image_of(picture(200))
    assert (grey.width(), grey.height()) == (3, 2)
    assert grey.pixelColor(2, 1).getRgb()[:3] == (200, 200, 200)
    colour = image_of(Picture(1, 1, 3, base64.b64encode(bytes([255, 0, 9])).decode()))
    assert colour.pixelColor(0, 0).getRgb()[:3] == (255, 0, 9)


@pytest.mark.parametrize(
    "broken", [None, Picture(2, 3, 1, "no base64!"), Picture(2, 3, 1, "AAAA"), Picture(2, 3, 2, "A" * 16),
               Picture(10**9, 10**9, 1, "AAAA"), Picture(0, 0, 1, "")],
)  # fmt: skip
def test_what_is_no_picture_is_none(broken: Picture | None) -> None:
    assert image_of(broken).isNull()


def test_a_sample_without_a_picture_or_a_class_has_its_words(view: ResultsView) -> None:
    examples = result_of(3).examples
    view.show_tested((result_of(3, examples=(examples[2], examples[0]._replace(label=77))),))
    assert view.wrong.gallery.texts() == ["Pullover → T-shirt, 90.0 %", "77 → T-shirt, 99.0 %"]
    assert view.wrong.gallery.grab().width() > 0


def test_a_network_that_is_right_about_everything_has_no_samples(view: ResultsView) -> None:
    view.show_tested((result_of(3, confusion=((5, 0), (0, 5)), classes=("a", "b"), examples=()),))
    assert view.confusion.reading.text() == "Nothing is confused."
    assert view.wrong.nothing.text() == "It is right about every sample."


# Several


def test_several_come_in_the_order_of_their_epochs_and_the_best_is_shown(view: ResultsView) -> None:
    better = ((100, 0, 0, 0), (0, 99, 0, 1), (10, 0, 90, 0), (0, 0, 0, 100))
    view.show_tested((result_of(3), result_of(1), result_of(2, confusion=better)))
    assert [view.choice.itemText(at).split("   ")[0] for at in range(3)] == ["epoch 1", "epoch 2", "epoch 3"]
    assert view.choice.currentText() == "epoch 2   97.25 %   net_epoch2.pth   ★ best"
    plot = view.over_epochs
    assert plot.isVisible()
    assert plot.x.tolist() == [1, 2, 3]
    assert plot.y == pytest.approx([87.25, 97.25, 87.25])
    assert plot.star.data["x"].tolist() == [2]
    assert plot.ring.data["x"].tolist() == [2]
    assert view.over_words.text() == "epoch 2: 97.25 %, the best   net_epoch2.pth"


def test_one_alone_has_no_choice(view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    assert not view.choice.isVisible()
    assert not view.over_epochs.isVisible()


def test_another_one_is_chosen_from_the_list_and_in_the_plot(qtbot: QtBot, view: ResultsView) -> None:
    view.show_tested((result_of(1), result_of(2), result_of(3)))
    qtbot.keyClick(view.over_epochs, Qt.Key.Key_End)
    qtbot.keyClick(view.over_epochs, Qt.Key.Key_Return)
    assert view.tested is not None
    assert view.tested.epoch == 3
    assert view.choice.currentIndex() == 2
    box = view.over_epochs.getViewBox()
    place = view.over_epochs.mapFromScene(box.mapViewToScene(QPointF(2.0, 87.25)))
    qtbot.mouseClick(view.over_epochs.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: view.tested is not None and view.tested.epoch == 2)


def test_what_is_shown_stays_while_more_tests_come(view: ResultsView) -> None:
    view.show_tested((result_of(1), result_of(2)))
    view.show_one(1)
    view.confusion.picture.choose((SHIRT, PULLOVER))
    view.show_tested((result_of(1), result_of(2), result_of(3)))
    assert view.tested is not None
    assert view.tested.epoch == 2
    assert view.confusion.picture.chosen_cell == (SHIRT, PULLOVER)


def test_losses_are_compared_where_there_are_no_classes(view: ResultsView) -> None:
    view.show_tested((numbers_of(1), numbers_of(2)._replace(loss=0.01), numbers_of(3)._replace(loss=None)))
    assert view.over_epochs.star.data["x"].tolist() == [2]
    assert view.over_epochs.words(1) == "epoch 2: loss 0.01, the best   net_epoch2.pth"
    assert np.isnan(view.over_epochs.y[2])


def test_epochs_that_are_not_known_are_counted(view: ResultsView) -> None:
    view.show_tested((result_of(None, path="/a.pth"), result_of(None, path="/b.pth")))
    assert view.over_epochs.x.tolist() == [1, 2]
    assert view.choice.itemText(1).startswith("epoch unknown")


# As files


def test_results_are_written_as_json_and_csv(qtbot: QtBot, view: ResultsView, tmp_path: Path) -> None:
    view.show_tested((result_of(1), result_of(2)), failures=(("/runs/broken.pth", "It cannot be read."),))
    for kind in (JSON, CSV):
        path = tmp_path / f"results.{kind}"
        view.write(str(path), kind)
        qtbot.waitUntil(lambda path=path: path.name in view.exports.done.sentence, timeout=WAIT)
    written = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert [each["epoch"] for each in written["tests"]] == [1, 2]
    assert written["tests"][0]["accuracy"] == pytest.approx(0.8725)
    assert written["failures"][0]["path"] == "/runs/broken.pth"
    with open(tmp_path / "results.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == [*CLASSES, *CLASSES]
    assert rows[2]["predicted as T-shirt"] == "30"


def test_the_matrix_and_the_view_are_written_as_pictures(view: ResultsView, tmp_path: Path) -> None:
    view.show_tested((result_of(3),))
    for kind in (MATRIX, VIEW):
        path = tmp_path / f"{kind}.png"
        view.write(str(path), kind)
        image = QImage(str(path))
        assert image.width() >= view.confusion.picture.width()
        assert len({image.pixelColor(x, image.height() // 2).name() for x in range(0, image.width(), 7)}) > 3
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix) == ["matrix.png", "view.png"]


def test_what_cannot_be_written_is_a_sentence(qtbot: QtBot, view: ResultsView, tmp_path: Path) -> None:
    view.show_tested((result_of(3),))
    view.write(str(tmp_path / "missing" / "a.png"), MATRIX)
    assert "cannot be written" in view.exports.problem.sentence
    view.exports.problem.say("")
    view.write(str(tmp_path / "missing" / "a.csv"), CSV)
    qtbot.waitUntil(lambda: "cannot be written" in view.exports.problem.sentence, timeout=WAIT)
    assert not list(tmp_path.glob("**/*.csv"))


def test_a_picture_that_is_none_leaves_the_file_that_was_there(qapp: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"before")
    with pytest.raises(FileError):
        save_image(str(path), QImage())
    assert path.read_bytes() == b"before"
    assert list(tmp_path.glob("a.png*")) == [path]


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [("", CSV, ("", "")), ("a", JSON, ("a.json", JSON)), ("a", MATRIX, ("a.png", MATRIX)),
     ("a.JSON", CSV, ("a.JSON", JSON)), ("a.png", CSV, ("a.png", VIEW)), ("a.png", MATRIX, ("a.png", MATRIX)),
     ("net.v2", CSV, ("net.v2.csv", CSV))],
)  # fmt: skip
def test_the_ending_says_what_is_written(path: str, kind: str, expected: tuple[str, str]) -> None:
    assert with_ending(path, kind) == expected


def test_the_dialog_offers_no_matrix_where_there_is_none(
    view: ResultsView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(_parent: object, _title: str, beside: str, filters: str) -> tuple[str, str]:
        asked.extend((beside, filters))
        return str(tmp_path / "out"), filters.split(";;")[-1]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    view.show_tested((numbers_of(3),))
    view.export_button.click()
    assert asked[0] == "/runs/net_epoch3.test.csv"
    assert "matrix" not in asked[1].lower()
    assert (tmp_path / "out.png").exists()


# Room


def test_in_a_narrow_window_the_samples_stand_below(qtbot: QtBot, view: ResultsView) -> None:
    view.show_tested((result_of(3),))
    assert view.splitter.orientation() == Qt.Orientation.Horizontal
    view.resize(600, 520)
    qtbot.waitUntil(lambda: view.splitter.orientation() == Qt.Orientation.Vertical)
    assert view.confusion.picture.height() >= 300
    assert view.content.width() <= 600


def test_everything_has_a_name_and_can_be_reached(view: ResultsView) -> None:
    view.show_tested((result_of(1), result_of(2)))
    widgets = [view.choice, view.over_epochs, view.confusion.picture, view.wrong.gallery, view.wrong.table.table]
    for widget in (*widgets, view.copy_button, view.export_button):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus, widget
        assert widget.accessibleName() or widget.text(), widget  # type: ignore[attr-defined]
