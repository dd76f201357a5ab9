"""What a double click starts: the words of the command, to which the paths are added."""

from __future__ import annotations

import os
import sys

from .kinds import NAME


def words() -> tuple[str, ...]:
    """The bundle itself; the command that was installed beside this Python; or else this Python with the package."""
    folder, ending = os.path.dirname(sys.executable), ".exe" if sys.platform == "win32" else ""
    beside = os.path.join(folder, f"{NAME}{ending}")
    if os.path.isfile(beside) and os.access(beside, os.X_OK):
        return (beside,)
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    windowed = os.path.join(folder, "pythonw.exe")  # the Python of Windows that opens no terminal
    return (windowed if os.path.isfile(windowed) else sys.executable, "-m", "inspector", "open")
