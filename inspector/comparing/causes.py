"""Many mismatches, few causes: what a cause is.

Why this way: a cause is a sentence, the lines of `load_state_dict` that it explains, and the step that mends them. The
three travel together, so that the window, the terminal and a report tell the same story.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ..language import marked, ntr, tr
from .diffing import Comparison
from .steps import Step

CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"
"""How sure: nothing else fits the names and shapes; others would fit but are far less usual; one of several."""
_SAID_SO = {CERTAIN: marked("certain"), LIKELY: marked("likely"), POSSIBLE: marked("possible")}


class Cause(NamedTuple):
    """One reason for many mismatches."""

    kind: str
    """`prefix`, `rename`, `drift`, `fused`, `split`, `transposed`, `squeezed`, `tied` ... (names and layouts) or
    `width`, `ratio`, `classes`, `vocabulary`, `input channels`, `input size`, `picture size`, `positions`, `window`,
    `patch size`, `kernel`, `groups`, `shape` (dimensions) or `depth`, `head`, `missing`, `unexpected`, `tied`,
    `unrelated` (what is left), or `harmless` (either)."""
    sentence: str
    """What happened, with names and numbers, ending in a full stop."""
    keys: tuple[str, ...]
    """The lines it explains, as `load_state_dict` names them, in order: a line of two mismatched dimensions may have
    two causes, every mismatched dimension has one."""
    dims: tuple[tuple[str, int], ...] = ()
    """The mismatched dimensions it explains, as (key, dimension); empty for a cause of names."""
    step: Step | None = None
    """What mends it; None when nothing can be done to the file (a wider network must be built)."""
    advice: str = ""
    """What else can be done, or should be known: `Build the model with hidden_layers=[512, 256, 128].`"""
    confidence: str = CERTAIN
    evidence: tuple[str, ...] = ()
    """Why this is thought, each a short sentence."""
    undecided: tuple[str, ...] = ()
    """What names and shapes cannot decide, each a plain sentence."""
    tells_share: bool = False
    """Whether the sentence says already how much it explains."""


def share(cause: Cause, complaints: Collection[str]) -> str:
    """How much of what `load_state_dict` complains of a cause explains: `explains 6 of 8 lines`; empty when that is
    nothing, or when its sentence says it."""
    explained = len(set(cause.keys).intersection(complaints))
    if not explained or cause.tells_share:
        return ""
    return ntr("explains {count:,} of {n} line", "explains {count:,} of {n} lines", len(complaints), count=explained)


def how_sure(cause: Cause) -> str:
    """How sure it is, as it is said to a person."""
    return tr(_SAID_SO.get(cause.confidence, cause.confidence))


class Explanation(NamedTuple):
    """What differs and why."""

    before: Comparison
    """As torch sees it: nothing done to the file."""
    causes: tuple[Cause, ...]
    """Those that explain most come first within: names and layouts, dimensions, what is left."""
    after: Comparison
    """With the steps of names and layouts applied: every key beside the one that it is on the other side."""
