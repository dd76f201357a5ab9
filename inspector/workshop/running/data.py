"""The data of a run: what there is, and how it comes."""

from __future__ import annotations

from typing import NamedTuple

from ..run_requests import DataSource
from .orders import Order
from .piles import Pile

__all__ = ["Data", "Order", "Pile"]


class Data(NamedTuple):
    """What a run trains on, validates with and tests on."""

    source: DataSource
    name: str
    """For a person: `Drawn shapes`, `FashionMNIST`."""
    classes: tuple[str, ...]
    """Their names in the order of their labels; empty where targets are no classes."""
    train: Pile | None
    validation: Pile | None
    test: Pile | None
    """The validation set, where there is no other; `notes` say so."""
    transforms: tuple[str, ...]
    """As they are applied, one step each."""
    augmentation: tuple[str, ...]
    """Steps before those, for `train` alone."""
    notes: tuple[str, ...]
    """Sentences that a person should know."""

    @property
    def piles(self) -> tuple[Pile, ...]:
        """Those that there are, each once."""
        found = {id(pile): pile for pile in (self.train, self.validation, self.test) if pile is not None}
        return tuple(found.values())
