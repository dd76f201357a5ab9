"""The classes and functions a file names, with the verdict on each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from ... import wording
from ...checkpoint.entries import Global
from ...language import marked, tr
from ..item_models.flat_table import FlatTableModel
from ..theme import Meaning, colours, mono_font
from ..widgets.labels import plain_tip
from .file_facts import VERDICTS

COLUMNS = (marked("Name"), marked("Verdict"), "torch.load", marked("Used"))
_MEANINGS = {"dangerous": Meaning.DAMAGED, "unknown": Meaning.DTYPE_DIFFERS}


class GlobalsTableModel(FlatTableModel):
    """One row for each name, in the order given."""

    titles = COLUMNS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: Sequence[Global] = ()

    def show_globals(self, found: Sequence[Global]) -> None:
        self.beginResetModel()
        self._found = found
        self.endResetModel()

    def count(self) -> int:
        return len(self._found)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # type: ignore[override]
        if not index.isValid():
            return None
        found = self._found[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(found, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(found)
        if role == Qt.ItemDataRole.FontRole and index.column() == 0:
            return mono_font(0.95)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == 1:
            meaning = _MEANINGS.get(found.verdict)
            return colours().of(meaning) if meaning is not None else None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 3:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, found: Global, column: int) -> str:
        symbol, word, _ = VERDICTS.get(found.verdict, ("~", found.verdict, ""))
        default = tr("accepts it") if found.accepted else tr("refuses it")
        texts = (wording.safe(found.name, 160), f"{symbol} {tr(word)}", default, f"{found.count:,} ×")
        return texts[column]


def _tip(found: Global) -> str:
    words = tr(VERDICTS.get(found.verdict, ("~", "", found.verdict))[2])
    used = tr("{title}: {message}", title=tr(COLUMNS[-1]), message=f"{found.count:,} ×")
    said = (wording.safe(found.name, 400), words, wording.safe(found.reason, 300), used)
    return plain_tip("\n".join(filter(None, said)))
