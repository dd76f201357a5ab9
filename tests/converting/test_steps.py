"""A plan is made in steps, whatever is in the tree: it says how far it is, can be stopped, and writes the same."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import sha256
from pathlib import Path

import pytest
import torch

from inspector.checkpoint import rewriting, zip_writing
from inspector.checkpoint.pickling import Pickler
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.unpickling import Budget
from inspector.converting.foreseeing import foresee
from inspector.converting.wishes import Wish
from inspector.errors import FileError, InspectorError
from inspector.progress import finish

from .converting import assert_same, converted, load

PICKLES = {
    "checkpoint_epoch0.pth": "04161a3c8512ad15",
    "checkpoint_epoch2.pth": "6091b8bd8533e6d8",
    "checkpoint_epoch4.pth": "0f393b7aaffba1d4",
    "fashion_classifier.pt": "fb490ce001f37fd1",
    "half.pth": "843f7f245172d7c0",
    "hostile.pth": "cb1ae95399eb04ce",
    "legacy.pth": "56052f4ceb591277",
    "linear.pth": "5b775f50c49d0216",
    "linear_training.pt": "606d7dc920533355",
    "nan.pth": "56052f4ceb591277",
    "network_400_200_100.pth": "998ad3edfa7f13fd",
    "network_512_256_128.pth": "58b6fe61d374b04f",
    "picture.pth": "05db8cd5d7a302f8",
    "resnet_finetuned.pth": "60df92995b55b62a",
    "resnet_module_prefix.pth": "debace7ffba9d28b",
    "resnet_new_head.pth": "27662527e739105f",
    "resnet_plain.pth": "27662527e739105f",
    "resnet_plain.safetensors": "137b33f060863777",
    "torchscript.pt": "9f24c286d46e9306",
    "vit.pth": "e82a14c71a28a59c",
    "vit_other_names.pth": "b45ea5298ac83a8b",
    "whole_module.pth": "f88dc8b9122448b4",
}
"""The begin of the SHA-256 of `data.pkl` for all of each sample, as it was when plans were made in one piece."""
TENSORS = 9_000


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training with the state of an optimizer in dicts of dicts, and lists that hold some."""
    rows = iter(torch.arange(3.0 * TENSORS).reshape(-1, 1))
    state = {number: {"step": next(rows), "exp_avg": next(rows)} for number in range(TENSORS // 3)}
    weights = OrderedDict((f"layer.{number}", next(rows)) for number in range(TENSORS // 3))
    groups = [{"lr": 0.1, "params": list(range(TENSORS // 3))}, {"lr": 0.2, "params": []}]
    path = tmp_path_factory.mktemp("tree") / "tree.pth"
    torch.save({"model": weights, "optimizer": {"state": state, "param_groups": groups}, "epoch": 3}, path)
    return path


@pytest.mark.parametrize("name", PICKLES)
def test_what_is_written_of_a_tree_is_what_it_always_was(samples: Path, name: str) -> None:
    plan = finish(foresee(open_checkpoint(samples / name), Wish())).plans[0]
    assert sha256(finish(zip_writing.pickling(plan))).hexdigest().startswith(PICKLES[name])


@pytest.mark.parametrize("wish", [Wish(), Wish(section="model", whole=True), Wish(section="optimizer")])
def test_a_tree_is_planned_in_many_steps(tree: Path, wish: Wish) -> None:
    words = list(foresee(open_checkpoint(tree), wish))
    told = [word for word in words if word.unit == "entries" and word.total]
    assert len(words) > 30
    assert [word.done for word in told] == sorted(word.done for word in told)
    assert len({word.done for word in told}) > 20
    assert all(word.done <= word.total for word in told)


def test_a_tree_is_the_same_after_its_steps(tree: Path, tmp_path: Path) -> None:
    new, old = (load(path) for path in (converted(tree, tmp_path / "new.pth", whole=True, section="model").path, tree))
    assert list(new) == list(old)
    assert_same(new["model"], old["model"])
    assert new["optimizer"]["param_groups"] == old["optimizer"]["param_groups"]
    states = [
        {
            f"{number}.{name}": tensor
            for number, each in whole["optimizer"]["state"].items()
            for name, tensor in each.items()
        }
        for whole in (new, old)
    ]
    assert_same(*states)
    assert new["epoch"] == 3


def test_planning_is_stopped_after_any_step(tree: Path) -> None:
    checkpoint = open_checkpoint(tree)
    for steps in range(1, 61, 20):
        work = foresee(checkpoint, Wish())
        for _ in range(steps):
            next(work)
        work.close()


def test_what_cannot_be_read_again_in_time_is_refused_and_not_cut(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "patient", lambda: Budget(seconds=-1.0))
    with pytest.raises(InspectorError, match="takes too long"):
        finish(foresee(open_checkpoint(tree), Wish()))


def test_pickles_tell_of_their_steps() -> None:
    flat = {f"key{number}": number for number in range(5_000)}
    assert len(list(Pickler((), ()).dumping(flat))) == 5
    nested = {str(number): {"a": [number]} for number in range(5_000)}
    assert len(list(Pickler((), ()).dumping(nested))) > 5


@pytest.mark.parametrize(("levels", "is_too_deep"), [(199, False), (200, True)])
def test_what_is_nested_too_deep_is_refused(levels: int, is_too_deep: bool) -> None:
    value: object = [1]
    for _ in range(levels - 1):
        value = [value]
    pickler = Pickler((), ())
    if is_too_deep:
        with pytest.raises(FileError, match="deeper than 200"):
            finish(pickler.dumping(value))
    else:
        assert finish(pickler.dumping(value)).endswith(b".")
