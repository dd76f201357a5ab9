"""Tensors and arrays that lie: about their size, their place, their type, or what they are made of."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ..assembling import Call, Name, Pid, Raw, legacy_checkpoint, opcodes, pickled, storage, tensor, zip_checkpoint
from .cases import Case

_UTILS = "torch._utils"
_V2 = Name(_UTILS, "_rebuild_tensor_v2")
_FLOATS = struct.pack("<4f", 1, 2, 3, 4)
_HUGE = 1 << 62


def _lying() -> dict[str, object]:
    held = storage("0", 4)
    return {
        "a million million elements of one": tensor("0", (10**12,), stride=(0,), numel=4),
        "a product that wraps 64 bits": tensor("0", (2**32, 2**32), stride=(0, 0), numel=4),
        "a product that wraps to 16": tensor("0", (2**62, 8), stride=(0, 1), numel=4),
        "more elements than its storage": tensor("0", (1000,), numel=4),
        "a storage larger than its bytes": tensor("0", (1000,), numel=1000),
        "a storage of 2^61 elements": tensor("0", (4,), numel=2**61),
        "a storage of 2^70 elements": tensor("0", (4,), numel=2**70),
        "a storage of minus one element": tensor("0", (4,), numel=-1),
        "a negative offset": tensor("0", (2,), offset=-1, numel=4),
        "an offset far out": tensor("0", (1,), offset=_HUGE, numel=4),
        "a negative stride": tensor("0", (4,), stride=(-1,), numel=4),
        "a stride far out": tensor("0", (2,), stride=(_HUGE,), numel=4),
        "a negative size": tensor("0", (-4,), stride=(1,), numel=4),
        "sizes that are texts": tensor("0", (4,), stride=("a",), numel=4),
        "sizes that are floats": Call(_V2, (held, 0.0, (4.0,), (1.0,), False, None)),
        "sizes that are true": Call(_V2, (held, False, (True,), (True,), False, None)),
        "sizes that are a dict": Call(_V2, (held, 0, {}, {}, False, None)),
        "ten thousand dimensions": Call(_V2, (held, 0, (1,) * 10_000, (1,) * 10_000, False, None)),
        "more strides than sizes": tensor("0", (4,), stride=(1, 1), numel=4),
        "zero elements far out": tensor("0", (0, _HUGE), stride=(_HUGE, 1), numel=4, offset=_HUGE),
        "too few arguments": Call(_V2, (held,)),
        "too many arguments": Call(_V2, tuple([held] * 40)),
        "arguments that are no tuple": Raw(opcodes(_V2) + opcodes({"a": 1}) + b"R"),
        "a storage that is a number": Call(_V2, (7, 0, (4,), (1,), False, None)),
        "a storage that is the tensor itself": Raw(
            b"ctorch._utils\n_rebuild_tensor_v2\nq\x00("
            + opcodes(held)
            + b"K\x00K\x04\x85K\x01\x85\x89NtRq\x01h\x00(h\x01"
            b"K\x00K\x04\x85K\x01\x85\x89NtR"
        ),
        "keys set on a tensor": Raw(opcodes(tensor("0", (4,))) + b"K\x00K\x01s"),
        "elements appended to a tensor": Raw(opcodes(tensor("0", (4,))) + b"K\x01a"),
        "state built into a tensor": Raw(opcodes(tensor("0", (4,))) + opcodes({"shape": (9,), "data": 1}) + b"b"),
        "a dtype that is a function": Call(
            Name(_UTILS, "_rebuild_tensor_v3"), (held, 0, (4,), (1,), False, None, Name("os", "system"), {})
        ),
        "a dtype that is not there": Call(
            Name(_UTILS, "_rebuild_tensor_v3"), (held, 0, (4,), (1,), False, None, Name("torch", "float512"), {})
        ),
        "a dtype wider than its storage": Call(
            Name(_UTILS, "_rebuild_tensor_v3"), (held, 0, (4,), (1,), False, None, Name("torch", "complex128"), {})
        ),
        "a meta tensor of 2^60": Call(
            Name(_UTILS, "_rebuild_meta_tensor_no_storage"), (Name("torch", "float32"), (2**60,), (1,), False)
        ),
        "a wrapper subclass of 2^60": Call(
            Name(_UTILS, "_rebuild_wrapper_subclass"),
            (Name("x", "Y"), Name("torch", "float32"), (2**60,), (1,), 0, None, "cpu", False),
            {"inner": tensor("0", (4,))},
        ),
    }


def _made_of_parts() -> dict[str, object]:
    whole = tensor("0", (4,))
    sparse, layout = Name(_UTILS, "_rebuild_sparse_tensor"), Name("torch.serialization", "_get_layout")
    coo, csr = Call(layout, ("torch.sparse_coo",)), Call(layout, ("torch.sparse_csr",))
    qtensor = Name(_UTILS, "_rebuild_qtensor")
    affine, channel = Name("torch", "per_tensor_affine"), Name("torch", "per_channel_affine")
    quantised = storage("0", 16, "QInt8")
    return {
        "sparse of 10^12 by 10^12": Call(sparse, (coo, (whole, whole, (10**12, 10**12), True))),
        "sparse without parts": Call(sparse, (coo, ())),
        "sparse of numbers": Call(sparse, (coo, (1, 2, 3))),
        "sparse with a layout that is not there": Call(
            sparse, (Call(layout, ("torch.os.system",)), (whole, whole, (2,)))
        ),
        "sparse in itself": Raw(b"]q\x00" + opcodes(sparse) + b"(" + opcodes(csr) + b"(h\x00h\x00h\x00h\x00ttRa"),
        "compressed with wrong pointers": Call(sparse, (csr, (whole, whole, whole, (2**62, 2**62)))),
        "quantised without a scheme": Call(qtensor, (quantised, 0, (16,), (1,), (), False, None)),
        "quantised with a scale that is a text": Call(
            qtensor, (quantised, 0, (16,), (1,), (affine, "a", "b"), False, None)
        ),
        "quantised with a scale of infinity": Call(
            qtensor, (quantised, 0, (16,), (1,), (affine, float("inf"), 2**70), False, None)
        ),
        "quantised by channel with lies": Call(
            qtensor, (quantised, 0, (16,), (1,), (channel, whole, whole, 2**40), False, None)
        ),
        "quantised by channel on an axis that is not there": Call(
            qtensor, (quantised, 0, (4, 4), (4, 1), (channel, whole, whole, 7), False, None)
        ),
        "nested with lies": Call(Name(_UTILS, "_rebuild_nested_tensor"), (whole, whole, whole, whole)),
        "nested without parts": Call(Name(_UTILS, "_rebuild_nested_tensor"), ()),
        "an old tensor with an odd state": Call(Name("torch", "FloatTensor"), (), {"a": 1}),
        "an old tensor without end": Call(Name("torch", "FloatTensor"), (), (storage("0", 4), 0, (2**62,), (2**62,))),
        "a parameter of nothing": Call(Name("torch.nn.parameter", "Parameter"), ()),
        "a device tensor of nothing": Call(Name(_UTILS, "_rebuild_device_tensor_from_numpy"), (None, None, None, None)),
    }


def _persistent_ids() -> dict[str, object]:
    kind = Name("torch", "FloatStorage")
    return {
        "a storage called ../../etc/passwd": tensor("../../../../etc/passwd", (4,)),
        "a storage with an absolute name": tensor("/etc/passwd", (4,)),
        "a storage with a NUL in its name": tensor("0\0", (4,)),
        "a storage key of 100 kB": tensor("k" * 100_000, (4,)),
        "a persistent id that is a text": Pid("storage"),
        "a persistent id that is None": Pid(None),
        "a persistent id that is too short": Pid(("storage",)),
        "a persistent id of another kind": Pid(("lambda", kind, "0", "cpu", 4)),
        "a view that reaches out": tensor("0", (4,), rest=(("1", 3, 100),)),
        "a view of a view": tensor("0", (4,), rest=(("0", 0, 4),)),
        "a view that is a text": tensor("0", (4,), rest=("view",)),
        "a device that is a list": Call(_V2, (Pid(("storage", kind, "0", ["cpu"], 4)), 0, (4,), (1,), False, None)),
        "a storage of one key and two types": [
            tensor("0", (4,)),
            tensor("0", (2,), "Double"),
            tensor("0", (16,), "Byte"),
        ],
    }


def _arrays() -> dict[str, object]:
    make = Name("numpy.core.multiarray", "_reconstruct")
    empty = (Name("numpy", "ndarray"), (0,), b"b")

    def dtype(code: object, state: object = None) -> Call:
        return Call(Name("numpy", "dtype"), (code, False, True), state)

    def array(shape: object, code: object, data: object) -> Call:
        return Call(make, empty, (1, shape, dtype(code), False, data))

    return {
        "an array of objects": array((2,), "O8", [1, 2]),
        "an array whose shape lies": array((10**12,), "f8", bytes(16)),
        "an array of 2^62 by 2^62": array((_HUGE, _HUGE), "f8", bytes(16)),
        "an array with a negative shape": array((-1,), "f8", bytes(8)),
        "an array of items of 2 GB": array((1,), "V2147483647", bytes(8)),
        "an array of items without a size": array((1,), "V99999999999999999999", bytes(8)),
        "an array of an odd type": array((1,), "f4,O,(1000000,1000000)f8", bytes(8)),
        "an array whose type is a call": Call(
            make, empty, (1, (1,), Call(Name("os", "system"), ("true",)), False, bytes(8))
        ),
        "an array whose data are a number": array((1,), "f8", 7),
        "an array whose data are text": array((1,), "f8", "ä" * 8),
        "an array with a state too short": Call(make, empty, (1,)),
        "an array with a type of strange state": Call(
            make, empty, (1, (1,), dtype("f8", (3, "?", {}, [], -5, "x", 2**80)), False, bytes(8))
        ),
        "a memmap": Call(Name("numpy", "memmap"), ("/etc/passwd", "f4", "r+")),
        "a scalar that is too short": Call(Name("numpy.core.multiarray", "scalar"), (dtype("f8"), b"ab")),
        "a scalar of objects": Call(Name("numpy.core.multiarray", "scalar"), (dtype("O8"), b"ab")),
        "frombuffer of 2^60": Call(Name("numpy.core.numeric", "_frombuffer"), (b"abcd", dtype("f4"), (2**60,), "C")),
    }


def cases(marker: str) -> Iterator[Case]:
    """All of them in a zip, beside a sound tensor; those of tensors in a legacy file too."""
    lying = _lying() | _made_of_parts() | _persistent_ids()
    for name, value in (lying | _arrays()).items():
        yield Case(name, zip_checkpoint(pickled({"bad": value, "good": tensor("0", (4,))}), {"0": _FLOATS}))
    for name, value in lying.items():
        yield Case(
            f"{name}, legacy", legacy_checkpoint(pickled({"bad": value, "good": tensor("0", (4,))}), {"0": _FLOATS})
        )
