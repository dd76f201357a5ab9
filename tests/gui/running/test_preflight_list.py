"""The list before the start and the look at a batch, in real windows: found, assumed, corrected, tried out."""

from __future__ import annotations

import gettext
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector import language
from inspector.errors import InspectorError
from inspector.gui.fitting.chosen_model import TRUSTED
from inspector.gui.jobs import wait_for_all
from inspector.gui.running.batch_look import BatchLook
from inspector.gui.running.checked_line import CheckedLine
from inspector.gui.running.data_errors import can_be_fetched, is_about_data
from inspector.gui.running.open_run import OpenRun
from inspector.gui.running.preflight_list import PreflightList
from inspector.gui.running.setup_side import SetupSide
from inspector.gui.running.start_words import shortened, start_words
from inspector.gui.settings import Settings
from inspector.gui.widgets.state_sign import ASSUMED, BAD, OK, WARNING, StateSign
from inspector.workshop.requests import WorkshopError
from inspector.workshop.run_requests import FETCHABLE, NOT_FETCHED, DataSource
from tests.gui.running.conftest import WAIT

Opened = Callable[..., OpenRun]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, samples: Path) -> Iterator[Opened]:
    """A page of a copy of a sample with its classes beside it, which may be run only where that is said."""
    made: list[OpenRun] = []
    settings = Settings(str(tmp_path / "settings"))

    def open_and_wait(name: str = "fashion_classifier.pt", *, trusted: bool = False) -> OpenRun:
        folder = tmp_path / "work"
        folder.mkdir()
        for file in (name, "networks.py"):
            shutil.copy(samples / file, folder)
        if trusted:
            settings.list_first(TRUSTED, str(folder / "networks.py"))
        page = OpenRun(str(folder / name), settings, in_process=True)
        made.append(page)
        page.open()
        qtbot.waitUntil(lambda: page.checkpoint is not None, timeout=WAIT)
        page.setup.set(data=DataSource(size=100), threads=1)  # torch's own threads would live on
        return page

    yield open_and_wait
    for page in made:
        page.close()
    wait_for_all()


def looked(qtbot: QtBot, page: OpenRun) -> None:
    qtbot.waitUntil(lambda: page.look is not None and not page.is_busy, timeout=WAIT)


def shown(qtbot: QtBot, widget: PreflightList | BatchLook) -> None:
    qtbot.addWidget(widget)
    widget.resize(900, 700)
    with qtbot.waitExposed(widget):
        widget.show()


def test_each_need_says_what_was_found_or_what_is_done_instead(qtbot: QtBot, opened: Opened) -> None:
    page = opened()
    preflight = PreflightList(page)
    shown(qtbot, preflight)
    lines = preflight.lines
    assert list(lines) == [need.role for need in page.setup.needs]
    assert lines["best"].found.text() == "0.115395 in valid_loss_min"
    assert lines["best"].sign.accessibleName() == "There"
    assert lines["rng"].sign.accessibleName() == "Assumed"
    assert "seed" in lines["rng"].assumed.text()
    assert lines["epoch"].found.text() == "Epoch 4 is next"
    assert lines["epoch"].change.isVisible()
    assert not lines["history"].change.isVisible()
    assert "valid_loss_min" in lines["best"].accessibleName()


def test_what_was_found_is_corrected_in_place(qtbot: QtBot, opened: Opened) -> None:
    page = opened()
    preflight = PreflightList(page)
    shown(qtbot, preflight)
    line = preflight.lines["epoch"]
    qtbot.mouseClick(line.change, Qt.MouseButton.LeftButton)
    correction = line.correction
    assert correction is not None
    assert correction.choice.hasFocus()
    last = correction.choice.count() - 1
    correction.choice.setCurrentIndex(last)
    correction.choice.activated.emit(last)
    assert correction.line.hasFocus()
    qtbot.keyClicks(correction.line, "0")
    qtbot.keyClick(correction.line, Qt.Key.Key_Return)
    assert page.setup.first_epoch == 4
    correction.line.selectAll()
    qtbot.keyClicks(correction.line, "9")
    qtbot.keyClick(correction.line, Qt.Key.Key_Return)
    assert page.setup.first_epoch == 9
    assert line.found.text() == "Epoch 9 is next"
    assert "You said" in line.assumed.text()
    qtbot.mouseClick(correction.close_, Qt.MouseButton.LeftButton)
    assert line.correction is None
    assert line.change.hasFocus()
    qtbot.mouseClick(line.change, Qt.MouseButton.LeftButton)
    assert line.correction is not None
    assert line.correction.line.text() == "9"
    line.correction.choice.activated.emit(0)
    assert page.setup.first_epoch == 4


def test_a_part_can_be_left_out_and_taken_again(qtbot: QtBot, opened: Opened) -> None:
    page = opened()
    preflight = PreflightList(page)
    shown(qtbot, preflight)
    line = preflight.lines["optimizer"]
    line.toggle()
    assert line.correction is not None
    texts = [line.correction.choice.itemText(place) for place in range(line.correction.choice.count())]
    assert texts[0] == "As it was found"
    assert texts[1].startswith("optimizer ")
    line.correction.choice.activated.emit(texts.index("Leave it out"))
    assert not page.setup.keeps_optimizer
    assert line.sign.accessibleName() == "Assumed"
    line.correction.choice.activated.emit(0)
    assert page.setup.keeps_optimizer


def test_what_is_tried_out_appears_and_stays_until_it_is_tried_anew(qtbot: QtBot, opened: Opened) -> None:
    page = opened(trusted=True)
    preflight, look, side = PreflightList(page), BatchLook(page), SetupSide(page)
    qtbot.addWidget(look)
    qtbot.addWidget(side)
    shown(qtbot, preflight)
    qtbot.waitUntil(lambda: page.rehearsal is not None and not page.is_busy, timeout=WAIT)
    assert page.rehearsal is not None
    names = [line.title.text() for line in preflight.checks if line.isVisible()]
    assert names == [check.name for check in page.rehearsal.checks]
    assert "Loss" in names
    assert side.training.fused.isHidden() != page.rehearsal.has_fused
    assert side.device.note.text() == page.rehearsal.device
    assert start_words(page).startswith("Trains epochs 4 to 6 on 100 samples of Drawn shapes, and saves into ")
    former = page.rehearsal
    side.training.choose_optimizer("SGD")
    qtbot.waitUntil(lambda: page.rehearsal is None, timeout=WAIT)
    assert [line.title.text() for line in preflight.checks if line.isVisible()] == names
    qtbot.waitUntil(lambda: page.rehearsal not in (None, former) and not page.is_busy, timeout=WAIT)
    assert any("SGD begins afresh" in line.found.text() for line in preflight.checks)


def test_a_failure_is_said_where_it_belongs(qtbot: QtBot, opened: Opened) -> None:
    """The network wants three channels: that is no fault of the data, which is shown all the same."""
    page = opened("whole_module.pth", trusted=True)
    preflight, look = PreflightList(page), BatchLook(page)
    qtbot.addWidget(look)
    shown(qtbot, preflight)
    qtbot.waitUntil(lambda: page.looking.error is not None and not page.is_busy, timeout=WAIT)
    said = [line for line in preflight.checks if line.isVisible()]
    assert len(said) == 1
    assert said[0].sign.accessibleName() == "Wrong"
    assert "3 channels" in said[0].found.text()
    assert start_words(page) == "It would end at once. The data does not fit the model, as is said above."
    assert look.error.text() == ""
    assert len(look.tiles.labels) > 4


def test_data_is_seen_whatever_else_fails_and_no_other(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    """A file that ends too early fails before there is any data; that is looked at all the same, and always anew."""
    page = opened("truncated.pth", trusted=True)
    preflight, look = PreflightList(page), BatchLook(page)
    qtbot.addWidget(preflight)
    shown(qtbot, look)
    qtbot.waitUntil(lambda: page.looking.error is not None and page.look is not None, timeout=WAIT)
    assert look.tiles.isVisible()
    np.savez(tmp_path / "numbers.npz", x=np.ones((30, 5), np.float32), y=np.zeros(30, np.int64))
    page.setup.data = DataSource("arrays", str(tmp_path / "numbers.npz"))
    qtbot.waitUntil(lambda: page.look is not None and page.look.shape == (5,), timeout=WAIT)
    qtbot.waitUntil(lambda: not page.is_busy, timeout=WAIT)
    assert [line.sign.accessibleName() for line in preflight.checks if not line.isHidden()] == ["Wrong"]
    page.setup.data = DataSource("arrays", str(tmp_path / "nowhere.npz"))
    (tmp_path / "nowhere.npz").write_bytes(b"no array")
    page.setup.changed.emit()
    qtbot.waitUntil(lambda: bool(look.error.text()), timeout=WAIT)
    assert page.look is None
    assert not look.table.isVisible()


def test_what_torch_says_is_shown_line_by_line(qtbot: QtBot) -> None:
    line = CheckedLine()
    qtbot.addWidget(line)
    line.show_line("The weights do not fit", "bad", "Error(s) in loading:\n" + "\tsize \x1b mismatch\n" * 20)
    lines = line.found.text().splitlines()
    assert lines[:2] == ["Error(s) in loading:", "size \\x1b mismatch"]
    assert lines[-1] == "… and 15 lines more"


def test_a_look_at_a_batch(qtbot: QtBot, opened: Opened) -> None:
    page = opened()
    look = BatchLook(page)
    shown(qtbot, look)
    looked(qtbot, page)
    assert page.look is not None
    assert look.tiles.isVisible()
    assert set(look.tiles.labels) <= set(page.look.classes)
    facts = dict(look.facts.rows)
    assert facts["Data"] == "Drawn shapes: 100 to train on, 12 to validate with, 25 to test on"
    assert facts["One sample"] == "[1, 28, 28] float32"
    assert facts["Steps"] == "ToTensor()"
    assert facts["Classes"].startswith("10: disc, ring")
    assert not look.fetch.isVisible()
    picture = look.tiles.grab().toImage()
    shades = {picture.pixelColor(x, 28).lightness() for x in range(0, picture.width(), 3)}
    assert len(shades) > 5, "the pictures are not there"
    assert look.tiles.heightForWidth(70) < 200
    look.tiles.resize(64, 200)
    assert len(look.tiles.labels) == 2


def test_data_that_is_no_picture_is_a_table(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    page = opened()
    look = BatchLook(page)
    shown(qtbot, look)
    np.savez(tmp_path / "numbers.npz", x=np.ones((30, 5), np.float32), y=np.linspace(0, 1, 30, dtype=np.float32))
    page.setup.data = DataSource("arrays", str(tmp_path / "numbers.npz"))
    qtbot.waitUntil(lambda: page.look is not None and page.look.shape == (5,), timeout=WAIT)
    assert not look.tiles.isVisible()
    assert look.table.text().startswith("targets   ")
    assert "Classes" not in dict(look.facts.rows)


def test_data_that_is_not_there_can_be_fetched(qtbot: QtBot, opened: Opened, tmp_path: Path) -> None:
    page = opened()
    look = BatchLook(page)
    shown(qtbot, look)
    looked(qtbot, page)
    page.setup.data = DataSource("torchvision", str(tmp_path / "sets"), "FashionMNIST")
    qtbot.waitUntil(look.fetch.isVisible, timeout=WAIT)
    assert "The data is not there." in look.error.text()
    assert "31 MB" in look.advice.text()
    assert "fashion-mnist.s3-website" in look.advice.text()
    assert str(tmp_path / "sets") in look.advice.text()
    assert not look.tiles.isVisible()
    assert not page.setup.data.download
    page.close()  # nothing is fetched here
    qtbot.mouseClick(look.fetch, Qt.MouseButton.LeftButton)
    assert page.setup.data.download
    page.close()


class _Other(gettext.NullTranslations):
    """A language of which no word is like the English one."""

    def gettext(self, message: str) -> str:
        return "※" * len(message)


def test_errors_are_told_apart() -> None:
    data = DataSource("torchvision", "", "MNIST")
    hint = "Name the folder that holds it, or let it be fetched (--download)."
    missing = WorkshopError("It is not there.", title="The data is not there", hint=hint, topic=FETCHABLE)
    assert is_about_data(missing, data)
    assert can_be_fetched(missing, data)
    assert can_be_fetched(WorkshopError("No.", title=NOT_FETCHED), data._replace(download=True))
    assert not can_be_fetched(InspectorError("No.", title="The data is not there"), data)
    assert not can_be_fetched(missing, DataSource("arrays", "a.npz"))
    assert not is_about_data(InspectorError("No.", title="The data does not fit the model"), data)
    assert not is_about_data(InspectorError("No.", title="The weights do not fit"), data)
    language.take(_Other())
    try:
        assert can_be_fetched(WorkshopError("No.", title=NOT_FETCHED), data), "in every language"
        assert is_about_data(WorkshopError("No.", title="The data is empty"), data)
    finally:
        language.take(None)
    own = WorkshopError("Boom.", title="The code failed", file="/a/data.py")
    assert is_about_data(own, DataSource("function", "/a/data.py", "sets"))
    assert not is_about_data(own, DataSource("function", "/a/other.py", "sets"))


def test_each_state_has_a_sign_of_its_own(qtbot: QtBot) -> None:
    drawn = set()
    for state in (OK, ASSUMED, WARNING, BAD):
        sign = StateSign(state)
        qtbot.addWidget(sign)
        picture = sign.grab().toImage().convertToFormat(sign.grab().toImage().Format.Format_Mono)
        drawn.add(bytes(picture.constBits()))
        assert sign.toolTip() == sign.accessibleName() != ""
    assert len(drawn) == 4, "without colours they must be told apart too"


@pytest.mark.parametrize(
    ("path", "words"),
    [("/a/b", "/a/b"), ("/a/b/c/d/e", "…/c/d/e"), ("relative", "relative")],
)
def test_long_paths_are_shortened(path: str, words: str) -> None:
    assert shortened(path) == words


def test_the_home_folder_is_a_tilde(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert shortened("/home/me/runs/a") == "~/runs/a"
    assert shortened("/home/meadow/a") == "/home/meadow/a"
