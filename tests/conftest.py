"""What holds for every test: no screen, settings of its own, and nothing left running.

Warnings and Qt's log lines fail a test as well; pyproject.toml says so, and which ones are let by.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

# Before anything can import Qt. Whoever wants to see the windows sets another platform.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Programs that tests start buffer what they print, as they do for people: an unbuffered one hides what goes
# wrong in the last flush.
os.environ.pop("PYTHONUNBUFFERED", None)
# Nor do they write compiled modules: some are watched for everything they write, and in a fresh checkout that
# would be the first thing.
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
# The window speaks the language of the system: here English, whoever runs the tests.
os.environ |= {"LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
# Tests run beside each other, and beside windows that draw: threads of torch that wait for each other sleep.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import psutil
import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 20.0
"""Seconds that threads and processes are given to end by themselves once their test is over."""

# Random files are as slow as they happen to be, so no example is timed; `make soak` tries many more of them.
# Where every change is checked the examples are the same each time: a change is judged by what it changed.
settings.register_profile("tests", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile(
    "soak", deadline=None, max_examples=20_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("tests")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample checkpoints."""
    return ROOT / "sample_checkpoints"


@pytest.fixture(autouse=True)
def _fresh_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings in an empty folder: a test neither sees nor changes what the person at this machine set."""
    monkeypatch.setenv("CHECKPOINT_INSPECTOR_SETTINGS", str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    """Fails a test that leaves a thread or a child process running, and says how to find it."""
    before = _running()
    yield
    leftover = [one for one in _running() if one not in before]
    if leftover:
        _let_end(leftover)
        still = [one for one in leftover if one in _running()]
        lesson = _lesson(still)  # while they can be asked what they are
        _stop(still)
        if still:
            pytest.fail(lesson, pytrace=False)


Running = threading.Thread | psutil.Process | tuple[int, str]
"""A Python thread, a child process, or a thread of Qt's as (id, name)."""


ADVICE = {
    psutil.Process: "A child process ends with its Popen in a `with` block; a kill() needs a wait() after it.",
    threading.Thread: "A Python thread ends when what it waits for is closed: close it, then join() the thread.",
    tuple: "A QThread ends with its job: wait for the job's ending (succeeded, failed or cancelled), or give the\n"
    "window to qtbot.addWidget, so that closing it cancels what runs and waits for it.",
}


def _running() -> list[Running]:
    return [*threading.enumerate(), *filter(_lives, _children()), *_qt_threads()]


def _children() -> list[psutil.Process]:
    """The processes below this one. psutil reads all processes of the machine for that, Linux keeps the list."""
    if not Path("/proc/thread-self/children").exists():
        return psutil.Process().children(recursive=True)
    found: list[psutil.Process] = []
    to_visit = _ids_of_children(os.getpid())
    while to_visit:
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(to_visit[-1]))
        to_visit += _ids_of_children(to_visit.pop())
    return found


def _ids_of_children(process: int) -> list[int]:
    """Asked until two answers are the same: one that ends meanwhile may hide the one after it in the list."""
    before, now = None, _read_children(process)
    while now != before:
        before, now = now, _read_children(process)
    return now


def _read_children(process: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):  # gone by now
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children", "rb") as listed:
                found += map(int, listed.read().split())
    return found


def _lives(process: psutil.Process) -> bool:
    """Whether it neither ended nor is gone by now: a grandchild may go at any moment."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _qt_threads() -> list[tuple[int, str]]:
    """Threads that Qt started: it names them after the QThread's class or objectName, unlike numpy's and torch's.

    Pooled threads and those of Qt's own services live on for a while by design and are left out.
    """
    own_name = _name_of_thread(os.getpid())
    named = ((task, _name_of_thread(task)) for task in _task_ids())
    python = {thread.native_id for thread in threading.enumerate()}
    return [
        (task, name)
        for task, name in named
        if name and name != own_name and task not in python and not name.startswith(("Thread (pooled)", "QDBus"))
    ]


def _task_ids() -> list[int]:
    folder = Path("/proc/self/task")
    return [int(task.name) for task in folder.iterdir()] if folder.is_dir() else []


def _name_of_thread(task: int) -> str:
    try:
        return Path(f"/proc/self/task/{task}/comm").read_text().strip()
    except OSError:
        return ""


def _let_end(leftover: list[Running]) -> None:
    """Waits for what is ending anyway, no longer than `PATIENCE` in all."""
    end = time.monotonic() + PATIENCE
    for one in leftover:
        if isinstance(one, threading.Thread):
            one.join(max(0.0, end - time.monotonic()))
    psutil.wait_procs([one for one in leftover if isinstance(one, psutil.Process)], timeout=PATIENCE)
    while time.monotonic() < end and any(one in _qt_threads() for one in leftover if isinstance(one, tuple)):
        threading.Event().wait(0.01)


def _stop(leftover: list[Running]) -> None:
    """Ends the processes, so that the tests that follow are not blamed for them. Threads cannot be ended."""
    for one in leftover:
        if isinstance(one, psutil.Process):
            with contextlib.suppress(psutil.Error):
                one.kill()


def _lesson(leftover: list[Running]) -> str:
    lines = [f"This test left running: {', '.join(map(_described, leftover))}."]
    lines += [advice for kind, advice in ADVICE.items() if any(isinstance(one, kind) for one in leftover)]
    return "\n".join(lines)


def _described(one: Running) -> str:
    if isinstance(one, psutil.Process):
        return f"process {one.pid} ({_command(one)})"
    if isinstance(one, threading.Thread):
        return f"Python thread {one.name!r}"
    return f"Qt thread {one[1]!r}"


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:120]
    except psutil.Error:
        return "already gone"
