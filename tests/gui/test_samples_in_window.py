"""Each sample in a real window: the tree, the statistics and the pictures show what its story says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.checkpoint.entries import Tensor
from inspector.gui.app import Application
from inspector.gui.item_models.tree_cells import Column
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.tree_side import TreeSide
from inspector.gui.screenshots import main as take_screenshots

SAMPLES = Path(__file__).resolve().parent.parent.parent / "sample_checkpoints"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.suffix in (".pth", ".pt", ".safetensors"))


def tensors(tree: TreeSide) -> Iterator[tuple[int, Tensor]]:
    for row, entry in enumerate(tree.outline.entries):
        if type(entry) is Tensor:
            yield row, entry


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_shows_its_tree_and_statistics(
    qtbot: QtBot,
    inspector: Application,
    open_file: Callable[[Path], OpenFile],
    tree_of: Callable[[OpenFile], TreeSide],
    measured: Callable[[OpenFile], OpenFile],
    name: str,
) -> None:
    file = measured(open_file(SAMPLES / name))
    assert file.contents is not None
    tree = tree_of(file)
    tree.expand_all()
    assert tree.model.rowCount() == len(tree.outline)
    for row, entry in tensors(tree):
        assert tree.cells.text(row, Column.SHAPE) == str(list(entry.shape))
        if not entry.damage and entry.numel:
            statistics = file.statistics[row]
            assert statistics.count == entry.numel
            assert tree.cells.text(row, Column.MINIMUM) or not statistics.finite
            assert max(tree.cells.bars(row, 24), default=1.0) == 1.0
        elif entry.damage:
            assert file.refusals[row]
            assert tree.cells.text(row, Column.FLAGS).startswith("! damaged")
    assert tree.damage.isVisible() == bool(file.contents.checkpoint.damage)


@pytest.mark.parametrize(
    ("name", "section", "bias"),
    [
        ("fashion_classifier.pt", "optimizer", "fc1.bias"),
        ("checkpoint_epoch4.pth", "optimizer_state_dict", "conv1.bias"),
    ],
)
def test_states_of_an_optimizer_say_whose_they_are(
    open_file: Callable[[Path], OpenFile], tree_of: Callable[[OpenFile], TreeSide], name: str, section: str, bias: str
) -> None:
    tree = tree_of(open_file(SAMPLES / name))
    row = tree.outline.row(f"{section}.state.1")
    assert row is not None
    assert tree.cells.text(row, Column.LAYER) == f"of {bias}"


def test_choosing_each_row_of_a_module_shows_it(
    qtbot: QtBot,
    inspector: Application,
    open_file: Callable[[Path], OpenFile],
    tree_of: Callable[[OpenFile], TreeSide],
    measured: Callable[[OpenFile], OpenFile],
) -> None:
    """Groups, values, tensors and attributes, one after the other, with late pictures dropped."""
    file = measured(open_file(SAMPLES / "whole_module.pth"))
    details = inspector.window.place.details
    qtbot.waitUntil(lambda: details.entry is not None, timeout=20_000)
    tree = tree_of(file)
    tree.expand_all()
    assert details.entry is not None
    for row in range(len(tree.outline)):
        tree.choose(row)
        assert details.entry._key == tree.outline.key(row)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screenshots_show_a_window_that_is_not_empty(
    tmp_path: Path, theme: str, capsys: pytest.CaptureFixture[str], qapp: object
) -> None:
    from PySide6.QtGui import QImage

    assert take_screenshots(["--out", str(tmp_path), "--theme", theme, str(SAMPLES / "picture.pth")]) == 0
    paths = [Path(line) for line in capsys.readouterr().out.split()]
    assert [path.name for path in paths] == ["start.png", "1-picture.pth-tree.png", "1-picture.pth-file.png"]
    for path in paths:
        picture = QImage(str(path))
        seen = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
        assert len(seen) > 8
    pictures = [QImage(str(path)) for path in paths]
    assert pictures[1] != pictures[2]
