"""What is done otherwise on a GPU, as far as a CPU can show it: losses that are read late, a scaler, files of GPUs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import torch

from inspector.progress import finish
from inspector.workshop.requests import WorkshopError
from inspector.workshop.run_requests import Start
from inspector.workshop.running import precision, stepping
from inspector.workshop.running.journal import Journal
from inspector.workshop.running.preparing import prepare
from inspector.workshop.running.telling import Teller
from tests.workshop.running.test_training_errors import turning_bad
from tests.workshop.running.training_runs import difference, going_on, latest, losses, trained, training

has_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU")


@pytest.fixture
def reading_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps are done as on a GPU: nothing waits for the loss of a batch."""
    original = stepping.Step.__init__

    def begun(self: stepping.Step, run: object) -> None:
        original(self, run)  # type: ignore[arg-type]
        self._is_on_cpu = False

    monkeypatch.setattr(stepping.Step, "__init__", begun)


@pytest.mark.usefixtures("reading_late")
def test_losses_that_are_read_late_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = training(tmp_path / "late")
    told, _ = trained(late)
    monkeypatch.undo()
    soon = training(tmp_path / "soon")
    words, _ = trained(soon)
    assert losses(told) == losses(words)
    assert difference(latest(late), latest(soon)) == ""


@pytest.mark.usefixtures("reading_late")
def test_a_loss_that_is_seen_late_still_names_its_batch(tmp_path: Path) -> None:
    with pytest.raises(WorkshopError) as caught:
        trained(turning_bad(tmp_path, "x = x / 0 * 0"))
    assert caught.value.message.startswith("The loss of batch 3 of epoch 2 is not a number.")
    assert latest(training(tmp_path))["epoch"] == 2


def test_losses_are_read_in_one_go() -> None:
    journal = Journal()
    teller = Teller(journal)
    for value in (2.0, 1.0, float("nan")):
        teller.add(torch.tensor(value), 4)
    assert teller.batch == 3
    taken = teller.take()
    assert (taken.first, taken.losses[:2], taken.not_finite) == (1, (2.0, 1.0), 3)
    assert (journal.batch, journal.samples, teller.batch) == (3, 12, 3)
    assert teller.take().losses == ()


def test_a_scaler_is_saved_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def scaled(self: precision.Precision, device: torch.device, amp: bool) -> None:
        self._device, self.is_mixed = device.type, amp
        self.scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=3) if amp else None

    monkeypatch.setattr(precision.Precision, "__init__", scaled)
    whole = training(tmp_path / "whole", amp=True, clip=1.0)
    trained(whole)
    torn = training(tmp_path / "torn", amp=True, clip=1.0, epochs=1)
    trained(torn)
    assert latest(torn)["scaler"]["scale"] == 16.0
    trained(going_on(torn, epochs=2))
    assert difference(latest(torn), latest(whole)) == ""


def test_a_file_of_a_gpu_goes_on_on_the_cpu(tmp_path: Path) -> None:
    """As one reads that was saved there: its tensors say that they lie on cuda:0."""
    request = training(tmp_path, epochs=1)
    trained(request)
    torch.save(latest(request), tmp_path / "here.pt")
    with zipfile.ZipFile(tmp_path / "here.pt") as here, zipfile.ZipFile(tmp_path / "there.pt", "w") as there:
        for name in here.namelist():
            data = here.read(name)
            if name.endswith("data.pkl"):
                assert data.count(b"X\x03\x00\x00\x00cpu") == 1
                data = data.replace(b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0")
            there.writestr(name, data)
    start = Start(str(tmp_path / "there.pt"), ("state_dict",), ("optimizer",), is_own=True, epoch=2)
    _, answer = trained(request._replace(start=start, epochs=2))
    assert answer.epoch == 3


@has_cuda
def test_a_gpu_trains_saves_for_every_machine_and_goes_on(tmp_path: Path) -> None:
    request = training(tmp_path, device="cuda", amp=True, epochs=1)
    words, _ = trained(request)
    assert all(loss == loss for loss in losses(words))
    state = latest(request)
    assert all(each.device.type == "cpu" for each in state["state_dict"].values())
    assert state["scaler"]["scale"] > 0
    assert len(state["rng"]["cuda"]) == torch.cuda.device_count()
    _, answer = trained(going_on(request, device="cpu", amp=False, epochs=2))
    assert answer.epoch == 3
    _, answer = trained(going_on(request, epochs=3))
    assert answer.epoch == 4


def test_what_is_prepared_lies_on_the_device(tmp_path: Path) -> None:
    run = finish(prepare(training(tmp_path, device="cpu")))
    assert {each.device.type for each in run.model.parameters()} == {"cpu"}
