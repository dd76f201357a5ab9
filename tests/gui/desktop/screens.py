"""A screen of its own: an X server with a window manager, and the environment of somebody new who sits at it."""

from __future__ import annotations

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
PATIENCE = 60.0
Found = TypeVar("Found")


def needs(*tools: str) -> list[pytest.MarkDecorator]:
    """Leaves tests out where there is no such screen, or one of these tools is not installed."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    return [
        pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux"),
        pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}"),
    ]


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
