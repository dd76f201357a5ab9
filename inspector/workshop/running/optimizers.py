"""The optimizer of a run: made by name, its groups as the state has them, its state loaded.

Why this way: a state names its parameters by number only, in the order in which the user's script handed them over.
With one group that is nearly always `model.parameters()`. With several it is what the shapes of the state agree with:
the names in the state (torch 2.6), one group after the other, weights before biases, or the first of each shape.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ...language import marked, tr
from ...wording import plural, shape
from ..failures import Refusal, text_of
from ..named import similar
from ..run_requests import Chosen

TITLE = marked("The optimizer cannot be used")
NO_LOOP = ("LBFGS", "SparseAdam")
"""They ask for another loop, or for other gradients, than a run has."""
_LIKE_PARAMETER = ("exp_avg", "momentum_buffer", "square_avg", "sum", "exp_inf", "ax", "prev", "acc_delta")
"""What a state keeps in the shape of its parameter."""


def optimizer_class(name: str) -> type[torch.optim.Optimizer]:
    """The class of torch.optim. Raises Refusal when there is none, or none for an ordinary loop."""
    found = getattr(torch.optim, name, None)
    known = [key for key, value in vars(torch.optim).items() if isinstance(value, type) and key != "Optimizer"]
    if not (isinstance(found, type) and issubclass(found, torch.optim.Optimizer)) or name == "Optimizer":
        raise Refusal(tr("torch.optim has no {name!r}.", name=name), title=TITLE, hint=similar(name, known))
    if name in NO_LOOP:
        raise Refusal(
            tr("{name} needs a loop of its own.", name=name),
            title=TITLE,
            hint=tr("Choose Adam, AdamW, SGD or RMSprop."),
        )
    return found


def has_fused(name: str) -> bool:
    """Whether the optimizer has fused kernels."""
    return "fused" in inspect.signature(optimizer_class(name)).parameters


def made_optimizer(
    model: nn.Module, chosen: Chosen, state: Any = None, *, lr: float | None = None, fused: bool = False
) -> torch.optim.Optimizer:
    """The optimizer for `model` with `chosen.options`, in groups that take `state` where there is one (see `load`).

    `lr` takes the place of the options' learning rate. Raises Refusal where the state does not fit the model.
    """
    made = optimizer_class(chosen.name)
    options = _options(made, chosen, lr, fused)
    groups = [list(model.parameters())] if state is None else matching_groups(model, checked_state(state))
    try:
        return made([{"params": group} for group in groups], **options)
    except (TypeError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Refusal(
            tr("{name} could not be made: {reason}", name=chosen.name, reason=text_of(error)), title=TITLE
        ) from error


def _options(made: type, chosen: Chosen, lr: float | None, fused: bool) -> dict[str, Any]:
    takes = inspect.signature(made).parameters
    unknown = [name for name in chosen.options if name not in takes]
    if unknown:
        message = tr("{name} takes no option {unknown!r}.", name=chosen.name, unknown=unknown[0])
        raise Refusal(message, title=TITLE, hint=similar(unknown[0], [*takes]))
    options = {name: tuple(v) if isinstance(v, list) else v for name, v in chosen.options.items()}
    if lr is not None:
        options["lr"] = lr
    if "lr" not in options and not isinstance(takes["lr"].default, (int, float)):
        options["lr"] = 0.01  # SGD of torch before 2.1 has no default
    if fused:
        if "fused" not in takes:
            raise Refusal(tr("{name} has no fused kernels.", name=chosen.name), title=TITLE)
        options["fused"] = True
    return options


def set_rate(optimizer: torch.optim.Optimizer, lr: float) -> None:
    """Sets every group's learning rate, and the one that schedulers begin with."""
    for group in optimizer.param_groups:
        group["lr"] = lr
        if "initial_lr" in group:
            group["initial_lr"] = lr


def rate_of(optimizer: torch.optim.Optimizer) -> float:
    """The learning rate of the first group."""
    return float(optimizer.param_groups[0]["lr"])


# -- states ------------------------------------------------------------------------------------------------


def checked_state(state: Any) -> Mapping[str, Any]:
    """`state`, which has what a `state_dict()` of an optimizer has. Raises Refusal when it has not."""
    groups = state.get("param_groups") if isinstance(state, Mapping) else None
    sound = isinstance(groups, list) and all(isinstance(each, Mapping) and "params" in each for each in groups)
    if not sound or not groups or not isinstance(state.get("state"), Mapping):
        raise Refusal(tr("The file's optimizer state has no `state` and `param_groups`."), title=TITLE)
    found: Mapping[str, Any] = state
    return found


def load(optimizer: torch.optim.Optimizer, state: Mapping[str, Any], fused: bool) -> None:
    """Loads `state`; tensors go where the parameters are. Raises Refusal with torch's own words."""
    takes = inspect.signature(type(optimizer)).parameters
    flags = {"fused": True if fused else None} if "fused" in takes else {}
    groups = [{**optimizer.defaults, **group, **flags} for group in state["param_groups"]]
    try:
        optimizer.load_state_dict({"state": dict(state["state"]), "param_groups": groups})
    except (KeyError, ValueError, TypeError, RuntimeError) as error:
        kind = type(optimizer).__name__
        raise Refusal(
            tr("The file's optimizer state does not fit {kind}: {reason}", kind=kind, reason=text_of(error)),
            title=TITLE,
        ) from error


class _Named(NamedTuple):
    name: str
    parameter: nn.Parameter


def _other_number(wanted: int, have: int, trained: int) -> str:
    counts = {"parameters": plural(wanted, "parameter"), "all": have}
    if trained == have:
        return tr("The optimizer's state is for {parameters}, and the model has {all:,}.", **counts)
    text = marked(
        "The optimizer's state is for {parameters}, and the model has {all:,}, of which {trained:,} are trained."
    )
    return tr(text, **counts, trained=trained)


def matching_groups(model: nn.Module, state: Mapping[str, Any]) -> list[list[nn.Parameter]]:
    """The model's parameters in the groups that `state` has. Raises Refusal when no order of them fits."""
    kept = [list(group["params"]) for group in state["param_groups"]]
    shapes = _shapes(state)
    wanted = sum(map(len, kept))
    named = [_Named(name, parameter) for name, parameter in model.named_parameters()]
    trained = [each for each in named if each.parameter.requires_grad]
    given = named if wanted == len(named) else trained
    if wanted != len(given):
        raise Refusal(
            _other_number(wanted, len(named), len(trained)),
            title=TITLE,
            hint=tr("Begin with a fresh optimizer, or choose the model that the file is of."),
        )
    for order in _orders(given, kept, shapes, state):
        if all(key not in shapes or shapes[key] == tuple(each.parameter.shape) for key, each in order.items()):
            return [[order[key].parameter for key in group] for group in kept]
    raise _mismatch(given, kept, shapes)


def _orders(
    given: list[_Named], kept: list[list[Any]], shapes: Mapping[Any, tuple[int, ...]], state: Mapping[str, Any]
) -> Iterator[dict[Any, _Named]]:
    """What each number of the state may mean, the likeliest first."""
    keys = [key for group in kept for key in group]
    names = [name for group in state["param_groups"] for name in group.get("param_names", ())]
    by_name = {each.name: each for each in given}
    if len(names) == len(keys) and all(name in by_name for name in names):
        yield {key: by_name[name] for key, name in zip(keys, names)}
    yield dict(zip(keys, given))
    if len(kept) > 1:
        yield dict(zip(keys, sorted(given, key=lambda each: each.parameter.dim() < 2)))
        yield dict(zip(keys, sorted(given, key=lambda each: each.parameter.dim() >= 2)))
        yield dict(zip(keys, sorted(given, key=lambda each: each.name.endswith("bias"))))
        yield _first_of_each_shape(given, keys, shapes)


def _first_of_each_shape(
    given: list[_Named], keys: list[Any], shapes: Mapping[Any, tuple[int, ...]]
) -> dict[Any, _Named]:
    left = list(given)
    found = {}
    for key in sorted(keys, key=lambda key: key not in shapes):  # those without a shape take what is left
        fits = (each for each in left if shapes.get(key, tuple(each.parameter.shape)) == tuple(each.parameter.shape))
        found[key] = next(fits, left[0])
        left.remove(found[key])
    return found


def _shapes(state: Mapping[str, Any]) -> dict[Any, tuple[int, ...]]:
    """Number of a parameter -> its shape, where the state tells it."""
    found = {}
    for key, values in state["state"].items():
        for name in _LIKE_PARAMETER:
            if isinstance(values, Mapping) and isinstance(values.get(name), Tensor):
                found[key] = tuple(values[name].shape)
                break
    return found


def _mismatch(given: list[_Named], kept: list[list[Any]], shapes: Mapping[Any, tuple[int, ...]]) -> Refusal:
    keys = [key for group in kept for key in group]
    pairs = ((shapes[key], each) for key, each in zip(keys, given) if key in shapes)
    stored, first = next((a, b) for a, b in pairs if a != tuple(b.parameter.shape))
    return Refusal(
        tr(
            "The optimizer's state for {name} has the shape {stored}, the model's parameter {own}.",
            name=first.name,
            stored=shape(stored),
            own=shape(tuple(first.parameter.shape)),
        ),
        title=TITLE,
        hint=tr("Begin with a fresh optimizer, or choose the model that the file is of."),
    )
