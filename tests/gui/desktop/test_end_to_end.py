"""A double click on a real desktop: an X server, a window manager, and what a file manager calls."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.gui.desktop.screens import ROOT, awaited, needs, said, screen

pytestmark = needs("Xvfb", "openbox", "xdotool", "xprop", "gio", "update-mime-database")
__all__ = ["screen"]


def test_a_double_click_opens_the_file_and_the_next_one_the_same_window(
    screen: dict[str, str], samples: Path, tmp_path: Path
) -> None:
    """`gio open` is what a file manager does: it asks for the type of the file, and what opens that."""
    python = [sys.executable, "-m", "inspector"]
    subprocess.run([*python, "install-desktop"], env=screen, cwd=ROOT, check=True, capture_output=True)
    folder = tmp_path / "my files"
    folder.mkdir()
    for name in ("linear.pth", "nan.pth"):
        shutil.copy(samples / name, folder)
    pid = 0
    try:
        with clicked(screen, folder / "linear.pth"):
            window = awaited(lambda: said(screen, "xdotool", "search", "--onlyvisible", "--name", "^linear.pth  –"))
            pid = int(said(screen, "xdotool", "getwindowpid", window))
        assert "checkpoint-inspector" in said(screen, "xprop", "-id", window, "WM_CLASS")
        said(screen, "xdotool", "windowminimize", "--sync", window)
        with clicked(screen, folder / "nan.pth"):
            awaited(lambda: said(screen, "xdotool", "getwindowname", window).startswith("nan.pth  –"))
        awaited(lambda: said(screen, "xdotool", "getactivewindow") == window)
        assert int(said(screen, "xdotool", "getwindowpid", window)) == pid, "the first one ended: ids are used again"
        assert "Normal" in said(screen, "xprop", "-id", window, "WM_STATE")
    finally:
        if pid:
            os.kill(pid, 15)
            awaited(lambda: not is_running(pid))


@contextlib.contextmanager
def clicked(environment: dict[str, str], path: Path) -> Iterator[None]:
    with subprocess.Popen(["gio", "open", str(path)], env=environment):
        yield


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
