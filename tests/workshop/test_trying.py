"""The class that a checkpoint is of is found among all classes of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.comparing.sides import Item, Side
from inspector.progress import Progress, finish
from inspector.workshop.client import Workshop
from inspector.workshop.requests import ModelSource
from inspector.workshop.trying import candidates, trying
from tests.workshop import networks_to_solve
from tests.workshop.conftest import build

NETWORKS = Path(networks_to_solve.__file__)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder of code: models, a file that cannot be imported, one that has no model, a model that cannot be built."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "networks.py").write_bytes(NETWORKS.read_bytes())
    (tmp_path / "broken.py").write_text("import torch.nn as nn\nclass Net(nn.Module)\n    pass\n")
    (tmp_path / "train.py").write_text("raise SystemExit('this trains for days')\n")
    (tmp_path / "refusing.py").write_text(
        "from torch import nn\n\nclass Refusing(nn.Module):\n    def __init__(self, path: str):\n"
        "        raise FileNotFoundError(path or 'no path')\n"
    )
    return tmp_path


def test_the_class_of_a_checkpoint_comes_first(repository: Path, workshop: Workshop) -> None:
    source = ModelSource("file", str(NETWORKS), "LSTMTagger")
    wanted = {"vocab_size": 70, "embedding_dim": 20, "hidden_dim": 30, "tagset_size": 5, "num_layers": 2}
    model = build(workshop, source, **wanted)
    items = tuple(Item(f"module.{each.key}", each.shape) for each in model.parameters)
    work = trying(workshop, str(repository), Side("tagger.pth", "checkpoint", items))
    words, ranked = [], None
    while ranked is None:
        try:
            words.append(next(work))
        except StopIteration as end:
            ranked = end.value
    best = ranked[0]
    assert best.source.name == "LSTMTagger"
    assert best.solution is not None
    assert best.solution.fits
    assert {name: best.solution.arguments[name] for name in wanted} == wanted
    assert all(each.left > 0 for each in ranked[1:])
    (refusing,) = [each for each in ranked if each.source.name == "Refusing"]
    assert refusing.solution is None
    assert "no path" in refusing.failure
    assert any(isinstance(word, Progress) and word.unit == "classes" for word in words)


def test_files_that_cannot_be_imported_are_named(repository: Path, workshop: Workshop) -> None:
    sources, failures = finish(candidates(workshop, str(repository)))
    assert {"UNet", "ViT", "Refusing"} <= {source.name for source in sources}
    assert [Path(file).name for file, _ in failures] == ["broken.py"]


def test_in_a_folder_without_models_there_is_nothing_to_try(tmp_path: Path, workshop: Workshop) -> None:
    (tmp_path / "train.py").write_text("print('no model in here')\n")
    assert finish(trying(workshop, str(tmp_path), Side("a.pth", "checkpoint"))) == ()
