"""The report as one HTML file, readable in light and dark, without a script.

Long lists are folded (`<details>`), so that the causes are what one sees first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape

from ... import language, wording
from ...language import tr
from ...wording import row_of
from ..causes import Cause, how_sure, share
from ..diffing import DTYPE, MISSING, RENAMED, SAME, SIZE, SYMBOLS, UNEXPECTED, VALUES, Pair
from ..pair_words import counted, dtype_text, key_text, shape_parts
from ..step_texts import as_text
from ..steps import Step
from .story import FOOT, Story

_MOST_ROWS = 20_000
"""Rows of one list: a browser takes many seconds for more, and JSON has all of them."""
_OPEN = 60
"""A list of no more rows is open at first."""

_NAMES = {
    MISSING: "missing", UNEXPECTED: "unexpected", SIZE: "size", DTYPE: "dtype", VALUES: "values", RENAMED: "renamed",
    SAME: "same",
}  # fmt: skip

_STYLE = """
:root { color-scheme: light dark; --text: #1d2430; --quiet: #5a6474; --line: #dfe3e9; --ground: #fff; --card: #f8f9fb;
  --missing: #7a46a8; --unexpected: #1c7a55; --size: #ad5200; --dtype: #0f7490; --values: #876400; --renamed: #3557b5;
  --same: #667080; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --quiet: #a0a9b8; --line: #353b46; --ground: #20242b;
  --card: #262b33; --missing: #c49bea; --unexpected: #63c79b; --size: #f0a25a; --dtype: #5fc3dc; --values: #dbbb5a;
  --renamed: #92aef5; --same: #98a2b2; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); max-width: 1080px;
  margin: 2rem auto; padding: 0 1.2rem; }
h1 { font-size: 1.35rem; font-weight: 600; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; }
.head { font-size: 1.1rem; margin: 0 0 1rem; }
.quiet, dt { color: var(--quiet); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .6rem 0; }
dd { margin: 0; overflow-wrap: anywhere; }
.chip { display: inline-block; border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .7rem;
  margin: 0 .4rem .4rem 0; }
.cause { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem;
  margin: .5rem 0; }
.cause p { margin: 0; } .cause ul { margin: .3rem 0 0; padding-left: 1.2rem; color: var(--quiet); font-size: .93em; }
code, pre, td.key, td.shape { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .18rem .7rem .18rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 500; color: var(--quiet); }
td.key { overflow-wrap: anywhere; }
td.shape b { color: var(--size); }
summary { cursor: pointer; margin: .9rem 0 .3rem; font-weight: 600; }
footer { margin: 2.5rem 0 1rem; color: var(--quiet); font-size: .85rem; }
""" + "".join(f".{name} {{ color: var(--{name}); }}\n" for name in _NAMES.values())


def html(story: Story) -> str:
    """The whole report."""
    return "".join(_pieces(story))


def _pieces(story: Story) -> Iterator[str]:
    title = tr("{a} against {b}", a=_text(story.a), b=_text(story.b))
    yield f'<!doctype html>\n<html lang="{language.code()}"><head><meta charset="utf-8"><title>{title}</title>\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n"
    yield f'<p class="head">{_text(story.headline)}</p>\n<p>{"".join(_chips(story))}</p>\n'
    yield from _facts(story.facts)
    if story.causes:
        yield f"<h2>{escape(wording.plural(len(story.causes), 'cause'))}</h2>\n"
        yield from (_cause(cause, story.complaints) for cause in story.causes)
    if story.receipt:
        yield f"<h2>{_text(tr('What loading would do'))}</h2>\n"
        yield from _facts(story.receipt)
    yield from (f"<p>{_text(sentence)}</p>\n" for sentence in story.left)
    if story.python:
        code = "\n".join(story.python_lines())
        yield f"<h2>{_text(tr('What mends it'))}</h2>\n<pre>{escape(code)}</pre>\n"
    yield f"<h2>{_text(tr('Key by key'))}</h2>\n"
    for kind, found in story.groups():
        yield from _list(story, kind, found)
    yield f"<footer>{FOOT}</footer>\n</body></html>\n"


def _chips(story: Story) -> Iterator[str]:
    for kind, found in story.groups():
        words = f"{SYMBOLS[kind]} {counted(len(found), story.words(kind))}"
        yield f'<span class="chip {_NAMES[kind]}">{escape(words)}</span>'


def _facts(facts: tuple[tuple[str, str], ...]) -> Iterator[str]:
    if facts:
        inside = "".join(f"<dt>{_text(label)}</dt><dd>{_text(said)}</dd>" for label, said in facts)
        yield f"<dl>{inside}</dl>\n"


def _cause(cause: Cause, complaints: Collection[str]) -> str:
    said = row_of([*filter(None, (share(cause, complaints), how_sure(cause)))])
    more = [*cause.evidence, *cause.undecided, *([cause.advice] if cause.advice else [])]
    step = f"<li>{_step(cause.step)}</li>" if cause.step is not None else ""
    points = "".join(f"<li>{_text(text)}</li>" for text in more) + step
    quiet = f'<span class="quiet">({escape(said)})</span>'
    return f'<div class="cause"><p>{_text(cause.sentence)} {quiet}</p>{f"<ul>{points}</ul>" if points else ""}</div>\n'


def _step(step: Step) -> str:
    return tr("step: {code}", code=f"<code>{_text(as_text(step))}</code>")


def _list(story: Story, kind: str, found: list[Pair]) -> Iterator[str]:
    is_open = " open" if len(found) <= _OPEN and kind != SAME else ""
    heading = escape(f"{SYMBOLS[kind]} {counted(len(found), story.words(kind))}")
    yield f'<details{is_open}><summary class="{_NAMES[kind]}">{heading}</summary>\n'
    heads = "".join(f"<th>{_text(head)}</th>" for head in (tr("key"), tr("shape"), "dtype", tr("values")))
    yield f"<table><tr>{heads}</tr>\n"
    for pair in found[:_MOST_ROWS]:
        shape = "".join(f"<b>{escape(text)}</b>" if differs else escape(text) for text, differs in shape_parts(pair))
        remark = _text(story.remarks.get(pair.key, ""))
        yield f'<tr><td class="key">{_text(key_text(pair))}</td><td class="shape">{shape}</td>'
        yield f"<td>{_text(dtype_text(pair))}</td><td>{remark}</td></tr>\n"
    yield "</table>\n"
    if len(found) > _MOST_ROWS:
        yield f'<p class="quiet">{_text(tr("and {count:,} more", count=len(found) - _MOST_ROWS))}</p>\n'
    yield "</details>\n"


def _text(text: str) -> str:
    """Text that is nothing but text: names in files are written by anybody."""
    return escape(wording.safe(text, 2_000))
