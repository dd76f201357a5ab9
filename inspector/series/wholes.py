"""What all frames of a training come to together: what is frozen, what hardly moves, where NaN began.

Why this way: a training may have 100 frames of 100,000 tensors. So columns of numbers are walked over, and only of what
is left after the frames before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .figures import LEARNED, NEARLY, Frame, Series
from .members import Training
from .merging import Table


def series_of(training: Training, frames: Sequence[Frame]) -> Series:
    """The series of these frames, in order: of all of a training, or of the first of them, without a gap."""
    good = [frame for frame in frames if not frame.problem]
    kinds = good[0].kinds if good else {}
    frozen = tuple(_frozen(good))
    nearly = tuple(_nearly(good, kinds, set(frozen)))
    return Series(training, tuple(frames), kinds, frozen, nearly, _first_not_finite(good))


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
