"""A page that fits a checkpoint to a model, in a real window with a real child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.fitting.chosen_model import TRUSTED
from inspector.gui.fitting.open_fit import OpenFit
from inspector.gui.panels.fit_panel import FitPanel

WAIT = 60_000
"""Milliseconds that a child may take to import torch on a busy machine before it counts as not coming."""

Settled = Callable[[], OpenFit]


@pytest.fixture(autouse=True)
def _torch_is_loaded(torch_is_loaded: None) -> None:
    """Each page of these tests asks a child that has torch."""


@pytest.fixture
def fit(qtbot: QtBot, inspector: Application) -> Callable[..., FitPanel]:
    """Opens a checkpoint to be fitted to a model, and waits until it is read."""

    def fit_and_wait(path: Path, model: str = "", *, trusted: bool = False) -> FitPanel:
        if trusted:
            inspector.settings.list_first(TRUSTED, model.rpartition(":")[0])
        inspector.session.fit(str(path), model=model)
        panel = inspector.window.panel()
        assert isinstance(panel, FitPanel)
        qtbot.waitUntil(lambda: panel.fit.checkpoint is not None or panel.fit.error is not None, timeout=WAIT)
        return panel

    return fit_and_wait


@pytest.fixture
def rest(qtbot: QtBot) -> Callable[[FitPanel], FitPanel]:
    """Waits until nothing runs any more, and torch was asked if there was anything to ask."""

    def is_done(panel: FitPanel) -> bool:
        page = panel.fit
        judged = page.chosen.model is None or (page.case.outcome is not None and page.verdict is not None)
        return not page.is_busy and judged

    def wait(panel: FitPanel) -> FitPanel:
        qtbot.waitUntil(lambda: is_done(panel), timeout=WAIT)
        return panel

    return wait
