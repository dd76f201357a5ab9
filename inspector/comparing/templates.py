"""Patterns of keys, in the few signs that renaming needs.

    {i} {j} ... {n}     a number: one or more digits, the whole of it (`layers.{i}.` is no match for `layers.1a.`)
    {part}              one segment, or a piece of one: anything without a dot; `{part2}`, `{part3}` for more
    {rest}              anything, dots as well; may be empty only together with nothing before it
    {i+1} {i-1}         in what it becomes: a number that is shifted
    {{ }}               a brace

    Template("layers.{i}.attn.{rest}").match("layers.3.attn.q.weight")  ->  {"i": "3", "rest": "q.weight"}
    Template("blocks.{i+1}.{rest}").fill({"i": "3", "rest": "q.weight"})  ->  "blocks.4.q.weight"

A name that stands twice in a pattern must be the same text both times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from ..errors import QueryError
from ..language import tr

_SLOT = re.compile(r"\{\{|\}\}|\{([a-z]+\d*)([+-]\d+)?\}")


class Template:
    """One pattern, read once."""

    def __init__(self, text: str) -> None:
        """Raises QueryError for braces that are no slot."""
        self.text = text
        self.parts: list[tuple[str, str, int]] = []
        """(literal text, name of the slot after it or empty, shift of that slot)."""
        literal, at = "", 0
        for found in _SLOT.finditer(text):
            literal += text[at : found.start()]
            at = found.end()
            if found.group(1) is None:
                literal += found.group()[0]
                continue
            _known(found.group(1), text)
            self.parts.append((literal, found.group(1), int(found.group(2) or 0)))
            literal = ""
        self.parts.append((literal + text[at:], "", 0))
        self.names = tuple(dict.fromkeys(name for _, name, _ in self.parts if name))
        self._pattern: re.Pattern[str] | None = None

    def __repr__(self) -> str:
        return f"Template({self.text!r})"

    @property
    def expression(self) -> str:
        """The same as a regular expression with named groups, for `re.fullmatch`."""
        seen: set[str] = set()
        made = []
        for literal, name, _ in self.parts:
            made.append(re.escape(literal))
            if name:
                made.append(f"(?P={name})" if name in seen else f"(?P<{name}>{_expression(name)})")
                seen.add(name)
        return "".join(made)

    def match(self, key: str) -> dict[str, str] | None:
        """What each slot stands for in `key`; None when the pattern is not that of the whole key."""
        if self._pattern is None:
            self._pattern = re.compile(self.expression)
        found = self._pattern.fullmatch(key)
        return found.groupdict() if found else None

    def fill(self, values: Mapping[str, str]) -> str:
        """The key with these values. Raises QueryError when one is missing."""
        made = []
        for literal, name, shift in self.parts:
            made.append(literal)
            if name:
                if name not in values:
                    raise QueryError(
                        tr(
                            "{slot} is in {text!r}, but not in what is to be renamed.",
                            slot=f"{{{name}}}",
                            text=self.text,
                        )
                    )
                made.append(str(int(values[name]) + shift) if shift else values[name])
        return "".join(made)


@lru_cache(maxsize=4096)
def template(text: str) -> Template:
    """The pattern that `text` writes; the same one for the same text. Raises QueryError for one that is none."""
    return Template(text)


def literal(key: str) -> str:
    """The pattern that is this key and nothing else."""
    return key.replace("{", "{{").replace("}", "}}")


def _is_number(name: str) -> bool:
    return len(name) == 1 and "i" <= name <= "n"


def _known(name: str, text: str) -> None:
    if not (_is_number(name) or name.rstrip("0123456789") in ("part", "rest")):
        raise QueryError(
            tr("{slot} in {text!r} is no slot.", slot=f"{{{name}}}", text=text),
            hint=tr("There are {i} to {n}, {part} and {rest}."),
        )


def _expression(name: str) -> str:
    if _is_number(name):
        return r"(?<![0-9])[0-9]+(?![0-9])"
    return ".*" if name.startswith("rest") else "[^.]+"
