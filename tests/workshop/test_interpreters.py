"""Interpreters that there are, and what they say of themselves."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from inspector.errors import InspectorError
from inspector.progress import finish
from inspector.workshop.client import Workshop
from inspector.workshop.interpreters import candidates, look, this_interpreter
from inspector.workshop.requests import Hello


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


def environment(folder: Path) -> str:
    """Something that looks like a virtual environment: its Python is a link to this one."""
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return str(python)


def test_environments_are_found_where_people_keep_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = environment(tmp_path / "repo" / ".venv")
    active = environment(tmp_path / "active")
    conda = environment(tmp_path / "conda")
    other = environment(tmp_path / "other")
    known = tmp_path / ".conda" / "environments.txt"
    known.parent.mkdir()
    known.write_text(f"{tmp_path / 'conda'}\n\n{tmp_path / 'gone'}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'active' / 'bin'}:{tmp_path / 'other' / 'bin'}:/no/such/folder")
    file = tmp_path / "repo" / "models" / "nets.py"
    assert candidates(str(file)) == (beside, active, sys.executable, conda, other)
    assert candidates() == (active, sys.executable, conda, other)
