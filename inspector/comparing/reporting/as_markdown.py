"""The report as Markdown, as it is pasted into an issue."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ... import wording
from ...language import tr
from ...wording import row_of
from ..causes import how_sure, share
from ..diffing import SAME, SYMBOLS, Pair
from ..pair_words import counted, dtype_text, key_text, shape_text
from ..step_texts import as_text
from .story import FOOT, Story

_MOST_ROWS = 2_000
"""Rows of one table: what is longer no page shows, and JSON has all of them."""


def markdown(story: Story) -> str:
    """The whole report."""
    return "".join(_pieces(story))


def _pieces(story: Story) -> Iterator[str]:
    title = tr("{a} against {b}", a=_text(story.a), b=_text(story.b))
    yield f"# {title}\n\n{_text(story.headline)}\n\n"
    yield from (f"* {_text(label)}: {_text(said)}\n" for label, said in story.facts)
    yield from (f"* {SYMBOLS[kind]} {counted(len(found), story.words(kind))}\n" for kind, found in story.groups())
    yield from _causes(story)
    if story.receipt:
        yield f"\n## {tr('What loading would do')}\n\n| | |\n|---|---|\n"
        yield from (f"| {_text(way)} | {_text(said)} |\n" for way, said in story.receipt)
    yield from (f"\n* {_text(sentence)}" for sentence in story.left)
    if story.python:
        code = "\n".join(story.python_lines())
        fence = _fence(code)
        yield f"\n## {tr('What mends it')}\n\n{fence}python\n{code}\n{fence}\n"
    for kind, found in story.groups():
        if kind != SAME:
            yield from _table(story, kind, found)
    yield f"\n---\n{FOOT}\n"


def _causes(story: Story) -> Iterator[str]:
    if not story.causes:
        return
    yield f"\n## {tr('Causes')}\n\n"
    for number, cause in enumerate(story.causes, 1):
        said = row_of([*filter(None, (share(cause, story.complaints), how_sure(cause)))])
        yield f"{number}. {_text(cause.sentence)} *({said})*\n"
        for text in (*cause.evidence, *cause.undecided, cause.advice):
            yield f"   * {_text(text)}\n" if text else ""
        if cause.step is not None:
            yield f"   * {tr('step: {code}', code=_code(as_text(cause.step)))}\n"


def _table(story: Story, kind: str, found: list[Pair]) -> Iterator[str]:
    yield f"\n## {SYMBOLS[kind]} {counted(len(found), story.words(kind))}\n\n"
    yield f"| {tr('key')} | {tr('shape')} | dtype | {tr('values')} |\n|---|---|---|---|\n"
    for pair in found[:_MOST_ROWS]:
        said = _text(story.remarks.get(pair.key, ""))
        yield f"| {_code(key_text(pair))} | {_code(shape_text(pair))} | {_text(dtype_text(pair))} | {said} |\n"
    if len(found) > _MOST_ROWS:
        yield f"\n{tr('and {count:,} more', count=len(found) - _MOST_ROWS)}\n"


def _text(text: str) -> str:
    """Text in which nothing is Markdown or HTML: names in files are written by anybody."""
    return re.sub(r"([\\`*_{}\[\]<>|#!~&@])", r"\\\1", wording.safe(text, 2_000))


def _code(text: str) -> str:
    """Text as code in a cell: a pipe would end the cell, and backticks the code."""
    shown = wording.safe(text, 400).replace("|", "¦")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence}{shown}{fence}" if shown and "`" not in shown else f"{fence} {shown} {fence}" if shown else ""


def _fence(code: str) -> str:
    """Backticks, more than the code has in a row: its own would end it."""
    return "`" * max(3, *(len(run) + 1 for run in re.findall("`+", code)), 0)
