"""Texts that are written along: those of the source, each with a tick, and those that a person adds or changes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ... import wording
from ...language import ntr, tr
from ..theme import scaled_font
from ..widgets.check_box import CheckBox
from ..widgets.labels import ElidedLabel, plain_tip
from .emptying import empty

Texts = tuple[tuple[str, str], ...]
_FEW_OF_SOURCE, _MOST_OF_SOURCE = 12, 500


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
    """A tick for each text of the source, a row for each other, and buttons for one more, and for none."""

    edited = Signal(object)
    """The texts that a person wants written besides those of the source: pairs of name and text."""
    dropped = Signal(object)
    """The names of texts of the source that a person does not want written."""
    remade = Signal()
    """There are other fields."""
    did = Signal(str, object, object)
    """A person wants to see more of them: in a few words, what takes it back, and what does it again."""

    def __init__(self) -> None:
        super().__init__()
        self._source: Texts = ()
        self._shown: Texts = ()
        self._dropped: tuple[str, ...] = ()
        self._most = _FEW_OF_SOURCE
        self.rows: list[_Row] = []
        self.ticks: dict[str, CheckBox] = {}
        """By the name of the text."""
        self._of_source = QGridLayout()
        self._of_source.setHorizontalSpacing(8)
        self._of_source.setVerticalSpacing(2)
        self._of_source.setColumnStretch(1, 1)
        self._own = QVBoxLayout()
        self._own.setSpacing(4)
        self._make_buttons()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(self._of_source)
        column.addWidget(self.more)
        column.addLayout(self._own)
        column.addLayout(self._buttons())

    def _make_buttons(self) -> None:
        self.add = QPushButton(tr("Add a Te&xt"))
        self.add.setToolTip(tr("Write one more text along; the name of one that is there replaces it"))
        self.add.clicked.connect(self.add_row)
        self.none = QPushButton(tr("&Drop All"))
        self.none.clicked.connect(self._drop_all)
        self.more = QToolButton()
        self.more.setAutoRaise(True)
        self.more.setToolTip(tr("Show every text of the file"))
        self.more.clicked.connect(self._show_all_by_hand)
        for button in (self.add, self.none):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.add)
        row.addWidget(self.none)
        row.addStretch(1)
        return row

    def show_texts(self, source: Texts, added: Texts, dropped: tuple[str, ...] = ()) -> None:
        """Shows the texts of the source, which of them are dropped, and those that are added; what is being typed is
        left alone."""
        if source != self._source:
            self._source, self._most = source, _FEW_OF_SOURCE
            self._show_source()
        self._show_dropped(dropped)
        if added != self._shown:
            self._shown = added
            for row in list(self.rows):
                self._drop(row)
            for name, text in added:
                self._append(name, text)

    def summary(self) -> str:
        names = {name for name, _ in self._source if name not in self._dropped} | {name for name, _ in self._shown}
        return ntr("{n} text", "{n} texts", len(names)) if names or self._source else ""

    # Those that a person adds

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

    # Those of the source

    def _show_source(self) -> None:
        empty(self._of_source)
        self.ticks = {}
        for line, (name, text) in enumerate(self._source[: self._most]):
            tick = self.ticks[name] = CheckBox(wording.safe(name, 26).replace("&", "&&"))
            tick.setToolTip(plain_tip(tr("Write {name} along", name=wording.safe(name, 200))))
            tick.setAccessibleName(tr("Write {name} along", name=wording.safe(name, 200)))
            tick.clicked.connect(self._tell_dropped)
            self._of_source.addWidget(tick, line, 0)
            self._of_source.addWidget(
                ElidedLabel(wording.safe(text, 300), tone="quiet", font=scaled_font(0.92)), line, 1
            )
        left = len(self._source) - self._most
        self.more.setText(ntr("{n} more", "{n} more", max(left, 0)))
        self.more.setVisible(left > 0 and self._most < _MOST_OF_SOURCE)
        self.none.setVisible(bool(self._source))
        self.remade.emit()

    def _show_all_by_hand(self) -> None:
        few, words = self._most, tr("Show {page}", page=self.more.text())
        self._show_most(_MOST_OF_SOURCE)
        self.did.emit(words, partial(self._show_most, few), partial(self._show_most, _MOST_OF_SOURCE))

    def _show_most(self, most: int) -> None:
        """Shows so many of the texts of the source."""
        self._most = most
        self._show_source()
        self._show_dropped(self._dropped)

    def _show_dropped(self, dropped: tuple[str, ...]) -> None:
        self._dropped = dropped
        for name, tick in self.ticks.items():
            tick.setChecked(name not in dropped)
        self.none.setText(tr("&Keep All") if self._is_none_left else tr("&Drop All"))
        tip = tr("Write all texts of the file along") if self._is_none_left else tr("Write no text of the file along")
        self.none.setToolTip(tip)

    @property
    def _is_none_left(self) -> bool:
        return all(name in self._dropped for name, _ in self._source)

    def _drop_all(self) -> None:
        self.dropped.emit(() if self._is_none_left else tuple(name for name, _ in self._source))

    def _tell_dropped(self) -> None:
        """Those that have no tick because there are so many stay as they are."""
        kept = {name for name, tick in self.ticks.items() if tick.isChecked()}
        unseen = {name for name in self._dropped if name not in self.ticks}
        self.dropped.emit(tuple(name for name, _ in self._source if name in unseen or name in self.ticks.keys() - kept))
