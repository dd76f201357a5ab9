"""What of a model is learned, and what it works out or counts as it runs."""

from __future__ import annotations

from collections.abc import Mapping

from ..checkpoint.entries import is_whole
from ..comparing.harmless import reason
from ..comparing.sides import Item
from .figures import LEARNED, RUNNING, WHOLE

_RUNNING = ("running_mean", "running_var", "num_batches_tracked")


def kinds_of(items: Mapping[str, Item]) -> dict[str, str]:
    """Key -> `LEARNED`, `RUNNING` or `WHOLE`. Names and types tell, where nothing says what is a parameter."""
    roles_known = any(item.role in ("parameter", "buffer") for item in items.values())
    return {key: _kind(item, roles_known) for key, item in items.items()}


def _kind(item: Item, roles_known: bool) -> str:
    if is_whole(item.dtype) and item.role != "parameter" and not item.key.endswith(("weight", "bias")):
        return WHOLE
    if roles_known:
        return LEARNED if item.role == "parameter" else RUNNING
    leaf = item.key.rpartition(".")[2]
    return RUNNING if leaf in _RUNNING or reason(item.key, len(item.shape or ())) else LEARNED
