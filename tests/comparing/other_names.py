"""The names that other libraries give to the tensors of torchvision's networks, as tables of rules.

Each table takes every key of the torchvision network to its name there; a key that is cut in three there has three.
The order of the names is that of the other library's module, or of the alphabet, as safetensors writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch

from inspector.comparing.sides import Item, Side

Table = tuple[tuple[str, str], ...]

VIT_TIMM: Table = (
    (r"class_token", "cls_token"),
    (r"encoder\.pos_embedding", "pos_embed"),
    (r"conv_proj\.", "patch_embed.proj."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.ln_(\d)\.", r"blocks.\1.norm\2."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.self_attention\.in_proj_", r"blocks.\1.attn.qkv."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.self_attention\.out_proj\.", r"blocks.\1.attn.proj."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.mlp\.0\.", r"blocks.\1.mlp.fc1."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.mlp\.3\.", r"blocks.\1.mlp.fc2."),
    (r"encoder\.ln\.", "norm."),
    (r"heads\.head\.", "head."),
)

VIT_HUGGING_FACE: Table = (
    (r"class_token", "vit.embeddings.cls_token"),
    (r"encoder\.pos_embedding", "vit.embeddings.position_embeddings"),
    (r"conv_proj\.", "vit.embeddings.patch_embeddings.projection."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.ln_1\.", r"vit.encoder.layer.\1.layernorm_before."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.ln_2\.", r"vit.encoder.layer.\1.layernorm_after."),
    (
        r"encoder\.layers\.encoder_layer_(\d+)\.self_attention\.in_proj_",
        r"vit.encoder.layer.\1.attention.attention.{query|key|value}.",
    ),
    (
        r"encoder\.layers\.encoder_layer_(\d+)\.self_attention\.out_proj\.",
        r"vit.encoder.layer.\1.attention.output.dense.",
    ),
    (r"encoder\.layers\.encoder_layer_(\d+)\.mlp\.0\.", r"vit.encoder.layer.\1.intermediate.dense."),
    (r"encoder\.layers\.encoder_layer_(\d+)\.mlp\.3\.", r"vit.encoder.layer.\1.output.dense."),
    (r"encoder\.ln\.", "vit.layernorm."),
    (r"heads\.head\.", "classifier."),
)

RESNET_HUGGING_FACE: Table = (
    (r"conv1\.", "resnet.embedder.embedder.convolution."),
    (r"bn1\.", "resnet.embedder.embedder.normalization."),
    (r"layer(\d)\.(\d+)\.downsample\.0\.", r"resnet.encoder.stages.<\1>.layers.\2.shortcut.convolution."),
    (r"layer(\d)\.(\d+)\.downsample\.1\.", r"resnet.encoder.stages.<\1>.layers.\2.shortcut.normalization."),
    (r"layer(\d)\.(\d+)\.conv(\d)\.", r"resnet.encoder.stages.<\1>.layers.\2.layer.<\3>.convolution."),
    (r"layer(\d)\.(\d+)\.bn(\d)\.", r"resnet.encoder.stages.<\1>.layers.\2.layer.<\3>.normalization."),
    (r"fc\.", "classifier.1."),
)

RESNET_BACKBONE: Table = ((r"fc\.", "head.linear."), (r"", "backbone.body."))

SWIN_TIMM: Table = (
    (r"features\.0\.0\.", "patch_embed.proj."),
    (r"features\.0\.2\.", "patch_embed.norm."),
    (r"features\.(\d)\.(norm|reduction)\.", r"layers.<<\1>>.downsample.\2."),
    (r"features\.(\d)\.(\d+)\.mlp\.0\.", r"layers.<<\1>>.blocks.\2.mlp.fc1."),
    (r"features\.(\d)\.(\d+)\.mlp\.3\.", r"layers.<<\1>>.blocks.\2.mlp.fc2."),
    (r"features\.(\d)\.(\d+)\.", r"layers.<<\1>>.blocks.\2."),
    (r"head\.", "head.fc."),
)

CONVNEXT_TIMM: Table = (
    (r"features\.0\.(\d)\.", r"stem.\1."),
    (r"features\.(\d)\.(\d+)\.block\.0\.", r"stages.<<\1>>.blocks.\2.conv_dw."),
    (r"features\.(\d)\.(\d+)\.block\.2\.", r"stages.<<\1>>.blocks.\2.norm."),
    (r"features\.(\d)\.(\d+)\.block\.3\.", r"stages.<<\1>>.blocks.\2.mlp.fc1."),
    (r"features\.(\d)\.(\d+)\.block\.5\.", r"stages.<<\1>>.blocks.\2.mlp.fc2."),
    (r"features\.(\d)\.(\d+)\.layer_scale", r"stages.<<\1>>.blocks.\2.gamma"),
    (r"features\.(\d)\.(\d)\.", r"stages.<<\1>>.downsample.\2."),
    (r"classifier\.0\.", "head.norm."),
    (r"classifier\.2\.", "head.fc."),
)

VGG_NAMED: Table = (
    (r"features\.(\d+)\.", r"encoder.convs.\1."),
    (r"classifier\.0\.", "decoder.fc1."),
    (r"classifier\.3\.", "decoder.fc2."),
    (r"classifier\.6\.", "decoder.fc3."),
)

_MOBILENET_BLOCKS = [(stage, block) for stage, count in enumerate((1, 2, 3, 4, 3, 3, 1)) for block in range(count)]
_MOBILENET_NAMES = (
    {"0.0": "conv_dw", "0.1": "bn1", "1": "conv_pw", "2": "bn2"},
    {"0.0": "conv_pw", "0.1": "bn1", "1.0": "conv_dw", "1.1": "bn2", "2": "conv_pwl", "3": "bn3"},
)


def _mobilenet() -> Table:
    ends = {"features.0.0": "conv_stem", "features.0.1": "bn1", "features.18.0": "conv_head", "features.18.1": "bn2"}
    rules = [*ends.items(), ("classifier.1", "classifier")]
    for number, (stage, block) in enumerate(_MOBILENET_BLOCKS, 1):
        names = _MOBILENET_NAMES[number > 1]
        rules += [(f"features.{number}.conv.{old}", f"blocks.{stage}.{block}.{new}") for old, new in names.items()]
    return tuple((re.escape(old) + r"\.(?=\D)", f"{new}.") for old, new in rules)


MOBILENET_TIMM = _mobilenet()


class Renamed(NamedTuple):
    """A network under two sets of names."""

    a: Side
    b: Side
    truth: Mapping[str, tuple[str, ...]]
    """The key in a that each key in b comes of; several where b has in one what a has in parts."""

    def reversed(self) -> Renamed:
        """The same the other way round."""
        back: dict[str, tuple[str, ...]] = {}
        for new, olds in self.truth.items():
            for old in olds:
                back[old] = (*back.get(old, ()), new)
        return Renamed(self.b, self.a, back)

    def changed(self, change: Callable[[Side], Side], other: Callable[[Side], Side] | None = None) -> Renamed:
        """With items taken from the sides, added to them or put in another order."""
        return Renamed(change(self.a), (other or change)(self.b), self.truth)


def names(key: str, table: Table) -> tuple[str, ...]:
    """What a key is called there. `<1>` in a table is one less, `<<1>>` half; `{q|k|v}` are three names."""
    for old, new in table:
        found = re.match(old, key)
        if found:
            name = found.expand(new) + key[found.end() :]
            name = re.sub(r"<<(\d+)>>", lambda number: str(int(number[1]) // 2), name)
            name = re.sub(r"<(\d+)>", lambda number: str(int(number[1]) - 1), name)
            parts = re.search(r"\{(.*)\}", name)
            return tuple(name.replace(parts[0], part) for part in parts[1].split("|")) if parts else (name,)
    return (key,)


def renamed(a: Side, table: Table) -> Renamed:
    """A side beside the same network with the names of a table."""
    items: list[Item] = []
    truth: dict[str, tuple[str, ...]] = {}
    for item in a.items:
        found = names(item.key, table)
        assert item.shape is not None
        shape = (item.shape[0] // len(found), *item.shape[1:]) if len(found) > 1 else item.shape
        items += [Item(name, shape, item.dtype) for name in found]
        truth |= dict.fromkeys(found, (item.key,))
    return Renamed(a, Side("renamed", "model", tuple(items)), truth)


def renamed_state(state: Mapping[str, torch.Tensor], table: Table) -> dict[str, torch.Tensor]:
    """A state_dict with the names of a table; what has three names there is cut in three."""
    made: dict[str, torch.Tensor] = {}
    for key, value in state.items():
        found = names(key, table)
        made |= zip(found, value.chunk(len(found)) if len(found) > 1 else (value,))
    return made
