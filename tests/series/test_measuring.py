"""Norms and updates of a training against torch, and what is proved of its frames."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.progress import Progress, finish, overheard
from inspector.series.figures import LEARNED, MEASURES, RUNNING, WHOLE, Figures, Frame, Series
from inspector.series.finding import trainings
from inspector.series.measuring import measure
from inspector.series.wholes import series_of

from .making import Trained, age, network, save, series_in, training_in

EPOCHS = 5


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five epochs with a frozen layer and a batch norm, one of them under a second name."""
    folder = tmp_path_factory.mktemp("run")
    trained = Trained()
    for epoch in range(EPOCHS):
        save(folder, f"checkpoint_epoch{epoch}.pth", trained.epoch().holds(epoch))
    shutil.copyfile(folder / "checkpoint_epoch4.pth", folder / "latest.pth")
    return folder


def states(folder: Path) -> list[dict[str, Any]]:
    files = [folder / f"checkpoint_epoch{epoch}.pth" for epoch in range(EPOCHS)]
    return [torch.load(file)["model_state_dict"] for file in files]


def flat(state: dict[str, Any], keys: tuple[str, ...]) -> torch.Tensor:
    return torch.cat([state[key].double().reshape(-1) for key in keys])


def expected(path: list[torch.Tensor], place: int) -> dict[str, float]:
    """What torch says of a tensor along its way."""
    w, first = path[place], path[0]
    said = {
        "numel": w.numel(), "norm": w.norm().item(), "mean": w.mean().item(), "std": w.std().item(),
        "minimum": w.min().item(), "maximum": w.max().item(), "sparsity": (w == 0).double().mean().item(),
        "away": (w - first).norm().item(), "drift": ((w - first).norm() / first.norm()).item(),
    }  # fmt: skip
    if place:
        step = w - path[place - 1]
        said |= {"update": step.norm().item(), "relative": (step.norm() / path[place - 1].norm()).item()}
    if place > 1:
        before = path[place - 1] - path[place - 2]
        said["turn"] = torch.dot(step, before).item() / (step.norm() * before.norm()).item()
    return said


LEARNED_KEYS = ("0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias")


@pytest.mark.parametrize("place", range(EPOCHS))
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("2.weight", ("2.weight",)),
        ("1.running_mean", ("1.running_mean",)),
        ("2", ("2.weight", "2.bias")),
        ("1", ("1.weight", "1.bias")),
        ("", LEARNED_KEYS),
    ],
)
def test_figures_are_those_of_torch(run: Path, place: int, name: str, keys: tuple[str, ...]) -> None:
    series = _measured(run)
    found = series.figures(series.frames[place], name)
    for measure_name, value in expected([flat(state, keys) for state in states(run)], place).items():
        assert getattr(found, measure_name) == pytest.approx(
            value, rel=1e-6, abs=2e-6 if measure_name == "turn" else 1e-12
        )
    if place < 2:
        assert math.isnan(found.turn)


_SERIES: dict[Path, Any] = {}


def _measured(folder: Path) -> Any:
    if folder not in _SERIES:
        _SERIES[folder] = series_in(folder)
    return _SERIES[folder]


def test_what_is_frozen_is_proved_and_buffers_are_told_apart(run: Path) -> None:
    series = _measured(run)
    assert series.frozen == ("0.weight", "0.bias")
    assert series.frozen_layers() == {"0"}
    assert {kind: [key for key, of in series.kinds.items() if of == kind] for kind in (RUNNING, WHOLE)} == {
        RUNNING: ["1.running_mean", "1.running_var"],
        WHOLE: ["1.num_batches_tracked"],
    }
    assert series.frozen_of(LEARNED) == series.frozen
    assert len(series.frames) == EPOCHS
    assert len(series.to_test) == EPOCHS


def test_a_frozen_tensor_has_figures_in_every_frame(run: Path) -> None:
    for frame in _measured(run).frames[1:]:
        figures = frame.tensors["0.weight"]
        assert figures.is_kept
        assert (figures.update, figures.relative, figures.away, figures.drift) == (0, 0, 0, 0)
        assert math.isnan(figures.turn)
        assert figures.norm == _measured(run).frames[0].tensors["0.weight"].norm


def test_curves_are_over_the_axis(run: Path) -> None:
    series = _measured(run)
    for name in MEASURES:
        assert [x for x, _ in series.curve(name, "2")] == list(range(EPOCHS))
    assert series.layers == ("0", "1", "2")
    assert series.figures(series.frames[0], "nothing") == Figures()


def test_frames_come_one_by_one_and_whoever_stops_asking_is_done(run: Path) -> None:
    work = measure(training_in(run))
    seen: list[Frame] = []
    shares: list[float] = []
    for word in work:
        if isinstance(word, Progress):
            shares.append(word.share)
        else:
            seen.append(word)
        if len(seen) == 2:
            break
    work.close()
    assert [frame.place for frame in seen] == [0, 1]
    so_far = series_of(training_in(run), seen)
    assert so_far.frozen == ("0.weight", "0.bias")
    assert [frame.was_known for frame in finish(measure(training_in(run), so_far)).frames] == [True] * 2 + [False] * 3
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] < 1


def in_order(run: Path, *wanted: int) -> tuple[list[int], Series]:
    """The places in the order in which they were measured, while a person looks at one after the other."""
    looks = iter(wanted)
    seen: list[int] = []
    work = measure(training_in(run), None, lambda: next(looks, -1))
    return seen, finish(overheard(work, lambda word: seen.append(word.place) if isinstance(word, Frame) else None))


def test_what_a_person_looks_at_is_measured_first_with_its_neighbours(run: Path) -> None:
    places, _ = in_order(run, 3, 3, 3)
    assert places == [3, 2, 4, 0, 1]
    places, _ = in_order(run, 4, 4, 0, 99)
    assert places == [4, 3, 0, 1, 2]


def test_a_large_frame_waits_for_one_that_is_wanted_by_now(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.series.measuring._LARGE", 0)
    looked_at = [-1]
    seen: list[int] = []
    work = measure(training_in(run), None, lambda: looked_at[0])
    next(work)  # it is at the first
    looked_at[0] = 3
    series = finish(overheard(work, lambda word: seen.append(word.place) if isinstance(word, Frame) else None))
    assert seen == [3, 2, 4, 1, 0] or seen == [3, 2, 4, 0, 1]
    for mine, its in zip(series.frames, _measured(run).frames):
        assert mine.whole == pytest.approx(its.whole, rel=1e-12, nan_ok=True)


def test_whoever_stops_asking_ends_what_was_put_aside_too(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.series.measuring._LARGE", 0)
    looks = iter((0, 4, 2, 1))
    work = measure(training_in(run), None, lambda: next(looks, 3))
    for _ in range(4):
        assert isinstance(next(work), Progress)
    work.close()
    assert series_in(run).frozen == ("0.weight", "0.bias")


@pytest.mark.parametrize("wanted", [(4, 4, 4), (2, 0, 4, 1), (1, 3)])
def test_figures_are_the_same_in_whatever_order(run: Path, wanted: tuple[int, ...]) -> None:
    _, series = in_order(run, *wanted)
    for mine, its in zip(series.frames, _measured(run).frames):
        for key, figures in mine.tensors.items():
            assert figures == pytest.approx(its.tensors[key], rel=1e-12, nan_ok=True)
        assert mine.basis == its.basis
    assert series.frozen == _measured(run).frozen
    assert [frame.place for frame in series.frames] == list(range(EPOCHS))


def test_what_was_held_against_a_damaged_file_is_measured_again(run: Path, tmp_path: Path) -> None:
    for epoch in range(4):
        shutil.copyfile(run / f"checkpoint_epoch{epoch}.pth", tmp_path / f"checkpoint_epoch{epoch}.pth")
    training = training_in(tmp_path)
    whole = (tmp_path / "checkpoint_epoch2.pth").read_bytes()
    (tmp_path / "checkpoint_epoch2.pth").write_bytes(whole[:100])
    series = finish(measure(training, None, lambda: 3))
    assert [bool(frame.problem) for frame in series.frames] == [False, False, True, False]
    path = [flat(state, ("2.weight",)) for state in states(run)]
    assert series.frames[3].tensors["2.weight"].update == pytest.approx((path[3] - path[1]).norm().item(), rel=1e-6)


def test_tensors_that_are_lost_in_a_neighbour_are_no_step(samples: Path, tmp_path: Path) -> None:
    for epoch, name in enumerate(("resnet_plain.pth", "truncated.pth", "resnet_new_head.pth")):
        shutil.copyfile(samples / name, tmp_path / f"epoch{epoch}.pth")
    series = finish(measure(training_in(tmp_path), None, lambda: 2))
    anew = series_in(tmp_path)
    for mine, its in zip(series.frames, anew.frames):
        assert mine.refusals.keys() == its.refusals.keys()
        assert mine.whole == pytest.approx(its.whole, rel=1e-12, nan_ok=True)


def test_what_was_measured_before_is_taken_over(run: Path, tmp_path: Path) -> None:
    for epoch in range(3):
        shutil.copyfile(run / f"checkpoint_epoch{epoch}.pth", tmp_path / f"checkpoint_epoch{epoch}.pth")
    known = series_in(tmp_path)
    shutil.copyfile(run / "checkpoint_epoch3.pth", tmp_path / "checkpoint_epoch3.pth")
    series = series_in(tmp_path, known=known)
    assert [frame.was_known for frame in series.frames] == [True, True, True, False]
    anew = series_in(tmp_path)
    assert [frame.whole for frame in series.frames][1:] == [frame.whole for frame in anew.frames][1:]
    assert series.frozen == anew.frozen


def test_what_has_another_neighbour_now_is_measured_anew(run: Path, tmp_path: Path) -> None:
    for epoch in (0, 2, 3, 4):
        shutil.copyfile(run / f"checkpoint_epoch{epoch}.pth", tmp_path / f"checkpoint_epoch{epoch}.pth")
    known = series_in(tmp_path)
    shutil.copyfile(run / "checkpoint_epoch1.pth", tmp_path / "checkpoint_epoch1.pth")
    series = series_in(tmp_path, known=known)
    assert [frame.was_known for frame in series.frames] == [True, False, False, False, True]
    for mine, its in zip(series.frames, _measured(run).frames):
        assert mine.whole.norm == its.whole.norm
        assert mine.whole.update == its.whole.update or math.isnan(its.whole.update)


def test_nan_is_told_by_its_first_frame(tmp_path: Path) -> None:
    trained = Trained()
    for epoch in range(4):
        state = {key: value.clone() for key, value in trained.epoch().model.state_dict().items()}
        if epoch >= 2:
            state["2.weight"][0, 0] = math.nan
            state["2.weight"][0, 1] = math.inf
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": state})
    series = series_in(tmp_path)
    assert series.first_not_finite == {"2.weight": 2}
    figures = series.frames[2].tensors["2.weight"]
    assert (figures.nans, figures.infinities, figures.not_finite, figures.finite) == (1, 1, 2, 22)
    assert math.isfinite(figures.norm)
    assert math.isfinite(figures.update)
    assert math.isnan(series.frames[3].tensors["2.weight"].turn)


def test_nearly_frozen_is_something_else(tmp_path: Path) -> None:
    state = network().state_dict()
    for epoch in range(3):
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": {**state, "2.weight": state["2.weight"] * (
            1 + 1e-6 * epoch), "2.bias": state["2.bias"] + epoch}})  # fmt: skip
    series = series_in(tmp_path)
    assert series.nearly == ("2.weight",)
    assert "2.weight" not in series.frozen
    assert "2.bias" not in (*series.frozen, *series.nearly)


def test_a_sign_of_zero_is_a_bit(tmp_path: Path) -> None:
    save(tmp_path, "epoch0.pth", {"w": torch.tensor([0.0, 1.0]), "v": torch.tensor([0.0, 1.0])})
    save(tmp_path, "epoch1.pth", {"w": torch.tensor([-0.0, 1.0]), "v": torch.tensor([0.0, 1.0])})
    series = series_in(tmp_path)
    assert series.frozen == ("v",)
    assert series.frames[1].tensors["w"].update == 0


def test_a_damaged_file_is_a_frame_with_a_sentence(run: Path, tmp_path: Path) -> None:
    for epoch in range(3):
        shutil.copyfile(run / f"checkpoint_epoch{epoch}.pth", tmp_path / f"checkpoint_epoch{epoch}.pth")
    training = training_in(tmp_path)
    damaged = bytearray((tmp_path / "checkpoint_epoch1.pth").read_bytes())
    (tmp_path / "checkpoint_epoch1.pth").write_bytes(bytes(damaged[:100]))
    series = finish(measure(training))
    assert [bool(frame.problem) for frame in series.frames] == [False, True, False]
    assert series.frozen == ("0.weight", "0.bias")
    path = [flat(state, ("2.weight",)) for state in states(run)]
    assert series.frames[2].tensors["2.weight"].update == pytest.approx((path[2] - path[0]).norm().item(), rel=1e-6)
    assert len(series.to_test) == 2


def test_a_file_whose_end_is_missing_is_measured_as_far_as_it_goes(samples: Path, tmp_path: Path) -> None:
    shutil.copyfile(samples / "resnet_plain.pth", tmp_path / "epoch0.pth")
    shutil.copyfile(samples / "truncated.pth", tmp_path / "epoch1.pth")
    shutil.copyfile(samples / "resnet_new_head.pth", tmp_path / "epoch2.pth")
    series = series_in(tmp_path)
    assert len(series.frames[1].refusals) == 14
    assert series.frames[1].problem == ""
    assert series.frames[1].whole.refused == 14 - sum(series.kinds[key] != LEARNED for key in series.frames[1].refusals)
    refused = next(iter(series.frames[1].refusals))
    assert refused not in series.frozen
    assert "conv1.weight" in series.frozen


def test_a_file_that_changes_while_it_is_measured_is_said(run: Path, tmp_path: Path) -> None:
    for epoch in range(3):
        shutil.copyfile(run / f"checkpoint_epoch{epoch}.pth", tmp_path / f"checkpoint_epoch{epoch}.pth")
    work = measure(training_in(tmp_path))
    for word in work:
        if isinstance(word, Progress) and word.text == "checkpoint_epoch2.pth":
            break
    age(tmp_path / "checkpoint_epoch2.pth", 5)
    series = finish(work)
    assert "changed" in series.frames[2].problem


def test_a_file_before_that_changes_meanwhile_is_left_out(run: Path, tmp_path: Path) -> None:
    for epoch in range(4):
        shutil.copyfile(run / f"checkpoint_epoch{epoch}.pth", tmp_path / f"checkpoint_epoch{epoch}.pth")
    work = measure(training_in(tmp_path))
    for word in work:
        if isinstance(word, Progress) and word.text == "checkpoint_epoch3.pth":
            break
    os.unlink(tmp_path / "checkpoint_epoch2.pth")
    series = finish(work)
    assert [frame.problem for frame in series.frames] == [""] * 4
    path = [flat(state, ("2.weight",)) for state in states(run)]
    assert series.frames[3].tensors["2.weight"].update == pytest.approx((path[3] - path[1]).norm().item(), rel=1e-6)


def test_tied_weights_count_once(tmp_path: Path) -> None:
    weight = torch.randn(5, 4)
    for epoch in range(2):
        moved = weight + epoch
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": {"in.weight": moved, "out.weight": moved}})
    series = series_in(tmp_path)
    assert series.frames[1].whole.numel == 20
    assert series.frames[1].whole.update == pytest.approx(math.sqrt(20))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64, torch.complex64, torch.int8])
def test_every_dtype_is_measured(tmp_path: Path, dtype: torch.dtype) -> None:
    torch.manual_seed(1)
    path = [(torch.randn(40) * 10).to(dtype) for _ in range(3)]
    for epoch, weight in enumerate(path):
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": {"fc.weight": weight}})
    figures = series_in(tmp_path).frames[2].tensors["fc.weight"]
    wide = [each.to(torch.complex128 if dtype.is_complex else torch.float64) for each in path]
    step, before = wide[2] - wide[1], wide[1] - wide[0]
    assert figures.update == pytest.approx(step.norm().item(), rel=1e-6)
    cosine = torch.vdot(before, step).real / (step.norm() * before.norm())
    assert figures.turn == pytest.approx(cosine.item(), abs=1e-6)


@pytest.mark.parametrize("ratio", [1.0, 5.0, 1e3, 1e-3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64])
def test_the_turn_is_right_however_different_two_updates_are(tmp_path: Path, ratio: float, dtype: torch.dtype) -> None:
    torch.manual_seed(3)
    start, first, second = (torch.randn(300, 700, dtype=dtype) for _ in range(3))
    path = [start, start + 0.01 * first, start + 0.01 * first + 0.01 * ratio * second]
    for epoch, weight in enumerate(path):
        weight = weight.T.contiguous().T if epoch == 1 else weight  # another order in the file
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": {"w": weight}})
    wide = [each.to(torch.complex128 if dtype.is_complex else torch.float64).reshape(-1) for each in path]
    step, before = wide[2] - wide[1], wide[1] - wide[0]
    cosine = torch.vdot(before, step).real / (step.norm() * before.norm())
    assert series_in(tmp_path).frames[2].whole.turn == pytest.approx(cosine.item(), abs=1e-6)


def test_a_signalling_nan_is_a_nan(tmp_path: Path) -> None:
    signalling = torch.tensor([0x7F800001], dtype=torch.int32).view(torch.float32)
    for epoch, step in enumerate((0.0, 1.0, 1.001)):
        weight = torch.cat([torch.ones(3) * step, signalling])
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": {"w": weight}})
    figures = series_in(tmp_path).frames[2].whole
    assert (figures.nans, figures.update) == (1, pytest.approx(0.001 * math.sqrt(3), rel=1e-3))
    assert math.isnan(figures.turn)


def test_an_empty_tensor_is_neither_frozen_nor_moved(tmp_path: Path) -> None:
    for epoch in range(2):
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": {"w": torch.ones(2) * epoch,
                                                                            "none": torch.zeros(0, 3)}})  # fmt: skip
    series = series_in(tmp_path)
    assert series.frozen == ()
    assert series.frames[1].whole.relative == math.inf


def test_what_lives_as_long_as_a_file_is_open_is_made_where_it_can_be_kept_from_the_collector(tmp_path: Path) -> None:
    trained = Trained()
    for epoch in range(3):
        save(tmp_path, f"epoch{epoch}.pth", trained.epoch().holds(epoch))
    kept: list[bool] = []

    @contextmanager
    def keeping() -> Iterator[None]:
        kept.append(True)
        yield

    training = finish(trainings([str(tmp_path)], keeping)).trainings[0]
    assert len(kept) == 3
    found = finish(measure(training, keeping=keeping))
    assert len(kept) > 6
    assert [repr(frame.whole) for frame in found.frames] == [
        repr(frame.whole) for frame in finish(measure(training)).frames
    ]
