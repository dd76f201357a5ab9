"""Somebody who does anything at all in the window, over real files: no error of the program comes of it.

`make soak` alone runs it, for hours: what a person does falls together with what threads do as chance will have it, so
that a change is not to be judged by it. What fails says the last deeds before.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEventLoop, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QContextMenuEvent, QDesktopServices, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from inspector.gui.app import Application
from inspector.gui.settings import Settings
from inspector.gui.staging import copied

IS_SOAK = settings().max_examples > 1000
DEEDS = 300
_MOST_TABS = 12
_PAUSES_MS = (0, 0, 0, 5, 20, 120, 400)
_LOOK_MS = 150
"""After so long a dialog or a menu is seen, and answered."""
_LEFT_ALONE = ("quit", "restart", "trash")
_TYPED = ("weight", "*.bias", "dims:4", "-1", "", "784", "[512, 256]", "nan", "fc1", "../..", "a" * 200, "Network")
_KEYS = (
    Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Up,
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_PageDown,
    Qt.Key.Key_F5, Qt.Key.Key_Backspace, Qt.Key.Key_Z, Qt.Key.Key_K, Qt.Key.Key_W, Qt.Key.Key_A,
)  # fmt: skip
_NO, _CTRL, _SHIFT = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


@pytest.mark.skipif(not IS_SOAK, reason="only `make soak` runs it")
@pytest.mark.usefixtures("torch_is_loaded", "at_home")
@pytest.mark.qt_log_ignore("does not support", extend=True)
@settings(max_examples=200, suppress_health_check=[*HealthCheck])
@given(seed=st.integers(0, 2**32))
def test_nothing_that_a_person_does_is_an_error(qtbot: QtBot, qapp: QApplication, tmp_path: Path, seed: int) -> None:
    application = Application(qapp, Settings(str(tmp_path / str(seed))))
    application.window.show()
    with copied() as samples, qtbot.captureExceptions() as caught:
        person = Person(application, list(samples.values()), random.Random(seed))
        person.act_until(lambda: bool(caught) or len(person.done) >= DEEDS)
        application.window.close()
        application.end()
    application.window.deleteLater()
    errors = ["".join(traceback.format_exception(*each)) for each in caught]
    assert not errors, "\n".join([*errors, "after", *person.done[-8:]])


@pytest.fixture
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed or shown stays in a folder of the test's."""
    for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: True)


class Person:
    """Sits at the window and does one thing after the other, whatever the window is at."""

    def __init__(self, application: Application, paths: list[str], chance: random.Random) -> None:
        self.done: list[str] = []
        self._session, self._window = application.session, application.window
        self._paths, self._chance = paths, chance
        self._deeds = {
            self._open: 8, self._compare: 2, self._convert: 1, self._fit: 1, self._go_on: 1, self._choose_action: 20,
            self._click: 30, self._click_twice: 5, self._ask_for_menu: 6, self._turn_wheel: 6, self._type: 8,
            self._press_key: 12,
        }  # fmt: skip

    def act_until(self, is_enough: Callable[[], bool]) -> None:
        """Acts from the event loop, as a person does: dialogs run loops of their own in between."""
        loop = QEventLoop()
        answering, acting = QTimer(), QTimer()
        answering.timeout.connect(self._answer)
        answering.start(_LOOK_MS)

        def act() -> None:
            if is_enough():
                loop.quit()
                return
            deed = self._chance.choices(list(self._deeds), list(self._deeds.values()))[0]
            deed()
            for page in self._session.pages[_MOST_TABS:]:
                self._session.close(page)
            acting.start(self._chance.choice(_PAUSES_MS))

        acting.setSingleShot(True)
        acting.timeout.connect(act)
        acting.start(0)
        loop.exec()
        answering.stop()

    # With files

    def _open(self) -> None:
        self._session.take(self._some("open", self._chance.choice((1, 1, 2, 3))))

    def _compare(self) -> None:
        self._session.compare(*self._some("compare", 2))

    def _convert(self) -> None:
        self._session.convert(*self._some("convert", 1))

    def _fit(self) -> None:
        self._session.fit(*self._some("fit", 1))

    def _go_on(self) -> None:
        self._session.show_series(self._some("go on with", 3))

    def _some(self, deed: str, number: int) -> list[str]:
        paths = self._chance.sample(self._paths, number)
        self._note(deed, *(Path(path).name for path in paths))
        return paths

    # With the window

    def _choose_action(self) -> None:
        usable = [each for each in self._window.actions_ if each.isEnabled() and not _is_left_alone(each)]
        action = self._chance.choice(usable)
        self._note("choose", action.text())
        action.trigger()

    def _click(self) -> None:
        place, modifier = self._place("click"), self._chance.choice((_NO, _NO, _NO, _NO, _CTRL, _SHIFT))
        QTest.mouseClick(self._window.windowHandle(), Qt.MouseButton.LeftButton, modifier, place)

    def _click_twice(self) -> None:
        QTest.mouseDClick(self._window.windowHandle(), Qt.MouseButton.LeftButton, _NO, self._place("click twice"))

    def _ask_for_menu(self) -> None:
        place = self._place("ask for the menu of")
        below = self._window.childAt(place) or self._window
        at, on_screen = below.mapFrom(self._window, place), self._window.mapToGlobal(place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, on_screen)
        QApplication.postEvent(below, event)

    def _turn_wheel(self) -> None:
        place = self._place("turn the wheel over")
        below = self._window.childAt(place) or self._window
        at, on_screen = below.mapFrom(self._window, place), self._window.mapToGlobal(place)
        turned = QPoint(0, self._chance.choice((120, -120, 600, -600)))
        held = self._chance.choice((_NO, _NO, _CTRL))
        phase = Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(
            QPointF(at), QPointF(on_screen), QPoint(), turned, Qt.MouseButton.NoButton, held, phase, False
        )
        QApplication.sendEvent(below, event)

    def _type(self) -> None:
        text = self._chance.choice(_TYPED)
        self._note("type", text)
        for letter in text:
            QTest.keyClick(self._window.windowHandle(), letter)

    def _press_key(self) -> None:
        key, modifier = self._chance.choice(_KEYS), self._chance.choice((_NO, _NO, _CTRL, _SHIFT, _CTRL | _SHIFT))
        self._note("press", str(modifier), key.name)
        QTest.keyClick(self._window.windowHandle(), key, modifier)

    def _place(self, deed: str) -> QPoint:
        """Somewhere on one of the widgets that are seen."""
        inside = (each for each in self._window.findChildren(QWidget) if not each.isWindow())
        seen = [each for each in inside if not each.visibleRegion().isEmpty()]
        widget = self._chance.choice(seen)
        room = widget.visibleRegion().boundingRect()
        at = QPoint(self._chance.randint(room.left(), room.right()), self._chance.randint(room.top(), room.bottom()))
        self._note(deed, type(widget).__name__, widget.accessibleName())
        return widget.mapTo(self._window, at)

    # With what comes in front

    def _answer(self) -> None:
        """Closes what waits for an answer, and does what was chosen there."""
        front = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if isinstance(front, QMenu):
            usable = [each for each in front.actions() if each.isEnabled() and not each.menu()]
            action = self._chance.choice([None, *usable])
            front.close()
            if action is not None and not _is_left_alone(action):
                self._note("choose from the menu", action.text())
                _soon(action, action.trigger)
        elif isinstance(front, QDialog) and not isinstance(front, QFileDialog) and self._chance.random() < 0.5:
            self._note("accept", front.windowTitle())
            _soon(front, front.accept)
        elif front is not None:
            _soon(front, front.close)

    def _note(self, *words: str) -> None:
        self.done.append(" ".join(words))


def _is_left_alone(action: QAction) -> bool:
    return any(word in action.text().replace("&", "").lower() for word in _LEFT_ALONE)


def _soon(what: QObject, deed: Callable[[], object]) -> None:
    """From the event loop: what comes of it may be another dialog, and a timer waits for what it did itself."""
    QTimer.singleShot(0, lambda: deed() if isValid(what) else None)
