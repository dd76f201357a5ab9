"""Statistics against a float64 reference, for every type, scale and shape; and merged, tied, cut and cancelled."""

from __future__ import annotations

import contextlib
import math
import os
import threading
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.analysis.health import findings
from inspector.analysis.lanes import STRETCH
from inspector.analysis.measuring import SMALL
from inspector.analysis.statistics import Measured, Statistics, measure, measure_all, merge, merge_all
from inspector.checkpoint.entries import Extra, Tensor
from inspector.checkpoint.sources import FileSource
from inspector.checkpoint.zip_directory import member_source, read_directory
from inspector.errors import FileError, InspectorError
from inspector.progress import Progress, finish
from tests.checkpoint.entries_of import HOSTILE, entry_in_file, entry_of_array, entry_of_tensor, storage_of

CLOSE = 5e-6
"""How far, relatively, what is not exact may be from the reference."""
SIZES = [1, 2, 1000, SMALL, SMALL + 1, 300_000, 2 * STRETCH + 70_001]
"""One go, one thread with a short block at its end, two threads."""


def measured(tensor: Tensor) -> Statistics:
    return finish(measure(tensor))


def assert_agrees(statistics: Statistics, numbers: np.ndarray) -> None:
    """That the statistics are those of `numbers`: float64, or integers of any size."""
    numbers = numbers.ravel()
    assert statistics.count == numbers.size
    assert statistics.nans == np.isnan(numbers).sum()
    assert statistics.positive_infinities == (numbers == np.inf).sum()
    assert statistics.negative_infinities == (numbers == -np.inf).sum()
    assert statistics.zeros == (numbers == 0).sum()
    finite = numbers[np.isfinite(numbers)]
    assert statistics.finite == finite.size
    if finite.size:
        assert (statistics.minimum, statistics.maximum) == (finite.min(), finite.max())
        _assert_moments(statistics, finite.astype(np.float64))
        _assert_histogram(statistics, finite)
    else:
        assert math.isnan(statistics.minimum)
        assert math.isnan(statistics.mean)


def _assert_moments(statistics: Statistics, finite: np.ndarray) -> None:
    scale = np.abs(finite).max() or 1.0  # so that the reference's own squares stay in range
    mean, l1, l2 = math.fsum(finite / scale) / finite.size, math.fsum(np.abs(finite / scale)), finite / scale
    assert statistics.mean / scale == pytest.approx(mean, rel=CLOSE, abs=1e-12)
    assert statistics.l1 / scale == pytest.approx(l1, rel=CLOSE)
    assert statistics.l2 / scale == pytest.approx(math.sqrt(math.fsum(l2 * l2)), rel=CLOSE)
    deviations = finite / scale - mean
    deviation = math.sqrt(max(0.0, math.fsum(deviations * deviations) - math.fsum(deviations) ** 2 / finite.size))
    assert statistics.population_std / scale == pytest.approx(deviation / math.sqrt(finite.size), rel=CLOSE, abs=1e-15)
    if finite.size > 1:
        assert statistics.std / scale == pytest.approx(deviation / math.sqrt(finite.size - 1), rel=CLOSE, abs=1e-15)
    else:
        assert math.isnan(statistics.std)


def _assert_histogram(statistics: Statistics, finite: np.ndarray) -> None:
    histogram = statistics.histogram
    assert histogram is not None
    assert 1 <= len(histogram.counts) <= 256
    if finite.dtype.kind == "f":
        places = np.searchsorted(np.array(histogram.edges), finite, side="right") - 1 + histogram.first
    else:
        places = np.right_shift(finite, finite.dtype.type(histogram.exponent))
    found, counts = np.unique(places, return_counts=True)
    counted = {place: count for place, count in enumerate(histogram.counts, histogram.first) if count}
    assert dict(zip(found.tolist(), counts.tolist())) == counted
    assert histogram.total == finite.size


def normal(size: int, mean: float = 0.0, std: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed + size).standard_normal(size) * std + mean


@pytest.mark.parametrize("size", [1, 2, 1000, SMALL + 1, 300_000])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
@pytest.mark.parametrize(("mean", "std"), [(0, 0.02), (1, 0.1), (-100, 1), (1e4, 1), (0, 1e-7)])
def test_floats_agree_with_the_reference(size: int, dtype: str, mean: float, std: float) -> None:
    numbers = normal(size, mean, std).astype(dtype)
    assert_agrees(measured(entry_of_array(numbers)), numbers.astype(np.float64))


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "int32"])
def test_two_threads_agree_with_the_reference(dtype: str) -> None:
    numbers = (normal(2 * STRETCH + 70_001) * 100).astype(dtype)
    tensor = entry_of_array(numbers)
    statistics = measured(tensor)
    assert_agrees(statistics, numbers.astype(np.float64) if dtype.startswith("float") else numbers)
    assert all(measured(tensor) == statistics for _ in range(3))


@pytest.mark.parametrize("scale", [1e-45, 1e-38, 1e-20, 1e-10, 1e10, 1e19, 3e38 / 6])
@pytest.mark.parametrize("size", [1000, 300_000])
def test_float32_of_any_scale_agrees(scale: float, size: int) -> None:
    numbers = (normal(size).clip(-6, 6) * scale).astype(np.float32)
    assert_agrees(measured(entry_of_array(numbers)), numbers.astype(np.float64))


@pytest.mark.parametrize("scale", [1e-310, 1e-200, 1e100, 1e200, 1e300])
@pytest.mark.parametrize("size", [1000, 300_000])
def test_float64_of_any_scale_agrees(scale: float, size: int) -> None:
    numbers = normal(size).clip(-6, 6) * scale
    assert_agrees(measured(entry_of_array(numbers)), numbers)


@pytest.mark.parametrize("size", [5, 300_000])
def test_numbers_in_few_places_and_far_apart_agree(size: int) -> None:
    for values in ([0.0], [-0.0, 0.0], [3.7], [-1.0, 1.0], [1e-30, 1e30], [1.0, 1.0 + 2**-23], [-0.5, 0.0, 0.25]):
        numbers = np.random.default_rng(1).choice(np.array(values, np.float32), size)
        assert_agrees(measured(entry_of_array(numbers)), numbers.astype(np.float64))


def test_a_mean_that_nearly_cancels_is_right() -> None:
    numbers = normal(2_000_000).astype(np.float32)
    numbers -= np.float32(numbers.mean(dtype=np.float64))
    reference = math.fsum(numbers.tolist()) / numbers.size
    assert abs(reference) < 1e-8
    assert measured(entry_of_array(numbers)).mean == pytest.approx(reference, rel=CLOSE)


@pytest.mark.parametrize("size", [1, 1000, SMALL + 1, 300_000])
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_integers_have_exact_extremes(dtype: str, size: int) -> None:
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(size)
    for low, high in ((limits.min, limits.max), (max(limits.min, -9), 9)):
        numbers = rng.integers(low, high, size, dtype=dtype, endpoint=True)
        statistics = measured(entry_of_array(numbers))
        assert type(statistics.minimum) is int
        assert_agrees(statistics, numbers)


@pytest.mark.parametrize("size", [3, 300_000, 1_200_001])
def test_bools_count_as_zero_and_one(size: int) -> None:
    numbers = np.random.default_rng(size).random(size) < 0.3
    statistics = measured(entry_of_array(numbers))
    assert_agrees(statistics, numbers.astype(np.int64))
    assert statistics.sparsity == statistics.zeros / size


@pytest.mark.parametrize("size", [100, 40_000])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_numbers_count_by_their_magnitudes(dtype: str, size: int) -> None:
    numbers = (normal(size) + 1j * normal(size, seed=9)).astype(dtype)
    numbers[5], numbers[7], numbers[8] = 0, complex(math.inf, 1), complex(math.inf, math.nan)
    statistics = measured(entry_of_array(numbers))
    magnitudes = np.abs(numbers.astype(np.complex128))
    magnitudes[8] = math.nan
    assert_agrees(statistics, magnitudes)
    assert (statistics.first_nan, statistics.first_infinity) == ((8,), (7,))


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("repeats", [1, 3000, 30_000])
@pytest.mark.parametrize(
    "dtype",
    ["bfloat16", "float16", "complex32", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz",
     "float8_e8m0fnu"],
)  # fmt: skip
def test_every_bit_pattern_of_torchs_own_types_counts(dtype: str, repeats: int) -> None:
    import torch

    patterns = torch.tensor([0, 0, 1, 0x38, 0x3F80, 0x7C00, 0x7F80, 0x7FC1, -128, -1, 0x40, -64], dtype=torch.int16)
    tensor = patterns.repeat(repeats).view(torch.uint8).view(getattr(torch, dtype))
    wide = tensor.to(torch.complex128).abs() if tensor.is_complex() else tensor.float()
    if tensor.is_complex():
        wide[torch.view_as_real(tensor).float().isnan().any(-1)] = math.nan
    assert_agrees(measured(entry_of_tensor(tensor)), wide.double().numpy())


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("size", [60, 90_000])
@pytest.mark.parametrize("dtype", ["qint8", "quint8", "qint32"])
def test_quantised_numbers_are_those_they_stand_for(dtype: str, size: int) -> None:
    import torch

    numbers, kind = torch.from_numpy(normal(size).astype(np.float32)).reshape(6, -1), getattr(torch, dtype)
    scales = torch.tensor([0.01, 0.02, 0.5, 0.1, 1.0, 0.03])
    for tensor in (
        torch.quantize_per_tensor(numbers, 0.037, 3, kind),
        torch.quantize_per_channel(numbers, scales, torch.arange(6), 0, kind),
    ):
        assert_agrees(measured(entry_of_tensor(tensor)), tensor.dequantize().double().numpy())


def test_float4_numbers_count_one_by_one() -> None:
    tensor = Tensor("t", "float4_e2m1fn_x2", (3,), (1,), 0, storage_of(bytes([0x10, 0x7F, 0xA6])))
    assert_agrees(measured(tensor), np.array([0.0, 0.5, -6.0, 6.0, 4.0, -1.0]))


@pytest.mark.parametrize("size", [1000, 300_000, 2 * STRETCH + 70_001])
@pytest.mark.parametrize("dtype", ["float32", "float64", "float16"])
def test_nan_and_infinity_are_set_aside_and_found(dtype: str, size: int) -> None:
    numbers = normal(size).astype(dtype)
    numbers[size // 2 :: 7] = math.nan
    numbers[size // 3 :: 11] = -math.inf
    numbers[-1] = math.inf
    statistics = measured(entry_of_array(numbers))
    assert_agrees(statistics, numbers.astype(np.float64))
    assert statistics.first_nan == (np.flatnonzero(np.isnan(numbers))[0],)
    assert statistics.first_infinity == (np.flatnonzero(np.isinf(numbers))[0],)


@pytest.mark.parametrize("size", [7, 300_000])
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("dtype", ["float32", "float16", "float64"])
def test_nothing_finite_is_no_numbers(dtype: str, value: float, size: int) -> None:
    statistics = measured(entry_of_array(np.full(size, value, dtype)))
    assert_agrees(statistics, np.full(size, value))
    assert statistics.histogram is not None
    assert statistics.histogram.counts == ()
    assert (statistics.l1, statistics.l2) == (0, 0)


@given(st.permutations([0, 1, 2]), st.lists(st.integers(0, 1), min_size=3, max_size=3), st.integers(0, 100))
def test_the_first_index_is_the_first_in_row_major_order(order: list[int], trim: list[int], seed: int) -> None:
    numbers = (
        normal(120, seed=seed).astype(np.float32).reshape(4, 5, 6).transpose(order)[trim[0] :, trim[1] :, trim[2] :]
    )
    rng = np.random.default_rng(seed)
    for value in (math.nan, math.inf):
        numbers[tuple(rng.integers(0, length) for length in numbers.shape)] = value
        numbers[tuple(rng.integers(0, length) for length in numbers.shape)] = value
    statistics = measured(entry_of_array(numbers))
    assert_agrees(statistics, numbers.astype(np.float64))
    for index, test in ((statistics.first_nan, np.isnan), (statistics.first_infinity, np.isinf)):
        expected = np.argwhere(test(numbers))
        assert index == (tuple(expected[0]) if len(expected) else None)


def test_channels_last_and_slices_are_measured_as_what_they_are() -> None:
    whole = normal(16 * 32 * 30 * 30).astype(np.float32).reshape(16, 30, 30, 32)
    for view in (whole.transpose(0, 3, 1, 2), whole[::2, 3:, ::-1][:, :, ::-1], whole[:, 0, :, 5], whole[1, 2, 3, 4]):
        assert_agrees(measured(entry_of_array(view)), view.astype(np.float64))


def test_an_expanded_tensor_is_read_once_and_counted_often() -> None:
    numbers = np.array([1.5, -2.0, 0.0, math.nan], np.float32)
    tensor = Tensor("t", "float32", (10**6, 4, 10**6), (0, 1, 0), 0, storage_of(numbers.tobytes()))
    statistics = measured(tensor)
    assert statistics.count == 4 * 10**12
    assert (statistics.zeros, statistics.nans) == (10**12, 10**12)
    assert statistics.first_nan == (0, 3, 0)
    assert statistics.mean == pytest.approx(-0.5 / 3)
    assert statistics.l1 == pytest.approx(3.5e12)
    assert statistics.std == pytest.approx(np.std([1.5, -2.0, 0.0]))
    assert statistics.histogram is not None
    assert statistics.histogram.total == 3 * 10**12


def test_an_overlapping_tensor_counts_what_it_means_or_is_refused() -> None:
    numbers = normal(50).astype(np.float32)
    window = np.lib.stride_tricks.sliding_window_view(numbers, 20)
    tensor = Tensor("t", "float32", window.shape, (1, 1), 0, storage_of(numbers.tobytes()))
    assert_agrees(measured(tensor), window.astype(np.float64))
    endless = Tensor("t", "float32", (10**6, 10**6), (1, 1), 0, storage_of(bytes(8 * 10**6)))
    with pytest.raises(FileError, match=r"repeats the 8\.00 MB"):
        measured(endless)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 10**12)])
def test_no_elements_are_no_numbers(shape: tuple[int, ...]) -> None:
    statistics = measured(Tensor("t", "float32", shape, (1,) * len(shape), 0, storage_of(b"")))
    assert statistics.count == 0
    assert math.isnan(statistics.mean)
    assert math.isnan(statistics.std)
    assert statistics.sparsity == 0


def test_a_scalar_is_one_number() -> None:
    assert_agrees(measured(entry_of_array(np.array(2.5, np.float32))), np.array([2.5]))


def test_a_sparse_tensor_is_measured_by_the_values_it_stores() -> None:
    values = entry_of_array(np.array([1.0, 2.0], np.float32), name="values")
    sparse = Tensor("t", "float32", (100, 100), (), 0, None, layout="sparse_coo", extra=Extra(parts=(values,)))
    assert measured(sparse) == measured(values)


@pytest.mark.parametrize("dtype", ["bits8", "bits2x4", "object", "<U8"])
def test_what_is_no_number_is_not_measured(dtype: str) -> None:
    with pytest.raises(FileError, match="no numbers"):
        measured(Tensor("t", dtype, (4,), (1,), 0, storage_of(bytes(64))))


def test_without_a_histogram_everything_else_is_the_same() -> None:
    for size in SIZES:
        tensor = entry_of_array(normal(size).astype(np.float32))
        without = finish(measure(tensor, histogram=False))
        assert without.histogram is None
        assert without.mean == pytest.approx(measured(tensor).mean, rel=1e-12)


@given(HOSTILE)
def test_whatever_a_tensor_claims_only_our_errors_come_out(tensor: Tensor) -> None:
    with contextlib.suppress(InspectorError):
        statistics = measured(tensor)
        assert statistics.count == tensor.numel * (2 if tensor.dtype == "float4_e2m1fn_x2" else 1)
        findings("weight", tensor, statistics)


# Merging


@given(st.lists(st.tuples(st.integers(0, 300), st.sampled_from([1e-3, 1.0, 1e4]), st.booleans()), max_size=5))
def test_merging_is_measuring_at_once(parts: list[tuple[int, float, bool]]) -> None:
    arrays = [normal(size, mean=scale, std=scale / 100, seed=index) for index, (size, scale, _) in enumerate(parts)]
    for array, (_, _, spoiled) in zip(arrays, parts):
        array[3:6] = (math.nan, math.inf, 0) if spoiled and array.size > 6 else array[3:6]
    together = np.concatenate([*arrays, np.empty(0)])
    statistics = merge(*(measured(entry_of_array(array)) for array in arrays))
    if together.size:
        assert_agrees(statistics, together)
    else:
        assert statistics == Statistics(histogram=statistics.histogram)
    assert statistics.first_nan is None


def test_merging_in_steps_is_merging_at_once() -> None:
    parts = [measured(entry_of_array(normal(500, mean, 0.1).astype(np.float32))) for mean in range(8)]
    at_once, in_steps = merge_all(parts), merge(merge(*parts[:3]), merge(*parts[3:]))
    assert in_steps.histogram == at_once.histogram
    assert in_steps.std == pytest.approx(at_once.std, rel=1e-12)


# Many tensors


def test_all_tensors_get_a_word_in_order_and_are_summed_up() -> None:
    arrays = {f"layer.{index}": normal(size, seed=index).astype(np.float32) for index, size in enumerate(SIZES)}
    entries = [(key, entry_of_array(array)) for key, array in arrays.items()]
    words, total = _driven(entries)
    assert [word.key for word in words] == list(arrays)
    for word in words:
        assert word.statistics == measured(dict(entries)[word.key])
    assert_agrees(total, np.concatenate(list(arrays.values())).astype(np.float64))


def test_what_is_tied_is_measured_and_counted_once() -> None:
    first, second = entry_of_array(np.ones(10, np.float32)), entry_of_array(np.ones(10, np.float32))
    view = first._replace(shape=(2, 5), stride=(5, 1))
    words, total = _driven([("a", first), ("b", first._replace(name="b")), ("c", second), ("d", view)])
    assert [word.tied for word in words] == [False, True, False, False]
    assert words[1].statistics is words[0].statistics
    assert total.count == 30


def test_a_damaged_tensor_gets_its_sentence_and_the_others_their_statistics() -> None:
    sound = entry_of_array(np.ones(10, np.float32))
    words, total = _driven(
        [("a", sound._replace(damage="Its bytes are missing.")), ("b", sound), ("c", sound._replace(offset=5))]
    )
    assert [word.error for word in words[:2]] == ["Its bytes are missing.", ""]
    assert words[0].statistics is None
    assert "holds 10" in words[2].error
    assert total.count == 10


def test_many_small_tensors_of_a_file_are_measured(tmp_path: Path) -> None:
    numbers = normal(60_000).astype(np.float32)
    whole = entry_in_file(tmp_path / "weights.bin", numbers)
    entries = [(str(at), whole._replace(shape=(60,), offset=at)) for at in range(0, numbers.size, 60)]
    words, total = _driven(entries)
    assert len(words) == 1000
    assert_agrees(total, numbers.astype(np.float64))


def test_an_archive_stays_open_from_one_small_tensor_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "members.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(300):
            archive.writestr(f"data/{number}", np.full(10, number, "float32").tobytes())
    file = FileSource(str(path))
    directory = read_directory(file)
    assert directory is not None
    storages = [
        storage_of(b"")._replace(nbytes=40, source=member_source(file, directory.members[f"data/{number}"]))
        for number in range(300)
    ]
    opened: list[FileSource] = []
    usual = FileSource._open
    monkeypatch.setattr(FileSource, "_open", lambda source: (opened.append(source), usual(source))[1])
    words, _ = _driven([("same", Tensor("same", "float32", (10,), (1,), 0, storage)) for storage in storages])
    assert [word.statistics.maximum for word in words if word.statistics] == list(range(300))
    assert len(opened) == 2


def test_progress_goes_up_to_the_whole() -> None:
    entries = [(str(seed), entry_of_array(normal(2_000_000, seed=seed).astype(np.float32))) for seed in range(2)]
    said = [word for word in measure_all(entries) if isinstance(word, Progress)]
    assert [word.done for word in said] == sorted(word.done for word in said)
    assert all(word.total == 16_000_000 for word in said)
    assert said[-1].done == 16_000_000


# Files that change, and work that is given up


@pytest.mark.parametrize("size", [1000, 300_000, 3_000_000])
def test_a_file_cut_short_or_replaced_since_it_was_opened_is_a_sentence(tmp_path: Path, size: int) -> None:
    numbers = normal(size).astype(np.float32)
    for change in (lambda path: os.truncate(path, 1001), lambda path: _replace(path, numbers.tobytes()), os.remove):
        path = tmp_path / "weights.bin"
        tensor = entry_in_file(path, numbers)
        change(path)
        with pytest.raises(FileError):
            measured(tensor)
        (word,), _ = _driven([("weight", tensor)])
        assert word.statistics is None
        assert word.error


@pytest.mark.parametrize("size", [300_000, 30_000_000])
def test_a_file_cut_short_while_it_is_measured_is_a_sentence(tmp_path: Path, size: int) -> None:
    path = tmp_path / "weights.bin"
    tensor = entry_in_file(path, np.ones(1000, np.float32))
    os.truncate(path, 4 * size)  # the rest is a hole, and takes no room
    tensor = entry_in_file_of_zeros(path, size)
    work = measure(tensor)
    if size > 10_000_000:
        next(work)
    os.truncate(path, 4 * size - 4)
    with pytest.raises(FileError, match=r"ends at byte|changed on disk"):
        finish(work)


def test_a_file_changed_while_it_is_measured_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    tensor = entry_in_file_of_zeros(path, 30_000_000)
    work = measure(tensor)
    next(work)
    with path.open("r+b") as file:
        file.write(b"new")
    os.utime(path, ns=(1, 1))
    with pytest.raises(FileError, match="changed on disk while it was read"):
        finish(work)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_changed_while_it_is_measured_is_a_sentence(tmp_path: Path, method: int) -> None:
    path = tmp_path / "weights.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("data/0", bytes(8_000_000))
    source = FileSource(str(path))
    directory = read_directory(source)
    assert directory is not None
    storage = storage_of(b"")._replace(nbytes=8_000_000, source=member_source(source, directory.members["data/0"]))
    work = measure(Tensor("zeros", "float32", (2_000_000,), (1,), 0, storage))
    next(work)
    os.utime(path, ns=(1, 1))
    with pytest.raises(FileError, match="changed on disk while it was read"):
        finish(work)


def test_not_asking_on_ends_the_work_and_its_thread(tmp_path: Path) -> None:
    tensor = entry_in_file_of_zeros(tmp_path / "weights.bin", 200_000_000)
    before = set(threading.enumerate())
    work = measure(tensor)
    next(work)
    work.close()
    assert set(threading.enumerate()) <= before
    assert tensor.storage is not None
    assert tensor.storage.source is not None
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(tensor.storage.source._descriptor)  # type: ignore[attr-defined]


def entry_in_file_of_zeros(path: Path, size: int) -> Tensor:
    """A tensor of `size` float32 zeros that take no room on the disk."""
    from inspector.checkpoint.sources import FileSource

    path.touch()
    os.truncate(path, 4 * size)
    storage = storage_of(b"")._replace(nbytes=4 * size, source=FileSource(str(path)))
    return Tensor("zeros", "float32", (size,), (1,), 0, storage)


def _replace(path: Path, data: bytes) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(data)
    os.replace(other, path)


def _driven(entries: list[tuple[str, Any]]) -> tuple[list[Measured], Statistics]:
    words, work = [], measure_all(entries)
    while True:
        try:
            word = next(work)
        except StopIteration as end:
            return words, end.value
        if isinstance(word, Measured):
            words.append(word)
