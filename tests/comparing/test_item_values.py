"""Items as tensors: those of the file as they are, made ones worked out in memory, bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from inspector.analysis.distances import measure
from inspector.checkpoint.arrays import read
from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.item_values import fingerprint, has_values, nbytes_of, tensor_of
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side, of_checkpoint
from inspector.comparing.steps import Split, Transpose
from inspector.errors import InspectorError
from inspector.progress import finish


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    whole = torch.randn(6, 4)
    return {"qkv": whole, "q": whole[:2].clone(), "turned": whole.T.clone(), "half": whole.bfloat16()}


@pytest.fixture
def side(tmp_path: Path, weights: dict[str, torch.Tensor]) -> Side:
    torch.save(weights, tmp_path / "weights.pth")
    return of_checkpoint(open_checkpoint(str(tmp_path / "weights.pth")))


def test_an_item_of_the_file_is_its_own_tensor(side: Side) -> None:
    item = side.by_key()["qkv"]
    assert tensor_of(item) is item.tensor
    assert has_values(item)
    assert nbytes_of(item) == 6 * 4 * 4


def test_what_a_step_made_is_a_tensor_in_memory(side: Side, weights: dict[str, torch.Tensor]) -> None:
    made = apply(side, [Transpose(("turned",)), Transpose(("half",)), Split("qkv", ("a", "b", "c"))]).by_key()
    assert made["turned"].tensor is None
    for key, wanted in (("turned", weights["qkv"]), ("a", weights["q"])):
        assert read(tensor_of(made[key])).tolist() == wanted.tolist()
    distance = finish(measure(tensor_of(made["turned"]), tensor_of(side.by_key()["qkv"])))
    assert distance.bit_equal
    distance = finish(measure(tensor_of(made["half"]), tensor_of(side.by_key()["turned"])))
    assert distance.rounded_equal == distance.numel


def test_equal_elements_share_a_word(side: Side) -> None:
    made = apply(side, [Transpose(("turned",)), Split("qkv", ("a", "b", "c"))]).by_key()
    assert fingerprint(made["turned"]) == fingerprint(side.by_key()["qkv"])
    assert fingerprint(made["a"]) == fingerprint(side.by_key()["q"])
    assert fingerprint(made["b"]) != fingerprint(made["a"])


def test_what_has_no_values_has_no_word_and_says_so() -> None:
    item = Item("lazy", None)
    assert fingerprint(item) == ""
    assert not has_values(item)
    assert not has_values(None)
    with pytest.raises(InspectorError):
        tensor_of(Item("of.a.model", (2, 2), "float32"))
