"""A test in a line, and in figures."""

from __future__ import annotations

import os

from ... import wording
from ...language import tr
from ...runs import results
from ...workshop.run_words import Tested


def entry(tested: Tested, is_best: bool) -> str:
    """A line of a choice: `epoch 3   86.58 %   best_model.pt   ★ best`."""
    share = results.accuracy(tested)
    loss = tr("no loss") if tested.loss is None else tr("loss {loss:.4g}", loss=tested.loss)
    epoch = tr("epoch {epoch}", epoch=tested.epoch) if tested.epoch is not None else tr("epoch unknown")
    figure = results.percent(share) if share is not None else loss
    name = wording.safe(os.path.basename(tested.path), 80)
    return "   ".join((epoch, figure, name, *((tr("★ best"),) if is_best else ())))


def figures(tested: Tested) -> list[tuple[str, str, bool]]:
    """(name, number, alarming) of what is measured."""
    found: list[tuple[str, str, bool]] = []
    if tested.correct is not None:
        found.append((tr("accuracy"), results.percent(results.accuracy(tested)), False))
        right = tr("{correct:,} of {samples:,}", correct=tested.correct, samples=tested.samples)
        found.append((tr("right"), right, False))
    top = results.top_accuracy(tested)
    if top is not None:
        found.append((tr("top-{number}", number=tested.top), results.percent(top), False))
    if tested.loss is not None:
        found.append((tr("loss"), f"{tested.loss:.6g}", tested.loss != tested.loss))
    if tested.confusion:
        found.append((tr("mean F1"), results.percent(results.averages(results.per_class(tested)).f1), False))
    found.append((tr("samples/s"), f"{tested.speed:,.0f}", False))
    found.append((tr("time"), tr("{seconds:.3g} s on {device}", seconds=tested.seconds, device=tested.device), False))
    return found


def is_of_same(one: Tested, other: Tested) -> bool:
    """Whether they are tests of the same file with the same samples."""
    return (one.path, one.split) == (other.path, other.split)
