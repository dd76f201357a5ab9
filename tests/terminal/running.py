"""A command of the terminal, run in this process: how it ended, and what it wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def record(self) -> dict[str, Any]:
        """The JSON object that it printed."""
        return json.loads(self.out)  # type: ignore[no-any-return]


Run = Callable[..., Done]
