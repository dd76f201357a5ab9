"""The column in which a run is set up, in a real window: what stands in it by itself, and what a person changes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from inspector.checkpoint.reading import open_checkpoint
from inspector.gui.fitting.chosen_model import MOST_TRUSTED, TRUSTED
from inspector.gui.fitting.stages import Stage
from inspector.gui.jobs import wait_for_all
from inspector.gui.running.open_run import OpenRun
from inspector.gui.running.setup_side import LEAST_WIDTH, SetupSide
from inspector.gui.settings import Settings
from inspector.runs.offered import SCHEDULERS
from inspector.workshop.run_requests import Chosen, DataSource
from tests.gui.running.conftest import WAIT

SideOf = Callable[..., tuple[OpenRun, SetupSide]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(str(tmp_path / "settings"))


@pytest.fixture
def side_of(qtbot: QtBot, tmp_path: Path, samples: Path, settings: Settings) -> Iterator[SideOf]:
    """A page of a copy of a sample with its classes beside it, and the column of its setup, shown."""
    made: list[OpenRun] = []

    def make(name: str = "fashion_classifier.pt", *, trusted: bool = False) -> tuple[OpenRun, SetupSide]:
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        for file in (name, "networks.py"):
            shutil.copy(samples / file, folder)
        if trusted:
            settings.list_first(TRUSTED, str(folder / "networks.py"))
        page = OpenRun(str(folder / name), settings, in_process=True)
        made.append(page)
        side = SetupSide(page)
        qtbot.addWidget(side)
        side.resize(LEAST_WIDTH, 900)
        with qtbot.waitExposed(side):
            side.show()
        page.open()
        qtbot.waitUntil(lambda: page.checkpoint is not None and not page.fit.is_busy, timeout=WAIT)
        page.setup.set(data=page.setup.data._replace(size=100), threads=1)  # torch's own threads would live on
        return page, side

    yield make
    for page in made:
        page.close()
    wait_for_all()


def built(qtbot: QtBot, page: OpenRun) -> None:
    qtbot.waitUntil(lambda: page.fit.chosen.stage is Stage.BUILT and not page.fit.is_busy, timeout=WAIT)


def looked(qtbot: QtBot, page: OpenRun) -> None:
    """Waits until there was a look at the data."""
    qtbot.waitUntil(lambda: page.look is not None and not page.is_busy, timeout=WAIT)


def write(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def fields_of(side: QWidget) -> list[QWidget]:
    """Everything that a person can set or press."""
    kinds = (QAbstractButton, QComboBox, QSpinBox, QPlainTextEdit, QLineEdit)
    found = [each for each in side.findChildren(QWidget) if isinstance(each, kinds)]
    return [each for each in found if not isinstance(each.parent(), QSpinBox | QComboBox) and not is_part(each)]


def is_part(widget: QObject) -> bool:
    """Whether Qt made it, inside of a widget of its own."""
    return widget.objectName().startswith("qt_")


def test_only_the_leave_to_run_its_code_is_asked_for(qtbot: QtBot, side_of: SideOf) -> None:
    """The class beside the file is found without running it, and with leave everything is there to start."""
    page, side = side_of()
    qtbot.waitUntil(lambda: page.fit.chosen.choice is not None, timeout=WAIT)
    assert page.fit.chosen.stage is Stage.ASKING_LEAVE
    assert side.model.summary() == "FashionClassifier"
    assert not page.can_start
    page.fit.chosen.allow()
    built(qtbot, page)
    qtbot.waitUntil(lambda: "Fits: every key loads." in side.model.words, timeout=WAIT)
    assert page.can_start
    assert not side.model.side.isVisible()
    assert not side.model.why.isVisible()


def test_nothing_is_cut_off_and_everything_has_a_name_and_a_tip(qtbot: QtBot, side_of: SideOf) -> None:
    _page, side = side_of()
    for kind in ("shapes", "torchvision", "images", "arrays", "function"):
        side.data.choose_kind(kind)
        for section in (*side.sections.values(), side.data.steps, side.training.option_fold):
            section.open()
        area = side.sections["model"].parentWidget()
        assert area is not None
        assert area.minimumSizeHint().width() <= LEAST_WIDTH
        for field in fields_of(side):
            if field.isVisible():
                assert field.accessibleName() or (isinstance(field, QAbstractButton) and field.text()), field
                assert field.toolTip(), field.accessibleName() or field
                assert field.mapTo(side, field.rect().topRight()).x() < side.width(), field.accessibleName()


def test_tab_goes_from_top_to_bottom(qtbot: QtBot, side_of: SideOf) -> None:
    _page, side = side_of()
    side.training.choose_optimizer("SGD")
    side.training.option_fold.open()
    side.training.scheduler.activated.emit(1)
    passed: list[QWidget] = [side.sections["data"].button]
    passed[0].setFocus()
    while passed[-1] is not side.sections["device"].button and len(passed) < 60:
        side.focusNextChild()
        now = side.window().focusWidget()
        assert now is not None
        passed.append(now)

    def goes_down() -> bool:  # within a row they need not be level
        tops = [each.mapTo(side, each.rect().center()).y() for each in passed]
        return all(after > before - 12 for before, after in pairwise(tops))

    qtbot.waitUntil(goes_down)
    names = [each.accessibleName() for each in passed]
    assert {"Data", "Argument momentum", "Argument step_size", "Criterion", "Device and more"} <= set(names)


def test_sections_fold_and_say_what_is_set_in_them(qtbot: QtBot, side_of: SideOf) -> None:
    page, side = side_of()
    section = side.sections["training"]
    qtbot.keyClick(section.button, Qt.Key.Key_Space)
    assert not section.content.isVisible()
    assert section.summary == "3 epochs, Adam 0.001, batches of 64"
    page.setup.set(more_epochs=5, batch_size=32, lr=0.01)
    assert section.summary == "5 epochs, Adam 0.01, batches of 32"
    qtbot.mouseClick(section.button, Qt.MouseButton.LeftButton)
    assert section.content.isVisible()
    assert side.sections["saving"].summary == "fashion_classifier_run"


def test_what_is_typed_is_taken_and_what_cannot_be_meant_hinders(qtbot: QtBot, side_of: SideOf) -> None:
    page, side = side_of()
    rate = side.training.rate
    assert (rate.placeholderText(), rate.note.text()) == ("0.001", "from the file")
    write(qtbot, rate, "fast")
    assert rate.note.text() == "This must be a number, such as 0.001."
    assert page.setup.problems() == ("Learning rate: This must be a number, such as 0.001.",)
    write(qtbot, rate, "0,02")
    assert page.setup.lr == 0.02
    assert page.setup.problems() == ()
    rate.clear()
    rate.take()
    assert page.setup.lr is None
    side.training.batch.setFocus()
    side.training.batch.selectAll()
    qtbot.keyClicks(side.training.batch, "16")
    qtbot.keyClick(side.training.batch, Qt.Key.Key_Return)
    write(qtbot, side.training.clip, "1.5")
    assert (page.setup.batch_size, page.setup.clip) == (16, 1.5)
    write(qtbot, side.training.clip, "0")
    assert page.setup.clip == 0.0


def test_another_optimizer_begins_anew_with_settings_that_can_be_changed(qtbot: QtBot, side_of: SideOf) -> None:
    page, side = side_of()
    box = side.training
    assert box.keeps.isVisible()
    assert not box.options.isEnabled()
    box.choose_optimizer("SGD")
    assert not box.keeps.isVisible()
    box.option_fold.open()
    field = box.options.rows["momentum"].field
    assert isinstance(field, QLineEdit)
    write(qtbot, field, "0.9")
    assert page.setup.optimizer == Chosen("SGD", {"momentum": 0.9})
    box.choose_optimizer("Adam")
    assert box.keeps.isChecked()
    box.keeps.setChecked(False)
    assert not page.setup.keeps_optimizer
    assert box.options.isEnabled()


def test_every_scheduler_can_be_chosen_without_a_word(qtbot: QtBot, side_of: SideOf) -> None:
    page, side = side_of()
    for place, offered in enumerate(SCHEDULERS):
        side.training.scheduler.setCurrentIndex(place + 1)
        side.training.scheduler.activated.emit(place + 1)
        assert page.setup.scheduler is not None
        assert page.setup.scheduler.name == offered.name
        assert side.training.schedule.isVisible()
    side.training.scheduler.activated.emit(0)
    assert page.setup.scheduler is None
    assert not side.training.schedule.isVisible()


def test_what_is_not_offered_is_shown_and_can_be_chosen_again(qtbot: QtBot, side_of: SideOf) -> None:
    """A file may have more kinds of things than are offered by themselves."""
    page, side = side_of()
    training, data = side.training, side.data
    page.setup.set(scheduler=Chosen("ConstantLR", {"factor": 0.5}), optimizer=Chosen("ASGD"))
    page.setup.data = DataSource("torchvision", "", "GTSRB")
    assert (training.scheduler.currentText(), training.optimizer.currentText()) == ("ConstantLR", "ASGD")
    assert data.set_name.currentText() == "GTSRB"
    for box in (training.scheduler, training.optimizer, data.set_name):
        last = box.currentIndex()
        box.activated.emit(1)
        box.activated.emit(last)
    assert page.setup.data.name == "GTSRB"
    assert page.setup.scheduler is not None
    assert page.setup.scheduler.name == "ConstantLR"


def test_a_scheduler_of_the_file_goes_on_and_cannot_be_changed(qtbot: QtBot, side_of: SideOf) -> None:
    _page, side = side_of("checkpoint_epoch4.pth")
    assert side.training.scheduler.currentText() == "StepLR"
    assert side.training.falls.text() == "It goes on as in the file."
    assert not side.training.schedule.isEnabled()


def test_data_of_each_kind_has_its_own_fields(qtbot: QtBot, side_of: SideOf, tmp_path: Path) -> None:
    page, side = side_of()
    data = side.data
    data.choose_kind("torchvision")
    assert data.set_name.isVisible()
    assert not data.size.isVisible()
    assert page.setup.data.name == "FashionMNIST"
    assert not page.setup.data.download
    data.set_name.activated.emit(1)
    assert page.setup.data.name == "MNIST"
    data.choose_kind("arrays")
    assert "Choose the .npz or .pt file of the data." in page.setup.problems()
    path = tmp_path / "data.npz"
    pictures = np.random.default_rng(0).integers(0, 256, (60, 28, 28), np.uint8)
    np.savez(path, x=pictures, y=np.arange(60) % 10)
    write(qtbot, data.arrays.line, str(path))
    qtbot.waitUntil(lambda: page.look is not None and page.look.name == "data.npz" and not page.is_busy, timeout=WAIT)
    assert page.look is not None
    assert (page.look.train + page.look.validation, page.look.shape) == (60, (1, 28, 28))


def test_a_function_is_asked_about_before_it_is_run(
    qtbot: QtBot, side_of: SideOf, tmp_path: Path, settings: Settings
) -> None:
    page, side = side_of()
    mark = tmp_path / "was_run"
    code = tmp_path / "data.py"
    code.write_text(
        "import pathlib, torch\nfrom torch.utils.data import TensorDataset\n"
        f"pathlib.Path({str(mark)!r}).touch()\n"
        "def sets():\n    return TensorDataset(torch.rand(40, 1, 28, 28), torch.arange(40) % 10)\n"
    )
    side.data.choose_kind("function")
    write(qtbot, side.data.function, f"{code}:sets")
    assert side.data.question.isVisible()
    assert "data.py must be run" in side.data.question.words
    assert page.setup.data.kind == "shapes"
    qtbot.mouseClick(side.data.question.refuse, Qt.MouseButton.LeftButton)
    assert not side.data.question.isVisible()
    looked(qtbot, page)
    assert not mark.exists()
    write(qtbot, side.data.function, f"{code}:sets ")
    qtbot.mouseClick(side.data.question.allow, Qt.MouseButton.LeftButton)
    assert page.setup.data.name == "sets"
    assert str(code) in settings.listed(TRUSTED, MOST_TRUSTED)
    qtbot.waitUntil(lambda: page.look is not None and page.look.train + page.look.validation == 40, timeout=WAIT)
    assert mark.exists()


def test_a_criterion_of_one_s_own_is_asked_about_too(qtbot: QtBot, side_of: SideOf, tmp_path: Path) -> None:
    page, side = side_of()
    rows = side.training.criterion
    code = tmp_path / "loss.py"
    code.write_text("def own(output, target):\n    return output.mean()\n")
    rows.choice.activated.emit(rows.choice.findText("A function in a .py file"))
    assert rows.function.isVisible()
    write(qtbot, rows.function, "loss.py")
    assert rows.function.note.text() == "Write file.py:function."
    write(qtbot, rows.function, f"{code}:own")
    assert page.setup.criterion == "CrossEntropyLoss"
    assert "loss.py must be run" in rows.question.words
    qtbot.mouseClick(rows.question.allow, Qt.MouseButton.LeftButton)
    assert page.setup.criterion == f"{code}:own"
    assert not rows.question.isVisible()
    rows.choice.activated.emit(rows.choice.findText("MSELoss"))
    assert page.setup.criterion == "MSELoss"
    assert not rows.function.isVisible()


@pytest.mark.parametrize("allows", [True, False])
def test_code_that_the_file_itself_names_is_asked_about(
    qtbot: QtBot, side_of: SideOf, tmp_path: Path, allows: bool
) -> None:
    """A file that says it is ours names a function: nothing of it is run before somebody says so."""
    page, side = side_of()
    mark, code = tmp_path / "was_run", tmp_path / "data.py"
    code.write_text(
        "import pathlib, torch\nfrom torch.utils.data import TensorDataset\n"
        f"pathlib.Path({str(mark)!r}).touch()\n"
        "def sets():\n    return TensorDataset(torch.rand(40, 1, 28, 28), torch.arange(40) % 10)\n"
    )
    torch.save(
        {
            "epoch": 3, "batch": 0, "state_dict": {"weight": torch.ones(2, 2)}, "sums": {"loss": 0.0, "samples": 0},
            "optimizer": {"state": {}, "param_groups": []}, "rng": {}, "history": {},
            "versions": {"checkpoint_inspector": "1"},
            "arguments": {"data": {"kind": "function", "path": str(code), "name": "sets"}},
        },
        tmp_path / "ours.pt",
    )  # fmt: skip
    page.setup.take(open_checkpoint(str(tmp_path / "ours.pt")))
    assert side.data.question.isVisible()
    looked(qtbot, page)
    assert not mark.exists()
    button = side.data.question.allow if allows else side.data.question.refuse
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not side.data.question.isVisible()
    assert page.setup.data.kind == ("function" if allows else "shapes")
    page.setup.set(batch_size=7)
    assert not side.data.question.isVisible()
    if allows:
        qtbot.waitUntil(mark.exists, timeout=WAIT)
        qtbot.waitUntil(lambda: not page.is_busy, timeout=WAIT)


def test_transforms_are_lines_that_can_be_edited(qtbot: QtBot, side_of: SideOf) -> None:
    page, side = side_of()
    looked(qtbot, page)
    field = side.data.transforms
    assert field.text.placeholderText() == "ToTensor()"
    field.text.setPlainText("ToTensor()\nNormalize((0.5,), (0.5,)),")
    field.take()
    assert page.setup.data.transforms == ("ToTensor()", "Normalize((0.5,), (0.5,))")
    field.text.setPlainText("ToTensor(")
    field.take()
    assert "is not Python" in page.setup.problems()[0]
    assert page.setup.data.transforms == ("ToTensor()", "Normalize((0.5,), (0.5,))")
    field.reset.click()
    assert page.setup.data.transforms is None
    assert page.setup.problems() == ()
    side.data.held_back.setValue(25)
    assert page.setup.data.validation == 0.25


def test_what_does_not_fit_says_why_elsewhere(qtbot: QtBot, side_of: SideOf) -> None:
    page, side = side_of("resnet_finetuned.pth", trusted=True)
    built(qtbot, page)
    qtbot.waitUntil(side.model.why.isVisible, timeout=WAIT)
    with qtbot.waitSignal(side.why_asked):
        qtbot.mouseClick(side.model.why, Qt.MouseButton.LeftButton)
    assert "cause" in side.model.words
    qtbot.mouseClick(side.model.change, Qt.MouseButton.LeftButton)
    assert side.model.side.isVisible()
    assert not side.model.solve.isVisible(), "it is there twice"
    qtbot.mouseClick(side.model.change, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(side.model.solve, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Fits" in side.model.words, timeout=WAIT)
    assert side.model.summary() == "ResNet(classes=5)"
    assert not side.model.why.isVisible()
    assert not side.model.solve.isVisible()


def test_a_whole_module_is_only_loaded_with_leave(qtbot: QtBot, side_of: SideOf, settings: Settings) -> None:
    page, side = side_of("whole_module.pth")
    qtbot.mouseClick(side.model.own, Qt.MouseButton.LeftButton)
    assert side.model.question.isVisible()
    assert "networks.PatchAttention" in side.model.question.words
    assert page.setup.own_module is None
    qtbot.mouseClick(side.model.question.allow, Qt.MouseButton.LeftButton)
    assert page.setup.own_module is not None
    assert page.setup.own_module.kind == "module"
    assert side.model.own.text() == "Choose a Class Instead"
    qtbot.mouseClick(side.model.own, Qt.MouseButton.LeftButton)
    assert page.setup.own_module is None
    os.utime(page.path, (1, 1))
    qtbot.mouseClick(side.model.own, Qt.MouseButton.LeftButton)
    assert side.model.question.isVisible(), "another file under the same name was not said yes to"


def test_another_run_s_files_are_not_replaced_without_a_word(qtbot: QtBot, side_of: SideOf) -> None:
    page, side = side_of()
    folder = Path(page.setup.folder)
    folder.mkdir()
    side.sections["saving"].open()
    assert not side.saving.there.isVisible()
    (folder / "current_checkpoint.pt").write_bytes(b"something")
    page.setup.set(save_every=2)
    assert side.saving.there.text() == "! Another run saved here: its latest and best will be replaced."
    assert side.saving.name.isVisible()
    write(qtbot, side.saving.name, "a/b")
    assert page.setup.problems() == ("Name: Write a name for files, without slashes.",)
    write(qtbot, side.saving.name, "shapes")
    assert page.setup.name == "shapes"
    write(qtbot, side.saving.folder.line, str(folder.parent / "elsewhere"))
    assert not side.saving.there.isVisible()
