"""The right of the panel Convert: what would come of it, before a byte is written."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...language import ntr, tr
from ...progress import Progress
from ..fitting.fold import Fold
from ..theme import scaled_font
from ..timers import one_shot
from ..widgets.banner import Banner
from ..widgets.cards import Cards
from ..widgets.flow_layout import FlowLayout
from ..widgets.labels import Label
from ..widgets.roomy import SideArea
from ..widgets.wrapped_text import WrappedText
from . import sentences
from .open_conversion import Doing, OpenConversion
from .renamed_keys import RenamedKeys
from .row_tables import LossTableModel, TensorTableModel, fit_height, table_of
from .size_pair import SizePair
from .telling import Told

_FEW_LEFT, _FEW_FILES, _MOST_WAYS = 6, 8, 3
_STEPS = 10_000
_LEAST_WIDTH = 360
_SLOW_MS = 250
"""Work that is done sooner is not spoken of."""


class OutcomeSide(QWidget):
    """Cards one below the other; what there is nothing to say of is not there."""

    wished = Signal(str)
    """A person took a way out of what cannot be; in a few words, which."""

    def __init__(self, page: OpenConversion) -> None:
        super().__init__()
        self._page = page
        self.setAccessibleName(tr("What would come of it"))
        self._make_parts()
        self._lay_out()
        page.opened.connect(self.refresh)
        page.wished.connect(self._show_files)
        page.foreseen_changed.connect(self.refresh)
        page.progressed.connect(self._show_progress)

    def _make_parts(self) -> None:
        self.title = Label(font=scaled_font(1.5))
        self.why = Label(tone="quiet", wrap=True)
        self.sizes = SizePair()
        self.working = Label(tone="quiet")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName(tr("Read so far"))
        self._slow = one_shot(self, _SLOW_MS, self._show_working)
        self._show_working(False)
        self.problem, self.overflow = Banner("!"), Banner("!")
        self.ways = QWidget()
        self.ways.setAccessibleName(tr("What can be written instead"))
        self.ways_out = [QPushButton() for _ in range(_MOST_WAYS)]
        row = FlowLayout(self.ways, across=8)
        for number, button in enumerate(self.ways_out):
            button.clicked.connect(partial(self._take, number))
            row.addWidget(button)
        self.notes, self.losses, self.left_out, self.names, self.files = (WrappedText() for _ in range(5))
        self.keys = RenamedKeys()
        self.loss_model, self.tensor_model = LossTableModel(), TensorTableModel()
        self.loss_table = table_of(self.loss_model, tr("What is lost, the worst first"))
        self.tensor_table = table_of(self.tensor_model, tr("Every tensor, before and after"))
        self.all_keys = Fold(tr("Every tensor, before and after"), self.tensor_table)
        self.all_left_out = WrappedText(tone="quiet")
        self.more_left_out = Fold(tr("All that is left out"), self.all_left_out)

    def _lay_out(self) -> None:
        self._cards = Cards(top=16, between=20, inside=8)
        self._cards.add("", self._head(), self.why, self.ways, self.bar, self.sizes)
        self._cards.add(tr("What changes"), self.notes)
        self._cards.add(tr("Left out"), self.left_out, self.more_left_out)
        self._cards.add(tr("What casting does"), self.losses, self.loss_table)
        self._cards.add(tr("Keys"), self.names, self.keys, self.all_keys)
        self._cards.add(tr("Files"), self.files)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        for banner in (self.problem, self.overflow):
            whole.addWidget(banner)
        whole.addWidget(SideArea(self._cards, _LEAST_WIDTH), 1)

    def _head(self) -> QWidget:
        """The title, and behind it what is being done: nothing below moves when that comes and goes."""
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.working)
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        return head

    # Filling it

    def refresh(self) -> None:
        """Shows what is known now; while something else is worked out, what was known before stays."""
        page = self._page
        is_foreseeing = page.doing is Doing.FORESEEING
        if not is_foreseeing:
            self._show_working(False)
            self._slow.stop()
        elif not self._slow.isActive():
            self.bar.setValue(0)
            self.working.setText(tr("Working out what would come of it …"))
            self._slow.start()
        problem = page.problem
        self.problem.say(wording.safe(str(problem), 800) if problem is not None else "")
        self._offer_ways_out()
        if problem is not None:
            self._show_nothing()
        if page.told is not None and page.told is not self._shown:
            self._show(page.told)

    def _offer_ways_out(self) -> None:
        """A button for each wish that gets around what cannot be."""
        self.ways.setVisible(bool(self._page.remedies))
        for number, button in enumerate(self.ways_out):
            button.setVisible(number < len(self._page.remedies))
            if number < len(self._page.remedies):
                button.setText(self._page.remedies[number].words.replace("&", "&&"))

    def _take(self, number: int) -> None:
        remedy = self._page.remedies[number]
        self._page.take_wish(remedy.wish)
        self.wished.emit(remedy.words)

    def _show_working(self, is_shown: bool = True) -> None:
        for widget in (self.working, self.bar):
            widget.setVisible(is_shown)
        self.title.set_tone("quiet" if is_shown else "text")  # what is past is there, and quiet
        self.sizes.show_past(is_shown)

    _shown: Told | None = None

    def _show_progress(self, progress: Progress) -> None:
        if self._page.doing is not Doing.FORESEEING or not progress.total:
            return
        self.bar.setValue(int(progress.share * _STEPS))
        if progress.unit == "bytes":
            done, total = wording.size(progress.done), wording.size(progress.total)
            self.working.setText(tr("Reading the numbers: {done} of {total}", done=done, total=total))
        else:
            self.working.setText(tr("Working out what would come of it …"))

    def _show_nothing(self) -> None:
        self._shown = None
        self.title.setText(tr("Nothing can be written so"))
        self.why.setText("")
        self.why.hide()
        self.sizes.hide()
        self.overflow.say("")
        for widget in (self.notes, self.losses, self.left_out, self.names, self.files):
            self._cards.of(widget).hide()

    def _show(self, told: Told) -> None:
        self._shown, foreseen = told, told.foreseen
        offered = self._page.offered
        self.title.setText(told.headline)
        is_default = offered is not None and foreseen.wish == offered.default
        self.why.setText(offered.why if is_default and offered is not None else "")
        self.why.setVisible(bool(self.why.text()))
        self.sizes.show()
        self.sizes.show_sizes(foreseen.old_nbytes, foreseen.nbytes)
        self.overflow.say(told.overflow)
        self._say(self.notes, [f"·  {wording.safe(note, 600)}" for note in foreseen.notes])
        self._show_losses(told)
        self._show_left_out(told)
        self._show_keys(told)
        self._show_files()

    def _show_losses(self, told: Told) -> None:
        self._say(self.losses, told.losses)
        self.loss_model.show_rows(told.worst)
        self.loss_table.setVisible(self.loss_model.count() > 0)
        fit_height(self.loss_table)

    def _show_left_out(self, told: Told) -> None:
        """By reason, and folded one by one: those that are not to be seen otherwise."""
        self._say(self.left_out, told.left_out[:_FEW_LEFT])
        more = told.each_left_out or told.left_out[_FEW_LEFT:]
        self.more_left_out.setVisible(bool(more))
        words = tr("Each by itself") if told.each_left_out else ntr("{n} more", "{n} more", len(more))
        self.more_left_out.button.setText(words)
        self.all_left_out.setText("\n".join(more))

    def _show_keys(self, told: Told) -> None:
        self._say(self.names, [told.keys])
        self.keys.show_rows(told.renamed)
        self.tensor_model.show_rows(told.foreseen.rows)
        self.tensor_table.setColumnHidden(TensorTableModel.AFTER, not told.is_renamed)
        fit_height(self.tensor_table)

    def _show_files(self) -> None:
        if self._page.foreseen is None:
            return
        lines = sentences.file_lines(self._page)
        left = len(lines) - _FEW_FILES
        if left > 1:  # the index stands last, and is what is opened
            shown = [*lines[: _FEW_FILES - 2], ntr("and {n} more", "and {n} more", left + 1), lines[-1]]
        else:
            shown = lines
        self._say(self.files, shown)

    def _say(self, text: WrappedText, lines: Sequence[str]) -> None:
        text.setText("\n".join(lines))
        self._cards.of(text).setVisible(bool(lines))
