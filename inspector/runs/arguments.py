"""What a file says of how it was trained: the arguments of its script, by the names that scripts give them.

    arguments_of(checkpoint, fields)["batch_size"]              50
    setting(arguments, "lr")                                     0.01, also where it is called learning_rate
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..checkpoint.entries import Branch, Checkpoint, Value
from .stored import Field, entry_at, plain

_MOST = 1000
_AT_TOP = (
    "lr", "learning_rate", "batch_size", "optimizer", "optim", "criterion", "loss_fn", "dataset", "weight_decay",
    "momentum", "seed", "num_workers", "arch", "scheduler", "lr_scheduler",
)  # fmt: skip
"""Settings that some scripts save beside the weights, and not in a part of their own."""
_NAMES: Mapping[str, tuple[str, ...]] = {
    "batch_size": ("batch_size", "train_batch_size", "batchsize", "bs", "per_device_train_batch_size"),
    "lr": ("lr", "learning_rate", "base_lr", "init_lr"),
    "optimizer": ("optimizer", "optim", "optimizer_name", "opt", "optimizer_type", "optim_name"),
    "criterion": ("criterion", "loss_fn", "loss_function", "loss", "loss_type", "loss_name", "objective"),
    "clip": ("clip", "grad_clip", "clip_grad", "gradient_clip_val", "max_grad_norm", "clip_grad_norm", "max_norm"),
    "momentum": ("momentum",),
    "weight_decay": ("weight_decay", "wd"),
    "epochs": ("epochs", "num_epochs", "n_epochs", "max_epochs", "num_train_epochs", "total_epochs", "epoch"),
    "seed": ("seed", "random_seed", "manual_seed"),
    "task": ("task", "problem_type", "objective"),
}  # fmt: skip
"""Setting -> what scripts call it, the usual one first."""


def arguments_of(checkpoint: Checkpoint, fields: Sequence[Field]) -> dict[str, object]:
    """All settings of a file by name; those that lie deeper (`train.lr`) by their last name, where it is free."""
    found: dict[str, object] = {}
    for child in checkpoint.root.children[:_MOST]:
        if child.name.lower() in _AT_TOP and isinstance(child, Value):
            found[child.name] = child.value
    for field in fields:
        entry = entry_at(checkpoint.root, field.key) if field.role == "arguments" else None
        if isinstance(entry, Branch):
            _take(entry, found)
    return found


def setting(arguments: Mapping[str, object], name: str) -> object:
    """The setting that is called `name` or one of its other names; None where there is none."""
    lowered = {key.lower(): value for key, value in arguments.items()}
    return next((lowered[each] for each in _NAMES.get(name, (name,)) if lowered.get(each) is not None), None)


def _take(branch: Branch, found: dict[str, object], depth: int = 0) -> None:
    for child in branch.children[:_MOST]:
        if isinstance(child, Branch) and child.kind != "sequence" and depth < 2:
            _take(child, found, depth + 1)
        else:
            found.setdefault(child.name, plain(child))
