"""Few causes for many mismatched sizes, each of them the true one, on real networks."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.causes import CERTAIN, Cause
from inspector.comparing.diffing import SIZE, Comparison, compare
from inspector.comparing.dimensions import MOST, explain_dimensions
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side, of_checkpoint
from inspector.comparing.signatures import Signature, table
from inspector.comparing.steps import Interpolate, KeepInitial, Pad, Slice
from tests.comparing.built_models import on_meta, side, torchvision_models, vision
from tests.comparing.small_networks import GPT, Autoencoder, Bert, PictureNet, Tagger, UNet

Dim = tuple[str, int]


def mismatched(comparison: Comparison) -> list[Dim]:
    """Every mismatched dimension, told without the code under test."""
    found: list[Dim] = []
    for pair in comparison.of_kind(SIZE):
        assert pair.a is not None
        assert pair.b is not None
        a, b = pair.a.shape or (), pair.b.shape or ()
        if len(a) != len(b):
            found.append((pair.key, -1))
        else:
            found += [(pair.key, dim) for dim, (old, new) in enumerate(zip(a, b)) if old != new]
    return found


def explained(a: Side, b: Side) -> tuple[Cause, ...]:
    """The causes, of which it is sure that they explain every mismatched dimension exactly once."""
    comparison = compare(a, b)
    causes = explain_dimensions(comparison)
    assert sorted(dim for cause in causes for dim in cause.dims) == sorted(mismatched(comparison))
    lines = {pair.key for pair in comparison.of_kind(SIZE)}
    assert {key for cause in causes for key in cause.keys} == lines
    assert all(tuple(dict.fromkeys(key for key, _ in cause.dims)) == cause.keys for cause in causes)
    return causes


def between(old: nn.Module, new: nn.Module, **arguments: object) -> tuple[Cause, ...]:
    """The causes between a checkpoint of one model and another model; the same without knowing classes or order."""
    a, b = side(old, "checkpoint"), side(new, **arguments)
    causes = explained(a, b)
    unknown = explained(a, b._replace(modules={}))
    assert [(cause.kind, cause.dims) for cause in unknown] == [(cause.kind, cause.dims) for cause in causes]
    sorted_ones = explained(in_order_of_names(a), in_order_of_names(b))
    assert sorted(kinds(sorted_ones)) == sorted(kinds(causes))
    return causes


def in_order_of_names(a: Side) -> Side:
    """The side as safetensors keeps it."""
    return a._replace(items=tuple(sorted(a.items, key=lambda item: item.key)), modules={})


def kinds(causes: tuple[Cause, ...]) -> list[str]:
    return [cause.kind for cause in causes]


def vit(hidden: int, mlp: int) -> nn.Module:
    build = torchvision_models().VisionTransformer
    return on_meta(
        build, image_size=224, patch_size=16, num_layers=12, num_heads=8, hidden_dim=hidden, mlp_dim=mlp
    )


# -- widths ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mlp", [3072, 4096])
def test_another_hidden_width_of_a_vit_is_one_cause(mlp: int) -> None:
    (cause,) = between(vit(768, 3072), vit(1024, mlp), hidden_dim=1024)
    assert len(cause.keys) == (151 if mlp == 4096 else 139)
    assert cause.sentence.startswith("One width is 768 in the file and 1,024 in the model")
    assert cause.sentence.endswith(f"explains {len(cause.keys)} of {len(cause.keys)} mismatches.")
    assert cause.advice == "Build the model with hidden_dim=768."
    assert cause.step is None
    assert any("heads cannot be read off shapes" in each for each in cause.undecided)


def test_a_wide_resnet_is_one_cause() -> None:
    (cause,) = between(vision("resnet50"), vision("wide_resnet50_2"))
    assert cause.sentence.startswith("Widths are twice as large in the model (64 → 128, 128 → 256, 256 → 512")


def test_half_a_mobilenet_is_the_width_and_what_rounding_makes_of_it() -> None:
    causes = between(vision("mobilenet_v2"), vision("mobilenet_v2", width_mult=0.5), width_mult=0.5)
    assert "Widths are half as large in the model" in causes[0].sentence
    assert "Widths times 0.5, rounded to multiples of eight (24 → 16, 144 → 96)" in causes[1].sentence
    assert len(causes) == 2
    assert causes[0].advice == "Build the model with width_mult=1.0."


def test_a_list_of_widths_is_as_many_causes(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(samples)
    from networks import Network

    lists: list[list[int]] = [[512, 256, 128], [400, 200, 100]]
    old, new = (on_meta(Network, 784, 10, widths) for widths in lists)
    causes = between(old, new, hidden_layers=lists[1])
    assert [cause.sentence for cause in causes] == [
        "`hidden_layers.0` is 512 wide in the file and 400 in the model: explains 3 of 7 mismatches.",
        "`hidden_layers.1` is 256 wide in the file and 200 in the model: explains 3 of 7 mismatches.",
        "`hidden_layers.2` is 128 wide in the file and 100 in the model: explains 3 of 7 mismatches.",
    ]
    assert {cause.advice for cause in causes} == {"Build the model with hidden_layers=[512, 256, 128]."}
    assert {cause.confidence for cause in causes} == {CERTAIN}


def test_two_files_are_called_by_their_names(samples: Path) -> None:
    names = ("network_512_256_128.pth", "network_400_200_100.pth")
    a, b = (of_checkpoint(open_checkpoint(str(samples / name)), "state_dict") for name in names)
    said = f"`hidden_layers.0` is 512 wide in {names[0]} and 400 in {names[1]}: explains 3 of 7 mismatches."
    assert explained(a, b)[0].sentence == said


def test_the_same_width_in_two_places_is_one_cause_that_says_what_is_not_known(
    samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(samples)
    from networks import Network

    old, new = (on_meta(Network, 784, 10, widths) for widths in ([512, 256, 512], [400, 256, 400]))
    (cause,) = between(old, new)
    assert "`hidden_layers.{i}` (2 of them) are 512 wide" in cause.sentence
    assert cause.undecided == ("Whether this is one setting or several of the same size cannot be read off shapes.",)


def test_a_growth_rate_is_one_cause_with_all_its_sums() -> None:
    densenet = torchvision_models().DenseNet
    old, new = (on_meta(densenet, growth, (6, 12, 24, 16), 64) for growth in (32, 24))
    (cause,) = between(old, new)
    assert len(cause.keys) > 500
    assert "are 32 wide in the file and 24 in the model, and what they add up to changes with it" in cause.sentence


def test_odd_factors_join_what_recurs() -> None:
    assert len(between(on_meta(UNet, 3, 2, 64), on_meta(UNet, 3, 2, 50))) == 1
    assert len(between(on_meta(GPT, 500, 1, 768), on_meta(GPT, 500, 1, 1000))) == 1
    assert len(between(vision("shufflenet_v2_x0_5"), vision("shufflenet_v2_x1_0"))) == 1


@pytest.mark.parametrize("both_ways", [False, True])
def test_the_gates_of_an_lstm_go_with_its_width(both_ways: bool) -> None:
    (cause,) = between(on_meta(Tagger, 1000, 100, 128, 5, both_ways), on_meta(Tagger, 1000, 100, 200, 5, both_ways))
    assert len(cause.keys) == (17 if both_ways else 9)


def test_a_text_model_of_another_width_is_one_cause() -> None:
    assert len(between(on_meta(Bert, 768), on_meta(Bert, 512))) == 1
    (cause,) = between(on_meta(Bert, 768), on_meta(Bert, 768, intermediate=2048))
    assert "`encoder.layer.{i}.intermediate` (2 of them) are 3,072 wide in the file" in cause.sentence


def test_a_width_of_one_layer_is_told_by_its_name_and_carries_the_flattened_picture() -> None:
    (cause,) = between(on_meta(PictureNet, 7), on_meta(PictureNet, 7, (32, 50)))
    assert cause.keys == ("conv2.weight", "conv2.bias", "fc1.weight")


# -- the ends ----------------------------------------------------------------------------------------


def test_classes_are_one_cause_and_the_rest_can_be_kept() -> None:
    (cause,) = between(vision("resnet18"), vision("resnet18", num_classes=10), num_classes=10)
    assert cause.kind == "classes"
    assert cause.sentence == (
        "`fc` gives 1,000 outputs (classes) in the file and 10 in the model: explains 2 of 2 mismatches."
    )
    assert cause.step == KeepInitial(("fc.weight", "fc.bias"))
    assert cause.advice.startswith("Build the model with num_classes=1000.")


@pytest.mark.parametrize("name", ["fasterrcnn_resnet50_fpn", "ssd300_vgg16", "deeplabv3_resnet50", "googlenet"])
def test_heads_that_grow_together_are_one_cause(name: str) -> None:
    more: dict[str, Any] = {"aux_loss": True} if "deeplab" in name else {}
    if name == "googlenet":
        more = {"aux_logits": True, "init_weights": False}
    old, new = (vision(name, num_classes=classes, **more) for classes in (91, 21))
    (cause,) = between(old, new)
    assert cause.kind == "classes"


def test_another_picture_size_and_other_classes_of_a_vit_are_two_causes() -> None:
    old, new = vision("vit_b_16"), vision("vit_b_16", image_size=384, num_classes=10)
    classes, positions = between(old, new, image_size=384, num_classes=10)
    assert classes.kind == "classes"
    assert positions.sentence == (
        "`encoder.pos_embedding` is for 197 positions (14² + 1) in the file and 577 positions (24² + 1) in the model: "
        "explains 1 of 3 mismatches."
    )
    assert positions.step == Interpolate(("encoder.pos_embedding",), (14, 14), (24, 24), 1)
    assert positions.advice.startswith("Build the model with image_size=224 to load it as it is.")


def test_halved_widths_and_halved_classes_are_two_causes() -> None:
    causes = between(on_meta(PictureNet, 7, (32, 64), 10), on_meta(PictureNet, 7, (16, 32), 5))
    assert kinds(causes) == ["width", "classes"]


@pytest.mark.parametrize(("channels", "step"), [(1, Slice), (4, Pad)])
def test_other_input_channels_are_one_cause(channels: int, step: type) -> None:
    model = vision("resnet18")
    model.conv1 = on_meta(nn.Conv2d, channels, 64, 7, bias=False)
    (cause,) = between(vision("resnet18"), model)
    assert cause.kind == "input channels"
    assert f"`conv1` takes 3 input channels in the file and {channels} in the model" in cause.sentence
    assert isinstance(cause.step, step)


def test_the_size_of_a_flattened_picture_is_told_by_its_sides() -> None:
    (cause,) = between(on_meta(PictureNet, 7), on_meta(PictureNet, 4))
    assert cause.sentence.startswith("`fc1` takes a picture of 7 × 7 places in the file and 4 × 4 in the model")


def test_what_an_autoencoder_takes_and_gives_back_is_one_cause() -> None:
    causes = between(on_meta(Autoencoder, 784, 32), on_meta(Autoencoder, 1024, 16))
    assert kinds(causes) == ["input size", "width"]
    assert "`encoder.0` takes and `decoder.2` gives back 784 input numbers" in causes[0].sentence


def test_a_vocabulary_and_its_head_are_one_cause() -> None:
    (cause,) = between(on_meta(GPT, 50257, 2), on_meta(GPT, 50304, 2), vocab_size=50304)
    assert cause.kind == "vocabulary"
    assert cause.keys == ("transformer.wte.weight", "lm_head.weight")
    assert cause.step == Pad(("transformer.wte.weight", "lm_head.weight"), 0, 50304)


# -- positions, kernels, groups ----------------------------------------------------------------------


def test_positions_of_a_text_are_cut_and_what_is_recomputed_is_kept() -> None:
    causes = between(on_meta(GPT, 500, 2, block_size=64), on_meta(GPT, 500, 2, block_size=32), block_size=32)
    by_kind = {cause.kind: cause for cause in causes}
    assert by_kind["positions"].step == Slice(("transformer.wpe.weight",), 0, 32)
    assert by_kind["positions"].advice.startswith("Build the model with block_size=64.")
    assert isinstance(by_kind["harmless"].step, KeepInitial)


def test_larger_patches_are_one_cause_with_the_grid_that_follows() -> None:
    (cause,) = between(vision("vit_b_16"), vision("vit_b_32"))
    assert cause.kind == "patch size"
    assert "14 patches of 16 are as wide a picture as 7 patches of 32." in cause.evidence


def test_two_tables_of_positions_share_no_kernel() -> None:
    def masked(grid: int, patch: int, kind: str) -> Side:
        shapes = {"patch_embed.proj.weight": (8, 3, patch, patch), "pos_embed": (1, grid * grid + 1, 8)}
        shapes["decoder_pos_embed"] = (1, grid * grid, 8)
        return Side("mae", kind, tuple(Item(key, shape) for key, shape in shapes.items()))

    causes = explained(masked(14, 16, "checkpoint"), masked(7, 32, "model"))
    assert sorted(kinds(causes)) == ["patch size", "positions"]


TABLES = [((), (8,), True), ((1,), (8,), True), ((2,), (8,), False), ((), (), False)]


@pytest.mark.parametrize(("before", "behind", "fits"), TABLES)
def test_only_a_table_of_tokens_is_interpolated(before: tuple[int, ...], behind: tuple[int, ...], fits: bool) -> None:
    a, b = (Side("x", "model", (Item("pos_embed", (*before, tokens, *behind)),)) for tokens in (197, 577))
    (cause,) = explained(a, b)
    assert isinstance(cause.step, Interpolate) is fits


def test_groups_of_convolutions_are_told_from_widths() -> None:
    causes = between(vision("resnet50"), vision("resnext50_32x4d"))
    assert kinds(causes) == ["ratio", "groups"]
    assert "`layer{i}.{j}.conv2` (16 of them) work in 1 group in the file and 32 groups" in causes[1].sentence


def test_another_kernel_is_one_cause() -> None:
    model = vision("resnet18")
    model.conv1 = on_meta(nn.Conv2d, 3, 64, 3, bias=False)
    (cause,) = between(vision("resnet18"), model)
    assert cause.sentence == (
        "The kernel of `conv1` is 7 wide in the file and 3 in the model: explains 1 of 1 mismatch."
    )


def test_what_steps_mend_is_mended() -> None:
    cases = [
        (vision("vit_b_16"), vision("vit_b_16", image_size=384, num_classes=10)),
        (on_meta(GPT, 500, 2, block_size=64), on_meta(GPT, 520, 2, block_size=96)),
        (on_meta(GPT, 520, 2, block_size=96), on_meta(GPT, 500, 2, block_size=64)),
    ]
    for old, new in cases:
        a, b = side(old, "checkpoint"), side(new)
        steps = [cause.step for cause in explained(a, b) if cause.step is not None]
        assert compare(apply(a, steps, b), b).fits


# -- every mismatched dimension in exactly one cause --------------------------------------------------


def families() -> list[str]:
    return sorted({signature.family for signature in table().signatures})


def as_side(signature: Signature, kind: str) -> Side:
    return Side(signature.name, kind, tuple(Item(key, shape) for key, shape in signature.shapes.items()))


@pytest.mark.parametrize("family", families())
def test_within_a_family_of_torchvision_every_dimension_is_explained_once(family: str) -> None:
    pairs = list(permutations(table().of_family(family), 2))
    for old, new in Random(family).sample(pairs, min(len(pairs), 8)):
        causes = explained(as_side(old, "checkpoint"), as_side(new, "model"))
        assert len(causes) <= 30
        # Networks of one design differ in few things; these are of several.
        if family not in ("efficientnet", "mobilenetv3", "optical_flow.raft", "regnet"):
            assert len(causes) <= 5, (old, new)


LEAVES = ("weight", "bias", "pos_embed", "running_mean", "rel_pos_table", "weight_hh_l0", "in_proj_weight")


def random_shape(random: Random) -> tuple[int, ...] | None:
    if random.random() < 0.05:
        return None
    return tuple(random.choices((0, 1, 2, 3, 8, 64, 100, 101), k=random.randrange(5)))


def test_random_shapes_are_explained_as_well() -> None:
    random = Random(0)
    keys = [f"{random.choice('abc')}.{number % 700}.{random.choice(LEAVES)}{number}" for number in range(3000)]
    a, b = (
        Side("random", kind, tuple(Item(key, random_shape(random)) for key in keys)) for kind in ("checkpoint", "model")
    )
    assert len(explained(a, b)) <= MOST + 1


MODULES = ["", "conv1", "a.0", "a.1", "pos_embed", "embed", "lstm", "head", "a.0.attn.qkv", "x.parametrizations.weight"]
NAMES = ["weight", "bias", "running_mean", "weight_hh_l0", "pos_embed", "original1", "attn_mask", ""]
SIZES = [0, 1, 2, 3, 4, 8, 16, 49, 50, 64, 169, 197, 225, 577]
SHAPES = st.none() | st.lists(st.sampled_from(SIZES), max_size=5).map(tuple)
KEYS = st.tuples(st.sampled_from(MODULES), st.sampled_from(NAMES)).map(".".join)


@given(st.dictionaries(KEYS, st.tuples(SHAPES, SHAPES)))
def test_whatever_the_shapes_are_every_dimension_is_explained_once(
    shapes: dict[str, tuple[tuple[int, ...] | None, tuple[int, ...] | None]],
) -> None:
    a, b = (
        Side("x", kind, tuple(Item(key, pair[place]) for key, pair in shapes.items()))
        for place, kind in enumerate(("checkpoint", "model"))
    )
    explained(a, b)


def test_sizes_that_no_tensor_has_do_no_harm() -> None:
    huge = 10**5000
    a = Side("a", "checkpoint", (Item("x.weight", (huge, 3)), Item("y.weight", (0, 3)), Item("z.bias", (-1,))))
    b = Side("b", "model", (Item("x.weight", (4, 3)), Item("y.weight", (5, 0)), Item("z.bias", (2,))))
    assert explained(a, b)


def test_names_that_are_no_names_do_no_harm() -> None:
    keys = ["", ".", "..", "weight", "a.#", "a.1", "a.\0", "a.\0.1", "b.\0\0", "b.1.2", "b.٣.w", "b.٤.w"]
    keys += ["a..weight", "{i}.weight", "\x1b[31m.weight", "9" * 5000 + ".weight", "pos_embed"]
    keys += [f"{'x' * length}.{number}.weight" for number in range(2) for length in (490, 491, 492, 493)]
    a = Side("a", "checkpoint", tuple(Item(key, (3, 4)) for key in keys))
    b = Side("b", "model", tuple(Item(key, (3, 7)) for key in keys))
    causes = explained(a, b)
    assert "\x1b" not in "".join(cause.sentence + "".join(cause.evidence) + cause.advice for cause in causes)
