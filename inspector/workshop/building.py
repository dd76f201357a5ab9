"""A model from a class: torchvision's, a .py file's, a package's - without its numbers where that can be done.

Three ways are tried, each only when the one before failed for a reason that lies in the way itself:

    meta     everything is made on torch's meta device: shapes and dtypes, no numbers
    mixed    parameters go to the meta device as soon as they are registered, everything else has numbers. For
             constructors that calculate with tensors, such as RegNet's widths or `torch.linspace(...).tolist()`
    cpu      as a script would make it

Why this way: a model on meta costs milliseconds and no memory, whatever its size. An exception that does not speak of
meta has its reason elsewhere - wrong arguments, a bug -, and would only come again.
"""

from __future__ import annotations

import contextlib
import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import torch
from torch import nn

from ..language import marked, tr
from ..wording import list_of
from . import importing
from .converting import converted
from .devices import OnlyShapes
from .failures import Refusal, text_of
from .named import similar
from .pretrained import without_downloads
from .requests import ModelSource

META, MIXED, CPU = "meta", "mixed", "cpu"
_WEIGHTS = ("weights", "weights_backbone")
"""Arguments of torchvision's builders that would download something."""


class Constructor(NamedTuple):
    """What makes the model: a class, or a function that returns one."""

    source: ModelSource
    call: Callable[..., Any]


class Built(NamedTuple):
    """A model, how it was built, and what should be known about that."""

    module: nn.Module
    name: str
    device: str
    notes: tuple[str, ...]


def open_constructor(source: ModelSource) -> Constructor:
    """Imports what `source` names. Raises Refusal when there is no such thing, and whatever importing raises."""
    if source.kind == "torchvision":
        return Constructor(source, _torchvision_builder(source.name))
    module = importing.import_file(source.path) if source.kind == "file" else importing.import_package(source.path)
    call = getattr(module, source.name, None)
    where = os.path.basename(source.path)
    if call is None:
        raise Refusal(
            tr("There is no {name} in {where}.", name=source.name, where=where),
            hint=similar(source.name, _classes(module)),
        )
    if isinstance(call, nn.Module):
        return Constructor(source, _returns(call))
    if not callable(call):
        kind = type(call).__name__
        raise Refusal(
            tr(
                "{name} in {where} is neither a class nor a function, but of type {type}.",
                name=source.name,
                where=where,
                type=kind,
            )
        )
    if isinstance(call, type) and not issubclass(call, nn.Module):
        hint = similar(source.name, constructors(module), marked("Model classes there: {names}."))
        raise Refusal(
            tr("{name} in {where} is a class, but no torch.nn.Module.", name=source.name, where=where), hint=hint
        )
    return Constructor(source, call)


def constructors(module: Any) -> list[str]:
    """The names of the model classes that a module defines itself."""
    return [name for name, value in _classes(module).items() if value.__module__ == module.__name__]


def _classes(module: Any) -> dict[str, type[nn.Module]]:
    """All model classes that a module knows by a name, imported ones as well."""
    found = vars(module).items()
    return {name: value for name, value in found if isinstance(value, type) and issubclass(value, nn.Module)}


def _returns(module: nn.Module) -> Callable[[], nn.Module]:
    return lambda: module


def _torchvision_builder(name: str) -> Callable[..., Any]:
    try:
        from torchvision import models  # type: ignore[import-untyped]
    except ImportError as error:
        raise Refusal(tr("torchvision is not installed in this interpreter."), hint=tr("Choose another.")) from error
    if name in models.list_models():
        builder: Callable[..., Any] = models.get_model_builder(name)
        return builder
    found = getattr(models, name, None)
    if isinstance(found, type) and issubclass(found, nn.Module):
        return found
    raise Refusal(tr("torchvision has no model {name!r}.", name=name), hint=similar(name, models.list_models()))


# -- the three ways ----------------------------------------------------------------------------------------


def build(constructor: Constructor, arguments: Mapping[str, object]) -> Built:
    """Calls `constructor` with `arguments`. Raises Refusal for wrong arguments, and whatever the constructor raises."""
    notes: list[str] = []
    arguments = dict(arguments)
    if constructor.source.kind == "torchvision":
        notes += _without_weights(constructor.call, arguments)
    check_arguments(constructor, arguments)
    given = converted(constructor.call, arguments)
    wanted: list[str] = []
    for device, way in ((META, on_meta), (MIXED, _parameters_on_meta), (CPU, contextlib.nullcontext)):
        try:
            with way(), OnlyShapes() as shapes, without_downloads(wanted):
                made = constructor.call(**given)
        except Exception as error:
            if device == CPU or not _speaks_of_meta(error):
                raise
            reason = text_of(error)[:200]
            notes.append(tr(_NOT_BUILT[device], name=type(error).__name__, reason=reason))
        else:
            notes += dict.fromkeys(wanted)
            notes += [tr("It asks for a GPU; what belongs there was made without numbers.")] if shapes.gpu else []
            return Built(_module(constructor, made), _name(constructor, arguments), device, tuple(notes))
    raise AssertionError("the last way returns or raises")


_NOT_BUILT = {
    META: marked("Could not be built on the meta device: {name}: {reason}"),
    MIXED: marked("Could not be built with its parameters on the meta device: {name}: {reason}"),
}


@contextlib.contextmanager
def on_meta() -> Iterator[None]:
    """Tensors are made on meta. Raises NotImplementedError before torch 2.0, which cannot do that."""
    if not hasattr(torch.device, "__enter__"):
        raise NotImplementedError("torch before 2.0 has no meta device for everything")
    with torch.device("meta"):
        yield


@contextlib.contextmanager
def _parameters_on_meta() -> Iterator[None]:
    """Every parameter that a module registers is on meta from then on."""
    register = nn.Module.register_parameter

    def registering(self: nn.Module, name: str, param: nn.Parameter | None) -> None:
        register(self, name, param)
        kept = self._parameters.get(name)
        if kept is not None and not kept.is_meta and type(kept) is nn.Parameter:
            self._parameters[name] = nn.Parameter(kept.to("meta"), kept.requires_grad)

    nn.Module.register_parameter = registering  # type: ignore[method-assign]
    try:
        yield
    finally:
        nn.Module.register_parameter = register  # type: ignore[method-assign]


def _speaks_of_meta(error: BaseException | None) -> bool:
    """Whether the error, or one that it came of, has to do with the meta device."""
    for _ in range(20):
        if error is None:
            return False
        if isinstance(error, NotImplementedError) or "meta" in text_of(error).lower():
            return True
        error = error.__cause__ or error.__context__
    return False


def _module(constructor: Constructor, made: object) -> nn.Module:
    if isinstance(made, nn.Module):
        return made
    raise Refusal(
        tr(
            "{name} returns a {type}, and no torch.nn.Module.",
            name=constructor.source.name,
            type=type(made).__name__,
        ),
        hint=tr("Name the class of the model, or a function that returns the model itself."),
    )


def _name(constructor: Constructor, arguments: Mapping[str, object]) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items() if name not in _WEIGHTS)
    return f"{constructor.source.name}({given})"


# -- arguments ---------------------------------------------------------------------------------------------


def _without_weights(builder: Callable[..., Any], arguments: dict[str, Any]) -> list[str]:
    """Sets the arguments that name weights to None. Says so, when somebody asked for them."""
    takes = inspect.signature(builder).parameters
    asked = [name for name in _WEIGHTS if arguments.get(name) is not None]
    for name in _WEIGHTS:
        if name in takes or name in arguments:
            arguments[name] = None
    return [tr("{name}=None was used: no weights are downloaded to look at shapes.", name=name) for name in asked]


def check_arguments(constructor: Constructor, arguments: Mapping[str, object]) -> None:
    """Raises Refusal when the signature tells that the call cannot succeed."""
    try:
        signature = inspect.signature(constructor.call)
    except (TypeError, ValueError):
        return
    taken = [each for each in signature.parameters.values() if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
    missing = [each.name for each in taken if each.default is each.empty and each.name not in arguments]
    name = constructor.source.name
    if missing:
        hint = tr("Give it as an argument.") if len(missing) == 1 else tr("Give them as arguments.")
        raise Refusal(
            tr("{name} needs {listed}.", name=name, listed=_listed(missing)),
            title=marked("Arguments are missing"),
            hint=hint,
        )
    if any(each.kind is each.VAR_KEYWORD for each in signature.parameters.values()):
        return
    names = [each.name for each in taken]
    for unknown in (each for each in arguments if each not in names):
        hint = similar(unknown, names) or (
            tr("It takes {listed}.", listed=_listed(names)) if names else tr("It takes none.")
        )
        raise Refusal(
            tr("{name} takes no argument {unknown!r}.", name=name, unknown=unknown),
            title=marked("An argument is not known"),
            hint=hint,
        )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else tr("{names} and {last}", names=list_of(names[:-1]), last=names[-1])
