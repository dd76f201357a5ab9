"""Where the mismatched dimensions stand: in which module, and what each of them counts there.

A name and a shape say a good deal: dimension 0 of a convolution's weight counts what comes out of it, dimension 1
what goes in, the others are its kernel; a bias counts what comes out. So a size that comes out of one layer and goes
into the next is one quantity, and a size that only goes in somewhere came from outside.

Why this way: classes of modules are known only where a model was built or saved whole. Everything here works on names
and shapes alone, and a class, where there is one, only settles what they leave open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from .diffing import SIZE, Pair
from .sides import Shape

OUT, IN, VECTOR, KERNEL, ENTRIES, TOKENS, WINDOW, RANK = (
    "out", "in", "vector", "kernel", "entries", "tokens", "window", "rank"
)  # fmt: skip
"""What a dimension counts: what a layer gives, what it takes, one number for each of what it gives (bias, norm), the
kernel of a convolution, the rows of an embedding, positions in a sequence or a picture, relative positions in a window;
`rank`: the shapes have not even the same number of dimensions."""

_TOKENS = re.compile(r"pos_?emb|position|pos_enc|\bwpe\b|abs_pos|(^|[._])pos$|embed_positions")
_WINDOW = re.compile(r"relative_(position|coords)|rel_pos|attn_mask")
_INDEX = re.compile(r"index|coords|mask")
_ENTRIES = re.compile(r"emb(?!ed_positions)|\bwte\b|vocab|codebook|\bshared$|lookup")
_TRANSPOSED = re.compile(r"transpose|deconv|up_?conv|tconv|convt|(^|\.)up\d*(\.\d+)?$")
_FIRST = re.compile(r"([^.]+\.)?(conv1$|stem|patch_embed|\w*emb|wte|wpe|inc(\.|$)|input|conv_proj|conv_stem|first)")
_LAST = re.compile(r"([^.]+\.)?(\w*head|fc(\.|$)|\w*classif|out(c|put)?(\.|$)|logits|score|cls|\w*pred)")
_PIECES = re.compile(r"[0-9]{1,9}|[^0-9]+")
_LONG = 1000
"""A path is looked at so far and no further."""
_PARAMETRISED = re.compile(r"\.parametrizations\.(weight)$")
_USUAL = re.compile(r"weight|bias|running_|num_batches_tracked|in_proj_|\w+_(weight|bias)$|_extra_state")
"""What parameters of torch's own layers are called: people know them by their layer."""
_RECURRENT = re.compile(r"(weight|bias)_(ih|hh|hr)(_l\d+(_reverse)?)?$")

_MASKS = ("bias", "masked_bias", "mask", "causal_mask", "tril")
"""Of two dimensions or more these say which position may look at which."""
_LARGEST = 2**63 - 1
"""No size of a tensor is larger; a file may claim numbers that are too long to be written out."""


class Spot(NamedTuple):
    """One mismatched dimension."""

    key: str
    dim: int
    """Which dimension of the tensor; -1 when the two have not the same number of dimensions."""
    old: int
    """Its size in the file (the number of dimensions for a `rank`)."""
    new: int
    module: str
    """The path of the module that the tensor belongs to."""
    leaf: str
    """Its name in that module: `weight`, `bias`, `running_mean`."""
    role: str
    order: int
    """The place of the module among all modules, counted as they come in the model."""
    shape: Shape
    """That of the whole tensor in the file."""

    @property
    def matrix(self) -> bool:
        """Whether the tensor has two dimensions or more, and so connects what goes in with what comes out."""
        return len(self.shape) > 1

    @property
    def pair(self) -> tuple[int, int]:
        return self.old, self.new


class Layer(NamedTuple):
    """A module that holds tensors of both sides."""

    path: str
    type: str
    """Its class where that is known."""
    pairs: tuple[Pair, ...]
    """Its tensors that are on both sides and have a shape on both."""
    order: int
    weight: Pair | None
    """Its first tensor of two dimensions or more on both sides."""


def shapes(pair: Pair) -> tuple[Shape, Shape]:
    """The two shapes of a pair that is known to have both."""
    assert pair.a is not None and pair.b is not None
    return pair.a.shape or (), pair.b.shape or ()


def layers(pairs: Iterable[Pair], modules: Mapping[str, str]) -> list[Layer]:
    """The modules of a comparison, in the order in which the model has them.

    Some files sort their keys (safetensors). Their order says nothing, so names have to: `features.2` before
    `features.10`, `stem` before all others and `head` behind.
    """
    found: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.a is None or pair.b is None or pair.a.shape is None or pair.b.shape is None:
            continue
        found.setdefault(split(pair.key)[0], []).append(pair)
    paths = list(found)
    if paths == sorted(paths):
        paths.sort(key=_by_name)
    return [
        Layer(path, modules.get(path, ""), tuple(found[path]), order, next(filter(_is_matrix, found[path]), None))
        for order, path in enumerate(paths)
    ]


def _by_name(path: str) -> tuple[int, list[tuple[bool, int, str]]]:
    """Where a module stands in a network, as far as its name tells."""
    part = 0 if _FIRST.match(path) else 2 if _LAST.match(path) else 1
    pieces = _PIECES.findall(path[:_LONG])
    return part, [(piece.isdecimal(), int(piece) if piece.isdecimal() else 0, piece) for piece in pieces]


def _is_matrix(pair: Pair) -> bool:
    a, b = shapes(pair)
    return len(a) > 1 and len(b) > 1


def split(key: str) -> tuple[str, str]:
    """The module that a key belongs to, and its name there; a parametrised weight belongs to the layer it is of.

    A parameter with a name of its own (`class_token`, `encoder.pos_embedding`) goes by its whole key.
    """
    module, _, leaf = key.rpartition(".")
    if ".parametrizations." in key:
        found = _PARAMETRISED.search(module)
        return (module[: found.start()] if found else module), leaf
    return (module or key if _USUAL.match(leaf) else key), leaf


def spots(layer: Layer) -> Iterator[Spot]:
    """Every mismatched dimension of a module."""
    mismatched = [pair for pair in layer.pairs if pair.kind == SIZE]
    if not mismatched:
        return
    taking = _input_dimension(layer)
    for pair in mismatched:
        a, b = shapes(pair)
        leaf = pair.key.rpartition(".")[2]
        if len(a) != len(b):
            yield Spot(pair.key, -1, len(a), len(b), layer.path, leaf, RANK, layer.order, a)
            continue
        roles = _roles(pair.key, leaf, layer, len(b), taking)
        for dim, (old, new) in enumerate(zip(a, b)):
            if old != new:
                sizes = min(old, _LARGEST), min(new, _LARGEST)
                yield Spot(pair.key, dim, *sizes, layer.path, leaf, roles[dim], layer.order, a)


def _roles(key: str, leaf: str, layer: Layer, rank: int, taking: int) -> Sequence[str]:
    """What each dimension of a tensor counts."""
    of_layer = leaf.startswith(("weight", "bias")) and len(layer.pairs) > 1
    if not of_layer and _WINDOW.search(key):
        return [WINDOW] * rank if _INDEX.search(leaf) else [WINDOW] + [OUT] * (rank - 1)
    if leaf == "position_ids" or (leaf in _MASKS and rank > 1):
        return [TOKENS] * rank
    if not of_layer and _TOKENS.search(key):
        return [TOKENS] * (rank - 1) + [OUT] if rank > 1 else [TOKENS]
    if rank < 2:
        return [VECTOR]
    if _RECURRENT.match(leaf):
        return [OUT, IN if "_ih" in leaf else OUT] + [OUT] * (rank - 2)
    if is_table(layer):
        return [ENTRIES] + [OUT] * (rank - 1)
    if leaf.startswith(("weight", "original")) or leaf.endswith("weight"):
        return [IN if dim == taking else OUT if dim < 2 else KERNEL for dim in range(rank)]
    return [OUT] * rank


def is_table(layer: Layer) -> bool:
    """Whether a module is an embedding: rows to be looked up."""
    if layer.type:
        return layer.type.rpartition(".")[2].startswith("Embedding")
    name = "" if len(layer.pairs) != 1 else layer.path.rstrip("0123456789").rstrip(".").rpartition(".")[2].lower()
    return bool(name and _ENTRIES.search(name)) and len(shapes(layer.pairs[0])[1]) == 2


def _input_dimension(layer: Layer) -> int:
    """Which dimension of the weight counts what goes in: 1, or 0 where weights lie the other way round.

    Transposed convolutions and GPT-2's Conv1D do; there the bias is as long as dimension 1.
    """
    weight = layer.weight
    if weight is None:
        return 1
    a, b = shapes(weight)
    bias = next((shapes(pair) for pair in layer.pairs if pair.key.endswith("bias")), ((), ()))
    if len(a) > 1 and len(b) > 1 and len(bias[0]) == len(bias[1]) == 1 and (a[0], b[0]) != (a[1], b[1]):
        return 0 if (a[1], b[1]) == (bias[0][0], bias[1][0]) else 1
    if layer.type:
        return 0 if "ConvTranspose" in layer.type or layer.type.endswith(".Conv1D") else 1
    return 0 if len(b) > 2 and _TRANSPOSED.search(layer.path.lower()) else 1
