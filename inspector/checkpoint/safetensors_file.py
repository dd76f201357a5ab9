"""Safetensors: an 8-byte length, a JSON header of that length, and the elements of the tensors.

The header names each tensor with `dtype`, `shape` and `data_offsets` (first byte and the one after the last,
counted from the end of the header), and may hold `__metadata__`, texts by name. All is little-endian. The
library (Rust, `tensor.rs`) refuses headers above 100,000,000 bytes, tensors that overlap, and bytes that
belong to none; here such a file opens and says so.

Why this way: every entry that can be read is shown, a broken one with the reason in its place, because a
person who opens a damaged file wants to know what is left of it. The header is read as a stream, so that
neither a cut one loses what stands before the cut nor a hostile one costs more than it holds.
"""

from __future__ import annotations

from typing import NamedTuple

from ..errors import FileError
from ..language import tr
from ..wording import count, names, plural, safe, share
from ..wording import shape as shape_text
from .entries import ITEM_SIZES, Branch, Checkpoint, Entry, Storage, Tensor, Value
from .json_stream import JsonStream
from .sources import FileSource

HEADER_LIMIT = 100_000_000
"""Bytes of header that the safetensors library accepts."""
TENSOR_LIMIT = 500_000
"""Tensors that are listed; what comes after is counted in a sentence only."""
METADATA_LIMIT = 16 << 20
_ENTRY_LIMIT = 1 << 16
_MAX_DIMENSIONS = 64

_DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16",
    "F8_E4M3": "float8_e4m3fn", "F8_E5M2": "float8_e5m2", "F8_E8M0": "float8_e8m0fnu",
    "F8_E4M3FNUZ": "float8_e4m3fnuz", "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "F6_E2M3": "float6_e2m3fn", "F6_E3M2": "float6_e3m2fn", "F4": "float4_e2m1fn_x2",
    "C64": "complex64", "C128": "complex128",
    "I64": "int64", "I32": "int32", "I16": "int16", "I8": "int8",
    "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
CODES = {name: code for code, name in _DTYPES.items() if code not in ("C128", "F6_E2M3", "F6_E3M2")}
"""The format's name of a dtype by torch's, for those that both libraries know."""
_BITS = {code: 8 * ITEM_SIZES.get(name, 1) for code, name in _DTYPES.items()} | {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}

_FRAMEWORKS = {"pt": "PyTorch", "np": "NumPy", "tf": "TensorFlow", "flax": "Flax", "mlx": "MLX"}


def read(source: FileSource) -> Checkpoint:
    """The tensors of a safetensors file under their full keys. Only the header is read.

    Raises FileError when there is no header, or when it is longer than the format allows.
    """
    with source.opened():
        return _Reading(source).checkpoint()


class _Span(NamedTuple):
    """Which bytes of the data a tensor takes, counted from the end of the header."""

    begin: int
    end: int
    name: str


class _Reading:
    """One file while it is read."""

    def __init__(self, source: FileSource) -> None:
        self.source = source
        self.header_nbytes = _header_length(source)
        self.data_start = 8 + self.header_nbytes
        self.data_nbytes = max(0, source.nbytes - self.data_start)
        self.tensors: list[Tensor] = []
        self.spans: list[_Span] = []
        self.metadata: dict[str, object] | None = None
        self.flaw = ""
        self.seen: set[str] = set()
        self.repeated: list[str] = []

    def checkpoint(self) -> Checkpoint:
        try:
            self._read_header()
        except FileError as error:
            if not self.tensors and self.metadata is None:
                raise self._unreadable(error) from None
            self.flaw = error.message
        children: list[Entry] = list(self.tensors)
        if self.metadata is not None:
            children.append(_metadata_branch(self.metadata))
        stamp = self.source.stamp
        return Checkpoint(
            path=self.source.path,
            format="safetensors",
            nbytes=self.source.nbytes,
            root=Branch("", "dict", "mapping", tuple(children)),
            damage=tuple(self._damage()),
            facts=self._facts(),
            stamps=((self.source.path, stamp),) if stamp else (),
        )

    def _unreadable(self, error: FileError) -> FileError:
        reason = self._cut() or tr(
            "As a safetensors file, it has a header that holds nothing readable. {message}", message=error.message
        )
        return FileError(reason, path=self.source.path, offset=error.offset)

    def _read_header(self) -> None:
        stream = JsonStream(self.source, 8, self.header_nbytes)
        for key in stream.members():
            if key == "__metadata__":
                found = stream.value(METADATA_LIMIT)
                self.metadata = found if isinstance(found, dict) else {"": found}
            elif len(self.tensors) == TENSOR_LIMIT:
                raise FileError(
                    tr(
                        "It holds more than {tensor_limit} tensors: what follows is not listed.",
                        tensor_limit=count(TENSOR_LIMIT),
                    )
                )
            else:
                self._add(key, stream.value(_ENTRY_LIMIT))
        if not stream.rest_is_blank():
            self.flaw = tr("Something stands between the header's last brace and its end.")

    def _add(self, name: str, info: object) -> None:
        if name in self.seen:
            self.repeated.append(name)
        self.seen.add(name)
        self.tensors.append(self._tensor(name, info))

    def _tensor(self, name: str, info: object) -> Tensor:
        fields = info if isinstance(info, dict) else {}
        code, sizes, offsets = fields.get("dtype"), fields.get("shape"), fields.get("data_offsets")
        if not _is_shape(sizes):
            return _broken(name, tr("The header gives it no usable shape: {brief}.", brief=_brief(sizes)))
        shape = tuple(sizes)  # type: ignore[arg-type]
        if not isinstance(code, str) or code not in _BITS:
            return _broken(
                name, tr("Its element type {brief} is not one that this program knows.", brief=_brief(code)), shape
            )
        if not _is_span(offsets):
            return _broken(
                name, tr("The header gives no place for its elements: {brief}.", brief=_brief(offsets)), shape
            )
        return self._placed(name, code, shape, offsets[0], offsets[1])  # type: ignore[index]

    def _placed(self, name: str, code: str, shape: tuple[int, ...], begin: int, end: int) -> Tensor:
        self.spans.append(_Span(begin, end, name))
        dtype = _DTYPES[code]
        damage = _wrong_size(code, shape, end - begin) or self._outside(begin, end)
        if code == "F4" and shape:  # torch counts the packed pairs, safetensors the numbers
            shape = (*shape[:-1], shape[-1] // 2)
        elif dtype not in ITEM_SIZES:
            damage = damage or tr("torch has no type for numbers of six bits: its elements cannot be shown.")
        start, nbytes = self.data_start + begin, end - begin
        storage = Storage(f"{start}-{start + nbytes}", dtype, "cpu", nbytes, self.source, start, damage=damage)
        return Tensor(name, dtype, shape, _contiguous(shape), 0, storage, damage=damage)

    def _outside(self, begin: int, end: int) -> str:
        if end <= self.data_nbytes:
            return ""
        first, last = self.data_start + begin, self.data_start + end
        return tr(
            "Its bytes {first:,} to {last:,} lie beyond the end of the file ({nbytes:,} bytes).",
            first=first,
            last=last,
            nbytes=self.source.nbytes,
        )

    def _damage(self) -> list[str]:
        sentences = [self._cut(), self._unread()]
        if self.repeated:
            sentences.append(
                tr("The header names {list} more than once; each is shown.", list=names(list(map(safe, self.repeated))))
            )
        if not self.flaw:
            sentences += _gaps(self.spans, self.data_nbytes)
        return [sentence for sentence in sentences if sentence]

    def _cut(self) -> str:
        """The sentence about a file that is shorter than its header says."""
        expected = self.data_start + max((span.end for span in self.spans), default=0)
        if expected <= self.source.nbytes:
            return ""
        if self.source.nbytes < self.data_start:
            named = plural(len(self.tensors), "tensor")
            return tr(
                "The file ends inside its header, after {nbytes} of it: "
                "{named} can be listed, of none are the elements there. Copy or download it again.",
                nbytes=share(self.source.nbytes - 8, self.header_nbytes),
                named=named,
            )
        whole = sum(not tensor.damage for tensor in self.tensors)
        return tr(
            "The file ends after {nbytes} of what its header promises: "
            "{whole:,} of {tensors} are whole. Copy or download it again.",
            nbytes=share(self.source.nbytes, expected),
            whole=whole,
            tensors=plural(len(self.tensors), "tensor"),
        )

    def _unread(self) -> str:
        cut = self.source.nbytes < self.data_start
        if not self.flaw or cut:
            return ""
        return tr(
            "The header is read up to {tensors}, then: {flaw}",
            tensors=plural(len(self.tensors), "tensor"),
            flaw=self.flaw,
        )

    def _facts(self) -> tuple[tuple[str, str], ...]:
        writer = (self.metadata or {}).get("format")
        facts = [
            ("header", tr("{header_nbytes:,} bytes", header_nbytes=self.header_nbytes)),
            (tr("byte order"), "little"),
        ]
        if isinstance(writer, str):
            facts.append(("framework", _FRAMEWORKS.get(writer, safe(writer))))
        return tuple(facts)


def _header_length(source: FileSource) -> int:
    length = int.from_bytes(source.read_up_to(0, 8), "little")
    if length > HEADER_LIMIT:
        raise FileError(
            tr(
                "As a safetensors file it would have a header of {length:,} bytes; the format allows {header_limit:,}.",
                length=length,
                header_limit=HEADER_LIMIT,
            ),
            path=source.path,
            offset=0,
            hint=tr("The file is damaged, or it is no safetensors file."),
        )
    return length


def _metadata_branch(metadata: dict[str, object]) -> Branch:
    values = tuple(_metadata_value(name, text) for name, text in metadata.items())
    return Branch("__metadata__", "dict", "mapping", values, attribute=True)


def _metadata_value(name: str, found: object) -> Value:
    if isinstance(found, (str, int, float, bool, type(None))):
        return Value(name, type(found).__name__, found)
    return Value(name, type(found).__name__, _brief(found), tr("safetensors allows only texts here"))


def _broken(name: str, damage: str, shape: tuple[int, ...] = ()) -> Tensor:
    return Tensor(name, "unknown", shape, _contiguous(shape), 0, None, damage=damage)


def _is_shape(found: object) -> bool:
    if not isinstance(found, list) or len(found) > _MAX_DIMENSIONS:
        return False
    return all(type(dimension) is int and 0 <= dimension < 1 << 63 for dimension in found)


def _is_span(found: object) -> bool:
    if not isinstance(found, list) or len(found) != 2 or type(found[0]) is not int or type(found[1]) is not int:
        return False
    return 0 <= found[0] <= found[1] < 1 << 63


def _wrong_size(code: str, shape: tuple[int, ...], given: int) -> str:
    bits = _BITS[code]
    for dimension in shape:
        bits *= dimension
    if bits == 8 * given:
        return ""
    return tr(
        "Its shape {shape_text} of {code} needs {bits:,.12g} bytes, but the header gives it {given:,}.",
        shape_text=shape_text(shape),
        code=code,
        bits=bits / 8,
        given=given,
    )


def _contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a row-major tensor, as torch gives them (a dimension of size 0 counts as 1)."""
    strides, step = [], 1
    for dimension in reversed(shape):
        strides.append(step)
        step *= max(dimension, 1)
    return tuple(reversed(strides))


def _gaps(spans: list[_Span], data_nbytes: int) -> list[str]:
    """Sentences about tensors that lie over one another, and about bytes that belong to none."""
    overlapping, unused, at = [], 0, 0
    for span in sorted(spans):
        if span.begin < at and span.end > span.begin:
            overlapping.append(safe(span.name))
        unused += max(0, span.begin - at)
        at = max(at, span.end)
    unused += max(0, data_nbytes - at)
    sentences = []
    if overlapping:
        sentences.append(
            tr(
                "Tensors lie over one another, which the format forbids: see {overlapping}.",
                overlapping=names(overlapping),
            )
        )
    if unused:
        sentences.append(
            tr("{unused:,} bytes belong to no tensor; the safetensors library refuses such a file.", unused=unused)
        )
    return sentences


def _brief(found: object) -> str:
    """Whatever the header holds as a few words, without writing out what is long."""
    if found is None:
        return "nothing"
    if isinstance(found, (list, dict)):
        plain = len(found) <= 8 and not any(isinstance(item, (list, dict)) for item in found)
        return (
            safe(repr(found), 80)
            if plain
            else tr("a {name} of {items}", name=type(found).__name__, items=plural(len(found), "item"))
        )
    return safe(repr(found), 80)
