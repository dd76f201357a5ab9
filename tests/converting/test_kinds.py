"""Every kind of file becomes what torch, safetensors and Hugging Face's libraries make of it."""

from __future__ import annotations

import json
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, load_model, save_file, save_model

from inspector.checkpoint.reading import open_checkpoint
from inspector.converting.offering import offers
from inspector.converting.wishes import COPY, SAFETENSORS, Wish
from inspector.errors import InspectorError
from inspector.progress import finish
from tests.checkpoint import valid_files

from .converting import assert_same, converted, foreseen, left, load


class Tied(torch.nn.Module):
    """As a language model: the head is the embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(7, 4)
        self.norm = torch.nn.BatchNorm1d(4)
        self.head = torch.nn.Linear(4, 7, bias=False)
        self.head.weight = self.embedding.weight
        self.register_buffer("mask", torch.ones(3), persistent=False)


def training(model: torch.nn.Module) -> dict[str, Any]:
    """A training checkpoint with everything in it."""
    optimizer = torch.optim.Adam(model.parameters())
    for parameter in model.parameters():  # as after a step, which would take seconds to load what it needs
        moments = {"exp_avg": torch.randn_like(parameter), "exp_avg_sq": torch.rand_like(parameter)}
        optimizer.state[parameter] = {"step": torch.tensor(1.0), **moments}
    average = torch.optim.swa_utils.AveragedModel(model)
    state = {"epoch": 3, "state_dict": model.state_dict(), "ema": average.state_dict()}
    return state | {"optimizer": optimizer.state_dict(), "names": ["a", "b"], "best": (1.0, None)}


# -- sections -----------------------------------------------------------------------------------------


def test_the_weights_of_a_training_checkpoint(tmp_path: Path) -> None:
    state = training(torch.nn.Linear(3, 2))
    torch.save(state, tmp_path / "last.pth")
    offered = finish(offers(open_checkpoint(tmp_path / "last.pth")))
    assert offered.default == Wish("state_dict")
    assert offered.name == str(tmp_path / "last-weights.pth")
    assert [part.key for part in offered.parts] == ["state_dict", "ema", "optimizer", ""]
    converted(tmp_path / "last.pth", tmp_path / "weights.pth")
    assert_same(load(tmp_path / "weights.pth"), state["state_dict"])
    converted(tmp_path / "last.pth", tmp_path / "weights.safetensors", format=SAFETENSORS)
    assert_same(load_file(tmp_path / "weights.safetensors"), state["state_dict"], ordered=False)


def test_averaged_weights_lose_what_averaging_set_before_them(tmp_path: Path) -> None:
    state = training(torch.nn.Linear(3, 2))
    torch.save(state, tmp_path / "last.pth")
    offered = finish(offers(open_checkpoint(tmp_path / "last.pth"), "ema"))
    assert [(each.text, each.keys, each.total, each.advised) for each in offered.prefixes] == [("module.", 2, 3, True)]
    converted(tmp_path / "last.pth", tmp_path / "ema.pth", offered.default)
    after = load(tmp_path / "ema.pth")
    assert set(after) == {"n_averaged", "weight", "bias"}
    assert torch.equal(after["weight"], state["ema"]["module.weight"])


def test_versions_of_modules_are_no_entries_of_a_tree(tmp_path: Path) -> None:
    torch.save({"state_dict": torch.nn.BatchNorm1d(3).state_dict(), "epoch": 3}, tmp_path / "last.pth")
    told = foreseen(tmp_path / "last.pth", Wish("", format=SAFETENSORS))
    assert [key for key, _ in told.left_out] == ["epoch"]


def test_an_optimizer_keeps_its_shape(tmp_path: Path) -> None:
    model = torch.nn.Linear(3, 2)
    torch.save(training(model), tmp_path / "last.pth")
    converted(tmp_path / "last.pth", tmp_path / "optimizer.pth", Wish("optimizer", dtype="float64"))
    after = load(tmp_path / "optimizer.pth")
    assert after["state"][0]["exp_avg"].dtype == torch.float64
    torch.optim.Adam(model.parameters()).load_state_dict(after)
    told = foreseen(tmp_path / "last.pth", Wish("optimizer", format=SAFETENSORS))
    assert [row.key for row in told.rows][:2] == ["state.0.step", "state.0.exp_avg"]
    with pytest.raises(InspectorError, match="no prefix can be taken off"):
        foreseen(tmp_path / "last.pth", Wish("optimizer", prefixes=("state.",)))


def test_the_whole_file_with_its_weights_cast(tmp_path: Path) -> None:
    state = training(torch.nn.Linear(3, 2))
    torch.save(state, tmp_path / "last.pth")
    converted(tmp_path / "last.pth", tmp_path / "b.pth", Wish("state_dict", whole=True, dtype="bfloat16"))
    after = load(tmp_path / "b.pth")
    assert list(after) == list(state)
    assert {tensor.dtype for tensor in after["state_dict"].values()} == {torch.bfloat16}
    assert torch.equal(after["optimizer"]["state"][0]["exp_avg"], state["optimizer"]["state"][0]["exp_avg"])
    assert (after["names"], after["best"], after["epoch"]) == (["a", "b"], (1.0, None), 3)
    notes = foreseen(tmp_path / "last.pth", Wish("state_dict", whole=True, dtype="bfloat16")).notes
    assert "Only state_dict is cast; what is beside it stays as it is." in notes


def test_prefixes_one_after_the_other_and_in_the_middle(tmp_path: Path) -> None:
    keys = ["module._orig_mod.model.conv.weight", "module._orig_mod.model.layers.0._checkpoint_wrapped_module.weight",
            "module._orig_mod.model.fc.weight", "module._orig_mod.model.fc.bias"]  # fmt: skip
    state = OrderedDict((key, torch.randn(2)) for key in keys)
    state._metadata = OrderedDict([("", {"version": 1}), ("module._orig_mod.model.fc", {"version": 2})])
    torch.save(state, tmp_path / "a.pth")
    offered = finish(offers(open_checkpoint(tmp_path / "a.pth")))
    found = [(each.text, each.advised) for each in offered.prefixes]
    assert found == [("module.", True), ("_orig_mod.", True), ("_checkpoint_wrapped_module.", True), ("model.", False)]
    assert offered.default.prefixes == ("module.", "_orig_mod.", "_checkpoint_wrapped_module.")
    every = tuple(each.text for each in offered.prefixes)
    converted(tmp_path / "a.pth", tmp_path / "b.pth", Wish(prefixes=every))
    after = load(tmp_path / "b.pth")
    assert list(after) == ["conv.weight", "layers.0.weight", "fc.weight", "fc.bias"]
    assert after._metadata["fc"] == {"version": 2}
    torch.save({"fc.weight": torch.randn(2), "fc.bias": torch.randn(2)}, tmp_path / "one.pth")
    assert finish(offers(open_checkpoint(tmp_path / "one.pth"))).prefixes == ()


# -- modules and old formats --------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_modules_become_their_state_dict(tmp_path: Path) -> None:
    model = Tied()
    model.register_module("quantised", None)
    torch.save(model, tmp_path / "module.pth")
    torch.jit.save(torch.jit.script(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))),
                   tmp_path / "script.pt")  # fmt: skip
    assert finish(offers(open_checkpoint(tmp_path / "module.pth"))).is_module
    told = foreseen(tmp_path / "module.pth")
    assert [key for key, _ in told.left_out] == ["mask"]
    converted(tmp_path / "module.pth", tmp_path / "state.pth")
    after = load(tmp_path / "state.pth")
    assert_same(after, model.state_dict())
    assert not any(isinstance(tensor, torch.nn.Parameter) or tensor.requires_grad for tensor in after.values())
    assert after["head.weight"].data_ptr() == after["embedding.weight"].data_ptr()
    converted(tmp_path / "script.pt", tmp_path / "script.safetensors", format=SAFETENSORS)
    script = torch.jit.load(tmp_path / "script.pt").state_dict()
    assert_same(load_file(tmp_path / "script.safetensors"), script, ordered=False)


def test_a_module_inside_of_a_training_checkpoint(tmp_path: Path) -> None:
    model = torch.nn.Linear(3, 2)
    torch.save({"model": model, "epoch": 4}, tmp_path / "a.pth")
    converted(tmp_path / "a.pth", tmp_path / "b.pth", Wish("model", whole=True))
    after = load(tmp_path / "b.pth")
    assert after["epoch"] == 4
    assert_same(after["model"], model.state_dict())


def test_legacy_files_become_zip_files(tmp_path: Path) -> None:
    state = training(torch.nn.Linear(3, 2)) | {"accuracy": np.float64(0.5), "seen": np.int64(7)}
    torch.save(state, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    offered = finish(offers(open_checkpoint(tmp_path / "old.pth")))
    assert (offered.source, offered.default) == ("legacy", Wish("state_dict", whole=True))
    converted(tmp_path / "old.pth", tmp_path / "new.pth")
    assert open_checkpoint(tmp_path / "new.pth").format == "zip"
    after = load(tmp_path / "new.pth")
    assert_same(after["state_dict"], state["state_dict"])
    assert after["optimizer"]["param_groups"] == state["optimizer"]["param_groups"]
    assert (type(after["accuracy"]), after["accuracy"], after["seen"]) == (float, 0.5, 7)


@pytest.mark.parametrize("kind", [*valid_files.FILES, *valid_files.FOLDERS])
def test_every_kind_becomes_a_zip_and_safetensors(tmp_path: Path, kind: str) -> None:
    source = valid_files.write(tmp_path / "source", kind)
    checkpoint = open_checkpoint(source)
    offered = finish(offers(checkpoint))
    for format, ending in (("zip", "pth"), (SAFETENSORS, "safetensors")):
        if format == SAFETENSORS and offered.default.whole:
            done = converted(source, tmp_path / f"out.{ending}", Wish(offered.section, format=format))
        else:
            done = converted(source, tmp_path / f"out.{ending}", offered.default, format=format)
        assert open_checkpoint(done.path).format == format
        assert done.tensors > 0


# -- safetensors --------------------------------------------------------------------------------------


def metadata_of(path: Path | str) -> dict[str, str]:
    with safe_open(path, "pt") as file:
        return dict(file.metadata())


def test_shared_tensors_as_the_library_does_it(tmp_path: Path) -> None:
    model = Tied()
    torch.save(model.state_dict(), tmp_path / "a.pth")
    save_model(model, str(tmp_path / "theirs.safetensors"), metadata={"format": "pt"})
    told = foreseen(tmp_path / "a.pth", Wish(format=SAFETENSORS))
    assert [row.same_as for row in told.rows if row.key == "head.weight"] == ["embedding.weight"]
    assert "1 name of a shared tensor is not written but recorded in the metadata: head.weight." in told.notes
    converted(tmp_path / "a.pth", tmp_path / "ours.safetensors", Wish(format=SAFETENSORS))
    ours, theirs = load_file(tmp_path / "ours.safetensors"), load_file(tmp_path / "theirs.safetensors")
    assert_same(ours, theirs, ordered=False)
    assert metadata_of(tmp_path / "ours.safetensors") == metadata_of(tmp_path / "theirs.safetensors")
    loaded = Tied()
    load_model(loaded, tmp_path / "ours.safetensors")
    assert_same(loaded.state_dict(), model.state_dict())


def test_names_that_the_library_wrote_once_come_back(tmp_path: Path) -> None:
    model = Tied()
    save_model(model, str(tmp_path / "theirs.safetensors"), metadata={"author": "me"})
    offered = finish(offers(open_checkpoint(tmp_path / "theirs.safetensors")))
    assert offered.metadata == (("author", "me"),)
    assert offered.shared == (("embedding.weight", "head.weight"),)
    converted(tmp_path / "theirs.safetensors", tmp_path / "b.pth")
    after = load(tmp_path / "b.pth")
    assert_same(after, model.state_dict(), ordered=False)
    assert after["head.weight"].data_ptr() == after["embedding.weight"].data_ptr()
    Tied().load_state_dict(after, strict=True)


def test_shared_tensors_copied(tmp_path: Path) -> None:
    model = Tied()
    torch.save(model.state_dict(), tmp_path / "a.pth")
    wish = Wish(format=SAFETENSORS, shared=COPY)
    assert any("once for each name" in note for note in foreseen(tmp_path / "a.pth", wish).notes)
    converted(tmp_path / "a.pth", tmp_path / "b.safetensors", wish)
    assert_same(load_file(tmp_path / "b.safetensors"), model.state_dict(), ordered=False)
    assert metadata_of(tmp_path / "b.safetensors") == {"format": "pt"}


def test_views_that_overlap_are_copied_and_lose_nothing(tmp_path: Path) -> None:
    base = torch.randn(6, 4)
    state = {"base": base, "rows": base[:3], "turned": base.t(), "same": base}
    torch.save(state, tmp_path / "a.pth")
    converted(tmp_path / "a.pth", tmp_path / "b.safetensors", Wish(format=SAFETENSORS))
    after = load_file(tmp_path / "b.safetensors")
    assert set(after) == {"base", "rows", "turned"}
    assert all(torch.equal(tensor, state[key]) for key, tensor in after.items())
    assert metadata_of(tmp_path / "b.safetensors") == {"format": "pt", "same": "base"}


def test_texts_of_the_source_can_be_left_behind(tmp_path: Path) -> None:
    model = Tied()
    texts = {"licence": "MIT", "trained on": "/home/me", "format": "pt"}
    save_model(model, str(tmp_path / "a.safetensors"), metadata=texts)
    assert dict(finish(offers(open_checkpoint(tmp_path / "a.safetensors"))).metadata) == {
        "licence": "MIT",
        "trained on": "/home/me",
    }
    safe = Wish(format=SAFETENSORS)
    tie = {"format": "pt", "head.weight": "embedding.weight"}
    for dropped, kept in (
        (("trained on",), {"licence": "MIT"}),
        (("trained on", "licence"), {}),
        (("head.weight", "format", "nothing"), {"licence": "MIT", "trained on": "/home/me"}),  # these are no texts
    ):
        converted(tmp_path / "a.safetensors", tmp_path / f"{len(kept)}.safetensors", safe, dropped=dropped)
        assert metadata_of(tmp_path / f"{len(kept)}.safetensors") == tie | kept
    load_model(Tied(), tmp_path / "0.safetensors")
    converted(tmp_path / "a.safetensors", tmp_path / "b.pth", dropped=("licence", "trained on"))
    with pytest.raises(RuntimeError):
        torch._C.PyTorchFileReader(str(tmp_path / "b.pth")).get_record("extra/metadata.json")
    wish = safe._replace(dropped=("licence",), metadata=(("licence", "GPL"),))
    converted(tmp_path / "a.safetensors", tmp_path / "c.safetensors", wish)
    assert metadata_of(tmp_path / "c.safetensors")["licence"] == "GPL"


def test_metadata_go_along_both_ways(tmp_path: Path) -> None:
    save_file({"w": torch.randn(3)}, tmp_path / "a.safetensors", metadata={"format": "pt", "licence": "MIT", "é": "☃"})
    told = foreseen(tmp_path / "a.safetensors", metadata=(("by", "me"),))
    assert dict(told.metadata) == {"licence": "MIT", "é": "☃", "by": "me"}
    assert any("extra/metadata.json" in note for note in told.notes)
    converted(tmp_path / "a.safetensors", tmp_path / "b.pth", metadata=(("by", "me"),))
    assert list(load(tmp_path / "b.pth")) == ["w"]
    record = torch._C.PyTorchFileReader(str(tmp_path / "b.pth")).get_record("extra/metadata.json")
    assert json.loads(record) == {"licence": "MIT", "é": "☃", "by": "me"}
    converted(tmp_path / "b.pth", tmp_path / "c.safetensors", Wish(format=SAFETENSORS))
    assert metadata_of(tmp_path / "c.safetensors") == {"format": "pt", "licence": "MIT", "é": "☃", "by": "me"}


def test_packed_numbers_are_counted_as_safetensors_does(tmp_path: Path) -> None:
    packed = torch.arange(12, dtype=torch.uint8).reshape(3, 4).view(torch.float4_e2m1fn_x2)
    torch.save({"w": packed}, tmp_path / "a.pth")
    converted(tmp_path / "a.pth", tmp_path / "b.safetensors", Wish(format=SAFETENSORS))
    with safe_open(tmp_path / "b.safetensors", "pt") as file:
        assert file.get_slice("w").get_shape() == [3, 8]


# -- shards -------------------------------------------------------------------------------------------


def in_shards(folder: Path, index: str) -> dict[str, torch.Tensor]:
    """What Hugging Face's libraries make of an index."""
    told = json.loads((folder / index).read_text())
    loaded: dict[str, torch.Tensor] = {}
    for name in dict.fromkeys(told["weight_map"].values()):
        assert (folder / name).is_file()
        shard = load_file(folder / name) if name.endswith("safetensors") else load(folder / name)
        assert list(map(told["weight_map"].get, shard)) == [name] * len(shard)
        loaded |= shard
    assert set(loaded) == set(told["weight_map"])
    assert told["metadata"]["total_size"] == sum({t.data_ptr(): t.nbytes for t in loaded.values()}.values())
    return loaded


@pytest.mark.parametrize(
    ("format", "names", "index"),
    [("safetensors", "model-{:05d}-of-00004.safetensors", "model.safetensors.index.json"),
     ("zip", "pytorch_model-{:05d}-of-00004.bin", "pytorch_model.bin.index.json")],
)  # fmt: skip
def test_one_file_as_shards_and_back(tmp_path: Path, format: str, names: str, index: str) -> None:
    state = {f"layer.{number}.weight": torch.randn(5, 5) for number in range(7)} | {"large": torch.randn(200)}
    torch.save(state, tmp_path / "a.pth")
    done = converted(tmp_path / "a.pth", tmp_path / "out", Wish(format=format, shards=300))
    assert left(tmp_path / "out") == sorted([*(names.format(number) for number in range(1, 5)), index])
    assert done.path == str(tmp_path / "out" / index)
    assert done.tensors == 8
    assert_same(in_shards(tmp_path / "out", index), state, ordered=False)
    for source in (done.path, tmp_path / "out"):
        offered = finish(offers(open_checkpoint(source)))
        assert offered.default.format == format
        whole = converted(Path(source), tmp_path / f"{Path(source).name}.again", offered.default)
        assert_same(load(whole.path) if format == "zip" else load_file(whole.path), state, ordered=format == "zip")


def test_shards_after_a_name_and_one_that_is_enough(tmp_path: Path) -> None:
    torch.save({"a": torch.randn(5), "b": torch.randn(5)}, tmp_path / "a.pth")
    wish = Wish(format=SAFETENSORS, shards=20)
    done = converted(tmp_path / "a.pth", tmp_path / "best.safetensors", wish)
    names = ["best-00001-of-00002.safetensors", "best-00002-of-00002.safetensors", "best.safetensors.index.json"]
    assert [Path(path).name for path in done.paths] == names
    done = converted(tmp_path / "a.pth", tmp_path / "one", wish, shards=1000)
    assert left(tmp_path / "one") == ["model.safetensors"]
    assert done.path == str(tmp_path / "one" / "model.safetensors")


def test_shared_tensors_stay_in_one_shard(tmp_path: Path) -> None:
    model = Tied()
    torch.save(model.state_dict(), tmp_path / "a.pth")
    converted(tmp_path / "a.pth", tmp_path / "bin", Wish(shards=112))
    shards = [load(path) for path in sorted((tmp_path / "bin").glob("*.bin"))]
    (tied,) = [shard for shard in shards if "head.weight" in shard]
    assert tied["head.weight"].data_ptr() == tied["embedding.weight"].data_ptr()
    converted(tmp_path / "a.pth", tmp_path / "st", Wish(format=SAFETENSORS, shards=112))
    loaded = in_shards(tmp_path / "st", "model.safetensors.index.json")
    assert "head.weight" not in loaded
    assert metadata_of(tmp_path / "st" / "model-00001-of-00002.safetensors")["head.weight"] == "embedding.weight"


def test_names_in_an_index_that_lead_out_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    save_file({"w": torch.randn(3)}, tmp_path / "outside.safetensors")
    save_file({"v": torch.randn(3)}, tmp_path / "in" / "v.safetensors")
    weight_map = {"w": "../outside.safetensors", "v": "v.safetensors", "$(touch x)`;": "v.safetensors"}
    (tmp_path / "in" / "model.safetensors.index.json").write_text(json.dumps({"weight_map": weight_map}))
    with pytest.raises(InspectorError, match="leads out of the folder"):
        foreseen(tmp_path / "in" / "model.safetensors.index.json", Wish())
    told = foreseen(tmp_path / "in" / "model.safetensors.index.json")
    assert [key for key, _ in told.left_out] == ["w", "$(touch x)`;"]
    assert [row.key for row in told.rows] == ["v"]


# -- distributed --------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_a_distributed_checkpoint_as_torch_makes_one_file_of_it(tmp_path: Path) -> None:
    import torch.distributed.checkpoint as dcp
    from torch.distributed.checkpoint.format_utils import dcp_to_torch_save

    model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    state = training(model) | {"deep": {"list": [torch.ones(2), {"x": 1}], "n": 7}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dcp.save(state, checkpoint_id=tmp_path / "dcp", no_dist=True)
        dcp_to_torch_save(tmp_path / "dcp", tmp_path / "theirs.pth")
    offered = finish(offers(open_checkpoint(tmp_path / "dcp")))
    assert offered.default.whole
    converted(tmp_path / "dcp", tmp_path / "ours.pth", offered.default)
    ours, theirs = load(tmp_path / "ours.pth"), load(tmp_path / "theirs.pth")
    assert_same(ours["state_dict"], theirs["state_dict"], ordered=False)
    assert_same(ours["ema"], theirs["ema"], ordered=False)
    assert set(ours["optimizer"]["state"]) == set(theirs["optimizer"]["state"])
    assert ours["optimizer"]["param_groups"] == theirs["optimizer"]["param_groups"]
    assert torch.equal(ours["deep"]["list"][0], torch.ones(2))
    assert ours["deep"]["list"][1] == theirs["deep"]["list"][1]
    assert {key: ours[key] for key in ("epoch", "names")} == {key: theirs[key] for key in ("epoch", "names")}
    converted(tmp_path / "dcp", tmp_path / "w.safetensors", Wish("state_dict", format=SAFETENSORS))
    assert_same(load_file(tmp_path / "w.safetensors"), theirs["state_dict"], ordered=False)
