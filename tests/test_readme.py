"""The README keeps what it promises: its Python runs, its pictures are there, its commands exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_its_python_runs_without_torch() -> None:
    block = README.split("## In Python")[1].split("\nWhat cannot")[0]
    code = "\n".join(line[4:] for line in block.splitlines() if line.startswith("    "))
    done = subprocess.run(
        [sys.executable, "-c", code + "\nimport sys; assert 'torch' not in sys.modules"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "state_dict.fc1.weight float32 (512, 784) cpu" in done.stdout


@pytest.mark.parametrize("picture", re.findall(r"\]\((\S+\.png)\)", README))
def test_its_pictures_are_there(picture: str) -> None:
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


def test_its_make_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) - {"with"} <= targets


@pytest.mark.parametrize("words", re.findall(r"^    inspector (\w+.*?)\s+#", README, re.MULTILINE))
def test_its_terminal_lines_run(words: str, samples: Path) -> None:
    if words.startswith("open"):
        return  # the window has its own tests
    import shlex

    arguments = [str(samples / "fashion_classifier.pt") if each == "best.pt" else each for each in shlex.split(words)]
    command = [sys.executable, "-m", "inspector", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
