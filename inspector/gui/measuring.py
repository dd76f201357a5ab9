"""The statistics of one file as they are wanted: what is looked at first, then the rest, then the branches' sums.

`Measuring` is told which rows are wanted (by the window, at any time) and does the work as a generator (on a
job's thread): a row that is wanted now is begun at once, even in the middle of another tensor, which goes on
afterwards. When the last tensor below a branch is measured, the branch's statistics are the merged ones.

Why this way: a generator can be left standing, so "this one first" needs no second thread: the work is a
stack of half-done measurements, and the top one is asked for its next word.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..checkpoint.entries import Tensor
from ..checkpoint.outline import Outline
from ..errors import FileError
from ..progress import Progress

if TYPE_CHECKING:
    from ..analysis.statistics import Statistics


_WHOLE = ("int", "uint", "bool")


@dataclass(frozen=True, slots=True)
class Measured:
    """One row (-1: the file) is measured: its statistics, or the sentence why it has none."""

    row: int
    statistics: Statistics | None
    refusal: str = ""
    done_bytes: int = 0
    """The bytes of all tensors that are done by now."""


class Measuring:
    """What of an outline is measured, what is wanted, and the work that leads from one to the other.

    `want` may be called from any thread while `work` runs on another; a second `work` waits for the first.
    """

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._wanted: deque[int] = deque()
        self._rest: Iterator[int] | None = None
        self._changing_rest = threading.Lock()
        self._done: dict[int, Statistics | None] = {}
        self._left = [*outline.tensors, outline.total_tensors]  # the last, at -1, is the file
        self._same: dict[tuple[object, ...], int] = {}
        self._working = threading.Lock()
        self._done_bytes = 0
        self._whole: set[int] = set()
        """The rows that hold nothing but whole numbers."""

    def want(self, rows: Iterable[int]) -> None:
        """These rows first, in this order, instead of those wanted before."""
        fresh = [row for row in rows if row not in self._done and self._is_tensor(row)]
        self._wanted = deque(fresh)

    def want_first(self, row: int) -> None:
        """This row before all others."""
        if row not in self._done and self._is_tensor(row):
            self._wanted.appendleft(row)

    def want_all(self) -> None:
        """Everything, after what is wanted."""
        with self._changing_rest:
            self._rest = iter(range(len(self._outline)))

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
        stack: list[tuple[int, Generator[Progress, None, Statistics]]] = []
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

    def _step(self, stack: list[tuple[int, Generator[Progress, None, Statistics]]]) -> Iterable[Progress | Measured]:
        """One word of the topmost measurement."""
        row, work = stack[-1]
        try:
            word = next(work)
        except StopIteration as end:
            stack.pop()
            return self._end(row, end.value, "")
        except FileError as error:
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
        row = next((row for row in rest or () if row not in self._done and self._is_tensor(row)), None)
        if row is None:
            with self._changing_rest:
                if self._rest is rest:  # and nobody asked for everything in the meantime: that must not get lost
                    self._rest = None
        return row

    def _measured(self, row: int) -> Generator[Progress, None, Statistics]:
        """The statistics of a tensor; those of another that is the very same view of the same storage."""
        from ..analysis.statistics import measure

        tensor = self._outline.entries[row]
        assert type(tensor) is Tensor
        extra = tensor.extra
        if tensor.storage is not None and extra.quantization is None:
            view = (tensor.storage.key, tensor.dtype, tensor.offset, tensor.shape, tensor.stride, extra.conj, extra.neg)
            twin = self._done.get(self._same.setdefault(view, row))
            if twin is not None:
                return twin
        return (yield from measure(tensor))

    def _end(self, row: int, statistics: Statistics | None, refusal: str) -> list[Progress | Measured]:
        """The word for a finished row, and for each branch (and the file, row -1) that is complete with it."""
        self._done[row] = statistics
        entry = self._outline.entries[row]
        if type(entry) is Tensor and entry.dtype.startswith(_WHOLE):
            self._whole.add(row)
        self._done_bytes += self._outline.nbytes[row]
        words: list[Progress | Measured] = [Measured(row, statistics, refusal, self._done_bytes)]
        branch = row
        while branch >= 0:
            branch = self._outline.parents[branch]
            self._left[branch] -= 1
            if self._left[branch] == 0:
                words.append(Measured(branch, self._merged(branch), done_bytes=self._done_bytes))
        return words

    def _merged(self, branch: int) -> Statistics | None:
        """The statistics of a branch whose parts are all known.

        Whole numbers count only where there is nothing else: a BatchNorm's counter of 320 batches would make
        the mean of its weights 5.
        """
        from ..analysis.statistics import merge_all

        measured = [child for child in self._outline.children(branch) if self._done.get(child) is not None]
        weights = [child for child in measured if child not in self._whole]
        if not weights:
            self._whole.add(branch)
        merged = merge_all(part for child in weights or measured if (part := self._done[child]) is not None)
        self._done[branch] = merged
        return merged

    def _is_tensor(self, row: int) -> bool:
        return type(self._outline.entries[row]) is Tensor
