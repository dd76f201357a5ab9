"""Every page in Chinese: named, reached by Tab, with room for its words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from inspector import language
from inspector.gui.staging import Stage
from inspector.workshop import client
from inspector.workshop.warm_process import WarmProcess
from tests.workshop.lending import Lender

from .scenes import NAMES, findings, findings_with_torch, spoken


@pytest.fixture(scope="module")
def stage(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with spoken(qapp, "zh_CN", tmp_path_factory.mktemp("settings")) as stage:
        yield stage


@pytest.mark.parametrize("name", NAMES)
def test_every_control_is_named_reached_and_seen_whole(stage: Stage, name: str) -> None:
    assert findings(stage, name, "zh_CN") == []


@pytest.fixture
def torch_speaks_english(lender: Lender, torch_is_loaded: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a workshop says by itself is not looked at here, and those that are lent have begun in English."""

    def lend(interpreter: str) -> WarmProcess:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(language.VARIABLE, "en")
            return lender.lend(interpreter)

    monkeypatch.setattr(client, "WarmProcess", lend)


def test_so_are_those_of_the_pages_that_need_torch(stage: Stage, torch_speaks_english: None) -> None:
    assert findings_with_torch(stage, "zh_CN") == {}
