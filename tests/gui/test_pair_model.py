"""The Qt table of pairs keeps to Qt's rules, and says in each cell what it should."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from inspector.analysis.distances import Distance
from inspector.comparing.diffing import RENAMED, Comparison, Pair, compare
from inspector.comparing.sides import Item, Side
from inspector.gui.item_models.pair_cells import PairColumn
from inspector.gui.item_models.pair_model import PairModel
from inspector.gui.item_models.pair_rows import PairTree
from inspector.gui.item_models.tree_rows import TreeRows
from tests.gui.pairs_making import comparison, network, side

FAR = Distance(numel=8, equal=2, max_abs=1.25, l2=1.0, norm_a=2.0, norm_b=2.0, dot=3.5, bit_equal=False)
SAME = Distance(numel=8, equal=8, norm_a=2.0, norm_b=2.0, dot=4.0)
Column = PairColumn


def model_of(made: Comparison) -> PairModel:
    model = PairModel(PairTree(made))
    model.change(TreeRows.open_all)
    return model


def cells(model: PairModel, key: str) -> list[str]:
    row = model.tree.outline.row(key)
    assert row is not None
    place = model.rows.place_of(row)
    assert place is not None
    return [str(model.index(place, column).data()) for column in range(len(Column))]


def test_keeps_to_qt_s_rules_while_it_is_opened_sorted_filtered_and_measured(qtmodeltester: ModelTester) -> None:
    model = PairModel(PairTree(comparison()))
    qtmodeltester.check(model)
    model.open(0)
    model.close(0)
    model.change(TreeRows.open_all)
    model.sort_by(Column.DIFFERENCE, descending=True)
    model.sort_by(Column.KEY_A, descending=False)
    model.tree.take({1: FAR}, {})
    model.change(lambda rows: rows.search(model.tree.with_ancestors([2])))
    model.show(PairTree(compare(side("a", network()), side("b", network()))))
    qtmodeltester.check(model)


def test_an_empty_comparison_is_an_empty_model(qtmodeltester: ModelTester) -> None:
    model = PairModel(PairTree(compare(side("a", {}), side("b", {}))))
    qtmodeltester.check(model)
    assert model.rowCount() == 0


def test_both_keys_stand_in_a_row_and_a_gap_where_a_side_has_none() -> None:
    model = model_of(comparison())
    assert cells(model, "fc.weight")[:6] == ["weight", "≠", "weight", "[10→5, 8]", "float32", "40"]
    assert cells(model, "conv1.bias")[:3] == ["", "−", "bias"]
    assert cells(model, "old.scale")[:3] == ["scale", "+", ""]
    assert cells(model, "conv1")[:3] == ["conv1", "− 1", "conv1"]
    assert cells(model, "layers")[1] == "="


def test_a_renamed_pair_shows_both_names() -> None:
    a = Item("net.weight", (2,), "float32", origins=("old.weight",))
    b = Item("net.weight", (2,), "float16")
    model = model_of(Comparison(Side("a", "checkpoint"), Side("b", "checkpoint"), (Pair(a, b, RENAMED),)))
    assert cells(model, "net.weight")[:5] == ["old.weight", "→", "weight", "[2]", "float32→float16"]


def test_distances_appear_when_they_are_known() -> None:
    model = model_of(comparison())
    row = model.tree.outline.row("layers.0.weight")
    same = model.tree.outline.row("layers.0.bias")
    assert row is not None
    assert same is not None
    assert cells(model, "layers.0.weight")[Column.MAX_ABS] == ""
    model.tree.take({row: FAR, same: SAME}, {})
    assert cells(model, "layers.0.weight")[1] == "Δ"
    assert cells(model, "layers.0.weight")[Column.MAX_ABS :] == ["1.25", "0.5", "0.875", "25 %"]
    assert cells(model, "layers.0.bias")[Column.MAX_ABS :] == ["0", "0", "1", "100 %"]
    assert cells(model, "layers")[1] == "Δ 1"
    assert model.cells.strength(row) > 0.9
    assert model.cells.strength(same) == 0.0


def test_a_cosine_that_is_not_quite_one_does_not_say_one() -> None:
    model = model_of(comparison())
    row = model.tree.outline.row("layers.0.weight")
    assert row is not None
    near = Distance(numel=8, equal=2, max_abs=1e-9, l2=1e-6, norm_a=2.0, norm_b=2.0, dot=4.0, bit_equal=False)
    model.tree.take({row: near}, {})
    assert 0.999999 < near.cosine < 1
    assert cells(model, "layers.0.weight")[Column.COSINE] == ">0.999999"


def test_a_refusal_has_a_sign_and_a_sentence() -> None:
    model = model_of(comparison())
    row = model.tree.outline.row("layers.0.weight")
    assert row is not None
    model.tree.take({}, {row: "Its bytes are missing."})
    place = model.rows.place_of(row)
    assert place is not None
    index = model.index(place, Column.DIFFERENCE)
    assert index.data() == "!"
    assert "Its bytes are missing." in index.data(Qt.ItemDataRole.ToolTipRole)


def test_what_is_probably_equal_says_so_until_it_is_compared() -> None:
    model = model_of(comparison())
    row = model.tree.outline.row("layers.0.weight")
    assert row is not None
    model.tree.expect_equal([model.tree.numbers[row]])
    assert cells(model, "layers.0.weight")[Column.EQUAL] == "≈ 100 %"
    assert "Not compared yet" in model.tip(row, Column.EQUAL)
    model.tree.take({row: SAME}, {})
    assert cells(model, "layers.0.weight")[Column.EQUAL] == "100 %"


def test_the_words_between_files_are_others_than_against_a_model() -> None:
    for kind, words in (("checkpoint", "only in B"), ("model", "missing")):
        model = model_of(comparison(kind=kind))
        row = model.tree.outline.row("conv1.bias")
        assert row is not None
        place = model.rows.place_of(row)
        assert place is not None
        spoken = model.index(place, Column.DIFFERENCE).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == f"Difference: {words}"
        key = model.index(place, Column.KEY_A).data(Qt.ItemDataRole.AccessibleTextRole)
        assert key == f"conv1.bias, level 2, {words}"


def test_the_headings_name_the_two_sides() -> None:
    model = model_of(comparison())
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(3)]
    assert titles == ["A  a.pth", "Difference", "B  b.pth"]


@pytest.mark.parametrize("descending", [True, False])
def test_sorting_lists_the_pairs_flat_by_their_keys(descending: bool) -> None:
    model = model_of(comparison())
    model.sort_by(Column.DIFFERENCE, descending=descending)
    ranks = [model.tree.ranks[row] for row in model.rows.rows]
    assert ranks == sorted(ranks, reverse=descending)
    assert "fc.weight" in [model.index(place, 0).data() for place in range(model.rowCount())]
    model.sort_by(Column.REL_L2, descending=descending)
    model.sort_by(Column.KEY_A, descending=False)
    assert model.index(0, 0).data() == "conv1"


HOSTILE = "<b>bold</b><img src=x>\x1b[31m\u202eevil\n"


def test_hostile_names_stay_names() -> None:
    made = compare(side(HOSTILE, {HOSTILE: (2,), "x" * 100_000: (2,)}), side("b", {HOSTILE: (3,)}))
    model = model_of(made)
    for place in range(model.rowCount()):
        for column in range(len(Column)):
            text = model.index(place, column).data()
            assert "\x1b" not in text
            assert "\u202e" not in text
            assert "\n" not in text
            assert len(text) <= 300
            assert "<img" not in (model.index(place, column).data(Qt.ItemDataRole.ToolTipRole) or "")
    assert "\x1b" not in model.headerData(0, Qt.Orientation.Horizontal)
