"""TorchScript archives: the tree of modules under the names of `state_dict()`, with code and constants."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import pytest

from inspector.checkpoint import arrays
from inspector.checkpoint.entries import Branch, Checkpoint, Tensor, Value
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.torchscript_classes import plain_name
from inspector.errors import FileError

from .assembling import Call, Name, pickled, tensor, zip_bytes


def _tensors(found: Checkpoint) -> dict[str, Tensor]:
    return dict(found.tensors())


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A scripted model, and the file that torch saves it to."""
    torch = pytest.importorskip("torch")

    class Block(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(1, 2, 3, stride=2)
            self.norm = torch.nn.BatchNorm2d(2)
            self.names = ["a", "b"]
            self.table = {"x": 1}
            self.sizes = [3, 4]
            self.scale = 2.5
            self.register_buffer("mask", torch.ones(2))

        def forward(self, x):  # type: ignore[no-untyped-def]
            y = self.norm(self.conv(x)) * self.scale + len(self.names) + self.table["x"] + self.sizes[0]
            return y + self.mask.sum() + torch.tensor([[1.0, 2.0]]).sum()

    import warnings

    path = tmp_path_factory.mktemp("script") / "model.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = torch.jit.script(torch.nn.Sequential(Block(), torch.nn.Linear(3, 4), torch.nn.Linear(4, 3)))
        torch.jit.save(model, str(path), _extra_files={"note.txt": b"hello"})
    return model, path


def test_tensors_are_those_of_the_state_dict(scripted) -> None:  # type: ignore[no-untyped-def]
    model, path = scripted
    found = open_checkpoint(path)
    assert found.format == "torchscript"
    assert found.damage == ()
    state = model.state_dict()
    ours = {key: each for key, each in _tensors(found).items() if not key.startswith("constants.pkl")}
    assert list(ours) == list(state)
    for key, each in ours.items():
        assert arrays.read(each).tolist() == state[key].tolist()
        assert each.extra.role == ("parameter" if key in dict(model.named_parameters()) else "buffer")
        assert not each.parameter  # the archive holds plain tensors; what they are for says the code


def test_modules_have_their_classes_attributes_and_constants(scripted) -> None:  # type: ignore[no-untyped-def]
    entries = dict(open_checkpoint(scripted[1]).entries())
    assert (entries["0.conv"].type, entries["0.conv"].kind) == ("torch.nn.modules.conv.Conv2d", "module")
    assert entries["1"].type == entries["2"].type == "torch.nn.modules.linear.Linear"  # no mangled name
    assert entries["0.scale"].value == 2.5
    assert entries["0.names.1"].value == "b"
    assert entries["0.table.x"].value == 1
    assert entries["0.sizes"].type == "List[int]"
    assert (entries["0.conv.out_channels"].value, entries["0.conv.stride"].value) == (2, "(2, 2)")
    assert entries["0.norm.affine"].value is True


def test_code_and_extra_files_can_be_read(scripted) -> None:  # type: ignore[no-untyped-def]
    texts = {text.name: text.source.read(text.offset, text.nbytes) for text in open_checkpoint(scripted[1]).texts}
    assert texts["extra/note.txt"] == b"hello"
    # where another test scripted one before, torch gives it another name, such as `___torch_mangle_0`
    assert any(b"class Linear(Module):" in text for name, text in texts.items() if "torch/nn/modules/" in name)


def test_quantised_layers_show_their_packed_weights(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(torch.nn.Linear(4, 3)), dtype=torch.qint8)
        torch.jit.save(torch.jit.script(model), str(tmp_path / "q.pt"))
    found = open_checkpoint(tmp_path / "q.pt")
    packed = next(each for each in _tensors(found).values() if each.dtype == "qint8")
    assert packed.shape == (3, 4)
    assert packed.extra.quantization is not None
    assert arrays.read(packed).size == 12


def test_constants_have_storages_of_their_own(tmp_path: Path) -> None:
    data = struct.pack("<2f", 1, 2)
    members = {"data.pkl": pickled({"w": tensor("0", (2,))}), "data/0": data}
    members |= {"constants.pkl": pickled((tensor("0", (2,)),)), "constants/0": data[::-1], "code/__torch__.py": b""}
    (tmp_path / "f").write_bytes(zip_bytes(members))
    tensors = _tensors(open_checkpoint(tmp_path / "f"))
    assert {each.storage.key for each in tensors.values() if each.storage} == {"0", "constants/0"}
    assert arrays.read(tensors["w"]).tolist() == [1, 2]
    assert arrays.read(tensors["constants.pkl.0"]).tolist() != [1, 2]


def _first_form(row: dict[str, object], module: dict[str, object]) -> bytes:
    """An archive as torch 1.0 to 1.3 wrote it."""
    described = {"protoVersion": "6", "mainModule": module, "producerName": "pytorch", "tensors": [row]}
    script = {"model.json": json.dumps(described).encode(), "tensors/0": struct.pack("<6f", *range(6))}
    return zip_bytes(script | {"attributes.pkl": pickled([7, "text"]), "code/net.py": b"op_version_set = 1\n"}, "net")


_ROW = {"dims": ["2", "3"], "strides": ["3", "1"], "offset": "0", "dataType": "FLOAT", "data": {"key": "tensors/0"}}
_LINEAR = {
    "name": "fc",
    "parameters": [{"name": "weight", "tensorId": "0"}, {"name": "steps", "tensorId": "0", "isBuffer": True}],
    "attributes": [{"name": "width", "id": "0"}, {"name": "title", "id": "1"}],
}


def test_the_first_form_with_its_json_is_a_tree_of_modules(tmp_path: Path) -> None:
    module = {"name": "Net", "submodules": [_LINEAR], "torchscriptArena": {"key": "code/net.py"}}
    (tmp_path / "f").write_bytes(_first_form(_ROW | {"requiresGrad": True}, module))
    found = open_checkpoint(tmp_path / "f")
    tensors = _tensors(found)
    assert arrays.read(tensors["fc.weight"]).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["fc.weight"].parameter
    assert tensors["fc.weight"].requires_grad
    assert tensors["fc.steps"].extra.role == "buffer"
    values = {key: each.value for key, each in found.entries() if isinstance(each, Value)}
    assert (values["fc.width"], values["fc.title"]) == (7, "text")
    assert [text.name for text in found.texts] == ["model.json", "code/net.py"]


@pytest.mark.parametrize(
    "row",
    [
        {}, {"dims": "23"}, {"dims": ["x"], "strides": ["1"]}, {"dims": ["-2"], "strides": ["1"]},
        _ROW | {"strides": ["1"]}, _ROW | {"dataType": "STRING"}, _ROW | {"data": {"key": "../x"}}, _ROW | {"data": 3},
        _ROW | {"dims": ["9223372036854775807", "3"]}, _ROW | {"offset": "-1"}, _ROW | {"offset": "7"}, "row", None,
    ],
)  # fmt: skip
def test_lies_in_the_json_are_sentences_in_their_places(tmp_path: Path, row: object) -> None:
    (tmp_path / "f").write_bytes(_first_form(row, {"name": "Net", "submodules": [_LINEAR]}))  # type: ignore[arg-type]
    entry = dict(open_checkpoint(tmp_path / "f").entries())["fc.weight"]
    assert getattr(entry, "damage", "") or getattr(entry, "note", "")


@pytest.mark.parametrize("text", [b"", b"{}", b"[]", b'{"mainModule": 3}', b"{" * 100_000, b'{"mainModule": '])
def test_a_json_without_a_module_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "f").write_bytes(zip_bytes({"model.json": text, "code/net.py": b""}))
    with pytest.raises(FileError):
        open_checkpoint(tmp_path / "f")


def test_modules_nested_without_end_stop_somewhere(tmp_path: Path) -> None:
    module: dict[str, object] = {"name": "m"}
    for _ in range(400):
        module = {"name": "m", "submodules": [module]}
    (tmp_path / "f").write_bytes(_first_form(_ROW, module))
    keys = [key for key, _ in open_checkpoint(tmp_path / "f").entries()]
    assert 90 < len(keys) < 200


def test_tags_of_types_are_seen_through(tmp_path: Path) -> None:
    tag = Name("torch.jit._pickle", "restore_type_tag")
    build = Name("torch.jit._pickle", "build_doublelist")
    state = {"names": Call(tag, (["a"], "List[str]")), "rates": Call(build, ([0.5],)), "odd": Call(build, (3,))}
    thing = Call(Name("__torch__.net.___torch_mangle_2", "Net"), (), state, new=True)
    (tmp_path / "f").write_bytes(zip_bytes({"data.pkl": pickled(thing), "constants.pkl": pickled(())}))
    found = open_checkpoint(tmp_path / "f")
    entries = dict(found.entries())
    assert found.root.type == "net.Net"
    assert entries["names.0"].value == "a"  # type: ignore[union-attr]
    assert entries["rates"].type == "List[double]"
    assert isinstance(entries["odd"], Branch)
    assert {each.name: each.verdict for each in found.globals}["torch.jit._pickle.restore_type_tag"] == "torch"


def test_a_tag_within_a_tag_without_end_stops_somewhere(tmp_path: Path) -> None:
    value: object = 1
    for _ in range(200):
        value = Call(Name("torch.jit._pickle", "restore_type_tag"), (value, "x"))
    (tmp_path / "f").write_bytes(zip_bytes({"data.pkl": pickled({"a": value}), "constants.pkl": pickled(())}))
    assert "nested deeper" in dict(open_checkpoint(tmp_path / "f").entries())["a"].note  # type: ignore[union-attr]


def test_an_archive_cut_off_shows_what_is_whole(scripted, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    whole = scripted[1].read_bytes()
    with zipfile.ZipFile(scripted[1]) as archive:
        pickle = next(info for info in archive.infolist() if info.filename.endswith("/data.pkl"))
    (tmp_path / "cut").write_bytes(whole[: pickle.header_offset + 100 + pickle.file_size])
    try:
        found = open_checkpoint(tmp_path / "cut")
    except FileError as error:
        assert "data.pkl" in error.message  # noqa: PT017
        return
    assert found.damage
    assert _tensors(found)


def test_names_of_classes_as_their_authors_wrote_them() -> None:
    assert plain_name("__torch__.a.b.___torch_mangle_12.C") == "a.b.C"
    assert plain_name("__torch__.C") == "C"
