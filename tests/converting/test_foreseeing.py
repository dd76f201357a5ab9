"""What is foreseen is what torch would have made of it, counted number by number, and what cannot be is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.converting.foreseeing import foresee
from inspector.converting.wishes import SAFETENSORS, Wish
from inspector.errors import InspectorError
from inspector.progress import finish

from .converting import converted, foreseen, load

TINY = {"float16": 2.0**-14, "bfloat16": 2.0**-126, "float32": 2.0**-126}


def losses_by_torch(tensor: torch.Tensor, dtype: str) -> dict[str, Any]:
    """The same counts, out of torch's own cast."""
    new = tensor.to(getattr(torch, dtype)).to(torch.float64)
    old = tensor.to(torch.float64)
    finite, tiny = torch.isfinite(old), TINY[dtype]
    smallest = torch.finfo(tensor.dtype).smallest_normal
    rounded = finite & torch.isfinite(new) & (new != old) & (new != 0)
    return {
        "numbers": tensor.numel(),
        "nan": int(torch.isnan(old).sum()),
        "infinite": int(torch.isinf(old).sum()),
        "overflowing": int((finite & torch.isinf(new)).sum()),
        "vanishing": int(((old != 0) & (new == 0)).sum()),
        "subnormal": int(((new != 0) & (new.abs() < tiny) & (old.abs() >= smallest)).sum()),
        "rounded": int(rounded.sum()),
        "largest_error": float(((new - old).abs() / old.abs())[rounded].max()) if rounded.any() else 0.0,
    }


def everything(dtype: torch.dtype) -> torch.Tensor:
    """Numbers of all sizes, NaN, infinite ones, zeros, subnormal ones."""
    generator = torch.Generator().manual_seed(1)
    if dtype.itemsize == 2:
        return torch.arange(-32768, 32768, dtype=torch.int16).repeat(2).view(dtype)
    bits = torch.randint(-(2**31), 2**31, (40_000, dtype.itemsize // 4), generator=generator, dtype=torch.int32)
    special = torch.tensor([0.0, -0.0, float("nan"), float("inf"), -float("inf"), 1.0, 65504.0, 65520.0], dtype=dtype)
    return torch.cat([bits.view(dtype).reshape(-1), special, torch.randn(30_000, generator=generator).to(dtype)])


@pytest.mark.parametrize("new", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("old", ["float64", "float32", "float16", "bfloat16"])
def test_losses_are_those_of_torch(tmp_path: Path, old: str, new: str) -> None:
    tensor = everything(getattr(torch, old))
    torch.save({"a": tensor, "usual": torch.randn(20_000).to(tensor.dtype), "n": torch.arange(3)}, tmp_path / "a.pth")
    told = foreseen(tmp_path / "a.pth", Wish(dtype=new))
    by_key = {row.key: row for row in told.rows}
    assert by_key["n"].losses is None
    assert by_key["n"].dtype == "int64"
    if old == new:
        assert told.losses is None
    elif (old, new) in (("float16", "float32"), ("bfloat16", "float32")):
        assert by_key["a"].losses == (tensor.numel(), 0, 0, 0, 0, 0, 0, 0.0)  # nothing can be lost, nothing is read
    else:
        expected = losses_by_torch(tensor, new)
        assert by_key["a"].losses is not None
        assert by_key["a"].losses._asdict() == pytest.approx(expected, rel=1e-5)
        assert told.losses is not None
        assert told.losses.overflowing == expected["overflowing"]
        assert told.losses.numbers == tensor.numel() + 20_000
        assert by_key["usual"].losses is not None
        usual = losses_by_torch(load(tmp_path / "a.pth")["usual"], new)
        assert by_key["usual"].losses._asdict() == pytest.approx(usual, rel=1e-5)


@pytest.mark.parametrize("new", ["float16", "bfloat16", "float32", "float64"])
def test_a_cast_is_that_of_torch_for_every_number(tmp_path: Path, new: str) -> None:
    state = {str(old)[6:]: everything(old) for old in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
    state["turned"] = torch.randn(300, 200).t()
    torch.save(state, tmp_path / "a.pth")
    converted(tmp_path / "a.pth", tmp_path / "b.pth", Wish(dtype=new))
    for key, tensor in load(tmp_path / "b.pth").items():
        expected = state[key].to(getattr(torch, new))
        assert tensor.dtype == expected.dtype
        nan = torch.isnan(expected)
        assert torch.equal(torch.isnan(tensor), nan)
        assert torch.equal(tensor[~nan].view(torch.uint8), expected[~nan].view(torch.uint8)), key


def test_a_module_is_cast_as_half_does_it(tmp_path: Path) -> None:
    model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.LayerNorm(4))
    torch.save(model.state_dict(), tmp_path / "a.pth")
    converted(tmp_path / "a.pth", tmp_path / "b.pth", Wish(dtype="float16"))
    halved = model.half().state_dict()
    after = load(tmp_path / "b.pth")
    assert {key: tensor.dtype for key, tensor in after.items()} == {key: each.dtype for key, each in halved.items()}
    assert all(torch.equal(after[key], tensor) for key, tensor in halved.items())
    assert after._metadata == halved._metadata
    kept = {row.key: row.dtype for row in foreseen(tmp_path / "a.pth", Wish(dtype="float16", keep_norms=True)).rows}
    assert kept == {key: "float16" if key.startswith("0.") else str(halved[key].dtype)[6:].replace("16", "32")
                    for key in halved}  # fmt: skip
    notes = " ".join(foreseen(tmp_path / "a.pth", Wish(dtype="float16")).notes)
    assert "as model.half() does it" in notes
    assert "1 tensor of whole numbers" in notes


def test_tensors_that_are_one_are_counted_and_kept_as_one(tmp_path: Path) -> None:
    weight = torch.randn(30, 20)
    torch.save({"a": weight, "b": weight, "c": weight[:10]}, tmp_path / "a.pth")
    told = foreseen(tmp_path / "a.pth", Wish(dtype="bfloat16"))
    assert told.losses is not None
    assert told.losses.numbers == 600 + 200
    converted(tmp_path / "a.pth", tmp_path / "b.pth", Wish(dtype="bfloat16"))
    after = load(tmp_path / "b.pth")
    assert after["a"].data_ptr() == after["b"].data_ptr()
    assert torch.equal(after["c"], weight[:10].bfloat16())


@pytest.mark.parametrize("format", ["zip", "safetensors"])
def test_sizes_are_known_before(tmp_path: Path, format: str) -> None:
    torch.save({f"layer.{number}.weight": torch.randn(number, 7) for number in range(40)}, tmp_path / "a.pth")
    for changes in ({}, {"dtype": "float16"}, {"shards": 1000}):
        told = foreseen(tmp_path / "a.pth", Wish(format=format), **changes)
        done = converted(
            tmp_path / "a.pth", tmp_path / f"out{len(changes)}{told.nbytes}", Wish(format=format), **changes
        )
        files = [Path(path).stat().st_size for path in done.paths][: len(told.files)]
        assert sum(files) == pytest.approx(told.nbytes, rel=0.2 if changes.get("shards") else 0.08)
        if format == "safetensors":
            assert files == [file.nbytes for file in told.files]


def test_small_views_leave_large_storages_behind(tmp_path: Path) -> None:
    large = torch.randn(300_000)
    torch.save({"view": large[1000:2000], "twice": large[1500:2500]}, tmp_path / "a.pth")
    compact = converted(tmp_path / "a.pth", tmp_path / "b.pth", Wish())
    assert compact.nbytes < 10_000
    assert torch.equal(load(tmp_path / "b.pth")["twice"], large[1500:2500])
    kept = converted(tmp_path / "a.pth", tmp_path / "c.pth", Wish(compact=False))
    assert kept.nbytes > 1_200_000
    assert load(tmp_path / "c.pth")["view"].storage_offset() == 1000


# -- what cannot be -----------------------------------------------------------------------------------


def refusal(path: Path, wish: Wish) -> str:
    with pytest.raises(InspectorError) as caught:
        foreseen(path, wish)
    return str(caught.value)


@pytest.mark.filterwarnings("ignore")
def test_what_safetensors_cannot_hold_is_said_first(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    safe = Wish(format=SAFETENSORS)
    for tensor, what in (
        (torch.zeros(2, dtype=torch.complex128), "complex128"),
        (torch.quantize_per_tensor(torch.randn(4), 0.1, 0, torch.qint8), "quantised"),
        (torch.eye(3).to_sparse(), "sparse_coo"),
        (torch.eye(3).to_sparse_csr(), "sparse_csr"),
    ):
        torch.save({"fine": torch.zeros(1), "odd": tensor}, path)
        said = refusal(path, safe)
        assert f"safetensors knows no {what} tensors" in said
        assert "1 tensor cannot be written: odd." in said
        assert foreseen(path).wish.format == "zip"  # what is offered first can be
        assert foreseen(path, Wish(dtype="float16")).rows[1].dtype == foreseen(path, Wish()).rows[1].dtype
    torch.save({"__metadata__": torch.zeros(1)}, path)
    assert "keeps that name" in refusal(path, safe)
    torch.save({"a\ud800": torch.zeros(1)}, path)
    assert "broken characters" in refusal(path, safe)


@pytest.mark.filterwarnings("ignore")
def test_what_cannot_be_written_is_left_out_where_the_rest_is_salvaged(tmp_path: Path) -> None:
    torch.save({"fine": torch.zeros(1), "odd": torch.eye(3).to_sparse()}, tmp_path / "a.pth")
    told = foreseen(tmp_path / "a.pth", Wish(format=SAFETENSORS, salvage="leave-out"))
    assert [key for key, _ in told.left_out] == ["odd"]
    model = torch.nn.Module()
    model.register_buffer("odd", torch.eye(3).to_sparse())
    model.register_buffer("fine", torch.zeros(1))
    torch.save(model, tmp_path / "module.pth")
    assert "only be copied out of a file that is one pickle" in refusal(tmp_path / "module.pth", Wish())


def test_two_tensors_of_one_name(tmp_path: Path) -> None:
    torch.save({"a.b": torch.zeros(1), "a": {"b": torch.ones(1)}}, tmp_path / "a.pth")
    assert "1 tensor cannot be written: a.b. Another one has that name" in refusal(
        tmp_path / "a.pth", Wish(format=SAFETENSORS)
    )
    told = foreseen(tmp_path / "a.pth", Wish(format=SAFETENSORS, salvage="leave-out"))
    assert ([row.key for row in told.rows], told.left_out[0][0]) == (["a.b"], "a.b")
    converted(tmp_path / "a.pth", tmp_path / "b.pth", Wish(dtype="float16"))
    after = load(tmp_path / "b.pth")
    assert (after["a.b"].item(), after["a"]["b"].item()) == (0, 1)
    assert {after["a.b"].dtype, after["a"]["b"].dtype} == {torch.float16}


def test_a_zip_keeps_what_is_odd(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    state = {"sparse": torch.eye(3).to_sparse(), "dense": torch.randn(3), "extra._extra_state": {"scale": 2.0}}
    torch.save(state, path)
    converted(path, tmp_path / "b.pth", Wish(dtype="float16"))
    after = load(tmp_path / "b.pth")
    assert torch.equal(after["sparse"].to_dense(), torch.eye(3))
    assert after["extra._extra_state"] == {"scale": 2.0}
    assert after["dense"].dtype == torch.float16


def test_what_is_no_tensor_is_left_out_of_safetensors_and_told(tmp_path: Path) -> None:
    torch.save({"w": torch.randn(2), "n": 5, "m._extra_state": {"scale": 2.0}}, tmp_path / "a.pth")
    told = foreseen(tmp_path / "a.pth", Wish(format=SAFETENSORS))
    assert [key for key, _ in told.left_out] == ["n", "m._extra_state"]
    assert not any("left out" in note for note in told.notes)  # it is listed, and said once
    whole = refusal(tmp_path / "a.pth", Wish(section="m", format=SAFETENSORS))
    assert "no section 'm'" in whole


def test_wishes_that_contradict_themselves(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    torch.save({"state_dict": {"w": torch.randn(2)}, "epoch": 1}, path)
    assert "neither into safetensors nor into shards" in refusal(path, Wish("state_dict", True, format=SAFETENSORS))
    assert "neither into safetensors nor into shards" in refusal(path, Wish("state_dict", True, shards=100))
    assert "no way to write" in refusal(path, Wish(dtype="int8"))
    assert "no way to write" in refusal(path, Wish(format="onnx"))
    assert "No key begins with 'model.'" in refusal(path, Wish("state_dict", prefixes=("model.",)))
    torch.save({"module.w": torch.randn(2), "w": torch.randn(2)}, path)
    assert "module.w, w would have one name, w" in refusal(path, Wish(prefixes=("module.",)))
    torch.save({"epoch": 1}, path)
    assert "No tensor would be written" in refusal(path, Wish())


def test_what_was_measured_once_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({f"module.{name}": torch.randn(1000) for name in "abc"}, path)
    first = foreseen(path, dtype="float16")
    other = first.wish._replace(prefixes=(), format=SAFETENSORS)
    words = [word for word in foresee(first.checkpoint, other, first) if word.text == "measuring"]
    again = finish(foresee(first.checkpoint, other, first))
    assert not words
    assert again._replace(plans=()) == finish(foresee(first.checkpoint, other))._replace(plans=())
    anew = foresee(first.checkpoint, other._replace(dtype="bfloat16"), first)
    assert any(word.text == "measuring" for word in anew)
