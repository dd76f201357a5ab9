"""One window for each person and screen: a second start hands its files to the window that is open, and ends.

    place = take_place()              the place of the one window, or None where another process has it
    hand_over(paths) -> bool          whether the window that is open took them

Whoever has the place holds a lock on a file, which the system lets go of when a process ends however it ends, and
listens at a socket beside it, in a folder that is only this person's. So a socket that a crash left behind is known
for what it is, and of two starts at the same moment one has the place. What goes over the socket is one line of JSON
in UTF-8: `{"paths": [absolute paths], "token": "what the screen gave the start"}`; the answer is `ok` and a line's end.

Why this way: the second start of a double click should end before one has looked up. Here is no Qt: to import it
takes longer than all of this. The first start, which is to paint, takes the lock alone; the socket is there from its
first paint on (`Place.door`), and who calls before waits for it. On Windows
the socket is a named pipe, which Qt makes (`window_calls`).
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import socket

MOST_BYTES = 1 << 20
"""The longest message, in bytes."""
MOST_PATHS = 1000
LONGEST_PATH = 32_767
LONGEST_TOKEN = 256
OK = b"ok\n"
MOMENT = 2.0
"""Seconds that an open window has to answer; then it counts as hung."""
START = 15.0
"""Seconds that a window has which is only just being opened."""
_PAUSE = 0.02
_READY = b"ready"
_LONGEST_ADDRESS = 100  # bytes; systems end between 104 and 108
_TOKENS = ("XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID")


class Call(NamedTuple):
    """What a second start asks for."""

    paths: tuple[str, ...]
    token: str
    """What the screen gave that start, by which a window may come to the front; often empty."""


class Place:
    """The place of the one window, from `take_place` until `leave`."""

    def __init__(self, lock: int | None, address: str) -> None:
        self._lock = lock
        self._door: socket.socket | None = None
        self.address = address

    @property
    def door(self) -> socket.socket | None:
        """The socket that listens, from now on; None on Windows, where Qt makes the pipe of that address.

        Where there can be none, None too, and the place is left: another start may have it.
        """
        if self._door is None and self._lock is not None:
            self._door = _listening(self.address)
            if self._door is None:
                self.leave()
        return self._door

    def say_ready(self) -> None:
        """From now on calls are answered at once; until then the window is being opened."""
        if self._lock is not None:
            os.pwrite(self._lock, _READY, 0)

    def leave(self) -> None:
        """Lets the next one have the place. Can be called again."""
        if self._door is not None:
            self._door.close()
            self._door = None
        if self._lock is not None:
            for path in (self.address, _lock_of(self.address)):  # before the lock is let go of: they are still ours
                with contextlib.suppress(OSError):
                    os.unlink(path)
            os.close(self._lock)
            self._lock = None


def take_place() -> Place | None:
    """The place of the one window; None where another process has it, or where there is no safe place for it."""
    if sys.platform == "win32":
        return Place(None, name())  # two starts at the same moment both become windows there
    address = _address()
    lock = _locked(_lock_of(address)) if address else None
    return Place(lock, address) if lock is not None else None


def _listening(address: str) -> socket.socket | None:
    """A socket that listens at an address whose lock is ours; None where that cannot be."""
    import socket  # takes longer to load than the rest of this, and the first paint needs none

    door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(address)  # the lock is ours, so whoever listened there is gone
        door.bind(address)
        os.chmod(address, 0o600)
        door.listen(16)
    except OSError:
        door.close()
        return None
    return door


def hand_over(paths: Sequence[str], environment: Mapping[str, str] | None = None) -> bool:
    """Whether the window that is open took these paths (relative ones count from here), and has come to the front.

    False after a moment where there is none, or where it does not answer.
    """
    environment = os.environ if environment is None else environment
    token = next((environment[each] for each in _TOKENS if environment.get(each)), "")
    message = encode(Call(tuple(os.path.abspath(path) for path in paths), token))
    if sys.platform == "win32":
        return _through_pipe(message)
    address = _address()
    return bool(address) and _through_socket(address, message)


def place_or_handed_over(paths: Sequence[str]) -> tuple[Place | None, bool]:
    """The place, or whether the window that has it took the paths; neither where that one does not answer."""
    if sys.platform == "win32":
        return (None, True) if hand_over(paths) else (take_place(), False)
    place = take_place()
    if place is not None:
        return place, False
    if hand_over(paths):
        return None, True
    return take_place(), False  # it may have ended just now


# The message


def encode(call: Call) -> bytes:
    """The line that says it."""
    import json

    return json.dumps({"paths": call.paths, "token": call.token[:LONGEST_TOKEN]}).encode() + b"\n"


def decode(line: bytes) -> Call | None:
    """What a line asks for; None for anything but a list of absolute paths and a token."""
    import json

    if len(line) > MOST_BYTES:
        return None
    try:
        said: Any = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.keys() != {"paths", "token"} or not isinstance(said["paths"], list):
        return None
    paths, token = said["paths"], said["token"]
    if len(paths) > MOST_PATHS or not all(map(_is_path, paths)) or not _is_token(token):
        return None
    return Call(tuple(paths), token)


def _is_path(path: object) -> bool:
    if not isinstance(path, str) or not 0 < len(path) <= LONGEST_PATH or "\0" in path or not os.path.isabs(path):
        return False
    try:
        os.fsencode(path)
    except UnicodeError:  # half a character, which no file has in its name
        return False
    return True


def _is_token(token: object) -> bool:
    return isinstance(token, str) and len(token) <= LONGEST_TOKEN and token.isascii() and (
        token.isprintable() or not token
    )  # fmt: skip


# Where


def name() -> str:
    """What tells this window's place from others: the person, the screen, and the settings it keeps."""
    environment = os.environ
    platform = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    display = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY", "").removesuffix(".0")
    settings = environment.get("CHECKPOINT_INSPECTOR_SETTINGS") or environment.get("XDG_CONFIG_HOME")
    parts = (
        "" if platform in ("xcb", "wayland") else platform,
        display if sys.platform not in ("win32", "darwin") else "",
        os.path.abspath(settings or os.path.expanduser("~")),
        environment.get("SESSIONNAME", "") if sys.platform == "win32" else "",
        _person(),
    )
    return "checkpoint-inspector-" + f"{_number_of(os.fsencode(chr(0).join(parts))):016x}"


def _number_of(text: bytes) -> int:
    """FNV-1a of 64 bits: tells a person's few places apart, and needs no library of ciphers."""
    number = 0xCBF29CE484222325
    for byte in text:
        number = (number ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return number


def _person() -> str:
    return environment_name() if sys.platform == "win32" else str(os.getuid())


def environment_name() -> str:
    """The name of the person who is logged in on Windows."""
    return f"{os.environ.get('USERDOMAIN', '')}\\{os.environ.get('USERNAME', '')}"


def _address() -> str:
    """Where the socket is, in a folder that nobody else can write in; empty where there is none."""
    for folder in _folders():
        address = os.path.join(folder, f"{name()}.socket")
        if len(os.fsencode(address)) <= _LONGEST_ADDRESS and _is_only_ours(folder):
            return address
    return ""


def _folders() -> Iterator[str]:
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(runtime):
        yield runtime
    folder = os.path.join(os.environ.get("TMPDIR") or "/tmp", f"checkpoint-inspector-{os.getuid()}")
    with contextlib.suppress(OSError):
        os.mkdir(folder, 0o700)
    yield folder


def _is_only_ours(folder: str) -> bool:
    """Whether it is a folder, no link, ours, and closed to everybody else."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def _lock_of(address: str) -> str:
    return address.removesuffix(".socket") + ".lock"


def _locked(path: str) -> int | None:
    """The open lock file, locked; None where another process has locked it."""
    import fcntl

    for _attempt in range(10):
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError:
            return None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(lock), os.stat(path)):
                os.truncate(lock, 0)
                return lock
        except FileNotFoundError:
            pass  # the one before removed it between our two steps: what we locked is gone
        except OSError:
            os.close(lock)
            return None
        os.close(lock)
    return None


# The way there


def _through_socket(address: str, message: bytes) -> bool:
    import socket

    begun = time.monotonic()
    while time.monotonic() < begun + _patience(address):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(MOMENT)
            try:
                line.connect(address)
            except (FileNotFoundError, ConnectionRefusedError):
                if not os.path.exists(_lock_of(address)):
                    return False
                time.sleep(_PAUSE)  # it is about to listen, or about to end
                continue
            except OSError:
                return False
            return is_ours(line) and _is_taken(line, message, address, begun)
    return False


def _is_taken(line: socket.socket, message: bytes, address: str, begun: float) -> bool:
    """Sends the message and waits for the answer, as long as a window may take that is in this state."""
    answer = b""
    try:
        line.sendall(message)
        line.settimeout(0.2)
        while time.monotonic() < begun + _patience(address):
            try:
                piece = line.recv(len(OK))
            except TimeoutError:
                continue
            answer += piece
            if answer == OK or not piece:
                break
    except OSError:
        return False
    return answer == OK


def _patience(address: str) -> float:
    try:
        with open(_lock_of(address), "rb") as lock:
            return MOMENT if lock.read(len(_READY)) == _READY else START
    except OSError:
        return MOMENT


def is_ours(line: socket.socket) -> bool:
    """Whether the process at the other end is this person's; where the system does not say, the folder is the guard."""
    import socket

    if not hasattr(socket, "SO_PEERCRED"):
        return True
    try:
        said = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    except OSError:
        return False
    return int.from_bytes(said[4:8], sys.byteorder) == os.getuid()


def _through_pipe(message: bytes) -> bool:
    """The same on Windows, where a pipe is a file; a thread waits for it, since it cannot be told how long."""
    import threading

    answers: list[bytes] = []

    def ask() -> None:
        with contextlib.suppress(OSError), open(rf"\\.\pipe\{name()}", "r+b", buffering=0) as pipe:
            pipe.write(message)
            answers.append(pipe.read(len(OK)))

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(MOMENT)
    return answers == [OK]
