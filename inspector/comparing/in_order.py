"""Two lists aligned in order: the pairs that are most alike in sum (Needleman and Wunsch 1970, gaps for nothing)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


def most_alike(
    ones: Sequence[One], others: Sequence[Other], alike: Callable[[One, Other], float]
) -> list[tuple[int, int]]:
    """The places of the pairs, in order; no place is in two of them. `alike` is asked once for each pair, and is not
    negative. Of two ways that are as good, the one that leaves the later items of `ones` alone.
    """
    sums = [[0.0] * (len(others) + 1) for _ in range(len(ones) + 1)]
    for row, one in enumerate(ones, 1):
        before, now = sums[row - 1], sums[row]
        for column, other in enumerate(others, 1):
            now[column] = max(before[column - 1] + alike(one, other), before[column], now[column - 1])
    row, column, way = len(ones), len(others), []
    while row and column:
        if sums[row][column] == sums[row - 1][column]:
            row -= 1
        elif sums[row][column] == sums[row][column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            way.append((row, column))
    return way[::-1]
