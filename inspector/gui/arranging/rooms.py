"""How the room of a panel is shared out among its parts: undone drag by drag, and kept with the panel.

Why this way: how large a part is changes with the window too, and that is no deed. So the shares are no part of what
deeds compare; each drag says by itself how to take it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from ..widgets.shared_room import SharedRoom

ROOM = "room"
"""The name under which arrangements have it."""
_MOST = 100
"""A part that is hidden may take more than there is, but not without bounds."""


class Rooms(QObject):
    """The splitters of one panel, by names."""

    shared = Signal(object, object, object)
    """A person dragged: the `SharedRoom`, its shares before and after."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rooms: dict[str, SharedRoom] = {}
        self._awaited: dict[str, Any] = {}
        """Shares of those that are not made yet."""

    def add(self, name: str, room: SharedRoom) -> None:
        """From now on what is done to `room` is heard, and kept under `name`."""
        self._rooms[name] = room
        room.dragged.connect(lambda before, after: self.shared.emit(room, before, after))
        self._share_out(name, self._awaited.pop(name, None))

    def arrangement(self) -> dict[str, Any]:
        """Those that a person shared out."""
        kept = {name: room.kept for name, room in self._rooms.items()}
        return {ROOM: {**self._awaited, **{name: shares for name, shares in kept.items() if shares}}}

    def arrange(self, wanted: object) -> None:
        """Shares them out as `arrangement` said; what makes no sense is passed over."""
        if isinstance(wanted, dict):
            sound = {name: shares for name, shares in wanted.items() if _are_shares(shares)}
            self._awaited |= {name: shares for name, shares in sound.items() if name not in self._rooms}
            for name in self._rooms:
                self._share_out(name, sound.get(name))

    def _share_out(self, name: str, shares: list[float] | None) -> None:
        room = self._rooms[name]
        if shares is not None and len(shares) == room.count():
            room.share_out(shares)


def _are_shares(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, float) and 0 < each <= _MOST for each in found)
