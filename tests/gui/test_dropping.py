"""What a drop means, said before it is dropped: decided from names, and with real drags at the window's handle."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.comparison import OpenComparison
from inspector.gui.dropping.meaning import (
    COMPARE,
    FIT,
    MOST_OPENED,
    OPEN,
    REFUSED,
    REPLACE,
    SERIES,
    TAKE_CODE,
    Target,
    meaning,
    of_text,
)
from inspector.gui.dropping.seeing import seen
from inspector.gui.dropping.taking import Taking
from inspector.gui.fitting.open_fit import OpenFit
from inspector.gui.open_file import OpenFile

Open = Callable[[Path], OpenFile]


class Drag:
    """Something held over a window, as the platform tells the window of it."""

    def __init__(self, application: Application, qtbot: QtBot, data: QMimeData) -> None:
        self.window = application.window
        qtbot.waitUntil(lambda: self.window.taking is not None)
        self._data = data

    @property
    def words(self) -> str:
        """What is said beside the pointer, empty where nothing is."""
        taking = self.window.taking
        assert isinstance(taking, Taking)
        return taking.words.words if taking.words.isVisible() else ""

    def over(self, point: QPoint) -> bool:
        """Moves over the window; whether it would be taken there."""
        rest = (Qt.DropAction.CopyAction, self._data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter, move = QDragEnterEvent(point, *rest), QDragMoveEvent(point, *rest)
        QApplication.sendEvent(self.window.windowHandle(), enter)
        QApplication.sendEvent(self.window.windowHandle(), move)
        assert enter.isAccepted() is move.isAccepted()
        return move.isAccepted()

    def drop(self, point: QPoint) -> None:
        rest = (Qt.DropAction.CopyAction, self._data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        self.over(point)
        QApplication.sendEvent(self.window.windowHandle(), QDropEvent(QPointF(point), *rest))
        assert not self.words

    def leave(self) -> None:
        QApplication.sendEvent(self.window.windowHandle(), QDragLeaveEvent())

    def tab(self, number: int) -> QPoint:
        tabs = self.window.place.tabs
        return tabs.mapTo(self.window, tabs.tabRect(number).center())


@pytest.fixture
def files(qtbot: QtBot, inspector: Application) -> Callable[..., Drag]:
    def hold(*paths: Path) -> Drag:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        return Drag(inspector, qtbot, data)

    return hold


@pytest.fixture
def words(qtbot: QtBot, inspector: Application) -> Callable[[str], Drag]:
    def hold(text: str) -> Drag:
        data = QMimeData()
        data.setText(text)
        return Drag(inspector, qtbot, data)

    return hold


PAGE = QPoint(500, 500)
ERROR = """RuntimeError: Error(s) in loading state_dict for Net:
\tMissing key(s) in state_dict: "fc.bias"."""


# -- what it means ---------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in "a.pth b.safetensors net.py photo.jpg noted.txt odd_ending.1 e_1.pth e_2.pth e_3.pth".split():
        (tmp_path / name).touch()
    for folder, names in {
        "run": ("epoch_1.pth", "epoch_2.pth", "epoch_10.pth", "log.txt"),
        "one": ("only.ckpt",),
        "none": ("log.txt",),
        "shards": ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"),
        "dcp": (".metadata", "__0_0.distcp"),
    }.items():
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / name).touch()
    os.mkfifo(tmp_path / "pipe.pth")
    return tmp_path


A, B = "/there/a.pth", "/there/b.pth"
TAB, PAGE_OF = Target("file", (A,), is_tab=True), Target("file", (A,))


@pytest.mark.parametrize(
    ("names", "target", "kind", "said"),
    [
        (["a.pth"], Target(), OPEN, "Open a.pth"),
        (["a.pth"], PAGE_OF, OPEN, "Open a.pth"),
        (["odd_ending.1"], Target(), OPEN, "Open odd_ending.1"),
        (["noted.txt"], Target(), OPEN, "Open noted.txt"),
        (["b.safetensors"], TAB, COMPARE, "Compare with a.pth"),
        (["a.pth", "b.safetensors"], PAGE_OF, COMPARE, "Compare a.pth with b.safetensors"),
        (["a.pth", "b.safetensors", "e_1.pth"], Target(), OPEN, "Open 3 files"),
        (["e_1.pth", "e_2.pth", "e_3.pth"], Target(), SERIES, "Show the 3 checkpoints as one run"),
        (["run"], Target(), SERIES, "Show the 3 checkpoints of run as one run"),
        (["one"], Target(), OPEN, "Open only.ckpt"),
        (["shards"], Target(), OPEN, "Open shards"),
        (["dcp"], TAB, COMPARE, "Compare with a.pth"),
        (["net.py"], TAB, FIT, "Fit a.pth to net.py"),
        (["net.py"], PAGE_OF, FIT, "Fit a.pth to net.py"),
        (["net.py", "b.safetensors"], Target(), FIT, "Fit b.safetensors to net.py"),
        (["net.py"], Target("fit", (A,), takes_code=True), TAKE_CODE, "Take net.py as the model"),
        (["net.py"], Target("run", (A,), takes_code=True), TAKE_CODE, "Take net.py as the model"),
        (["a.pth"], Target("fit", (B,), model="/x/nets.py:Net"), FIT, "Fit a.pth to nets.py:Net"),
        (["a.pth"], Target("fit", (B,)), OPEN, "Open a.pth"),
        (["a.pth"], Target("comparison", (A, B)), REPLACE, "Side A: a.pth in place of a.pth"),
        (["a.pth"], Target("comparison", (A, B), half=1), REPLACE, "Side B: a.pth in place of b.pth"),
        (["net.py"], Target(), REFUSED, "Drop net.py onto a checkpoint to fit that to it"),
        (["net.py", "run"], Target(), REFUSED, "Drop the .py file with one checkpoint, or onto one"),
        (["photo.jpg"], TAB, REFUSED, "photo.jpg is no checkpoint"),
        (["none"], Target(), REFUSED, "There is no checkpoint in none"),
        (["run", "one"], Target(), REFUSED, "Drop one folder at a time"),
        (["gone.pth"], Target(), REFUSED, "gone.pth is not there any more"),
        (["pipe.pth"], Target(), REFUSED, "pipe.pth is neither a file nor a folder"),
        ([], Target(), REFUSED, "Only files of this computer can be dropped here"),
    ],
)
def test_what_it_means(place: Path, names: list[str], target: Target, kind: str, said: str) -> None:
    drop = meaning(seen([str(place / name) for name in names]), target, shows_series=True)
    assert (drop.kind, drop.words) == (kind, said)
    assert drop.is_accepted is (kind != REFUSED)


def test_too_many_files_are_not_opened(place: Path) -> None:
    for number in range(MOST_OPENED + 1):
        (place / f"{chr(97 + number % 26)}x{number // 26}y.pth").touch()
    paths = [str(path) for path in place.glob("?x?y.pth")]
    drop = meaning(seen(paths), Target(), shows_series=True)
    assert drop.words == "31 files are too many to open at once: at most 30"
    assert meaning(seen(paths[1:]), Target()).words == "Open 30 files"


def test_a_run_is_opened_in_tabs_where_there_is_no_page_for_it(place: Path) -> None:
    assert meaning(seen([str(place / "run")]), Target()).words == "Open 3 files"


def test_names_of_files_are_shown_safely(place: Path) -> None:
    (place / "a\u202eb\x1b[31m.pth").touch()
    assert meaning(seen([str(place / "a\u202eb\x1b[31m.pth")]), Target()).words == "Open a\\u202eb\\x1b[31m.pth"


def test_only_the_text_of_an_error_is_taken() -> None:
    assert of_text(ERROR).words == "Explain this error of load_state_dict"
    assert not of_text("a poem").is_accepted


# -- at a real window ------------------------------------------------------------------------------


def test_it_is_said_beside_the_pointer_and_goes_with_it(
    inspector: Application, files: Callable[..., Drag], samples: Path
) -> None:
    drag = files(samples / "linear.pth")
    assert drag.over(PAGE)
    assert drag.words == "Open linear.pth"
    label = inspector.window.taking.words
    before = label.pos()
    drag.over(PAGE + QPoint(40, 20))
    assert label.pos() == before + QPoint(40, 20)
    drag.over(QPoint(inspector.window.width() - 1, inspector.window.height() - 1))
    assert inspector.window.rect().contains(label.geometry())
    drag.leave()
    assert not drag.words
    drag.drop(PAGE)
    assert [file.name for file in inspector.session.files] == ["linear.pth"]


def test_what_cannot_be_taken_says_so(
    inspector: Application, files: Callable[..., Drag], words: Callable[[str], Drag], tmp_path: Path
) -> None:
    drag = files(tmp_path)
    assert not drag.over(PAGE)
    assert drag.words.startswith("There is no checkpoint in ")
    drag.drop(PAGE)
    assert not words("a poem").over(PAGE)
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.pth")])
    drag._data = data
    assert not drag.over(PAGE)
    assert drag.words == "Only files of this computer can be dropped here"
    assert not inspector.session.pages


def test_over_a_tab_it_is_compared_and_the_tab_comes_forward(
    qtbot: QtBot, inspector: Application, files: Callable[..., Drag], open_file: Open, samples: Path
) -> None:
    first, second = open_file(samples / "resnet_plain.pth"), open_file(samples / "linear.pth")
    drag = files(samples / "resnet_finetuned.pth")
    assert drag.over(drag.tab(1))
    assert drag.words == "Compare with resnet_plain.pth"
    assert inspector.session.current is second
    qtbot.waitUntil(lambda: inspector.session.current is first)
    drag.over(PAGE)
    assert drag.words == "Open resnet_finetuned.pth"
    drag.drop(drag.tab(1))
    page = inspector.session.current
    assert isinstance(page, OpenComparison)
    assert page.names == ("resnet_plain.pth", "resnet_finetuned.pth")


def test_onto_a_half_of_a_comparison_it_takes_that_side_and_that_is_undone(
    qtbot: QtBot, inspector: Application, files: Callable[..., Drag], samples: Path
) -> None:
    inspector.session.compare(str(samples / "resnet_plain.pth"), str(samples / "resnet_finetuned.pth"))
    page = inspector.session.current
    assert isinstance(page, OpenComparison)
    qtbot.waitUntil(lambda: page.found is not None and not page.is_busy)
    drag = files(samples / "resnet_new_head.pth")
    assert drag.over(PAGE - QPoint(200, 0))
    assert drag.words == "Side A: resnet_new_head.pth in place of resnet_plain.pth"
    drag.drop(QPoint(1200, 500))
    assert page.names == ("resnet_plain.pth", "resnet_new_head.pth")
    assert inspector.window.place.tabs.tabText(1) == page.name
    qtbot.waitUntil(lambda: not page.is_comparing and not page.is_busy)
    assert not drag.over(QPoint(1200, 500))
    inspector.window.actions_["undo"].trigger()
    assert page.names == ("resnet_plain.pth", "resnet_finetuned.pth")
    qtbot.waitUntil(lambda: not page.is_comparing and not page.is_busy)


def test_a_model_is_fitted_and_another_checkpoint_to_the_same(
    qtbot: QtBot, inspector: Application, files: Callable[..., Drag], open_file: Open, samples: Path
) -> None:
    open_file(samples / "network_512_256_128.pth")
    drag = files(samples / "networks.py")
    assert drag.over(drag.tab(1))
    assert drag.words == "Fit network_512_256_128.pth to networks.py"
    drag.drop(PAGE)
    page = inspector.session.current
    assert isinstance(page, OpenFit)
    qtbot.waitUntil(lambda: page.chosen.choice is not None)
    assert drag.over(PAGE)
    assert drag.words == "Take networks.py as the model"
    drag = files(samples / "network_400_200_100.pth")
    drag.over(PAGE)
    assert drag.words == "Fit network_400_200_100.pth to networks.py"
    drag.drop(PAGE)
    other = inspector.session.current
    assert isinstance(other, OpenFit)
    assert other is not page

    qtbot.waitUntil(lambda: other.chosen.choice is not None)
    assert other.name == "network_400_200_100.pth → networks.py"


def test_an_error_is_explained_and_a_text_over_a_field_is_left_to_it(
    inspector: Application,
    words: Callable[[str], Drag],
    files: Callable[..., Drag],
    open_file: Open,
    tree_of,
    samples: Path,
) -> None:  # type: ignore[no-untyped-def]
    tree = tree_of(open_file(samples / "linear.pth"))
    field = tree.search
    at_field = field.mapTo(inspector.window, field.rect().center())
    drag = words("bias")
    assert drag.over(at_field)
    assert not drag.words
    drag.drop(at_field)
    assert field.text() == "bias"
    drag = files(samples / "resnet_plain.pth")
    drag.over(at_field)
    assert drag.words == "Open resnet_plain.pth"
    drag.leave()
    drag = words(ERROR)
    drag.drop(PAGE)
    assert inspector.session.current.recipe()["kind"] == "error"
    assert field.text() == "bias"
