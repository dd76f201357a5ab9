"""What a test says, in figures and sentences: the same in the window, the terminal and what is exported.

    accuracy     correct of all
    precision    of those taken for a class, the share that is of it     confusion[c][c] / its column
    recall       of those of a class, the share that is taken for it     confusion[c][c] / its row
    F1           2 x correct / (its row + its column): the harmonic mean of the two

as in https://scikit-learn.org/stable/modules/model_evaluation.html#precision-recall-f-measure-metrics.

Why this way: what cannot be divided is None and not 0 or NaN. A class of which there is no sample has no recall, and
who reads a 0 there would look for a fault in the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .. import wording
from ..language import marked, tr
from ..workshop.run_words import Tested

_IMAGES = {
    "train": marked("{number} training images"),
    "validation": marked("{number} validation images"),
    "test": marked("{number} test images"),
}
_SAMPLES = {
    "train": marked("{number} training samples"),
    "validation": marked("{number} validation samples"),
    "test": marked("{number} test samples"),
}
_OTHERS = marked("{number} {split} samples")
_WORST = 3
"""Classes that the summary names as those least often recognised, and pairs that are confused most."""


class ClassResult(NamedTuple):
    """How one class fares. What cannot be divided is None."""

    name: str
    support: int
    """Samples of it."""
    predicted: int
    """Samples that are taken for it."""
    correct: int
    precision: float | None
    recall: float | None
    f1: float | None


class Averages(NamedTuple):
    """Means over the classes of which each is defined; None where it is of none."""

    precision: float | None
    recall: float | None
    f1: float | None


class Confused(NamedTuple):
    """One class that is taken for another, and how often."""

    label: int
    predicted: int
    times: int
    of: int
    """Samples of the class."""
    text: str


# -- figures -------------------------------------------------------------------------------------------------


def accuracy(tested: Tested) -> float | None:
    """The share that is predicted right, 0 to 1; None where targets are no classes."""
    return None if tested.correct is None else _ratio(tested.correct, tested.samples)


def top_accuracy(tested: Tested) -> float | None:
    """The share whose class is among the `tested.top` likeliest; None where that says no more than accuracy."""
    return None if tested.top_correct is None or tested.top < 2 else _ratio(tested.top_correct, tested.samples)


def per_class(tested: Tested) -> tuple[ClassResult, ...]:
    """The classes in the order of their labels; empty where there is no confusion matrix."""
    rows = tested.confusion
    columns = [sum(column) for column in zip(*rows)]
    return tuple(_class(tested.classes[at], rows[at][at], sum(rows[at]), columns[at]) for at in range(len(rows)))


def _class(name: str, correct: int, support: int, predicted: int) -> ClassResult:
    precision, recall = _ratio(correct, predicted), _ratio(correct, support)
    return ClassResult(name, support, predicted, correct, precision, recall, _ratio(2 * correct, support + predicted))


def averages(rows: Iterable[ClassResult]) -> Averages:
    """The macro averages: every class counts the same, however many samples it has."""
    rows = tuple(rows)
    return Averages(*(_mean(getattr(row, name) for row in rows) for name in Averages._fields))


def confused(tested: Tested, most: int = 10) -> tuple[Confused, ...]:
    """The pairs of classes that are confused most often, the most frequent first."""
    found = [
        (count, label, predicted)
        for label, row in enumerate(tested.confusion)
        for predicted, count in enumerate(row)
        if count and label != predicted
    ]
    found.sort(key=lambda each: (-each[0], each[1], each[2]))
    return tuple(_confused(tested, *each) for each in found[:most])


def _confused(tested: Tested, times: int, label: int, predicted: int) -> Confused:
    of = sum(tested.confusion[label])
    name, other = (wording.safe(tested.classes[at], 60) for at in (label, predicted))
    share = wording.share(times, of)
    return Confused(
        label,
        predicted,
        times,
        of,
        tr(
            "{name} is taken for {other} {times:,} of {of:,} times ({share}).",
            name=name,
            other=other,
            times=times,
            of=of,
            share=share,
        ),
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


# -- several checkpoints ---------------------------------------------------------------------------------------


def over_epochs(tests: Iterable[Tested]) -> tuple[Tested, ...]:
    """In the order of their epochs; those of which the epoch is not known come last, as they came."""
    return tuple(sorted(tests, key=lambda each: (each.epoch is None, each.epoch or 0)))


def best(tests: Sequence[Tested]) -> Tested | None:
    """The one with the highest accuracy, or the lowest loss where there is none; the earliest of equals."""
    ordered = over_epochs(tests)
    right = [(-share, at) for at, each in enumerate(ordered) if (share := accuracy(each)) is not None]
    losses = [(each.loss, at) for at, each in enumerate(ordered) if each.loss is not None and each.loss == each.loss]
    found = min(right or losses, default=None)
    return None if found is None else ordered[found[1]]


# -- sentences -------------------------------------------------------------------------------------------------


def percent(share: float | None, digits: int = 2) -> str:
    """`86.58 %`; never `100.00 %` or `0.00 %` for what is not all or nothing; `-` where it is not defined."""
    if share is None or share != share:
        return "-"
    least = 10.0**-digits
    shown = min(max(share * 100, least), 100 - least) if 0 < share < 1 else share * 100
    return f"{shown:.{digits}f} %"


def sentence(tested: Tested) -> str:
    """`Accuracy of the network on 10000 test images: 86.58 %`; the loss, where targets are no classes."""
    samples = _samples(tested)
    if tested.correct is not None:
        return tr("Accuracy of the network on {samples}: {percent}", samples=samples, percent=percent(accuracy(tested)))
    if tested.loss is None:
        return tr("Nothing could be measured of the network on {samples}", samples=samples)
    return tr("Loss of the network on {samples}: {loss:.6f}", samples=samples, loss=tested.loss)


def _samples(tested: Tested) -> str:
    """`10000 test images`; images, unless there are examples that are none."""
    are_pictures = not tested.examples or any(each.picture is not None for each in tested.examples)
    texts = _IMAGES if are_pictures and tested.correct is not None else _SAMPLES
    return tr(texts.get(tested.split, _OTHERS), number=tested.samples, split=tested.split)


def summary(tested: Tested) -> tuple[str, ...]:
    """A few lines for the terminal: accuracy, top-k, loss, what is confused most, throughput, hints, proofs."""
    return (*_figures(tested), *_weak_points(tested), *tested.notes, *_proofs(tested))


def _figures(tested: Tested) -> list[str]:
    lines = [sentence(tested)]
    if (top := top_accuracy(tested)) is not None:
        lines.append(tr("Top-{top} accuracy: {percent}", top=tested.top, percent=percent(top)))
    if tested.loss is not None and tested.correct is not None:
        lines.append(tr("Loss: {loss:.6f}", loss=tested.loss))
    lines.append(
        tr(
            "{speed:,.0f} samples/s on {device} ({seconds:.1f} s)",
            speed=tested.speed,
            device=tested.device,
            seconds=tested.seconds,
        )
    )
    return lines


def _weak_points(tested: Tested) -> list[str]:
    known = [(each.recall, each) for each in per_class(tested) if each.recall is not None and each.recall < 1]
    worst = sorted(known, key=lambda each: each[0])[:_WORST]
    named = [
        tr("{title} ({key})", title=wording.safe(each.name, 60), key=percent(recall, 1)) for recall, each in worst
    ]
    lines = [tr("Least often recognised: {classes}", classes=wording.list_of(named))] if worst else []
    return lines + [each.text for each in confused(tested, _WORST)]


def _proofs(tested: Tested) -> list[str]:
    """Only what is wrong, where something is; else one line, that all is well."""
    wrong = [
        tr("{title}: {message}", title=tr(each.name), message=each.text) for each in tested.proofs if each.state != "ok"
    ]
    if wrong or not tested.proofs:
        return wrong
    return [tr("Proved: {names}.", names=wording.list_of([tr(each.name).lower() for each in tested.proofs]))]


__all__ = [
    "Averages", "ClassResult", "Confused", "accuracy", "averages", "best", "confused", "over_epochs", "per_class",
    "percent", "sentence", "summary", "top_accuracy",
]  # fmt: skip
