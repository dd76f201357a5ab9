"""What long work says while it runs.

Long work in every room below the window is a generator: it yields words such as `Progress`, and returns
its result. Who drives it decides what to do with the words; who stops asking has cancelled the work.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, NamedTuple, TypeVar

Result = TypeVar("Result")
Word = TypeVar("Word")


class Progress(NamedTuple):
    """How far a piece of work is: `done` of `total` in `unit` ("bytes", "tensors"), and what it is at."""

    done: int
    total: int
    unit: str = "bytes"
    text: str = ""

    @property
    def share(self) -> float:
        """The part that is done, 0 to 1 (1 when there was nothing to do)."""
        return min(1.0, self.done / self.total) if self.total > 0 else 1.0


def retold(work: Generator[Any, None, Result], tell: Callable[[Any], Word]) -> Generator[Word, None, Result]:
    """The same result; of each word what `tell` makes of it. To close it closes `work`."""
    try:
        while True:
            try:
                word = next(work)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield tell(word)
    finally:
        work.close()


def overheard(work: Generator[Any, None, Result], hear: Callable[[Any], object]) -> Generator[Any, None, Result]:
    """The same words and the same result; `hear` is told each word before it goes on. To close it closes `work`."""

    def tell(word: Any) -> Any:
        hear(word)
        return word

    return retold(work, tell)


def finish(work: Generator[Any, None, Result]) -> Result:
    """Drive `work` to its end without listening, and give its result."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            result: Result = end.value
            return result
