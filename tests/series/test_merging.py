"""Figures kept in little room, and merged."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.series.figures import LEARNED, RUNNING, WHOLE, Figures
from inspector.series.merging import Table, by_layer, merged, of_all

COUNTS = ("numel", "zeros", "nans", "infinities", "kept", "refused")


@given(st.lists(st.integers(0, 2**50), min_size=6, max_size=6), st.lists(st.floats(), min_size=13, max_size=13))
def test_a_table_gives_back_what_it_was_given(counts: list[int], numbers: list[float]) -> None:
    rest = iter(numbers)
    named = dict(zip(COUNTS, counts))
    figures = Figures(*(named[name] if name in named else next(rest) for name in Figures._fields))
    (found,) = Table([("key", figures)]).values()
    assert repr(found) == repr(figures)
    assert all(type(getattr(found, name)) is int for name in COUNTS)


def test_a_layer_is_what_is_learned_in_it() -> None:
    tensors = {
        "bn.weight": Figures(numel=2, norm=3.0, mean=1.0, update=1.0, norm_before=3.0),
        "bn.running_mean": Figures(numel=2, norm=100.0, mean=1.0),
        "bn.num_batches_tracked": Figures(numel=1, norm=1e9, mean=1e9),
        "plain.running_mean": Figures(numel=2, norm=5.0, mean=1.0),
        "plain.num_batches_tracked": Figures(numel=1, norm=1e9, mean=1e9),
        "top": Figures(numel=4, norm=4.0, mean=1.0, update=math.nan),
    }
    kinds = dict(zip(tensors, (LEARNED, RUNNING, WHOLE, RUNNING, WHOLE, LEARNED)))
    layers = by_layer(tensors, kinds, frozenset(tensors))
    assert {name: figures.norm for name, figures in layers.items()} == {"bn": 3.0, "plain": 5.0, "": 4.0}
    whole = of_all(tensors, kinds, frozenset(tensors))
    assert (whole.norm, whole.update, whole.numel) == (5.0, 1.0, 6)


def test_a_product_that_is_not_known_is_not_known_of_all() -> None:
    known = Figures(numel=1, norm=1.0, update=1.0, update_before=1.0, along=1.0)
    lost = known._replace(along=math.nan)
    assert merged([known, known]).turn == pytest.approx(1.0)
    assert math.isnan(merged([known, lost]).turn)
    assert merged([known, Figures(numel=1, norm=1.0)]).turn == 1.0
