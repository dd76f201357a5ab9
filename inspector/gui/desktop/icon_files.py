"""The icon of the program in the files that systems want: PNG in several sizes, Windows' .ico, macOS' .icns.

All are drawn from the one drawing, `resources/checkpoint-inspector.svg`.
"""

from __future__ import annotations

import struct

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from ... import installed

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
_ICO_SIZES = (16, 24, 32, 48, 64, 256)
_ICNS_KINDS = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09"}


def svg() -> bytes:
    """The drawing itself."""
    return (installed.resources() / "checkpoint-inspector.svg").read_bytes()


def pngs(sizes: tuple[int, ...] = SIZES) -> dict[int, bytes]:
    """The icon as PNG, by its side in pixels."""
    renderer = QSvgRenderer(QByteArray(svg()))
    return {size: _png(renderer, size) for size in sizes}


def ico() -> bytes:
    """The icon as Windows wants it: a directory of PNGs."""
    images = pngs(_ICO_SIZES)
    head, place = struct.pack("<HHH", 0, 1, len(images)), 6 + 16 * len(images)
    for size, image in images.items():
        side = size % 256  # 0 stands for 256
        head += struct.pack("<BBBBHHII", side, side, 0, 0, 1, 32, len(image), place)
        place += len(image)
    return head + b"".join(images.values())


def icns() -> bytes:
    """The icon as macOS wants it: PNGs, each behind its kind and length."""
    images = pngs(tuple(_ICNS_KINDS))
    body = b"".join(_ICNS_KINDS[size] + struct.pack(">I", len(image) + 8) + image for size, image in images.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def _png(renderer: QSvgRenderer, size: int) -> bytes:
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
