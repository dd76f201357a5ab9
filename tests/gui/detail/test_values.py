"""The values table: exact, paged, of any shape and size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from inspector.checkpoint.entries import Extra, Quantization, Tensor
from inspector.gui.detail.values_page import COLUMNS, LINE, ROWS, ValuesView
from inspector.gui.item_models.values_model import ValuesPage, ValuesTableModel, exact
from inspector.gui.theme import Meaning, colours

from .making import of_zeros, tensor_of


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ValuesView]:
    made = ValuesView()
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.stop()


def show(qtbot: QtBot, view: ValuesView, tensor: Tensor) -> None:
    with qtbot.waitSignal(view.shown):
        view.show_tensor(tensor)


def cells(view: ValuesView) -> list[list[str]]:
    model = view.model
    return [[model.text(r, c) for c in range(model.columnCount())] for r in range(model.rowCount())]


def test_the_model_is_a_sound_one(qapp: QApplication, qtmodeltester: ModelTester) -> None:
    model = ValuesTableModel()
    model.show_page(ValuesPage(np.arange(12.0).reshape(3, 4), 500, 100))
    qtmodeltester.check(model)
    model.show_page(ValuesPage(np.arange(16.0).reshape(2, 8), 0, 0, wrapped=8, length=13))
    qtmodeltester.check(model)
    model.show_page(None)
    qtmodeltester.check(model)


@given(st.floats(width=32) | st.floats(width=16))
def test_float32_reads_back_exactly(value: float) -> None:
    single = np.float32(value)

    assert np.array_equal(np.float32(exact(single)), single, equal_nan=True)


@given(st.floats(), st.integers(-(2**63), 2**63 - 1))
def test_float64_and_int64_read_back_exactly(value: float, number: int) -> None:
    assert np.array_equal(float(exact(np.float64(value))), value, equal_nan=True)
    assert int(exact(np.int64(number))) == number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float32(0.1), "0.1"), (np.float16(0.1), "0.1"), (np.bool_(True), "True"), (np.uint8(255), "255"),
        (np.complex64(1 - 2j), "(1-2j)"), (np.float32(np.inf), "inf"), (np.str_("<b>\x1b"), "<b>\\x1b"),
    ],
)  # fmt: skip
def test_exact(value: np.generic, text: str) -> None:
    assert exact(value) == text


def test_nan_and_inf_are_marked_by_symbol_and_colour() -> None:
    model = ValuesTableModel()
    model.show_page(ValuesPage(np.array([[np.nan, -np.inf, 0.0, 1.0]]), 0, 0))
    colour = [model.data(model.index(0, column), Qt.ItemDataRole.ForegroundRole) for column in range(4)]

    assert [model.text(0, column) for column in range(4)] == ["! nan", "! -inf", "0.0", "1.0"]
    assert colour[:2] == [colours().of(Meaning.DAMAGED)] * 2
    assert colour[3] is None


def test_two_dimensions(qtbot: QtBot, view: ValuesView) -> None:
    array = np.array([[1.5, -2.25], [0.1, 3]], dtype="f4")
    show(qtbot, view, tensor_of(array))

    assert cells(view) == [["1.5", "-2.25"], ["0.1", "3.0"]]
    assert view.said.text() == "Shown: [:, :]"


def test_one_dimension_is_laid_out_in_lines(qtbot: QtBot, view: ValuesView) -> None:
    show(qtbot, view, tensor_of(np.arange(11)))

    assert cells(view)[1] == ["8", "9", "10", "", "", "", "", ""]
    assert view.model.headerData(1, Qt.Orientation.Vertical) == "8"
    assert view.model.headerData(2, Qt.Orientation.Horizontal) == "+2"


def test_a_scalar(qtbot: QtBot, view: ValuesView) -> None:
    show(qtbot, view, tensor_of(np.array(7)))

    assert cells(view) == [["7"]]


def test_no_elements(qtbot: QtBot, view: ValuesView) -> None:
    show(qtbot, view, tensor_of(np.zeros((0, 3))))

    assert cells(view) == []


def test_any_axes_of_many_dimensions(qtbot: QtBot, view: ValuesView) -> None:
    array = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    show(qtbot, view, tensor_of(array))
    assert cells(view) == array[0, 0].astype(str).tolist()

    with qtbot.waitSignal(view.shown):
        view.axes._indices[1][1].setValue(2)
    assert cells(view) == array[0, 2].astype(str).tolist()

    with qtbot.waitSignal(view.shown):
        view.axes._rows.setCurrentIndex(0)
        view.axes._rows.activated.emit(0)
    assert cells(view) == array[:, 2, 0, :].astype(str).tolist()
    assert view.axes.index_words() == "[:, 2, 0, :]"


def test_a_billion_rows(qtbot: QtBot, view: ValuesView, tmp_path: Path) -> None:
    tensor = of_zeros(tmp_path / "giant", (1_000_000_000, 3))
    with open(tmp_path / "giant", "r+b") as file:
        file.seek(3 * 987_654_321 + 1)
        file.write(b"\x2a")
    tensor = tensor._replace(
        storage=tensor.storage._replace(source=type(tensor.storage.source)(str(tmp_path / "giant")))
    )  # type: ignore[union-attr,call-arg]
    show(qtbot, view, tensor)
    assert view.model.rowCount() == ROWS

    view.go_to.setText("987,654,321, 1".replace(",", "", 2))
    with qtbot.waitSignal(view.shown):
        qtbot.keyClick(view.go_to, Qt.Key.Key_Return)

    assert view.table.currentIndex().data() == "42"
    assert view.said.text() == "[987654321, 1]  42"
    with qtbot.waitSignal(view.shown):
        view.rows.buttons[3].click()
    assert view.model.headerData(view.model.rowCount() - 1, Qt.Orientation.Vertical) == "999,999,999"


def test_a_billion_values_in_one_dimension(qtbot: QtBot, view: ValuesView, tmp_path: Path) -> None:
    show(qtbot, view, of_zeros(tmp_path / "long", (1_000_000_000,)))

    with qtbot.waitSignal(view.shown):
        view.go_to_index((999_999_999,))

    assert view.said.text() == "[999,999,999]  0"
    assert view.table.currentIndex().column() == 999_999_999 % LINE


def test_wide_tensors_have_pages_of_columns(qtbot: QtBot, view: ValuesView) -> None:
    array = np.arange(3 * 250).reshape(3, 250)
    show(qtbot, view, tensor_of(array))
    assert view.model.columnCount() == COLUMNS

    with qtbot.waitSignal(view.shown):
        view.columns.buttons[3].click()

    assert cells(view) == array[:, 200:].astype(str).tolist()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1", "has 2 numbers, not 1"),
        ("5, 0", "no index 5 in dimension 0, which has 2"),
        ("x", "not 0"),
        ("0, -1", "[0, 2]  2"),
    ],
)
def test_go_to_says_what_is_wrong(qtbot: QtBot, view: ValuesView, typed: str, said: str) -> None:
    show(qtbot, view, tensor_of(np.arange(6).reshape(2, 3)))
    view.go_to.setText(typed)
    qtbot.keyClick(view.go_to, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: said in view.said.text())


def test_copy_takes_the_chosen_cells_or_all(qtbot: QtBot, view: ValuesView) -> None:
    show(qtbot, view, tensor_of(np.array([[1.0, np.nan], [3.0, 4.0]])))
    assert view.copied_text() == "1.0\tnan\n3.0\t4.0"

    view.table.selectColumn(1)
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == "nan\n4.0"


def test_latest_wins(qtbot: QtBot, view: ValuesView, tmp_path: Path) -> None:
    slow = of_zeros(tmp_path / "slow", (5000, 5000), "float32", 4)
    for _ in range(20):
        view.show_tensor(slow)
    view.show_tensor(tensor_of(np.array([[9.0]])))

    qtbot.waitUntil(lambda: cells(view) == [["9.0"]])
    view.stop()
    assert cells(view) == [["9.0"]]


def test_a_file_that_changed_is_a_sentence(qtbot: QtBot, view: ValuesView, tmp_path: Path) -> None:
    tensor = of_zeros(tmp_path / "file", (10, 10))
    (tmp_path / "file").write_bytes(b"short")

    show(qtbot, view, tensor)

    assert "changed on disk" in view.said.text()
    assert cells(view) == []


def test_too_many_dimensions_are_a_sentence(view: ValuesView) -> None:
    view.show_tensor(tensor_of(np.zeros(1))._replace(shape=(1,) * 70, stride=(1,) * 70))

    assert "70 dimensions" in view.said.text()


def test_quantised_numbers_and_the_integers_they_are_stored_as(qtbot: QtBot, view: ValuesView) -> None:
    scale = Extra(quantization=Quantization("per_tensor_affine", 0.5, 2))
    show(qtbot, view, tensor_of(np.array([[2, 4], [-2, 3]], dtype=np.int8))._replace(dtype="qint8", extra=scale))
    assert cells(view) == [["0.0", "1.0"], ["-2.0", "0.5"]]
    assert view.raw.isVisible()

    with qtbot.waitSignal(view.shown):
        view.raw.setChecked(True)

    assert cells(view) == [["2", "4"], ["-2", "3"]]


def test_no_number_in_view_is_cut(qtbot: QtBot, view: ValuesView) -> None:
    show(qtbot, view, tensor_of(np.linspace(-1, 1, 3000, dtype=np.float32).reshape(30, 100)))
    table, header = view.table, view.table.horizontalHeader()
    for width in (330, 480, 611):
        view.resize(width, 400)
        qtbot.waitUntil(lambda width=width: view.width() == width)
        for first in (0, 7, 99):
            table.scrollTo(view.model.index(0, first))
            wide, room = header.sectionSize(first), table.viewport().width()
            assert header.sectionViewportPosition(first) % wide <= room % wide < room // wide  # some pixels of margins
            assert header.sectionViewportPosition(first) + wide <= room
