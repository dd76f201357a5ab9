"""Arguments as JSON has them, made into what a constructor takes: members of an Enum, dtypes, classes, functions.

    activation="torch.nn.GELU"    the class itself
    block="Bottleneck"            the class, where the annotation is `type[BasicBlock | Bottleneck]`
    norm="LAYER"                  Norm.LAYER, where the annotation is the Enum `Norm`
    dtype="torch.float16"         the dtype

Only names of torch's, and those of the annotation, are looked up, and never where the argument is a text itself.
"""

from __future__ import annotations

import enum
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from typing import Any


def converted(call: Callable[..., Any], arguments: Mapping[str, object]) -> dict[str, object]:
    """`arguments` as `call` takes them. What cannot be converted stays as it is."""
    try:
        parameters = inspect.signature(call).parameters
        function = vars(call).get("__init__", call) if isinstance(call, type) else inspect.unwrap(call)
        types = typing.get_type_hints(function)
    except Exception:  # no signature, or names that only a type checker imports
        parameters, types = {}, {}  # type: ignore[assignment]
    made = {}
    for name, value in arguments.items():
        default = parameters[name].default if name in parameters else None
        is_text = types.get(name) is str or isinstance(default, str)
        made[name] = value if is_text or not isinstance(value, str) else _meant(value, types.get(name))
    return made


def classes_in(annotation: Any) -> list[type]:
    """The classes that an annotation such as `type[BasicBlock | Bottleneck]` names; none where it is no such thing."""
    if typing.get_origin(annotation) is not type:
        return []
    inside = typing.get_args(annotation)[0]
    return [each for each in (typing.get_args(inside) or (inside,)) if isinstance(each, type)]


def _meant(text: str, annotation: Any) -> object:
    for each in (annotation, *typing.get_args(annotation)):
        if str(each) == text and each is not annotation:  # one of a Literal
            return each
        if isinstance(each, type) and issubclass(each, enum.Enum) and text in each.__members__:
            return each[text]
        for one in classes_in(each):
            if one.__name__ == text:
                return one
    package, _, rest = text.partition(".")
    if package in ("torch", "torchvision", "nn") and rest:
        value: object = sys.modules.get("torch.nn" if package == "nn" else package)
        for part in rest.split("."):
            value = getattr(value, part, None)
        return text if value is None else value
    return text
