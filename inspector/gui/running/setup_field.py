"""A part of the setup that tells when it is set to something else.

Why this way: fields are set where they stand (`setup.batch_size = 32`), by boxes, by tests, by another panel; each
tells by itself, so nobody has to remember to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, overload

if TYPE_CHECKING:
    from .setup import Setup

T = TypeVar("T")


class Field(Generic[T]):
    """One of the setup's `choices`, which tells when it is set to something else."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, setup: None, owner: type) -> Field[T]: ...
    @overload
    def __get__(self, setup: Setup, owner: type) -> T: ...
    def __get__(self, setup: Setup | None, owner: type) -> Field[T] | T:
        if setup is None:
            return self
        found: T = getattr(setup.choices, self._name)
        return found

    def __set__(self, setup: Setup, value: T) -> None:
        setup.set(**{self._name: value})
