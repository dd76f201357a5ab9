"""Keys that only one side has, gathered into what they are."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from torch import nn

from inspector.comparing.causes import Cause
from inspector.comparing.diffing import MISSING, UNEXPECTED, compare
from inspector.comparing.leftovers import MOST, explain_leftovers
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import Drop, KeepInitial
from tests.comparing.built_models import on_meta, side, vision
from tests.comparing.small_networks import GPT


def left(a: Side, b: Side) -> tuple[Cause, ...]:
    """The causes, of which it is sure that they explain every key exactly once and that their steps end it."""
    comparison = compare(a, b)
    causes = explain_leftovers(comparison)
    lines = [pair.key for pair in comparison.pairs if pair.kind in (MISSING, UNEXPECTED)]
    assert sorted(key for cause in causes for key in cause.keys) == sorted(lines)
    if all(cause.step is not None for cause in causes):
        mended = compare(apply(a, [cause.step for cause in causes if cause.step is not None], b), b)
        assert mended.counts[MISSING] == mended.counts[UNEXPECTED] == 0
    return causes


def models(old: nn.Module, new: nn.Module, **arguments: object) -> tuple[Cause, ...]:
    return left(side(old, "checkpoint"), side(new, **arguments))


def of_keys(keys: Iterable[str], kind: str = "checkpoint") -> Side:
    return Side("x", kind, tuple(Item(key, (3,)) for key in keys))


def test_a_shallower_model_leaves_layers_in_the_file() -> None:
    (cause,) = models(on_meta(GPT, 100, 12), on_meta(GPT, 100, 6), n_layer=6)
    assert cause.kind == "depth"
    assert cause.sentence == (
        "`transformer.h` is 12 deep in the file and 6 in the model: `transformer.h.6–11` are only in the file: "
        "explains 78 of 78 unexpected keys."
    )
    assert cause.advice == "Build the model with n_layer=12."
    assert cause.step == Drop(tuple(f"transformer.h.{layer}.{{rest}}" for layer in range(6, 12)))


def test_deeper_stages_are_one_cause() -> None:
    (cause,) = models(vision("resnet18"), vision("resnet34"))
    assert cause.sentence.startswith("`layer1.2`, `layer2.2–3`, `layer3.2–5`, `layer4.2` are only in the model")
    (cause,) = models(vision("swin_s"), vision("swin_t"))
    assert "`features.5` is 18 deep in the file and 6 in the model: `features.5.6–17` are only" in cause.sentence


def test_numbered_names_are_a_list_as_well() -> None:
    old = of_keys(f"encoder.layers.encoder_layer_{number}.mlp.0.weight" for number in range(12))
    new = of_keys((f"encoder.layers.encoder_layer_{number}.mlp.0.weight" for number in range(24)), "model")
    (cause,) = left(old, new)
    assert "`encoder.layers` is 12 deep in the file and 24 in the model" in cause.sentence


def test_a_head_is_called_one() -> None:
    (cause,) = models(vision("deeplabv3_resnet50", aux_loss=True), vision("deeplabv3_resnet50"))
    assert cause.kind == "head"
    assert cause.step == Drop(("aux_classifier.{rest}",))
    (cause,) = models(vision("deeplabv3_resnet50"), vision("deeplabv3_resnet50", aux_loss=True))
    assert cause.advice == "It begins at random and has to be trained."


def test_the_same_part_of_every_block_is_one_cause() -> None:
    causes = models(vision("resnet34"), vision("resnet50"))
    assert len(causes) == 1
    assert "`layer{i}.{j}.conv3` (16 of them)" in causes[0].sentence


def test_biases_and_statistics_are_gathered_by_their_names() -> None:
    keys = [f"layers.{number}.{leaf}" for number in range(9) for leaf in ("weight", "bias")]
    (cause,) = left(of_keys(key for key in keys if "bias" not in key), of_keys(keys, "model"))
    assert cause.step == KeepInitial(("layers.{i}.bias",))
    assert cause.sentence == (
        "`bias` of `layers.{i}` (9 of them) are only in the model: explains 9 of 9 missing keys."
    )


def test_what_a_model_fills_by_itself_does_no_harm() -> None:
    norm, without = nn.BatchNorm1d(3), nn.BatchNorm1d(3)
    del without.num_batches_tracked
    (cause,) = models(nn.Sequential(without), nn.Sequential(norm))
    assert cause.kind == "harmless"
    assert cause.keys == ("0.num_batches_tracked",)
    masks = (Item("h.0.attn.bias", (1, 1, 8, 8)), Item("h.0.attn.weight", (8, 8)))
    (cause,) = left(Side("a", "checkpoint", masks), Side("b", "model", masks[1:]))
    assert cause.kind == "harmless"


def test_a_missing_norm_is_no_harmless_counter() -> None:
    (cause,) = models(nn.Sequential(nn.Linear(3, 3)), nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)))
    assert cause.kind == "depth"
    assert cause.sentence.startswith("The model is 1 deep in the file and 2 in the model: `1` is only in the model")


def test_a_tied_key_is_not_missed() -> None:
    model = side(on_meta(GPT, 100, 2))
    file = side(on_meta(GPT, 100, 2), "checkpoint")
    (cause,) = left(file._replace(items=tuple(item for item in file.items if item.key != "lm_head.weight")), model)
    assert cause.kind == "tied"
    assert cause.sentence.startswith("`lm_head.weight` is one tensor with `transformer.wte.weight` in the model")


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (["ema.fc.weight", "ema.fc.bias"], "`ema` is another copy of the weights"),
        (["model_ema.fc.weight"], "`model_ema` is another copy of the weights"),
        (["optimizer.state.0.exp_avg", "optimizer.lr", "epoch"], "`optimizer`, `epoch` are of the training"),
        (["fc.lora_A.weight", "fc.lora_B.weight"], "of low-rank adapters (LoRA)"),
    ],
)
def test_what_is_no_weight_is_called_what_it_is(keys: list[str], said: str) -> None:
    weights = ["conv.weight", "fc.weight", "fc.bias"]
    (cause,) = left(of_keys([*weights, *keys]), of_keys(weights, "model"))
    assert said in cause.sentence
    assert isinstance(cause.step, Drop)


def test_networks_without_a_common_key_are_said_to_be_different() -> None:
    (cause,) = models(vision("resnet18"), vision("vgg11"))
    assert cause.kind == "unrelated"
    assert cause.step is None
    assert "`features`, `classifier` are only in the model" in cause.sentence


def test_an_empty_side_is_explained() -> None:
    keys = [f"a.{number}.weight" for number in range(5)]
    assert left(of_keys([]), of_keys(keys, "model"))
    assert left(of_keys(keys), of_keys([], "model"))
    assert left(of_keys([]), of_keys([], "model")) == ()


def test_keys_without_shapes_are_explained() -> None:
    a = Side("error", "error", (Item("fc.weight", None), Item("old.attn.bias", None)))
    b = Side("model", "error", (Item("head.weight", None), Item("num_batches_tracked", None)))
    assert left(a, b)


def test_any_names_are_explained_in_few_causes() -> None:
    odd = ["", ".", "a..b", "{i}.weight", "}{", "x" * 100_000, "y." * 100_000, "٣.weight", "\x1b[2J.w", "state.0.x"]
    many = [f"{number * 7919 % 1000}x{number}.weight" for number in range(300)]
    causes = left(of_keys([*odd, *many, "common"]), of_keys([*(f"b{key}" for key in odd), "common"], "model"))
    assert len(causes) <= 2 * (MOST + 4)
    assert "\x1b" not in "".join(cause.sentence for cause in causes)
