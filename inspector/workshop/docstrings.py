"""What a docstring says of each argument, in the three styles that people write.

    Google      Args:                          NumPy    Parameters
                    width (int): How wide.              ----------
                                                        width : int
    Sphinx      :param int width: How wide.                 How wide.

The styles are those of Google's style guide, numpydoc and Sphinx's Python domain.
"""

from __future__ import annotations

import inspect
import re
from functools import partial
from itertools import takewhile

_SPHINX = re.compile(r":(?:param|parameter|arg|argument|key|keyword)\s+(?:[^:]*\s)?\*{0,2}(\w+)\s*:\s*(.*)")
_FIELD = re.compile(r":\w+[^:]*:")
_GOOGLE_HEAD = re.compile(r"(?:args|arguments|parameters|params|keyword args|keyword arguments|other parameters):")
_GOOGLE = re.compile(r"\*{0,2}(\w+)\s*(?:\(.*?\))?\s*:\s*(.*)")
_NUMPY_HEAD = re.compile(r"(?:other )?parameters")
_NUMPY = re.compile(r"\*{0,2}(\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?")
_MARKUP = re.compile(r"(?::[\w:]+:)?`{1,2}~?(.*?)(?:\s*<[^>`]*>)?`{1,2}_*")
"""``code``, :class:`names` and `titles <https://...>`_, which are read for what stands in them."""
_LONGEST = 300


def first_paragraph(doc: str) -> str:
    """What stands before the first empty line, on one line."""
    return _one_line(inspect.cleandoc(doc).split("\n\n", 1)[0].splitlines())


def arguments_in(doc: str) -> dict[str, str]:
    """Argument -> what is said of it, on one line."""
    lines = inspect.cleandoc(doc).splitlines()
    return {name: text for name, text in [*_numpy(lines), *_google(lines), *_sphinx(lines)] if text}


def _sphinx(lines: list[str]) -> list[tuple[str, str]]:
    found = []
    for place, line in enumerate(lines):
        match = _SPHINX.match(line.strip())
        if match:
            rest = takewhile(_goes_on, lines[place + 1 :])
            found.append((match[1], _one_line([match[2], *rest])))
    return found


def _goes_on(line: str) -> bool:
    """Whether a field of Sphinx goes on in this line."""
    return bool(line.strip()) and not _FIELD.match(line.strip())


def _google(lines: list[str]) -> list[tuple[str, str]]:
    found = []
    for place, line in enumerate(lines):
        if _GOOGLE_HEAD.fullmatch(line.strip().lower()):
            edge = _depth(line)
            inside = takewhile(partial(_is_deeper, edge), lines[place + 1 :])
            found += _entries(list(inside), _GOOGLE)
    return found


def _numpy(lines: list[str]) -> list[tuple[str, str]]:
    found = []
    rules = [place for place, line in enumerate(lines) if re.fullmatch(r"\s*-{3,}\s*", line)]
    for rule, end in zip(rules, [*(following - 1 for following in rules[1:]), len(lines)]):
        if rule and _NUMPY_HEAD.fullmatch(lines[rule - 1].strip().lower()):
            found += _entries(lines[rule + 1 : end], _NUMPY)
    return found


def _entries(lines: list[str], head: re.Pattern[str]) -> list[tuple[str, str]]:
    """Entries whose heads stand at the depth of the first line, and what is said of them deeper."""
    depth = min((_depth(line) for line in lines if line.strip()), default=0)
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        match = head.fullmatch(line.strip()) if _depth(line) == depth else None
        if match:
            found.append((match[1], [match[2]] if head.groups > 1 else []))
        elif found and line.strip():
            found[-1][1].append(line)
    return [(name.strip("* "), _one_line(text)) for names, text in found for name in names.split(",")]


def _is_deeper(edge: int, line: str) -> bool:
    return not line.strip() or _depth(line) > edge


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _one_line(lines: list[str]) -> str:
    text = " ".join(_MARKUP.sub(lambda found: found[1] or "", " ".join(lines)).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} …"
