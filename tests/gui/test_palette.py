"""The palette: what is found by which letters, in which order, and what comes of it - with 100,000 keys too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from inspector.checkpoint.entries import Branch, Tensor
from inspector.checkpoint.outline import Outline
from inspector.gui.app import Application
from inspector.gui.open_file import OpenFile
from inspector.gui.palette.gathering import plain_words
from inspector.gui.palette.keys import KeysFound, look_through
from inspector.gui.palette.matching import match
from inspector.gui.palette.offers import ACTION, KEY, Offer
from inspector.gui.palette.palette import Palette
from inspector.gui.palette.palette_model import PaletteModel

Open = Callable[[Path], OpenFile]


def outline_of(keys: list[str]) -> Outline:
    tensors = tuple(Tensor(key, "float32", (1,), (1,), 0, None) for key in keys)
    return Outline.of(Branch("", "dict", "mapping", tensors))


def found(outlines: list[Outline], typed: str) -> KeysFound:
    looking = look_through(outlines, typed)
    while True:
        try:
            next(looking)
        except StopIteration as end:
            return end.value


def shown(palette: Palette, most: int = 50) -> list[str]:
    return [palette.model.offer(place).title for place in range(min(palette.model.rowCount(), most))]


@pytest.fixture
def palette(inspector: Application) -> Callable[[], Palette]:
    """Opens the palette by its action."""

    def opened() -> Palette:
        inspector.window.actions_["palette"].trigger()
        return next(each for each in inspector.window.findChildren(Palette) if each.isVisible())

    return opened


# Matching


@pytest.mark.parametrize(
    ("typed", "text", "letters"),
    [
        ("mea", "Measure All", "Mea"),
        ("all mea", "Measure All", "MeaAll"),
        ("ma", "Measure All", "MA"),
        ("l3cw", "layer3.0.conv1.weight", "l3cw"),
        ("WEIGHT", "fc.weight", "weight"),
        ("权重", "打开权重", "权重"),
        ("", "anything", ""),
    ],
)
def test_letters_are_found_as_words_or_one_after_the_other(typed: str, text: str, letters: str) -> None:
    fit = match(typed, text)
    assert fit is not None
    assert "".join(text[place] for place in fit.places) == letters


@pytest.mark.parametrize(("typed", "text"), [("xyz", "Measure All"), ("llm", "Measure All"), ("mea x", "Measure")])
def test_what_is_not_there_is_not_found(typed: str, text: str) -> None:
    assert match(typed, text) is None


@pytest.mark.parametrize(
    ("typed", "better", "worse"),
    [
        ("open", "Open", "Reopen Closed Tab"),
        ("conv1.weight", "conv1.weight", "layer1.0.conv1.weight"),
        ("weight", "fc.weight", "weight_norm.bias.scale"),
        ("run", "Run", "Python for Fit and Run"),
        ("st", "Stop", "Test"),
        ("fo", "File Order", "Copy as Info"),
        ("ma", "Measure All", "Number of Gamma"),
    ],
)
def test_starts_of_words_ends_of_keys_and_short_names_come_first(typed: str, better: str, worse: str) -> None:
    one, other = match(typed, better), match(typed, worse)
    assert one is not None
    assert other is None or one.score > other.score


def test_letters_that_grow_when_they_are_made_small_do_not_move_the_others() -> None:
    fit = match("weight", "İİ.weight")
    assert fit is not None
    assert fit.places == (3, 4, 5, 6, 7, 8)


@pytest.mark.parametrize(("text", "words"), [("&Open…", "Open"), ("打开(&O)…", "打开"), ("A && &B", "A & B")])
def test_the_words_of_an_action_are_without_marks(text: str, words: str) -> None:
    assert plain_words(text) == words


# Keys


def test_keys_are_found_over_all_files_the_best_first() -> None:
    outlines = [outline_of(["encoder.conv.weight", "fc.bias"]), outline_of(["conv.weight", "conv.weight_scale"])]
    keys = found(outlines, "conv weight")
    order = [outlines[hit.source].key(hit.row) for hit in keys.ranked]
    assert order == ["conv.weight", "encoder.conv.weight", "conv.weight_scale"]
    assert found(outlines, "ecw").total == 1
    assert found(outlines, "nothing").total == 0
    assert found(outlines, "").total == len(outlines[0]) + len(outlines[1])


def test_of_very_many_hits_all_are_there_and_the_likely_ones_first() -> None:
    outline = outline_of([f"layers.{number}.weight_g" for number in range(3000)] + ["last.weight"])
    keys = found([outline], "weight")
    places = {keys.at(place) for place in range(keys.total)}
    assert keys.total == len(places) == 3001
    assert outline.key(keys.at(0)[1]) == "last.weight"
    with pytest.raises(IndexError):
        keys.at(keys.total)


def test_a_keystroke_over_100_000_keys_is_answered_in_slices() -> None:
    names = [f"model.layers.{n // 12}.self_attn.{'qkvo'[n % 4]}_proj.{n % 12}.weight" for n in range(100_000)]
    outline = outline_of(names)
    _ = outline.keys, outline.lowered_keys
    for typed in ("w", "proj weight", "layers.77.", "l99qw", "zzz"):
        assert sum(1 for _ in look_through([outline], typed)) > 4, typed


# The model


def test_the_model_is_a_sound_list(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    offers = [Offer(ACTION, name, "", name, lambda: None, enabled=name != "b") for name in "abc"]
    keys = found([outline_of(["x.weight", "y.weight"])], "weight")
    model = PaletteModel(lambda source, row: Offer(KEY, f"{source}/{row}", "", "", lambda: None))
    qtmodeltester.check(model)
    model.show_found(offers, keys, 1)
    assert [model.offer(place).title for place in range(model.rowCount())] == ["a", "0/1", "0/3", "b", "c"]
    assert model.first_enabled() == 0
    assert not model.flags(model.index(3, 0)) & Qt.ItemFlag.ItemIsEnabled


# In the window


def test_everything_is_offered_with_its_kind(
    inspector: Application, samples: Path, open_file: Open, palette: Callable[[], Palette]
) -> None:
    open_file(samples / "fashion_classifier.pt")
    bar = palette()
    kinds = {bar.model.offer(place).kind for place in range(bar.model.rowCount())}
    assert kinds == {"action", "tab", "sample", "section", "setting", "help"}
    bar.field.setText("@")
    assert bar.model.rowCount() > 40
    assert {bar.model.offer(place).kind for place in range(bar.model.rowCount())} == {"key", "section"}
    bar.field.setText("# resnet")
    assert "resnet_plain.pth" in shown(bar)
    bar.field.setText("> dark")
    assert "Dark" in shown(bar)[0]


def test_a_key_is_gone_to(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, palette: Callable[[], Palette]
) -> None:
    first = open_file(samples / "resnet_plain.pth")
    open_file(samples / "linear.pth")
    bar = palette()
    qtbot.keyClicks(bar.field, "l20c2w")
    qtbot.waitUntil(lambda: shown(bar)[:1] == ["layer2.0.conv2.weight"])
    assert bar.model.offer(0).line == "resnet_plain.pth"
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert inspector.session.current is first
    assert first.contents is not None
    assert first.contents.outline.key(first.row) == "layer2.0.conv2.weight"


def test_what_cannot_be_done_is_greyed_says_why_and_is_passed_over(
    qtbot: QtBot, inspector: Application, palette: Callable[[], Palette]
) -> None:
    bar = palette()
    bar.field.setText("> measure")
    place = shown(bar).index("Measure All")
    offer = bar.model.offer(place)
    assert (offer.enabled, offer.reason) == (False, "needs an open file")
    bar._do(bar.model.index(place, 0))
    assert bar.isVisible()
    assert bar.list.currentIndex().row() != place
    for _ in range(bar.model.rowCount() + 1):
        qtbot.keyClick(bar.field, Qt.Key.Key_Down)
        assert bar.model.offer(bar.list.currentIndex().row()).enabled


def test_escape_gives_the_keyboard_back(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, palette: Callable[[], Palette]
) -> None:
    open_file(samples / "linear.pth")
    inspector.window.tree().search.setFocus()
    bar = palette()
    assert bar.field.hasFocus()
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert inspector.window.tree().search.hasFocus()


def test_what_had_the_keyboard_may_be_gone_by_then(
    qtbot: QtBot, inspector: Application, samples: Path, open_file: Open, palette: Callable[[], Palette]
) -> None:
    """A tab may be closed while something lies over it: what is chosen is done all the same."""
    file, search = open_file(samples / "linear.pth"), inspector.window.tree().search
    search.setFocus()
    bar = palette()
    inspector.session.close(file)
    qtbot.waitUntil(lambda: not isValid(search))
    bar.field.setText("> settings")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert not bar.isVisible()
    assert len(inspector.session.pages) == 1


def test_what_was_done_lately_comes_first(qtbot: QtBot, inspector: Application, palette: Callable[[], Palette]) -> None:
    bar = palette()
    bar.field.setText("> start page")
    qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert shown(palette())[0] == "Start Page"


def test_only_the_latest_search_counts_and_the_window_is_painted_between(
    qtbot: QtBot, inspector: Application, palette: Callable[[], Palette], samples: Path, open_file: Open
) -> None:
    file = open_file(samples / "linear.pth")
    assert file.contents is not None
    outline = outline_of([f"model.layers.{n}.weight" for n in range(60_000)])
    bar = Palette([], [outline], lambda _s, row: Offer(KEY, outline.key(row), "", "", list), inspector.window)
    bar.open()
    bar.look_for("zzz")
    bar.look_for("layers.59999.weight")
    qtbot.waitUntil(lambda: bar._looking is None)
    assert shown(bar) == ["model.layers.59999.weight"]
    bar.look_for("@")
    assert bar.model.rowCount() == len(outline)
    picture = bar.grab()
    assert isinstance(picture, QPixmap)
    bar.put_away()


def test_what_a_person_went_to_stays_chosen_while_more_is_found(qtbot: QtBot, inspector: Application) -> None:
    outline = outline_of([f"model.layers.{n}.weight" for n in range(60_000)])
    offers = [Offer(ACTION, f"{name} weights", "", name, list) for name in ("copy", "show", "sort")]
    bar = Palette(offers, [outline], lambda _s, row: Offer(KEY, outline.key(row), "", f"{row}", list), inspector.window)
    bar.open()
    bar.look_for("weight")
    assert bar._looking is not None
    qtbot.keyClick(bar.field, Qt.Key.Key_Down)
    name = bar.model.offer(bar.list.currentIndex().row()).name
    qtbot.waitUntil(lambda: bar._looking is None)
    assert bar.model.rowCount() == 60_003
    assert bar.model.offer(bar.list.currentIndex().row()).name == name == "show"
    bar.put_away()
