"""The house stands as it was laid out: who may import whom, what a door may load, how large a room may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "inspector"

FLOORS = (
    {"__init__", "errors", "installed", "language", "progress", "wording"},
    {"checkpoint"},
    {"analysis"},
    {"comparing"},
    {"converting"},
    {"workshop"},
    {"runs"},
    {"series"},
    {"gui"},
    {"cli", "terminal", "__main__"},
)
"""The rooms of the house, top first: each may import itself and what stands above it, never what stands below."""

FOREIGN = {
    "torch": {"workshop"},
    "torchvision": {"workshop"},
    "PySide6": {"gui"},
    "pyqtgraph": {"gui"},
    "qtawesome": {"gui"},
}
"""Packages that only these rooms may know."""

VAGUE = {"common", "core", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
"""Names that say nothing about what is inside."""

LINES_OF_A_FILE = 400
LINES_OF_MAIN_WINDOW = 300


MODULES = sorted(PACKAGE.rglob("*.py"))
"""Each rule below is one test of all of them: it says every module that breaks it."""


@cache
def tree_of(module: Path) -> ast.Module:
    """`module` as Python parses it, once for all rules."""
    return ast.parse(module.read_text("utf-8"), filename=str(module))


def name_of(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def room_of(module: Path) -> str:
    """The room that `module` lies in: a folder of the package or a file of its own."""
    return module.relative_to(PACKAGE).with_suffix("").parts[0]


def rooms_among(parts: tuple[str, ...]) -> Iterator[str]:
    """The room that the absolute name `parts` leads to, if it leads to one of ours."""
    if parts[0] == "inspector" and len(parts) > 1:
        if is_a_room(parts[1]):
            yield parts[1]


@cache
def is_a_room(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def floor_of(room: str) -> int:
    found = [number for number, rooms in enumerate(FLOORS) if room in rooms]
    assert found, f"inspector.{room} stands on no floor: give it its place in FLOORS"
    return found[0]


def imports(module: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Everything `module` imports, at its head or inside a function, as (line, absolute name in parts)."""
    here = ("inspector", *module.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, tuple(alias.name.split("."))) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = (*here[: -node.level], *_split(node.module)) if node.level else _split(node.module)
            # `from .. import errors` names the module in the list, `from ..errors import FileError` before it.
            yield from ((node.lineno, (*base, alias.name)) for alias in node.names)


def _split(dotted: str | None) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()


def all_imports() -> Iterator[tuple[Path, int, tuple[str, ...]]]:
    """What each module imports, as (module, line, absolute name in parts)."""
    return ((module, line, parts) for module in MODULES for line, parts in imports_of(module))


@cache
def imports_of(module: Path) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple(imports(module))


def test_there_is_a_house() -> None:
    assert len(MODULES) > 500
    assert len({room_of(module) for module in MODULES} & set().union(*FLOORS)) == len(set().union(*FLOORS))


def test_imports_lead_only_upwards() -> None:
    downwards = [
        f"{name_of(module)}:{line} imports {room} from below"
        for module, line, parts in all_imports()
        for room in rooms_among(parts)
        if floor_of(room) > floor_of(room_of(module))
    ]
    assert not downwards, "\n".join(downwards)


def test_torch_and_qt_stay_in_their_rooms() -> None:
    astray = [
        f"{name_of(module)}:{line} imports {parts[0]}"
        for module, line, parts in all_imports()
        if room_of(module) not in FOREIGN.get(parts[0], {room_of(module)})
    ]
    assert not astray, "\n".join(astray)


def test_reading_imports_finds_relative_and_late_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = tmp_path / "checkpoint" / "reading.py"
    module.parent.mkdir()
    lines = ("from ..errors import FileError", "from . import entries", "def late():", "    import inspector.gui.app")
    module.write_text("\n".join(lines))
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    assert list(imports(module)) == [
        (1, ("inspector", "errors", "FileError")),
        (2, ("inspector", "checkpoint", "entries")),
        (4, ("inspector", "gui", "app")),
    ]


@pytest.mark.parametrize(
    ("door", "forbidden"),
    [
        ("inspector.cli", {"torch", "PySide6", "numpy", "rich", "pyqtgraph"}),
        ("inspector.checkpoint.reading", {"torch", "PySide6", "numpy"}),
        ("inspector.checkpoint.arrays", {"torch", "PySide6"}),
        ("inspector.analysis.statistics", {"torch", "PySide6"}),
        ("inspector.comparing.verdict_sentences", {"torch", "PySide6", "numpy"}),
        ("inspector.comparing.optimizers", {"torch", "PySide6", "numpy"}),
        ("inspector.series.measuring", {"torch", "PySide6", "numpy"}),
        ("inspector.gui.main_window", {"torch", "numpy", "pyqtgraph", "qtawesome"}),
        ("inspector.gui.app", {"torch", "numpy", "pyqtgraph", "qtawesome"}),
    ],
)
def test_a_door_loads_nothing_heavy(door: str, forbidden: set[str]) -> None:
    question = f"import {door}, sys; print(*sys.modules, sep='\\n')"
    answer = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    loaded = forbidden.intersection(answer.stdout.split())
    assert not loaded, f"importing {door} loads {', '.join(sorted(loaded))}: import it where it is used"


def test_a_file_can_be_read_in_one_sitting() -> None:
    too_long = [
        f"{name_of(module)} has {lines} lines: where does it fall into two?"
        for module in MODULES
        if (lines := len(module.read_text("utf-8").splitlines())) > longest(module)
    ]
    assert not too_long, "\n".join(too_long)


def longest(module: Path) -> int:
    return LINES_OF_MAIN_WINDOW if name_of(module) == "gui/main_window.py" else LINES_OF_A_FILE


def test_a_name_says_what_is_inside() -> None:
    vague = [module for module in MODULES if not VAGUE.isdisjoint(module.relative_to(PACKAGE).with_suffix("").parts)]
    assert not vague, "\n".join(map(name_of, vague))


def test_every_module_says_what_it_is_for() -> None:
    silent = [module for module in MODULES if tree_of(module).body and not ast.get_docstring(tree_of(module))]
    assert not silent, f"without a docstring: {', '.join(map(name_of, silent))}"
