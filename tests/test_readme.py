"""The README keeps what it promises: its Python runs, its pictures are there, its commands exist."""

from __future__ import annotations

import os
import re
import shlex
import shutil
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
    assert "StripPrefix(prefix='module.'" in done.stdout


@pytest.mark.parametrize("picture", re.findall(r"\]\((\S+\.png)\)", README))
def test_its_pictures_are_there(picture: str) -> None:
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


def test_its_make_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", README)) - {"with"} <= targets


# A checkpoint, a run's last one, a class and an error, by the names that the README gives them.
STAND_INS = {"best.pt": "fashion_classifier.pt", "last.pt": "checkpoint_epoch4.pth"}
MISMATCH = (
    "size mismatch for fc.weight: copying a param with shape torch.Size([10, 4]) from checkpoint, the shape in current"
    " model is torch.Size([5, 4])."
)


def in_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The line as a person types it in a shell, where `inspector` is this one."""
    line = line.replace("inspector", f"{shlex.quote(sys.executable)} -m inspector", 1)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        line, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def lay_out(folder: Path, samples: Path) -> None:
    """The files that the lines speak of."""
    for name, sample in STAND_INS.items():
        shutil.copy(samples / sample, folder / name)
    (folder / "nets.py").write_text((samples / "networks.py").read_text("utf-8"), "utf-8")
    (folder / "error.txt").write_text(f"Error(s) in loading state_dict for Network:\n\t{MISMATCH}\n")


@pytest.fixture(scope="module")
def a_run(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run has saved, of such a file and its class. It is copied by whoever goes on with it."""
    folder = tmp_path_factory.mktemp("a_run")
    lay_out(folder, samples)
    done = in_shell("inspector train best.pt --model nets.py:FashionClassifier --epochs 1 --folder saved", folder)
    assert done.returncode == 0, done.stderr
    return folder / "saved"


@pytest.mark.parametrize("words", re.findall(r"^    inspector (\w+.*?)\s+#", README, re.MULTILINE))
def test_its_terminal_lines_run(words: str, samples: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if words.startswith("open"):
        return  # the window has its own tests
    lay_out(tmp_path, samples)
    if " run/" in words:
        shutil.copytree(request.getfixturevalue("a_run"), tmp_path / "run")
    done = in_shell(f"inspector {words}", tmp_path)
    differs = words.split()[0] in ("diff", "fit", "explain", "identify")
    assert done.returncode in ((0, 1) if differs else (0,)), done.stderr
    assert done.stdout
