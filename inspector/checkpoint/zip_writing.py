"""The archive that `torch.save` writes: `data.pkl`, a member for each storage, and the small records.

Format: `torch/serialization.py` (`_save`) and caffe2's `inline_container.cc` of torch 2.13. Members are stored, not
compressed, and begin at multiples of 64 bytes, so that a file can be mapped: what pads them is an extra field `FB` of
the local header.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Generator, Iterator
from typing import IO

from .pickling import Pickler
from .planning import Plan

METADATA = "extra/metadata.json"
"""The member that holds a plan's metadata: `torch.load` looks at no member but its own."""
_ALIGNMENT = 64
_LOCAL_HEADER = 30
_CENTRAL_HEADER = 46
_END = 22
_ZIP64_FIELD = 20
_LARGE = 1 << 30
"""Bytes from which on a member has its sizes in 64 bits; `zipfile` would do so by itself from a little under 2 GiB."""


def pickling(plan: Plan) -> Generator[int, None, bytes]:
    """What `data.pkl` will hold; yields now and then how many tensors it has. Raises FileError for what cannot be
    written."""
    return Pickler(plan.tensors, plan.storages, plan.bare).dumping(plan.root)


def metadata_text(plan: Plan) -> bytes:
    """What the member `METADATA` will hold; empty where there is none."""
    return json.dumps(dict(plan.metadata), indent=1).encode() if plan.metadata else b""


def nbytes_of(plan: Plan, pickle: bytes, folder: str = "archive") -> int:
    """The size of the archive whose members stand in `folder`, without writing it."""
    small = [("data.pkl", len(pickle)), (".format_version", 1), (".storage_alignment", 2), ("byteorder", 6)]
    stored = [(f"data/{number}", storage.nbytes) for number, storage in enumerate(plan.storages)]
    others = [(METADATA, len(metadata_text(plan)))] if plan.metadata else []
    at = directory = 0
    for name, nbytes in (*small, *stored, *others, ("version", 2)):
        length = len(f"{folder}/{name}".encode())
        at += _LOCAL_HEADER + length + 4 + _ZIP64_FIELD * (nbytes >= _LARGE)
        at += -at % _ALIGNMENT + nbytes
        directory += _CENTRAL_HEADER + length
    return at + directory + _END


def write_zip(plan: Plan, file: IO[bytes], folder: str, pickle: bytes) -> Iterator[int]:
    """Writes the archive, its members in `folder`; yields the bytes of storages that are done."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _member(archive, f"{folder}/data.pkl", pickle)
        _member(archive, f"{folder}/.format_version", b"1")
        _member(archive, f"{folder}/.storage_alignment", str(_ALIGNMENT).encode())
        _member(archive, f"{folder}/byteorder", sys.byteorder.encode())
        done = 0
        for number, storage in enumerate(plan.storages):
            with _opened(archive, f"{folder}/data/{number}", storage.nbytes) as member:
                for block in storage.blocks():
                    member.write(block.view("u1").data)
                    done += block.nbytes
                    yield done
        if plan.metadata:
            _member(archive, f"{folder}/{METADATA}", metadata_text(plan))
        _member(archive, f"{folder}/version", b"3\n")
        for info in archive.infolist():
            info.extra = b""  # the padding is for the local headers only


def _member(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    with _opened(archive, name, len(data)) as member:
        member.write(data)


def _opened(archive: zipfile.ZipFile, name: str, nbytes: int) -> IO[bytes]:
    """A new member whose first byte stands at a multiple of 64."""
    info = zipfile.ZipInfo(name)
    large = nbytes >= _LARGE
    head = _LOCAL_HEADER + len(name.encode()) + 4 + _ZIP64_FIELD * large
    assert archive.fp is not None
    padding = -(archive.fp.tell() + head) % _ALIGNMENT
    info.extra = b"FB" + padding.to_bytes(2, "little") + b"Z" * padding
    info.file_size = nbytes
    return archive.open(info, "w", force_zip64=large)
