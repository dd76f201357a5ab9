"""Whole modules, listed under the names of their state_dict, without their classes."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from inspector import language
from inspector.checkpoint.entries import Branch, Checkpoint, Tensor, Value
from inspector.checkpoint.reading import open_checkpoint


def saved(model: Any, path: Path, **options: Any) -> Checkpoint:
    import torch

    torch.save(model, path, **options)
    return open_checkpoint(path)


def persistent(checkpoint: Checkpoint) -> dict[str, Tensor]:
    return {
        key: tensor
        for key, tensor in checkpoint.tensors()
        if tensor.extra.role in ("parameter", "buffer")
    }


def models() -> dict[str, Any]:
    import torch
    from torch import nn

    tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    tied[1].weight = tied[0].weight
    return {
        "conv": nn.Sequential(nn.Conv2d(3, 8, 3, stride=2), nn.BatchNorm2d(8), nn.Dropout(0.3), nn.Conv2d(8, 4, 1)),
        "lstm": nn.LSTM(4, 5, num_layers=2),
        "transformer": nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16), 2, enable_nested_tensor=False),
        "embedding": nn.ModuleDict({"e": nn.Embedding(5, 2), "norm": nn.LayerNorm(2)}),
        "tied": tied,
        "parallel": nn.DataParallel(nn.Linear(2, 2)),
        "parametrized": nn.Sequential(nn.ParameterList([nn.Parameter(torch.ones(2))]), nn.BatchNorm1d(2, affine=False)),
    }


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("name", ["conv", "lstm", "transformer", "embedding", "tied", "parallel", "parametrized"])
def test_names_and_shapes_are_those_of_the_state_dict(tmp_path: Path, name: str, legacy: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = models()[name]
        checkpoint = saved(model, tmp_path / "model.pth", _use_new_zipfile_serialization=not legacy)
    expected = model.state_dict()
    found = persistent(checkpoint)
    assert list(found) == list(expected)
    assert [tensor.shape for tensor in found.values()] == [tuple(tensor.shape) for tensor in expected.values()]
    assert checkpoint.sections[0].title == "whole module"


def test_attributes_training_and_what_is_left_out(tmp_path: Path) -> None:
    from torch import nn

    model = nn.Sequential(nn.Conv2d(3, 8, (3, 5), stride=2, bias=False), nn.MultiheadAttention(8, 4), nn.Dropout(0.25))
    model[0].register_buffer("scratch", nn.Parameter(nn.Linear(1, 1).weight.data), persistent=False)
    model.eval()
    found = dict(saved(model, tmp_path / "model.pth").entries())
    assert found["0.kernel_size.1"].value == 5
    assert found["1.num_heads"] == Value("num_heads", "int", 4)
    assert found["2.p"] == Value("p", "float", 0.25)
    assert found["training"].value is False
    assert found["0.bias"] == Value("bias", "NoneType", None, "parameter that is None", "parameter")
    assert found["0.scratch"].extra.role == "non-persistent buffer"
    assert found["0.weight"].extra.role == "parameter"
    assert found["0.weight"].parameter
    assert "0._parameters" not in found
    assert not any("hooks" in key for key in found)


def test_what_a_tensor_is_for_is_said_the_same_in_every_language(tmp_path: Path) -> None:
    from torch import nn

    model = nn.Linear(2, 2, bias=False)
    model.register_buffer("scratch", nn.Parameter(model.weight.data), persistent=False)
    model.register_buffer("mask", None)
    language.use("zh_CN")
    try:
        found = dict(saved(model, tmp_path / "model.pth").entries())
    finally:
        language.use("en")
    assert found["scratch"].extra.role == "non-persistent buffer"
    assert [found[name].role for name in ("bias", "mask")] == ["parameter", "buffer"]


def _hook(*_: object) -> None:
    """Registered on a module below; never called here."""


def test_hooks_are_shown_by_name_and_not_called(tmp_path: Path) -> None:
    from torch import nn

    model = nn.Linear(2, 2)
    model.register_forward_hook(_hook)
    checkpoint = saved(model, tmp_path / "model.pth")
    hooks = dict(checkpoint.entries())["_forward_hooks"]
    assert isinstance(hooks, Branch)
    assert hooks.attribute
    assert any(found.name.endswith("test_modules._hook") for found in checkpoint.globals)


def test_a_module_within_a_checkpoint(tmp_path: Path) -> None:
    from torch import nn

    checkpoint = saved({"epoch": 1, "model": nn.Linear(2, 3)}, tmp_path / "both.pth")
    assert list(persistent(checkpoint)) == ["model.weight", "model.bias"]
    assert ("model", "weights") in [(section.key, section.role) for section in checkpoint.sections]
