"""Every action has words, keys and a tip in each language, and no two of a menu the same letter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMenuBar

from inspector import language
from inspector.gui import speaking
from inspector.gui.actions import DEEDS, Actions


@pytest.fixture(params=list(language.LANGUAGES))
def code(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    speaking.speak(qapp, request.param)
    yield request.param
    speaking.speak(qapp, "en")


def test_every_action_is_said_in_the_language_with_keys_of_its_own(code: str, qapp: QApplication) -> None:
    parent = QObject()
    actions = Actions(parent)
    for deed in DEEDS:
        action = actions[deed.name]
        assert action.text()
        assert action.statusTip() in action.toolTip()
        assert (action.text() != deed.text) is (action.statusTip() != deed.tip) is (code != "en"), deed.name
    keys = Counter(action.shortcut().toString() for action in actions)
    assert "" not in keys
    assert [each for each, times in keys.items() if times > 1] == []


def test_no_two_in_a_menu_have_the_same_mnemonic(code: str, qapp: QApplication) -> None:
    bar = QMenuBar()
    menus = Actions(bar).fill(bar)
    assert _twice(menu.title() for menu in menus.values()) == []
    for menu in menus.values():
        assert _twice(action.text() for action in menu.actions() if not action.isSeparator()) == [], menu.title()


def test_translations_keep_whether_a_text_has_a_mnemonic_and_dots(code: str) -> None:
    for deed in DEEDS:
        said = language.tr(deed.text)
        assert said.count("&") == 1, deed.name
        assert ("…" in said) is ("…" in deed.text), deed.name


def _twice(texts: Iterator[str]) -> list[str]:
    letters = Counter(found[1].lower() for text in texts if (found := re.search("&(.)", text)))
    return [letter for letter, times in letters.items() if times > 1]
