"""Weights without what wraps their names: the `module.` of DataParallel, the `_orig_mod.` of a compiled model.

A prefix goes only where every key has it and the model that will load them, if it is known, has it not. Which state of
an optimizer belongs to which parameter is told by place, so that it stays right.
"""

from __future__ import annotations

import re

from ..comparing.mending import apply
from ..comparing.sides import Side
from ..comparing.steps import StripPrefix

_WRAPPERS = re.compile(r"(module\.|_orig_mod\.)+")
_OF_LIGHTNING = ("model.", "net.", "network.", "module.", "backbone.")
"""What Lightning's modules usually call the model inside of them: taken away only where a model is known to fit."""


def unwrapped(side: Side, model: Side | None = None) -> Side:
    """The side without its common wrapper; the very same where it has none."""
    prefix = wrapper_of(side, model)
    return apply(side, (StripPrefix(prefix),)) if prefix else side


def wrapper_of(side: Side, model: Side | None = None) -> str:
    """What all keys begin with and should not: `module.`, `module._orig_mod.`; empty where nothing is."""
    keys = [item.key for item in side.items]
    if not keys:
        return ""
    wanted = {item.key for item in model.items} if model is not None else set()
    if not wanted.isdisjoint(keys):
        return ""
    found = _WRAPPERS.match(keys[0])
    prefix = found.group(0) if found else ""
    while prefix and not all(key.startswith(prefix) and key != prefix for key in keys):
        prefix = prefix[: prefix.rfind(".", 0, -1) + 1]
    if prefix or not wanted:
        return prefix
    return next((each for each in _OF_LIGHTNING if {key.removeprefix(each) for key in keys} == wanted), "")
