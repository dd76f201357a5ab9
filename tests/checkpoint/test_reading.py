"""Files that torch writes, read without it and held against what was saved."""

from __future__ import annotations

import collections
import os
import pickle
import stat
from pathlib import Path
from typing import Any

import pytest

from inspector.checkpoint.entries import Branch, Checkpoint, Entry, Value
from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError

from .assembling import Call, Name, Pid, Raw, pickled, zip_file
from .oracle import assert_shows

DTYPES = (
    "float64 float32 float16 bfloat16 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu "
    "int64 int32 int16 int8 uint64 uint32 uint16 uint8 bool complex128 complex64 complex32"
).split()


def entry(checkpoint: Checkpoint, key: str) -> Entry:
    return dict(checkpoint.entries())[key]


@pytest.fixture(params=["zip", "legacy"])
def save(request: pytest.FixtureRequest, tmp_path: Path):
    """Saves as either container and opens the file again."""
    import torch

    def saved(thing: Any, **options: Any) -> Checkpoint:
        path = tmp_path / "saved.pth"
        torch.save(thing, path, _use_new_zipfile_serialization=request.param == "zip", **options)
        checkpoint = open_checkpoint(path)
        assert checkpoint.format == request.param
        assert checkpoint.damage == ()
        return checkpoint

    return saved


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype(save, dtype: str) -> None:
    import torch

    raw = torch.randint(0, 255, (24, 16), dtype=torch.uint8) % 2 if dtype == "bool" else torch.randint(0, 255, (24, 16))
    tensor = raw.to(torch.uint8).flatten().view(getattr(torch, dtype))
    assert_shows(save({"a": tensor, "b": tensor[1:3]}), {"a": tensor, "b": tensor[1:3]})


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_every_protocol_that_torch_can_be_asked_for(save, protocol: int) -> None:
    import torch

    thing = collections.OrderedDict((f"layer{i}.weight", torch.randn(i % 4, 3)) for i in range(400))
    assert_shows(save(thing, pickle_protocol=protocol), thing)


def test_a_training_checkpoint_keeps_everything(save) -> None:
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.5, 0.999))
    model(torch.randn(8, 4)).sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    thing: dict[str, Any] = {
        "epoch": 4,
        "valid_loss_min": 4e-5,
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(),
        "rng_state": torch.get_rng_state(),
        "losses": [0.5, 0.25],
        "name": "größe",
    }
    checkpoint = save(thing)
    assert_shows(checkpoint, thing)
    roles = {section.key: section.role for section in checkpoint.sections}
    assert roles == {
        "epoch": "epoch", "valid_loss_min": "loss", "state_dict": "weights", "optimizer": "optimizer",
        "scheduler": "scheduler", "rng_state": "rng", "losses": "loss", "name": "other",
    }  # fmt: skip
    assert entry(checkpoint, "epoch") == Value("epoch", "int", 4)
    assert entry(checkpoint, "losses.1") == Value("1", "float", 0.25)
    assert entry(checkpoint, "name") == Value("name", "str", "größe")
    assert entry(checkpoint, "optimizer.param_groups.0.betas.0") == Value("0", "float", 0.5)
    metadata = entry(checkpoint, "state_dict._metadata")
    assert isinstance(metadata, Branch)
    assert metadata.attribute


def test_views_and_shared_storages(save) -> None:
    import torch

    base = torch.arange(1000.0)
    thing = {
        "whole": base,
        "slice": base[10:20],
        "transposed": base.view(20, 50).t(),
        "every_third": base[::3],
        "expanded": base[:1].expand(7),
        "scalar": torch.tensor(3.0),
        "empty": torch.empty(0, 5),
        "tied": base,
    }
    checkpoint = save(thing)
    assert_shows(checkpoint, thing)
    storages = {key: tensor.storage.key for key, tensor in checkpoint.tensors() if tensor.storage}
    assert len({storages[key] for key in ("whole", "slice", "transposed", "every_third", "expanded", "tied")}) == 1
    assert storages["scalar"] != storages["whole"]


def test_a_tensor_that_stands_in_two_places_of_a_long_run(save) -> None:
    """The second one is a reference into the memo, or shares its storage's name: both in the middle of a run."""
    import torch

    thing = {f"layers.{i}.weight": torch.randn(2, 2) for i in range(600)}
    thing["layers.300.weight"] = thing["layers.299.weight"]
    thing["layers.400.weight"] = thing["layers.399.weight"][:1]
    assert_shows(save({"model": thing, "ema": dict(thing)}), {"model": thing, "ema": thing})


def test_names_that_look_like_opcodes(save) -> None:
    import torch

    names = ["r", "rrrrr", "q" * 40, "X\0\0\0", "h(h)", "a" * 300, "ключ", "\u202e", "with\nline", "PK\x05\x06", ""]
    thing = {f"{name}{i}": torch.ones(1) for i in range(100) for name in names}
    assert_shows(save(thing), thing)


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch says of quantised and CSR tensors what it thinks of them
def test_unusual_tensors(save) -> None:
    import torch

    complex_one = torch.randn(3, 2, dtype=torch.complex64)
    thing = {
        "parameter": torch.nn.Parameter(torch.randn(2)),
        "frozen": torch.nn.Parameter(torch.randn(2), requires_grad=False),
        "conj": complex_one.conj(),
        "neg": torch.randn(3, 2, dtype=torch.complex64).conj().imag,
        "meta": torch.empty(3, 4, device="meta"),
        "quantized": torch.quantize_per_tensor(torch.randn(3, 3), 0.1, 2, torch.qint8),
        "per_channel": torch.quantize_per_channel(
            torch.randn(2, 3), torch.tensor([0.1, 0.2]), torch.tensor([0, 1]), 0, torch.quint8
        ),
        "coo": torch.eye(3).to_sparse(),
        "csr": torch.eye(3).to_sparse_csr(),
    }
    checkpoint = save(thing)
    assert_shows(checkpoint, thing)
    shown = dict(checkpoint.tensors())
    assert shown["parameter"].parameter
    assert not shown["conj"].parameter
    assert shown["conj"].extra.conj
    assert shown["neg"].extra.neg
    assert shown["meta"].storage is None
    assert shown["quantized"].extra.quantization == ("per_tensor_affine", 0.1, 2, None)
    assert shown["per_channel"].extra.quantization.axis == 0
    assert [part.name for part in shown["coo"].extra.parts] == ["indices", "values"]
    assert [part.name for part in shown["csr"].extra.parts] == ["crow_indices", "col_indices", "values"]
    assert shown["csr"].layout == "sparse_csr"


def test_a_tensor_with_attributes_of_its_own(save) -> None:
    import torch

    tensor = torch.nn.Parameter(torch.randn(2))
    tensor.tensor_model_parallel = True
    shown = dict(save({"a": tensor}).tensors())["a"]
    assert shown.shape == (2,)
    assert shown.parameter


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_elements_that_share_a_byte_are_not_beyond_their_storage(save) -> None:
    import torch

    scales, zero_points = torch.rand(3) + 0.1, torch.zeros(3)
    packed = torch.quantize_per_channel(torch.randn(3, 5), scales, zero_points, 0, torch.quint4x2)
    (tensor,) = (found for _, found in save({"packed": packed}).tensors())
    assert tensor.shape == (3, 5)
    assert tensor.damage == ""


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_nested_tensors(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "nested.pt"
    nested = torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(4, 3)])
    torch.save({"n": nested}, path)
    shown = dict(open_checkpoint(path).tensors())["n"]
    assert shown.layout == "nested"
    assert [part.name for part in shown.extra.parts] == ["buffer", "sizes", "strides", "offsets"]


def test_what_is_no_tensor(save) -> None:
    import argparse

    import numpy as np
    import torch

    checkpoint = save(
        {
            "args": argparse.Namespace(lr=0.1, layers=[1, 2]),
            "size": torch.Size([2, 3]),
            "dtype": torch.float16,
            "device": torch.device("cuda:1"),
            "array": np.arange(6.0).reshape(2, 3),
            "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
            "scalar": np.float32(2.5),
            "set": {3},
            "bytes": b"\x00\xff",
            "none": None,
            "complex": 1 + 2j,
            "big": 1 << 200,
            5: "int key",
            ("a", 1): "tuple key",
            "nan": float("nan"),
        }
    )
    found = dict(checkpoint.entries())
    assert found["args"].type == "argparse.Namespace"
    assert found["args.lr"].value == 0.1
    assert found["args.layers.1"].value == 2
    assert found["size"].value == "[2, 3]"
    assert found["dtype"] == Value("dtype", "torch.dtype", "torch.float16")
    assert found["device"].value == "cuda:1"
    assert found["array"].is_array
    assert found["array"].shape == (2, 3)
    assert found["fortran"].stride == (1, 2)
    assert found["scalar"] == Value("scalar", "numpy.float32", 2.5)
    assert found["set"].kind == "set"
    assert found["set.0"].value == 3
    assert found["bytes"].value == b"\x00\xff"
    assert found["none"] == Value("none", "NoneType", None)
    assert found["complex"].value == 1 + 2j
    assert found["big"].value == 1 << 200
    assert found["5"].value == "int key"
    assert found["('a', 1)"].value == "tuple key"


def test_numpy_values_are_those_of_numpy(save) -> None:
    import numpy as np

    from inspector.checkpoint.arrays import read

    arrays = {f"{code}": np.arange(12).reshape(3, 4).astype(code) for code in ("<f8", ">f4", "<i2", "u1", "<c16", "?")}
    arrays["large"] = np.random.default_rng(0).normal(size=(600, 500))
    arrays["fortran"] = np.asfortranarray(np.arange(6).reshape(2, 3))
    shown = dict(save(arrays).tensors())
    for key, array in arrays.items():
        assert np.array_equal(read(shown[key]), array), key


@pytest.mark.parametrize("protocol", range(6))
def test_a_plain_pickle(tmp_path: Path, protocol: int) -> None:
    import torch

    path = tmp_path / "plain.pkl"
    thing = {"a": torch.arange(6.0).view(2, 3), "b": torch.nn.Parameter(torch.ones(3)), "n": [1, "x"]}
    path.write_bytes(pickle.dumps(thing, protocol=protocol))
    checkpoint = open_checkpoint(path)
    assert checkpoint.format == "pickle"
    assert_shows(checkpoint, thing)
    assert entry(checkpoint, "n.1").value == "x"


def test_a_lone_tensor_and_a_lone_number(save) -> None:
    import torch

    assert_shows(save(torch.ones(3)), {"value": torch.ones(3)})
    assert entry(save(3), "value") == Value("value", "int", 3)


def test_what_a_checkpoint_inside_of_a_pickle_names_is_judged_too(tmp_path: Path) -> None:
    never = tmp_path / "never"
    inner = b"cposix\nsystem\n(S'touch " + os.fsencode(never) + b"'\ntR."
    outer = Call(Name("torch.storage", "_load_from_bytes"), (pickle_bytes(inner),))
    path = tmp_path / "nested.pkl"
    path.write_bytes(pickled({"fine": 1, "inside": outer}))
    verdicts = {found.name: found.verdict for found in open_checkpoint(path).globals}
    assert verdicts["posix.system"] == "dangerous"
    assert not never.exists()


def pickle_bytes(data: bytes) -> Raw:
    return Raw(b"B" + len(data).to_bytes(4, "little") + data)


def test_globals_are_those_that_torch_finds(save, tmp_path: Path) -> None:
    import argparse

    import torch

    checkpoint = save({"args": argparse.Namespace(a=1), "w": torch.ones(2), "o": torch.nn.Linear(2, 2)})
    if checkpoint.format == "zip":
        unsafe = set(torch.serialization.get_unsafe_globals_in_checkpoint(checkpoint.path))
        assert {found.name for found in checkpoint.globals if not found.accepted} == {
            name.replace("builtins.", "__builtin__.") for name in unsafe
        }
    verdicts = {found.name: found.verdict for found in checkpoint.globals}
    assert verdicts["argparse.Namespace"] == "harmless"
    assert verdicts["torch.nn.modules.linear.Linear"] == "torch"
    assert verdicts["torch._utils._rebuild_tensor_v2"] == "torch"


def test_the_same_container_twice_and_a_cycle(save) -> None:
    shared = [1, 2]
    cycle: list[Any] = [shared, shared]
    cycle.append(cycle)
    found = dict(save(cycle).entries())
    assert found["0.1"].value == 2
    assert found["1.1"].value == 2
    assert "refers back" in found["2"].note


def test_containers_that_double_themselves_are_not_listed_for_ever(tmp_path: Path) -> None:
    lists: list[Any] = []
    dicts: dict[str, Any] = {}
    for _ in range(90):
        lists = [lists, lists]
        dicts = {"a": dicts, "b": dicts, "c": [1, dicts]}
    for thing in (lists, dicts):
        path = tmp_path / "bomb.pkl"
        path.write_bytes(pickle.dumps(thing))
        checkpoint = open_checkpoint(path)
        assert sum(1 for _ in checkpoint.entries()) < 500_000
        assert any("stands elsewhere" in getattr(entry, "note", "") for _, entry in checkpoint.entries())


def test_a_shape_that_cannot_be_counted_is_a_broken_entry(tmp_path: Path) -> None:
    storage = Pid(("storage", Name("torch", "FloatStorage"), "0", "cpu", 1))
    arguments = (storage, 0, (1 << 62,) * 64, (0,) * 64, False, None)
    thing = {"huge": Call(Name("torch._utils", "_rebuild_tensor_v2"), arguments), "fine": 1}
    path = tmp_path / "huge.pth"
    zip_file(path, pickled(thing), {"0": bytes(4)})
    checkpoint = open_checkpoint(path)
    assert "more elements than can be counted" in entry(checkpoint, "huge").damage
    assert entry(checkpoint, "fine").value == 1


def test_long_lists_and_long_texts_are_cut_in_words(save) -> None:
    found = dict(save({"losses": list(range(20_000)), "text": "x" * 3_000_000}).entries())
    assert len(found["losses"].children) == 10_000
    assert found["losses"].note == "the first 10,000 of 20,000"
    assert "of 3,000,000 bytes" in found["text"].note


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.pth"
    os.mkfifo(fifo)
    loop = tmp_path / "loop.pth"
    loop.symlink_to(loop)
    for path, word in (
        (fifo, "FIFO"),
        (loop, "cannot be read"),
        (tmp_path / "missing.pth", "cannot be read"),
        (Path("/dev/zero"), "device"),
        (Path("name\0nul"), "cannot be read"),
    ):
        with pytest.raises(FileError, match=word):
            open_checkpoint(path)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_prefix_before_the_archive_is_said(tmp_path: Path) -> None:
    import io

    import torch

    buffer = io.BytesIO()
    torch.save({"a": torch.arange(5.0)}, buffer)
    path = tmp_path / "prefixed.pth"
    path.write_bytes(b"PK\x03\x04 not really" + buffer.getvalue())
    checkpoint = open_checkpoint(path)
    assert "before the archive" in checkpoint.damage[0]
    assert_shows(checkpoint, {"a": torch.arange(5.0)})
