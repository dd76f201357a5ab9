"""Prefixes that say nothing of a model: which there are, and keys without them.

Whoever wraps a model (DataParallel, torch.compile, FSDP) sets a name before its keys, which keep it in the file; a
trainer keeps the model under an attribute of its own. What is not wrapped then does not find them.
"""

from __future__ import annotations

from collections import Counter

from ..comparing.making import renamed
from ..comparing.metadata import moved
from ..comparing.prefixes import WRAPPERS
from ..comparing.sides import Side
from ..errors import InspectorError
from ..language import marked, tr
from ..wording import names, safe
from .wishes import Prefix

_OWN_NAMES = ("model", "net", "network", "backbone", "student", "teacher", "ema", "ema_model", "base_model", "shadow")
"""What trainers call the model that they keep."""
_MOST = 6
_COUNTER = "n_averaged"
"""The one key of `torch.optim.swa_utils.AveragedModel` that has no prefix."""
_WHY = {
    "module.": marked("DataParallel and DistributedDataParallel name so what they wrap."),
    "_orig_mod.": marked("torch.compile names so what it wraps."),
    "_fsdp_wrapped_module.": marked("FullyShardedDataParallel names so what it wraps."),
    "_checkpoint_wrapped_module.": marked("Activation checkpointing names so what it wraps."),
    "_forward_module.": marked("Lightning Fabric names so what it wraps."),
}


def found(side: Side) -> tuple[Prefix, ...]:
    """The prefixes that keys of a state_dict have, outermost first; `stripped` takes them off in this order."""
    keys = [item.key for item in side.items]
    prefixes: list[Prefix] = []
    while keys and len(prefixes) < _MOST:
        prefix = _next(keys)
        if prefix is None:
            break
        prefixes.append(prefix)
        keys = [_without(key, prefix.text) for key in keys]
    return tuple(prefixes)


def _next(keys: list[str]) -> Prefix | None:
    """The prefix that is to be taken off first."""
    counts = Counter(key[: key.find(".") + 1] for key in keys if "." in key)
    outermost = counts.most_common(1)[0] if counts else ("", 0)
    text, count = outermost
    others = len(keys) - count
    if text in WRAPPERS:
        everywhere = others == 0 or all(key == _COUNTER or key.startswith(text) for key in keys)
        return Prefix(text, count, len(keys), tr(_WHY.get(text, "")), everywhere)
    for wrapper in WRAPPERS:
        inside = sum(f".{wrapper}" in f".{key}" for key in keys) if is_anywhere(wrapper) else 0
        if inside:
            return Prefix(wrapper, inside, len(keys), tr(_WHY.get(wrapper, "")), True)
    if text and not others and len(keys) > 1 and _is_a_name(text[:-1], keys):
        return Prefix(text, count, len(keys), "", False)
    return None


def _is_a_name(name: str, keys: list[str]) -> bool:
    """Whether a name that all keys begin with may be that of a model, and not of its only layer."""
    return not name.isdigit() and (name in _OWN_NAMES or len({key.split(".")[1] for key in keys}) > 2)


def is_anywhere(prefix: str) -> bool:
    """Whether a name is given by a wrapper and by nobody else, so that it may be taken out of the middle too."""
    return prefix in WRAPPERS and prefix.startswith("_")


def _without(key: str, prefix: str) -> str:
    if is_anywhere(prefix):
        return f".{key}".replace(f".{prefix}", ".")[1:]
    return key.removeprefix(prefix)


def stripped(side: Side, prefixes: tuple[str, ...]) -> Side:
    """The side with these prefixes taken off, one after the other.

    Raises InspectorError where no key has one of them, where nothing would be left of a key, or where two keys would
    be one.
    """
    for prefix in prefixes:
        side = _stripped(side, prefix)
    return side


def _stripped(side: Side, prefix: str) -> Side:
    changes = {item.key: _without(item.key, prefix) for item in side.items}
    if not prefix or all(old == new for old, new in changes.items()):
        raise InspectorError(
            tr("No key begins with {prefix}.", prefix=repr(safe(prefix, 60))), hint=tr("Leave that prefix out.")
        )
    if "" in changes.values():
        raise InspectorError(
            tr("Without {prefix} nothing is left of a key.", prefix=repr(safe(prefix, 60))),
            hint=tr("Leave that prefix out."),
        )
    _refuse_collisions(changes, prefix)
    items = tuple(renamed(item, changes[item.key]) for item in side.items)
    return side._replace(items=items, metadata=moved(side.metadata, changes.items()))


def _refuse_collisions(changes: dict[str, str], prefix: str) -> None:
    counted = Counter(changes.values())
    twice = [new for new, number in counted.items() if number > 1]
    if twice:
        old = [safe(key) for key, new in changes.items() if new == twice[0]]
        raise InspectorError(
            tr(
                "Without {prefix} {keys} would have one name, {key}.",
                prefix=repr(safe(prefix, 60)), keys=names(old), key=safe(twice[0]),
            ),
            hint=tr("Leave that prefix out."),
        )  # fmt: skip
