"""Interpreters that there are, and what they say of themselves."""

from __future__ import annotations

import os
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from inspector.errors import InspectorError
from inspector.progress import Progress, finish
from inspector.workshop.client import Workshop
from inspector.workshop.environments import candidates, own, usual
from inspector.workshop.interpreters import first_with_torch, look, looking, this_interpreter
from inspector.workshop.requests import Hello, Interpreter, WorkshopError


def test_an_interpreter_says_what_it_has(workshop: Workshop) -> None:
    told = look(sys.executable)
    assert told == this_interpreter()
    assert told.torch == metadata.version("torch")
    assert told == finish(workshop.ask(Hello()))


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("/bin/true", "/bin/true is no Python 3.8 or newer."),
        ("/bin/echo", "/bin/echo is no Python 3.8 or newer."),
        ("/no/such/python", "cannot be started: No such file or directory."),
        (str(Path(__file__)), "cannot be started: Permission denied."),
    ],
)
def test_what_is_no_interpreter_is_refused(program: str, said: str) -> None:
    with pytest.raises(InspectorError) as caught:
        look(program)
    assert said in caught.value.message


def script(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def told(path: Path, torch: str = "2.13.0") -> str:
    """Something that answers as an interpreter with this torch would."""
    return script(path, f"""echo '["3.11.4", "{path}", "{torch}", ""]'""")


def answers(*paths: str, patience: float = 20.0) -> dict[str, Any]:
    return dict(word for word in looking(paths, patience) if not isinstance(word, Progress))


def test_many_are_asked_and_each_answers_for_itself(tmp_path: Path) -> None:
    there, broken = told(tmp_path / "there"), script(tmp_path / "broken", "echo '[[['")
    found = answers(there, broken, str(tmp_path / "gone"))
    assert found[there] == Interpreter("3.11.4", there, "2.13.0", "")
    assert "no Python 3.8" in found[broken].message
    assert "cannot be started" in found[str(tmp_path / "gone")].message


def test_one_that_does_not_answer_is_given_up_with_what_it_started(tmp_path: Path) -> None:
    slow = script(tmp_path / "slow", "sleep 600 & echo $! > " + str(tmp_path / "child") + "; wait")
    assert "did not answer" in answers(slow, patience=2)[slow].message
    with pytest.raises(ProcessLookupError):
        wait_for_end(int((tmp_path / "child").read_text()))


def wait_for_end(process: int) -> None:
    """Returns when somebody else has to reap it, raises ProcessLookupError when it is gone."""
    for _ in range(500):
        os.kill(process, 0)
        if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            raise ProcessLookupError
        time.sleep(0.01)


def test_one_that_says_too_much_holds_nobody_up(tmp_path: Path) -> None:
    endless = script(tmp_path / "endless", "while true; do echo '[[[[[[[[[[[[[[[['; done")
    assert "did not answer" in answers(endless, patience=0.3)[endless].message
    deep = script(tmp_path / "deep", "printf '[%.0s' $(seq 9000)")
    assert "no Python" in answers(deep)[deep].message


def test_to_close_the_asking_ends_those_that_are_asked(tmp_path: Path) -> None:
    asking = looking([script(tmp_path / "slow", "exec sleep 600")])
    next(asking)
    asking.close()  # the fixture that watches every test would find the process


def test_a_file_in_the_folder_at_hand_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("json", "platform", "importlib"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'was_run')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    assert look(sys.executable).torch
    assert not (tmp_path / "was_run").exists()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a PATH without any Python, and a process that is the bundle: it has no Python either."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYENV_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path / "app" / "_internal"), raising=False)
    monkeypatch.setattr(sys, "executable", told(tmp_path / "app" / "checkpoint-inspector"))
    return home


def test_the_likeliest_with_torch_is_taken_by_itself(bare: Path, tmp_path: Path) -> None:
    told(bare / "miniconda3" / "bin" / "python", torch="")
    late = script(
        bare / "miniconda3" / "envs" / "train" / "bin" / "python",
        """sleep 0.2; echo '["3.12.1", "p", "2.9.0", ""]'""",
    )
    told(tmp_path / "bin" / "python3")
    assert usual() == ""
    assert finish(first_with_torch()) == late
    beside = told(tmp_path / "repo" / ".venv" / "bin" / "python")
    assert finish(first_with_torch(str(tmp_path / "repo" / "nets.py"))) == beside


def test_without_torch_anywhere_a_sentence_says_what_to_do(bare: Path, tmp_path: Path) -> None:
    with Workshop() as workshop, pytest.raises(WorkshopError) as caught:
        finish(workshop.ask(Hello()))
    assert (caught.value.title, caught.value.message) == (
        "No Python with torch was found",
        "No Python 3.8 or newer was found.",
    )
    python = told(tmp_path / "bin" / "python3", torch="")
    with pytest.raises(WorkshopError) as caught:
        finish(first_with_torch())
    assert caught.value.message == "The 1 Python that was found has no torch."
    assert f"{python} -m pip install torch" in caught.value.hint


def test_the_bundle_is_no_interpreter(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named_like_one = told(tmp_path / "app" / "python3")
    monkeypatch.setenv("PATH", str(tmp_path / "app"))
    assert candidates() == ()
    assert own() == ""
    with pytest.raises(InspectorError, match="it is this program"):
        look(named_like_one)


def test_a_workshop_takes_what_it_finds(monkeypatch: pytest.MonkeyPatch, bare: Path, tmp_path: Path) -> None:
    told(bare / ".virtualenvs" / "other" / "bin" / "python")
    venv = tmp_path / "repo" / ".venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").symlink_to(Path(sys.prefix) / "bin" / "python")
    (venv.parent / "pyvenv.cfg").write_text((Path(sys.prefix) / "pyvenv.cfg").read_text())
    (venv.parent / "lib").symlink_to(Path(sys.prefix) / "lib")
    with Workshop(beside=str(tmp_path / "repo" / "nets.py")) as workshop:
        assert workshop.interpreter == ""
        assert finish(workshop.ask(Hello())).torch == metadata.version("torch")
        assert workshop.interpreter == str(venv / "python")
