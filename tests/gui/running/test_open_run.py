"""The page of a run, without a panel: what it says while it looks, trains, waits, stops, fails, goes on and tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot

from inspector.gui.running.open_run import OpenRun
from inspector.gui.running.run_queue import RunQueue
from inspector.gui.running.run_state import RunState
from inspector.workshop import run_words
from inspector.workshop.requests import Stopped, WorkshopError
from inspector.workshop.run_words import Batches, EpochEnd, Trained

from .conftest import WAIT, PageOf


def ended(qtbot: QtBot, page: OpenRun) -> object:
    """Waits for the ending of what runs, and gives it."""
    with qtbot.waitSignal(page.ended, timeout=WAIT) as blocker:
        pass
    assert page.state is RunState.IDLE
    return blocker.args[0]


def until_batch(qtbot: QtBot, page: OpenRun) -> None:
    """Waits until something was trained on."""
    qtbot.waitUntil(lambda: page.record is not None and page.record.loss == page.record.loss, timeout=WAIT)


@pytest.mark.parametrize("in_process", [False, True], ids=["apart", "in process"])
def test_from_the_file_to_a_tested_best(
    qtbot: QtBot, classifier: Path, page_of: PageOf, in_process: bool
) -> None:
    """Three epochs more; best and latest are there and load; the results come one by one. The same in either way."""
    page = page_of(classifier, in_process=in_process)
    heard: list[object] = []
    page.heard.connect(heard.extend)
    assert page.setup.first_epoch == 4
    page.start()
    assert page.state is RunState.RUNNING
    assert not page.can_start
    how = ended(qtbot, page)
    assert isinstance(how, Trained)
    assert (how.ended, how.epoch) == ("finished", 7)
    assert [word.epoch for word in heard if isinstance(word, EpochEnd)] == [4, 5, 6]
    assert sum(len(word.losses) for word in heard if isinstance(word, Batches)) == 15
    assert page.record is not None
    assert (page.record.share, page.record.done, page.record.total) == (1.0, 30, 30)
    assert page.history is not None
    for path in (page.record.latest, page.record.best):
        saved = torch.load(path, weights_only=True)
        assert saved["model"]["class"].endswith("networks.py:FashionClassifier")
    assert any("Validation loss decreased" in line.text for line in page.record.lines)
    page.test_all()
    assert page.state is RunState.TESTING
    how = ended(qtbot, page)
    assert isinstance(how, run_words.Tests)
    assert [os.path.basename(each.path) for each in page.results] == [
        "fashion_classifier.pt", "best_model.pt", "current_checkpoint.pt",
    ]  # fmt: skip
    assert sum(isinstance(word, run_words.Tested) for word in heard) == 3
    assert page.results[0].correct is not None


def test_what_is_chosen_is_rehearsed_by_itself(qtbot: QtBot, classifier: Path, page_of: PageOf) -> None:
    page = page_of(classifier)
    qtbot.waitUntil(lambda: page.rehearsal is not None, timeout=WAIT)
    assert page.look is not None
    assert page.look.train == 320
    assert {check.name for check in page.rehearsal.checks} >= {"Classes", "Optimizer", "Loss"}
    page.setup.set(data=page.setup.data._replace(size=640))
    qtbot.waitUntil(lambda: page.state is RunState.REHEARSING, timeout=WAIT)
    assert page.rehearsal is None
    qtbot.waitUntil(lambda: page.rehearsal is not None, timeout=WAIT)
    assert page.look.train == 640


def test_before_the_code_may_run_the_data_is_looked_at(qtbot: QtBot, classifier: Path, tmp_path: Path) -> None:
    """Nothing of a person's is run for it."""
    from inspector.gui.settings import Settings

    page = OpenRun(str(classifier), Settings(str(tmp_path / "settings")))
    page.open()
    qtbot.waitUntil(lambda: page.look is not None, timeout=WAIT)
    assert not page.can_start
    assert page.rehearsal is None
    page.close()


def test_paused_gone_on_stopped_and_resumed_is_as_never_stopped(
    qtbot: QtBot, classifier: Path, page_of: PageOf
) -> None:
    page = page_of(classifier, samples=3_200)
    page.setup.set(more_epochs=2, folder=str(classifier.parent / "whole"))
    page.start()
    assert isinstance(ended(qtbot, page), Trained)
    whole = page.record
    assert whole is not None

    page.setup.set(folder=str(classifier.parent / "parts"))
    page.start()
    until_batch(qtbot, page)
    page.pause()
    qtbot.waitUntil(lambda: page.state is RunState.PAUSED, timeout=WAIT)
    page.go_on()
    assert page.state is RunState.RUNNING
    page.stop_soon()
    assert page.state is RunState.STOPPING
    how = ended(qtbot, page)
    assert isinstance(how, Trained)
    assert how.ended == "stopped"
    assert page.can_resume
    page.resume()
    how = ended(qtbot, page)
    assert isinstance(how, Trained)
    assert (how.ended, how.epoch) == ("finished", 6)
    assert not page.can_resume
    assert page.record is not None
    for latest in ("latest", "best"):
        ours, theirs = (torch.load(getattr(each, latest), weights_only=True) for each in (page.record, whole))
        for key, value in theirs["state_dict"].items():
            assert torch.equal(value, ours["state_dict"][key])
        assert ours["history"]["train_loss"] == theirs["history"]["train_loss"]
        assert torch.equal(ours["history"]["batch_losses"], theirs["history"]["batch_losses"])


def test_stopped_now_keeps_what_was_saved_before(qtbot: QtBot, classifier: Path, page_of: PageOf) -> None:
    page = page_of(classifier, samples=3_200)
    page.setup.set(more_epochs=500)
    page.start()
    qtbot.waitUntil(lambda: page.record is not None and bool(page.record.latest), timeout=WAIT)
    page.stop_now()
    assert isinstance(ended(qtbot, page), Stopped)
    assert page.can_resume
    saved = torch.load(page.latest, weights_only=True)
    assert saved["epoch"] >= 5
    assert page.record is not None
    assert page.record.lines[-1].level == "info"


def test_a_run_that_saves_into_the_file_it_began_with_reads_it_anew(
    qtbot: QtBot, classifier: Path, page_of: PageOf
) -> None:
    """Nobody is told that the file changed on disk, and to start again goes on from what was saved."""
    first = page_of(classifier)
    first.setup.set(more_epochs=1)
    first.start()
    assert isinstance(ended(qtbot, first), Trained)
    latest = Path(first.latest)
    page = page_of(latest, str(classifier.parent / "networks.py") + ":FashionClassifier")
    told: list[bool] = []
    page.changed_on_disk.connect(lambda: told.append(True))
    assert (page.setup.first_epoch, page.setup.folder) == (5, str(latest.parent))
    page.setup.set(more_epochs=1)
    page.start()
    assert isinstance(ended(qtbot, page), Trained)
    assert not page.can_start, "what is known of the file is of what it was"
    qtbot.waitUntil(lambda: page.can_start and page.rehearsal is not None, timeout=WAIT)
    assert page.setup.first_epoch == 6
    page.check_disk()
    assert not told


def test_one_training_at_a_time(qtbot: QtBot, classifier: Path, page_of: PageOf) -> None:
    """The second says for whom it waits, begins by itself, and may leave before that."""
    queue = RunQueue()
    first, second, third = (page_of(classifier, queue=queue, samples=3_200) for _ in range(3))
    for number, page in enumerate((first, second, third)):
        page.setup.set(more_epochs=500, folder=str(classifier.parent / str(number)))
        page.start()
    assert [page.state for page in (first, second, third)] == [RunState.RUNNING, RunState.WAITING, RunState.WAITING]
    assert second.waits_for == first.name
    second.stop_soon()
    assert second.state is RunState.IDLE
    assert third.waits_for == first.name
    first.stop_now()
    assert isinstance(ended(qtbot, first), Stopped)
    qtbot.waitUntil(lambda: third.state is RunState.RUNNING, timeout=WAIT)
    third.stop_now()
    assert isinstance(ended(qtbot, third), Stopped)
    assert queue.running is None


def test_stopped_before_it_began(qtbot: QtBot, classifier: Path, page_of: PageOf) -> None:
    page = page_of(classifier)
    page.start()
    page.stop_soon()
    assert isinstance(ended(qtbot, page), Stopped)
    assert page.state is RunState.IDLE
    assert not page.can_resume
    assert page.can_start


FAILURES = {
    "killed": "import os, signal\nif self.training: os.kill(os.getpid(), signal.SIGKILL)\nreturn super().forward(x)",
    "raises": "type(self).count += self.training\nassert self.count < 8, 'too much'\nreturn super().forward(x)",
    "wrong shape": "return super().forward(x)[:, :7]",
}


@pytest.mark.parametrize(("how", "named"), [("killed", ""), ("raises", "too much"), ("wrong shape", "7")])
def test_a_class_that_fails_ends_in_a_sentence(
    qtbot: QtBot, classifier: Path, page_of: PageOf, broken_code: Callable[[str], str], how: str, named: str
) -> None:
    page = page_of(classifier, broken_code(FAILURES[how]), in_process=how != "killed")
    page.start()
    error = ended(qtbot, page)
    assert isinstance(error, WorkshopError)
    assert named in error.message
    assert page.error is error
    assert page.failed_in_training
    assert page.can_start
    assert page.record is not None
    assert page.record.lines[-1].level == "warning"


@pytest.mark.usefixtures("torch_of_its_own")
def test_closing_while_it_trains_leaves_nothing_behind(qtbot: QtBot, classifier: Path, page_of: PageOf) -> None:
    """That no process or thread is left is held for every test."""
    page = page_of(classifier, samples=3_200, in_process=False)
    page.setup.set(more_epochs=500)
    page.start()
    until_batch(qtbot, page)
    page.close()


def test_a_file_that_cannot_be_read_is_refused(qtbot: QtBot, tmp_path: Path) -> None:
    from inspector.gui.settings import Settings

    path = tmp_path / "no.pt"
    path.write_bytes(b"nothing")
    page = OpenRun(str(path), Settings(str(tmp_path / "settings")))
    with qtbot.waitSignal(page.refused, timeout=WAIT):
        page.open()
    assert page.error is not None
    assert not page.can_start
    page.close()
