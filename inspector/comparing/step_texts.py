"""Steps as text: one line each for the terminal, and a record for JSON.

    as_text(Split("{rest}.qkv", ("{rest}.q", "{rest}.k")))   ->  split {rest}.qkv into {rest}.q {rest}.k
    parse("strip-prefix module. under encoder.")             ->  StripPrefix("module.", "encoder.")

The whole grammar, `...` for one or more, [ ] for what may be left out:

    strip-prefix PREFIX [under PATH]                 add-prefix PREFIX [under PATH]
    rename OLD NEW ...                               cast PATTERN ... to DTYPE
    drop PATTERN ...                                 keep-initial PATTERN ...
    squeeze PATTERN ... dims DIM ...                 unsqueeze PATTERN ... dims DIM ...
    transpose PATTERN ... [dim DIM] [with DIM]       interpolate PATTERN ... from HxW to HxW [extra TOKENS]
    split OLD into NEW ... [dim DIM] [sizes SIZE ...]
    fuse OLD ... into NEW [dim DIM]
    slice PATTERN ... dim DIM size SIZE [start START]
    pad PATTERN ... dim DIM size SIZE

Words stand apart by blanks. One that has blanks, quotes or control characters in it, or is spelt like a keyword, is
written as JSON writes a string; `parse` also takes 'single quotes', in which every character stands for itself. A
quoted word is never a keyword.

Why this way: a step travels through a shell, a script, a report and back without a loss. One table says how each kind
of step is spelt, so that what is written and what is understood cannot drift apart.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from .. import wording
from ..checkpoint.entries import ITEM_SIZES
from ..errors import QueryError
from ..language import marked, tr
from . import steps
from .steps import Step
from .templates import template

_MOST = 2**31
"""No dimension or size is larger, so that none makes Python compute for minutes."""


class _Field(NamedTuple):
    """One argument of a step: its name, what its words must be, and the keyword before them (none for the first)."""

    name: str
    kind: str
    keyword: str = ""


class _Form(NamedTuple):
    """How one kind of step is spelt."""

    step: Any
    fields: tuple[_Field, ...]


_PATTERNS = _Field("patterns", "patterns")
_DIM = _Field("dim", "number", "dim")
_DIMS = _Field("dims", "numbers", "dims")
_SIZE = _Field("size", "number", "size")
_PREFIX = (_Field("prefix", "text"), _Field("under", "text", "under"))

_FORMS: dict[str, _Form] = {
    "strip-prefix": _Form(steps.StripPrefix, _PREFIX),
    "add-prefix": _Form(steps.AddPrefix, _PREFIX),
    "rename": _Form(steps.Rename, (_Field("rules", "rules"),)),
    "drop": _Form(steps.Drop, (_PATTERNS,)),
    "keep-initial": _Form(steps.KeepInitial, (_PATTERNS,)),
    "transpose": _Form(
        steps.Transpose, (_PATTERNS, _Field("first", "number", "dim"), _Field("second", "number", "with"))
    ),
    "squeeze": _Form(steps.Squeeze, (_PATTERNS, _DIMS)),
    "unsqueeze": _Form(steps.Unsqueeze, (_PATTERNS, _DIMS)),
    "split": _Form(
        steps.Split,
        (_Field("old", "pattern"), _Field("new", "patterns", "into"), _DIM, _Field("sizes", "numbers", "sizes")),
    ),
    "fuse": _Form(steps.Fuse, (_Field("old", "patterns"), _Field("new", "pattern", "into"), _DIM)),
    "slice": _Form(steps.Slice, (_PATTERNS, _DIM, _SIZE, _Field("start", "number", "start"))),
    "pad": _Form(steps.Pad, (_PATTERNS, _DIM, _SIZE)),
    "interpolate": _Form(
        steps.Interpolate,
        (_PATTERNS, _Field("old", "grid", "from"), _Field("new", "grid", "to"), _Field("extra", "number", "extra")),
    ),
    "cast": _Form(steps.Cast, (_PATTERNS, _Field("dtype", "dtype", "to"))),
}
VERBS = tuple(_FORMS)
"""The first word of every step."""

_VERB_OF = {form.step: verb for verb, form in _FORMS.items()}
_KEYWORDS = {field.keyword for form in _FORMS.values() for field in form.fields if field.keyword}


# -- as one line of text -----------------------------------------------------------------------------


def as_text(step: Step) -> str:
    """The step on one line, as `parse` reads it. What is as it is by default is left out."""
    verb = _VERB_OF[type(step)]
    words = [verb]
    for field in _FORMS[verb].fields:
        value = getattr(step, field.name)
        if not field.keyword or value != type(step)._field_defaults.get(field.name):
            words += [field.keyword] if field.keyword else []
            words += _KINDS[field.kind].words(value)
    return " ".join(words)


def parse(text: str) -> Step:
    """The step that a line says. Raises QueryError, which says what was meant perhaps."""
    words = list(_words(text))
    if not words:
        raise _misread(
            tr("There is no step in an empty line."), tr("Steps begin with {verbs}.", verbs=wording.list_of(VERBS))
        )
    verb = words.pop(0).text.lower()
    if verb not in _FORMS:
        raise _misread(tr("{verb!r} is no step.", verb=wording.safe(verb)), _meant(verb, VERBS))
    return _step(verb, dict(_arguments(verb, words)))


class _Word(NamedTuple):
    text: str
    quoted: bool


_WORD = re.compile(r"""\s*(?:("(?:[^"\\]|\\.)*")|'([^']*)'|([^\s"']+))(?=\s|$)""", re.DOTALL)
_BARE = re.compile(r"""[^\s"']+""")


def _word(text: str) -> str:
    """`text` as a word that is read as this text and nothing else."""
    if _BARE.fullmatch(text) and text not in _KEYWORDS and wording.safe(text, len(text)) == text:
        return text
    return json.dumps(text)


def _words(text: str) -> list[_Word]:
    words, at, text = [], 0, text.strip()
    while at < len(text):
        found = _WORD.match(text, at)
        if found is None:
            raise _misread(
                tr("A quote is not closed, or stands within a word: {text}", text=wording.safe(text[at:].strip(), 60)),
                tr('Write "like this", and \\" for a quote inside.'),
            )
        double, single, bare = found.groups()
        words.append(_Word(_unquoted(double) if double else bare or single or "", not bare))
        at = found.end()
    return words


def _unquoted(word: str) -> str:
    try:
        return str(json.loads(word, strict=False))
    except ValueError:
        raise _misread(
            tr("{text} is not written as JSON writes a string.", text=wording.safe(word, 60)),
            tr("In 'single quotes' every character stands for itself."),
        ) from None


def _arguments(verb: str, words: Sequence[_Word]) -> list[tuple[str, object]]:
    """The words sorted by the keywords before them, and read."""
    fields = {field.keyword: field for field in _FORMS[verb].fields}
    sorted_words: dict[str, list[str]] = {"": []}
    current = sorted_words[""]
    for word in words:
        if word.quoted or word.text not in _KEYWORDS:
            current.append(word.text)
        elif word.text not in fields or word.text in sorted_words:
            is_twice = word.text in sorted_words
            raise _misread(
                tr("The keyword {word!r} is twice in this {verb!r}.", word=word.text, verb=verb)
                if is_twice
                else tr("The keyword {word!r} is not one of {verb!r}.", word=word.text, verb=verb),
                tr('Write "{word}" in quotes where it is a name.', word=word.text),
            )
        else:
            current = sorted_words[word.text] = []
    return [(fields[keyword].name, _read(verb, fields[keyword], found)) for keyword, found in sorted_words.items()]


def _read(verb: str, field: _Field, words: list[str]) -> object:
    try:
        return _KINDS[field.kind].read(words)
    except ValueError:
        where = f"{verb} {field.keyword}".strip()
        found = wording.safe(" ".join(words), 60) or tr("nothing")
        wanted = tr(_KINDS[field.kind].wanted)
        raise _misread(
            tr("After {where!r} there should be {wanted}, not {found}.", where=where, wanted=wanted, found=found)
        ) from None


def _step(verb: str, arguments: Mapping[str, object]) -> Step:
    form = _FORMS[verb]
    defaults = form.step._field_defaults
    for field in form.fields:
        if field.name not in arguments and field.name not in defaults:
            wanted = tr(_KINDS[field.kind].wanted)
            raise _misread(
                tr("There is no {name!r} for {verb!r}: {wanted}.", name=field.name, verb=verb, wanted=wanted)
            )
    step: Step = form.step(**arguments)
    _check_slots(step)
    return step


def _check_slots(step: Step) -> None:
    """Raises QueryError for a slot that is only in what a key becomes."""
    pairs: Sequence[tuple[str, str]] = ()
    if isinstance(step, steps.Rename):
        pairs = step.rules
    elif isinstance(step, steps.Split):
        pairs = [(step.old, new) for new in step.new]
    elif isinstance(step, steps.Fuse):
        pairs = [(old, step.new) for old in step.old]
    for old, new in pairs:
        template(new).fill(dict.fromkeys(template(old).names, "0"))


def _misread(message: str, hint: str = "") -> QueryError:
    return QueryError(message, title=tr("This step is not understood"), hint=hint)


def _meant(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word[:40], known, n=1)
    if near:
        return tr("Did you mean {word!r}?", word=near[0])
    return tr("There are {words}.", words=wording.list_of(known))


# -- as a record -------------------------------------------------------------------------------------


def as_record(step: Step) -> dict[str, Any]:
    """The step as JSON has it: `{"step": "drop", "patterns": ["fc.{rest}"]}`, with every argument by its name."""
    return {"step": _VERB_OF[type(step)], **json.loads(json.dumps(step._asdict()))}


def of_record(record: object) -> Step:
    """The step that a record says. Raises QueryError for what `as_record` never gives."""
    verb = record.get("step") if isinstance(record, Mapping) else None
    if not isinstance(record, Mapping) or not isinstance(verb, str) or verb not in _FORMS:
        raise _misread(
            tr("A step is an object that says its kind as 'step'."),
            tr("There are {words}.", words=wording.list_of(VERBS)),
        )
    fields = {field.name: field for field in _FORMS[verb].fields}
    unknown = [str(name) for name in record if name != "step" and name not in fields]
    if unknown:
        raise _misread(
            tr("{verb!r} has no {name!r}.", verb=verb, name=wording.safe(unknown[0])), _meant(unknown[0], tuple(fields))
        )
    given = {name: _flat(value) for name, value in record.items() if name in fields}
    return _step(verb, {name: _read(verb, fields[name], words) for name, words in given.items()})


def _flat(value: object) -> list[str]:
    """A value of a record as the words that would say it: lists of lists (rules) one after the other."""
    each = value if isinstance(value, (list, tuple)) else (value,)
    return [str(word) for part in each for word in (part if isinstance(part, (list, tuple)) else (part,))]


# -- what words can be -------------------------------------------------------------------------------


class _Kind(NamedTuple):
    """What the words of an argument must be; `read` raises ValueError for others, QueryError with a reason."""

    wanted: str
    read: Callable[[list[str]], object]
    words: Callable[[Any], list[str]]


def _one(words: list[str]) -> str:
    (word,) = words
    return word


def _pattern(word: str) -> str:
    return template(word).text


def _patterns(words: list[str]) -> tuple[str, ...]:
    if not words:
        raise ValueError
    return tuple(map(_pattern, words))


def _rules(words: list[str]) -> tuple[tuple[str, str], ...]:
    if not words or len(words) % 2:
        raise ValueError
    patterns = _patterns(words)
    return tuple(zip(patterns[::2], patterns[1::2]))


def _number(word: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,10}", word) or abs(int(word)) > _MOST:
        raise ValueError
    return int(word)


def _numbers(words: list[str]) -> tuple[int, ...]:
    return tuple(map(_number, words))


def _grid(words: list[str]) -> tuple[int, int]:
    height, width = words[0].split("x") if len(words) == 1 else words
    if _number(height) < 1 or _number(width) < 1:
        raise ValueError
    return _number(height), _number(width)


def _dtype(word: str) -> str:
    name = word.removeprefix("torch.")
    if name not in ITEM_SIZES:
        raise _misread(tr("{word!r} is no dtype.", word=wording.safe(word)), _meant(name, tuple(ITEM_SIZES)))
    return name


_KINDS: dict[str, _Kind] = {
    "text": _Kind(marked("one word"), _one, lambda text: [_word(text)]),
    "pattern": _Kind(marked("one pattern"), lambda words: _pattern(_one(words)), lambda text: [_word(text)]),
    "patterns": _Kind(marked("patterns of keys"), _patterns, lambda texts: [_word(text) for text in texts]),
    "rules": _Kind(marked("pairs of patterns"), _rules, lambda rules: [_word(text) for rule in rules for text in rule]),
    "number": _Kind(marked("a whole number"), lambda words: _number(_one(words)), lambda number: [str(number)]),
    "numbers": _Kind(marked("whole numbers"), _numbers, lambda numbers: [str(number) for number in numbers]),
    "grid": _Kind(marked("a grid such as 14x14"), _grid, lambda grid: [f"{grid[0]}x{grid[1]}"]),
    "dtype": _Kind(marked("a dtype"), lambda words: _dtype(_one(words)), lambda dtype: [dtype]),
}
