"""What the palette found, as a flat list for Qt: the ranked offers, and the keys after or among them by their score.

Why this way: 100,000 keys are as many rows. A row of a key is made into an `Offer` when it is painted, and not before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ..widgets.labels import plain_tip
from .keys import KeysFound
from .offers import Offer

_ROOT = QModelIndex()
NOTHING = KeysFound()
_LOOKED_AT = 300
"""Keys among which one is looked for again when more was found."""


class PaletteModel(QAbstractListModel):
    """The rows of the palette, the best first."""

    def __init__(self, key_offer: Callable[[int, int], Offer], parent: QObject | None = None) -> None:
        """`key_offer` makes the offer of a key of a file: the file's number, the row of its outline."""
        super().__init__(parent)
        self._key_offer = lru_cache(maxsize=400)(key_offer)
        self._offers: Sequence[Offer] = ()
        self._keys = NOTHING
        self._first_keys = 0
        self._count = 0

    def show_found(self, offers: Sequence[Offer], keys: KeysFound, before: int) -> None:
        """Shows these; the keys come after the first `before` of the offers."""
        self.beginResetModel()
        self._offers, self._keys, self._first_keys = offers, keys, min(before, len(offers))
        self._count = len(offers) + keys.total
        self.endResetModel()

    def offer(self, place: int) -> Offer:
        """What stands at a place."""
        if place < self._first_keys:
            return self._offers[place]
        if place < self._first_keys + self._keys.total:
            return self._key_offer(*self._keys.at(place - self._first_keys))
        return self._offers[place - self._keys.total]

    def place_of(self, name: str) -> int:
        """Where the offer of this name stands, -1 where it does not; keys that nobody ranked are not looked through."""
        for number, offer in enumerate(self._offers):
            if offer.name == name:
                return number if number < self._first_keys else number + self._keys.total
        ranked = range(self._first_keys, self._first_keys + min(len(self._keys.ranked), _LOOKED_AT))
        return next((place for place in ranked if self.offer(place).name == name), -1)

    def first_enabled(self) -> int:
        """The first place of something that can be done now; -1 where nothing can."""
        for place in range(min(self._count, 60)):
            if self.offer(place).enabled:
                return place
        return -1

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else self._count

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.offer(index.row()).title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self.offer(index.row()).spoken
        if role == Qt.ItemDataRole.ToolTipRole:
            offer = self.offer(index.row())
            return plain_tip("\n".join(part for part in (offer.title, offer.line, offer.reason) if part))
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and not self.offer(index.row()).enabled:
            flags &= ~Qt.ItemFlag.ItemIsEnabled
        return flags
