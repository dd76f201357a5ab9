"""`inspector show`: what is in a file, as a tree, or as JSON, CSV or Markdown."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from .. import wording
from ..checkpoint.entries import Checkpoint, Tensor, Text
from ..checkpoint.outline import Outline
from ..checkpoint.reading import open_checkpoint
from ..checkpoint.sources import PIECE
from ..errors import FileError
from . import screen

_LONGEST_LINE = 1_000_000
"""Characters after which a line is broken: a text may be one line of a gigabyte."""


class View(NamedTuple):
    """What is to be printed of a file."""

    form: str = "tree"
    """`tree`, `json`, `csv` or `markdown`."""
    query: str = ""
    """A search (see `checkpoint.querying`); empty for everything."""
    depth: int | None = None
    """How many levels; None for all."""
    flat: bool = False
    """Whether as a list of whole keys and not as a tree."""
    fold: bool = False
    """Whether repeated blocks are one line (never in JSON, nor in what a search finds)."""
    digest: bool = False
    """Whether with a digest of the elements of each tensor."""


def show(path: str, view: View) -> int:
    """Prints the file at `path`; 0. Raises FileError when it cannot be opened, QueryError when the query is none."""
    checkpoint = open_checkpoint(path)
    outline = Outline.of(checkpoint.root)
    if view.fold and not view.query and view.form != "json":
        from ..checkpoint.folding import fold

        outline = fold(outline)
    hits, rows = _found(outline, view.query)
    rows = hits if view.flat or (view.form == "json" and view.query) else rows
    if view.depth is not None:
        rows = [row for row in rows if outline.depths[row] < view.depth]
    digest = _digests(outline, rows) if view.digest else None
    if view.form == "tree":
        _print_tree(checkpoint, outline, rows, view, digest)
        if view.query:
            screen.write(
                [
                    "\n" if rows else "",
                    f"{len(hits):,} of {wording.plural(len(outline.leaves), 'entry', 'entries')} found.\n",
                ]
            )
    else:
        _export(checkpoint, outline, rows, view.form, digest)
    return 0


def show_text(path: str, name: str) -> int:
    """Prints a text that the file at `path` holds, a piece of code mostly; 0. Raises FileError when there is none."""
    checkpoint = open_checkpoint(path)
    text = next((text for text in checkpoint.texts if text.name == name), None)
    if text is None:
        names = [wording.safe(each.name, 80) for each in checkpoint.texts]
        hint = f"It holds {wording.names(names, 20)}." if names else "It holds no texts."
        raise FileError(f"There is no text called {wording.safe(name)}.", path=path, hint=hint)
    with text.source.opened():
        screen.write(_lines(text))
    return 0


def _lines(text: Text) -> Iterator[str]:
    """The lines of a text, each inert; tabs are the only thing in them that may act on a screen."""
    rest = ""
    decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
    for start in range(0, text.nbytes, PIECE):
        piece = text.source.read(text.offset + start, min(PIECE, text.nbytes - start))
        *lines, rest = (rest + decoder.decode(piece, start + PIECE >= text.nbytes)).split("\n")
        yield from map(_inert, lines)
        if len(rest) > _LONGEST_LINE:
            yield _inert(rest)
            rest = ""
    if rest:
        yield _inert(rest)


def _inert(line: str) -> str:
    return "\t".join(wording.safe(part, len(part) + 1) for part in line.removesuffix("\r").split("\t")) + "\n"


_Digest = Callable[[Tensor], str | None]


def _print_tree(
    checkpoint: Checkpoint, outline: Outline, rows: Sequence[int], view: View, digest: _Digest | None
) -> None:
    from . import tree

    ink = screen.Ink.of(sys.stdout)
    screen.write(tree.heading(checkpoint, outline, ink))
    screen.write(tree.Tree(checkpoint, outline, ink, digest).lines(rows, flat=view.flat))


def _export(checkpoint: Checkpoint, outline: Outline, rows: Sequence[int], form: str, digest: _Digest | None) -> None:
    from ..checkpoint import exporting

    if form == "json":
        screen.write(exporting.as_json(checkpoint, outline, rows, digest))
    elif form == "csv":
        screen.write(exporting.as_csv(checkpoint, outline, rows))
    else:
        screen.write(exporting.as_markdown(checkpoint, outline, rows))
    for sentence in checkpoint.damage:
        screen.say(sentence)


def _found(outline: Outline, query: str) -> tuple[Sequence[int], Sequence[int]]:
    """The rows that match `query`, and those with what they lie in; without a query the leaves, and all."""
    if not query:
        return outline.leaves, range(len(outline))
    from ..checkpoint.searching import matching

    found = matching(outline, query)
    if found.undecided:
        count = wording.plural(len(found.undecided), "tensor was", "tensors were")
        screen.say(f"{count} not measured, and may match as well: `inspector stats --filter` measures them.")
    return found.hits, found.rows


def _digests(outline: Outline, rows: Sequence[int]) -> _Digest:
    """Makes the digests of all tensors at `rows`, under a bar if it takes long; gives the function that knows them."""
    from ..checkpoint.arrays import digesting
    from .progress_bar import ProgressBar

    tensors = [entry for row in rows if type(entry := outline.entries[row]) is Tensor]
    known: dict[int, str | None] = {}
    with ProgressBar(sum(tensor.nbytes for tensor in tensors)) as bar:
        for tensor in tensors:
            try:
                known[id(tensor)] = bar.through(digesting(tensor), tensor.nbytes)
            except FileError:
                known[id(tensor)] = None
    return lambda tensor: known[id(tensor)]
