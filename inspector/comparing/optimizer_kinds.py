"""Which optimizer wrote a state: told by its settings, and by what it keeps for each parameter.

The settings are those of torch 2.13 (`torch/optim`), of Lion and of the Adafactor that the transformers library has;
older torch has fewer of them, so that a kind asks only for those that tell it from the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

from ..language import marked, tr
from ..wording import all_of, row_of, safe

EITHER_ADAM = marked("Adam or AdamW")
_ADAM_LIKE = marked("an optimizer of the Adam family")


class _Kind(NamedTuple):
    """An optimizer, and what tells it."""

    name: str
    settings: frozenset[str]
    """What its groups have."""
    without: frozenset[str] = frozenset()
    """What they have not."""
    entries: frozenset[str] = frozenset()
    """What it keeps for a parameter, as far as anything is kept."""


def _kind(name: str, settings: str, without: str = "", entries: str = "") -> _Kind:
    return _Kind(name, *(frozenset(words.split()) for words in (settings, without, entries)))


_KINDS = (
    _kind("LBFGS", "history_size line_search_fn"),
    _kind("Muon", "ns_steps ns_coefficients"),
    _kind("Rprop", "etas step_sizes"),
    _kind("ASGD", "lambd alpha t0"),
    _kind("Adadelta", "rho"),
    _kind("Adafactor", "beta2_decay d"),
    _kind("Adafactor (transformers)", "scale_parameter relative_step"),
    _kind("Adagrad", "lr_decay", entries="sum"),
    _kind("NAdam", "betas momentum_decay"),
    _kind("RMSprop", "alpha centered"),
    _kind("SGD", "momentum dampening"),
    _kind("Adam", "betas amsgrad"),
    _kind("SparseAdam", "betas eps", "weight_decay"),
    _kind("Adamax", "betas eps", "decoupled_weight_decay", "exp_inf"),
    _kind("RAdam", "betas eps", entries="exp_avg_sq"),
    _kind("Lion", "betas", "eps", "exp_avg"),
)  # fmt: skip
"""The first that fits is it: those that only few settings tell stand behind those that have more."""
_SHOWN = ("lr", "betas", "momentum", "alpha", "rho", "eps", "weight_decay")


def kind_of(settings: Mapping[str, object], entries: Set[str]) -> str:
    """The optimizer as people call it, with what changes how it works: `AdamW with amsgrad`, `SGD with momentum 0.9`.
    Empty where neither settings nor entries tell."""
    name = tr(class_of(settings, entries))
    features = features_of(settings, entries)
    return tr("{name} with {features}", name=name, features=all_of(features)) if features else name


def class_of(settings: Mapping[str, object], entries: Set[str]) -> str:
    """The name of its class, the same in every language: `AdamW`, `8-bit Adam`; `EITHER_ADAM` or `_ADAM_LIKE` where
    more cannot be told. Empty where nothing can."""
    name = next((kind.name for kind in _KINDS if _fits(kind, settings.keys(), entries)), "")
    if name == "Adam":
        name = _adam(settings)
    if not name:
        return _ADAM_LIKE if "exp_avg_sq" in entries or "state2" in entries else ""
    return f"8-bit {name}" if "state1" in entries else name


def features_of(settings: Mapping[str, object], entries: Set[str]) -> list[str]:
    """What changes how it works: `amsgrad`, `momentum 0.9`; none where the class cannot be told."""
    return _features(settings) if class_of(settings, entries) not in ("", _ADAM_LIKE) else []


def settings_words(settings: Mapping[str, object]) -> str:
    """What people ask for first: `lr 0.001, betas (0.9, 0.999), weight_decay 0.01`."""
    return row_of([f"{name} {safe(str(settings[name]), 60)}" for name in _SHOWN if name in settings])


def _fits(kind: _Kind, settings: Set[str], entries: Set[str]) -> bool:
    told = kind.settings <= settings and kind.without.isdisjoint(settings | entries)
    return told and (kind.entries <= entries if entries else True)


def _adam(settings: Mapping[str, object]) -> str:
    """torch 2.7 and later say whether the weight decay is decoupled, which is all that tells the two apart."""
    decoupled = settings.get("decoupled_weight_decay")
    if decoupled is None:
        return EITHER_ADAM
    return "AdamW" if decoupled else "Adam"


def _features(settings: Mapping[str, object]) -> list[str]:
    features = [name for name in ("amsgrad", "centered") if settings.get(name) is True]
    if "dampening" in settings or "centered" in settings:
        momentum = settings.get("momentum")
        if momentum:
            is_nesterov = settings.get("nesterov") is True
            said = safe(str(momentum), 20)
            features.append(tr("Nesterov momentum {value}" if is_nesterov else "momentum {value}", value=said))
    return features
