"""Checkpoints that were opened, sorted into trainings: who belongs together, who is a twin, and who comes when.

Together are those whose weights have the same keys and shapes. Where these hold one epoch twice, under names or in
folders that tell them apart (`small_epoch1.pth`, `large_epoch1.pth`), they are several trainings of one architecture.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Sequence

from ..progress import Progress
from . import ordering
from .members import Member, Training
from .naming import pattern
from .opening import Opened
from .twins import comparing

Family = tuple[str, ...]
"""The folder, and the words of the name that may tell one training from another."""


def gathered(opened: Sequence[Opened]) -> Generator[Progress, None, tuple[Training, ...]]:
    """The trainings among these, that with the most checkpoints first, those that know an epoch before others."""
    alike: dict[bytes, list[Opened]] = {}
    for each in opened:
        alike.setdefault(each.signature, []).append(each)
    made = []
    for group in alike.values():
        twins = yield from _twins(group)
        made += [_training(part, twins) for some in _without_strangers(group, twins) for part in _parted(some, twins)]
    return tuple(_told_apart(sorted(made, key=_rank)))


def _told_apart(trainings: Sequence[Training]) -> list[Training]:
    """The trainings with names of their own: a model that was changed half way went on under the same names. What they
    begin with stays while they grow."""
    found = list(trainings)
    for name in (_begun, _in_folder):
        known = Counter(each.name for each in found)
        found = [each._replace(name=name(each)) if known[each.name] > 1 else each for each in found]
    return found


def _begun(training: Training) -> str:
    first = training.members[0].name
    return f"{first} …" if len(training.members) > 1 else first


def _in_folder(training: Training) -> str:
    return os.path.join(os.path.basename(os.path.dirname(training.members[0].path)), training.name)


def _rank(training: Training) -> tuple[bool, int, str]:
    return all(member.epoch is None for member in training.members), -len(training.drawn), training.name


# -- twins -------------------------------------------------------------------------------------------------------------

Twins = dict[str, tuple[str, str]]
"""Path -> the path of the one that it is a twin of, and in what they are the same."""


def _twins(group: Sequence[Opened]) -> Generator[Progress, None, Twins]:
    found: Twins = {}
    known: dict[bytes, list[Member]] = {}
    for each in sorted(group, key=_claim):
        if not each.fingerprint:
            continue
        others = known.setdefault(each.fingerprint, [])
        for other in sorted(others, key=lambda other: other.epoch != each.member.epoch):
            same = yield from comparing(other, each.member)
            if same and _are_twins(other, each.member, same):
                found[each.found.path] = (other.path, same)
                break
        else:
            others.append(each.member)
    return found


def _claim(opened: Opened) -> tuple[bool, bool, int, str]:
    """Who is drawn of several that are the same comes first: one with a number, then the one that was saved first."""
    member = opened.member
    time = max((stamp.modified_ns for _, stamp in member.stamps), default=0)
    return bool(member.roles), member.epoch is None, time, member.path


def _are_twins(a: Member, b: Member, same: str) -> bool:
    """Whether one of two with the same weights is left out: not where each stands for an epoch, or a step, of its own.
    Then nothing was learned in between, which is to be seen."""
    if b.roles or a.roles:
        return True
    places = [(one, other) for one, other in ((a.epoch, b.epoch), (a.step, b.step)) if None not in (one, other)]
    return all(one == other for one, other in places)


# -- several trainings of one architecture -----------------------------------------------------------------------------


def _without_strangers(group: Sequence[Opened], twins: Twins) -> list[list[Opened]]:
    """Those that know their place, with their best and latest and the twins of all of these; and the others, which no
    more than share an architecture with them."""
    patterns = Counter(pattern(each.found.name) for each in group)
    homes = {each.found.path for each in group if each.member.roles or _knows_its_place(each, patterns)}
    if not any(_knows_its_place(each, patterns) for each in group):
        return [list(group)]
    inside = [each for each in group if {each.found.path, twins.get(each.found.path, ("", ""))[0]} & homes]
    outside = [each for each in group if each not in inside]
    return [inside, outside] if outside else [inside]


def _knows_its_place(opened: Opened, patterns: Counter[str]) -> bool:
    member = opened.member
    return member.epoch is not None or member.step is not None or patterns[pattern(opened.found.name)] > 1


def _parted(group: Sequence[Opened], twins: Twins) -> list[list[Opened]]:
    """The group, or its families where two of these have the same epoch, and are not the same there."""
    families = {each.found.path: _family(each, group) for each in group}
    if not _collide(group, families, twins):
        return [list(group)]
    parts: dict[Family, list[Opened]] = {}
    for each in group:
        of, _ = twins.get(each.found.path, (each.found.path, ""))
        parts.setdefault(families[of], []).append(each)
    return list(parts.values())


def _family(opened: Opened, group: Sequence[Opened]) -> Family:
    return (_folder(opened), *opened.said.family)


def _folder(opened: Opened) -> str:
    """The folder of the training: of a model in a folder of its own, the one above."""
    folder = os.path.dirname(opened.found.path)
    return os.path.dirname(folder) if os.path.dirname(opened.found.name) else folder


def _collide(group: Sequence[Opened], families: dict[str, Family], twins: Twins) -> bool:
    """Whether two families have checkpoints of the same epoch that are not the same."""
    seen: dict[object, Family] = {}
    for each in group:
        place = _place(each)
        if place is None or each.found.path in twins or each.member.roles:
            continue
        if seen.setdefault(place, families[each.found.path]) != families[each.found.path]:
            return True
    return False


def _place(opened: Opened) -> object:
    member = opened.member
    said = (member.epoch, member.step, member.number)
    return None if said == (None, None, None) else said[:2] if said[:2] != (None, None) else said


def _training(part: Sequence[Opened], twins: Twins) -> Training:
    paths = {each.found.path for each in part}
    mine = {path: twin for path, twin in twins.items() if path in paths and twin[0] in paths}
    dtypes = {each.found.path: each.dtypes for each in part}
    made = ordering.ordered([each.member for each in part], mine, dtypes)
    return made._replace(name=_name(part), keys=part[0].keys, shapes=part[0].shapes)


def _name(part: Sequence[Opened]) -> str:
    """What most of the names have in common: `model_epoch_*.pth`."""
    numbered = [each for each in part if not each.member.roles] or list(part)
    shown = [
        each.found.name if each.found.is_folder else os.path.dirname(each.found.name) or each.found.name
        for each in numbered
    ]
    if len(part) == 1:
        return shown[0]
    (name, often), *_ = Counter(map(pattern, shown)).most_common(1)
    return name if often > 1 else f"{os.path.basename(_folder(part[0]))}{os.sep}"
