"""The text of an error, pasted: the same causes and steps as for a file, and no file is needed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from torch import nn

from inspector.gui.app import Application
from inspector.gui.panels.error_panel import ErrorPanel


class Net(nn.Module):
    def __init__(self, width: int, classes: int = 10) -> None:
        super().__init__()
        self.first = nn.Linear(8, width)
        self.head = nn.Linear(width, classes)


def error_of(model: nn.Module, state: dict[str, torch.Tensor]) -> str:
    with pytest.raises(RuntimeError) as caught:
        model.load_state_dict(state)
    return f"Traceback (most recent call last):\nRuntimeError: {caught.value}"


@pytest.fixture
def explained(qtbot: QtBot, inspector: Application) -> Callable[[], ErrorPanel]:
    """The panel that is looked at, once its error is explained."""

    def wait() -> ErrorPanel:
        panel = inspector.window.panel()
        assert isinstance(panel, ErrorPanel)
        qtbot.waitUntil(lambda: panel.case.outcome is not None)
        return panel

    return wait


def test_an_error_is_pasted_anywhere(qtbot: QtBot, inspector: Application, explained: Callable[[], ErrorPanel]) -> None:
    prefixed = {f"module.{key}": value for key, value in Net(4).state_dict().items()}
    QGuiApplication.clipboard().setText(error_of(Net(4), prefixed))
    qtbot.keyClick(inspector.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    panel = explained()
    assert inspector.window.place.tabs.tabText(1) == "Error in Net"
    assert panel.story.title == "8 lines, 1 cause"
    assert panel.view.pairs.isVisible()
    qtbot.keyClick(panel.story.causes.cards[0], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: panel.story.title == "Fits when mended: every key loads.")
    inspector.window.actions_["copy_python"].trigger()
    assert "module." in QGuiApplication.clipboard().text()
    qtbot.keyClick(inspector.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: panel.story.title == "8 lines, 1 cause")


def test_what_is_no_error_opens_nothing(qtbot: QtBot, inspector: Application) -> None:
    QGuiApplication.clipboard().setText("Dear diary")
    inspector.window.actions_["paste"].trigger()
    assert inspector.session.pages == []
    assert "no error" in inspector.window.status.currentMessage()


def test_an_error_is_written_into_the_field(
    qtbot: QtBot, inspector: Application, explained: Callable[[], ErrorPanel]
) -> None:
    inspector.window.actions_["explain"].trigger()
    panel = inspector.window.panel()
    assert isinstance(panel, ErrorPanel)
    assert panel.story.title == "Which error?"
    assert inspector.window.focusWidget() is panel.side.text
    panel.side.text.setPlainText("nothing of the kind")
    qtbot.waitUntil(panel.story.failure.isVisible)
    panel.side.text.setPlainText(error_of(Net(4), Net(6).state_dict()))
    panel = explained()
    assert panel.story.title == "3 lines, 1 cause"
    assert not panel.story.failure.isVisible()


def test_one_of_several_errors_is_chosen(
    qtbot: QtBot, inspector: Application, explained: Callable[[], ErrorPanel]
) -> None:
    class Other(Net):
        pass

    text = error_of(Net(4), Net(6).state_dict()) + "\n" + error_of(Other(4, 3), Net(4).state_dict())
    inspector.session.explain(text)
    panel = explained()
    assert panel.side.which.texts() == ["Net", "Other"]
    panel.side.which.choose(1)
    qtbot.waitUntil(lambda: panel.case.outcome is not None and panel.story.title.startswith("2 lines"))


def test_names_in_an_error_do_nothing(inspector: Application, explained: Callable[[], ErrorPanel]) -> None:
    text = (
        "Error(s) in loading state_dict for <b>Net</b>\x1b[31m:\n"
        '\tMissing key(s) in state_dict: "<img src=x>", "a\x1b]0;b", "' + "k" * 100_000 + '". '
    )
    inspector.session.explain(text)
    panel = explained()
    shown = [card.accessibleName() for card in panel.story.causes.cards]
    assert shown
    assert all(character.isprintable() or character == "\n" for text in shown for character in text)
    assert panel.width() <= inspector.window.width()
