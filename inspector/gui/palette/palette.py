"""The palette as a part of the window: a field, and below it what was found.

Why this way: a list view goes through all its rows to lay them out (half a second for 100,000); a table of one column
whose rows are all as high does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QTableView, QVBoxLayout, QWidget

from ...language import ntr, tr
from ..timers import one_shot
from ..widgets.clear_sign import offer_clearing
from ..widgets.keyboard_place import KeyboardPlace
from ..widgets.labels import Label
from ..widgets.plain_table import make_plain
from .matching import match
from .offers import KEY, ONLY, Offer
from .palette_delegate import PaletteDelegate
from .palette_model import NOTHING, PaletteModel

if TYPE_CHECKING:
    from ...checkpoint.outline import Outline
    from .keys import KeysFound

_PASSING = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""The keyboard comes back from there: the menu of the field, another window."""
_ROWS = 14
"""Rows that are shown at once, at most."""
_SLICE = 0.008
"""Seconds of looking through keys before the window may breathe."""
_SAID = 10.0
"""Worth of what is named in the line about an offer and not in its title."""
_LATELY = 30.0
"""What it is worth to have been done the last time; the time before that a little less, and so on."""


class Palette(QFrame):
    """Find anything by some of its letters, and go there by Enter. Goes when it is done, left, or put away by Esc.

    It is a part of the window and no window of its own: a popup that grabs the keyboard is not to be had everywhere.
    """

    done = Signal(str)
    """The name of an action, setting or topic that was gone to; names of files and keys are nobody's to remember."""

    def __init__(
        self,
        offers: Sequence[Offer],
        outlines: Sequence[Outline],
        key_offer: Callable[[int, int], Offer],
        parent: QWidget,
        lately: Sequence[str] = (),
    ) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAutoFillBackground(True)
        self.setAccessibleName(tr("Go to anything"))
        self._offers = offers
        self._outlines = outlines
        self._worth = {name: _LATELY - place for place, name in enumerate(lately)}
        self._keyboard: KeyboardPlace | None = None
        self.model = PaletteModel(key_offer, self)
        self._is_stepped = False
        """Whether a person went to a row since the last letter."""
        self._looking: Generator[None, None, KeysFound] | None = None
        self._ranked: list[tuple[float, Offer]] = []
        self._more = one_shot(self, 0, self._go_on)
        self._lay_out()
        self.field.textChanged.connect(self.look_for)
        self.field.installEventFilter(self)
        self.look_for("")

    def _lay_out(self) -> None:
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(tr("Type what you want   ·   > actions   ·   @ keys   ·   # files"))
        self.field.setAccessibleName(tr("What you want: > actions, @ keys, # files"))
        offer_clearing(self.field)
        self.list = QTableView(self)
        self.delegate = PaletteDelegate(self.list)
        self.list.setModel(self.model)
        make_plain(self.list)
        self.list.setItemDelegate(self.delegate)
        self.list.horizontalHeader().hide()
        self.list.horizontalHeader().setStretchLastSection(True)
        self.list.verticalHeader().setMinimumSectionSize(1)
        self.list.verticalHeader().setDefaultSectionSize(self.delegate.row_height())
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.list.setAccessibleName(tr("What was found"))
        self.list.clicked.connect(self._do)
        self.count = Label(tone="hint")
        self.count.setContentsMargins(12, 0, 12, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(8)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self.count)

    def open(self) -> None:
        """Shows the palette at the upper middle of its window, with the keyboard in its field."""
        self._keyboard = KeyboardPlace()
        self._fit()
        self.parentWidget().installEventFilter(self)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fit(self) -> None:
        self.delegate.refresh()
        self.list.verticalHeader().setDefaultSectionSize(self.delegate.row_height())
        room = self.parentWidget().size()
        rows = max(1, min(_ROWS, self.model.rowCount()))
        around = self.field.sizeHint().height() + self.count.sizeHint().height() + 36
        height = min(rows * self.delegate.row_height() + around, room.height() - 80)
        self.resize(min(760, room.width() - 40), height)
        self.move((room.width() - self.width()) // 2, 56)

    # Looking

    def look_for(self, text: str) -> None:
        """Shows what fits: what can be done at once, the keys as far as they are found in a moment, then the rest."""
        typed, kinds = _without_prefix(text)
        self.delegate.typed = typed
        self._is_stepped = False
        self._ranked = self._rank(typed, kinds)
        self._looking = None
        if self._outlines and (kinds is None or KEY in kinds) and (typed.strip() or kinds is not None):
            from .keys import look_through

            self._looking = look_through(self._outlines, typed)
            self._go_on()
        else:
            self._show(NOTHING)

    def _rank(self, typed: str, kinds: frozenset[str] | None) -> list[tuple[float, Offer]]:
        ranked = []
        for offer in self._offers:
            if kinds is not None and offer.kind not in kinds:
                continue
            fit = match(typed, offer.title)
            score = fit.score if fit is not None else None
            if score is None or score < _SAID:
                said = match(typed, f"{offer.title} {offer.line} {offer.keys}", words_only=True)
                score = _SAID if said is not None else score  # its line says it, and not its name
            if score is not None:
                score += self._worth.get(offer.name, 0.0) - (0.0 if offer.enabled else 45.0)
                ranked.append((score, offer))
        ranked.sort(key=lambda each: -each[0])
        return ranked

    def _go_on(self) -> None:
        end = time.perf_counter() + _SLICE
        try:
            while self._looking is not None and time.perf_counter() < end:
                next(self._looking)
        except StopIteration as found:
            self._looking = None
            self._show(found.value)
        else:
            if self._looking is not None:
                if not self.model.rowCount() or self._ranked:
                    self._show(NOTHING)
                self._more.start()

    def _show(self, keys: KeysFound) -> None:
        best = keys.ranked[0].score if keys.ranked else -1e9
        before = sum(score >= best for score, _ in self._ranked)
        chosen = self.list.currentIndex()
        kept = self.model.offer(chosen.row()).name if self._is_stepped and chosen.isValid() else ""
        self.model.show_found([offer for _, offer in self._ranked], keys, before)
        self._choose(self._place_of(kept) if kept else self.model.first_enabled())
        total = self.model.rowCount()
        self.count.setText(ntr("{n} found", "{n} found", total) if total else tr("Nothing is called so"))
        if self._looking is None and self.isVisible():
            self._fit()

    def _place_of(self, name: str) -> int:
        """Where that is now which a person went to while more was found."""
        place = self.model.place_of(name)
        return place if place >= 0 else self.model.first_enabled()

    # Choosing

    def _choose(self, place: int) -> None:
        index = self.model.index(place, 0) if place >= 0 else QModelIndex()
        self.list.setCurrentIndex(index)
        if index.isValid():
            self.list.scrollTo(index)
            spoken = self.model.offer(place).spoken
            self.list.setAccessibleDescription(spoken)
            if QAccessible.isActive():  # the keyboard stays in the field, so a screen reader is told
                QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.field, spoken))

    def _step(self, step: int) -> None:
        """Goes up or down to the next that can be done."""
        place, last = self.list.currentIndex().row(), self.model.rowCount() - 1
        wanted = max(0, min(place + step, last)) if abs(step) > 1 else place + step
        way = 1 if step > 0 else -1
        if not 0 <= wanted <= last:
            wanted = last if wanted < 0 else 0  # round and round
        self._is_stepped = True
        for _ in range(min(last + 1, 500)):
            if self.model.offer(wanted).enabled:
                self._choose(wanted)
                return
            wanted = (wanted + way) % (last + 1)

    def _do(self, index: QModelIndex) -> None:
        if index.isValid() and (offer := self.model.offer(index.row())).enabled:
            self.put_away()
            if offer.kind in ONLY[">"]:
                self.done.emit(offer.name)
            offer.act()

    def put_away(self) -> None:
        """Closes it, and gives the keyboard back to where it was."""
        self.field.removeEventFilter(self)
        self.parentWidget().removeEventFilter(self)
        self._looking = None
        self.close()
        if self._keyboard is not None:
            self._keyboard.give_back()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is not self.field:
            if kind == QEvent.Type.Resize:
                self._fit()
        elif kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._take_key(event)
        elif kind == QEvent.Type.FocusOut and isinstance(event, QFocusEvent) and event.reason() not in _PASSING:
            self._keyboard = None  # it is where a person put it
            self.put_away()
        return super().eventFilter(watched, event)

    def _take_key(self, event: QKeyEvent) -> bool:
        page = max(1, self.list.height() // self.delegate.row_height() - 1)
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        key = Qt.Key(event.key())
        if key in steps and self.model.rowCount():
            self._step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.put_away()
        else:
            return False
        return True


def _without_prefix(text: str) -> tuple[str, frozenset[str] | None]:
    """What is looked for, and among which kinds: None for all."""
    text = text.lstrip()
    kinds = ONLY.get(text[:1])
    return (text, None) if kinds is None else (text[1:].lstrip(), kinds)
