"""Formats that are told by their first bytes and are not PyTorch checkpoints: what each is, and what to do with it."""

from __future__ import annotations

import re
from typing import NamedTuple


class Format(NamedTuple):
    """A format: the bytes that stand at `offset` in its files, its name with an article, and what to do next."""

    offset: int
    mark: bytes
    what: str
    hint: str = ""


_UNPACK = "Unpack it, and open what is in it."
_PICTURE = "Somebody renamed a picture, or the download gave a picture instead of the file."
_PROGRAM = "Do not run it unless you know where it comes from. Look for the model file beside it."
_LIBRARY = "Open it with the library that wrote it; `safetensors` is a format that most of them can write too."

FORMATS = (
    Format(0, b"\x1f\x8b", "a gzip archive", "Unpack it with `gunzip`, and open what is in it."),
    Format(0, b"\xfd7zXZ\0", "an xz archive", "Unpack it with `unxz`, and open what is in it."),
    Format(0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", "Unpack it with `unzstd`, and open what is in it."),
    Format(0, b"BZh", "a bzip2 archive", "Unpack it with `bunzip2`, and open what is in it."),
    Format(0, b"\x04\x22\x4d\x18", "an LZ4 archive", "Unpack it with `unlz4`, and open what is in it."),
    Format(0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    Format(0, b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    Format(0, b"\x89PNG\r\n", "a PNG picture", _PICTURE),
    Format(0, b"\xff\xd8\xff", "a JPEG picture", _PICTURE),
    Format(0, b"GIF8", "a GIF picture", _PICTURE),
    Format(8, b"WEBP", "a WebP picture", _PICTURE),
    Format(0, b"II*\0", "a TIFF picture", _PICTURE),
    Format(0, b"MM\0*", "a TIFF picture", _PICTURE),
    Format(0, b"%PDF-", "a PDF document"),
    Format(0, b"\x7fELF", "a program or library for Linux (ELF)", _PROGRAM),
    Format(0, b"MZ", "a program for Windows", _PROGRAM),
    Format(0, b"\xcf\xfa\xed\xfe", "a program for macOS (Mach-O)", _PROGRAM),
    Format(0, b"\xca\xfe\xba\xbe", "a program for macOS or a Java class", _PROGRAM),
    Format(0, b"\0asm", "a WebAssembly program", _PROGRAM),
    Format(0, b"\x89HDF\r\n\x1a\n", "an HDF5 file, perhaps of Keras (`.h5`)", "Open it with `h5py` or with Keras."),
    Format(
        0,
        b"GGUF",
        "a GGUF model of llama.cpp",
        "Open it with `gguf-dump` of the package `gguf`; look for the safetensors files that it was made from.",
    ),
    Format(0, b"lmgg", "an old model of llama.cpp (GGML)", "It needs a version of llama.cpp from before August 2023."),
    Format(0, b"tjgg", "an old model of llama.cpp (GGJT)", "It needs a version of llama.cpp from before August 2023."),
    Format(0, b"fmgg", "an old model of llama.cpp (GGMF)", "It needs a version of llama.cpp from before August 2023."),
    Format(0, b"\x93NUMPY", "a NumPy array (`.npy`)", "Open it with `numpy.load`."),
    Format(
        4,
        b"PTMF",
        "a PyTorch Mobile module in its flatbuffer form (`.ptl`)",
        "It can be turned into a TorchScript archive, which this program shows: "
        "`torch.jit.save(torch.jit.jit_module_from_flatbuffer(path), 'module.pt')`.",
    ),
    Format(4, b"TFL3", "a TensorFlow Lite model", "Open it with TensorFlow Lite, or look at it with Netron."),
    Format(4, b"ET12", "an ExecuTorch program (`.pte`)", "Open the checkpoint that it was exported from."),
    Format(0, b"SQLite format 3\0", "an SQLite database"),
    Format(0, b"PAR1", "a Parquet table"),
    Format(0, b"ARROW1", "an Arrow table"),
    Format(0, b"\x12\x01\0\0\0\0\0\0", "an MXNet parameter file", _LIBRARY),
    Format(0, b"MATLAB 5.0 MAT-file", "a MATLAB file", "Open it with `scipy.io.loadmat`."),
    Format(0, b"Salted__", "a file encrypted by OpenSSL", "Decrypt it first."),
    Format(0, b"age-encryption.org", "a file encrypted by age", "Decrypt it first."),
    Format(0, b"PACK\0\0\0", "a pack file of git"),
    Format(4, b"ftyp", "a video or an audio file"),
    Format(0, b"OggS", "an audio file"),
    Format(0, b"ID3", "an audio file"),
    Format(0, b"!<arch>\n", "a static library or a Debian package"),
)

_PATTERNS = (
    # ONNX: a protobuf of ir_version (a small number), then the producer's name or the opset or the graph.
    (
        re.compile(rb"\x08[\x01-\x0f]\x12[\x01-\x20](?=[a-zA-Z])", re.DOTALL),
        "an ONNX model",
        "Look at it with Netron, or load it with `onnx.load`.",
    ),
    (
        re.compile(rb".{0,64}brain\.Event:2", re.DOTALL),
        "a TensorBoard log",
        "Open its folder with `tensorboard --logdir`.",
    ),
    (
        re.compile(rb"\x04\0\0\0\x01\0\0\0\x03\0\0\0V 1|\x03\0\0\0\x01\0\0\0\x01\0\0\0", re.DOTALL),
        "a file of Torch 7 (Lua, `.t7`), from before PyTorch",
        "Read it with the package `torchfile`, and save it with `torch.save`.",
    ),
    (
        re.compile(rb"\0\0\0\0[\x01\x02]\0\0\0[\0-\x09]\0\0\0(?=.{4,8})", re.DOTALL),
        "weights of Darknet (YOLO), by its version number",
        "The tensors have no names in it: read it together with its `.cfg`.",
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
