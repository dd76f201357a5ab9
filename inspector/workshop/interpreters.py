"""The Python interpreters that a person may mean, and what each has."""

from __future__ import annotations

import platform
import sys

from .requests import Interpreter


def this_interpreter() -> Interpreter:
    """What this process runs on."""
    return Interpreter(platform.python_version(), sys.executable, version_of("torch"), version_of("torchvision"))


def version_of(package: str) -> str:
    """The version of an installed package, without importing it; empty when it is not there."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
