"""The checkpoints of one training in the order they were saved, and what stands on their axis.

The epoch that is stored goes first, then the number in the name, then the time. Where names go on counting and the
stored epochs begin anew, training was restarted: then the names have it right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from ..language import tr
from ..wording import names, number, safe
from .members import EPOCH, FILE, STEP, WEIGHTS, Member, Remark, Training

Twins = Mapping[str, tuple[str, str]]


def ordered(members: Sequence[Member], twins: Twins, dtypes: Mapping[str, frozenset[str]]) -> Training:
    """The training of these members; `twins` says which are to be left out for which others."""
    drawn = [_completed(each, members, twins) for each in members if each.path not in twins]
    line, axis, sentence, remarks = _in_line(drawn)
    sentence = sentence if len(line) > 1 else ""
    rest = {each.path: each for each in members if each.path in twins}
    placed: list[Member] = []
    for member in line:
        placed.append(member)
        for path, (of, same) in twins.items():
            if of == member.path:
                placed.append(rest[path]._replace(at=member.at, twin_of=of, twin_by=same))
    remarks += [*_of_twins(placed), *_of_dtypes(line, dtypes), *_of_optimizers(line)]
    return Training("", tuple(placed), axis, sentence, tuple(remarks))


def _completed(member: Member, members: Sequence[Member], twins: Twins) -> Member:
    """The member with what only its twins say: weights alone were saved as epoch 7, and all else as the latest."""
    for twin in members:
        if twins.get(twin.path, ("", ""))[0] != member.path:
            continue
        member = member._replace(
            epoch=twin.epoch if member.epoch is None else member.epoch,
            epoch_from=twin.epoch_from if member.epoch is None else member.epoch_from,
            step=twin.step if member.step is None else member.step,
            measures={**twin.measures, **member.measures},
            rates=member.rates or twin.rates,
            steps=member.steps or twin.steps,
        )
    return member


def _in_line(drawn: list[Member]) -> tuple[list[Member], str, str, list[Remark]]:
    """The members in order and in their places, the axis, how the order was found, and what is to be said of it."""
    known = [member for member in drawn if member.epoch is not None]
    restart = _restarted(drawn)
    if restart:
        line = sorted(drawn, key=lambda member: (_count(member), _time(member)))
        return _by_files(line), FILE, tr("Ordered by the numbers in the names: the stored epochs begin anew."), restart
    if len(known) == len(drawn) > 2 and len({member.epoch for member in known}) == 1:
        return _by_anything_else(drawn)
    if known and len(known) * 2 > len(drawn):
        return _by_epochs(drawn, known)
    if drawn and all(member.step is not None for member in drawn):
        line = sorted(drawn, key=lambda member: (member.step or 0, _time(member)))
        placed = [member._replace(at=float(member.step or 0)) for member in line]
        return placed, STEP, tr("Ordered by the steps that the files or their names say."), []
    if drawn and all(member.step is not None or member.number is not None for member in drawn):
        line = sorted(drawn, key=lambda member: (_count(member), _time(member)))
        return _by_files(line), FILE, tr("Ordered by the numbers in the names; no epoch is stored."), []
    line = sorted(drawn, key=lambda member: (_time(member), member.path))
    return _by_files(line), FILE, tr("Ordered by the time they were saved: neither files nor names say an epoch."), []


def _by_anything_else(drawn: list[Member]) -> tuple[list[Member], str, str, list[Remark]]:
    """All say the same epoch: it was never counted on, or they were saved within it."""
    epoch = number(_epoch(drawn[0]))
    if _have_steps(drawn):
        line = sorted(drawn, key=_count)
        placed = [member._replace(at=float(member.step or 0)) for member in line]
        return placed, STEP, tr("Ordered by steps: all say epoch {epoch}.", epoch=epoch), []
    if len({member.number for member in drawn} - {None}) == len(drawn):
        line = sorted(drawn, key=_count)
        return _by_files(line), FILE, tr("Ordered by the numbers in the names: all say epoch {epoch}.", epoch=epoch), []
    line = sorted(drawn, key=lambda member: (_time(member), member.path))
    return _by_files(line), FILE, tr("Ordered by the time they were saved: all say epoch {epoch}.", epoch=epoch), []


def _by_files(line: Sequence[Member]) -> list[Member]:
    return [member._replace(at=float(place)) for place, member in enumerate(line, 1)]


def _by_epochs(drawn: list[Member], known: list[Member]) -> tuple[list[Member], str, str, list[Remark]]:
    """Most know their epoch; those that do not are put where their time says."""
    line = sorted(known, key=lambda member: (_epoch(member), _count(member), _time(member)))
    if len({member.epoch for member in line}) < len(line) and len(line) == len(drawn) and _have_steps(line):
        placed = [member._replace(at=float(member.step or 0)) for member in line]
        return placed, STEP, tr("Ordered by epoch and step; some epochs were saved several times."), []
    placed = [member._replace(at=_epoch(member)) for member in line]
    remarks = list(_twice(placed))
    for member in sorted((each for each in drawn if each.epoch is None), key=_time):
        at = _inserted(placed, member)
        remarks.append(_placed(member, at))
    from_files = all(member.epoch_from == "file" for member in known)
    sentence = tr("Ordered by the epoch that each file has stored.") if from_files else tr(
        "Ordered by the epochs that the files or their names say."
    )  # fmt: skip
    return placed, EPOCH, sentence, remarks


def _have_steps(line: Sequence[Member]) -> bool:
    return len({member.step for member in line} - {None}) == len(line)


def _inserted(placed: list[Member], member: Member) -> float:
    """Puts a member behind the last one that was saved before it; gives the epoch of that."""
    place = max((at for at, each in enumerate(placed) if _time(each) <= _time(member)), default=-1) + 1
    before = placed[place - 1].at if place else placed[0].at - 1
    after = placed[place].at if place < len(placed) else before + 1
    placed.insert(place, member._replace(at=(before + after) / 2))
    return before


def _placed(member: Member, before: float) -> Remark:
    sentence = tr(
        "`{name}` says no epoch: by its time it stands behind epoch {epoch}.",
        name=safe(member.name, 80),
        epoch=number(before),
    )
    return Remark("placed", sentence, (member.path,))


def _epoch(member: Member) -> float:
    return 0.0 if member.epoch is None else member.epoch


def _count(member: Member) -> int:
    return next((each for each in (member.step, member.number) if each is not None), 0)


def _time(member: Member) -> int:
    return max((stamp.modified_ns for _, stamp in member.stamps), default=0)


# -- what is to be said ------------------------------------------------------------------------------------------------


def _restarted(drawn: Sequence[Member]) -> list[Remark]:
    """Where the names go on counting while the stored epoch goes back."""
    counted = [
        each for each in drawn if each.epoch_from == "file" and (each.step is not None or each.number is not None)
    ]
    if len({_count(each) for each in counted}) < len(counted) or len(counted) < len(drawn):
        return []
    line = sorted(counted, key=_count)
    if any(_time(a) > _time(b) for a, b in pairwise(line)):  # numbers that do not count: `model_acc_93.pth`
        return []
    return [_goes_back(a, b) for a, b in pairwise(line) if _epoch(b) < _epoch(a)]


def _goes_back(a: Member, b: Member) -> Remark:
    sentence = tr(
        "Training seems to have restarted: from `{a}` to `{b}` the epoch goes back from {before} to {after}.",
        a=safe(a.name, 60),
        b=safe(b.name, 60),
        before=number(_epoch(a)),
        after=number(_epoch(b)),
    )
    return Remark("restart", sentence, (a.path, b.path))


def _twice(line: Sequence[Member]) -> list[Remark]:
    """Epochs that are there twice with other weights."""
    remarks = []
    for at, some in groupby(line, key=lambda member: member.at):
        alike = list(some)
        shown = [safe(each.name, 60) for each in alike]
        paths = tuple(each.path for each in alike)
        if len(alike) == 2:
            sentence = tr(
                "Epoch {epoch} is there twice, with other weights: `{a}` and `{b}`. Training was perhaps restarted.",
                epoch=number(at), a=shown[0], b=shown[1],
            )  # fmt: skip
            remarks.append(Remark("restart", sentence, paths))
        elif len(alike) > 2:
            sentence = tr(
                "Epoch {epoch} is there {n} times, each time with other weights: {names}.",
                epoch=number(at), n=len(alike), names=names([f"`{name}`" for name in shown], 4),
            )  # fmt: skip
            remarks.append(Remark("restart", sentence, paths))
    return remarks


def _of_twins(members: Sequence[Member]) -> list[Remark]:
    remarks = []
    by_path = {member.path: member for member in members}
    for member in members:
        if member.twin_of:
            one, other = safe(member.name, 60), safe(by_path[member.twin_of].name, 60)
            if member.twin_by == WEIGHTS:
                sentence = tr("`{one}` has the same weights as `{other}`, bit for bit.", one=one, other=other)
            else:
                sentence = tr("`{one}` is the same file as `{other}`.", one=one, other=other)
            remarks.append(Remark("twins", sentence, (member.path, member.twin_of)))
    return remarks


def _of_dtypes(line: Sequence[Member], dtypes: Mapping[str, frozenset[str]]) -> list[Remark]:
    remarks = []
    for a, b in pairwise(line):
        mine, its = dtypes[a.path], dtypes[b.path]
        if mine != its:
            sentence = tr(
                "The types of the tensors change from `{a}` ({before}) to `{b}` ({after}).",
                a=safe(a.name, 60),
                b=safe(b.name, 60),
                before=names([safe(each, 20) for each in sorted(mine)]),
                after=names([safe(each, 20) for each in sorted(its)]),
            )
            remarks.append(Remark("dtype", sentence, (a.path, b.path)))
    return remarks


def _of_optimizers(line: Sequence[Member]) -> list[Remark]:
    """Where the optimizer's own count of steps goes back though the epoch goes on."""
    counting = [member for member in line if member.steps]
    return [
        Remark(
            "restart",
            tr(
                "From `{a}` to `{b}` the optimizer's count of steps goes back from {before:,} to {after:,}:"
                " it was begun anew.",
                a=safe(a.name, 60),
                b=safe(b.name, 60),
                before=int(a.steps or 0),
                after=int(b.steps or 0),
            ),
            (a.path, b.path),
        )
        for a, b in pairwise(counting)
        if (a.steps or 0) > (b.steps or 0) and a.epoch is not None and b.epoch is not None and a.epoch < b.epoch
    ]
