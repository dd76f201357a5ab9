"""Counts over batches, held against plain loops over the samples."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from inspector.progress import finish
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running import scores as scores_module
from inspector.workshop.running.data import Data, Order
from inspector.workshop.running.datasets import open_data
from inspector.workshop.running.pictures import picture_of
from inspector.workshop.running.piles import HeldPile
from inspector.workshop.running.scores import LOG_SHARES, RAW, SHARES, ClassScores, kind_of, two_columns
from inspector.workshop.running.wrong_examples import WrongExamples

CPU = torch.device("cpu")


def outputs(count: int, classes: int, seed: int) -> tuple[Tensor, Tensor]:
    """Scores with ties, and labels."""
    dice = torch.Generator().manual_seed(seed)
    return torch.randint(-3, 4, (count, classes), generator=dice).float(), torch.randint(
        classes, (count,), generator=dice
    )


def in_batches(tally: ClassScores, scores: Tensor, labels: Tensor, size: int) -> ClassScores:
    for part, of in zip(scores.split(size), labels.split(size)):
        if len(of):
            tally.add(part, of)
    return tally


@given(st.integers(1, 8), st.integers(0, 40), st.integers(1, 10), st.integers(1, 16), st.integers(0, 10**6))
def test_counts_are_those_of_a_plain_loop(classes: int, count: int, top: int, size: int, seed: int) -> None:
    scores, labels = outputs(count, classes, seed)
    counts = in_batches(ClassScores(classes, top, CPU, 0), scores, labels, size).counts()
    confusion = [[0] * classes for _ in range(classes)]
    correct = in_top = 0
    for row, label in zip(scores.tolist(), labels.tolist()):
        ranked = sorted(range(classes), key=lambda at: (-row[at], at))
        confusion[label][ranked[0]] += 1
        correct += ranked[0] == label
        in_top += label in ranked[: counts.top]
    assert counts.top == max(1, min(top, classes - 1))
    assert (counts.correct, counts.top_correct, counts.broken) == (correct, in_top, 0)
    assert [list(row) for row in counts.confusion] == confusion


def test_equal_scores_make_no_model_right() -> None:
    counts = in_batches(ClassScores(10, 5, CPU, 0), torch.zeros(100, 10), torch.arange(100) % 10, 32).counts()
    assert (counts.correct, counts.top_correct) == (10, 50)


def test_nan_is_the_lowest_score_and_is_counted() -> None:
    nan = math.nan
    scores = torch.tensor([[nan, 1.0, 0.0], [nan, nan, nan], [0.0, 1.0, 2.0]])
    counts = in_batches(ClassScores(3, 2, CPU, 0), scores, torch.tensor([1, 2, 2]), 2).counts()
    assert (counts.correct, counts.broken) == (2, 2)
    assert counts.confusion == ((0, 0, 0), (0, 1, 0), (1, 0, 1))


def test_labels_may_be_of_any_whole_number() -> None:
    scores, labels = outputs(20, 4, 1)
    plain = in_batches(ClassScores(4, 2, CPU, 0), scores, labels, 8).counts()
    for dtype in (torch.uint8, torch.int32):
        assert in_batches(ClassScores(4, 2, CPU, 0), scores, labels.to(dtype), 8).counts() == plain


def test_half_precision_counts_too() -> None:
    scores, labels = outputs(20, 4, 2)
    plain = in_batches(ClassScores(4, 2, CPU, 3), scores, labels, 8)
    half = in_batches(ClassScores(4, 2, CPU, 3), scores.bfloat16(), labels, 8)
    assert half.counts() == plain.counts()


def test_too_many_classes_have_no_confusion_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scores_module, "MOST_CLASSES", 3)
    scores, labels = outputs(20, 4, 3)
    counts = in_batches(ClassScores(4, 2, CPU, 0), scores, labels, 8).counts()
    assert counts.confusion == ()
    assert counts.correct == int((scores.argmax(1) == labels).sum())


@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=20))
def test_one_score_is_two_classes(values: list[float]) -> None:
    columns = two_columns(torch.tensor(values).reshape(-1, 1))
    assert columns.shape == (len(values), 2)
    assert columns.argmax(1).tolist() == [int(value > 0) for value in values]
    torch.testing.assert_close(columns.softmax(1)[:, 1], torch.tensor(values).sigmoid())


def test_what_kind_of_scores_they_are() -> None:
    raw = torch.randn(8, 5, generator=torch.Generator().manual_seed(0)) * 3
    assert [kind_of(each) for each in (raw, raw.log_softmax(1), raw.softmax(1))] == [RAW, LOG_SHARES, SHARES]
    assert kind_of(raw.abs()) == RAW
    assert kind_of(-raw.abs()) == RAW
    assert kind_of(torch.full((2, 3), math.nan)) == RAW


# -- the most confidently wrong -----------------------------------------------------------------------------------


def drawn() -> Data:
    return finish(open_data(DataSource(size=20)))


@given(st.integers(0, 30), st.integers(0, 50), st.integers(1, 16), st.integers(0, 10**6))
def test_the_surest_mistakes_are_those_of_a_plain_sort(most: int, count: int, size: int, seed: int) -> None:
    scores, labels = outputs(count, 4, seed)
    confidence, predicted = scores.softmax(1).max(1)
    found = WrongExamples(most, CPU)
    streamed, inputs = WrongExamples(most, CPU), torch.arange(count)[:, None, None].expand(count, 4, 4)
    for begin in range(0, count, size):
        part = slice(begin, begin + size)
        found.add(confidence[part], predicted[part], labels[part])
        streamed.add(confidence[part], predicted[part], labels[part], inputs[part])
    plain = Data(DataSource(), "", (), None, None, None, (), (), ())
    pile = HeldPile(torch.zeros(count, 3), labels)
    got = [(each.place, each.label, each.predicted, each.confidence) for each in found.examples(plain, pile)]
    rows = zip(range(count), labels.tolist(), predicted.tolist(), confidence.tolist())
    wrong = sorted((row for row in rows if row[1] != row[2]), key=lambda row: -row[3])
    assert [each[3] for each in got] == [row[3] for row in wrong[:most]]
    assert set(got) <= set(wrong)
    assert [each[0] for each in got] == [each[0] for each in sorted(got, key=lambda each: (-each[3], each[0]))]
    again = streamed.examples(plain, pile)
    assert [each._replace(picture=None) for each in again] == list(found.examples(plain, pile))
    for each in again:
        assert each.picture == picture_of(inputs[each.place], ())


def test_mistakes_come_as_pictures_of_the_very_samples() -> None:
    data = drawn()
    assert data.test is not None
    inputs, labels = next(data.test.batches(100, Order(shuffled=False)))
    found = WrongExamples(3, CPU)
    shares = torch.linspace(0.1, 0.9, len(labels))
    found.add(shares, (labels + 1) % 10, labels)
    examples = found.examples(data, data.test)
    assert [each.place for each in examples] == [len(labels) - 1, len(labels) - 2, len(labels) - 3]
    for each in examples:
        assert each.picture is not None
        assert (each.picture.height, each.picture.width, each.picture.channels) == (28, 28, 1)
    import base64

    last = examples[0].picture
    assert last is not None
    assert list(base64.b64decode(last.pixels)) == (inputs[-1] * 255).round().to(torch.uint8).flatten().tolist()


def test_no_picture_is_shown_of_another_sample() -> None:
    """A loader that shuffles by itself has another sample at that place than the batch had."""
    data = drawn()
    assert data.test is not None
    label = int(data.test.sample(0)[1])
    found = WrongExamples(1, CPU)
    found.add(torch.tensor([0.9]), torch.tensor([label]), torch.tensor([(label + 1) % 10]))
    (example,) = found.examples(data, data.test)
    assert example.picture is None


def test_a_broken_confidence_is_no_example() -> None:
    found = WrongExamples(5, CPU)
    found.add(torch.tensor([math.nan, 0.5]), torch.tensor([0, 0]), torch.tensor([1, 1]))
    plain = Data(DataSource(), "", (), None, None, None, (), (), ())
    assert [each.place for each in found.examples(plain, HeldPile(torch.zeros(2, 3), torch.ones(2)))] == [1]
