"""A file's tree is copied to the type; what cannot be written safely is left out with a sentence, however hostile."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.rewriting import Rewriter
from inspector.checkpoint.writing import write
from inspector.errors import FileError
from inspector.progress import finish


def rewritten(folder: Path, thing: Any, replaced: dict[str, object] | None = None) -> tuple[Any, list[str]]:
    """`thing` saved by torch, written anew by us and loaded by torch; and what was left out."""
    torch.save(thing, folder / "before.pth")
    return again(folder, folder / "before.pth", replaced)


def again(folder: Path, path: Path, replaced: dict[str, object] | None = None) -> tuple[Any, list[str]]:
    rewriter = Rewriter(open_checkpoint(path))
    root = rewriter.root(replaced or {})
    finish(write(folder / "after.pth", rewriter.packing.plan(root, notes=rewriter.notes), overwrite=True))
    return torch.load(folder / "after.pth", weights_only=True), rewriter.notes


def test_sharing_and_cycles_stay_as_they_were(tmp_path: Path) -> None:
    tensor = torch.randn(3)
    shared = {"t": tensor}
    tree: dict[str, Any] = {"one": shared, "two": shared, "list": [tensor, tensor.view(3, 1)]}
    tree["self"] = tree
    after, notes = rewritten(tmp_path, tree)
    assert not notes
    assert after["one"] is after["two"]
    assert after["self"] is after
    assert after["list"][0] is after["one"]["t"]
    assert after["list"][1].data_ptr() == after["one"]["t"].data_ptr()


def test_a_part_is_replaced_wherever_it_stands(tmp_path: Path) -> None:
    inner = OrderedDict(a=torch.zeros(1))
    after, _ = rewritten(tmp_path, {"net": inner, "same": inner, "n": 1}, {"net": {"b": 2}})
    assert after == {"net": {"b": 2}, "same": {"b": 2}, "n": 1}
    with pytest.raises(FileError, match="no 'nowhere'"):
        rewritten(tmp_path, {"net": 1}, {"nowhere": 2})


class Opener:
    """Would run a command where it is loaded."""

    def __reduce__(self) -> Any:
        return os.system, ("true",)


class Odd:
    """Somebody's own class."""


def test_what_would_run_or_is_not_known_is_left_out(tmp_path: Path) -> None:
    tree = {
        "evil": Opener(),
        "odd": Odd(),
        "nested": {"fine": 1, "odd": [1, (2, Odd())]},
        "function": print,
        "storage": torch.zeros(3).untyped_storage(),
        Odd(): "a key",
        "fine": 2,
    }
    after, notes = rewritten(tmp_path, tree)
    assert after == {"nested": {"fine": 1}, "fine": 2}
    assert [note.partition(" is left out: ")[0] for note in notes][:2] == ["evil", "odd"]
    assert len(notes) == 6
    assert all(note.endswith(".") for note in notes)
    assert "posix.system" in notes[0] or "nt.system" in notes[0]


def test_tensors_of_what_is_left_out_are_left_out_too(tmp_path: Path) -> None:
    tensor = torch.randn(50_000)
    after, notes = rewritten(tmp_path, {"mixed": [tensor, tensor[:3], Odd()], "again": tensor[:5], "n": 1})
    assert torch.equal(after["again"], tensor[:5])
    assert list(after) == ["again", "n"]
    assert len(notes) == 1
    assert (tmp_path / "after.pth").stat().st_size < 10_000


def test_a_file_that_is_such_a_thing_altogether_is_refused(tmp_path: Path) -> None:
    torch.save(Odd(), tmp_path / "odd.pth")
    with pytest.raises(FileError, match=r"The file cannot be written: torch\.load refuses"):
        again(tmp_path, tmp_path / "odd.pth")


def doubling(make: Any, levels: int = 60) -> Any:
    value: Any = make(["x", "x"])
    for _ in range(levels):
        value = make([value, value])
    return value


@pytest.mark.parametrize("make", [list, tuple])
@pytest.mark.timeout(20)
def test_what_doubles_itself_stays_small(tmp_path: Path, make: Any) -> None:
    (tmp_path / "before.pkl").write_bytes(
        pickle.dumps({"bomb": doubling(make), "n": torch.zeros(0).tolist()}, protocol=2)
    )
    after, notes = again(tmp_path, tmp_path / "before.pkl")
    assert not notes
    assert after["bomb"][0] is after["bomb"][1]
    assert (tmp_path / "after.pth").stat().st_size < 10_000


def test_what_is_nested_too_deep_is_left_out(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    after, notes = rewritten(tmp_path, {"deep": deep, "n": 1})
    assert after == {"n": 1}
    assert "nested deeper" in notes[0]


def test_long_texts_and_bytes_come_along(tmp_path: Path) -> None:
    tree = {"text": "ü☃" * 200_000, "bytes": bytes(range(256)) * 2000, "half": "\ud800"}
    after, notes = rewritten(tmp_path, tree)
    assert after == tree
    assert not notes


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_pickles_of_any_protocol(tmp_path: Path, protocol: int) -> None:
    tree = {"set": {1, 2}, "frozen": (1,), "bytes": b"ab", "nested": OrderedDict(a=[1.5, None]), "big": 2**100}
    (tmp_path / "before.pkl").write_bytes(pickle.dumps(tree, protocol=protocol))
    after, notes = again(tmp_path, tmp_path / "before.pkl")
    assert after == tree
    assert not notes


def test_formats_without_a_pickle_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"a": torch.zeros(1)}, tmp_path / "x.safetensors")
    with pytest.raises(FileError, match="cannot be written again"):
        Rewriter(open_checkpoint(tmp_path / "x.safetensors"))


@pytest.mark.filterwarnings("ignore:torch.quantize_per:UserWarning")
@pytest.mark.filterwarnings("ignore:TypedStorage is deprecated:UserWarning")
@pytest.mark.filterwarnings("ignore:.*[Ss]parse.*:UserWarning")
@pytest.mark.filterwarnings("ignore:.*nested tensors is in prototype.*:UserWarning")
def test_tensors_that_are_made_of_others(tmp_path: Path) -> None:
    dense = torch.tensor([[0.0, 1, 0], [2, 0, 3]])
    scales, zeros = torch.tensor([0.1, 0.2]).double(), torch.tensor([0, 1])
    tree = {
        "per tensor": torch.quantize_per_tensor(torch.randn(3, 4), 0.1, 2, torch.qint8),
        "per channel": torch.quantize_per_channel(torch.randn(2, 3), scales, zeros, 0, torch.quint8),
        "wide": torch.quantize_per_tensor(torch.randn(3), 0.01, 0, torch.qint32),
        "coo": dense.to_sparse(),
        "csr": dense.to_sparse_csr(),
        "nested": torch.nested.nested_tensor([torch.randn(2), torch.randn(3)]),
        "plain": dense,
    }
    after, notes = rewritten(tmp_path, tree)
    assert not notes
    for key in ("per tensor", "per channel", "wide"):
        assert torch.equal(after[key].int_repr(), tree[key].int_repr())
        assert torch.equal(after[key].dequantize(), tree[key].dequantize())
    assert torch.equal(after["coo"].to_dense(), dense)
    assert torch.equal(after["csr"].to_dense(), dense)
    assert [torch.equal(*pair) for pair in zip(after["nested"].unbind(), tree["nested"].unbind())] == [True, True]
