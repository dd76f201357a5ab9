"""What looks wrong with a tensor, in a sentence each.

    for finding in findings(key, tensor, statistics):
        print(finding)

Why this way: an alarm that is false once a file is read no more. So every rule says what it saw, only what is
improbable in a sound checkpoint is said at all, and what an optimizer keeps (which is zero, tiny or huge
by nature) is only looked at for NaN and infinities. Whether weights are untrained cannot be known: those that
look as if, look so in their bounds, their moments and the shape of their histogram (see `initialisation`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from typing import NamedTuple

from .. import wording
from ..checkpoint.entries import Tensor
from ..language import ntr, tr
from ..progress import Progress
from .initialisation import default_initialisation
from .statistics import Statistics

FLOAT16_MAXIMUM = 65504.0
"""The largest number float16 can hold."""
EXPLODED = 1000.0
"""The root mean square beyond which the numbers of a layer are too large to be of use."""
FEW = 8
"""Up to so many numbers may be equal by chance, or because there is one kind of thing only."""

_FLOATS = ("float64", "float32", "float16", "bfloat16", "complex128", "complex64", "complex32")
_OPTIMIZER = re.compile(
    r"(^|\.)(optim\w*|\w*optimizer\w*|exp_avg\w*|momentum_buffer|max_exp_avg_sq|square_avg|acc_delta)(\.|$)"
)
_STATISTIC = re.compile(r"(^|\.)running_(mean|var)$")


class Finding(NamedTuple):
    """One thing that looks wrong: `kind` in a word, for lists and flags, and the whole sentence."""

    kind: str
    """`not finite`, `zero`, `constant`, `dead channels`, `exploded`, `variance`, `float16`
    or `untrained`."""
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def findings(key: str, tensor: Tensor, statistics: Statistics) -> list[Finding]:
    """What looks wrong with the tensor at `key`, the worst first; nothing for a sound one."""
    found = [_not_finite(statistics)]
    if tensor.dtype in _FLOATS and statistics.finite and not _OPTIMIZER.search(key):
        found += [
            _exploded(key, statistics),
            _variance(key, statistics),
            _float16(tensor, statistics),
            _without_variety(key, tensor, statistics),
            _untrained(key, tensor, statistics),
        ]
    return [finding for finding in found if finding is not None]


def may_have_dead_channels(key: str, tensor: Tensor, statistics: Statistics) -> bool:
    """Whether `dead_channels` is worth a pass: a weight with zeros enough for a channel, and not only zeros."""
    if len(tensor.shape) < 2 or tensor.dtype not in _FLOATS or _OPTIMIZER.search(key):
        return False
    return math.prod(tensor.shape[1:]) <= statistics.zeros < statistics.count


def dead_channels(tensor: Tensor) -> Generator[Progress, None, list[int]]:
    """The output channels (indices of the first dimension) whose numbers are all zero, read block by block."""
    import numpy as np

    from ..checkpoint.arrays import number_blocks

    size = max(1, math.prod(tensor.shape[1:]))
    alive = np.zeros(tensor.shape[0], bool)
    seen = 0
    for numbers in number_blocks(tensor):
        first = seen // size
        starts = np.arange(first * size, seen + numbers.size, size) - seen
        starts[0] = 0
        alive[first : first + starts.size] |= np.logical_or.reduceat(numbers != 0, starts)
        seen += numbers.size
        yield Progress(seen, tensor.numel, "elements")
    return [int(channel) for channel in np.flatnonzero(~alive)]


def dead_channels_finding(key: str, tensor: Tensor, channels: list[int]) -> Finding | None:
    """The sentence about dead output channels; none about the row of zeros that an embedding pads with."""
    if not channels or len(channels) == tensor.shape[0] or ("emb" in key.lower() and len(channels) == 1):
        return None
    which = wording.names([str(channel) for channel in channels], 5)
    return Finding(
        "dead channels",
        tr(
            "{count:,} of {shape:,} output channels are all zero ({which}): they pass nothing on.",
            count=len(channels),
            shape=tensor.shape[0],
            which=which,
        ),
    )


def _not_finite(statistics: Statistics) -> Finding | None:
    infinities = statistics.infinities
    if not statistics.nans and (not infinities or _is_mask(statistics)):
        return None
    if statistics.nans == statistics.count:
        return Finding("not finite", tr("All {numbers} are NaN.", numbers=wording.plural(statistics.count, "number")))
    kinds = [
        ntr("{n} is NaN", "{n} are NaN", statistics.nans) if statistics.nans else "",
        ntr("{n} is infinite", "{n} are infinite", infinities) if infinities else "",
    ]
    counted = tr(" and ").join(filter(None, kinds))
    firsts = [(statistics.first_nan, "NaN"), (statistics.first_infinity, tr("infinity"))]
    placed = wording.row_of(
        [
            tr("the first {word} at {index}", word=word, index=wording.shape(index))
            for index, word in firsts
            if index is not None
        ]
    )
    numbers = wording.plural(statistics.count, "number")
    if not placed:
        return Finding("not finite", tr("Of {numbers} {counted}.", numbers=numbers, counted=counted))
    sentence = tr("Of {numbers} {counted}; {placed}.", numbers=numbers, counted=counted, placed=placed)
    return Finding("not finite", sentence)


def _is_mask(statistics: Statistics) -> bool:
    """Nothing but 0 and -Inf (or nothing but -Inf): what is added to attention scores to hide some of them."""
    return not statistics.positive_infinities and statistics.zeros == statistics.finite


def _exploded(key: str, statistics: Statistics) -> Finding | None:
    root_mean_square = statistics.l2 / math.sqrt(statistics.finite)
    if root_mean_square < EXPLODED or _STATISTIC.search(key) or not _is_weight(key):
        return None
    return Finding(
        "exploded",
        tr(
            "The numbers are very large, {root_mean_square} in root mean square: training may have diverged.",
            root_mean_square=wording.number(root_mean_square),
        ),
    )


def _variance(key: str, statistics: Statistics) -> Finding | None:
    if not key.endswith("running_var"):
        return None
    if statistics.minimum < 0:
        return Finding(
            "variance",
            tr(
                "The smallest running variance is {minimum}: none can be below zero.",
                minimum=wording.number(statistics.minimum),
            ),
        )
    if statistics.maximum == 0:
        return Finding(
            "variance", tr("Every running variance is zero: the layer divides by the root of its eps alone.")
        )
    return None


def _float16(tensor: Tensor, statistics: Statistics) -> Finding | None:
    largest = max(abs(statistics.minimum), abs(statistics.maximum))
    if tensor.dtype == "float16" and largest > FLOAT16_MAXIMUM / 2:
        return Finding(
            "float16",
            tr(
                "The largest magnitude, {largest}, is close to float16's limit of 65504.",
                largest=wording.number(largest),
            ),
        )
    if tensor.dtype != "float16" and largest > FLOAT16_MAXIMUM:
        return Finding(
            "float16",
            tr(
                "The largest magnitude, {largest}, is more than float16 can hold (65504):"
                " it would become infinite there.",
                largest=wording.number(largest),
            ),
        )
    return None


def _without_variety(key: str, tensor: Tensor, statistics: Statistics) -> Finding | None:
    if statistics.minimum != statistics.maximum or statistics.finite <= FEW or not _is_weight(key):
        return None
    value = statistics.minimum
    if value == 0:
        if len(tensor.shape) < 2 and not key.endswith("weight"):
            return None  # a bias may well be zero: many begin so, and some layers leave it at that
        return Finding("zero", tr("All {numbers} are zero.", numbers=wording.plural(statistics.finite, "number")))
    if value == 1 and len(tensor.shape) < 2:
        return None  # what a normalisation begins with: `_untrained` says so
    return Finding(
        "constant",
        tr(
            "All {numbers} are {number}.",
            numbers=wording.plural(statistics.finite, "number"),
            number=wording.number(value),
        ),
    )


def _untrained(key: str, tensor: Tensor, statistics: Statistics) -> Finding | None:
    how = default_initialisation(key, tensor, statistics)
    return Finding("untrained", tr("This looks as if it was never trained: {how}.", how=how)) if how else None


def _is_weight(key: str) -> bool:
    """Whether a key names something that training changes, as far as a name can say it."""
    name = key.rpartition(".")[2].lower()
    return "weight" in name or "bias" in name or name in ("w", "b", "kernel", "gamma", "beta", "embedding")
