"""The pairs of a comparison as rows of a tree: groups, counts, gaps, kinds that change when values are known."""

from __future__ import annotations

from inspector.analysis.distances import Distance
from inspector.checkpoint.searching import matching
from inspector.comparing.diffing import (
    KINDS,
    MISSING,
    RENAMED,
    SAME,
    SIZE,
    UNEXPECTED,
    VALUES,
    Comparison,
    Pair,
    compare,
)
from inspector.comparing.sides import Item, Side
from inspector.gui.item_models.pair_rows import RANKS, PairTree
from tests.gui.pairs_making import comparison, many, network, side

FAR = Distance(numel=8, equal=2, max_abs=1.0, l2=1.0, norm_a=2.0, norm_b=2.0, dot=3.5, bit_equal=False)
NONE = Distance(numel=8, equal=8, norm_a=2.0, norm_b=2.0, dot=4.0)


def row(tree: PairTree, key: str) -> int:
    found = tree.outline.row(key)
    assert found is not None
    return found


def test_every_pair_has_a_row_and_groups_count_what_is_in_them() -> None:
    tree = PairTree(comparison())
    assert sorted(number for number in tree.numbers if number >= 0) == list(range(9))
    assert tree.counts() == {**dict.fromkeys(KINDS, 0), MISSING: 1, UNEXPECTED: 1, SIZE: 2, SAME: 5}
    assert tree.counts(row(tree, "conv1")) == {**dict.fromkeys(KINDS, 0), MISSING: 1, SAME: 1}
    assert tree.kind(row(tree, "conv1")) == MISSING
    assert tree.kind(row(tree, "layers")) == SAME
    assert tree.differing(row(tree, "fc")) == 2


def test_a_side_has_what_is_below_a_group() -> None:
    tree = PairTree(comparison())
    assert (tree.has_a[row(tree, "old")], tree.has_b[row(tree, "old")]) == (1, 0)
    assert (tree.has_a[row(tree, "conv1.bias")], tree.has_b[row(tree, "conv1.bias")]) == (0, 1)
    assert (tree.has_a[row(tree, "conv1")], tree.has_b[row(tree, "conv1")]) == (1, 1)


def test_rows_are_found_by_kind_by_key_and_by_the_search_language() -> None:
    tree = PairTree(comparison())
    found = tree.leaves_of({SIZE, MISSING})
    assert [tree.outline.key(each) for each in found] == ["conv1.bias", "fc.weight", "fc.bias"]
    assert tree.rows_of(["fc.weight", "nowhere"]) == [row(tree, "fc.weight")]
    assert tree.with_ancestors([row(tree, "fc.bias")]) == [row(tree, "fc"), row(tree, "fc.bias")]
    assert [tree.outline.key(each) for each in matching(tree.outline, "shape:5 dims:2").hits] == ["fc.weight"]


def test_what_differs_is_open_at_first_and_everything_where_nothing_does() -> None:
    tree = PairTree(comparison())
    assert [tree.outline.key(each) for each in tree.first_open] == ["conv1", "fc", "old"]
    same = PairTree(compare(side("a", network()), side("b", network())))
    assert [same.outline.key(each) for each in same.first_open] == ["conv1", "layers", "fc", "layers.0", "layers.1"]


def test_values_that_differ_make_a_pair_of_another_kind() -> None:
    tree = PairTree(comparison())
    weight, size = row(tree, "layers.0.weight"), row(tree, "fc.weight")
    assert tree.take({weight: FAR, size: FAR}, {})
    assert tree.kind(weight) == VALUES
    assert tree.kind(size) == SIZE
    assert tree.counts(row(tree, "layers"))[VALUES] == 1
    assert tree.counts(row(tree, "layers"))[SAME] == 3
    assert not tree.take({row(tree, "layers.0.bias"): NONE}, {row(tree, "layers.1.bias"): "It is damaged."})
    assert tree.refusals == {row(tree, "layers.1.bias"): "It is damaged."}


def test_a_renamed_pair_tells_its_former_key_and_is_found_by_it() -> None:
    a = Item("net.weight", (2,), "float32", origins=("old.weight",))
    b = Item("net.weight", (2,), "float32")
    tree = PairTree(Comparison(Side("a", "checkpoint", (a,)), Side("b", "checkpoint", (b,)), (Pair(a, b, RENAMED),)))
    assert tree.former(row(tree, "net.weight")) == ("old.weight",)
    assert tree.rows_of(["old.weight"]) == [row(tree, "net.weight")]
    assert tree.take({row(tree, "net.weight"): FAR}, {})
    assert tree.kind(row(tree, "net.weight")) == VALUES
    assert tree.former(row(tree, "net.weight")) == ("old.weight",)


def test_a_prefix_of_one_side_is_left_out() -> None:
    a = Item("module.fc.weight", (2,), "float32", origins=("fc.weight",))
    b = Item("module.fc.weight", (2,), "float32")
    pairs = (Pair(a, b, SAME),)
    tree = PairTree(Comparison(Side("a", "checkpoint", (a,)), Side("b", "checkpoint", (b,)), pairs), "module.")
    assert tree.outline.keys == ["fc", "fc.weight"]
    assert tree.former(1) == ()


def test_two_pairs_of_one_key_are_two_rows() -> None:
    lone, moved = Item("x.w", (2,), "float32"), Item("x.w", (3,), "float32", origins=("y.w",))
    pairs = (Pair(moved, Item("x.w", (3,), "float32"), RENAMED), Pair(lone, None, UNEXPECTED))
    tree = PairTree(Comparison(Side("a", "checkpoint"), Side("b", "checkpoint"), pairs))
    assert [tree.numbers[each] for each in tree.rows_of(["x.w"])] == [0, 1]


def test_what_is_no_tensor_and_nothing_at_all_have_rows_too() -> None:
    lazy = PairTree(compare(side("a", {"lazy.weight": None}), side("b", {"lazy.weight": (2, 2)}, kind="model")))
    assert lazy.kind(row(lazy, "lazy.weight")) == SAME
    empty = PairTree(compare(side("a", {}), side("b", {})))
    assert len(empty) == 0
    assert empty.counts() == dict.fromkeys(KINDS, 0)
    assert empty.first_open == []


def test_of_many_pairs_the_first_look_fits_on_a_screen() -> None:
    tree = PairTree(many(20_000))
    opened = tree.first_open
    assert 0 < len(opened) < 60
    assert sum(1 for rank in tree.ranks if rank == RANKS[SIZE]) == 7
