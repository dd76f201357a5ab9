"""Figures of a test, held against plain loops over the samples, and the sentences people know."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.runs.results import (
    accuracy,
    averages,
    best,
    confused,
    over_epochs,
    per_class,
    percent,
    sentence,
    summary,
    top_accuracy,
)
from inspector.workshop import run_words  # its Tested by itself would be collected as a test
from inspector.workshop.run_words import Check, Example, Picture

PICTURE = Picture(1, 1, 1, "AA==")


def result_of(confusion: list[list[int]], **fields: object) -> run_words.Tested:
    """A test that came out like that."""
    count = sum(map(sum, confusion))
    correct = sum(row[at] for at, row in enumerate(confusion))
    names = tuple("abcdefghij"[: len(confusion)])
    plain = run_words.Tested(
        "model.pth", 3, "test", count, 0.5, correct, 5, count, names, tuple(map(tuple, confusion)), (), 2.0, 500.0, ()
    )
    return plain._replace(**fields)  # type: ignore[arg-type]


REGRESSION = run_words.Tested("net.pth", None, "validation", 40, 0.25, None, 0, None, (), (), (), 1.0, 40.0, ())


def test_the_sentence_people_know() -> None:
    good = result_of([[4329, 671], [671, 4329]])
    assert sentence(good) == "Accuracy of the network on 10000 test images: 86.58 %"
    assert sentence(good._replace(split="train")) == "Accuracy of the network on 10000 training images: 86.58 %"
    assert sentence(REGRESSION) == "Loss of the network on 40 validation samples: 0.250000"
    nothing = REGRESSION._replace(loss=None)
    assert sentence(nothing) == "Nothing could be measured of the network on 40 validation samples"


def test_what_is_no_picture_is_no_image() -> None:
    wrong = result_of([[1, 1], [0, 2]], examples=(Example(1, 0, 1, 0.9),))
    assert "on 4 test samples:" in sentence(wrong)
    assert "on 4 test images:" in sentence(wrong._replace(examples=(Example(1, 0, 1, 0.9, PICTURE),)))


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.8658, "86.58 %"), (1.0, "100.00 %"), (0.99999, "99.99 %"), (0.0, "0.00 %"), (0.000001, "0.01 %"), (None, "-")],
)
def test_percent_tells_all_from_nearly_all(share: float | None, text: str) -> None:
    assert percent(share) == text


def by_hand(pairs: list[tuple[int, int]], label: int) -> tuple[float | None, float | None, float | None]:
    """(precision, recall, F1) of one class, counted sample by sample."""
    hits = misses = false_alarms = 0
    for truth, said in pairs:
        hits += truth == said == label
        misses += truth == label != said
        false_alarms += said == label != truth
    precision = hits / (hits + false_alarms) if hits + false_alarms else None
    recall = hits / (hits + misses) if hits + misses else None
    if precision is None and recall is None:
        return None, None, None
    both = (precision or 0.0) + (recall or 0.0)
    return precision, recall, 2 * (precision or 0.0) * (recall or 0.0) / both if both else 0.0


@given(st.integers(1, 6), st.integers(0, 60), st.randoms(use_true_random=False))
def test_each_class_is_counted_as_by_hand(classes: int, count: int, chance: random.Random) -> None:
    pairs = [(chance.randrange(classes), chance.randrange(classes)) for _ in range(count)]
    confusion = [[pairs.count((row, column)) for column in range(classes)] for row in range(classes)]
    result = result_of(confusion)
    for label, row in enumerate(per_class(result)):
        for mine, theirs in zip((row.precision, row.recall, row.f1), by_hand(pairs, label)):
            assert mine is theirs is None or (mine is not None and math.isclose(mine, theirs or 0.0, abs_tol=1e-12))
        assert row.support == sum(truth == label for truth, _ in pairs)
        assert row.predicted == sum(said == label for _, said in pairs)
    assert accuracy(result) == (sum(truth == said for truth, said in pairs) / count if count else None)


def test_what_cannot_be_divided_is_none() -> None:
    never_seen, never_said, fine = per_class(result_of([[0, 0, 0], [0, 0, 5], [0, 0, 5]]))
    assert (never_seen.precision, never_seen.recall, never_seen.f1) == (None, None, None)
    assert (never_said.precision, never_said.recall, never_said.f1) == (None, 0.0, 0.0)
    assert (fine.precision, fine.recall) == (0.5, 1.0)


def test_averages_are_over_the_classes_of_which_they_are_defined() -> None:
    found = averages(per_class(result_of([[0, 0, 0], [0, 0, 5], [0, 0, 5]])))
    assert (found.precision, found.recall) == (0.5, 0.5)
    assert averages(()) == (None, None, None)


def test_no_confusion_no_classes() -> None:
    assert per_class(REGRESSION) == ()
    assert confused(REGRESSION) == ()
    assert accuracy(REGRESSION) is None


def test_the_most_confused_come_first() -> None:
    found = confused(result_of([[87, 13, 0], [4, 95, 1], [0, 13, 87]]), 3)
    assert [(each.label, each.predicted, each.times, each.of) for each in found] == [
        (0, 1, 13, 100),
        (2, 1, 13, 100),
        (1, 0, 4, 100),
    ]
    assert found[0].text == "a is taken for b 13 of 100 times (13 %)."


def test_names_cannot_paint_the_screen() -> None:
    found = confused(result_of([[0, 1], [0, 1]], classes=("a\x1b[31m", "b\n")))
    assert found[0].text == "a\\x1b[31m is taken for b\\x0a 1 of 1 times (100 %)."


def test_top_accuracy_is_only_told_where_it_says_more() -> None:
    assert top_accuracy(result_of([[5, 5], [0, 10]], top=1, top_correct=15)) is None
    assert top_accuracy(result_of([[5, 5], [0, 10]], top=2, top_correct=19)) == 0.95
    assert top_accuracy(REGRESSION) is None


def test_several_are_ordered_by_their_epochs() -> None:
    tests = [result_of([[1]], epoch=epoch, path=str(epoch)) for epoch in (5, None, 1, 3)]
    assert [each.epoch for each in over_epochs(tests)] == [1, 3, 5, None]


def test_the_best_is_the_earliest_with_the_highest_accuracy() -> None:
    rights = {2: 7, 1: 6, 4: 9, 3: 9}
    tests = [result_of([[right, 10 - right], [0, 0]], epoch=epoch) for epoch, right in rights.items()]
    found = best(tests)
    assert found is not None
    assert found.epoch == 3


def test_the_best_without_accuracy_has_the_lowest_loss() -> None:
    losses = {1: math.nan, 2: 0.5, 3: 0.25, 4: None}
    found = best([REGRESSION._replace(epoch=epoch, loss=loss) for epoch, loss in losses.items()])
    assert found is not None
    assert found.epoch == 3
    assert best([]) is None


def test_the_summary_says_what_is_good_and_what_is_weak() -> None:
    proof = Check("Dropout", "ok", "2 Dropout layers are off.")
    result = result_of([[9, 1], [3, 7]], top=1, notes=("a and b look swapped.",), proofs=(proof,))
    assert summary(result) == (
        "Accuracy of the network on 20 test images: 80.00 %",
        "Loss: 0.500000",
        "500 samples/s on cpu (2.0 s)",
        "Least often recognised: b (70.0 %), a (90.0 %)",
        "b is taken for a 3 of 10 times (30 %).",
        "a is taken for b 1 of 10 times (10 %).",
        "a and b look swapped.",
        "Proved: dropout.",
    )


def test_the_summary_says_what_was_not_proved() -> None:
    bad = Check("Same twice", "warning", "The same batch gives other values.")
    good = Check("Dropout", "ok", "2 Dropout layers are off.")
    assert summary(result_of([[1]], proofs=(good, bad)))[-1] == "Same twice: The same batch gives other values."


def test_the_summary_of_a_regression_is_its_loss() -> None:
    assert summary(REGRESSION) == (
        "Loss of the network on 40 validation samples: 0.250000",
        "40 samples/s on cpu (1.0 s)",
    )
