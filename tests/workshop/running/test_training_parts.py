"""The parts of a training: models, criteria, devices, optimizers, schedulers, evaluation, random numbers."""

from __future__ import annotations

import math
import random
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.requests import ModelSource
from inspector.workshop.run_requests import Chosen, Start
from inspector.workshop.running import rng, schedulers
from inspector.workshop.running.criteria import criterion_of, scores_of
from inspector.workshop.running.devices import device_of, moved, samples_in
from inspector.workshop.running.evaluating import evaluate, evaluation_mode
from inspector.workshop.running.models import load_file, load_weights, made_model, part
from inspector.workshop.running.optimizers import has_fused, load, made_optimizer, matching_groups, rate_of
from inspector.workshop.running.piles import HeldPile
from tests.workshop.running.training_runs import network

CPU = torch.device("cpu")

# -- models ------------------------------------------------------------------------------------------------


def test_a_model_has_numbers_and_the_seed_decides_them(tmp_path: Path) -> None:
    source = network(tmp_path)
    made = []
    for _ in range(2):
        torch.manual_seed(7)
        made.append(made_model(source, {"width": 5}).state_dict())
    assert made[0]["hidden.weight"].shape == (5, 676)
    assert all(torch.equal(made[0][key], made[1][key]) for key in made[0])


def test_a_torchvision_model_downloads_nothing() -> None:
    model = made_model(ModelSource("torchvision", "", "resnet18"), {"num_classes": 3, "weights": "DEFAULT"})
    assert model.fc.out_features == 3
    assert not any(each.is_meta for each in model.parameters())


def test_a_whole_module_brings_its_weights(tmp_path: Path, samples: Path) -> None:
    model = made_model(ModelSource("module", str(samples / "whole_module.pth"), ""), {})
    assert type(model).__name__ == "PatchAttention"
    assert load_weights(model, Start("", None), None) == ()


def test_torchscript_is_loaded(samples: Path) -> None:
    model = made_model(ModelSource("torchscript", str(samples / "torchscript.pt"), ""), {})
    assert isinstance(model, nn.Module)
    with pytest.raises(Refusal, match="cannot read"):
        made_model(ModelSource("torchscript", str(samples / "linear.pth"), ""), {})


def test_a_part_that_is_not_there_is_refused() -> None:
    assert part({"a": [{"b": 3}]}, ("a", 0, "b")) == 3
    for keys in (("x",), ("a", 4), ("a", "b"), ("a", 0, "b", "c")):
        with pytest.raises(Refusal, match="has no entry"):
            part({"a": [{"b": 3}]}, keys)


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"no")
    for name in ("x.pt", "nothing.pt"):
        with pytest.raises(Refusal) as caught:
            load_file(str(tmp_path / name))
        assert caught.value.title == "The file cannot be read"


def test_weights_without_strict_say_what_stays() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    state = {"0.weight": torch.ones(2, 2, dtype=torch.float16), "0.bias": torch.ones(2), "9.bias": torch.ones(1)}
    notes = load_weights(model, Start("", (), strict=False), state)
    assert notes == (
        "2 keys of the model stay as they were made: 1.weight, 1.bias.",
        "1 key of the file are not used: 9.bias.",
        "Weights stored as torch.float16 become torch.float32, as the model has them.",
    )
    assert model[0].weight.tolist() == [[1, 1], [1, 1]]


# -- criteria ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64])
def test_labels_of_any_whole_number_do(dtype: torch.dtype) -> None:
    scores, labels = torch.randn(4, 3), torch.tensor([0, 2, 1, 1])
    loss = criterion_of("CrossEntropyLoss")(scores, labels.to(dtype))
    assert loss.item() == nn.functional.cross_entropy(scores, labels).item()


def test_a_regression_target_is_not_broadcast() -> None:
    """torch makes [4, 4] of [4, 1] and [4], with no more than a warning."""
    output, target = torch.randn(4, 1), torch.randn(4, dtype=torch.float64)
    criterion = criterion_of("MSELoss")
    assert criterion(output, target).item() == pytest.approx(((output[:, 0] - target) ** 2).mean().item())
    assert criterion.correct(output, target) is None


def test_two_classes_in_one_output() -> None:
    criterion = criterion_of("BCEWithLogitsLoss")
    output, labels = torch.tensor([[2.0], [-1.0], [3.0]]), torch.tensor([1, 0, 0])
    assert criterion(output, labels).item() == pytest.approx(
        nn.functional.binary_cross_entropy_with_logits(output[:, 0], labels.float()).item()
    )
    correct = criterion.correct(output, labels)
    assert correct is not None
    assert int(correct) == 2


def test_pixels_are_no_samples() -> None:
    """A class for each pixel: how many pictures are right is nothing that could be said."""
    criterion = criterion_of("CrossEntropyLoss")
    output, labels = torch.randn(2, 3, 4, 4), torch.zeros(2, 4, 4, dtype=torch.int64)
    assert criterion.correct(output, labels) is None
    found = finish(evaluate(nn.Identity(), HeldPile(output, labels), criterion, CPU, 2))
    assert (found.correct, found.count) == (None, 2)


def test_samples_are_counted_in_whatever_holds_them() -> None:
    pictures = torch.zeros(5, 1)
    assert samples_in(pictures, torch.zeros(5)) == 5
    assert samples_in({"a": pictures, "b": 3}, {"boxes": [1, 2]}) == 5
    assert samples_in([1, (pictures,)], "text") == 5
    assert samples_in(3, 4) == 1


def test_an_own_criterion_is_a_function_or_a_module(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(
        "from torch import nn\n"
        "def off(output, target):\n    return (output.argmax(1) - target).float().abs().mean()\n"
        "class Own(nn.Module):\n    def forward(self, output, target):\n        return output.sum()\n"
    )
    assert float(criterion_of(f"{tmp_path}/own.py:off")(torch.eye(3), torch.tensor([0, 1, 0]))) == pytest.approx(2 / 3)
    assert float(criterion_of(f"{tmp_path}/own.py:Own")(torch.ones(3), None)) == 3
    with pytest.raises(Refusal, match=r"no function of in own\.py") as caught:
        criterion_of(f"{tmp_path}/own.py:of")
    assert "off" in caught.value.hint


def test_an_unknown_criterion_is_refused_with_what_was_meant() -> None:
    with pytest.raises(Refusal) as caught:
        criterion_of("CrossEntropy")
    assert "CrossEntropyLoss" in caught.value.hint


def test_the_scores_are_found_in_what_models_return() -> None:
    scores = torch.ones(2)
    for output in (scores, (scores, 3), [None, scores], {"loss": torch.zeros(1), "logits": scores}, {"x": scores}):
        assert scores_of(output) is scores
    for output in (None, (), {"a": 1}):
        with pytest.raises(Refusal):
            scores_of(output)


# -- devices -----------------------------------------------------------------------------------------------


def test_auto_is_a_device_that_is_there() -> None:
    assert device_of("auto").type in ("cpu", "cuda", "mps")
    assert device_of("cpu") == CPU


def test_whatever_holds_tensors_is_moved() -> None:
    value = {"a": [torch.ones(2), (torch.zeros(1), "text")], "n": 3}
    at = moved(value, torch.device("meta"))
    assert at["a"][0].is_meta
    assert at["a"][1][0].is_meta
    assert (at["a"][1][1], at["n"]) == ("text", 3)


# -- optimizers --------------------------------------------------------------------------------------------


def _stepped(model: nn.Module, optimizer: torch.optim.Optimizer) -> Any:
    for each in model.parameters():
        each.grad = torch.ones_like(each)
    optimizer.step()
    return optimizer.state_dict()


@pytest.mark.parametrize(
    "groups",
    [
        pytest.param(lambda m: [{"params": [*m[0].parameters()]}, {"params": [*m[1].parameters()]}], id="in order"),
        pytest.param(lambda m: [{"params": [*m[1].parameters()]}, {"params": [*m[0].parameters()]}], id="head first"),
        pytest.param(
            lambda m: [{"params": [m[0].weight, m[1].weight]}, {"params": [m[0].bias, m[1].bias], "weight_decay": 0}],
            id="no decay for biases",
        ),
    ],
)
def test_groups_of_a_state_are_found_again(groups: Callable[[Any], Any]) -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5))
    state = _stepped(model, torch.optim.Adam(groups(model)))
    found = matching_groups(model, state)
    wanted = [group["params"] for group in groups(model)]
    assert [[id(each) for each in group] for group in found] == [[id(each) for each in group] for group in wanted]


def test_frozen_parameters_may_be_missing_in_a_state() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 5))
    model[0].requires_grad_(False)
    state = _stepped(model[1], torch.optim.Adam(model[1].parameters()))
    assert [id(each) for each in matching_groups(model, state)[0]] == [id(each) for each in model[1].parameters()]


def test_a_state_of_other_shapes_names_the_parameter() -> None:
    model = nn.Sequential(nn.Linear(3, 4))
    state = _stepped(model, torch.optim.Adam(model.parameters()))
    with pytest.raises(Refusal, match=r"for 0\.weight has the shape \[4, 3\], the model's parameter \[4, 6\]"):
        matching_groups(nn.Sequential(nn.Linear(6, 4)), state)


def test_the_settings_of_a_state_count_before_the_options() -> None:
    model = nn.Linear(2, 2)
    state = _stepped(model, torch.optim.Adam(model.parameters(), lr=0.3, betas=(0.5, 0.6)))
    optimizer = made_optimizer(model, Chosen("Adam", {"lr": 0.1}), state)
    load(optimizer, state, False)
    assert (rate_of(optimizer), optimizer.param_groups[0]["betas"]) == (0.3, (0.5, 0.6))


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Chosen("Adamm"), "no 'Adamm'"),
        (Chosen("LBFGS"), "a loop of its own"),
        (Chosen("Adam", {"momentum": 1}), "takes no option 'momentum'"),
        (Chosen("Adam", {"lr": -1}), "could not be made"),
        (Chosen("Optimizer"), "no 'Optimizer'"),
    ],
)
def test_an_optimizer_that_cannot_be_made_is_refused(chosen: Chosen, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        made_optimizer(nn.Linear(1, 1), chosen)


def test_fused_is_offered_where_it_is() -> None:
    assert has_fused("Adam")
    assert not has_fused("Adadelta")
    assert made_optimizer(nn.Linear(1, 1), Chosen("Adam"), fused=True).param_groups[0]["fused"]
    with pytest.raises(Refusal, match="no fused kernels"):
        made_optimizer(nn.Linear(1, 1), Chosen("Adadelta"), fused=True)


@pytest.mark.parametrize("name", ["Adam", "AdamW", "SGD", "RMSprop", "Adagrad", "NAdam", "RAdam", "Adamax", "Adadelta"])
def test_every_usual_optimizer_takes_its_state_again(name: str) -> None:
    model = nn.Linear(3, 2)
    made = made_optimizer(model, Chosen(name))
    state = _stepped(model, made)
    again = made_optimizer(model, Chosen(name), state)
    load(again, state, False)
    assert str(again.state_dict()) == str(state)


# -- schedulers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "rates"),
    [
        (None, [1.0, 1.0, 1.0]),
        (Chosen("StepLR", {"step_size": 2}), [1.0, 1.0, 0.1]),
        (Chosen("ExponentialLR", {"gamma": 0.5}), [1.0, 0.5, 0.25]),
        (Chosen("MultiStepLR", {"milestones": [1]}), [1.0, 0.1, 0.1]),
        (Chosen("CosineAnnealingLR"), [1.0, 0.75, 0.25]),
        (Chosen("ReduceLROnPlateau"), [1.0, 1.0, 1.0]),
    ],
)
def test_rates_to_come_are_those_that_come(chosen: Chosen | None, rates: list[float]) -> None:
    model = nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    scheduler = None if chosen is None else schedulers.made_scheduler(optimizer, chosen, 3)
    assert schedulers.future_rates(optimizer, chosen, scheduler, 3, 3) == pytest.approx(rates)
    assert rate_of(optimizer) == 1.0
    came = []
    for _ in rates:
        came.append(rate_of(optimizer))
        optimizer.step()
        if scheduler is not None:
            schedulers.step(scheduler, 1.0)
    assert came == pytest.approx(rates)


def test_rates_to_come_go_on_from_a_state() -> None:
    chosen = Chosen("ExponentialLR", {"gamma": 0.5})
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    scheduler = schedulers.made_scheduler(optimizer, chosen, 9)
    schedulers.step(scheduler, 0.0)
    assert schedulers.future_rates(optimizer, chosen, scheduler, 2, 9) == (0.5, 0.25)
    assert schedulers.future_rates(optimizer, chosen, scheduler, 2, 9) == (0.5, 0.25)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Chosen("SteppLR"), "no scheduler 'SteppLR'"),
        (Chosen("LambdaLR"), "made of code"),
        (Chosen("StepLR"), "could not be made"),
        (Chosen("StepLR", {"steps": 1}), "takes no option 'steps'"),
    ],
)
def test_a_scheduler_that_cannot_be_made_is_refused(chosen: Chosen, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        schedulers.made_scheduler(torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0), chosen, 3)


def test_a_schedule_that_ends_says_so() -> None:
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    scheduler = schedulers.made_scheduler(optimizer, Chosen("OneCycleLR", {"total_steps": 2}), 9)
    schedulers.step(scheduler, 0.0)
    schedulers.step(scheduler, 0.0)
    with pytest.raises(Refusal, match="OneCycleLR ended"):
        schedulers.step(scheduler, 0.0)


# -- evaluation --------------------------------------------------------------------------------------------


def test_evaluation_leaves_every_module_in_its_mode() -> None:
    model = nn.Sequential(OrderedDict(frozen=nn.BatchNorm1d(2), free=nn.Dropout()))
    model.frozen.eval()
    with evaluation_mode(model):
        assert not any(module.training for module in model.modules())
        assert torch.is_inference_mode_enabled()
    assert (model.training, model.frozen.training, model.free.training) == (True, False, True)
    with evaluation_mode(model, inference=False):
        assert not torch.is_grad_enabled()
        assert not torch.is_inference_mode_enabled()


def test_an_evaluation_is_the_mean_over_samples_whatever_the_batches() -> None:
    torch.manual_seed(0)
    inputs, labels = torch.randn(23, 4), torch.randint(3, (23,))
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout())
    found = finish(evaluate(model, HeldPile(inputs, labels), criterion_of("CrossEntropyLoss"), CPU, 10))
    model.eval()
    assert found.count == 23
    assert found.loss == pytest.approx(nn.functional.cross_entropy(model(inputs), labels).item())
    assert found.correct == int((model(inputs).argmax(1) == labels).sum())
    few = finish(evaluate(model, HeldPile(inputs, labels), criterion_of("CrossEntropyLoss"), CPU, 10, most_batches=1))
    assert few.count == 10


def test_what_a_layer_keeps_of_a_validation_can_be_trained_with() -> None:
    """A cache of positions made while validating: in inference mode its tensors could take no part in training."""

    class Caching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(2))
            self.kept: torch.Tensor | None = None

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if self.kept is None:
                self.kept = x.mean(0)
            return x * self.weight * self.kept

    model = Caching()
    pile = HeldPile(torch.randn(4, 2), torch.zeros(4, dtype=torch.int64))
    finish(evaluate(model, pile, criterion_of("CrossEntropyLoss"), CPU, 4, inference=False))
    model(torch.randn(4, 2)).sum().backward()
    assert model.weight.grad is not None


# -- random numbers ----------------------------------------------------------------------------------------


def test_all_generators_go_on_from_their_states(tmp_path: Path) -> None:
    rng.seed_all(5)
    random.gauss(0, 1)
    np.random.standard_normal()  # both keep a second number for the next time
    torch.save(rng.states(), tmp_path / "rng.pt")
    drawn = [(torch.rand(3).tolist(), random.gauss(0, 1), np.random.standard_normal(3).tolist()) for _ in range(2)]
    rng.seed_all(6)
    rng.restore(torch.load(tmp_path / "rng.pt", weights_only=True))
    again = [(torch.rand(3).tolist(), random.gauss(0, 1), np.random.standard_normal(3).tolist()) for _ in range(2)]
    assert again == drawn


def test_what_is_drawn_aside_moves_nothing() -> None:
    rng.seed_all(1)
    before = rng.states()
    with rng.unmoved():
        torch.rand(3), random.random(), np.random.rand()
    assert torch.equal(rng.states()["torch"], before["torch"])
    assert str(rng.states()["python"]) == str(before["python"])
    assert not math.isnan(random.random())
