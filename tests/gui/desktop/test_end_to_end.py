"""A double click on a real desktop: an X server, a window manager, and what a file manager calls."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent.parent
TOOLS = ("Xvfb", "openbox", "xdotool", "xprop", "gio", "update-mime-database")
MISSING = [tool for tool in TOOLS if not shutil.which(tool)]
pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux"),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
PATIENCE = 60.0
Found = TypeVar("Found")


def awaited(ask: Callable[[], Found], process: subprocess.Popen[bytes] | None = None) -> Found:
    """The first answer that is not empty."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := ask():
            return found
        assert process is None or process.poll() is None, "it ended"
        time.sleep(0.02)
    pytest.fail("it did not come")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A screen with a window manager, and the environment of somebody new who sits at it."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, pass_fds=(write,), stderr=quiet) as server:
        os.close(write)
        with open(read, "rb") as said:
            display = f":{int(said.readline())}"
        (tmp_path / "home").mkdir()
        (runtime := tmp_path / "run").mkdir(mode=0o700)
        left_out = ("XDG_", "QT_", "WAYLAND_", "DBUS_", "CHECKPOINT_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        environment |= {"HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(runtime), "DISPLAY": display}
        with subprocess.Popen(["openbox", "--sm-disable"], env=environment, stdout=quiet, stderr=quiet) as manager:
            supported = ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"]
            awaited(lambda: b"#" in subprocess.run(supported, env=environment, capture_output=True).stdout, manager)
            yield environment
            manager.terminate()
        server.terminate()


def said(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return done.stdout.strip()


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
