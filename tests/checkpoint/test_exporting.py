"""The tree as JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.entries import (
    Branch,
    Checkpoint,
    Entry,
    Extra,
    Global,
    Quantization,
    Section,
    Storage,
    Tensor,
    Value,
)
from inspector.checkpoint.exporting import as_csv, as_json, as_markdown
from inspector.checkpoint.folding import fold
from inspector.checkpoint.outline import Outline
from tests.terminal.test_tree import branches


def tensor(name: str, *shape: int, dtype: str = "float32", storage: str = "0", nbytes: int = 24, **more: Any) -> Tensor:
    return Tensor(name, dtype, shape, (1,) * len(shape), 0, Storage(storage, dtype, "cpu", nbytes, None), **more)


def checkpoint(*children: Entry, **more: Any) -> tuple[Checkpoint, Outline]:
    root = Branch("", "dict", "mapping", children)
    return Checkpoint("a.pth", "zip", 99, root, **more), Outline.of(root)


def exported(*children: Entry, **more: Any) -> dict[str, Any]:
    found = json.loads("".join(as_json(*checkpoint(*children, **more))), parse_constant=pytest.fail)
    assert isinstance(found, dict)
    return found


def test_json_tells_everything_of_a_tensor() -> None:
    assert exported(tensor("fc.weight", 2, 3, parameter=True, requires_grad=True))["tensors"] == [
        {
            "key": "fc.weight",
            "dtype": "float32",
            "shape": [2, 3],
            "stride": [1, 1],
            "offset": 0,
            "storage": "0",
            "device": "cpu",
            "requires_grad": True,
            "parameter": True,
            "layout": "strided",
        }
    ]


def test_json_tells_what_only_few_tensors_have() -> None:
    scales = tensor("scales", 2, dtype="float64", storage="s")
    quantised = Extra(Quantization("per_channel_affine", scales, tensor("zeros", 2, storage="z"), 0), role="parameter")
    sparse = Extra(parts=(tensor("indices", 2, 1), tensor("values", 1)), attributes=(Value("tag", "str", "x"),))
    whole = exported(
        tensor("q", 2, 3, dtype="qint8", storage="q", extra=quantised),
        Tensor("s", "float32", (9, 9), (), 0, None, layout="sparse_coo", damage="It is cut off.", extra=sparse),
        tensor("tied", 2, 3, storage="t"),
        tensor("view", 2, 1, storage="t"),
    )
    q, s, tied, view = whole["tensors"]
    assert q["role"] == "parameter"
    assert (q["quantization"]["scheme"], q["quantization"]["axis"]) == ("per_channel_affine", 0)
    assert q["quantization"]["scale"]["dtype"] == "float64"
    assert (s["storage"], s["device"], s["layout"], s["damage"]) == (None, "meta", "sparse_coo", "It is cut off.")
    assert [part["key"] for part in s["parts"]] == ["indices", "values"]
    assert s["attributes"] == [{"key": "tag", "type": "str", "value": "x"}]
    assert (tied["shared"], view["shared"], view["storage_bytes"]) == (2, 2, 24)
    assert "storage_bytes" not in tied


def test_json_has_arrays_apart_and_among_the_values() -> None:
    whole = exported(tensor("mean", 3, dtype="float64", extra=Extra(subclass="numpy.ndarray")))
    assert whole["tensors"] == []
    assert [(each["key"], each["shape"]) for each in whole["arrays"]] == [("mean", [3])]
    assert whole["values"] == [{"key": "mean", "type": "numpy.ndarray", "value": "float64 [3]"}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        (-(2**70), -(2**70)),
        (2**40_000, hex(2**40_000)),
        (0.1, 0.1),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (1 + 2j, "1+2j"),
        (True, True),
        (None, None),
        (b"\x00\xff", "00ff"),
        ("ünder\ud800\x00\n", "ünder\ud800\x00\n"),
    ],
    ids=lambda value: type(value).__name__,  # pytest cannot write 2**40000
)
def test_json_holds_any_value(value: object, expected: object) -> None:
    (found,) = exported(Value("v", type(value).__name__, value))["values"]
    assert (found["key"], found["type"], found["value"]) == ("v", type(value).__name__, expected)
    assert type(found["value"]) is type(expected)


def test_json_tells_of_the_file() -> None:
    whole = exported(
        Branch("_metadata", "dict", "mapping", attribute=True),
        globals=(Global("os.system", "dangerous", 1, False, "runs a command"),),
        sections=(Section("", "weights", "model weights"),),
        damage=("It ends after 34 %.",),
        facts=(("byte order", "little"),),
    )
    assert list(whole) == [
        *(
            "path",
            "format",
            "bytes",
            "tensors",
            "arrays",
            "values",
            "branches",
            "globals",
            "sections",
            "facts",
            "texts",
            "damage",
        )
    ]
    assert whole["globals"] == [
        {"name": "os.system", "verdict": "dangerous", "accepted": False, "count": 1, "reason": "runs a command"}
    ]
    assert whole["sections"] == [{"key": "", "role": "weights", "title": "model weights"}]
    assert whole["branches"][0] == {
        "key": "_metadata",
        "type": "dict",
        "kind": "mapping",
        "children": 0,
        "attribute": True,
    }
    assert whole["damage"] == ["It ends after 34 %."]


def test_json_of_some_rows_and_with_digests() -> None:
    whole, outline = checkpoint(tensor("a", 2), tensor("b", 3))
    found = json.loads("".join(as_json(whole, outline, [1], lambda tensor: f"{tensor.numel:016x}")))
    assert [(each["key"], each["digest"]) for each in found["tensors"]] == [("b", "0000000000000003")]


def read_csv(*children: Entry) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(as_csv(*checkpoint(*children))), newline="")))


def test_csv_has_a_line_for_each_row() -> None:
    head, group, weight, epoch = read_csv(tensor("fc.weight", 2, 3), Value("lr", "float", -0.5))
    assert head == ["key", "kind", "type", "shape", "parameters", "bytes", "device", "layer", "value", "note"]
    assert group == ["fc", "group", "", "", "6", "24", "", "Linear 3→2", "", ""]
    assert weight == ["fc.weight", "tensor", "float32", "[2, 3]", "6", "24", "cpu", "", "", ""]
    assert epoch == ["lr", "value", "float", "", "", "", "", "", "-0.5", ""]


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@SUM(A1)", "|cmd", " =1", "＝1", "%x"])
def test_no_cell_is_computed(name: str) -> None:
    assert read_csv(Value(name, "str", name))[1][0] == f"'{name}"
    assert read_csv(Value(name, "str", name))[1][8] == f"'{name}"


def test_csv_is_one_line_a_row_whatever_the_text() -> None:
    rows = read_csv(Value('a"b,c\r\nd\x1b[31m\ud800\u202e', "str", "tab\there"))
    assert rows[1][0] == 'a"b,c\\x0d\\x0ad\\x1b[31m\\ud800\\u202e'
    assert rows[1][8] == "tab\\x09here"
    assert len(rows) == 2


def test_markdown_is_a_table_in_which_names_are_code() -> None:
    text = "".join(
        as_markdown(*checkpoint(tensor("fc.weight", 2, 3), Value("a|b`c<img src=x>", "str", "*"), damage=("It ends.",)))
    )
    assert "| `fc` | `Linear 3→2` | 6 | 24 B |\n| `fc.weight` | `float32 [2, 3]` | 6 | 24 B |\n" in text
    assert "| ``a\\|b`c<img src=x>`` | `str` `*` |  |  |\n" in text
    assert "> **!** `It ends.`" in text
    assert all(line.count("|") - line.count("\\|") == 5 for line in text.splitlines() if line.startswith("|"))


def test_a_folded_outline_is_exported_like_any_other() -> None:
    whole, outline = checkpoint(*(tensor(f"l.{n}.w", 2) for n in range(3)))
    assert "l.{0-2}.w,tensor,float32,[2],6,24,cpu,,,\r\n" in "".join(as_csv(whole, fold(outline)))


@given(st.lists(branches, max_size=5))
def test_any_tree_is_exported(children: list[Entry]) -> None:
    whole, outline = checkpoint(*children)
    found = json.loads("".join(as_json(whole, outline)), parse_constant=pytest.fail)
    entries = list(whole.entries())
    assert sorted(each["key"] for each in found["tensors"]) == sorted(
        key for key, e in entries if isinstance(e, Tensor)
    )
    assert sorted(each["key"] for each in found["values"]) == sorted(key for key, e in entries if isinstance(e, Value))
    table = "".join(as_csv(whole, outline))
    assert len(list(csv.reader(io.StringIO(table, newline="")))) == len(outline) + 1
    assert "".join(as_markdown(whole, outline)).encode("utf-8").count(b"\n| `") == len(outline) - outline.keys.count("")
