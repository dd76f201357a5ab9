"""Formats that are told by their first bytes and are not PyTorch checkpoints: what each is, and what to do with it."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..language import marked


class Format(NamedTuple):
    """A format: the bytes that stand at `offset` in its files, its name with an article, and what to do next."""

    offset: int
    mark: bytes
    what: str
    hint: str = ""


_UNPACK = marked("Unpack it, and open what is in it.")
_PICTURE = marked("Somebody renamed a picture, or the download gave a picture instead of the file.")
_PROGRAM = marked("Do not run it unless you know where it comes from. Look for the model file beside it.")
_LIBRARY = marked("Open it with the library that wrote it; `safetensors` is a format that most of them can write too.")
_LLAMA = marked("It needs a version of llama.cpp from before August 2023.")

FORMATS = (
    Format(0, b"\x1f\x8b", marked("a gzip archive"), marked("Unpack it with `gunzip`, and open what is in it.")),
    Format(0, b"\xfd7zXZ\0", marked("an xz archive"), marked("Unpack it with `unxz`, and open what is in it.")),
    Format(
        0,
        b"\x28\xb5\x2f\xfd",
        marked("a Zstandard archive"),
        marked("Unpack it with `unzstd`, and open what is in it."),
    ),
    Format(0, b"BZh", marked("a bzip2 archive"), marked("Unpack it with `bunzip2`, and open what is in it.")),
    Format(0, b"\x04\x22\x4d\x18", marked("an LZ4 archive"), marked("Unpack it with `unlz4`, and open what is in it.")),
    Format(0, b"7z\xbc\xaf\x27\x1c", marked("a 7z archive"), _UNPACK),
    Format(0, b"Rar!\x1a\x07", marked("a RAR archive"), _UNPACK),
    Format(0, b"\x89PNG\r\n", marked("a PNG picture"), _PICTURE),
    Format(0, b"\xff\xd8\xff", marked("a JPEG picture"), _PICTURE),
    Format(0, b"GIF8", marked("a GIF picture"), _PICTURE),
    Format(8, b"WEBP", marked("a WebP picture"), _PICTURE),
    Format(0, b"II*\0", marked("a TIFF picture"), _PICTURE),
    Format(0, b"MM\0*", marked("a TIFF picture"), _PICTURE),
    Format(0, b"%PDF-", marked("a PDF document")),
    Format(0, b"\x7fELF", marked("a program or library for Linux (ELF)"), _PROGRAM),
    Format(0, b"MZ", marked("a program for Windows"), _PROGRAM),
    Format(0, b"\xcf\xfa\xed\xfe", marked("a program for macOS (Mach-O)"), _PROGRAM),
    Format(0, b"\xca\xfe\xba\xbe", marked("a program for macOS or a Java class"), _PROGRAM),
    Format(0, b"\0asm", marked("a WebAssembly program"), _PROGRAM),
    Format(
        0,
        b"\x89HDF\r\n\x1a\n",
        marked("an HDF5 file, perhaps of Keras (`.h5`)"),
        marked("Open it with `h5py` or with Keras."),
    ),
    Format(
        0,
        b"GGUF",
        marked("a GGUF model of llama.cpp"),
        marked("Open it with `gguf-dump` of the package `gguf`; look for the safetensors files that it was made from."),
    ),
    Format(
        0,
        b"lmgg",
        marked("an old model of llama.cpp (GGML)"),
        _LLAMA,
    ),
    Format(
        0,
        b"tjgg",
        marked("an old model of llama.cpp (GGJT)"),
        _LLAMA,
    ),
    Format(
        0,
        b"fmgg",
        marked("an old model of llama.cpp (GGMF)"),
        _LLAMA,
    ),
    Format(0, b"\x93NUMPY", marked("a NumPy array (`.npy`)"), marked("Open it with `numpy.load`.")),
    Format(
        4,
        b"PTMF",
        marked("a PyTorch Mobile module in its flatbuffer form (`.ptl`)"),
        marked(
            "It can be turned into a TorchScript archive, which this program shows: "
            "`torch.jit.save(torch.jit.jit_module_from_flatbuffer(path), 'module.pt')`."
        ),
    ),
    Format(
        4,
        b"TFL3",
        marked("a TensorFlow Lite model"),
        marked("Open it with TensorFlow Lite, or look at it with Netron."),
    ),
    Format(
        4, b"ET12", marked("an ExecuTorch program (`.pte`)"), marked("Open the checkpoint that it was exported from.")
    ),
    Format(0, b"SQLite format 3\0", marked("an SQLite database")),
    Format(0, b"PAR1", marked("a Parquet table")),
    Format(0, b"ARROW1", marked("an Arrow table")),
    Format(0, b"\x12\x01\0\0\0\0\0\0", marked("an MXNet parameter file"), _LIBRARY),
    Format(0, b"MATLAB 5.0 MAT-file", marked("a MATLAB file"), marked("Open it with `scipy.io.loadmat`.")),
    Format(0, b"Salted__", marked("a file encrypted by OpenSSL"), marked("Decrypt it first.")),
    Format(0, b"age-encryption.org", marked("a file encrypted by age"), marked("Decrypt it first.")),
    Format(0, b"PACK\0\0\0", marked("a pack file of git")),
    Format(4, b"ftyp", marked("a video or an audio file")),
    Format(0, b"OggS", marked("an audio file")),
    Format(0, b"ID3", marked("an audio file")),
    Format(0, b"!<arch>\n", marked("a static library or a Debian package")),
)

_PATTERNS = (
    # ONNX: a protobuf of ir_version (a small number), then the producer's name or the opset or the graph.
    (
        re.compile(rb"\x08[\x01-\x0f]\x12[\x01-\x20](?=[a-zA-Z])", re.DOTALL),
        marked("an ONNX model"),
        marked("Look at it with Netron, or load it with `onnx.load`."),
    ),
    (
        re.compile(rb".{0,64}brain\.Event:2", re.DOTALL),
        marked("a TensorBoard log"),
        marked("Open its folder with `tensorboard --logdir`."),
    ),
    (
        re.compile(rb"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1|\x03\0\0\0\x01\0\0\0\x01\0\0\0", re.DOTALL),
        marked("a file of Torch 7 (Lua, `.t7`), from before PyTorch"),
        marked("Read it with the package `torchfile`, and save it with `torch.save`."),
    ),
    (
        re.compile(rb"\0\0\0\0[\x01\x02]\0\0\0[\0-\x09]\0\0\0(?=.{4,8})", re.DOTALL),
        marked("weights of Darknet (YOLO), by its version number"),
        marked("The tensors have no names in it: read it together with its `.cfg`."),
    ),
)


def recognise(head: bytes) -> tuple[str, str] | None:
    """What a file that begins with `head` is, and what to do with it; None when nothing is known of it."""
    for known in FORMATS:
        if head.startswith(known.mark, known.offset):
            return known.what, known.hint
    for pattern, what, hint in _PATTERNS:
        if pattern.match(head):
            return what, hint
    return None
