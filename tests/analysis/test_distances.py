"""Distances against a float64 reference, for every pair of types and layouts; with NaN inside, merged and given up."""

from __future__ import annotations

import contextlib
import math
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.analysis.distances import Distance, measure, merge, merge_all
from inspector.analysis.lanes import STRETCH
from inspector.analysis.pairing import BLOCK
from inspector.checkpoint.entries import Extra, Tensor
from inspector.checkpoint.sources import FileSource
from inspector.errors import FileError, InspectorError
from inspector.progress import Progress, finish
from tests.checkpoint.entries_of import HOSTILE, entry_in_file, entry_of_array, entry_of_tensor, storage_of

CLOSE = 1e-6
"""How far, relatively, what is not exact may be from the reference."""
SIZES = [1, 2, 1000, BLOCK + 1, 2 * STRETCH + 70_001]
"""One block, two of them, two threads with a short block at the end."""


def distance(a: Tensor, b: Tensor) -> Distance:
    return finish(measure(a, b))


def between(a: np.ndarray, b: np.ndarray) -> Distance:
    return distance(entry_of_array(a), entry_of_array(b))


def assert_agrees(found: Distance, a: np.ndarray, b: np.ndarray) -> None:
    """That it is the distance of `a` and `b`, which are wide enough to be exact."""
    assert found.numel == a.size
    nan_a, nan_b = np.isnan(a), np.isnan(b)
    assert (found.nan_a, found.nan_b, found.nan_both) == (nan_a.sum(), nan_b.sum(), (nan_a & nan_b).sum())
    assert found.equal == (a == b).sum() + found.nan_both
    assert found.nan_in_one == (nan_a != nan_b).sum()
    assert found.infinite_a == (np.isinf(a) & ~nan_a).sum()
    assert found.infinite_b == (np.isinf(b) & ~nan_b).sum()
    finite = np.isfinite(a) & np.isfinite(b)
    gap = np.zeros(a.shape)
    gap[finite] = np.abs(a[finite] - b[finite])
    assert found.max_abs == pytest.approx(gap.max(initial=0), rel=CLOSE)
    if found.where is not None:
        assert gap[found.where] == pytest.approx(found.max_abs, rel=CLOSE)
    else:
        assert found.max_abs == 0
    _assert_sums(found, a[finite], b[finite])


def _assert_sums(found: Distance, a: np.ndarray, b: np.ndarray) -> None:
    norms = [float(np.sqrt(np.sum(np.abs(each).astype(np.longdouble) ** 2))) for each in (a, b, a - b)]
    assert (found.norm_a, found.norm_b, found.l2) == pytest.approx(norms, rel=CLOSE)
    if norms[0] and norms[1]:
        dot = np.sum((a / norms[0] * np.conj(b / norms[1])).real, dtype=np.longdouble)
        assert found.cosine == pytest.approx(float(dot), abs=2e-7)
        assert found.rel_l2 == pytest.approx(norms[2] / norms[0], rel=CLOSE)


def normal(size: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed + size).standard_normal(size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize("change", [0, 1e-7, 1e-3, 1, 100, -2])
def test_floats_agree_with_the_reference(size: int, dtype: str, change: float) -> None:
    if size == SIZES[-1] and dtype != "float32":
        size = STRETCH + 1
    a = normal(size).astype(dtype)
    b = (a + change * normal(size, 1) if change >= 0 else change * a).astype(dtype)
    assert_agrees(between(a, b), a.astype(np.float64), b.astype(np.float64))


@pytest.mark.parametrize("share", [0, 0.3, 1])
def test_two_threads_agree_with_the_reference_each_time(share: float) -> None:
    a = normal(2 * STRETCH + 70_001).astype(np.float32)
    b = a.copy()
    changed = int(a.size * share)
    b[:changed] += np.float32(0.125)
    found = between(a, b)
    assert_agrees(found, a.astype(np.float64), b.astype(np.float64))
    assert found.bit_equal == (share == 0)
    assert all(between(a, b) == found for _ in range(3))


@pytest.mark.parametrize("scale", [1e-45, 1e-38, 1e-20, 1e-11, 1e15, 1e19, 3e38 / 6])
def test_float32_of_any_scale_agrees(scale: float) -> None:
    a, b = ((normal(3000, seed).clip(-6, 6) * scale).astype(np.float32) for seed in (0, 1))
    assert_agrees(between(a, b), a.astype(np.float64), b.astype(np.float64))
    assert_agrees(
        between(a, (b * 1e-6).astype(np.float32)),
        a.astype(np.float64),
        (b * 1e-6).astype(np.float32).astype(np.float64),
    )


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e100, 1e200, 1e300])
def test_float64_of_any_scale_agrees(scale: float) -> None:
    a, b = (normal(3000, seed).clip(-6, 6) * scale for seed in (0, 1))
    assert_agrees(between(a, b), a, b)


def test_cosine_of_many_is_never_above_one() -> None:
    a = (normal(5_000_000) * 0.02).astype(np.float32)
    assert between(a, a).cosine == 1
    nearly = a + np.float32(1e-6)
    exact = 1 - float(np.dot(a.astype(float), nearly)) / float(
        np.linalg.norm(a.astype(float)) * np.linalg.norm(nearly.astype(float))
    )
    assert 1 - between(a, nearly).cosine == pytest.approx(exact, rel=1e-3, abs=1e-15)


def test_a_few_numbers_far_larger_than_the_rest_lose_nothing() -> None:
    a = normal(200_000).astype(np.float32)
    b = a.copy()
    b[123_456] = 1e6
    found = between(a, b)
    assert_agrees(found, a.astype(np.float64), b.astype(np.float64))
    assert found.where == (123_456,)


@pytest.mark.parametrize("size", [1000, BLOCK + 7])
def test_nan_equals_nan_and_poisons_nothing(size: int) -> None:
    a = normal(size).astype(np.float32)
    b = a + np.float32(0.5)
    a[3:9], b[5:12] = math.nan, math.nan
    a[20:24], b[20:22], b[22] = math.inf, math.inf, -math.inf
    found = between(a, b)
    assert_agrees(found, a.astype(np.float64), b.astype(np.float64))
    assert (found.nan_both, found.nan_in_one, found.infinite_equal) == (4, 5, 2)
    assert found.max_abs == pytest.approx(0.5, abs=1e-6)
    same = between(a, a)
    assert (same.is_same, same.bit_equal, same.max_abs, same.nan_both) == (True, True, 0, 6)


def test_minus_zero_is_zero_but_not_bit_for_bit() -> None:
    found = between(np.zeros(3000, np.float32), -np.zeros(3000, np.float32))
    assert (found.is_same, found.bit_equal, found.rel_l2) == (True, False, 0)
    assert math.isnan(found.cosine)


def test_what_is_all_zero_has_no_direction_and_no_measure() -> None:
    found = between(np.zeros(10, np.float32), np.ones(10, np.float32))
    assert found.rel_l2 == math.inf
    assert math.isnan(found.cosine)
    assert between(np.ones(10, np.float32), np.zeros(10, np.float32)).rel_l2 == 1


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64", "uint16", "uint32", "uint64"])
def test_whole_numbers_are_compared_exactly(dtype: str) -> None:
    limits = np.iinfo(dtype)
    a = np.array([limits.min, limits.max, limits.max, limits.max - 1, 5, 7], dtype)
    b = np.array([limits.max, limits.min, limits.max, limits.max, 7, 5], dtype)
    found = between(a, b)
    assert found.equal == 1
    assert found.max_abs == pytest.approx(float(int(limits.max) - int(limits.min)))
    assert found.where == (0,)
    close = between(a[3:4], b[3:4])
    assert (close.equal, close.max_abs, close.l2) == (0, 1, 1)


def test_whole_numbers_of_two_types_and_bools_are_compared_as_numbers() -> None:
    steps = between(np.array([3, -4], np.int64), np.array([3.0, 4.0], np.float32))
    assert (steps.equal, steps.max_abs, steps.where) == (1, 8, (1,))
    mixed = between(np.array([1, 2], np.uint64), np.array([1, -2], np.int64))
    assert (mixed.equal, mixed.max_abs) == (1, 4)
    masks = between(np.array([True, False, True]), np.array([True, True, False]))
    assert (masks.equal, masks.max_abs, masks.l2) == (1, 1, pytest.approx(math.sqrt(2)))


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_numbers_agree_with_the_reference(dtype: str) -> None:
    a, b = ((normal(900, seed) + 1j * normal(900, seed + 5)).astype(dtype) for seed in (0, 1))
    assert_agrees(between(a, b), a.astype(np.complex128), b.astype(np.complex128))
    a[3] = complex(math.nan, 1)
    assert_agrees(between(a, a), a.astype(np.complex128), a.astype(np.complex128))


def test_a_real_and_a_complex_tensor_are_compared_as_numbers() -> None:
    a, b = normal(50).astype(np.float32), (normal(50, 1) + 2j).astype(np.complex64)
    assert_agrees(between(a, b), a.astype(np.complex128), b.astype(np.complex128))


FLOATS = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"]


@pytest.mark.parametrize("theirs", FLOATS)
@pytest.mark.parametrize("mine", FLOATS)
def test_any_two_float_types_are_compared_as_the_numbers_they_are(mine: str, theirs: str) -> None:
    import torch

    original = torch.from_numpy(normal(BLOCK + 100)).float()
    a, b = original.to(getattr(torch, mine)), original.roll(1).to(getattr(torch, theirs))
    found = distance(entry_of_tensor(a), entry_of_tensor(b))
    assert_agrees(found, a.double().numpy(), b.double().numpy())


@pytest.mark.parametrize("coarse", ["float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"])
def test_what_was_only_rounded_is_known_for_it(coarse: str) -> None:
    import torch

    a = torch.from_numpy(normal(5000)).float()
    b = a.to(getattr(torch, coarse))
    for pair in ((a, b), (b, a)):
        found = distance(*map(entry_of_tensor, pair))
        assert found.rounded_equal == found.numel > found.equal
    moved = distance(entry_of_tensor(a * 1.5), entry_of_tensor(b))
    assert moved.rounded_equal < 100


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_quantised_numbers_are_those_they_stand_for() -> None:
    import torch

    numbers = torch.from_numpy(normal(90_000).astype(np.float32)).reshape(6, -1)
    scales = torch.tensor([0.01, 0.02, 0.5, 0.1, 1.0, 0.03])
    by_tensor = torch.quantize_per_tensor(numbers, 0.037, 3, torch.qint8)
    others = [
        numbers,
        by_tensor,
        torch.quantize_per_tensor(numbers, 0.05, 3, torch.qint8),
        torch.quantize_per_channel(numbers, scales, torch.arange(6), 0, torch.qint8),
        torch.quantize_per_channel(numbers, scales[:1].repeat(15_000), torch.arange(15_000) % 3, 1, torch.quint8),
    ]
    for a in (by_tensor, others[3]):
        for b in others:
            found = distance(entry_of_tensor(a), entry_of_tensor(b))
            wide = [(each.dequantize() if each.is_quantized else each).double().numpy() for each in (a, b)]
            assert_agrees(found, *wide)
            assert found.bit_equal == (a is b)


def test_float4_numbers_are_compared_one_by_one() -> None:
    a, b = (
        Tensor("t", "float4_e2m1fn_x2", (3,), (1,), 0, storage_of(bytes(each)))
        for each in ([0x10, 0x7F, 0xA6], [0x10, 0x7F, 0x06])
    )
    found = distance(a, b)
    assert (found.numel, found.equal, found.max_abs, found.where) == (6, 5, 1.0, (2,))
    with pytest.raises(FileError, match="one element"):
        distance(a, entry_of_array(np.ones(3, np.float32)))


@given(st.permutations([0, 1, 2]), st.permutations([0, 1, 2]), st.integers(0, 100))
def test_strides_say_where_an_element_is_and_not_what_it_is(mine: list[int], theirs: list[int], seed: int) -> None:
    a, b = (
        normal(120, seed).astype(np.float32).reshape(4, 5, 6),
        normal(120, seed + 1).astype(np.float32).reshape(4, 5, 6),
    )
    laid = [
        np.ascontiguousarray(each.transpose(order)).transpose(np.argsort(order))
        for each, order in ((a, mine), (b, theirs))
    ]
    assert_agrees(between(*laid), a.astype(np.float64), b.astype(np.float64))
    assert_agrees(between(laid[0][::2, 1:], laid[1][::2, 1:]), a[::2, 1:].astype(float), b[::2, 1:].astype(float))


def test_large_tensors_laid_out_in_two_ways_agree() -> None:
    a = normal(1200 * 1100).astype(np.float32).reshape(1200, 1100)
    b = np.asfortranarray(a + 1)
    assert_agrees(between(a, b), a.astype(np.float64), b.astype(np.float64))


def test_an_expanded_tensor_is_read_once_and_counted_often() -> None:
    a, b = (np.array(each, np.float32) for each in ([1.5, -2.0, 0.0, math.nan], [1.5, 1.0, 0.0, math.nan]))
    tensors = (Tensor("t", "float32", (10**6, 4, 10**6), (0, 1, 0), 0, storage_of(each.tobytes())) for each in (a, b))
    found = distance(*tensors)
    assert (found.numel, found.equal, found.nan_both) == (4 * 10**12, 3 * 10**12, 10**12)
    assert (found.where, found.max_abs, found.l2) == ((0, 1, 0), 3, pytest.approx(3e6))


def test_an_expanded_tensor_and_a_written_out_one_are_compared_element_by_element() -> None:
    row, full = np.arange(5, dtype=np.float32), np.ones((7, 5), np.float32)
    expanded = Tensor("t", "float32", (7, 5), (0, 1), 0, storage_of(row.tobytes()))
    assert_agrees(distance(expanded, entry_of_array(full)), np.tile(row, (7, 1)).astype(float), full.astype(float))


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 10**12)])
def test_no_elements_are_the_same(shape: tuple[int, ...]) -> None:
    tensor = Tensor("t", "float32", shape, (1,) * len(shape), 0, storage_of(b""))
    found = distance(tensor, tensor)
    assert (found.is_same, found.bit_equal, found.share_equal) == (True, True, 1)


def test_sparse_tensors_are_compared_by_the_values_they_store() -> None:
    def sparse(values: list[float], places: list[int]) -> Tensor:
        parts = (
            entry_of_array(np.array([places]), name="indices"),
            entry_of_array(np.array(values, np.float32), name="values"),
        )
        return Tensor("t", "float32", (100,), (), 0, None, layout="sparse_coo", extra=Extra(parts=parts))

    found = distance(sparse([1, 2], [3, 5]), sparse([1, 2.5], [3, 5]))
    assert (found.numel, found.equal, found.max_abs, found.where) == (2, 1, 0.5, None)
    with pytest.raises(FileError, match="of different places"):
        distance(sparse([1, 2], [3, 5]), sparse([1, 2], [3, 6]))
    with pytest.raises(FileError, match="not stored in the same parts"):
        distance(sparse([1, 2], [3, 5]), sparse([1, 2, 3], [3, 5, 7]))


def test_a_wrapped_tensor_is_compared_by_all_it_is_made_of() -> None:
    def wrapped(*arrays: list[float]) -> Tensor:
        parts = tuple(entry_of_array(np.array(each, np.float32), name=f"part{at}") for at, each in enumerate(arrays))
        return Tensor("t", "float32", (2,), (), 0, None, layout="wrapped", extra=Extra(parts=parts))

    found = distance(wrapped([1, 2], [0.5]), wrapped([1, 4], [0.25]))
    assert (found.numel, found.equal, found.max_abs) == (3, 1, 2)


def test_orthogonal_tensors_have_a_product_of_nothing() -> None:
    found = between(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert (found.dot, found.cosine) == (0, 0)


# What is refused


def test_two_shapes_are_refused_with_both() -> None:
    with pytest.raises(InspectorError, match=r"\[2, 3\] and \[3, 2\]"):
        between(np.zeros((2, 3)), np.zeros((3, 2)))


def test_what_has_no_numbers_is_refused_with_its_sentence() -> None:
    sound = entry_of_array(np.ones(4, np.float32))
    for tensor, sentence in [
        (sound._replace(damage="Its bytes are missing."), "Its bytes are missing"),
        (sound._replace(storage=None), "meta tensor"),
        (sound._replace(offset=5), "holds 4"),
        (sound._replace(dtype="bits8"), "no numbers"),
        (sound._replace(dtype="<U4"), "no numbers"),
    ]:
        for pair in ((tensor, sound), (sound, tensor)):
            with pytest.raises(FileError, match=sentence):
                distance(*pair)


@given(HOSTILE, HOSTILE)
def test_whatever_tensors_claim_only_our_errors_come_out(a: Tensor, b: Tensor) -> None:
    for other in (a, b._replace(shape=a.shape, stride=(b.stride + (1,) * 4)[: len(a.shape)])):
        with contextlib.suppress(InspectorError):
            found = distance(a, other)
            assert found.equal <= found.numel


def test_a_file_cut_short_since_it_was_opened_is_a_sentence(tmp_path: Path) -> None:
    numbers = normal(300_000).astype(np.float32)
    a, b = (entry_in_file(tmp_path / name, numbers) for name in ("a.bin", "b.bin"))
    assert distance(a, b).bit_equal
    os.truncate(tmp_path / "b.bin", 1001)
    with pytest.raises(FileError):
        distance(a, b)


def test_a_file_changed_while_it_is_read_is_a_sentence(tmp_path: Path) -> None:
    numbers = normal(300_000).astype(np.float32)
    a, b = (entry_in_file(tmp_path / name, numbers) for name in ("a.bin", "b.bin"))
    work = measure(a, b)
    next(work)
    os.utime(tmp_path / "b.bin", ns=(1, 1))
    with pytest.raises(FileError, match="changed on disk while it was read"):
        finish(work)


def test_not_asking_on_ends_the_work_and_its_thread(tmp_path: Path) -> None:
    path = tmp_path / "zeros.bin"
    path.touch()
    os.truncate(path, 800_000_000)  # a hole, which takes no room
    source = FileSource(str(path))
    tensor = Tensor(
        "zeros", "float32", (200_000_000,), (1,), 0, storage_of(b"")._replace(nbytes=800_000_000, source=source)
    )
    before = set(threading.enumerate())
    work = measure(tensor, tensor._replace(name="twin"))
    next(work)
    work.close()
    assert set(threading.enumerate()) <= before


def test_progress_goes_up_to_the_whole() -> None:
    a = entry_of_array(normal(2_000_000).astype(np.float32))
    said: list[Any] = list(measure(a, a))
    assert all(isinstance(word, Progress) for word in said)
    assert [word.done for word in said] == sorted(word.done for word in said)
    assert said[-1].share == 1


# Merging


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from([1e-3, 1.0, 1e4]), st.booleans()), max_size=5))
def test_merging_is_measuring_at_once(parts: list[tuple[int, float, bool]]) -> None:
    pairs = [
        (normal(size, index) * scale, normal(size, index + 9) * scale) for index, (size, scale, _) in enumerate(parts)
    ]
    for (a, b), (_, _, spoiled) in zip(pairs, parts):
        if spoiled and a.size > 6:
            a[3:6] = b[2:5] = (math.nan, math.inf, 0)
    together = [np.concatenate([*(pair[side] for pair in pairs), np.empty(0)]) for side in (0, 1)]
    found = merge(*(between(a, b) for a, b in pairs))
    assert found.where is None
    assert_agrees(found._replace(where=between(*together).where), *together)


def test_merging_in_steps_is_merging_at_once() -> None:
    parts = [between(normal(500, seed), normal(500, seed + 1)) for seed in range(8)]
    in_steps = merge(merge(*parts[:3]), merge(*parts[3:]))
    assert in_steps.l2 == pytest.approx(merge_all(parts).l2, rel=1e-14)
    assert in_steps.equal == merge_all(parts).equal
    assert merge_all([]) == Distance()
