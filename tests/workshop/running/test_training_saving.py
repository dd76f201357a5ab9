"""Files are whole or not there: full disks, folders that cannot be written to, what is written other than meant."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.requests import WorkshopError
from inspector.workshop.running import holding, saving, states
from tests.workshop.running.test_training_errors import failure
from tests.workshop.running.training_runs import latest, trained, training

STATE = {"epoch": 2, "state_dict": OrderedDict(w=torch.arange(60_000, dtype=torch.float32)), "note": None}


@contextmanager
def _files_no_larger_than(nbytes: int) -> Iterator[None]:
    """What the system does at a quota: writing beyond it fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (nbytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_saved_is_read_by_torch(tmp_path: Path) -> None:
    path = str(tmp_path / "a.pt")
    nbytes = saving.save(path, STATE)
    assert nbytes == os.path.getsize(path)
    assert saving.first_difference(torch.load(path, weights_only=True), STATE) == ""
    assert os.listdir(tmp_path) == ["a.pt"]


def test_a_file_that_cannot_grow_leaves_the_last_one_whole(tmp_path: Path) -> None:
    path = str(tmp_path / "a.pt")
    saving.save(path, STATE)
    before = Path(path).read_bytes()
    with _files_no_larger_than(100_000), pytest.raises(WorkshopError) as caught:
        saving.save(path, {**STATE, "epoch": 3})
    assert caught.value.title == "The file could not be saved"
    assert "files may not become that large here" in caught.value.message
    assert f"The last good file is whole: {path}." in caught.value.message
    assert Path(path).read_bytes() == before
    assert os.listdir(tmp_path) == ["a.pt"]


def test_a_run_that_cannot_save_any_more_says_so(tmp_path: Path) -> None:
    request = training(tmp_path, arguments={"width": 64}, epochs=1)
    trained(request)
    kept = latest(request)
    with _files_no_larger_than(100_000):
        error = failure(request._replace(seed=4))
    assert error.title == "The file could not be saved"
    assert saving.first_difference(latest(request), kept) == ""


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    """A real one, of 300 kB, where this user may mount it."""
    script = f"""
import os, subprocess, sys, torch
sys.path[:0] = {sys.path!r}
folder = {str(tmp_path / "disk")!r}
os.makedirs(folder)
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", folder], capture_output=True).returncode:
    sys.exit(77)
from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.requests import WorkshopError
from inspector.workshop.running import saving
path = folder + "/a.pt"
saving.save(path, {{"w": torch.zeros(20_000)}})
try:
    saving.save(path, {{"w": torch.ones(70_000)}})
except WorkshopError as error:
    print(error.message)
print(os.listdir(folder), float(torch.load(path, weights_only=True)["w"].sum()))
"""
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", script], capture_output=True, text=True, cwd=Path.cwd(), check=False
    )
    if done.returncode in (1, 77) and "Traceback" not in done.stderr:
        pytest.skip("nothing can be mounted here")
    sentence, found = done.stdout.splitlines()
    assert "could not be written" in sentence
    assert "the disk is full" in sentence
    assert found == "['a.pt'] 0.0"


@pytest.mark.parametrize(("is_file", "why"), [(False, "not there any more"), (True, "a file is in the way")])
def test_a_folder_that_vanished_is_a_sentence(tmp_path: Path, is_file: bool, why: str) -> None:
    folder = tmp_path / "run"
    saving.prepare_folder(str(folder), "net")
    folder.rmdir()
    if is_file:
        folder.write_text("")
    with pytest.raises(WorkshopError) as caught:
        saving.save(str(folder / "a.pt"), STATE, str(tmp_path / "nothing"))
    assert why in caught.value.message
    assert "last good" not in caught.value.message


def test_a_folder_that_cannot_be_made_is_said_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = failure(training(tmp_path)._replace(folder=str(tmp_path / "file" / "run")))
    assert error.title == "The file could not be saved"
    assert "a file is in the way" in error.message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said_before_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o500)
    assert "this user may not write there" in failure(training(tmp_path)).message


HOLDING = """
import os, sys, time
sys.path[:0] = {path!r}
from inspector.progress import finish
from inspector.workshop.running.holding import Hold
with Hold({folder!r}) as hold:
    finish(hold.take())
    if os.fork() == 0:
        time.sleep(600)  # as one that loads data and outlives the run
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_that_another_run_saves_into_is_refused_until_that_has_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "_PATIENCE", 0.2)
    request = training(tmp_path, epochs=1)
    folder = Path(request.folder)
    folder.mkdir()
    script = HOLDING.format(path=sys.path, folder=str(folder))
    pipe, begun = subprocess.PIPE, [sys.executable, "-c", script]
    with subprocess.Popen(begun, stdin=pipe, stdout=pipe, text=True, start_new_session=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            (folder / "current_checkpoint.pt.part").write_bytes(b"of the other run")
            error = failure(request)
            assert error.title == "The folder is in use"
            assert (folder / "current_checkpoint.pt.part").exists()
            other.kill()
            monkeypatch.setattr(holding, "_PATIENCE", 60.0)
            assert trained(request)[1].ended == "finished"
            assert sorted(os.listdir(folder)) == ["best_model.pt", "current_checkpoint.pt"]
        finally:
            os.killpg(other.pid, signal.SIGKILL)


def test_two_runs_of_one_process_hold_a_folder_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holding, "_PATIENCE", 0.2)
    with holding.Hold(str(tmp_path)) as first, holding.Hold(str(tmp_path)) as second:
        finish(first.take())
        with pytest.raises(Refusal, match="Another run saves"):
            finish(second.take())
        first.close()
        finish(second.take())
    assert not os.listdir(tmp_path)


def test_what_is_written_otherwise_than_meant_never_takes_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "a.pt")
    saving.save(path, STATE)
    write = torch.save

    def one_bit_off(state: Any, file: Any) -> None:
        w = state["state_dict"]["w"].clone()
        w.view(torch.int32)[777] ^= 1
        write({**state, "state_dict": OrderedDict(w=w)}, file)

    monkeypatch.setattr(torch, "save", one_bit_off)
    with pytest.raises(WorkshopError, match=r"not what was meant, at state_dict\.w"):
        saving.save(path, {**STATE, "epoch": 3})
    assert torch.load(path, weights_only=True)["epoch"] == 2
    assert os.listdir(tmp_path) == ["a.pt"]


# -- what is compared, and what is plain -------------------------------------------------------------------


def test_bits_are_compared_and_not_values() -> None:
    nan, zero = torch.tensor([float("nan")]), torch.zeros(1)
    assert saving.same_bits(nan, nan.clone())
    assert not saving.same_bits(zero, -zero)
    assert not saving.same_bits(zero, zero.double())
    assert saving.same_bits(torch.zeros(2, 3).t(), torch.zeros(3, 2))
    assert saving.same_bits(torch.tensor(3.0, dtype=torch.bfloat16), torch.tensor(3.0, dtype=torch.bfloat16))
    assert saving.same_bits(torch.tensor([True]), torch.tensor([True]))


@pytest.mark.parametrize(
    ("a", "b", "where"),
    [
        ({"a": [1, 2]}, {"a": [1, 2]}, ""),
        ({"a": [1, 2]}, {"a": [1, 3]}, "a.1"),
        ({"a": 1}, {"a": 1.0}, "a"),
        ({"a": 1}, {"b": 1}, "the keys of the file"),
        ({"a": (1,)}, {"a": [1]}, "a"),
        ({"a": float("nan")}, {"a": float("nan")}, ""),
    ],
)
def test_differences_are_found_where_they_are(a: Any, b: Any, where: str) -> None:
    assert saving.first_difference(a, b) == where


def test_only_plain_values_are_saved() -> None:
    import numpy as np

    class Odd:
        pass

    made = states.plain({"a": np.float64(1.5), "b": [1, Odd(), (2, len)], "c": len, "d": np.int64(3), True: False})
    assert made == {"a": 1.5, "b": [1, (2,)], "d": 3, True: False}
    assert type(made["a"]) is float
    assert type(made["d"]) is int


def test_metadata_of_a_state_dict_is_kept(tmp_path: Path) -> None:
    state = nn.BatchNorm1d(3).state_dict()
    path = str(tmp_path / "a.pt")
    saving.save(path, {"state_dict": states.plain(state)})
    assert torch.load(path, weights_only=True)["state_dict"]._metadata == state._metadata


def test_the_prefix_of_a_wrapped_model_is_not_saved() -> None:
    model = nn.Sequential(nn.Linear(2, 2))
    assert states.bare(nn.DataParallel(nn.DataParallel(model))) is model
    compiled = nn.Module()
    compiled._orig_mod = model
    assert states.bare(compiled) is model


def test_tied_weights_are_saved_once(tmp_path: Path) -> None:
    code = """
        from torch import nn
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.first, self.second, self.head = nn.Linear(784, 784), nn.Linear(784, 784), nn.Linear(784, 10)
                self.second.weight = self.first.weight
            def forward(self, x):
                return self.head(self.second(self.first(x.flatten(1))))
    """
    request = training(tmp_path, code, epochs=1)
    trained(request)
    state = latest(request)["state_dict"]
    assert state["first.weight"].data_ptr() == state["second.weight"].data_ptr()
