"""Pickles that call: every opcode that can, in every protocol, in every pickle of every container."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from ..assembling import (
    Call,
    Name,
    Pid,
    Raw,
    legacy_checkpoint,
    opcodes,
    ordered,
    pickled,
    storage,
    tar_bytes,
    tar_storages,
    tar_tensors,
    tensor,
    zip_bytes,
    zip_checkpoint,
)
from .cases import Case

_FLOATS = struct.pack("<4f", 1, 2, 3, 4)
_SOUND = {"w": tensor("0", (4,))}


def _text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def _short(value: str) -> bytes:
    return b"\x8c" + bytes([len(value)]) + value.encode()


def callings(marker: str) -> dict[str, bytes]:
    """Opcodes that would create the file `marker`, and leave an object on the stack; by what they use for it."""
    command = f"touch {marker}"
    shell, argument = b"cos\nsystem\n", _text(command)
    writing = f"open({marker!r}, 'w').close()"
    stack_global = _short("os") + b"\x94" + _short("system") + b"\x94\x93"
    obj = b"(" + shell + argument + b"o"
    return {
        "REDUCE": shell + b"(" + argument + b"tR",
        "REDUCE with TUPLE1": shell + argument + b"\x85R",
        "INST": b"(" + argument + b"ios\nsystem\n",
        "INST with a STRING": b"(S'" + command.encode() + b"'\nios\nsystem\n",
        "OBJ": obj,
        "NEWOBJ": b"csubprocess\nPopen\n(](" + _text("touch") + _text(marker) + b"et\x81",
        "NEWOBJ_EX": b"csubprocess\nPopen\n(](" + _text("touch") + _text(marker) + b"et}\x92",
        "STACK_GLOBAL": stack_global + argument + b"\x85R",
        "STACK_GLOBAL by memo": _short("os")
        + b"q\x05"
        + _short("system")
        + b"q\x060h\x05h\x06\x93"
        + argument
        + b"\x85R",
        "GLOBAL by memo": shell + b"q\x070h\x07" + argument + b"\x85R",
        "eval": b"cbuiltins\neval\n" + _text(f"__import__('os').system({command!r})") + b"\x85R",
        "exec of Python 2": b"c__builtin__\nexec\n" + _text(writing) + b"\x85R",
        "posix": b"cposix\nsystem\n" + argument + b"\x85R",
        "open for writing": b"cbuiltins\nopen\n(" + _text(marker) + _text("w") + b"tR",
        "io.open": b"c_io\nopen\n(" + _text(marker) + _text("w") + b"tR",
        "getattr chain": (
            b"cbuiltins\ngetattr\n(cbuiltins\n__import__\n"
            + _text("os")
            + b"\x85R"
            + _text("system")
            + b"tR"
            + argument
            + b"\x85R"
        ),
        "operator.methodcaller": b"coperator\nmethodcaller\n("
        + _text("system")
        + argument
        + b"tRcbuiltins\n__import__\n"
        + _text("os")
        + b"\x85R\x85R",
        "functools.partial": b"cfunctools\npartial\n(" + shell + argument + b"tR)R",
        "map consumed by list": b"cbuiltins\nlist\n(cbuiltins\nmap\n(" + shell + b"](" + argument + b"etRtR",
        "BUILD with a dangerous state": b"c__main__\nThing\n)\x81}("
        + _text("__setstate__")
        + shell
        + b"ub"
        + argument
        + b"b",
        "BUILD over a global": shell + b"}(" + _text("__call__") + shell + b"ub" + argument + b"\x85R",
        "dict key": b"}(" + shell + argument + b"\x85R" + b"K\x01u",
        "ADDITEMS": b"\x8f(" + shell + argument + b"\x85R\x90",
        "popped": shell + argument + b"\x85R0K\x01",
        "popped by POP_MARK": b"(" + shell + argument + b"\x85R1K\x01",
        "persistent id": shell + argument + b"\x85RQ",
        "a class attribute by dots": _short("os") + _short("system.__call__") + b"\x93" + argument + b"\x85R",
        "importing a module": b"cantigravity\nfly\n0cthis\ns\n",
        "pickle.loads of another": b"cpickle\nloads\nB"
        + struct.pack("<I", len(pickled(Raw(obj))))
        + pickled(Raw(obj))
        + b"\x85R",
        "marshalled code": b"ctypes\nFunctionType\n(cmarshal\nloads\nC\x04\xe3\0\0\0\x85R}tR)R",
        "webbrowser": b"cwebbrowser\nopen\n" + _text("http://127.0.0.1:9/") + b"\x85R",
        "socket": b"csocket\ncreate_connection\n(" + _text("127.0.0.1") + b"K\x09\x86tR",
        "shutil.rmtree": b"cshutil\nrmtree\n" + _text(marker + ".d") + b"\x85R",
        "ctypes": b"cctypes\nCDLL\n" + _text("libc.so.6") + b"\x85R",
        "runpy": b"crunpy\nrun_path\n" + _text(marker + ".py") + b"\x85R",
        "torch.load of another file": b"ctorch\nload\n" + _text(marker + ".pth") + b"\x85R",
        "numpy.load of another file": b"cnumpy\nload\n(" + _text(marker + ".npy") + b"N\x88tR",
    }


def _named_like_torch(marker: str) -> dict[str, object]:
    """Dangerous names that a check of prefixes lets pass, and dangerous arguments of what is allowed."""
    command = (f"touch {marker}",)
    shell = Name("os", "system")
    return {
        "torch.serialization.os.system": Call(Name("torch", "serialization.os.system"), command),
        "torch._utils.sys.modules": Call(Name("torch._utils", "sys.modules.get"), ("os",)),
        "collections.abc.sys": Call(Name("collections", "abc.sys.exit"), (3,)),
        "numpy.os.system": Call(Name("numpy", "os.system"), command),
        "_rebuild_from_type_v2 with a function": Call(
            Name("torch._tensor", "_rebuild_from_type_v2"), (shell, Name("torch", "Tensor"), command, None)
        ),
        "_rebuild_parameter of a call": Call(
            Name("torch._utils", "_rebuild_parameter"), (Call(shell, command), True, None)
        ),
        "hooks that are a call": Call(
            Name("torch._utils", "_rebuild_tensor_v2"), (storage("0", 4), 0, (4,), (1,), False, Call(shell, command))
        ),
        "a storage type that is a call": Call(
            Name("torch._utils", "_rebuild_tensor_v2"),
            (Pid(("storage", Call(shell, command), "0", "cpu", 4)), 0, (4,), (1,), False, None),
        ),
        "OrderedDict subclass state": Call(Name("collections", "OrderedDict"), (), Call(shell, command)),
        "defaultdict with a factory": Call(Name("collections", "defaultdict"), (shell,), None),
        "_load_from_bytes of a bomb": Call(Name("torch.storage", "_load_from_bytes"), (pickled(Call(shell, command)),)),
        "copyreg reconstructor": Call(Name("copyreg", "_reconstructor"), (shell, Name("builtins", "object"), None)),
        "numpy object array": Call(
            Name("numpy.core.multiarray", "_reconstruct"),
            (Name("numpy", "ndarray"), (0,), b"b"),
            (1, (1,), Call(Name("numpy", "dtype"), ("O8", False, True)), False, [Call(shell, command)]),
        ),
        "a layout that is a call": Call(
            Name("torch._utils", "_rebuild_sparse_tensor"), (Call(shell, command), (tensor("0", (4,)),))
        ),
        "torch.hub": Call(Name("torch.hub", "load"), ("x/y", "z")),
        "torch.utils.cpp_extension": Call(Name("torch.utils.cpp_extension", "load"), ("x", marker)),
        "lambda in a scheduler": Call(
            Name("torch.optim.lr_scheduler", "LambdaLR"), (), {"lr_lambdas": [shell]}, new=True
        ),
    }


def cases(marker: str) -> Iterator[Case]:
    """Every way of calling in a zip; some of them in every protocol and in every pickle of the containers."""
    found = callings(marker)
    for name, body in found.items():
        thing = Raw(b"}(" + _text("w") + opcodes(tensor("0", (4,))) + _text("x") + body + b"u")
        yield Case(f"zip: {name}", zip_checkpoint(pickled(thing, 4), {"0": _FLOATS}))
    for name, value in _named_like_torch(marker).items():
        yield Case(f"zip: {name}", zip_checkpoint(pickled(_SOUND | {"x": value}), {"0": _FLOATS}))
    for protocol in range(6):
        for name in ("REDUCE", "INST", "OBJ", "STACK_GLOBAL"):
            head = b"\x80" + bytes([protocol]) if protocol > 1 else b""
            yield Case(f"pickle of protocol {protocol}: {name}", head + found[name] + b".")
    yield from _broken_off(found["REDUCE"])
    for name, make in _containers().items():
        yield Case(f"{name}: a call", make(pickled(Raw(found["REDUCE"]))))
        yield Case(f"{name}: a call between sound things", make(pickled([1, Raw(found["INST"]), "end"])))
    yield Case("folder of shards: a call", lambda path: _shards(path, found["REDUCE"]))


def _broken_off(call: bytes) -> Iterator[Case]:
    """Pickles that call and then break, and frames that lie about what is in them."""
    head = b"\x80\x04"
    yield Case("run, then break off", head + call)
    yield Case("run, then an opcode that does not exist", head + call + b"\xff.")
    yield Case("run, then pop from nothing", head + call + b"000000.")
    yield Case("a frame that is too long", head + b"\x95" + struct.pack("<Q", 1 << 40) + call + b".")
    yield Case("a frame that is too short", head + b"\x95" + struct.pack("<Q", 3) + call + b".")
    yield Case(
        "a frame in a frame", head + b"\x95" + struct.pack("<Q", 30) + b"\x95" + struct.pack("<Q", 3) + call + b"."
    )
    yield Case("EXT1", head + b"\x82\x01)R.")
    yield Case("EXT2", head + b"\x83\x01\x02)R.")
    yield Case("EXT4", head + b"\x84\xff\xff\xff\x7f)R.")
    yield Case("EXT4 negative", head + b"\x84\xff\xff\xff\xff)R.")
    yield Case("protocol 200", b"\x80\xc8" + call + b".")
    yield Case("a second pickle behind the first", pickled({"a": 1}) + pickled(Raw(call)))
    yield Case("zip: run, then break off", zip_checkpoint(head + call, {}))
    yield Case("NEXT_BUFFER", b"\x80\x05\x97\x98.")


def _containers() -> dict[str, Callable[[bytes], bytes]]:
    """Every place in a container where a pickle stands: given a pickle, a file with it in that place."""
    sound = pickled(_SOUND)
    head = (pickled(0x1950A86A20F9469CFC6C), pickled(1001), pickled({"little_endian": True}))
    floats = {"0": _FLOATS}
    tar = {"sys_info": pickled({}), "pickle": sound, "tensors": tar_tensors([]), "storages": tar_storages({})}
    script = {
        "data.pkl": sound,
        "data/0": _FLOATS,
        "constants.pkl": pickled(()),
        "code/__torch__.py": b"",
        "version": b"3",
    }
    package = {"m/m.pkl": sound, ".data/0.storage": _FLOATS, ".data/extern_modules": b"torch\n", ".data/version": b"6"}
    exported = {"archive_format": b"pt2", "models/model.json": b"{}", "data/weights/weight_0": _FLOATS}
    table = b'{"config": {"w": {"path_name": "weight_9", "is_param": true, "use_pickle": true}}}'
    places: dict[str, Callable[[bytes], bytes]] = {
        "legacy, in place of the magic number": lambda bomb: legacy_checkpoint(
            sound, floats, start=bomb + head[1] + head[2]
        ),
        "legacy, in place of the version": lambda bomb: legacy_checkpoint(
            sound, floats, start=head[0] + bomb + head[2]
        ),
        "legacy, in place of sys_info": lambda bomb: legacy_checkpoint(sound, floats, start=head[0] + head[1] + bomb),
        "legacy, in place of the object": lambda bomb: legacy_checkpoint(bomb, floats),
        "legacy, in place of the keys": lambda bomb: legacy_checkpoint(sound, floats, keys=bomb),
    }
    for member in tar:
        places[f"tar, {member}"] = lambda bomb, member=member: tar_bytes(tar | {member: bomb})  # type: ignore[misc]
    places["tar, a record of storages"] = lambda bomb: tar_bytes(tar | {"storages": pickled(1) + bomb + bytes(16)})
    places["tar, a record of tensors"] = lambda bomb: tar_bytes(tar | {"tensors": pickled(1) + bomb + bytes(64)})
    for member in ("data.pkl", "constants.pkl", "traced_inputs.pkl", "bytecode.pkl", "attributes.pkl"):
        places[f"TorchScript, {member}"] = lambda bomb, member=member: zip_bytes(script | {member: bomb})  # type: ignore[misc]
    places["TorchScript, model.json with attributes.pkl"] = lambda bomb: zip_bytes(
        {"model.json": b'{"mainModule": {"attributes": [{"name": "a", "id": "0"}]}}', "attributes.pkl": bomb}
    )
    places["package"] = lambda bomb: zip_bytes(package | {"other.pkl": bomb})
    places["exported, sample inputs"] = lambda bomb: zip_bytes(
        exported | {"data/sample_inputs/model.pt": zip_checkpoint(bomb, floats)}, "m"
    )
    places["exported, a pickled weight"] = lambda bomb: zip_bytes(
        exported | {"data/weights/model_weights_config.json": table, "data/weights/weight_9": bomb}, "m"
    )
    places["exported, state_dict of the layout before"] = lambda bomb: zip_bytes(
        {"serialized_state_dict.pt": legacy_checkpoint(bomb, floats), "serialized_exported_program.json": b"{}"}, ""
    )
    places["nested in bytes"] = lambda bomb: pickled(
        ordered({"w": Call(Name("torch.storage", "_load_from_bytes"), (legacy_checkpoint(bomb, floats),))})
    )
    return places


def _shards(path: Path, call: bytes) -> None:
    path.mkdir()
    for number in (1, 2):
        thing = Raw(b"}(" + _text(f"w{number}") + opcodes(tensor("0", (4,))) + _text(f"x{number}") + call + b"u")
        name = path / f"pytorch_model-{number:05}-of-00002.bin"
        name.write_bytes(zip_checkpoint(pickled(thing), {"0": _FLOATS}))
