"""Plain values as JSON holds them; the terminal shows them the same way."""

from __future__ import annotations

import math
from typing import Any

from .. import wording

_MAX_BITS = 1_024
_LONGEST = 1_000


def json_value(value: object) -> Any:
    """A value as JSON holds it, or as the string that stands for it (the docstring of `exporting` lists them)."""
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= _MAX_BITS else hex(value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, complex):
        return str(value).strip("()")
    return wording.safe(str(value), _LONGEST)
