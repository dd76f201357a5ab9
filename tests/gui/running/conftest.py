"""The page of a run on a copy of a sample, with its class beside it, and few samples to train on."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from inspector.gui.fitting.chosen_model import TRUSTED
from inspector.gui.jobs import wait_for_all
from inspector.gui.running.open_run import OpenRun
from inspector.gui.running.run_queue import RunQueue
from inspector.gui.settings import Settings
from inspector.progress import finish
from inspector.runs.driving import Run
from inspector.workshop.requests import parse_source
from inspector.workshop.run_requests import DataSource, Rehearse, Start, Train

WAIT = 60_000
"""Milliseconds that a child may take to import torch on a busy machine before it counts as not coming."""
SAMPLES = 320
"""To train on: five batches an epoch."""

PageOf = Callable[..., OpenRun]


@pytest.fixture(autouse=True)
def _torch_is_loaded(torch_is_loaded: None) -> None:
    """Each page of these tests asks a child that has torch."""


@pytest.fixture
def classifier(tmp_path: Path, samples: Path) -> Path:
    """The sample that was trained for three epochs, in a folder of its own with the code of its class."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("fashion_classifier.pt", "networks.py"):
        shutil.copy(samples / name, folder)
    return folder / "fashion_classifier.pt"


@pytest.fixture(scope="session")
def torch_in_here(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Runs once where the tests run: torch's own threads live on, and bear the name of the thread that needs them."""
    model = parse_source(f"{samples / 'networks.py'}:FashionClassifier")
    start = Start(str(samples / "fashion_classifier.pt"), ("state_dict",), ("optimizer",), epoch=4)
    train = Train(model, {}, DataSource(size=SAMPLES), str(tmp_path_factory.mktemp("run")), 4, start)
    finish(Run(Rehearse(train), in_process=True).words())


@pytest.fixture
def page_of(qtbot: QtBot, tmp_path: Path, torch_in_here: None) -> Iterator[PageOf]:
    """Makes a page of a file whose model is there, ready to start. Inside the process, where torch is loaded once."""
    made: list[OpenRun] = []
    settings = Settings(str(tmp_path / "settings"))

    def make(
        path: Path, model: str = "networks.py:FashionClassifier", *, in_process: bool = True,
        queue: RunQueue | None = None, samples: int = SAMPLES,
    ) -> OpenRun:  # fmt: skip
        code = path.parent / model.partition(":")[0]
        settings.list_first(TRUSTED, str(code))
        page = OpenRun(str(path), settings, in_process=in_process, queue=queue)
        made.append(page)
        page.open()
        qtbot.waitUntil(lambda: page.checkpoint is not None, timeout=WAIT)
        page.fit.chosen.choose(str(code.parent / model))
        page.setup.set(data=page.setup.data._replace(size=samples))
        qtbot.waitUntil(lambda: page.can_start and not page.fit.is_busy, timeout=WAIT)
        return page

    yield make
    for page in made:
        page.close()
    wait_for_all()


@pytest.fixture
def broken_code(classifier: Path) -> Callable[[str], str]:
    """The class of the sample with other lines in its `forward`; gives what is to be chosen as model."""

    def write(forward: str) -> str:
        code = (classifier.parent / "networks.py").read_text("utf-8")
        lines = textwrap.indent(textwrap.dedent(forward), " " * 8)
        extra = f"\n\nclass Broken(FashionClassifier):\n    count = 0\n\n    def forward(self, x):\n{lines}\n"
        (classifier.parent / "broken.py").write_text(code + extra, "utf-8")
        return "broken.py:Broken"

    return write
