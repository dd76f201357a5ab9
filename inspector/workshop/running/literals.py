"""Plain values out of an expression of Python that is read and not run."""

from __future__ import annotations

import ast
import operator
from typing import Any

from ...language import tr

_SUMS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class NotPlain(ValueError):
    """An expression that is no plain value."""


def plain(node: Any) -> Any:
    """Numbers, texts, None, True, lists and tuples of them, and sums such as `8 / 255`. Raises NotPlain."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Tuple):
        return tuple(map(plain, node.elts))
    if isinstance(node, ast.List):
        return list(map(plain, node.elts))
    if isinstance(node, (ast.BinOp, ast.UnaryOp)):
        return _sum(node)
    raise NotPlain(tr("an argument is no plain value"))


def _sum(node: Any) -> Any:
    """A calculation with numbers; nothing else may be multiplied, a text would grow without end."""
    parts = [plain(each) for each in ([node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right])]
    if not all(isinstance(each, (int, float)) for each in parts):
        raise NotPlain(tr("only numbers can be calculated with"))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -parts[0]
    calculate = _SUMS.get(type(node.op))
    if calculate is None or len(parts) != 2:
        raise NotPlain(tr("only + - * / can be calculated with"))
    try:
        return calculate(*parts)
    except (ArithmeticError, ValueError) as error:
        raise NotPlain(tr("it cannot be calculated: {reason}", reason=error)) from error
