"""The causes of a case as cards, one below the other. Those that went away fade out of the list."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ...comparing.causes import Cause
from ...language import ntr, tr
from ..widgets.labels import Label
from .case import Case
from .cause_card import CauseCard

MOST_CARDS = 25
"""More causes than this are counted and not shown: nobody reads them, and each card is a dozen widgets."""


class CauseList(QWidget):
    """The cards of a case, kept in step with it."""

    chosen = Signal(object)
    """The cause whose keys are to be set off; None for none."""
    did = Signal(str, object, object)
    """A person asked why one is thought: in a few words, what takes it back, and what does it again."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self._case = case
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._more = Label(tone="quiet", wrap=True)
        self._column.addWidget(self._more)
        self._more.hide()
        self.cards: list[CauseCard] = []
        case.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Shows the causes as they are now: cards of causes that are still there stay what they are."""
        outcome, before = self._case.outcome, self._case.before
        causes = self._case.causes[:MOST_CARDS]
        shown = self.cards
        kept = {_identity(card.cause): card for card in shown}
        self.cards = [kept.pop(_identity(cause), None) or self._card(cause) for cause in causes]
        self._arrange(_with_going(self.cards, shown))
        for gone in kept.values():
            gone.fade()
        if outcome is None or before is None:
            return
        for place, (card, cause) in enumerate(zip(self.cards, causes)):
            is_ticked, refusal = self._case.is_ticked(cause), outcome.refusals.get(place, "")
            card.show_cause(cause, before, is_ticked=is_ticked, refusal=refusal)
        left_out = len(self._case.causes) - len(causes)
        self._more.setText(
            ntr("{n} further cause: mend these first.", "{n} further causes: mend these first.", left_out)
        )
        self._more.setVisible(left_out > 0)

    def clear(self) -> None:
        """Shows none, at once."""
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = []
        self._more.hide()

    @property
    def place(self) -> int:
        """The number of the cause that is set off, -1 for none."""
        return next((number for number, card in enumerate(self.cards) if card.is_chosen), -1)

    def go_to(self, place: object) -> None:
        """Sets the cause with this number off; -1: none. One that is not there: as it is."""
        if isinstance(place, int) and -1 <= place < len(self.cards) and place != self.place:
            self.choose(self.cards[place].cause if place >= 0 else None)

    def choose(self, cause: Cause | None) -> None:
        """Sets this cause off; the one that is set off already is so no more."""
        was = next((card.cause for card in self.cards if card.is_chosen), None)
        wanted = None if cause is was else cause
        for card in self.cards:
            card.set_chosen(card.cause is wanted)
        self.chosen.emit(wanted)

    def _card(self, cause: Cause) -> CauseCard:
        card = CauseCard(cause, self)
        card.chosen.connect(self.choose)
        card.ticked.connect(self._case.tick)
        card.step_asked.connect(lambda step: self._go(card, step))
        card.turned.connect(lambda shown: self._tell_turned(card.cause, shown))
        card.show()
        return card

    def _tell_turned(self, cause: Cause, shown: bool) -> None:
        words = tr("Open {key}", key=tr("Why?")) if shown else tr("Close {key}", key=tr("Why?"))
        self.did.emit(words, partial(self._show_why, cause, not shown), partial(self._show_why, cause, shown))

    def _show_why(self, cause: Cause, shown: bool) -> None:
        for card in self.cards:
            if _identity(card.cause) == _identity(cause):
                card.show_evidence(shown)

    def _arrange(self, order: Sequence[CauseCard]) -> None:
        """Puts the cards into this order."""
        for place, card in enumerate(order):
            self._column.removeWidget(card)
            self._column.insertWidget(place, card)
        for one, other in pairwise(order):
            QWidget.setTabOrder(one, other)

    def _go(self, card: CauseCard, step: int) -> None:
        place = self.cards.index(card) + step
        if 0 <= place < len(self.cards):
            self.cards[place].setFocus()


def _with_going(cards: Sequence[CauseCard], before: Sequence[CauseCard]) -> list[CauseCard]:
    """The cards, and where they stood those that are not among them any more."""
    order = list(cards)
    for place, card in enumerate(before):
        if card not in order:
            order.insert(order.index(before[place - 1]) + 1 if place else 0, card)
    return order


def _identity(cause: Cause) -> tuple[object, ...]:
    """By what a person would call it the same cause, though the model was built anew."""
    return cause.kind, cause.sentence, cause.step, cause.evidence, cause.advice, cause.undecided
