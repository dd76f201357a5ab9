"""What outputs and targets allow to be added up, and what does not go together."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from inspector.workshop.failures import Refusal
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running.criteria import criterion_of
from inspector.workshop.running.data import Data
from inspector.workshop.running.tallies import Result, Tally

DICE = torch.Generator().manual_seed(0)
SCORES = torch.randn(20, 4, generator=DICE)
LABELS = torch.randint(4, (20,), generator=DICE)
NAMES = ("ant", "bee", "cat", "dog")


def added(
    criterion: str, batches: list[tuple[Any, Any]], classes: tuple[str, ...] = (), model: nn.Module | None = None
) -> tuple[Tally, Result]:
    data = Data(DataSource(), "Data", classes, None, None, None, (), (), ())
    tally = Tally(criterion_of(criterion), data, torch.device("cpu"), 5, 3)
    for output, targets in batches:
        tally.add(output, targets)
    return tally, tally.result(model or nn.Identity())


def halves(scores: Tensor, targets: Tensor) -> list[tuple[Any, Any]]:
    """Two batches, of which the last one is smaller."""
    return [(scores[:13], targets[:13]), (scores[13:], targets[13:])]


@pytest.mark.parametrize("name", ["CrossEntropyLoss", "NLLLoss"])
def test_classes(name: str) -> None:
    scores = SCORES.log_softmax(1)
    tally, result = added(name, halves(scores, LABELS), NAMES)
    assert (tally.samples, tally.classes) == (20, NAMES)
    assert math.isclose(result.loss, float(getattr(nn, name)()(scores.double(), LABELS)), rel_tol=1e-6)
    assert result.counts.correct == int((SCORES.argmax(1) == LABELS).sum())
    assert result.counts.top == 3
    assert result.notes == ()


def test_the_loss_is_the_mean_over_samples_and_not_over_batches() -> None:
    _, whole = added("CrossEntropyLoss", [(SCORES, LABELS)])
    _, parts = added("CrossEntropyLoss", halves(SCORES, LABELS))
    assert math.isclose(whole.loss, parts.loss, rel_tol=1e-6)


def test_classes_without_names_are_numbered() -> None:
    tally, _ = added("CrossEntropyLoss", [(SCORES, LABELS)])
    assert tally.classes == ("0", "1", "2", "3")


def test_more_outputs_than_classes_are_said() -> None:
    tally, result = added("CrossEntropyLoss", [(SCORES, LABELS % 3)], NAMES[:3])
    assert tally.classes == ("ant", "bee", "cat", "3")
    assert result.notes[0] == "The model gives 4 scores for each sample, the data has 3 classes."


def test_fewer_outputs_than_classes_are_refused() -> None:
    with pytest.raises(Refusal, match="gives 4 scores for each sample, the data has 5 classes"):
        added("CrossEntropyLoss", [(SCORES, LABELS)], (*NAMES, "eel"))


def test_one_output_is_no_class() -> None:
    with pytest.raises(Refusal, match="gives 1 score for each sample, one class is none") as refused:
        added("CrossEntropyLoss", [(SCORES[:, :1], LABELS)])
    assert "BCEWithLogitsLoss" in refused.value.hint


@pytest.mark.parametrize(("shift", "low", "hint"), [(1, 1, "1 taken off"), (-1, -1, ""), (5, 5, "")])
def test_labels_that_the_model_does_not_have_are_refused(shift: int, low: int, hint: str) -> None:
    labels = torch.arange(20) % 4 + shift
    with pytest.raises(Refusal, match=f"labels go from {low} to {low + 3}, the model gives 4 scores") as refused:
        added("CrossEntropyLoss", [(SCORES, labels)])
    assert hint in refused.value.hint


def test_a_wrong_label_in_a_later_batch_is_refused() -> None:
    with pytest.raises(Refusal, match="labels go from 9 to 9"):
        added("CrossEntropyLoss", [(SCORES, LABELS), (SCORES[:1], torch.tensor([9]))])


@pytest.mark.parametrize("shape", [(20,), (20, 1)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64])
def test_binary(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    scores, labels = SCORES[:, 0], LABELS % 2
    tally, result = added("BCEWithLogitsLoss", halves(scores.reshape(shape), labels.to(dtype)), ("no", "yes"))
    said = (scores > 0).long()
    assert tally.classes == ("no", "yes")
    assert result.counts.correct == int((said == labels).sum())
    assert result.counts.confusion[1][0] == int(((labels == 1) & (said == 0)).sum())
    assert result.counts.top == 1
    expected = nn.functional.binary_cross_entropy_with_logits(scores.double(), labels.double())
    assert math.isclose(result.loss, float(expected), rel_tol=1e-6)
    assert "One score for each sample: above 0 it counts as yes." in result.notes


def test_soft_targets_are_no_classes() -> None:
    tally, result = added("BCEWithLogitsLoss", [(SCORES[:, 0], LABELS % 2), (SCORES[:5, 0], torch.full((5,), 0.3))])
    assert result.counts.correct is None
    assert tally.classes == ()
    assert tally.samples == 25
    assert any("other than 0 and 1" in note for note in result.notes)


def test_several_classes_at_once_are_single_decisions() -> None:
    targets = (SCORES > 0).float()
    targets[0] = 1 - targets[0]
    _, result = added("BCEWithLogitsLoss", halves(SCORES, targets))
    assert result.counts.correct is None
    assert result.notes == ("Of 80 single decisions (above 0: yes) 95 % are right.",)


@pytest.mark.parametrize("shape", [(20,), (20, 1)])
def test_regression(shape: tuple[int, ...]) -> None:
    outputs, targets = SCORES[:, 0], SCORES[:, 1]
    tally, result = added("MSELoss", halves(outputs.reshape(shape), targets))
    assert math.isclose(result.loss, float(((outputs - targets) ** 2).mean()), rel_tol=1e-5)
    assert result.notes == (f"The mean absolute error is {float((outputs - targets).abs().mean()):.6g}.",)
    assert result.counts == (None, 0, None, (), 0)
    assert tally.examples(None) == ()  # type: ignore[arg-type]


def test_shapes_that_would_be_broadcast_are_refused() -> None:
    with pytest.raises(Refusal, match=r"gives \[20, 4\], the targets are \[20\]: MSELoss compares the same"):
        added("MSELoss", [(SCORES, LABELS.float())])


def test_shares_for_targets_measure_the_loss_alone() -> None:
    _, result = added("CrossEntropyLoss", [(SCORES, SCORES.softmax(1))])
    assert result.counts.correct is None
    assert result.loss == pytest.approx(float(nn.functional.cross_entropy(SCORES, SCORES.softmax(1))))
    assert "not one class for each sample: only the loss is measured." in result.notes[0]


def test_a_class_for_each_pixel_measures_the_loss_alone() -> None:
    scores, labels = torch.randn(2, 4, 3, 3), torch.zeros(2, 3, 3, dtype=torch.int64)
    _, result = added("CrossEntropyLoss", [(scores, labels)], NAMES)
    assert result.loss == pytest.approx(float(nn.functional.cross_entropy(scores, labels)))
    assert "The model gives [2, 4, 3, 3] for targets of [2, 3, 3]" in result.notes[0]


def test_other_numbers_of_samples_are_refused() -> None:
    with pytest.raises(Refusal, match=r"gives \[5, 4\], the targets are \[20\]"):
        added("CrossEntropyLoss", [(SCORES[:5], LABELS)])


def test_one_number_for_a_whole_batch_is_refused() -> None:
    with pytest.raises(Refusal, match=r"gives \[\], the targets are \[20\]"):
        added("CrossEntropyLoss", [(SCORES.sum(), LABELS)])


# -- outputs with more in them ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "note"),
    [
        ((SCORES, SCORES * 0), "The model gives a tuple; the first tensor in it is judged."),
        ({"aux": SCORES * 0, "logits": SCORES}, "The model gives a dict; `logits` is judged."),
        ({"out": SCORES, "aux": SCORES * 0}, "The model gives a dict; `out` is judged."),
        ({"mine": SCORES}, "The model gives a dict; `mine` is judged."),
    ],
)
def test_outputs_with_more_in_them(output: Any, note: str) -> None:
    _, result = added("CrossEntropyLoss", [(output, LABELS)])
    assert result.notes == (note,)
    assert result.counts.correct == int((SCORES.argmax(1) == LABELS).sum())


def test_an_output_without_tensor_is_refused() -> None:
    with pytest.raises(Refusal, match="output is a str without a tensor in it"):
        added("CrossEntropyLoss", [("nonsense", LABELS)])


# -- hints --------------------------------------------------------------------------------------------------------


def test_scores_of_another_kind_than_the_criterion_needs_are_said() -> None:
    _, raw = added("NLLLoss", [(SCORES * 3, LABELS)])
    assert raw.notes[0].startswith("The model gives raw scores, where NLLLoss needs log-probabilities")
    _, shares = added("CrossEntropyLoss", [(SCORES.softmax(1), LABELS)])
    assert shares.notes[0].startswith("The model gives probabilities, where CrossEntropyLoss needs raw scores")
    _, logs = added("CrossEntropyLoss", [(SCORES.log_softmax(1), LABELS)])
    assert logs.notes == ()


def test_probabilities_are_confidences_as_they_are() -> None:
    shares = torch.tensor([[0.2, 0.8], [0.3, 0.7]])
    tally, _ = added("CrossEntropyLoss", [(shares, torch.tensor([0, 1]))])
    tally_of_logs, _ = added("NLLLoss", [(shares.log(), torch.tensor([0, 1]))])
    from inspector.workshop.running.piles import HeldPile

    pile = HeldPile(torch.zeros(2, 3), torch.tensor([0, 1]))
    for each in (tally, tally_of_logs):
        assert [example.confidence for example in each.examples(pile)] == [pytest.approx(0.8)]


def test_nan_is_told_of_with_the_weights_it_comes_from() -> None:
    model = nn.Linear(2, 2)
    nn.init.constant_(model.weight, torch.nan)
    scores = torch.where(torch.arange(20)[:, None] < 3, torch.full_like(SCORES, torch.nan), SCORES)
    _, result = added("CrossEntropyLoss", [(scores, LABELS)], model=model)
    assert math.isnan(result.loss)
    assert "For 3 of 20 samples a score is NaN." in result.notes
    assert "NaN or Inf is in the weights already: weight." in result.notes


def test_nan_is_no_class_that_everything_is_taken_for() -> None:
    _, result = added("CrossEntropyLoss", [(torch.full_like(SCORES, torch.nan), LABELS)], NAMES)
    assert result.notes == ("For 20 of 20 samples a score is NaN.",)


def test_swapped_labels_are_told_of() -> None:
    labels = torch.arange(80) % 4
    scores = nn.functional.one_hot(torch.tensor([1, 0, 2, 3])[labels], 4).float() * 5
    _, result = added("CrossEntropyLoss", [(scores, labels)], NAMES)
    assert result.notes[0].startswith("ant and bee look swapped: ")


def test_a_model_that_says_one_thing_is_told_of() -> None:
    _, result = added("CrossEntropyLoss", [(torch.tensor([[0.0, 2.0, 0.0, 0.0]]).expand(20, 4), LABELS)], NAMES)
    assert result.notes == ("Every sample is taken for bee.",)


def test_a_criterion_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def halved(output, target):\n    return (output.sum(1) - target).abs() / 2\n")
    _, result = added(f"{tmp_path / 'own.py'}:halved", halves(SCORES, LABELS), NAMES)
    assert result.loss == pytest.approx(float(((SCORES.sum(1) - LABELS).abs() / 2).mean()))
    assert result.counts.correct == int((SCORES.argmax(1) == LABELS).sum())
