"""Layers by their shapes, and by what a module was made with."""

from __future__ import annotations

import pytest

from inspector.checkpoint.entries import Branch, Entry, Storage, Tensor, Value
from inspector.checkpoint.layers import layer
from inspector.checkpoint.outline import Outline

BLOCK = Storage("0", "float32", "cpu", 0, None)


def tensor(name: str, shape: tuple[int, ...]) -> Tensor:
    return Tensor(name, "float32", shape, (1,) * len(shape), 0, BLOCK)


def words(name: str, **shapes: tuple[int, ...]) -> str:
    children = tuple(tensor(f"{name}.{label}", shape) for label, shape in shapes.items())
    outline = Outline.of(Branch("", "dict", "mapping", children))
    row = outline.row(name)
    assert row is not None
    return layer(outline, row)


@pytest.mark.parametrize(
    ("name", "shapes", "expected"),
    [
        ("fc", {"weight": (256, 512), "bias": (256,)}, "Linear 512→256"),
        ("lm_head", {"weight": (32000, 4096)}, "Linear 4096→32000"),
        ("embeddings.word_embeddings", {"weight": (30522, 768)}, "Embedding 30522×768"),
        ("wte", {"weight": (50257, 768)}, "Embedding 50257×768"),
        ("conv1", {"weight": (64, 3, 7, 7)}, "Conv2d 3→64 7×7"),
        ("conv", {"weight": (16, 8, 5), "bias": (16,)}, "Conv1d 8→16 5"),
        ("conv", {"weight": (16, 8, 3, 3, 3)}, "Conv3d 8→16 3×3×3"),
        ("conv1", {"weight": (32, 1, 3, 3), "bias": (32,)}, "Conv2d 1→32 3×3"),
        ("dwconv", {"weight": (32, 1, 3, 3), "bias": (32,)}, "Conv2d 32 3×3 depthwise"),
        ("up", {"weight": (256, 128, 2, 2), "bias": (128,)}, "ConvTranspose2d 256→128 2×2"),
        ("deconv", {"weight": (64, 64, 4, 4)}, "ConvTranspose2d? 64→64 4×4"),
        ("bn", {"weight": (64,), "bias": (64,), "running_mean": (64,), "running_var": (64,)}, "BatchNorm 64"),
        ("0", {"running_mean": (8,), "running_var": (8,), "num_batches_tracked": ()}, "BatchNorm 8"),
        ("ln_1", {"weight": (768,), "bias": (768,)}, "LayerNorm 768"),
        ("LayerNorm", {"gamma": (768,), "beta": (768,)}, "LayerNorm 768"),
        ("norm1", {"weight": (320,), "bias": (320,)}, "LayerNorm or GroupNorm 320"),
        ("input_layernorm", {"weight": (4096,)}, "RMSNorm 4096"),
        ("prelu", {"weight": (64,)}, "PReLU 64"),
        ("rnn", {"weight_ih_l0": (1024, 128), "weight_hh_l0": (1024, 256)}, "LSTM 128→256"),
        (
            "encoder",
            {
                f"{kind}_l{n}{way}": (600, 100 if n == 0 and kind == "weight_ih" else 200)
                for n in range(2)
                for way in ("", "_reverse")
                for kind in ("weight_ih", "weight_hh")
            },
            "GRU 100→200 ×2 bidirectional",
        ),
        ("cell", {"weight_ih": (40, 5), "weight_hh": (40, 10)}, "LSTMCell 5→10"),
        (
            "p",
            {"weight_ih_l0": (80, 5), "weight_hh_l0": (80, 7), "weight_hr_l0": (7, 20)},
            "LSTM 5→20 projected to 7",
        ),
        ("attn", {"in_proj_weight": (2304, 768), "in_proj_bias": (2304,)}, "MultiheadAttention 768"),
        ("conv", {"weight_g": (8, 1, 1), "weight_v": (8, 4, 3), "bias": (8,)}, "Conv1d 4→8 3"),
        ("q_proj", {"lora_A.weight": (8, 768), "lora_B.weight": (1024, 8)}, "LoRA 768→1024 rank 8"),
        ("state", {"exp_avg": (8, 4), "exp_avg_sq": (8, 4), "step": ()}, ""),
        ("strange", {"weight": (8, 4), "bias": (3,)}, ""),
        ("empty", {"weight": ()}, ""),
    ],
)
def test_shapes_give_the_layer_away(name: str, shapes: dict[str, tuple[int, ...]], expected: str) -> None:
    assert words(name, **shapes) == expected


def test_one_channel_for_each_output_is_depthwise_unless_the_layer_is_the_first() -> None:
    shapes = {
        "0.weight": (32, 1, 3, 3),
        "1.weight": (32,),
        "1.bias": (32,),
        "1.running_mean": (32,),
        "2.weight": (32, 1, 3, 3),
        "3.weight": (8, 32, 1, 1),
        "4.weight": (64, 1, 3, 3),
    }
    outline = Outline.of(Branch("", "dict", "mapping", tuple(tensor(f"features.{k}", s) for k, s in shapes.items())))
    assert [text for row in range(len(outline)) if (text := layer(outline, row))] == [
        "Conv2d 1→32 3×3",
        "BatchNorm 32",
        "Conv2d 32 3×3 depthwise",
        "Conv2d 32→8 1×1",
        "Conv2d 64 3×3 depthwise?",
    ]


def test_a_row_with_very_many_children_is_no_layer() -> None:
    assert words("table", weight=(4, 4), **{f"t{n}": (1,) for n in range(500)}) == ""


def module(class_name: str, *children: Entry, **settings: object) -> str:
    values = tuple(_setting(name, value) for name, value in settings.items())
    branch = Branch("m", f"torch.nn.modules.x.{class_name}", "module", (*children, *values))
    return layer(Outline.of(Branch("", "dict", "mapping", (branch,))), 0)


def _setting(name: str, value: object) -> Entry:
    if isinstance(value, tuple):
        numbers = tuple(Value(str(place), "int", number) for place, number in enumerate(value))
        return Branch(name, "tuple", "sequence", numbers, attribute=True)
    return Value(name, type(value).__name__, value)


def test_a_module_tells_what_it_was_made_with() -> None:
    sizes = {
        "in_channels": 3,
        "out_channels": 64,
        "kernel_size": (7, 7),
        "stride": (2, 2),
        "dilation": (1, 1),
        "groups": 1,
    }
    assert module("Conv2d", **sizes) == "Conv2d 3→64 7×7 stride 2"
    assert module("Conv2d", **{**sizes, "in_channels": 32, "out_channels": 64, "groups": 4, "stride": (1, 1)}) == (
        "Conv2d 32→64 7×7 groups 4"
    )
    assert module("Conv2d", **{**sizes, "in_channels": 64, "groups": 64}) == "Conv2d 64 7×7 depthwise stride 2"
    assert module("Linear", in_features=512, out_features=10) == "Linear 512→10"
    assert module("BatchNorm2d", num_features=64) == "BatchNorm2d 64"
    assert module("LayerNorm", normalized_shape="[768]") == "LayerNorm 768"
    assert module("GroupNorm", num_channels=320, num_groups=32) == "GroupNorm 320, 32 groups"
    assert module("Embedding", num_embeddings=100, embedding_dim=8) == "Embedding 100×8"
    assert (
        module("LSTM", input_size=8, hidden_size=16, num_layers=2, bidirectional=True) == "LSTM 8→16 ×2 bidirectional"
    )
    assert module("MultiheadAttention", embed_dim=512, num_heads=8) == "MultiheadAttention 512, 8 heads"
    assert module("Dropout", p=0.5) == "Dropout 0.5"
    assert module("MaxPool2d", kernel_size=3, stride=2) == "MaxPool2d 3 stride 2"
    assert module("AdaptiveAvgPool2d", output_size=(1, 1)) == "AdaptiveAvgPool2d 1×1"
    assert module("ReLU", inplace=True) == "ReLU"


def test_a_module_without_settings_is_told_by_its_shapes() -> None:
    assert module("Conv2d", tensor("weight", (64, 3, 7, 7))) == "Conv2d 3→64 7×7"
    assert module("Embedding", tensor("weight", (100, 8))) == "Embedding 100×8"
    assert module("Bottleneck") == "Bottleneck"
    assert module("Dropout", p="no number") == "Dropout"
    assert module("Linear", in_features=10**5000, out_features=2) == "Linear"
    assert module("\x1b[31mNet") == "\\x1b[31mNet"
