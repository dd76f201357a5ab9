"""What a test says as JSON or CSV, in one piece of text.

The JSON object (`inspector test --json` ends with the same) is stable; further fields may be added. It has

    tests      [record], one for each checkpoint, in the order of their epochs:
        path           the checkpoint
        epoch          the last that it was trained for, counted from 1; null where that is not known
        split          `train`, `validation` or `test`
        samples        how many it was tested on
        sentence       what a person is told
        loss           the mean over the samples; null without one
        correct        samples predicted right; null where targets are no classes, and so are the next two
        accuracy       correct / samples
        top            {k, correct, accuracy}: the class is among the k likeliest; null where k would be 1
        classes        [{name, support, predicted, correct, precision, recall, f1}] in the order of their labels;
                       null for what cannot be divided
        macro          {precision, recall, f1}: means over the classes
        confusion      [[counts]]: row: the true class, column: the predicted one
        examples       [{place, label, predicted, confidence}]: the most confidently wrong, without their pictures;
                       place: in the split, from 0; label and predicted: numbers of classes
        seconds, samples_per_second, device
        proofs         [{name, state, text}]: state is `ok`, `assumed`, `warning` or `bad`
        notes          [sentences]
    failures   [{path, sentence}]: checkpoints that could not be tested

Numbers that JSON does not have are the strings "NaN", "Infinity" and "-Infinity".

Why this way: names of classes come from folders and files that others made. In CSV, cells that a spreadsheet would
compute begin with an apostrophe, and what would not show is an escape.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from .. import wording
from ..checkpoint.json_values import json_value
from ..workshop.run_words import Check, Example, Tested
from .results import accuracy, averages, over_epochs, per_class, sentence, top_accuracy

Record = dict[str, Any]
Cell = str | int | float | None


# -- JSON ----------------------------------------------------------------------------------------------------


def as_json(tests: Iterable[Tested], failures: Iterable[tuple[str, str]] = ()) -> str:
    """The object described above, a record in each line."""
    tested = ",\n".join(_encoded(record(each)) for each in over_epochs(tests))
    failed = ",\n".join(_encoded({"path": path, "sentence": said}) for path, said in failures)
    return f'{{"tests": [\n{tested}\n],\n"failures": [\n{failed}\n]}}\n'


def record(tested: Tested) -> Record:
    """One checkpoint's."""
    rows = per_class(tested)
    return {
        "path": tested.path,
        "epoch": tested.epoch,
        "split": tested.split,
        "samples": tested.samples,
        "sentence": sentence(tested),
        "loss": json_value(tested.loss),
        "correct": tested.correct,
        "accuracy": accuracy(tested),
        "top": _top(tested),
        "classes": [row._asdict() for row in rows],
        "macro": averages(rows)._asdict(),
        "confusion": tested.confusion,
        "examples": [_example(each) for each in tested.examples],
        "seconds": tested.seconds,
        "samples_per_second": json_value(tested.speed),
        "device": tested.device,
        "proofs": [_proof(each) for each in tested.proofs],
        "notes": tested.notes,
    }


def _top(tested: Tested) -> Record | None:
    share = top_accuracy(tested)
    return None if share is None else {"k": tested.top, "correct": tested.top_correct, "accuracy": share}


def _example(example: Example) -> Record:
    confidence = json_value(example.confidence)
    return {"place": example.place, "label": example.label, "predicted": example.predicted, "confidence": confidence}


def _proof(proof: Check) -> Record:
    return {"name": proof.name, "state": proof.state, "text": proof.text}


def _encoded(record: Record) -> str:
    return json.dumps(record, ensure_ascii=True, allow_nan=False)


# -- CSV -----------------------------------------------------------------------------------------------------

_FIGURES = (
    "checkpoint", "epoch", "split", "samples", "loss", "correct", "accuracy", "k", "top-k correct", "top-k accuracy",
    "macro precision", "macro recall", "macro F1", "seconds", "samples/s", "device",
)  # fmt: skip
_CLASS = ("checkpoint", "epoch", "class", "support", "predicted", "correct", "precision", "recall", "F1")


def figures_csv(tests: Iterable[Tested]) -> str:
    """A line for each checkpoint, in the order of their epochs: accuracy over epochs as a table."""
    return _table(_FIGURES, [_figures(each) for each in over_epochs(tests)])


def _figures(tested: Tested) -> Sequence[Cell]:
    has_top = top_accuracy(tested) is not None
    top = (tested.top, tested.top_correct, top_accuracy(tested)) if has_top else (None, None, None)
    means = averages(per_class(tested))
    return (
        tested.path, tested.epoch, tested.split, tested.samples, tested.loss, tested.correct, accuracy(tested), *top,
        *means, tested.seconds, tested.speed, tested.device,
    )  # fmt: skip


def as_csv(tests: Iterable[Tested]) -> str:
    """A line for each class of each checkpoint: its figures, then its row of the confusion matrix.

    Where targets are no classes: a line for each checkpoint, as in `figures_csv`.
    """
    ordered = over_epochs(tests)
    if not any(each.confusion for each in ordered):
        return figures_csv(ordered)
    names = max((each.classes[: len(each.confusion)] for each in ordered), key=len)
    lines = [line for each in ordered for line in _class_lines(each)]
    return _table((*_CLASS, *(f"predicted as {name}" for name in names)), lines)


def _class_lines(tested: Tested) -> list[Sequence[Cell]]:
    return [
        (tested.path, tested.epoch, each.name, each.support, each.predicted, each.correct, each.precision, each.recall,
         each.f1, *counts)
        for each, counts in zip(per_class(tested), tested.confusion)
    ]  # fmt: skip


def _table(head: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(_cell, head))
    writer.writerows([_cell(each) for each in line] for line in lines)
    return text.getvalue()


def _cell(value: Cell) -> str | int | float:
    """A cell that no spreadsheet computes; nothing for what is not defined."""
    if not isinstance(value, str):
        return "" if value is None else value
    return wording.cell(value, 1_000)
