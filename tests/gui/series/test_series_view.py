"""What is seen of a training, and what keys and clicks do."""

from __future__ import annotations

import csv
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.jobs import Job
from inspector.gui.open_file import OpenFile
from inspector.gui.series.cards import _rounded_up
from inspector.gui.series.layer_rows import ALL, LAYER, MODULE, TENSOR, column_of, rows_of
from inspector.gui.series.matrix_cells import runs_of, single
from inspector.gui.series.measures import Colouring, coloured, ends_of, joined, named
from inspector.gui.series.open_series import OpenSeries
from inspector.gui.series.series_text import command
from inspector.gui.series.series_view import SeriesView
from inspector.gui.series.strip_axis import StripAxis
from inspector.gui.series.strip_plot import Line
from inspector.gui.series.turns import Turns

Opens = Callable[[Path], OpenSeries]
ViewOf = Callable[[OpenSeries], SeriesView]


@pytest.fixture
def page(opened: Opens, folder: Path) -> OpenSeries:
    return opened(folder)


@pytest.fixture
def view(page: OpenSeries, view_of: ViewOf) -> SeriesView:
    return view_of(page)


def test_rows_are_the_modules_their_layers_and_tensors(page: OpenSeries) -> None:
    rows = page.rows
    assert rows is not None
    assert list(zip(rows.keys, rows.kinds)) == [
        ("", ALL), ("stem", LAYER), ("stem.weight", TENSOR), ("block", MODULE), ("block.0", LAYER),
        ("block.0.weight", TENSOR), ("block.0.bias", TENSOR), ("block.1", LAYER), ("block.1.weight", TENSOR),
        ("head", LAYER), ("head.weight", TENSOR),
    ]  # fmt: skip


def test_figures_of_rows_are_those_of_the_core_and_modules_add_theirs_up(page: OpenSeries) -> None:
    assert page.rows is not None
    assert page.training is not None
    frame = page.frames[page.training.drawn[2].path]
    column = column_of(frame, page.rows)
    head = page.rows.row_of("head")
    for name in ("relative", "norm", "mean", "std", "drift", "sparsity", "turn"):
        assert column.values[name][head] == pytest.approx(getattr(frame.layers["head"], name), rel=1e-5)
        assert column.values[name][0] == pytest.approx(getattr(frame.whole, name), rel=1e-5)
    parts = [frame.layers[name] for name in ("block.0", "block.1")]
    block = page.rows.row_of("block")
    assert column.values["norm"][block] == pytest.approx(np.hypot(*(part.norm for part in parts)), rel=1e-5)
    assert column.values["relative"][block] == pytest.approx(
        np.hypot(*(part.update for part in parts)) / np.hypot(*(part.norm_before for part in parts)), rel=1e-5
    )
    assert column.kept[page.rows.row_of("stem")]
    assert not column.kept[0]


def test_a_layer_with_others_in_it_counts_its_own_tensors_too() -> None:
    keys = ("a.weight", "a.b.weight", "c")
    rows = rows_of(keys, ("a", "a.b", ""), {})
    assert rows.keys == ("", "c", "a", "a.weight", "a.b", "a.b.weight")
    assert rows.ends == (6, 2, 6, 4, 6, 6)
    assert sorted(rows.sources) == [(2, 2), (4, 2)]


def test_frozen_and_nan_have_signs_beside_colours(view: SeriesView, page: OpenSeries) -> None:
    rows = page.rows
    assert rows is not None
    assert view.matrix.is_frozen(rows.row_of("stem"))
    assert not view.matrix.is_frozen(rows.row_of("head"))
    assert view.matrix.cells.is_bad(rows.row_of("head"))
    assert not view.matrix.cells.is_bad(rows.row_of("stem"))
    view.choice.go_to(2, rows.row_of("stem"))
    assert "= bit for bit as before" in view.figures.text()
    view.choice.go_to(3, rows.row_of("head"))
    assert "! NaN" in view.figures.text()


def test_keys_walk_mark_open_and_compare(
    qtbot: QtBot, inspector: Application, view: SeriesView, page: OpenSeries
) -> None:
    panel = inspector.window.panels[page]
    view.choice.go_to(3, 0)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
        qtbot.keyClick(view.matrix, key)
    assert (view.choice.place, view.choice.row) == (2, view.choice.shown[1])
    qtbot.keyClick(view.cards, Qt.Key.Key_Space)
    qtbot.keyClick(view.cards, Qt.Key.Key_Home)
    assert view.choice.marked == (2,)
    assert view.choice.pair() == (0, 2)
    assert view.compare.text() == "Compare Marked"
    with qtbot.waitSignal(panel.compare_asked) as asked:
        panel.compare_asked.disconnect(inspector.session.compare)
        qtbot.keyClick(view.matrix, Qt.Key.Key_C)
    assert [Path(path).name for path in asked.args] == ["net_epoch_1.pth", "net_epoch_3.pth"]
    qtbot.keyClick(view.matrix, Qt.Key.Key_Return)
    file = inspector.session.current
    assert isinstance(file, OpenFile)
    assert file.name == "net_epoch_1.pth"
    qtbot.waitUntil(lambda: file.contents is not None and not file.is_busy)


def test_a_click_chooses_the_card_and_the_cell_below_it(qtbot: QtBot, view: SeriesView) -> None:
    middle = QPoint(view.axis.x(1) + 20, view.cards.height() // 2)
    qtbot.mouseClick(view.cards, Qt.MouseButton.LeftButton, pos=middle)
    assert view.choice.place == 1
    cell = QPoint(view.axis.x(2) + 20, view.matrix.row_height + 4)
    qtbot.mouseClick(view.matrix.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    assert (view.choice.place, view.choice.row) == (2, view.choice.shown[1])


def test_a_story_sets_off_what_it_is_about(view: SeriesView, page: OpenSeries) -> None:
    lines = {line.subject.kind: line.subject for line in reversed(view.stories.lines)}
    view.stories.choose(lines["frozen"])
    assert page.rows is not None
    assert view.choice.lit_rows == {page.rows.row_of("stem.weight")}
    view.stories.choose(lines["best"])
    assert view.choice.place == 1
    assert view.choice.lit_places == {1}
    view.stories.choose(lines["best"])
    assert not view.choice.lit_places


def test_the_table_says_the_same_and_is_copied(qtmodeltester: ModelTester, view: SeriesView, page: OpenSeries) -> None:
    qtmodeltester.check(view.table.cells)
    view.show_view(1)
    view.table.copy()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert lines[0] == ["Layer", "Epoch 1", "Epoch 2", "Epoch 3", "Epoch 4"]
    rows = {line[0]: line[1:] for line in lines}
    assert rows["stem"][1:] == ["=", "=", "="]
    assert rows["head"][3].startswith("!")
    assert rows["Marks"][1] == "★ best"
    assert rows["Validation loss"] == ["1.1", "1", "1.1", "1.4"]


def test_the_arrangement_is_undone_and_comes_back(inspector: Application, view: SeriesView, page: OpenSeries) -> None:
    panel = inspector.window.panels[page]
    view.measure.setCurrentIndex(1)
    view.measure.activated.emit(1)
    assert panel.arrangement()["measure"] == "norm"
    kept = panel.arrangement() | {"logarithmic": True, "fit": True, "stored": "nothing", "marked": [3, "gone"]}
    inspector.window.undoing.undo()
    assert view.choice.measure == "relative"
    panel.arrange_as(kept)
    assert view.choice.measure == "norm"
    assert view.axis.has_to_fit
    assert panel.arrangement()["marked"] == []


def test_figures_are_exported_and_the_command_is_copied(
    qtbot: QtBot, inspector: Application, view: SeriesView, page: OpenSeries, tmp_path: Path
) -> None:
    panel = inspector.window.panels[page]
    with qtbot.waitSignal(panel.said):
        panel.export_to(str(tmp_path / "epochs.csv"))
    with open(tmp_path / "epochs.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * (1 + 4)
    assert {row["layer"] for row in rows} == {"*", "stem", "block.0", "block.1", "head"}
    inspector.window.actions_["copy_command"].trigger()
    assert QGuiApplication.clipboard().text() == command(page) == f"inspector series {page.paths[0]} --layers"


def test_columns_share_one_axis_that_stays_at_its_end() -> None:
    axis = StripAxis()
    axis.resize(1000)
    axis.show([1.0, 2.0, 4.0])
    assert axis.column_at(np.array([1.0, 3.0, 4.0, 6.0])).tolist() == [0.5, 2.0, 2.5, 3.5]
    axis.show([float(place) for place in range(40)])
    axis.scroll(10_000)
    assert axis.is_at_end
    assert axis.place_at(axis.x(39) + 1) == 39
    axis.show([float(place) for place in range(41)])
    assert axis.is_at_end
    assert axis.place_at(axis.x(40) + 1) == 40
    axis.fit(True)
    assert axis.furthest == 0


def test_a_plot_gives_its_height_to_what_is_seen(qtbot: QtBot, view: SeriesView) -> None:
    x = np.arange(300) + 0.5
    view.axis.show([float(place) for place in range(300)])
    view.axis.scroll(100_000)
    thin = Line("all", "quiet", width=1.0)
    view.layer.show_lines([(Line("layer", "accent"), x, 1000.0 / x), (thin, x, x * 100)])
    low, high = view.layer.viewRange()[1]
    assert 3.3 < low < high < 4.5
    view.axis.scroll(0)
    assert view.layer.viewRange()[1][1] > 1000


def test_numbers_of_narrow_cards_are_round_and_whole(qtbot: QtBot, view: SeriesView) -> None:
    assert [_rounded_up(each) for each in (0.3, 1.0, 1.1, 4.0, 12.7, 60.0)] == [1, 1, 2, 5, 20, 100]
    view.axis.fit(True)
    for width in (9 * 4, 4 * 4):
        view.axis.resize(view.axis.left + width)
        assert not view.cards.grab().isNull()


def test_colours_know_zero_infinity_and_nothing() -> None:
    def colours_of(*values: float, measure: str) -> Colouring:
        return coloured(np.array(values), named(measure), ends_of(np.array(values)))

    found = colours_of(0.0, 0.01, 1.0, np.inf, np.nan, measure="relative")
    assert np.isnan(found.shares[4])
    assert found.shares[2] == 1.0
    assert 0 < found.shares[0] < 0.1
    assert colours_of(-2.0, 0.0, 0.02, measure="mean").shares.tolist() == [-1.0, 0.0, 0.5]
    assert colours_of(-0.5, 0.25, measure="turn").shares.tolist() == [-0.5, 0.25]
    counters = coloured(np.array([[0.1, 0.01], [9.0, 9.0]]), named("relative"), ends_of(np.array([0.1, 0.01])))
    assert (counters.high, counters.shares[1].tolist()) == (0.1, [1.0, 1.0])
    assert colours_of(np.nan, np.nan, measure="norm").labels() == ("0", "1")


def test_modules_without_end_are_hung_where_they_can_be_drawn() -> None:
    deep = ".".join("m" * 5000)
    rows = rows_of((f"{deep}.weight", "x.weight"), (deep, "x"), {})
    assert max(rows.depths) < 80
    assert rows.ends[0] == len(rows) == len(rows.shown(frozenset(range(len(rows)))))


def test_the_table_shows_all_of_the_column_that_is_chosen(qtbot: QtBot, view: SeriesView, page: OpenSeries) -> None:
    view.choice.open_all(True)
    view.choice.go_to(len(page.drawn) - 1, 0)
    view.window().resize(640, 480)
    view.show_view(1)
    table = view.table
    qtbot.waitUntil(lambda: table.verticalScrollBar().isVisible())
    place = table.cells.index_of(view.choice.place, view.choice.row)
    assert table.visualRect(place).right() < table.viewport().width()


def test_only_new_columns_are_looked_through_and_signs_of_narrow_cells_are_runs(
    view: SeriesView, page: OpenSeries
) -> None:
    cells = view.matrix.cells
    known = dict(cells._known)
    view.matrix._take()
    assert all(cells._known[path] is each for path, each in known.items())
    signs = np.array([[1, 1, 0, 4], [0, 4, 4, 4]], dtype=np.uint8)
    assert list(runs_of(signs)) == [(0, 0, 2, 1), (0, 3, 4, 4), (1, 1, 4, 4)]
    assert [each[:3] for each in single(signs)] == [(0, 0, 1), (0, 1, 2), (0, 3, 4), (1, 1, 2), (1, 2, 3), (1, 3, 4)]


def test_ends_of_parts_are_those_of_the_whole() -> None:
    values = np.array([[0.0, np.nan, -3.0, 2.0], [np.inf, 0.5, 1e-9, -np.inf]], np.float32)
    assert joined(map(ends_of, values)) == ends_of(values)
    assert not ends_of(np.array([np.nan, np.inf])).are_known
    assert ends_of(np.array([-1.0, 0.0])) == (np.inf, 0.0, 1.0)


def test_work_waits_until_the_window_has_shown_what_came(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.gui.series.turns._LONGEST", 60.0)  # however slow the machine is
    owner = QObject()
    turns = Turns(owner)
    turns.take()
    job = Job(turns.taking(one_after_the_other()))
    heard: list[int] = []
    job.said.connect(heard.extend)
    with qtbot.waitSignal(job.succeeded):
        job.start()
        qtbot.waitUntil(lambda: heard == [1])
        turns.give()
    assert heard == [1, 2]


def one_after_the_other() -> Generator[int, None, None]:
    yield 1
    yield 2
