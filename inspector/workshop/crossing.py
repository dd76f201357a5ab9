"""How the values of `requests`, `run_requests` and `run_words` cross a pipe: one line of JSON each.

    str, int, float, bool, None     as they are
    [1, 2]                          a list
    {"tuple": [1, 2]}               a tuple
    {"dict": [["a", 1]]}            a dict
    {"Build": [...]}                a named tuple of theirs, its fields in order

Why this way: what comes out is what went in, to the type - a constructor may well ask for a list where a tuple is
not good enough -, and nothing is ever made of what comes in but the values that are known here. Both ends import
this module from the same place, so there are no versions to be told apart.
"""

from __future__ import annotations

import json
from typing import Any

from ..progress import Progress
from . import requests, run_requests, run_words

_KNOWN: dict[str, type[Any]] = {
    name: value
    for module in (requests, run_requests, run_words)
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, tuple)
}
_KNOWN["Progress"] = Progress


def line(value: object) -> bytes:
    """`value` as one line, with its line feed. Raises TypeError or ValueError for what is no plain value."""
    return json.dumps(_plain(value)).encode("ascii") + b"\n"


def value(line: bytes) -> Any:
    """What `line` holds. Raises ValueError for a line that is not one of ours."""
    try:
        return _made(json.loads(line))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a line of the workshop: {line[:80]!r}") from error


def _plain(value: object) -> object:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, tuple):
        name = type(value).__name__
        return {name if _KNOWN.get(name) is type(value) else "tuple": [_plain(each) for each in value]}
    if isinstance(value, dict):
        return {"dict": [[_plain(key), _plain(each)] for key, each in value.items()]}
    raise TypeError(f"a {type(value).__name__} is no plain value")


def _made(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_made(each) for each in plain]
    if not isinstance(plain, dict):
        return plain
    ((name, parts),) = plain.items()
    if name == "dict":
        return {_made(key): _made(each) for key, each in parts}
    made = tuple(_made(each) for each in parts)
    return made if name == "tuple" else _KNOWN[name](*made)
