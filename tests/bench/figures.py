"""The table that `make bench` prints: what was measured, the goal, the figure reached, and what it was made of.

And how the seconds come about: contenders take turns, and medians are compared.
"""

from __future__ import annotations

import operator
import os
import re
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One figure. `goal` is such as `>= 30`, `< 2`, or empty for a figure that is only told."""

    name: str
    goal: str
    figure: float
    detail: str = ""
    why: str = ""
    """What stands between the figure and its goal; told when the goal is not reached."""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None when there is none."""
        found = re.match(r"\s*(<=|>=|<|>)\s*([\d.]+)", self.goal)
        if found is None:
            return None
        compare = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}[found.group(1)]
        return bool(compare(self.figure, float(found.group(2))))


def usual_environment() -> dict[str, str]:
    """The environment of a process that is timed: modules are compiled once, as they are for everybody."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def in_turns(runs: int, *contenders: Callable[[], object], uncounted: int = 0) -> list[float]:
    """The median seconds of each contender, of runs that take turns, the first `uncounted` of them left out."""
    seconds: list[list[float]] = [[] for _ in contenders]
    for _ in range(uncounted + runs):
        for contender, taken in zip(contenders, seconds):
            started = time.perf_counter()
            contender()
            taken.append(time.perf_counter() - started)
    return [statistics.median(taken[uncounted:]) for taken in seconds]


def table(title: str, rows: list[Row]) -> str:
    """The rows as Markdown, so that they can be pasted where they are talked about."""
    lines = [f"\n### {title}\n", "| measured | goal | reached | |", "|---|---|---|---|"]
    for row in rows:
        mark = " (short)" if row.reached is False else ""
        detail = "; ".join(part for part in (row.detail, row.why if mark else "") if part)
        lines.append(f"| {row.name} | {row.goal} | {row.figure:.3g}{mark} | {detail} |")
    return "\n".join(lines)
