"""The few sentences that matter about a training that was measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..comparing.key_groups import covering
from ..language import ntr, tr
from ..wording import names, number, plural, safe
from .figures import LEARNED, NEARLY, Frame, Series, layer_of
from .key_changes import key_changes
from .losses import Stored
from .members import EPOCH, STEP, Training
from .places import beginning, place_words, words_at

_MUCH_LESS = 0.2
"""The last update beside the largest: from here on it is told that they shrink."""
_AGAINST = -0.25
"""The cosine of two successive updates, below which they go against each other."""
_OFTEN = 0.5
_MOVED = 0.01
"""How far, measured by its norm, a layer has to have gone to be told of."""
_STANDS_OUT = 1.25
"""How many times further than most others that move."""
_CHANGED_RATE = 1.5
"""How many times larger or smaller a learning rate has to be to be told of, and by steps of so much at most."""
_MOST_TURNS = 4
"""So many checkpoints at which something was frozen, or no longer was, are told of."""
_WORSE = 0.01
"""How much worse, measured by the best, the last has to be."""


class Story(NamedTuple):
    """A sentence, and what it is about."""

    kind: str
    """`nan`, `problem`, `restart`, `frozen`, `moved`, `shrinking`, `growing`, `oscillating`, `best`, `rate`, `nearly`,
    `same`, `twins`, `placed`, `dtype`, `keys` (came or went half way) or `thawed`."""
    sentence: str
    keys: tuple[str, ...] = ()
    """Tensors or layers it is about."""
    paths: tuple[str, ...] = ()
    """Checkpoints it is about."""
    is_alarm: bool = False
    """Whether something is wrong."""


def told(series: Series, stored: Stored, found: Sequence[Training] = ()) -> tuple[Story, ...]:
    """What is to be said, what matters most first. Reads nothing. Also of a series that is not measured to its end.

    `found` are the trainings that lie there too: one may be the same with a model that was changed.
    """
    remarks: dict[str, list[Story]] = {"restart": [], "twins": [], "placed": [], "dtype": []}
    for remark in series.training.remarks:
        story = Story(remark.kind, remark.sentence, (), remark.paths, remark.kind == "restart")
        remarks.setdefault(remark.kind, []).append(story)
    return (
        *_not_finite(series),
        *_lost(stored, series),
        *_problems(series),
        *(Story("problem", refusal, is_alarm=True) for refusal in stored.refusals),
        *remarks["restart"],
        *(Story("keys", each.sentence, each.keys, (each.path,)) for each in key_changes(series.training, found)),
        *_best(series, stored),
        *_frozen(series),
        *_turned(series),
        *_moved_most(series),
        *_updates(series),
        *_oscillating(series),
        *_rates(series),
        *_nearly(series),
        *_unmoved(series),
        *remarks["dtype"],
        *remarks["placed"],
        *remarks["twins"],
    )


# -- what is wrong -----------------------------------------------------------------------------------------------------


def _not_finite(series: Series) -> Iterator[Story]:
    if not series.first_not_finite:
        return
    first = min(series.first_not_finite.values())
    keys = [key for key, place in series.first_not_finite.items() if place == first]
    frame = next(each for each in series.frames if each.place == first)
    kinds = _kinds_of_not_finite([frame.tensors[key] for key in keys if key in frame.tensors])
    sentence = tr(
        "{kinds} from {place} on, first in {where}.",
        kinds=kinds,
        place=place_words(frame.member, series.training.axis),
        where=_listed(covering(keys, series.keys)),
    )
    yield Story("nan", sentence, tuple(keys), (frame.member.path,), True)


def _kinds_of_not_finite(found: Sequence[object]) -> str:
    nans = any(getattr(figures, "nans", 0) for figures in found)
    infinities = any(getattr(figures, "infinities", 0) for figures in found)
    return tr("NaN and infinities") if nans and infinities else tr("NaN") if nans else tr("Infinities")


def _lost(stored: Stored, series: Series) -> Iterator[Story]:
    """A stored loss that is no number any more."""
    for curve in stored.curves:
        bad = [at for at, value in curve.points if not math.isfinite(value)]
        if bad and curve.measure in ("train_loss", "valid_loss"):
            paths = tuple(member.path for member in series.training.drawn if member.at == bad[0])
            where = words_at(series.training, bad[0])
            if curve.measure == "train_loss":
                sentence = tr("The stored training loss is not finite from {place} on.", place=where)
            else:
                sentence = tr("The stored validation loss is not finite from {place} on.", place=where)
            yield Story("nan", sentence, (), paths, True)


def _problems(series: Series) -> Iterator[Story]:
    for frame in series.frames:
        name = safe(frame.member.name, 60)
        if frame.problem:
            sentence = tr("`{name}` could not be measured: {why}", name=name, why=safe(frame.problem, 300))
            yield Story("problem", sentence, (), (frame.member.path,), True)
        elif frame.refusals:
            key, why = next(iter(frame.refusals.items()))
            sentence = ntr(
                "In `{name}` {n} tensor could not be measured: `{key}`: {why}",
                "In `{name}` {n} tensors could not be measured, the first of them `{key}`: {why}",
                len(frame.refusals),
                name=name,
                key=safe(key, 80),
                why=safe(why, 300),
            )
            yield Story("problem", sentence, tuple(frame.refusals), (frame.member.path,), True)


# -- what was learned --------------------------------------------------------------------------------------------------


def _best(series: Series, stored: Stored) -> Iterator[Story]:
    best = stored.best
    if best is None:
        return
    paths = (best.path,) if best.path else ()
    yield Story("best", best.sentence, (), paths)
    points = [point for point in stored.curve(best.measure) if math.isfinite(point[1])]
    if not points or best.value is None or points[-1][0] <= best.epoch:
        return
    (at, last), value = points[-1], best.value
    worse = value - last if best.measure == "accuracy" else last - value
    if worse > _WORSE * abs(value):
        sentence = tr(
            "The last, {place}, is worse than the best: {last} instead of {value}.",
            place=words_at(series.training, at),
            last=number(last),
            value=number(value),
        )
        yield Story("best", sentence, (), tuple(member.path for member in series.training.drawn if member.at == at))


def _frozen(series: Series) -> Iterator[Story]:
    keys = series.frozen_of(LEARNED)
    learned = [key for key, kind in series.kinds.items() if kind == LEARNED]
    frames = len(series.good)
    if not keys or frames < 2:
        return
    if len(keys) == len(learned):
        sentence = tr("Nothing was learned: all weights are bit for bit the same in all {n} checkpoints.", n=frames)
    else:
        sentence = tr(
            "Frozen: {where}, bit for bit the same in all {n} checkpoints.",
            where=_listed(_covered(keys, learned)),
            n=frames,
        )
    yield Story("frozen", sentence, keys)
    running = [key for key in series.kinds if series.kinds[key] != LEARNED and layer_of(key) in series.frozen_layers()]
    moving = [key for key in running if key not in set(series.frozen)]
    if moving:
        sentence = tr(
            "In frozen layers the running statistics went on: {where}. They were not in evaluation mode.",
            where=_listed(moving),
        )
        yield Story("frozen", sentence, tuple(moving))


def _turned(series: Series) -> Iterator[Story]:
    """What was frozen, or no longer was, half way."""
    learned = [key for key, kind in series.kinds.items() if kind == LEARNED]
    for kind, turned in (("frozen", series.froze), ("thawed", series.thawed)):
        for place in sorted(set(turned.values()))[:_MOST_TURNS]:
            keys = tuple(key for key, at in turned.items() if at == place)
            member = next(frame.member for frame in series.frames if frame.place == place)
            where, words = _listed(_covered(keys, learned)), place_words(member, series.training.axis)
            if kind == "frozen":
                sentence = tr("Frozen from {place} on: {where}.", place=words, where=where)
            else:
                sentence = tr("Frozen up to {place}, learned from there on: {where}.", place=words, where=where)
            yield Story(kind, sentence, keys, (member.path,))


def _moved_most(series: Series) -> Iterator[Story]:
    """The layer that went furthest from the first frame, measured by its norm there."""
    good = series.good
    if len(good) < 2:
        return
    learning = {layer_of(key) for key, kind in series.kinds.items() if kind == LEARNED}
    drifts = {layer: good[-1].layers[layer].drift for layer in series.layers if layer in learning}
    finite = {layer: drift for layer, drift in drifts.items() if math.isfinite(drift)}
    if not finite:
        return
    layer = max(finite, key=finite.__getitem__)
    others = sorted(drift for each, drift in finite.items() if each != layer and drift > 0)
    if (
        finite[layer] > _MOVED
        and len(finite) > 1
        and (not others or finite[layer] > _STANDS_OUT * others[len(others) // 2])
    ):
        sentence = tr(
            "{layer} moved most: from the first checkpoint to the last by {share} of its norm.",
            layer=f"`{safe(layer, 80)}.*`" if layer else tr("What lies at the top"),
            share=_percent(finite[layer]),
        )
        yield Story("moved", sentence, (layer,))


def _updates(series: Series) -> Iterator[Story]:
    """Whether the steps become smaller or larger, each measured by the norm and by how far the two are apart."""
    steps = [(frame, _per_place(a, frame, series)) for a, frame in pairwise(series.good)]
    steps = [(frame, size) for frame, size in steps if math.isfinite(size) and size > 0]
    if len(steps) < 2:
        return
    first, last = steps[0][1], steps[-1][1]
    if last < _MUCH_LESS * first:
        sentence = tr("The updates shrink: the last is {share} of the first.", share=_percent(last / first))
        yield Story("shrinking", sentence)
    elif first < _MUCH_LESS * last:
        sentence = tr("The updates grow: the last is {times} times the first.", times=f"{last / first:.3g}")
        yield Story("growing", sentence, (), (steps[-1][0].member.path,))


def _per_place(a: Frame, b: Frame, series: Series) -> float:
    """The relative update from one frame to the next, where epochs are known for each of them that lies between."""
    apart = b.member.at - a.member.at if series.training.axis in (EPOCH, STEP) else 1.0
    return b.whole.relative / apart if apart > 0 else b.whole.relative


def _oscillating(series: Series) -> Iterator[Story]:
    turning = []
    for layer in series.layers:
        turns = [frame.layers[layer].turn for frame in series.good if layer in frame.layers]
        known = [turn for turn in turns if not math.isnan(turn)]
        if len(known) > 1 and sum(turn < _AGAINST for turn in known) > _OFTEN * len(known):
            turning.append(layer)
    if turning:
        sentence = tr(
            "Successive updates go against each other in {layers}: the learning rate is perhaps too high there.",
            layers=_listed([f"{layer}.*" if layer else "*" for layer in turning]),
        )
        yield Story("oscillating", sentence, tuple(turning))


def _nearly(series: Series) -> Iterator[Story]:
    if series.nearly:
        learned = [key for key, kind in series.kinds.items() if kind == LEARNED]
        sentence = tr(
            "Hardly moved, but not frozen: {where}: no update reaches {share} of the norm.",
            where=_listed(_covered(series.nearly, learned)),
            share=f"{NEARLY:.0e}",
        )
        yield Story("nearly", sentence, series.nearly)


def _unmoved(series: Series) -> Iterator[Story]:
    """Neighbours with the same weights, though not all are."""
    frozen = len(series.frozen_of(LEARNED)) == sum(kind == LEARNED for kind in series.kinds.values())
    for a, b in pairwise(series.good):
        if b.whole.is_kept and not frozen:
            axis = series.training.axis
            sentence = tr(
                "{a} and {b} have the same weights, bit for bit: nothing was learned in between.",
                a=beginning(place_words(a.member, axis)),
                b=place_words(b.member, axis),
            )
            yield Story("same", sentence, (), (a.member.path, b.member.path))


# -- learning rates ----------------------------------------------------------------------------------------------------


def _rates(series: Series) -> Iterator[Story]:
    points = [(member, member.rates[0]) for member in series.training.drawn if member.rates and member.rates[0] > 0]
    changed = [(a, b) for a, b in pairwise(points) if _is_jump(a[1], b[1])]
    if not changed:
        return
    axis = series.training.axis
    (_, before), (member, after) = changed[0]
    words = place_words(member, axis)
    if len(changed) > 1:
        sentence = tr(
            "The learning rate changed {times}, from {before} to {after} in all.",
            times=plural(len(changed), "time"),
            before=number(points[0][1]),
            after=number(points[-1][1]),
        )
    elif after < before:
        sentence = tr("The learning rate dropped at {place}, from {before} to {after}.", place=words,
                      before=number(before), after=number(after))  # fmt: skip
    else:
        sentence = tr("The learning rate rose at {place}, from {before} to {after}.", place=words,
                      before=number(before), after=number(after))  # fmt: skip
    yield Story("rate", sentence, (), tuple(each.path for _, (each, _) in changed))


def _is_jump(before: float, after: float) -> bool:
    return max(before, after) > _CHANGED_RATE * min(before, after)


# -- words -------------------------------------------------------------------------------------------------------------


def _covered(keys: Sequence[str], among: Sequence[str]) -> tuple[str, ...]:
    return covering(keys, among)


def _listed(patterns: Sequence[str]) -> str:
    return names([f"`{safe(pattern, 80)}`" for pattern in patterns])


def _percent(ratio: float) -> str:
    """A ratio in percent, which may be above 100."""
    percent = 100 * ratio
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %" if percent >= 0.1 else "<0.1 %"
