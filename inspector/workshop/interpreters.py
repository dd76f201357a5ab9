"""The Python interpreters that a person may mean, and whether they have torch.

    look("/usr/bin/python3")        which Python it is, and its torch; a tenth of a second, as nothing of it is imported
    looking(candidates(), ...)      the same of many, a couple at a time: a generator
    first_with_torch("nets.py")     the one that is taken where none was chosen: a generator

`environments` says where they lie. What was told is remembered until this process ends, except that one without torch
is asked again: somebody may have installed it meanwhile.

Why this way: torch is asked for by what pip wrote down when it was installed. To import it would take seconds in each
of them; whether it works shows when it is used. The question takes the folder that it is asked in out of the path:
files that lie there, beside somebody's checkpoint, are not to be imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from ..errors import InspectorError
from ..language import ntr, tr
from ..progress import Progress
from .environments import candidates, is_ours
from .requests import Interpreter, WorkshopError

PATIENCE = 20.0
"""Seconds that an interpreter may take to say what it is."""
_LITTLE_PATIENCE = 5.0
"""The same where many are asked, and nobody named them."""
AT_ONCE = 2
"""How many are asked at a time."""
_TICK = 0.02
_MOST_SAID = 10_000
"""Bytes that an answer may have."""
_QUESTION = """
import sys
sys.path[:] = [path for path in sys.path if path]
import json, platform
from importlib import metadata
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
print(json.dumps([platform.python_version(), sys.executable, version("torch"), version("torchvision")]))
"""
_known: dict[str, Interpreter] = {}
"""Those that have told that they have torch, by the path that they were asked at."""


def this_interpreter() -> Interpreter:
    """What this process runs on."""
    return Interpreter(platform.python_version(), sys.executable, version_of("torch"), version_of("torchvision"))


def version_of(package: str) -> str:
    """The version of an installed package, without importing it; empty when it is not there."""
    from importlib import metadata  # takes as long as all the rest

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def look(executable: str) -> Interpreter:
    """Which Python `executable` is, and what it has. Raises InspectorError when it is none, or too old (3.8 is not)."""
    for word in looking([executable]):
        if not isinstance(word, Progress):
            if isinstance(word[1], InspectorError):
                raise word[1]
            found: Interpreter = word[1]
    return found


def looking(executables: Iterable[str], patience: float = PATIENCE) -> Generator[Any, None, None]:
    """Asks each; yields (path, Interpreter, or the InspectorError that says why not) as they answer, and Progress.

    A couple are asked at a time. To close it ends those that are being asked.
    """
    waiting = list(executables)
    asked: list[_Question] = []
    total = len(waiting)
    try:
        while waiting or asked:
            while waiting and len(asked) < AT_ONCE:
                asked.append(_Question(waiting.pop(0), patience))
            for each in [each for each in asked if each.is_over()]:
                asked.remove(each)
                yield each.path, each.answer()
            yield Progress(total - len(waiting) - len(asked), total, "interpreters", tr("Looking for torch"))
            if asked:
                time.sleep(_TICK)
    finally:
        for each in asked:
            each.end()


def first_with_torch(file: str = "") -> Generator[Progress, None, str]:
    """The likeliest interpreter that has torch; `file` is the model's .py file, if it may be run.

    Raises WorkshopError when there is none.
    """
    paths = candidates(file)
    told: dict[str, Any] = {}
    for word in looking(paths, _LITTLE_PATIENCE):
        if isinstance(word, Progress):
            yield word
        else:
            told[word[0]] = word[1]
        for path in paths:
            if path not in told:
                break
            if isinstance(told[path], Interpreter) and told[path].torch:
                return path
    pythons = [path for path in paths if isinstance(told[path], Interpreter)]
    raise _no_torch(pythons)


def _no_torch(pythons: Sequence[str]) -> WorkshopError:
    said = tr("No Python 3.8 or newer was found.")
    hint = tr("Install Python and torch, or choose the Python that has torch.")
    if pythons:
        said = ntr("The {n} Python that was found has no torch.", "None of the {n} Pythons has torch.", len(pythons))
        hint = tr(
            "Install it in one of them ({python} -m pip install torch), or choose the Python that has it.",
            python=pythons[0],
        )
    return WorkshopError(said, title=tr("No Python with torch was found"), hint=hint)


class _Question:
    """One interpreter that is being asked."""

    def __init__(self, path: str, patience: float) -> None:
        self.path = path
        self._until = time.monotonic() + patience
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None
        self._error: OSError | None = None
        self._is_known = path in _known and os.path.exists(path)
        if is_ours(path):
            self._error = OSError(0, tr("it is this program"))
        elif not self._is_known:
            self._start()

    def _start(self) -> None:
        nowhere = subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(
                [self.path, "-c", _QUESTION],
                stdin=nowhere,
                stdout=subprocess.PIPE,
                stderr=nowhere,
                start_new_session=True,
            )
        except OSError as error:
            self._error = error

    def is_over(self) -> bool:
        """Whether it has ended, or has taken too long."""
        return self._process is None or self._process.poll() is not None or time.monotonic() > self._until

    def answer(self) -> Interpreter | InspectorError:
        """What it said. Asked when it is over."""
        if self._is_known:
            return _known[self.path]
        if self._process is None:
            reason = (self._error.strerror or self._error) if self._error is not None else ""
            return InspectorError(
                tr("{executable} cannot be started: {strerror}.", executable=self.path, strerror=reason)
            )
        is_late = self._process.poll() is None
        said = b"" if is_late else _read(self._process)
        self.end()
        if is_late:
            return InspectorError(
                tr(
                    "{executable} did not answer within {patience:.0f} s.",
                    executable=self.path,
                    patience=self._patience,
                )
            )
        try:
            found = Interpreter(*map(_text, json.loads(said)))
        except (ValueError, TypeError, RecursionError):
            text = tr("{executable} is no Python 3.8 or newer.", executable=self.path)
            return InspectorError(text, hint=tr("Choose another."))
        if found.torch:
            _known[self.path] = found
        return found

    def end(self) -> None:
        """Ends it with whatever it started."""
        if self._process is None:
            return
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _read(process: subprocess.Popen[bytes]) -> bytes:
    """What a process that has ended left in its pipe; what it started may hold the pipe open, and is not waited for."""
    assert process.stdout is not None
    if hasattr(os, "set_blocking"):
        os.set_blocking(process.stdout.fileno(), False)
    return process.stdout.read(_MOST_SAID) or b""
