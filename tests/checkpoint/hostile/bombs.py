"""Pickles that use up time or memory: in hashing, in copying, in nesting, or by what they promise."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from ..assembling import (
    Call,
    Name,
    Raw,
    legacy_checkpoint,
    opcodes,
    pickled,
    tar_bytes,
    tar_storages,
    tensor,
    zip_checkpoint,
)
from .cases import Case, many

DOUBLING = b"K\x01K\x02\x86" + b"2\x86" * 120
"""A tuple that holds the one before twice, 120 times: to hash or to print it is 2^120 steps."""


def _writing(*pieces: bytes | tuple[bytes, int]) -> Callable[[Path], None]:
    """A file of pieces, some of them repeated; made when it is wanted, since it is large."""

    def write(path: Path) -> None:
        with open(path, "wb") as file:
            for piece in pieces:
                file.write(piece if isinstance(piece, bytes) else piece[0] * piece[1])

    return write


def _hashing() -> dict[str, bytes]:
    return {
        "dict key": b"}" + DOUBLING + b"K\x01s",
        "dict keys": b"}(" + (DOUBLING + b"K\x01") * 50 + b"u",
        "set member": b"\x8f(" + DOUBLING + b"\x90",
        "frozenset member": b"(" + DOUBLING + b"\x91",
        "set call": b"cbuiltins\nset\n](" + DOUBLING + b"e\x85R",
        "OrderedDict argument": b"ccollections\nOrderedDict\n]](" + DOUBLING + b"K\x01ea\x85R",
        "storage key": b"(X\x07\0\0\0storagectorch\nFloatStorage\n" + DOUBLING + b"X\x03\0\0\0cpuK\x04tQ",
        "device": b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000" + DOUBLING + b"K\x04tQ",
        "shape": opcodes(Call(Name("torch._utils", "_rebuild_tensor_v2"), (None, 0, Raw(DOUBLING), (1,), False, None))),
        "argument": b"cx\ny\n" + DOUBLING + b"R",
        "state": b"cx\ny\n)\x81" + DOUBLING + b"b",
        "class name": DOUBLING + b"\x8c\x01x\x93",
        "persistent id": DOUBLING + b"Q",
    }


def _small() -> dict[str, bytes]:
    """Small files that promise or demand much."""
    laughs = b"](X\x03\0\0\0laheq\x00"
    for level in range(1, 40):
        laughs += b"0](" + (b"h" + bytes([level - 1])) * 10 + b"eq" + bytes([level])
    appended = b"]q\x00" + b"h\x00a" * 30
    return {
        "billion laughs": laughs,
        "a list in itself": appended,
        "a dict in itself": b"}q\x00(K\x01h\x00K\x02h\x00u",
        "a tuple in a list in itself": b"]q\x00h\x00h\x00\x86a",
        "state that is the object": b"cx\ny\n)\x81q\x00}(X\x01\0\0\0ah\x00ub",
        "LONG_BINPUT far out": b"K\x01r\xf0\xff\xff\xff",
        "LONG_BINGET far out": b"j\xf0\xff\xff\xff",
        "PUT far out": b"K\x01p99999999999999999999\n",
        "BINUNICODE that lies": b"X\xff\xff\xff\xffabc",
        "BINUNICODE8 that lies": b"\x8d" + struct.pack("<Q", 1 << 62) + b"abc",
        "BINBYTES8 that lies": b"\x8e" + struct.pack("<Q", (1 << 64) - 1) + b"abc",
        "BYTEARRAY8 that lies": b"\x96" + struct.pack("<Q", 1 << 40) + b"abc",
        "LONG4 that lies": b"\x8b\xff\xff\xff\x7f\x01",
        "LONG4 that is negative": b"\x8b\xff\xff\xff\xff\x01",
        "BINSTRING that is negative": b"T\xff\xff\xff\xffabc",
        "bytearray(10**12)": b"cbuiltins\nbytearray\n" + opcodes(10**12) + b"\x85R",
        "range and list": b"cbuiltins\nlist\ncbuiltins\nrange\n" + opcodes(10**12) + b"\x85R\x85R",
        "power": b"cbuiltins\npow\n(" + opcodes(10) + opcodes(10**9) + b"tR",
        "FLOAT that is no number": b"Fhello\n",
        "INT that is no number": b"Ihello\n",
        "UNICODE with odd escapes": b"V\\udfff\\U00110000\n",
        "STRING without quotes": b"Sabc\n",
        "a line without an end": b"S'abc",
        "marks without end": b"(" * 100,
        "a mark that is missing": b"K\x01t",
        "TUPLE3 of nothing": b"\x87",
        "SETITEMS of an odd number": b"}(K\x01K\x02K\x03u",
        "APPEND to a number": b"K\x01K\x02a",
        "BUILD of nothing": b"b",
        "an empty pickle": b"",
        "a big-endian BINFLOAT of NaN": b"G\x7f\xf8\0\0\0\0\0\0",
        "MEMOIZE of nothing": b"\x94",
        "DUP of nothing": b"2",
    }


def _large() -> dict[str, Callable[[Path], None]]:
    """Files of some megabytes, whose contents are many of one thing."""
    head = b"\x80\x04"
    million = many(1_000_000)
    return {
        "a million lists in one another": _writing(head, (b"]", million), (b"a", million - 1), b"."),
        "a million tuples in one another": _writing(head, b"N", (b"\x85", million), b"."),
        "a million dicts in one another": _writing(head, (b"}K\x01", million), b"N", (b"s", million), b"."),
        "a million calls in one another": _writing(head, b"cx\ny\nq\x00)", (b"R\x85h\x00\x86", many(200_000)), b"."),
        "ten million marks": _writing(head, (b"(", 10 * million)),
        "ten million opcodes that do nothing": _writing(head, (b"N0", 5 * million), b"N."),
        "three million dicts": _writing(head, b"](", (b"}", 3 * million), b"e."),
        "three million memo entries": _writing(head, (b"N\x94", 3 * million), b"."),
        "two million tensors' worth of globals": _writing(head, b"](", (b"cx\ny\n", 2 * million), b"e."),
        "three hundred thousand names": lambda path: path.write_bytes(
            head + b"](" + b"".join(b"cm%d\nn%d\n" % (i, i) for i in range(many(300_000))) + b"e."
        ),
        "a text of 50 MB": _writing(head, b"X", struct.pack("<I", 50 * million), (b"x", 50 * million), b"."),
        "a thousand texts of 1 MB by memo": _writing(
            head, b"](X", struct.pack("<I", million), (b"x", million), b"\x94", (b"h\x00", 1000), b"e."
        ),
        "a line of 20 MB": _writing(b"S'", (b"x", 20 * million), b"'\n."),
        "an int of a million digits": _writing(b"I", (b"9", million), b"\n."),
        "a long of 20 million digits": _writing(b"L", (b"9", 20 * million), b"L\n."),
        "a LONG4 of 20 MB": _writing(head, b"\x8b", struct.pack("<i", 20 * million), (b"\x7f", 20 * million), b"."),
        "ints that collide as keys": lambda path: path.write_bytes(
            head + b"}(" + b"".join(opcodes(i * ((1 << 61) - 1)) + b"N" for i in range(many(200_000))) + b"u."
        ),
        "a set of tuples that collide": lambda path: path.write_bytes(
            head + b"\x8f(" + b"".join(opcodes((i * ((1 << 61) - 1),)) for i in range(many(100_000))) + b"\x90."
        ),
        "a million keys": lambda path: path.write_bytes(
            head + b"}(" + b"".join(b"\x8c\x07%07dN" % i for i in range(million)) + b"u."
        ),
        "BUILD a million times": _writing(head, b"cx\ny\n)\x81", (b"}b", million), b"."),
        "doubling lists by memo": _writing(head, b"]\x94", (b"](h\x00h\x00e", many(500_000)), b"."),
    }


def cases(marker: str) -> Iterator[Case]:
    """The bombs, as plain pickles and in the containers."""
    for name, body in _hashing().items():
        yield Case(f"hash bomb as {name}, zip", zip_checkpoint(b"\x80\x04" + body + b".", {"0": bytes(16)}))
        yield Case(f"hash bomb as {name}, legacy", legacy_checkpoint(b"\x80\x04" + body + b".", {"0": bytes(16)}))
    bomb = b"\x80\x02" + DOUBLING + b"."
    for member in ("pickle", "tensors", "storages"):
        members = {"pickle": pickled({"w": 1}), "tensors": pickled(0), "storages": tar_storages({})}
        yield Case(f"hash bomb in the member {member}", tar_bytes(members | {member: pickled(1) + bomb + bytes(64)}))
    yield Case(
        "hash bomb among the keys of a legacy file",
        legacy_checkpoint(pickled({}), {}, keys=b"\x80\x02](" + DOUBLING + b"e."),
    )
    for name, body in _small().items():
        yield Case(name, b"\x80\x04" + body + b".")
        yield Case(f"{name}, zip", zip_checkpoint(b"\x80\x04" + body + b".", {}))
    for name, write in _large().items():
        yield Case(name, write)
    deep: object = tensor("0", (1,))
    for _ in range(300):
        deep = Raw(opcodes(Call(Name("torch._utils", "_rebuild_parameter"), (deep, True, None))))
    yield Case("a parameter of a parameter, 300 times", zip_checkpoint(pickled({"w": deep}), {"0": bytes(4)}))
    nested = legacy_checkpoint(pickled(Raw(opcodes(1))), {})
    for _ in range(12):
        nested = pickled({"w": Call(Name("torch.storage", "_load_from_bytes"), (nested,))})
    yield Case("a checkpoint in a checkpoint, twelve times", nested)
