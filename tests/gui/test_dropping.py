"""What a drop means, said before it is dropped: decided from names, and with real drags at the window's handle."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QFontMetrics, QMouseEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from inspector.checkpoint.entries import Tensor, Value
from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import InspectorError
from inspector.gui.app import Application
from inspector.gui.comparison import OpenComparison
from inspector.gui.dropping import dragging_out
from inspector.gui.dropping import entry_data as entry_data_module
from inspector.gui.dropping.dragging_out import entry_of, paths_of, words_of
from inspector.gui.dropping.entry_data import EntryData
from inspector.gui.dropping.entry_deeds import EntryDeeds, leave_text
from inspector.gui.dropping.entry_words import ENTRY
from inspector.gui.dropping.given_files import clear
from inspector.gui.dropping.meaning import (
    COMPARE,
    CONVERT,
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
from inspector.gui.dropping.page_tabs import PageTabs
from inspector.gui.dropping.seeing import seen
from inspector.gui.dropping.taking import Taking
from inspector.gui.dropping.words_card import card_size, room_for_words
from inspector.gui.fitting.open_fit import OpenFit
from inspector.gui.open_file import OpenFile
from inspector.gui.theme import scaled_font

Open = Callable[[Path], OpenFile]
Measured = Callable[[OpenFile], OpenFile]


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
        (["a.pth"], Target("convert", (B,)), CONVERT, "Convert a.pth"),
        (["a.pth"], Target("series", ("/run",)), SERIES, "Show this run with a.pth added"),
        (["e_1.pth", "e_2.pth"], Target("series", ("/run",)), SERIES, "Show this run with 2 checkpoints added"),
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
    drop = meaning(seen([str(place / name) for name in names]), target)
    assert (drop.kind, drop.words) == (kind, said)
    assert drop.is_accepted is (kind != REFUSED)


def test_too_many_files_are_not_opened(place: Path) -> None:
    for number in range(MOST_OPENED + 1):
        (place / f"{chr(97 + number % 26)}x{number // 26}y.pth").touch()
    paths = [str(path) for path in place.glob("?x?y.pth")]
    drop = meaning(seen(paths), Target())
    assert drop.words == "31 files are too many to open at once: at most 30"
    assert meaning(seen(paths[1:]), Target()).words == "Open 30 files"


def test_what_is_in_a_run_is_not_added_to_it(place: Path) -> None:
    held = seen([str(place / "run" / "epoch_1.pth")])
    assert not meaning(held, Target("series", (str(place / "run"),))).is_accepted
    assert meaning(held, Target("series", (str(place / "other"),))).paths[1] == held[0].path


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


def test_a_card_has_room_for_its_words(inspector: Application) -> None:
    metrics = QFontMetrics(scaled_font(1.0))
    for words in ("Open linear.pth", "Compare with resnet_plain.pth", "conv1.weight.npy  ·  9.41 kB", "与 a.pth 比较"):
        room = room_for_words(QRect(QPoint(0, 0), card_size("→", words, 1000)), "→")
        assert metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, room.width()) == words


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


def test_nothing_is_taken_while_something_is_asked(
    qtbot: QtBot, inspector: Application, files: Callable[..., Drag], samples: Path
) -> None:
    drag = files(samples / "linear.pth")
    question = QDialog(inspector.window)
    question.open()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is question)
    assert not drag.over(PAGE)
    drag.drop(PAGE)
    assert not inspector.session.pages
    question.reject()
    assert drag.over(PAGE)


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
    assert drag.over(drag.tab(0))
    assert drag.words == "Open resnet_new_head.pth"
    drag.drop(QPoint(1200, 500))
    assert page.names == ("resnet_plain.pth", "resnet_new_head.pth")
    assert inspector.window.place.tabs.tabText(1) == page.name
    qtbot.waitUntil(lambda: not page.is_comparing and not page.is_busy)
    assert not drag.over(QPoint(1200, 500))
    inspector.window.actions_["undo"].trigger()
    assert page.names == ("resnet_plain.pth", "resnet_finetuned.pth")
    qtbot.waitUntil(lambda: not page.is_comparing and not page.is_busy)


def test_a_folder_of_checkpoints_is_shown_as_one_run(
    qtbot: QtBot, inspector: Application, files: Callable[..., Drag], samples: Path, tmp_path: Path
) -> None:
    for name in ("checkpoint_epoch0.pth", "checkpoint_epoch2.pth", "checkpoint_epoch4.pth"):
        shutil.copy(samples / name, tmp_path)
    drag = files(tmp_path)
    drag.drop(PAGE)
    page = inspector.session.current
    assert page is not None
    assert page.recipe()["kind"] == "series"
    qtbot.waitUntil(lambda: not page.is_busy)
    assert not drag.over(drag.tab(1))


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


# -- out of the window -----------------------------------------------------------------------------


def entry_data(inspector: Application, key: str, *, as_pt: bool = False) -> EntryData:
    tree = inspector.window.tree()
    row = tree.outline.row(key)
    assert row is not None
    return EntryData(entry_of(tree, row, as_pt=as_pt))


def test_a_row_is_its_key_as_text_and_an_array_as_a_file_that_is_made_when_asked_for(
    inspector: Application, open_file: Open, measured: Measured, samples: Path
) -> None:
    measured(open_file(samples / "fashion_classifier.pt"))
    clear()
    data = entry_data(inspector, "state_dict.fc1.weight")
    assert data.text() == "state_dict.fc1.weight"
    assert data.hasUrls()
    assert not data._made
    path = Path(data.urls()[0].toLocalFile())
    assert path.name == "state_dict.fc1.weight.npy"
    assert np.load(path).shape == (512, 784)
    assert data.urls()[0].toLocalFile() == str(path)
    clear()
    assert not path.exists()


def test_a_branch_and_with_shift_a_tensor_is_a_file_for_torch(
    inspector: Application, open_file: Open, measured: Measured, samples: Path
) -> None:
    measured(open_file(samples / "fashion_classifier.pt"))
    for key, as_pt, keys in (
        ("state_dict.fc1", False, ["weight", "bias"]),
        ("state_dict.fc1.bias", True, None),
    ):
        path = entry_data(inspector, key, as_pt=as_pt).urls()[0].toLocalFile()
        assert path.endswith(f"{key}.pt")
        if keys is not None:
            assert [each for each, _ in open_checkpoint(path).tensors()] == keys
    clear()


def test_what_is_too_large_or_no_tensor_is_a_text_only(
    inspector: Application, open_file: Open, measured: Measured, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    measured(open_file(samples / "fashion_classifier.pt"))
    tree = inspector.window.tree()
    row = next(row for row in tree.outline.leaves if isinstance(tree.outline.entries[row], Value))
    assert not EntryData(entry_of(tree, row)).hasUrls()
    monkeypatch.setattr(entry_data_module, "MOST_BYTES", 1000)
    data = entry_data(inspector, "state_dict.fc1.weight")
    assert data.formats() == ["text/plain", ENTRY]
    assert not data.urls()
    assert "too large to be dragged as a file" in words_of(entry_of(tree, tree.outline.row("state_dict.fc1.weight")))


def test_a_file_that_cannot_be_made_is_told(
    inspector: Application, open_file: Open, measured: Measured, samples: Path, tmp_path: Path
) -> None:
    shutil.copy(samples / "fashion_classifier.pt", tmp_path / "a.pt")
    measured(open_file(tmp_path / "a.pt"))
    tree = inspector.window.tree()
    (tmp_path / "a.pt").write_bytes(b"")
    failures: list[InspectorError] = []
    data = EntryData(entry_of(tree, tree.outline.row("state_dict.fc1.weight")), failures.append)
    assert not data.urls()
    assert not data.urls()
    assert len(failures) == 1


def test_an_entry_is_saved_and_copied_by_keyboard(
    qtbot: QtBot, inspector: Application, open_file: Open, measured: Measured, samples: Path, tmp_path: Path
) -> None:
    measured(open_file(samples / "half.pth"))
    window, tree = inspector.window, inspector.window.tree()
    row = next(row for row in tree.outline.leaves if isinstance(tree.outline.entries[row], Tensor))
    tree.choose(row)
    assert window.actions_["save_entry"].isEnabled()
    deeds = EntryDeeds(window)
    deeds.save_to(entry_of(tree, row), str(tmp_path / "x.npy"))
    qtbot.waitUntil((tmp_path / "x.npy").exists)
    qtbot.waitUntil(lambda: "Written to" in window.status.currentMessage())
    window.actions_["copy_entry"].trigger()
    clipboard = QApplication.clipboard()
    assert clipboard.text() == tree.outline.key(row)
    assert np.load(clipboard.mimeData().urls()[0].toLocalFile()).shape == np.load(tmp_path / "x.npy").shape
    leave_text()
    assert clipboard.text() == tree.outline.key(row)
    assert not clipboard.mimeData().hasUrls()
    clear()


@pytest.mark.parametrize(
    ("key", "written", "is_there"),
    [
        ("state_dict.fc1.bias", "b", "b.npy"),
        ("state_dict.fc1.bias", "b.pt", "b.pt"),
        ("state_dict.fc1", "fc1.npy", "fc1.npy.pt"),
    ],
)
def test_the_dialog_offers_what_the_entry_can_be(
    qtbot: QtBot,
    inspector: Application,
    open_file: Open,
    measured: Measured,
    samples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    written: str,
    is_there: str,
) -> None:
    measured(open_file(samples / "fashion_classifier.pt"))
    asked: list[str] = []

    def choose(_parent: QWidget, _title: str, beside: str, forms: str) -> tuple[str, str]:
        asked.extend([beside, forms])
        return str(tmp_path / written), forms.split(";;")[0]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    inspector.window.inspect_panel().choose_key(key)
    inspector.window.actions_["save_entry"].trigger()
    qtbot.waitUntil((tmp_path / is_there).exists)
    qtbot.waitUntil(lambda: is_there in inspector.window.status.currentMessage())
    assert asked[0].startswith(str(samples / key))
    assert ("NumPy" in asked[1]) is (key != "state_dict.fc1")


def test_an_entry_of_another_window_opens_as_a_file_of_its_own(
    qtbot: QtBot, inspector: Application, open_file: Open, measured: Measured, samples: Path
) -> None:
    measured(open_file(samples / "fashion_classifier.pt"))
    data = entry_data(inspector, "state_dict.fc1.weight")
    drag = Drag(inspector, qtbot, data)
    assert drag.over(PAGE)
    assert drag.words == "Open state_dict.fc1.weight.pt as a file of its own"
    assert not data._made
    drag.drop(PAGE)
    file = inspector.session.current
    assert isinstance(file, OpenFile)
    assert file.name == "state_dict.fc1.weight.pt"
    assert file.path not in data._made.values()
    qtbot.waitUntil(lambda: file.contents is not None or file.error is not None)
    assert file.contents is not None
    assert file.contents.outline.total_parameters == 512 * 784
    measured(file)
    clear()


def test_a_press_that_moves_drags_the_row_and_chooses_no_other(
    qtbot: QtBot, inspector: Application, open_file: Open, measured: Measured, samples: Path
) -> None:
    measured(open_file(samples / "resnet_plain.pth"))
    view = inspector.window.tree().view
    view.dragged.disconnect()
    dragged: list[int] = []
    view.dragged.connect(dragged.append)
    begin = view.visualRect(view.model().index(1, 0)).center()
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    chosen = view.current()
    for step in (2, 30, 60):
        move(view.viewport(), begin + QPoint(0, step))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=begin + QPoint(0, 60))
    assert dragged == [chosen]
    assert view.current() == chosen


def test_a_tab_that_is_dragged_away_is_its_file_and_along_the_bar_it_is_moved(
    qtbot: QtBot,
    inspector: Application,
    open_file: Open,
    measured: Measured,
    samples: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = [measured(open_file(samples / name)) for name in ("linear.pth", "nan.pth")]
    dragged: list[object] = []
    monkeypatch.setattr(PageTabs, "_drag", lambda _tabs, page: dragged.append(page))
    tabs = inspector.window.place.tabs
    begin = tabs.tabRect(1).center()
    qtbot.mousePress(tabs, Qt.MouseButton.LeftButton, pos=begin)
    for step in (QPoint(15, 0), QPoint(20, 5)):
        move(tabs, begin + step)
    assert not dragged
    for step in (QPoint(20, 80), QPoint(30, 150)):
        move(tabs, begin + step)
    assert dragged == [files[0]]
    qtbot.mouseRelease(tabs, Qt.MouseButton.LeftButton, pos=begin)
    assert paths_of(files[0]) == [str(samples / "linear.pth")]
    assert inspector.session.pages == files


def move(widget: QWidget, point: QPoint) -> None:
    """The mouse with its left button held, moved to a point of a widget."""
    there, left = QPointF(widget.mapToGlobal(point)), Qt.MouseButton.LeftButton
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(point), there, left, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)


def test_a_pair_is_dragged_as_its_key(
    qtbot: QtBot, inspector: Application, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inspector.session.compare(str(samples / "resnet_plain.pth"), str(samples / "resnet_finetuned.pth"))
    page = inspector.session.current
    assert isinstance(page, OpenComparison)
    qtbot.waitUntil(lambda: page.found is not None and not page.is_busy)
    dragged: list[str] = []
    monkeypatch.setattr(dragging_out, "drag_text", lambda _view, text: dragged.append(text))
    pairs = inspector.window.panels[page].content.pairs  # type: ignore[attr-defined]
    pairs.choose("conv1.weight")
    begin = pairs.view.visualRect(pairs.view.currentIndex()).center()
    qtbot.mousePress(pairs.view.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    move(pairs.view.viewport(), begin + QPoint(0, 40))
    qtbot.mouseRelease(pairs.view.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    assert dragged == ["conv1.weight"]
