"""A training of four epochs, with a frozen layer, a NaN in the end and stored losses; and its page in a window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.series.open_series import OpenSeries
from inspector.gui.series.series_view import SeriesView
from tests.gui.series.written import EPOCHS, save


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with four epochs of one training; epoch 4 has a NaN."""
    made = tmp_path / "run"
    made.mkdir()
    for epoch in range(1, EPOCHS + 1):
        save(made, epoch, spoilt=epoch == EPOCHS)
    return made


@pytest.fixture
def opened(qtbot: QtBot, inspector: Application) -> Callable[[Path], OpenSeries]:
    """Opens a folder and waits until its training is measured, or refused."""

    def open_and_wait(path: Path) -> OpenSeries:
        inspector.session.open([str(path)])
        page = inspector.session.current
        assert isinstance(page, OpenSeries)
        settle(qtbot, inspector, page)
        return page

    return open_and_wait


def settle(qtbot: QtBot, inspector: Application, page: OpenSeries) -> None:
    """Waits until everything is measured and seen, or there is a sentence why not."""
    panel = inspector.window.panels[page]
    qtbot.waitUntil(lambda: page.error is not None or (page.is_measured and panel.has_content and not page.is_busy))


@pytest.fixture
def view_of(inspector: Application) -> Callable[[OpenSeries], SeriesView]:
    """What is seen of an open training."""

    def view(page: OpenSeries) -> SeriesView:
        found = inspector.window.panels[page].view
        assert isinstance(found, SeriesView)
        return found

    return view
