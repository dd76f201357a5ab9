"""What is not a checkpoint is called by its name, and the sentence says what to do next."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import struct
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint import foreign_formats, unrecognised
from inspector.checkpoint.sources import FileSource
from inspector.errors import FileError

_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 98765432\n"


def _refused(path: Path, data: bytes) -> FileError:
    path.write_bytes(data)
    return unrecognised.refuse(FileSource(str(path)))


@pytest.mark.parametrize(
    ("data", "what", "hint"),
    [
        (b"", "is empty", "disk was perhaps full"),
        (_POINTER, "git-LFS pointer.*98.8 MB.*abababababab", "git lfs pull"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git-LFS pointer", "git lfs pull"),
        (b"../../.git/annex/objects/xx/yy", "git-annex pointer", "git annex get"),
        (b"outs:\n- md5: abc\n", "pointer of DVC", "dvc pull"),
        (b"<!DOCTYPE html><html><title>Not &amp;\n Found</title>", "web page with the title “Not & Found”", "browser"),
        (b"\n <!-- x --><HTML>", "web page, not", "browser"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "XML.*AccessDenied", "browser"),
        (b'{"error": "Invalid username or password."}', "server answered.*Invalid username", "browser"),
        (b'{"error": {"message": "gone"}}', "server answered.*“gone”", "browser"),
        (b'{"hidden_size": 12, "vocab": 3}', "JSON text with the keys hidden_size, vocab", "beside it"),
        (b"[1, 2]", "JSON text, not", ""),
        (b"hello \x1b[31mworld\nsecond", r"text file that begins with “hello \\x1b\[31mworld”", "binary file"),
        ("Grüße".encode("utf-16"), "text file that begins with “Grüße”", ""),
        (b"import torch\n", "text file", "Python source"),
        (b"QUJD" * 1000, "text file", "base64"),
        (b" \n\n", "nothing but blanks", ""),
        (b"PK\x03\x04", "not a file that this program knows: .* 50 4b 03 04", "damaged"),
        (bytes(100_000), "100 kB of zero bytes", "never written"),
        (bytes(100_000) + b"\1", "begins with at least 65.5 kB of zero bytes", "interrupted"),
    ],
)  # fmt: skip
def test_each_kind_has_its_sentence(tmp_path: Path, data: bytes, what: str, hint: str) -> None:
    error = _refused(tmp_path / "model.pth", data)
    assert error.path == str(tmp_path / "model.pth")
    assert re.search(what, error.message), error.message
    assert hint in error.hint


@pytest.mark.parametrize("known", foreign_formats.FORMATS, ids=lambda known: known.what)
def test_formats_of_others_are_called_by_their_names(tmp_path: Path, known: foreign_formats.Format) -> None:
    error = _refused(tmp_path / "f", b"\x07" * known.offset + known.mark + b"\x07\xf0" * 300)
    assert known.what in error.message


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\x08\x07\x12\x07pytorch\x1a\x05", "ONNX"),
        (b"\x18\0\0\0\0\0\0\0\xa3\x7f\x4b\x22\x09\0\0\xc0brain.Event:2", "TensorBoard"),
        (b"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1\r\0\0\0nn.Sequential", "Torch 7"),
        (b"\0\0\0\0\x02\0\0\0\x05\0\0\0" + bytes(range(8)), "Darknet"),
    ],
)
def test_formats_told_by_a_pattern(tmp_path: Path, head: bytes, what: str) -> None:
    assert what in _refused(tmp_path / "f", head + b"\xf0" * 40).message


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_an_archive_says_when_a_checkpoint_is_in_it(tmp_path: Path, pack) -> None:  # type: ignore[no-untyped-def]
    assert "in it is what looks like one" in _refused(tmp_path / "f", pack(b"PK\x03\x04" + bytes(90))).message
    assert "in it is" not in _refused(tmp_path / "f", pack(b"something else")).message


def test_a_tar_archive_names_its_members(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in ("epoch_1.pth", "notes.txt"):
            info = tarfile.TarInfo(name)
            info.size = 700
            archive.addfile(info, io.BytesIO(bytes(700)))
    assert "epoch_1.pth, notes.txt" in _refused(tmp_path / "f.pth.tar", packed.getvalue()).message


def test_a_tar_archive_whose_sizes_lie_is_still_a_sentence(tmp_path: Path) -> None:
    for digits in (b"77777777777\0", b"\xff" * 12, b"-1\0", b"zz\0"):
        block = (b"name" + bytes(96 + 24) + digits.ljust(12, b"\0")).ljust(257, b"\0") + b"ustar\0" + bytes(249)
        assert "tar archive" in _refused(tmp_path / "f", block).message


def test_twenty_gigabytes_of_zeros_are_judged_by_samples(tmp_path: Path) -> None:
    path = tmp_path / "sparse.pth"
    path.touch()
    os.truncate(path, 20_000_000_000)
    source = FileSource(str(path))
    assert "20.0 GB of zero bytes" in unrecognised.refuse(source).message


def _binary() -> bytes:
    """Bytes as a legacy checkpoint has them: the magic number, some text, and floats."""
    floats = struct.pack("<2000f", *(((i * 7919) % 2003 - 1001) / 977 for i in range(2000)))
    return b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + b"conv1.weight\nq\1" + floats


@pytest.mark.parametrize(
    ("mangle", "what"),
    [
        (lambda data: bytes(byte if byte < 128 else 63 for byte in data), "question mark"),
        (lambda data: data.decode("ascii", "replace").encode("ascii", "replace"), "question mark"),
        (lambda data: data.decode("utf-8", "replace").encode(), r"U\+FFFD"),
        (lambda data: data.replace(b"\n", b"\r\n"), "carriage return"),
    ],
)
def test_files_that_went_through_a_text_mode(tmp_path: Path, mangle, what: str) -> None:  # type: ignore[no-untyped-def]
    error = _refused(tmp_path / "f", mangle(_binary()))
    assert re.search(what, error.message), error.message
    assert "as a binary file" in error.hint


def test_a_sound_binary_file_is_not_called_mangled(tmp_path: Path) -> None:
    assert "text" not in _refused(tmp_path / "f", _binary()).message


_marks = st.sampled_from([known.mark for known in foreign_formats.FORMATS])


@given(st.binary(max_size=2000) | st.builds(bytes.__add__, _marks, st.binary()))
def test_any_bytes_are_a_sentence(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "f"
    error = _refused(path, data)
    assert error.message.endswith(".")
    assert error.message.isprintable()
