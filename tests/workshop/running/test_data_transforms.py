"""Transforms as they are written: read and never run, the same bits as torchvision's, and what is said of others."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running.datasets import open_data
from inspector.workshop.running.samples import as_picture
from inspector.workshop.running.transforms import composed, parsed
from inspector.workshop.running.whole_arrays import at_once, undone
from inspector.workshop.torchvision_schemas import load

load()
from torchvision import transforms as theirs  # type: ignore[import-untyped]  # noqa: E402

RANDOM = np.random.default_rng(2)


def refusal(*texts: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        parsed(texts)
    return caught.value


# Reading


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("ToTensor()", ["ToTensor()"]),
        ("ToTensor", ["ToTensor()"]),
        ("  transforms.ToTensor() ", ["transforms.ToTensor()"]),
        ("Compose([Resize(28), T.ToTensor()])", ["Resize(28)", "T.ToTensor()"]),
        ("transforms.Compose([ToTensor(), Normalize((.5,), (.5,))])", ["ToTensor()", "Normalize((0.5,), (0.5,))"]),
        ("[Resize(28), ToTensor()]", ["Resize(28)", "ToTensor()"]),
        ("Resize(28), ToTensor()", ["Resize(28)", "ToTensor()"]),
        ("", []),
    ],
)
def test_texts_are_read(text: str, read: list[str]) -> None:
    assert [str(step) for step in parsed([text])] == read


@pytest.mark.parametrize(
    "text",
    [
        "Resize((28, 28))", "CenterCrop(24)", "RandomCrop(28, padding=4, padding_mode='reflect')",
        "RandomHorizontalFlip(p=0.3)", "ColorJitter(0.1, 0.2, hue=0.05)", "Grayscale(num_output_channels=3)",
        "RandomApply([ColorJitter(0.5), GaussianBlur(3)], p=0.5)", "RandomRotation(degrees=[-10, 10])",
        "RandomAffine(10, translate=(0.1, 0.1), scale=(1 - 0.1, 1 + 0.1))", "Pad(2)", "RandomErasing(0.5)",
        "Resize(28, interpolation=InterpolationMode.NEAREST)", "ConvertImageDtype(torch.float32)",
        "AutoAugment(AutoAugmentPolicy.CIFAR10)", "RandAugment()", "TrivialAugmentWide()",
        "RandomChoice([RandomVerticalFlip(1), Pad(1)])", "Normalize(mean=[0.1307], std=[0.3081])",
        "RandomResizedCrop(16, scale=(0.5, 8 / 10))",
    ],
)  # fmt: skip
def test_what_torchvision_has_can_be_written(text: str) -> None:
    """And it does what the same text does in a script."""
    names = {name: getattr(theirs, name) for name in dir(theirs) if not name.startswith("_")}
    script = eval(text, {**names, "torch": torch})
    picture = torch.from_numpy(RANDOM.random((3, 32, 32), np.float32))
    if "Augment" in text:
        picture = picture.mul(255).to(torch.uint8)
    outcomes = []
    for transform in (script, composed(parsed([text]))):
        torch.manual_seed(3)
        __import__("random").seed(3)
        outcomes.append(transform(picture.clone()))
    assert torch.equal(*outcomes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Resise(28)", "Did you mean Resize"),
        ("Lambda(28)", "Did you mean|without Lambda"),
        ("Resize(size)", "numbers, texts, lists"),
        ("Resize(28", "Write it as in Python"),
        ("28", "Write it as in Python"),
        ("'ToTensor()'", "Write it as in Python"),
        ("lambda x: x", "Write it as in Python"),
        ("__import__('os').system('touch was_run')", "transforms"),
        ("os.system('touch was_run')", "transforms"),
        ("Resize(__import__('os').getcwd())", "transforms"),
        ("Resize(open('x'))", "transforms"),
        ("Normalize((0.5,))", "mean and the standard deviation"),
        ("Normalize(('a',), ('b',))", "mean and the standard deviation"),
        ("Normalize((0.5,), (0.0,))", "larger than 0"),
        ("Resize('a' * 10**9)", "numbers"),
        ("Resize(9 ** 9 ** 9)", "numbers"),
        ("Resize(1 / 0)", "numbers"),
        ("Resize(torch.load)", "numbers"),
        ("functional.resize(28)", "transforms"),
    ],
)
def test_what_is_none_is_refused(text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    error = refusal(text)
    assert any(word in error.hint for word in words.split("|"))
    assert list(tmp_path.iterdir()) == []


def test_arguments_that_torchvision_refuses_are_in_its_words() -> None:
    assert "RandomCrop" in refusal("RandomCrop()").message
    assert "padding_mode" in refusal("Pad(2, padding_mode='sideways')").message.replace("Padding mode", "padding_mode")


@pytest.mark.parametrize("text", ["(" * 500 + ")" * 500, "-" * 5000 + "1", "Compose([" * 300 + "])" * 300, "\0", "é("])
def test_strange_texts_are_refused_too(text: str) -> None:
    assert refusal(text).title == "This transform is not known"


WORDS = [
    *("Resize", "ToTensor", "Normalize", "Compose", "RandomApply", "Lambda", "RandomChoice", "Pad", "ColorJitter"),
    *("transforms.", "T.", "torch.", "float32", "InterpolationMode.", "NEAREST", "lambda x: x", "p", "None", "'a'"),
    *("(", ")", "[", "]", ",", "=", "0.5", "28", "-", "*", "/", " ", "{", "}", ":", "\\d"),
]
WRITTEN = st.lists(st.sampled_from(WORDS)).map("".join)
CALLED = st.builds("{}({})".format, st.sampled_from(WORDS[:9]), WRITTEN)


@given(st.one_of(CALLED, WRITTEN, st.text()))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        steps = parsed([text])
    except Refusal:
        return
    assert parsed([str(step) for step in steps]) is not None


@pytest.mark.parametrize(
    ("text", "is_settled"),
    [("Resize(8)", True), ("ToTensor()", True), ("RandomCrop(8)", False), ("GaussianBlur(3)", False),
     ("RandomApply([Resize(8)])", False), ("ColorJitter(0)", False), ("Grayscale()", True)],
)  # fmt: skip
def test_what_draws_is_known(text: str, is_settled: bool) -> None:
    assert [step.is_settled for step in parsed([text])] == [is_settled]


# At once


THREE = "Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))"
NORMALS = ["", "Normalize((0.5,), (0.5,))", "Normalize([0.1307], [0.3081])"]
SHAPES = [(20, 7, 9), (20, 1, 7, 9), (20, 3, 7, 9)]


@pytest.mark.parametrize(
    ("shape", "normal"), [*((shape, normal) for shape in SHAPES for normal in NORMALS), (SHAPES[2], THREE)]
)
def test_whole_arrays_become_the_same_bits_as_one_picture_after_the_other(shape: Any, normal: str) -> None:
    """All 256 bytes, against torchvision's own code."""
    pictures = torch.from_numpy(RANDOM.permutation(np.arange(np.prod(shape)) % 256).astype(np.uint8).reshape(shape))
    steps = parsed(["ToTensor()", normal])
    whole = at_once(steps)
    assert whole is not None
    made = whole(pictures)
    plain = composed(steps)
    for index in range(len(pictures)):
        assert torch.equal(made[index], plain(as_picture(pictures[index])))


def test_other_steps_are_not_done_at_once() -> None:
    for texts in (["Resize(8)", "ToTensor()"], ["ToTensor()", "RandomErasing()"], ["ToTensor()", "ToTensor()"]):
        assert at_once(parsed(texts)) is None


def test_normalize_is_undone() -> None:
    texts = ("ToTensor()", THREE)
    picture = torch.rand(3, 5, 5)
    normal = theirs.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))(picture)
    assert torch.allclose(undone(normal, parsed(texts)), picture, atol=1e-6)


# What fails


def test_a_step_that_fails_is_named() -> None:
    steps = composed(parsed(["Grayscale(3)", "ToTensor()", "Normalize((0.5,), (0.5,))", "RandomCrop(90)"]))
    with pytest.raises(Refusal) as caught:
        steps(Image.new("RGB", (20, 10)))
    assert caught.value.message.startswith("RandomCrop(90) cannot be applied to a tensor [3, 10, 20]: ")


def test_what_a_step_was_given_is_said() -> None:
    steps = composed(parsed(["ColorJitter(hue=0.5)", "ToTensor()", "ToTensor()"]))
    with pytest.raises(Refusal, match=r"ToTensor\(\) cannot be applied to a tensor \[3, 10, 20\]"):
        steps(Image.new("RGB", (20, 10)))


# Without torchvision


def without_torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an interpreter that does not have it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_two_usual_steps_need_no_torchvision(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    channels = len(mode) if mode == "RGB" else 1
    texts = ["ToTensor()", f"Normalize({[0.4] * channels}, {[0.3] * channels})"]
    pixels = RANDOM.integers(0, 256, (6, 5, 3) if mode == "RGB" else (6, 5), np.uint8)
    picture = Image.fromarray(pixels)
    plain = composed(parsed(texts))(picture)
    without_torchvision(monkeypatch)
    assert torch.equal(composed(parsed(texts))(picture), plain)


def test_others_say_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    without_torchvision(monkeypatch)
    error = refusal("RandomCrop(28)")
    assert error.message == "RandomCrop needs torchvision."
    assert f"not installed in {sys.executable}" in error.hint


def test_drawn_shapes_need_no_torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    without_torchvision(monkeypatch)
    data = finish(open_data(DataSource(size=40, transforms=("ToTensor()", "Normalize((0.5,), (0.5,))"))))
    assert data.train.shape == (1, 28, 28)
    with pytest.raises(Refusal) as caught:
        finish(open_data(DataSource("torchvision", "", "FashionMNIST")))
    assert caught.value.title == "There is no torchvision"
