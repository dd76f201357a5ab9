"""What kind of layer a row of the tree is, in a few words: `Linear 512→256`, `Conv2d 3→64 7×7`, `BatchNorm 64`.

A state_dict keeps no classes, only names and shapes; those of most layers give them away. Where a module was
saved whole, its class and what its constructor was given are known, and these are used instead.

Why this way: the words are a help for the eye, so they must not be wrong. What shapes leave open is left open:
a BatchNorm does not say of how many dimensions, a norm in a convolutional block not whether of layers or groups,
and a composite block (Bottleneck, TransformerEncoderLayer) gets no word at all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

from ..language import tr
from ..wording import safe
from .entries import Branch, Entry, Tensor
from .module_settings import by, words_of_settings
from .outline import Outline

Shape = tuple[int, ...]
Shapes = dict[str, Shape]

_MANY = 100
"""A row with more children than this is no layer, and is not looked through."""
_LOOK_BACK = 12
"""How many rows before a convolution may hold the layer whose output it takes."""
_EMBEDDING_NAMES = ("emb", "wte", "wpe", "vocab", "codebook", "lookup", "shared", "relative_attention_bias")
_TRANSPOSED_NAMES = ("transpose", "deconv", "upconv", "up_conv", "tconv", "convt")
_BESIDE_LOW_RANK = ("lora_A", "lora_down", "base_layer")
"""What comes first where there are low-rank factors."""
_GATES = {4: "LSTM", 3: "GRU", 1: "RNN"}


def layer(outline: Outline, row: int) -> str:
    """The layer at `row` in a few words; empty when it is none, or none that can be told."""
    entry = outline.entries[row]
    if type(entry) is Branch and entry.kind == "module":
        return safe(_of_module(outline, row, entry), 80)
    if outline.ends[row] == row + 1 or (entry is not None and not _may_hold_a_layer(entry)):
        return ""
    labels, shapes = _tensors_in(outline, row)
    if not shapes:
        return _low_rank(outline, row)
    before = None
    for shape in shapes:
        if len(shape) > 2 and shape[1] == 1:  # one channel, or one for each group
            before = _width_before(outline, row)
    return _of_shapes(labels, shapes, _telling_name(outline, row), before)


def _may_hold_a_layer(entry: Entry) -> bool:
    return type(entry) is Branch and entry.kind == "mapping" and not entry.attribute


def _tensors_in(outline: Outline, row: int) -> tuple[tuple[str, ...], tuple[Shape, ...]]:
    """The labels and shapes of the tensors right below a row; none if it has too much below it for a layer."""
    labels, shapes = [], []
    entries, ends = outline.entries, outline.ends
    child, end = row + 1, ends[row]
    for _ in range(_MANY):
        entry = entries[child]
        if type(entry) is Tensor:
            labels.append(outline.labels[child])
            shapes.append(entry.shape)
        child = ends[child]
        if child == end:
            return tuple(labels), tuple(shapes)
    return (), ()


def _telling_name(outline: Outline, row: int) -> str:
    """The name of the row in small letters; where it is a number, the one it lies in."""
    while outline.labels[row].isdecimal() and outline.parents[row] >= 0:
        row = outline.parents[row]
    return outline.labels[row][:200].lower()


def _width_before(outline: Outline, row: int) -> int | None:
    """How many outputs the layer before has, as far as the same state_dict goes on before `row`."""
    for other in range(row - 1, max(row - _LOOK_BACK, 0) - 1, -1):
        entry = outline.entries[other]
        if type(entry) is Branch:
            return None
        if type(entry) is Tensor and entry.shape:
            return entry.shape[0]
    return None


# -- from shapes -------------------------------------------------------------------------------------


@lru_cache(4096)
def _of_shapes(labels: tuple[str, ...], sizes: tuple[Shape, ...], name: str, before: int | None) -> str:
    shapes = dict(zip(labels, sizes, strict=False))
    return _attention(shapes) or _recurrent(shapes) or _normalisation(shapes, name) or _weighted(shapes, name, before)


def _attention(shapes: Shapes) -> str:
    packed = shapes.get("in_proj_weight")
    if packed is not None and len(packed) == 2 and packed[0] == 3 * packed[1]:
        return tr("MultiheadAttention {packed}", packed=packed[1])
    query = shapes.get("q_proj_weight")
    return tr("MultiheadAttention {query}", query=query[0]) if query is not None and "in_proj_bias" in shapes else ""


def _recurrent(shapes: Shapes) -> str:
    suffix = "_l0" if "weight_ih_l0" in shapes else ""
    inputs, states = shapes.get(f"weight_ih{suffix}", ()), shapes.get(f"weight_hh{suffix}", ())
    if len(inputs) != 2 or len(states) != 2 or inputs[0] != states[0]:
        return ""
    size = shapes[f"weight_hr{suffix}"][-1] if f"weight_hr{suffix}" in shapes else states[1]
    if not size or inputs[0] % size or inputs[0] // size not in _GATES:
        return ""
    words = [f"{_GATES[inputs[0] // size]}{'' if suffix else 'Cell'} {inputs[1]}→{size}"]
    depth = sum(re.fullmatch(r"weight_ih_l\d+", label) is not None for label in shapes)
    if depth > 1:
        words.append(f"×{depth}")
    if states[1] != size:
        words.append(tr("projected to {states}", states=states[1]))
    if f"weight_ih{suffix}_reverse" in shapes:
        words.append("bidirectional")
    return " ".join(words)


def _normalisation(shapes: Shapes, name: str) -> str:
    weight = shapes.get("weight", shapes.get("gamma"))
    bias = shapes.get("bias", shapes.get("beta"))
    mean = shapes.get("running_mean")
    if mean is not None and len(mean) == 1 and (weight is None or weight == mean):
        return (
            tr("BatchNorm {mean}", mean=mean[0])
            if weight or "num_batches_tracked" in shapes
            else tr("BatchNorm or InstanceNorm {mean}", mean=mean[0])
        )
    if not weight or (len(weight) > 1 and weight != bias):
        return ""
    if bias == weight:
        return f"{_norm_by_name(name)} {by(weight)}"
    if bias is None and ("norm" in name or re.search(r"(^|_)ln", name)):
        return tr("RMSNorm {weight}", weight=weight[0])
    if bias is None and (weight == (1,) or "relu" in name or "act" in name):
        return tr("PReLU {weight}", weight=weight[0])
    return ""


def _norm_by_name(name: str) -> str:
    if re.search(r"layer_?norm|(^|_)ln", name):
        return "LayerNorm"
    if re.search(r"group_?norm|(^|_)gn", name):
        return "GroupNorm"
    return tr("LayerNorm or GroupNorm")


def _weighted(shapes: Shapes, name: str, before: int | None) -> str:
    """Layers with a matrix or kernels; `weight_v` and `weight_orig` are those of weight and spectral norm."""
    weight = next((shapes[label] for label in ("weight", "weight_v", "weight_orig") if label in shapes), ())
    bias = shapes.get("bias")
    if len(weight) == 2:
        if bias is None and any(part in name for part in _EMBEDDING_NAMES):
            return tr("Embedding {by}", by=by(weight))
        return (
            tr("Linear {weight}→{weight_2}", weight=weight[1], weight_2=weight[0])
            if bias is None or bias == weight[:1]
            else ""
        )
    if 3 <= len(weight) <= 5:
        return _convolution(weight, bias, name, before)
    return ""


def _convolution(weight: Shape, bias: Shape | None, name: str, before: int | None) -> str:
    """The kernels of a convolution are [out, in / groups, ...], those of a transposed one [in, out / groups, ...].

    One channel for each output is what the first layer has when pictures are grey; anywhere else it is depthwise,
    for certain when the layer before has as many outputs (two that stand side by side may come in any order).
    """
    first, second, kernel = weight[0], weight[1], by(weight[2:])
    dimensions = f"{len(weight) - 2}d"
    transposed = any(part in name for part in _TRANSPOSED_NAMES)
    if bias is not None and bias != (first,):
        if bias == (second,):
            return f"ConvTranspose{dimensions} {first}→{second} {kernel}"
        return ""
    if transposed and (bias is None or first == second):
        return f"ConvTranspose{dimensions}? {first}→{second} {kernel}"
    named = "depthwise" in name or name.startswith("dw")
    if second == 1 and first > 1 and (named or before):
        return tr(
            "Conv{dimensions} {first} {kernel} depthwise{value}",
            dimensions=dimensions,
            first=first,
            kernel=kernel,
            value="" if named or before == first else "?",
        )
    return f"Conv{dimensions} {second}→{first} {kernel}"


def _low_rank(outline: Outline, row: int) -> str:
    """A pair of low-rank factors: `lora_A.weight` [rank, in] and `lora_B.weight` [out, rank]."""
    if outline.labels[row + 1] not in _BESIDE_LOW_RANK:
        return ""
    rows = {outline.labels[child]: child for child in islice(outline.children(row), 8)}
    for down, up in (("lora_A", "lora_B"), ("lora_down", "lora_up")):
        if down in rows and up in rows:
            first, second = _only_shape(outline, rows[down]), _only_shape(outline, rows[up])
            if len(first) > 1 and len(second) > 1 and first[0] == second[1]:
                return tr("LoRA {first}→{second} rank {first_2}", first=first[1], second=second[0], first_2=first[0])
    return ""


def _only_shape(outline: Outline, row: int) -> Shape:
    shapes = [entry.shape for entry in outline.entries[row : outline.ends[row]][:4] if type(entry) is Tensor]
    return shapes[0] if len(shapes) == 1 else ()


# -- from what a module was made with ----------------------------------------------------------------


def _of_module(outline: Outline, row: int, entry: Branch) -> str:
    name = entry.type.rpartition(".")[2]
    children = _children(outline, row)
    words = words_of_settings(name, children)
    if words is None:
        shapes = {label: child.shape for label, child in children.items() if type(child) is Tensor}
        _, _, words = _of_shapes(tuple(shapes), tuple(shapes.values()), name.lower(), None).partition(" ")
    return f"{name} {words}".rstrip()


def _children(outline: Outline, row: int) -> dict[str, Entry | None]:
    return {outline.labels[child]: outline.entries[child] for child in islice(outline.children(row), _MANY)}
