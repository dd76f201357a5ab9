"""Python source as a tree, from any thread."""

from __future__ import annotations

import ast
import threading

_one_at_a_time = threading.Lock()


def parsed(source: str | bytes) -> ast.Module:
    """The tree of a module. Raises as `ast.parse` does.

    One at a time: CPython counts the depth of all trees that it makes in one place, and where a collection of garbage
    lets another thread in between, it takes the sum for an error of its own (SystemError "AST constructor recursion
    depth mismatch", seen in 3.11.7).
    """
    with _one_at_a_time:
        return ast.parse(source)


def parsed_expression(source: str) -> ast.expr:
    """The tree of one expression; the same otherwise."""
    with _one_at_a_time:
        return ast.parse(source, mode="eval").body
