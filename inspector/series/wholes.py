"""What all frames of a training come to together: what is frozen, what hardly moves, where NaN began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .figures import LEARNED, NEARLY, Frame, Series
from .members import Training


def series_of(training: Training, frames: Sequence[Frame]) -> Series:
    """The series of these frames: of all of a training, or of those that are measured so far."""
    good = [frame for frame in frames if not frame.problem]
    kinds = good[0].kinds if good else {}
    frozen = tuple(_frozen(good))
    nearly = tuple(key for key in _nearly(good, kinds) if key not in set(frozen))
    return Series(training, tuple(frames), kinds, frozen, nearly, _first_not_finite(good))


def _frozen(frames: Sequence[Frame]) -> list[str]:
    """Tensors of which every byte is the same in each frame as in the one before."""
    if len(frames) < 2:
        return []
    return [key for key in frames[0].tensors if all(frame.tensors[key].is_kept for frame in frames[1:])]


def _nearly(frames: Sequence[Frame], kinds: Mapping[str, str]) -> list[str]:
    """Learned tensors that never went further in a step than a very small part of their norm."""
    found = []
    for key in frames[0].tensors if len(frames) > 1 else ():
        steps = [frame.tensors[key].relative for frame in frames[1:]]
        if kinds.get(key) == LEARNED and frames[0].tensors[key].numel and all(step < NEARLY for step in steps):
            found.append(key)
    return found


def _first_not_finite(frames: Sequence[Frame]) -> dict[str, int]:
    first: dict[str, int] = {}
    for frame in frames:
        for key, figures in frame.tensors.items():
            if figures.not_finite:
                first.setdefault(key, frame.place)
    return first
