"""What one pass over a tensor and its past says, against float64."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from inspector.analysis import stepping
from inspector.analysis.stepping import SMALL, STRETCH, Room, Step, Track, line_of
from inspector.checkpoint.entries import Tensor
from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.choosing import weights
from inspector.series.weights import weights_in

LARGE = 3 * STRETCH // 4 + 777
"""Elements of float32 of several stretches, the last of which is none of the usual size."""


def stored(folder: Path, *path: torch.Tensor) -> list[Tensor]:
    """Each as the file of a checkpoint has it."""
    found = []
    for number, each in enumerate(path):
        torch.save({"w": each}, folder / f"{number}.pth")
        checkpoint = open_checkpoint(str(folder / f"{number}.pth"))
        item = weights_in(checkpoint, weights(checkpoint).key)["w"]
        assert item.tensor is not None
        found.append(item.tensor)
    return found


def track_of(now: Tensor, *past: Tensor | None, norms: bool) -> Track | None:
    """As of tensors all of which lie in lines."""
    known = {id(each): line_of(each) for each in (now, *past) if each is not None}
    line = known[id(now)]
    before, earlier, first = (known[id(each)] if each is not None else None for each in past)
    return stepping.track_of(line, before, earlier, first, norms) if line is not None else None


def taken(track: Track | None) -> Step | None:
    assert track is not None
    room = Room()
    for start in reversed(track.starts):  # two threads take them in no order
        track.take(start, room)
    return track.step(room)


def path_of(size: int, dtype: torch.dtype, mean: float = 0.0) -> list[torch.Tensor]:
    torch.manual_seed(size)
    start = torch.randn(size) * 0.02 + mean
    return [(start + 1e-3 * step * torch.randn(size)).to(dtype) for step in range(4)]


@pytest.mark.parametrize("size", [1, 700, SMALL, LARGE])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_sums_are_those_of_float64(tmp_path: Path, size: int, dtype: torch.dtype) -> None:
    path = path_of(size, dtype)
    first, earlier, before, now = stored(tmp_path, *path)
    step = taken(track_of(now, before, earlier, first, norms=True))
    assert step is not None
    w = [each.double().numpy() for each in path]
    update, last = w[3] - w[2], w[2] - w[1]
    near = pytest.approx
    assert step.moments.mean == near(w[3].mean(), rel=1e-9, abs=1e-15)
    assert step.moments.deviation == near(w[3].std() * np.sqrt(size), rel=1e-6, abs=1e-12)
    assert step.moments.l2 == near(np.linalg.norm(w[3]), rel=1e-6)
    assert (step.numel, step.low, step.high) == (size, w[3].min(), w[3].max())
    assert step.zeros == np.count_nonzero(w[3] == 0)
    assert np.sqrt(step.update) == near(np.linalg.norm(update), rel=1e-6)
    assert np.sqrt(step.update_before) == near(np.linalg.norm(last), rel=1e-6)
    assert np.sqrt(step.away) == near(np.linalg.norm(w[3] - w[0]), rel=1e-6)
    assert step.along == near(np.dot(update, last), abs=1e-6 * np.sqrt(step.update * step.update_before))
    assert np.sqrt(step.before) == near(np.linalg.norm(w[2]), rel=1e-6)
    assert np.sqrt(step.first) == near(np.linalg.norm(w[0]), rel=1e-6)
    assert not step.is_kept


def test_a_mean_far_above_the_spread_costs_no_digit(tmp_path: Path) -> None:
    path = path_of(LARGE, torch.float32, mean=100.0)
    step = taken(track_of(*stored(tmp_path, path[3], path[2]), None, None, norms=False))
    assert step is not None
    assert step.moments.deviation == pytest.approx(path[3].double().numpy().std() * np.sqrt(LARGE), rel=1e-6)


def test_what_is_the_same_to_its_end_is_kept_and_has_figures_too(tmp_path: Path) -> None:
    weight = path_of(LARGE, torch.float32)[0]
    weight[5] = 0.0
    now, before = stored(tmp_path, weight, weight)
    track = track_of(now, before, None, before, norms=True)
    step = taken(track)
    assert step is not None
    assert step.is_kept
    assert (step.update, step.away, step.zeros) == (0, 0, 1)
    assert step.before == step.first == pytest.approx(step.moments.l2**2)


def test_a_bit_in_the_last_stretch_is_seen(tmp_path: Path) -> None:
    weight = path_of(LARGE, torch.float32)[0]
    other = weight.clone()
    other[-1] += 0.5
    step = taken(track_of(*stored(tmp_path, other, weight), None, None, norms=False))
    assert step is not None
    assert not step.is_kept
    assert step.update == pytest.approx(0.25, rel=1e-6)
    assert step.numel == LARGE


@pytest.mark.parametrize("spoilt", [float("nan"), float("inf"), 1e30])
def test_what_is_not_sound_is_said(tmp_path: Path, spoilt: float) -> None:
    weight = path_of(LARGE, torch.float32)[0]
    other = weight.clone()
    other[7] = spoilt
    assert taken(track_of(*stored(tmp_path, other, weight), None, None, norms=False)) is None


def test_other_orders_and_whole_numbers_go_the_longer_way(tmp_path: Path) -> None:
    matrix = torch.randn(40, 50)
    straight, turned, whole = stored(tmp_path, matrix, matrix.T.contiguous().T, torch.arange(9))
    assert track_of(straight, turned, None, None, norms=False) is None
    assert track_of(turned, turned, None, None, norms=False) is not None
    assert track_of(whole, None, None, None, norms=False) is None
