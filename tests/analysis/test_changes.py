"""The picture of a change against one made of the whole tensors at once."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from hypothesis import given

from inspector.analysis.changes import MOST_CHANNELS, Changes, mapping
from inspector.analysis.pairing import BLOCK
from inspector.checkpoint.entries import Tensor
from inspector.errors import FileError, InspectorError
from inspector.progress import finish
from tests.checkpoint.entries_of import HOSTILE, entry_of_array, storage_of


def mapped(a: np.ndarray, b: np.ndarray, rows: int = 256, columns: int = 256) -> Changes:
    return finish(mapping(entry_of_array(a), entry_of_array(b), rows, columns))


def assert_agrees(found: Changes, a: np.ndarray, b: np.ndarray) -> None:
    flat_a, flat_b = (each.reshape(each.shape[0] if each.ndim else 1, -1).astype(np.float64) for each in (a, b))
    change = np.abs(flat_a - flat_b)
    change[~np.isfinite(change)] = np.nan
    assert found.mean.shape == found.most.shape == (len(found.row_edges) - 1, len(found.column_edges) - 1)
    assert (found.row_edges[-1], found.column_edges[-1]) == flat_a.shape
    for (row, column), mean in np.ndenumerate(found.mean):
        rows, columns = slice(*found.row_edges[row : row + 2]), slice(*found.column_edges[column : column + 2])
        cell = change[rows, columns][np.isfinite(change[rows, columns])]
        assert mean == pytest.approx(cell.mean() if cell.size else math.nan, nan_ok=True)
        assert found.most[row, column] == pytest.approx(cell.max() if cell.size else math.nan, nan_ok=True)


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize(
    "shape",
    [(), (1,), (7,), (700,), (5, 9), (300, 3), (3, 700), (20, 4, 3, 3), (1, BLOCK + 5), (2, BLOCK + 5), (700, 513)],
)
def test_each_cell_has_the_mean_and_the_most_of_its_elements(shape: tuple[int, ...]) -> None:
    a, b = normal(*shape), normal(*shape, seed=1)
    assert_agrees(mapped(a, b, 16, 12), a, b)


def test_a_small_tensor_has_a_cell_for_each_element() -> None:
    a, b = normal(10, 20), normal(10, 20, seed=1)
    assert np.array_equal(mapped(a, b).mean, np.abs(a.astype(float) - b))


def test_the_row_that_changed_is_seen_and_told() -> None:
    a = normal(64, 3, 7, 7)
    b = a.copy()
    b[40] *= 1.5
    found = mapped(a, b)
    assert set(np.flatnonzero(found.mean.sum(axis=1))) == {40}
    assert found.by_channel[40] == pytest.approx(0.5, rel=1e-6)
    assert found.by_channel.sum() == pytest.approx(0.5, rel=1e-6)


def test_strides_and_dtypes_do_not_matter() -> None:
    a, b = normal(30, 40), normal(30, 40, seed=1)
    assert_agrees(mapped(np.asfortranarray(a), b.astype(np.float64), 8, 8), a, b)
    steps = np.arange(60).reshape(6, 10)
    assert_agrees(mapped(steps, steps[::-1].copy()), steps, steps[::-1])


def test_nan_and_infinity_are_left_out() -> None:
    a, b = normal(40, 50), normal(40, 50, seed=1)
    a[3], b[4, 5], a[7, :25] = math.nan, math.inf, -math.inf
    assert_agrees(mapped(a, b, 40, 5), a, b)
    found = mapped(a, b, 40, 5)
    assert np.isnan(found.mean[3]).all()
    assert found.by_channel[3] == 0
    assert np.isfinite(found.by_channel).all()


@pytest.mark.parametrize("shape", [(0,), (0, 5), (5, 0)])
def test_no_elements_make_no_picture(shape: tuple[int, ...]) -> None:
    found = mapped(np.zeros(shape), np.zeros(shape))
    assert found.mean.size == 0


def test_the_picture_is_bounded() -> None:
    a = normal(MOST_CHANNELS + 1, 2)
    found = mapped(a, a)
    assert found.mean.shape == (256, 2)
    assert found.by_channel.size == 0


def test_what_has_no_distance_is_refused() -> None:
    sound = entry_of_array(normal(4))
    with pytest.raises(InspectorError, match="shapes"):
        finish(mapping(sound, entry_of_array(normal(5))))
    with pytest.raises(FileError, match="Its bytes are missing"):
        finish(mapping(sound, sound._replace(damage="Its bytes are missing.")))


def test_float4_has_two_numbers_in_an_element() -> None:
    a, b = (Tensor("t", "float4_e2m1fn_x2", (2, 1), (1, 1), 0, storage_of(bytes(each))) for each in ([0, 0], [0, 0x20]))
    assert finish(mapping(a, b)).mean.tolist() == [[0, 0], [0, 1]]


@given(HOSTILE, HOSTILE)
def test_whatever_tensors_claim_only_our_errors_come_out(a: Tensor, b: Tensor) -> None:
    for other in (a, b._replace(shape=a.shape, stride=(b.stride + (1,) * 4)[: len(a.shape)])):
        with contextlib.suppress(InspectorError):
            finish(mapping(a, other))
