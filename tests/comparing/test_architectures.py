"""Every builder of torchvision is known again: with other classes, other input, other heads, prefixes and orders."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch import nn

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.architectures import (
    LIKE,
    RENAMED,
    SAME,
    TRUNK_OF,
    UNKNOWN,
    Identification,
    architecture_line,
    identify,
)
from inspector.comparing.choosing import weights
from inspector.comparing.sides import Item, Shape, Side, of_checkpoint
from inspector.comparing.signatures import Signature, digest, kind_of, table
from tests.conftest import ROOT

SAME_SHAPES = {
    "fasterrcnn_mobilenet_v3_large_fpn": ("fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_mobilenet_v3_large_fpn"),
    "fasterrcnn_mobilenet_v3_large_320_fpn": (
        "fasterrcnn_mobilenet_v3_large_320_fpn", "fasterrcnn_mobilenet_v3_large_fpn",
    ),
}  # fmt: skip
"""Builders that differ in the size of the pictures they expect, and in nothing that is saved."""
SIGNATURES = {signature.name: signature for signature in table().signatures}


def side_of(shapes: dict[str, Shape]) -> Side:
    return Side("weights.pth", "checkpoint", tuple(Item(key, shape) for key, shape in shapes.items()))


def identified(shapes: dict[str, Shape]) -> Identification:
    return identify(side_of(shapes))


def with_classes(signature: Signature, classes: int) -> dict[str, Shape]:
    """The shapes of a builder called with another number of classes."""
    rows = {key: (count * classes,) for key, count in signature.head.items()}
    return {key: (*rows.get(key, shape[:1]), *shape[1:]) for key, shape in signature.shapes.items()}


def prefixed(shapes: dict[str, Shape], prefix: str) -> dict[str, Shape]:
    return {prefix + key: shape for key, shape in shapes.items()}


def resnet(name: str = "resnet18", **changed: Shape) -> dict[str, Shape]:
    """The shapes of a ResNet, with some of them changed: `conv1_weight=(64, 1, 7, 7)`."""
    return {**SIGNATURES[name].shapes, **{key.replace("_", "."): shape for key, shape in changed.items()}}


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_builder_is_itself(name: str) -> None:
    signature = SIGNATURES[name]
    found = identified(signature.shapes)
    assert (found.kind, found.builders) == (SAME, SAME_SHAPES.get(name, (name,)))
    assert found.classes == (signature.classes or None)
    assert name not in dict(found.rejected)


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_builder_is_known_with_other_classes_behind_a_prefix_in_any_order(name: str) -> None:
    shapes = list(prefixed(with_classes(SIGNATURES[name], 10), "module.").items())
    random.Random(name).shuffle(shapes)
    found = identified(dict(shapes))
    assert (found.kind, found.builders) == (SAME, SAME_SHAPES.get(name, (name,)))
    assert found.classes == (10 if SIGNATURES[name].head else None)
    assert found.prefixes == ("module.",)


@pytest.mark.parametrize("name", [name for name in SIGNATURES if SIGNATURES[name].head])
def test_every_builder_is_known_without_its_last_layer(name: str) -> None:
    signature = SIGNATURES[name]
    found = identified({key: shape for key, shape in signature.shapes.items() if key not in signature.head})
    assert found.kind == TRUNK_OF
    assert name in found.builders
    assert {SIGNATURES[each].digest for each in found.builders} == {signature.digest}


# The table is what torchvision makes.


@pytest.fixture(scope="module")
def making() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_architectures", ROOT / "tools" / "make_architectures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_has_every_builder(making: ModuleType) -> None:
    assert list(SIGNATURES) == making.names()


@pytest.mark.parametrize(
    "name",
    ["resnet18", "densenet121", "regnet_x_400mf", "swin_t", "vit_b_16", "raft_small", "deeplabv3_resnet50",
     "fasterrcnn_mobilenet_v3_large_fpn", "r2plus1d_18", "googlenet"],
)  # fmt: skip
def test_the_table_is_what_torchvision_makes(name: str, making: ModuleType) -> None:
    made = making.shapes_of(name)
    signature = SIGNATURES[name]
    assert list(signature.shapes.items()) == [item for item in made.items() if "num_batches_tracked" not in item[0]]
    assert (signature.classes, signature.head) == making.head_of(name, made)
    assert signature.family == making.family_of(name)
    assert signature.digest == digest(made, signature.head)
    assert {kind_of(key) for key in made} <= table().families[signature.family]


def test_the_table_is_small() -> None:
    assert (ROOT / "resources" / "architectures.json.gz").stat().st_size < 100_000


# What people do to models.


def test_a_real_file_is_known(tmp_path: Path, making: ModuleType) -> None:
    builder = making._torchvision().models.squeezenet1_1
    torch.save({"epoch": 3, "model": builder(num_classes=5).half().state_dict()}, tmp_path / "squeeze.pth")
    checkpoint = open_checkpoint(str(tmp_path / "squeeze.pth"))
    side = of_checkpoint(checkpoint, weights(checkpoint).key)
    assert identify(side).sentence == "This is torchvision's squeezenet1_1 with 5 classes."
    assert identify(side).arguments == {"num_classes": 5}
    assert architecture_line(side) == "torchvision squeezenet1_1, 5 classes"


def test_grey_pictures() -> None:
    found = identified(resnet(conv1_weight=(64, 1, 7, 7), fc_weight=(10, 512), fc_bias=(10,)))
    assert found.sentence == "This is torchvision's resnet18 with 10 classes and 1 input channel."
    assert (found.kind, found.builders, found.channels) == (SAME, ("resnet18",), 1)


def test_a_small_first_convolution_is_said_to_be_that_of_small_pictures() -> None:
    found = identified(resnet("resnet50", conv1_weight=(64, 3, 3, 3), fc_weight=(100, 2048), fc_bias=(100,)))
    assert found.builders == ("resnet50",)
    assert found.sentence == (
        "This is torchvision's resnet50 with 100 classes, but conv1.weight is 3x3 and not 7x7 as in variants for small "
        "pictures (CIFAR)."
    )


def test_another_head_on_the_same_trunk() -> None:
    shapes = {key: shape for key, shape in resnet("resnet50").items() if not key.startswith("fc.")}
    own = {"fc.0.weight": (512, 2048), "fc.0.bias": (512,), "fc.3.weight": (10, 512), "fc.3.bias": (10,)}
    found = identified({**shapes, **own})
    assert (found.kind, found.builders, found.classes) == (TRUNK_OF, ("resnet50",), None)
    assert found.sentence == (
        "The trunk is that of torchvision's resnet50, the head is another: "
        "fc.0.weight, fc.0.bias, fc.3.weight and 1 more."
    )


def test_a_trunk_within_a_network_of_ones_own() -> None:
    trunk = {key: shape for key, shape in resnet("resnet34").items() if not key.startswith("fc.")}
    own = {"decoder.0.weight": (256, 512, 3, 3), "decoder.0.bias": (256,), "head.weight": (4, 256, 1, 1)}
    found = identified({**prefixed(trunk, "encoder.body."), **own})
    assert (found.kind, found.builders, found.prefixes) == (TRUNK_OF, ("resnet34",), ("encoder.body.",))
    assert found.sentence == ("The trunk under encoder.body. is that of torchvision's resnet34, its head is not there.")
    assert "3 further keys are not of it." in found.evidence


def test_a_backbone_alone_is_not_taken_for_a_segmentation_model() -> None:
    trunk = {key: shape for key, shape in resnet("resnet50").items() if not key.startswith("fc.")}
    found = identified({**prefixed(trunk, "backbone."), "classifier.weight": (10, 2048), "classifier.bias": (10,)})
    assert (found.kind, found.builders, found.prefixes) == (TRUNK_OF, ("resnet50",), ("backbone.",))


def test_weights_and_their_average_in_one_file() -> None:
    shapes = resnet()
    found = identified({**prefixed(shapes, "model."), **prefixed(shapes, "ema.module."), "n_averaged": ()})
    assert (found.kind, found.builders, found.classes) == (SAME, ("resnet18",), 1000)
    assert found.prefixes == ("model.", "ema.module.")
    assert found.evidence[0] == "All names and shapes under model. and ema.module. are those of resnet18."
    assert "1 further key is not of it." in found.evidence


def test_a_whole_model_within_a_larger_one() -> None:
    shapes = {**prefixed(resnet(), "teacher."), **{f"student.{place}.weight": (64, 64) for place in range(9)}}
    found = identified(shapes)
    assert (found.kind, found.classes) == (TRUNK_OF, 1000)
    assert found.sentence == (
        "All of torchvision's resnet18 with 1,000 classes is there under teacher., and more beside it."
    )
    assert architecture_line(side_of(shapes)) == "trunk of torchvision resnet18 under teacher."


def test_an_averaged_model_of_torchs_own(making: ModuleType) -> None:
    averaged = torch.optim.swa_utils.AveragedModel(making._torchvision().models.squeezenet1_0(num_classes=3))
    found = identified({key: tuple(value.shape) for key, value in averaged.state_dict().items()})
    assert (found.kind, found.builders, found.prefixes, found.classes) == (SAME, ("squeezenet1_0",), ("module.",), 3)


def test_counters_may_be_missing_and_may_be_there() -> None:
    with_counters = {**resnet(), **{f"{bn}.num_batches_tracked": () for bn in ("bn1", "layer1.0.bn1")}}
    assert identified(with_counters).kind == SAME
    assert not any("num_batches_tracked" in sentence for sentence in identified(with_counters).evidence)
    assert any("num_batches_tracked" in sentence for sentence in identified(resnet()).evidence)


def test_auxiliary_classifiers_may_be_missing_and_may_be_there() -> None:
    plain = {key: shape for key, shape in SIGNATURES["googlenet"].shapes.items() if not key.startswith("aux")}
    assert (identified(plain).kind, identified(plain).builders) == (SAME, ("googlenet",))
    more = {**SIGNATURES["fcn_resnet50"].shapes, "aux_classifier.4.weight": (21, 256, 1, 1)}
    assert (identified(more).kind, identified(more).builders) == (SAME, ("fcn_resnet50",))


def test_other_names_for_the_same_shapes() -> None:
    shapes = SIGNATURES["vit_b_16"].shapes
    other = {f"blk_{place}": shape for place, shape in enumerate(reversed(list(shapes.values())))}
    found = identified(other)
    assert (found.kind, found.builders) == (RENAMED, ("vit_b_16",))
    assert "under other names" in found.sentence
    assert architecture_line(side_of(other)) == "torchvision vit_b_16 under other names"


def test_vgg_with_and_without_batch_norm_are_told_apart_under_other_names() -> None:
    for name in ("vgg11", "vgg11_bn"):
        other = {f"w{place}": shape for place, shape in enumerate(SIGNATURES[name].shapes.values())}
        assert identified(other).builders == (name,)


def test_a_near_miss_says_what_is_missed(samples: Path) -> None:
    checkpoint = open_checkpoint(str(samples / "resnet_plain.pth"))
    found = identify(of_checkpoint(checkpoint, weights(checkpoint).key))
    assert (found.kind, found.builders) == (LIKE, ("resnet18",))
    assert found.sentence == (
        "This is built like torchvision's resnet18, but 0.25 times as wide and layer1 is 1 and not 2 blocks deep "
        "and layer2 is 1 and not 2 blocks deep."
    )


def test_a_wider_network_is_like_its_narrower_one() -> None:
    trunk = {key: shape for key, shape in resnet().items() if not key.startswith("fc.")}
    doubled = {key: tuple(size * 2 if size >= 64 else size for size in shape) for key, shape in trunk.items()}
    found = identified(doubled)
    assert (found.kind, found.builders) == (LIKE, ("resnet18",))
    assert "2 times as wide" in found.sentence


def test_the_next_builders_are_rejected_for_a_reason() -> None:
    reasons = dict(identified(resnet("resnet34")).rejected)
    assert reasons["resnet18"] == "layer1 is 2 blocks deep in it and 3 here"
    wide = dict(identified(resnet("wide_resnet50_2")).rejected)
    assert wide["resnet50"] == "layer1.0.conv1.weight is [64, 64, 1, 1] in it and [128, 64, 1, 1] here"


@pytest.mark.parametrize(
    "shapes",
    [
        {},
        {"weight": (10, 20), "bias": (10,)},
        {"features.0.weight": (16, 3, 3, 3), "features.0.bias": (16,), "classifier.weight": (10, 16)},
        {"conv1.weight": (6, 1, 5, 5), "conv2.weight": (16, 6, 5, 5), "fc1.weight": (120, 400), "fc.weight": (10, 84)},
        {f"net.{place}.weight": (64, 64) for place in range(0, 40, 2)},
        {f"layers.{place}.self_attn.in_proj_weight": (192, 64) for place in range(12)},
        {f"state.{place}.exp_avg": (64, 64, 3, 3) for place in range(60)},
        {"..": (1,), ".": (2,), "": (3,), "a\x1b[31m.0..b": (1, 2)},
        {str(place): () for place in range(5000)},
        {".".join("a" * depth): (2, 2) for depth in range(1, 1500)},
    ],
)
def test_what_is_none_of_them_is_called_none(shapes: dict[str, Shape]) -> None:
    found = identified(shapes)
    assert (found.kind, found.sentence, found.builders) == (UNKNOWN, "", ())
    assert architecture_line(side_of(shapes)) == ""


@pytest.mark.parametrize("sample", ["network_512_256_128.pth", "vit.pth", "linear.pth", "fashion_classifier.pt"])
def test_samples_of_other_kinds_are_called_none(sample: str, samples: Path) -> None:
    checkpoint = open_checkpoint(str(samples / sample))
    assert identify(of_checkpoint(checkpoint, weights(checkpoint).key)).kind == UNKNOWN


def test_a_stranger_with_the_names_of_a_resnet_is_not_called_one() -> None:
    """Names alone do not make a ResNet: without its shapes it is like one at most, and only when enough is alike."""
    module = nn.ModuleDict({"conv1": nn.Conv2d(3, 8, 3), "bn1": nn.BatchNorm2d(8), "fc": nn.Linear(8, 2)})
    found = identified({key: tuple(value.shape) for key, value in module.state_dict().items()})
    assert found.kind == UNKNOWN


def test_what_is_said_is_inert() -> None:
    shapes = {**resnet(), "fc.\x1b[31mred.weight": (3, 3)}
    found = identified(shapes)
    assert found.kind == TRUNK_OF
    assert all(text.isprintable() for text in (found.sentence, *found.evidence))


def test_a_table_that_is_not_there_leaves_everything_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.comparing.signatures.resources", lambda: tmp_path)
    table.cache_clear()
    try:
        assert identified({"conv1.weight": (64, 3, 7, 7)}).kind == UNKNOWN
    finally:
        table.cache_clear()
