"""Exported programs: weights and constants of both layouts, the graph as text, nested checkpoints."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import pytest

from inspector.checkpoint import arrays
from inspector.checkpoint.entries import Checkpoint
from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError

from .assembling import Call, Name, ordered, pickled, tensor, zip_bytes, zip_checkpoint

_FLOATS = struct.pack("<6f", *range(6))


def _meta(**others: object) -> dict[str, object]:
    """What the table says of a float32 matrix of 2 by 3."""
    sizes = {"sizes": [{"as_int": 2}, {"as_int": 3}], "strides": [{"as_int": 3}, {"as_int": 1}]}
    plain = {"dtype": 7, "storage_offset": {"as_int": 0}, "layout": 7, "requires_grad": True}
    return sizes | plain | {"device": {"type": "cuda", "index": 1}} | others


def _table(config: object) -> bytes:
    return json.dumps({"config": config}).encode()


def _archive(config: object, **members: bytes) -> bytes:
    table = config if isinstance(config, bytes) else _table(config)
    known = {"archive_format": b"pt2", "archive_version": b"0", "byteorder": b"little", "models/model.json": b"{}"}
    named = {name.replace("__", "/"): data for name, data in members.items()}
    weights = {"data/weights/model_weights_config.json": table, "data/weights/weight_0": _FLOATS}
    return zip_bytes(known | weights | named, "model")


def _opened(path: Path, data: bytes) -> Checkpoint:
    path.write_bytes(data)
    return open_checkpoint(path)


def _entry(meta: object, **others: object) -> dict[str, object]:
    return {"path_name": "weight_0", "is_param": True, "use_pickle": False, "tensor_meta": meta} | others


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_reads_what_torch_exports(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = torch.nn.Linear(4, 3)
            self.register_buffer("mean", torch.arange(3.0))
            self.register_buffer("ones", torch.ones(2, dtype=torch.bfloat16), persistent=False)
            self.constant = torch.tensor([1.0, 2.0])

        def forward(self, x):  # type: ignore[no-untyped-def]
            return self.fc(x) + self.mean + self.ones.sum() + self.constant.sum()

    model = Net()
    torch.export.save(torch.export.export(model, (torch.zeros(2, 4),)), tmp_path / "net.pt2")
    found = open_checkpoint(tmp_path / "net.pt2")
    assert found.format == "exported"
    assert found.damage == ()
    assert ("torch version", torch.__version__) in found.facts
    tensors = dict(found.tensors())
    state = model.state_dict()
    assert {key for key in tensors if not key.startswith(("constants", "sample"))} == set(state)
    assert all(arrays.read(tensors[key]).tolist() == value.tolist() for key, value in state.items())
    assert (tensors["fc.weight"].extra.role, tensors["mean"].extra.role) == ("parameter", "buffer")
    assert arrays.read(tensors["constants.constant"]).tolist() == [1.0, 2.0]
    assert arrays.read(tensors["constants.ones"]).tolist() == [1.0, 1.0]
    assert tensors["sample_inputs.0.0"].shape == (2, 4)
    assert "models/model.json" in {text.name for text in found.texts}


def test_the_layout_before_has_checkpoints_inside(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")

    def saved(value: object) -> bytes:
        file = io.BytesIO()
        torch.save(value, file)
        return file.getvalue()

    members = {
        "version": b"7.3",
        "serialized_exported_program.json": b'{"graph_module": {}, "torch_version": "2.5.1"}',
        "serialized_state_dict.pt": saved({"fc.weight": torch.ones(2, 3)}),
        "serialized_constants.pt": saved({"c": torch.zeros(2)}),
        "serialized_example_inputs.pt": saved(((torch.zeros(1),), {})),
    }
    found = _opened(tmp_path / "f", zip_bytes(members, ""))
    tensors = dict(found.tensors())
    assert list(tensors) == ["fc.weight", "constants.c", "example_inputs.0.0"]
    assert arrays.read(tensors["fc.weight"]).tolist() == [[1, 1, 1], [1, 1, 1]]
    assert len({each.storage.key for each in tensors.values() if each.storage}) == 3
    assert ("torch version", "2.5.1") in found.facts


def test_device_dtype_and_role_are_those_of_the_table(tmp_path: Path) -> None:
    config = {"w": _entry(_meta()), "v": _entry(_meta(), is_param=False)}
    found = dict(_opened(tmp_path / "f", _archive(config)).tensors())
    assert (found["w"].device, found["w"].dtype, found["w"].requires_grad) == ("cuda:1", "float32", True)
    assert arrays.read(found["w"]).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert {each.storage.key for each in found.values() if each.storage} == {"data/weights/weight_0"}
    assert found["v"].extra.role == "buffer"


def test_sizes_that_are_expressions_are_taken_by_their_hints(tmp_path: Path) -> None:
    sizes = [{"as_expr": {"expr_str": "s0", "hint": {"as_int": 2}}}, {"as_int": 3}]
    found = dict(_opened(tmp_path / "f", _archive({"w": _entry(_meta(sizes=sizes))})).tensors())
    assert found["w"].shape == (2, 3)


def test_pickled_weights_are_opened_as_checkpoints(tmp_path: Path) -> None:
    inner = zip_checkpoint(pickled(tensor("0", (2, 3))), {"0": _FLOATS})
    config = {"w": _entry(None, use_pickle=True, path_name="weight_1")}
    found = dict(_opened(tmp_path / "f", _archive(config, data__weights__weight_1=inner)).tensors())
    assert arrays.read(found["w"]).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "entry",
    [
        None, 7, {}, _entry(None), _entry([]), _entry(_meta(dtype=99)), _entry(_meta(dtype="float")),
        _entry(_meta(dtype=[7])), _entry(_meta(sizes=None)), _entry(_meta(sizes=[{"as_int": -1}, {"as_int": 3}])),
        _entry(_meta(sizes=[{"as_int": 2**70}, {"as_int": 3}])), _entry(_meta(sizes=[3])), _entry(_meta(layout=2)),
        _entry(_meta(sizes=[{"as_expr": 3}, 3])), _entry(_meta(strides=[-3, 1])), _entry(_meta(storage_offset=3)),
        _entry(_meta(), path_name="../weight_0"), _entry(_meta(), path_name=None), _entry(_meta(), path_name="x" * 999),
        _entry(_meta(), use_pickle=True), _entry(_meta(sizes=[2**62, 2**62])), _entry(_meta(sizes=[1] * 65)),
    ],
)  # fmt: skip
def test_lies_in_the_table_are_sentences_in_their_places(tmp_path: Path, entry: object) -> None:
    found = dict(_opened(tmp_path / "f", _archive({"bad": entry, "good": _entry(_meta())})).entries())
    assert found["bad"].damage  # type: ignore[union-attr]
    assert not found["good"].damage  # type: ignore[union-attr]


def test_a_table_with_a_flaw_is_read_up_to_it(tmp_path: Path) -> None:
    table = _table({"w": _entry(_meta())})
    found = _opened(tmp_path / "f", _archive(table[:-2] + b', "v": {'))
    assert list(dict(found.tensors())) == ["w"]
    assert "is read up to its entry 1" in " ".join(found.damage)


def test_a_file_cut_off_is_not_taken_for_a_checkpoint_within_it(tmp_path: Path) -> None:
    inner = zip_checkpoint(pickled({"inside": 1}), {})
    whole = _archive({"w": _entry(_meta())}, **{"data__sample_inputs__a.pt": inner})
    for missing in (1, 30, 200):
        found = _opened(tmp_path / "f", whole[:-missing])
        assert found.format == "exported"
        assert "directory at the end of the archive is missing" in found.damage[0]
        assert arrays.read(dict(found.tensors())["w"]).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_nothing_in_nested_checkpoints_is_run(tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    bomb = pickled(ordered({"x": Call(Name("os", "system"), (f"touch {marker}",))}))
    found = _opened(tmp_path / "f", _archive({}, **{"data__sample_inputs__a.pt": bomb}))
    assert "os.system" in {each.name for each in found.globals}
    assert not marker.exists()


def test_an_archive_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="neither weights nor a graph"):
        _opened(tmp_path / "f", zip_bytes({"archive_format": b"pt2"}, "m"))
