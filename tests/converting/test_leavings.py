"""What is left out is told by reason, whether it is one entry or ten thousand."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from inspector.converting.leavings import by_reason, heading, sentence
from inspector.converting.wishes import SAFETENSORS, Wish

from .converting import foreseen


def test_many_arrays_are_one_line(tmp_path: Path) -> None:
    arrays = {f"a{number}": np.ones(2) for number in range(1_000)}
    odd = {f"n{number}": argparse.Namespace(n=number) for number in range(20)}
    torch.save({"w": torch.ones(3), **arrays, **odd, "function": torch.nn.functional.gelu}, tmp_path / "a.pth")
    told = foreseen(tmp_path / "a.pth", Wish())
    assert len(told.left_out) == 1_021
    assert heading(1_021) == "1,021 entries are left out:"
    assert [sentence(each) for each in by_reason(told.left_out)] == [
        "1,000 entries (a0, a1, a2 and 997 more): It is a numpy array and no tensor",
        "20 entries (n0, n1, n2 and 17 more): torch.load refuses argparse.Namespace in its default mode",
        "function: torch.load refuses torch._C._nn.gelu in its default mode",
    ]
    safe = by_reason(foreseen(tmp_path / "a.pth", Wish(format=SAFETENSORS)).left_out)
    assert [len(each.keys) for each in safe] == [1_000, 21]


def test_a_tree_says_the_same_of_an_array(tmp_path: Path) -> None:
    torch.save({"state_dict": {"w": torch.ones(3)}, "history": np.ones(4)}, tmp_path / "a.pth")
    told = foreseen(tmp_path / "a.pth", Wish("state_dict", whole=True))
    assert [sentence(each) for each in by_reason(told.left_out)] == ["history: It is a numpy array and no tensor"]


def test_reasons_that_differ_by_a_number_are_one() -> None:
    lost = [(f"layer.{n}", f"Its bytes are missing: the file ends before data/{n}.") for n in range(31, 5_000)]
    (one,) = by_reason(lost)
    assert sentence(one) == (
        "4,969 entries (layer.31, layer.32, layer.33 and 4,966 more), of the first: Its bytes are missing: the file"
        " ends before data/31"
    )
    assert by_reason(()) == ()
    assert sentence(by_reason([("a\x1b[1m", "no\x1b reason")])[0]) == r"a\x1b[1m: no\x1b reason"
