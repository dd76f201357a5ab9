"""What a model's constructor takes: names, types, defaults, choices, and what its docstring says of each."""

from __future__ import annotations

import inspect

from .building import Constructor
from .requests import Argument, Signature


def signature_of(constructor: Constructor) -> Signature:
    """The arguments of `constructor`."""
    parameters = inspect.signature(constructor.call).parameters.values()
    return Signature(
        tuple(Argument(each.name, "", each.default is each.empty) for each in parameters if each.kind in (1, 3)), ""
    )
