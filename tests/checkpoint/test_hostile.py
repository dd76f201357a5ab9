"""Hostile files: each gives an inert tree or a sentence, and does nothing else, within 10 s and 1 GiB.

Each file is opened in a process of its own (`hostile.runner`), which then does with it what the window and the
terminal do: walks the tree, reads values, measures, shows. Processor time is what is limited, not time on the
wall, so that a busy machine fails no test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from .hostile.calls import callings
from .hostile.corpus import FAMILIES, corpus

ROOT = Path(__file__).resolve().parents[2]
SECONDS, KILOBYTES = 10, 1 << 20


def _run(family: str, folder: Path, **environment: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.checkpoint.hostile.runner", family, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def _wrong(found: dict[str, Any]) -> str:
    """What is wrong about what came of a case; nothing when all is as it should be."""
    if found["outcome"] not in ("opened", "refused"):
        return f"{found['outcome']}: {found['sentence']}"
    if found["did"]:
        return "; ".join(found["did"])
    if max(found["seconds"]) > SECONDS:
        return f"took {found['seconds']} s to open and to print"
    if found["kilobytes"] > KILOBYTES:
        return f"took {found['kilobytes']:,} kB"
    return "" if found["outcome"] == "opened" or found["sentence"] else "was refused without a sentence"


@pytest.mark.parametrize("family", list(FAMILIES))
def test_a_hostile_file_is_a_tree_or_a_sentence(family: str, tmp_path: Path) -> None:
    _check(_run(family, tmp_path), family)


@pytest.mark.skipif(settings.get_current_profile_name() != "soak", reason="takes minutes: it is for `make soak`")
@pytest.mark.parametrize("family", list(FAMILIES))
def test_fuzz_hostile_files_of_full_size(family: str, tmp_path: Path) -> None:
    _check(_run(family, tmp_path, HOSTILE_FULL_SIZE="1"), family)


def _check(results: list[dict[str, Any]], family: str) -> None:
    assert [found["case"] for found in results] == [case.name for case in corpus(family, "marker")]
    wrong = {found["case"]: _wrong(found) for found in results if _wrong(found)}
    assert not wrong, json.dumps(wrong, indent=1)


@pytest.mark.parametrize("name", ["REDUCE", "INST", "OBJ", "STACK_GLOBAL by memo", "eval", "getattr chain", "popped"])
def test_the_calls_are_real(name: str, tmp_path: Path) -> None:
    """Unpickled by Python itself they do run: what is not run here is worth not running."""
    marker = tmp_path / "marker"
    (tmp_path / "bomb").write_bytes(b"\x80\x04" + callings(str(marker))[name] + b".")
    script = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "bomb")], capture_output=True, timeout=60, check=False)
    assert marker.exists()


_CAUGHT = """
import os, sys
from tests.checkpoint.hostile import runner
did = []
sys.addaudithook(lambda event, arguments: runner._audit(event, arguments, did))
os.system("true")
with open(sys.argv[1], "w"): pass
__import__("pickle").loads(b"cos\\ngetpid\\n)R.")
print(len(did), *did, sep="\\n")
"""


def test_the_watch_sees_what_it_watches_for(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _CAUGHT, str(tmp_path / "f")]
    seen = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "os.system" in seen
    assert "for writing" in seen
    assert "pickle.find_class" in seen


def test_there_are_enough_of_them() -> None:
    assert sum(len(corpus(family, "marker")) for family in FAMILIES) >= 500
