"""From an open file to its confusion matrix in a real window, with nothing typed; and what may come between."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.gui.app import Application
from inspector.gui.fitting.chosen_model import TRUSTED
from inspector.gui.open_file import OpenFile
from inspector.gui.panels.fit_panel import FitPanel
from inspector.gui.panels.run_panel import RESULTS, SETUP, TRAINING, RunPanel
from inspector.gui.running.run_state import RunState

from .conftest import SAMPLES, WAIT


def press(qtbot: QtBot, button: QPushButton) -> None:
    """A person's click on what is seen and can be clicked."""
    qtbot.waitUntil(lambda: button.isEnabled() and not button.visibleRegion().isEmpty(), timeout=WAIT)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def run_of(qtbot: QtBot, inspector: Application, torch_in_here: None) -> Callable[..., RunPanel]:
    """Opens the run of a file whose code may be run, in this process, ready to start; many epochs of few samples."""

    def open_run(path: Path, *, epochs: int = 500, folder: str = "") -> RunPanel:
        inspector.session.in_process = True
        inspector.settings.list_first(TRUSTED, str(path.parent / "networks.py"))
        inspector.session.run(str(path))
        panel = inspector.window.panel()
        assert isinstance(panel, RunPanel)
        qtbot.waitUntil(lambda: panel.run.checkpoint is not None, timeout=WAIT)
        setup = panel.run.setup
        setup.set(data=setup.data._replace(size=SAMPLES), more_epochs=epochs, folder=folder or setup.folder)
        qtbot.waitUntil(lambda: panel.run.can_start and not panel.run.fit.is_busy, timeout=WAIT)
        return panel

    return open_run


def view(panel: RunPanel) -> str:
    """The name of what is looked at."""
    return panel.segments.texts()[panel.segments.current]


def trains(panel: RunPanel) -> bool:
    record = panel.run.record
    return panel.run.state is RunState.RUNNING and record is not None and record.loss == record.loss


def test_from_an_open_file_to_its_confusion_matrix(
    qtbot: QtBot, inspector: Application, classifier: Path, open_file: Callable[[Path], OpenFile]
) -> None:
    """Run, "may its code be run?" - yes, Start, Test. In a child, as it is by itself."""
    open_file(classifier)
    actions = inspector.window.actions_
    assert actions["run"].isEnabled()
    actions["run"].trigger()
    panel = inspector.window.panel()
    assert isinstance(panel, RunPanel)
    assert not actions["start_run"].isEnabled()
    press(qtbot, panel.ready_view.leave.allow)
    page = panel.run
    page.setup.set(data=page.setup.data._replace(size=SAMPLES))  # to be quick: a person would not
    qtbot.waitUntil(lambda: page.rehearsal is not None, timeout=WAIT)
    assert not panel.segments.isVisible()
    press(qtbot, panel.ready_view.start)
    assert view(panel) == TRAINING
    assert not panel.setup.isEnabled()
    qtbot.waitUntil(lambda: page.trained is not None, timeout=WAIT)
    training = panel.training
    assert training.progress.title.text() == "Finished: 6 epochs done"
    assert len(training.plot.run.own.batches) == 15
    assert training.plot.run.begin == 3
    assert training.plot.run.best_epoch == page.trained.best_epoch
    assert "Validation loss decreased" in training.messages.toPlainText()
    assert {Path(path).name for path in training.files.rows} == {"best_model.pt", "current_checkpoint.pt"}
    for path in training.files.rows:
        assert torch.load(path, weights_only=True)["state_dict"]
    press(qtbot, training.progress.test)
    assert view(panel) == RESULTS
    qtbot.waitUntil(lambda: page.state is RunState.IDLE, timeout=WAIT)
    results = panel.results.results
    assert "Accuracy of the network on" in results.headline.text()
    assert results.confusion.isVisible()
    assert len(results.tests) == 2
    assert panel.segments.texts() == [SETUP, TRAINING, RESULTS]


def test_paused_stopped_resumed_by_the_keyboard(
    qtbot: QtBot, inspector: Application, classifier: Path, run_of: Callable[..., RunPanel]
) -> None:
    panel, actions = run_of(classifier, epochs=60), inspector.window.actions_
    page, head = panel.run, panel.training.progress
    actions["start_run"].trigger()
    qtbot.waitUntil(lambda: trains(panel), timeout=WAIT)
    assert head.pause.isVisible()
    actions["pause_run"].trigger()
    qtbot.waitUntil(lambda: page.state is RunState.PAUSED, timeout=WAIT)
    assert head.title.text().startswith("Paused in epoch")
    assert head.go_on.isVisible()
    assert not head.pause.isVisible()
    actions["pause_run"].trigger()
    qtbot.waitUntil(lambda: trains(panel), timeout=WAIT)
    actions["stop"].trigger()
    qtbot.waitUntil(lambda: page.trained is not None, timeout=WAIT)
    assert page.trained.ended == "stopped"
    assert head.title.text().startswith("Stopped after")
    before = len(panel.training.plot.run.own.batches)
    assert before > 0
    actions["start_run"].trigger()
    qtbot.waitUntil(lambda: trains(panel), timeout=WAIT)
    assert len(panel.training.plot.run.stored.batches) >= before, "what was trained before is drawn as stored"
    actions["stop_now"].trigger()
    qtbot.waitUntil(lambda: page.state is RunState.IDLE, timeout=WAIT)
    assert head.resume.isVisible()
    assert head.title.text().startswith("Stopped at once, after batch")
    assert not panel.training.failure.isVisible()
    actions["log_scale"].trigger()
    assert panel.training.plot.logarithmic.isChecked()


def test_a_second_run_waits_and_says_for_whom(
    qtbot: QtBot, inspector: Application, classifier: Path, run_of: Callable[..., RunPanel]
) -> None:
    first = run_of(classifier, folder=str(classifier.parent / "first"))
    first.run.start()
    second = run_of(classifier, folder=str(classifier.parent / "second"))
    inspector.window.actions_["start_run"].trigger()
    assert second.run.state is RunState.WAITING
    assert second.training.progress.title.text() == f"Waits for the run of {first.run.name}"
    press(qtbot, second.training.progress.leave)
    assert second.run.state is RunState.IDLE
    assert second.ready_view.start.isVisible()
    inspector.window.actions_["start_run"].trigger()
    first.run.stop_now()
    qtbot.waitUntil(lambda: trains(second), timeout=WAIT)


@pytest.mark.parametrize("how", ["save", "now"])
def test_closing_the_tab_asks_first(
    qtbot: QtBot, inspector: Application, classifier: Path, run_of: Callable[..., RunPanel], how: str
) -> None:
    panel = run_of(classifier)
    page, question = panel.run, panel.question
    page.start()
    qtbot.waitUntil(lambda: trains(panel), timeout=WAIT)
    inspector.window.actions_["close"].trigger()
    assert page in inspector.session.pages
    assert question.banner.isVisible()
    press(qtbot, question.stay)
    assert not question.banner.isVisible()
    assert page.is_training
    inspector.window.actions_["close"].trigger()
    press(qtbot, getattr(question, how))
    qtbot.waitUntil(lambda: page not in inspector.session.pages, timeout=WAIT)
    saved = Path(page.setup.folder) / "current_checkpoint.pt"
    if how == "save":
        assert torch.load(saved, weights_only=True)["epoch"] >= 4


def test_what_could_not_be_saved_is_not_closed(
    qtbot: QtBot, inspector: Application, classifier: Path, run_of: Callable[..., RunPanel]
) -> None:
    panel = run_of(classifier, folder=str(classifier.parent / "gone"))
    panel.run.start()
    qtbot.waitUntil(lambda: trains(panel), timeout=WAIT)
    panel.run.pause()
    qtbot.waitUntil(lambda: panel.run.state is RunState.PAUSED, timeout=WAIT)
    shutil.rmtree(classifier.parent / "gone", ignore_errors=True)
    (classifier.parent / "gone").write_text("a file in its place")
    inspector.window.actions_["close"].trigger()
    press(qtbot, panel.question.save)
    qtbot.waitUntil(panel.training.failure.isVisible, timeout=WAIT)
    assert panel.run in inspector.session.pages
    assert not panel.question.banner.isVisible()


def test_what_ends_by_itself_while_it_is_asked_is_not_closed(
    qtbot: QtBot, inspector: Application, classifier: Path, run_of: Callable[..., RunPanel]
) -> None:
    panel = run_of(classifier, epochs=3)
    panel.run.start()
    qtbot.waitUntil(lambda: trains(panel), timeout=WAIT)
    inspector.window.actions_["close"].trigger()
    qtbot.waitUntil(lambda: panel.run.trained is not None, timeout=WAIT)
    assert panel.run in inspector.session.pages
    assert not panel.question.banner.isVisible()


def test_closing_the_window_asks_stops_saves_and_begins_nothing_else(
    qtbot: QtBot, inspector: Application, classifier: Path, run_of: Callable[..., RunPanel]
) -> None:
    first = run_of(classifier, folder=str(classifier.parent / "first"))
    first.run.start()
    second = run_of(classifier, folder=str(classifier.parent / "second"))
    second.run.start()
    qtbot.waitUntil(lambda: trains(first), timeout=WAIT)
    inspector.window.close()
    assert inspector.window.isVisible()
    assert inspector.session.current is first.run
    press(qtbot, first.question.stay)
    inspector.window.close()
    press(qtbot, first.question.save)
    qtbot.waitUntil(lambda: not inspector.window.isVisible(), timeout=WAIT)
    assert torch.load(classifier.parent / "first" / "current_checkpoint.pt", weights_only=True)["batch"] >= 0
    assert not (classifier.parent / "second").exists()


def test_the_model_of_a_fit_is_taken_over_with_its_steps(
    qtbot: QtBot, inspector: Application, samples: Path, torch_in_here: None
) -> None:
    """The prefix that every key has in the file is taken away before it is trained on."""
    code = f"{samples / 'networks.py'}:ResNet"
    inspector.session.in_process = True
    inspector.settings.list_first(TRUSTED, str(samples / "networks.py"))
    inspector.session.fit(str(samples / "resnet_module_prefix.pth"), model=code)
    fit = inspector.window.panel()
    assert isinstance(fit, FitPanel)
    case = fit.fit.case
    qtbot.waitUntil(lambda: case.outcome is not None and not fit.fit.is_busy, timeout=WAIT)
    case.tick_all()
    qtbot.waitUntil(lambda: bool(case.steps) and not fit.fit.is_busy, timeout=WAIT)
    inspector.window.actions_["run"].trigger()
    panel = inspector.window.panel()
    assert isinstance(panel, RunPanel)
    qtbot.waitUntil(lambda: panel.run.has_model and not panel.run.fit.is_busy, timeout=WAIT)
    assert panel.run.fit.case.steps == case.steps
    assert panel.run.source is not None
    assert str(panel.run.source) == code


def test_the_command_that_is_copied_sets_up_the_same_run(
    inspector: Application, classifier: Path, run_of: Callable[..., RunPanel]
) -> None:
    import shlex

    from inspector.terminal.commands import _parser

    panel = run_of(classifier, epochs=2)
    panel.run.setup.set(batch_size=32, lr=0.002, clip=1.0)
    inspector.window.actions_["copy_command"].trigger()
    program, *words = shlex.split(QGuiApplication.clipboard().text())
    options = _parser().parse_args(words)
    assert program == "inspector"
    assert (options.file, options.model) == (str(classifier), f"{classifier.parent / 'networks.py'}:FashionClassifier")
    assert (options.epochs, options.batch_size, options.lr, options.clip) == (2, 32, 0.002, 1.0)
    assert (options.optimizer, options.criterion, options.data) == ("Adam", "CrossEntropyLoss", "shapes")


def test_an_error_is_shown_with_the_line_and_what_was_printed(
    qtbot: QtBot, inspector: Application, classifier: Path, run_of: Callable[..., RunPanel],
    broken_code: Callable[[str], str],
) -> None:  # fmt: skip
    inspector.settings.list_first(TRUSTED, str(classifier.parent / "broken.py"))
    panel = run_of(classifier)
    page = panel.run
    model = broken_code("print('so far')\nif self.training: raise ValueError('no more')\nreturn super().forward(x)")
    inspector.session.in_process = False
    page.fit.chosen.choose(str(classifier.parent / model))
    qtbot.waitUntil(lambda: page.can_start and not page.fit.is_busy, timeout=WAIT)
    page.start()
    failure = panel.training.failure
    qtbot.waitUntil(failure.isVisible, timeout=WAIT)
    assert "no more" in failure.text()
    assert "raise ValueError('no more')" in failure.text()
    assert page.can_start
