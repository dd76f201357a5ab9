"""Stopped anywhere and gone on with, a training ends bit for bit where it would have ended without the stop."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from inspector.workshop.run_requests import Chosen, StopSoon, Train
from inspector.workshop.run_words import Began, EpochEnd, Saved
from inspector.workshop.running import evaluating
from inspector.workshop.running.running import run
from inspector.workshop.running.wishes import Wishes
from tests.workshop.running.training_runs import (
    NET,
    SHAPES,
    difference,
    going_on,
    latest,
    losses,
    of,
    trained,
    training,
)

AUGMENTED = SHAPES._replace(augmentation=("RandomCrop(28, padding=2)", "RandomHorizontalFlip()"))
KINDS: dict[str, dict[str, Any]] = {
    "dropout and batch statistics": {},
    "augmentation": {"data": AUGMENTED},
    "a schedule": {"scheduler": Chosen("StepLR", {"step_size": 1}), "optimizer": Chosen("AdamW", {"lr": 0.01})},
    "milestones": {"scheduler": Chosen("MultiStepLR", {"milestones": [1, 2]})},
    "a plateau": {"scheduler": Chosen("ReduceLROnPlateau", {"patience": 0}), "clip": 0.5},
    "momentum": {"optimizer": Chosen("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True})},
    "one cycle": {"scheduler": Chosen("OneCycleLR", {"max_lr": 0.01}), "epochs": 3},
    "mixed precision": {"amp": True},
    "RMSprop": {"optimizer": Chosen("RMSprop")},
}


OWN_DATA = """
    import random
    import numpy as np
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Noisy(Dataset):
        def __len__(self):
            return 60

        def __getitem__(self, index):
            shade = random.random() + np.random.rand()
            return torch.rand(1, 28, 28) * shade, index % 10

    def sets():
        return Noisy(), Noisy()

    def loaders():
        return DataLoader(Noisy(), batch_size=12, shuffle=True), DataLoader(Noisy(), batch_size=30)
"""


def stopped_at(request: Train, question: int) -> Any:
    """Runs until the run asks for the number `question` what is wished, which is to stop then; gives the answer."""
    asked = []

    def hear() -> list[Any]:
        asked.append(1)
        return [StopSoon()] if len(asked) == question else []

    work = run(request, Wishes(hear))
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("kind", KINDS)
def test_stopped_again_and_again_it_ends_the_same(tmp_path: Path, kind: str) -> None:
    whole = training(tmp_path / "whole", **KINDS[kind])
    trained(whole)
    torn = training(tmp_path / "torn", **KINDS[kind])
    answer = stopped_at(torn, 3)
    for question in (1, 2, 5, 1, 4, 7, 2):
        if answer.ended == "finished":
            break
        answer = stopped_at(going_on(torn), question)
    trained(going_on(torn))
    assert difference(latest(torn), latest(whole)) == ""


@pytest.mark.parametrize("function", ["sets", "loaders"])
def test_own_data_that_throws_dice_goes_on_the_same(tmp_path: Path, function: str) -> None:
    (tmp_path / "own.py").write_text(dedent(OWN_DATA))
    source = SHAPES._replace(kind="function", path=str(tmp_path / "own.py"), name=function, size=0)
    whole, torn = (training(tmp_path / name, data=source) for name in ("whole", "torn"))
    trained(whole)
    stopped_at(torn, 3)
    stopped_at(going_on(torn), 5)
    trained(going_on(torn))
    assert difference(latest(torn), latest(whole)) == ""


@pytest.mark.parametrize("question", range(1, 8))
def test_every_place_of_an_epoch_is_one_to_stop_at(tmp_path: Path, question: int) -> None:
    """Before the first batch, after each, and after the last: what follows is told as it would have been."""
    whole = training(tmp_path / "whole")
    words, _ = trained(whole)
    torn = training(tmp_path / "torn")
    answer = stopped_at(torn, question)
    done = (answer.epoch - 1) * 5 + answer.batch
    rest, _ = trained(going_on(torn))
    assert losses(rest) == losses(words)[done:]
    assert [end._replace(seconds=0) for end in of(EpochEnd, rest)] == [
        end._replace(seconds=0) for end in of(EpochEnd, words) if end.epoch >= answer.epoch
    ]
    assert difference(latest(torn), latest(whole)) == ""


def test_a_stop_while_it_validates_validates_once_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluating, "BETWEEN_WORDS", -1.0)  # a word, and so a question, after each batch
    kept = {"data": SHAPES._replace(validation=0.5), "batch_size": 4, "epochs": 1}
    whole = training(tmp_path / "whole", **kept)
    words, _ = trained(whole)
    torn = training(tmp_path / "torn", **kept)
    answer = stopped_at(torn, 1 + 20 + 1)
    assert (answer.ended, answer.epoch, answer.batch) == ("stopped", 1, 20)
    rest, _ = trained(going_on(torn))
    assert losses(rest) == []
    assert of(EpochEnd, rest)[0].valid_loss == of(EpochEnd, words)[0].valid_loss
    assert difference(latest(torn), latest(whole)) == ""


def test_layers_that_learn_their_sizes_go_on_the_same(tmp_path: Path) -> None:
    code = NET.replace("nn.Linear(4 * 13 * 13, ", "nn.LazyLinear(").replace("nn.Conv2d(1, ", "nn.LazyConv2d(")
    assert code.count("Lazy") == 2
    whole, torn = (training(tmp_path / name, code) for name in ("whole", "torn"))
    trained(whole)
    stopped_at(torn, 4)
    trained(going_on(torn))
    assert difference(latest(torn), latest(whole)) == ""


@pytest.mark.parametrize(("kept", "is_plain"), [("{'calls': self.calls}", True), ("complex(self.calls)", False)])
def test_what_a_layer_keeps_beside_its_weights(tmp_path: Path, kept: str, is_plain: bool) -> None:
    """Saved where it is plain; what only a class could read is told, and the file is loaded all the same."""
    code = f"""{NET}
        calls = 0

        def get_extra_state(self):
            return {kept}

        def set_extra_state(self, state):
            self.calls = state["calls"] if isinstance(state, dict) else 0
    """
    request = training(tmp_path, code, epochs=1)
    words, _ = trained(request)
    assert ("_extra_state" in latest(request)["state_dict"]) == is_plain
    assert any("cannot be saved: _extra_state" in note for note in of(Began, words)[0].notes) != is_plain
    assert trained(going_on(request, epochs=2))[1].epoch == 3


def test_an_epoch_is_saved_every_few_minutes_too(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=1, minutes=1e-9)
    words, _ = trained(request)
    saved = [(word.epoch, word.batch) for word in of(Saved, words) if word.kind == "latest"]
    assert saved == [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 0)]
    whole = training(tmp_path / "whole", epochs=1)
    trained(whole)
    assert difference(latest(request), latest(whole)) == ""


def test_another_number_of_epochs_goes_on_from_the_end(tmp_path: Path) -> None:
    whole, torn = training(tmp_path / "whole", epochs=3), training(tmp_path / "torn", epochs=1)
    trained(whole)
    trained(torn)
    trained(going_on(torn, epochs=3))
    assert difference(latest(torn), latest(whole)) == ""


def test_an_epoch_that_a_person_goes_back_to_is_told_once(tmp_path: Path) -> None:
    request = training(tmp_path, epochs=3)
    trained(request)
    back = going_on(request)
    assert back.start is not None
    words, _ = trained(back._replace(start=back.start._replace(epoch=2, batch=0, best=9.0)))
    history = latest(request)["history"]
    assert [end.epoch for end in of(EpochEnd, words)] == [2, 3]
    assert (history["epoch"], history["batches"], len(history["batch_losses"])) == ([1, 2, 3], [5, 5, 5], 15)
    assert history["batch_losses"].tolist()[5:] == losses(words)


def test_another_batch_size_goes_on_near_the_place(tmp_path: Path) -> None:
    torn = training(tmp_path)
    stopped_at(torn, 4)
    words, answer = trained(going_on(torn, batch_size=8, epochs=1))
    assert answer.samples == 80 - 3 * 16
    assert "The file has batches of 16: it goes on after batch 6 of the new size." in of(Began, words)[0].notes
