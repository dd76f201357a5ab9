"""Up to which size a file is measured without being asked: the setting `automatic`."""

from __future__ import annotations

from .. import wording
from ..language import tr
from .open_file import AUTOMATIC
from .settings import Settings

LIMITS = {
    "1 GB": AUTOMATIC,
    "nothing": -1,
    "100 MB": 10**8,
    "4 GB": 4 * 10**9,
    "16 GB": 16 * 10**9,
    "any": 2**63,
}
"""As the settings keep it -> bytes; the usual one first."""


def limit(settings: Settings) -> int:
    """Bytes up to which a file is measured by itself."""
    return LIMITS[settings.choice("automatic", tuple(LIMITS))]


def limit_name(kept: str) -> str:
    """A limit in words."""
    if kept in ("nothing", "any"):
        return tr("Never, only when asked") if kept == "nothing" else tr("Whatever its size")
    return tr("Up to {size}", size=wording.size(LIMITS[kept]))
