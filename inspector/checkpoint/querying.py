"""The search language: what a person types, as terms that can be held against the entries of a checkpoint.

    weight                 keys that contain the word
    *.weight  layers.[0-3].*  layers.{0-11}.attn
                           keys of this form; a layer or branch of this form stands for all that is in it
    "nan or inf"           keys that contain just this text, whatever it would mean without the quotes
    shape:512              a dimension is 512
    shape:512x784  shape:[512,784]  shape:*x784
                           the whole shape; * stands for any one dimension
    dims:4                 the number of dimensions
    dtype:bf16             torch's names, short names, or how they begin (dtype:float8)
    device:cuda            where it was saved from
    type:Linear  type:*norm  type:int
                           the kind of layer, module, container or value, or how it begins
    value:adam             numbers, strings and other values that read so
    size>1MB  params>=1e6  bytes and elements; < <= > >= = and : compare, != is unlike
    mean<0  std>1  min max statistics, where they were measured
    nan  inf  zero         what has NaN, has infinities, is all zero - where it was measured
    shared  damaged  trainable
                           storage that several tensors use; what cannot be read; requires_grad
    -word                  everything but this
    a b    a or b          both; either

Capitals and small letters are the same.

Why this way: every term is understood before any is looked for, so that a misspelled one is an error at once
and not a search that finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import NamedTuple

from .. import wording
from ..errors import QueryError
from ..language import tr
from .entries import ITEM_SIZES

MAX_LENGTH = 2_000
"""Characters of a query."""
_MAX_NUMBERS = 10_000
"""Numbers that `{0-47}` may stand for."""

FLAGS = ("nan", "inf", "zero", "shared", "damaged", "trainable")
NUMBERS = {"ndim": "dims", "parameters": "params", "numel": "params"} | {
    field: field for field in ("dims", "params", "size", "mean", "std", "min", "max")
}
WORDS = {"key": "name"} | {field: field for field in ("name", "dtype", "device", "type", "value", "shape")}

DTYPE_NAMES = {
    "fp64": "float64", "f64": "float64", "double": "float64", "fp32": "float32", "f32": "float32", "float": "float32",
    "fp16": "float16", "f16": "float16", "half": "float16", "bf16": "bfloat16", "fp8": "float8", "f8": "float8",
    "fp4": "float4", "i64": "int64", "long": "int64", "i32": "int32", "int": "int32", "i16": "int16", "short": "int16",
    "i8": "int8", "char": "int8", "u8": "uint8", "byte": "uint8", "u16": "uint16", "u32": "uint32", "u64": "uint64",
    "cfloat": "complex64", "cdouble": "complex128", "chalf": "complex32",
}  # fmt: skip
"""Short names of dtypes, and the older ones of torch."""

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12,
          "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12,
          "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}  # fmt: skip

_WORD = re.compile(r'-?(?:[A-Za-z]+(?::|[<>!]?=|[<>]))?(?:"[^"]*"?|\[[^\]]*\](?!\S)|\S+)')
_PARTS = re.compile(r"(-?)(?:([A-Za-z]+)(:|[<>!]?=|[<>]))?(.*)", re.DOTALL)
_NUMBER = re.compile(r"([+-]?(?:\d[\d,_]*\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?)\s*([a-z]*)", re.IGNORECASE)

Operand = str | float | tuple[int | None, ...] | None


class Term(NamedTuple):
    """One condition: `field` `operator` `operand`, or the opposite if `negated`. `word` is how it was written.

    `field` is a flag (operand None), `name` (a word, or a glob if the operator is `~`), `dtype`, `device`, `type`,
    `value` (small letters), `shape` (`:` and a number: has this dimension; `=` and a tuple: is this, None is any
    dimension), or one of the numbers.
    """

    field: str
    operator: str
    operand: Operand
    negated: bool
    word: str


Query = tuple[tuple[Term, ...], ...]
"""Alternatives, of which one must hold with all of its terms. Empty: everything is wanted."""


def parse(text: str) -> Query:
    """The query that a person typed. Raises QueryError, which names the word that is not understood."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            tr(
                "The search is {count:,} characters long; {max_length:,} is the most.",
                count=len(text),
                max_length=MAX_LENGTH,
            )
        )
    alternatives: list[list[Term]] = [[]]
    for word in _WORD.findall(text):
        if word.lower() == "or":
            alternatives.append([])
        elif word != "-":  # somebody is about to type what they do not want
            alternatives[-1].append(_term(word))
    return tuple(tuple(terms) for terms in alternatives if terms)


def _term(word: str) -> Term:
    minus, field, operator, operand = _PARTS.fullmatch(word).groups()  # type: ignore[union-attr]
    negated = bool(minus)
    if not field:
        if operand.lower() in FLAGS:
            return Term(operand.lower(), "", None, negated, word)
        return Term("name", *_name(word, operand), negated, word)
    if field.lower() in NUMBERS:
        operator, number = _comparison(word, operator, operand)
        return Term(NUMBERS[field.lower()], operator, number, negated, word)
    if field.lower() not in WORDS:
        raise _unknown_field(word, field)
    if operator not in (":", "=", "!="):
        raise QueryError(
            tr(
                "{word!r}: {field} is not a number to compare with {operator}.",
                word=wording.safe(word),
                field=field,
                operator=operator,
            ),
            hint=tr("Write {field}:...", field=field),
        )
    field = WORDS[field.lower()]
    return Term(field, *_WORD_FIELDS.get(field, _plain)(word, operand), negated ^ (operator == "!="), word)


def _unknown_field(word: str, field: str) -> QueryError:
    near = get_close_matches(field.lower(), [*NUMBERS, *WORDS], n=1)
    meant = (
        tr("Did you mean {near!r}?", near=near[0])
        if near
        else tr('Put it in quotes to look for it in names: "{word}".', word=wording.safe(word))
    )
    return QueryError(
        tr("{word!r}: there is no {field!r} to search by.", word=wording.safe(word), field=field), hint=meant
    )


def _name(word: str, text: str) -> tuple[str, Operand]:
    if text.startswith('"'):
        return ":", text.strip('"').lower()
    if any(mark in text for mark in "*?[{"):
        glob_pattern(text.lower(), word)  # may be an error, which should come now
        return "~", text.lower()
    return ":", text.lower()


def _unquoted(word: str, text: str) -> str:
    text = text.strip('"').strip()
    if not text:
        raise QueryError(tr("{word!r} does not say what to look for.", word=wording.safe(word)))
    return text


def _plain(word: str, text: str) -> tuple[str, Operand]:
    return ":", _unquoted(word, text).lower()


def _named(word: str, text: str) -> tuple[str, Operand]:
    _unquoted(word, text)
    return _name(word, text)


def _dtype(word: str, text: str) -> tuple[str, Operand]:
    name = _unquoted(word, text).lower().removeprefix("torch.")
    name = DTYPE_NAMES.get(name, name)
    known = any(dtype.startswith(name) for dtype in ITEM_SIZES)
    if not known and name.isalnum() and not name.startswith(("str", "object", "datetime", "void")):
        near = get_close_matches(name, [*ITEM_SIZES, *DTYPE_NAMES], n=1)
        hint = tr("Did you mean {near!r}?", near=near[0]) if near else tr("Try one such as float32, bf16 or int64.")
        raise QueryError(
            tr("{word!r}: there is no dtype {name!r}.", word=wording.safe(word), name=wording.safe(name)), hint=hint
        )
    return ("=" if name in ITEM_SIZES else ":"), name


def _shape(word: str, text: str) -> tuple[str, Operand]:
    """`512` is any dimension; `512x784`, `512×784`, `[512, 784]` and `[512]` are the whole shape."""
    text = _unquoted(word, text)
    if re.fullmatch(r"\d{1,19}", text):
        return ":", int(text)
    inside = text[1:-1] if text[0] in "[(" and text[-1] in "])" else text
    sizes = [size.strip() for size in re.split(r"[x×,]", inside)] if inside.strip() else []
    if sizes and not sizes[-1] and "," in inside:  # (512,) as Python writes it
        sizes.pop()
    if not all(re.fullmatch(r"\d{1,19}|[*?]", size) for size in sizes):
        raise QueryError(
            tr("{word!r} is no shape.", word=wording.safe(word)),
            hint=tr("Write shape:512, shape:512x784 or shape:[512,784]."),
        )
    return "=", tuple(None if size in "*?" else int(size) for size in sizes)


_WORD_FIELDS: dict[str, Callable[[str, str], tuple[str, Operand]]] = {"name": _named, "dtype": _dtype, "shape": _shape}


def _comparison(word: str, operator: str, text: str) -> tuple[str, float]:
    """`size>1MB`; `size:>1MB` is the same."""
    if operator == ":" and (inner := re.match(r"[<>!]?=|[<>]", text)):
        operator, text = inner.group(), text[inner.end() :]
    found = _NUMBER.fullmatch(_unquoted(word, text))
    unit = _UNITS.get(found.group(2).lower()) if found else None
    if not found or unit is None:
        hint = tr("Write a number, perhaps with a unit: size>1.5MB, params>=10k, dims:4.")
        raise QueryError(
            tr("{word!r}: {text!r} is no number.", word=wording.safe(word), text=wording.safe(text)), hint=hint
        )
    return ("=" if operator == ":" else operator), float(found.group(1).replace(",", "").replace("_", "")) * unit


def glob_pattern(glob: str, word: str = "") -> re.Pattern[str]:
    """The pattern that keys of this form match, and all keys of what lies in a layer or branch of this form.

    `*` is any text (dots too), `?` one character, `[0-3]` one of these, `{0-47,50}` one of these numbers or words.
    What stands between two stars is tried where it first fits and nowhere else (in an atomic group), so that
    no pattern takes more than a walk along the key.
    """
    pieces = [_glob_piece(piece, word or glob) for piece in glob.split("*")]
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
    last = f".*{pieces[-1]}" if len(pieces) > 1 else ""
    return re.compile(rf"{pieces[0]}{middle}{last}(?:\..*)?", re.DOTALL)


def _glob_piece(piece: str, word: str) -> str:
    out, at = "", 0
    while at < len(piece):
        mark = piece[at]
        close = piece.find({"[": "]", "{": "}"}.get(mark, "\0"), at + 2)
        if mark == "?":
            out += "."
        elif mark == "[" and close > 0:
            out += _one_character(piece[at + 1 : close])
            at = close
        elif mark == "{" and close > 0:
            out += f"(?:{'|'.join(map(re.escape, _one_of(piece[at + 1 : close], word)))})"
            at = close
        else:
            out += re.escape(mark)
        at += 1
    return out


def _one_character(inside: str) -> str:
    """`[abc]`, `[a-z]`, `[!abc]`, as file names have it. A range that runs backwards stands for its ends."""
    negated, inside = inside[:1] in "!^" and len(inside) > 1, inside
    inside = inside[1:] if negated else inside
    inside = re.sub(r"(.)-(.)", lambda ends: ends.group() if ends[1] <= ends[2] else ends[1] + ends[2], inside)
    escaped = re.sub(r"([\\\[\]^&~|])", r"\\\1", inside)
    return f"[{'^' if negated else ''}{escaped}]"


def _one_of(inside: str, word: str) -> list[str]:
    words: list[str] = []
    for part in inside.split(","):
        ends = re.fullmatch(r"(\d{1,18})-(\d{1,18})", part)
        if not ends:
            words.append(part)
        elif int(ends[2]) - int(ends[1]) >= _MAX_NUMBERS:
            raise QueryError(
                tr(
                    "{word!r} stands for more than {max_numbers:,} numbers.",
                    word=wording.safe(word),
                    max_numbers=_MAX_NUMBERS,
                )
            )
        else:
            words += map(str, range(int(ends[1]), int(ends[2]) + 1))
    return words
