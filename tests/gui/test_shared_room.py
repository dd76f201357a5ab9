"""What a person drags the parts of a page to is one deed, and comes back as shares of whatever room there is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QSplitter, QSplitterHandle, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.arranging.rooms import Rooms
from inspector.gui.open_file import OpenFile
from inspector.gui.widgets.shared_room import SharedRoom

Open = Callable[[Path], OpenFile]
WORDS = "Undo Resize Panes"


def drag(handle: QSplitterHandle, by: int) -> None:
    """As a person drags: in several steps, with the button held."""
    is_beside = handle.orientation() == Qt.Orientation.Horizontal
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    start = handle.mapToGlobal(handle.rect().center())
    steps = [(QEvent.Type.MouseButtonPress, 0, left, left)]
    steps += [(QEvent.Type.MouseMove, by * part // 4, none, left) for part in range(1, 5) if by]
    steps += [(QEvent.Type.MouseButtonRelease, by, left, none)]
    for kind, far, button, held in steps:
        at = QPointF(start + (QPoint(far, 0) if is_beside else QPoint(0, far)))
        event = QMouseEvent(kind, handle.mapFromGlobal(at), at, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(handle, event)


def undo_words(inspector: Application) -> str:
    action = inspector.window.actions_["undo"]
    return action.text().replace("&", "") if action.isEnabled() else ""


def on_show(inspector: Application) -> list[SharedRoom]:
    """All splitters that are seen with something to drag."""
    found = inspector.window.findChildren(QSplitter)
    assert all(isinstance(each, SharedRoom) for each in found)
    return [each for each in found if each.isVisible() and sum(map(bool, each.sizes())) > 1]


def check_each(qtbot: QtBot, inspector: Application, count: int) -> None:
    """Drags everything that can be dragged; there are so many, as soon as all is laid out."""
    qtbot.waitUntil(lambda: len(on_show(inspector)) == count)
    for room in on_show(inspector):
        words, before = undo_words(inspector), room.sizes()
        handle = next(room.handle(place) for place in range(1, room.count()) if room.handle(place).isVisible())
        drag(handle, 23)
        if room.sizes() == before:  # there is no room in this direction
            drag(handle, -23)
        after = room.sizes()
        assert after != before
        assert undo_words(inspector) == WORDS
        inspector.window.actions_["undo"].trigger()
        assert room.sizes() == before
        assert undo_words(inspector) == words, "one drag is one step"
        inspector.window.actions_["redo"].trigger()
        assert room.sizes() == after
        inspector.window.actions_["undo"].trigger()


def test_the_details_and_their_parts_are_dragged_and_undone(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open
) -> None:
    open_file(samples / "resnet_plain.pth")
    details = inspector.window.place.details
    inspector.window.inspect_panel().choose_key("conv1.weight")
    qtbot.waitUntil(lambda: details.entry is not None and details.entry.tensor_page.isVisible())
    check_each(qtbot, inspector, 2)


def test_the_parts_of_a_comparison(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.compare(str(samples / "resnet_plain.pth"), str(samples / "resnet_finetuned.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and panel.pane is not None)
    panel.choose_key("fc.bias")
    qtbot.waitUntil(lambda: not panel.page.is_busy and panel.content.lower.isVisible())
    check_each(qtbot, inspector, 1)


@pytest.mark.usefixtures("torch_is_loaded")
def test_the_parts_of_a_fit_and_a_run(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    session = inspector.session
    session.fit(str(samples / "resnet_module_prefix.pth"), model=str(samples / "resnet_plain.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and all(panel.view.sizes()) and not panel.page.is_busy)
    check_each(qtbot, inspector, 1)
    session.run(str(samples / "checkpoint_epoch2.pth"))
    running: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: running.has_content and not running.page.is_busy)
    check_each(qtbot, inspector, 1)
    running.views.setCurrentWidget(running.training)
    check_each(qtbot, inspector, 2)
    rooms = running.rooms.arrangement()["room"]
    assert set(rooms) == {"ready", "training", "below"}


def test_the_parts_of_a_conversion(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.convert(str(samples / "half.pth"))
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    check_each(qtbot, inspector, 1)


def test_the_parts_of_a_film_strip(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.show_series([str(samples / f"checkpoint_epoch{epoch}.pth") for epoch in (0, 2, 4)])
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    check_each(qtbot, inspector, 1)


def test_shares_come_back_in_a_window_of_another_size(
    qtbot: QtBot, start: Callable[[int], Application], samples: Path
) -> None:
    inspector = start(1400)
    inspector.session.open([str(samples / "half.pth")])
    details = inspector.window.place.details
    qtbot.waitUntil(lambda: bool(details.isVisible() and on_show(inspector)))
    room = next(iter(on_show(inspector)))
    drag(room.handle(1), -130)
    shares, left = room.shares, room.sizes()
    assert inspector.window.undoing.undo_words == "Resize Panes"

    again = start(1400)
    qtbot.waitUntil(lambda: bool(on_show(again)))
    assert next(iter(on_show(again))).sizes() == left
    wide = start(1900)
    qtbot.waitUntil(lambda: bool(on_show(wide)))
    assert next(iter(on_show(wide))).shares == pytest.approx(shares, abs=0.002)
    assert not wide.window.actions_["undo"].isEnabled()


def test_a_tab_keeps_its_shares(qtbot: QtBot, start: Callable[[int], Application], samples: Path) -> None:
    inspector = start(1400)
    inspector.session.show_series([str(samples / f"checkpoint_epoch{epoch}.pth") for epoch in (0, 2, 4)])
    panel: Any = inspector.window.panel()
    qtbot.waitUntil(lambda: panel.has_content and not panel.page.is_busy)
    room = next(iter(on_show(inspector)))
    drag(room.handle(1), 160)
    shares = room.shares
    inspector.window.undoing.settle()
    assert inspector.window.keeping is not None
    inspector.window.keeping.keep()
    inspector.settings.reset()  # what a new tab would begin with
    inspector.window.keeps_session = False

    again = start(1100)
    panel = again.window.panel()
    qtbot.waitUntil(lambda: panel.has_content)
    again.settings.reset()
    room = next(iter(on_show(again)))
    qtbot.waitUntil(lambda: room.shares == pytest.approx(shares, abs=0.002))
    qtbot.waitUntil(lambda: not panel.page.is_busy)


def shown(qtbot: QtBot, parts: int, stretch: int = 0) -> tuple[QWidget, SharedRoom]:
    room = SharedRoom(Qt.Orientation.Horizontal)
    for _ in range(parts):
        room.addWidget(QTextEdit())
    if stretch:
        room.setStretchFactor(stretch, 1)
    room.resize(1000, 300)
    qtbot.addWidget(room)
    room.show()
    return room, room


def test_after_a_window_became_larger_a_drag_is_undone_to_where_it_began(qtbot: QtBot) -> None:
    _, room = shown(qtbot, 2, stretch=1)
    drag(room.handle(1), -200)
    room.resize(1600, 300)
    before, heard = room.sizes(), []
    room.dragged.connect(lambda *shares: heard.append(shares))
    drag(room.handle(1), 300)
    assert len(heard) == 1
    room.share_out(heard[0][0])
    assert room.sizes() == before


def test_a_press_without_a_drag_is_nothing(qtbot: QtBot) -> None:
    _, room = shown(qtbot, 2)
    heard: list[object] = []
    room.dragged.connect(lambda *shares: heard.append(shares))
    drag(room.handle(1), 0)
    assert heard == []
    assert room.kept is None


def test_the_last_drag_is_what_is_kept_though_nobody_asked_before(qtbot: QtBot) -> None:
    _, room = shown(qtbot, 2)
    drag(room.handle(1), 100)
    drag(room.handle(1), 100)
    last = room.shares
    room.hide()
    assert room.kept == last


def test_what_is_hidden_while_others_are_dragged_keeps_what_it_had(qtbot: QtBot) -> None:
    _, room = shown(qtbot, 3)
    room.setSizes([300, 300, 398])
    room.widget(2).hide()
    qtbot.waitUntil(lambda: room.sizes()[2] == 0)
    heard: list[tuple[list[float], list[float]]] = []
    room.dragged.connect(lambda *shares: heard.append(shares))
    before = room.sizes()
    drag(room.handle(1), 60)
    assert room.kept is None, "it would say nothing of all three"
    room.share_out(heard[0][0])
    assert room.sizes() == before
    room.widget(2).show()
    qtbot.waitUntil(lambda: room.sizes()[2] > 100)


def test_shares_wait_until_there_is_room_and_all_parts_are_seen(qtbot: QtBot) -> None:
    room = SharedRoom(Qt.Orientation.Horizontal)
    qtbot.addWidget(room)
    for _ in range(3):
        room.addWidget(QTextEdit())
    room.setStretchFactor(1, 2)
    room.widget(2).hide()
    room.share_out([0.2, 0.3, 0.5])
    room.resize(1002, 300)
    room.show()
    assert room.sizes()[2] == 0
    room.widget(2).show()
    qtbot.waitUntil(lambda: room.sizes() == [200, 300, 500])


@pytest.mark.parametrize(
    "junk",
    [None, 5, [], {"a": None}, {"a": [0.5]}, {"a": [0.0, 1.0]}, {"a": [-1.0, 2.0]}, {"a": [float("nan"), 0.5]},
     {"a": [1e99, 0.5]}, {"a": ["0.5", 0.5]}, {"a": [True, True]}, {"b": [[]]}],
)  # fmt: skip
def test_shares_that_make_no_sense_are_passed_over(qtbot: QtBot, junk: object) -> None:
    _, room = shown(qtbot, 2)
    before, rooms = room.sizes(), Rooms()
    rooms.add("a", room)
    rooms.arrange(junk)
    assert room.sizes() == before
    assert rooms.arrangement() == {"room": {}}


def test_no_part_can_be_dragged_or_shared_out_of_sight(qtbot: QtBot) -> None:
    _, room = shown(qtbot, 2)
    drag(room.handle(1), 5000)
    assert min(room.sizes()) > 30
    room.share_out([0.0001, 0.9999])
    assert min(room.sizes()) > 30
