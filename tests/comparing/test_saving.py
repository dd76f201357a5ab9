"""A mended side, saved: the weights alone, or the training checkpoint around them."""

from __future__ import annotations

import argparse
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.writing import write
from inspector.comparing.mending import apply
from inspector.comparing.saving import plan_for
from inspector.comparing.sides import of_checkpoint
from inspector.comparing.steps import (
    Cast,
    Drop,
    Fuse,
    Interpolate,
    KeepInitial,
    Pad,
    Rename,
    Slice,
    Split,
    Step,
    StripPrefix,
    Transpose,
    Unsqueeze,
)
from inspector.errors import InspectorError
from inspector.progress import finish
from tests.comparing.sides_of import same, side_of, tensor_of


def saved(
    thing: Any, folder: Path, steps: list[Step], section: str = "", *, load: bool = True, **options: Any
) -> tuple[Any, tuple[str, ...]]:
    """`thing` saved, mended, saved again by us, and loaded by torch; and what was said before."""
    torch.save(thing, folder / "before.pth")
    checkpoint = open_checkpoint(folder / "before.pth")
    side = apply(of_checkpoint(checkpoint, section), steps)
    plan = plan_for(checkpoint, side, **options)
    finish(write(folder / "after.pth", plan, overwrite=True))
    again = of_checkpoint(open_checkpoint(folder / "after.pth"), section if options.get("whole") else "")
    for item in side.items:
        if item.made is None or item.made.operation != "initial":
            assert item.tensor is None or same(tensor_of(item), tensor_of(again.by_key()[item.key])), item.key
    return torch.load(folder / "after.pth", weights_only=True) if load else None, plan.notes


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(OrderedDict(conv=nn.Conv2d(3, 4, 1), norm=nn.BatchNorm2d(4), fc=nn.Linear(4, 2)))


def test_weights_alone_with_their_versions(tmp_path: Path) -> None:
    model = network()
    state, notes = saved(nn.DataParallel(model).state_dict(), tmp_path, [StripPrefix("module.")])
    assert type(state) is OrderedDict
    assert state._metadata == model.state_dict()._metadata
    assert not notes
    fresh = network()
    nn.init.zeros_(fresh.fc.weight)
    fresh.load_state_dict(state, strict=True)
    assert torch.equal(fresh.fc.weight, model.fc.weight)


def training_checkpoint() -> dict[str, Any]:
    model = nn.DataParallel(network())
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.1)
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    optimizer.step()
    return {
        "epoch": 7,
        "state_dict": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "best": 0.93,
        "nothing": None,
        "flags": (True, False, (1, 2, 3, 4, 5)),
        "history": [{"loss": 0.5, "step": 1}, {"loss": 0.25, "step": 2**40}],
        "shape": torch.Size([3, 4]),
        "device": torch.device("cpu"),
        "dtype": torch.bfloat16,
        "counts": Counter("aab"),
        "names": {"a", "b"},
        "bytes": b"\x00\xff",
        "complex": 1 + 2j,
        (1, "two"): "a key that is a tuple",
        "rng": torch.get_rng_state(),
        "text": "ü" * 100_000,
    }


def test_a_training_checkpoint_keeps_all_else(tmp_path: Path) -> None:
    before = training_checkpoint()
    after, notes = saved(before, tmp_path, [StripPrefix("module.")], "state_dict", whole=True)
    assert not notes
    assert list(after) == list(before)
    assert list(after["state_dict"]) == [key.removeprefix("module.") for key in before["state_dict"]]
    network().load_state_dict(after["state_dict"], strict=True)
    for key in before.keys() - {"state_dict", "optimizer", "rng"}:
        assert after[key] == before[key], key
        assert type(after[key]) is type(before[key]), key
    assert torch.equal(after["rng"], before["rng"])
    optimizer = torch.optim.AdamW(network().parameters())
    optimizer.load_state_dict(after["optimizer"])
    assert [type(key) for key in after["optimizer"]["state"]] == [int] * 6
    for key, state in before["optimizer"]["state"].items():
        for name, value in state.items():
            assert torch.equal(after["optimizer"]["state"][key][name], value)


def test_what_torch_would_refuse_is_left_out_and_said(tmp_path: Path) -> None:
    before = {
        "args": argparse.Namespace(lr=0.1),
        "state_dict": network().state_dict(),
        "metrics": {"accuracy": np.float64(0.5), "loss": 0.25, "list": [1, np.zeros(3)]},
        "path": Path("a/b"),
    }
    after, notes = saved(before, tmp_path, [], "state_dict", whole=True)
    assert set(after) == {"state_dict", "metrics"}
    assert after["metrics"] == {"accuracy": 0.5, "loss": 0.25}  # the number of a numpy scalar, which torch would refuse
    assert [note.partition(" ")[0] for note in notes] == ["args", "metrics.list", "path"]
    assert notes[0] == "args is left out: torch.load refuses argparse.Namespace in its default mode."


def test_the_optimizer_of_reshaped_parameters_is_mentioned(tmp_path: Path) -> None:
    steps = [Transpose(("module.fc.weight",))]
    _, notes = saved(training_checkpoint(), tmp_path, steps, "state_dict", whole=True)
    assert [note for note in notes if "optimizer state is kept as it is" in note]


def test_a_section_deep_inside_with_dots_in_its_name(tmp_path: Path) -> None:
    before = {"nets": [{"a.b": network().state_dict(), "other": 1}], "a": {"b": 2}}
    after, _ = saved(before, tmp_path, [Drop(("norm.{rest}",))], "nets.0.a.b", whole=True)
    assert list(after["nets"][0]["a.b"]) == ["conv.weight", "conv.bias", "fc.weight", "fc.bias"]
    assert after["nets"][0]["other"] == 1
    assert after["a"] == {"b": 2}


def test_every_kind_of_made_tensor_is_written(tmp_path: Path) -> None:
    state = {
        "qkv": torch.randn(6, 4),
        "positions": torch.randn(1, 5, 3),
        "parameter": nn.Parameter(torch.randn(4, 4)),
        "number": torch.arange(5),
    }
    steps: list[Step] = [
        Split("qkv", ("q", "k", "v")),
        Fuse(("v", "q"), "vq"),
        Interpolate(("positions",), (2, 2), (3, 3), 1),
        Transpose(("parameter", "k")),
        Pad(("number",), 0, 7),
        Unsqueeze(("number",), (0,)),
        Slice(("vq",), 1, 2, 1),
        Cast(("k",), "bfloat16"),
    ]
    after, notes = saved(state, tmp_path, steps)
    assert not notes
    assert after["vq"].shape == (4, 2)
    assert after["k"].dtype is torch.bfloat16
    assert type(after["parameter"]) is nn.Parameter
    assert torch.equal(after["parameter"], state["parameter"].t())


def test_ties_are_kept_through_renames_and_changes(tmp_path: Path) -> None:
    embedding = torch.randn(5, 3)
    state = {"model.embed.weight": embedding, "model.head.weight": embedding, "model.bias": torch.zeros(5)}
    steps: list[Step] = [StripPrefix("model."), Rename((("head.{rest}", "lm_head.{rest}"),))]
    after, _ = saved(state, tmp_path, steps)
    assert after["embed.weight"].data_ptr() == after["lm_head.weight"].data_ptr()
    both, _ = saved(state, tmp_path, [*steps, Pad(("{rest}.weight",), 0, 6)])
    assert both["embed.weight"].data_ptr() == both["lm_head.weight"].data_ptr()
    one, _ = saved(state, tmp_path, [*steps, Pad(("embed.weight",), 0, 6)])
    assert one["embed.weight"].shape == (6, 3)
    assert one["lm_head.weight"].shape == (5, 3)


def test_what_stays_initial_is_not_in_the_file_and_said(tmp_path: Path) -> None:
    after, notes = saved(network().state_dict(), tmp_path, [KeepInitial(("fc.{rest}",))])
    assert "fc.weight" not in after
    assert notes == (
        "fc.weight, fc.bias stay as the model has them, so they are not in the file: load it with strict=False.",
    )


def test_extra_state_that_is_no_tensor_comes_along(tmp_path: Path) -> None:
    state = {"module.a._extra_state": {"scale": [1, 2.5]}, "module.count": 3, "module.w": torch.zeros(2)}
    after, notes = saved({"net": state}, tmp_path, [StripPrefix("module.")], "net")
    assert {key: after[key] for key in ("count", "a._extra_state")} == {
        "count": 3,
        "a._extra_state": {"scale": [1, 2.5]},
    }
    assert not notes


def test_extra_state_with_tensors_comes_along(tmp_path: Path) -> None:
    scale = torch.randn(3)
    state = {"m.w": scale, "m._extra_state": {"scale": scale, "amax": [torch.ones(2)]}}
    after, notes = saved(state, tmp_path, [StripPrefix("m.")])
    assert not notes
    assert torch.equal(after["_extra_state"]["amax"][0], torch.ones(2))
    assert after["_extra_state"]["scale"].data_ptr() == after["w"].data_ptr()


@pytest.mark.filterwarnings("ignore:torch.quantize_per:UserWarning")
@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated:UserWarning")
def test_quantised_tensors_are_renamed_but_not_changed(tmp_path: Path) -> None:
    quantised = torch.quantize_per_tensor(torch.randn(3, 2), 0.1, 0, torch.qint8)
    after, notes = saved({"m.q": quantised}, tmp_path, [StripPrefix("m.")])
    assert not notes
    assert torch.equal(after["q"].int_repr(), quantised.int_repr())
    with pytest.raises(InspectorError, match="quantised"):
        saved({"m.q": quantised}, tmp_path, [Transpose(("m.q",))])


def test_weights_become_safetensors(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    weight = torch.randn(3, 2)
    torch.save({"net": {"m.w": weight, "m.tied": weight, "m.count": 3}}, tmp_path / "before.pth")
    checkpoint = open_checkpoint(tmp_path / "before.pth")
    side = apply(of_checkpoint(checkpoint, "net"), [StripPrefix("m."), Transpose(("w",))])
    plan = plan_for(checkpoint, side, format="safetensors")
    assert [note.partition(" ")[0] for note in plan.notes] == ["count"]
    finish(write(tmp_path / "after.safetensors", plan))
    loaded = load_file(tmp_path / "after.safetensors")
    assert torch.equal(loaded["w"], weight.t())
    assert torch.equal(loaded["tied"], weight)
    with pytest.raises(InspectorError, match="nothing else"):
        plan_for(checkpoint, side, format="safetensors", whole=True)


def test_a_safetensors_file_becomes_a_pth(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"m.w": torch.ones(3)}, tmp_path / "before.safetensors")
    checkpoint = open_checkpoint(tmp_path / "before.safetensors")
    finish(write(tmp_path / "after.pth", plan_for(checkpoint, apply(of_checkpoint(checkpoint), [StripPrefix("m.")]))))
    assert torch.equal(torch.load(tmp_path / "after.pth", weights_only=True)["w"], torch.ones(3))


def test_damaged_tensors_are_left_out_and_said(tmp_path: Path) -> None:
    torch.save({"whole": torch.randn(10), "meta": torch.empty(3, device="meta")}, tmp_path / "before.pth")
    checkpoint = open_checkpoint(tmp_path / "before.pth")
    plan = plan_for(checkpoint, of_checkpoint(checkpoint))
    assert [note.partition(" ")[0] for note in plan.notes] == ["meta"]


def test_nothing_left_to_write_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InspectorError, match="Nothing would be left"):
        saved(network().state_dict(), tmp_path, [Drop(("{rest}",))])


def test_a_file_that_changed_is_not_written_from(tmp_path: Path) -> None:
    torch.save({"net": {"w": torch.zeros(3), "n": 1}}, tmp_path / "before.pth")
    checkpoint = open_checkpoint(tmp_path / "before.pth")
    torch.save({"net": {"w": torch.zeros(9), "n": 1}}, tmp_path / "before.pth")
    with pytest.raises(InspectorError):
        plan_for(checkpoint, of_checkpoint(checkpoint, "net"), whole=True)


def test_an_old_file_of_torch_is_written_anew(tmp_path: Path) -> None:
    before = {"state_dict": network().state_dict(), "epoch": 3}
    torch.save(before, tmp_path / "before.pth", _use_new_zipfile_serialization=False)
    checkpoint = open_checkpoint(tmp_path / "before.pth")
    plan = plan_for(checkpoint, of_checkpoint(checkpoint, "state_dict"), whole=True)
    finish(write(tmp_path / "after.pth", plan))
    after = torch.load(tmp_path / "after.pth", weights_only=True)
    assert after["epoch"] == 3
    network().load_state_dict(after["state_dict"])


def test_a_side_without_values_is_not_written(tmp_path: Path) -> None:
    torch.save({"w": torch.zeros(1)}, tmp_path / "before.pth")
    checkpoint = open_checkpoint(tmp_path / "before.pth")
    side = side_of({"w": torch.zeros(1)})
    nowhere = side._replace(items=tuple(item._replace(tensor=None) for item in side.items))
    with pytest.raises(InspectorError, match="Nothing would be left"):
        plan_for(checkpoint, nowhere)
