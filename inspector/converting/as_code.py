"""A wish as what can be copied: the command line of `inspector convert`, and Python for torch."""

from __future__ import annotations

from .wishes import Wish


def as_command(path: str, wish: Wish, target: str, *, overwrite: bool = False) -> str:
    """The line for a shell that does the same."""
    raise NotImplementedError


def as_python(path: str, wish: Wish, target: str, *, source: str = "zip", is_module: bool = False) -> str:
    """Python that does the same with torch (and safetensors) alone; empty where a few lines cannot say it.

    `source` and `is_module` are those of the `Offers`.
    """
    raise NotImplementedError
