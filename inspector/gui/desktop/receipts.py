"""What was there before a set-up, written down so that taking it away gives it all back."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from .writing import put


class Receipt(NamedTuple):
    """Paths of `files` and `made` are relative to the folder of data."""

    files: dict[str, bytes | None]
    """Each file that we write, and what stood there before; None: nothing."""
    folders: tuple[str, ...]
    """Folders that were not there before."""
    defaults: bytes | None
    """The list of what opens what, as it was; None: there was none."""
    programs: dict[str, str]
    """What opened our types by that list."""
    defaults_written: bytes = b""
    """The list as we wrote it."""
    made: tuple[str, ...] = ()
    """What the desktop's own programs made of ours, and was not there before."""

    def with_defaults(self, text: bytes) -> Receipt:
        return self._replace(defaults_written=text)

    def with_made(self, places: Iterable[str]) -> Receipt:
        return self._replace(made=tuple(sorted({*self.made, *places})))


def read_receipt(path: Path) -> Receipt | None:
    """The receipt in a file; None where there is none that can be understood."""
    try:
        said: Any = json.loads(path.read_text("utf-8"))
        return Receipt(
            files={str(place): _decoded(former) for place, former in said["files"].items()},
            folders=tuple(map(str, said["folders"])),
            defaults=_decoded(said["defaults"]),
            programs={str(type): str(programs) for type, programs in said["programs"].items()},
            defaults_written=_decoded(said["defaults_written"]) or b"",
            made=tuple(map(str, said["made"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_receipt(path: Path, receipt: Receipt) -> None:
    said = receipt._asdict() | {
        "files": {place: _encoded(former) for place, former in receipt.files.items()},
        "defaults": _encoded(receipt.defaults),
        "defaults_written": _encoded(receipt.defaults_written),
    }
    put(path, json.dumps(said, indent=1).encode())


def remove_receipt(path: Path) -> None:
    """Removes it, and its folder where that is empty then."""
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def _encoded(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _decoded(text: object) -> bytes | None:
    return None if text is None else base64.b64decode(str(text), validate=True)
