"""The rows on show are those a plain walk over the tree finds, whatever is opened, closed and searched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from inspector.gui.item_models.tree_rows import TreeRows


@dataclass
class Tree:
    depths: list[int]
    ends: list[int]
    parents: list[int]


def tree_of(depths: Sequence[int]) -> Tree:
    """The tree whose rows have these depths, in preorder."""
    parents, path = [], []
    for row, depth in enumerate(depths):
        del path[depth:]
        parents.append(path[-1] if path else -1)
        path.append(row)
    rows = range(len(depths))
    ends = [next((after for after in rows[row + 1 :] if depths[after] <= depths[row]), len(depths)) for row in rows]
    return Tree(list(depths), ends, parents)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    depths = [0]
    for _ in range(draw(st.integers(0, 25))):
        depths.append(draw(st.integers(0, depths[-1] + 1)))
    return tree_of(depths)


def walked(tree: Tree, opened: set[int], among: set[int] | None = None) -> list[int]:
    """What should be on show: a row whose branches are all open, and that was found."""

    def is_on_show(row: int) -> bool:
        parent = tree.parents[row]
        while parent >= 0:
            if parent not in opened:
                return False
            parent = tree.parents[parent]
        return among is None or row in among

    return [row for row in range(len(tree.ends)) if is_on_show(row)]


def with_branches(tree: Tree, hits: set[int]) -> set[int]:
    found = set(hits)
    for row in hits:
        while (row := tree.parents[row]) >= 0:
            found.add(row)
    return found


SMALL = tree_of([0, 1, 2, 2, 1, 0, 1])


def test_begins_with_the_outermost() -> None:
    assert list(TreeRows(SMALL).rows) == [0, 5]


def test_opening_and_closing_keeps_what_was_open_below() -> None:
    rows = TreeRows(SMALL)
    rows.open(0, rows.to_open(0))
    rows.open(1, rows.to_open(1))
    assert list(rows.rows) == [0, 1, 2, 3, 4, 5]
    rows.close(0)
    assert list(rows.rows) == [0, 5]
    assert rows.to_open(0) == [1, 2, 3, 4]


@given(trees(), st.lists(st.tuples(st.sampled_from(["open", "close"]), st.integers(0, 40)), max_size=30))
def test_is_what_a_walk_finds(tree: Tree, moves: list[tuple[str, int]]) -> None:
    rows, opened = TreeRows(tree), set()
    for move, number in moves:
        place = number % len(rows.rows)
        row = rows.rows[place]
        if move == "open" and not rows.is_open(row):
            fresh = rows.to_open(place)
            rows.open(place, fresh)
            opened.add(row)
        elif move == "close" and rows.is_open(row):
            below = rows.below(place)
            assert list(rows.rows[place + 1 : place + 1 + below]) == [r for r in rows.rows if row < r < tree.ends[row]]
            rows.close(place)
            opened.discard(row)
        assert list(rows.rows) == walked(tree, opened)
    assert rows.opened_rows() == sorted(opened)
    for place, row in enumerate(rows.rows):
        assert rows.place_of(row) == place
        parent = tree.parents[row]
        assert rows.place_of_parent(place) == (rows.place_of(parent) if parent >= 0 else None)


@given(trees(), st.sets(st.integers(0, 25), max_size=8), st.integers(0, 25))
def test_a_search_leaves_the_hits_with_their_branches(tree: Tree, hits: set[int], closed: int) -> None:
    found = with_branches(tree, {row for row in hits if row < len(tree.ends)})
    rows = TreeRows(tree)
    rows.search(sorted(found))
    everything = set(range(len(tree.ends)))
    assert list(rows.rows) == sorted(found)
    if found:
        place = closed % len(found)
        row = rows.rows[place]
        assert rows.has_children(row) == any(other in found for other in range(row + 1, tree.ends[row]))
        rows.close(place)
        assert list(rows.rows) == walked(tree, everything - {row}, found)
    rows.search(None)
    assert list(rows.rows) == walked(tree, set())


@given(trees(), st.integers(0, 5))
def test_opening_to_a_depth(tree: Tree, depth: int) -> None:
    rows = TreeRows(tree)
    rows.open_to(depth)
    assert list(rows.rows) == [row for row, level in enumerate(tree.depths) if level <= depth]


@given(trees(), st.integers(0, 25))
def test_revealing_brings_a_row_on_show(tree: Tree, number: int) -> None:
    row = number % len(tree.ends)
    rows = TreeRows(tree)
    rows.search([])
    rows.reveal(row)
    assert row in rows.rows
    assert rows.found is None


def test_everything_open_is_a_range() -> None:
    """So that "expand all" over 100,000 rows makes no list of them."""
    rows = TreeRows(SMALL)
    rows.open_all()
    assert rows.rows == range(7)
    rows.close_all()
    assert list(rows.rows) == [0, 5]


def test_sorting_is_flat_and_puts_the_unknown_last() -> None:
    rows = TreeRows(SMALL)
    values = {2: 5.0, 3: None, 4: 7.0, 6: 5.0}
    rows.sort(values.get, [2, 3, 4, 6], descending=True)
    assert list(rows.rows) == [4, 2, 6, 3]
    assert rows.flat
    assert not rows.has_children(4)
    assert rows.depth(2) == 0
    rows.rebuild()
    assert list(rows.rows) == [0, 5]
