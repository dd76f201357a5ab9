"""What a person sets up, types and corrects before a run is undone field by field; a run that goes on is left alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.fitting.chosen_model import TRUSTED
from inspector.gui.panels.run_panel import SETUP, TRAINING, RunPanel
from inspector.gui.running import run_arrangement
from inspector.gui.running.run_state import RunState

from .conftest import SAMPLES, WAIT


@pytest.fixture
def panel(qtbot: QtBot, inspector: Application, classifier: Path) -> RunPanel:
    """The run of a file whose class was never allowed: nothing of it is built."""
    inspector.session.in_process = True
    inspector.session.run(str(classifier))
    panel = inspector.window.panel()
    assert isinstance(panel, RunPanel)
    qtbot.waitUntil(lambda: panel.has_content and not panel.run.is_busy, timeout=WAIT)
    return panel


@pytest.fixture
def undo(inspector: Application) -> Callable[[], None]:
    return inspector.window.actions_["undo"].trigger


@pytest.fixture
def redo(inspector: Application) -> Callable[[], None]:
    return inspector.window.actions_["redo"].trigger


@pytest.fixture
def says(inspector: Application) -> Callable[[], str]:
    def say() -> str:
        action = inspector.window.actions_["undo"]
        return action.text().replace("&", "") if action.isEnabled() else ""

    return say


def test_each_field_is_a_step_of_its_own(
    panel: RunPanel, undo: Callable[[], None], redo: Callable[[], None], says: Callable[[], str]
) -> None:
    box, setup = panel.setup.training, panel.run.setup
    batch, epochs = setup.batch_size, setup.more_epochs
    box.batch.setValue(17)
    box.batch.setValue(18)
    assert says() == "Undo Change Batch size"
    box.epochs.setValue(9)
    assert says() == "Undo Change More epochs"
    panel.setup.data.size.setValue(500)
    assert says() == "Undo Change Pictures"
    panel.setup.data.held_back.setValue(20)
    assert says() == "Undo Change Held back"
    panel.setup.data.split.setCurrentIndex(1)
    panel.setup.data.split.activated.emit(1)
    assert says() == "Undo Change Tested on"
    undo()
    assert (setup.split, panel.setup.data.split.currentIndex()) == ("test", 0)
    undo()
    assert setup.data.validation != 0.2
    assert setup.data.size == 500
    undo()
    assert setup.data.size == 0
    undo()
    assert (setup.more_epochs, setup.batch_size, box.epochs.value()) == (epochs, 18, epochs)
    undo()
    assert (setup.batch_size, box.batch.value()) == (batch, batch)
    assert says() == ""
    redo()
    assert (setup.batch_size, box.batch.value()) == (18, 18)


def test_a_line_is_one_step_and_has_its_own_undo_while_it_is_typed_in(
    qtbot: QtBot, panel: RunPanel, undo: Callable[[], None], says: Callable[[], str]
) -> None:
    rate, setup = panel.setup.training.rate, panel.run.setup
    rate.setFocus()
    qtbot.keyClicks(rate, "0.02")
    rate.take()
    qtbot.keyClicks(rate, "5")
    rate.take()
    assert setup.lr == 0.025
    assert says() == "Undo Change Learning rate"
    panel.setup.training.batch.setFocus()
    undo()
    assert (setup.lr, rate.text()) == (None, "")
    assert says() == ""
    rate.setFocus()
    qtbot.keyClicks(rate, "7")
    rate.take()
    qtbot.keyClick(rate, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    rate.take()
    assert (setup.lr, rate.text()) == (None, "")
    assert says() == "", "what came to nothing is no step"


def test_fields_with_nothing_of_their_own_let_the_window_undo(
    qtbot: QtBot, inspector: Application, panel: RunPanel
) -> None:
    with qtbot.waitActive(inspector.window):
        inspector.window.activateWindow()
    setup, usual = panel.run.setup, panel.run.setup.seed
    fields = (panel.setup.training.rate, panel.setup.training.batch, panel.setup.data.transforms.text)
    for field in fields:
        setup.seed = 123
        field.setFocus()
        qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert setup.seed == usual, field
        qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        assert setup.seed == 123, field
        setup.seed = usual
        panel.setup.setFocus()


def test_what_lines_take_back_by_themselves_is_no_further_step(
    qtbot: QtBot, inspector: Application, panel: RunPanel, undo: Callable[[], None], says: Callable[[], str]
) -> None:
    with qtbot.waitActive(inspector.window):
        inspector.window.activateWindow()
    field, setup = panel.setup.data.transforms, panel.run.setup
    keys, control, shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    panel.setup.training.batch.setValue(17)
    field.text.setFocus()
    qtbot.keyClicks(field.text, "ToTensor")
    field.take()
    written = setup.data.transforms
    assert (written, says()) == (("ToTensor",), "Undo Change Transforms")
    qtbot.keyClick(field.text, keys.Key_Z, control)
    field.take()
    assert (field.text.toPlainText(), setup.data.transforms) == ("", None)
    assert says() == "Undo Change Batch size"
    qtbot.keyClick(field.text, keys.Key_Z, control | shift)
    field.take()
    assert (field.text.toPlainText(), setup.data.transforms) == ("ToTensor", written)
    assert says() == "Undo Change Transforms"
    qtbot.keyClick(field.text, keys.Key_Z, control)
    field.take()
    panel.setup.training.batch.setFocus()
    undo()
    assert (field.text.toPlainText(), setup.data.transforms) == ("", None)
    assert setup.batch_size != 17


def test_lines_that_were_taken_step_by_step_go_back_at_once(
    qtbot: QtBot, inspector: Application, panel: RunPanel, says: Callable[[], str]
) -> None:
    with qtbot.waitActive(inspector.window):
        inspector.window.activateWindow()
    field, setup = panel.setup.data.transforms, panel.run.setup
    field.text.setFocus()
    for text in ("ToTensor", "()"):
        qtbot.keyClicks(field.text, text)
        field.take()
        inspector.window.undoing._last = None  # as after a rest
    assert setup.data.transforms == ("ToTensor()",)
    qtbot.keyClick(field.text, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    field.take()
    assert field.text.toPlainText() == ""
    assert (setup.data.transforms, says()) == (None, "")


def test_corrections_are_undone_and_done_again(
    panel: RunPanel, undo: Callable[[], None], redo: Callable[[], None], says: Callable[[], str]
) -> None:
    setup = panel.run.setup
    first = setup.first_epoch
    line = panel.ready_view.preflight.lines["epoch"]
    line.toggle()
    correction = line.correction
    assert correction is not None
    correction.line.setText("7")
    correction.line.take()
    assert setup.first_epoch == 7
    assert says() == "Undo Change Epoch"
    keeps = panel.setup.training.keeps
    keeps.setChecked(False)
    assert says() == "Undo Change Optimizer"
    undo()
    assert keeps.isChecked()
    assert (setup.first_epoch, setup.corrections) == (7, {"epoch": 7.0})
    undo()
    assert (setup.first_epoch, setup.corrections) == (first, {})
    assert correction.choice.currentIndex() == 0
    assert not correction.line.isVisibleTo(correction)
    redo()
    redo()
    assert setup.first_epoch == 7
    assert not keeps.isChecked()
    keeps.setChecked(True)
    undo()
    assert not keeps.isChecked(), "its settings and its state are one step"


def test_corrections_come_back_and_nonsense_is_passed_over(panel: RunPanel) -> None:
    page = panel.run
    page.setup.correct("epoch", 7)
    kept = run_arrangement.arrangement(page)["corrections"]
    assert kept == {"epoch": 7}
    run_arrangement.arrange(page, {"corrections": {}})
    assert page.setup.corrections == {}
    nonsense = ({"epoch": [1]}, {"novel": 3}, {"epoch": "no such field"}, {5: 6}, {"epoch": float("nan")})
    for junk in (None, 5, [], *nonsense):
        run_arrangement.arrange(page, {"corrections": junk})
        assert page.setup.corrections == {}
    run_arrangement.arrange(page, {"corrections": kept})
    assert page.setup.first_epoch == 7


def test_a_module_that_nobody_allowed_does_not_come_back(panel: RunPanel) -> None:
    run_arrangement.arrange(panel.run, {"own": True})
    assert panel.run.setup.own_module is None


def test_undoing_leaves_a_run_that_goes_on_alone(
    qtbot: QtBot, inspector: Application, classifier: Path, torch_in_here: None,
    undo: Callable[[], None], says: Callable[[], str],
) -> None:  # fmt: skip
    inspector.session.in_process = True
    inspector.settings.list_first(TRUSTED, str(classifier.parent / "networks.py"))
    inspector.session.run(str(classifier))
    panel = inspector.window.panel()
    assert isinstance(panel, RunPanel)
    page, setup = panel.run, panel.run.setup
    qtbot.waitUntil(lambda: page.checkpoint is not None, timeout=WAIT)
    setup.set(data=setup.data._replace(size=SAMPLES))
    setup.more_epochs = 500
    qtbot.waitUntil(lambda: page.can_start and not page.fit.is_busy, timeout=WAIT)
    panel.start()
    assert says() == "", "what it was set up with is held while it runs"
    undo()
    qtbot.waitUntil(lambda: page.state is RunState.RUNNING and bool(page.record and page.record.loss), timeout=WAIT)
    panel.training.plot.logarithmic.setChecked(True)
    assert says() == "Undo Logarithmic Loss"
    undo()
    assert not panel.training.plot.logarithmic.isChecked()
    undo()
    assert setup.more_epochs == 500
    assert says() == ""
    page.stop_now()
    qtbot.waitUntil(lambda: page.state is RunState.IDLE, timeout=WAIT)
    assert panel.segments.texts()[panel.segments.current] in (SETUP, TRAINING)
    assert says() == "Undo Change More epochs"
    undo()
    assert setup.more_epochs != 500
