"""Frozen values - named tuples of numbers, texts and one another - as what JSON has, and back again.

Whatever is read back comes from a file that anybody may have changed: of a named tuple, fields that are no more, or
whose value is of another type than it was made with, have what they have by themselves; one that cannot be made is
None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NUMBERS = (bool, int, float, str, type(None))
_DEEPEST = 12


def as_plain(value: object) -> Any:
    """`value` as dicts, lists, numbers and texts; None for what is none of ours."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"is": type(value).__name__, **{name: as_plain(getattr(value, name)) for name in value._fields}}
    if isinstance(value, tuple):
        return {"tuple": [as_plain(each) for each in value]}
    if isinstance(value, list):
        return [as_plain(each) for each in value]
    if isinstance(value, dict):
        return {"dict": [[as_plain(key), as_plain(each)] for key, each in value.items()]}
    return value if isinstance(value, _NUMBERS) else None


def from_plain(found: Any, kinds: Mapping[str, type], depth: int = 0) -> Any:
    """What `as_plain` was given; `kinds` are the named tuples that may be among it, by their names."""
    if depth > _DEEPEST:
        return None
    if isinstance(found, list):
        return [from_plain(each, kinds, depth + 1) for each in found]
    if not isinstance(found, dict):
        return found if isinstance(found, _NUMBERS) else None
    if isinstance(found.get("tuple"), list):
        return tuple(from_plain(each, kinds, depth + 1) for each in found["tuple"])
    if isinstance(found.get("dict"), list):
        pairs = [pair for pair in found["dict"] if isinstance(pair, list) and len(pair) == 2]
        return {key: from_plain(each, kinds, depth + 1) for key, each in pairs if isinstance(key, (str, int))}
    return _named_tuple(found, kinds, depth)


def _named_tuple(found: dict[str, Any], kinds: Mapping[str, type], depth: int) -> Any:
    kind: Any = kinds.get(found["is"]) if isinstance(found.get("is"), str) else None
    if kind is None:
        return None
    defaults = kind._field_defaults
    fields = {name: from_plain(found[name], kinds, depth + 1) for name in kind._fields if name in found}
    sound = {name: value for name, value in fields.items() if _is_like(value, defaults.get(name, value))}
    try:
        return kind(**sound)
    except (TypeError, ValueError):  # one without which it cannot be made
        return None


def _is_like(value: object, usual: object) -> bool:
    """Whether a value is of the type that the usual one has; nothing is said where that is None."""
    return usual is None or type(value) is type(usual) or (isinstance(usual, float) and type(value) is int)
