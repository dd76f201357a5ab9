"""What is said of a tensor in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inspector.analysis.statistics import measure
from inspector.checkpoint.entries import Branch, Extra, Quantization, Storage, Tensor, Value
from inspector.checkpoint.reading import open_checkpoint
from inspector.checkpoint.sources import MemorySource
from inspector.gui.detail import readable, tensor_words
from inspector.gui.detail.tensor_words import arrangement
from inspector.progress import finish

from .making import checkpoint_of, opened, tensor_of


def facts_of(tensor: Tensor, *sharing: str) -> dict[str, str]:
    return {fact.label: fact.text for fact in tensor_words.facts(checkpoint_of(tensor), tensor, sharing)}


def test_the_summary_is_one_line_with_everything() -> None:
    tensor = tensor_of(np.array([[0.5, -1.5], [2.0, 1.0]], dtype="f4"))

    line = tensor_words.summary("fc.weight", tensor, finish(measure(tensor)))

    assert line == "fc.weight  float32[2, 2]  mean 0.5  std 1.47  min -1.5  max 2  4 values, 16 B"


def test_a_summary_leaves_out_what_is_not_known() -> None:
    tensor = tensor_of(np.array([np.nan, np.inf], dtype="f4"))

    assert tensor_words.summary("x", tensor) == "x  float32[2]  2 values, 8 B"
    assert tensor_words.summary("x", tensor, finish(measure(tensor))) == "x  float32[2]  NaN 1  Inf 1  2 values, 8 B"


def test_hostile_keys_are_inert_in_the_summary() -> None:
    line = tensor_words.summary("a\n<b>\u202e\x1b[31m" + "k" * 100_000, tensor_of(np.zeros(1, "f4")))

    assert "\n" not in line
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert len(line) < 400


@pytest.mark.parametrize(
    ("shape", "stride", "words"),
    [
        ((3, 4), (4, 1), "contiguous (row by row)"),
        ((3, 1, 4), (4, 99, 1), "contiguous (row by row)"),
        ((3, 4), (1, 3), "not contiguous: transposed (column by column)"),
        ((2, 3, 5, 5), (75, 1, 15, 3), "not contiguous: channels last"),
        ((3, 4), (8, 1), "not contiguous: a view that leaves gaps"),
        ((3, 4), (0, 1), "expanded: each element is there once and seen 3 times"),
        ((2, 3, 4), (1, 8, 2), "not contiguous: permuted, dimensions in memory in the order 1, 2, 0"),
        ((), (), "contiguous"),
        ((0, 3), (3, 1), "no elements"),
    ],
)
def test_arrangement(shape: tuple[int, ...], stride: tuple[int, ...], words: str) -> None:
    assert arrangement(shape, stride) == words


def test_the_bytes_in_the_file_are_those_of_the_tensor(tmp_path: Path) -> None:
    array = np.arange(12, dtype="f4")
    path = tmp_path / "two.safetensors"
    checkpoint = opened(path, first=np.zeros(5, "f4"), second=array)
    tensor = dict(checkpoint.tensors())["second"]

    words = {fact.label: fact.text for fact in tensor_words.facts(checkpoint, tensor)}["In the file"]

    start, end = (int(number.replace(",", "")) for number in words.removeprefix("bytes ").split(" to "))
    assert path.read_bytes()[start:end] == array.tobytes()


def test_a_tensor_of_an_archive_names_its_member(samples: Path) -> None:
    path = samples / "resnet_plain.pth"
    checkpoint = open_checkpoint(path)
    tensor = dict(checkpoint.tensors())["conv1.weight"]
    words = {fact.label: fact.text for fact in tensor_words.facts(checkpoint, tensor)}

    start, end = (int(number.replace(",", "")) for number in words["In the file"].removeprefix("bytes ").split(" to "))

    assert words["Archive member"].endswith("/data/0")
    assert end - start == tensor.nbytes
    assert tensor.storage is not None
    assert tensor.storage.source is not None
    assert path.read_bytes()[start:end] == tensor.storage.source.read(tensor.storage.start, tensor.nbytes)


def test_a_view_says_what_it_keeps() -> None:
    storage = Storage("7", "float32", "cuda:0", 4_000_000, MemorySource(bytes(4_000_000)))
    view = Tensor("v", "float32", (10,), (1,), 5, storage)

    facts = facts_of(view, "encoder.weight", "decoder.weight")

    assert facts["View"] == "a view of 40 B that keeps 4.00 MB in the file"
    assert facts["Shared"] == "shares its storage with encoder.weight, decoder.weight"
    assert facts["Offset"] == "5 elements into its storage"
    assert facts["Saved from"] == "cuda:0"


def test_what_few_tensors_have_is_said() -> None:
    scale = Quantization("per_tensor_affine", 0.05, 12)
    part = tensor_of(np.zeros((2, 3), "i8"), "indices")
    extra = Extra(quantization=scale, parts=(part,), conj=True, attributes=(Value("tag", "str", "<b>"),))

    facts = facts_of(tensor_of(np.zeros(3, "f4"), extra=extra, requires_grad=True, parameter=True))

    assert facts["Quantisation"] == "per_tensor_affine, scale 0.05, zero point 12"
    assert facts["Part indices"] == "int64[2, 3]" if part.dtype == "int64" else "int8[2, 3]"
    assert facts["Lazy"] == "conjugated"
    assert facts[".tag"] == "'<b>'"
    assert facts["Kind"] == "Parameter, requires grad"


def test_what_is_nowhere_is_said() -> None:
    assert facts_of(Tensor("m", "float32", (2,), (1,), 0, None))["Storage"] == "none: nothing was saved"


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (Value("lr", "float", 0.001), "0.001"),
        (Value("name", "str", "adam"), "'adam'"),
        (Value("big", "int", 10**5000), "a whole number of 16,610 bits"),
        (Value("blob", "bytes", bytes(5)), "5 bytes"),
        (Branch("args", "argparse.Namespace", "object"), "Namespace, empty"),
        (Branch("d", "dict", "mapping", (Value("a", "int", 1),)), "dict with 1 entry"),
    ],
)
def test_line_of(entry: Value | Branch, line: str) -> None:
    assert tensor_words.line_of(entry) == line


def test_texts_keep_their_lines_and_nothing_else_that_acts() -> None:
    shown = readable.text("one\r\n\ttwo\x1b[31m\u202e three\x00" + "x" * 200_000)

    assert shown.startswith("one\n\ttwo\\x1b[31m\\u202e three\\x00xxx")
    assert shown.endswith("more characters")
    assert len(shown) < 110_000


def test_a_hex_dump_lines_up() -> None:
    lines = readable.hex_dump(b"Hello, world!\n\x00\xff" + b"ab").splitlines()

    assert lines[0] == "00000000  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 21 0a 00 ff  Hello, world!..."
    assert lines[1].startswith("00000010  61 62 ")
    assert lines[1].endswith("  ab")
    assert lines[1].index("ab", 20) == lines[0].index("Hello")
    assert readable.hex_dump(bytes(20_000)).endswith("… 3,616 more bytes")
