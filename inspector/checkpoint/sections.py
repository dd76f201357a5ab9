"""The parts of a training checkpoint, named for what they are.

People call the same thing by many names: the weights are `state_dict`, `model`, `net`, `model_state_dict` ...
The name is looked up first; what it does not settle, the content does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..language import marked, tr
from .entries import Branch, Entry, Section, Tensor

_TITLES = {
    "weights": marked("model weights"),
    "ema": marked("averaged weights (EMA)"),
    "optimizer": marked("optimizer state"),
    "scheduler": marked("learning rate scheduler"),
    "scaler": marked("AMP gradient scaler"),
    "epoch": marked("epoch"),
    "step": marked("step"),
    "loss": marked("loss"),
    "metric": marked("metric"),
    "arguments": marked("arguments"),
    "rng": marked("random number generators"),
    "versions": marked("versions"),
    "constructor": marked("constructor arguments"),
    "callbacks": marked("callbacks"),
    "other": marked("other"),
}

# Names are compared in lower case. What nearly everybody writes is looked up; compiling the patterns takes longer
# than reading a small file.
_USUAL = {
    "epoch": "epoch", "state_dict": "weights", "model_state_dict": "weights", "model": "weights", "net": "weights",
    "optimizer": "optimizer", "optimizer_state_dict": "optimizer", "scheduler": "scheduler",
    "lr_scheduler": "scheduler",
    "loss": "loss", "valid_loss_min": "loss", "best_loss": "loss", "args": "arguments", "config": "arguments",
    "input_size": "constructor", "output_size": "constructor", "hidden_layers": "constructor", "arch": "constructor",
}  # fmt: skip
_BY_NAME = (  # the first pattern that matches decides
    ("ema", r"(.*_)?(ema|params_ema|averaged?_model|shadow|shadow_params|swa(_model)?|teacher)(_.*)?"),
    ("optimizer", r"(.*_)?(optim|optimi[sz]ers?)(_.*)?(?<!scheduler)"),
    ("scheduler", r"(.*_)?((lr_?)?sched(uler)?s?)(_.*)?"),
    ("scaler", r"(.*_)?(scaler|amp|native_amp_\w*|grad_scaler|mixed_precision\w*)(_.*)?"),
    ("rng", r"(.*_)?(rng|random|rng_states?|random_states?|seed|seeds|generator_state)(_.*)?"),
    ("weights", r"(model|net|network|module|(model_|net_|network_)?(state_?dict|state|weights|params|parameters))"),
    ("epoch", r"((start|last|current|cur|best|global|num|n|max|total|trained)_?)*epochs?|iter_epoch"),
    ("step", r"((global|start|last|total|n|num|train\w*)_?)*(steps?|iters?|iterations?|updates?)"),
    ("loss", r".*loss(es)?(_.*)?"),
    ("metric", r"(.*_)?(acc\d*|accuracy|best_\w+|top[15]|f1|auc|map|mae|mse|rmse|m?iou|psnr|ssim|perplexity"
               r"|ppl|bleu|score|metrics?|history|prec[15]|fid|wer|cer)(_.*)?"),
    ("arguments", r"(args?|arguments|opts?|options|hparams|hyper_?param(eter)?s|config|cfg|conf|settings"
                  r"|params_dict|train_args|model_args|model_config|training_args|hyperparameters)"),
    ("constructor", r"((input|output|hidden|embed\w*|image|img|patch|kernel|vocab)_(size|dim|channels)s?|hidden_\w+"
                    r"|(num|n)_\w+|\w+_(dims?|channels|features|layers|heads|units)(_\w+)?|arch|architecture"
                    r"|model_(name|type|class)|(layer|activation)_type|activation|class_to_idx|classes|class_names"
                    r"|vocab|dropout|drop_p|bias|add_\w+|init_args|kwargs)"),
    ("versions", r"(.*_)?versions?|commit\w*|git\w*|date|time|timestamp"),
    ("callbacks", r"callbacks?|loops"),
)  # fmt: skip
_NETWORKS = (
    r"(generator|discriminator|encoder|decoder|actor|critic|policy|backbone|head|g|d|net_?g|net_?d)(_state_?dict)?"
)


MOST = 1000
"""Entries at the top that are looked at: a dict of more is a table, and not the parts of a checkpoint."""


def sections(root: Branch) -> tuple[Section, ...]:
    """The sections of a file, in its order; one for the whole where it is nothing but weights."""
    if root.kind == "module":
        return (Section("", "weights", tr("whole module")),)
    if _is_weights(root):
        return (Section("", "weights", tr(_TITLES["weights"])),)
    if root.kind != "mapping":
        return ()
    return tuple(_sections_of(root))


def _sections_of(root: Branch) -> Iterator[Section]:
    for entry in root.children[:MOST]:
        if isinstance(entry, Branch) and entry.attribute:
            continue
        role = _role(entry)
        yield Section(entry.name, role, tr(_TITLES[role]))


def _role(entry: Entry) -> str:
    by_content = _by_content(entry)
    by_name = _by_name(entry.name)
    if by_content in ("optimizer", "scheduler"):
        return by_content
    if by_content == "weights":
        return by_name if by_name in ("ema", "rng") else "weights"
    if by_name in ("weights", "ema") and not (isinstance(entry, Branch) and _has_tensors(entry)):
        return "other"  # `model: "resnet18"` is a name, no weights
    if by_name in ("optimizer", "scheduler") and not isinstance(entry, Branch):
        return "arguments"
    return by_name or "other"


def _by_name(name: str) -> str:
    lowered = name.lower().replace("-", "_").replace(" ", "_")[:80]
    return _USUAL.get(lowered) or next((role for role, pattern in _BY_NAME if re.fullmatch(pattern, lowered)), "")


def _by_content(entry: Entry) -> str:
    if not isinstance(entry, Branch):
        return ""
    names = {child.name for child in entry.children[:64]}
    if {"state", "param_groups"} <= names:
        return "optimizer"
    if {"last_epoch", "_step_count"} <= names:
        return "scheduler"
    if entry.kind == "module" or _is_weights(entry):
        return "weights"
    return "weights" if re.fullmatch(_NETWORKS, entry.name.lower()) and _has_tensors(entry) else ""


def _is_weights(branch: Branch) -> bool:
    """Whether it is a state_dict: names to tensors, hardly anything else."""
    if branch.kind not in ("mapping", "module"):
        return False
    items = [child for child in branch.children if not (isinstance(child, Branch) and child.attribute)]
    tensors = sum(isinstance(child, Tensor) and not child.is_array for child in items)
    named = sum(isinstance(child, Tensor) and not child.name.isdigit() for child in items[:200])
    containers = any(isinstance(child, Branch) and child.kind != "object" for child in items)
    return tensors > 0 and named > 0 and not containers and len(items) - tensors <= tensors // 2


def _has_tensors(branch: Branch, depth: int = 0) -> bool:
    if depth > 12:
        return False
    return any(
        isinstance(child, Tensor) or (isinstance(child, Branch) and _has_tensors(child, depth + 1))
        for child in branch.children[:200]
    )
