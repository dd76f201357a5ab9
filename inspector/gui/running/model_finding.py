"""The model that a run begins with when nobody has chosen one: the likeliest, so that nothing has to be typed.

Of a file that a run of this program saved it is the class that the file names; else the first of what Fit suggests:
what the file names, a class beside it that has its names, a builder whose names and shapes are the same.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import InspectorError
from ..fitting.choices import choice_of
from ..fitting.open_fit import OpenFit

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint


def choose_likeliest(fit: OpenFit) -> None:
    """Chooses it, unless something is chosen already or nothing is likely."""
    if fit.chosen.choice is not None or fit.checkpoint is None:
        return
    named = _named_by_own(fit.checkpoint)
    if named is not None:
        fit.chosen.choose(*named)
    elif fit.suggestions:
        first = fit.suggestions[0]
        fit.chosen.choose(first.text, first.arguments)


def _named_by_own(checkpoint: Checkpoint) -> tuple[str, Mapping[str, object]] | None:
    """The class and its arguments, where a run of this program wrote them down and they are still there."""
    from ...runs.requesting import own_model

    named = own_model(checkpoint)
    if named is None or named[0].endswith(":"):
        return None
    path = named[0].rpartition(":")[0]
    if path.endswith(".py") and not os.path.exists(path):
        return None
    try:
        choice_of(named[0])
    except InspectorError:
        return None
    return named
