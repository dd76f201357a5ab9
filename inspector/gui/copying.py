"""What "copy" puts on the clipboard: a key, a row, the terminal's command, the lines of Python."""

from __future__ import annotations

import re
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
    import shlex

    key = tree.outline.key(tree.current())
    return shlex.join(["inspector", "show", file.path, f"--filter={_as_query(key)}"])


def python(file: OpenFile, tree: TreeSide) -> str:
    """The lines that load the chosen entry; those for the whole file where the row is only a group."""
    from ..checkpoint.python_snippets import load_snippet

    assert file.contents is not None
    entry = tree.outline.entries[tree.current()]
    if entry is None:
        return load_snippet(file.contents.checkpoint, "", file.contents.checkpoint.root)
    return load_snippet(file.contents.checkpoint, file.contents.outline.key(file.row), entry)


def _as_query(key: str) -> str:
    """A key as the search language takes it: in quotes where it could be read otherwise."""
    is_plain = re.fullmatch(r"[\w.{},-]*", key) is not None and "." in key and not key.startswith("-")
    return key if is_plain or '"' in key else f'"{key}"'
