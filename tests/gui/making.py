"""Checkpoints made by hand, for what no file is needed for."""

from __future__ import annotations

from inspector.checkpoint.entries import Branch, Storage, Tensor, Value
from inspector.checkpoint.folding import fold
from inspector.checkpoint.layers import layer
from inspector.checkpoint.outline import Outline
from inspector.checkpoint.sources import MemorySource
from inspector.gui.item_models.tree_cells import Cells
from inspector.gui.item_models.tree_model import CheckpointTreeModel


def tensor(name: str, *shape: int, damage: str = "") -> Tensor:
    stride, step = [], 1
    for size in reversed(shape):
        stride.insert(0, step)
        step *= size
    storage = Storage(name, "float32", "cpu", step * 4, MemorySource(bytes(step * 4)))
    return Tensor(name, "float32", shape, tuple(stride), 0, storage, damage=damage)


def transformer(layers: int = 4) -> Branch:
    """A state_dict with repeated blocks, an epoch and a broken tensor."""
    names = [
        tensor(f"model.layers.{number}.{part}", *shape)
        for number in range(layers)
        for part, shape in (("attn.weight", (8, 8)), ("attn.bias", (8,)), ("mlp.weight", (16, 8)))
    ]
    state = Branch("state_dict", "collections.OrderedDict", "mapping", (*names, tensor("head.weight", 2, 8)))
    return Branch(
        "", "dict", "mapping", (Value("epoch", "int", 3), state, tensor("lost", 4, damage="Its bytes are missing."))
    )


def cells_of(root: Branch, *, folded: bool = False) -> Cells:
    outline = Outline.of(root)
    return Cells(fold(outline) if folded else outline, {}, {}, layer)


def model_of(root: Branch, *, folded: bool = False) -> CheckpointTreeModel:
    return CheckpointTreeModel(cells_of(root, folded=folded))
