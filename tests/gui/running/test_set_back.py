"""A run that lost a process begins once more, where it was saved last: its curves and its record go on from there."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from inspector.gui.running.open_run import OpenRun
from inspector.gui.running.record import RunRecord
from inspector.gui.running.run_view import RunView
from inspector.gui.settings import Settings
from inspector.workshop.run_words import Began
from tests.gui.running.words_of_runs import end, losses


def began(epoch: int = 1, batch: int = 0) -> Began:
    return Began("cpu", 1, 64, 8, 4, epoch, batch, 3, 100, 0.1, None, "", "2.13.0")


def test_what_is_done_once_more_takes_the_place_of_what_was_done(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(str(tmp_path / "settings"))
    page = OpenRun(str(tmp_path / "file.pt"), settings)
    view = RunView(page, settings)
    qtbot.addWidget(view)
    page.record = RunRecord()
    page._hear([began(), losses(1, 1, 1.0, 0.9, 0.8, 0.7), end(1), losses(2, 1, 0.6, 0.5, 0.4, 0.3), end(2, 0.2)])
    page._hear([began(2, 1), losses(2, 2, 0.55, 0.45, 0.35), end(2, 0.25), losses(3, 1, 0.3)])
    own = view.plot.run.own
    assert own.batches.xs.tolist() == [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25]
    assert own.batches.ys.tolist() == [1.0, 0.9, 0.8, 0.7, 0.6, 0.55, 0.45, 0.35, 0.3]
    assert (own.valid.xs.tolist(), own.valid.ys.tolist()) == ([1, 2], [0.3, 0.25])
    assert [(each.epoch, each.valid_loss) for each in page.record.ends] == [(1, 0.3), (2, 0.25)]
    page.record = RunRecord()
    page._hear([began(3), losses(3, 1, 0.2)])
    assert own.batches.ys.tolist() == [0.2]
    page.close()
