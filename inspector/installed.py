"""Where that lies which comes with the program: beside the package in a checkout, inside it when installed.

And whether the program is a bundle, the folder that starts by double click: it brings a Python and libraries of its
own, which are for itself only. `leave_bundle` is the first thing that it does, `outside` gives others their
environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if False:  # what type checkers see, and nobody else loads
    from collections.abc import Mapping

_PACKAGE = Path(__file__).resolve().parent
_LOADERS = ("LD_LIBRARY_PATH", "LIBPATH", "DYLD_LIBRARY_PATH", "DYLD_FRAMEWORK_PATH")
"""Where the dynamic linkers look; what PyInstaller found there it keeps under the same name with `_ORIG`."""


def bundle() -> str:
    """The folder with the libraries of the bundle; empty when Python runs the program as it is."""
    return str(getattr(sys, "_MEIPASS", "")) if getattr(sys, "frozen", False) else ""


def leave_bundle() -> None:
    """Gives the environment back as it was before the bundle started, so that whatever is started finds its own.

    For this process the linker has read it already, and Qt knows by itself where its plugins lie.
    """
    if bundle():
        mine = outside(os.environ, bundle())
        for name in set(os.environ) - set(mine):
            del os.environ[name]
        os.environ.update(mine)


def outside(environment: Mapping[str, str], bundle: str) -> dict[str, str]:
    """`environment` as it was before a bundle with its libraries in the folder `bundle` was started.

    Gone are PyInstaller's own variables and, in all others, the paths that lead into the bundle.
    """
    found = {name: value for name, value in environment.items() if not name.startswith(("_PYI_", "_MEIPASS"))}
    for name in _LOADERS:
        if f"{name}_ORIG" in found:
            found[name] = found.pop(f"{name}_ORIG")
    return {name: kept for name, value in found.items() if (kept := _without(value, bundle)) or not value}


def _without(value: str, bundle: str) -> str:
    """A list of paths without those inside of `bundle`."""
    if bundle not in value:
        return value
    parts = value.split(os.pathsep)
    return os.pathsep.join(part for part in parts if part != bundle and not part.startswith(bundle + os.sep))


def resources() -> Path:
    """The folder `resources`: icons, style sheet, the table of architectures."""
    return _beside("_resources", "resources")


def samples() -> Path:
    """The folder `sample_checkpoints`."""
    return _beside("_samples", "sample_checkpoints")


def _beside(installed: str, checkout: str) -> Path:
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _PACKAGE.parent / checkout
