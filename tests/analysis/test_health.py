"""What is said of tensors that look wrong - and that nothing is said of those that do not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from inspector.analysis.health import (
    dead_channels,
    dead_channels_finding,
    findings,
    may_have_dead_channels,
)
from inspector.analysis.statistics import measure
from inspector.checkpoint.entries import Tensor
from inspector.progress import finish
from tests.checkpoint.entries_of import entry_of_array, entry_of_tensor


def said(key: str, numbers: Any) -> dict[str, str]:
    """The findings about an array or a torch tensor, sentences by kind."""
    tensor = entry_of_array(numbers) if isinstance(numbers, np.ndarray) else entry_of_tensor(numbers)
    return dict(findings(key, tensor, finish(measure(tensor))))


def weights(*shape: int, std: float = 0.05) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal(shape) * std).astype(np.float32)


def test_nothing_is_said_of_sound_weights() -> None:
    assert said("conv.weight", weights(16, 8, 3, 3)) == {}
    assert said("fc.bias", weights(10)) == {}
    assert said("bn.running_var", np.abs(weights(64, std=5e3))) == {}
    assert said("bn.num_batches_tracked", np.array(100_000)) == {}


def test_nan_and_infinity_are_counted_and_placed() -> None:
    numbers = weights(4, 5)
    numbers[1, 2] = numbers[3, 0] = math.nan
    numbers[2, 4] = -math.inf
    assert said("fc.weight", numbers)["not finite"] == (
        "Of 20 numbers 2 are NaN and 1 is infinite; the first NaN at [1, 2], the first infinity at [2, 4]."
    )
    assert said("fc.weight", np.full((3, 3), math.nan, np.float32)) == {"not finite": "All 9 numbers are NaN."}


def test_an_attention_mask_is_no_finding() -> None:
    mask = np.triu(np.full((9, 9), -math.inf, np.float32), 1)
    assert said("attention.mask", mask) == {}


def test_zeros_and_constants_are_said_where_they_are_improbable() -> None:
    assert said("fc.weight", np.zeros((4, 5), np.float32))["zero"] == "All 20 numbers are zero."
    assert said("fc.weight", np.full((4, 5), 0.5, np.float32))["constant"] == "All 20 numbers are 0.5."
    assert said("fc.bias", np.zeros(20, np.float32)) == {}
    assert said("optimizer.state.0.exp_avg", np.zeros((4, 5), np.float32)) == {}
    assert said("linear.weight", np.full((1, 1), 10, np.float32)) == {}
    assert said("relative_position_index", np.zeros((4, 5), np.int64)) == {}


def test_an_explosion_is_said() -> None:
    assert "diverged" in said("fc.weight", weights(50, 50, std=3e4))["exploded"]
    assert "exploded" not in said("optimizer.state.0.exp_avg_sq", weights(50, 50, std=1e5))


def test_a_variance_that_cannot_be_is_said() -> None:
    assert "below zero" in said("bn.running_var", weights(16))["variance"]
    assert "is zero" in said("bn.running_var", np.zeros(16, np.float32))["variance"]
    assert said("bn.running_var", np.ones(16, np.float32)) == {}
    assert said("bn.running_mean", np.zeros(16, np.float32)) == {}


def test_what_float16_cannot_hold_is_said() -> None:
    numbers = weights(40, 40)
    numbers[3, 3] = 70_000
    assert "more than float16 can hold" in said("fc.weight", numbers)["float16"]
    numbers[3, 3] = 60_000
    assert "float16" not in said("fc.weight", numbers)
    assert "close to float16's limit" in said("fc.weight", numbers.astype(np.float16))["float16"]


def _layers() -> dict[str, Any]:
    import torch
    from torch import nn

    torch.manual_seed(3)
    return {
        "linear": (nn.Linear(100, 60).weight, "1/sqrt(fan_in)"),
        "conv": (nn.Conv2d(8, 16, 3).weight, "1/sqrt(fan_in)"),
        "transposed": (nn.ConvTranspose2d(8, 16, 3).weight, "1/sqrt(fan_in)"),
        "lstm": (nn.LSTM(30, 40).weight_ih_l0, "recurrent"),
        "gru": (nn.GRU(30, 40).weight_hh_l0, "recurrent"),
        "attention": (nn.MultiheadAttention(32, 4).in_proj_weight, "xavier"),
        "embedding": (nn.Embedding(500, 32).weight, "normal"),
        "norm": (nn.LayerNorm(40).weight, "normalisation"),
        "half": (nn.Linear(300, 200).half().weight, "1/sqrt(fan_in)"),
        "brain": (nn.Linear(300, 200).bfloat16().weight, "1/sqrt(fan_in)"),
    }


@pytest.mark.parametrize("layer", [
    "linear", "conv", "transposed", "lstm", "gru", "attention", "embedding", "norm", "half", "brain"
])  # fmt: skip
def test_what_was_never_trained_is_recognised(layer: str) -> None:
    weight, words = _layers()[layer]
    name = {"lstm": "rnn.weight_ih_l0", "gru": "rnn.weight_hh_l0", "attention": "in_proj_weight"}.get(layer, "x.weight")
    assert words in said(name, weight.detach())["untrained"]


def test_training_ends_the_look_of_a_fresh_layer() -> None:
    import torch
    from torch import nn

    torch.manual_seed(5)
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
    inputs = torch.randn(512, 20)
    for _ in range(100):
        loss = nn.functional.cross_entropy(model(inputs), (inputs[:, 0] > 0).long())
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        with torch.no_grad():
            for parameter, gradient in zip(model.parameters(), gradients):
                parameter -= 0.5 * gradient
    for key, parameter in model.named_parameters():
        assert "untrained" not in said(key, parameter.detach())


@pytest.mark.parametrize("std", [0.9, 1.1])
def test_a_normal_distribution_of_another_width_is_not_that_of_an_embedding(std: float) -> None:
    assert "untrained" not in said("embedding.weight", weights(300, 40, std=std))


@pytest.mark.parametrize("shape", [(6, 7), (6, 100_000), (3, 2, 5, 4)])
def test_dead_output_channels_are_found(shape: tuple[int, ...]) -> None:
    numbers = weights(*shape)
    numbers[1], numbers[-1], numbers[0, 0] = 0, -0.0, 0
    tensor = entry_of_array(numbers)
    assert may_have_dead_channels("conv.weight", tensor, finish(measure(tensor)))
    channels = finish(dead_channels(tensor))
    assert channels == [1, shape[0] - 1]
    finding = dead_channels_finding("conv.weight", tensor, channels)
    assert finding is not None
    assert str(finding).startswith(f"2 of {shape[0]} output channels are all zero (1, {shape[0] - 1})")


def test_dead_channels_of_a_view_are_those_of_the_view() -> None:
    numbers = weights(50, 8)
    numbers[:, 3] = 0
    assert finish(dead_channels(entry_of_array(numbers.T))) == [3]


def test_the_row_an_embedding_pads_with_is_no_finding() -> None:
    numbers = weights(50, 8)
    numbers[0] = 0
    tensor = entry_of_array(numbers)
    assert dead_channels_finding("token_embedding.weight", tensor, finish(dead_channels(tensor))) is None
    assert dead_channels_finding("fc.weight", tensor, []) is None


def test_no_pass_is_made_where_no_channel_can_be_dead() -> None:
    for key, numbers in (("fc.weight", weights(5, 6)), ("fc.bias", np.zeros(9, np.float32))):
        tensor: Tensor = entry_of_array(numbers)
        assert not may_have_dead_channels(key, tensor, finish(measure(tensor)))
