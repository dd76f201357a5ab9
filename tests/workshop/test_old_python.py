"""What the child loads can be read by Python 3.8: the person's interpreter may be as old as that."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "inspector"
DOORS = ("workshop/forking.py", "workshop/serving.py", "workshop/running/running.py", "workshop/running/rank.py")
OLDEST = (3, 8)
BUILT_IN = {"list", "dict", "tuple", "set", "frozenset", "type"}


@cache
def tree_of(module: Path) -> ast.Module:
    return ast.parse(module.read_text("utf-8"), filename=str(module))


@cache
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
    for node in ast.walk(tree_of(module)):
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
def test_it_is_written_in_its_grammar() -> None:
    too_new = []
    for module in loaded():
        try:
            ast.parse(module.read_text("utf-8"), filename=str(module), feature_version=OLDEST)
        except SyntaxError as error:
            too_new.append(f"{module.relative_to(PACKAGE)}:{error.lineno} {error}")
    assert not too_new, "\n".join(too_new)


def test_nothing_is_subscripted_that_could_not_be_then() -> None:
    found = [
        f"{module.relative_to(PACKAGE)}:{line} evaluates {name}[...]"
        for module in loaded()
        for line, name in evaluated_subscripts(tree_of(module))
        if name in abstract_of(tree_of(module)) | BUILT_IN
    ]
    assert not found, "\n".join(found)


def abstract_of(tree: ast.Module) -> set[str]:
    """What a module imports from `collections.abc`, by the names that it has there."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "collections.abc"
        for alias in node.names
    }


def evaluated_subscripts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Each `name[...]` that Python works out when it runs, as (line, name)."""
    late = only_for_types(tree)
    for node in evaluated(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.lineno not in late:
            yield node.lineno, node.value.id


def test_what_is_too_new_is_found() -> None:
    tree = ast.parse(
        "from collections.abc import Iterator as Each\nif TYPE_CHECKING:\n    Late = list[int]\n"
        "def f(a: list[int]) -> Each[int]: ...\nNow = list[int]\nAlso = Each[int]"
    )
    assert list(evaluated_subscripts(tree)) == [(5, "list"), (6, "Each")]
    assert abstract_of(tree) == {"Each"}
