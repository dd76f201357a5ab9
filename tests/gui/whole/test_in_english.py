"""Every page in English, and whether all of it can be translated: named, reached by Tab, with room for its words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from inspector.gui.staging import Stage

from .reaching import unseen, way_of_tab
from .room import place_in
from .scenes import NAMES, findings, findings_with_torch, spoken


@pytest.fixture(scope="module")
def stage(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with spoken(qapp, "en", tmp_path_factory.mktemp("settings")) as stage:
        yield stage


@pytest.mark.parametrize("name", NAMES)
def test_every_control_is_named_reached_and_seen_whole(stage: Stage, name: str) -> None:
    assert findings(stage, name, "en") == []


def test_so_are_those_of_the_pages_that_need_torch(stage: Stage, torch_is_loaded: None) -> None:
    assert findings_with_torch(stage, "en") == {}


def test_tab_goes_down_the_start_page_to_its_foot(stage: Stage) -> None:
    stage.show("start")
    went = way_of_tab(stage.window)
    places = {widget: place_in(widget, stage.window).y() for widget in went if widget.objectName() == "link"}
    assert places
    assert went[0] is stage.window.start.zone
    entries = [place for place, widget in enumerate(went) if type(widget).__name__.startswith("File")]
    assert max(entries) < min(went.index(widget) for widget in places)


@pytest.mark.parametrize("name", ["start", "tree", "compare", "convert", "fit-empty", "settings", "log"])
def test_who_has_the_keyboard_shows_it(stage: Stage, name: str) -> None:
    stage.show(name)
    assert list(unseen(stage.front)) == []
