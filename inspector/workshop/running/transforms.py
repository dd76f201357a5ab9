"""Transforms as they are written - `Normalize((0.5,), (0.5,))` - read, and made.

Why this way: a text is read as an expression of Python and never run: names are those of torchvision.transforms,
arguments are plain values. So a setting that came from somebody else's file can do nothing but transform.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from ...language import marked, sentences, tr
from ...wording import plural, safe, shape
from ..failures import Refusal, text_of
from ..named import similar
from .literals import NotPlain, plain
from .samples import pixels_of
from .steps import UNKNOWN, Step, name_of, unparsed
from .vision import why_not
from .whole_arrays import at_once, mean_and_std

_MISFIT = marked("The data does not fit")
_ADVICE = marked("Change the transforms.")


def parsed(texts: Sequence[str]) -> tuple[Step, ...]:
    """The steps that are written there; those of a Compose one by one. Raises Refusal for what is no transform."""
    try:
        return tuple(step for text in texts if text.strip() for step in _steps(_expression(text), text))
    except RecursionError as error:
        raise Refusal(tr("A transform is nested too deeply."), title=UNKNOWN) from error


def _expression(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        hint = tr("Write it as in Python: Normalize((0.5,), (0.5,))")
        raise Refusal(
            tr("{text!r} is no transform: {reason}.", text=safe(text), reason=text_of(error)),
            title=UNKNOWN,
            hint=hint,
        ) from error


def _steps(node: ast.expr, text: str) -> list[Step]:
    if isinstance(node, (ast.List, ast.Tuple)):
        return [step for each in node.elts for step in _steps(each, text)]
    if isinstance(node, (ast.Name, ast.Attribute)):  # `ToTensor`, whose brackets were forgotten
        node = ast.copy_location(ast.Call(node, [], []), node)
    if not isinstance(node, ast.Call):
        raise Refusal(
            tr("{text!r} is no transform.", text=safe(text)),
            title=UNKNOWN,
            hint=tr("Write it as in Python: ToTensor()"),
        )
    name = name_of(node)
    if name == "Compose" and len(node.args) == 1 and not node.keywords:
        return _steps(node.args[0], text)
    step = Step(name, node)
    if name not in ("ToTensor", "Normalize"):
        _made(node)  # what is wrong is said now
    elif name == "Normalize":
        mean_and_std(step)
    return [step]


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
                message = tr(
                    "{text} cannot be applied to {kind}: {reason}.",
                    text=text,
                    kind=_kind(sample),
                    reason=text_of(error).rstrip("."),
                )
                raise Refusal(message, title=_MISFIT, hint=tr(_ADVICE)) from error
        return sample


def _kind(sample: Any) -> str:
    if isinstance(sample, Tensor):
        return tr("a tensor {shape}", shape=shape(sample.shape))
    if hasattr(sample, "getbands"):
        channels = len(sample.getbands())
        return tr(
            "a picture of {height} x {width} pixels with {channels}",
            height=sample.height,
            width=sample.width,
            channels=plural(channels, "channel"),
        )
    return tr("a {type}", type=type(sample).__name__)


def _made(call: ast.Call) -> Any:
    """The transform itself."""
    name = name_of(call)
    found = _class(name)
    try:
        arguments = [_value(each) for each in call.args]
        options = {str(each.arg): _value(each.value) for each in call.keywords}
        return found(*arguments, **options)
    except NotPlain as error:
        hint = tr("Arguments are numbers, texts, lists of them, or transforms.")
        raise Refusal(tr("{step}: {reason}.", step=unparsed(call), reason=error), title=UNKNOWN, hint=hint) from error
    except (Refusal, RecursionError):
        raise
    except Exception as error:  # each of them checks its arguments in its own way
        reason = text_of(error).rstrip(".") or type(error).__name__
        message = tr("{step}: {reason}.", step=unparsed(call), reason=reason)
        raise Refusal(message, title=UNKNOWN) from error


def _class(name: str) -> Any:
    if reason := why_not():
        hint = sentences(reason, tr("ToTensor() and Normalize(...) need none."))
        raise Refusal(tr("{name} needs torchvision.", name=name), title=UNKNOWN, hint=hint)
    from torchvision import transforms  # type: ignore[import-untyped]

    known = [each for each in transforms.transforms.__all__ + transforms.autoaugment.__all__ if each != "Lambda"]
    if name not in known or not isinstance(getattr(transforms, name, None), type):
        hint = similar(name, known) or tr("It takes those of torchvision.transforms, without Lambda.")
        message = tr("torchvision.transforms has no {name!r} that could be used here.", name=safe(name))
        raise Refusal(message, title=UNKNOWN, hint=hint)
    return getattr(transforms, name)


def _value(node: Any) -> Any:
    """An argument: a plain value, a transform, a list of them, a dtype, an interpolation."""
    if isinstance(node, ast.Call):
        return _made(node)
    if isinstance(node, (ast.List, ast.Tuple)):
        values = [_value(each) for each in node.elts]
        return values if isinstance(node, ast.List) else tuple(values)
    if isinstance(node, ast.Attribute):
        return _constant(unparsed(node))
    return plain(node)


def _constant(dotted: str) -> Any:
    """`torch.float32`, `InterpolationMode.NEAREST`, `AutoAugmentPolicy.CIFAR10`. Raises NotPlain."""
    module, _, name = dotted.rpartition(".")
    if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
        return getattr(torch, name)
    if why_not():
        raise NotPlain(tr("{dotted} needs torchvision", dotted=dotted))
    from torchvision import transforms

    kind = module.rpartition(".")[2]
    if kind in ("InterpolationMode", "AutoAugmentPolicy") and name in getattr(transforms, kind).__members__:
        return getattr(transforms, kind)[name]
    raise NotPlain(tr("{dotted} is no value that could be used here", dotted=dotted))
