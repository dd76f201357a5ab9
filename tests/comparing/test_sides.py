"""What a file holds, as the names that `load_state_dict` sees."""

from __future__ import annotations

import argparse
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.sides import Side, of_checkpoint
from inspector.errors import InspectorError


def saved(folder: Path, content: Any, section: str = "") -> Side:
    torch.save(content, folder / "a.pth")
    return of_checkpoint(open_checkpoint(str(folder / "a.pth")), section)


def test_a_state_dict_has_its_keys_its_shapes_and_its_versions(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    side = saved(tmp_path, model.state_dict())
    assert [(item.key, item.shape) for item in side.items] == [
        (key, tuple(value.shape)) for key, value in model.state_dict().items()
    ]
    assert side.metadata["1"] == {"version": 2}


def test_names_that_nest_are_joined(tmp_path: Path) -> None:
    side = saved(tmp_path, {"encoder": {"weight": torch.zeros(2)}, "head": {"weight": torch.zeros(3)}})
    assert [item.key for item in side.items] == ["encoder.weight", "head.weight"]


def test_a_section_is_seen_without_its_path(tmp_path: Path) -> None:
    side = saved(tmp_path, {"epoch": 3, "net": {"weight": torch.zeros(2)}}, "net")
    assert [item.key for item in side.items] == ["weight"]
    with pytest.raises(InspectorError, match="no section 'nothing'"):
        saved(tmp_path, {"net": {"weight": torch.zeros(2)}}, "nothing")


def test_tied_weights_bear_one_word(tmp_path: Path) -> None:
    weight = torch.zeros(4, 2)
    side = saved(tmp_path, OrderedDict(embedding=weight, head=weight, other=torch.zeros(4, 2)))
    shared = {item.key: item.shared for item in side.items}
    assert shared["embedding"] == shared["head"] != ""
    assert shared["other"] == ""


def test_an_object_without_tensors_is_one_item(tmp_path: Path) -> None:
    side = saved(tmp_path, {"weight": torch.zeros(2), "args": argparse.Namespace(lr=0.1, width=3), "note": "x"})
    assert [(item.key, item.role) for item in side.items] == [("weight", ""), ("args", "value"), ("note", "value")]


def test_an_extra_state_is_one_item_whatever_it_is(tmp_path: Path) -> None:
    side = saved(tmp_path, {"a._extra_state": {"scale": torch.ones(1), "on": True}, "b._extra_state": torch.ones(1)})
    assert (side.items[0].key, side.items[0].role) == ("a._extra_state", "extra state")
    assert len(side.items) == 2


def test_a_module_saved_whole_has_what_its_state_dict_has(samples: Path) -> None:
    side = of_checkpoint(open_checkpoint(str(samples / "whole_module.pth")))
    keys = [item.key for item in side.items]
    assert "positions" not in keys, "a buffer that is not kept"
    assert {"seen", "attention.in_proj_weight", "head.bias"} <= set(keys)
    assert side.modules["norm"].endswith("LayerNorm")
