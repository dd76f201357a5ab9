"""The tree of a checkpoint as lines of text: key, what it is, parameters, size, and what should be known of it.

Why this way: 100,000 tensors are 170,000 lines. They are joined from strings, and whatever repeats (shapes, sizes,
layers of the same kind) is put into words once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from .. import wording
from ..checkpoint.entries import Branch, Checkpoint, Entry, Tensor, Value
from ..checkpoint.json_values import json_value
from ..checkpoint.layers import layer
from ..checkpoint.outline import Outline
from .screen import Ink, columns_of, padded

WIDEST_KEY = 64
WIDEST_WHAT = 40
_SENTENCES = 8
_INLINE = 8
"""A list or tuple of no more plain values than this is shown in one line: `tuple (3, 3)`."""


class Tree:
    """The lines of some rows of an outline."""

    def __init__(
        self, checkpoint: Checkpoint, outline: Outline, ink: Ink, digest: Callable[[Tensor], str | None] | None = None
    ) -> None:
        self._outline = outline
        self._ink = ink
        self._digest = digest
        self._titles = self._titles_by_row(checkpoint)
        self._whats: dict[object, str] = {}
        self._columns: dict[tuple[str, int, int], str] = {}

    def lines(self, rows: Iterable[int], *, flat: bool = False) -> Iterator[str]:
        """A line for each of `rows`, indented by its depth; `flat`: with its whole key instead."""
        outline, rows = self._outline, list(self._without_inlined(rows))
        names = [wording.safe(outline.keys[row]) for row in rows] if flat else self._indented(rows)
        whats = list(map(self._what, rows))
        name_width = _widest(names, WIDEST_KEY)
        self._what_width = _widest(set(whats), WIDEST_WHAT)
        self._sums_width = max((len(_amount(outline.parameters[row])) for row in outline.children()), default=0)
        columns, parameters, nbytes, ends = self._columns, outline.parameters, outline.nbytes, outline.ends
        for row, name, what in zip(rows, names, whats, strict=True):
            name = padded(name, name_width)
            if ends[row] > row + 1:
                name = self._ink.strong(name)
            facts = what, parameters[row], nbytes[row]
            text = columns.get(facts) or columns.setdefault(facts, self._columns_of(row, what))
            remarks = self._remarks(row)
            yield f"{name}  {text}  {remarks}\n" if remarks else f"{name}  {text}".rstrip() + "\n"

    def _titles_by_row(self, checkpoint: Checkpoint) -> dict[int, str]:
        """The sections that are called something else than what they are."""
        rows = {self._outline.row(each.key): each for each in checkpoint.sections if each.key and each.role != "other"}
        labels = self._outline.labels
        return {row: each.title for row, each in rows.items() if row is not None and each.title != labels[row]}

    def _indented(self, rows: Iterable[int]) -> list[str]:
        """The labels, moved in by their depth. Few of them differ: weight, bias, attn, 0 ..."""
        safe: dict[str, str] = {}
        outline = self._outline
        levels = ["  " * depth for depth in range(max(outline.depths, default=0) + 1)]
        labels = [(outline.depths[row], outline.labels[row]) for row in rows]
        return [levels[depth] + (safe.get(label) or safe.setdefault(label, _label(label))) for depth, label in labels]

    def _columns_of(self, row: int, what: str) -> str:
        """What it is, parameters and size, under those of the lines above."""
        outline, sums = self._outline, " " * (self._sums_width + 10)
        if outline.tensors[row]:
            sums = f"{_amount(outline.parameters[row]):>{self._sums_width}}  {wording.size(outline.nbytes[row]):>8}"
        return f"{padded(what, self._what_width)}  {sums}"

    def _what(self, row: int) -> str:
        entry = self._outline.entries[row]
        if type(entry) is Tensor:
            what = entry.dtype, entry.shape
            return self._whats.get(what) or self._whats.setdefault(what, described(entry))
        if type(entry) is Value:
            return f"{wording.safe(entry.type, 40)} {shown(entry)}" if entry.value is not None else "None"
        words = layer(self._outline, row)
        if words:
            return words
        return _container(entry) if type(entry) is Branch else ""

    def _remarks(self, row: int) -> str:
        entry, blocks = self._outline.entries[row], self._outline.blocks
        if blocks and row in blocks:
            return f"{len(blocks[row]):,} alike"
        if entry is None or (type(entry) is Tensor and not self._digest and self._is_plain(row, entry)):
            return self._ink.accent(self._titles[row]) if row in self._titles else ""
        return "; ".join(self._all_remarks(row, entry))

    def _is_plain(self, row: int, tensor: Tensor) -> bool:
        """Whether it is like most tensors: strided, whole, alone in a storage just as large as it is."""
        storage = tensor.storage
        return (
            tensor.extra is _NOTHING_MORE
            and storage is not None
            and storage.nbytes == self._outline.nbytes[row]
            and not (tensor.damage or storage.damage or storage.key in self._outline.sharing)
        )

    def _all_remarks(self, row: int, entry: Entry) -> Iterator[str]:
        if row in self._titles:
            yield self._ink.accent(self._titles[row])
        if type(entry) is Tensor:
            yield from self._remarks_on_tensor(row, entry)
        elif type(entry) is Branch:
            if entry.attribute and not self._is_in_module(row):
                yield "attribute"
            if entry.damage:
                yield self._ink.alarm(f"! {wording.safe(entry.damage, 300)}")
        if isinstance(entry, (Branch, Value)) and entry.note:
            yield self._ink.quiet(wording.safe(entry.note, 300))

    def _is_in_module(self, row: int) -> bool:
        parent = self._outline.parents[row]
        entry = self._outline.entries[parent] if parent >= 0 else None
        return type(entry) is Branch and entry.kind == "module"

    def _remarks_on_tensor(self, row: int, tensor: Tensor) -> Iterator[str]:
        storage = tensor.storage
        if self._digest:
            yield self._digest(tensor) or "unreadable"
        if damage := tensor.damage or (storage.damage if storage else ""):
            yield self._ink.alarm(f"! {wording.safe(damage, 300)}")
        if storage and (rows := self._outline.sharing.get(storage.key)):
            other = rows[1] if rows[0] == row else rows[0]
            yield f"shares storage with {wording.safe(self._outline.keys[other], 100)}"
        if storage and storage.nbytes > tensor.nbytes:
            yield f"a view of {wording.size(storage.nbytes)}"
        if tensor.extra is not _NOTHING_MORE:
            yield from _remarks_on_extra(tensor)

    def _without_inlined(self, rows: Iterable[int]) -> Iterator[int]:
        end = 0
        for row in rows:
            if row >= end:
                entry = self._outline.entries[row]
                if type(entry) is Branch and is_inline(entry):
                    end = self._outline.ends[row]
                yield row


_NOTHING_MORE = Tensor._field_defaults["extra"]


def _remarks_on_extra(tensor: Tensor) -> Iterator[str]:
    extra = tensor.extra
    if extra.role and extra.role != "parameter":
        yield extra.role
    if tensor.layout != "strided":
        yield tensor.layout
    if extra.subclass:
        yield wording.safe(extra.subclass, 60)
    if extra.quantization:
        yield extra.quantization.scheme
    yield from (name for name in ("conj", "neg") if getattr(extra, name))


def _widest(texts: Collection[str], limit: int) -> int:
    """The columns of the widest text, `limit` at most: what is wider pushes its own line only."""
    longest = max(map(len, texts), default=0)
    if "".join(texts).isascii():
        return min(longest, limit)
    return min(max(map(columns_of, texts)), limit)


def _amount(number: int) -> str:
    """How many parameters; a file may claim more than the digits of a screen could say."""
    return f"{number:,}" if number < 10**18 else "over 10^18"


def _label(label: str) -> str:
    return wording.safe(label, 100) or "''"


def described(tensor: Tensor) -> str:
    """`float32 [64, 3, 7, 7]`"""
    return f"{wording.safe(tensor.dtype, 30)} {wording.shape(tensor.shape)}"


def shown(value: Value) -> str:
    """A value as text for one line: strings in quotes, bytes by their number and beginning."""
    if isinstance(value.value, str):
        text = wording.safe(value.value, 80)
        return f"'{text}'" if value.type == "str" else text
    if isinstance(value.value, (bytes, bytearray)):
        return f"{wording.plural(len(value.value), 'byte')} {value.value[:16].hex(' ')}".rstrip()
    return wording.safe(str(json_value(value.value)), 80)  # None is `None`


def is_inline(branch: Branch) -> bool:
    """Whether it is a short list or tuple of plain values."""
    return (
        branch.kind in ("sequence", "set")
        and 0 < len(branch.children) <= _INLINE
        and all(
            type(child) is Value and not child.note and not isinstance(child.value, bytes) for child in branch.children
        )
    )


def _container(branch: Branch) -> str:
    name = wording.safe(branch.type.rpartition(".")[2], 40)
    if is_inline(branch):
        inside = ", ".join(shown(child) for child in branch.children if isinstance(child, Value))
        return f"{name} ({wording.safe(inside, 80)})"
    return f"{name} of {len(branch.children):,}" if branch.kind != "object" else name


def heading(checkpoint: Checkpoint, outline: Outline, ink: Ink) -> Iterator[str]:
    """What the file is, how much is in it, and first of all what is broken in it."""
    yield ink.strong(wording.safe(checkpoint.path, 300)) + "\n"
    parts = [checkpoint.format, wording.size(checkpoint.nbytes), wording.plural(outline.total_tensors, "tensor")]
    parameters = "parameter" if outline.total_parameters == 1 else "parameters"
    parts += [f"{_amount(outline.total_parameters)} {parameters}", *_kinds(outline)]
    yield " · ".join(part for part in parts if part) + "\n"
    facts = [f"{label} {text}" for label, text in checkpoint.facts if label != "serialization id"]
    if facts:
        yield ink.quiet(wording.safe(" · ".join(facts), 400)) + "\n"
    if checkpoint.texts:
        names = wording.names([wording.safe(text.name, 80) for text in checkpoint.texts])
        yield ink.quiet(f"It holds texts, which --text NAME prints: {names}.") + "\n"
    yield from damage(checkpoint, ink)
    yield from _classes(checkpoint, ink)
    yield "\n"


def damage(checkpoint: Checkpoint, ink: Ink) -> Iterator[str]:
    """A line for each sentence on what is broken."""
    for sentence in checkpoint.damage[:_SENTENCES]:
        yield ink.alarm(f"! {wording.safe(sentence, 600)}") + "\n"
    if len(checkpoint.damage) > _SENTENCES:
        yield ink.alarm(f"! And {len(checkpoint.damage) - _SENTENCES:,} more, each marked in its place.") + "\n"


def _kinds(outline: Outline) -> list[str]:
    dtypes: dict[str, int] = {}
    devices: dict[str, int] = {}
    for entry in outline.entries:
        if type(entry) is Tensor:
            dtypes[entry.dtype] = dtypes.get(entry.dtype, 0) + 1
            devices[entry.device] = devices.get(entry.device, 0) + 1
    if devices.keys() == {"cpu"}:
        devices = {}
    return [_most(dtypes), f"from {_most(devices)}" if devices else ""]


def _most(counts: dict[str, int]) -> str:
    ordered = sorted(counts, key=lambda name: -counts[name])
    return wording.names([wording.safe(name, 40) for name in ordered], limit=4)


def _classes(checkpoint: Checkpoint, ink: Ink) -> Iterator[str]:
    dangerous = [wording.safe(each.name, 80) for each in checkpoint.globals if each.verdict == "dangerous"]
    unknown = [
        wording.safe(each.name, 80)
        for each in checkpoint.globals
        if each.verdict == "unknown" and not each.name.startswith("__torch__.")  # TorchScript has their code with it
    ]
    if dangerous:
        yield (
            ink.alarm(
                f"! Loading it with weights_only=False would run {wording.names(dangerous)}. Nothing was run here."
            )
            + "\n"
        )
    if unknown:
        yield ink.quiet(f"It names classes that torch does not know: {wording.names(unknown)}.") + "\n"
