"""One window for each person: second starts hand their files over, and nothing else gets in."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui import one_window, start
from inspector.gui.app import Application
from inspector.gui.coming_to_front import end_of_start, moment_of
from inspector.gui.one_window import Call, Place, decode, encode, hand_over, take_place

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.skipif(os.name != "posix", reason="about sockets in folders")

SECOND_START = """
import sys
from inspector.gui.start import main
code = main(sys.argv[1:])
print(code, sorted({"PySide6", "numpy", "argparse"} & set(sys.modules)))
sys.exit(code)
"""
HOLDER = """
import sys
from inspector.gui.one_window import take_place
place = take_place()
assert place.door is not None
place.say_ready()
print("there", flush=True)
sys.stdin.read()
"""
RACER = """
import sys
from PySide6.QtCore import QTimer
from inspector.gui import start, app
def told(window):
    if len(window.panels) == 2:
        print("both", flush=True)
        QTimer.singleShot(0, window.close)
plain = app.MainWindow._add
def add(window, page):
    plain(window, page)
    told(window)
app.MainWindow._add = add
sys.exit(start.main(sys.argv[1:]))
"""


@pytest.fixture(autouse=True)
def _runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder for sockets whose name is short enough."""
    folder = tempfile.mkdtemp(prefix="ci-")
    monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
    yield
    shutil.rmtree(folder)


@pytest.fixture
def place() -> Iterator[Place]:
    found = take_place()
    assert found is not None
    yield found
    found.leave()


@pytest.fixture
def listening(qtbot: QtBot, inspector: Application, place: Place) -> Application:
    """A window that hears second starts."""
    inspector.take(place)
    qtbot.waitUntil(lambda: inspector.calls is not None)
    assert inspector.calls.is_listening
    return inspector


def child(code: str, *arguments: str, cwd: Path = ROOT) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], cwd=cwd, env=environment, text=True, **pipes)  # type: ignore[call-overload, no-any-return]


def ended(qtbot: QtBot, process: subprocess.Popen[str]) -> str:
    """What a child said, once it has ended; the window goes on meanwhile."""
    with process:
        try:
            qtbot.waitUntil(lambda: process.poll() is not None)
        except BaseException:
            process.kill()
            print(*process.communicate())
            raise
        said, complaint = process.communicate()
    assert process.returncode == 0, complaint
    return said.strip()


def names(inspector: Application) -> list[str]:
    return [file.name for file in inspector.session.files]


# A second start


def test_a_second_start_gives_its_files_to_the_window_and_loads_no_qt(
    qtbot: QtBot, listening: Application, samples: Path
) -> None:
    said = ended(qtbot, child(SECOND_START, "linear.pth", "../sample_checkpoints/half.pth", cwd=samples))
    assert said == "0 []"
    assert [file.path for file in listening.session.files] == [str(samples / "linear.pth"), str(samples / "half.pth")]
    assert listening.window.windowTitle().startswith("linear.pth")
    qtbot.waitUntil(lambda: all(file.contents is not None for file in listening.session.files))


def test_the_command_open_does_so_too(qtbot: QtBot, listening: Application, samples: Path) -> None:
    ended(
        qtbot, child("import sys; from inspector.cli import main; sys.exit(main())", "open", str(samples / "nan.pth"))
    )
    assert names(listening) == ["nan.pth"]


def test_a_start_without_files_brings_the_window_back(qtbot: QtBot, listening: Application) -> None:
    listening.window.showMinimized()
    assert ended(qtbot, child(SECOND_START)) == "0 []"
    assert not listening.window.windowState() & Qt.WindowState.WindowMinimized
    assert listening.window.windowState() & Qt.WindowState.WindowActive


def test_a_file_is_opened_once_and_names_of_any_bytes_come_through(
    qtbot: QtBot, listening: Application, tmp_path: Path, samples: Path
) -> None:
    odd = tmp_path / os.fsdecode(b"odd \xff \xe6\x9d\x83 \n.pth")
    shutil.copy(samples / "linear.pth", odd)
    for _each in range(2):
        ended(qtbot, child(SECOND_START, str(odd)))
    assert [file.path for file in listening.session.files] == [str(odd)]
    qtbot.waitUntil(lambda: listening.session.files[0].contents is not None)


def test_the_system_and_second_starts_ask_the_same_window(qtbot: QtBot, listening: Application, samples: Path) -> None:
    QApplication.sendEvent(listening.app, QFileOpenEvent(QUrl.fromLocalFile(str(samples / "linear.pth"))))
    ended(qtbot, child(SECOND_START, str(samples / "nan.pth"), str(samples / "linear.pth")))
    assert names(listening) == ["linear.pth", "nan.pth"]


def test_of_two_starts_at_once_one_is_the_window_of_both(qtbot: QtBot, samples: Path) -> None:
    racers = [child(RACER, str(samples / name)) for name in ("linear.pth", "nan.pth")]
    try:
        assert sorted(ended(qtbot, racer) for racer in racers) == ["", "both"]
    finally:
        for racer in racers:
            racer.kill()
            racer.wait()


# Who has the place


def test_a_place_is_had_by_one_and_free_again(place: Place) -> None:
    assert take_place() is None
    place.say_ready()
    place.leave()
    place.leave()
    assert not os.listdir(os.environ["XDG_RUNTIME_DIR"])
    again = take_place()
    assert again is not None
    again.leave()


def test_what_a_crash_left_behind_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_window, "MOMENT", 0.1)
    with child(HOLDER) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "there\n"
        assert take_place() is None
        holder.kill()
    assert any(name.endswith(".socket") for name in os.listdir(os.environ["XDG_RUNTIME_DIR"]))
    assert not hand_over([])
    place = take_place()
    assert place is not None
    place.leave()


def test_a_window_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_window, "MOMENT", 0.3)
    with child(HOLDER) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert one_window.place_or_handed_over(["a.pth"]) == (None, False)
        holder.kill()


def test_a_window_that_is_being_opened_is_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_window, "MOMENT", 0.1)
    assert one_window._patience(place.address) == one_window.START
    place.say_ready()
    assert one_window._patience(place.address) == 0.1


def test_another_window_gets_the_place_when_the_first_is_gone(
    qtbot: QtBot, inspector: Application, place: Place, samples: Path
) -> None:
    inspector.take(None)
    inspector.app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert inspector.place is None
    place.leave()
    inspector.app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert inspector.place is not None
    ended(qtbot, child(SECOND_START, str(samples / "nan.pth")))
    assert names(inspector) == ["nan.pth"]


def test_a_window_that_is_closed_takes_nothing(qtbot: QtBot, listening: Application, place: Place) -> None:
    listening.window.close()
    assert say(qtbot, place, encode(Call(("/none.pth",), ""))) == b""
    assert not listening.session.files


def test_settings_screens_and_what_is_never_seen_have_windows_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    found = []
    for variable, value in (
        ("DISPLAY", ":7"), ("DISPLAY", ":7.0"), ("DISPLAY", ":8"), ("WAYLAND_DISPLAY", "wayland-0"),
        ("QT_QPA_PLATFORM", "wayland"), ("CHECKPOINT_INSPECTOR_SETTINGS", "/else"), ("QT_QPA_PLATFORM", "offscreen"),
    ):  # fmt: skip
        monkeypatch.setenv(variable, value)
        found.append(one_window.name())
    assert [found.index(name) for name in found] == [0, 0, 2, 3, 3, 5, 6]


def test_another_person_is_neither_heard_nor_told(
    listening: Application, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the system said that who is at the other end, and whose folder it is, is somebody else."""
    own = os.getuid()
    one, other = socket.socketpair()
    with one, other:
        assert one_window.is_ours(one)
        monkeypatch.setattr(os, "getuid", lambda: own + 1)
        assert not one_window.is_ours(one)
    folder = os.environ["XDG_RUNTIME_DIR"]
    assert not one_window._is_only_ours(folder)
    monkeypatch.undo()
    os.chmod(folder, 0o750)
    assert not one_window._is_only_ours(folder)
    os.symlink(folder, link := f"{folder}-link")
    assert not one_window._is_only_ours(link)
    os.unlink(link)


# What is said


def say(qtbot: QtBot, place: Place, message: bytes) -> bytes:
    """The answer of the window, empty when it hangs up."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(place.address)
        line.setblocking(False)
        rest, heard = message, []

        def is_answered() -> bool:
            nonlocal rest
            try:
                rest = rest[line.send(rest) :] if rest else rest
                heard.append(line.recv(16))
            except BlockingIOError:
                return False
            except OSError:
                heard.append(b"")
            return True

        qtbot.waitUntil(is_answered)
    return heard[0]


SOUND = {"paths": ["/a.pth"], "token": ""}
GARBAGE = (
    b"\n",
    b"\0\xff\xfe\n",
    b"[" * 100_000 + b"\n",
    b'{"paths": ["/a.pth"]}\n',
    *(
        json.dumps(SOUND | wrong).encode() + b"\n"
        for wrong in (
            {"paths": "/a.pth"}, {"paths": ["a.pth"]}, {"paths": ["/a\0.pth"]}, {"paths": [""]}, {"paths": [None]},
            {"paths": ["/a.pth"] * 1001}, {"paths": ["/" + "a" * 40_000]}, {"paths": ["/\ud800"]}, {"run": "ls"},
            {"token": 7}, {"token": "a\nb"}, {"token": "a" * 300}, {"token": "é"},
        )
    ),
    json.dumps(SOUND).encode().ljust((1 << 20) + 100) + b"\n",
    b"x" * (3 << 20),
)  # fmt: skip


def test_whatever_is_no_list_of_paths_is_dropped(qtbot: QtBot, listening: Application, place: Place) -> None:
    for garbage in GARBAGE:
        assert say(qtbot, place, garbage) == b"", garbage[:80]
    assert not listening.session.files
    assert say(qtbot, place, encode(Call(("/none.pth",), "x"))) == b"ok\n"
    assert names(listening) == ["none.pth"]


def test_who_says_nothing_is_dropped(
    qtbot: QtBot, listening: Application, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.gui.window_calls.SLOWEST_MS", 30)
    assert say(qtbot, place, b"") == b""
    assert say(qtbot, place, b'{"paths": [') == b""


def test_a_call_survives_its_way() -> None:
    call = Call(("/a b.pth", os.fsdecode(b"/\xff")), "desk-1_TIME42")
    assert decode(encode(call)) == call
    assert encode(call).count(b"\n") == 1


@pytest.mark.parametrize(("token", "moment"), [("gnome-shell/Files/1-0-host_TIME1234567", 1234567), ("a", 0), ("", 0)])
def test_the_moment_of_a_click_is_in_the_token_of_x11(token: str, moment: int) -> None:
    assert moment_of(token) == moment


def test_the_end_of_a_start_is_told_in_pieces() -> None:
    pieces = end_of_start('desk-1 "x"_TIME42')
    assert all(len(piece) == 20 for piece in pieces)
    assert b"".join(pieces).rstrip(b"\0") == rb'remove: ID="desk-1 \"x\"_TIME42"'


def test_options_are_told_from_files() -> None:
    assert start.told_apart(["--new-window", "a", ""]) == ({"--new-window"}, ["a"])
    assert start.told_apart(["-a", "--", "--new-window", "--"]) == (set(), ["-a", "--new-window", "--"])
