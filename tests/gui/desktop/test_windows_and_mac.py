"""Windows and macOS: what is written there, with a registry in memory and a bundle in a folder."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.gui.desktop import mac, windows
from inspector.gui.desktop.windows import CLASSES, PROGRAM_ID

EXE = r"C:\Program Files\Checkpoint Inspector\checkpoint-inspector.exe"


class Memory:
    """A registry that is forgotten; like the real one it does not tell capitals from small letters."""

    def __init__(self) -> None:
        self.keys: dict[str, dict[str, str]] = {}

    def text(self, key: str, name: str) -> str | None:
        return self.keys.get(key.lower(), {}).get(name.lower())

    def put(self, key: str, name: str, text: str) -> None:
        parts = key.lower().split("\\")
        for length in range(1, len(parts) + 1):
            self.keys.setdefault("\\".join(parts[:length]), {})
        self.keys[key.lower()][name.lower()] = text

    def drop(self, key: str, name: str) -> None:
        self.keys.get(key.lower(), {}).pop(name.lower(), None)

    def remove(self, key: str) -> None:
        key = key.lower()
        self.keys = {
            each: texts for each, texts in self.keys.items() if each != key and not each.startswith(f"{key}\\")
        }

    def has(self, key: str) -> bool:
        return key.lower() in self.keys

    def is_empty(self, key: str) -> bool:
        return not self.keys[key.lower()] and not any(each.startswith(f"{key.lower()}\\") for each in self.keys)


@pytest.fixture
def registry() -> Memory:
    """The registry of somebody who opens `.pt` with something else and has `.ckpt` half set up."""
    memory = Memory()
    memory.put(rf"{CLASSES}\.pt", "", "Other.File")
    memory.put(rf"{CLASSES}\.ckpt\OpenWithProgids", "Third", "")
    memory.put(r"Software\RegisteredApplications", "Other", r"Software\Other")
    memory.put(r"Software\Microsoft\Windows\CurrentVersion\App Paths", "", "")
    return memory


def test_windows_is_told_and_forgets_again(registry: Memory, tmp_path: Path) -> None:
    before = {key: dict(texts) for key, texts in registry.keys.items()}
    for _time in range(2):
        done = windows.install(registry, (EXE,), tmp_path / "icons")
    assert windows.state(registry) == (True, EXE, True)
    assert registry.text(rf"{CLASSES}\{PROGRAM_ID}\shell\open\command", "") == f'"{EXE}" "%1"'
    assert registry.text(rf"{CLASSES}\.pth", "") == PROGRAM_ID
    assert registry.text(rf"{CLASSES}\.pt", "") == "Other.File"
    for ending in (".pth", ".pt", ".ckpt", ".safetensors"):
        assert registry.text(rf"{CLASSES}\{ending}\OpenWithProgids", PROGRAM_ID) == ""
        assert registry.text(rf"{CLASSES}\Applications\checkpoint-inspector.exe\SupportedTypes", ending) == ""
    assert registry.text(r"Software\Microsoft\Windows\CurrentVersion\App Paths\checkpoint-inspector.exe", "") == EXE
    capabilities = registry.text(r"Software\RegisteredApplications", "Checkpoint Inspector")
    assert capabilities is not None
    assert registry.text(rf"{capabilities}\FileAssociations", ".safetensors") == PROGRAM_ID
    assert (tmp_path / "icons" / "checkpoint-inspector.ico").read_bytes()[:4] == b"\0\0\1\0"
    assert str(tmp_path / "icons" / "checkpoint-inspector.ico") in done.written
    windows.uninstall(registry, tmp_path / "icons")
    assert registry.keys == before
    assert not list(tmp_path.iterdir())
    assert not windows.state(registry).is_installed
    assert windows.uninstall(registry, tmp_path / "icons").removed == ()
    assert registry.keys == before


def test_windows_is_told_of_a_python_with_words_behind_it(registry: Memory, tmp_path: Path) -> None:
    windows.install(registry, (r"C:\py\pythonw.exe", "-m", "inspector", "open"), tmp_path)
    command = registry.text(rf"{CLASSES}\{PROGRAM_ID}\shell\open\command", "")
    assert command == r'"C:\py\pythonw.exe" -m inspector open "%1"'
    assert windows.state(registry).program == r"C:\py\pythonw.exe"


def test_what_was_chosen_on_windows_since_stays(registry: Memory, tmp_path: Path) -> None:
    windows.install(registry, (EXE,), tmp_path)
    registry.put(rf"{CLASSES}\.pth", "", "Newer.File")
    registry.put(rf"{CLASSES}\.pth\OpenWithProgids", "Newer.File", "")
    windows.uninstall(registry, tmp_path)
    assert registry.text(rf"{CLASSES}\.pth", "") == "Newer.File"
    assert registry.text(rf"{CLASSES}\.pth\OpenWithProgids", "Newer.File") == ""


def test_the_bundle_of_macos_names_its_files_and_starts_the_program(tmp_path: Path) -> None:
    program = tmp_path / "it's $a program"
    program.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    program.chmod(0o755)
    for _time in range(2):
        done = mac.install(tmp_path / "Applications", (str(program), "open"))
    bundle = tmp_path / "Applications" / "Checkpoint Inspector.app"
    said = plistlib.loads((bundle / "Contents" / "Info.plist").read_bytes())
    types = {each["UTTypeIdentifier"]: each for each in said["UTExportedTypeDeclarations"]}
    opened = [type for each in said["CFBundleDocumentTypes"] for type in each["LSItemContentTypes"]]
    assert sorted(types) == sorted(opened)
    endings = [end for each in types.values() for end in each["UTTypeTagSpecification"]["public.filename-extension"]]
    assert {"pth", "pt", "ckpt", "safetensors"} <= set(endings)
    assert len(set(endings)) == len(endings)
    assert (bundle / "Contents" / "Resources" / said["CFBundleIconFile"]).read_bytes().startswith(b"icns")
    script = bundle / "Contents" / "MacOS" / said["CFBundleExecutable"]
    assert mac.state(tmp_path / "Applications") == (True, str(program), True)
    if sys.platform != "win32":
        assert subprocess.run([script, "a b"], capture_output=True, text=True, check=True).stdout == "open|a b|"
    assert str(script) in done.written
    assert mac.uninstall(tmp_path / "Applications").removed == (str(bundle),)
    assert not bundle.exists()
    assert mac.uninstall(tmp_path / "Applications").removed == ()


def test_the_bundle_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    plist = tmp_path / "Checkpoint Inspector.app" / "Contents" / "Info.plist"
    plist.parent.mkdir(parents=True)
    plist.write_bytes(plistlib.dumps({"CFBundleIdentifier": "com.example.other"}))
    with pytest.raises(FileExistsError):
        mac.install(tmp_path, ("/bin/true",))
    assert not mac.state(tmp_path).is_installed
    mac.uninstall(tmp_path)
    assert plist.exists()
