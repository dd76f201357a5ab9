"""Steps as people say them: a part of a sentence, such as "take `module.` off 320 keys".

Why this way: `step_texts` is exact and made to be read by a machine too; this is made to be read aloud, and may
leave things out.
"""

from __future__ import annotations

from functools import singledispatch

from .. import wording
from ..errors import InspectorError
from .steps import (
    AddPrefix,
    Cast,
    Drop,
    Fuse,
    Interpolate,
    KeepInitial,
    Pad,
    Rename,
    Slice,
    Split,
    Squeeze,
    Step,
    StripPrefix,
    Transpose,
    Unsqueeze,
)


def as_words(step: Step, keys: int | None = None) -> str:
    """What the step does, in the imperative; `keys` is how many keys it acts on, if that is known."""
    if isinstance(step, (StripPrefix, AddPrefix)):
        return _said(step, "the keys" if keys is None else wording.plural(keys, "key"))
    return _said(step, "") + ("" if keys is None else f" ({wording.plural(keys, 'key')})")


@singledispatch
def _said(step: Step, keys: str) -> str:
    raise InspectorError(f"{step!r} is no step that mends a checkpoint.")


@_said.register
def _(step: StripPrefix, keys: str) -> str:
    return f"take {_code(step.prefix)} off {keys}{_under(step.under)}"


@_said.register
def _(step: AddPrefix, keys: str) -> str:
    return f"set {_code(step.prefix)} before {keys}{_under(step.under)}"


@_said.register
def _(step: Rename, keys: str) -> str:
    old, new = step.rules[0] if step.rules else ("", "")
    more = f" and {wording.plural(len(step.rules) - 1, 'rule')} more" if len(step.rules) > 1 else ""
    return f"rename {_code(old)} to {_code(new)}{more}"


@_said.register
def _(step: Drop, keys: str) -> str:
    return f"drop {_listed(step.patterns)}"


@_said.register
def _(step: KeepInitial, keys: str) -> str:
    return f"leave {_listed(step.patterns)} as the model has it"


@_said.register
def _(step: Transpose, keys: str) -> str:
    return f"exchange dimensions {step.first} and {step.second} of {_listed(step.patterns)}"


@_said.register
def _(step: Squeeze, keys: str) -> str:
    return f"take {_dims(step.dims)} of size 1 from {_listed(step.patterns)}"


@_said.register
def _(step: Unsqueeze, keys: str) -> str:
    return f"add {_dims(step.dims)} of size 1 to {_listed(step.patterns)}"


@_said.register
def _(step: Split, keys: str) -> str:
    return f"cut {_code(step.old)} into {_listed(step.new)} along dimension {step.dim}"


@_said.register
def _(step: Fuse, keys: str) -> str:
    return f"join {_listed(step.old)} to {_code(step.new)} along dimension {step.dim}"


@_said.register
def _(step: Slice, keys: str) -> str:
    last = step.start + step.size - 1
    return f"keep indices {step.start} to {last} of dimension {step.dim} of {_listed(step.patterns)}"


@_said.register
def _(step: Pad, keys: str) -> str:
    return f"fill up dimension {step.dim} of {_listed(step.patterns)} to {step.size} with zeros"


@_said.register
def _(step: Interpolate, keys: str) -> str:
    old, new = (f"{height} × {width}" for height, width in (step.old, step.new))
    return f"interpolate the positions {_listed(step.patterns)} from {old} to {new}"


@_said.register
def _(step: Cast, keys: str) -> str:
    return f"convert {_listed(step.patterns)} to {step.dtype}"


def _under(path: str) -> str:
    return f" under {_code(path)}" if path else ""


def _dims(dims: tuple[int, ...]) -> str:
    return f"{'dimension' if len(dims) == 1 else 'dimensions'} {', '.join(map(str, dims))}"


def _listed(patterns: tuple[str, ...]) -> str:
    return wording.names([_code(pattern) for pattern in patterns])


def _code(text: str) -> str:
    return f"`{wording.safe(text)}`"
