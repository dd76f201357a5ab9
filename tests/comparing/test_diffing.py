"""Pairs as `load_state_dict` makes them, held against torch itself where it is asked."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from inspector.comparing.diffing import (
    DTYPE,
    MISSING,
    RENAMED,
    SAME,
    SIZE,
    UNEXPECTED,
    Comparison,
    as_told,
    compare,
    kind_of,
)
from inspector.comparing.sides import Item, Side


def side(kind: str = "checkpoint", **shapes: tuple[int, ...] | None) -> Side:
    return Side("side", kind, tuple(Item(key, shape, "float32") for key, shape in shapes.items()))


def kinds(comparison: Comparison) -> list[tuple[str, str]]:
    return [(pair.key, pair.kind) for pair in comparison.pairs]


def test_pairs_stand_in_the_order_of_b_and_what_only_a_has_behind_its_predecessor() -> None:
    a = side(first=(1,), x=(1,), extra=(1,), y=(1,), last=(1,))
    b = side(y=(1,), x=(2,), z=(1,))
    assert kinds(compare(a, b)) == [
        ("first", UNEXPECTED), ("y", SAME), ("last", UNEXPECTED), ("x", SIZE), ("extra", UNEXPECTED), ("z", MISSING)
    ]  # fmt: skip


def test_counts_have_every_kind() -> None:
    counts = compare(side(x=(1,)), side(x=(1,))).counts
    assert counts[SAME] == 1
    assert sum(counts.values()) == 1
    assert {MISSING, UNEXPECTED, SIZE, DTYPE, RENAMED} <= set(counts)


def test_what_has_no_shape_fits_everything() -> None:
    assert compare(side(x=None), side(x=(3,))).fits


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (Item("x", (1,), "float32"), Item("x", (1,), "float16"), DTYPE),
        (Item("x", (1,), ""), Item("x", (1,), "float16"), SAME),
        (Item("x", (1,), "float32", origins=("y",)), Item("x", (1,), "float32"), RENAMED),
        (Item("x", (1,), "float32", origins=("y",)), Item("x", (2,), "float32"), SIZE),
        (Item("x", (1,), "float32", origins=("x",)), Item("x", (1,), "float32"), SAME),
    ],
)
def test_the_kind_that_matters_most_is_told(old: Item, new: Item, kind: str) -> None:
    assert kind_of(old, new) == kind


@pytest.mark.parametrize("shape", [(1,), (3,), (0,), (1, 1)])
def test_a_scalar_takes_a_row_of_one_number(shape: tuple[int, ...]) -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(1.0))

    comparison = compare(side(scale=shape), side("model", scale=()))
    try:
        Scaled().load_state_dict({"scale": torch.ones(shape)})
    except (RuntimeError, IndexError):
        assert comparison.counts[SIZE] == 1
    else:
        assert comparison.fits


def test_between_two_files_a_row_is_no_scalar() -> None:
    assert compare(side(scale=(1,)), side(scale=())).counts[SIZE] == 1


@pytest.mark.parametrize("version", [None, 1, 2])
def test_a_counter_is_missed_as_torch_misses_it(version: int | None) -> None:
    norm = nn.BatchNorm1d(3)
    state = norm.state_dict()
    del state["num_batches_tracked"]
    state._metadata = {"": {"version": version} if version else {}}
    missing = nn.Sequential(norm)[0].load_state_dict(state, strict=False).missing_keys
    model = Side(
        "norm", "model", tuple(Item(key, tuple(each.shape)) for key, each in norm.state_dict().items()),
        modules={"": "torch.nn.modules.batchnorm.BatchNorm1d"},
    )  # fmt: skip
    file = Side("file", "checkpoint", tuple(Item(key, tuple(each.shape)) for key, each in state.items()))
    ours = compare(file._replace(metadata=state._metadata), model)
    assert [pair.key for pair in ours.of_kind(MISSING)] == missing


def test_torchs_own_word_goes_before_ours() -> None:
    comparison = compare(side(a=(1,), b=(1,)), side(b=(2,), c=(1,)))
    told = as_told(comparison, missing=(), unexpected=("a",), mismatched=("b",))
    assert kinds(told) == [("a", UNEXPECTED), ("b", SIZE), ("c", SAME)]
    assert as_told(comparison, (), (), ()).fits
