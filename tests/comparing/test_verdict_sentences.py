"""One sentence for the whole of two files: said when it is true, and not when it is nearly so."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.diffing import Comparison, compare
from inspector.comparing.mending import apply
from inspector.comparing.sides import Side, of_checkpoint
from inspector.comparing.steps import Rename, Step, StripPrefix, Transpose
from inspector.comparing.values import comparing_values, with_values
from inspector.comparing.verdict_sentences import at_first, judging
from inspector.progress import finish

Weights = dict[str, Any]


def side(folder: Path, name: str, weights: Weights, *steps: Step) -> Side:
    import torch

    torch.save(weights, folder / name)
    return apply(of_checkpoint(open_checkpoint(str(folder / name))), steps)


def judged(comparison: Comparison) -> tuple[str, ...]:
    values = finish(comparing_values(comparison))
    return finish(judging(with_values(comparison, values.distances), values))


Judge = Callable[..., tuple[str, ...]]


@pytest.fixture(name="judge")
def _judge(tmp_path: Path) -> Judge:
    def judge(a: Weights, b: Weights, *steps: Step) -> tuple[str, ...]:
        return judged(compare(side(tmp_path, "a.pth", a, *steps), side(tmp_path, "b.pth", b)))

    return judge


@pytest.fixture(scope="module", name="resnet")
def _resnet() -> Weights:
    return network().state_dict()


def network() -> Any:
    """A small network with the parts of a large one."""
    import torch
    from torch import nn

    torch.manual_seed(0)

    def block(width: int) -> Any:
        return nn.Sequential(nn.Conv2d(width, width, 3, bias=False), nn.BatchNorm2d(width))

    layers = {"stem": nn.Conv2d(3, 16, 3), "layer1": block(16), "layer2": block(16), "layer3": block(16)}
    return nn.ModuleDict({**layers, "fc": nn.Linear(16, 10)})


def moved(weights: Weights, *prefixes: str) -> Weights:
    """The weights, of which all numbers below `prefixes` are others."""
    import torch

    torch.manual_seed(3)
    return {key: value + _noise(value) if key.startswith(prefixes) else value for key, value in weights.items()}


def _noise(like: Any) -> Any:
    import torch

    return torch.randn(like.shape).to(like.dtype) if like.is_floating_point() else torch.ones_like(like)


def test_the_same_file_is_the_same_bit_for_bit(judge: Judge, resnet: Weights) -> None:
    assert judge(resnet, copy.deepcopy(resnet)) == ("Bit for bit the same.",)


def test_the_sign_of_zero_is_told_apart(judge: Judge) -> None:
    import torch

    (sentence,) = judge({"w": torch.zeros(5)}, {"w": -torch.zeros(5)})
    assert sentence == "Every number is the same, though not every bit: zeros may differ in sign, or NaN in kind."


def test_a_new_head_is_all_that_was_retrained(judge: Judge, resnet: Weights) -> None:
    assert judge(resnet, moved(resnet, "fc")) == ("Same architecture; only `fc.*` was retrained.",)
    assert judge(resnet, moved(resnet, "fc", "layer1")) == (
        "Same architecture; only `layer1.*`, `fc.*` were retrained.",
        "The running statistics of batch norms changed as well.",
    )


def test_running_statistics_are_no_training(judge: Judge, resnet: Weights) -> None:
    b = {key: value + 1 if "running" in key or "batches" in key else value for key, value in resnet.items()}
    assert judge(resnet, b) == ("Same architecture; only the running statistics of batch norms changed.",)
    assert judge(resnet, moved(b, "fc"))[0] == "Same architecture; only `fc.*` was retrained."


def test_frozen_layers_are_named(judge: Judge, resnet: Weights) -> None:
    headline, frozen, _ = judge(resnet, moved(resnet, "layer", "fc"))
    assert headline.startswith("Same architecture; 11 of 13 tensors changed (relative L2 ")
    assert frozen == "Frozen layers did not move: `stem.*`."


def test_when_everything_changed_nothing_is_frozen(judge: Judge, resnet: Weights) -> None:
    sentences = judge(resnet, moved(resnet, ""))
    assert sentences[0].startswith("Same architecture; every tensor changed (relative L2 ")
    assert not any("Frozen" in sentence for sentence in sentences)


def test_another_dtype_is_told_only_where_rounding_is_all_there_is(judge: Judge, resnet: Weights) -> None:
    half = {key: value.half() if value.is_floating_point() else value for key, value in resnet.items()}
    assert judge(resnet, half) == ("Identical but for dtype (float32 → float16).",)
    assert judge(half, resnet) == ("Identical but for dtype (float16 → float32).",)
    assert judge(resnet, moved(half, "fc")) == (
        "Same architecture, in another dtype (float32 → float16); only `fc.*` was retrained.",
    )


def test_the_same_weights_under_other_names(judge: Judge, resnet: Weights) -> None:
    wrapped = {f"module.{key}": value for key, value in resnet.items()}
    assert judge(wrapped, resnet, StripPrefix("module.")) == ("The same weights under another prefix (`module.`).",)
    renamed = {key.replace("fc", "head").replace("stem", "conv"): value for key, value in resnet.items()}
    rules = Rename((("head.{rest}", "fc.{rest}"), ("conv.{rest}", "stem.{rest}")))
    assert judge(renamed, resnet, rules) == ("The same weights under other names.",)
    assert judge(wrapped, moved(resnet, "fc"), StripPrefix("module.")) == (
        "Same architecture under another prefix (`module.`); only `fc.*` was retrained.",
    )


def test_the_same_weights_in_another_layout(judge: Judge, resnet: Weights) -> None:
    turned = {key: value.T.contiguous() if key == "fc.weight" else value for key, value in resnet.items()}
    assert judge(turned, resnet, Transpose(("fc.weight",))) == ("The same weights in another layout.",)
    wrapped = {f"module.{key}": value for key, value in turned.items()}
    assert judge(wrapped, resnet, StripPrefix("module."), Transpose(("fc.weight",))) == (
        "The same weights under another prefix (`module.`) and in another layout.",
    )


def test_a_resized_head_and_another_architecture(judge: Judge, resnet: Weights) -> None:
    import torch

    resized = {**resnet, "fc.weight": torch.ones(3, 16), "fc.bias": torch.ones(3)}
    assert judge(resnet, resized) == ("Same architecture but for `fc.*`; all else is the same.",)
    assert judge(resnet, moved(resized, "stem"))[0] == (
        "Same architecture but for `fc.*`; 2 of the other 11 tensors changed."
    )
    assert judge(resnet, moved(resized, "stem", "layer"))[0] == "Same architecture but for `fc.*`; all else changed."
    counted = {**resized, "layer1.1.running_mean": torch.ones(16)}
    assert judge(resnet, counted)[0].endswith("; of all else only the running statistics of batch norms changed.")
    wider = {key: torch.ones((2, *value.shape)) for key, value in resnet.items()}
    assert judge(resnet, wider)[0] == "The same layers in other sizes: 22 of 22 tensors differ in shape."
    other = {f"blocks.{index}.weight": torch.ones(3, 3) for index in range(12)} | {"fc.bias": resnet["fc.bias"]}
    assert judge(resnet, other)[0].startswith("Different architectures: only 1 of ")
    del other["fc.bias"]
    assert judge(resnet, other)[0] == "Different architectures: no tensor is on both sides by name and shape."


def test_before_values_are_read_only_names_and_shapes_are_told(tmp_path: Path, resnet: Weights) -> None:
    sides = side(tmp_path, "a.pth", resnet), side(tmp_path, "b.pth", moved(resnet, "fc"))
    assert at_first(compare(*sides)) == "Same architecture."
    assert at_first(compare(Side("a", "checkpoint"), Side("b", "checkpoint"))).startswith("There is nothing to compare")


def test_nan_in_one_of_the_two_is_named(judge: Judge, resnet: Weights) -> None:
    spoiled = copy.deepcopy(resnet)
    spoiled["fc.weight"][0, 0] = float("nan")
    assert judge(resnet, spoiled)[-1] == "NaN in only one of the two: `fc.weight`."
    assert judge(spoiled, spoiled) == ("Bit for bit the same.",)


def test_what_is_no_tensor_is_not_called_the_same(tmp_path: Path, resnet: Weights) -> None:
    comparison = compare(*(side(tmp_path, name, {**resnet, "epoch": 3}) for name in ("a.pth", "b.pth")))
    assert judged(comparison) == ("Every tensor is bit for bit the same.",)
    (tmp_path / "b.pth").unlink()
    assert judged(comparison)[0] == "Same architecture."
    assert judged(comparison)[1].startswith("22 tensors could not be compared: The file cannot be read")


def test_hostile_names_come_out_harmless(judge: Judge) -> None:
    import torch

    keys = ["a." * 50_000, "\x1b[31m\u202e.x", "x" * 100_000, "*.*", "{i}.{", "..", "0.1.2"]
    weights = {key: torch.zeros(3) for key in keys}
    for changed in keys:
        sentence = judge(weights, {**weights, changed: torch.ones(3)})[0]
        assert len(sentence) < 500
        assert sentence.isprintable()


# Low rank


def encoder(layers: int = 3, width: int = 96) -> Any:
    import torch

    torch.manual_seed(1)
    layer = torch.nn.TransformerEncoderLayer(width, 4, 2 * width, batch_first=True)
    return torch.nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)


def merged_adapter(weights: Weights, rank: int, where: str, dtype: Any = None) -> Weights:
    """The weights with an adapter of `rank` merged into every matrix whose key has `where` in it."""
    import torch

    torch.manual_seed(2)
    merged = {}
    for key, value in weights.items():
        if where in key and value.ndim > 1:
            flat = value.reshape(value.shape[0], -1)
            up, down = torch.randn(flat.shape[0], rank), torch.randn(rank, flat.shape[1])
            value = (flat + 0.02 * (up @ down) / rank**0.5).reshape(value.shape)
        merged[key] = value if dtype is None else value.to(dtype)
    return merged


@pytest.mark.parametrize("rank", [1, 8, 16])
def test_a_merged_adapter_is_a_low_rank_change(judge: Judge, rank: int) -> None:
    weights = encoder().state_dict()
    sentences = judge(weights, merged_adapter(weights, rank, "self_attn"))
    assert f"Low-rank change (rank ≤ {rank}) in the attention layers, as merging an adapter makes it" in sentences[-1]


def test_an_adapter_of_convolutions_is_found_where_it_is(judge: Judge, resnet: Weights) -> None:
    sentences = judge(resnet, merged_adapter(resnet, 2, "layer2.0"))
    assert sentences == (
        "Same architecture; only `layer2.0.*` was retrained.",
        "Low-rank change (rank ≤ 2) in `layer2.0.*`, as merging an adapter makes it.",
    )


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_rounding_does_not_hide_an_adapter(judge: Judge, dtype: str) -> None:
    import torch

    kind = getattr(torch, dtype)
    weights = {key: value.to(kind) for key, value in encoder().state_dict().items()}
    wide = {key: value.float() for key, value in weights.items()}
    assert any(
        "Low-rank change (rank ≤ 4)" in each for each in judge(weights, merged_adapter(wide, 4, "linear1", kind))
    )


def test_rounding_itself_is_no_low_rank_change(judge: Judge) -> None:
    weights = encoder().state_dict()
    rounded = {key: value.half().float() for key, value in weights.items()}
    assert not any("rank" in sentence for sentence in judge(weights, rounded))


@pytest.mark.parametrize("optimizer", ["AdamW", "SGD"])
def test_a_full_fine_tuning_is_no_low_rank_change(judge: Judge, optimizer: str) -> None:
    import torch

    model = encoder(layers=1)
    before = copy.deepcopy(model.state_dict())
    training = getattr(torch.optim, optimizer)(model.parameters(), lr=1e-3 if optimizer == "AdamW" else 0.05)
    for _ in range(12):
        batch = torch.randn(8, 16, 96)
        ((model(batch) - batch.roll(1, 1)) ** 2).mean().backward()
        training.step()
        training.zero_grad()
    assert not any("rank" in sentence for sentence in judge(before, model.state_dict()))


def test_a_few_rows_of_an_embedding_are_no_low_rank_change(judge: Judge) -> None:
    import torch

    before = torch.randn(1000, 64)
    after = before.clone()
    after[::500] += 1
    assert not any("rank" in each for each in judge({"emb.weight": before}, {"emb.weight": after}))


def test_nothing_is_the_same_that_could_not_be_read(samples: Path) -> None:
    names = ("resnet_plain.pth", "truncated.pth")
    whole, cut = (of_checkpoint(open_checkpoint(str(samples / name))) for name in names)
    first, *others = judged(compare(whole, cut))
    assert first == "As far as they can be read: bit for bit the same."
    assert any("14 tensors could not be compared" in each for each in others)


def test_the_verb_agrees_with_how_many_tensors_there_are(samples: Path) -> None:
    names = ("resnet_plain.pth", "nan.pth")
    a, b = (of_checkpoint(open_checkpoint(str(samples / name))) for name in names)
    assert " is on both sides by name and shape." in at_first(compare(a, b))
    again = compare(apply(a, [Rename((("bn1.{rest}", "bn.{rest}"),))]), b)
    assert " are on both sides by name and shape." in at_first(again)
