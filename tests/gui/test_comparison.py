"""Two real files held against each other in a real window."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from inspector.comparing.diffing import DTYPE, SAME, SIZE, VALUES
from inspector.gui.app import Application
from inspector.gui.comparing.pair_deeds import key_of
from inspector.gui.comparison import OpenComparison
from inspector.gui.item_models.pair_cells import PairColumn
from inspector.gui.jobs import is_anything_running
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.compare_panel import ComparePanel
from inspector.gui.panels.pages import RefusalPage
from tests.gui.conftest import WAIT
from tests.gui.test_window import drop

Compare = Callable[[str | Path, str | Path], ComparePanel]


@pytest.fixture
def compare(qtbot: QtBot, inspector: Application, samples: Path) -> Compare:
    """Compares two files (samples, by their names) and waits until it is done, values and all, or refused."""

    def wait(a: str | Path, b: str | Path) -> ComparePanel:
        inspector.session.compare(str(samples / a), str(samples / b))
        return settled(qtbot, inspector)

    return wait


def settled(qtbot: QtBot, inspector: Application) -> ComparePanel:
    panel = inspector.window.panel()
    assert isinstance(panel, ComparePanel)
    page = panel.comparison
    qtbot.waitUntil(lambda: panel.has_content or page.error is not None, timeout=WAIT)
    qtbot.waitUntil(lambda: not page.is_busy and (page.is_measured or page.error is not None), timeout=WAIT)
    return panel


def counts(panel: ComparePanel) -> dict[str, int]:
    return {kind: count for kind, count in panel.content.pairs.tree.counts().items() if count}


def sentence(panel: ComparePanel) -> str:
    return panel.content.sentence.text()


def cell(panel: ComparePanel, key: str, column: PairColumn) -> str:
    tree = panel.content.pairs.tree
    return panel.content.pairs.model.cells.text(tree.rows_of([key])[0], column)


def test_two_files_dropped_at_once_are_compared(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    drop(inspector.window, [samples / "network_512_256_128.pth", samples / "network_400_200_100.pth"], QPoint(700, 400))
    panel = settled(qtbot, inspector)
    assert counts(panel) == {SIZE: 7, VALUES: 1}
    assert cell(panel, "hidden_layers.0.weight", PairColumn.SHAPE) == "[512→400, 784]"
    tabs = inspector.window.place.tabs
    assert tabs.tabText(1) == "network_512_256_128.pth ↔ network_400_200_100.pth"
    assert "size mismatch: 7" in inspector.window.status.summary.text()
    drop(inspector.window, [samples / "network_512_256_128.pth", samples / "network_400_200_100.pth"], QPoint(700, 400))
    assert len(inspector.session.pages) == 1


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # said by the offscreen platform of menus
def test_an_open_file_is_compared_with_another_that_is_open(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Callable[[Path], OpenFile]
) -> None:
    open_file(samples / "checkpoint_epoch4.pth")
    open_file(samples / "checkpoint_epoch0.pth")
    inspector.window.actions_["compare"].trigger()
    menu = next(menu for menu in inspector.window.findChildren(QMenu) if menu.isVisible())
    assert menu.actions()[0].text() == "checkpoint_epoch4.pth"
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    panel = settled(qtbot, inspector)
    assert panel.comparison.names == ("checkpoint_epoch0.pth", "checkpoint_epoch4.pth")
    assert counts(panel) == {VALUES: 11}


def test_what_is_filtered_and_sorted_takes_its_place_when_the_values_are_known(
    qtbot: QtBot, inspector: Application, samples: Path
) -> None:
    inspector.session.compare(str(samples / "resnet_plain.pth"), str(samples / "resnet_finetuned.pth"))
    panel = inspector.window.panel()
    assert isinstance(panel, ComparePanel)
    qtbot.waitUntil(lambda: panel.has_content, timeout=WAIT)
    pairs = panel.content.pairs
    pairs.filter_kinds({VALUES})
    pairs.view.columns.sort(PairColumn.REL_L2)
    settled(qtbot, inspector)
    qtbot.waitUntil(lambda: pairs.model.rowCount() == 36, timeout=WAIT)
    far = [pairs.tree.distances[row].rel_l2 for row in pairs.model.rows.rows]
    assert far == sorted(far, reverse=True)


def test_causes_stand_above_and_set_their_keys_off(qtbot: QtBot, compare: Compare) -> None:
    panel = compare("network_512_256_128.pth", "network_400_200_100.pth")
    lines = panel.content.causes.lines
    assert len(lines) == 3
    assert all("explains" in line.text() for line in lines)
    qtbot.mouseClick(lines[1], Qt.MouseButton.LeftButton)
    marked = panel.content.pairs.view._delegate.marked  # type: ignore[attr-defined]
    assert marked == frozenset(panel.content.pairs.tree.rows_of(lines[1].subject.keys))
    assert lines[1].isChecked()
    lines[1].setFocus()
    qtbot.keyClick(lines[1], Qt.Key.Key_Down)
    qtbot.keyClick(lines[2], Qt.Key.Key_Return)
    assert [line.isChecked() for line in lines] == [False, False, True]
    qtbot.keyClick(lines[2], Qt.Key.Key_Return)
    assert not panel.content.pairs.view._delegate.marked  # type: ignore[attr-defined]


def test_values_come_in_and_the_sentence_says_what_they_tell(compare: Compare) -> None:
    panel = compare("checkpoint_epoch0.pth", "checkpoint_epoch4.pth")
    assert counts(panel) == {VALUES: 11}
    assert "every tensor changed" in sentence(panel)
    assert cell(panel, "fc.weight", PairColumn.REL_L2)
    tree = panel.content.pairs.tree
    whole = tree.outline.row("fc")
    assert whole is not None
    assert tree.distances[whole].numel == 7850


def test_a_file_and_itself_are_bit_for_bit_the_same(compare: Compare) -> None:
    panel = compare("resnet_plain.pth", "resnet_plain.pth")
    assert counts(panel) == {SAME: 38}
    assert sentence(panel) == "Bit for bit the same."


def test_a_prefix_is_seen_through_and_said(compare: Compare) -> None:
    panel = compare("resnet_plain.pth", "resnet_module_prefix.pth")
    assert counts(panel) == {SAME: 38}
    assert "module." in sentence(panel)
    assert "Where keys of B begin with module." in panel.content.more.text()
    panel.choose_key("module.conv1.weight")
    assert key_of(panel.content.pairs) == "module.conv1.weight"


def test_another_container_and_another_dtype_are_compared_too(compare: Compare) -> None:
    assert counts(compare("resnet_plain.pth", "resnet_plain.safetensors")) == {SAME: 38}
    panel = compare("half.pth", "resnet_plain.pth")
    assert counts(panel).get(DTYPE, 0) or counts(panel)


def test_the_section_of_each_file_can_be_chosen(qtbot: QtBot, inspector: Application, compare: Compare) -> None:
    panel = compare("checkpoint_epoch0.pth", "checkpoint_epoch4.pth")
    heads = panel.content.heads
    assert [side.sections.currentText() for side in heads.sides] == ["model weights  ·  model_state_dict"] * 2
    first = heads.sides[0].sections
    place = next(place for place in range(first.count()) if "whole file" in first.itemText(place))
    first.setCurrentIndex(place)
    first.activated.emit(place)
    settled(qtbot, inspector)
    found = panel.comparison.found
    assert found is not None
    assert found.sections == ("", "model_state_dict")


def test_the_states_of_optimizers_go_by_the_names_of_their_parameters(
    qtbot: QtBot, inspector: Application, compare: Compare
) -> None:
    panel = compare("checkpoint_epoch2.pth", "checkpoint_epoch4.pth")
    panel.comparison.choose_sections("optimizer_state_dict", "optimizer_state_dict")
    settled(qtbot, inspector)
    assert cell(panel, "fc.weight.momentum_buffer", PairColumn.SHAPE) == "[10, 784]"
    assert cell(panel, "fc.weight.momentum_buffer", PairColumn.REL_L2)
    assert "SGD with momentum" in panel.content.more.text()
    inspector.window.actions_["copy_command"].trigger()
    assert "--section-a=optimizer_state_dict --section-b=optimizer_state_dict" in QGuiApplication.clipboard().text()


def test_sides_are_swapped(qtbot: QtBot, inspector: Application, compare: Compare) -> None:
    panel = compare("network_512_256_128.pth", "network_400_200_100.pth")
    inspector.window.actions_["swap"].trigger()
    settled(qtbot, inspector)
    assert cell(panel, "hidden_layers.0.weight", PairColumn.SHAPE) == "[400→512, 784]"
    assert panel.comparison.names == ("network_400_200_100.pth", "network_512_256_128.pth")
    assert inspector.window.place.tabs.tabText(1) == "network_400_200_100.pth ↔ network_512_256_128.pth"


def test_the_latest_wish_wins_however_quickly_they_come(qtbot: QtBot, inspector: Application, compare: Compare) -> None:
    panel = compare("checkpoint_epoch0.pth", "linear.pth")
    page = panel.comparison
    for _ in range(3):
        page.swap()
    settled(qtbot, inspector)
    assert page.names == ("linear.pth", "checkpoint_epoch0.pth")
    assert page.found is not None
    assert [os.path.basename(checkpoint.path) for checkpoint in page.found.checkpoints] == list(page.names)
    usual = page.found.sections
    page.choose_sections("", "optimizer_state_dict")
    page.choose_sections(*usual)
    settled(qtbot, inspector)
    assert page.found.sections == usual


def test_differences_are_gone_through_by_key_and_everything_else_left_out(
    qtbot: QtBot, inspector: Application, compare: Compare
) -> None:
    panel = compare("resnet_plain.pth", "resnet_finetuned.pth")
    pairs = panel.content.pairs
    pairs.view.setFocus()
    qtbot.keyClick(pairs.view, Qt.Key.Key_F8)
    assert pairs.current is not None
    assert pairs.current.key == "conv1.weight"
    qtbot.keyClick(pairs.view, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert pairs.current is not None
    assert pairs.current.key == "fc.bias"
    inspector.window.actions_["differences"].trigger()
    assert SAME not in {pairs.tree.kind(row) for row in pairs.model.rows.rows}
    inspector.window.actions_["differences"].trigger()
    assert pairs.chips.down == frozenset()


def test_key_row_and_command_are_copied(inspector: Application, compare: Compare, samples: Path) -> None:
    panel = compare("network_512_256_128.pth", "network_400_200_100.pth")
    panel.choose_key("output.bias")
    clipboard = QGuiApplication.clipboard()
    inspector.window.actions_["copy_key"].trigger()
    assert clipboard.text() == "output.bias"
    inspector.window.actions_["copy_row"].trigger()
    cells = clipboard.text().split("\t")
    assert cells[:6] == ["output.bias", "Δ", "output.bias", "[10]", "float32", "10"]
    inspector.window.actions_["copy_command"].trigger()
    words = clipboard.text().split()
    assert words[:2] == ["inspector", "diff"]
    assert words[2] == str(samples / "network_512_256_128.pth")
    assert words[4:] == ["--values"]


@pytest.mark.parametrize("form", ["html", "md", "json"])
def test_a_report_is_written_in_each_form(
    qtbot: QtBot, inspector: Application, compare: Compare, tmp_path: Path, form: str
) -> None:
    panel = compare("network_512_256_128.pth", "network_400_200_100.pth")
    path = tmp_path / f"report.{form}"
    panel.report_to(str(path))
    qtbot.waitUntil(path.exists, timeout=WAIT)
    text = path.read_text("utf-8").replace("\\", "")  # Markdown shields underscores
    assert "network_512_256_128.pth" in text
    assert "hidden_layers.0.weight" in text
    qtbot.waitUntil(lambda: "report" in inspector.window.status.currentMessage(), timeout=WAIT)


def test_a_report_that_cannot_be_written_says_so(
    qtbot: QtBot, inspector: Application, compare: Compare, tmp_path: Path
) -> None:
    panel = compare("linear.pth", "linear.pth")
    panel.report_to(str(tmp_path / "nowhere" / "report.html"))
    boxes: list[QMessageBox] = []
    qtbot.waitUntil(lambda: bool(boxes.extend(inspector.window.findChildren(QMessageBox)) or boxes), timeout=WAIT)
    assert "cannot be written" in boxes[0].text()
    boxes[0].close()


def test_the_chosen_pair_is_shown_closely(qtbot: QtBot, inspector: Application, compare: Compare) -> None:
    panel = compare("checkpoint_epoch0.pth", "checkpoint_epoch4.pth")
    panel.choose_key("fc.weight")
    qtbot.waitUntil(lambda: panel.pane is not None, timeout=WAIT)
    pane = panel.pane
    assert pane is not None
    qtbot.waitUntil(lambda: pane._found is not None, timeout=WAIT)
    assert panel.content.lower.isVisible()
    assert pane.picture.pixels.shape[:2] == (10, 256)
    assert len(pane.histograms.spreads) == 2
    assert all(abs(each.shares.sum() - 100) < 1e-6 for each in pane.histograms.spreads)
    assert dict(pane.figures.figures)["equal"]
    pane.picture.setFocus()
    qtbot.keyClick(pane.picture, Qt.Key.Key_Right)
    assert "mean" in pane.reading.text()
    qtbot.keyClick(pane.histograms, Qt.Key.Key_Right)
    assert "%" in pane.bins.text()
    inspector.window.actions_["details"].trigger()
    assert not panel.content.lower.isVisible()


def test_what_cannot_be_drawn_says_why(qtbot: QtBot, compare: Compare) -> None:
    panel = compare("network_512_256_128.pth", "network_400_200_100.pth")
    panel.choose_key("hidden_layers.0.weight")
    qtbot.waitUntil(lambda: panel.pane is not None and panel.pane._found is not None, timeout=WAIT)
    assert panel.pane is not None
    assert "different shapes" in panel.pane.said.text()
    panel.content.pairs.view.choose(0)
    assert not panel.content.lower.isVisible()


def test_a_file_that_cannot_be_read_is_refused_with_its_sentence(
    qtbot: QtBot, inspector: Application, compare: Compare, samples: Path, tmp_path: Path
) -> None:
    path = tmp_path / "later.pth"
    panel = compare(samples / "linear.pth", path)
    page = panel.currentWidget()
    assert isinstance(page, RefusalPage)
    assert "later.pth" in page.text()
    assert not inspector.window.actions_["next_difference"].isEnabled()
    shutil.copy(samples / "linear.pth", path)
    retry = next(button for button in page.findChildren(QPushButton) if "Again" in button.text())
    qtbot.mouseClick(retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.has_content, timeout=WAIT)
    settled(qtbot, inspector)
    assert sentence(panel) == "Bit for bit the same."


def test_what_is_broken_in_a_file_stays_in_its_place_with_its_sentence(compare: Compare) -> None:
    panel = compare("resnet_plain.pth", "truncated.pth")
    assert panel.content.damage.isVisible()
    tree = panel.content.pairs.tree
    assert tree.refusals
    row = next(iter(tree.refusals))
    assert panel.content.pairs.model.cells.text(row, PairColumn.DIFFERENCE) == "!"
    assert "could not be compared" in panel.content.more.text() + sentence(panel)


def test_a_file_that_changes_on_disk_offers_to_compare_anew(
    qtbot: QtBot, inspector: Application, compare: Compare, samples: Path, tmp_path: Path
) -> None:
    path = tmp_path / "trained.pth"
    shutil.copy(samples / "checkpoint_epoch0.pth", path)
    panel = compare(samples / "checkpoint_epoch0.pth", path)
    assert counts(panel) == {SAME: 11}
    panel.choose_key("fc.weight")
    shutil.copy(samples / "checkpoint_epoch4.pth", path)
    panel.comparison.check_disk()
    qtbot.waitUntil(lambda: panel.content.change.isVisible(), timeout=WAIT)  # type: ignore[union-attr]
    button = panel.content.change.findChild(QPushButton)
    with qtbot.waitSignal(panel.comparison.compared, timeout=WAIT):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    settled(qtbot, inspector)
    assert counts(panel) == {VALUES: 11}
    assert panel.content.pairs.current is not None
    assert panel.content.pairs.current.key == "fc.weight"
    assert not panel.content.change.isVisible()


def test_large_values_are_compared_in_view_first_and_all_when_asked(
    qtbot: QtBot, inspector: Application, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.gui.comparison.AUTOMATIC", 1000)
    monkeypatch.setattr("inspector.gui.panels.compare_panel.AUTOMATIC", 1000)
    inspector.session.compare(str(samples / "resnet_plain.pth"), str(samples / "resnet_finetuned.pth"))
    panel = inspector.window.panel()
    assert isinstance(panel, ComparePanel)
    qtbot.waitUntil(lambda: panel.has_content, timeout=WAIT)
    panel.content.pairs.choose("conv1.weight")
    row = panel.content.pairs.view.current()
    tree = panel.content.pairs.tree
    qtbot.waitUntil(lambda: row in tree.distances and not panel.comparison.is_busy, timeout=WAIT)
    assert not panel.comparison.is_measured
    assert "Ctrl+M" in inspector.window.status.summary.text()
    inspector.window.actions_["measure"].trigger()
    settled(qtbot, inspector)
    assert panel.comparison.is_measured


def test_stopping_keeps_what_is_compared(qtbot: QtBot, inspector: Application, compare: Compare) -> None:
    panel = compare("resnet_plain.pth", "resnet_finetuned.pth")
    inspector.window.actions_["reload"].trigger()
    inspector.window.actions_["stop"].trigger()
    qtbot.waitUntil(lambda: not panel.comparison.is_busy)
    assert panel.has_content


@pytest.mark.parametrize("moment", ["at once", "with the tree", "with a report on its way"])
def test_closing_at_any_moment_leaves_nothing_running(
    qtbot: QtBot, inspector: Application, samples: Path, tmp_path: Path, moment: str
) -> None:
    inspector.session.compare(str(samples / "resnet_plain.pth"), str(samples / "resnet_finetuned.pth"))
    page, panel = inspector.session.current, inspector.window.panel()
    assert isinstance(page, OpenComparison)
    assert isinstance(panel, ComparePanel)
    if moment != "at once":
        qtbot.waitSignal(panel.painted, timeout=WAIT).wait()
        panel.choose_key("conv1.weight")
    if moment == "with a report on its way":
        panel.report_to(str(tmp_path / "report.html"))
    inspector.session.close(page)
    assert inspector.session.current is None
    qtbot.waitUntil(lambda: not is_anything_running(), timeout=WAIT)


def test_both_files_become_recent_and_open_in_tabs_of_their_own(
    qtbot: QtBot, inspector: Application, compare: Compare, samples: Path
) -> None:
    panel = compare("linear.pth", "resnet_plain.pth")
    assert inspector.settings.recents()[:2] == [str(samples / "linear.pth"), str(samples / "resnet_plain.pth")]
    qtbot.mouseClick(panel.content.heads.sides[1].open_button, Qt.MouseButton.LeftButton)
    assert [file.name for file in inspector.session.files] == ["resnet_plain.pth"]
    file = inspector.session.files[0]
    qtbot.waitUntil(lambda: file.contents is not None and not file.is_busy, timeout=WAIT)


def test_columns_that_a_person_arranged_are_remembered(inspector: Application, compare: Compare) -> None:
    panel = compare("linear.pth", "linear.pth")
    view = panel.content.pairs.view
    view.setColumnWidth(PairColumn.KEY_B, 333)
    view.setColumnHidden(PairColumn.COSINE, True)
    inspector.session.close(panel.page)
    panel = compare("linear.pth", "linear.pth")
    view = panel.content.pairs.view
    assert view.columnWidth(PairColumn.KEY_B) == 333
    assert view.isColumnHidden(PairColumn.COSINE)
    assert not view.isColumnHidden(PairColumn.EQUAL)


def test_the_tree_is_opened_level_by_level(inspector: Application, compare: Compare) -> None:
    panel = compare("resnet_plain.pth", "resnet_finetuned.pth")
    model, actions = panel.content.pairs.model, inspector.window.actions_
    actions["collapse_all"].trigger()
    assert model.rowCount() == 5
    actions["deeper"].trigger()
    assert model.rowCount() > 5
    actions["shallower"].trigger()
    assert model.rowCount() == 5
    actions["expand_all"].trigger()
    assert model.rowCount() == len(panel.content.pairs.tree)


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_light_and_dark_are_painted(inspector: Application, compare: Compare, choice: str) -> None:
    compare("network_512_256_128.pth", "network_400_200_100.pth")
    inspector.window.actions_[f"theme_{choice}"].trigger()
    image: QImage = inspector.window.grab().toImage()
    lightness = image.pixelColor(5, 500).lightness()
    assert lightness > 200 if choice == "light" else lightness < 80
