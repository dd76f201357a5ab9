"""Leaf names that changed with time and library, on torch's own modules."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

from inspector.comparing.aligning import align
from inspector.comparing.causes import CERTAIN
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import Rename
from tests.comparing.built_models import side
from tests.comparing.sides_of import side_of, tensor_of


def old_weight_norm(module: nn.Module) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the old way is what is tested
        return torch.nn.utils.weight_norm(module)  # type: ignore[no-any-return]


def network(wrap: object) -> nn.Module:
    assert callable(wrap)
    return nn.Sequential(wrap(nn.Linear(4, 6)), nn.ReLU(), wrap(nn.Linear(6, 3)))


def test_weight_norm_of_old_loads_into_the_parametrization() -> None:
    old, new = network(old_weight_norm), network(parametrizations.weight_norm)
    causes = align(side_of(old.state_dict()), side(new))
    assert [(cause.kind, cause.confidence) for cause in causes] == [("drift", CERTAIN)]
    steps = [cause.step for cause in causes if cause.step is not None]
    mended = apply(side_of(old.state_dict()), steps)
    new.load_state_dict({item.key: tensor_of(item) for item in mended.items}, strict=True)
    given = torch.rand(2, 4)
    assert torch.allclose(old(given), new(given))
    (back,) = align(side(new, "checkpoint"), side(old))
    assert isinstance(back.step, Rename)
    assert {item.key for item in apply(side(new, "checkpoint"), [back.step]).items} == set(old.state_dict())


def test_spectral_norm_of_old_is_a_parametrization_too() -> None:
    old, new = network(torch.nn.utils.spectral_norm), network(parametrizations.spectral_norm)
    causes = align(side(old, "checkpoint"), side(new))
    steps = [cause.step for cause in causes if cause.step is not None]
    assert {item.key for item in apply(side(old, "checkpoint"), steps).items} == set(new.state_dict())


def test_a_weight_that_is_computed_cannot_be_renamed_and_this_is_said() -> None:
    plain, normed = network(lambda module: module), network(old_weight_norm)
    (cause,) = align(side(normed, "checkpoint"), side(plain))
    assert cause.step is None
    assert "weight norm" in cause.sentence
    assert "remove_weight_norm" in cause.advice
    assert set(cause.keys) == {"0.weight", "2.weight", "0.weight_g", "0.weight_v", "2.weight_g", "2.weight_v"}


def test_a_cell_becomes_a_layer() -> None:
    cell, layer = nn.ModuleDict({"rnn": nn.LSTMCell(3, 4)}), nn.ModuleDict({"rnn": nn.LSTM(3, 4)})
    for a, b in ((cell, layer), (layer, cell)):
        causes = align(side(a, "checkpoint"), side(b))
        steps = [cause.step for cause in causes if cause.step is not None]
        assert {item.key for item in apply(side(a, "checkpoint"), steps).items} == set(b.state_dict())


def named(shapes: dict[str, tuple[int, ...]]) -> Side:
    return Side("x", "checkpoint", tuple(Item(key, shape, "float32") for key, shape in shapes.items()))


@pytest.mark.parametrize("path", ["LayerNorm", "layers.0.norm", "layers.1.norm"])
def test_gamma_and_beta_are_weight_and_bias(path: str) -> None:
    a = named({f"{path}.gamma": (8,), f"{path}.beta": (8,), "fc.weight": (8, 8)})
    b = named({f"{path}.weight": (8,), f"{path}.bias": (8,), "fc.weight": (8, 8)})
    (cause,) = align(a, b)
    assert cause.step == Rename((("{rest}.gamma", "{rest}.weight"), ("{rest}.beta", "{rest}.bias")))
    assert align(b, a)[0].kind == "drift"


def test_a_gamma_of_another_kind_is_left_alone() -> None:
    a = named({"n.gamma": (8,), "n.beta": (8,), "block.gamma": (8,)})
    b = named({"n.weight": (8,), "n.bias": (8,), "block.gamma": (8,)})
    steps = [cause.step for cause in align(a, b) if cause.step is not None]
    assert {item.key for item in apply(a, steps).items} == {"n.weight", "n.bias", "block.gamma"}


def test_running_statistics_are_never_taken_for_weights() -> None:
    a = named({"a.running_mean": (8,), "a.running_var": (8,), "a.num_batches_tracked": ()})
    b = named({"b.weight": (8,), "b.bias": (8,)})
    assert align(a, b) == ()
