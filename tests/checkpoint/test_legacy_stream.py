"""Legacy streams: whole, cut off, with views and with source texts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError

from .assembling import MAGIC, Call, Name, Pid, pickled
from .oracle import assert_shows, assert_whole_ones_are_right


def state_dict() -> dict[str, Any]:
    import torch

    torch.manual_seed(1)
    return {f"layers.{index}.weight": torch.randn(8, index + 1) for index in range(30)}


@pytest.fixture(scope="module")
def whole() -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(state_dict(), buffer, _use_new_zipfile_serialization=False)
    return buffer.getvalue()


@given(st.data())
def test_a_stream_cut_anywhere_opens_as_far_as_it_goes(whole: bytes, tmp_path_factory: Any, data: Any) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path_factory.mktemp("cut") / "cut.pth"
    path.write_bytes(whole[:cut])
    try:
        checkpoint = open_checkpoint(path)
    except FileError:
        return
    assert checkpoint.damage
    assert_whole_ones_are_right(checkpoint, state_dict())


def test_the_sentence_on_top(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "cut.pth"
    path.write_bytes(whole[: len(whole) // 2 + 1500])
    checkpoint = open_checkpoint(path)
    sound = sum(not tensor.damage for _, tensor in checkpoint.tensors())
    assert 0 < sound < 30
    assert f"{sound} of 30 tensors" in checkpoint.damage[0]


def test_what_follows_the_checkpoint_is_a_fact(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "twice.pth"
    path.write_bytes(whole + whole)
    checkpoint = open_checkpoint(path)
    assert checkpoint.damage == ()
    assert any(label == "after the checkpoint" for label, _ in checkpoint.facts)
    assert_shows(checkpoint, state_dict())


def test_a_zip_directory_inside_of_a_tensor_changes_nothing(tmp_path: Path) -> None:
    import torch

    inner = io.BytesIO()
    torch.save({"hidden": torch.ones(2)}, inner)
    thing = {"bytes": torch.frombuffer(bytearray(inner.getvalue()), dtype=torch.uint8)}
    path = tmp_path / "polyglot.pth"
    torch.save(thing, path, _use_new_zipfile_serialization=False)
    checkpoint = open_checkpoint(path)
    assert checkpoint.format == "legacy"
    assert_shows(checkpoint, thing)


def test_source_texts_that_old_modules_carry_are_shown(tmp_path: Path) -> None:
    cls = Pid(("module", Name("net", "Net"), "net.py", "class Net(Module):\n    pass\n"))
    parameters = Call(Name("collections", "OrderedDict"))
    module = Call(cls, (), {"_parameters": parameters, "_modules": parameters, "training": True}, new=True)
    path = tmp_path / "old.pth"
    parts = [pickled(MAGIC), pickled(1001), pickled({"little_endian": True}), pickled(module), pickled([])]
    path.write_bytes(b"".join(parts))
    checkpoint = open_checkpoint(path)
    assert checkpoint.root.type == "net.Net"
    (text,) = checkpoint.texts
    assert text.name == "net.Net (net.py)"
    assert text.source.read(text.offset, text.nbytes) == b"class Net(Module):\n    pass\n"
