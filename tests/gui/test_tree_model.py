"""The tree's model is a sound Qt model, and its cells say what the entries are."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from inspector.analysis.statistics import Statistics, measure
from inspector.checkpoint.entries import Branch, Value
from inspector.gui.item_models.tree_cells import ByKey, Column
from inspector.gui.item_models.tree_model import CheckpointTreeModel
from inspector.gui.item_models.tree_rows import TreeRows
from inspector.progress import finish
from tests.gui.making import cells_of, model_of, tensor, transformer


def texts(model: CheckpointTreeModel, column: Column = Column.KEY) -> list[str]:
    return [model.index(place, column).data() for place in range(model.rowCount())]


def place_of(model: CheckpointTreeModel, key: str) -> int:
    row = model.outline.row(key)
    assert row is not None
    place = model.rows.place_of(row)
    assert place is not None, f"{key} is not on show"
    return place


def test_keeps_the_rules_of_qt(qtmodeltester: ModelTester) -> None:
    """Through opening, closing, searching, sorting and another outline; the tester listens to every signal."""
    model = model_of(transformer())
    qtmodeltester.check(model, force_py=False)
    model.open(1)
    model.open(2)
    model.close(1)
    model.open(1)
    model.change(TreeRows.open_all)
    model.change(lambda rows: rows.search([1, 2]))
    model.change(lambda rows: rows.search(None))
    model.sort_by(Column.SIZE, descending=True)
    model.sort_by(Column.KEY, descending=False)
    model.show(cells_of(transformer(), folded=True))
    qtmodeltester.check(model, force_py=False)


def test_an_empty_checkpoint_is_an_empty_model(qtmodeltester: ModelTester) -> None:
    model = model_of(Branch("", "dict", "mapping"))
    qtmodeltester.check(model)
    assert model.rowCount() == 0


def test_begins_with_the_outermost_rows() -> None:
    assert texts(model_of(transformer())) == ["epoch", "state_dict", "lost"]


def test_cells_say_what_an_entry_is() -> None:
    model = model_of(transformer())
    model.change(TreeRows.open_all)
    place = place_of(model, "state_dict.model.layers.0.attn.weight")
    row = [model.index(place, column).data() for column in range(6)]
    assert row == ["weight", "", "[8, 8]", "float32", "64", "256 B"]
    epoch = [model.index(place_of(model, "epoch"), column).data() for column in range(6)]
    assert epoch == ["epoch", "", "3", "int", "", ""]
    group = [model.index(place_of(model, "state_dict.model.layers.0.attn"), column).data() for column in range(6)]
    assert group == ["attn", "Linear 8→8", "", "", "72", "288 B"]


def test_branches_sum_up_their_children() -> None:
    model = model_of(transformer(layers=3))
    place = place_of(model, "state_dict")
    assert model.index(place, Column.PARAMETERS).data() == f"{3 * (64 + 8 + 128) + 16:,}"


def test_repeated_blocks_are_one_row_when_folded() -> None:
    model = model_of(transformer(layers=4), folded=True)
    model.change(TreeRows.open_all)
    keys = texts(model)
    assert "{0-3}" in keys
    assert keys.count("attn") == 1
    row = model.outline.row("state_dict.model.layers.{0-3}.attn.weight")
    assert row is not None
    whole = cells_of(transformer(layers=4)).outline
    wanted = [whole.row(f"state_dict.model.layers.{number}.attn.weight") for number in range(4)]
    assert model.cells.members(row) == wanted


def test_folded_rows_show_the_statistics_of_all_their_blocks() -> None:
    cells = cells_of(transformer(layers=2), folded=True)
    row = cells.outline.row("state_dict.model.layers.{0-1}.attn.bias")
    assert row is not None
    first, second = cells.members(row)
    known: dict[int, Statistics] = cells.statistics  # type: ignore[assignment]
    known[first] = Statistics(count=8, minimum=-1.0, maximum=1.0, mean=0.0)
    assert cells.statistics_of(row) is None
    known[second] = Statistics(count=8, minimum=-3.0, maximum=0.0, mean=-2.0)
    assert cells.text(row, Column.MINIMUM) == "-3"
    assert cells.text(row, Column.MEAN) == "-1"


def test_statistics_appear_when_they_are_known() -> None:
    model = model_of(transformer())
    model.change(TreeRows.open_all)
    row = model.outline.row("state_dict.head.weight")
    assert row is not None
    assert model.text(row, Column.MEAN) == ""
    entry = model.outline.entries[row]
    model.cells.statistics[row] = finish(measure(entry))  # type: ignore[index, arg-type]
    assert model.text(row, Column.MEAN) == "0"
    assert model.cells.bars(row, 24).count(1.0) == 1
    assert len(model.cells.bars(row, 24)) == 24


def test_damage_has_a_sign_and_a_sentence() -> None:
    model = model_of(transformer())
    place = place_of(model, "lost")
    assert model.index(place, Column.FLAGS).data() == "! damaged"
    assert "Its bytes are missing." in model.index(place, Column.KEY).data(Qt.ItemDataRole.ToolTipRole)
    assert model.cells.is_wrong(model.rows.rows[place])


def test_a_screen_reader_hears_level_and_state() -> None:
    model = model_of(transformer())
    place = place_of(model, "state_dict")
    index = model.index(place, Column.KEY)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "state_dict, level 1, collapsed"
    model.open(place)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "state_dict, level 1, expanded"
    assert model.index(place, Column.SIZE).data(Qt.ItemDataRole.AccessibleTextRole).startswith("Size: ")


HOSTILE = "<b>bold</b><img src=x>\x1b[31m\u202eevil\n"


def test_hostile_names_stay_names() -> None:
    model = model_of(Branch("", "dict", "mapping", (Value(HOSTILE, "str", HOSTILE), tensor("x" * 100_000, 2))))
    text, tip = model.index(0, 0).data(), model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\n" not in text
    assert "<img" not in tip
    assert "&lt;img" in tip
    assert len(model.index(1, 0).data()) <= 200


@pytest.mark.parametrize("descending", [True, False])
def test_sorting_lists_the_leaves_flat_by_their_keys(descending: bool) -> None:
    model = model_of(transformer(layers=2))
    model.sort_by(Column.PARAMETERS, descending=descending)
    counts = [model.outline.parameters[row] for row in model.rows.rows]
    assert counts == sorted(counts, reverse=descending)
    assert "state_dict.model.layers.0.attn.weight" in texts(model)
    model.sort_by(Column.KEY, descending=False)
    assert texts(model)[0] == "epoch"


def test_the_search_gets_statistics_by_key() -> None:
    cells = cells_of(transformer())
    found = ByKey(cells)
    assert "lost" not in found
    assert found
    row = cells.outline.row("lost")
    cells.statistics[row] = Statistics(count=4, nans=1)  # type: ignore[index]
    assert found["lost"].nans == 1
    assert list(found) == ["lost"]
