"""Steps as people say them: a part of a sentence, such as "take `module.` off 320 keys".

Why this way: `step_texts` is exact and made to be read by a machine too; this is made to be read aloud, and may
leave things out.
"""

from __future__ import annotations

from functools import singledispatch

from .. import wording
from ..errors import InspectorError
from ..language import ntr, tr
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
    said = _said(step, "")
    return said if keys is None else tr("{step} ({keys})", step=said, keys=wording.plural(keys, "key"))


@singledispatch
def _said(step: Step, keys: str) -> str:
    raise InspectorError(tr("{step!r} is no step that mends a checkpoint.", step=step))


@_said.register
def _(step: StripPrefix, keys: str) -> str:
    if step.under:
        return tr("take {prefix} off {keys} under {path}", prefix=_code(step.prefix), keys=keys, path=_code(step.under))
    return tr("take {prefix} off {keys}", prefix=_code(step.prefix), keys=keys)


@_said.register
def _(step: AddPrefix, keys: str) -> str:
    if step.under:
        return tr(
            "set {prefix} before {keys} under {path}", prefix=_code(step.prefix), keys=keys, path=_code(step.under)
        )
    return tr("set {prefix} before {keys}", prefix=_code(step.prefix), keys=keys)


@_said.register
def _(step: Rename, keys: str) -> str:
    old, new = step.rules[0] if step.rules else ("", "")
    if len(step.rules) < 2:
        return tr("rename {old} to {new}", old=_code(old), new=_code(new))
    return ntr(
        "rename {old} to {new} and {n} rule more",
        "rename {old} to {new} and {n} rules more",
        len(step.rules) - 1,
        old=_code(old),
        new=_code(new),
    )


@_said.register
def _(step: Drop, keys: str) -> str:
    return tr("drop {keys}", keys=_listed(step.patterns))


@_said.register
def _(step: KeepInitial, keys: str) -> str:
    return tr("leave {keys} as the model has it", keys=_listed(step.patterns))


@_said.register
def _(step: Transpose, keys: str) -> str:
    return tr(
        "exchange dimensions {first} and {second} of {keys}",
        first=step.first,
        second=step.second,
        keys=_listed(step.patterns),
    )


@_said.register
def _(step: Squeeze, keys: str) -> str:
    return ntr(
        "take dimension {dims} of size 1 from {keys}",
        "take dimensions {dims} of size 1 from {keys}",
        len(step.dims),
        dims=_dims(step.dims),
        keys=_listed(step.patterns),
    )


@_said.register
def _(step: Unsqueeze, keys: str) -> str:
    return ntr(
        "add dimension {dims} of size 1 to {keys}",
        "add dimensions {dims} of size 1 to {keys}",
        len(step.dims),
        dims=_dims(step.dims),
        keys=_listed(step.patterns),
    )


@_said.register
def _(step: Split, keys: str) -> str:
    return tr("cut {old} into {new} along dimension {dim}", old=_code(step.old), new=_listed(step.new), dim=step.dim)


@_said.register
def _(step: Fuse, keys: str) -> str:
    return tr("join {old} to {new} along dimension {dim}", old=_listed(step.old), new=_code(step.new), dim=step.dim)


@_said.register
def _(step: Slice, keys: str) -> str:
    last = step.start + step.size - 1
    return tr(
        "keep indices {first} to {last} of dimension {dim} of {keys}",
        first=step.start,
        last=last,
        dim=step.dim,
        keys=_listed(step.patterns),
    )


@_said.register
def _(step: Pad, keys: str) -> str:
    return tr(
        "fill up dimension {dim} of {keys} to {size} with zeros",
        dim=step.dim,
        keys=_listed(step.patterns),
        size=step.size,
    )


@_said.register
def _(step: Interpolate, keys: str) -> str:
    old, new = (f"{height} × {width}" for height, width in (step.old, step.new))
    return tr("interpolate the positions {keys} from {old} to {new}", keys=_listed(step.patterns), old=old, new=new)


@_said.register
def _(step: Cast, keys: str) -> str:
    return tr("convert {keys} to {dtype}", keys=_listed(step.patterns), dtype=step.dtype)


def _dims(dims: tuple[int, ...]) -> str:
    return wording.list_of(list(map(str, dims)))


def _listed(patterns: tuple[str, ...]) -> str:
    return wording.names([_code(pattern) for pattern in patterns])


def _code(text: str) -> str:
    return f"`{wording.safe(text)}`"
