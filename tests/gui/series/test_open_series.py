"""The page of a training: what opens as one, what is followed while it is written, what is kept for another day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.comparison import OpenComparison
from inspector.gui.dropping.meaning import Target, meaning
from inspector.gui.dropping.seeing import seen
from inspector.gui.dropping.taking import Taking
from inspector.gui.open_file import OpenFile
from inspector.gui.recipes import page_of
from inspector.gui.running.open_run import OpenRun
from inspector.gui.series.open_series import OpenSeries
from inspector.gui.series.series_view import SeriesView
from tests.gui.series.conftest import settle
from tests.gui.series.written import save, weights

Opens = Callable[[Path], OpenSeries]


def names(page: OpenSeries) -> list[str]:
    assert page.training is not None
    return [member.name for member in page.training.drawn]


def test_a_folder_of_checkpoints_opens_as_a_training(opened: Opens, folder: Path) -> None:
    page = opened(folder)
    assert page.error is None
    assert names(page) == [f"net_epoch_{epoch}.pth" for epoch in (1, 2, 3, 4)]
    assert page.series is not None
    assert page.series.frozen == ("stem.weight",)
    assert {"nan", "best", "frozen"} <= {story.kind for story in page.stories}


def test_three_files_opened_at_once_are_one_training_and_two_are_not(
    qtbot: QtBot, inspector: Application, folder: Path
) -> None:
    paths = [str(folder / f"net_epoch_{epoch}.pth") for epoch in (3, 1, 2)]
    inspector.session.take(paths)
    page = inspector.session.current
    assert isinstance(page, OpenSeries)
    settle(qtbot, inspector, page)
    assert names(page) == [f"net_epoch_{epoch}.pth" for epoch in (1, 2, 3)]
    inspector.session.take(paths[:2])
    assert len(inspector.session.files) == 2


def test_files_of_no_one_training_open_in_tabs(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    inspector.session.take([str(samples / name) for name in ("linear.pth", "nan.pth", "half.pth")])
    qtbot.waitUntil(lambda: len(inspector.session.files) == 3)
    assert not any(isinstance(page, OpenSeries) for page in inspector.session.pages)
    assert isinstance(inspector.session.current, OpenFile)
    qtbot.waitUntil(lambda: all(file.contents is not None and not file.is_busy for file in inspector.session.files))


def test_a_folder_in_which_each_checkpoint_stands_alone_says_so(
    opened: Opens, inspector: Application, tmp_path: Path, samples: Path
) -> None:
    for name in ("linear.pth", "nan.pth"):
        shutil.copy(samples / name, tmp_path)
    page = opened(tmp_path)
    assert page.error is not None
    assert "linear.pth" in page.error.message
    assert not inspector.window.panels[page].has_content


def test_what_a_child_process_saves_appears_by_itself(
    qtbot: QtBot, inspector: Application, opened: Opens, view_of: Callable[[OpenSeries], SeriesView], folder: Path
) -> None:
    page = opened(folder)
    view = view_of(page)
    assert view.choice.place == 3
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]); from written import save;"
        "save(pathlib.Path(sys.argv[1]), 5); save(pathlib.Path(sys.argv[1]), 6)"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(folder), os.path.dirname(__file__)])
    try:
        qtbot.waitUntil(lambda: page.training is not None and len(page.training.drawn) == 6)
    finally:
        writer.wait()
    settle(qtbot, inspector, page)
    assert names(page)[-2:] == ["net_epoch_5.pth", "net_epoch_6.pth"]
    known = [page.frames[member.path].was_known for member in page.training.drawn]  # type: ignore[union-attr]
    assert known[:4] == [True] * 4, "what was measured was measured again"
    assert view.choice.place == 5
    assert view.axis.is_at_end


def test_a_checkpoint_that_is_written_over_is_measured_anew(
    qtbot: QtBot, inspector: Application, opened: Opens, folder: Path
) -> None:
    page = opened(folder)
    last = str(folder / "net_epoch_4.pth")
    assert page.frames[last].whole.nans == 1
    save(folder, 4)
    qtbot.waitUntil(lambda: last in page.frames and not page.frames[last].whole.nans)
    settle(qtbot, inspector, page)
    assert not any(story.kind == "nan" for story in page.stories)


def test_a_file_that_goes_takes_its_card_with_it(
    qtbot: QtBot, inspector: Application, opened: Opens, folder: Path
) -> None:
    page = opened(folder)
    (folder / "net_epoch_2.pth").unlink()
    qtbot.waitUntil(lambda: len(names(page)) == 3)
    settle(qtbot, inspector, page)


def test_other_files_beside_those_that_were_chosen_stay_out(qtbot: QtBot, inspector: Application, folder: Path) -> None:
    inspector.session.take([str(folder / f"net_epoch_{epoch}.pth") for epoch in (1, 2, 3)])
    page = inspector.session.current
    assert isinstance(page, OpenSeries)
    settle(qtbot, inspector, page)
    save(folder, 4)  # it was there and not chosen
    save(folder, 5)
    qtbot.waitUntil(lambda: len(names(page)) == 4)
    settle(qtbot, inspector, page)
    assert names(page)[-1] == "net_epoch_5.pth"


def test_it_comes_back_by_its_recipe(inspector: Application, folder: Path) -> None:
    page = inspector.session.made_series([str(folder)])
    again = page_of(page.recipe(), inspector.session)
    assert isinstance(again, OpenSeries)
    assert again.paths == page.paths
    assert page_of({"kind": "series", "paths": [3]}, inspector.session) is None


def test_two_frames_are_compared_and_all_are_tested(
    qtbot: QtBot, inspector: Application, opened: Opens, view_of: Callable[[OpenSeries], SeriesView], folder: Path
) -> None:
    page = opened(folder)
    panel, view = inspector.window.panels[page], view_of(page)
    view.choice.go_to(2)
    inspector.window.actions_["compare"].trigger()
    compared = inspector.session.current
    assert isinstance(compared, OpenComparison)
    assert compared.names == ("net_epoch_2.pth", "net_epoch_3.pth")
    qtbot.waitUntil(lambda: compared.found is not None and not compared.is_busy)
    inspector.session.show(page)
    with qtbot.waitSignal(panel.tests_asked) as asked:
        panel.tests_asked.disconnect(inspector.session.test_all)  # that a run begins is held where runs are
        inspector.window.actions_["test_all"].trigger()
    assert [os.path.basename(path) for path in asked.args[0]] == names(page)


def test_a_run_that_was_opened_for_tests_knows_which(inspector: Application, folder: Path) -> None:
    paths = [str(folder / f"net_epoch_{epoch}.pth") for epoch in (1, 2)]
    inspector.session.test_all(paths)
    run = inspector.session.current
    assert isinstance(run, OpenRun)
    assert run.series == tuple(paths)
    inspector.session.close(run)


def test_a_training_that_begins_in_an_empty_folder_appears(
    qtbot: QtBot, inspector: Application, tmp_path: Path
) -> None:
    inspector.session.show_series([str(tmp_path)])
    page = inspector.session.current
    assert isinstance(page, OpenSeries)
    qtbot.waitUntil(lambda: page.error is not None)
    for epoch in (1, 2):
        save(tmp_path, epoch)
    qtbot.waitUntil(lambda: page.training is not None and len(names(page)) == 2)
    settle(qtbot, inspector, page)


def test_a_training_that_has_just_begun_is_shown_and_grows(
    opened: Opens, qtbot: QtBot, inspector: Application, tmp_path: Path
) -> None:
    save(tmp_path, 1)
    page = opened(tmp_path)
    assert names(page) == ["net_epoch_1.pth"]
    save(tmp_path, 2)
    qtbot.waitUntil(lambda: len(names(page)) == 2)
    settle(qtbot, inspector, page)


def test_each_of_two_trainings_of_one_name_can_be_chosen(
    qtbot: QtBot, inspector: Application, opened: Opens, view_of: Callable[[OpenSeries], SeriesView], folder: Path
) -> None:
    for epoch in (5, 6):  # the model was changed
        held = weights(epoch) | {"head.weight": torch.ones(3, 6) * epoch}
        torch.save({"epoch": epoch, "state_dict": held}, folder / f"net_epoch_{epoch}.pth")
    page = opened(folder)
    view = view_of(page)
    assert [view.trainings.itemText(number) for number in range(2)] == ["net_epoch_1.pth …", "net_epoch_5.pth …"]
    assert any("net_epoch_5.pth …" in line.subject.sentence for line in view.stories.lines)
    view.trainings.activated.emit(1)
    qtbot.waitUntil(lambda: names(page) == ["net_epoch_5.pth", "net_epoch_6.pth"])
    settle(qtbot, inspector, page)


def test_the_checkpoint_that_is_looked_at_is_measured_first(
    qtbot: QtBot, inspector: Application, opened: Opens, view_of: Callable[[OpenSeries], SeriesView], folder: Path
) -> None:
    page = opened(folder)
    assert page.training is not None
    view_of(page).choice.go_to(2)
    order: list[str] = []
    page.measured.connect(lambda: order.extend(path for path in page.frames if path not in order))
    page.frames, page.columns = {}, {}
    page.open()
    settle(qtbot, inspector, page)
    assert order == [page.training.drawn[place].path for place in (2, 1, 3, 0)]


def test_what_was_stopped_stays_and_goes_on_when_it_is_read_again(
    qtbot: QtBot, inspector: Application, folder: Path
) -> None:
    inspector.session.open([str(folder)])
    page = inspector.session.current
    assert isinstance(page, OpenSeries)
    with qtbot.waitSignal(page.found):
        pass
    inspector.window.actions_["stop"].trigger()
    assert not page.is_busy
    inspector.window.actions_["reload"].trigger()
    settle(qtbot, inspector, page)
    assert page.error is None


def test_a_folder_that_was_opened_is_among_the_recent_ones_and_opens_from_there(
    qtbot: QtBot, inspector: Application, opened: Opens, folder: Path
) -> None:
    page = opened(folder)
    assert inspector.settings.recents()[0] == str(folder)
    inspector.session.show(None)
    inspector.window.start.open_requested.emit([str(folder)])
    assert inspector.session.current is page


def test_a_run_that_is_dropped_opens_as_one(qtbot: QtBot, inspector: Application, folder: Path) -> None:
    taking = next(each for each in inspector.window.children() if isinstance(each, Taking))
    drop = meaning(seen([str(folder)]), Target())
    taking.carry_out(drop)
    page = inspector.session.current
    assert isinstance(page, OpenSeries)
    settle(qtbot, inspector, page)
    assert len(names(page)) == 4
