"""What `make run` does: the window where there is a screen, and the same job visibly where there is none.

    python tools/run.py [--pictures FOLDER] [FILE...]

Without a screen a sample (or the files named) is opened in a window that is drawn into memory, a picture
of each panel is written to a folder, and the terminal's view of the file is printed.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = "build/panels"
SAMPLE = "sample_checkpoints/fashion_classifier.pt"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Open the window, or without a screen show what it would show.")
    parser.add_argument("--pictures", default=PICTURES, metavar="FOLDER", help="where pictures go without a screen")
    parser.add_argument("files", nargs="*", metavar="FILE")
    asked = parser.parse_args(arguments)
    reason = why_no_screen()
    if not reason:
        return python("-m", "inspector", "open", *asked.files)
    print(f"No screen ({reason}): a picture of each panel goes to {asked.pictures}, the text follows here.", flush=True)
    return show_without_screen(asked.files or [SAMPLE], asked.pictures)


def show_without_screen(files: list[str], pictures: str) -> int:
    """Pictures of the panels and the terminal's view of `files`; the exit code of what failed, if anything did."""
    failed = python("-m", "inspector.gui.screenshots", "--out", pictures, *files, QT_QPA_PLATFORM="offscreen")
    for file in files:
        print(f"\n$ inspector show {file}", flush=True)
        failed = python("-m", "inspector", "show", file) or failed
    return failed


def why_no_screen() -> str:
    """Empty when there is a screen, else the reason in a few words."""
    if not sys.platform.startswith("linux"):
        return ""
    display, wayland = os.environ.get("DISPLAY", ""), os.environ.get("WAYLAND_DISPLAY", "")
    if not display and not wayland:
        return "neither DISPLAY nor WAYLAND_DISPLAY is set"
    if (wayland and answers_wayland(wayland)) or (display and answers_x11(display)):
        return ""
    return f"nothing answers at {wayland or 'DISPLAY ' + display}"


def answers_wayland(name: str) -> bool:
    """Whether a compositor listens; Qt would abort the process where none does."""
    return answers_at(str(Path(os.environ.get("XDG_RUNTIME_DIR", "/run"), name)))


def answers_x11(display: str) -> bool:
    """Whether an X server listens at `display`, `[host]:number[.screen]`."""
    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit():
        return False
    if host in ("", "unix"):
        # Linux has X servers listen at the abstract name, others at the path.
        path = f"/tmp/.X11-unix/X{number}"
        return answers_at("\0" + path) or answers_at(path)
    try:
        socket.create_connection((host, 6000 + int(number)), timeout=5).close()
    except OSError:
        return False
    return True


def answers_at(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as door:
        try:
            door.connect(path)
        except OSError:
            return False
    return True


def python(*arguments: str, **environment: str) -> int:
    """Runs this Python in the checkout and gives its exit code."""
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env={**os.environ, **environment}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
