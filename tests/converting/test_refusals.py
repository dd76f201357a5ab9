"""Whatever is refused says which wish beside it can be, and that one can."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from inspector.checkpoint.reading import open_checkpoint
from inspector.converting import carrying_out
from inspector.converting.foreseeing import foresee
from inspector.converting.refusals import Refused
from inspector.converting.wishes import SAFETENSORS, Wish
from inspector.errors import InspectorError
from inspector.progress import finish

from .converting import foreseen, load

OPTIMIZER = {"state": {0: {"exp_avg": torch.ones(40)}}, "param_groups": [{"params": [0]}]}
TRAINING = {"epoch": 3, "state_dict": {"a": torch.ones(40), "b": torch.zeros(40)}, "optimizer": OPTIMIZER}
"""Weights of 320 bytes, an optimizer, an epoch."""


def refused(path: Path, wish: Wish) -> Refused:
    with pytest.raises(Refused) as caught:
        foreseen(path, wish)
    return caught.value


@pytest.mark.parametrize(
    "wish",
    [
        Wish("state_dict", whole=True, shards=200),
        Wish("state_dict", whole=True, format=SAFETENSORS),
        Wish("", shards=200),
        Wish("optimizer", shards=200),
        Wish("optimizer", prefixes=("state.",)),
        Wish("state_dict", prefixes=("model.",)),
    ],
)
def test_every_way_out_leads_out(tmp_path: Path, wish: Wish) -> None:
    torch.save(TRAINING, tmp_path / "last.pth")
    error = refused(tmp_path / "last.pth", wish)
    assert error.hint
    assert error.remedies
    for number, remedy in enumerate(error.remedies):
        told = foreseen(tmp_path / "last.pth", remedy.wish)
        target = tmp_path / (f"{number}" if remedy.wish.shards else f"{number}.{remedy.wish.format[:3]}")
        finish(carrying_out.convert(told, str(target)))


def test_of_a_training_checkpoint_only_the_weights_can_be_shards(tmp_path: Path) -> None:
    torch.save(TRAINING, tmp_path / "last.pth")
    error = refused(tmp_path / "last.pth", Wish("", shards=200))
    assert "Only a state_dict can be several files" in error.message
    assert "Write only the weights" in error.hint
    weights = error.remedies[0]
    assert (weights.words, weights.option) == ("Only the weights", "--weights")
    told = foreseen(tmp_path / "last.pth", weights.wish)
    assert [file.tensors for file in told.files] == [1, 1]
    assert told.notes == ()
    small = foreseen(tmp_path / "last.pth", weights.wish._replace(shards=100))
    assert small.notes == ("2 tensors are larger than 100 B by themselves, and so are their files: a, b.",)


def test_broken_tensors_can_be_left_out_or_zeros(tmp_path: Path) -> None:
    torch.save({name: torch.ones(50_000) for name in "abc"}, tmp_path / "a.pth")
    (tmp_path / "cut.pth").write_bytes((tmp_path / "a.pth").read_bytes()[:300_000])
    error = refused(tmp_path / "cut.pth", Wish())
    assert [remedy.option for remedy in error.remedies] == ["--salvage", "--salvage=zeros"]
    rows = [len(foreseen(tmp_path / "cut.pth", remedy.wish).rows) for remedy in error.remedies]
    assert rows == [1, 3]


@pytest.mark.filterwarnings("ignore")
def test_what_safetensors_cannot_hold_is_written_as_pth(tmp_path: Path) -> None:
    torch.save({"fine": torch.ones(3), "odd": torch.eye(3).to_sparse()}, tmp_path / "a.pth")
    first, second = refused(tmp_path / "a.pth", Wish(format=SAFETENSORS)).remedies
    assert len(foreseen(tmp_path / "a.pth", first.wish).rows) == 2
    assert [key for key, _ in foreseen(tmp_path / "a.pth", second.wish).left_out] == ["odd"]


@pytest.mark.parametrize(
    ("tree", "hint"),
    [
        ({"a": np.ones(3)}, "numpy arrays and no tensor"),
        ({"epoch": 3}, "nothing in it that could be converted"),
        ({"state_dict": {"a": torch.ones(2)}, "log": {"loss": [1.0]}}, "Choose a part of the file that holds some"),
    ],
)
def test_without_a_tensor_it_is_said_where_there_are_some(tmp_path: Path, tree: object, hint: str) -> None:
    torch.save(tree, tmp_path / "a.pth")
    section = "log" if isinstance(tree, dict) and "log" in tree else ""
    assert hint in str(refused(tmp_path / "a.pth", Wish(section)))


def test_no_refusal_of_a_wish_is_without_a_next_step(tmp_path: Path) -> None:
    torch.save({"state_dict": {"module.": torch.ones(2), "module.b": torch.ones(2)}}, tmp_path / "a.pth")
    wishes = (
        Wish("state_dict", prefixes=("module.",)), Wish("nowhere"), Wish(dtype="int8"), Wish(format="onnx"),
        Wish(shards=-1),
    )  # fmt: skip
    for wish in wishes:
        with pytest.raises(InspectorError) as caught:
            finish(foresee(open_checkpoint(tmp_path / "a.pth"), wish))
        assert caught.value.hint, wish


def test_a_section_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    torch.save(TRAINING, tmp_path / "last.pth")
    with pytest.raises(InspectorError, match=r"no section 'model' in the file\. The file has state_dict, optimizer\."):
        foreseen(tmp_path / "last.pth", Wish("model"))


def test_a_file_that_is_storages_alone(tmp_path: Path) -> None:
    torch.save([torch.ones(3).untyped_storage()], tmp_path / "a.pth")
    assert "it is a storage, and no tensor" in str(refused(tmp_path / "a.pth", Wish()))
    torch.save({"w": torch.ones(2), "storage": torch.ones(3).untyped_storage()}, tmp_path / "b.pth")
    told = foreseen(tmp_path / "b.pth", Wish())
    assert told.left_out == (("storage", "it is a storage, and no tensor"),)
    finish(carrying_out.convert(told, str(tmp_path / "c.pth")))
    assert list(load(tmp_path / "c.pth")) == ["w"]
