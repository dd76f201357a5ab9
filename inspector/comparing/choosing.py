"""Which part of each file is compared: the weights with the weights, unless a person chooses otherwise.

A training checkpoint holds several things that look alike: weights, their running average, the optimizer's moments
under the same shapes. What a person means by comparing two files is nearly always the weights; where a file has
several of them (a generator and a discriminator), those that fit the other file best.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..checkpoint.entries import Branch, Checkpoint, Section
from ..checkpoint.sections import sections
from ..language import tr
from .sides import Shape, Side, has_tensors, of_checkpoint

_MOST_TRIED = 6
"""Sections of one file that are tried against those of the other: more than that nobody keeps in one file."""
_DEEPEST = 3
"""Levels at which weights are looked for: `{"checkpoint": {"model": {"state_dict": ...}}}`."""


def comparable(checkpoint: Checkpoint) -> tuple[Section, ...]:
    """The parts of a file that can be compared, weights first; the whole file is always the last of them."""
    found = tuple(_with_tensors(checkpoint.root, checkpoint.sections, ""))
    ranked = sorted(found, key=lambda section: _RANKS.get(section.role, len(_RANKS)))
    whole = Section("", "other", tr("the whole file"))
    return (*ranked, *(() if any(not section.key for section in ranked) else (whole,)))


def weights(checkpoint: Checkpoint) -> Section:
    """The part of a file that a model loads: its weights; where it has none, its averaged weights, or the whole."""
    return comparable(checkpoint)[0]


def choose(a: Checkpoint, b: Checkpoint) -> tuple[str, str]:
    """The keys of the two sections that are meant when two files are compared."""
    ours, theirs = _candidates(a), _candidates(b)
    if len(ours) == len(theirs) == 1:
        return ours[0].key, theirs[0].key
    left = [(section, of_checkpoint(a, section.key)) for section in ours]
    right = [(section, of_checkpoint(b, section.key)) for section in theirs]
    pairs = [(one, other) for one in left for other in right]
    (mine, _), (its, _) = max(pairs, key=lambda pair: _liking(*pair))  # of equals the first
    return mine.key, its.key


def choose_for(checkpoint: Checkpoint, model: Side) -> str:
    """The key of the section that is meant when a file is held against `model`."""
    candidates = _candidates(checkpoint)
    if len(candidates) == 1:
        return candidates[0].key
    wanted = Section("", "weights", ""), model
    sides = [(section, of_checkpoint(checkpoint, section.key)) for section in candidates]
    section, _ = max(sides, key=lambda side: _liking(side, wanted))
    return section.key


_RANKS = {role: rank for rank, role in enumerate(("weights", "ema", "optimizer", "scheduler", "scaler"))}


def _with_tensors(root: Branch, known: tuple[Section, ...], prefix: str, depth: int = 1) -> Iterator[Section]:
    """The sections below `root` that hold tensors; where none are weights, those of the branches inside."""
    branches = {child.name: child for child in root.children if isinstance(child, Branch)}
    if any(not section.key for section in known):  # nothing but weights, or a whole module
        yield from (section._replace(key=prefix.removesuffix(".")) for section in known)
        return
    has_weights = any(section.role in ("weights", "ema") for section in known)
    for section in known:
        branch = branches.get(section.key)
        if branch is None or not has_tensors(branch):
            continue
        inner = sections(branch) if not has_weights and depth < _DEEPEST and section.role == "other" else ()
        if any(each.role in ("weights", "ema") for each in inner):
            yield from _with_tensors(branch, inner, f"{prefix}{section.key}.", depth + 1)
        else:
            yield section._replace(key=f"{prefix}{section.key}")


def _candidates(checkpoint: Checkpoint) -> list[Section]:
    """The weights among which is chosen; what ranks first where a file has none."""
    found = comparable(checkpoint)
    loadable = [section for section in found if section.role in ("weights", "ema")][:_MOST_TRIED]
    return loadable or [found[0]]


def _liking(one: tuple[Section, Side], other: tuple[Section, Side]) -> tuple[int, bool, bool]:
    """How well two sections belong together: by what they hold first, then by what they are for, then by name."""
    (ours, mine), (theirs, its) = one, other
    alike = (_marks(mine) & _marks(its)).total()
    return alike, ours.role == theirs.role == "weights", ours.key == theirs.key


def _marks(side: Side) -> Counter[tuple[str, Shape | None]]:
    """What is compared of the items when it must go quickly: the last part of the key, and the shape."""
    return Counter((item.key.rpartition(".")[2], item.shape) for item in side.items)
