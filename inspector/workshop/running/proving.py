"""Proofs that a test measured the model and nothing else: it was in evaluation mode, and is what it was before.

    Evaluation mode        no module is in training mode, before the test and after it
    Batch normalization    such layers use the statistics they have stored
    Dropout                such layers are off
    Repeatable             the same batch gives the same bits under another seed
    Independent            what a sample gives does not depend on the other samples of its batch
    Weights unchanged      after the test every tensor of the state_dict has the bytes that it had before

Why this way: `model.eval()` only sets a flag. A `F.dropout(x)` that is not told about it, or a normalization that has
nothing stored, goes on as in training and spoils the result without a word. So it is not only looked at what the layers
are, but tried what the model does.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ...language import marked, ntr, sentences, tr
from ...wording import names, plural
from ..failures import text_of
from ..run_words import Check
from . import rng
from .criteria import scores_of
from .evaluating import modules_evaluate, without_gradients
from .where import named

SAMPLES = 16
"""That the model is tried with."""
_ROUNDING = 1e-2
"""How much a sample may differ, as a share of the largest output, when batches of other sizes are calculated by other
kernels. Statistics of a batch change by far more."""
_SEEDS = (1, 2)
_WATCHED_LAYERS = 10_000


# -- what the layers are -----------------------------------------------------------------------------------------


def layer_checks(model: nn.Module) -> tuple[Check, ...]:
    """Evaluation mode, batch normalization and dropout, of a model that was set to evaluate."""
    return _modes(model), _normalization(model), _dropout(model)


def _modes(model: nn.Module) -> Check:
    modules = list(model.named_modules())
    training = [named(path, module) for path, module in modules if module.training]
    if training:
        said = tr(
            "In training mode in spite of model.eval(): {layers}. Its forward, or its eval, sets it.",
            layers=names(training),
        )
        return Check(marked("Evaluation mode"), "warning", said)
    said = tr(
        "model.eval() and inference_mode: none of {modules} is in training mode.",
        modules=plural(len(modules), "module"),
    )
    return Check(marked("Evaluation mode"), "ok", said)


def _normalization(model: nn.Module) -> Check:
    layers = [(path, module) for path, module in model.named_modules() if "BatchNorm" in _kind(module)]
    bare = [named(path, module) for path, module in layers if getattr(module, "running_mean", module) is None]
    if bare:
        said = tr(
            "{layers}: nothing is stored there (track_running_stats=False), so each batch is normalized by itself, and "
            "the result depends on the batch size.",
            layers=names(bare),
        )
        return Check(marked("Batch normalization"), "warning", said)
    if not layers:
        return Check(marked("Batch normalization"), "ok", tr("There is no BatchNorm layer."))
    return Check(
        marked("Batch normalization"),
        "ok",
        ntr("{n} BatchNorm layer with stored statistics.", "{n} BatchNorm layers with stored statistics.", len(layers)),
    )


def _dropout(model: nn.Module) -> Check:
    layers = [(path, module) for path, module in model.named_modules() if "Dropout" in _kind(module)]
    on = [named(path, module) for path, module in layers if module.training]
    if on:
        return Check(marked("Dropout"), "warning", tr("Still on: {layers}.", layers=names(on)))
    if not layers:
        return Check(marked("Dropout"), "ok", tr("There is no Dropout layer."))
    return Check(
        marked("Dropout"),
        "ok",
        ntr("{n} Dropout layer, switched off.", "{n} Dropout layers, switched off.", len(layers)),
    )


def _kind(module: nn.Module) -> str:
    """The class's name, also of a layer in TorchScript."""
    original = getattr(module, "original_name", "")
    return original if isinstance(original, str) and original else type(module).__name__


# -- what the model does -----------------------------------------------------------------------------------------


def trial_checks(model: nn.Module, inputs: Any) -> tuple[Check, ...]:
    """Repeatable and independent, tried with `inputs`, a few samples on the model's device; what the layers are then.

    Random number generators stay as they are. Raises what the model raises.
    """
    with rng.unmoved(), modules_evaluate(model):
        tried = _tried(model, inputs)
        return *layer_checks(model), *tried  # after its forward, which may have changed a mode


def _tried(model: nn.Module, inputs: Any) -> tuple[Check, ...]:
    first, second = (_output(model, inputs, seed) for seed in _SEEDS)
    same = _repeatable(model, inputs, first, second)
    if same.state != "ok":
        return (same,)
    return same, _independent(model, inputs, first)


def _output(model: nn.Module, inputs: Any, seed: int) -> Tensor:
    rng.seed_all(seed)
    with without_gradients():
        return scores_of(model(inputs))


def _repeatable(model: nn.Module, inputs: Any, first: Tensor, second: Tensor) -> Check:
    if _have_same_bits(first, second):
        many = plural(len(first) if first.dim() else 1, "sample")
        said = tr("The same {samples} twice, under different seeds, gave the same bits.", samples=many)
        return Check(marked("Repeatable"), "ok", said)
    if first.device.type != "cpu" and _are_close(first, second, 1e-4):
        said = tr(
            "The same samples twice agree up to rounding, as kernels of {device} may do it.", device=first.device.type
        )
        return Check(marked("Repeatable"), "ok", said)
    where = _first_that_differs(model, inputs)
    said = tr(
        "The same samples twice give different outputs: {layer} draws random numbers in evaluation mode too.",
        layer=where,
    )
    hint = tr("A functional dropout needs training=self.training.")
    return Check(marked("Repeatable"), "warning", sentences(said, hint))


def _independent(model: nn.Module, inputs: Any, whole: Tensor) -> Check:
    """Half of the samples by themselves against the same half among all."""
    half = len(whole) // 2 if whole.dim() else 0
    if not isinstance(inputs, Tensor) or not half or len(inputs) != len(whole):
        return Check(marked("Independent"), "assumed", tr("Whether samples depend on each other could not be tried."))
    try:
        alone = _output(model, inputs[:half].clone(), _SEEDS[0])
    except Exception as error:  # a model that takes only batches of one size
        return Check(
            marked("Independent"), "assumed", tr("It takes no smaller batch ({reason}).", reason=text_of(error)[:200])
        )
    if alone.shape == whole[:half].shape and _are_close(alone, whole[:half], _ROUNDING):
        return Check(
            marked("Independent"), "ok", tr("A sample gives the same whichever other samples are in its batch.")
        )
    said = tr("What a sample gives depends on the others in its batch: something is normalized over the batch.")
    return Check(marked("Independent"), "warning", sentences(said, tr("The result depends on batch size and order.")))


def _have_same_bits(first: Tensor, second: Tensor) -> bool:
    if first.shape != second.shape:
        return False
    return bool(((first == second) | (first.isnan() & second.isnan())).all())


def _are_close(first: Tensor, second: Tensor, share: float) -> bool:
    if first.shape != second.shape:
        return False
    finite = first.isfinite() & second.isfinite()
    apart = (first[finite].float() - second[finite].float()).abs()
    largest = first[finite].float().abs()
    has_same_gaps = bool((first.isfinite() == second.isfinite()).all())
    return has_same_gaps and (not len(apart) or bool(apart.max() <= share * largest.max() + 1e-6))


# -- which layer it is -------------------------------------------------------------------------------------------


def _first_that_differs(model: nn.Module, inputs: Any) -> str:
    """The first layer that gave something else for the same, as it finished; the model where none is known."""
    traces = [_trace(model, inputs, seed) for seed in _SEEDS]
    for one, other in zip(*traces):
        path, went_in, came_out = one
        if (path, went_in) == other[:2] and came_out != other[2]:
            return named(path, dict(model.named_modules())[path])
    return tr("the model")


def _trace(model: nn.Module, inputs: Any, seed: int) -> list[Any]:
    """(path, digest of what went in, digest of what came out) of each layer, in the order in which they finish."""
    seen: list[Any] = []
    with contextlib.ExitStack() as hooks:
        for path, module in list(model.named_modules())[:_WATCHED_LAYERS]:
            with contextlib.suppress(RuntimeError):  # parts of TorchScript take none
                hooks.callback(_hooked(module, path, seen).remove)
        _output(model, inputs, seed)
    return seen


def _hooked(module: nn.Module, path: str, seen: list[Any]) -> Any:
    def watch(_: nn.Module, given: Any, named: Any, output: Any = None) -> None:
        seen.append((path, _sums([given, named]), _sums(output)))

    try:
        return module.register_forward_hook(watch, with_kwargs=True)
    except TypeError:  # torch before 2.0
        return module.register_forward_hook(lambda module, given, output: watch(module, given, {}, output))


def _sums(value: Any) -> tuple[float, ...]:
    """A few numbers that other values would hardly have: layers of a large model are not worth their memory here."""
    return tuple(number for each in _tensors(value) for number in (float(each.sum()), float(each.abs().sum())))


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value.detach().float()
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _tensors(each)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


# -- what is left of it ------------------------------------------------------------------------------------------


def digests(model: nn.Module) -> dict[str, bytes]:
    """Key -> digest of the bytes, for the tensors of the state_dict."""
    state = model.state_dict().items()
    return {key: _digest(value) for key, value in state if isinstance(value, Tensor) and _has_bytes(value)}


def _has_bytes(value: Tensor) -> bool:
    lazy = nn.parameter.is_lazy(value)
    return not lazy and value.layout == torch.strided and not value.is_quantized and not value.is_meta


def _digest(value: Tensor) -> bytes:
    held = value.detach().cpu().contiguous()
    flat = held.reshape(-1).view(torch.uint8) if held.numel() else torch.empty(0, dtype=torch.uint8)
    return hashlib.blake2b(flat.numpy().data, digest_size=16).digest()


def unchanged(before: dict[str, bytes], model: nn.Module) -> Check:
    """The digests of before against those of now."""
    after = digests(model)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if changed:
        said = tr("The test itself changed {names}: the forward of the model writes there.", names=names(changed))
        return Check(marked("Weights unchanged"), "warning", said)
    return Check(
        marked("Weights unchanged"),
        "ok",
        tr("{tensors} of the state_dict, bit for bit as before.", tensors=plural(len(after), "tensor")),
    )
