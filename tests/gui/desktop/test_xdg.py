"""Linux: what is written for a person, what the desktop's own programs say to it, and that all of it goes again."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector.errors import InspectorError
from inspector.gui.desktop import desktop_entry, icon_files, installing, mime_package, mimeapps, program, xdg
from inspector.gui.desktop.kinds import ARCHIVE, LEGACY, SAFETENSORS, TAR
from inspector.gui.desktop.xdg import ENTRY, Home

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux")
COMMAND = ("/opt/checkpoint inspector/bin/checkpoint-inspector",)


def needs(*tools: str) -> pytest.MarkDecorator:
    missing = [tool for tool in tools if not shutil.which(tool)]
    return pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """The folders of somebody new."""
    return Home(tmp_path / "home/.local/share", tmp_path / "home/.config")


@pytest.fixture
def others(home: Home) -> Home:
    """The folders of somebody who has set up other things, and whose desktop has read them."""
    for place, text in {
        "mime/packages/other.xml": '<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">'
        '<mime-type type="text/x-other"><glob pattern="*.other"/></mime-type></mime-info>',
        "applications/other.desktop": "[Desktop Entry]\nType=Application\nName=Other\nExec=other\n"
        "MimeType=text/x-other;\n",
        f"applications/{ENTRY}": "[Desktop Entry]\nType=Application\nName=My own\nExec=mine\n",
        "icons/hicolor/16x16/apps/other.png": "no picture",
        "checkpoint-inspector/notes.txt": "mine",
    }.items():
        path = home.data / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    home.config.mkdir(parents=True)
    (home.config / "mimeapps.list").write_bytes(
        b"# mine\n[Added Associations]\ntext/plain=other.desktop;\n\n[Default Applications]\ntext/plain=other.desktop\n"
        b"application/x-pytorch=other.desktop;third.desktop;\n\n[Removed Associations]\nodd line"
    )
    list(xdg._tell_the_desktop(home))
    return home


def contents(home: Home) -> dict[str, bytes | None]:
    """Everything below the home folder; None for folders."""
    root = home.config.parent
    return {str(path): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def run(*command: str | Path, home: Home, **more: str) -> str:
    environment = os.environ | {"XDG_DATA_HOME": str(home.data), "XDG_CONFIG_HOME": str(home.config), "LC_ALL": "C"}
    done = subprocess.run([str(word) for word in command], env=environment | more, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


# The entry


@pytest.mark.parametrize(
    ("command", "value"),
    [
        (("/usr/bin/a",), "/usr/bin/a"),
        (("/a b/c", "-m", "x"), '"/a b/c" -m x'),
        (('/a"b$`',), r'"/a\\"b\\$\\`"'),
        ((r"/a\b",), r'"/a\\\\b"'),
        (("/50%/a",), r'/bin/sh -c "exec \\"\\$0\\" \\"\\$@\\"" /50%%/a'),
        (("/a", "50%"), "/a 50%%"),
        (("/a\nb",), r'"/a\nb"'),
        (("/x=1/a",), r'/bin/sh -c "exec \\"\\$0\\" \\"\\$@\\"" /x=1/a'),
    ],
)
def test_a_command_is_quoted(command: tuple[str, ...], value: str) -> None:
    assert desktop_entry.executed(command) == value


@needs("gio")
@pytest.mark.parametrize("name", ["a b", "50%", 'it\'s $HOME `x` "y" \\ z', "x=1", "权重 (1) & <2>; #*?~|"])
def test_a_program_is_found_under_any_name(home: Home, tmp_path: Path, name: str) -> None:
    """GLib reads the entry as desktops do, and really starts the program with the paths of the files."""
    script = tmp_path / name / "program"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done > "$OUT.part"; mv "$OUT.part" "$OUT"\n')
    script.chmod(0o755)
    entry = home.data / "applications" / ENTRY
    entry.parent.mkdir(parents=True)
    entry.write_text(desktop_entry.text((str(script), "a word")))
    out = tmp_path / "out"
    path = tmp_path / "a 'b' %f $c.pth"
    path.touch()
    run("gio", "launch", entry, path, home=home, OUT=str(out))
    for _attempt in range(500):
        if out.exists():
            break
        subprocess.run(["sleep", "0.01"])
    assert out.read_text().splitlines() == ["a word", str(path)]
    assert desktop_entry.plain(next(x for x in entry.read_text().splitlines() if x.startswith("TryExec"))[8:]) == str(
        script
    )


@needs("desktop-file-validate")
def test_the_entry_is_valid(home: Home) -> None:
    xdg.install(home, COMMAND)
    assert run("desktop-file-validate", home.data / "applications" / ENTRY, home=home) == ""


# Setting up and taking away


@needs("xdg-mime", "update-desktop-database")
def test_the_desktop_answers_with_us(home: Home) -> None:
    xdg.install(home, COMMAND)
    for kind in (ARCHIVE, LEGACY, TAR, SAFETENSORS):
        assert run("xdg-mime", "query", "default", kind.type, home=home) == ENTRY
    assert xdg.state(home) == (True, COMMAND[0], True)


def test_all_of_it_goes_again(home: Home) -> None:
    home.config.parent.mkdir()
    for _time in range(2):
        done = xdg.install(home, COMMAND)
    assert all(os.path.exists(path) for path in done.written)
    gone = xdg.uninstall(home)
    assert set(gone.removed) < set(done.written)
    assert not contents(home)
    assert not xdg.state(home).is_installed
    assert xdg.uninstall(home) == ((), (), ())


def test_what_others_set_up_stays_byte_for_byte(others: Home) -> None:
    before = contents(others)
    xdg.install(others, COMMAND)
    text = (others.config / "mimeapps.list").read_text()
    assert "application/x-pytorch=checkpoint-inspector.desktop;other.desktop;third.desktop;\n" in text
    assert "text/plain=other.desktop\n" in text
    xdg.install(others, ("/another/program",))
    assert xdg.state(others).program == "/another/program"
    xdg.uninstall(others)
    assert contents(others) == before


def test_what_was_chosen_since_stays(others: Home) -> None:
    path = others.config / "mimeapps.list"
    xdg.install(others, COMMAND)
    path.write_bytes(path.read_bytes().replace(b"text/plain=other.desktop\n", b"text/plain=new.desktop\n"))
    xdg.install(others, COMMAND)
    path.write_bytes(path.read_bytes() + b"\n[Later]\n")
    xdg.uninstall(others)
    text = path.read_bytes()
    assert ENTRY.encode() not in text
    assert b"text/plain=new.desktop\napplication/x-pytorch=other.desktop;third.desktop;\n\n[Removed" in text
    assert text.endswith(b"odd line\n[Later]\n")


def test_a_set_up_that_was_broken_off_can_be_taken_away(others: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(others)
    plain = xdg.put
    for number in (0, 1, 5, 12):
        left = iter(range(number))

        def broken(path: Path, content: bytes, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise OSError(28, "No space left on device", str(path))
            plain(path, content)

        with monkeypatch.context() as patched:
            patched.setattr(xdg, "put", broken)
            with pytest.raises(OSError, match="No space"):
                xdg.install(others, COMMAND)
        xdg.uninstall(others)
        assert contents(others) == before


def test_a_link_to_the_list_of_defaults_stays_a_link(home: Home, tmp_path: Path) -> None:
    home.config.mkdir(parents=True)
    (tmp_path / "dotfiles").mkdir()
    (target := tmp_path / "dotfiles/list").write_bytes(b"[Default Applications]\r\na/b=c.desktop\r\n")
    (home.config / "mimeapps.list").symlink_to(target)
    xdg.install(home, COMMAND)
    assert target.read_bytes().count(b"\r\n") == target.read_bytes().count(b"\n") == 6
    xdg.uninstall(home)
    assert (home.config / "mimeapps.list").is_symlink()
    assert target.read_bytes() == b"[Default Applications]\r\na/b=c.desktop\r\n"


@pytest.mark.parametrize(
    "text", [b"", b"[Default Applications]", b"x", b"[A]\n\n\n[Default Applications]\n\n[B]\n", b"\xff\n"]
)
def test_any_list_of_defaults_takes_our_lines(text: bytes) -> None:
    written = mimeapps.with_ours(text, ["a/b", "c/d"], "me.desktop")
    assert mimeapps.programs_of(written, ["a/b", "c/d"]) == {"a/b": "me.desktop", "c/d": "me.desktop"}
    assert [line for line in text.split() if line not in written.split()] == []
    assert mimeapps.with_ours(written, ["a/b", "c/d"], "me.desktop") == written
    assert not mimeapps.programs_of(mimeapps.without_ours(written, ["a/b", "c/d"], "me.desktop", {}), ["a/b", "c/d"])


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with pytest.raises(InspectorError, match=r"file.* cannot be written: Not a directory"):
        installing.install()
    assert not installing.state().is_installed


def test_folders_that_are_not_absolute_count_as_not_there() -> None:
    assert xdg.home_of({"HOME": "/h", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "/c"}) == (
        Path("/h/.local/share"), Path("/c"),
    )  # fmt: skip


# Types


@needs("gio", "update-mime-database")
def test_files_are_told_apart_by_what_is_in_them(home: Home, tmp_path: Path, samples: Path) -> None:
    xdg.install(home, COMMAND)
    expected = {
        **{str(path): ARCHIVE.type for path in (*samples.glob("*.pth"), *samples.glob("*.pt"))},
        **{str(path): SAFETENSORS.type for path in samples.glob("*.safetensors")},
        str(samples / "legacy.pth"): LEGACY.type,
    }
    made: dict[str, tuple[bytes, str]] = {
        "distutils.pth": (b"/usr/lib/extra\nimport site\n", "text/x-python-path-configuration"),
        "notes.pt": (b"a text\n", "text/x-checkpoint-namesake"),
        "state.pt": (pickle.dumps({"a": 1}), ARCHIVE.type),
        "zero.bin": (bytes(300), "application/octet-stream"),
        "pytorch_model.bin": ((samples / "linear.pth").read_bytes(), ARCHIVE.type),
        "model.pth.tar": ((samples / "legacy.pth").read_bytes(), LEGACY.type),
        "zipped.ckpt": ((samples / "linear.pth").read_bytes(), ARCHIVE.type),
        "no_metadata": (struct.pack("<Q", 60) + b'{"a":{"dtype":"F32","shape":[]}}', SAFETENSORS.type),
        **{
            f"protocol{number}.pt": (pickle.dumps(0x1950A86A20F9469CFC6C, number) + pickle.dumps(1001), LEGACY.type)
            for number in range(6)
        },
    }  # fmt: skip
    for name, (content, type) in made.items():
        (tmp_path / name).write_bytes(content)
        expected[str(tmp_path / name)] = type
    with zipfile.ZipFile(tmp_path / "plain.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    for name, type in (("old.pth.tar", TAR.type), ("plain.tar", "application/x-tar")):
        with tarfile.open(tmp_path / name, "w") as tar:
            tar.add(samples / "networks.py", "sys_info")
        expected[str(tmp_path / name)] = type
    expected[str(tmp_path / "plain.zip")] = "application/zip"
    said = run("gio", "info", "-a", "standard::content-type", *expected, home=home)
    found = re.findall(r"^local path: (.+)$|standard::content-type: (.+)$", said, re.MULTILINE)
    assert dict(zip((path for path, _ in found[::2]), (type for _, type in found[1::2]))) == expected


def test_the_types_of_texts_come_behind_those_of_checkpoints() -> None:
    """Where the content says nothing, the first in the alphabet is taken."""
    assert sorted(mime_package.types())[0] == ARCHIVE.type


# Icons, and what is started


def test_icons_are_what_they_are_called() -> None:
    from PySide6.QtCore import QBuffer
    from PySide6.QtGui import QImage, QImageReader

    for size, png in icon_files.pngs((16, 512)).items():
        image = QImage.fromData(png)
        assert (image.width(), image.height()) == (size, size)
        assert image.pixelColor(size // 2, size // 2).alpha() == 255
        assert image.pixelColor(0, 0).alpha() == 0
    windows = QImage.fromData(icon_files.ico())
    assert not windows.isNull()
    buffer = QBuffer()
    buffer.setData(icon_files.icns())
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    assert QImageReader(buffer, b"icns").imageCount() == 6  # type: ignore[call-overload]


def test_what_is_started_is_the_program_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert program.words() == (str(tmp_path / "python"), "-m", "inspector", "open")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program.words() == (str(tmp_path / "python"),)
    (beside := tmp_path / "checkpoint-inspector").touch(0o755)
    assert program.words() == (str(beside),)


def test_the_commands_say_what_they_did(home: Home) -> None:
    said = [
        run(sys.executable, "-m", "inspector", f"{word}install-desktop", home=home) for word in ("", "un", "un")
    ]  # fmt: skip
    assert f"{home.data}/applications/{ENTRY}" in said[0]
    assert f"{home.data}/applications/{ENTRY}" in said[1]
    assert said[2] == "Nothing of it was there."
