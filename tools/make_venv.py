"""Makes the virtual environment that everything else runs in: python3 tools/make_venv.py FOLDER

Standard library only: this is the first thing that runs on a fresh machine.

Why this way: torch goes in first, by its plain version, and the rest after it against the same
constraints. So pip settles on one build of torch before anything else asks for it, and no index has to be
named here: which build a machine gets is its own pip's configuration. Build isolation is off so that the
build backend, too, is the pinned one.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import debian

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
STAMP = ".installed"
"""The file in the environment that says it is complete; make compares its age to the pins."""


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0] if arguments else ".venv")
    try:
        check_python()
        make(folder)
        install_into(folder)
    except (SetUpError, subprocess.CalledProcessError) as error:
        print(f"The set-up stopped: {error}", file=sys.stderr)
        return 1
    (folder / STAMP).touch()
    return 0


class SetUpError(Exception):
    """Something the set-up cannot do by itself, and what a person can do about it."""


def check_python() -> None:
    """Refuses a Python that is too old, and sees to the parts of it that Debian packages apart."""
    if sys.version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise SetUpError(
            f"Python {wanted} or newer is needed, this is {sys.version.split()[0]} ({sys.executable}). "
            f"Name another one: make PYTHON=python{wanted}"
        )
    if importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info)
        if not debian.install([package]):
            raise SetUpError(f"this Python cannot make virtual environments yet. {debian.advice([package])}")


def make(folder: Path) -> None:
    """An environment in `folder`; one that works is kept, one that does not (its Python is gone) made anew."""
    if runs(folder):
        return
    print(f"Making {folder} ...", flush=True)
    if folder.exists():
        shutil.rmtree(folder)
    run(sys.executable, "-m", "venv", str(folder))


def runs(folder: Path) -> bool:
    """Whether `folder` has a Python of the right age with a pip."""
    question = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    try:
        return subprocess.run([python_of(folder), "-c", question], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def install_into(folder: Path) -> None:
    """The pinned set, and the program itself so that its commands are in the environment."""
    print("Installing the packages of constraints.txt ...", flush=True)
    quiet = ("--quiet", "--disable-pip-version-check")
    pip = (python_of(folder), "-m", "pip", "install", *quiet, "--constraint", "constraints.txt")
    run(*pip, "torch")
    run(*pip, "hatchling")
    run(*pip, "--no-build-isolation", "--editable", ".[torch,dev,app]")


def python_of(folder: Path) -> str:
    return str(folder.absolute() / "bin" / "python")


def run(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
