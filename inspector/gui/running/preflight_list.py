"""The list before the start: what going on needs and what the file has of it, and what came of trying it out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ... import wording
from ...language import marked, tr
from ...runs.preflight import ASSUMED, MISSING, OK, WARNING
from ..theme import scaled_font
from ..widgets.labels import Label
from .checked_line import CheckedLine
from .data_errors import is_about_data
from .field_correction import FieldCorrection, is_correctable
from .run_state import RunState

if TYPE_CHECKING:
    from ...runs.preflight import Need
    from .open_run import OpenRun

_COUNTED = (
    (OK, marked("{number} there")),
    (ASSUMED, marked("{number} assumed")),
    (WARNING, marked("{number} to be looked at")),
    (MISSING, marked("{number} missing")),
)


class PreflightList(QWidget):
    """One line for each need, and one for each check of the rehearsal."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self.setAccessibleName(tr("Before the start"))
        self.lines: dict[str, NeedLine] = {}
        self.checks: list[CheckedLine] = []
        self._count = Label(tone="quiet")
        self._tried = Label(tone="quiet")
        self._needs = _column(6)
        self._checks = _column(6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(_heading(tr("What the file has for it"), self._count))
        column.addWidget(self._needs)
        column.addSpacing(6)
        self._tried_head = _heading(tr("Tried out"), self._tried)
        column.addWidget(self._tried_head)
        column.addWidget(self._checks)
        page.setup_changed.connect(self.refresh)
        page.rehearsed.connect(self._show_checks)
        page.state_changed.connect(self._show_checks)
        self.refresh()

    def refresh(self) -> None:
        """Shows the list as it is now."""
        needs = self._page.setup.needs
        if [need.role for need in needs] != list(self.lines):
            self._make_lines(needs)
        for need in needs:
            self.lines[need.role].show_need(need)
        counts = [(sum(need.state == state for need in needs), text) for state, text in _COUNTED]
        self._count.setText(wording.row_of([tr(text, number=number) for number, text in counts if number]))
        self._show_checks()

    def _make_lines(self, needs: tuple[Need, ...]) -> None:
        _empty(self._needs)
        self.lines = {need.role: NeedLine(self._page) for need in needs}
        for line in self.lines.values():
            self._needs.layout().addWidget(line)

    def _show_checks(self) -> None:
        """What came of the rehearsal, while it is of what is chosen now."""
        page = self._page
        checks = page.rehearsal.checks if page.rehearsal is not None else ()
        error = page.looking.error
        lines = [(tr(check.name), check.state, check.text) for check in checks]
        if error is not None and not is_about_data(error, page.setup.data):
            lines.append((error.title, "bad", str(error)))
        is_trying = page.state is RunState.REHEARSING and page.has_model
        if not is_trying or lines:  # until there are others the former ones stay, so that nothing jumps
            self._show_lines(lines)
        self._checks.setEnabled(not is_trying)
        self._tried.setText(tr("Trying the first batches …") if is_trying else "")
        self._tried_head.setVisible(is_trying or bool(lines))

    def _show_lines(self, lines: list[tuple[str, str, str]]) -> None:
        while len(self.checks) < len(lines):
            self.checks.append(CheckedLine())
            self._checks.layout().addWidget(self.checks[-1])
        for place, line in enumerate(self.checks):
            line.setVisible(place < len(lines))
            if place < len(lines):
                line.show_line(*lines[place])


class NeedLine(CheckedLine):
    """One need, which can be corrected in place."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self._need: Need | None = None
        self.correction: FieldCorrection | None = None
        self.change = self.offer(tr("Change"), tr("Say what it is: another field, or a value"), self.toggle)

    def show_need(self, need: Need) -> None:
        """Shows it; what is being corrected stays open."""
        self._need = need
        self.show_line(need.title, need.state, need.found, need.assumed)
        self.change.setVisible(is_correctable(need) and self.correction is None)
        if self.correction is not None:
            self.correction.show_present()
        self.change.setAccessibleName(tr("Change {title}", title=need.title.lower()))

    def toggle(self) -> None:
        """Opens the correction, or puts it away."""
        if self.correction is not None or self._need is None:
            self.correction = None
        else:
            self.correction = FieldCorrection(self._need, self._page.setup)
            self.correction.done.connect(self.toggle)
        self.unfold(self.correction)
        self.change.setVisible(self.correction is None)
        if self.correction is not None:
            self.correction.choice.setFocus()
        else:
            self.change.setFocus()


def _heading(text: str, more: Label) -> QWidget:
    head = QWidget()
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(Label(text, font=scaled_font(1.05, bold=True)))
    row.addWidget(more, 1)
    return head


def _column(spacing: int) -> QWidget:
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing)
    return widget


def _empty(widget: QWidget) -> None:
    while item := widget.layout().takeAt(0):
        item.widget().hide()
        item.widget().deleteLater()
