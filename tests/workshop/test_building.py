"""Models built without their numbers, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inspector.comparing.sides import Item
from inspector.workshop.client import Workshop
from inspector.workshop.models import side_of
from inspector.workshop.requests import ModelSource, Parameter, parse_source

from .conftest import build

Writing = Callable[..., ModelSource]

NET = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 3)
            {body}
"""

WAYS = {
    "pass": "meta",
    "self.mask = torch.ones(3, device='cuda')": "meta",
    "self.fc.cuda(); self.fc.to('cuda:1'); self.cuda(); self.to(torch.device('cuda'), torch.float16)": "meta",
    "self.register_buffer('mask', torch.ones(3).cuda())": "meta",
    "self.rates = [rate.item() for rate in torch.linspace(0, 1, 3)]": "mixed",
    "self.rates = torch.linspace(0, 1, 3).tolist(); self.again = self.fc": "mixed",
    "import numpy; self.table = torch.ones(3).numpy()": "mixed",
    "self.scale = nn.Parameter(torch.ones(1)); self.fixed = float(self.scale * 2)": "cpu",
    "self.norm = self.fc.weight.norm().item()": "cpu",
}


@pytest.mark.parametrize("body", WAYS)
def test_the_way_that_a_model_can_be_built(workshop: Workshop, written: Writing, body: str) -> None:
    model = build(workshop, written(NET.format(body=body)))
    assert model.device == WAYS[body]
    tried = ["meta", "mixed", "cpu"].index(model.device)
    assert sum(note.startswith("Could not be built") for note in model.notes) == tried
    assert any("GPU" in note for note in model.notes) == ("cuda" in body)
    assert {each.key: each.shape for each in model.parameters if each.key.startswith("fc")} == {
        "fc.weight": (3, 2),
        "fc.bias": (3,),
    }


def test_what_is_told_of_a_model(workshop: Workshop, written: Writing) -> None:
    body = """
            self.tied = self.fc
            self.lazy = nn.LazyLinear(4)
            self.norm = nn.BatchNorm1d(3)
            self.small = nn.Parameter(torch.zeros(2, dtype=torch.float16))
            self.alone = nn.Sequential(nn.ReLU())

        def get_extra_state(self): return {"a": 1}
        def set_extra_state(self, state): pass"""
    model = build(workshop, written(NET.format(body=body)))
    assert model.parameters == (
        Parameter("small", (2,), "float16", "parameter"),
        Parameter("_extra_state", None, "", "extra state"),
        Parameter("fc.weight", (3, 2), "float32", "parameter", "fc.weight"),
        Parameter("fc.bias", (3,), "float32", "parameter", "fc.bias"),
        Parameter("tied.weight", (3, 2), "float32", "parameter", "fc.weight"),
        Parameter("tied.bias", (3,), "float32", "parameter", "fc.bias"),
        Parameter("lazy.weight", None, "float32", "parameter"),
        Parameter("lazy.bias", None, "float32", "parameter"),
        Parameter("norm.weight", (3,), "float32", "parameter"),
        Parameter("norm.bias", (3,), "float32", "parameter"),
        Parameter("norm.running_mean", (3,), "float32", "buffer"),
        Parameter("norm.running_var", (3,), "float32", "buffer"),
        Parameter("norm.num_batches_tracked", (), "int64", "buffer"),
    )
    assert model.name == "Net()"
    assert model.modules["norm"] == "torch.nn.modules.batchnorm.BatchNorm1d"
    assert set(model.modules) == {"", "fc", "tied", "lazy", "norm", "alone", "alone.0"}
    assert set(model.initialisation) == {"", "fc", "tied", "lazy", "norm"}
    assert model.metadata["norm"] == {"version": 2}

    side = side_of(model, {"width": 3})
    assert (side.name, side.kind, side.arguments) == ("Net()", "model", {"width": 3})
    assert side.items[4] == Item("tied.weight", (3, 2), "float32", None, "parameter", "fc.weight")


def test_functions_and_modules_that_are_there_already(workshop: Workshop, written: Writing) -> None:
    source = written("""
        from torch import nn
        def make(width=2): return nn.Linear(width, 1)
        ready = nn.Linear(5, 1)
        def wrong(): return "a model"
    """)
    assert build(workshop, source._replace(name="make"), width=4).parameters[0].shape == (1, 4)
    assert build(workshop, source._replace(name="ready")).parameters[0].shape == (1, 5)
    with pytest.raises(Exception, match=r"wrong returns a str, and no torch.nn.Module\."):
        build(workshop, source._replace(name="wrong"))


def test_no_weights_are_downloaded(workshop: Workshop) -> None:
    model = build(workshop, parse_source("resnet18"), weights="IMAGENET1K_V1", num_classes=10)
    assert model.name == "resnet18(num_classes=10)"
    assert model.notes == ("weights=None was used: no weights are downloaded to look at shapes.",)
    model = build(workshop, parse_source("fasterrcnn_resnet50_fpn"))
    assert model.parameters[-1].shape == (364,)


def test_pretrained_parts_are_built_without_their_weights(workshop: Workshop, written: Writing, tmp_path: Path) -> None:
    body = """
            from torchvision import models
            self.trunk = models.resnet18(weights="IMAGENET1K_V1")
            torch.save(self.fc.state_dict(), "fc.pth")
            self.fc.load_state_dict(torch.load("fc.pth"))"""
    model = build(workshop, written(NET.format(body=body)))
    assert [note for note in model.notes if "resnet18" in note] == [
        "Its constructor wants weights from https://download.pytorch.org/models/resnet18-f37072fd.pth; "
        "they are not needed to look at shapes."
    ]
    assert model.parameters[2].key == "trunk.conv1.weight"
    assert model.parameters[2].shape == (64, 3, 7, 7)


def test_classes_of_torchvision_itself(workshop: Workshop) -> None:
    model = build(
        workshop, parse_source("torchvision:ResNet"), block="torchvision.models.resnet.BasicBlock", layers=[1, 1, 1, 1]
    )
    assert model.device == "meta"
