"""How a person set a run up: model, corrections, the split, and every field that is not what it is by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ...errors import InspectorError
from ...runs.choices import Choices
from ...runs.resume import NUMBERS, PARTS
from ...workshop.run_requests import Chosen, DataSource
from ..arranging.plain_values import as_plain, from_plain
from ..fitting import fit_arrangement
from .open_run import OpenRun
from .run_state import READY

ROLES = frozenset((*PARTS, *NUMBERS))
_SAID = (str, int, float, type(None))
"""What a correction may say."""
_KINDS: dict[str, type] = {kind.__name__: kind for kind in (Chosen, DataSource)}
NAMES = (*fit_arrangement.NAMES, "setup", "split", "corrections", "own")


def arrangement(page: OpenRun) -> dict[str, Any]:
    """The model, the fields, the split, the corrections, and whether the module in the file is run as it is."""
    setup = page.setup
    fields = {name: as_plain(value) for name, value in setup.by_hand.items()}
    return {
        **fit_arrangement.arrangement(page.fit),
        "setup": fields,
        "split": setup.split,
        "corrections": dict(setup.corrections),
        "own": setup.own_module is not None,
    }


def arrange(page: OpenRun, wanted: Mapping[str, Any]) -> None:
    """Sets it up so; nothing while it trains or is tested. Never begins anything."""
    if page.state not in READY:
        return
    fit_arrangement.arrange(page.fit, wanted)
    _correct(page, wanted.get("corrections"))
    fields = wanted.get("setup")
    if isinstance(fields, dict):
        page.setup.set_by_hand(dict(_sound(fields)))
    if wanted.get("split") in ("train", "validation", "test"):
        page.setup.test_on(wanted["split"])
    if isinstance(wanted.get("own"), bool):
        _run_module(page, wanted["own"])


def _correct(page: OpenRun, corrections: object) -> None:
    """Takes these corrections where the file still has what they mean."""
    if not isinstance(corrections, dict) or corrections == page.setup.corrections:
        return
    with contextlib.suppress(InspectorError):
        if all(role in ROLES and type(said) in _SAID for role, said in corrections.items()):
            page.setup.correct_all(dict(corrections))


def _run_module(page: OpenRun, is_wanted: bool) -> None:
    """Runs the module in the file again only where somebody has allowed that of this file since it was opened."""
    setup = page.setup
    may = not is_wanted or (setup.allowed_module is not None and setup.allowed_module == setup.module_in_file)
    if may and is_wanted != (setup.own_module is not None):
        setup.run_own_module(is_wanted)


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
