"""All that can be chosen for a run, and what is chosen when nobody says anything."""

from __future__ import annotations

from typing import NamedTuple

from ..workshop.run_requests import Chosen, DataSource

MORE_EPOCHS = 3
BATCH_SIZE = 64


class Choices(NamedTuple):
    """All that can be chosen for a run, the model and the file apart. The fields are those of `Train`."""

    data: DataSource = DataSource()
    folder: str = ""
    more_epochs: int = MORE_EPOCHS
    """How many epochs are trained: the one that was begun counts as one."""
    optimizer: Chosen = Chosen("Adam")
    criterion: str = "CrossEntropyLoss"
    scheduler: Chosen | None = None
    batch_size: int = BATCH_SIZE
    lr: float | None = None
    clip: float = 0.0
    device: str = "auto"
    amp: bool = False
    fused: bool = False
    threads: int = 0
    workers: int = 0
    seed: int = 0
    name: str = "checkpoint"
    save_every: int = 0
    minutes: float = 10.0
    stop_at_nan: bool = True
    board: bool = False
    processes: int = 1
    nodes: int = 1
    rendezvous: str = ""
