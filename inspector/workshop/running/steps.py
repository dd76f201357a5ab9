"""One transform as it was written."""

from __future__ import annotations

import ast
from typing import Any, NamedTuple

from ...language import marked
from .literals import NotPlain, plain

UNKNOWN = marked("This transform is not known")
SETTLED = {"CenterCrop", "Compose", "ConvertImageDtype", "FiveCrop", "Grayscale", "LinearTransformation", "Normalize",
            "PILToTensor", "Pad", "Resize", "TenCrop", "ToPILImage", "ToTensor"}  # fmt: skip
"""Those that always do the same."""
_MODULES = ("transforms", "T", "torchvision.transforms", "tv.transforms")
"""What people call torchvision.transforms."""


class Step(NamedTuple):
    """One transform as it was written."""

    name: str
    node: Any
    """The call, an ast.Call."""

    def __str__(self) -> str:
        return unparsed(self.node)

    @property
    def is_settled(self) -> bool:
        """Whether it always does the same to the same picture."""
        inner = [each for each in ast.walk(self.node) if isinstance(each, ast.Call)]
        return all(name_of(each) in SETTLED for each in inner)


def name_of(call: ast.Call) -> str:
    """`Resize` of `Resize(28)` and of `transforms.Resize(28)`."""
    module, _, name = unparsed(call.func).rpartition(".")
    return name if not module or module in _MODULES else f"{module}.{name}"


def unparsed(node: ast.AST) -> str:
    """An expression as text again."""
    if hasattr(ast, "unparse"):
        return ast.unparse(node)
    return _written(node)


def _written(node: Any) -> str:
    """As ast.unparse, which Python 3.8 does not have, for what may be in a transform."""
    if isinstance(node, ast.Name):
        return str(node.id)
    if isinstance(node, ast.Attribute):
        return f"{_written(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        given = [*map(_written, node.args), *(f"{each.arg}={_written(each.value)}" for each in node.keywords)]
        return f"{_written(node.func)}({', '.join(given)})"
    if isinstance(node, ast.List):
        return f"[{', '.join(map(_written, node.elts))}]"
    if isinstance(node, ast.Tuple):
        return f"({', '.join(map(_written, node.elts))}{',' if len(node.elts) == 1 else ''})"
    try:
        return repr(plain(node))
    except NotPlain:
        return f"({type(node).__name__})"
