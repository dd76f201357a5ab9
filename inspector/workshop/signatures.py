"""What a model's constructor takes: names, types, defaults, choices, and what its docstring says of each.

Why this way: `**kwargs` hides what a person wants to know. `resnet18(**kwargs)` hands everything on to `ResNet`, but
chooses some of it itself, and which is written nowhere. So the class behind is given an `__init__` that only remembers
what it was called with, and the builder is asked with each argument in turn: what arrives as it was given is free.
"""

from __future__ import annotations

import contextlib
import enum
import inspect
import io
import typing
from collections.abc import Callable
from typing import Any

from torch import nn

from ..language import tr
from .building import Constructor, on_meta
from .converting import classes_in
from .docstrings import arguments_in, first_paragraph
from .pretrained import without_downloads
from .requests import Argument, Signature

HIDDEN = ("self", "progress", "weights", "weights_backbone", "pretrained", "pretrained_backbone")
"""Arguments that have no say in what is built, or would download something."""


def signature_of(constructor: Constructor) -> Signature:
    """The arguments of `constructor`, in the order of its signature; those of the class behind come after its own."""
    call = constructor.call
    hidden = HIDDEN if constructor.source.kind == "torchvision" else ()
    docs = _docs(call)
    found = {each.name: _of(each, _types(call), docs) for each in _named(call)}
    takes_any = _takes_keywords(call)
    for behind in _behind(call) if takes_any else ():
        types, docs = _types(behind), {**_docs(behind), **docs}
        for each in _free(call, behind):
            found.setdefault(each.name, _of(each, types, docs))
        takes_any = _takes_keywords(behind)
        if not takes_any:
            break
    arguments = tuple(each for name, each in found.items() if name not in hidden)
    return Signature(arguments, first_paragraph(_own_doc(call)), takes_any)


# -- calls, and what stands behind them -----------------------------------------------------------------------


def _behind(call: Callable[..., Any]) -> list[Any]:
    """The classes that `**kwargs` may lead to: those a class derives from, the one a function says it returns."""
    if isinstance(call, type):
        return [base for base in call.__mro__[1:] if base not in (nn.Module, object) and "__init__" in vars(base)]
    made = _types(call).get("return")
    return [made] if isinstance(made, type) and issubclass(made, nn.Module) and made is not nn.Module else []


class _Mark(int):
    """A number that is known again."""


class _Enough(Exception):
    """The class behind was called."""


def _free(call: Callable[..., Any], behind: Any) -> list[inspect.Parameter]:
    """The arguments of `behind` that `call` hands on as they are, with the defaults that they have through it."""
    chosen = _called_with(call, behind, {}) or {}
    free = []
    for each in _named(behind):
        mark = _Mark(7)
        called = _called_with(call, behind, {each.name: mark})
        if called is not None and called.get(each.name) is mark:
            free.append(each.replace(default=chosen.get(each.name, each.default)))
    return free


def _called_with(call: Callable[..., Any], behind: Any, given: dict[str, object]) -> dict[str, Any] | None:
    """What `call` calls the `__init__` of `behind` with; None when it does not come to that."""
    init = behind.__init__
    called: list[dict[str, Any]] = []

    def remember(*arguments: Any, **named: Any) -> None:
        placed = dict(zip(_names(init), arguments))
        if placed.keys().isdisjoint(named):  # otherwise Python itself refuses
            called.append({**placed, **named})
        raise _Enough

    required = {each.name: _Mark(7) for each in _named(call) if each.default is each.empty}
    behind.__init__ = remember
    try:
        # A builder may make half a model before it comes to the class, and say so each time.
        with on_meta(), without_downloads([]), contextlib.redirect_stdout(io.StringIO()):
            call(**{**required, **_nothing_to_download(call), **given})
    except Exception:  # `_Enough`, or its own refusal
        pass
    finally:
        behind.__init__ = init
    return called[0] if called else None


def _names(call: Callable[..., Any]) -> list[str]:
    return [each.name for each in _parameters(call)]


def _named(call: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters that can be given by name."""
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [each for each in _parameters(call) if each.kind in kinds]


def _nothing_to_download(builder: Callable[..., Any]) -> dict[str, None]:
    return {each.name: None for each in _parameters(builder) if each.name in ("weights", "weights_backbone")}


def _parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(call).parameters.values())
    except (TypeError, ValueError):
        return []


def _takes_keywords(call: Callable[..., Any]) -> bool:
    return any(each.kind is each.VAR_KEYWORD for each in _parameters(call))


def _types(call: Callable[..., Any]) -> dict[str, Any]:
    """The annotations, evaluated where that can be done."""
    call = inspect.unwrap(call)
    function: Any = vars(call).get("__init__") if isinstance(call, type) else call
    try:
        return typing.get_type_hints(function)
    except Exception:  # names that only a type checker imports
        return dict(getattr(function, "__annotations__", {}))


def _docs(call: Callable[..., Any]) -> dict[str, str]:
    init = vars(call).get("__init__") if isinstance(call, type) else None
    return {**arguments_in(_own_doc(call)), **arguments_in(getattr(init, "__doc__", None) or "")}


def _own_doc(call: Callable[..., Any]) -> str:
    """The docstring, and not the one of a base class."""
    doc = vars(call).get("__doc__") if isinstance(call, type) else getattr(call, "__doc__", None)
    return doc if isinstance(doc, str) else ""


# -- one argument -----------------------------------------------------------------------------------------------


def _of(parameter: inspect.Parameter, types: dict[str, Any], docs: dict[str, str]) -> Argument:
    """One argument as plain values."""
    name, default = parameter.name, parameter.default
    annotation = types.get(name, parameter.annotation)
    choices = _choices(annotation)
    if default is parameter.empty:
        return Argument(name, type_of(annotation), True, None, choices, docs.get(name, ""))
    if isinstance(default, enum.Enum):
        default = default.name
    plain = _plain(default)
    type_ = type_of(annotation) or _type_of_value(default)
    if plain is None and default is not None:
        type_, plain = "object", _in_words(default)
    return Argument(name, type_, False, plain, choices, docs.get(name, ""))


def type_of(annotation: Any) -> str:
    """An annotation as people write it: `int`, `list[int]`, `int | None`; empty when there is none."""
    if annotation is inspect.Parameter.empty or annotation is Any:
        return ""
    if isinstance(annotation, str):
        return annotation
    if annotation is type(None):
        return tr("None")
    origin, parts = typing.get_origin(annotation), typing.get_args(annotation)
    if _is_union(origin):
        names = [type_of(each) for each in parts]
        return " | ".join(dict.fromkeys(names)) if all(names) else ""
    if str(origin) == "typing.Literal":
        return type(parts[0]).__name__
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return "str"
    if origin is None:
        return getattr(annotation, "__name__", str(annotation))
    name = {"Callable": "Callable", "Sequence": "list", "Iterable": "list"}.get(origin.__name__, origin.__name__)
    inside = ", ".join("..." if each is ... else type_of(each) for each in parts if not isinstance(each, list))
    return f"{name}[{inside}]" if inside and name != "Callable" else name


def _is_union(origin: Any) -> bool:
    return origin is typing.Union or getattr(origin, "__name__", "") in ("UnionType", "Union")


def _choices(annotation: Any) -> tuple[str, ...]:
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return tuple(annotation.__members__)
    if str(typing.get_origin(annotation)) == "typing.Literal":
        return tuple(str(each) for each in typing.get_args(annotation))
    if _is_union(typing.get_origin(annotation)):
        return tuple(choice for each in typing.get_args(annotation) for choice in _choices(each))
    classes = classes_in(annotation)
    return tuple(each.__name__ for each in classes) if len(classes) > 1 else ()


def _plain(value: object) -> object:
    """The value where JSON knows it, otherwise None."""
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        parts = [_plain(each) for each in value]
        return None if None in parts else type(value)(parts) if type(value) in (list, tuple) else parts
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        made = {key: _plain(each) for key, each in value.items()}
        return None if None in made.values() else made
    return None


def _type_of_value(value: object) -> str:
    if value is None:
        return ""
    name = type(value).__name__
    if isinstance(value, (list, tuple)) and value:
        inside = {type(each).__name__ for each in value}
        if len(inside) == 1:
            return f"list[{inside.pop()}]" if isinstance(value, list) else f"tuple[{inside.pop()}, ...]"
    return name


def _in_words(value: Any) -> str:
    """A class or function by its name, anything else by its repr."""
    name = getattr(value, "__qualname__", "")
    return f"{value.__module__}.{name}" if name else repr(value)[:200]
