"""Histograms that widen and merge without losing a count, and the filling of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.analysis.binning import Filling, bin_of
from inspector.analysis.histograms import BINS, Histogram, merged

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
HISTOGRAMS = st.builds(
    lambda exponent, first, counts: Histogram(exponent, first, (1, *counts, 1)),
    st.integers(-60, 60),
    st.integers(-1000, 1000),
    st.lists(st.integers(0, 9), max_size=30).map(tuple),
)


def straightforward(numbers: np.ndarray, exponent: int) -> dict[int, int]:
    """How many of the numbers are in each bin, one number after the other."""
    counted: dict[int, int] = {}
    for number in numbers.tolist():
        place = bin_of(number, exponent)
        counted[place] = counted.get(place, 0) + 1
    return counted


def as_dict(histogram: Histogram) -> dict[int, int]:
    return {place: count for place, count in enumerate(histogram.counts, histogram.first) if count}


def filled(blocks: list[np.ndarray]) -> Histogram:
    filling = Filling()
    for block in blocks:
        if block.dtype.kind == "f":
            filling.add(block, block.min().item(), block.max().item(), np.empty_like(block))
        else:
            filling.add_integers(block, block.min().item(), block.max().item())
    return filling.histogram()


@given(FLOATS, st.integers(-1074, 1023))
def test_a_number_lies_between_the_edges_of_its_bin(number: float, exponent: int) -> None:
    place = bin_of(number, exponent)
    numerator, denominator = number.as_integer_ratio()
    low, high = (place, place + 1)
    if exponent >= 0:
        assert low * 2**exponent * denominator <= numerator < high * 2**exponent * denominator
    else:
        assert low * denominator <= numerator * 2**-exponent < high * denominator


@given(HISTOGRAMS, st.integers(1, 40))
def test_widening_joins_whole_bins(histogram: Histogram, by: int) -> None:
    wide = histogram.widened(histogram.exponent + by)
    expected: dict[int, int] = {}
    for place, count in as_dict(histogram).items():
        expected[place >> by] = expected.get(place >> by, 0) + count
    assert as_dict(wide) == expected
    assert wide.counts[0]
    assert wide.counts[-1]


@given(HISTOGRAMS, st.integers(1, 40))
def test_fitting_is_no_wider_than_it_must_be(histogram: Histogram, bins: int) -> None:
    fitting = histogram.fitted(bins)
    assert len(fitting.counts) <= max(bins, 2)
    assert fitting.total == histogram.total
    if fitting.exponent > histogram.exponent:
        assert len(histogram.widened(fitting.exponent - 1).counts) > max(bins, 2)


@given(st.lists(HISTOGRAMS, max_size=5))
def test_merging_keeps_every_count_in_any_order(histograms: list[Histogram]) -> None:
    together = merged(histograms)
    assert together.total == sum(histogram.total for histogram in histograms)
    assert len(together.counts) <= BINS
    assert merged(histograms[::-1]) == together
    for histogram in histograms:
        for place, count in as_dict(histogram.widened(together.exponent)).items():
            assert as_dict(together)[place] >= count


def test_edges_are_multiples_of_the_width() -> None:
    histogram = Histogram(-2, -3, (1, 0, 2))
    assert histogram.width == 0.25
    assert histogram.edges == [-0.75, -0.5, -0.25, 0.0]
    assert Histogram().edges == [0.0]
    assert not Histogram().counts
    assert Histogram(1023, 1, (1,)).edges == [2.0**1023, math.inf]


BLOCKS = [
    pytest.param(lambda rng, size: rng.standard_normal(size) * 0.02, id="weights"),
    pytest.param(lambda rng, size: rng.standard_normal(size) + 1e4, id="far from zero"),
    pytest.param(lambda rng, size: rng.integers(-8, 9, size) / 4, id="on the edges"),
    pytest.param(lambda rng, size: rng.standard_normal(size) * 10.0 ** rng.integers(-30, 30), id="scales"),
    pytest.param(lambda rng, size: np.where(rng.random(size) < 0.9, -0.0, rng.random(size)), id="minus zero"),
    pytest.param(lambda rng, size: -np.abs(rng.standard_normal(size)) * 1e-42, id="denormal"),
    pytest.param(lambda rng, size: rng.choice([-1e-40, 3e38, -3e38, 1.0], size), id="extremes"),
    pytest.param(lambda rng, size: np.full(size, rng.choice([3.7, -3.7])), id="constant"),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("make", BLOCKS)
def test_filling_counts_every_number_where_it_belongs(make, dtype: str) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(5)
    blocks = [make(rng, size).astype(dtype) for size in (1, 1000, 3, 2047)]
    histogram = filled(blocks)
    assert len(histogram.counts) <= BINS
    assert as_dict(histogram) == straightforward(np.concatenate(blocks), histogram.exponent)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint32", "uint64", "int16", "uint8"])
def test_filling_counts_whole_numbers_of_any_size(dtype: str) -> None:
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(6)
    blocks = [
        np.array([limits.min // 2 + 3, limits.max // 2], dtype),
        rng.integers(limits.min, limits.max, 999, dtype=dtype, endpoint=True),
        np.array([limits.min, limits.max], dtype),
    ]
    for count in (1, 2, 3):
        histogram = filled(blocks[:count])
        assert as_dict(histogram) == straightforward(np.concatenate(blocks[:count]), histogram.exponent)
        assert histogram.exponent >= 0


def test_a_block_of_one_number_does_not_choose_the_width() -> None:
    blocks = [np.zeros(9, np.float32), np.array([0.01, -0.02, 0.0], np.float32), np.full(5, 0.015, np.float32)]
    histogram = filled(blocks)
    assert len(histogram.counts) > 60
    assert as_dict(histogram) == straightforward(np.concatenate(blocks), histogram.exponent)
    blocks += [np.full(3, 70.0, np.float32), np.array([0.0, 60.0], np.float32)]
    histogram = filled(blocks)
    assert as_dict(histogram) == straightforward(np.concatenate(blocks), histogram.exponent)


def test_the_order_of_the_blocks_changes_nothing() -> None:
    rng = np.random.default_rng(8)
    blocks = [(rng.standard_normal(999) * 2.0**scale).astype(np.float32) for scale in range(-9, 9)]
    forwards, halves = filled(blocks), [Filling(), Filling()]
    for index, block in enumerate(blocks[::-1]):
        halves[index % 2].add(block, block.min().item(), block.max().item(), np.empty_like(block))
    halves[0].join(halves[1])
    assert halves[0].histogram() == forwards


@given(st.lists(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=6), min_size=1, max_size=6))
def test_filling_in_any_steps_is_exact(parts: list[list[float]]) -> None:
    blocks = [np.array(part, np.float32) for part in parts]
    histogram = filled(blocks)
    assert as_dict(histogram) == straightforward(np.concatenate(blocks), histogram.exponent)


def test_filling_goes_on_after_its_buffer_is_full() -> None:
    rng = np.random.default_rng(7)
    blocks = [(rng.standard_normal(300_001) * scale).astype(np.float32) for scale in (1, 1.01, 50, 0.1, 1e6)]
    histogram = filled(blocks)
    everything = np.concatenate(blocks).astype(np.float64)
    assert list(histogram.counts) == np.histogram(everything, histogram.edges)[0].tolist()


def test_a_bias_of_zeros_leaves_the_bins_of_the_weights_as_narrow_as_they_are() -> None:
    weights = Histogram(-10, -40, tuple(range(1, 81)))
    zeros = Histogram(0, 0, (64,))
    both = merged([zeros, weights, zeros])
    assert both.exponent == -10
    assert both.total == weights.total + 128
    assert both.counts[40] == weights.counts[40] + 128  # the bin that begins at 0
    assert merged([zeros, zeros]) == Histogram(0, 0, (128,))
