"""Which branches of a flat tree are open, in few words even for 100,000 rows.

A tree is mostly open down to some level: that level is said, and the keys of the branches that differ from it. Of
more than `MOST` such branches only the first are said; nobody opened so many by hand.

Why this way: this is asked after every deed and whenever rows are listed anew, also while a file is measured. So rows
are taken as the bytes of one large number, a byte for each: counting those of a level takes a moment for all of them,
and Python goes through those alone that are said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from ..item_models.tree_rows import Tree, TreeRows

MOST = 400
"""Branches that are named of each kind, opened and closed."""


_MOST_LEVELS = 64
"""Branches deeper than this are said one by one."""


class Branches:
    """The rows of one outline that have others below them; found once, as an outline does not change."""

    def __init__(self, tree: Tree) -> None:
        self.count = len(tree.ends)
        """How many rows there are."""
        levels: list[bytearray] = []
        for row in [row for row, end in enumerate(tree.ends) if end > row + 1]:
            depth = min(tree.depths[row], _MOST_LEVELS)
            while depth >= len(levels):
                levels.append(bytearray(self.count))
            levels[depth][row] = 1
        self.levels = [_number(level) for level in levels]
        """For each level a number whose bytes are the rows: 1 for a branch of that level, 0 for all else."""


def openness(rows: TreeRows, branches: Branches, key: Callable[[int], str]) -> dict[str, Any]:
    """Which branches are open when nothing is searched: `{"depth": 2, "opened": [...], "closed": [...]}`."""
    opened, levels = _number(rows.opened), branches.levels
    open_at = [(level & opened).bit_count() for level in levels]
    closed_at = [level.bit_count() - are_open for level, are_open in zip(levels, open_at)]
    depth = _likeliest(open_at[:_MOST_LEVELS], closed_at)
    opened_deeper, closed_above = sum(levels[depth:]) & opened, sum(levels[:depth]) & ~opened
    return {
        "depth": depth,
        "opened": [key(row) for row in islice(_rows(opened_deeper, branches.count), MOST)],
        "closed": [key(row) for row in islice(_rows(closed_above, branches.count), MOST)],
    }


def open_so(rows: TreeRows, wanted: Mapping[str, Any], row: Callable[[str], int | None]) -> bool:
    """Opens the branches as that said, those of keys that are still there; False where it makes no sense."""
    depth = wanted.get("depth")
    if not isinstance(depth, int) or isinstance(depth, bool):
        return False
    opened = [at for key in _texts(wanted.get("opened")) if (at := row(key)) is not None and at >= 0]
    closed = [at for key in _texts(wanted.get("closed")) if (at := row(key)) is not None and at >= 0]
    rows.set_open(depth, opened, closed)
    return True


def _number(flags: bytearray) -> int:
    return int.from_bytes(flags, "little")


def _rows(number: int, count: int) -> Iterator[int]:
    """The rows whose bytes are set, of so many."""
    flags = number.to_bytes(count, "little")
    row = flags.find(1)
    while row >= 0:
        yield row
        row = flags.find(1, row + 1)


def _likeliest(open_at: Sequence[int], closed_at: Sequence[int]) -> int:
    """The depth from which the fewest branches differ, if all above it were open and the others closed."""
    differing = sum(open_at)
    best, least = 0, differing
    for depth, (is_open, is_closed) in enumerate(zip(open_at, closed_at)):
        differing += is_closed - is_open
        if differing < least:
            best, least = depth + 1, differing
    return best


def _texts(found: object) -> list[str]:
    return [each for each in found[:MOST] if isinstance(each, str)] if isinstance(found, list) else []
