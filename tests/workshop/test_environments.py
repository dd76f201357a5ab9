"""Where interpreters lie on each system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from inspector.workshop.environments import candidates, of_conda, of_macos, of_pyenv, of_windows


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
    version = environment(tmp_path / ".pyenv" / "versions" / "3.12.1")
    other = environment(tmp_path / "other")
    kept = environment(tmp_path / ".virtualenvs" / "train")
    known = tmp_path / ".conda" / "environments.txt"
    known.parent.mkdir()
    known.write_text(f"{tmp_path / 'conda'}\n\n{tmp_path / 'gone'}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "active"))
    for name in ("CONDA_PREFIX", "PYENV_ROOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(
        "PATH", f"{tmp_path / 'active' / 'bin'}:relative/bin:{tmp_path / 'other' / 'bin'}:/no/such/folder"
    )
    file = tmp_path / "repo" / "models" / "nets.py"
    rest = (active, sys.executable, conda, version, other, kept)
    assert candidates(str(file)) == (beside, *rest)
    assert candidates(str(tmp_path / "repo")) == (beside, *rest)
    assert candidates() == rest


def test_conda_is_found_where_it_puts_itself_though_it_wrote_nothing_down(tmp_path: Path) -> None:
    base, env = environment(tmp_path / "miniforge3"), environment(tmp_path / "miniforge3" / "envs" / "torch")
    found = [path for path in of_conda(str(tmp_path)) if os.path.exists(path)]
    assert found == [base, env]


def test_the_version_that_is_chosen_in_pyenv_comes_first_and_then_the_newest(tmp_path: Path) -> None:
    versions = {name: environment(tmp_path / "versions" / name) for name in ("3.9.18", "3.11.7", "3.12.1")}
    (tmp_path / "version").write_text("3.9.18\n")
    found = list(dict.fromkeys(of_pyenv(str(tmp_path))))
    assert found == [versions["3.9.18"], versions["3.12.1"], versions["3.11.7"]]
    assert list(of_pyenv(str(tmp_path / "none"))) == []


def test_frameworks_are_looked_into_on_macos(tmp_path: Path) -> None:
    for name in ("3.11", "3.13", "Current"):
        (tmp_path / name).mkdir()
    found = list(of_macos((str(tmp_path), "/no/such/folder")))
    assert found[0] == str(tmp_path / "python3")
    assert str(tmp_path / "3.13" / "bin" / "python3") in found


class InMemory:
    """A registry as Windows has it: values by the path of their key."""

    def __init__(self, values: dict[str, dict[str, str]]) -> None:
        self._values = values

    def keys(self, path: str) -> list[str]:
        below = (key[len(path) + 1 :] for key in self._values if key.startswith(path + "\\"))
        return list(dict.fromkeys(key.partition("\\")[0] for key in below))

    def text(self, path: str, name: str = "") -> str:
        return self._values.get(path, {}).get(name, "")


def test_pythons_are_read_from_the_registry_of_windows() -> None:
    user, machine = r"HKEY_CURRENT_USER\Software\Python", r"HKEY_LOCAL_MACHINE\Software\Python"
    registry = InMemory(
        {
            rf"{user}\PythonCore\3.11\InstallPath": {"ExecutablePath": r"C:\Py311\python.exe"},
            rf"{user}\PythonCore\3.12\InstallPath": {"": r"C:\Py312"},
            rf"{user}\PyLauncher\x\InstallPath": {"ExecutablePath": r"C:\Windows\py.exe"},
            rf"{machine}\ContinuumAnalytics\Anaconda\InstallPath": {"ExecutablePath": r"C:\conda\python.exe"},
        }
    )
    found = [path.replace("/", "\\") for path in of_windows(registry)]
    assert found == [r"C:\Py312\python.exe", r"C:\Py311\python.exe", r"C:\conda\python.exe"]
