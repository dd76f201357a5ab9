"""What waits for the first paint is done in order, piece by piece, and not after the window closed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QObject
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.slices import Slices


def test_pieces_are_done_in_order_and_only_once_begun(qtbot: QtBot) -> None:
    parent, done = QObject(), []
    slices = Slices(parent)
    slices.then(lambda: done.append(1), "palette.matching")
    slices.then(lambda: done.append(2))
    assert not slices.are_done
    slices.begin()
    assert done == []
    qtbot.waitUntil(lambda: slices.are_done)
    assert done == [1, 2]
    slices.then(lambda: done.append(3))
    qtbot.waitUntil(lambda: done == [1, 2, 3])


def test_a_piece_that_fails_keeps_no_other_from_being_done(qtbot: QtBot) -> None:
    parent, done = QObject(), []
    slices = Slices(parent)
    slices.then(lambda: 1 // 0)
    slices.then(lambda: done.append(1), "none_of_this_name")
    with qtbot.captureExceptions() as caught:
        slices.begin()
        qtbot.waitUntil(lambda: bool(done))
    assert [kind for kind, *_ in caught] == [ZeroDivisionError]


@pytest.mark.parametrize("is_begun", [False, True])
def test_nothing_is_done_once_stopped(qtbot: QtBot, is_begun: bool) -> None:
    parent, done = QObject(), []
    slices = Slices(parent)
    slices.then(lambda: done.append(1))
    if is_begun:
        slices.begin()
    slices.stop()
    QCoreApplication.processEvents()
    assert done == []


def test_the_window_is_whole_when_all_is_done(inspector: Application) -> None:
    window = inspector.window
    assert window.slices.are_done
    assert window.taking is not None
    assert window.keeping is not None
    assert not window.actions_["open"].icon().isNull()
