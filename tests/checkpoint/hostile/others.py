"""The other containers, indexes and folders; texts meant for the screen; and what is no file at all."""

from __future__ import annotations

import gzip
import json
import os
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from ..assembling import Call, Name, Raw, legacy_checkpoint, mapping, pickled, tensor, zip_bytes, zip_checkpoint
from .bombs import DOUBLING
from .cases import Case, many

_FLOATS = struct.pack("<4f", 1, 2, 3, 4)
_ENTRY = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}


def safetensors(header: object, data: bytes = _FLOATS, length: int | None = None) -> bytes:
    """A safetensors file with this header, which may be bytes of any kind."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def _safetensors() -> dict[str, bytes]:
    deep = b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    return {
        "a header of 2^63 bytes": safetensors({"a": _ENTRY}, length=1 << 63),
        "a header of 99 MB that is not there": safetensors({"a": _ENTRY}, length=99_000_000),
        "a header of 0 bytes": safetensors(b"", length=0),
        "offsets that overlap": safetensors({"a": _ENTRY, "b": _ENTRY}),
        "offsets that run backwards": safetensors({"a": _ENTRY | {"data_offsets": [16, 0]}}),
        "offsets out of the file": safetensors({"a": _ENTRY | {"data_offsets": [1 << 60, (1 << 60) + 16]}}),
        "offsets that are floats": safetensors({"a": _ENTRY | {"data_offsets": [0.0, 16.0]}}),
        "a shape of 10^12 by 10^12": safetensors({"a": _ENTRY | {"shape": [10**12, 10**12]}}),
        "a shape whose product wraps": safetensors({"a": _ENTRY | {"shape": [2**62, 8]}}),
        "a shape of a number with 4000 digits": safetensors(b'{"a":{"dtype":"F32","shape":[' + b"9" * 4000 + b"]}}"),
        "a number of a million digits": safetensors(b'{"a":' + b"9" * many(1_000_000) + b"}"),
        "a shape of a million ones": safetensors({"a": _ENTRY | {"shape": [1] * many(1_000_000)}}),
        "nested without end": safetensors(deep),
        "a key twice": safetensors(b'{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"a":{}}'),
        "a key of 100 kB": safetensors({"k" * 100_000: _ENTRY}),
        "keys for the screen": safetensors(dict.fromkeys(SCREEN_TEXTS, _ENTRY)),
        "metadata that are a list": safetensors({"__metadata__": [1, 2], "a": _ENTRY}),
        "a million empty texts": safetensors(b'{"__metadata__":{"a":"' + b'","b":"' * many(1_000_000) + b'"}}'),
        "a header that is no JSON": safetensors(b"{'a': 1}"),
        "a header that is no text": safetensors(b"{\xff\xfe\xfd}"),
        "a header that is UTF-16": safetensors('{"a":1}'.encode("utf-16-le")),
        "NaN as an offset": safetensors(b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,Infinity]}}'),
    }


SCREEN_TEXTS = (
    "<b>bold</b>",
    "<img src='http://127.0.0.1:9/x'>",
    "<a href='javascript:alert(1)'>x</a>",
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\u202egnp.exe",
    "\u2066\u2067",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "=cmd|' /C calc'!A1",
    "+1+1",
    "@SUM(1)",
    "a\nb\r\nc\td",
    "\u200b\u200c\u200d",
    "\ufeff",
    "\U000e0041\U000e0042",
    "%s%n%x",
    "{0.__class__}",
    "../../x",
    "[red]rich[/red]",
    "[link=http://x]y[/link]",
    "k" * 100_000,
    "",
    ".",
    "..",
    "a..b",
    " " * 1000,
    "Z\u0351\u036b" * 500,
)
"""Names and texts that would do something if they were put on a screen, into a table or a format as they are."""


def _texts() -> dict[str, bytes]:
    held = {"0": _FLOATS}
    as_keys = mapping([(text, tensor("0", (4,))) for text in SCREEN_TEXTS])
    as_values = {f"t{number}": text for number, text in enumerate(SCREEN_TEXTS)}
    printable = [text.encode("utf-8", "surrogatepass").replace(b"\n", b" ") for text in SCREEN_TEXTS]
    as_names = [Raw(b"c" + text + b"\n" + text + b"\n)R") for text in printable]
    devices = [tensor("0", (4,))] + [
        Call(Name("torch._utils", "_rebuild_tensor_v2"), (Raw(_pid(text)), 0, (4,), (1,), False, None))
        for text in SCREEN_TEXTS
    ]
    return {
        "keys": zip_checkpoint(pickled(as_keys), held),
        "keys, legacy": legacy_checkpoint(pickled(as_keys), held),
        "values": zip_checkpoint(pickled(as_values), held),
        "names of classes": zip_checkpoint(pickled(as_names), held),
        "devices": zip_checkpoint(pickled(devices), held),
        "bytes as keys": zip_checkpoint(pickled(mapping([(text, 1) for text in printable])), held),
        "tuples and numbers as keys": zip_checkpoint(
            pickled(
                mapping(
                    [((1, "a"), 1), (None, 2), (1.5, 3), (10**50, 4), (True, 5), (Name("os", "system"), 6), (b"", 7)]
                )
            ),
            held,
        ),
        "a.b as a key and a path": zip_checkpoint(pickled({"a.b": 1, "a": {"b": 2}, "": {"": 3}}), held),
    }


def _pid(device: str) -> bytes:
    from ..assembling import opcodes

    return opcodes(("storage", Name("torch", "FloatStorage"), "0", device, 4)) + b"Q"


def _odd_files() -> dict[str, bytes]:
    legacy, zipped = (
        legacy_checkpoint(pickled({"w": tensor("0", (4,))}), {"0": _FLOATS}),
        zip_checkpoint(pickled({}), {}),
    )
    return {
        "gzip of a legacy file": gzip.compress(legacy),
        "gzip of a zip": gzip.compress(zipped),
        "a legacy file behind 100 bytes": b"x" * 100 + legacy,
        "a protocol version of 2000": legacy_checkpoint(
            pickled({}), {}, start=pickled(0x1950A86A20F9469CFC6C) + pickled(2000)
        ),
        "a magic number alone": pickled(0x1950A86A20F9469CFC6C),
        "a magic number that is a text": b"L119547037146038801333356L\n.",
        "keys that are not those of the storages": legacy_checkpoint(
            pickled({"w": tensor("0", (4,))}), {"0": _FLOATS}, keys=pickled(["1", 2, None, ["0"]])
        ),
        "a storage of minus one element": legacy_checkpoint(pickled({"w": tensor("0", (4,))}), {})[:-3]
        + b"](X\x01\0\0\x000e."
        + b"\xff" * 16,
        "a storage of 2^62 elements": legacy_checkpoint(
            pickled({"w": tensor("0", (4,))}), {}, keys=pickled(["0"]) + struct.pack("<q", 1 << 62) + _FLOATS
        ),
        "a million storages of nothing": legacy_checkpoint(
            pickled({}), {}, keys=b"\x80\x02](" + b"X\x01\0\0\x000" * many(1_000_000) + b"e."
        ),
    }


def _script() -> dict[str, bytes]:
    base = {"data.pkl": pickled({"w": tensor("0", (4,))}), "data/0": _FLOATS, "constants.pkl": pickled(())}
    level = b'{"name": "m", "submodules": ['
    deep = b'{"mainModule": ' + level * 900 + b"]}" * 900 + b"}"
    wide = {"mainModule": {"name": "m", "submodules": [{"name": f"s{i}"} for i in range(many(50_000))]}}
    row = {
        "dims": ["9223372036854775807"] * 3,
        "strides": ["0"] * 3,
        "offset": "0",
        "data": {"key": "../../etc/passwd"},
    }
    lying = {"mainModule": {"parameters": [{"name": "w", "tensorId": "0"}]}, "tensors": [row]}
    return {
        "a model.json nested 900 times": zip_bytes({"model.json": deep}),
        "a model.json of 50,000 modules": zip_bytes({"model.json": json.dumps(wide).encode()}),
        "a model.json that lies": zip_bytes({"model.json": json.dumps(lying).encode()}),
        "code of one line of 5 MB": zip_bytes(
            base | {"code/__torch__.py": b"class A(Module):\n  __parameters__ = [" + b'"a", ' * many(10**6)}
        ),
        "code of a million classes": zip_bytes(base | {"code/__torch__.py": b"class A(Module):\n" * many(400_000)}),
        "code of a million constants": zip_bytes(
            base | {"code/__torch__.py": b"class A(Module):\n" + b"  x : Final[int] = 1\n" * many(300_000)}
        ),
        "code in folders without end": zip_bytes(base | {"code/" + "a/" * 10_000 + "b.py": b"class A(Module):\n"}),
        "constants that are the module": zip_bytes(base | {"constants.pkl": base["data.pkl"], "constants/0": b""}),
        "a hundred pickles": zip_bytes(base | {f"p{i}.pkl": pickled([i]) for i in range(100)}),
    }


def _exported() -> dict[str, bytes]:
    table = "data/weights/model_weights_config.json"
    meta = {
        "dtype": 7,
        "sizes": [{"as_int": 1 << 40}],
        "strides": [{"as_int": 0}],
        "storage_offset": {"as_int": 0},
        "layout": 7,
    }
    entry = {"path_name": "../../../../etc/passwd", "is_param": True, "use_pickle": False, "tensor_meta": meta}
    itself = entry | {"path_name": "model_weights_config.json", "use_pickle": True}
    base = {"archive_format": b"pt2", "data/weights/weight_0": _FLOATS}

    def archive(config: object) -> bytes:
        return zip_bytes(base | {table: json.dumps({"config": config}).encode()}, "m")

    return {
        "a path that leads out": archive({"w": entry}),
        "a tensor of 2^40 elements of one": archive({"w": entry | {"path_name": "weight_0"}}),
        "a weight that is its own table": archive({"w": itself}),
        "a table nested without end": zip_bytes(base | {table: b'{"config":{"a":' + b"[" * many(300_000)}, "m"),
        "a table of 100,000 pickled weights": archive(
            {f"w{i}": {"path_name": "weight_0", "use_pickle": True} for i in range(many(20_000))}
        ),
        "a table that is a pickle": zip_bytes(base | {table: pickled({"a": 1})}, "m"),
    }


def _folder(**files: bytes) -> Callable[[Path], None]:
    """A folder with these files in it; `__` in a name stands for a dot."""

    def write(path: Path) -> None:
        path.mkdir()
        for name, data in files.items():
            (path / name.replace("__", ".")).write_bytes(data)

    return write


def _index(weight_map: object, **files: bytes) -> Callable[[Path], None]:
    text = weight_map if isinstance(weight_map, bytes) else json.dumps({"weight_map": weight_map}).encode()
    return _folder(model__index__json=text, **files)


def _distributed() -> dict[str, Callable[[Path], None]]:
    def described(name: str, state: object) -> Call:
        return Call(Name("torch.distributed.checkpoint.metadata", name), (), state, new=True)

    def place(filename: object, offset: object = 0, length: object = 100) -> Call:
        state = {"relative_path": filename, "offset": offset, "length": length}
        return Call(Name("torch.distributed.checkpoint.filesystem", "_StorageInfo"), (), state, new=True)

    def folder(described_keys: object, stored: list[tuple[object, object]], **files: bytes) -> Callable[[Path], None]:
        fields = {"state_dict_metadata": described_keys, "storage_data": mapping(stored), "planner_data": None}
        return _folder(__metadata=pickled(described("Metadata", fields)), **files)

    value = described("BytesStorageMetadata", None)
    index = described("MetadataIndex", {"fqn": "a", "offset": None})
    bomb = Raw(b"cos\nsystem\nX\x05\0\0\0false\x85R")
    inner = zip_checkpoint(pickled({"x": bomb}), {})
    crowd = {f"k{i}": value for i in range(many(20_000))}
    stored = [(described("MetadataIndex", {"fqn": key}), place("f.bin", 0, len(inner))) for key in crowd]
    return {
        "an item in ../": folder({"a": value}, [(index, place("../../etc/passwd"))]),
        "an item that is .metadata itself": folder({"a": value}, [(index, place(".metadata", 0, 50))]),
        "an item in a folder": folder({"a": value}, [(index, place("."))]),
        "an item that calls": folder({"a": value}, [(index, place("f.bin", 0, len(inner)))], f__bin=inner),
        "a call as metadata": folder({"a": bomb}, [(bomb, bomb)]),
        "a hash bomb as an index": folder({"a": value}, [(Raw(DOUBLING), place("f.bin"))]),
        "a hash bomb as a key": folder(mapping([(Raw(DOUBLING), value), ("a", value)]), []),
        "20,000 items at one place": folder(crowd, stored, f__bin=inner),
        "metadata that are a list": _folder(__metadata=pickled([1, 2, 3])),
        "metadata of random bytes": _folder(__metadata=bytes(range(256)) * 9),
    }


def _sharded() -> dict[str, Callable[[Path], None]]:
    sound = safetensors({"a": _ENTRY})
    call = zip_checkpoint(pickled({"a": Raw(b"cos\nsystem\nX\x05\0\0\0false\x85R")}), {})
    return {
        "an index that names itself": _index({"a": "model.index.json"}),
        "an index in ../": _index({"a": "../../etc/passwd", "b": "s.safetensors"}, s__safetensors=sound),
        "an index of absolute names": _index({"a": "/etc/passwd", "b": "/dev/zero"}),
        "an index of devices": _index({"a": "../../../../../../../../../dev/zero"}),
        "an index of 200,000 missing shards": _index({f"k{i}": f"s{i}" for i in range(many(200_000))}),
        "an index of a million keys": _index(
            {f"k{i}": "s.safetensors" for i in range(many(1_000_000))}, s__safetensors=sound
        ),
        "an index nested without end": _index(b'{"weight_map":{"a":' + b"[" * 300_000),
        "an index whose shards are numbers": _index({"a": 1, "b": None, "c": ["s"], "d": {"e": "f"}}),
        "an index with names for the screen": _index({text: text for text in SCREEN_TEXTS}),
        "an index whose shard calls": _index({"a": "s.bin"}, s__bin=call),
        "an index that is a list": _index(b'{"weight_map": [1, 2, 3]}'),
        "shards that are the same file": _index(
            {f"k{i}": "./" * i + "s.safetensors" for i in range(500)}, s__safetensors=sound
        ),
        "a folder of 10,000 files": _folder(**{f"f{i}__pth": b"" for i in range(many(10_000))}),
        "an empty folder": _folder(),
    }


def _no_files() -> dict[str, Callable[[Path], None]]:
    def sparse(path: Path) -> None:
        path.touch()
        os.truncate(path, 20_000_000_000)

    def unix_socket(path: Path) -> None:
        here = os.getcwd()
        os.chdir(path.parent)  # the path of a socket may be 107 bytes long
        try:
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(path.name)
        finally:
            os.chdir(here)

    def fifo_as_shard(path: Path) -> None:
        _index({"a": "s.bin"})(path)
        os.mkfifo(path / "s.bin")

    def fifo_as_metadata(path: Path) -> None:
        path.mkdir()
        os.mkfifo(path / ".metadata")

    return {
        "a FIFO": lambda path: os.mkfifo(path),
        "a link to /dev/zero": lambda path: path.symlink_to("/dev/zero"),
        "a link to /dev/stdin": lambda path: path.symlink_to("/dev/stdin"),
        "a link to /proc/self/mem": lambda path: path.symlink_to("/proc/self/mem"),
        "a link to itself": lambda path: path.symlink_to(path.name),
        "a link to nothing": lambda path: path.symlink_to("nowhere"),
        "a socket": unix_socket,
        "nothing": lambda path: None,
        "20 GB of zeros": sparse,
        "a FIFO as a shard": fifo_as_shard,
        "a FIFO as .metadata": fifo_as_metadata,
    }


def cases(marker: str) -> Iterator[Case]:
    """All of them."""
    families: dict[str, dict[str, bytes] | dict[str, Callable[[Path], None]]] = {
        "safetensors": _safetensors(),
        "texts": _texts(),
        "odd": _odd_files(),
        "TorchScript": _script(),
        "exported": _exported(),
        "distributed": _distributed(),
        "sharded": _sharded(),
        "no file": _no_files(),
    }
    for family, found in families.items():
        for name, content in found.items():
            yield Case(f"{family}: {name}", content)
