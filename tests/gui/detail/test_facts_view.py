"""The facts of a whole file, with the samples and with what is hostile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from inspector.checkpoint.entries import Branch, Checkpoint, Global
from inspector.checkpoint.outline import Outline
from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.optimizers import lenses
from inspector.gui.detail import FactsView
from inspector.gui.detail.file_facts import FORMATS, break_down, load_words
from inspector.gui.detail.globals_model import GlobalsTableModel
from inspector.gui.detail.outline_parts import OutlineParts
from inspector.progress import finish

from .making import hostile, tensor_of

Show = Callable[[Checkpoint], None]


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[FactsView]:
    made = FactsView()
    qtbot.addWidget(made)
    made.resize(640, 900)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.stop()


@pytest.fixture
def show(qtbot: QtBot, view: FactsView) -> Show:
    """Shows a checkpoint, with all that is counted beside the window."""

    def shown(checkpoint: Checkpoint) -> None:
        view.show_checkpoint(checkpoint, Outline.of(checkpoint.root))
        qtbot.waitUntil(lambda: not view._latest.is_busy)

    return shown


def test_a_training_checkpoint(view: FactsView, show: Show, samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "fashion_classifier.pt")
    show(checkpoint)

    assert view.name.text() == "fashion_classifier.pt"
    assert view.format.text() == FORMATS["zip"]
    assert ("tensors", str(sum(1 for _ in checkpoint.tensors()))) in view.figures.figures
    titles = [button.text() for button in view.sections.buttons]
    assert any("model weights" in title and "state_dict" in title for title in titles)
    assert any("optimizer" in title for title in titles)
    assert any(label == "float32" for label, _ in view.types.rows)
    assert not view.damage.isVisible()


def test_an_optimizer_and_whose_its_states_are(view: FactsView, samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "fashion_classifier.pt")
    view.show_checkpoint(checkpoint, Outline.of(checkpoint.root), lenses(checkpoint))
    told = dict(view.optimizers.rows)
    assert told["Kind"] == "Adam"
    assert "betas (0.9, 0.999)" in told["Settings"]
    assert "in the order of the model" in told["States"]
    assert view.optimizers.isVisible()


def test_the_architecture_and_why(view: FactsView, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "resnet_plain.pth"))
    assert "resnet18" in view.architecture.text()
    assert any(label == "Because" for label, _ in view.evidence.rows)
    assert not view.optimizers.isVisible()
    show(open_checkpoint(samples / "fashion_classifier.pt"))
    assert not view.architecture.isVisible()


def test_a_section_can_be_followed(qtbot: QtBot, view: FactsView, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "fashion_classifier.pt"))
    button = next(button for button in view.sections.buttons if "state_dict" in button.text())

    with qtbot.waitSignal(view.entry_requested) as asked:
        button.click()

    assert asked.args == ["state_dict"]


def test_a_part_of_the_treemap_can_be_followed(qtbot: QtBot, view: FactsView, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "resnet_plain.pth"))
    qtbot.waitUntil(lambda: bool(view.treemap.cells))
    cell = max((cell for cell in view.treemap.cells if not cell.has_parts), key=lambda cell: cell.area.width())

    with qtbot.waitSignal(view.entry_requested) as asked:
        qtbot.mouseClick(view.treemap, Qt.MouseButton.LeftButton, pos=cell.area.center().toPoint())

    assert asked.args[0].endswith("weight")
    assert asked.args[0] in view.pointed.text() or view.pointed.text()


def test_what_is_dangerous_is_warned_of_and_never_allowed(view: FactsView, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "hostile.pth"))

    assert view.load_words.text().startswith("Do not load this with weights_only=False")
    assert not view.allow.isVisible()
    assert view.globals.index(0, 1).data() == "! dangerous"
    assert view.globals.index(0, 2).data() == "refuses it"


def test_what_can_be_allowed_has_its_lines(view: FactsView, show: Show, samples: Path) -> None:
    show(open_checkpoint(samples / "whole_module.pth"))

    view.copy_allow.click()

    assert "torch.serialization.add_safe_globals([" in QGuiApplication.clipboard().text()
    assert view.allow.isVisible()


def test_damage_is_said_on_top(view: FactsView, show: Show, samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "truncated.pth")
    show(checkpoint)

    assert view.damage.text().startswith(f"! {checkpoint.damage[0]}")


def test_code_can_be_read(qtbot: QtBot, view: FactsView, show: Show, samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "torchscript.pt")
    show(checkpoint)

    assert view.texts.names.count() == len(checkpoint.texts)
    qtbot.waitUntil(lambda: "class" in view.texts.viewer.text.toPlainText())
    view.texts.names.setCurrentRow(len(checkpoint.texts) - 1)
    text = checkpoint.texts[-1]
    start = text.source.read(text.offset, min(text.nbytes, 20)).decode()
    qtbot.waitUntil(lambda: view.texts.viewer.text.toPlainText().startswith(start))


def test_shared_storages_are_listed(view: FactsView, show: Show) -> None:
    tied = tensor_of(np.zeros(4), "encoder")
    alone = tensor_of(np.zeros(2), "alone")
    alone = alone._replace(storage=alone.storage._replace(key="1"))  # type: ignore[union-attr]
    show(Checkpoint("/f.pt", "zip", 1, Branch("", "dict", "mapping", (tied, tied._replace(name="decoder"), alone))))

    assert view.shared.rows == [("2 tensors", "encoder, decoder")]


def test_a_file_without_tensors_or_names_has_no_empty_sections(view: FactsView, show: Show) -> None:
    show(Checkpoint("/f.safetensors", "safetensors", 8, Branch("", "dict", "mapping")))

    for part in (view.treemap, view.types, view.shared, view.globals_table, view.texts, view.sections):
        assert not part.isVisible()


def test_hostile_texts_stay_inert(view: FactsView, show: Show) -> None:
    show(hostile())

    for label in view.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        assert "\u202e" not in label.text()
        assert "\x1b" not in label.text()
    assert "\u202e" not in view.globals.index(0, 0).data()
    assert "\u202e" not in view.sections.buttons[0].text()
    view.grab()
    assert view.widget().minimumSizeHint().width() < 900


def test_the_globals_model_is_a_sound_one(qapp: QApplication, qtmodeltester: ModelTester) -> None:
    model = GlobalsTableModel()
    model.show_globals(hostile().globals)

    qtmodeltester.check(model)


@pytest.mark.parametrize(
    ("globals_", "kind", "words"),
    [
        ((), "zip", "accepts everything"),
        ((Global("my.Net", "unknown", 1, False),), "zip", "refuses 1 name"),
        ((Global("my.Net", "unknown", 1, False),), "torchscript", "not opened by torch.load"),
        ((Global("os.system", "dangerous", 1, False),), "torchscript", "Do not load"),
    ],
)
def test_what_torch_load_would_do(globals_: tuple[Global, ...], kind: str, words: str) -> None:
    assert words in load_words(Checkpoint("/f", kind, 1, Branch("", "dict", "mapping"), globals=globals_))


def test_the_breakdown_adds_up(samples: Path) -> None:
    checkpoint = open_checkpoint(samples / "resnet_plain.pth")
    found = finish(break_down(checkpoint))

    tensors = [tensor for _, tensor in checkpoint.tensors()]
    for ranked in (found.dtypes, found.devices):
        assert sum(count for _, count, _ in ranked) == len(tensors)
        assert sum(size for _, _, size in ranked) == sum(tensor.nbytes for tensor in tensors)


def test_a_chain_of_single_parts_is_shown_as_its_end() -> None:
    parts = tuple(tensor_of(np.zeros(n), f"module.net.layer{n}") for n in (4, 2, 3))
    outline = Outline.of(Branch("", "dict", "mapping", parts))
    shown = OutlineParts(outline)

    assert [shown.label(node) for node in shown.children(-1)] == ["layer4", "layer3", "layer2"]
    assert shown.words(shown.children(-1)[0]).startswith("module.net.layer4  float64[4]  32 B, 44 %")
