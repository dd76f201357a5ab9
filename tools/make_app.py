"""Builds dist/checkpoint-inspector, the folder that starts by double click on a machine without Python.

    python tools/make_app.py [--no-proof]

PyInstaller collects it after `checkpoint-inspector.spec`; then its size is said, and `prove_app.py` starts it as a
stranger would. Exit 1: it could not be built, is larger than it may be, or does not start.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import app_contents

ROOT = Path(__file__).resolve().parent.parent
NAME = "checkpoint-inspector"
BUILD, DIST = ROOT / "build" / "app", ROOT / "dist"
MOST_BYTES = 250_000_000
"""What the unpacked folder may take."""
_ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
_ICNS_KINDS = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09", 1024: b"ic10"}
"""The name of a PNG of each size in Apple's icon file."""


def main(arguments: list[str]) -> int:
    shutil.rmtree(BUILD, ignore_errors=True)
    shutil.rmtree(DIST / NAME, ignore_errors=True)
    BUILD.mkdir(parents=True)
    for name, door in app_contents.doors().items():
        (BUILD / f"{app_contents.script_of(name)}.py").write_text(app_contents.door_text(door), "utf-8")
    make_icons(ROOT / "resources" / "checkpoint-inspector.svg", BUILD)
    print("Collecting the program (a minute or two) ...", flush=True)
    if not collect():
        return 1
    strip(DIST / NAME / "_internal")
    size = size_of(DIST / NAME)
    print(f"{DIST / NAME}: {size / 1e6:.0f} MB in {len(files_of(DIST / NAME)):,} files", flush=True)
    if size > MOST_BYTES:
        print(f"That is more than {MOST_BYTES / 1e6:.0f} MB. The largest:", *largest(DIST / NAME), sep="\n  ")
        return 1
    if "--no-proof" in arguments or not sys.platform.startswith("linux"):
        return 0
    return subprocess.run([sys.executable, str(ROOT / "tools" / "prove_app.py"), str(DIST / NAME)]).returncode


def collect() -> bool:
    """Has PyInstaller make the folder; what it says is only shown when it fails."""
    spec = ROOT / "tools" / f"{NAME}.spec"
    places = ("--distpath", str(DIST), "--workpath", str(BUILD / "work"))
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *places, str(spec)]
    environment = {**os.environ, "CHECKPOINT_INSPECTOR_BUILD": str(BUILD)}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        print(done.stdout)
    return done.returncode == 0


def strip(folder: Path) -> None:
    """Takes the symbols for debuggers out of Python's own files; those of wheels were stripped by who built them."""
    if sys.platform.startswith("linux") and shutil.which("strip"):
        own = [*folder.glob("libpython*.so*"), *folder.glob("python*/lib-dynload/*.so")]
        subprocess.run(["strip", "--strip-unneeded", *map(str, own)], check=True)


def files_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def size_of(folder: Path) -> int:
    """Bytes that the files take on the disk, in blocks of 4 kB."""
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in files_of(folder))


def largest(folder: Path, most: int = 12) -> list[str]:
    """The largest files, a line each."""
    found = sorted(files_of(folder), key=lambda path: -path.stat().st_size)[:most]
    return [f"{path.stat().st_size / 1e6:6.1f} MB  {path.relative_to(folder)}" for path in found]


def make_icons(svg: Path, folder: Path) -> None:
    """The icon as each system wants it, from the one drawing: icon.png, icon.ico for Windows, icon.icns for macOS."""
    pictures = {size: png_of(svg, size) for size in sorted({*_ICO_SIZES, *_ICNS_KINDS})}
    (folder / "icon.png").write_bytes(pictures[256])
    (folder / "icon.ico").write_bytes(as_ico({size: pictures[size] for size in _ICO_SIZES}))
    (folder / "icon.icns").write_bytes(as_icns({size: pictures[size] for size in _ICNS_KINDS}))


def png_of(svg: Path, size: int) -> bytes:
    """The drawing as a PNG of `size` by `size` pixels."""
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def as_ico(pictures: dict[int, bytes]) -> bytes:
    """PNGs by their size as one icon file of Windows: a directory of 16 bytes each, then the pictures."""
    head, body = struct.pack("<HHH", 0, 1, len(pictures)), b""
    start = len(head) + 16 * len(pictures)
    for size, png in pictures.items():
        head += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(png), start + len(body))
        body += png
    return head + body


def as_icns(pictures: dict[int, bytes]) -> bytes:
    """PNGs by their size as one icon file of macOS: for each its kind, its length with these eight bytes, itself."""
    body = b"".join(_ICNS_KINDS[size] + struct.pack(">I", len(png) + 8) + png for size, png in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
