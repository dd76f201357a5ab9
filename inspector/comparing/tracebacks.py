"""A pasted error of `load_state_dict` as two sides that can be compared and explained.

    for told in parse(text):
        told.comparison.counts          {"missing": 2, "unexpected": 0, "size mismatch": 1, ...}

What torch has said since 0.2 is understood, what transformers says of weights that it did not use or made anew, and
`_IncompatibleKeys`, in whatever way the text was pasted (see `pasted_text`).

Why this way: what stands around the error nobody knows, but its sentences do not change. So the text is not read from
its beginning to its end: these sentences are looked for, and each is read up to where the next one begins. That takes
time in proportion to the text, whatever it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from .. import wording
from ..errors import InspectorError
from ..language import marked, tr
from .diffing import Comparison, compare
from .pasted_text import loose, pieces, unbroken
from .sides import Item, Shape, Side

CUT = marked("The text is cut off: there may be more than it says.")


class Told(NamedTuple):
    """What one error says."""

    a: Side
    """The checkpoint: its unexpected keys, whose shapes are not known, and the keys whose size does not match."""
    b: Side
    """The model, by the name of its class: its missing keys, and the keys whose size does not match."""
    notes: tuple[str, ...] = ()
    """What else should be known, in sentences: that the text is cut off, what else torch complained of."""

    @property
    def comparison(self) -> Comparison:
        """The two sides held against each other: exactly the lines that the error has."""
        return compare(self.a, self.b)


def parse(text: str) -> tuple[Told, ...]:
    """All different errors that `text` tells of, in their order. Raises InspectorError when it tells of none."""
    errors = {error.identity: error for piece in pieces(text) for error in _errors(piece)}
    told = tuple(error.told() for identity, error in errors.items() if any(identity[1:]))
    if not told:
        raise InspectorError(
            tr("There is no error of load_state_dict in this text."),
            title=tr("There is nothing to explain"),
            hint=tr("Paste all of it, from 'Error(s) in loading state_dict for' to its last line."),
        )
    return told


def looks_like_one(text: str) -> bool:
    """Whether it is worth parsing: a quick look, for what lies in the clipboard."""
    return any(words in text for words in ("state_dict", "size mismatch for", "_keys=[", "model checkpoint at"))


class _Error:
    """What was read of one error so far. Dicts keep the order and see to it that each key is there once."""

    def __init__(self, model: str = "") -> None:
        self.model = model
        self.missing: dict[str, None] = {}
        self.unexpected: dict[str, None] = {}
        self.sizes: dict[str, tuple[Shape, Shape]] = {}
        self.notes: dict[str, None] = {}

    @property
    def identity(self) -> tuple[object, ...]:
        return self.model, tuple(self.missing), tuple(self.unexpected), tuple(self.sizes.items()), tuple(self.notes)

    def told(self) -> Told:
        a = [Item(key, None) for key in self.unexpected] + [Item(key, size) for key, (size, _) in self.sizes.items()]
        b = [Item(key, None) for key in self.missing] + [Item(key, size) for key, (_, size) in self.sizes.items()]
        return Told(
            Side(tr("checkpoint"), "error", tuple(a)),
            Side(self.model or tr("model"), "error", tuple(b)),
            tuple(self.notes),
        )


def _errors(piece: str) -> Iterator[_Error]:
    """The errors of a piece, each from one sentence that begins an error to the next."""
    error = _Error()
    found = list(_sentences().finditer(piece))
    for this, following in zip(found, [*found[1:], None]):
        number = (this.lastindex or 1) - 1
        said = piece[this.end() : following.start() if following else len(piece)]
        if number == 0:
            yield error
            error = _Error(unbroken(said[:300].partition(":")[0]))
        else:
            _SENTENCES[number][1](error, said)
    yield error


# -- what is said, sentence by sentence: each reads what stands behind the words it begins with -------------


def _missing(error: _Error, said: str) -> None:
    error.missing.update(dict.fromkeys(_quoted(error, said)))


def _unexpected(error: _Error, said: str) -> None:
    error.unexpected.update(dict.fromkeys(_quoted(error, said)))


def _one_missing(error: _Error, said: str) -> None:
    if found := re.match(r"(.*?)\.?(?:[ \n]|$)", said.lstrip()):
        error.missing[unbroken(found.group(1))] = None


def _one_unexpected(error: _Error, said: str) -> None:
    key, end, _ = said.partition('"')
    if end:
        error.unexpected[unbroken(key)] = None


def _mismatch(error: _Error, said: str) -> None:
    """`layer1.weight: copying a param with shape torch.Size([2]) from checkpoint, the shape in current model is ...`"""
    found = re.match(rf"(.*?):[ \n]?{loose('copying')}", said, re.DOTALL)
    _sized(error, found.group(1) if found else "", _sizes(said[found.end() :] if found else ""))


def _copying(error: _Error, said: str) -> None:
    """`"fc.bias", whose dimensions in the model are torch.Size([2]) and whose dimensions in the checkpoint are ...`"""
    found = re.match(rf"(.*?),[ \n](?:{loose('whose dimensions')}|{loose('expected torch')})", said, re.DOTALL)
    key = unbroken(found.group(1)).strip('"') if found else ""
    sizes = _sizes(said[found.end() :] if found else "")[::-1]
    if key and len(sizes) == 2 and sizes[0] != sizes[1]:
        _sized(error, key, sizes)
    else:
        why = wording.safe(unbroken(said))
        error.notes[
            tr("{key} could not be copied: {reason}", key=wording.safe(key), reason=why)
            if key
            else tr("A tensor could not be copied: {reason}", reason=why)
        ] = None


def _set_tensor(error: _Error, said: str) -> None:
    """`torch.Size([3, 4]) in "weight" (which has shape torch.Size([2, 4])), this looks incorrect`"""
    key = re.search(r'"(.*?)"', said, re.DOTALL)
    _sized(error, key.group(1) if key else "", _sizes(said))


def _made_anew(error: _Error, said: str) -> None:
    """transformers: either a list of keys, or a line for each with both shapes."""
    lines = list(re.finditer(rf"- ([^ :]{{1,300}}):[ \n]{loose('found shape')}(.{{0,300}})", said))
    for line in lines:
        _sized(error, line.group(1), _sizes(line.group(2)))
    if not lines:
        _missing(error, said)


def _sized(error: _Error, key: str, sizes: list[Shape]) -> None:
    if not key or len(sizes) < 2:
        error.notes[tr(CUT)] = None
    elif sizes[0] != sizes[1]:
        error.sizes[unbroken(key)] = (sizes[0], sizes[1])


_SENTENCES: tuple[tuple[str, Callable[[_Error, str], None]], ...] = (
    ("Error(s) in loading state_dict for ", lambda error, said: None),
    ("Missing key(s) in state_dict:", _missing),
    ("Unexpected key(s) in state_dict:", _unexpected),
    ("size mismatch for ", _mismatch),
    ("While copying the parameter named ", _copying),
    ("While swapping the parameter named ", _copying),
    ("missing_keys=", _missing),
    ("unexpected_keys=", _unexpected),
    ("missing keys in state_dict:", _missing),
    ('unexpected key "', _one_unexpected),
    ("Missing key in checkpoint state_dict: ", _one_missing),
    ("were not used when initializing ", _unexpected),
    ("were not initialized from the model checkpoint at ", _made_anew),
    ("Trying to set a tensor of shape ", _set_tensor),
)
"""How each sentence begins, and what reads the rest of it. The first begins an error."""


@cache
def _sentences() -> re.Pattern[str]:
    return re.compile("|".join(f"({loose(words)})" for words, _ in _SENTENCES))


# -- keys and shapes -----------------------------------------------------------------------------------

_BEGIN = re.compile(r"""[ \n]?(?:"\{|\[|(?=["'])|[^"'\[]{0,300}?:[ \n]?\[)""")
_KEY = re.compile(
    r"""[ \n]?(["'])(.*?)\1(?=[ \n]?,[ \n]?(?:["'.…]|$)|[ \n]?[\]}]|[ \n]?\.(?:[ \n]|$)|[ \n]?$)""", re.DOTALL
)
_COMMA = re.compile(r"[ \n]?,?")
_CUT = re.compile(r"""[ \n]?(?:["'…]|\.\.\.)""")
_SIZE = re.compile(r"[\[(]\n?([0-9][0-9, \n]{0,200})?[\])]")


def _quoted(error: _Error, said: str) -> Iterator[str]:
    """The keys of a list in quotes. torch does not escape: a quote ends a key where a comma or the end follows."""
    begin = _BEGIN.match(said)
    at = begin.end() if begin else len(said)
    while found := _KEY.match(said, at):
        yield unbroken(found.group(2))
        comma = _COMMA.match(said, found.end())
        at = comma.end() if comma else found.end()
    if _CUT.match(said, at):
        error.notes[tr(CUT)] = None


def _sizes(said: str) -> list[Shape]:
    """The shapes in a sentence, `torch.Size([2, 3])` or `(2, 3)`."""
    found = (re.sub(r"\s", "", match.group(1) or "") for match in _SIZE.finditer(said))
    return [tuple(map(int, filter(None, sizes.split(",")))) for sizes in found]
