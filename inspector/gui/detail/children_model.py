"""What lies directly below a branch or a group, as a table: name, what it is, size.

Why this way: rows are made when they are asked for. A state_dict has 100,000 children, and a table of them
is opened with one click.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QModelIndex, QObject, Qt

from ... import wording
from ...checkpoint import layers
from ...checkpoint.entries import Branch, Entry, Tensor
from ...checkpoint.outline import Outline
from ...language import marked, tr
from ..item_models.flat_table import FlatTableModel
from ..theme import Meaning, colours, mono_font
from .tensor_words import line_of

SHARE = Qt.ItemDataRole.UserRole
"""Role of the size column: the size as a share of the largest one's, 0 to 1."""
COLUMNS = (marked("Name"), marked("What it is"), marked("Size"))


class Child(NamedTuple):
    """One row."""

    name: str
    words: str
    nbytes: int
    key: str
    damage: str = ""


class Children:
    """The children of something, made one at a time. `sizes` are those of all of them."""

    sizes: Sequence[int] = ()

    def child(self, number: int) -> Child:
        raise NotImplementedError


class OutlineChildren(Children):
    """The children of a row of an outline."""

    def __init__(self, outline: Outline, row: int) -> None:
        self._outline = outline
        self._rows = list(outline.children(row))
        self.sizes = [outline.nbytes[child] for child in self._rows]

    def child(self, number: int) -> Child:
        row = self._rows[number]
        entry = self._outline.entries[row]
        words = layers.layer(self._outline, row) or (line_of(entry) if entry is not None else self._sum(row))
        damage = getattr(entry, "damage", "")
        return Child(self._outline.labels[row], words, self.sizes[number], self._outline.key(row), damage)

    def _sum(self, row: int) -> str:
        tensors, parameters = self._outline.tensors[row], self._outline.parameters[row]
        return wording.row_of([wording.plural(tensors, "tensor"), wording.plural(parameters, "value")])


class BranchChildren(Children):
    """The children of a branch, of which the sums below are not known."""

    def __init__(self, branch: Branch, key: str) -> None:
        self._branch, self._key = branch, key
        self.sizes = [child.nbytes if type(child) is Tensor else 0 for child in branch.children]

    def child(self, number: int) -> Child:
        entry: Entry = self._branch.children[number]
        key = f"{self._key}.{entry.name}" if self._key else entry.name
        return Child(entry.name, line_of(entry), self.sizes[number], key, getattr(entry, "damage", ""))


class ChildrenTableModel(FlatTableModel):
    """Children in the order of the file, or the largest first."""

    titles = COLUMNS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._children: Children = Children()
        self._order: Sequence[int] = ()
        self._largest = 1

    def show_children(self, children: Children, *, largest_first: bool = False) -> None:
        self.beginResetModel()
        self._children = children
        numbers = range(len(children.sizes))
        self._order = sorted(numbers, key=lambda n: -children.sizes[n]) if largest_first else numbers
        self._largest = max(children.sizes, default=1) or 1
        self.endResetModel()

    def key(self, row: int) -> str:
        """The key of what stands in `row`."""
        return self._child(row).key

    def count(self) -> int:
        return len(self._order)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(self._child(index.row()), index.column())
        if role == SHARE:
            return self._child(index.row()).nbytes / self._largest
        if role == Qt.ItemDataRole.FontRole and index.column() == 1:
            return mono_font(0.92)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1 and self._child(index.row()).damage:
            return colours().of(Meaning.DAMAGED)
        return None

    def _child(self, row: int) -> Child:
        return self._children.child(self._order[row])

    def _text(self, child: Child, column: int) -> str:
        if column == 0:
            return wording.safe(child.name, 120) or tr("(empty name)")
        if column == 1:
            return f"{Meaning.DAMAGED.symbol} {child.words}" if child.damage else child.words
        return wording.size(child.nbytes) if child.nbytes else ""
