"""The rows of a tree measured as they are wanted: what is looked at first, then the rest, then the branches' sums.

A `WantedFirst` is told which rows are wanted (by the window, at any time) and does the work as a generator (on a
job's thread): a row that is wanted now is begun at once, even in the middle of another, which goes on afterwards.
When the last row below a branch is measured, the branch has what its rows come to together.

Why this way: a generator can be left standing, so "this one first" needs no second thread: the work is a
stack of half-done measurements, and the top one is asked for its next word.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..checkpoint.outline import Outline
from ..errors import InspectorError
from ..progress import Progress
from .collecting import keep_from_collector

_KEPT = 2000
"""So many results are taken out of the garbage collector's sight at a time."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One row (-1: all of them) is measured: what came of it, or the sentence why nothing did."""

    row: int
    result: Any
    refusal: str = ""
    done_bytes: int = 0
    """The bytes of all rows that are done by now."""


class WantedFirst:
    """What of an outline is measured, what is wanted, and the work that leads from one to the other.

    `want` may be called from any thread while `work` runs on another; a second `work` waits for the first.
    A subclass says what measuring a row is.
    """

    def __init__(self, outline: Outline, below: Sequence[int], total: int) -> None:
        """`below` is for each row how many can be measured in its subtree, `total` how many there are in all."""
        self._outline = outline
        self._wanted: deque[int] = deque()
        self._rest: Iterator[int] | None = None
        self._changing_rest = threading.Lock()
        self._done: dict[int, Any] = {}
        self._left = [*below, total]  # the last, at -1, is for all of them
        self._working = threading.Lock()
        self._done_bytes = 0
        self._counters: set[int] = set()
        """The branches that hold nothing but whole numbers."""

    # What a subclass says

    def _can_measure(self, row: int) -> bool:
        """Whether there is something to be measured at a row itself."""
        raise NotImplementedError

    def _measured(self, row: int) -> Generator[Progress, None, Any]:
        """Measures a row. Raises InspectorError when it cannot be."""
        raise NotImplementedError

    def _together(self, results: list[Any]) -> Any:
        """What several results - perhaps none - come to."""
        raise NotImplementedError

    def _counts(self, row: int) -> bool:
        """Whether a row that is no branch holds whole numbers: a counter, and no weight."""
        raise NotImplementedError

    def _nbytes(self, row: int) -> int:
        """The bytes that are read for a row."""
        return self._outline.nbytes[row]

    def _order(self) -> Iterable[int]:
        """The rows in the order in which they are measured when none is wanted before others."""
        return range(len(self._outline))

    # What is wanted

    def want(self, rows: Iterable[int]) -> None:
        """These rows first, in this order, instead of those wanted before."""
        fresh = [row for row in rows if row not in self._done and self._can_measure(row)]
        self._wanted = deque(fresh)

    def want_first(self, row: int) -> None:
        """This row before all others."""
        if row not in self._done and self._can_measure(row):
            self._wanted.appendleft(row)

    def want_all(self) -> None:
        """Everything, after what is wanted."""
        with self._changing_rest:
            self._rest = iter(self._order())

    def want_none(self) -> None:
        """Nothing more."""
        self._wanted = deque()
        with self._changing_rest:
            self._rest = None

    @property
    def is_wanted(self) -> bool:
        """Whether something is wanted that was not measured yet, as far as it is known."""
        return self._rest is not None or any(row not in self._done for row in tuple(self._wanted))

    def work(self) -> Generator[Progress | Measured, None, None]:
        """Measures what is wanted until nothing is. Begins when the work before it, if there is any, has ended."""
        with self._working:
            yield from self._work()

    def _work(self) -> Generator[Progress | Measured, None, None]:
        stack: list[tuple[int, Generator[Progress, None, Any]]] = []
        underway: set[int] = set()
        try:
            while True:
                row = self._next(may_go_on=bool(stack))
                if row is not None and row not in underway:
                    stack.append((row, self._measured(row)))
                    underway.add(row)
                if not stack:
                    return
                yield from self._step(stack)
        finally:
            for _, half_done in stack:
                half_done.close()

    def _step(self, stack: list[tuple[int, Generator[Progress, None, Any]]]) -> Iterable[Progress | Measured]:
        """One word of the topmost measurement."""
        row, work = stack[-1]
        try:
            word = next(work)
        except StopIteration as end:
            stack.pop()
            return self._end(row, end.value, "")
        except InspectorError as error:
            stack.pop()
            return self._end(row, None, str(error))
        return (Progress(self._done_bytes + word.done, 0, "bytes", self._outline.key(row)),)

    def _next(self, *, may_go_on: bool) -> int | None:
        """The row to begin now: a wanted one at any time, one of the rest when nothing is half done."""
        while self._wanted:
            try:
                row = self._wanted.popleft()
            except IndexError:  # replaced meanwhile by an empty one
                break
            if row not in self._done:
                return row
        return None if may_go_on else self._next_of_rest()

    def _next_of_rest(self) -> int | None:
        rest = self._rest
        row = next((row for row in rest or () if row not in self._done and self._can_measure(row)), None)
        if row is None:
            with self._changing_rest:
                if self._rest is rest:  # and nobody asked for everything in the meantime: that must not get lost
                    self._rest = None
        return row

    def _end(self, row: int, result: Any, refusal: str) -> list[Progress | Measured]:
        """The word for a finished row, and for each branch (and all rows, -1) that is complete with it."""
        self._done[row] = result
        if len(self._done) % _KEPT == 0:
            keep_from_collector()
        self._done_bytes += self._nbytes(row)
        words: list[Progress | Measured] = [Measured(row, result, refusal, self._done_bytes)]
        branch = row
        while branch >= 0:
            branch = self._outline.parents[branch]
            self._left[branch] -= 1
            if self._left[branch] == 0:
                self._done[branch] = self._merged(branch)
                words.append(Measured(branch, self._done[branch], done_bytes=self._done_bytes))
        return words

    def _merged(self, branch: int) -> Any:
        """What the rows below a branch, which are all done, come to together.

        Whole numbers count only where there is nothing else: a BatchNorm's counter of 320 batches would make the mean
        of its weights 5, and is no weight that moved by 320.
        """
        measured = [child for child in self._outline.children(branch) if self._done.get(child) is not None]
        weights = [child for child in measured if child not in self._counters and not self._counts(child)]
        if not weights:
            self._counters.add(branch)
        return self._together([self._done[child] for child in weights or measured])
