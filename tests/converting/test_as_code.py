"""What is offered to be copied does the same as the window: as a command, and as Python without this program."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from inspector.checkpoint.reading import open_checkpoint
from inspector.cli import main
from inspector.converting.as_code import as_command, as_python
from inspector.converting.naming import completed, names, suggested
from inspector.converting.offering import offers
from inspector.converting.wishes import COPY, SAFETENSORS, Wish
from inspector.progress import finish

from .converting import assert_same, converted, left, load

WISHES = [
    Wish(),
    Wish("state_dict"),
    Wish("state_dict", True, dtype="bfloat16"),
    Wish("state_dict", prefixes=("module.", "_orig_mod."), dtype="float16", format=SAFETENSORS),
    Wish("state_dict", format=SAFETENSORS, shared=COPY, metadata=(("a b", "c=$(touch x)'\""), ("é", "☃"))),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    weight = torch.randn(3, 4)
    state = {"module._orig_mod.a.weight": weight, "module._orig_mod.b.weight": weight, "module.c": torch.arange(3)}
    torch.save({"state_dict": state, "epoch": 3}, tmp_path / "it's a.pth")
    return tmp_path / "it's a.pth"


def loaded(path: Path) -> Any:
    return load_file(path) if path.suffix == ".safetensors" else load(path)


def assert_alike(one: Any, other: Any) -> None:
    """The same tree; tensors that are one in one of them are so in the other."""
    if not isinstance(other, dict):
        assert one == other
    elif all(isinstance(each, torch.Tensor) for each in other.values()):
        assert_same(one, other, ordered=False)
        pointers = [len({tensor.data_ptr() for tensor in each.values()}) for each in (one, other)]
        assert pointers[0] == pointers[1]
    else:
        assert list(one) == list(other)
        for key in other:
            assert_alike(one[key], other[key])


@pytest.mark.parametrize("wish", WISHES)
def test_the_command_and_python_do_the_same(source: Path, tmp_path: Path, wish: Wish) -> None:
    ending = "safetensors" if wish.format == SAFETENSORS else "pth"
    targets = [tmp_path / f"{way}.{ending}" for way in ("ours", "by command", "by python")]
    if wish.section:
        converted(source, targets[0], wish)
    else:  # all of it as it is
        converted(source, targets[0], Wish("state_dict", whole=True))
        wish = Wish("state_dict", whole=True)
    command = shlex.split(as_command(str(source), wish, str(targets[1])))
    assert command[:2] == ["inspector", "convert"]
    assert main(command[1:]) == 0
    code = as_python(str(source), wish, str(targets[2]), is_shared=True)
    assert code.startswith(("import torch\n", "from safetensors.torch import save_file\nimport torch\n"))
    exec(compile(code, "copied", "exec"), {})
    for target in targets[1:]:
        assert_alike(loaded(target), loaded(targets[0]))


def test_a_command_says_every_wish() -> None:
    wish = Wish("a b", True, ("module.",), "bfloat16", True, SAFETENSORS, 5000, COPY, False, "zeros", (("k", "v"),))
    line = as_command("-x.pth", wish, "out dir", overwrite=True)
    assert line == (
        "inspector convert ./-x.pth -o 'out dir' '--section=a b' --whole --strip=module. --dtype=bf16 --keep-norms"
        " --format=safetensors --shard-size=5000 --shared=copy --keep-storages --salvage=zeros --metadata=k=v"
        " --overwrite"
    )


def test_python_for_other_kinds_of_files(samples: Path, tmp_path: Path) -> None:
    for name in ("resnet_plain.safetensors", "torchscript.pt", "whole_module.pth", "legacy.pth"):
        offered = finish(offers(open_checkpoint(samples / name)))
        code = as_python(name, offered.default, "out", source=offered.source, is_module=offered.is_module)
        compile(code, name, "exec")
        assert ("weights_only=False" in code) == (name == "whole_module.pth")
    texts = (("licence", "MIT"), ("trained on", "/home/me"))
    wish = Wish(format=SAFETENSORS, dropped=("trained on",))
    code = as_python("a.safetensors", wish, "out.safetensors", source="safetensors", metadata=texts)
    assert "metadata={'format': 'pt', 'licence': 'MIT'}" in code
    assert "stay behind" in as_python("a.safetensors", Wish(), "out.pth", source="safetensors", metadata=texts)
    assert as_python("a.pth", Wish(shards=100), "out") == ""
    assert as_python("a.pth", Wish(salvage="zeros"), "out") == ""
    assert as_python("folder", Wish(), "out", source="distributed") == ""


def test_suggested_names() -> None:
    told = {
        ("/a/best.pth", Wish("state_dict")): "/a/best-weights.pth",
        ("/a/best.pth", Wish("ema", dtype="bfloat16", format=SAFETENSORS)): "/a/best-ema-bf16.safetensors",
        ("/a/best.pth", Wish()): "/a/best-converted.pth",
        ("/a/best.pth", Wish(format=SAFETENSORS)): "/a/best.safetensors",
        ("/a/best.pth.tar", Wish(dtype="float16")): "/a/best-fp16.pth",
        ("/a/model.safetensors.index.json", Wish(format=SAFETENSORS)): "/a/model.safetensors",
        ("/a/model-00001-of-00003.safetensors", Wish()): "/a/model.pth",
        ("/a/folder/", Wish("optimizer.state/../x")): "/a/folder-x.pth",
        ("/a/best.pth", Wish(shards=5)): "/a/best-shards",
        ("/a/best.pth", Wish(salvage="zeros")): "/a/best-salvaged.pth",
        ("/a/best.pth", Wish("a/../b c")): "/a/best-b_c.pth",
        ("/a/net.jit", Wish()): "/a/net.pth",
        ("/a/old.2017.th", Wish(format=SAFETENSORS)): "/a/old.2017.safetensors",
    }
    for (path, wish), expected in told.items():
        found = suggested(path, wish)
        assert found == expected
        assert found != path


def test_typed_names_are_completed(tmp_path: Path) -> None:
    (tmp_path / "folder.pth").mkdir()
    (tmp_path / "there").write_text("precious")
    safe = Wish(format=SAFETENSORS, dtype="float16")
    for typed, wish, expected in (
        ("out", Wish(), "out.pth"),
        ("out", safe, "out.safetensors"),
        ("out.ckpt", Wish(), "out.ckpt"),
        ("best.v2", Wish(), "best.v2"),
        ("there", Wish(), "there"),
        ("folder.pth", safe, "folder.pth/best-fp16.safetensors"),
        ("out", Wish(shards=5), "out"),
    ):
        assert completed(str(tmp_path / typed), "/a/best.pth", wish) == str(tmp_path / expected)
    assert completed("", "/a/best.pth", Wish()) == ""


def test_names_of_shards(tmp_path: Path) -> None:
    assert names("a/b.bin", Wish(shards=1), 2)[-1] == "a/b.bin.index.json"
    assert names(str(tmp_path), Wish(shards=1), 1) == (str(tmp_path / "pytorch_model.bin"),)
    assert left(tmp_path) == []
