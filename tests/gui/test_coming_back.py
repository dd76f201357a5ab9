"""What was open comes back: every tab as it was arranged, read only when it is looked at."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.comparing.steps import Slice, StripPrefix
from inspector.gui.app import Application
from inspector.gui.arranging.coming_back import kept_session, write
from inspector.gui.arranging.open_later import OpenLater
from inspector.gui.arranging.plain_values import as_plain, from_plain
from inspector.gui.comparison import OpenComparison
from inspector.gui.fitting.open_fit import OpenFit
from inspector.gui.item_models.tree_cells import Column
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.compare_panel import ComparePanel
from inspector.gui.panels.pages import RefusalPage
from inspector.gui.panels.run_panel import RunPanel
from inspector.gui.running.open_run import OpenRun
from inspector.gui.running.run_state import RunState
from inspector.gui.settings import FOLDER_VARIABLE, Settings
from inspector.workshop.run_requests import Chosen

Start = Callable[..., Application]


def read(qtbot: QtBot, inspector: Application, path: Path) -> OpenFile:
    inspector.session.open([str(path)])
    file = inspector.session.current
    assert isinstance(file, OpenFile)
    qtbot.waitUntil(lambda: inspector.window.panels[file].has_content)
    return file


def session_file() -> Path:
    return Path(Settings().folder) / "session.json"


def test_tabs_come_back_as_they_were_and_wait_to_be_read(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    read(qtbot, inspector, samples / "half.pth")
    read(qtbot, inspector, samples / "checkpoint_epoch2.pth")
    tree = inspector.window.tree()
    tree.search.setText("weight")
    qtbot.waitUntil(lambda: tree.query == "weight")
    tree.view.columns._sort(Column.PARAMETERS)
    tree.view.columns._show(Column.STD, False)
    tree.view.choose(tree.model.rows.rows[2])
    rows = [tree.outline.key(row) for row in tree.model.rows.rows]
    key = tree.outline.key(tree.view.current())
    inspector.session.add(inspector.session.made_error("Error(s) in loading state_dict for Net:\n\tMissing key(s) "))

    again = start()
    pages = again.session.pages
    assert [page.name for page in pages[:2]] == ["half.pth", "checkpoint_epoch2.pth"]
    assert len(pages) == 3
    assert isinstance(pages[0], OpenLater)
    assert isinstance(pages[2], OpenLater)
    file = again.session.current
    assert isinstance(file, OpenFile)
    qtbot.waitUntil(lambda: again.window.panels[file].has_content)
    tree = again.window.tree()
    qtbot.waitUntil(lambda: [tree.outline.key(row) for row in tree.model.rows.rows] == rows)
    assert tree.outline.key(tree.view.current()) == key
    assert tree.search.text() == "weight"
    assert tree.view.isColumnHidden(Column.STD)
    assert not again.window.actions_["undo"].isEnabled()

    again.window.place.tabs.setCurrentIndex(1)
    first = again.session.current
    assert isinstance(first, OpenFile)
    assert again.session.pages[0] is first
    qtbot.waitUntil(lambda: again.window.panels[first].has_content)
    assert [panel.page for panel in again.window.place.order()] == again.session.pages  # type: ignore[attr-defined]


def test_a_file_that_is_gone_says_so_calmly_and_comes_back_with_it(
    qtbot: QtBot, start: Start, samples: Path, tmp_path: Path
) -> None:
    path = tmp_path / "moved.pth"
    shutil.copy(samples / "half.pth", path)
    inspector = start()
    read(qtbot, inspector, path)
    inspector.window.tree().search.setText("bias")
    inspector.window.close()
    path.unlink()
    again = start()
    file = again.session.current
    assert isinstance(file, OpenFile)
    qtbot.waitUntil(lambda: file.error is not None)
    panel = again.window.panels[file]
    assert isinstance(panel.currentWidget(), RefusalPage)
    third = start()  # what it was like is not forgotten meanwhile
    shutil.copy(samples / "half.pth", path)
    file = third.session.current
    assert isinstance(file, OpenFile)
    qtbot.waitUntil(lambda: file.error is not None or file.contents is not None)
    file.open()
    qtbot.waitUntil(lambda: third.window.panels[file].has_content)
    assert third.window.tree().search.text() == "bias"


def test_a_comparison_comes_back_with_its_sides_swapped(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    inspector.session.compare(str(samples / "resnet_plain.pth"), str(samples / "resnet_finetuned.pth"))
    page = inspector.session.current
    assert isinstance(page, OpenComparison)
    panel = inspector.window.panels[page]
    qtbot.waitUntil(lambda: panel.has_content)
    inspector.window.actions_["swap"].trigger()
    qtbot.waitUntil(lambda: not page.is_comparing)
    inspector.window.actions_["undo"].trigger()
    assert page.names == ("resnet_plain.pth", "resnet_finetuned.pth")
    inspector.window.actions_["redo"].trigger()
    qtbot.waitUntil(lambda: not page.is_comparing)
    assert isinstance(panel, ComparePanel)
    panel.content.pairs.search.setText("bias")
    panel.choose_key("fc.bias")
    qtbot.waitUntil(lambda: panel.content.pairs.view.current() >= 0)

    again = start()
    page = again.session.current
    assert isinstance(page, OpenComparison)
    assert page.names == ("resnet_finetuned.pth", "resnet_plain.pth")
    panel = again.window.panels[page]
    assert isinstance(panel, ComparePanel)
    pairs = panel.content.pairs
    qtbot.waitUntil(lambda: panel.has_content and pairs.current is not None)
    assert pairs.tree.outline.key(pairs.view.current()) == "fc.bias"
    qtbot.waitUntil(lambda: not page.is_busy)


def test_a_fit_comes_back_with_its_model_and_its_ticked_steps(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    inspector.session.fit(str(samples / "resnet_module_prefix.pth"), model=str(samples / "resnet_plain.pth"))
    page = inspector.session.current
    assert isinstance(page, OpenFit)
    qtbot.waitUntil(lambda: page.case.can_tick)
    page.case.tick_all()
    qtbot.waitUntil(lambda: bool(page.case.steps))
    assert inspector.window.actions_["undo"].text() == "&Undo Tick Step"
    steps = page.case.steps

    again = start()
    page = again.session.current
    assert isinstance(page, OpenFit)
    qtbot.waitUntil(lambda: page.case.steps == steps)
    assert page.chosen.choice is not None
    assert page.chosen.choice.text.endswith("resnet_plain.pth")
    qtbot.waitUntil(lambda: not page.is_busy)


def test_a_run_comes_back_as_it_was_set_up_and_does_not_begin(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    inspector.session.run(str(samples / "checkpoint_epoch2.pth"))
    page = inspector.session.current
    assert isinstance(page, OpenRun)
    panel = inspector.window.panels[page]
    qtbot.waitUntil(lambda: panel.has_content and not page.fit.is_busy)
    usual = page.setup.batch_size
    page.setup.batch_size = 17
    page.setup.optimizer = Chosen("AdamW", {"lr": 0.5})
    assert inspector.window.actions_["undo"].text() == "&Undo Change Optimizer"
    inspector.window.actions_["undo"].trigger()
    assert (page.setup.optimizer.name, page.setup.batch_size) != ("AdamW", usual)
    inspector.window.actions_["undo"].trigger()
    assert page.setup.batch_size == usual
    for _ in range(2):
        inspector.window.actions_["redo"].trigger()
    assert (page.setup.optimizer.name, page.setup.batch_size) == ("AdamW", 17)
    page.setup.correct("epoch", 7)
    assert isinstance(panel, RunPanel)
    panel.training.plot.logarithmic.setChecked(True)

    again = start()
    page = again.session.current
    assert isinstance(page, OpenRun)
    panel = again.window.panels[page]
    qtbot.waitUntil(lambda: panel.has_content and page.setup.batch_size == 17)
    assert page.setup.optimizer.name == "AdamW"
    assert page.setup.first_epoch == 7
    assert isinstance(panel, RunPanel)
    assert panel.training.plot.logarithmic.isChecked()
    assert page.state is RunState.IDLE
    qtbot.waitUntil(lambda: not page.fit.is_busy)


@pytest.mark.parametrize(
    "value", [None, 1, [1, "a"], StripPrefix("module."), Slice(("a", "b"), 0, 3), (1, (2.5, None)), {"a": (1, 2)}]
)
def test_frozen_values_go_through_json_and_back(value: object) -> None:
    kinds = {kind.__name__: kind for kind in (StripPrefix, Slice)}
    assert from_plain(json.loads(json.dumps(as_plain(value))), kinds) == value


def test_values_that_were_tampered_with_are_none() -> None:
    kinds = {"Slice": Slice}
    assert from_plain({"is": "Slice", "patterns": 5}, kinds) is None
    assert from_plain({"is": "Eval", "code": "x"}, kinds) is None
    assert from_plain({"is": ["Slice"]}, kinds) is None


def test_files_that_are_asked_for_are_in_front(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    read(qtbot, inspector, samples / "half.pth")
    again = start(is_shown=False)
    assert again.session.current is None
    assert isinstance(again.session.pages[0], OpenLater)
    read(qtbot, again, samples / "linear.pth")
    assert [page.name for page in again.session.pages] == ["half.pth", "linear.pth"]
    read(qtbot, again, samples / "half.pth")  # it is the one that came back
    assert [page.name for page in again.session.pages] == ["half.pth", "linear.pth"]


def test_nothing_comes_back_where_nobody_wants_it(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    read(qtbot, inspector, samples / "half.pth")
    inspector.settings.choose("restore", "no")
    again = start()
    assert again.session.pages == []


def test_a_restart_brings_back_what_was_open_anyhow(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    read(qtbot, inspector, samples / "half.pth")
    inspector.settings.choose("restore", "no")
    again = start(is_asked=True)
    assert [page.name for page in again.session.pages] == ["half.pth"]


def test_it_is_kept_a_moment_after_a_change(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    read(qtbot, inspector, samples / "half.pth")
    inspector.window.tree().search.setText("bias")

    def is_kept() -> bool:
        kept = kept_session(inspector.settings)
        return kept is not None and [tab.arrangement.get("query") for tab in kept.tabs] == ["bias"]

    qtbot.waitUntil(is_kept)


def test_a_window_that_is_killed_loses_nothing_that_it_was_started_with(
    qtbot: QtBot, samples: Path, tmp_path: Path
) -> None:
    path = samples / "half.pth"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", FOLDER_VARIABLE: str(tmp_path)}
    child = subprocess.Popen(
        [sys.executable, "-m", "inspector.gui.start", str(path)],
        env=environment,
        cwd=Path(__file__).parents[2],
        stderr=subprocess.DEVNULL,
    )
    try:
        qtbot.waitUntil((tmp_path / "session.json").exists)
    finally:
        child.kill()
        child.wait()
    kept = kept_session(Settings(str(tmp_path)))
    assert kept is not None
    assert [tab.recipe["path"] for tab in kept.tabs] == [str(path)]


def test_after_tabs_that_did_harm_none_is_read_by_itself(qtbot: QtBot, start: Start, samples: Path) -> None:
    inspector = start()
    read(qtbot, inspector, samples / "half.pth")
    assert inspector.window.keeping is not None
    inspector.window.keeping.keep()
    inspector.window.keeping = None
    inspector.settings.choose("came_back", "no")  # as it stands when a start did not come through
    inspector.settings.save()
    again = start()
    assert again.session.current is None
    assert [page.name for page in again.session.pages] == ["half.pth"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "\x00\xff",
        '{"version": 1, "tabs": 5}',
        '{"version": 1, "tabs": [1, {"recipe": 2}, null]}',
        '{"version": 99, "tabs": []}',
        "[" * 100_000,
        json.dumps({"version": 1, "tabs": [{"recipe": {"kind": "file", "path": 7}}], "shown": 0}),
        json.dumps({"version": 1, "tabs": [{"recipe": {"kind": ["a"]}}, {"recipe": {"kind": "novel"}}], "shown": 1}),
        json.dumps({"version": 1, "tabs": [], "shown": {}, "details": [1]}),
    ],
)
def test_whatever_stands_in_the_file_the_window_starts(text: str, start: Start) -> None:
    path = session_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    inspector = start()
    for page in list(inspector.session.pages):
        inspector.session.show(page)


@pytest.mark.parametrize("junk", [None, 5, "x", [1, 2], {"a": 1}, True, ["Mean"], [["x"], 1], {"depth": -3}])
def test_an_arrangement_that_makes_no_sense_is_passed_over(
    junk: object, qtbot: QtBot, start: Start, samples: Path
) -> None:
    inspector = start()
    panel = inspector.window.panels[read(qtbot, inspector, samples / "checkpoint_epoch2.pth")]
    tree = inspector.window.tree()
    before = [tree.outline.key(row) for row in tree.model.rows.rows]
    names = ("query", "sorting", "open", "columns", "chosen", "scroll", "novel")
    for name in names:
        if name != "query" or not isinstance(junk, str):
            panel.arrange_as({name: junk})
    panel.arrange_as({"columns": {"order": junk, "hidden": junk, "widths": junk}})
    panel.arrange_as({"open": {"depth": junk, "opened": junk, "closed": junk}})
    inspector.window.place.details.arrange_as({"side": junk, "entry": junk})
    if junk not in (5, {"depth": -3}):
        assert [tree.outline.key(row) for row in tree.model.rows.rows] == before


def test_settings_that_cannot_be_written_are_no_error_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("stands where the folder should be")
    assert not write(Settings(str(tmp_path / "file" / "settings")), b"{}")
