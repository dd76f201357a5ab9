"""A file that changes on disk is told of once it has come to rest, and reloading keeps one's place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.tree_side import TreeSide
from inspector.gui.watching import FileWatch, stamp_of

Open = Callable[[Path], OpenFile]
Measured = Callable[[OpenFile], OpenFile]


@pytest.fixture
def watch(qtbot: QtBot, tmp_path: Path) -> FileWatch:
    """A watch over `tmp_path/file`, already looking."""
    path = tmp_path / "file"
    path.write_bytes(b"one")
    watch = FileWatch()
    watch.watch([(str(path), stamp_of(str(path)))])
    qtbot.waitUntil(lambda: watch._watcher is not None)
    return watch


def test_tells_of_a_file_that_was_written_over(qtbot: QtBot, watch: FileWatch, tmp_path: Path) -> None:
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "file").write_bytes(b"another")


def test_tells_of_a_file_that_was_replaced_each_time(qtbot: QtBot, watch: FileWatch, tmp_path: Path) -> None:
    for number in range(2):
        fresh = tmp_path / "fresh"
        fresh.write_bytes(b"x" * (10 + number))
        with qtbot.waitSignal(watch.changed):
            os.replace(fresh, tmp_path / "file")


def test_tells_of_a_file_that_went_and_came_back(qtbot: QtBot, watch: FileWatch, tmp_path: Path) -> None:
    (tmp_path / "file").unlink()
    with qtbot.waitSignal(watch.changed):
        (tmp_path / "file").write_bytes(b"back again")


def test_many_writes_are_told_of_once(qtbot: QtBot, watch: FileWatch, tmp_path: Path) -> None:
    told: list[bool] = []
    watch.changed.connect(lambda: told.append(True))
    with qtbot.waitSignal(watch.changed):
        for number in range(20):
            (tmp_path / "file").write_bytes(b"x" * number)
    assert told == [True]


def test_looks_when_asked_where_nobody_nudges(qtbot: QtBot, watch: FileWatch, tmp_path: Path) -> None:
    watch._watcher.removePaths([str(tmp_path), str(tmp_path / "file")])  # type: ignore[union-attr]
    (tmp_path / "file").write_bytes(b"changed in silence")
    with qtbot.waitSignal(watch.changed):
        watch.check()


def test_the_window_offers_to_reload_and_keeps_its_place(
    qtbot: QtBot,
    inspector: Application,
    tmp_path: Path,
    samples: Path,
    open_file: Open,
    tree_of: Callable[[OpenFile], TreeSide],
    measured: Measured,
) -> None:
    path = tmp_path / "run.pth"
    shutil.copy(samples / "resnet_plain.pth", path)
    file = measured(open_file(path))
    tree = tree_of(file)
    row = tree.outline.row("layer1.0.conv1.weight")
    assert row is not None
    tree.choose(row)
    opened = [tree.outline.key(each) for each in tree.model.rows.opened_rows()]
    with qtbot.waitSignal(file.changed_on_disk):
        shutil.copy(samples / "resnet_finetuned.pth", tmp_path / "fresh")
        os.replace(tmp_path / "fresh", path)
    assert tree.change.isVisible()
    with qtbot.waitSignal(file.opened):
        inspector.window.actions_["reload"].trigger()
    assert not tree.change.isVisible()
    assert tree.outline.key(tree.current()) == "layer1.0.conv1.weight"
    assert [tree.outline.key(each) for each in tree.model.rows.opened_rows()] == opened
    measured(file)
    fc = tree.outline.row("fc.weight")
    assert fc is not None
    assert tree.outline.entries[fc].shape == (5, 32)  # type: ignore[union-attr]


def test_a_file_that_becomes_unreadable_is_refused_on_reload(
    qtbot: QtBot,
    inspector: Application,
    tmp_path: Path,
    samples: Path,
    open_file: Open,
    measured: Measured,
) -> None:
    path = tmp_path / "run.pth"
    shutil.copy(samples / "linear.pth", path)
    file = measured(open_file(path))
    path.write_bytes(b"")
    with qtbot.waitSignal(file.refused):
        file.open()
    assert not inspector.window.panels[file].has_tree
    shutil.copy(samples / "linear.pth", path)
    with qtbot.waitSignal(file.opened):
        file.open()
    assert inspector.window.panels[file].has_tree
