"""Zip and tar archives that lie, and files that are two things at once."""

from __future__ import annotations

import io
import os
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from ..assembling import (
    OldTensor,
    Pid,
    legacy_checkpoint,
    pickled,
    tar_bytes,
    tar_checkpoint,
    tar_storages,
    tar_tensors,
    tensor,
    zip_bytes,
    zip_checkpoint,
)
from .cases import Case, many

_FLOATS = struct.pack("<4f", 1, 2, 3, 4)
_PICKLE = pickled({"w": tensor("0", (4,))})
_SOUND = zip_checkpoint(_PICKLE, {"0": _FLOATS})


def _zip(members: list[tuple[str | zipfile.ZipInfo, bytes]], **options: object) -> bytes:
    """An archive with members of any name, in order, the same one twice if need be."""
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", **options) as archive:  # type: ignore[call-overload]
        warnings.simplefilter("ignore")
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def _with_link(target: str) -> bytes:
    link = zipfile.ZipInfo("archive/data/0")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    return _zip([("archive/data.pkl", _PICKLE), (link, target.encode())])


def _patched(data: bytes, mark: bytes, offset: int, new: bytes, which: int = 0) -> bytes:
    """`data` with `new` written `offset` bytes behind the `which`-th `mark`."""
    at = -1
    for _ in range(which + 1):
        at = data.index(mark, at + 1)
    return data[: at + offset] + new + data[at + offset + len(new) :]


_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def _names() -> dict[str, bytes]:
    """Archives whose members have names that lead elsewhere or are none."""
    two_pickles = [
        ("archive/data.pkl", _PICKLE),
        ("archive/data.pkl", pickled({"other": 1})),
        ("archive/data/0", _FLOATS),
    ]
    found = {
        "duplicate data.pkl": _zip(two_pickles),
        "duplicate storage": _zip([*two_pickles[:1], ("archive/data/0", _FLOATS), ("archive/data/0", b"x")]),
        "two roots": _zip(
            [("a/data.pkl", _PICKLE), ("a/data/0", _FLOATS), ("b/data.pkl", _PICKLE), ("b/data/0", _FLOATS)]
        ),
        "no root": zip_bytes({"data.pkl": _PICKLE, "data/0": _FLOATS}, ""),
        "a root of ..": zip_bytes({"data.pkl": _PICKLE, "data/0": _FLOATS}, ".."),
        "a root of /etc": zip_bytes({"data.pkl": _PICKLE, "data/0": _FLOATS}, "/etc"),
        "a symlink to /etc/passwd": _with_link("/etc/passwd"),
        "a symlink to itself": _with_link("0"),
        "an empty name": _SOUND.replace(b"archive/version", b"\0" * 15),
        "a name of 60 kB": _zip([("archive/data.pkl", _PICKLE), ("a" * 60_000, b"x")]),
        "no members": _zip([]),
        "only a folder": _zip([("archive/", b"")]),
        "a data.pkl that is empty": _zip([("archive/data.pkl", b"")]),
        "folders in folders": zip_bytes({"data.pkl": pickled({}), "/".join("abcdefgh" * 3000): b""}),
        "big-endian and little-endian": zip_bytes(
            {"data.pkl": _PICKLE, "data/0": _FLOATS, "byteorder": b"middle" * 9999}
        ),
        "a version of 1 MB": zip_bytes({"data.pkl": _PICKLE, "data/0": _FLOATS, "version": b"9" * 1_000_000}),
    }
    for name in (
        "../../../../tmp/evil",
        "/tmp/evil",
        "C:\\evil",
        "..\\evil",
        "archive/../x",
        "\x1b[31m",
        "\u202e",
        "<b>x</b>",
    ):
        found[f"a member called {name!r}"] = _zip(
            [("archive/data.pkl", _PICKLE), ("archive/data/0", _FLOATS), (name, b"x")]
        )
    found["a NUL in a name"] = _SOUND.replace(b"archive/data.pkl", b"archive/data\0pkl")
    found["a name that is no text"] = _SOUND.replace(b"archive/data/0", b"archive/data/\xff")
    return found


def _headers() -> dict[str, bytes]:
    """Archives whose headers contradict one another or the file."""
    found = {
        "a local name unlike the central one": _patched(_SOUND, _LOCAL, 30, b"archive/evil.pkl"),
        "wrong CRC": _patched(_SOUND, _CENTRAL, 16, b"\xde\xad\xbe\xef"),
        "encrypted by its flags": _patched(_SOUND, _CENTRAL, 8, b"\x01\x00"),
        "encrypted by the local flags": _patched(_SOUND, _LOCAL, 6, b"\x01\x00"),
        "strongly encrypted": _patched(_SOUND, _CENTRAL, 8, b"\x41\x20"),
        "a method of 99": _patched(_SOUND, _CENTRAL, 10, b"\x63\x00"),
        "deflated by its header only": _patched(_SOUND, _CENTRAL, 10, b"\x08\x00"),
        "sizes of 4 GB": _patched(_SOUND, _CENTRAL, 20, b"\xfe\xff\xff\xff\xfe\xff\xff\xff"),
        "sizes that differ": _patched(_SOUND, _CENTRAL, 24, b"\xff\xff\xff\x7f"),
        "ZIP64 sizes without a field": _patched(_SOUND, _CENTRAL, 20, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
        "a local header out of the file": _patched(_SOUND, _CENTRAL, 42, b"\xfe\xff\xff\x7f"),
        "a local header in the middle of another": _patched(_SOUND, _CENTRAL, 42, b"\x05\0\0\0"),
        "all members at one place": _SOUND[: _SOUND.index(_CENTRAL)]
        + b"".join(
            _patched(piece, _CENTRAL, 42, b"\0\0\0\0") if piece[:4] == _CENTRAL else piece
            for piece in _split(_SOUND[_SOUND.index(_CENTRAL) :])
        ),
        "a count of 65534": _patched(_SOUND, _END, 8, b"\xfe\xff\xfe\xff"),
        "a count of 0": _patched(_SOUND, _END, 8, b"\0\0\0\0"),
        "a directory beyond the end": _patched(_SOUND, _END, 16, b"\xfe\xff\xff\x7f"),
        "a directory of 2 GB": _patched(_SOUND, _END, 12, b"\xfe\xff\xff\x7f"),
        "a comment that is cut off": _patched(_SOUND, _END, 20, b"\xff\xff"),
        "ZIP64 without a locator": _patched(_SOUND, _END, 8, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
        "a directory that is garbage": _SOUND[: _SOUND.index(_CENTRAL) + 4]
        + b"\xaa" * 200
        + _SOUND[_SOUND.index(_END) :],
        "only the end": _SOUND[_SOUND.index(_END) :],
        "local headers only": _SOUND[: _SOUND.index(_CENTRAL)],
        "a local header that lies about its size": _patched(_SOUND, _LOCAL, 18, b"\xff" * 8)[: _SOUND.index(_CENTRAL)],
        "a name that is longer than the file": _patched(_SOUND, _LOCAL, 26, b"\xff\xff\xff\xff"),
        "a hundred ends": _SOUND + _SOUND[_SOUND.index(_END) :] * 100,
    }
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, (1 << 63) + 7, 1)
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1 << 62, 1 << 62, 1 << 62, 1 << 62)
    end = _END + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    found["ZIP64 records that lie"] = _SOUND[: _SOUND.index(_END)] + record + locator + end
    return found


def _split(directory: bytes) -> list[bytes]:
    """A central directory and its end, entry by entry."""
    places = [at for at in range(len(directory)) if directory[at : at + 4] in (_CENTRAL, _END)] + [len(directory)]
    return [directory[begin:end] for begin, end in pairwise(places)]


def _deflated(data: bytes, times: int) -> bytes:
    """`data`, `times` times, as a raw deflate stream; what is long is never in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join(packer.compress(data) for _ in range(times)) + packer.flush()


def _member(name: str, packed: bytes, nbytes: int) -> tuple[bytes, bytes]:
    """The local header with its data, and the entry of the directory but for the place, of a deflated member."""
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, 0, len(packed), nbytes & 0xFFFFFFFF, len(name), 0)
    local = _LOCAL + fields + name.encode() + packed
    return local, _CENTRAL + b"\x14\0" + fields + struct.pack("<HHHI", 0, 0, 0, 0)


def _inflating(members: dict[str, tuple[bytes, int]]) -> bytes:
    """An archive of deflated members that were made by `_deflated`."""
    body, directory = b"", b""
    for name, (packed, nbytes) in members.items():
        local, central = _member(name, packed, nbytes)
        directory += central + struct.pack("<I", len(body)) + name.encode()
        body += local
    count = len(members)
    return body + directory + _END + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)


def _zip_bombs() -> dict[str, Callable[[], bytes]]:
    mega = 1 << 20
    zeros, nothing, marks = bytes(mega), b"N0" * (mega // 2), b"(" * mega
    pickle = (_deflated(_PICKLE, 1), len(_PICKLE))

    def storage() -> tuple[bytes, int]:
        return _deflated(zeros, many(2000)), many(2000) * mega

    return {
        "a deflate bomb as data.pkl": lambda: _inflating(
            {"a/data.pkl": (_deflated(nothing, many(2000)), many(2000) * mega)}
        ),
        "a deflate bomb of marks": lambda: _inflating({"a/data.pkl": (_deflated(marks, many(500)), many(500) * mega)}),
        "a deflate bomb as a storage": lambda: _inflating({"a/data.pkl": pickle, "a/data/0": storage()}),
        "a deflate bomb that says it is small": lambda: _inflating(
            {"a/data.pkl": (_deflated(nothing, many(1000)), 100)}
        ),
        "a deflate bomb as code": lambda: _inflating(
            {"a/data.pkl": pickle, "a/data/0": (_deflated(_FLOATS, 1), 16), "a/code/__torch__.py": storage()}
        ),
        "a deflate bomb as constants.pkl": lambda: _inflating({"a/data.pkl": pickle, "a/constants.pkl": storage()}),
        "a deflate bomb as model.json": lambda: _inflating(
            {"a/model.json": (_deflated(b"[" * mega, many(500)), many(500) * mega)}
        ),
        "a deflate bomb as extern_modules": lambda: _inflating(
            {"a/m.pkl": pickle, "a/.data/extern_modules": storage()}
        ),
        "a deflate bomb as a table of weights": lambda: _inflating(
            {
                "a/archive_format": pickle,
                "a/data/weights/model_weights_config.json": (_deflated(b"{" * mega, many(500)), many(500) * mega),
            }
        ),
        "a deflate bomb as byteorder": lambda: _inflating({"a/data.pkl": pickle, "a/byteorder": storage()}),
        "a deflate stream that is garbage": lambda: _inflating({"a/data.pkl": (b"\xff" * 999, 5000)}),
        "a deflate stream that ends early": lambda: _inflating(
            {"a/data.pkl": (_deflated(_PICKLE, 1)[:-20], len(_PICKLE))}
        ),
        "bzip2": lambda: _zip([("a/data.pkl", _PICKLE), ("a/data/0", zeros)], compression=zipfile.ZIP_BZIP2),
        "LZMA": lambda: _zip([("a/data.pkl", _PICKLE), ("a/data/0", zeros)], compression=zipfile.ZIP_LZMA),
        "a hundred thousand members": lambda: zip_bytes(
            {"data.pkl": _PICKLE, "data/0": _FLOATS} | {f"data/x{i}": b"" for i in range(many(100_000))}
        ),
    }


def _polyglots() -> dict[str, bytes]:
    legacy = legacy_checkpoint(_PICKLE, {"0": _FLOATS})
    header = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    tensors = struct.pack("<Q", len(header)) + header + bytes(8)
    tar = tar_bytes({"pickle": _PICKLE, "tensors": tar_tensors([]), "storages": tar_storages({})})
    return {
        "legacy with a zip behind it": legacy + _SOUND,
        "legacy with a zip in a storage": legacy_checkpoint(
            pickled({"w": tensor("0", (4,))}), {"0": _FLOATS + _SOUND * 4}
        ),
        "legacy with the end of a zip behind it": legacy + _SOUND[_SOUND.index(_END) :],
        "two legacy checkpoints": legacy + legacy,
        "two zip checkpoints": _SOUND + _SOUND,
        "tar with a zip behind it": tar + _SOUND,
        "zip with a tar behind it": _SOUND + tar,
        "safetensors with a zip behind it": tensors + _SOUND,
        "a zip with a safetensors behind it": _SOUND + tensors,
        "a safetensors header as long as PK34": b"PK\x03\x04\0\0\0\0" + header + bytes(8),
        "a zip behind 100 kB of something": b"#!/bin/sh\n" + b"x" * 100_000 + _SOUND,
        "a zip behind a pickle": _PICKLE + _SOUND,
        "a pickle in a tar header": _PICKLE.ljust(257, b"\0") + b"ustar\0" + bytes(249),
        "a zip in a zip": zip_bytes({"inner.pth": _SOUND}),
        "HTML with a zip behind it": b"<!DOCTYPE html><title>x</title>" + _SOUND,
        "4096 zero bytes": bytes(4096),
        "zeros with a zip behind them": bytes(4096) + _SOUND,
        "git-LFS with a pickle behind it": b"version https://git-lfs.github.com/spec/v1\n" + _PICKLE,
    }


def _tars() -> dict[str, bytes]:
    thing, storages = pickled({"w": Pid("1"), "n": 1}), tar_storages({9: _FLOATS})
    sound = tar_checkpoint(thing, storages, tar_tensors([OldTensor(1, 9, (4,), (1,))]))
    found = {
        "a size that lies": _patched(sound, b"pickle", 124, b"77777777777"),
        "a size in base 256": _patched(sound, b"pickle", 124, b"\x80" + b"\xff" * 11),
        "a size that is no number": _patched(sound, b"pickle", 124, b"not octal!!"),
        "a checksum that is wrong": _patched(sound, b"pickle", 148, b"0000000"),
        "a hundred thousand members": tar_bytes({f"x{i}": b"" for i in range(many(5000))} | {"pickle": thing}),
        "members twice": sound[:-1024] + sound,
        "a link to /etc/passwd": _patched(sound, b"storages", 156, b"2/etc/passwd"),
        "more tensors than there are": tar_checkpoint(thing, storages, pickled(10**18)),
        "more storages than there are": tar_checkpoint(thing, pickled(10**18), tar_tensors([])),
        "a storage of 2^60": tar_checkpoint(
            thing, storages[: storages.index(_FLOATS) - 8] + struct.pack("<q", 1 << 60) + bytes(64), tar_tensors([])
        ),
        "a tensor of 2^40": tar_checkpoint(thing, storages, tar_tensors([OldTensor(1, 9, (1 << 40,), (0,))])),
        "a tensor of minus one": tar_checkpoint(thing, storages, tar_tensors([OldTensor(1, 9, (-1,), (-1,), -1)])),
        "a tensor of a thousand dimensions": tar_checkpoint(
            thing, storages, tar_tensors([OldTensor(1, 9, (1,) * 1000, (1,) * 1000)])
        ),
        "a view of itself": tar_checkpoint(
            thing, tar_storages({9: _FLOATS}, [(9, 9, 0, 4), (9, 9, 2, 99)]), tar_tensors([])
        ),
        "keys that are lists": tar_checkpoint(pickled(Pid([1])), storages, tar_tensors([])),
        "a key of 100 kB": tar_checkpoint(pickled(Pid("1" * 100_000)), storages, tar_tensors([])),
    }
    return {f"tar: {name}": data for name, data in found.items()}


def _sparse_zip64(path: Path) -> None:
    """A legal archive of 6 GB, all but a few hundred bytes of them a hole."""
    nbytes = 6 << 30
    pickle = pickled({"w": tensor("0", (nbytes // 4,))})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle)
    body = path.read_bytes()
    data, start = body[: body.index(_CENTRAL)], body.index(_CENTRAL)
    name = b"archive/data/0"
    wide = struct.pack("<HHQQ", 1, 16, nbytes, nbytes)
    local = (
        _LOCAL
        + struct.pack("<HHHHHIIIHH", 45, 0, 0, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(wide))
        + name
        + wide
    )
    fields = struct.pack(
        "<HHHHHHIIIHHHHHII", 45, 45, 0, 0, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, len(name), len(wide), 0, 0, 0, 0, start
    )
    directory = body[start : body.index(_END)] + _CENTRAL + fields + name + wide
    at = start + len(local) + nbytes
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 2, 2, len(directory), at)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, at + len(directory), 1)
    end = _END + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with open(path, "wb") as file:
        file.write(data + local)
        file.seek(at)
        file.write(directory + record + locator + end)
    assert os.stat(path).st_size > nbytes


def cases(marker: str) -> Iterator[Case]:
    """All of them."""
    for name, data in (_names() | _headers()).items():
        yield Case(f"zip: {name}", data)
    for name, make in _zip_bombs().items():
        yield Case(f"zip: {name}", lambda path, make=make: path.write_bytes(make()))  # type: ignore[misc]
    for name, data in (_polyglots() | _tars()).items():
        yield Case(name, data)
    yield Case("zip: 6 GB, legal and sparse", _sparse_zip64)
