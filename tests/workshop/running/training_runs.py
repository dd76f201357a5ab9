"""Small trainings for tests: a network with dropout and batch statistics, on few drawn shapes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import torch

from inspector.workshop.requests import ModelSource
from inspector.workshop.run_requests import DataSource, Start, StopSoon, Train
from inspector.workshop.run_words import Trained
from inspector.workshop.running import saving
from inspector.workshop.running.running import run
from inspector.workshop.running.wishes import Wishes

NET = """
    import torch
    from torch import nn

    class Net(nn.Module):
        def __init__(self, width=12, classes=10):
            super().__init__()
            self.conv = nn.Conv2d(1, 4, 3, stride=2)
            self.norm = nn.BatchNorm2d(4)
            self.dropout = nn.Dropout(0.25)
            self.hidden = nn.Linear(4 * 13 * 13, width)
            self.head = nn.Linear(width, classes)

        def forward(self, x):
            x = torch.relu(self.norm(self.conv(x)))
            return self.head(self.dropout(torch.relu(self.hidden(x.flatten(1)))))
"""
SHAPES = DataSource("shapes", size=80, validation=0.2)


def network(folder: Path, code: str = NET, name: str = "nets.py") -> ModelSource:
    """A file of the user's with the class `Net`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(dedent(code), "utf-8")
    return ModelSource("file", str(folder / name), "Net")


def training(folder: Path, code: str = NET, **fields: Any) -> Train:
    """Asks for two epochs of small batches, saved into `folder`/run."""
    made = Train(network(folder, code), {}, SHAPES, str(folder / "run"), 2, batch_size=16, threads=1, seed=3)
    return made._replace(**fields)


class Person:
    """Whoever wishes something of a run."""

    def __init__(self) -> None:
        self._told: list[Any] = []

    def tell(self, wish: Any) -> None:
        self._told.append(wish)

    def take(self) -> list[Any]:
        told, self._told = self._told, []
        return told


def trained(request: Any, hear: Callable[[Any, Person], None] = lambda word, person: None) -> tuple[list[Any], Any]:
    """(all words, the answer); `hear` is told each word, and may tell the run what is wished."""
    person = Person()
    work = run(request, Wishes(person.take))
    words = []
    while True:
        try:
            words.append(next(work))
        except StopIteration as end:
            return words, end.value
        hear(words[-1], person)


def of(kind: type, words: list[Any]) -> list[Any]:
    return [word for word in words if isinstance(word, kind)]


def losses(words: list[Any]) -> list[float]:
    """Of all batches, as they were told."""
    from inspector.workshop.run_words import Batches

    return [loss for word in of(Batches, words) for loss in word.losses]


def latest(request: Train) -> dict[str, Any]:
    """What the latest file of a run holds."""
    loaded: dict[str, Any] = torch.load(saving.latest_path(request.folder), weights_only=True)
    return loaded


def going_on(request: Train, **fields: Any) -> Train:
    """The same training, going on from its latest file."""
    loaded = latest(request)
    keys = {name: (name,) for name in ("optimizer", "scheduler", "scaler") if name in loaded}
    start = Start(
        saving.latest_path(request.folder), ("state_dict",), **keys, is_own=True,
        epoch=loaded["epoch"], batch=loaded["batch"], best=loaded["valid_loss_min"],
    )  # fmt: skip
    return request._replace(start=start, **fields)


def stop_after(batches: int) -> Callable[[Any, Person], None]:
    """Wishes to stop once so many batches were told."""
    told = []

    def hear(word: Any, person: Person) -> None:
        told.extend(losses([word]))
        if len(told) >= batches:
            person.tell(StopSoon())

    return hear


def difference(a: dict[str, Any], b: dict[str, Any]) -> str:
    """Where two saved files differ in anything but where the class lies; empty when they do not, to the last bit."""
    return saving.first_difference(_anywhere(a), _anywhere(b))


def _anywhere(state: dict[str, Any]) -> dict[str, Any]:
    """Without the path of the model's class."""
    arguments = {name: value for name, value in state["arguments"].items() if name != "model"}
    return {**state, "model": state["model"]["arguments"], "arguments": arguments}


def ended(answer: Any) -> str:
    assert isinstance(answer, Trained)
    return answer.ended
