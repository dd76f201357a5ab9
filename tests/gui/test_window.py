"""The window with real files: opening, dropping, tabs, searching, copying, exporting, refusing."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from inspector.checkpoint.entries import Tensor
from inspector.errors import FileError
from inspector.gui.app import Application
from inspector.gui.export import exporting
from inspector.gui.item_models.tree_cells import Column
from inspector.gui.measuring_limit import LIMITS
from inspector.gui.open_file import OpenFile
from inspector.gui.palette.palette import Palette
from inspector.gui.panels.pages import RefusalPage
from inspector.gui.panels.tree_side import TreeSide
from inspector.gui.widgets.file_entry import FileEntry
from inspector.progress import finish

Open = Callable[[Path], OpenFile]
Measured = Callable[[OpenFile], OpenFile]
TreeOf = Callable[[OpenFile], TreeSide]


def keys_on_show(tree: TreeSide) -> list[str]:
    return [tree.outline.key(row) for row in tree.model.rows.rows]


def drop(window: QApplication, paths: list[Path], place: QPoint) -> None:
    """A real drag of files onto the window, entering and dropped at `place`."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    rest = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(place, *rest)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(place), *rest))


def test_the_first_launch_is_not_empty(inspector: Application, samples: Path) -> None:
    start = inspector.window.start
    assert start.isVisible()
    names = [entry.text() for entry in start.findChildren(FileEntry)]
    assert "fashion_classifier.pt" in names
    assert all(entry.accessibleDescription() for entry in start.findChildren(FileEntry))
    assert not inspector.window.place.tabs.isVisible()


def test_a_sample_opens_by_a_click_and_is_recent_then(qtbot: QtBot, inspector: Application, measured) -> None:  # type: ignore[no-untyped-def]
    start = inspector.window.start
    entry = next(each for each in start.findChildren(FileEntry) if each.text() == "resnet_plain.pth")
    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
    file = inspector.session.current
    assert file is not None
    qtbot.waitUntil(lambda: file.contents is not None)
    measured(file)
    inspector.window.actions_["start"].trigger()
    qtbot.waitUntil(lambda: any(each.isVisible() for each in start.findChildren(FileEntry)))
    assert next(each for each in start.findChildren(FileEntry) if each.isVisible()).text() == "resnet_plain.pth"
    assert inspector.session.current is None


def test_files_dropped_anywhere_open_in_tabs(
    qtbot: QtBot, inspector: Application, samples: Path, measured: Measured
) -> None:
    paths = [samples / "linear.pth", samples / "resnet_plain.pth", samples / "network_512_256_128.pth"]
    paths.append(samples / "half.pth")
    drop(inspector.window, paths[:3], QPoint(700, 400))
    assert [file.name for file in inspector.session.files] == [path.name for path in paths[:3]]
    drop(inspector.window, paths[3:], QPoint(20, 5))
    tabs = inspector.window.place.tabs
    assert [tabs.tabText(place) for place in range(tabs.count())] == ["Start", *(path.name for path in paths)]
    for file in inspector.session.files:
        qtbot.waitUntil(lambda file=file: file.contents is not None)
    drop(inspector.window, paths[:1], QPoint(700, 400))
    assert len(inspector.session.files) == 4
    assert inspector.session.current is inspector.session.files[0]
    for file in inspector.session.files:
        inspector.session.show(file)
        measured(file)


def test_a_tab_and_a_row_are_there_at_once(inspector: Application, samples: Path) -> None:
    inspector.session.open([str(samples / "linear.pth")])
    file = inspector.session.current
    assert file is not None
    panel = inspector.window.panels[file]
    assert panel.isVisible()
    assert panel.currentWidget() is panel._loading
    assert not inspector.window.actions_["find"].isEnabled()


def test_the_tree_shows_what_is_in_the_file(
    inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf, measured: Measured
) -> None:
    file = measured(open_file(samples / "fashion_classifier.pt"))
    tree = tree_of(file)
    tree.expand_all()
    row = tree.outline.row("state_dict.fc1.weight")
    assert row is not None
    place = tree.model.rows.place_of(row)
    cells = [tree.model.index(place, column).data() for column in (Column.SHAPE, Column.DTYPE, Column.PARAMETERS)]
    assert cells == ["[512, 784]", "float32", "401,408"]
    assert tree.cells.text(row, Column.STD)
    assert "1,725,160 parameters" in inspector.window.status.summary.text()
    assert "fashion_classifier.pt" in inspector.window.windowTitle()


def test_branches_and_the_file_get_merged_statistics(samples: Path, open_file: Open, measured: Measured) -> None:
    file = measured(open_file(samples / "resnet_plain.pth"))
    assert file.contents is not None
    outline = file.contents.outline
    weights = [entry for entry in outline.entries if type(entry) is Tensor and entry.dtype == "float32"]
    assert file.statistics[-1].count == sum(entry.numel for entry in weights)
    branch = outline.row("conv1")
    assert branch is not None
    assert file.statistics[branch].count == outline.parameters[branch]


def test_nan_is_flagged_and_rolled_up(samples: Path, open_file: Open, tree_of: TreeOf, measured: Measured) -> None:
    file = measured(open_file(samples / "nan.pth"))
    tree = tree_of(file)
    weight, branch = tree.outline.row("conv2.weight"), tree.outline.row("conv2")
    assert weight is not None
    assert branch is not None
    assert tree.cells.text(weight, Column.FLAGS).startswith("! ")
    assert tree.cells.text(branch, Column.FLAGS).startswith("! ")
    clean = tree.outline.row("conv1")
    assert clean is not None
    assert tree.cells.text(clean, Column.FLAGS) == ""


def test_damage_is_a_calm_banner_over_a_usable_tree(
    inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf, measured: Measured
) -> None:
    file = measured(open_file(samples / "truncated.pth"))
    tree = tree_of(file)
    assert file.contents is not None
    assert tree.damage.isVisible()
    assert tree.damage.sentence.startswith(file.contents.checkpoint.damage[0][:40])
    assert tree.model.rowCount()
    assert file.refusals or any(tree.cells.is_wrong(row) for row in range(len(tree.outline)))


def test_a_file_that_runs_code_elsewhere_says_so_on_top(
    inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf, measured: Measured
) -> None:
    tree = tree_of(measured(open_file(samples / "hostile.pth")))
    assert tree.danger.isVisible()
    assert "posix.system" in tree.danger.sentence
    assert not tree_of(measured(open_file(samples / "linear.pth"))).danger.isVisible()


def test_a_refused_file_has_a_page_with_the_sentence(
    qtbot: QtBot, inspector: Application, tmp_path: Path, open_file: Open, samples: Path
) -> None:
    path = tmp_path / "<b>not<i> & a checkpoint.pth"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n")
    file = open_file(path)
    panel = inspector.window.panels[file]
    page = panel.currentWidget()
    assert isinstance(page, RefusalPage)
    assert "LFS" in page.text()
    assert str(path) in page.text()
    assert not inspector.window.actions_["expand_all"].isEnabled()
    assert not inspector.window.place.details.isVisible()
    shutil.copy(samples / "linear.pth", path)
    with qtbot.waitSignal(file.opened):
        page.retry_requested.emit()
    assert panel.has_tree


def test_a_missing_file_is_a_sentence_too(open_file: Open, tmp_path: Path) -> None:
    file = open_file(tmp_path / "gone.pth")
    assert file.error is not None
    assert file.error.message


def test_searching_from_the_keyboard(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    tree = tree_of(open_file(samples / "resnet_plain.pth"))
    inspector.window.actions_["find"].trigger()
    qtbot.keyClicks(tree.search, "*.bias")
    qtbot.waitUntil(lambda: tree.count.text().endswith("matches"))
    hits = [key for key in keys_on_show(tree) if tree.outline.ends[tree.outline.row(key)] == tree.outline.row(key) + 1]  # type: ignore[index,operator]
    assert hits
    assert all(key.endswith(".bias") for key in hits)
    assert tree.count.text() == f"{len(hits)} matches"
    qtbot.keyClick(tree.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: tree.count.text() == "")
    assert tree.model.rows.found is None


def test_a_search_keeps_the_order_and_gives_the_tree_back(
    qtbot: QtBot, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    tree = tree_of(open_file(samples / "resnet_plain.pth"))
    tree.view.columns.sort(Column.SIZE)
    qtbot.keyClicks(tree.search, "conv")
    qtbot.waitUntil(lambda: tree.count.text() != "")
    sizes = [tree.outline.nbytes[row] for row in tree.model.rows.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert all("conv" in key for key in keys_on_show(tree))
    tree.file_order()
    assert tree.model.rows.rows == tree.model.rows.found


def test_the_chosen_key_can_be_copied_while_it_is_not_on_show(
    inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    file = open_file(samples / "resnet_plain.pth")
    tree = tree_of(file)
    inspector.window.panels[file].choose_key("layer1.0.conv1.weight")
    tree.collapse_all()
    inspector.window.actions_["copy_key"].trigger()
    assert QGuiApplication.clipboard().text() == "layer1.0.conv1.weight"


def test_a_misspelt_search_says_what_was_meant_and_hides_nothing(
    qtbot: QtBot, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    tree = tree_of(open_file(samples / "resnet_plain.pth"))
    before = keys_on_show(tree)
    qtbot.keyClicks(tree.search, "dtpye:f16")
    qtbot.waitUntil(tree.problem.isVisible)
    assert "Did you mean 'dtype'" in tree.problem.text()
    assert keys_on_show(tree) == before


def test_searching_for_nan_tells_what_is_not_measured(
    qtbot: QtBot, samples: Path, open_file: Open, tree_of: TreeOf, measured: Measured
) -> None:
    file = measured(open_file(samples / "nan.pth"))
    tree = tree_of(file)
    qtbot.keyClicks(tree.search, "nan")
    qtbot.waitUntil(lambda: tree.count.text() != "")
    assert "conv2.weight" in keys_on_show(tree)
    assert not tree.problem.isVisible()


def test_choosing_shows_the_entry_beside_the_tree(
    qtbot: QtBot,
    inspector: Application,
    samples: Path,
    open_file: Open,
    tree_of: TreeOf,
    measured: Measured,
) -> None:
    file = measured(open_file(samples / "resnet_plain.pth"))
    details = inspector.window.place.details
    qtbot.waitUntil(lambda: details.entry is not None, timeout=20_000)
    assert details.entry is not None
    row = tree_of(file).outline.row("conv1.weight")
    assert row is not None
    tree_of(file).choose(row)
    assert file.row == row
    assert details.entry._key == "conv1.weight"
    inspector.window.actions_["show_file"].trigger()
    assert details.facts is not None
    assert details.facts.isVisible()
    details.facts.entry_requested.emit("fc.weight")
    assert file.row == tree_of(file).outline.row("fc.weight")


def test_copying(inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf, measured: Measured) -> None:
    file = measured(open_file(samples / "fashion_classifier.pt"))
    tree = tree_of(file)
    row = tree.outline.row("state_dict.fc2.weight")
    assert row is not None
    tree.choose(row)
    copied = {}
    for name in ("copy_key", "copy_row", "copy_python", "copy_command"):
        inspector.window.actions_[name].trigger()
        copied[name] = QGuiApplication.clipboard().text()
    assert copied["copy_key"] == "state_dict.fc2.weight"
    assert copied["copy_row"].split("\t")[:4] == ["state_dict.fc2.weight", "", "[256, 512]", "float32"]
    assert "torch.load" in copied["copy_python"]
    assert copied["copy_command"] == f"inspector show {file.path} --filter=state_dict.fc2.weight"


@pytest.mark.parametrize("ending", [".csv", ".json", ".md"])
def test_exporting_writes_the_whole_tree_and_nothing_beside(
    tmp_path: Path, samples: Path, open_file: Open, ending: str
) -> None:
    file = open_file(samples / "resnet_plain.pth")
    assert file.contents is not None
    path = tmp_path / "out" / f"tree{ending}"
    path.parent.mkdir()
    path.write_text("what stood here before")
    finish(exporting(file.contents.checkpoint, file.contents.outline, str(path)))
    text = path.read_text("utf-8")
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    assert "layer1.0.conv1.weight" in text
    if ending == ".json":
        assert len(json.loads(text)["tensors"]) == file.contents.outline.total_tensors
    if ending == ".csv":
        assert len(list(csv.reader(text.splitlines()))) == len(file.contents.outline) + 1


def test_an_export_that_cannot_be_written_is_a_sentence(tmp_path: Path, samples: Path, open_file: Open) -> None:
    file = open_file(samples / "linear.pth")
    assert file.contents is not None
    work = exporting(file.contents.checkpoint, file.contents.outline, str(tmp_path / "nowhere" / "tree.csv"))
    with pytest.raises(FileError, match="cannot be written"):
        finish(work)


def test_folding_keeps_the_chosen_row(inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf) -> None:
    file = open_file(samples / "resnet_plain.pth")
    tree = tree_of(file)
    row = tree.outline.row("conv1.weight")
    assert row is not None
    tree.choose(row)
    inspector.window.actions_["fold"].trigger()
    assert tree.outline is file.contents.folded  # type: ignore[union-attr]
    assert file.row == row
    assert tree.outline.key(tree.current()) == "conv1.weight"
    inspector.window.actions_["fold"].trigger()
    assert tree.current() == row


def test_depth_actions(inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf) -> None:
    tree = tree_of(open_file(samples / "resnet_plain.pth"))
    actions = inspector.window.actions_
    actions["expand_all"].trigger()
    assert tree.model.rowCount() == len(tree.outline)
    actions["collapse_all"].trigger()
    outermost = tree.model.rowCount()
    assert outermost == len(list(tree.outline.children()))
    actions["deeper"].trigger()
    assert tree.model.rowCount() > outermost
    actions["shallower"].trigger()
    assert tree.model.rowCount() == outermost


def test_the_palette_finds_and_does_an_action(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    tree = tree_of(open_file(samples / "resnet_plain.pth"))
    tree.collapse_all()
    inspector.window.actions_["palette"].trigger()
    palette = next(child for child in inspector.window.findChildren(Palette) if child.isVisible())
    field = palette.findChild(QLineEdit)
    qtbot.keyClicks(field, "every branch open")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert tree.model.rowCount() == len(tree.outline)


def test_closing_a_tab_shows_its_neighbour_and_ends_its_work(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open
) -> None:
    first, second = open_file(samples / "linear.pth"), open_file(samples / "resnet_plain.pth")
    inspector.window.actions_["close"].trigger()
    assert inspector.session.current is first
    assert second not in inspector.session.files
    inspector.window.actions_["close"].trigger()
    assert inspector.session.current is None
    assert inspector.window.start.isVisible()


def test_what_was_closed_is_gone_to_no_more(inspector: Application, samples: Path, open_file: Open) -> None:
    """As by something that lay over the window and offered it."""
    closed, other = open_file(samples / "linear.pth"), open_file(samples / "nan.pth")
    inspector.session.close(closed)
    inspector.session.show(closed)
    assert inspector.session.current is other
    assert inspector.window.panel().page is other


def test_closing_while_a_file_is_being_read_leaves_nothing_running(inspector: Application, samples: Path) -> None:
    inspector.session.open([str(samples / "resnet_plain.pth")])
    assert inspector.session.current is not None
    inspector.session.close(inspector.session.current)


def test_window_and_columns_are_remembered(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, tree_of: TreeOf
) -> None:
    tree = tree_of(open_file(samples / "linear.pth"))
    tree.view.setColumnWidth(Column.KEY, 333)
    tree.view.setColumnHidden(Column.STD, True)
    inspector.window.actions_["details"].trigger()
    inspector.session.close(inspector.session.files[0])
    tree = tree_of(open_file(samples / "linear.pth"))
    assert tree.view.columnWidth(Column.KEY) == 333
    assert tree.view.isColumnHidden(Column.STD)
    assert not inspector.window.place.details.isVisible()


def test_light_and_dark_are_chosen_and_painted(inspector: Application, samples: Path, open_file: Open) -> None:
    open_file(samples / "linear.pth")

    def background() -> int:
        return inspector.window.grab().toImage().pixelColor(5, 500).lightness()

    inspector.window.actions_["theme_dark"].trigger()
    assert background() < 80
    inspector.window.actions_["theme_light"].trigger()
    assert background() > 200


def test_of_a_large_file_only_what_is_in_view_is_measured_unasked(
    qtbot: QtBot,
    inspector: Application,
    samples: Path,
    open_file: Open,
    measured: Measured,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(LIMITS, "100 MB", 1000)
    inspector.settings.choose("automatic", "100 MB")
    file = open_file(samples / "resnet_plain.pth")
    assert file.contents is not None
    outline = file.contents.outline
    seen, hidden = outline.row("conv1.weight"), outline.row("layer1.0.conv1.weight")
    qtbot.waitUntil(lambda: seen in file.statistics and not file.is_busy)
    assert hidden not in file.statistics
    assert "Ctrl+M" in inspector.window.status.summary.text()
    inspector.window.actions_["measure"].trigger()
    measured(file)
    assert hidden in file.statistics


def test_stopping_keeps_what_is_measured(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, measured: Measured
) -> None:
    file = open_file(samples / "resnet_plain.pth")
    qtbot.waitUntil(lambda: bool(file.statistics))
    inspector.window.actions_["stop"].trigger()
    kept = dict(file.statistics)
    qtbot.waitUntil(lambda: not file.is_busy)
    assert kept.items() <= file.statistics.items()
    inspector.window.actions_["measure"].trigger()
    measured(file)
