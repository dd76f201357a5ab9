"""The Python that is copied is run: it loads the file, mends it as our own values say, and the model takes it."""

from __future__ import annotations

import ast
import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.mending import apply
from inspector.comparing.python_code import python_code
from inspector.comparing.sides import of_checkpoint
from inspector.comparing.steps import (
    AddPrefix,
    Cast,
    Drop,
    Fuse,
    Interpolate,
    KeepInitial,
    Pad,
    Rename,
    Slice,
    Split,
    Squeeze,
    Step,
    StripPrefix,
    Transpose,
    Unsqueeze,
)
from inspector.comparing.templates import template
from inspector.errors import InspectorError
from tests.comparing.built_models import torchvision_models
from tests.comparing.sides_of import same, side_of, tensor_of


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Anything(nn.Module):
    """A model that takes any state_dict, for steps that fit no network."""

    def load_state_dict(self, state: Any, strict: bool = True, assign: bool = False) -> None:
        self.loaded = state


def run(code: str, model: nn.Module) -> dict[str, Any]:
    """What the code leaves in `state`."""
    names: dict[str, Any] = {"model": model}
    exec(compile(code, "copied.py", "exec"), names)
    return names["state"]


def mend(saved: Any, steps: Sequence[Step], model: nn.Module | None = None, section: str = "") -> dict[str, Any]:
    """Saves, mends with the code and with our own values, holds the two against each other, and gives the state."""
    model = model or Anything()
    torch.save(saved, "saved.pth")
    checkpoint = open_checkpoint("saved.pth")
    state = run(python_code(steps, path="saved.pth", section=section, root=checkpoint.root), model)
    goal = side_of({} if isinstance(model, Anything) else model.state_dict())
    mended = apply(of_checkpoint(checkpoint, section), steps, goal)
    assert set(state) == {item.key for item in mended.items}
    for item in mended.items:
        if item.tensor is not None or (item.made is not None and item.made.operation != "initial"):
            assert same(tensor_of(item), state[item.key]), item.key
    if hasattr(state, "_metadata"):
        assert dict(state._metadata) == mended.metadata
    return state


@pytest.fixture(scope="module")
def resnet() -> nn.Module:
    torch.manual_seed(0)
    return torchvision_models().resnet18(num_classes=10)


def test_a_prefix_within_a_training_checkpoint(resnet: nn.Module) -> None:
    parallel = nn.DataParallel(resnet)
    saved = {"epoch": 3, "nets": [{"state.dict": parallel.state_dict()}]}
    mend(saved, [StripPrefix("module.")], torchvision_models().resnet18(num_classes=10), "nets.0.state.dict")


def test_prefixes_in_mid_path_and_added(resnet: nn.Module) -> None:
    state = OrderedDict((key.replace("layer1.", "layer1.module."), value) for key, value in resnet.state_dict().items())
    mend(state, [StripPrefix("module.", "layer1.")], resnet)
    mend(resnet.state_dict(), [AddPrefix("module.")], nn.DataParallel(torchvision_models().resnet18(num_classes=10)))
    mend(state, [AddPrefix("more.", "layer1.module.")])


def test_renames_by_rules_that_shift_and_swap(resnet: nn.Module) -> None:
    names = {"layer1": "stage2", "layer2": "stage3", "layer3": "stage4", "layer4": "stage5", "fc": "head"}
    state = OrderedDict(
        (".".join([names.get(part, part) for part in key.split(".")]), value)
        for key, value in resnet.state_dict().items()
    )
    mend(state, [Rename((("stage{i}.{rest}", "layer{i-1}.{rest}"), ("head.{rest}", "fc.{rest}")))], resnet)
    mend({"a.0": torch.zeros(1), "a.1": torch.ones(1)}, [Rename((("a.0", "a.1"), ("a.1", "a.0")))])
    mend({"a.0": torch.zeros(1), "a.1": torch.ones(1)}, [Rename((("a.{i}", "a.{i+1}"),))])
    mend({"x1.a.1": torch.zeros(1), "x1.a.2": torch.ones(1)}, [Rename((("x{i}.{part}.{i}", "{part}{i}"),))])
    mend({"12": torch.zeros(1), "a12b3": torch.ones(1)}, [Rename((("{i}", "{i+1}.x"), ("a1{i}b{j}", "{j}{i}")))])


@pytest.mark.parametrize(
    "old", ["{part}{i}", "{i}{part}", "{rest}{i}", "{part}{i}{rest}", "1{i}", "{i}2", "a{i}.{j}{part}"]
)
def test_numbers_beside_other_slots_are_whole_numbers(old: str) -> None:
    keys = ["a12", "12a", "a", "1.12", "a12.34b", "112", "122", "a1.2"]
    slots = "|".join(f"{{{name}}}" for name in template(old).names)
    mend({key: torch.zeros(1) for key in keys}, [Rename(((old, slots),))])


def test_a_head_that_stays_as_the_model_has_it(resnet: nn.Module) -> None:
    model = torchvision_models().resnet18(num_classes=7)
    before = model.fc.weight.detach().clone()
    mend(resnet.state_dict(), [KeepInitial(("fc.{rest}",))], model)
    assert torch.equal(model.fc.weight, before)
    assert torch.equal(model.conv1.weight, resnet.conv1.weight)


def test_what_is_left_over_is_all_that_fails(resnet: nn.Module) -> None:
    with pytest.raises(RuntimeError) as caught:
        mend(resnet.state_dict(), [Drop(("fc.{rest}",))], torchvision_models().resnet18(num_classes=10))
    assert str(caught.value).count('"') == 4
    assert 'Missing key(s) in state_dict: "fc.weight", "fc.bias"' in str(caught.value)


def vit(size: int = 32, classes: int = 10) -> nn.Module:
    torch.manual_seed(1)
    model = torchvision_models().VisionTransformer(
        image_size=size, patch_size=8, num_layers=2, num_heads=2, hidden_dim=16, mlp_dim=32, num_classes=classes
    )
    nn.init.normal_(model.heads.head.weight)
    return model


def test_a_vit_whose_qkv_was_split_and_whose_mlp_was_transposed() -> None:
    model = vit()
    state: dict[str, Any] = {}
    for key, value in model.state_dict().items():
        if "in_proj_" in key:
            for name, part in zip("qkv", value.chunk(3)):
                state[f"net.{key.replace('in_proj_', name + '.')}"] = part.clone()
        else:
            state[f"net.{key}"] = value.t().contiguous() if ".mlp." in key and value.dim() == 2 else value
    steps = [
        StripPrefix("net."),
        Fuse(
            tuple(f"{{rest}}.self_attention.{name}.{{part}}" for name in "qkv"), "{rest}.self_attention.in_proj_{part}"
        ),
        Transpose(("{rest}.mlp.{i}.weight",)),
    ]
    fresh = vit()
    nn.init.zeros_(fresh.heads.head.weight)
    mend(state, steps, fresh)
    image = torch.randn(1, 3, 32, 32)
    assert torch.equal(fresh.eval()(image), model.eval()(image))


def test_positions_for_a_larger_image_and_a_new_head() -> None:
    steps = [
        Interpolate(("encoder.pos_embedding",), (4, 4), (7, 7), 1),
        KeepInitial(("heads.{rest}",)),
    ]
    mend(vit(32, 10).state_dict(), steps, vit(56, 3))


def test_a_model_that_insists_on_its_version() -> None:
    model = torchvision_models().mnasnet0_5(num_classes=3)
    mend(nn.DataParallel(model).state_dict(), [StripPrefix("module.")], model)
    renamed = nn.Sequential(OrderedDict(net=model)).state_dict()
    mend(renamed, [Rename((("net.{rest}", "{rest}"),))], model)


SMALL = {
    "a.qkv": torch.arange(24.0).reshape(6, 4),
    "a.conv": torch.arange(8.0).reshape(2, 4, 1, 1),
    "a.twin": torch.ones(6, 2),
    "a.half": torch.randn(4, 4).bfloat16(),
    "a.tiny": torch.randn(4).to(torch.float8_e5m2),
    "a.parameter": nn.Parameter(torch.randn(3, 2)),
    "a.count": torch.tensor(3),
}

EVERY_KIND: list[list[Step]] = [
    [StripPrefix("a.")],
    [AddPrefix("b.")],
    [Rename((("a.{part}", "b.{part}"),))],
    [Rename((("a.qkv", "b"), ("a.conv", "c")))],
    [Drop(("a.qkv", "{rest}.conv"))],
    [Drop(tuple(f"a.very.long.name.of.a.layer.{number}" for number in range(9)))],
    [Transpose(("{rest}qkv", "a.half"))],
    [Transpose(("a.conv",), 0, 3)],
    [Transpose(("a.conv",), -1, 1)],
    [Squeeze(("a.conv",), (2, 3))],
    [Squeeze(("a.conv",), (3,))],
    [Unsqueeze(("a.qkv", "a.count"), (0,))],
    [Unsqueeze(("a.qkv",), (2, 3))],
    [Split("a.qkv", ("q", "k", "v"))],
    [Split("{part}.qkv", ("{part}.q", "{part}.k"), 1, (1, 3))],
    [Split("{part}.qkv", ("{part}.q",), -1)],
    [Split("a.parameter", ("x",))],
    [Fuse(("a.qkv", "a.qkv2"), "c"), Fuse(("{part}.qkv", "{part}.twin"), "{part}.both", 1)],
    [Cast(("a.conv",), "float32"), Fuse(("a.qkv",), "c")],
    [Slice(("a.qkv", "a.half"), 0, 3), Slice(("a.qkv",), 1, 2, 1)],
    [Slice(("a.tiny", "a.parameter"), -1, 1, 1)],
    [Pad(("a.qkv", "a.half"), 0, 9), Pad(("a.parameter",), -1, 3), Pad(("a.tiny",), 0, 5)],
    [Interpolate(("a.qkv",), (2, 2), (3, 4), 2)],
    [Interpolate(("a.half",), (2, 2), (1, 4))],
    [KeepInitial(("a.conv",))],
    [Cast(("{rest}",), "bfloat16")],
    [Cast(("a.qkv", "a.parameter"), "int32"), Cast(("a.half",), "float16"), Cast(("a.tiny",), "float64")],
    [StripPrefix("a."), Split("qkv", ("q", "k")), Transpose(("q", "k")), Fuse(("k", "q"), "kq", 1), Pad(("kq",), 0, 5)],
]  # fmt: skip


@pytest.mark.parametrize("steps", EVERY_KIND, ids=lambda steps: "-".join(type(step).__name__ for step in steps))
def test_every_kind_of_step_gives_what_our_own_values_are(steps: list[Step]) -> None:
    mend(SMALL, steps)


def test_a_group_that_is_not_complete_is_left_as_it_is() -> None:
    state = {"a.q": torch.zeros(2), "a.k": torch.ones(2), "b.q": torch.zeros(3)}
    assert set(mend(state, [Fuse(("{part}.q", "{part}.k"), "{part}.qk")])) == {"a.qk", "b.q"}


names = st.text(min_size=1) | st.sampled_from(
    [
        '"',
        "'",
        "\\",
        "\n",
        "{",
        "}",
        "\\'); import os; ('",
        '"""',
        "\u202e",
        "\ud800",
        "a\\",
        "#",
        "\r",
        "f'{1}'",
        "(?x)",
    ]
)


@given(st.lists(names, min_size=5, max_size=5), names)
@settings(max_examples=80, deadline=None)
def test_no_name_becomes_code(given_names: list[str], path: str) -> None:
    """Whatever names are, the code has the very shape that it has for plain ones, and comments stay comments."""

    def steps(one: str, two: str, three: str) -> list[Step]:
        one, two, three = (name.replace("{", "{{").replace("}", "}}") for name in (one, two, three))
        return [
            StripPrefix(one), StripPrefix(one, two), AddPrefix(one), AddPrefix(two, three),
            Rename(((f"{one}.{{i}}.{{rest}}", f"{two}.{{i+1}}.{{rest}}"),)), Drop((one, f"{two}.{{part}}")),
            KeepInitial((three,)), Split(f"{one}{{rest}}", (f"{{rest}}{two}", three)), Fuse((one, two), three),
        ]  # fmt: skip

    code = python_code(steps(*given_names[:3]), path=path, section=".".join(["a", "b"]))
    plain = python_code(steps("one", "two", "three"), path="path", section="a.b")
    assert _shape(code) == _shape(plain)
    assert [line for line in code.split("\n") if line.startswith("#") and not line.isprintable()] == []


def _shape(code: str) -> str:
    """The code without its strings."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
        if isinstance(node, ast.JoinedStr):
            node.values = [part for part in node.values if isinstance(part, ast.FormattedValue)]
    return ast.dump(tree)


HOSTILE = [
    'it\'s "quoted"',
    "back\\slash",
    "new\nline",
    "brace{0}",
    "ünïcode",
    "\u202eevil",
    "f'{x}'",
    "trailing\\",
    "(?P<x>a)*",
]


slots = st.sampled_from(["{i}", "{j}", "{part}", "{part2}", "{rest}", ".", "a", "b", "0", "12", "a1", "{{"])
old_patterns = st.lists(st.lists(slots, min_size=1, max_size=5).map("".join), min_size=1, max_size=3)
some_keys = st.lists(st.sampled_from([".", "a", "b", "0", "1", "12", "a1", "{"]), min_size=1, max_size=6).map("".join)


@given(old_patterns, st.lists(some_keys, min_size=1, max_size=8, unique=True))
@settings(max_examples=50, deadline=None)
def test_every_pattern_takes_a_key_apart_as_templates_do(olds: list[str], keys: list[str]) -> None:
    shown = ("|".join(f"{{{name}}}" for name in template(old).names) for old in olds)
    rules = tuple((old, f"{number}:{slots}") for number, (old, slots) in enumerate(zip(olds, shown)))
    for step in (Rename(rules), Drop(tuple(olds))):
        with contextlib.suppress(InspectorError):  # two keys would become one
            mend({key: torch.zeros(1) for key in keys}, [step])


def test_hostile_names_are_renamed_and_dropped_by_the_code() -> None:
    state = {f"{name}.weight": torch.full((1,), float(place)) for place, name in enumerate(HOSTILE)}
    quoted = [name.replace("{", "{{").replace("}", "}}") for name in HOSTILE]
    renames = Rename(tuple((f"{name}.{{part}}", f"{{part}}.{name}") for name in quoted[1:]))
    mended = mend(state, [renames, Drop((f"{quoted[0]}.weight",)), StripPrefix("weight.", "")])
    assert set(mended) == set(HOSTILE[1:])


def test_a_file_with_a_hostile_name(tmp_path: Path) -> None:
    for name in ('it\'s "quoted".pth', "back\\slash.pth", "ünïcode {x}.pth"):
        torch.save({"a": torch.zeros(1)}, tmp_path / name)
        run(python_code([StripPrefix("b")], path=name), Anything())


def test_other_formats(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a.b": torch.zeros(1)}, "x.safetensors")
    code = python_code([StripPrefix("a.")], path="x.safetensors", format="safetensors")
    assert set(run(code, Anything())) == {"b"}
    with pytest.raises(InspectorError, match="no few lines"):
        python_code([], path="x", format="sharded")


@pytest.mark.parametrize("section", ["", "net"])
def test_a_module_that_was_saved_whole(section: str) -> None:
    model = nn.Linear(2, 3)
    torch.save({"net": model} if section else model, "saved.pth")
    root = open_checkpoint("saved.pth").root
    code = python_code([AddPrefix("0.")], path="saved.pth", section=section, root=root)
    assert "# weights_only=False: " in code
    fresh = nn.Sequential(nn.Linear(2, 3))
    run(code, fresh)
    assert torch.equal(fresh[0].weight, model.weight)


def test_a_section_that_is_not_there_is_said() -> None:
    torch.save({"a": {"b": torch.zeros(1)}}, "saved.pth")
    root = open_checkpoint("saved.pth").root
    with pytest.raises(InspectorError, match="no section"):
        python_code([], path="saved.pth", section="c", root=root)
