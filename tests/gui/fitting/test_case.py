"""A case explains two sides, takes the steps that are ticked, and goes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from inspector.comparing.causes import Cause, Explanation
from inspector.comparing.diffing import compare
from inspector.comparing.steps import Drop, Rename, StripPrefix
from inspector.gui.fitting.case import Before, Case
from inspector.gui.fitting.cause_list import MOST_CARDS, CauseList
from inspector.gui.fitting.sentences import headline, subline
from inspector.gui.jobs import wait_for_all
from tests.gui.fitting.sides import file_side, model_side

PREFIXED = file_side(module__conv__weight=(4, 3, 3, 3), module__fc__weight=(10, 4), module__fc__bias=(10,))
MODEL = model_side(conv__weight=(4, 3, 3, 3), fc__weight=(10, 4), fc__bias=(10,))


@pytest.fixture
def held(qtbot: QtBot, request: pytest.FixtureRequest) -> Callable[..., Case]:
    """A case that holds two sides, explained."""

    def hold(a: object = PREFIXED, b: object = MODEL) -> Case:
        case = Case()
        request.addfinalizer(wait_for_all)
        with qtbot.waitSignal(case.explained, timeout=20_000):
            case.hold(a, b)  # type: ignore[arg-type]
        return case

    return hold


def tick(qtbot: QtBot, case: Case, number: int = 0, ticked: bool = True) -> None:
    with qtbot.waitSignal(case.mended):
        case.tick(case.causes[number], ticked)


def test_a_step_that_is_ticked_shows_what_is_left(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    assert headline(case) == "6 lines, 1 cause"
    assert subline(case) == "3 missing, 3 unexpected"
    tick(qtbot, case)
    assert case.outcome is not None
    assert case.outcome.comparison.fits
    assert headline(case) == "Fits when mended: every key loads."
    assert case.steps == (StripPrefix("module."),)


def test_ticks_are_undone_and_done_again(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    tick(qtbot, case)
    ticked = case.ticked
    with qtbot.waitSignal(case.mended):
        case.tick_these(frozenset())
    assert case.steps == ()
    with qtbot.waitSignal(case.mended):
        case.tick_these(ticked)
    assert len(case.steps) == 1


def test_ticks_last_while_the_model_changes(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    tick(qtbot, case)
    with qtbot.waitSignal(case.explained):
        case.hold(PREFIXED, model_side(conv__weight=(4, 3, 3, 3), fc__weight=(5, 4), fc__bias=(5,)))
    assert case.steps == (StripPrefix("module."),)
    assert case.outcome is not None
    assert case.outcome.comparison.lines == 2
    assert headline(case) == "2 of 6 lines left"


def test_what_fits_says_so(held: Callable[..., Case]) -> None:
    assert headline(held(MODEL._replace(kind="checkpoint"), MODEL)) == "Fits: every key loads."


def test_a_step_that_cannot_be_taken_says_why(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    wrong = Rename((("module.fc.{rest}", "module.conv.weight"),))
    before = compare(PREFIXED, MODEL)
    case.explanation = Explanation(before, (Cause("rename", "Made up.", ("fc.bias",), step=wrong),), before)
    tick(qtbot, case)
    assert case.outcome is not None
    assert list(case.outcome.refusals) == [0]
    assert case.steps == ()


def test_the_latest_ticks_win(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    cause = case.causes[0]
    with qtbot.waitSignal(case.mended):
        for ticked in (True, False, True, False, True):
            case.tick(cause, ticked)
    qtbot.waitUntil(lambda: not case.is_busy)
    assert len(case.steps) == 1


def test_all_steps_that_are_sure_are_ticked_at_once(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held(file_side(module__a=(2,), module__b=(4,), module__stray=(3,)), model_side(a=(2,), b=(4,)))
    with qtbot.waitSignal(case.mended):
        case.tick_all()
    assert StripPrefix("module.") in case.steps
    with qtbot.waitSignal(case.mended):
        case.tick_these(frozenset())
    assert case.steps == ()


def test_the_cards_follow_the_case(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    cards = CauseList(case)
    qtbot.addWidget(cards)
    cards.show()
    cards.refresh()
    first = cards.cards[0]
    with qtbot.waitSignal(case.mended):
        first.box.click()
    assert cards.cards == [first]
    assert first.box.isChecked()
    assert "module." in first.accessibleName()
    with qtbot.waitSignal(case.explained):
        case.hold(MODEL, MODEL)
    assert cards.cards == []
    assert first.is_going
    qtbot.waitUntil(lambda: not isValid(first))


def test_a_cause_is_chosen_and_let_go(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    cards = CauseList(case)
    qtbot.addWidget(cards)
    cards.refresh()
    with qtbot.waitSignal(cards.chosen) as first:
        cards.cards[0].chosen.emit(case.causes[0])
    assert first.args == [case.causes[0]]
    with qtbot.waitSignal(cards.chosen) as second:
        cards.cards[0].chosen.emit(case.causes[0])
    assert second.args == [None]


def test_thousands_of_causes_are_counted_not_drawn(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held()
    before = compare(PREFIXED, MODEL)
    many = tuple(Cause("shape", f"Number {n}. {'x' * 5000}", (f"k{n}",), step=Drop((f"k{n}",))) for n in range(1000))
    case.explanation = Explanation(before, many, before)
    case.before = Before(before, frozenset(), frozenset())
    cards = CauseList(case)
    qtbot.addWidget(cards)
    cards.resize(400, 300)
    cards.refresh()
    assert len(cards.cards) == MOST_CARDS
    assert cards.minimumSizeHint().width() <= 400


def test_what_stays_at_initialisation_is_not_called_loaded(qtbot: QtBot, held: Callable[..., Case]) -> None:
    case = held(file_side(a__weight=(4, 4), fc__weight=(10, 4)), model_side(a__weight=(4, 4), fc__weight=(5, 4)))
    with qtbot.waitSignal(case.mended):
        case.tick_all()
    assert headline(case) == "Fits when mended: all keys but 1 load."
