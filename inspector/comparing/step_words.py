"""Steps as people say them: a part of a sentence, such as "take `module.` off 320 keys".

Why this way: `step_texts` is exact and made to be read by a machine too; this is made to be read aloud, and may
leave things out.
"""

from __future__ import annotations

from functools import singledispatch

from .. import wording
from ..errors import InspectorError
from ..language import tr
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
        return _said(step, tr("the keys") if keys is None else wording.plural(keys, "key"))
    return _said(step, "") + ("" if keys is None else f" ({wording.plural(keys, 'key')})")


@singledispatch
def _said(step: Step, keys: str) -> str:
    raise InspectorError(tr("{step!r} is no step that mends a checkpoint.", step=step))


@_said.register
def _(step: StripPrefix, keys: str) -> str:
    return tr("take {code} off {keys}{under}", code=_code(step.prefix), keys=keys, under=_under(step.under))


@_said.register
def _(step: AddPrefix, keys: str) -> str:
    return tr("set {code} before {keys}{under}", code=_code(step.prefix), keys=keys, under=_under(step.under))


@_said.register
def _(step: Rename, keys: str) -> str:
    old, new = step.rules[0] if step.rules else ("", "")
    more = tr(" and {rules} more", rules=wording.plural(len(step.rules) - 1, "rule")) if len(step.rules) > 1 else ""
    return tr("rename {code} to {code_2}{more}", code=_code(old), code_2=_code(new), more=more)


@_said.register
def _(step: Drop, keys: str) -> str:
    return tr("drop {listed}", listed=_listed(step.patterns))


@_said.register
def _(step: KeepInitial, keys: str) -> str:
    return tr("leave {listed} as the model has it", listed=_listed(step.patterns))


@_said.register
def _(step: Transpose, keys: str) -> str:
    return tr(
        "exchange dimensions {first} and {second} of {listed}",
        first=step.first,
        second=step.second,
        listed=_listed(step.patterns),
    )


@_said.register
def _(step: Squeeze, keys: str) -> str:
    return tr("take {dims} of size 1 from {listed}", dims=_dims(step.dims), listed=_listed(step.patterns))


@_said.register
def _(step: Unsqueeze, keys: str) -> str:
    return tr("add {dims} of size 1 to {listed}", dims=_dims(step.dims), listed=_listed(step.patterns))


@_said.register
def _(step: Split, keys: str) -> str:
    return tr(
        "cut {code} into {listed} along dimension {dim}", code=_code(step.old), listed=_listed(step.new), dim=step.dim
    )


@_said.register
def _(step: Fuse, keys: str) -> str:
    return tr(
        "join {listed} to {code} along dimension {dim}", listed=_listed(step.old), code=_code(step.new), dim=step.dim
    )


@_said.register
def _(step: Slice, keys: str) -> str:
    last = step.start + step.size - 1
    return tr(
        "keep indices {start} to {last} of dimension {dim} of {listed}",
        start=step.start,
        last=last,
        dim=step.dim,
        listed=_listed(step.patterns),
    )


@_said.register
def _(step: Pad, keys: str) -> str:
    return tr(
        "fill up dimension {dim} of {listed} to {size} with zeros",
        dim=step.dim,
        listed=_listed(step.patterns),
        size=step.size,
    )


@_said.register
def _(step: Interpolate, keys: str) -> str:
    old, new = (f"{height} × {width}" for height, width in (step.old, step.new))
    return tr("interpolate the positions {listed} from {old} to {new}", listed=_listed(step.patterns), old=old, new=new)


@_said.register
def _(step: Cast, keys: str) -> str:
    return tr("convert {listed} to {dtype}", listed=_listed(step.patterns), dtype=step.dtype)


def _under(path: str) -> str:
    return tr(" under {code}", code=_code(path)) if path else ""


def _dims(dims: tuple[int, ...]) -> str:
    return f"{'dimension' if len(dims) == 1 else 'dimensions'} {', '.join(map(str, dims))}"


def _listed(patterns: tuple[str, ...]) -> str:
    return wording.names([_code(pattern) for pattern in patterns])


def _code(text: str) -> str:
    return f"`{wording.safe(text)}`"
