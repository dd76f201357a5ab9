"""Memory that threads use again and again: what is fresh from the system costs as much as reading a file into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Spare(Generic[Thing]):
    """Those that nobody uses now: there are as many as were in use at once. Threads may borrow at the same time."""

    def __init__(self, make: Callable[[], Thing]) -> None:
        self._make = make
        self._unused: list[Thing] = []

    @contextmanager
    def lent(self) -> Iterator[Thing]:
        """One of them, or a new one, which comes back in the end."""
        try:
            thing = self._unused.pop()
        except IndexError:
            thing = self._make()
        try:
            yield thing
        finally:
            self._unused.append(thing)
