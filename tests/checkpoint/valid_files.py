"""One small sound file of every kind, put together by hand: what fuzzing mutates and cuts."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from .assembling import (
    Call,
    Name,
    OldTensor,
    Pid,
    legacy_checkpoint,
    mapping,
    ordered,
    pickled,
    tar_checkpoint,
    tar_storages,
    tar_tensors,
    tensor,
    zip_bytes,
    zip_checkpoint,
)

STORAGES = {str(key): struct.pack("<12f", *(key * 100 + i for i in range(12))) for key in range(4)}
_WEIGHTS = ordered({f"layer.{key}.weight": tensor(key, (3, 4)) for key in STORAGES})
_TRAINING = {"state_dict": _WEIGHTS, "epoch": 7, "optimizer": {"lr": 0.1, "betas": (0.9, 0.999)}, "names": ["a", "b"]}
_META = "torch.distributed.checkpoint.metadata"


def _module() -> Call:
    """A whole module with a parameter, a buffer and a submodule."""
    parameter = Call(
        Name("torch._utils", "_rebuild_parameter"),
        (tensor("0", (3, 4)), True, Call(Name("collections", "OrderedDict"))),
    )
    inner = {
        "training": True,
        "_parameters": ordered({"weight": parameter}),
        "_buffers": ordered({}),
        "_modules": ordered({}),
    }
    linear = Call(Name("torch.nn.modules.linear", "Linear"), (), inner, new=True)
    buffers = ordered({"mean": tensor("1", (12,)), "none": None})
    outer = {"training": False, "_parameters": ordered({}), "_buffers": buffers, "_modules": ordered({"fc": linear})}
    return Call(Name("__main__", "Net"), (), outer, new=True)


def _script() -> bytes:
    code = b'class Net(Module):\n  __parameters__ = ["weight", ]\n  __buffers__ = ["mean", ]\n  size : Final[int] = 3\n'
    state = {"weight": tensor("0", (3, 4)), "mean": tensor("1", (12,)), "training": True}
    thing = Call(Name("__torch__", "Net"), (), state, new=True)
    members = {f"data/{key}": data for key, data in STORAGES.items() if key < "2"}
    others = {"constants.pkl": pickled((tensor("0", (12,)),)), "constants/0": STORAGES["2"], "version": b"3\n"}
    return zip_bytes(members | {"data.pkl": pickled(thing), "code/__torch__.py": code} | others, "net")


def _package() -> bytes:
    storages = {f".data/{key}.storage": data for key, data in STORAGES.items()}
    text = {".data/extern_modules": b"torch\n", ".data/version": b"6\n", "net/net.py": b"class Net: ...\n"}
    return zip_bytes(storages | {"model/model.pkl": pickled(_WEIGHTS)} | text, "package")


def _exported() -> bytes:
    meta = {"dtype": 7, "sizes": [{"as_int": 3}, {"as_int": 4}], "strides": [{"as_int": 4}, {"as_int": 1}], "layout": 7}
    config = {
        f"layer.{key}": {"path_name": f"weight_{key}", "is_param": True, "use_pickle": False, "tensor_meta": meta}
        for key in STORAGES
    }
    weights = {f"data/weights/weight_{key}": data for key, data in STORAGES.items()}
    table = {"data/weights/model_weights_config.json": json.dumps({"config": config}).encode()}
    sample = {"data/sample_inputs/model.pt": zip_checkpoint(pickled((1, 2)), {}), "models/model.json": b"{}"}
    return zip_bytes(weights | table | sample | {"archive_format": b"pt2", "byteorder": b"little"}, "model")


def _safetensors(keys: str = "0123") -> bytes:
    header = {
        f"layer.{key}": {"dtype": "F32", "shape": [3, 4], "data_offsets": [48 * at, 48 * at + 48]}
        for at, key in enumerate(keys)
    }
    text = json.dumps({"__metadata__": {"format": "pt"}} | header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(STORAGES[key] for key in keys)


def _tar() -> bytes:
    storages = tar_storages({int(key): data for key, data in STORAGES.items()})
    tensors = tar_tensors([OldTensor(10 + int(key), int(key), (3, 4), (4, 1)) for key in STORAGES])
    return tar_checkpoint(pickled(ordered({f"layer.{key}": Pid(f"1{key}") for key in STORAGES})), storages, tensors)


def _plain() -> bytes:
    inner = legacy_checkpoint(
        pickled(Pid(("storage", Name("torch", "FloatStorage"), "0", "cpu", 12, None))), {"0": STORAGES["0"]}
    )
    nested = Call(Name("torch.storage", "_load_from_bytes"), (inner,))
    rebuilt = Call(Name("torch._utils", "_rebuild_tensor_v2"), (nested, 0, (3, 4), (4, 1), False, None))
    return pickled({"w": rebuilt, "n": [1, 2.5, None, True, b"bytes"]}, 4)


FILES: dict[str, bytes] = {
    "zip": zip_checkpoint(pickled(_TRAINING), STORAGES),
    "legacy": legacy_checkpoint(pickled(_TRAINING), STORAGES),
    "tar": _tar(),
    "module": zip_checkpoint(pickled(_module()), STORAGES),
    "module, legacy": legacy_checkpoint(pickled(_module()), {key: STORAGES[key] for key in "01"}),
    "TorchScript": _script(),
    "package": _package(),
    "exported": _exported(),
    "safetensors": _safetensors(),
    "pickle": _plain(),
}
"""By kind the bytes of a file."""


def _distributed() -> dict[str, bytes]:
    def named(name: str, state: object, module: str = _META) -> Call:
        return Call(Name(module, name), (), state, new=True)

    body, stored, described = b"", [], {}
    for key, data in STORAGES.items():
        layout = Call(Name("torch.serialization", "_get_layout"), ("torch.strided",))
        properties = named("TensorProperties", (Name("torch", "float32"), layout, False, 0, False))
        size = Call(Name("torch", "Size"), ((3, 4),))
        start = Call(Name("torch", "Size"), ((0, 0),))
        chunk = named("ChunkStorageMetadata", {"offsets": start, "sizes": size})
        described[f"layer.{key}"] = named(
            "TensorStorageMetadata", {"properties": properties, "size": size, "chunks": [chunk]}
        )
        archive = zip_checkpoint(pickled(tensor("0", (3, 4))), {"0": data})
        place = {"relative_path": "__0_0.distcp", "offset": len(body), "length": len(archive)}
        info = named("_StorageInfo", place, "torch.distributed.checkpoint.filesystem")
        stored.append((named("MetadataIndex", {"fqn": f"layer.{key}", "offset": start, "index": 0}), info))
        body += archive
    fields = {"state_dict_metadata": described, "storage_data": mapping(list(stored)), "version": "1.0.0"}
    return {".metadata": pickled(named("Metadata", fields)), "__0_0.distcp": body}


def _sharded() -> dict[str, bytes]:
    shards = {f"model-{number}-of-2.safetensors": keys for number, keys in ((1, "01"), (2, "23"))}
    weight_map = {f"layer.{key}": name for name, keys in shards.items() for key in keys}
    index = json.dumps({"metadata": {"total_size": 192}, "weight_map": weight_map}).encode()
    return {"model.safetensors.index.json": index} | {name: _safetensors(keys) for name, keys in shards.items()}


FOLDERS: dict[str, dict[str, bytes]] = {"distributed": _distributed(), "sharded": _sharded()}
"""By kind the files of a folder."""


def write(path: Path, kind: str, changed: dict[str, bytes] | bytes | None = None) -> Path:
    """Writes the file or folder of a kind to `path`; `changed` stands for some or all of it."""
    if kind in FILES:
        path.write_bytes(FILES[kind] if not isinstance(changed, bytes) else changed)
        return path
    path.mkdir(exist_ok=True)
    for name, data in (FOLDERS[kind] | (changed if isinstance(changed, dict) else {})).items():
        (path / name).write_bytes(data)
    return path
