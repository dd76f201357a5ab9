"""Values of two files compared: in the order that is wanted, by branch, and hinted at before they are read."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.diffing import DTYPE, RENAMED, SAME, VALUES, Comparison, Pair, compare
from inspector.comparing.mending import apply
from inspector.comparing.sides import of_checkpoint
from inspector.comparing.steps import Transpose
from inspector.comparing.values import (
    Compared,
    Values,
    Wanted,
    by_branch,
    comparing_values,
    probably_equal,
    with_values,
)
from inspector.progress import Progress, finish

Weights = dict[str, Any]


@pytest.fixture(name="weights")
def _weights() -> Weights:
    import torch

    torch.manual_seed(0)
    shapes = {"stem.weight": (8, 3), "layers.0.weight": (50, 40), "layers.0.bias": (50,), "layers.1.weight": (300, 200)}
    made = {key: torch.randn(shape) for key, shape in shapes.items()}
    return {**made, "layers.1.steps": torch.tensor(320), "head.weight": torch.randn(10, 8)}


def compared(folder: Path, a: Weights, b: Weights) -> Comparison:
    import torch

    sides = []
    for name, weights in (("a.pth", a), ("b.pth", b)):
        torch.save(weights, folder / name)
        sides.append(of_checkpoint(open_checkpoint(str(folder / name))))
    return compare(*sides)


def changed(weights: Weights, **changes: Any) -> Weights:
    """The weights, of which those that are named (`_` for a dot) became something else."""
    return {key: changes.get(key.replace(".", "_"), value) for key, value in weights.items()}


def driven(comparison: Comparison, wanted: Wanted | None = None) -> tuple[list[str], Values]:
    """The keys in the order they were compared in, and what came of it."""
    keys, work = [], comparing_values(comparison, wanted)
    while True:
        try:
            word = next(work)
        except StopIteration as end:
            return keys, end.value
        if isinstance(word, Compared):
            keys.append(comparison.pairs[word.place].key)


def test_every_pair_with_values_is_compared_once(tmp_path: Path, weights: Weights) -> None:
    import torch

    b = changed(weights, head_weight=weights["head.weight"] + 0.5, stem_weight=torch.ones(8, 4))
    del b["layers.0.bias"]
    comparison = compared(tmp_path, weights, {**b, "extra": torch.ones(3)})
    keys, values = driven(comparison)
    assert sorted(keys) == ["head.weight", "layers.0.weight", "layers.1.steps", "layers.1.weight"]
    assert sorted(comparison.pairs[place].key for place in values.distances) == sorted(keys)
    by_key = {comparison.pairs[place].key: distance for place, distance in values.distances.items()}
    assert by_key["head.weight"].max_abs == pytest.approx(0.5, rel=1e-6)
    assert [key for key, distance in by_key.items() if not distance.bit_equal] == ["head.weight"]


def test_what_is_wanted_comes_first_and_what_is_probably_equal_last(tmp_path: Path, weights: Weights) -> None:
    comparison = compared(tmp_path, weights, changed(weights, head_weight=weights["head.weight"] * 2))
    place = {pair.key: place for place, pair in enumerate(comparison.pairs)}
    assert driven(comparison)[0][0] == "head.weight"
    wanted = Wanted([place["layers.1.weight"], place["layers.0.bias"], 10**6, -1])
    assert driven(comparison, wanted)[0][:3] == ["layers.1.weight", "layers.0.bias", "head.weight"]


def test_what_is_wanted_later_on_comes_next(tmp_path: Path, weights: Weights) -> None:
    comparison = compared(tmp_path, weights, weights)
    places = [place for place, _ in enumerate(comparison.pairs)]
    wanted, seen = Wanted(), []
    for word in comparing_values(comparison, wanted):
        if isinstance(word, Compared):
            seen.append(word.place)
            wanted.want(places[-1:] + places[:1])
    assert seen[:2] == [0, places[-1]]
    assert sorted(seen) == places


def test_equal_size_and_crc_hint_at_equal_values(tmp_path: Path, weights: Weights) -> None:
    comparison = compared(tmp_path, weights, changed(weights, head_weight=weights["head.weight"] * 2))
    hinted = {comparison.pairs[place].key for place in probably_equal(comparison)}
    assert hinted == {pair.key for pair in comparison.pairs} - {"head.weight"}


def test_a_hint_that_is_wrong_is_found_out(tmp_path: Path) -> None:
    """Eight bytes that have the CRC of eight others: what a hint cannot tell apart, reading does."""
    import torch

    first, second = _of_one_crc()
    tensors = [torch.frombuffer(bytearray(data), dtype=torch.uint8) for data in (first, second)]
    comparison = compared(tmp_path, {"w": tensors[0]}, {"w": tensors[1]})
    assert probably_equal(comparison) == {0}
    _, values = driven(comparison)
    assert not values.distances[0].is_same
    assert with_values(comparison, values.distances).pairs[0].kind == VALUES


def _of_one_crc() -> tuple[bytes, bytes]:
    """CRC-32 is linear: of 33 bits that are turned one by one, some change nothing when turned together."""
    zero = zlib.crc32(bytes(8))
    rows: list[tuple[int, int]] = []
    for bit in range(64):
        crc, bits = zlib.crc32((1 << bit).to_bytes(8, "little")) ^ zero, 1 << bit
        for other, others in rows:
            if crc ^ other < crc:
                crc, bits = crc ^ other, bits ^ others
        if not crc:
            return bytes(8), bits.to_bytes(8, "little")
        rows.append((crc, bits))
        rows.sort(reverse=True)
    raise AssertionError("no two of 2^64 have one CRC")


def test_without_crcs_there_is_no_hint(tmp_path: Path, weights: Weights) -> None:
    import torch

    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        comparison = compared(tmp_path, weights, weights)
    finally:
        torch.serialization.set_crc32_options(before)
    assert probably_equal(comparison) == frozenset()
    assert len(driven(comparison)[1].distances) == len(weights)


def test_kinds_say_what_values_tell(tmp_path: Path, weights: Weights) -> None:
    b = changed(weights, head_weight=weights["head.weight"] * 2, stem_weight=weights["stem.weight"].half())
    comparison = compared(tmp_path, weights, b)
    _, values = driven(comparison)
    kinds = {pair.key: pair.kind for pair in with_values(comparison, values.distances).pairs}
    assert (kinds["head.weight"], kinds["stem.weight"], kinds["layers.0.bias"]) == (VALUES, DTYPE, SAME)
    renamed = Comparison(comparison.a, comparison.b, tuple(_renamed(pair) for pair in comparison.pairs))
    assert [pair.kind for pair in with_values(renamed, values.distances).pairs if pair.key == "head.weight"] == [VALUES]
    assert with_values(renamed, {}).counts[RENAMED] == len(comparison.pairs)


def _renamed(pair: Pair) -> Pair:
    assert pair.a is not None
    return Pair(pair.a._replace(origins=(f"old.{pair.key}",)), pair.b, RENAMED)


def test_branches_sum_up_what_is_below_them_and_no_counters(tmp_path: Path, weights: Weights) -> None:
    import torch

    b = changed(weights, layers_0_bias=weights["layers.0.bias"] + 3, layers_1_steps=torch.tensor(960))
    comparison = compared(tmp_path, weights, b)
    _, values = driven(comparison)
    branches = by_branch(comparison, values.distances)
    assert set(branches) == {"", "stem", "layers", "layers.0", "layers.1", "head"}
    assert branches["layers.0"].numel == 50 * 40 + 50
    assert branches["layers.0"].max_abs == pytest.approx(3, rel=1e-6)
    assert branches["layers.1"].is_same
    assert branches[""].numel == sum(tensor.numel() for tensor in weights.values()) - 1
    assert branches[""].l2 == pytest.approx(3 * 50**0.5, rel=1e-6)


def test_a_branch_of_counters_alone_sums_these_up(tmp_path: Path) -> None:
    import torch

    a, b = ({"count.of.steps": torch.tensor(each)} for each in (1, 5))
    comparison = compared(tmp_path, a, b)
    branches = by_branch(comparison, driven(comparison)[1].distances)
    assert branches["count.of"].max_abs == branches[""].max_abs == 4


def test_deep_and_endless_names_have_bounded_branches(tmp_path: Path) -> None:
    import torch

    comparison = compared(tmp_path, *[{"a." * 100_000: torch.ones(1), "...": torch.ones(1)}] * 2)
    assert len(by_branch(comparison, driven(comparison)[1].distances)) < 80


def test_what_is_tied_is_read_once_and_told_for_each(tmp_path: Path, weights: Weights) -> None:
    tied = {**weights, "decoder.weight": weights["layers.1.weight"]}
    comparison = compared(tmp_path, tied, tied)
    words = list(comparing_values(comparison))
    assert sum(isinstance(word, Compared) for word in words) == len(tied)
    told = [word.text for word in words if isinstance(word, Progress)]
    assert ("decoder.weight" in told) != ("layers.1.weight" in told)


def test_what_a_step_makes_is_compared_by_its_values(tmp_path: Path, weights: Weights) -> None:
    turned = changed(weights, layers_0_weight=weights["layers.0.weight"].T.contiguous())
    sides = compared(tmp_path, turned, weights)
    comparison = compare(apply(sides.a, [Transpose(("layers.0.weight",))]), sides.b)
    _, values = driven(comparison)
    assert len(values.distances) == len(weights)
    assert all(distance.is_same for distance in values.distances.values())


def test_a_pair_that_cannot_be_read_has_its_sentence_and_the_others_their_distance(
    tmp_path: Path, weights: Weights
) -> None:
    comparison = compared(tmp_path, weights, weights)
    broken = comparison.pairs[2]
    assert broken.b is not None
    assert broken.b.tensor is not None
    lost = broken._replace(b=broken.b._replace(tensor=broken.b.tensor._replace(damage="Its bytes are missing.")))
    comparison = Comparison(comparison.a, comparison.b, (*comparison.pairs[:2], lost, *comparison.pairs[3:]))
    _, values = driven(comparison)
    assert values.refusals == {2: "Its bytes are missing."}
    assert len(values.distances) == len(weights) - 1


def test_a_file_that_is_gone_is_a_sentence_for_each_pair(tmp_path: Path, weights: Weights) -> None:
    comparison = compared(tmp_path, weights, weights)
    (tmp_path / "b.pth").unlink()
    _, values = driven(comparison)
    assert len(values.refusals) == len(weights)


def test_what_was_said_of_a_file_is_taken_back_when_it_changes_meanwhile(tmp_path: Path, weights: Weights) -> None:
    comparison = compared(tmp_path, weights, weights)
    work, said = comparing_values(comparison), []
    for word in work:
        if isinstance(word, Compared):
            said.append(word)
            os.utime(tmp_path / "b.pth", ns=(1, 1))  # as if it had been written anew
    last = {word.place: word for word in said}
    assert len(said) > len(last) == len(weights)
    assert all("changed on disk" in word.refusal for word in last.values())


def test_progress_goes_up_to_the_whole(tmp_path: Path, weights: Weights) -> None:
    said = [word for word in comparing_values(compared(tmp_path, weights, weights)) if isinstance(word, Progress)]
    assert [word.done for word in said] == sorted(word.done for word in said)
    assert said[-1].share > 0.9


def test_many_small_pairs_are_compared(tmp_path: Path) -> None:
    import torch

    weights = {f"layers.{index}.weight": torch.full((3,), index) for index in range(2000)}
    comparison = compared(tmp_path, weights, {**weights, "layers.1500.weight": torch.zeros(3)})
    values = finish(comparing_values(comparison))
    assert [place for place, distance in values.distances.items() if not distance.is_same] == [1500]
