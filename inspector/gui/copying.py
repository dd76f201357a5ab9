"""What "copy" puts on the clipboard: a key, a row, the terminal's command, the lines of Python."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from .item_models.tree_cells import HEADINGS, Column
from .open_file import OpenFile

if TYPE_CHECKING:
    from .panels.tree_side import TreeSide


def key(file: OpenFile, tree: TreeSide) -> str:
    """The whole key of the chosen row, as it is."""
    return tree.outline.key(tree.current())


def row(file: OpenFile, tree: TreeSide) -> str:
    """The cells of the chosen row with its whole key, separated by tabs as a spreadsheet takes them."""
    row = tree.current()
    texts = [tree.cells.key(row), *(tree.cells.text(row, Column(column)) for column in range(1, len(HEADINGS)))]
    return "\t".join(text for column, text in enumerate(texts) if column != Column.HISTOGRAM)


def command(file: OpenFile, tree: TreeSide) -> str:
    """The command that shows the chosen row in the terminal."""
    return shlex.join(["inspector", "show", file.path, "--filter", tree.outline.key(tree.current())])


def python(file: OpenFile, tree: TreeSide) -> str:
    """The lines that load the chosen entry; those for the whole file where the row is only a group."""
    from ..checkpoint.python_snippets import load_snippet

    assert file.contents is not None
    entry = tree.outline.entries[tree.current()]
    if entry is None:
        return load_snippet(file.contents.checkpoint, "", file.contents.checkpoint.root)
    return load_snippet(file.contents.checkpoint, file.contents.outline.key(file.row), entry)
