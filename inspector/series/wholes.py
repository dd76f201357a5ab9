"""What all frames of a training come to together: what is frozen, what hardly moves, where NaN began.

Why this way: a training may have 100 frames of 100,000 tensors. So columns of numbers are walked over, and only of what
is left after the frames before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from .figures import LEARNED, NEARLY, Frame, Series
from .members import Training
from .merging import Table


def series_of(training: Training, frames: Sequence[Frame]) -> Series:
    """The series of these frames, in order: of all of a training, or of the first of them, without a gap."""
    good = [frame for frame in frames if not frame.problem]
    kinds = good[0].kinds if good else {}
    frozen = tuple(_frozen(good))
    nearly = tuple(_nearly(good, kinds, set(frozen)))
    froze, thawed = _turned(good, kinds)
    return Series(training, tuple(frames), kinds, frozen, nearly, froze, thawed, _first_not_finite(good))


def _frozen(frames: Sequence[Frame]) -> list[str]:
    """Tensors of which every byte is the same in each frame as in the one before."""
    if len(frames) < 2:
        return []
    keys = list(frames[0].tensors)
    left = list(range(len(keys)))
    for frame in frames[1:]:
        numel, kept, refused = (_column(frame, frames[0], name) for name in ("numel", "kept", "refused"))
        left = [at for at in left if 0 < numel[at] == kept[at] and not refused[at]]
    return [keys[at] for at in left]


def _turned(frames: Sequence[Frame], kinds: Mapping[str, str]) -> tuple[dict[str, int], dict[str, int]]:
    """The learned tensors that were frozen from some frame on, and those that were up to one: each with its place.
    Steps in which nothing at all was learned tell nothing; nor does what changed more than once."""
    if len(frames) < 3:
        return {}, {}
    keys, was = list(frames[0].tensors), list[bool]()
    turns: dict[int, list[int]] = {}
    for before, frame in pairwise(frames):
        numel, kept, refused = (_column(frame, frames[0], name) for name in ("numel", "kept", "refused"))
        now = [0 < n == same and not lost for n, same, lost in zip(numel, kept, refused)]
        if frame.whole.is_kept:
            continue
        if was and now != was:
            for at in [at for at, (one, other) in enumerate(zip(was, now)) if one is not other]:
                turns.setdefault(at, []).append(before.place)
        was = now
    once = {at: places[0] for at, places in turns.items() if len(places) == 1 and kinds.get(keys[at]) == LEARNED}
    froze = {keys[at]: place for at, place in once.items() if was[at]}
    return froze, {keys[at]: place for at, place in once.items() if not was[at]}


def _nearly(frames: Sequence[Frame], kinds: Mapping[str, str], frozen: set[str]) -> list[str]:
    """Learned tensors that never went further in a step than a very small part of their norm."""
    if len(frames) < 2:
        return []
    keys = list(frames[0].tensors)
    sizes = _column(frames[0], frames[0], "numel")
    left = [at for at, key in enumerate(keys) if sizes[at] and kinds.get(key) == LEARNED and key not in frozen]
    for frame in frames[1:]:
        if left:
            update, before = (_column(frame, frames[0], name) for name in ("update", "norm_before"))
            left = [at for at in left if not update[at] or update[at] < NEARLY * before[at]]
    return [keys[at] for at in left]


def _first_not_finite(frames: Sequence[Frame]) -> dict[str, int]:
    first: dict[str, int] = {}
    for frame in frames:
        nans, infinities = (_column(frame, frame, name) for name in ("nans", "infinities"))
        if any(nans) or any(infinities):
            for key, one, other in zip(frame.tensors, nans, infinities):
                if one or other:
                    first.setdefault(key, frame.place)
    return first


def _column(frame: Frame, like: Frame, name: str) -> Sequence[float]:
    """A field of all tensors of a frame, in the order in which another has them."""
    tensors = frame.tensors
    if isinstance(tensors, Table) and tensors.is_like(like.tensors):
        return tensors.column(name)
    return [getattr(tensors[key], name) for key in like.tensors]
