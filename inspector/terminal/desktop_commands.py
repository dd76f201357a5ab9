"""The commands that have a double click open checkpoints in the window, and take that back."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..gui.desktop.said import Done
    from .commands import Commands

_FOR_YOU = "For you alone, so without more rights than you have."


def add(commands: Commands) -> None:
    """Adds `install-desktop` and `uninstall-desktop` to the commands."""
    parser = commands.add_parser(
        "install-desktop",
        help="have a double click open checkpoints in the window",
        description="Tells the desktop of the window and of the files that it opens: .pth .pt .ckpt .safetensors"
        f" .pth.tar. {_FOR_YOU} `inspector uninstall-desktop` takes all of it away again.",
    )
    parser.set_defaults(command=_install)
    parser = commands.add_parser(
        "uninstall-desktop",
        help="take that back",
        description="Takes away all that `inspector install-desktop` wrote, and gives back what was there before.",
    )
    parser.set_defaults(command=_uninstall)


def _install(_options: argparse.Namespace) -> int:
    from ..gui.desktop import installing

    done = installing.install()
    print("A double click on a checkpoint opens it in the window from now on. Written were:")
    return _tell(done)


def _uninstall(_options: argparse.Namespace) -> int:
    from ..gui.desktop import installing

    done = installing.uninstall()
    print("Nothing of it was there." if not done.removed else "A double click opens what it did before. Removed were:")
    return _tell(done)


def _tell(done: Done) -> int:
    from ..wording import safe

    for path in (*done.written, *done.removed):
        print(f"  {safe(path, 1000)}")
    for note in done.notes:
        sys.stderr.write(f"inspector: {note}\n")
    return 0
