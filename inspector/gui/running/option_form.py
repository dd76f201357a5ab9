"""What an optimizer or a scheduler is given: a row for each option, empty where its default counts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from ...runs.offered import Offered
from ..fitting.argument_row import ArgumentRow
from .setup_section import LABEL_WIDTH


class OptionForm(QWidget):
    """The options of one class. Options that it does not know stay as they are."""

    changed = Signal(object)
    """All options, after a person changed one: a dict."""

    remade = Signal()
    """Its rows are others."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._offered: Offered | None = None
        self._options: dict[str, object] = {}
        self.rows: dict[str, ArgumentRow] = {}

    def show_options(self, offered: Offered | None, options: Mapping[str, object]) -> None:
        """Shows the options of `offered`, with what is said of them. Hidden where it has none."""
        self._options = dict(options)
        if offered != self._offered:
            self._offered = offered
            self._make_rows(offered)
        for row in self.rows.values():
            row.show_value(self._options, None, is_solved=False)
        self.setVisible(bool(self.rows))

    def _make_rows(self, offered: Offered | None) -> None:
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        for place, argument in enumerate(offered.options if offered is not None else ()):
            row = ArgumentRow(argument, self)
            row.changed.connect(self._take)
            row.place(self._grid, 2 * place)
            self.rows[argument.name] = row
        self.remade.emit()

    def _take(self) -> None:
        known = {name: row.value for name, row in self.rows.items() if row.is_given}
        others = {name: value for name, value in self._options.items() if name not in self.rows}
        self.changed.emit({**others, **known})
