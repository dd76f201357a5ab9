"""`inspector convert`: says what will be lost, writes it, and leaves nothing behind when it cannot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from .running import Run


def load(path: Path) -> Any:
    return torch.load(path, weights_only=True)


def test_a_zip_keeps_all_and_safetensors_the_weights(run: Run, samples: Path, tmp_path: Path) -> None:
    done = run("convert", "fashion_classifier.pt", "-o", tmp_path / "all.pth")
    assert done.code == 0
    assert "equal bit by bit" in done.out
    before, after = load(samples / "fashion_classifier.pt"), load(tmp_path / "all.pth")
    assert list(after) == list(before)
    done = run("convert", "fashion_classifier.pt", "-o", tmp_path / "w.safetensors")
    assert " * state_dict " in done.out
    assert set(load_file(tmp_path / "w.safetensors")) == set(before["state_dict"])
    assert run("convert", "fashion_classifier.pt", "-o", tmp_path / "w.pth", "--weights").code == 0
    assert list(load(tmp_path / "w.pth")) == list(before["state_dict"])
    assert run("convert", "fashion_classifier.pt", "-o", tmp_path / "o.pth", "--section", "optimizer").code == 0
    assert set(load(tmp_path / "o.pth")) == {"state", "param_groups"}
    done = run("convert", "fashion_classifier.pt", "-o", tmp_path / "e.pth", "--ema")
    assert done.code == 2
    assert "no section of averaged weights" in done.err
    assert "state_dict, optimizer" in done.err


def test_what_a_cast_loses_is_told_first(run: Run, tmp_path: Path) -> None:
    torch.save({"a": torch.tensor([1e6, 1e-9, 1.0, float("nan"), 0.1]), "b": torch.ones(3)}, tmp_path / "a.pth")
    done = run("convert", tmp_path / "a.pth", "-o", tmp_path / "b.pth", "--dtype", "fp16", "--dry-run")
    assert done.code == 0
    assert "8 numbers are cast: 1 become infinite, 1 become zero, 1 rounded" in done.out
    assert "1 NaN and 0 infinite ones were there already" in done.out
    assert "Nothing was written (--dry-run)." in done.out
    assert not (tmp_path / "b.pth").exists()
    record = run("convert", tmp_path / "a.pth", "-o", tmp_path / "b.pth", "--dtype", "fp16", "--json").record
    assert record["losses"]["overflowing"] == 1
    assert record["written"]
    assert [row["dtype"] for row in record["tensors"]] == ["float16", "float16"]
    assert record["files"][0]["path"] == str(tmp_path / "b.pth")
    assert load(tmp_path / "b.pth")["a"].dtype == torch.float16


def test_prefixes_are_offered_and_taken_off(run: Run, tmp_path: Path) -> None:
    done = run("convert", "resnet_module_prefix.pth", "-o", tmp_path / "a.pth", "--dry-run")
    assert "38 of 38 keys have the prefix module.: --strip auto" in done.out
    for number, prefix in enumerate(("auto", "module.")):
        out = tmp_path / f"{number}.safetensors"
        assert run("convert", "resnet_module_prefix.pth", "-o", out, "--strip", prefix).code == 0
        assert "conv1.weight" in load_file(out)
    done = run("convert", "resnet_plain.pth", "-o", tmp_path / "b.pth", "--strip", "model.")
    assert done.code == 2
    assert "No key begins with 'model.'" in done.err


def test_shards_and_back(run: Run, samples: Path, tmp_path: Path) -> None:
    arguments = ("--shard-size", "40kB", "--metadata", "by=me")
    done = run("convert", "resnet_plain.pth", "-o", tmp_path / "st", *arguments)
    assert done.code == 0
    assert "4 files and" in done.out
    record = run("convert", tmp_path / "st", "-o", tmp_path / "b.pth", "--json").record
    assert record["source"]["format"] == "sharded"
    before, after = load(samples / "resnet_plain.pth"), load(tmp_path / "b.pth")
    assert all(torch.equal(after[key], tensor) for key, tensor in before.items())
    for size in ("5", "0.5kB", "1MiB", "2gb", "3TB"):
        assert run("convert", "linear.pth", "-o", tmp_path / "x", "--shard-size", size, "--dry-run").code == 0


@pytest.mark.parametrize(
    "wrong",
    [("--shard-size", "five"), ("--shard-size", "0"), ("--dtype", "int8"), ("--metadata", "x"), ("--ema", "--weights")],
)
def test_options_that_are_not_understood(run: Run, tmp_path: Path, wrong: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("convert", "linear.pth", "-o", tmp_path / "x.pth", *wrong)
    assert ended.value.code == 2


def test_a_damaged_file(run: Run, tmp_path: Path) -> None:
    refused = run("convert", "truncated.pth", "-o", tmp_path / "x.pth")
    assert refused.code == 2
    assert "14 tensors cannot be read whole" in refused.err
    done = run("convert", "truncated.pth", "-o", tmp_path / "x.pth", "--salvage")
    assert done.code == 0
    assert "14 entries are left out" in done.out
    assert "layer2.0.conv2.weight: The file ends at byte" in done.out
    assert "- 13 entries (layer2.0.bn2.weight, layer2.0.bn2.bias" in done.out
    assert len(load(tmp_path / "x.pth")) == 24
    assert run("convert", "truncated.pth", "-o", tmp_path / "z.pth", "--salvage=zeros").code == 0
    with pytest.raises(SystemExit):
        run("convert", "--salvage", "truncated.pth", "-o", tmp_path / "y.pth")
    assert len(load(tmp_path / "z.pth")) == 38


def test_what_is_there_stays_unless_asked(run: Run, samples: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.pth"
    out.write_text("precious")
    refused = run("convert", "linear.pth", "-o", out)
    assert refused.code == 2
    assert "is there already" in refused.err
    assert out.read_text() == "precious"
    assert run("convert", "linear.pth", "-o", out, "--overwrite").code == 0
    itself = run("convert", out, "-o", out, "--dtype", "fp16", "--overwrite")
    assert itself.code == 2
    assert "the very file that is read" in itself.err
    assert itself.err.count(str(out)) == 1
    folder = run("convert", "linear.pth", "-o", tmp_path, "--dtype", "fp16", "--format", "zip")
    assert folder.code == 2
    assert f"Give the name of a file in it: {tmp_path}/linear-fp16.pth" in folder.err
    other = run("convert", "linear.pth", "-o", tmp_path / "x.onnx")
    assert "does not say in which form" in other.err


def test_texts_of_the_file_are_left_behind(run: Run, tmp_path: Path) -> None:
    texts = {"format": "pt", "licence": "MIT", "trained on": "/home/me"}
    save_file({"w": torch.ones(3)}, tmp_path / "a.safetensors", metadata=texts)

    def kept(out: str, *options: str) -> dict[str, str]:
        done = run("convert", tmp_path / "a.safetensors", "-o", tmp_path / out, *options, "--json")
        assert done.code == 0
        with safe_open(tmp_path / out, "pt") as file:
            assert done.record["metadata"] | {"format": "pt"} == file.metadata()
            return dict(file.metadata())

    assert kept("b.safetensors") == texts
    assert kept("c.safetensors", "--drop-metadata", "trained on") == {"format": "pt", "licence": "MIT"}
    assert kept("d.safetensors", "--no-metadata") == {"format": "pt"}
    assert kept("e.safetensors", "--no-metadata", "--metadata", "licence=GPL") == {"format": "pt", "licence": "GPL"}
    asked = ("convert", tmp_path / "a.safetensors", "-o", tmp_path / "f.pth", "--no-metadata", "--dry-run")
    assert set(run(*asked, "--json").record["dropped_metadata"]) == {"licence", "trained on"}
    said = run(*asked).out
    assert "Of the metadata 2 texts stay behind: licence, trained on" in said or "trained on, licence" in said
    wrong = run("convert", tmp_path / "a.safetensors", "-o", tmp_path / "f.pth", "--drop-metadata", "x")
    assert wrong.code == 2
    assert "has no text 'x'" in wrong.err
    assert "It has " in wrong.err


def test_what_cannot_be_names_the_options_that_mend_it(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "shards"
    asked = ("convert", "fashion_classifier.pt", "-o", out, "--shard-size", "1MB", "--format", "zip")
    done = run(*asked, "--section", "")
    assert done.code == 2
    assert "Only a state_dict can be several files" in done.err
    assert "--weights; no --shard-size, and -o NAME.pth; --format safetensors." in done.err
    assert run(*asked, "--weights").code == 0
    assert len(os.listdir(out)) == 3


def test_an_overflow_is_said_once(run: Run, tmp_path: Path) -> None:
    torch.save({"a": torch.tensor([1e6, 1.0])}, tmp_path / "a.pth")
    asked = ("convert", tmp_path / "a.pth", "-o", tmp_path / "b.pth", "--dtype", "fp16", "--dry-run")
    told = run(*asked).out
    assert told.count("become infinite") == 2  # on the whole, and of the tensor
    assert "! 2 numbers are cast: 1 become infinite" in told
    assert run(*asked, "--json").record["notes"] == []


def test_planning_is_stopped_with_ctrl_c(tmp_path: Path) -> None:
    torch.save({f"layer.{number}": row for number, row in enumerate(torch.ones(40_000, 2))}, tmp_path / "a.pth")
    command = [sys.executable, "-m", "inspector", "convert", str(tmp_path / "a.pth"), "-o", str(tmp_path / "out.pth")]
    ours, theirs = os.openpty()  # a terminal, where there is a bar that says what is being done
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    told = b""
    try:
        while b"planning" not in told:
            told += os.read(ours, 4096)
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130
    finally:
        child.kill()
        child.wait()
        os.close(ours)
    assert b"Traceback" not in told
    assert os.listdir(tmp_path) == ["a.pth"]


def test_stopped_with_ctrl_c_it_leaves_nothing(tmp_path: Path) -> None:
    torch.save({f"layer.{number}": torch.zeros(25_000_000) for number in range(2)}, tmp_path / "a.pth")
    command = [sys.executable, "-m", "inspector", "convert", str(tmp_path / "a.pth"), "-o", str(tmp_path / "out.pth")]
    child = subprocess.Popen([*command, "--dtype", "fp64"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        patience = time.monotonic() + 60
        while not any(name.endswith(".part") for name in os.listdir(tmp_path)):
            assert child.poll() is None
            assert time.monotonic() < patience
            time.sleep(0.005)
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130
    finally:
        child.kill()
        child.wait()
    assert os.listdir(tmp_path) == ["a.pth"]
