"""What loading would do, before anyone loads: three ways, what stays at random initialisation, what does no harm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from ... import wording
from ...language import marked, ntr, tr
from ..theme import figures_font, mono_font, scaled_font
from ..widgets.labels import Label
from ..widgets.marked_text import MarkedText
from ..widgets.wrapped_text import WrappedText
from .case import Case
from .fold import Fold
from .suggestion_list import heading

if TYPE_CHECKING:
    from ...comparing.receipt import Receipt, Untouched, Way

_MOST_LETTERS = 600
_MOST_MODULES = 200
_FEW = 6
"""So many modules at initialisation are named without being asked for."""

_WHOLE = ("✓", "accent", marked("loads everything"))
_IN_PART = ("◑", "quiet", marked("loads in part"))
_RAISES = ("✕", "danger", marked("raises an error"))


class ReceiptView(QWidget):
    """A small table: each way of loading, what becomes of it, and how much of the model it fills."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self._case = case
        self._rows = [_Row() for _ in range(3)]
        self._untouched = MarkedText()
        self.untouched = Fold("", self._untouched)
        self._listed = 0
        self._harmless = MarkedText(tone="quiet", font=scaled_font(0.95))
        self._astray_heading, self._astray = heading(tr("What the optimizer's state would do")), MarkedText()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(heading(tr("What loading would do")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        for place, row in enumerate(self._rows):
            row.place(grid, 3 * place)
        column.addLayout(grid)
        for widget in (self.untouched, self._harmless, self._astray_heading, self._astray):
            column.addWidget(widget)
        self.hide()

    def refresh(self) -> None:
        """Shows the receipt of the case as it is with the ticked steps."""
        receipt = self._case.outcome.receipt if self._case.outcome is not None else None
        self.setVisible(receipt is not None)
        if receipt is not None:
            self._show(receipt)

    def text(self) -> str:
        """Everything it says."""
        shown = [row.text() for row in self._rows]
        below = (self.untouched.button, self._untouched, self._harmless, self._astray)
        return "\n".join([*shown, *(widget.text() for widget in below)])

    def _show(self, receipt: Receipt) -> None:
        for row, way in zip(self._rows, receipt.ways):
            row.show_way(way)
        left = receipt.dropping.untouched
        self.untouched.button.setText(
            ntr("{n} module left at initialisation", "{n} modules left at initialisation", len(left))
        )
        self.untouched.setVisible(bool(left))
        if len(left) != self._listed:  # a fold that somebody opened or closed stays so while nothing changes
            self._listed = len(left)
            self.untouched.open(len(left) <= _FEW)
        self._untouched.setText("\n".join(_listed(left)))
        self._harmless.setText("\n".join(_safe(receipt.harmless[:20])))
        self._harmless.setVisible(bool(receipt.harmless))
        self._astray.setText("\n".join(f"! {sentence}" for sentence in _safe(self._case.astray)))
        for widget in (self._astray_heading, self._astray):
            widget.setVisible(bool(self._case.astray))


class _Row:
    """One way of loading: a sign, how it is called, how much it fills, and a sentence below."""

    def __init__(self) -> None:
        self._sign = Label(font=scaled_font(1.0, bold=True))
        self._call = WrappedText(font=mono_font(0.95))
        self._share = Label(font=figures_font(scaled_font(1.0)))
        self._sentence = MarkedText(tone="quiet", font=scaled_font(0.95))

    def place(self, grid: QGridLayout, row: int) -> None:
        grid.addWidget(self._sign, row, 0)
        grid.addWidget(self._call, row, 1)
        grid.addWidget(self._share, row, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._sentence, row + 1, 1, 1, 2)
        grid.setRowMinimumHeight(row + 2, 6)

    def show_way(self, way: Way) -> None:
        sign, tone, meaning = _RAISES if not way.loads else _WHOLE if way.loaded == way.total else _IN_PART
        self._sign.setText(sign)
        self._sign.set_tone(tone)
        self._sign.setAccessibleName(tr(meaning))
        self._call.setText(tr(way.call))
        self._share.setText(
            tr("{share} loaded", share=wording.share(way.loaded, way.total)) if way.loads and way.total else ""
        )
        # What it says of modules beyond that is listed below, for all ways at once.
        self._sentence.setText(wording.safe(way.brief, _MOST_LETTERS))

    def text(self) -> str:
        return f"{self._sign.text()} {self._call.text()} {self._share.text()} {self._sentence.text()}"


def _listed(modules: Iterable[Untouched]) -> Iterator[str]:
    """A line for each thing that it means to be left as it is, with the names of all modules of which that is true."""
    by_meaning: dict[str, list[str]] = {}
    for number, each in enumerate(modules):
        if number < _MOST_MODULES:
            name = f"`{wording.safe(each.path, 200)}`"
            by_meaning.setdefault(each.meaning, []).append(tr("{name} (in part)", name=name) if each.partly else name)
    for meaning, names in by_meaning.items():
        yield tr("{names}: {meaning}.", names=wording.list_of(names), meaning=wording.safe(meaning, 200))


def _safe(sentences: Iterable[str]) -> list[str]:
    return [wording.safe(sentence, _MOST_LETTERS) for sentence in sentences]
