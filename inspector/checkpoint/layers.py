"""What kind of layer a row of the tree is, in a few words: `Linear 512→256`, `Conv2d 3→64 7×7`, `BatchNorm 64`.

A state_dict keeps no classes, only names and shapes; those of most layers give them away. Where a module was
saved whole, its class and what its constructor was given are known, and these are used instead.

Why this way: the words are a help for the eye, so they must not be wrong. What shapes leave open is left open:
a BatchNorm does not say of how many dimensions, a norm in a convolutional block not whether of layers or groups,
and a composite block (Bottleneck, TransformerEncoderLayer) gets no word at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import islice

from ..wording import safe
from .entries import Branch, Entry, Tensor, Value
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


def _children(outline: Outline, row: int) -> dict[str, Entry | None]:
    found: dict[str, Entry | None] = {}
    for child in outline.children(row):
        if len(found) > _MANY:
            return {}
        found[outline.labels[child]] = outline.entries[child]
    return found


def _shapes_of(children: dict[str, Entry | None]) -> Shapes:
    return {label: entry.shape for label, entry in children.items() if type(entry) is Tensor}


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
        return f"MultiheadAttention {packed[1]}"
    query = shapes.get("q_proj_weight")
    return f"MultiheadAttention {query[0]}" if query is not None and "in_proj_bias" in shapes else ""


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
        words.append(f"projected to {states[1]}")
    if f"weight_ih{suffix}_reverse" in shapes:
        words.append("bidirectional")
    return " ".join(words)


def _normalisation(shapes: Shapes, name: str) -> str:
    weight = shapes.get("weight", shapes.get("gamma"))
    bias = shapes.get("bias", shapes.get("beta"))
    mean = shapes.get("running_mean")
    if mean is not None and len(mean) == 1 and (weight is None or weight == mean):
        return (
            f"BatchNorm {mean[0]}"
            if weight or "num_batches_tracked" in shapes
            else f"BatchNorm or InstanceNorm {mean[0]}"
        )
    if not weight or (len(weight) > 1 and weight != bias):
        return ""
    if bias == weight:
        return f"{_norm_by_name(name)} {_by(weight)}"
    if bias is None and ("norm" in name or re.search(r"(^|_)ln", name)):
        return f"RMSNorm {weight[0]}"
    if bias is None and (weight == (1,) or "relu" in name or "act" in name):
        return f"PReLU {weight[0]}"
    return ""


def _norm_by_name(name: str) -> str:
    if re.search(r"layer_?norm|(^|_)ln", name):
        return "LayerNorm"
    if re.search(r"group_?norm|(^|_)gn", name):
        return "GroupNorm"
    return "LayerNorm or GroupNorm"


def _weighted(shapes: Shapes, name: str, before: int | None) -> str:
    """Layers with a matrix or kernels; `weight_v` and `weight_orig` are those of weight and spectral norm."""
    weight = next((shapes[label] for label in ("weight", "weight_v", "weight_orig") if label in shapes), ())
    bias = shapes.get("bias")
    if len(weight) == 2:
        if bias is None and any(part in name for part in _EMBEDDING_NAMES):
            return f"Embedding {_by(weight)}"
        return f"Linear {weight[1]}→{weight[0]}" if bias is None or bias == weight[:1] else ""
    if 3 <= len(weight) <= 5:
        return _convolution(weight, bias, name, before)
    return ""


def _convolution(weight: Shape, bias: Shape | None, name: str, before: int | None) -> str:
    """The kernels of a convolution are [out, in / groups, ...], those of a transposed one [in, out / groups, ...]."""
    first, second, kernel = weight[0], weight[1], _by(weight[2:])
    dimensions = f"{len(weight) - 2}d"
    transposed = any(part in name for part in _TRANSPOSED_NAMES)
    if bias is not None and bias != (first,):
        if bias == (second,):
            return f"ConvTranspose{dimensions} {first}→{second} {kernel}"
        return ""
    if transposed and (bias is None or first == second):
        return f"ConvTranspose{dimensions}? {first}→{second} {kernel}"
    if second == 1 and first > 1 and (before == first or "depthwise" in name or name.startswith("dw")):
        return f"Conv{dimensions} {first} {kernel} depthwise"
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
                return f"LoRA {first[1]}→{second[0]} rank {first[0]}"
    return ""


def _only_shape(outline: Outline, row: int) -> Shape:
    shapes = [entry.shape for entry in outline.entries[row : outline.ends[row]][:4] if type(entry) is Tensor]
    return shapes[0] if len(shapes) == 1 else ()


# -- from what a module was made with ----------------------------------------------------------------


def _of_module(outline: Outline, row: int, entry: Branch) -> str:
    name = entry.type.rpartition(".")[2]
    children = _children(outline, row)
    settings = {label: value for label, child in children.items() if (value := _setting(child)) is not None}
    for pattern, words in _BY_CLASS:
        if re.search(pattern, name):
            try:
                return f"{name} {words(settings)}".rstrip()
            except (KeyError, TypeError, ValueError):  # not there, or not what the class has there
                break
    shapes = _shapes_of(children)
    _, _, size = _of_shapes(tuple(shapes), tuple(shapes.values()), name.lower(), None).partition(" ")
    return f"{name} {size}".rstrip()


Setting = int | float | str | Shape


def _setting(entry: Entry | None) -> Setting | None:
    """What a module was made with: a number, a word, or a tuple of whole numbers."""
    if type(entry) is Value:
        if isinstance(entry.value, str) and re.fullmatch(r"[\[(][\d, ]*[\])]", entry.value[:200]):
            return tuple(map(int, re.findall(r"\d{1,18}", entry.value)))
        return entry.value if isinstance(entry.value, (int, float, str)) else None
    if type(entry) is Branch and entry.kind == "sequence" and len(entry.children) < 9:
        numbers = [child.value for child in entry.children if type(child) is Value and type(child.value) is int]
        return tuple(numbers) if len(numbers) == len(entry.children) else None
    return None


Settings = dict[str, Setting]


def _of_convolution(settings: Settings) -> str:
    into, out, groups = settings["in_channels"], settings["out_channels"], settings.get("groups", 1)
    words = [f"{into}→{out} {_by(settings['kernel_size'])}"]
    if groups == into and groups == out != 1:
        words = [f"{into} {_by(settings['kernel_size'])} depthwise"]
    elif groups != 1:
        words.append(f"groups {groups}")
    for label in ("stride", "dilation"):
        step = _step(settings.get(label, 1))
        words += [f"{label} {step}"] if step != "1" else []
    return " ".join(words)


def _step(setting: Setting) -> str:
    """A stride as people say it: `2`, or `2×1` where the dimensions differ."""
    return str(setting[0]) if isinstance(setting, tuple) and len(set(setting)) == 1 else _by(setting)


def _of_recurrent(settings: Settings) -> str:
    words = [f"{settings['input_size']}→{settings['hidden_size']}"]
    if settings.get("num_layers", 1) != 1:
        words.append(f"×{settings['num_layers']}")
    if settings.get("bidirectional"):
        words.append("bidirectional")
    return " ".join(words)


def _of_pooling(settings: Settings) -> str:
    kernel, stride = settings["kernel_size"], settings.get("stride", settings["kernel_size"])
    return _by(kernel) if _step(stride) == _step(kernel) else f"{_by(kernel)} stride {_step(stride)}"


_BY_CLASS: tuple[tuple[str, Callable[[Settings], str]], ...] = (
    (r"^Conv(Transpose)?[123]d$", _of_convolution),
    (r"Linear$", lambda settings: f"{settings['in_features']}→{settings['out_features']}"),
    (r"^(Sync|Lazy)?(Batch|Instance)Norm", lambda settings: f"{settings['num_features']}"),
    (r"^(Layer|RMS)Norm$", lambda settings: _by(settings["normalized_shape"])),
    (r"^GroupNorm$", lambda settings: f"{settings['num_channels']}, {settings['num_groups']} groups"),
    (r"^Embedding(Bag)?$", lambda settings: f"{settings['num_embeddings']}×{settings['embedding_dim']}"),
    (r"^(LSTM|GRU|RNN)(Cell)?$", _of_recurrent),
    (r"^MultiheadAttention$", lambda settings: f"{settings['embed_dim']}, {settings['num_heads']} heads"),
    (r"Dropout", lambda settings: f"{settings['p']:g}"),
    (r"^Adaptive\w+Pool[123]d$", lambda settings: _by(settings["output_size"])),
    (r"^(Max|Avg|LP)Pool[123]d$", _of_pooling),
    (r"^LeakyReLU$", lambda settings: f"{settings['negative_slope']:g}"),
    (r"^(Log)?Softmax$", lambda settings: f"dim {settings['dim']}"),
    (r"^PixelShuffle$", lambda settings: f"{settings['upscale_factor']}"),
)
"""Pattern of the class's name -> what its settings say. Where one is missing or odd, shapes must do."""


def _by(sizes: Setting | Iterable[int]) -> str:
    """`7×7`, from a shape or a number."""
    return str(sizes) if isinstance(sizes, (int, float, str)) else "×".join(map(str, sizes))
