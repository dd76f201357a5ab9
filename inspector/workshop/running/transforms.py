"""Transforms as they are written - `Normalize((0.5,), (0.5,))` - and what they do to one sample or to many at once.

Why this way: a text is read as an expression of Python and never run: names are those of torchvision.transforms,
arguments are plain values. `ToTensor()` and `Normalize(...)`, with which nearly every script begins, are known here as
well, for whole arrays; they calculate the same bits, and need no torchvision.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ...wording import plural, safe, shape
from ..failures import Refusal, text_of
from ..named import similar
from .literals import NotPlain, plain
from .samples import pixels_of
from .vision import why_not

_TITLE = "This transform is not known"
SETTLED = {"CenterCrop", "Compose", "ConvertImageDtype", "FiveCrop", "Grayscale", "LinearTransformation", "Normalize",
            "PILToTensor", "Pad", "Resize", "TenCrop", "ToPILImage", "ToTensor"}  # fmt: skip
"""Those that always do the same."""
_MISFIT = "The data does not fit"
_ADVICE = "Change the transforms."
_MODULES = ("transforms", "T", "torchvision.transforms", "tv.transforms")
"""What people call torchvision.transforms."""


class Step(NamedTuple):
    """One transform as it was written."""

    name: str
    node: Any
    """The call, an ast.Call."""

    def __str__(self) -> str:
        return _unparsed(self.node)

    @property
    def is_settled(self) -> bool:
        """Whether it always does the same to the same picture."""
        inner = [each for each in ast.walk(self.node) if isinstance(each, ast.Call)]
        return all(_name_of(each) in SETTLED for each in inner)


def parsed(texts: Sequence[str]) -> tuple[Step, ...]:
    """The steps that are written there; those of a Compose one by one. Raises Refusal for what is no transform."""
    try:
        return tuple(step for text in texts if text.strip() for step in _steps(_expression(text), text))
    except RecursionError as error:
        raise Refusal("A transform is nested too deeply.", title=_TITLE) from error


def _expression(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        hint = "Write it as in Python: Normalize((0.5,), (0.5,))"
        raise Refusal(f"{safe(text)!r} is no transform: {text_of(error)}.", title=_TITLE, hint=hint) from error


def _steps(node: ast.expr, text: str) -> list[Step]:
    if isinstance(node, (ast.List, ast.Tuple)):
        return [step for each in node.elts for step in _steps(each, text)]
    if isinstance(node, (ast.Name, ast.Attribute)):  # `ToTensor`, whose brackets were forgotten
        node = ast.copy_location(ast.Call(node, [], []), node)
    if not isinstance(node, ast.Call):
        raise Refusal(f"{safe(text)!r} is no transform.", title=_TITLE, hint="Write it as in Python: ToTensor()")
    name = _name_of(node)
    if name == "Compose" and len(node.args) == 1 and not node.keywords:
        return _steps(node.args[0], text)
    step = Step(name, node)
    if name not in ("ToTensor", "Normalize"):
        _made(node)  # what is wrong is said now
    elif name == "Normalize":
        _mean_and_std(step)
    return [step]


def _name_of(call: ast.Call) -> str:
    """`Resize` of `Resize(28)` and of `transforms.Resize(28)`."""
    module, _, name = _unparsed(call.func).rpartition(".")
    return name if not module or module in _MODULES else f"{module}.{name}"


def _unparsed(node: ast.AST) -> str:
    if hasattr(ast, "unparse"):
        return ast.unparse(node)
    return _written(node)


def _written(node: Any) -> str:
    """As ast.unparse, which Python 3.8 does not have, for what may be in a transform."""
    if isinstance(node, ast.Name):
        return str(node.id)
    if isinstance(node, ast.Attribute):
        return f"{_written(node.value)}.{node.attr}"
    if isinstance(node, ast.Call):
        given = [*map(_written, node.args), *(f"{each.arg}={_written(each.value)}" for each in node.keywords)]
        return f"{_written(node.func)}({', '.join(given)})"
    if isinstance(node, ast.List):
        return f"[{', '.join(map(_written, node.elts))}]"
    if isinstance(node, ast.Tuple):
        return f"({', '.join(map(_written, node.elts))}{',' if len(node.elts) == 1 else ''})"
    return repr(plain(node))


# -- torchvision's own ------------------------------------------------------------------------------------------


def composed(steps: Sequence[Step]) -> Composed:
    """torchvision's transforms one after the other. Raises Refusal where one cannot be made."""
    return Composed([(str(step), _own(step) if _is_own(step) else _made(step.node)) for step in steps])


def _is_own(step: Step) -> bool:
    """Whether it is made here, because there is no torchvision."""
    return step.name in ("ToTensor", "Normalize") and bool(why_not())


def _own(step: Step) -> Callable[[Any], Any]:
    whole = at_once([step])
    assert whole is not None

    def apply(sample: Any) -> Any:
        pixels = sample if isinstance(sample, Tensor) else pixels_of(sample)
        return whole(pixels[None])[0]

    return apply


class Composed:
    """Transforms one after the other. Where one fails it says which."""

    def __init__(self, made: Sequence[tuple[str, Callable[[Any], Any]]]) -> None:
        self._made = made

    def __call__(self, sample: Any) -> Any:
        for text, transform in self._made:
            try:
                sample = transform(sample)
            except Exception as error:
                message = f"{text} cannot be applied to {_kind(sample)}: {text_of(error).rstrip('.')}."
                raise Refusal(message, title=_MISFIT, hint=_ADVICE) from error
        return sample


def _kind(sample: Any) -> str:
    if isinstance(sample, Tensor):
        return f"a tensor {shape(sample.shape)}"
    if hasattr(sample, "getbands"):
        channels = len(sample.getbands())
        return f"a picture of {sample.height} x {sample.width} pixels with {plural(channels, 'channel')}"
    return f"a {type(sample).__name__}"


def _made(call: ast.Call) -> Any:
    """The transform itself."""
    name = _name_of(call)
    found = _class(name)
    try:
        arguments = [_value(each) for each in call.args]
        options = {str(each.arg): _value(each.value) for each in call.keywords}
        return found(*arguments, **options)
    except NotPlain as error:
        hint = "Arguments are numbers, texts, lists of them, or transforms."
        raise Refusal(f"{_unparsed(call)}: {error}.", title=_TITLE, hint=hint) from error
    except (TypeError, ValueError) as error:
        raise Refusal(f"{_unparsed(call)}: {text_of(error).rstrip('.')}.", title=_TITLE) from error


def _class(name: str) -> Any:
    if reason := why_not():
        hint = f"{reason} ToTensor() and Normalize(...) need none."
        raise Refusal(f"{name} needs torchvision.", title=_TITLE, hint=hint)
    from torchvision import transforms  # type: ignore[import-untyped]

    known = [each for each in transforms.transforms.__all__ + transforms.autoaugment.__all__ if each != "Lambda"]
    if name not in known or not isinstance(getattr(transforms, name, None), type):
        hint = similar(name, known) or "It takes those of torchvision.transforms, without Lambda."
        raise Refusal(f"torchvision.transforms has no {safe(name)!r} that could be used here.", title=_TITLE, hint=hint)
    return getattr(transforms, name)


def _value(node: Any) -> Any:
    """An argument: a plain value, a transform, a list of them, a dtype, an interpolation."""
    if isinstance(node, ast.Call):
        return _made(node)
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [_value(each) for each in node.elts]
        return values if isinstance(node, ast.List) else tuple(values)
    if isinstance(node, ast.Attribute):
        return _constant(_unparsed(node))
    return plain(node)


def _constant(dotted: str) -> Any:
    """`torch.float32`, `InterpolationMode.NEAREST`, `AutoAugmentPolicy.CIFAR10`. Raises NotPlain."""
    module, _, name = dotted.rpartition(".")
    if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
        return getattr(torch, name)
    if why_not():
        raise NotPlain(f"{dotted} needs torchvision")
    from torchvision import transforms

    kind = module.rpartition(".")[2]
    if kind in ("InterpolationMode", "AutoAugmentPolicy") and name in getattr(transforms, kind).__members__:
        return getattr(transforms, kind)[name]
    raise NotPlain(f"{dotted} is no value that could be used here")


# -- whole arrays at once ---------------------------------------------------------------------------------------


def at_once(steps: Sequence[Step]) -> Callable[[Tensor], Tensor] | None:
    """The same for many: uint8 [n, h, w] or [n, c, h, w] to float32 [n, c, h, w]; None where steps do more than that.

    They are `ToTensor()`, which divides by 255, then perhaps `Normalize(mean, std)`; floats are not divided.
    """
    names = [step.name for step in steps]
    if any(name != "Normalize" for name in names[1:]) or names[:1] not in (["ToTensor"], ["Normalize"], []):
        return None
    shifts = [_mean_and_std(step) for step in steps if step.name == "Normalize"]

    def apply(arrays: Tensor) -> Tensor:
        if arrays.dtype == torch.uint8 and names[:1] == ["ToTensor"]:
            arrays = (arrays[:, None] if arrays.dim() == 3 else arrays).to(torch.float32).div(255)
        for mean, std in shifts:
            _check_channels(arrays, len(mean))
            arrays = arrays.sub(mean.to(arrays.dtype)).div_(std.to(arrays.dtype))
        return arrays

    return apply


def _check_channels(arrays: Tensor, channels: int) -> None:
    """Raises Refusal where a Normalize is of other channels: numbers would only seem to fit."""
    has = arrays.shape[1] if arrays.dim() == 4 else 0
    if not has or channels not in (1, has):
        what = f"samples have {plural(has, 'channel')}" if has else f"samples {shape(arrays.shape[1:])} are no pictures"
        hint = f"It takes {plural(has, 'number')} each for mean and deviation." if has else "Put ToTensor() before it."
        message = f"Normalize is given for {plural(channels, 'channel')}, but the {what}."
        raise Refusal(message, title=_MISFIT, hint=hint)


def _mean_and_std(step: Step) -> tuple[Tensor, Tensor]:
    """Of a Normalize, float64 [c, 1, 1] each. Raises Refusal where they are none."""
    try:
        given = dict(zip(("mean", "std", "inplace"), map(plain, step.node.args)))
        given.update((each.arg, plain(each.value)) for each in step.node.keywords)
        mean, std = (torch.as_tensor(given[name], dtype=torch.float64).reshape(-1, 1, 1) for name in ("mean", "std"))
    except (NotPlain, KeyError, TypeError, ValueError, RuntimeError) as error:
        hint = "It takes the mean and the standard deviation of each channel: Normalize((0.5,), (0.5,))"
        raise Refusal(f"{step} cannot be used.", title=_TITLE, hint=hint) from error
    if not (std != 0).all():
        raise Refusal(f"{step} divides by 0.", title=_TITLE, hint="A standard deviation is larger than 0.")
    return mean, std


def undone(sample: Tensor, texts: Sequence[str]) -> Tensor:
    """`sample` [c, h, w] as it was before Normalize."""
    for step in reversed([step for step in parsed(texts) if step.name == "Normalize"]):
        mean, std = _mean_and_std(step)
        sample = sample * std.to(sample.dtype) + mean.to(sample.dtype)
    return sample
