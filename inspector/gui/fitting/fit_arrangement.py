"""How a person chose what a checkpoint is fitted to: the model, its arguments, the part of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..arranging.plain_values import as_plain, from_plain
from .open_fit import OpenFit

NAMES = ("model", "arguments", "section")


def arrangement(page: OpenFit) -> dict[str, Any]:
    """The model as it is written, the arguments that were given, and the section if one was chosen."""
    chosen = page.chosen
    return {
        "model": chosen.choice.text if chosen.choice is not None else "",
        "arguments": as_plain(chosen.given),
        "section": page.section if page.section_is_chosen else None,
    }


def arrange(page: OpenFit, wanted: Mapping[str, Any]) -> None:
    """Chooses it so. What is chosen of code is built only if somebody once said that it may be run."""
    _arrange_section(page, wanted)
    now = arrangement(page)
    model = wanted.get("model", now["model"])
    found = from_plain(wanted.get("arguments", now["arguments"]), {})
    arguments = {name: value for name, value in found.items() if isinstance(name, str)} if _is_dict(found) else {}
    if not isinstance(model, str) or (model == now["model"] and arguments == page.chosen.given):
        return
    if not model:
        page.chosen.forget()
    elif model == now["model"]:
        page.chosen.set_arguments(arguments)
    else:
        page.chosen.choose(model, arguments)


def _arrange_section(page: OpenFit, wanted: Mapping[str, Any]) -> None:
    section = wanted.get("section")
    if "section" not in wanted or section == (page.section if page.section_is_chosen else None):
        return
    if section is None:
        page.choose_best_section()
    elif section in {each.key for each in page.sections}:
        page.choose_section(section)


def _is_dict(found: object) -> bool:
    return isinstance(found, dict)
