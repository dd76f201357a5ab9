"""A look at a batch before the start: what there is, in pictures as a person knows them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inspector.progress import Progress, finish
from inspector.workshop.client import Workshop
from inspector.workshop.requests import WorkshopError
from inspector.workshop.run_requests import DataSource, LookAtData
from inspector.workshop.running.data import Order
from inspector.workshop.running.datasets import open_data
from inspector.workshop.running.looking import label_of, look, look_at
from inspector.workshop.running.pictures import LONGEST, picture_of

HALF = ("ToTensor()", "Normalize((0.5,), (0.5,))")


def pixels(picture: Any) -> np.ndarray:
    """Bytes [height, width, channels]."""
    flat = np.frombuffer(base64.b64decode(picture.pixels), np.uint8)
    return flat.reshape(picture.height, picture.width, picture.channels)


# Pictures


@pytest.mark.parametrize("channels", [1, 3])
def test_a_normalised_picture_is_shown_as_it_was(channels: int) -> None:
    original = np.random.default_rng(1).integers(0, 256, (channels, 9, 7), np.uint8)
    sample = (torch.from_numpy(original).float() / 255 - 0.5) / 0.5
    picture = picture_of(sample, HALF)
    assert picture is not None
    assert np.array_equal(pixels(picture), original.transpose(1, 2, 0))


@pytest.mark.parametrize("scale", [1, 255])
def test_floats_of_both_usual_ranges_are_shown_as_they_are(scale: int) -> None:
    sample = torch.linspace(0, scale, 64).reshape(1, 8, 8)
    picture = picture_of(sample, ())
    assert picture is not None
    assert pixels(picture).ravel().tolist() == [round(each) for each in np.linspace(0, 255, 64).tolist()]


def test_other_ranges_are_stretched() -> None:
    picture = picture_of(torch.tensor([[-3.0, 5.0], [1.0, float("nan")]]).repeat(2, 2), ())
    assert picture is not None
    assert pixels(picture)[:2, :2, 0].tolist() == [[0, 255], [128, 96]]


def test_bytes_stay_bytes() -> None:
    picture = picture_of(torch.full((4, 4), 7, dtype=torch.uint8), ())
    assert picture is not None
    assert set(pixels(picture).ravel()) == {7}


def test_large_pictures_are_made_small() -> None:
    picture = picture_of(torch.rand(3, 500, 250), ())
    assert picture is not None
    assert (picture.height, picture.width, picture.channels) == (LONGEST, LONGEST // 2, 3)


def test_what_is_transparent_is_shown_opaque() -> None:
    picture = picture_of(torch.rand(4, 6, 6), ())
    assert picture is not None
    assert picture.channels == 3


@pytest.mark.parametrize("shape", [(10,), (), (2, 8, 8), (3, 2, 2), (5, 3), (1, 3, 8, 8)])
def test_what_is_no_picture_has_none(shape: tuple[int, ...]) -> None:
    assert picture_of(torch.rand(shape), ()) is None


# Labels


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        (torch.tensor(1), "dog"), (1, "dog"), (torch.tensor(9), "9"), (torch.tensor(0.25), "0.25"),
        (torch.tensor([1.0, 0.5]), "1, 0.5"), (torch.arange(6.0), "0, 1, 2, 3, …"), (torch.zeros(3, 4), "[3, 4]"),
    ],
)  # fmt: skip
def test_a_target_is_a_name_or_a_text(target: Any, shown: str) -> None:
    assert label_of(target, ("cat", "dog")) == shown


# A look


def test_a_look_at_drawn_shapes() -> None:
    seen = finish(look_at(LookAtData(DataSource(), 12)))
    assert (seen.name, seen.train, seen.validation, seen.test) == ("Drawn shapes", 4000, 500, 1000)
    assert (seen.shape, seen.dtype, seen.in_memory) == ((1, 28, 28), "float32", True)
    assert seen.nbytes == 5500 * 28 * 28 * 4
    assert seen.transforms == ("ToTensor()",)
    assert len(seen.samples) == 12
    assert {sample.label for sample in seen.samples} <= set(seen.classes)


def test_it_shows_the_samples_of_the_first_batch() -> None:
    data = finish(open_data(DataSource(size=100)))
    inputs, targets = next(iter(data.train.batches(10, Order(0, 1))))
    for sample, (picture, target) in zip(look(data, 10).samples, zip(inputs, targets)):
        assert sample.label == data.classes[target]
        assert np.array_equal(pixels(sample.picture)[:, :, 0], picture[0].mul(255).round().numpy())


def test_augmentation_is_seen(tmp_path: Path) -> None:
    whole = np.full((20, 16, 16), 255, np.uint8)
    np.savez(tmp_path / "x.npz", x=whole, y=np.zeros(20, int))
    source = DataSource("arrays", str(tmp_path / "x.npz"), augmentation=("RandomCrop(16, padding=8)",))
    samples = finish(look_at(LookAtData(source, 8))).samples
    assert any((pixels(sample.picture) == 0).any() for sample in samples)


def test_what_is_no_picture_is_listed_with_its_targets(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=np.random.rand(20, 4), y=np.random.rand(20))
    seen = finish(look_at(LookAtData(DataSource("arrays", str(tmp_path / "x.npz")), 5)))
    assert seen.classes == ()
    assert [sample.picture for sample in seen.samples] == [None] * 5
    assert all(float(sample.label) < 1 for sample in seen.samples)


def test_no_pictures_are_wanted() -> None:
    assert finish(look_at(LookAtData(DataSource(size=50), 0))).samples == ()


def test_a_look_in_a_process_of_its_own_is_the_same(workshop: Workshop) -> None:
    request = LookAtData(DataSource(size=200), 4)
    words = []
    work = workshop.ask(request)
    try:
        while True:
            words.append(next(work))
    except StopIteration as end:
        seen = end.value
    assert seen == finish(look_at(request))
    assert any(isinstance(word, Progress) for word in words)


def test_a_refusal_comes_out_of_a_process_as_its_sentence(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(WorkshopError) as caught:
        finish(workshop.ask(LookAtData(DataSource("images", str(tmp_path / "none")))))
    assert caught.value.title == "The data is not there"
    assert str(tmp_path / "none") in caught.value.message


def test_what_a_users_function_raises_comes_with_its_line(workshop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "data.py"
    path.write_text("def make():\n    print('making')\n    raise ValueError('no data today')\n")
    with pytest.raises(WorkshopError) as caught:
        finish(workshop.ask(LookAtData(DataSource("function", str(path), "make"))))
    assert "no data today" in caught.value.message
    assert (caught.value.line, caught.value.code) == (3, "raise ValueError('no data today')")
