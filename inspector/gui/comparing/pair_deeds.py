"""What the actions of the window do with a tree of pairs, whatever panel it stands in."""

from __future__ import annotations

from collections.abc import Callable

from .pair_view import DIFFERENT, PairView

FOR_PAIRS = frozenset(
    "find expand_all collapse_all deeper shallower file_order show_tree next_difference previous_difference "
    "differences copy_key copy_row".split()
)


def pair_deeds(pairs: PairView, copy: Callable[[str], None]) -> dict[str, Callable[[], object]]:
    """The deeds by the names of their actions, all of `FOR_PAIRS`; `copy` puts a text on the clipboard."""
    return {
        "find": lambda: _find(pairs),
        "expand_all": pairs.expand_all,
        "collapse_all": pairs.collapse_all,
        "deeper": lambda: pairs.step_depth(1),
        "shallower": lambda: pairs.step_depth(-1),
        "file_order": pairs.file_order,
        "show_tree": pairs.view.setFocus,
        "next_difference": lambda: pairs.step(1),
        "previous_difference": lambda: pairs.step(-1),
        "differences": lambda: _toggle_differences(pairs),
        "copy_key": lambda: copy(key_of(pairs)),
        "copy_row": lambda: copy(pairs.row_text()),
    }


def key_of(pairs: PairView) -> str:
    """The whole key of the chosen row, as it is; both keys, each on a line, where the sides differ."""
    row, tree = pairs.view.current(), pairs.tree
    pair = tree.pair(row)
    if pair is None:
        return tree.outline.key(row)
    return "\n".join(dict.fromkeys([*tree.former(row), pair.key]))


def _find(pairs: PairView) -> None:
    pairs.search.setFocus()
    pairs.search.selectAll()


def _toggle_differences(pairs: PairView) -> None:
    """Shows nothing but differences, or everything again."""
    pairs.filter_kinds(() if pairs.chips.down == frozenset(DIFFERENT) else DIFFERENT)
