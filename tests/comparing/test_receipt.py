"""What loading would do, held against what torch does."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from inspector.comparing.diffing import compare
from inspector.comparing.mending import apply
from inspector.comparing.receipt import Receipt, receipt
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import KeepInitial
from tests.comparing.built_models import on_meta, side, vision
from tests.comparing.small_networks import GPT


def of(old: nn.Module, new: nn.Module) -> Receipt:
    return receipt(compare(side(old, "checkpoint"), side(new)))


def small(classes: int = 3, norm: bool = True) -> nn.Sequential:
    layers = [nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4) if norm else nn.ReLU(), nn.Flatten(), nn.Linear(16, classes)]
    return nn.Sequential(*layers)


def loaded_by_torch(old: nn.Module, new: nn.Module, way: str) -> tuple[bool, int]:
    """Whether torch loads it, and how many elements of the model's parameters are the file's afterwards."""
    state = {key: torch.full_like(value, 7) for key, value in old.state_dict().items()}
    if way == "drop mismatched":
        there = new.state_dict()
        state = {key: value for key, value in state.items() if key not in there or value.shape == there[key].shape}
    model = copy.deepcopy(new)
    try:
        model.load_state_dict(state, strict=way == "strict=True")
        loads = True
    except RuntimeError:
        loads = False
    return loads, sum(int((each == 7).sum()) for each in model.parameters())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (small(), small()),
        (small(10), small(3)),
        (small(norm=False), small()),
        (small(), small(norm=False)),
        (nn.Sequential(small(10), small()), nn.Sequential(small(3), small(), small())),
        (GPT(10, 2, 8, 4), GPT(10, 2, 8, 4)),
        (GPT(10, 2, 8, 4), GPT(12, 3, 8, 4)),
        (nn.Sequential(), small()),
    ],
)
def test_torch_does_what_the_receipt_says(old: nn.Module, new: nn.Module) -> None:
    for way in of(old, new).ways:
        assert (way.loads, way.loaded) == loaded_by_torch(old, new, way.call)
        assert way.total == sum(each.numel() for each in new.parameters())


def test_a_model_that_fits_loads_wholly() -> None:
    found = of(vision("resnet18"), vision("resnet18"))
    assert [way.sentence for way in found.ways] == [
        "Loads: every key is there and fits.",
        "Loads all 11,689,512 parameters.",
        "Loads all 11,689,512 parameters.",
    ]
    assert found.strict.share == 1


def test_other_classes_raise_even_when_not_strict() -> None:
    found = of(vision("resnet18"), vision("resnet18", num_classes=10))
    assert found.strict.sentence == (
        "Raises RuntimeError: 2 size mismatches. What fits has been copied by then: the model is half loaded."
    )
    assert found.lenient.sentence == (
        "Raises RuntimeError all the same: it lets missing and unexpected keys pass, but not 2 size mismatches."
    )
    assert found.dropping.sentence == (
        "Loads 99 % of the parameters (11,176,512 of 11,181,642). `fc` stays at initialisation: random weights: what "
        "it puts out means nothing before it is trained."
    )
    (head,) = found.dropping.untouched
    assert (head.path, head.keys, head.elements) == ("fc", ("fc.weight", "fc.bias"), 5130)


def test_what_strict_false_passes_over_is_said() -> None:
    found = of(vision("resnet18"), vision("resnet34"))
    assert found.lenient.loads
    assert "passes over 80 missing keys in silence" in found.lenient.sentence
    assert "`layer{i}.{j}.bn{k}` (16 of them) stay at initialisation: mean 0 and variance 1" in found.lenient.sentence
    assert len(found.lenient.untouched) == 32


def test_that_nothing_is_loaded_in_silence_is_said() -> None:
    wrapped = side(nn.ModuleDict({"module": small()}), "checkpoint")
    found = receipt(compare(wrapped, side(small())))
    assert found.lenient.loads
    assert found.lenient.sentence.startswith(
        "Loads none of the 99 parameters and passes over 8 missing keys and 9 unexpected keys in silence."
    )


def test_what_the_workshop_says_of_initialisation_goes_first() -> None:
    comparison = compare(side(small(10), "checkpoint"), side(small(3)))
    (head,) = receipt(comparison, {"3": "random weights, as Linear begins"}).dropping.untouched
    assert head.meaning == "random weights, as Linear begins"


def test_a_module_may_be_filled_in_part() -> None:
    old, new = nn.Sequential(nn.Linear(3, 4, bias=False)), nn.Sequential(nn.Linear(3, 4))
    (layer,) = of(old, new).lenient.untouched
    assert layer.partly
    assert layer.keys == ("0.bias",)


def test_buffers_are_no_parameters_and_counters_do_no_harm() -> None:
    norm, bare = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    del bare.num_batches_tracked
    found = of(nn.Sequential(bare), nn.Sequential(norm))
    assert found.lenient.sentence == "Loads all 6 parameters and passes over 1 missing key in silence."
    assert found.harmless == (
        "`num_batches_tracked` is missing (1 key) and does no harm: it counts batches, and is read only by a BatchNorm "
        "whose momentum is None.",
    )


def test_a_tied_parameter_is_filled_by_any_of_its_keys() -> None:
    model, file = side(on_meta(GPT, 100, 2)), side(on_meta(GPT, 100, 2), "checkpoint")
    without = file._replace(items=tuple(item for item in file.items if item.key != "lm_head.weight"))
    found = receipt(compare(without, model))
    assert found.dropping.share == 1
    assert found.dropping.untouched == ()
    assert not found.strict.loads


def test_what_a_step_keeps_initial_is_not_loaded() -> None:
    a, b = side(small(10), "checkpoint"), side(small(3))
    found = receipt(compare(apply(a, [KeepInitial(("3.{rest}",))], b), b))
    assert found.strict.loads
    assert "`3` stays at initialisation: random weights" in found.strict.sentence
    assert found.strict.loaded == found.dropping.loaded < found.strict.total


def test_keys_that_go_nowhere_are_named_as_the_file_names_them() -> None:
    old, new = small(), small(norm=False)
    assert of(old, new).unused == tuple(f"1.{key}" for key in old[1].state_dict())


def test_an_error_message_and_an_empty_model_have_receipts() -> None:
    a, b = Side("e", "error", (Item("x", None),)), Side("e", "error", (Item("y", None), Item("z.weight", (2, 2))))
    assert receipt(compare(a, b)).strict.share == 0
    assert receipt(compare(a, Side("m", "model"))).lenient.sentence == (
        "Loads a model that has no parameters and passes over 1 unexpected key in silence."
    )
