"""How a person set a run up: the model, every field that is not what it is by itself, what is tested on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...runs.choices import Choices
from ...workshop.run_requests import Chosen, DataSource
from ..arranging.plain_values import as_plain, from_plain
from ..fitting import fit_arrangement
from .open_run import OpenRun
from .run_state import READY

_KINDS: dict[str, type] = {kind.__name__: kind for kind in (Chosen, DataSource)}
NAMES = (*fit_arrangement.NAMES, "setup", "split")


def arrangement(page: OpenRun) -> dict[str, Any]:
    """The model, the fields and the split."""
    fields = {name: as_plain(value) for name, value in page.setup.by_hand.items()}
    return {**fit_arrangement.arrangement(page.fit), "setup": fields, "split": page.setup.split}


def arrange(page: OpenRun, wanted: Mapping[str, Any]) -> None:
    """Sets it up so; nothing while it trains or is tested. Never begins anything."""
    if page.state not in READY:
        return
    fit_arrangement.arrange(page.fit, wanted)
    fields = wanted.get("setup")
    if isinstance(fields, dict):
        page.setup.set_by_hand(dict(_sound(fields)))
    if wanted.get("split") in ("train", "validation", "test"):
        page.setup.test_on(wanted["split"])


def _sound(fields: Mapping[str, Any]) -> list[tuple[str, object]]:
    """The fields that there still are, with values of the types that they have."""
    usual = Choices()._asdict()
    found = [(name, from_plain(value, _KINDS)) for name, value in fields.items() if name in usual]
    return [(name, value) for name, value in found if _is_like(value, usual[name], name)]


def _is_like(value: object, usual: object, name: str) -> bool:
    if name == "lr":
        return value is None or isinstance(value, (int, float))
    if name == "scheduler":
        return value is None or isinstance(value, Chosen)
    return type(value) is type(usual) or (isinstance(usual, float) and type(value) is int)
