"""A curve that grows keeps every peak when it is thinned; an average is the same however its values come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inspector.gui.running.curves import Curve
from inspector.gui.running.smoothing import Smoothing

Floats = NDArray[np.float64]


def noise(count: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=count)


def curve_of(ys: Floats, per_epoch: int = 100, piece: int = 0) -> Curve:
    """A curve of batches, appended at once or in pieces."""
    curve = Curve()
    curve.go_on_from(1 / per_epoch, 1 / per_epoch)
    for first in range(0, len(ys), piece or max(len(ys), 1)):
        curve.append(ys[first : first + (piece or len(ys))])
    return curve


def pixel_columns(xs: Floats, ys: Floats, x0: float, x1: float, pixels: int) -> list[tuple[float, float]]:
    """Least and greatest of each pixel that has any."""
    column = np.clip(np.floor((xs - x0) / (x1 - x0) * pixels), 0, pixels - 1).astype(int)
    found = [ys[(column == number) & (xs >= x0) & (xs <= x1)] for number in range(pixels)]
    return [(float(np.nanmin(each)), float(np.nanmax(each))) for each in found if np.isfinite(each).any()]


@pytest.mark.parametrize("piece", [0, 1, 7, 500])
def test_few_points_come_as_they_are(piece: int) -> None:
    ys = noise(900)
    xs, thinned = curve_of(ys, piece=piece).thin(0, 9, 600)
    assert thinned.tolist() == ys.tolist()
    assert xs == pytest.approx(np.arange(1, 901) / 100)


@pytest.mark.parametrize("count", [5_000, 131_072, 200_001])
@pytest.mark.parametrize(("share0", "share1"), [(0.0, 1.0), (0.4, 0.9), (0.123, 0.2)])
def test_least_and_greatest_of_what_is_seen_stay(count: int, share0: float, share1: float) -> None:
    ys = noise(count)
    peak, dip = int(count * (share0 + 0.03)), int(count * (share0 + 0.05))
    ys[peak], ys[dip] = 100.0, -100.0
    curve = curve_of(ys, piece=333)
    x0, x1 = share0 * curve.last, share1 * curve.last

    xs, thinned = curve.thin(x0, x1, 400)

    assert len(xs) <= 2 * 400 + 4
    assert (np.diff(xs) >= 0).all()
    pixel = (x1 - x0) / 400
    assert abs(xs[thinned.argmax()] - curve.xs[peak]) < pixel
    assert abs(xs[thinned.argmin()] - curve.xs[dip]) < pixel


def test_each_pixel_keeps_its_own_extremes() -> None:
    ys = noise(60_000)
    curve = curve_of(ys, piece=1000)
    xs, thinned = curve.thin(0, curve.last, 200)
    seen = pixel_columns(xs, thinned, 0, curve.last, 200)
    real = pixel_columns(curve.xs, ys, 0, curve.last, 200)
    # A block that lies across the border of two pixels counts for one of them.
    agreeing = [low == real_low and high == real_high for (low, high), (real_low, real_high) in zip(seen, real)]
    assert np.mean(agreeing) > 0.8
    assert min(thinned) == min(ys)
    assert max(thinned) == max(ys)


def test_extremes_come_in_the_order_in_which_they_are() -> None:
    rising, falling = np.linspace(0, 1, 40_000), np.linspace(1, 0, 40_000)
    for ys, sign in ((rising, 1), (falling, -1)):
        _, thinned = curve_of(ys).thin(0, 400, 100)
        assert (np.diff(thinned) * sign >= 0).all()


def test_a_point_beyond_each_side_leads_the_line_out_of_the_picture() -> None:
    curve = curve_of(noise(100))
    xs, _ = curve.thin(0.305, 0.605, 600)
    assert xs[0] == pytest.approx(0.30)
    assert xs[-1] == pytest.approx(0.61)


def test_what_is_no_number_is_a_gap() -> None:
    ys = noise(50_000)
    ys[20_000:30_000] = np.nan
    ys[40_000] = np.inf
    curve = curve_of(ys)
    xs, thinned = curve.thin(0, curve.last, 300)
    inside = (xs > 205) & (xs < 295)
    assert np.isnan(thinned[inside]).all()
    assert np.isfinite(thinned[(xs < 195) | (xs > 305)]).all()
    unfit = curve.unfit(0, curve.last, 300)
    assert len(unfit) <= 70
    assert unfit[0] == pytest.approx(200.01)
    assert unfit[-1] == pytest.approx(400.01)


def test_few_points_of_which_one_is_infinite_have_a_gap_there() -> None:
    _, ys = curve_of(np.array([1.0, np.inf, 2.0])).thin(0, 1, 100)
    assert np.isnan(ys).tolist() == [False, True, False]


def test_epochs_may_have_other_numbers_of_batches() -> None:
    curve = Curve()
    curve.extend(np.arange(1, 101) / 100, np.zeros(100))
    curve.extend(1 + np.arange(1, 11) / 10, np.ones(10))
    assert curve.last == pytest.approx(2.0)
    assert curve.xs[curve.nearest(1.52)] == pytest.approx(1.5)


def test_points_that_come_again_take_the_place_of_the_old_ones() -> None:
    ys = noise(10_000)
    curve = curve_of(ys)
    again = np.full(100, 7.0)
    curve.extend(50 + np.arange(1, 101) / 100, again)
    assert len(curve) == 5_100
    assert curve.ys[4999] == ys[4999]
    _, thinned = curve.thin(0, 100, 100)
    assert max(thinned) == 7.0
    assert curve.thin(60, 100, 100)[1].tolist() == [7.0]


def test_after_a_cut_the_levels_say_what_is_there() -> None:
    ys = noise(100_000)
    ys[90_000] = 50.0
    curve = curve_of(ys)
    curve.cut(800.0)
    assert max(curve.thin(0, 1000, 100)[1]) == max(ys[:79_999])
    curve.append(np.full(30_000, -9.0))
    assert min(curve.thin(0, 2000, 100)[1]) == -9.0


def test_nothing_is_nothing() -> None:
    curve = Curve()
    assert [len(each) for each in curve.thin(0, 1, 100)] == [0, 0]
    assert curve.nearest(3.0) == -1
    assert np.isnan(curve.last)
    curve.append([])
    assert len(curve) == 0


@given(st.lists(st.floats(allow_nan=True, width=32), min_size=1, max_size=400), st.integers(1, 40), st.integers(1, 50))
def test_whatever_comes_in_whatever_pieces_no_extreme_is_lost(values: list[float], piece: int, pixels: int) -> None:
    ys = np.array(values)
    curve = curve_of(ys, piece=piece)
    xs, thinned = curve.thin(0, curve.last, pixels)
    assert len(xs) == len(thinned)
    assert (np.diff(xs) >= 0).all()
    finite = ys[np.isfinite(ys)]
    if len(finite):
        assert np.nanmax(thinned) == finite.max()
        assert np.nanmin(thinned) == finite.min()
    else:
        assert np.isnan(thinned).all()


# Smoothing


def averaged(values: Floats, window: float) -> Floats:
    """One by one, as the formula has it."""
    beta, sum_, out = 1 - 1 / window, 0.0, []
    for number, value in enumerate(values, start=1):
        sum_ = beta * sum_ + (1 - beta) * value
        out.append(sum_ / (1 - beta**number))
    return np.array(out)


@pytest.mark.parametrize("window", [1, 1.5, 10, 200, 10_000])
@pytest.mark.parametrize("piece", [1, 17, 3000])
def test_the_average_is_that_of_the_formula(window: float, piece: int) -> None:
    values = noise(3000, seed=1) + 2
    smoothing = Smoothing(window)
    pieces = [smoothing.add(values[first : first + piece]) for first in range(0, 3000, piece)]
    assert np.concatenate(pieces) == pytest.approx(averaged(values, window), rel=1e-10)


def test_the_average_does_not_lean_towards_zero_at_its_start() -> None:
    assert Smoothing(1000).add(np.full(5, 3.0)) == pytest.approx(np.full(5, 3.0))


def test_what_is_no_number_is_passed_over() -> None:
    values = np.array([1.0, np.nan, 3.0, np.inf, 5.0])
    found = Smoothing(10).add(values)
    assert np.isnan(found).tolist() == [False, True, False, True, False]
    assert found[[0, 2, 4]] == pytest.approx(averaged(np.array([1.0, 3.0, 5.0]), 10))
