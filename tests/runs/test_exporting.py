"""Tests of checkpoints as tables and as JSON, read back with readers of other people."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

from inspector.runs.exporting import as_csv, as_json, figures_csv, record
from inspector.workshop import run_words  # its Tested by itself would be collected as a test
from inspector.workshop.run_words import Check, Example, Picture

PLAIN = run_words.Tested(
    "run/net_epoch2.pth", 2, "test", 20, 0.5, 16, 2, 19, ("shirt", "coat", "bag"),
    ((9, 1, 0), (3, 7, 0), (0, 0, 0)), (Example(4, 1, 0, 0.99, Picture(1, 1, 1, "AA==")),), 2.0, 10.0,
    (Check("Dropout", "ok", "Off."),), ("A note.",),
)  # fmt: skip
REGRESSION = run_words.Tested("net.pth", None, "test", 40, math.nan, None, 0, None, (), (), (), 1.0, 40.0, ())


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def refuse(text: str) -> Any:
    raise AssertionError(f"{text} is no JSON")


def read(text: str) -> Any:
    """Read as strictly as any reader would."""
    return json.loads(text, parse_constant=refuse)


def test_json_holds_all_that_is_known() -> None:
    first, second = read(as_json([PLAIN._replace(epoch=3), PLAIN]))["tests"]
    assert (first["epoch"], second["epoch"]) == (2, 3)
    assert first["path"] == "run/net_epoch2.pth"
    assert first["sentence"] == "Accuracy of the network on 20 test images: 80.00 %"
    assert (first["accuracy"], first["correct"], first["samples"], first["loss"]) == (0.8, 16, 20, 0.5)
    assert first["top"] == {"k": 2, "correct": 19, "accuracy": 0.95}
    assert first["confusion"] == [[9, 1, 0], [3, 7, 0], [0, 0, 0]]
    assert first["examples"] == [{"place": 4, "label": 1, "predicted": 0, "confidence": 0.99}]
    assert first["proofs"] == [{"name": "Dropout", "state": "ok", "text": "Off."}]
    assert first["notes"] == ["A note."]
    assert [each["name"] for each in first["classes"]] == ["shirt", "coat", "bag"]
    assert first["classes"][0]["precision"] == 0.75
    assert first["classes"][2]["recall"] is None
    assert first["macro"]["recall"] == 0.8


def test_the_documented_fields_are_there() -> None:
    from inspector.runs import exporting

    documented = {name for name in record(PLAIN) if name in (exporting.__doc__ or "")}
    assert documented == set(record(PLAIN))


def test_json_has_no_nan_and_tells_of_failures() -> None:
    whole = read(as_json([REGRESSION], [("broken.pth", 'It is "torn".')]))
    assert whole["tests"][0]["loss"] == "NaN"
    assert whole["tests"][0]["accuracy"] is whole["tests"][0]["top"] is None
    assert whole["failures"] == [{"path": "broken.pth", "sentence": 'It is "torn".'}]
    assert read(as_json([])) == {"tests": [], "failures": []}


def test_the_table_has_a_line_for_each_class_with_its_row_of_the_matrix() -> None:
    table = lines(as_csv([PLAIN]))
    assert [line["class"] for line in table] == ["shirt", "coat", "bag"]
    assert table[1] == {
        "checkpoint": "run/net_epoch2.pth", "epoch": "2", "class": "coat", "support": "10", "predicted": "8",
        "correct": "7", "precision": "0.875", "recall": "0.7", "F1": str(14 / 18),
        "predicted as shirt": "3", "predicted as coat": "7", "predicted as bag": "0",
    }  # fmt: skip
    assert (table[2]["precision"], table[2]["recall"], table[2]["F1"]) == ("", "", "")


def test_several_checkpoints_make_one_table_in_the_order_of_their_epochs() -> None:
    assert [line["epoch"] for line in lines(as_csv([PLAIN._replace(epoch=7), PLAIN]))] == ["2"] * 3 + ["7"] * 3
    assert [line["epoch"] for line in lines(figures_csv([PLAIN._replace(epoch=7), PLAIN]))] == ["2", "7"]


def test_figures_over_epochs() -> None:
    (line,) = lines(figures_csv([PLAIN]))
    assert (line["accuracy"], line["k"], line["top-k accuracy"], line["samples"]) == ("0.8", "2", "0.95", "20")


def test_a_regression_has_figures_and_no_classes() -> None:
    (line,) = lines(as_csv([REGRESSION]))
    assert (line["loss"], line["accuracy"], line["samples"]) == ("nan", "", "40")


def test_a_spreadsheet_computes_nothing() -> None:
    names = ('=HYPERLINK("x")', "  +1", 'plain, "quoted"\nname')
    table = lines(as_csv([PLAIN._replace(classes=names)]))
    assert [line["class"] for line in table] == ["'=HYPERLINK(\"x\")", "'  +1", 'plain, "quoted"\\x0aname']
