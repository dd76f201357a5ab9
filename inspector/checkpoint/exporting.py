"""The tree as CSV, JSON or Markdown, in pieces of text to be written one after the other.

The JSON object (`inspector show --json` prints the same) is stable; further fields may be added. It has

    path      the file, as it was asked for
    format    `zip`, `legacy`, `tar`, `torchscript`, `package`, `exported`, `safetensors`, `sharded`,
              `distributed`, `pickle` or `numpy`
    bytes     the size of the file, or of all its files together
    tensors   [{key, dtype, shape, stride, offset, storage, device, requires_grad, parameter, layout}]
              key: names joined by dots; dtype: torch's name without `torch.`; stride and offset in elements;
              storage: its key in the file, null when the tensor has none of its own; and where there is
              something to say:
                damage         a sentence: why its elements cannot be read
                quantization   {scheme, scale, zero_point, axis}; scale and zero_point numbers or, by channel, tensors
                parts          the tensors that a sparse, nested or wrapped one is made of
                subclass       the class, where it is not torch.Tensor
                role           in a module: parameter, buffer, non-persistent buffer
                conj, neg      true where the bit is set
                shared         how many tensors lie in the same storage (with the same `storage`), itself among them
                storage_bytes  the size of the storage, where it is not that of the elements
                attributes     Python attributes saved with it, as values
                digest         where asked for: the first 16 hex digits of the SHA-256 of the elements as contiguous
                               little-endian bytes; null where these cannot be read
    arrays    the same for numpy arrays; each has a value, too, of type `numpy.ndarray` that says dtype and shape
    values    [{key, type, value}] and `note` where there is one. Numbers, strings, booleans and null as they are.
              As strings: "NaN", "Infinity" and "-Infinity"; complex numbers as "1+2j"; bytes in hex digits;
              integers of more than 1,024 bits in hex with 0x; what else has no JSON in the words that show it.
              Lone surrogates are kept, as \\udXXX escapes
    branches  [{key, type, kind, children}] and `attribute`, `note`, `damage`: dicts, lists, modules, objects
    globals   [{name, verdict, accepted, count, reason}]: the classes and functions that the file names; verdict is
              `torch`, `harmless`, `unknown` or `dangerous`; accepted: by `torch.load` in its default mode
    sections  [{key, role, title}]: the parts of a training checkpoint
    facts     [{label, text}]: what else is known of the file
    texts     [{name, bytes}]: members that people can read, such as code (`inspector show FILE --text NAME`)
    damage    [sentences]: what is broken or missing; empty for a sound file

Why this way: a table is opened by a spreadsheet, a Markdown file by a browser, and a name in a file may be
written to do something there. Cells that a spreadsheet would compute begin with an apostrophe, names are code in
Markdown, and what would not show is an escape in both. JSON keeps every character.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from json import JSONEncoder
from typing import Any

from .. import wording
from .entries import Branch, Checkpoint, Entry, Quantization, Tensor, Value
from .json_values import json_value
from .layers import layer
from .outline import Outline

Digest = Callable[[Tensor], str | None]

_LONGEST_CELL = 1_000
_encode = JSONEncoder(ensure_ascii=True, allow_nan=False, check_circular=False).encode


# -- JSON --------------------------------------------------------------------------------------------


def as_json(
    checkpoint: Checkpoint, outline: Outline, rows: Iterable[int] | None = None, digest: Digest | None = None
) -> Iterator[str]:
    """The JSON object described above. `rows` are the rows to be told of (all), `digest` makes the digests."""
    told = _Records(outline, digest)
    rows = range(len(outline)) if rows is None else list(rows)
    entries = outline.entries
    arrays = [row for row in rows if type(entry := entries[row]) is Tensor and entry.is_array]
    tensors = [row for row in rows if type(entry := entries[row]) is Tensor and not entry.is_array]
    values = [row for row in rows if type(entry := entries[row]) is Value or (type(entry) is Tensor and entry.is_array)]
    branches = [row for row in rows if type(entries[row]) is Branch]
    yield f'{{"path": {_encode(checkpoint.path)},\n"format": {_encode(checkpoint.format)},\n'
    yield f'"bytes": {checkpoint.nbytes},\n'
    yield from _list("tensors", (told.tensor_at(row) for row in tensors))
    yield from _list("arrays", (told.tensor_at(row) for row in arrays))
    yield from _list("values", (told.value_at(row) for row in values))
    yield from _list("branches", (told.branch_at(row) for row in branches))
    yield from _list("globals", ({name: getattr(each, name) for name in _GLOBAL} for each in checkpoint.globals))
    yield from _list("sections", (each._asdict() for each in checkpoint.sections))
    yield from _list("facts", ({"label": label, "text": text} for label, text in checkpoint.facts))
    yield from _list("texts", ({"name": each.name, "bytes": each.nbytes} for each in checkpoint.texts))
    yield f'"damage": {_encode(checkpoint.damage)}}}\n'


_GLOBAL = ("name", "verdict", "accepted", "count", "reason")


def _list(name: str, records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One record a line: a difference of two files is then a difference of lines."""
    separator = f'"{name}": ['
    empty = True
    for record in records:
        yield f"{separator}\n{_encode(record)}"
        separator, empty = ",", False
    yield f"{separator}],\n" if empty else "\n],\n"


class _Records:
    """What is told of each row."""

    def __init__(self, outline: Outline, digest: Digest | None) -> None:
        self._outline = outline
        self._digest = digest

    def tensor_at(self, row: int) -> dict[str, Any]:
        tensor = self._outline.entries[row]
        assert type(tensor) is Tensor
        record = tensor_record(self._outline.keys[row], tensor)
        if tensor.storage is not None and (users := self._outline.sharing.get(tensor.storage.key)):
            record["shared"] = len(users)
        if self._digest is not None:
            record["digest"] = self._digest(tensor)
        return record

    def value_at(self, row: int) -> dict[str, Any]:
        entry = self._outline.entries[row]
        if type(entry) is Tensor:
            return {
                "key": self._outline.keys[row],
                "type": "numpy.ndarray",
                "value": f"{entry.dtype} {wording.shape(entry.shape)}",
            }
        assert type(entry) is Value
        return _value_record(self._outline.keys[row], entry)

    def branch_at(self, row: int) -> dict[str, Any]:
        branch = self._outline.entries[row]
        assert type(branch) is Branch
        return {
            "key": self._outline.keys[row],
            "type": branch.type,
            "kind": branch.kind,
            "children": len(branch.children),
            **_set(attribute=branch.attribute, note=branch.note, damage=branch.damage),
        }


def tensor_record(key: str, tensor: Tensor) -> dict[str, Any]:
    """What JSON tells of a tensor."""
    storage, extra = tensor.storage, tensor.extra
    record = {
        "key": key,
        "dtype": tensor.dtype,
        "shape": tensor.shape,
        "stride": tensor.stride,
        "offset": tensor.offset,
        "storage": storage.key if storage else None,
        "device": tensor.device,
        "requires_grad": tensor.requires_grad,
        "parameter": tensor.parameter,
        "layout": tensor.layout,
    }
    if storage and storage.nbytes != tensor.nbytes:
        record["storage_bytes"] = storage.nbytes
    if tensor.damage or (storage and storage.damage):
        record["damage"] = tensor.damage or (storage.damage if storage else "")
    if extra is not _NOTHING_MORE:
        record |= _set(subclass=extra.subclass, role=extra.role, conj=extra.conj, neg=extra.neg)
        record |= _set(quantization=extra.quantization and _quantization_record(extra.quantization))
        record |= _set(parts=[tensor_record(part.name, part) for part in extra.parts])
        record |= _set(attributes=[_attribute_record(each) for each in extra.attributes])
    return record


_NOTHING_MORE = Tensor._field_defaults["extra"]


def _set(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value}


def _quantization_record(quantization: Quantization) -> dict[str, Any]:
    def number(value: float | Tensor) -> Any:
        return tensor_record(value.name, value) if isinstance(value, Tensor) else json_value(value)

    return {
        "scheme": quantization.scheme,
        "scale": number(quantization.scale),
        "zero_point": number(quantization.zero_point),
        "axis": quantization.axis,
    }


def _attribute_record(entry: Entry) -> dict[str, Any]:
    if isinstance(entry, Tensor):
        return tensor_record(entry.name, entry)
    return _value_record(entry.name, entry) if isinstance(entry, Value) else {"key": entry.name, "type": entry.type}


def _value_record(key: str, value: Value) -> dict[str, Any]:
    return {"key": key, "type": value.type, "value": json_value(value.value), **_set(note=value.note)}


# -- CSV ---------------------------------------------------------------------------------------------

_COLUMNS = ("key", "kind", "type", "shape", "parameters", "bytes", "device", "layer", "value", "note")


def as_csv(checkpoint: Checkpoint, outline: Outline, rows: Iterable[int] | None = None) -> Iterator[str]:
    """A table with a line for each row; groups and branches carry the sums of what is in them."""
    yield ",".join(_COLUMNS) + "\r\n"
    for row in range(len(outline)) if rows is None else rows:
        yield ",".join(map(_cell, _cells(outline, row))) + "\r\n"


def _cells(outline: Outline, row: int) -> tuple[str | int | float, ...]:
    entry, key = outline.entries[row], outline.keys[row]
    sums = (outline.parameters[row], outline.nbytes[row])
    if type(entry) is Tensor:
        kind = "array" if entry.is_array else "tensor"
        return (key, kind, entry.dtype, wording.shape(entry.shape), *sums, entry.device, "", "", entry.damage)
    if type(entry) is Value:
        value = json_value(entry.value)
        return (key, "value", entry.type, "", "", "", "", "", "None" if value is None else value, entry.note)
    words = layer(outline, row)
    if type(entry) is Branch:
        return (key, entry.kind, entry.type, "", *sums, "", words, "", entry.damage or entry.note)
    return (key, "group", "", "", *sums, "", words, "", "")


_PLAIN = re.compile(r"(\w[\w.]{0,999})?", re.ASCII)


def _cell(value: str | int | float) -> str:
    """A cell that no spreadsheet computes. Only text can begin with `=`; a number may begin with a minus."""
    if not isinstance(value, str):
        return str(value)
    if _PLAIN.fullmatch(value):  # nearly every cell
        return value
    text = wording.cell(value, _LONGEST_CELL)
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if re.search(r'[",;\']|^\s|\s$', text) else text


# -- Markdown ----------------------------------------------------------------------------------------


def as_markdown(checkpoint: Checkpoint, outline: Outline, rows: Iterable[int] | None = None) -> Iterator[str]:
    """A heading, what is broken, and a table with a line for each row."""
    yield f"# {_code(checkpoint.path)}\n\n"
    yield f"{checkpoint.format}, {wording.size(checkpoint.nbytes)}, {wording.plural(outline.total_tensors, 'tensor')}, "
    yield f"{wording.plural(outline.total_parameters, 'parameter')}\n\n"
    for sentence in checkpoint.damage:
        yield f"> **!** {_code(sentence)}\n>\n"
    yield "\n| key | what | parameters | size |\n|---|---|--:|--:|\n"
    for row in range(len(outline)) if rows is None else rows:
        yield f"| {_code(outline.keys[row])} | {_what(outline, row)} | {_sums(outline, row)} |\n"


def _what(outline: Outline, row: int) -> str:
    entry = outline.entries[row]
    if type(entry) is Tensor:
        return _code(f"{entry.dtype} {wording.shape(entry.shape)}") + (
            f" ! {_code(entry.damage)}" if entry.damage else ""
        )
    if type(entry) is Value:
        return f"{_code(entry.type)} {_code(str(json_value(entry.value)))}"
    return _code(layer(outline, row) or (entry.type if type(entry) is Branch else ""))


def _sums(outline: Outline, row: int) -> str:
    if not outline.tensors[row]:
        return " | "
    return f"{outline.parameters[row]:,} | {wording.size(outline.nbytes[row])}"


def _code(text: str) -> str:
    """Text as code, in which nothing is markup; the fence is longer than any run of backticks in it."""
    text = wording.safe(text, _LONGEST_CELL).replace("|", "\\|")
    if not text.strip():
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    gap = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{gap}{text}{gap}{fence}"
