"""What the child loads can be read by Python 3.8: the person's interpreter may be as old as that."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "inspector"
DOORS = ("workshop/forking.py", "workshop/serving.py", "workshop/running/running.py", "workshop/running/rank.py")
OLDEST = (3, 8)
BUILT_IN = {"list", "dict", "tuple", "set", "frozenset", "type"}


def loaded() -> list[Path]:
    """The modules that the doors of the child lead to, inside of functions too."""
    found: dict[Path, None] = {}
    to_visit = [PACKAGE / door for door in DOORS]
    while to_visit:
        module = to_visit.pop()
        if module not in found:
            found[module] = None
            to_visit.extend(imported(module))
    return list(found)


def imported(module: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = module.parents[node.level - 1]
            base = folder.joinpath(*node.module.split(".")) if node.module else folder
            places = [base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)]
            yield from (place for place in places if place.is_file())


def evaluated(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes but annotations, which are text as long as nobody asks."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from evaluated(child)


def only_for_types(tree: ast.Module) -> set[int]:
    """The lines below `if TYPE_CHECKING:`."""
    checks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    return {line for check in checks for line in range(check.lineno, (check.end_lineno or check.lineno) + 1)}


def test_the_doors_lead_to_the_runs() -> None:
    names = {module.name for module in loaded()}
    assert {"building.py", "solving.py", "training.py", "inference.py", "datasets.py", "run_words.py"} <= names


@pytest.mark.skipif(sys.version_info >= (3, 13), reason="this Python no longer knows the grammar of 3.8")
@pytest.mark.parametrize("module", loaded(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_it_is_written_in_its_grammar(module: Path) -> None:
    ast.parse(module.read_text("utf-8"), feature_version=OLDEST)


@pytest.mark.parametrize("module", loaded(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_is_subscripted_that_could_not_be_then(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    late = only_for_types(tree)
    abstract = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "collections.abc"
        for alias in node.names
    }
    for node in evaluated(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.lineno not in late:
            found = node.value.id
            assert found not in abstract | BUILT_IN, f"{module.name}:{node.lineno} evaluates {found}[...]"
