"""Which branches of a flat tree are open, in few words even for 100,000 rows.

A tree is mostly open down to some level: that level is said, and the keys of the branches that differ from it. Of
more than `MOST` such branches only the first are said; nobody opened so many by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

from ..item_models.tree_rows import Tree, TreeRows

MOST = 400
"""Branches that are named of each kind, opened and closed."""


class Branches:
    """The rows of one outline that have others below them; found once, as an outline does not change."""

    def __init__(self, tree: Tree) -> None:
        self.rows: Sequence[int] = [row for row, end in enumerate(tree.ends) if end > row + 1]
        self.depths: Sequence[int] = [tree.depths[row] for row in self.rows]


def openness(rows: TreeRows, branches: Branches, key: Callable[[int], str]) -> dict[str, Any]:
    """Which branches are open when nothing is searched: `{"depth": 2, "opened": [...], "closed": [...]}`."""
    opened = rows.opened
    flags = [opened[row] for row in branches.rows]
    open_at, closed_at = _counted(branches.depths, flags)
    depth = _likeliest(open_at, closed_at)
    opened_deeper = compress(branches.rows, (flag and at >= depth for flag, at in zip(flags, branches.depths)))
    closed_above = compress(branches.rows, (not flag and at < depth for flag, at in zip(flags, branches.depths)))
    return {"depth": depth, "opened": _keys(opened_deeper, key), "closed": _keys(closed_above, key)}


def open_so(rows: TreeRows, wanted: Mapping[str, Any], row: Callable[[str], int | None]) -> bool:
    """Opens the branches as that said, those of keys that are still there; False where it makes no sense."""
    depth = wanted.get("depth")
    if not isinstance(depth, int) or isinstance(depth, bool):
        return False
    opened = [at for key in _texts(wanted.get("opened")) if (at := row(key)) is not None and at >= 0]
    closed = [at for key in _texts(wanted.get("closed")) if (at := row(key)) is not None and at >= 0]
    rows.set_open(depth, opened, closed)
    return True


def _counted(depths: Sequence[int], flags: Sequence[int]) -> tuple[list[int], list[int]]:
    """For each depth how many branches are open, and how many closed."""
    deepest = max(depths, default=-1) + 1
    counts = [0] * deepest, [0] * deepest
    for depth, flag in zip(depths, flags):
        counts[not flag][depth] += 1
    return counts


def _likeliest(open_at: Sequence[int], closed_at: Sequence[int]) -> int:
    """The depth from which the fewest branches differ, if all above it were open and the others closed."""
    differing = sum(open_at)
    best, least = 0, differing
    for depth, (is_open, is_closed) in enumerate(zip(open_at, closed_at)):
        differing += is_closed - is_open
        if differing < least:
            best, least = depth + 1, differing
    return best


def _keys(rows: Iterable[int], key: Callable[[int], str]) -> list[str]:
    return [key(row) for row, _ in zip(rows, range(MOST))]


def _texts(found: object) -> list[str]:
    return [each for each in found[:MOST] if isinstance(each, str)] if isinstance(found, list) else []
