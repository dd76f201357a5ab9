"""What the words in a key mean: `layernorm_before`, `ln_1` and `norm1` are all the first norm.

    words("encoder.layer.attention.output.dense")  ->  {"encoder", "layer", "attention", "out", "linear"}
    alike(words("mlp.fc1"), words("ffn.lin1"))     ->  1.0

Why this way: names are hints. Libraries have their habits, and the habits of the best known ones fit into a table; but
what shapes say weighs more, so a word that is not in the table, or stands for something else, does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_FUSED = re.compile(r"in_proj|c_attn|query_key_value")
"""Names of one layer for queries, keys and values that do not say so by their words."""
_LONGEST = 400
"""Of a longer name only the end is read."""

_MEANINGS = {
    "norm": "bn ln gn norm norms normalization normalisation layernorm batchnorm groupnorm rmsnorm",
    "conv": "conv convs convolution",
    "linear": "fc linear dense lin proj projection affine",
    "attention": "attn attention mha selfattention crossattention",
    "mlp": "mlp ffn ff feedforward intermediate densereludense feed",
    "shortcut": "downsample shortcut skip residual",
    "head": "head heads classifier classification logits",
    "embed": "embed embedding embeddings embedder embeds emb",
    "class": "cls class",
    "position": "pos position positions positional wpe",
    "token": "token tokens word tok wte",
    "q": "q query wq",
    "k": "k key wk",
    "v": "v value wv",
    "qkv": "qkv wqkv",
    "out": "out output o wo",
    "first": "before pre first input",
    "second": "after post second",
    "scale": "scale gamma ls layerscale",
    "relative": "relative rel",
    "depthwise": "dw depthwise dwconv",
    "pointwise": "pw pointwise pwconv",
    "layer": "layer layers block blocks stage stages h",
    "encoder": "encoder enc",
    "decoder": "decoder dec",
}
_MEANING = {word: meaning for meaning, spelled in _MEANINGS.items() for word in spelled.split()}

_FILLERS = (
    "layer encoder model module net network transformer backbone vit resnet bert base body trunk features self main "
    "sublayer c forward s"
).split()
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
"""What numbers that tell siblings apart are called, so that `norm1`, `ln_1` and `layernorm_before` are alike."""

_WEIGHTS = {
    **dict.fromkeys(_FILLERS, 0.15),
    "linear": 0.3,
    "norm": 0.6,
    "conv": 0.6,
    **dict.fromkeys(ORDINALS, 0.6),
}
"""How much a word says; 1 where nothing is said here. What shapes show anyway says less, what is everywhere hardly."""


@lru_cache(maxsize=65536)
def words(path: str) -> frozenset[str]:
    """The words of a path, each by its meaning. Numbers are none."""
    return frozenset(_meaning(found) for found in _WORD.findall(_FUSED.sub("qkv", path[-_LONGEST:])))


def _meaning(found: str) -> str:
    lowered = found.lower()
    return _MEANING.get(lowered, lowered)


def weight(said: Set[str]) -> float:
    """How much these words say."""
    return sum(_WEIGHTS.get(word, 1.0) for word in said)


def alike(ours: Set[str], theirs: Set[str]) -> float:
    """How much of what two sets of words say is the same, 0 to 1 (0 when neither says anything)."""
    both = weight(ours) + weight(theirs)
    return 2 * weight(ours & theirs) / both if both else 0.0
