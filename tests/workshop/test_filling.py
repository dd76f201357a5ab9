"""What a checkpoint says of the constructor: real files, written by torch as people write them."""

from __future__ import annotations

import argparse
import collections
from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.checkpoint.reading import open_checkpoint
from inspector.workshop.filling import arguments_from, model_named
from inspector.workshop.requests import Argument, Signature

WEIGHTS = {"fc.weight": torch.zeros(2, 3), "fc.bias": torch.zeros(2)}


def said(tmp_path: Path, content: dict[str, Any], *arguments: Argument) -> dict[str, tuple[object, str]]:
    path = tmp_path / "file.pth"
    torch.save({"state_dict": WEIGHTS, **content}, path)
    return arguments_from(open_checkpoint(str(path)), Signature(arguments, ""))


def an_int(name: str) -> Argument:
    return Argument(name, "int", True)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ({"width": 7}, "width"),
        ({"args": argparse.Namespace(width=7)}, "args.width"),
        ({"args": {"width": 7}}, "args.width"),
        ({"hyper_parameters": {"width": 7}}, "hyper_parameters.width"),
        ({"config": {"optimizer": {"lr": 1}, "model": {"kwargs": {"width": 7}}}}, "config.model.kwargs.width"),
        ({"args": {"width": 8}, "model_args": {"width": 7}}, "model_args.width"),
        ({"args": {"width": 8}, "width": 7}, "width"),
        ({"width": "wide", "config": {"width": 7}}, "config.width"),
        ({"init_args": collections.OrderedDict(width=7), "config": {"width": True}}, "init_args.width"),
        ({"config": {"WIDTH": 7}}, "config.WIDTH"),
    ],
)
def test_where_settings_are_kept(tmp_path: Path, content: dict[str, Any], key: str) -> None:
    assert said(tmp_path, content, an_int("width")) == {"width": (7, key)}


@pytest.mark.parametrize(
    ("type_", "default", "taken", "left"),
    [
        ("int", None, [3], [True, 3.0, "3", None, [3], 2**70]),
        ("float", None, [3, 0.5], [True, "0.5", float("nan"), float("inf")]),
        ("bool", None, [True], [1, "yes"]),
        ("str", None, ["gelu"], [1, "x" * 2000]),
        ("list[int]", None, [[1, 2], (1, 2), []], [[1, 2.5], [True], 3, "12", list(range(2000))]),
        ("tuple[int, ...]", None, [(1, 2)], [(1, "a")]),
        ("Sequence[float]", None, [[1, 2.5]], ["ab"]),
        ("int | None", None, [3], ["3"]),
        ("Optional[List[int]]", None, [[3]], [3]),
        ("dict[str, int]", None, [{"a": 1}], [[1]]),
        ("", 3, [4], ["4", 4.5]),
        ("", None, [4, "a", [1]], [None, torch.zeros(1), torch.float32]),
        ("object", "torch.nn.ReLU", [], ["relu", 1]),
        ("Path", None, [], ["/tmp"]),
    ],
)
def test_only_values_of_the_arguments_type(
    tmp_path: Path, type_: str, default: object, taken: list[Any], left: list[Any]
) -> None:
    argument = Argument("width", type_, False, default)
    for value in taken:
        plain = list(value) if isinstance(value, tuple) else value
        assert said(tmp_path, {"width": value}, argument) == {"width": (plain, "width")}
    for value in left:
        assert said(tmp_path, {"width": value}, argument) == {}


def test_choices(tmp_path: Path) -> None:
    argument = Argument("norm", "str", False, "batch", ("batch", "layer"))
    assert said(tmp_path, {"norm": "layer"}, argument) == {"norm": ("layer", "norm")}
    assert said(tmp_path, {"norm": "group"}, argument) == {}


def test_names_that_mean_the_same(tmp_path: Path) -> None:
    content = {"args": {"n_embd": 64, "nhead": 4, "in_chans": 1, "unrelated": 9, "output_size": 5}}
    arguments = [an_int(name) for name in ("d_model", "num_heads", "in_channels", "num_classes", "kernel_size")]
    assert said(tmp_path, content, *arguments) == {
        "d_model": (64, "args.n_embd"),
        "num_heads": (4, "args.nhead"),
        "in_channels": (1, "args.in_chans"),
        "num_classes": (5, "args.output_size"),
    }


def test_classes_are_counted(tmp_path: Path) -> None:
    table = {name: place for place, name in enumerate("abcd")}
    for content in ({"class_to_idx": table}, {"classes": list("abcd")}, {"meta": {"labels": tuple("abcd")}}):
        found = said(tmp_path, content, an_int("classes"), an_int("width"))
        assert [value for value, _ in found.values()] == [4]
    assert said(tmp_path, {"classes": list("abcd"), "num_classes": 7}, an_int("classes"))["classes"][0] == 7


def test_weights_and_optimizers_say_nothing(tmp_path: Path) -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1, momentum=0.9).state_dict()
    content = {"optimizer": optimizer, "ema": {"width": torch.tensor(3), "depth": 3}}
    assert said(tmp_path, content, Argument("momentum", "float", True), an_int("width"), an_int("depth")) == {}


def test_a_sample(samples: Path) -> None:
    checkpoint = open_checkpoint(str(samples / "network_400_200_100.pth"))
    arguments = (an_int("input_size"), an_int("num_classes"), Argument("hidden_layers", "list[int]", True))
    assert arguments_from(checkpoint, Signature(arguments, "")) == {
        "input_size": (784, "input_size"),
        "num_classes": (10, "output_size"),
        "hidden_layers": ([400, 200, 100], "hidden_layers"),
    }


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"arch": "resnet18"}, "resnet18"),
        ({"args": argparse.Namespace(model="torchvision.models.resnet50", name="vgg11")}, "resnet50"),
        ({"config": {"model": {"name": "ViT-B-16"}}}, "vit_b_16"),
        ({"backbone": "my_own", "epoch": 3}, None),
        ({"note": "resnet18"}, None),
    ],
)
def test_a_builder_that_the_file_names(tmp_path: Path, content: dict[str, Any], name: str | None) -> None:
    path = tmp_path / "file.pth"
    torch.save({"state_dict": WEIGHTS, **content}, path)
    source = model_named(open_checkpoint(str(path)))
    assert (source.name if source else None) == name


def test_settings_without_end_are_left_alone(tmp_path: Path) -> None:
    deep: dict[str, Any] = {"width": 7}
    for _ in range(200):
        deep = {"config": deep}
    wide = {f"key{number}": number for number in range(20_000)}
    assert said(tmp_path, {"deep": deep, "wide": wide}, an_int("width")) == {}
