"""A training from its start to its end: what it says, what it saves, and what it takes over from a file."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
import torch
from torch import nn

from inspector.progress import finish
from inspector.workshop.requests import WorkshopError
from inspector.workshop.run_requests import Chosen, GoOn, Pause, Start, StopSoon
from inspector.workshop.run_words import Batches, Began, EpochEnd, Handshake, Message, Saved, Trained, Waiting
from inspector.workshop.running.data import Order
from inspector.workshop.running.datasets import open_data
from inspector.workshop.running.models import made_model
from inspector.workshop.running.running import run
from inspector.workshop.running.training import threads
from inspector.workshop.running.wishes import Wishes
from tests.workshop.running.training_runs import Person, going_on, latest, losses, of, stop_after, trained, training


def test_two_epochs_are_told_and_saved(tmp_path: Path) -> None:
    request = training(tmp_path, save_every=1, name="net")
    words, answer = trained(request)
    began = of(Began, words)[0]
    assert (began.train, began.batches, began.epoch, began.batch, began.epochs) == (80, 5, 1, 0, 2)
    assert len(losses(words)) == 10
    assert next((each.epoch, each.is_best) for each in of(EpochEnd, words)) == (1, True)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        "best_model.pt", "current_checkpoint.pt", "net_epoch1.pth", "net_epoch2.pth",
    ]  # fmt: skip
    assert isinstance(answer, Trained)
    assert (answer.ended, answer.epoch, answer.batch, answer.samples) == ("finished", 3, 0, 160)
    assert answer.best == min(each.valid_loss for each in of(EpochEnd, words))


def test_the_file_holds_what_its_description_says(tmp_path: Path) -> None:
    request = training(tmp_path, scheduler=Chosen("StepLR", {"step_size": 1, "gamma": 0.5}))
    words, _ = trained(request)
    state = latest(request)
    ends = of(EpochEnd, words)
    assert set(state) == {
        "epoch", "batch", "state_dict", "optimizer", "scheduler", "valid_loss_min", "best_epoch", "model", "data",
        "arguments", "rng", "sums", "history", "versions",
    }  # fmt: skip
    assert (state["epoch"], state["batch"], state["sums"]) == (3, 0, {"loss": 0.0, "samples": 0})
    history = state["history"]
    assert history["epoch"] == [1, 2]
    assert history["train_loss"] == [each.train_loss for each in ends]
    assert history["valid_loss"] == [each.valid_loss for each in ends]
    assert history["valid_accuracy"] == [each.accuracy for each in ends]
    assert history["lr"] == [0.001, 0.0005]
    assert history["batch_losses"].tolist() == losses(words)
    assert history["batches"] == [5, 5]
    assert state["arguments"]["optimizer"] == {"name": "Adam", "options": {}}
    assert state["arguments"]["seed"] == state["rng"]["seed"] == 3
    assert state["data"]["train"] == 80
    assert len(state["data"]["classes"]) == 10
    assert state["versions"]["torch"] == torch.__version__


def test_the_losses_are_those_of_the_loop_that_everybody_writes(tmp_path: Path) -> None:
    """Against a bare loop: same seed, same order, bit for bit."""
    request = training(tmp_path)
    words, _ = trained(request)
    data = finish(open_data(request.data))
    torch.manual_seed(request.seed)
    model = made_model(request.model, {})
    optimizer = torch.optim.Adam(model.parameters())
    criterion = nn.CrossEntropyLoss()
    bare = []
    assert data.train is not None
    with threads(1):
        for epoch in (1, 2):
            for inputs, targets in data.train.batches(16, Order(request.seed, epoch)):
                optimizer.zero_grad()
                loss = criterion(model(inputs), targets)
                loss.backward()
                optimizer.step()
                bare.append(loss.item())
    assert bare == losses(words)
    assert all(torch.equal(each, model.state_dict()[key]) for key, each in latest(request)["state_dict"].items()
               if "running" not in key and "tracked" not in key)  # fmt: skip


def test_the_message_that_people_know_and_the_best_that_goes_on(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1)
    words, first = trained(request)
    assert f"Validation loss decreased (inf --> {first.best:.6f}).  Saving model ..." in [
        word.text for word in of(Message, words)
    ]
    low = going_on(request, epochs=2)
    assert low.start is not None
    words, answer = trained(low._replace(start=low.start._replace(best=0.00004)))
    assert of(Began, words)[0].best == 0.00004
    assert not of(EpochEnd, words)[0].is_best
    assert (answer.best, latest(request)["valid_loss_min"]) == (0.00004, 0.00004)
    assert [saved.kind for saved in of(Saved, words)] == ["latest"]


def test_a_start_of_another_program_gives_weights_optimizer_and_epoch(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1)
    trained(request)
    state = latest(request)
    foreign = {"epoch": 4, "model": state["state_dict"], "optim": state["optimizer"], "valid_loss_min": 0.5}
    torch.save(foreign, tmp_path / "theirs.pt")
    start = Start(str(tmp_path / "theirs.pt"), ("model",), ("optim",), epoch=4, best=0.5)
    again = request._replace(start=start, epochs=4, folder=str(tmp_path / "more"))
    words, answer = trained(again)
    assert (of(Began, words)[0].epoch, of(Began, words)[0].best) == (4, 0.5)
    assert [each.epoch for each in of(EpochEnd, words)] == [4]
    assert int(latest(again)["optimizer"]["state"][0]["step"]) == 10
    assert answer.epoch == 5


def test_a_pause_waits_and_goes_on_with_the_same_numbers(tmp_path: Path) -> None:
    undisturbed, _ = trained(training(tmp_path / "a", epochs=1))
    waited = []

    def hear(word: object, person: Person) -> None:
        if isinstance(word, Began):
            person.tell(Pause())
        if isinstance(word, Waiting):
            waited.append((word.epoch, word.batch))
        if getattr(word, "text", "") == "Paused":
            person.tell(GoOn())

    words, answer = trained(training(tmp_path / "b", epochs=1), hear)
    assert waited == [(1, 2)]
    assert losses(words) == losses(undisturbed)
    assert answer.ended == "finished"


def test_to_stop_saves_the_place_within_the_epoch(tmp_path: Path) -> None:
    request = training(tmp_path)

    def hear(word: object, person: Person) -> None:
        if isinstance(word, Began):
            person.tell(StopSoon())

    words, answer = trained(request, hear)
    state = latest(request)
    assert (answer.ended, answer.epoch, state["epoch"], state["batch"]) == ("stopped", 1, 1, answer.batch)
    assert of(Saved, words)[-1].path == answer.latest


def test_a_run_that_is_stopped_while_paused_ends(tmp_path: Path) -> None:
    def hear(word: object, person: Person) -> None:
        if isinstance(word, Began):
            person.tell(Pause())
        if isinstance(word, Waiting):
            person.tell(StopSoon())

    _, answer = trained(training(tmp_path), hear)
    assert (answer.ended, answer.batch) == ("stopped", 1)


def test_nothing_left_to_train_is_said_and_is_no_failure(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1)
    trained(request)
    words, answer = trained(going_on(request))
    assert answer.ended == "finished"
    assert not of(Batches, words)
    assert any("nothing left to train" in word.text for word in of(Message, words))


def test_without_validation_data_the_training_loss_decides(tmp_path: Path) -> None:
    request = training(tmp_path)
    code = """
        import torch
        def data():
            x = torch.randn(48, 1, 28, 28, generator=torch.Generator().manual_seed(0))
            return torch.utils.data.TensorDataset(x, torch.arange(48) % 10)
    """
    (tmp_path / "own.py").write_text(dedent(code))
    source = request.data._replace(kind="function", path=str(tmp_path / "own.py"), name="data", validation=0.0, size=0)
    words, answer = trained(request._replace(data=source))
    assert answer.best == min(each.train_loss for each in of(EpochEnd, words))
    assert any(word.text.startswith("Training loss decreased (inf") for word in of(Message, words))
    assert any("no validation data" in word.text for word in of(Message, words))


@pytest.mark.parametrize(("expected", "is_jump"), [(2.3, False), (0.05, True)])
def test_the_first_batches_are_held_against_the_file(tmp_path: Path, expected: float, is_jump: bool) -> None:
    words, _ = trained(training(tmp_path, epochs=1, expected=expected))
    (shake,) = of(Handshake, words)
    assert (shake.batches, shake.is_jump) == (5, is_jump)
    assert shake.loss == sum(losses(words)[:5]) / 5


def test_a_learning_rate_takes_the_place_of_the_files(tmp_path: Path) -> None:
    steps = Chosen("ExponentialLR", {"gamma": 0.1})
    request = training(tmp_path, epochs=1, scheduler=steps)
    trained(request)
    words, _ = trained(going_on(request, epochs=2))
    assert of(EpochEnd, words)[0].lr == pytest.approx(1e-4)
    trained(request)
    words, _ = trained(going_on(request, epochs=2, lr=0.5))
    assert (of(EpochEnd, words)[0].lr, of(EpochEnd, words)[0].next_lr) == (0.5, pytest.approx(0.05))


def test_gradients_are_clipped(tmp_path: Path) -> None:
    words, _ = trained(training(tmp_path / "a", epochs=1))
    clipped, _ = trained(training(tmp_path / "b", epochs=1, clip=1e-3, optimizer=Chosen("SGD", {"lr": 0.1})))
    assert losses(words)[0] == losses(clipped)[0]
    assert losses(words)[1:] != losses(clipped)[1:]


def test_mixed_precision_on_the_cpu_is_close(tmp_path: Path) -> None:
    plain, _ = trained(training(tmp_path / "a", epochs=1))
    mixed, _ = trained(training(tmp_path / "b", epochs=1, amp=True))
    assert losses(mixed) != losses(plain)
    assert losses(mixed) == pytest.approx(losses(plain), rel=0.05)


def test_a_generator_that_is_closed_saves_nothing_more(tmp_path: Path) -> None:
    request = training(tmp_path)
    work = run(request, Wishes())
    while not isinstance(next(work), Began):
        pass
    work.close()
    assert not (tmp_path / "run" / "current_checkpoint.pt").exists()


def test_what_a_kill_left_half_written_is_removed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    for name in ("current_checkpoint.pt.part", "checkpoint_epoch7.pth.part", "mine.part"):
        (tmp_path / "run" / name).write_bytes(b"half")
    trained(training(tmp_path, epochs=1))
    assert [path.name for path in (tmp_path / "run").glob("*.part")] == ["mine.part"]


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    for name in ("../net", "a/b", ""):
        with pytest.raises(WorkshopError, match="is no name for a file"):
            trained(training(tmp_path, name=name))


def test_the_number_of_threads_is_put_back(tmp_path: Path) -> None:
    before = torch.get_num_threads()
    words, _ = trained(training(tmp_path, epochs=1, threads=1))
    assert of(Began, words)[0].threads == 1
    assert torch.get_num_threads() == before


def test_torchscript_is_for_tests_only(tmp_path: Path) -> None:
    request = training(tmp_path)
    with pytest.raises(WorkshopError, match="TorchScript can be tested here"):
        trained(request._replace(model=request.model._replace(kind="torchscript")))


def test_stop_after_counts_batches(tmp_path: Path) -> None:
    _, answer = trained(training(tmp_path, epochs=50), stop_after(7))
    assert answer.ended == "stopped"
    assert answer.samples >= 7 * 16
