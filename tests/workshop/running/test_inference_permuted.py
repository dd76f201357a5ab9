"""Labels that look permuted: found where they are, and never where a model is only good, bad or untrained."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.workshop.running.permuted import hint, permutation

NAMES = tuple("shirt coat bag boot dress sandal pullover trouser sneaker top".split())
Matrix = list[list[int]]


def counted(chances: list[list[float]], support: int, chance: random.Random) -> Matrix:
    """A confusion matrix with `support` samples of each class, drawn with the chances of each row."""
    columns = range(len(chances))
    drawn = [chance.choices(columns, row, k=support) for row in chances]
    return [[row.count(column) for column in columns] for row in drawn]


def good(classes: int, accuracy: float, support: int, chance: random.Random) -> Matrix:
    rest = (1 - accuracy) / max(classes - 1, 1)
    return counted([[accuracy if a == b else rest for b in range(classes)] for a in range(classes)], support, chance)


def renamed(matrix: Matrix, order: list[int]) -> Matrix:
    """The same model, when label i of the data is what the model knows as order[i]."""
    return [matrix[at] for at in order]


chances = st.randoms(use_true_random=True)


@given(st.integers(2, 12), st.floats(0.9, 1.0), st.integers(60, 300), chances)
def test_a_permutation_of_a_good_model_is_found(
    classes: int, accuracy: float, support: int, chance: random.Random
) -> None:
    order = list(range(classes))
    chance.shuffle(order)
    found = permutation(renamed(good(classes, accuracy, support, chance), order))
    assert found == {label: to for label, to in enumerate(order) if label != to}


@given(st.integers(1, 12), st.floats(0.0, 1.0), st.integers(0, 300), chances)
def test_a_model_without_permutation_gives_no_hint(
    classes: int, accuracy: float, support: int, chance: random.Random
) -> None:
    accuracy = max(accuracy, 1 / classes)
    assert permutation(good(classes, accuracy, support, chance)) == {}


@given(st.integers(2, 12), st.integers(0, 300), chances)
def test_a_model_that_guesses_gives_no_hint(classes: int, support: int, chance: random.Random) -> None:
    favoured = [chance.random() ** 4 for _ in range(classes)]
    assert permutation(counted([favoured] * classes, support, chance)) == {}


@given(st.integers(7, 12), st.integers(20, 300), chances)
def test_a_model_that_says_few_classes_gives_no_hint(classes: int, support: int, chance: random.Random) -> None:
    """As an untrained network does: it takes each class for one of two or three."""
    few = chance.sample(range(classes), chance.randint(1, 3))
    rows = [[0.0] * classes for _ in range(classes)]
    for row in rows:
        row[chance.choice(few)] = 1.0
    assert permutation(counted(rows, support, chance)) == {}


@given(st.integers(3, 12), st.floats(0.3, 0.7), chances)
def test_two_classes_that_are_hard_to_tell_apart_are_not_swapped(
    classes: int, mixed_up: float, chance: random.Random
) -> None:
    rows = [[float(a == b) for b in range(classes)] for a in range(classes)]
    rows[0][:2], rows[1][:2] = [1 - mixed_up, mixed_up], [0.5, 0.5]
    assert permutation(counted(rows, 200, chance)) == {}


def test_few_samples_prove_nothing() -> None:
    assert permutation([[0, 19, 0], [19, 0, 0], [0, 0, 19]]) == {}
    assert permutation([[0, 20, 0], [20, 0, 0], [0, 0, 20]]) == {0: 1, 1: 0}
    assert permutation([]) == permutation([[0]]) == {}


def swapped(classes: int, first: int, second: int) -> Matrix:
    matrix = [[90 if a == b else 0 for b in range(classes)] for a in range(classes)]
    for row in matrix:
        row[2] += 10
    matrix[first], matrix[second] = matrix[second], matrix[first]
    return matrix


def test_swapped_labels_in_words() -> None:
    assert hint(swapped(10, 0, 1), NAMES) == (
        "shirt and coat look swapped: 90 % of shirt are taken for coat, 90 % of coat are taken for shirt. "
        "With these labels put right the accuracy would be 91.00 % instead of 73.00 %."
    )
    assert hint(swapped(10, 2, 2), NAMES) == ""


@pytest.mark.parametrize(("by", "said"), [(1, "+1"), (9, "-1"), (3, "+3")])
def test_shifted_labels_in_words(by: int, said: str) -> None:
    matrix = [[50 if b == (a + by) % 10 else 0 for b in range(10)] for a in range(10)]
    text = hint(matrix, NAMES)
    assert text.startswith(f"The labels look shifted by {said}: 100 % of shirt are taken for ")
    assert text.endswith("and 7 more. With these labels put right the accuracy would be 100.00 % instead of 0.00 %.")


def test_labels_that_the_model_counts_from_one() -> None:
    """Its first output is never used, and its last is that of no label: the shift ends in a free class."""
    matrix = [[50 if b == a + 1 else 0 for b in range(5)] for a in range(4)] + [[0] * 5]
    assert permutation(matrix) == {0: 1, 1: 2, 2: 3, 3: 4}
    assert hint(matrix, NAMES).startswith("The labels look shifted by +1:")


def test_a_circle_of_three_in_words() -> None:
    matrix = [[50 if a == b else 0 for b in range(6)] for a in range(6)]
    matrix[0], matrix[1], matrix[4] = matrix[1], matrix[4], matrix[0]
    assert hint(matrix, NAMES).startswith("3 labels look permuted: 100 % of shirt are taken for coat, ")
