"""Whatever the file is, a run begins with one that torch reads in its safe mode, and nothing is lost on the way."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import subprocess
import sys
import tarfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from inspector.checkpoint.arrays import digest
from inspector.checkpoint.entries import Checkpoint
from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.mending import apply
from inspector.comparing.sides import of_checkpoint
from inspector.comparing.steps import Cast, Drop, KeepInitial, Rename, Slice, Transpose
from inspector.errors import FileError, InspectorError
from inspector.progress import finish
from inspector.runs.preflight import preflight
from inspector.runs.resume import resume_of
from inspector.runs.starting import loads_safely, starting
from inspector.runs.wrapping import wrapper_of
from inspector.workshop.run_requests import Keys, Start
from tests.checkpoint import valid_files
from tests.runs.written_files import network, opened, stepped, trained

BROKEN = {"truncated.pth"}


def begun(checkpoint: Checkpoint, folder: Path, corrections: dict[str, object] | None = None, **known: Any) -> Start:
    return finish(starting(checkpoint, resume_of(checkpoint, corrections or {}), str(folder / "made"), **known))


def part(start: Start, keys: Keys | None) -> Any:
    """What torch reads there in its safe mode."""
    assert keys is not None
    found = torch.load(start.path, weights_only=True, map_location="cpu")
    for key in keys:
        found = found[key]
    return found


def digest_of(tensor: torch.Tensor) -> str:
    """As `arrays.digest` gives it."""
    return hashlib.sha256(tensor.detach().contiguous().numpy().tobytes()).hexdigest()[:16]


def same(a: Any, b: Any) -> bool:
    """Whether two states are equal, their tensors bit for bit."""
    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return isinstance(b, dict) and [*a] == [*b] and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


# -- the samples -------------------------------------------------------------------------------------------------------


def sample_names() -> list[str]:
    folder = Path(__file__).resolve().parents[2] / "sample_checkpoints"
    return sorted(path.name for path in folder.iterdir() if path.suffix in {".pt", ".pth", ".safetensors"})


@pytest.mark.parametrize("name", [name for name in sample_names() if name not in BROKEN])
def test_a_run_of_every_sample_begins_with_what_torch_reads_safely(samples: Path, tmp_path: Path, name: str) -> None:
    before = (samples / name).read_bytes()
    checkpoint = open_checkpoint(samples / name)
    resume = resume_of(checkpoint)
    start = begun(checkpoint, tmp_path)
    weights = part(start, start.weights)
    kept = [item.key for item in of_checkpoint(checkpoint, resume.weights or "").items if item.tensor is not None]
    prefix = wrapper_of(of_checkpoint(checkpoint, resume.weights or ""))
    assert [*weights] == [key.removeprefix(prefix) for key in kept]
    assert all(isinstance(tensor, torch.Tensor) for tensor in weights.values())
    for role in ("optimizer", "scheduler"):
        assert (getattr(start, role) is None) == (getattr(resume, role) is None)
    assert (start.epoch, start.best) == (resume.epoch, resume.best)
    assert (samples / name).read_bytes() == before


def test_which_samples_are_begun_with_as_they_are(samples: Path) -> None:
    made_anew = {name for name in sample_names() if not loads_safely(open_checkpoint(samples / name))}
    assert made_anew == {
        "checkpoint_epoch0.pth", "checkpoint_epoch2.pth", "checkpoint_epoch4.pth",  # a Namespace
        "hostile.pth", "legacy.pth", "resnet_plain.safetensors", "torchscript.pt", "truncated.pth", "whole_module.pth",
    }  # fmt: skip


def test_a_file_that_was_cut_off_is_refused(samples: Path, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="14 tensors of 38 cannot be read") as refused:
        begun(open_checkpoint(samples / "truncated.pth"), tmp_path)
    assert refused.value.title == "A run cannot begin with this file"
    assert not (tmp_path / "made").exists()


def test_nothing_of_the_hostile_sample_runs(samples: Path, tmp_path: Path) -> None:
    start = begun(open_checkpoint(samples / "hostile.pth"), tmp_path)
    code = f"import torch; print(sorted(torch.load({start.path!r}, weights_only=True)))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert answer.stdout.strip() == "['fc.bias', 'fc.weight']", answer.stderr
    assert not (tmp_path / "hostile_was_run.txt").exists()


# -- what is made ------------------------------------------------------------------------------------------------------


def with_namespace() -> dict[str, Any]:
    model = network()
    optimizer = stepped(model, torch.optim.AdamW(model.parameters()), 3)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])
    return {
        "epoch": 2,
        "net": model.state_dict(),
        "optim": optimizer.state_dict(),
        "sched": scheduler.state_dict(),
        "scaler": {"scale": 65536.0, "growth_factor": 2.0},
        "args": argparse.Namespace(lr=0.1),
    }


def test_what_the_safe_mode_refuses_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    held = with_namespace()
    start = begun(opened(tmp_path, held), tmp_path)
    assert start.shown == str(tmp_path / "file.pt")
    assert Path(start.path).parent == tmp_path / "made"
    for keys, name in ((start.weights, "net"), (start.optimizer, "optim"), (start.scheduler, "sched")):
        assert keys == (name,)
        assert same(part(start, keys), held[name])
    assert part(start, start.scaler) == held["scaler"]


def test_a_safe_file_is_begun_with_as_it_is(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, {"epoch": 2, **trained()})
    start = begun(checkpoint, tmp_path)
    assert (start.path, start.shown) == (checkpoint.path, "")
    assert (start.weights, start.optimizer, start.scheduler) == (("state_dict",), ("optimizer",), None)
    assert not (tmp_path / "made").exists()


def test_what_is_deep_in_the_file_is_reached(tmp_path: Path) -> None:
    held = trained()
    checkpoint = opened(tmp_path, {"all.of": {"it": [held]}})
    start = begun(checkpoint, tmp_path, {"weights": "all.of.it.0.state_dict", "optimizer": "all.of.it.0.optimizer"})
    assert start.path == checkpoint.path
    assert start.weights == ("all.of", "it", 0, "state_dict")
    assert same(part(start, start.optimizer), held["optimizer"])


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_other_protocols_are_written_anew(tmp_path: Path, protocol: int) -> None:
    """The safe mode does not know all of their opcodes."""
    held = trained()
    start = begun(opened(tmp_path, held, pickle_protocol=protocol), tmp_path)
    assert start.shown
    assert same(part(start, start.weights), held["state_dict"])
    assert same(part(start, start.optimizer), held["optimizer"])


def test_the_older_format_is_written_anew(tmp_path: Path) -> None:
    held = trained()
    start = begun(opened(tmp_path, held, _use_new_zipfile_serialization=False), tmp_path)
    assert start.shown
    assert same(part(start, start.weights), held["state_dict"])
    assert same(part(start, start.optimizer), held["optimizer"])


@pytest.mark.parametrize("kind", [kind for kind in (*valid_files.FILES, *valid_files.FOLDERS) if kind != "pickle"])
def test_every_container_is_one_that_a_run_can_begin_with(tmp_path: Path, kind: str) -> None:
    path = valid_files.write(tmp_path / "file", kind)
    checkpoint = open_checkpoint(path)
    start = begun(checkpoint, tmp_path)
    assert bool(start.shown) == (kind != "zip")
    weights = part(start, start.weights)
    assert weights
    items = {item.key: item for item in of_checkpoint(checkpoint, resume_of(checkpoint).weights or "").items}
    for key, tensor in weights.items():
        item = items[key].tensor
        assert item is not None
        assert digest_of(tensor) == digest(item)


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_what_wraps_all_keys_is_taken_off(tmp_path: Path, prefix: str) -> None:
    held = trained()
    wrapped = OrderedDict((prefix + key, value) for key, value in held["state_dict"].items())
    start = begun(opened(tmp_path, {**held, "state_dict": wrapped}), tmp_path)
    network().load_state_dict(part(start, start.weights), strict=True)
    assert same(part(start, start.optimizer), held["optimizer"])


def test_a_prefix_that_the_model_has_too_stays(tmp_path: Path) -> None:
    wrapped = nn.DataParallel(network()).state_dict()
    checkpoint = opened(tmp_path, wrapped)
    start = begun(checkpoint, tmp_path, model=of_checkpoint(checkpoint))
    assert not start.shown
    assert [*part(start, start.weights)] == [*wrapped]


def test_a_prefix_of_some_keys_stays(tmp_path: Path) -> None:
    state = {f"module.{key}": value for key, value in network().state_dict().items()}
    start = begun(opened(tmp_path, {**state, "head.weight": torch.ones(2)}), tmp_path)
    assert "module.0.weight" in part(start, start.weights)


def test_lightnings_prefix_goes_where_the_model_is_known(tmp_path: Path) -> None:
    plain = opened(tmp_path, network().state_dict(), "plain.pt")
    state = {f"model.{key}": value for key, value in network().state_dict().items()}
    checkpoint = opened(tmp_path, {"epoch": 1, "pytorch-lightning_version": "2.4.0", "state_dict": state})
    start = begun(checkpoint, tmp_path, model=of_checkpoint(plain))
    network().load_state_dict(part(start, start.weights), strict=True)


def test_a_whole_module_gives_its_weights_and_the_states_beside_it(tmp_path: Path) -> None:
    model = network()
    optimizer = stepped(model, torch.optim.SGD(model.parameters(), 0.1, momentum=0.9))
    start = begun(opened(tmp_path, {"epoch": 3, "model": model, "optimizer": optimizer.state_dict()}), tmp_path)
    network().load_state_dict(part(start, start.weights), strict=True)
    assert same(part(start, start.optimizer), optimizer.state_dict())


class Keeper:
    """Somebody's own class around an optimizer's state."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state


def test_a_state_in_an_object_of_the_scripts_own_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    held = trained()
    checkpoint = opened(tmp_path, {"state_dict": held["state_dict"], "optim": Keeper(held["optimizer"])})
    resume = resume_of(checkpoint)
    assert resume.optimizer == "optim.state"
    assert begun(checkpoint, tmp_path).optimizer is None
    need = next(need for need in preflight(checkpoint, resume) if need.role == "optimizer")
    assert need.state == "warning"
    assert "never loaded" in need.assumed


def test_weights_under_a_key_that_is_no_text_are_written_by_themselves(tmp_path: Path) -> None:
    held = trained()
    checkpoint = opened(tmp_path, {0: {"model": held["state_dict"]}, "optimizer": held["optimizer"]})
    start = begun(checkpoint, tmp_path, {"weights": "0.model"})
    assert (start.weights, start.optimizer) == ((), None)
    network().load_state_dict(part(start, start.weights), strict=True)


def test_states_of_kinds_that_no_run_can_make_are_left_out(tmp_path: Path) -> None:
    model = network()
    plain = torch.optim.SGD(model.parameters(), 0.1)
    scheduler = torch.optim.lr_scheduler.LambdaLR(plain, lambda epoch: 1.0)
    held = {"optimizer": torch.optim.LBFGS(model.parameters()).state_dict(), "scheduler": scheduler.state_dict()}
    start = begun(opened(tmp_path, {"state_dict": model.state_dict(), **held}), tmp_path)
    assert (start.optimizer, start.scheduler) == (None, None)
    assert not start.shown


def test_a_plain_pickle_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "state.pkl"
    with open(path, "wb") as file:
        pickle.dump(network().state_dict(), file)
    start = begun(open_checkpoint(path), tmp_path)
    network().load_state_dict(part(start, start.weights), strict=True)


def test_a_folder_of_shards_is_written_as_one(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.torch")
    state = network().state_dict()
    names = [*state]
    halves = {"model-1-of-2.safetensors": names[:3], "model-2-of-2.safetensors": names[3:]}
    index = {"metadata": {}, "weight_map": {key: file for file, keys in halves.items() for key in keys}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    for file, keys in halves.items():
        safetensors.save_file({key: state[key] for key in keys}, tmp_path / file)
    start = begun(open_checkpoint(tmp_path / "model.safetensors.index.json"), tmp_path)
    network().load_state_dict(part(start, start.weights), strict=True)


# -- mended ------------------------------------------------------------------------------------------------------------


def test_mended_weights_are_written_beside_the_states(tmp_path: Path) -> None:
    held = trained()
    checkpoint = opened(tmp_path, held)
    side = apply(of_checkpoint(checkpoint, "state_dict"), [Rename((("0.{rest}", "first.{rest}"),))])
    start = begun(checkpoint, tmp_path, mended=side)
    assert [*part(start, start.weights)][:2] == ["first.weight", "first.bias"]
    assert same(part(start, start.optimizer), held["optimizer"])  # by place: other names change nothing
    assert start.strict


def test_a_side_that_no_step_changed_is_the_file_itself(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, trained())
    assert not begun(checkpoint, tmp_path, mended=of_checkpoint(checkpoint, "state_dict")).shown


def test_a_state_that_does_not_fit_mended_weights_any_more_is_left_out(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, trained())
    weights = of_checkpoint(checkpoint, "state_dict")
    sliced = apply(weights, [Slice(("2.weight",), 0, 2), Slice(("2.bias",), 0, 2)])
    fewer = apply(weights, [Drop(("2.{rest}",))])
    for side in (sliced, fewer):
        assert begun(checkpoint, tmp_path, mended=side).optimizer is None
        needs = preflight(checkpoint, resume_of(checkpoint), side=side)
        need = next(need for need in needs if need.role == "optimizer")
        assert need.state == "warning"
        assert "begins anew" in need.assumed


def test_a_state_beside_a_square_weight_that_is_turned_round_is_left_out(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(6, 6))
    optimizer = stepped(model, torch.optim.Adam(model.parameters()))
    checkpoint = opened(tmp_path, {"state_dict": model.state_dict(), "optimizer": optimizer.state_dict()})
    side = apply(of_checkpoint(checkpoint, "state_dict"), [Transpose(("0.weight",))])
    assert begun(checkpoint, tmp_path, mended=side).optimizer is None


def test_a_state_goes_to_no_parameter_that_it_is_not_of(tmp_path: Path) -> None:
    """The model has two layers of one shape the other way round: torch would not say a word."""
    torch.manual_seed(0)
    model = nn.Sequential(OrderedDict(a=nn.Linear(6, 6), b=nn.Linear(6, 6)))
    other = nn.Sequential(OrderedDict(b=nn.Linear(6, 6), a=nn.Linear(6, 6)))
    optimizer = stepped(model, torch.optim.Adam(model.parameters()))
    checkpoint = opened(tmp_path, {"state_dict": model.state_dict(), "optimizer": optimizer.state_dict()})
    turned = of_checkpoint(opened(tmp_path, other.state_dict(), "other.pt"))
    assert begun(checkpoint, tmp_path).optimizer == ("optimizer",)
    assert begun(checkpoint, tmp_path, model=turned).optimizer is None


def test_a_state_of_more_parameters_than_are_listed_is_kept(tmp_path: Path) -> None:
    """Of a list that was cut nobody knows how long it is; torch counts it itself."""
    weights = {f"w.{number}": torch.zeros(1) for number in range(10_100)}
    state = {number: {"momentum_buffer": torch.zeros(1)} for number in range(3)}
    groups = [{"lr": 0.1, "momentum": 0.9, "dampening": 0, "params": [*range(10_100)]}]
    held = {"state_dict": weights, "optimizer": {"state": state, "param_groups": groups}}
    checkpoint = opened(tmp_path, held)
    assert begun(checkpoint, tmp_path, model=of_checkpoint(checkpoint, "state_dict")).optimizer == ("optimizer",)


def test_keys_that_stay_as_the_model_has_them_are_not_strict(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, trained())
    side = apply(of_checkpoint(checkpoint, "state_dict"), [KeepInitial(("2.{rest}",))])
    start = begun(checkpoint, tmp_path, mended=side)
    assert not start.strict
    assert "2.weight" not in part(start, start.weights)


def test_cast_weights_are_written_as_they_are_wanted(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, network().half().state_dict())
    side = apply(of_checkpoint(checkpoint), [Cast(("{rest}.weight", "{rest}.bias"), "float32")])
    start = begun(checkpoint, tmp_path, mended=side)
    assert part(start, start.weights)["0.weight"].dtype == torch.float32


def test_of_several_weights_those_that_the_model_fits_are_taken(tmp_path: Path) -> None:
    other = nn.Sequential(nn.Linear(4, 4)).state_dict()
    held = {"generator": other, "discriminator": network().state_dict(), "epoch": 3}
    checkpoint = opened(tmp_path, held)
    model = of_checkpoint(opened(tmp_path, network().state_dict(), "model.pt"))
    assert begun(checkpoint, tmp_path).weights == ("generator",)
    assert begun(checkpoint, tmp_path, model=model).weights == ("discriminator",)
    assert begun(checkpoint, tmp_path, {"weights": "generator"}, model=model).weights == ("generator",)


# -- where it is made --------------------------------------------------------------------------------------------------


def test_what_is_made_never_takes_the_place_of_what_it_is_made_of(tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    checkpoint = opened(folder, with_namespace(), "net_start.pth")
    (folder / "net_start_start.pth").write_bytes(b"left by an earlier run")
    before = (folder / "net_start.pth").read_bytes()
    start = begun(checkpoint, tmp_path)
    assert Path(start.path) != folder / "net_start.pth"
    assert (folder / "net_start.pth").read_bytes() == before


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("a file")
    with pytest.raises(FileError):
        begun(opened(tmp_path, with_namespace()), tmp_path)


def test_closing_it_leaves_nothing_behind(tmp_path: Path) -> None:
    checkpoint = opened(tmp_path, with_namespace())
    work = starting(checkpoint, resume_of(checkpoint), str(tmp_path / "made"))
    next(work), next(work)
    work.close()
    assert not any((tmp_path / "made").iterdir())


def test_a_file_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InspectorError, match="no weights"):
        begun(opened(tmp_path, {"epoch": 3}), tmp_path)


def test_a_run_may_begin_with_the_weights_that_the_model_is_made_with(samples: Path, tmp_path: Path) -> None:
    start = begun(open_checkpoint(samples / "torchscript.pt"), tmp_path, {"weights": None})
    assert start.weights is None
    assert os.path.samefile(start.path, samples / "torchscript.pt")
    assert tarfile.is_tarfile(start.path) is False
