"""Dragged with a real mouse on a real screen: a file of another program onto the window, and a row out of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.gui.desktop.screens import ROOT, awaited, needs, said, screen

pytestmark = needs("Xvfb", "openbox", "xdotool", "xprop")
__all__ = ["screen"]


@contextmanager
def running(environment: dict[str, str], out: Path, *arguments: str) -> Iterator[None]:
    with (
        open(out, "wb") as file,
        subprocess.Popen(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=file, stderr=subprocess.DEVNULL
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()


def mouse(environment: dict[str, str], *command: object) -> None:
    subprocess.run(["xdotool", *map(str, command)], env=environment, check=True)


def test_a_file_is_dropped_on_the_window_and_a_row_out_of_it(
    screen: dict[str, str], samples: Path, tmp_path: Path
) -> None:
    heard = tmp_path / "heard"
    window_of = ["-m", "inspector", "open", "--new-window", str(samples / "resnet_plain.pth")]
    other = [str(ROOT / "tests" / "gui" / "desktop" / "other_program.py"), "1060", "20", str(samples / "linear.pth")]
    environment = screen | {"CHECKPOINT_INSPECTOR_LANGUAGE": "en", "PYTHONPATH": str(ROOT)}
    with running(environment, tmp_path / "ours", *window_of), running(environment, heard, *other):
        found = ["xdotool", "search", "--onlyvisible", "--name", "^resnet_plain.pth  –"]
        window = awaited(lambda: said(environment, *found))
        mouse(environment, "windowsize", "--sync", window, 1000, 800)
        mouse(environment, "windowmove", window, 20, 40)
        awaited(lambda: "ready" in heard.read_text())

        mouse(environment, "mousemove", 1160, 80, "mousedown", 1)
        for step in range(12):
            mouse(environment, "mousemove", 1150 - 50 * step, 80 + 30 * step)
        awaited(lambda: wiggled(environment, 500, 450) and heard.read_text().splitlines()[-1] == "action CopyAction")
        mouse(environment, "mouseup", 1)
        awaited(lambda: said(environment, "xdotool", "getwindowname", window).startswith("linear.pth  –"))
        awaited(lambda: "ended CopyAction" in heard.read_text())

        mouse(environment, "key", "--window", window, "ctrl+Prior")
        awaited(lambda: said(environment, "xdotool", "getwindowname", window).startswith("resnet_plain.pth  –"))
        mouse(environment, "mousemove", 120, 330, "mousedown", 1)
        for step in range(10):
            mouse(environment, "mousemove", 150 + 100 * step, 330 - 25 * step)
        awaited(lambda: wiggled(environment, 1150, 80) and heard.read_text().count("over") > 3)
        mouse(environment, "mouseup", 1)
        awaited(lambda: "file " in heard.read_text())
        lines = dict(line.split(" ", 1) for line in heard.read_text().splitlines() if " " in line)
        path = Path(lines["file"])
        assert path.name in (f"{lines['text']}.npy", f"{lines['text']}.pt")
        assert path.stat().st_size
        if path.suffix == ".npy":
            np.load(path)
        mouse(environment, "windowfocus", "--sync", window, "key", "ctrl+q")
        awaited(lambda: not path.exists())


def wiggled(environment: dict[str, str], x: int, y: int) -> bool:
    """The mouse moved a little, so that whoever drags asks again."""
    mouse(environment, "mousemove", x + 5, y, "mousemove", x, y)
    return True
