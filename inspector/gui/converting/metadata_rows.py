"""Texts that are written along: those of the source as they are, and those that a person adds or changes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from ... import wording
from ...language import ntr, tr
from ..theme import scaled_font
from ..widgets.labels import ElidedLabel, Label
from .emptying import empty

Texts = tuple[tuple[str, str], ...]
_MOST_OF_SOURCE = 12


class _Row(QWidget):
    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.name, self.text = QLineEdit(name), QLineEdit(text)
        self.name.setPlaceholderText(tr("name"))
        self.text.setPlaceholderText(tr("text"))
        self.name.setAccessibleName(tr("Name of a text of the metadata"))
        self.text.setAccessibleName(tr("Text of the metadata"))
        self.remove = QToolButton()
        self.remove.setText("×")
        self.remove.setAutoRaise(True)
        self.remove.setToolTip(tr("Do not write this text"))
        self.remove.setAccessibleName(tr("Do not write this text"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.name, 2)
        row.addWidget(self.text, 3)
        row.addWidget(self.remove)


class MetadataRows(QWidget):
    """The texts of the source to be read, a row for each other, and a button for one more."""

    edited = Signal(object)
    """The texts that a person wants written besides those of the source: pairs of name and text."""
    remade = Signal()
    """There are other fields."""

    def __init__(self) -> None:
        super().__init__()
        self._source: Texts = ()
        self._shown: Texts = ()
        self.rows: list[_Row] = []
        self._of_source = QVBoxLayout()
        self._of_source.setSpacing(2)
        self._own = QVBoxLayout()
        self._own.setSpacing(4)
        self.add = QPushButton(tr("&Add a Text"))
        self.add.setToolTip(tr("Write one more text along; the name of one that is there replaces it"))
        self.add.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.add.clicked.connect(self.add_row)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._of_source)
        column.addLayout(self._own)
        column.addWidget(self.add)

    def show_texts(self, source: Texts, added: Texts) -> None:
        """Shows the texts of the source, and those that are added; what is being typed is left alone."""
        if source != self._source:
            self._source = source
            self._show_source()
        if added != self._shown:
            self._shown = added
            for row in list(self.rows):
                self._drop(row)
            for name, text in added:
                self._append(name, text)

    def summary(self) -> str:
        names = {name for name, _ in (*self._source, *self._shown)}
        return ntr("{n} text", "{n} texts", len(names)) if names else ""

    def add_row(self) -> None:
        self._append("", "").name.setFocus()

    def _append(self, name: str, text: str) -> _Row:
        row = _Row(name, text)
        row.name.editingFinished.connect(self._tell)
        row.text.editingFinished.connect(self._tell)
        row.remove.clicked.connect(partial(self._remove, row))
        self.rows.append(row)
        self._own.addWidget(row)
        self.remade.emit()
        return row

    def _remove(self, row: _Row) -> None:
        self._drop(row)
        self._tell()

    def _drop(self, row: _Row) -> None:
        self.rows.remove(row)
        self._own.removeWidget(row)
        row.blockSignals(True)
        for field in (row.name, row.text):
            field.blockSignals(True)  # a field that goes while it has the keyboard is done with editing
        row.hide()
        row.deleteLater()

    def _tell(self) -> None:
        """Rows without a name say nothing; of two with the same name the later counts."""
        texts = tuple({row.name.text(): row.text.text() for row in self.rows if row.name.text()}.items())
        if texts != self._shown:
            self._shown = texts
            self.edited.emit(texts)

    def _show_source(self) -> None:
        empty(self._of_source)
        for name, text in self._source[:_MOST_OF_SOURCE]:
            words = tr("{title}: {message}", title=wording.safe(name, 60), message=wording.safe(text, 300))
            self._of_source.addWidget(ElidedLabel(words, tone="quiet", font=scaled_font(0.92)))
        left = len(self._source) - _MOST_OF_SOURCE
        if left > 0:
            self._of_source.addWidget(Label(ntr("and {n} more", "and {n} more", left), tone="quiet"))
