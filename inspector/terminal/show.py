"""`inspector show`: what is in a file, as a tree or as JSON."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence

from .. import wording
from ..checkpoint.entries import Checkpoint, Tensor
from ..checkpoint.outline import Outline
from ..checkpoint.reading import open_checkpoint
from ..errors import FileError
from . import screen


def show(
    path: str,
    *,
    as_json: bool = False,
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
    if as_json:
        _show_json(checkpoint, outline, query, digest)
    else:
        _show_tree(checkpoint, outline, query, digest, depth=depth, flat=flat, fold=fold)
    return 0


def _show_json(checkpoint: Checkpoint, outline: Outline, query: str, digest: bool) -> None:
    from ..checkpoint.exporting import as_json

    rows = _found(outline, query)[0] if query else range(len(outline))
    screen.write(as_json(checkpoint, outline, rows, _digests(outline, rows) if digest else None))
    for sentence in checkpoint.damage:
        screen.say(sentence)


def _show_tree(
    checkpoint: Checkpoint, outline: Outline, query: str, digest: bool, *, depth: int | None, flat: bool, fold: bool
) -> None:
    from . import tree

    if fold and not query:
        from ..checkpoint.folding import fold as folded

        outline = folded(outline)
    hits, rows = _found(outline, query)
    rows = hits if flat else rows
    rows = rows if depth is None else [row for row in rows if outline.depths[row] < depth]
    ink = screen.Ink.of(sys.stdout)
    lines = tree.Tree(checkpoint, outline, ink, _digests(outline, rows) if digest else None)
    screen.write(tree.heading(checkpoint, outline, ink))
    screen.write(lines.lines(rows, flat=flat))
    if query:
        screen.write([f"\n{len(hits):,} of {wording.plural(len(outline.leaves), 'entry', 'entries')} found.\n"])


def _found(outline: Outline, query: str) -> tuple[Sequence[int], Sequence[int]]:
    """The rows that match `query`, and those with what they lie in; without a query the leaves, and all."""
    if not query:
        return outline.leaves, range(len(outline))
    from ..checkpoint.searching import matching

    found = matching(outline, query)
    return found.hits, found.rows


def _digests(outline: Outline, rows: Sequence[int]) -> Callable[[Tensor], str | None]:
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
