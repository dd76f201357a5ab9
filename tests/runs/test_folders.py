"""A run saves beside its checkpoint, and never where that would do harm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from inspector.runs import folders
from inspector.runs.folders import BELOW_HOME, folder_for, name_for
from tests.runs.written_files import trained


def own(path: Path) -> Path:
    """A file as a run of this program saves it, as far as that tells it from others."""
    more = {"batch": 0, "rng": {}, "sums": {}, "history": {}, "versions": {"checkpoint_inspector": "1"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({**trained(1, epoch=2), **more}, path)
    return path


def test_beside_the_file_in_a_folder_called_after_it(tmp_path: Path) -> None:
    assert folder_for(str(tmp_path / "model_best.pth.tar")) == str(tmp_path / "model_best_run")
    assert folder_for(str(tmp_path / "weights.safetensors")) == str(tmp_path / "weights_run")


def test_a_file_of_a_run_goes_on_in_its_folder(tmp_path: Path) -> None:
    latest = own(tmp_path / "net_run" / "current_checkpoint.pt")
    best = own(tmp_path / "net_run" / "best_model.pt")
    kept = own(tmp_path / "net_run" / "net_epoch3.pth")
    assert {folder_for(str(path)) for path in (latest, best, kept)} == {str(latest.parent)}


def test_files_of_tutorials_that_are_called_the_same_are_not_written_over(tmp_path: Path) -> None:
    for name in ("current_checkpoint.pt", "best_model.pt"):
        torch.save(trained(1), tmp_path / name)
    assert folder_for(str(tmp_path / "current_checkpoint.pt")) == str(tmp_path / "current_checkpoint_run")


def test_a_best_that_was_copied_to_another_place_begins_a_folder(tmp_path: Path) -> None:
    path = own(tmp_path / "best_model.pt")
    assert folder_for(str(path)) == str(tmp_path / "best_model_run")


def test_samples_stay_as_they_are(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = folder_for(str(samples / "fashion_classifier.pt"))
    assert found == str(tmp_path / BELOW_HOME / "fashion_classifier_run")


def test_a_folder_that_is_gone_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert folder_for(str(tmp_path / "gone" / "net.pt")) == str(tmp_path / BELOW_HOME / "net_run")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    try:
        assert folder_for(str(locked / "net.pt")) == str(tmp_path / "home" / BELOW_HOME / "net_run")
    finally:
        locked.chmod(0o700)


@pytest.mark.parametrize(
    ("path", "name"),
    [("/a/net.pth", "net"), ("/a/net_epoch4.pth", "net"), ("/a/net_run/current_checkpoint.pt", "net"),
     ("/a/b/best_model.pt", "best_model"), ("/a/model_best.pth.tar", "model_best"), ("/a/.pth", "checkpoint")],
)  # fmt: skip
def test_files_of_epochs_are_called_after_the_file(path: str, name: str) -> None:
    assert name_for(path) == name


def test_the_names_are_those_of_the_files_that_runs_save() -> None:
    saving = pytest.importorskip("inspector.workshop.running.saving")
    assert folders.OWN_FILES == (saving.LATEST, saving.BEST)
