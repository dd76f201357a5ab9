"""Proofs that a model evaluates: each finds what it is there for, and nothing in a sound model."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from inspector.workshop.run_words import Check
from inspector.workshop.running.proving import digests, layer_checks, trial_checks, unchanged

INPUTS = torch.randn(16, 6, generator=torch.Generator().manual_seed(0))


class Sound(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Dropout(0.1))
        self.head = nn.Linear(8, 3)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.head(self.between(self.body(inputs)))

    def between(self, inputs: Tensor) -> Tensor:
        return inputs


class AlwaysDropping(Sound):
    def between(self, inputs: Tensor) -> Tensor:
        return nn.functional.dropout(inputs, 0.5)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, inputs: Tensor) -> Tensor:
        return nn.functional.dropout(self.fc(inputs), 0.5)


class DroppingInside(Sound):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([nn.Identity(), Block(), nn.Identity()])

    def between(self, inputs: Tensor) -> Tensor:
        for block in self.blocks:
            inputs = block(inputs)
        return inputs


class NormalizingAlways(Sound):
    def between(self, inputs: Tensor) -> Tensor:
        return nn.functional.batch_norm(inputs, None, None, training=True)


class TrainingItself(Sound):
    def between(self, inputs: Tensor) -> Tensor:
        self.body.train()
        return inputs


class Counting(Sound):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))
        self.calls: Tensor

    def between(self, inputs: Tensor) -> Tensor:
        self.calls += 1
        return inputs


class OneSize(Sound):
    def between(self, inputs: Tensor) -> Tensor:
        return inputs.reshape(16, 8)


def made(kind: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    return kind().eval()


def scripted(kind: Callable[[], nn.Module]) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module: nn.Module = torch.jit.script(made(kind)).eval()  # type: ignore[no-untyped-call]
        return module


def checks(model: nn.Module) -> dict[str, Check]:
    found = trial_checks(model, INPUTS)
    assert len({each.name for each in found}) == len(found)
    return {each.name: each for each in found}


def test_a_sound_model_is_proved_sound() -> None:
    found = checks(made(Sound))
    assert {each.state for each in found.values()} == {"ok"}
    assert [each.text for each in found.values()] == [
        "model.eval() and inference_mode: none of 8 modules is in training mode.",
        "1 BatchNorm layer with stored statistics.",
        "2 Dropout layers, switched off.",
        "The same 16 samples twice, under different seeds, gave the same bits.",
        "A sample gives the same whichever other samples are in its batch.",
    ]


def test_without_such_layers_it_is_said() -> None:
    found = checks(made(lambda: nn.Linear(6, 3)))
    assert found["Batch normalization"].text == "There is no BatchNorm layer."
    assert found["Dropout"].text == "There is no Dropout layer."


def test_the_trial_leaves_no_trace() -> None:
    model = made(Sound)
    model.train()
    before, bits = torch.get_rng_state(), digests(model)
    trial_checks(model, INPUTS)
    assert torch.equal(torch.get_rng_state(), before)
    assert digests(model) == bits
    assert all(module.training for module in model.modules())
    assert not any(module._forward_hooks for module in model.modules())
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize(("kind", "layer"), [(AlwaysDropping, "AlwaysDropping"), (DroppingInside, "blocks.1 (Block)")])
def test_a_functional_dropout_is_found_and_its_layer_named(kind: Callable[[], nn.Module], layer: str) -> None:
    found = checks(made(kind))["Repeatable"]
    assert found.state == "warning"
    assert f"{layer} draws random numbers in evaluation mode too. A functional dropout needs" in found.text


def test_a_random_layer_is_found_with_its_input_given_by_name() -> None:
    class Noisy(nn.Module):
        def forward(self, *, values: Tensor) -> Tensor:
            return values + torch.rand_like(values)

    class Net(Sound):
        def __init__(self) -> None:
            super().__init__()
            self.noisy, self.calm = Noisy(), nn.Identity()

        def between(self, inputs: Tensor) -> Tensor:
            return self.calm(self.noisy(values=inputs))

    assert "noisy (Noisy) draws random numbers" in checks(made(Net))["Repeatable"].text


def test_statistics_of_the_batch_are_found() -> None:
    found = checks(made(NormalizingAlways))
    assert found["Batch normalization"].state == found["Repeatable"].state == "ok"
    assert found["Independent"].state == "warning"


def test_a_normalization_that_stores_nothing_is_named() -> None:
    model = made(lambda: nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8, track_running_stats=False)))
    found = checks(model)
    assert found["Batch normalization"].state == found["Independent"].state == "warning"
    assert found["Batch normalization"].text.startswith("1 (BatchNorm1d): nothing is stored there")


def test_a_normalization_of_single_samples_is_sound() -> None:
    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = nn.InstanceNorm1d(3)

        def forward(self, inputs: Tensor) -> Tensor:
            return self.norm(inputs.reshape(-1, 3, 2)).flatten(1)

    assert {each.state for each in checks(made(Net)).values()} == {"ok"}


def test_a_model_that_switches_itself_to_training_is_found() -> None:
    found = checks(made(TrainingItself))
    assert found["Evaluation mode"].state == "warning"
    assert "body (Sequential), body.0 (Linear), body.1 (BatchNorm1d) and 3 more" in found["Evaluation mode"].text
    assert found["Dropout"].text == "Still on: body.3 (Dropout), body.4 (Dropout)."


def test_a_model_that_takes_one_batch_size_only_is_not_judged() -> None:
    found = checks(made(OneSize))
    assert found["Repeatable"].state == "ok"
    assert found["Independent"].state == "assumed"
    assert "It takes no smaller batch" in found["Independent"].text


def test_torchscript_is_looked_into() -> None:
    found = checks(scripted(Sound))
    assert {each.state for each in found.values()} == {"ok"}
    assert found["Batch normalization"].text == "1 BatchNorm layer with stored statistics."
    assert found["Dropout"].text == "2 Dropout layers, switched off."


def test_a_dropout_in_torchscript_is_found() -> None:
    found = checks(scripted(lambda: nn.Sequential(nn.Linear(6, 8), Block())))["Repeatable"]
    assert found.state == "warning"
    assert "the model draws random numbers" in found.text


def test_a_model_that_gives_nan_is_repeatable_all_the_same() -> None:
    model = made(Sound)
    with torch.no_grad():
        model.get_parameter("head.bias").fill_(torch.nan)
    assert {each.state for each in checks(model).values()} == {"ok"}


# -- what is left of it ---------------------------------------------------------------------------------------------


def test_weights_that_stay_are_proved_to_stay() -> None:
    model = made(Sound)
    before = digests(model)
    with torch.inference_mode():
        model(INPUTS)
    assert unchanged(before, model) == Check(
        "Weights unchanged", "ok", "9 tensors of the state_dict, bit for bit as before."
    )


def test_what_the_model_writes_into_itself_is_named() -> None:
    model = made(Counting)
    before = digests(model)
    with torch.inference_mode():
        model(INPUTS)
    found = unchanged(before, model)
    assert found.state == "warning"
    assert "changed calls:" in found.text


def test_a_single_bit_is_seen() -> None:
    model = made(Sound)
    before = digests(model)
    weight = model.get_parameter("head.weight")
    weight.data.view(torch.int32)[0, 0] ^= 1
    assert "changed head.weight:" in unchanged(before, model).text


def test_minus_zero_is_another_zero() -> None:
    model = made(lambda: nn.Linear(2, 2))
    model.get_parameter("bias").data.zero_()
    before = digests(model)
    model.get_parameter("bias").data.neg_()
    assert unchanged(before, model).state == "warning"


def test_tensors_of_any_dtype_are_digested() -> None:
    model = nn.Module()
    for dtype in (torch.bool, torch.bfloat16, torch.complex64, torch.int64, torch.float8_e4m3fn):
        model.register_buffer(f"of_{str(dtype)[6:]}", torch.ones(3).to(dtype))
    model.register_buffer("empty", torch.empty(0, 4))
    model.register_buffer("scalar", torch.tensor(1))
    model.register_buffer("turned", torch.arange(6).reshape(2, 3).t())
    assert set(digests(model)) == set(model.state_dict())


def test_a_layer_without_shape_yet_is_left_out() -> None:
    assert set(digests(nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 2)))) == {"1.weight", "1.bias"}


def test_layers_are_looked_at_as_they_are() -> None:
    modes, _, dropout = layer_checks(Sound())
    assert (modes.state, dropout.state) == ("warning", "warning")
