"""What a model fills by itself, and what it does not."""

from __future__ import annotations

import pytest

from inspector.comparing.harmless import is_recomputed, reason


@pytest.mark.parametrize(
    "key",
    [
        "layer1.0.bn1.num_batches_tracked",
        "embeddings.position_ids",
        "layers.0.blocks.1.attn.relative_position_index",
        "model.layers.0.self_attn.rotary_emb.inv_freq",
        "layers.0.blocks.1.attn_mask",
    ],
)
def test_known_buffers_do_no_harm(key: str) -> None:
    assert reason(key)


def test_a_causal_mask_goes_by_the_name_of_a_bias_but_has_more_dimensions() -> None:
    assert reason("h.0.attn.bias", 4)
    assert not reason("h.0.attn.bias", 1)
    assert not reason("h.0.attn.bias")
    assert is_recomputed("h.0.attn.bias")


@pytest.mark.parametrize("key", ["fc.weight", "bn.running_mean", "num_batches_tracked.weight", "mask_token", ""])
def test_weights_and_statistics_are_not_harmless(key: str) -> None:
    assert not reason(key, 2)
