"""The tour: five steps that point at real things, by keyboard, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.tour.guide import STEPS, Guide
from inspector.gui.tour.offering import is_wanted


@pytest.fixture
def guide(inspector: Application) -> Guide:
    """A tour that has begun."""
    inspector.window.actions_["tour"].trigger()
    guide = inspector.window.commands.program.guide
    assert guide is not None
    return guide


def points_at_something(guide: Guide) -> bool:
    return guide.overlay is not None and not guide.overlay.hole.isEmpty()


def test_five_steps_point_at_real_things_and_the_last_ends_it(
    qtbot: QtBot, inspector: Application, guide: Guide
) -> None:
    holes: list[QRect] = []
    for number in range(len(STEPS)):
        qtbot.waitUntil(lambda: points_at_something(guide))
        overlay = guide.overlay
        assert overlay is not None
        qtbot.waitUntil(lambda overlay=overlay: overlay.hole not in holes)
        assert overlay.card.place.text() == f"{number + 1} of 5"
        assert STEPS[number].title in overlay.card.accessibleName()
        assert overlay.rect().contains(overlay.card.geometry())
        holes.append(QRect(overlay.hole))
        qtbot.keyClick(overlay, Qt.Key.Key_Right)
    assert guide.overlay is None
    assert [file.name for file in inspector.session.files] == ["fashion_classifier.pt"]
    assert inspector.session.files[0].row >= 0, "the side that the third step points at showed nothing"
    assert not is_wanted(inspector.settings)


def test_back_skip_and_the_size_of_the_window(qtbot: QtBot, inspector: Application, guide: Guide) -> None:
    overlay = guide.overlay
    assert overlay is not None
    assert not overlay.card.back.isEnabled()
    overlay.card.next.click()
    qtbot.waitUntil(lambda: points_at_something(guide) and guide.number == 1)
    overlay.card.back.click()
    assert guide.number == 0
    assert inspector.session.current is None
    inspector.window.resize(900, 600)
    qtbot.waitUntil(lambda: overlay.size() == inspector.window.size())
    assert overlay.rect().contains(overlay.card.geometry())
    qtbot.keyClick(overlay, Qt.Key.Key_Escape)
    assert guide.overlay is None


def test_it_goes_through_what_is_open_already(
    qtbot: QtBot, inspector: Application, samples: Path, open_file, guide: Guide
) -> None:  # type: ignore[no-untyped-def]
    guide.end()
    file = open_file(samples / "linear.pth")
    guide.begin()
    assert inspector.session.current is None
    assert guide.overlay is not None
    guide.overlay.stepped.emit(1)
    assert inspector.session.current is file
    assert len(inspector.session.files) == 1
    guide.end()


def test_what_it_points_at_may_be_closed_meanwhile_but_not_by_a_shortcut(
    qtbot: QtBot, inspector: Application, guide: Guide
) -> None:
    overlay = guide.overlay
    assert overlay is not None
    overlay.stepped.emit(1)
    qtbot.waitUntil(lambda: points_at_something(guide))
    qtbot.keyClick(overlay.card.next, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert len(inspector.session.files) == 1
    inspector.session.close(inspector.session.files[0])
    qtbot.waitUntil(lambda: overlay.hole.isEmpty())
    overlay.stepped.emit(1)
    qtbot.waitUntil(lambda: points_at_something(guide))
    guide.end()


def test_what_had_the_keyboard_may_be_closed_meanwhile(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Callable[[Path], OpenFile]
) -> None:
    file, search = open_file(samples / "linear.pth"), inspector.window.tree().search
    search.setFocus()
    inspector.window.actions_["tour"].trigger()
    guide = inspector.window.commands.program.guide
    assert guide is not None
    inspector.session.close(file)
    qtbot.waitUntil(lambda: not isValid(search))
    guide.end()
    assert guide.overlay is None


def test_it_is_offered_on_the_start_page_until_it_was_seen(inspector: Application) -> None:
    start = inspector.window.start
    assert start.tour.isVisible()
    start.tour.click()
    guide = inspector.window.commands.program.guide
    assert guide is not None
    guide.end()
    inspector.window.fill_start()
    assert not start.tour.isVisible()
