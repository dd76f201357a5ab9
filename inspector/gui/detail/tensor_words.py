"""What there is to say about one tensor, in words: its summary line, and how and where it is stored.

Nothing here knows Qt: a row of facts is a `Fact`, a summary a string. All texts are inert (`wording.safe`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ... import wording
from ...checkpoint.entries import ITEM_SIZES, Branch, Checkpoint, Entry, Quantization, Storage, Tensor, Value
from ...checkpoint.sources import Place
from ...errors import FileError
from ...language import marked, tr

if TYPE_CHECKING:
    from ...analysis.statistics import Statistics

KEY_LIMIT = 160
"""Characters of a key that are shown; what is longer is cut in its middle."""


class Fact(NamedTuple):
    """One row of a list of facts."""

    label: str
    text: str
    mono: bool = False
    """Whether it is something to be read letter by letter: a shape, a key, a range of bytes."""
    alarming: bool = False


def summary(key: str, tensor: Tensor, statistics: Statistics | None = None) -> str:
    """One line to copy: `conv1.weight  float32[64, 3, 7, 7]  mean -0.0002  std 0.13 ...  9,408 values, 37.6 kB`."""
    parts = [wording.safe(key, KEY_LIMIT), f"{wording.safe(tensor.dtype, 40)}{wording.shape(tensor.shape)}"]
    if statistics is not None:
        parts += (f"{label} {text}" for label, text in moments(statistics))
    parts.append(wording.row_of([wording.plural(tensor.numel, "value"), wording.size(tensor.nbytes)]))
    return "  ".join(parts)


def moments(statistics: Statistics) -> list[tuple[str, str]]:
    """Mean, std, min and max - those there are - in three figures, and how many NaN and Inf there are."""
    found = [
        ("mean", statistics.mean), ("std", statistics.std), ("min", statistics.minimum), ("max", statistics.maximum),
    ]  # fmt: skip
    words = [(label, figures(value)) for label, value in found if not math.isnan(value)]
    unfit = (("NaN", statistics.nans), ("Inf", statistics.infinities))
    return words + [(label, wording.count(n)) for label, n in unfit if n]


def figures(value: float | int | bool) -> str:
    """A statistic in three figures, whole numbers in full: `-0.0002`, `1.02`, `12,345`."""
    if isinstance(value, int):
        return wording.count(value)
    if math.isfinite(value) and abs(value) < 1e15 and value == int(value):
        return wording.count(int(value))
    if 1e3 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    return f"{value:.3g}"


_ROLES = {
    "parameter": marked("Parameter"),
    "buffer": marked("buffer"),
    "non-persistent buffer": marked("non-persistent buffer"),
}


def kind(tensor: Tensor) -> str:
    """What it is: `Parameter`, `buffer`, `non-persistent buffer`, `numpy array`, `tensor`, or its subclass."""
    if tensor.is_array:
        return tr("numpy array")
    if tensor.extra.subclass:
        return wording.safe(tensor.extra.subclass, 80)
    if tensor.extra.role:
        return tr(_ROLES.get(tensor.extra.role, tensor.extra.role))
    return tr("Parameter") if tensor.parameter else tr("tensor")


def facts(checkpoint: Checkpoint, tensor: Tensor, sharing: Sequence[str] = ()) -> list[Fact]:
    """How and where a tensor is stored. `sharing` are the keys of the others that lie in its storage."""
    return [
        *_shape_facts(tensor),
        *_storage_facts(tensor, sharing),
        *_place_facts(checkpoint, tensor),
        *_extra_facts(tensor),
    ]


def arrangement(shape: Sequence[int], stride: Sequence[int]) -> str:
    """How the elements lie in memory, in words."""
    steps = [(n, step) for n, step in zip(shape, stride, strict=False) if n != 1]
    if 0 in shape:
        return tr("no elements")
    if not steps:
        return "contiguous"
    if any(step == 0 for _, step in steps):
        times = _product(n for n, step in steps if step == 0)
        return tr("expanded: each element is there once and seen {times:,} times", times=times)
    if any(step < 0 for _, step in steps):
        return tr("not contiguous: some dimension runs backwards")
    if _is_dense(steps):
        return tr("contiguous (row by row)")
    if not _is_dense(sorted(steps, key=lambda each: each[1], reverse=True)):
        return tr("not contiguous: a view that leaves gaps")
    if len(shape) == 4 and _is_dense([(shape[d], stride[d]) for d in (0, 2, 3, 1) if shape[d] != 1]):
        return tr("not contiguous: channels last")
    if len(shape) == 2:
        return tr("not contiguous: transposed (column by column)")
    order = sorted(range(len(shape)), key=lambda d: (-stride[d], d))
    return tr("not contiguous: permuted, dimensions in memory in the order {map}", map=", ".join(map(str, order)))


def reach(tensor: Tensor) -> tuple[int, int]:
    """The bytes of its storage from the first one it uses to just past the last, as (start, end)."""
    item = ITEM_SIZES.get(tensor.dtype, 1)
    if 0 in tensor.shape:
        return tensor.offset * item, tensor.offset * item
    spans = [(n - 1) * step for n, step in zip(tensor.shape, tensor.stride, strict=False)]
    first = tensor.offset + sum(span for span in spans if span < 0)
    last = tensor.offset + sum(span for span in spans if span > 0)
    return first * item, (last + 1) * item


def line_of(entry: Entry, limit: int = 120) -> str:
    """An entry on one line: `float32[64, 3, 7, 7]`, `0.001`, `'adam'`, `dict with 3 entries`."""
    if isinstance(entry, Tensor):
        return f"{wording.safe(entry.dtype, 40)}{wording.shape(entry.shape)}"
    if isinstance(entry, Branch):
        inside = wording.plural(len(entry.children), "entry", "entries")
        return (
            tr("{short_type} with {inside}", short_type=short_type(entry.type), inside=inside)
            if entry.children
            else tr("{short_type}, empty", short_type=short_type(entry.type))
        )
    return value_line(entry, limit)


def value_line(entry: Value, limit: int = 120) -> str:
    if isinstance(entry.value, str) and entry.type == "str":
        return wording.safe(repr(entry.value[: limit + 1]), limit)
    if isinstance(entry.value, bytes):
        return f"{wording.plural(len(entry.value), 'byte')}"
    if isinstance(entry.value, int) and not isinstance(entry.value, bool):
        return whole_number(entry.value)
    return wording.safe(str(entry.value), limit)


def whole_number(value: int) -> str:
    """A whole number; one too long to be read as its size (Python refuses to print more than 4,300 digits)."""
    return (
        str(value)
        if value.bit_length() < 400
        else tr("a whole number of {bit_length:,} bits", bit_length=value.bit_length())
    )


def short_type(name: str) -> str:
    """The class without its module: `Conv2d` of `torch.nn.modules.conv.Conv2d`."""
    return wording.safe(name.rpartition(".")[2] or name, 80)


def _shape_facts(tensor: Tensor) -> Iterator[Fact]:
    item = ITEM_SIZES.get(tensor.dtype)
    yield Fact(tr("Kind"), tr("{kind}, requires grad", kind=kind(tensor)) if tensor.requires_grad else kind(tensor))
    dtype = wording.safe(tensor.dtype, 60)
    yield Fact("dtype", tr("{dtype}, {bytes} each", dtype=dtype, bytes=wording.plural(item, "byte")) if item else dtype)
    yield Fact(tr("Shape"), f"{wording.shape(tensor.shape)}", mono=True)
    yield Fact(tr("Elements"), wording.row_of([wording.count(tensor.numel), wording.size(tensor.nbytes)]))
    yield Fact(tr("Layout"), wording.safe(tensor.layout, 60))
    if tensor.layout == "strided":
        yield Fact(tr("Stride"), wording.shape(tensor.stride), mono=True)
        yield Fact(tr("In memory"), arrangement(tensor.shape, tensor.stride))
        if tensor.offset:
            yield Fact(
                tr("Offset"), tr("{elements} into its storage", elements=wording.plural(tensor.offset, "element"))
            )


def _storage_facts(tensor: Tensor, sharing: Sequence[str]) -> Iterator[Fact]:
    storage = tensor.storage
    if storage is None:
        yield Fact(
            tr("Storage"), tr("none of its own: see its parts") if tensor.extra.parts else tr("none: nothing was saved")
        )
        return
    yield Fact(tr("Storage"), wording.safe(storage.key, 100), mono=True)
    yield Fact(
        tr("Storage size"),
        tr(
            "{nbytes} ({nbytes_2} bytes), {counted_in}",
            nbytes=wording.size(storage.nbytes),
            nbytes_2=wording.count(storage.nbytes),
            counted_in=_counted_in(storage),
        ),
    )
    if sharing:
        named = wording.names([wording.safe(key, 80) for key in sharing], 6)
        yield Fact(tr("Shared"), tr("shares its storage with {named}", named=named))
    if tensor.nbytes < storage.nbytes and tensor.layout == "strided":
        yield Fact(
            tr("View"),
            tr(
                "a view of {nbytes} that keeps {nbytes_2} in the file",
                nbytes=wording.size(tensor.nbytes),
                nbytes_2=wording.size(storage.nbytes),
            ),
        )
    if storage.owner:
        yield Fact(tr("Part of"), tr("a stretch of the storage {owner}", owner=wording.safe(storage.owner, 80)))
    yield Fact(tr("Saved from"), wording.safe(storage.device, 60))


def _counted_in(storage: Storage) -> str:
    return tr("untyped") if storage.dtype == "uint8" else tr("of {dtype}", dtype=wording.safe(storage.dtype, 40))


def _place_facts(checkpoint: Checkpoint, tensor: Tensor) -> Iterator[Fact]:
    storage = tensor.storage
    if storage is None:
        return
    yield Fact(tr("Byte order"), "big-endian" if storage.big_endian else "little-endian")
    if storage.damage:
        yield Fact(tr("Damage"), wording.safe(storage.damage, 400), alarming=True)
    start, end = reach(tensor)
    if storage.source is None or end <= start:
        yield Fact(tr("In the file"), tr("nowhere: no bytes were saved"))
        return
    try:
        found = storage.source.place(storage.start + start)
    except FileError as error:
        yield Fact(tr("In the file"), wording.safe(str(error), 300), alarming=True)
        return
    yield Fact(tr("In the file"), _where(found, end - start), mono=found is not None and not found.deflated)
    if found and found.member:
        yield Fact(tr("Archive member"), wording.safe(found.member, 200), mono=True)
    if found and os.path.abspath(found.path) != os.path.abspath(checkpoint.path):
        yield Fact(tr("File"), wording.safe(found.path, 200), mono=True)


def _where(found: Place | None, nbytes: int) -> str:
    if found is None:
        return tr("not in one piece of its own: inside of a value, or in several chunks")
    if found.deflated:
        return tr("compressed, in what starts at byte {offset:,}", offset=found.offset)
    return tr("bytes {offset:,} to {offset_2:,}", offset=found.offset, offset_2=found.offset + nbytes)


def _extra_facts(tensor: Tensor) -> Iterator[Fact]:
    extra = tensor.extra
    if extra.quantization:
        yield Fact(tr("Quantisation"), _quantization(extra.quantization))
    if extra.conj or extra.neg:
        words = (tr("conjugated") if extra.conj else "", tr("negated") if extra.neg else "")
        yield Fact(tr("Lazy"), wording.row_of([*filter(None, words)]))
    for part in extra.parts:
        yield Fact(tr("Part {name}", name=wording.safe(part.name, 40)), line_of(part), mono=True)
    for attribute in extra.attributes:
        yield Fact(f".{wording.safe(attribute.name, 40)}", line_of(attribute), mono=True)


def _quantization(found: Quantization) -> str:
    if isinstance(found.scale, Tensor):
        scheme, scales = wording.safe(found.scheme, 60), wording.plural(found.scale.numel, "scale")
        if found.axis is None:
            return wording.row_of([scheme, scales])
        return tr("{scheme}, {scales} along dimension {axis}", scheme=scheme, scales=scales, axis=found.axis)
    return tr(
        "{scheme}, scale {scale:.6g}, zero point {zero_point}",
        scheme=wording.safe(found.scheme, 60),
        scale=found.scale,
        zero_point=found.zero_point,
    )


def _is_dense(steps: Sequence[tuple[int, int]]) -> bool:
    expected = 1
    for n, step in reversed(steps):
        if step != expected:
            return False
        expected *= n
    return True


def _product(numbers: Iterator[int]) -> int:
    product = 1
    for each in numbers:
        product *= each
    return product
