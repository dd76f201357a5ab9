"""Differences that do no harm: what a model counts or works out by itself, so that a file need not have it.

The names are those that torch, torchvision, timm and transformers give to buffers which they fill on their own.
"""

from __future__ import annotations

import re

from ..language import marked, tr
from .places import split
from .sides import EXTRA_STATE

_COUNTERS = {
    "num_batches_tracked": marked("counts batches, and is read only by a BatchNorm whose momentum is None"),
}
_RECOMPUTED = {
    "position_ids": marked("is 0, 1, 2 ... and is made when the model is built"),
    "token_type_ids": marked("is all zeros and is made when the model is built"),
    "relative_position_index": marked("follows from the window and is made when the model is built"),
    "rel_pos_index": marked("follows from the window and is made when the model is built"),
    "relative_coords_table": marked("follows from the window and is made when the model is built"),
    "attn_mask": marked("follows from the picture and the window and is made when the model is built"),
    "inv_freq": marked("follows from the width of a head and is made when the model is built"),
    "freqs_cis": marked("follows from the width of a head and is made when the model is built"),
    "cos_cached": marked("is a table of cosines that is made when it is used"),
    "sin_cached": marked("is a table of sines that is made when it is used"),
    "masked_bias": marked("is one constant"),
    "causal_mask": marked("says which position may look at which, and is made when the model is built"),
    "tril": marked("says which position may look at which, and is made when the model is built"),
}
_CAUSAL = re.compile(r"(^|\.)(attn|attention|self_attn|self_attention)\.(bias|mask)$")
"""The name of GPT-2's causal mask; a real bias there has one dimension."""


def reason(key: str, dimensions: int | None = None) -> str:
    """Why a difference in `key` does no harm, as the end of a sentence about it; empty when it may do some.

    `dimensions` is how many the tensor has, where that is known: a causal mask goes by the name of a bias.
    """
    leaf = split(key)[1]
    if leaf in _COUNTERS:
        return tr(_COUNTERS[leaf])
    if leaf in _RECOMPUTED:
        return tr(_RECOMPUTED[leaf])
    if dimensions is not None and dimensions > 1 and _CAUSAL.search(key):
        return tr(_RECOMPUTED["causal_mask"])
    return ""


def is_recomputed(key: str) -> bool:
    """Whether a tensor of several dimensions by this name is worked out by the model."""
    leaf = split(key)[1]
    return leaf in _RECOMPUTED or bool(_CAUSAL.search(key)) or leaf == EXTRA_STATE
