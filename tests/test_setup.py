"""The set-up: pins that agree, a wheel that carries everything, libraries that are looked for, one stamp."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
IMPORTED_AS = {"pillow": "PIL", "pyside6-essentials": "PySide6"}
"""The import name of a distribution where it is not the distribution's own."""


def requirements() -> list[Requirement]:
    extras = PROJECT["optional-dependencies"].values()
    return [Requirement(text) for group in (PROJECT["dependencies"], *extras) for text in group]


def pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = (re.fullmatch(r"([\w.-]+)==(\S+)", line) for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(match[1]): Version(match[2]) for match in found if match}


# Pins


@pytest.mark.parametrize("requirement", requirements(), ids=str)
def test_each_range_holds_its_pin(requirement: Requirement) -> None:
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def test_every_line_of_the_constraints_is_a_pin_of_a_public_version() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert len(pins()) == len(lines)
    # A local version such as 2.13.0+cpu is to be had on some machines only.
    assert not [name for name, version in pins().items() if version.local]


@pytest.mark.parametrize("version", ["6.12.0", "6.12.1", "7.0.0"])
def test_the_pyside_that_aborts_is_kept_out(version: str) -> None:
    (pyside,) = [requirement for requirement in requirements() if requirement.name == "PySide6-Essentials"]
    assert version not in pyside.specifier


def test_what_is_installed_is_what_is_pinned() -> None:
    installed = {name: Version(importlib.metadata.version(name)).public for name in pins() if is_installed(name)}
    assert installed == {name: str(version) for name, version in pins().items() if name in installed}
    assert {canonicalize_name(requirement.name) for requirement in requirements()} <= set(installed)


def is_installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def test_the_program_declares_what_it_imports_and_imports_what_it_declares() -> None:
    declared = {import_name(Requirement(text)) for text in PROJECT["dependencies"]}
    extras = {import_name(Requirement(text)) for text in PROJECT["optional-dependencies"]["torch"]}
    used = set(foreign_imports())
    assert used <= declared | extras
    assert declared <= used


def import_name(requirement: Requirement) -> str:
    return IMPORTED_AS.get(canonicalize_name(requirement.name), requirement.name)


def foreign_imports() -> Iterator[str]:
    """The first name of each import in the program that is neither Python's nor its own."""
    for path in (ROOT / "inspector").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            tops = {name.partition(".")[0] for name in names}
            yield from tops - set(sys.stdlib_module_names) - {"inspector"}


# The wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this very tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*command, str(folder), str(ROOT)], check=True, cwd=folder, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_carries_the_program_its_resources_and_its_samples(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    expected = {f"inspector/{path.relative_to(ROOT / 'inspector').as_posix()}" for path in python_files("inspector")}
    expected |= {f"inspector/_resources/{name}" for name in files_below("resources", leave_out="screenshots")}
    expected |= {f"inspector/_samples/{name}" for name in files_below("sample_checkpoints")}
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheel_gives_both_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("entry_points.txt")]
        text = archive.read(name).decode()
    assert "[console_scripts]\ninspector = inspector.cli:main" in text
    assert "[gui_scripts]\ncheckpoint-inspector = inspector.gui.start:main" in text


def test_an_installed_copy_works_far_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Its terminal answers, and its window finds pictures and samples inside of it."""
    home = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(home), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    sample = home / "inspector/_samples/linear.pth"
    shown = python("-m", "inspector", "show", str(sample), cwd=tmp_path, PYTHONPATH=str(home))
    assert "weight" in shown
    question = "from inspector.gui import resources as r; print(r.folder()); [print(s.path) for s in r.samples()]"
    found = python("-c", question, cwd=tmp_path, PYTHONPATH=str(home)).splitlines()
    assert found[0] == str(home / "inspector/_resources")
    assert str(sample) in found


def python(*arguments: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def python_files(folder: str) -> list[Path]:
    return [path for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts]


def files_below(folder: str, leave_out: str = "") -> set[str]:
    below = ROOT / folder
    found = (path.relative_to(below) for path in below.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts and path.parts[0] != leave_out}


# make, and what the checking machine calls


needs_make = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


def make(*arguments: str, cwd: Path) -> str:
    """What make prints, called as from a shell of its own and not from another make."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True, text=True).stdout


@needs_make
def test_only_changed_pins_install_anything(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    stamp = tmp_path / ".venv" / ".installed"
    stamp.parent.mkdir()
    assert "make_venv.py" in make("-n", "run", cwd=tmp_path)
    stamp.touch()
    assert "make_venv.py" not in make("-n", "run", cwd=tmp_path)
    newer = stamp.stat().st_mtime + 1
    os.utime(tmp_path / "constraints.txt", (newer, newer))
    assert "make_venv.py" in make("-n", "run", cwd=tmp_path)


@needs_make
def test_help_explains_every_command() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert phony
    explained = re.findall(r"^  make (\w+) +\S", make("help", cwd=ROOT), re.MULTILINE)
    assert sorted(explained) == sorted(phony[1].split())


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    for command in ("make run", "make test", "make check", "make bench", "make screenshots"):
        assert re.search(rf"{command}\b", text), f"the README says nothing of {command}"


def test_the_checking_machine_calls_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").rstrip().endswith("exec make test")


# The environment


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "tools")


def test_a_python_that_is_too_old_is_refused_with_the_way_out(tools: None, monkeypatch: pytest.MonkeyPatch) -> None:
    import make_venv

    monkeypatch.setattr(make_venv, "OLDEST", (99, 1))
    with pytest.raises(make_venv.SetUpError, match=r"Python 99\.1 or newer is needed.*make PYTHON=python99\.1"):
        make_venv.check_python()


def test_an_environment_is_kept_when_it_runs_and_made_anew_when_its_python_is_gone(tools: None, tmp_path: Path) -> None:
    import make_venv

    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    broken = tmp_path / "broken" / "bin"
    broken.mkdir(parents=True)
    (broken / "python").symlink_to(tmp_path / "gone")
    assert make_venv.runs(Path(sys.prefix))
    assert not make_venv.runs(tmp_path / "bare"), "an environment without pip cannot be filled"
    assert not make_venv.runs(tmp_path / "broken")
    assert not make_venv.runs(tmp_path / "none")


# Libraries of the system, and the screen


linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux")


@linux
def test_every_library_of_the_table_is_one_that_qt_needs(tools: None) -> None:
    import system_libraries as libraries

    files = [str(libraries.qt_folder() / name) for name in (*libraries.WINDOW_FILES, *libraries.X11_FILES)]
    needed = subprocess.run(["ldd", *files], capture_output=True, text=True, check=True).stdout
    assert set(libraries.PACKAGES) <= {line.split()[0] for line in needed.splitlines() if line.startswith("\t")}


@linux
def test_a_missing_library_is_found_and_named(tools: None, tmp_path: Path) -> None:
    """Away from the libraries that it expects beside itself, Qt's plugin really lacks some."""
    import system_libraries as libraries

    stray = shutil.copy(libraries.qt_folder() / libraries.X11_FILES[0], tmp_path)
    assert "libQt6XcbQpa.so.6" in libraries.missing_libraries([stray])


def test_missing_parts_become_names_of_packages(tools: None) -> None:
    import debian
    import system_libraries as libraries

    missing = ["libgthread-2.0.so.0", "libglib-2.0.so.0", "libEGL.so.1", "a font", "libnew.so.1"]
    packages = libraries.packages_for(missing)
    assert packages == ["fonts-dejavu-core", "libegl1", "libglib2.0-0", "libnew.so.1"]
    assert " ".join(packages) in debian.advice(packages)


def test_programs_of_the_desktop_that_are_missing_become_packages_and_no_error(
    tools: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import system_libraries as libraries

    monkeypatch.setenv("PATH", str(tmp_path))
    assert {"xvfb", "xdotool", "shared-mime-info"} <= set(libraries.desktop_packages())
    monkeypatch.setattr("debian.install", lambda packages: False)
    libraries.see_to_desktop(tmp_path / "asked")
    assert "are skipped" in capsys.readouterr().out
    libraries.see_to_desktop(tmp_path / "asked")
    assert capsys.readouterr().out == "", "said once"


@linux
class TestScreen:
    """A screen counts when something answers where the environment says it is."""

    @pytest.fixture(autouse=True)
    def _no_screen(self, tools: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    def test_none_is_named(self) -> None:
        import run

        assert run.why_no_screen() == "neither DISPLAY nor WAYLAND_DISPLAY is set"

    @pytest.mark.parametrize("display", [":4711", "nonsense", "localhost:4711.0"])
    def test_one_is_named_that_does_not_answer(self, monkeypatch: pytest.MonkeyPatch, display: str) -> None:
        import run

        monkeypatch.setenv("DISPLAY", display)
        assert run.why_no_screen() == f"nothing answers at DISPLAY {display}"

    def test_one_answers(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        import run

        monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-test")
        with socket.socket(socket.AF_UNIX) as compositor:
            compositor.bind(str(tmp_path / "wayland-test"))
            compositor.listen()
            assert run.why_no_screen() == ""

    def test_without_one_there_are_pictures_and_text(self, tmp_path: Path) -> None:
        pictures = tmp_path / "pictures"
        said = python(str(ROOT / "tools/run.py"), "--pictures", str(pictures), cwd=tmp_path)
        assert said.startswith("No screen (neither DISPLAY nor WAYLAND_DISPLAY is set)")
        assert str(pictures) in said.splitlines()[0]
        assert list(pictures.glob("*.png"))
        assert "Linear 784→512" in said


# What watches over the other tests


def test_a_test_that_leaves_something_running_is_told(pytester: pytest.Pytester) -> None:
    pytester.makeconftest((ROOT / "tests/conftest.py").read_text("utf-8").replace("PATIENCE = 20.0", "PATIENCE = 0.2"))
    pytester.makepyfile(
        """
        import subprocess, threading

        release = threading.Event()
        children = []

        def test_leaves_a_process():
            children.append(subprocess.Popen(["sh", "-c", "cat; true"], stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            children[0].stdin.write(b"the child of the child is there\\n")
            children[0].stdin.flush()
            children[0].stdout.readline()

        def test_leaves_a_thread():
            threading.Thread(target=release.wait, name="left over").start()

        def test_cleans_up():
            release.set()
            children[0].communicate()
            assert len(threading.enumerate()) <= 2
        """
    )
    found = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    found.assert_outcomes(passed=3, errors=2)
    left = ("process * (sh -c cat; true), process * (cat)*", "Python thread 'left over'*")
    found.stdout.fnmatch_lines([f"This test left running: {what}" for what in left])
