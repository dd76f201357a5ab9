"""The start page: recent files with what they were, pinned, removed, gone; samples; nothing clipped."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from inspector.gui import resources, theme
from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.opening import opening
from inspector.gui.recents.describing import Describing, describing
from inspector.gui.recents.remembered import FACTS, Recent, Recents, pictures_folder, when_words
from inspector.gui.sample_words import SHOWN
from inspector.gui.settings import Settings
from inspector.gui.widgets.file_entry import FileCard, FileEntry
from inspector.progress import finish

Open = Callable[[Path], OpenFile]


def described(path: Path, folder: Path) -> dict[str, object]:
    return finish(describing(str(path), finish(opening(str(path))), folder))


def cards(inspector: Application) -> list[FileCard]:
    return inspector.window.start.findChildren(FileCard)


# What is known of a file


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fashion_classifier.pt", "training checkpoint, epoch 3, best loss 0.115395  ·  40 tensors"),
        ("resnet_plain.pth", "like torchvision resnet18  ·  state_dict  ·  38 tensors"),
        ("whole_module.pth", "PatchAttention  ·  whole module  ·  12 tensors"),
        ("linear.pth", "state_dict  ·  2 tensors"),
    ],
)
def test_a_file_is_described_in_a_few_words(samples: Path, tmp_path: Path, name: str, words: str) -> None:
    settings = Settings(str(tmp_path))
    settings.remember(str(samples / name))
    recents = Recents(settings)
    recents.note(str(samples / name), described(samples / name, tmp_path))
    settings.save()
    known = Recents(Settings(str(tmp_path))).listed()[0]
    assert known.what == words
    assert known.size.endswith("·  zip")


def test_filters_become_a_small_picture_and_other_weights_bars(samples: Path, tmp_path: Path) -> None:
    filters = described(samples / "resnet_plain.pth", tmp_path)
    assert (tmp_path / str(filters["picture"])).stat().st_size < 8_000
    bars = described(samples / "network_512_256_128.pth", tmp_path)["bars"]
    assert isinstance(bars, list)
    assert len(bars) == 24
    assert max(bars) == 99
    assert described(samples / "truncated.pth", tmp_path)["tensors"] == 38
    assert len(json.dumps(filters)) < 1000


def test_older_lists_read_as_they_are_and_nonsense_counts_as_not_known(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    settings.keep_list("recent_files", ["/models/b.pth", "/models/a.pth"])
    nonsense = {
        "path": "/models/b.pth",
        "nbytes": "many",
        "tensors": [1],
        "best": math.inf,
        "bars": [1, "2"],
        "picture": "../x",
    }
    settings.keep_list(FACTS, ["{", "[]", json.dumps(nonsense)])
    listed = Recents(settings).listed()
    assert listed == [Recent("/models/b.pth", picture="x"), Recent("/models/a.pth")]
    assert [recent.what for recent in listed] == ["", ""]


def test_hostile_names_are_made_inert(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    settings.remember("/models/\x1b[31m\u202e.pth")
    recents = Recents(settings)
    recents.note("/models/\x1b[31m\u202e.pth", {"architecture": "\x1b]0;x" + "y" * 10_000})
    known = recents.listed()[0]
    assert "\x1b" not in known.name + known.what
    assert len(known.what) < 300


def test_pinned_files_stay_first_and_what_is_known_is_bounded(tmp_path: Path) -> None:
    settings = Settings(str(tmp_path))
    recents = Recents(settings)
    for number in range(100):
        settings.remember(f"/models/{number}.pth")
        recents.note_opened(f"/models/{number}.pth")
        if number == 3:
            recents.pin("/models/3.pth")
    listed = recents.listed()
    assert [recent.path for recent in listed[:2]] == ["/models/3.pth", "/models/99.pth"]
    assert len(listed) == 13
    assert len(settings.listed(FACTS, 1000)) <= 14
    recents.remove("/models/3.pth")
    recents.remove("/models/99.pth")
    assert [recent.path for recent in recents.listed()[:2]] == ["/models/98.pth", "/models/97.pth"]


def test_what_is_listed_no_more_is_forgotten_in_the_end(tmp_path: Path, samples: Path) -> None:
    settings = Settings(str(tmp_path))
    recents = Recents(settings)
    for name in ("resnet_plain.pth", "half.pth"):
        settings.remember(str(samples / name))
        recents.note(str(samples / name), described(samples / name, pictures_folder(settings)))
    recents.remove(str(samples / "half.pth"))
    assert len(list(pictures_folder(settings).iterdir())) == 2
    recents.tidy()
    assert len(list(pictures_folder(settings).iterdir())) == 1
    assert "half.pth" not in str(settings.listed(FACTS))
    assert recents.listed()[0].tensors == 38


def test_how_long_ago_is_said_in_a_few_words() -> None:
    now = time.time()
    words = [when_words(now - seconds, now) for seconds in (5, 600, 7200, 86400, 3 * 86400)]
    assert words == ["just now", "10 min ago", "2 h ago", "1 day ago", "3 days ago"]
    assert len(when_words(now - 40 * 86400, now)) == len("2026-10-13")
    assert when_words(0.0, now) == ""


# On the page


def test_what_was_open_is_a_card_with_a_picture(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, measured: Callable[[OpenFile], OpenFile]
) -> None:
    looking = Describing(inspector.session, inspector.settings, inspector.window)
    looking._begin.setInterval(0)
    measured(open_file(samples / "resnet_plain.pth"))
    measured(open_file(samples / "fashion_classifier.pt"))
    qtbot.waitUntil(lambda: not looking.is_busy)
    assert len(list(pictures_folder(inspector.settings).iterdir())) == 1
    inspector.window.actions_["start"].trigger()
    first, second = cards(inspector)
    assert (first.text(), second.text()) == ("fashion_classifier.pt", "resnet_plain.pth")
    assert "training checkpoint, epoch 3" in first.accessibleDescription()
    assert "just now" in first.accessibleDescription()
    assert not second._picture.isNull()
    inspector.window.actions_["forget"].trigger()
    assert not cards(inspector)
    inspector.window.undoing.undo()
    assert [card.accessibleDescription() for card in cards(inspector)] == [
        first.accessibleDescription(),
        second.accessibleDescription(),
    ]


def test_cards_are_pinned_removed_and_opened_by_keyboard(qtbot: QtBot, inspector: Application, samples: Path) -> None:
    for name in ("linear.pth", "half.pth", "vit.pth"):
        inspector.settings.remember(str(samples / name))
    inspector.window.fill_start()
    qtbot.keyClick(cards(inspector)[2], Qt.Key.Key_P)
    assert [card.text() for card in cards(inspector)] == ["linear.pth", "vit.pth", "half.pth"]
    assert "pinned" in cards(inspector)[0].accessibleDescription()
    qtbot.keyClick(cards(inspector)[1], Qt.Key.Key_Delete)
    assert [card.text() for card in cards(inspector)] == ["linear.pth", "half.pth"]
    inspector.window.undoing.undo()
    assert [card.text() for card in cards(inspector)] == ["linear.pth", "vit.pth", "half.pth"]
    buttons = cards(inspector)[0].findChildren(QToolButton)
    assert [button.accessibleName() for button in buttons] == ["Unpin: linear.pth", "Remove from the list: linear.pth"]
    assert [action.text() for action in cards(inspector)[0].menu().actions()][1] == "Un&pin"
    qtbot.keyClick(cards(inspector)[2], Qt.Key.Key_Return)
    assert inspector.session.current is inspector.session.files[0]
    assert inspector.session.files[0].name == "half.pth"
    qtbot.waitUntil(lambda: inspector.session.files[0].contents is not None)


def test_a_file_that_is_gone_is_quiet_and_can_be_removed(qtbot: QtBot, inspector: Application, tmp_path: Path) -> None:
    inspector.settings.remember(str(tmp_path / "gone.pth"))
    inspector.window.fill_start()
    (card,) = cards(inspector)
    assert "no longer there" in card.accessibleDescription()
    card.remove_asked.emit()
    assert not cards(inspector)


@pytest.mark.parametrize("size", [(900, 600), (1380, 860)])
def test_nothing_is_clipped_and_a_usual_window_needs_no_scroll_bar(
    qtbot: QtBot, inspector: Application, samples: Path, size: tuple[int, int]
) -> None:
    for name in ("linear.pth", "half.pth", "vit.pth", "nan.pth", "legacy.pth", "picture.pth", "resnet_plain.pth"):
        inspector.settings.remember(str(samples / name))
    inspector.window.resize(*size)
    qtbot.waitUntil(lambda: (inspector.window.width(), inspector.window.height()) == size)
    inspector.window.fill_start()
    start = inspector.window.start
    start.widget().layout().activate()
    qtbot.waitUntil(lambda: len(cards(inspector)) == 6)
    qtbot.waitUntil(lambda: start.widget().width() <= start.viewport().width())
    assert size[1] < 860 or not start.verticalScrollBar().isVisible()
    for entry in start.findChildren(FileEntry):
        if not isinstance(entry, FileCard) and "↔" not in entry.text():
            assert entry.fontMetrics().horizontalAdvance(entry.text()) <= entry.width() - 20, entry.text()
    for label in start.findChildren(QLabel):
        assert not label.isVisible() or label.height() >= label.heightForWidth(label.width()), label.text()


def test_what_the_samples_show_can_be_translated() -> None:
    said = [each.shows for each in (*resources.samples(), *resources.sample_pairs())]
    assert tuple(said) == SHOWN


def test_every_sample_says_what_it_shows_in_full(qtbot: QtBot, inspector: Application) -> None:
    start = inspector.window.start
    qtbot.waitUntil(lambda: any(entry.width() > 200 for entry in start.findChildren(FileEntry)))
    for entry in start.findChildren(FileEntry):
        said = QFontMetrics(theme.scaled_font(0.92)).horizontalAdvance(entry.accessibleDescription())
        assert said <= entry.width() - 20, entry.accessibleDescription()


def test_samples_say_what_they_show_beside_recent_files_where_all_of_it_is_in_view(
    qtbot: QtBot, inspector: Application, samples: Path
) -> None:
    start = inspector.window.start
    inspector.settings.remember(str(samples / "linear.pth"))
    inspector.window.fill_start()

    def heights() -> set[int]:
        entries = (each for each in start.findChildren(FileEntry) if not isinstance(each, FileCard))
        return {each.sizeHint().height() for each in entries if "↔" not in each.text() and each.isVisible()}

    found = []
    for high in (1000, 620, 1000):
        inspector.window.resize(1400, high)
        qtbot.waitUntil(lambda high=high: inspector.window.height() == high)
        qtbot.waitUntil(lambda: start._shown_lines is start._has_room_for_lines() and len(heights()) == 1)
        found += heights()
        assert start._shown_lines is (high == 1000)
        assert high < 1000 or not start.verticalScrollBar().isVisible()
    assert found[1] < found[0] == found[2]
