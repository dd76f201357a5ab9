"""`inspector show`: what is in a file, as a tree or as JSON."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable

from ..checkpoint.entries import Checkpoint, Tensor
from ..checkpoint.outline import Outline
from ..checkpoint.reading import open_checkpoint
from ..errors import FileError
from . import screen


def show(
    path: str,
    *,
    json: bool = False,
    depth: int | None = None,
    query: str = "",
    digest: bool = False,
    flat: bool = False,
    fold: bool = False,
) -> int:
    """Prints the file at `path`; 0. Raises FileError when it cannot be opened, QueryError when `query` is none."""
    gc.disable()  # nothing that is made here is thrown away before the end
    checkpoint = open_checkpoint(path)
    outline = Outline.of(checkpoint.root)
    if json:
        _show_json(checkpoint, outline, query, _digest if digest else None)
    else:
        _show_tree(checkpoint, outline, depth=depth, query=query, digest=digest, flat=flat, fold=fold)
    return 0


def _show_json(checkpoint: Checkpoint, outline: Outline, query: str, digest: Callable[[Tensor], str | None] | None) -> None:
    from ..checkpoint.exporting import as_json

    rows = _found(outline, query)[0] if query else None
    screen.write(as_json(checkpoint, outline, rows, digest))
    for sentence in checkpoint.damage:
        screen.say(sentence)


def _found(outline: Outline, query: str) -> tuple[list[int], list[int]]:
    from ..checkpoint.searching import matching

    found = matching(outline, query)
    return list(found.hits), list(found.rows)


def _digest(tensor: Tensor) -> str | None:
    from ..checkpoint.arrays import digest

    try:
        return digest(tensor)
    except FileError:
        return None


def _show_tree(
    checkpoint: Checkpoint, outline: Outline, *, depth: int | None, query: str, digest: bool, flat: bool, fold: bool
) -> None:
    from . import tree

    if fold and not query:
        from ..checkpoint.folding import fold as folded

        outline = folded(outline)
    rows = list(range(len(outline)))
    if query:
        hits, rows = _found(outline, query)
    if flat:
        rows = hits if query else outline.leaves
    ink = screen.Ink.of(sys.stdout)
    lines = tree.Tree(checkpoint, outline, ink, _digest if digest else None)
    screen.write(tree.heading(checkpoint, outline, ink))
    screen.write(lines.lines(tree.below(outline, rows, depth), flat=flat))
    if query:
        screen.write([f"\n{len(hits):,} of {len(outline.leaves):,} entries match.\n"])
