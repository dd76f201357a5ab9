"""The files that a run has saved: what each is, how large, and what can be done with it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import marked, tr
from ...workshop.run_words import Saved
from ..theme import scaled_font
from ..widgets.labels import ElidedLabel, Label, plain_tip

_KINDS = {"latest": marked("latest"), "best": marked("best"), "epoch": marked("kept")}
_MOST = 200


class SavedFiles(QWidget):
    """A row for each file, the latest and the best first."""

    open_asked = Signal(str)
    """The path of a file that is to be looked at."""
    compare_asked = Signal(str)
    """The path of a file that is to be held against what the run began with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Saved files"))
        self._folder = ElidedLabel(tone="quiet", font=scaled_font(0.92))
        self._nothing = Label(tr("Nothing was saved yet."), tone="hint")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 1)
        self.rows: dict[str, _Row] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self._folder, self._nothing):
            column.addWidget(widget)
        column.addLayout(self._grid)
        column.addStretch(1)

    def clear(self) -> None:
        """Forgets the files of the run before."""
        for row in self.rows.values():
            row.remove()
        self.rows = {}
        self._nothing.show()
        self._folder.setText("")

    def show_files(self, saved: Iterable[Saved]) -> None:
        """Shows these; a file that was written again is the same row."""
        for each in saved:
            if each.path not in self.rows and len(self.rows) < _MOST:
                self.rows[each.path] = self._row(each)
            if each.path in self.rows:
                self.rows[each.path].show_saved(each)
            self._folder.setText(wording.safe(os.path.dirname(each.path), 400))
        self._nothing.setVisible(not self.rows)

    def _row(self, saved: Saved) -> _Row:
        row = _Row(saved.path)
        row.open.clicked.connect(lambda: self.open_asked.emit(saved.path))
        row.compare.clicked.connect(lambda: self.compare_asked.emit(saved.path))
        place = self._grid.rowCount()
        words = QVBoxLayout()
        words.setSpacing(1)
        for label in (row.name, row.facts):
            words.addWidget(label)
        self._grid.addLayout(words, place, 0)
        for column, button in enumerate((row.open, row.compare), start=1):
            self._grid.addWidget(button, place, column)
        return row


class _Row:
    """The widgets of one file."""

    def __init__(self, path: str) -> None:
        name = wording.safe(os.path.basename(path), 120)
        self.name = ElidedLabel(name)
        self.name.setToolTip(plain_tip(wording.safe(path, 500)))
        self.facts = ElidedLabel(tone="quiet", font=scaled_font(0.92))
        self.open = _button(tr("Open"), tr("Look at {name} in a tab of its own", name=name))
        self.compare = _button(tr("Compare"), tr("Hold what the run began with against {name}", name=name))

    def show_saved(self, saved: Saved) -> None:
        kind = tr(_KINDS.get(saved.kind, saved.kind))
        self.facts.setText(f"{kind} · {_when(saved)} · {wording.size(saved.nbytes)}")

    def remove(self) -> None:
        for widget in (self.name, self.facts, self.open, self.compare):
            widget.hide()
            widget.deleteLater()


def _when(saved: Saved) -> str:
    return (
        tr("epoch {epoch}, batch {batch:,}", epoch=saved.epoch, batch=saved.batch)
        if saved.batch
        else tr("epoch {epoch}", epoch=max(saved.epoch - 1, 0))
    )


def _button(text: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(plain_tip(tip))
    button.setAccessibleName(tip)
    return button
