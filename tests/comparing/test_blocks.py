"""Which numbers count blocks, what words mean, and what makes up a layer."""

from __future__ import annotations

from inspector.comparing.blocks import blocks, ranked
from inspector.comparing.key_words import alike, words
from inspector.comparing.sides import Item, Shape
from inspector.comparing.units import Unit, units, with_families


def layers(*paths: str, shape: Shape = (4, 4)) -> list[Unit]:
    return units(Item(f"{path}.weight", shape, "float32") for path in paths)


def test_numbers_of_large_items_count_blocks_and_those_of_small_ones_are_names() -> None:
    inner = ("norm1", "norm2", "attn.qkv", "mlp.0", "mlp.3")
    found = blocks(layers(*(f"layer{stage}.{block}.{name}" for stage in (1, 2) for block in (0, 1) for name in inner)))
    assert list(found["layer#.#"]) == [(1, 0), (1, 1), (2, 0), (2, 1)]
    assert list(found["layer#.#"][1, 0]) == list(inner)


def test_blocks_stand_in_the_order_of_their_numbers() -> None:
    found = blocks(layers(*(f"h.{place}.{name}" for place in (10, 2, 1) for name in "abc")))
    assert list(found["h.#"]) == [(1,), (2,), (10,)]


def test_a_few_layers_side_by_side_are_no_blocks() -> None:
    assert set(blocks(layers("conv1", "conv2", "fc1"))) == {""}


def test_numbers_have_ranks_among_their_siblings() -> None:
    assert ranked(["mlp.0", "mlp.3", "norm"]) == {"mlp.0": (0,), "mlp.3": (1,), "norm": ()}


def test_words_are_told_by_their_meaning() -> None:
    assert words("encoder.ln_1") == {"encoder", "norm"}
    assert words("PatchEmbed.proj") == {"patch", "embed", "linear"}
    assert words("attn.in_proj") == words("attention.qkv")
    assert alike(words("self_attn.out_proj"), words("attention.output.dense")) > 0.9
    assert alike(words("mlp"), words("downsample")) == 0
    assert alike(frozenset(), frozenset()) == 0


def test_a_layer_is_a_weight_with_all_that_stands_beside_it() -> None:
    leaves = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
    (norm, token, fused) = units(
        [Item(f"bn.{leaf}", (4,)) for leaf in reversed(leaves)]
        + [Item("cls_token", (1, 1, 4)), Item("attn.in_proj_weight", (12, 4)), Item("attn.in_proj_bias", (12,))]
    )
    assert [part.role for part in norm.parts] == list(leaves)
    assert (token.path, token.first.role) == ("cls_token", "")
    assert (fused.path, [part.role for part in fused.parts]) == ("attn.in_proj", ["weight", "bias"])


def test_queries_keys_and_values_are_one_layer_only_where_the_other_side_has_them_in_one() -> None:
    apart, fused = layers("attn.q_proj", "attn.k_proj", "attn.v_proj"), layers("attn.qkv", shape=(12, 4))
    assert [unit.first.shape for unit in with_families(apart, fused)[0]] == [(12, 4)]
    assert with_families(apart, apart) == (apart, apart)
