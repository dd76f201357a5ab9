"""`inspector test`: the sentence people know, each class, several checkpoints of a run, and files for others."""

from __future__ import annotations

import csv
import json
import sys
import warnings
from pathlib import Path

import pytest
import torch

from .running import Done, Run
from .test_train import folder, train  # noqa: F401  # fixtures

BASE = ("--data", "data.npz", "--threads", "1", "--in-process")
MODEL = ("--model", "nets.py:Tiny")


@pytest.fixture
def test(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:  # noqa: F811
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def test(*arguments: str | Path) -> Done:
        return run("test", *arguments, *BASE)

    return test


def test_the_accuracy_is_said_in_the_words_that_people_know(test: Run) -> None:
    done = test("tiny.pth", *MODEL)
    assert done.code == 0, done.err
    assert "Accuracy of the network on 30 test " in done.out
    assert "precision  recall" in done.out


def test_several_files_are_told_by_their_epochs(test: Run, train: Run, folder: Path) -> None:  # noqa: F811
    train("tiny.pth", "--epochs", "2", "--save-every", "1", "--folder", folder / "out")
    done = test(*sorted((folder / "out").glob("tiny_epoch*.pth"), reverse=True), *MODEL)
    assert done.code == 0, done.err
    table = done.out[done.out.index("\nepoch  accuracy") :].split()
    assert [word for word in table if word.endswith(".pth")] == ["tiny_epoch4.pth", "tiny_epoch5.pth"]


def test_one_that_cannot_be_tested_is_told_and_the_others_are(test: Run, folder: Path) -> None:  # noqa: F811
    torch.save({"other.weight": torch.zeros(2, 2)}, folder / "other.pth")
    (folder / "none.pth").write_text("no checkpoint")
    done = test("tiny.pth", "other.pth", "none.pth", *MODEL)
    assert done.code == 1
    assert "Accuracy of the network on 30 test " in done.out
    assert "other.pth: " in done.out
    assert "none.pth: " in done.out


def test_none_that_can_be_read_is_refused(test: Run, folder: Path) -> None:  # noqa: F811
    (folder / "none.pth").write_text("no checkpoint")
    assert test("none.pth", "missing.pth", *MODEL).code == 2


def test_results_are_written_for_others(test: Run, folder: Path) -> None:  # noqa: F811
    done = test("tiny.pth", *MODEL, "--export", "r.csv", "--export", "r.json", "--json")
    assert done.code == 0, done.err
    with open(folder / "r.csv", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3
    tests = json.loads((folder / "r.json").read_text())["tests"]
    last = json.loads(done.out.splitlines()[-1])
    assert last["word"] == "Tests"
    assert last["tests"] == tests
    assert tests[0]["samples"] == 30


def test_a_form_that_is_not_known_is_refused_before_anything_runs(test: Run) -> None:
    assert test("tiny.pth", *MODEL, "--export", "r.xlsx").code == 2


def test_torchscript_and_a_whole_module_bring_their_model_along(test: Run, folder: Path) -> None:  # noqa: F811
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch.jit, whose files are still about
        torch.jit.script(model).save(folder / "scripted.pt")  # type: ignore[no-untyped-call]
    torch.save(model, folder / "whole.pth")
    scripted, whole = test("scripted.pt"), test("whole.pth", "--model", "whole.pth")
    assert (scripted.code, whole.code) == (0, 0), scripted.err + whole.err
    assert scripted.out.splitlines()[0] == whole.out.splitlines()[0]


def test_a_whole_module_is_not_unpickled_unless_it_is_named(test: Run, folder: Path) -> None:  # noqa: F811
    torch.save(torch.nn.Linear(4, 3), folder / "whole.pth")
    done = test("whole.pth")
    assert done.code == 2
    assert "--model" in done.err
