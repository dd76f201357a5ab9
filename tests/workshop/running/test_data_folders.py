"""Folders of pictures: labels as torchvision's ImageFolder gives them, sizes made one, and what is said of the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running.data import Order
from inspector.workshop.running.datasets import open_data
from inspector.workshop.torchvision_schemas import load

load()
from torchvision import datasets, transforms  # type: ignore[import-untyped]  # noqa: E402

NORMAL = transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def picture(path: Path, height: int = 10, width: int = 8, mode: str = "RGB") -> None:
    """A picture that no other is like."""
    path.parent.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(abs(hash(str(path))) % 2**32)
    shape = (height, width, 3) if mode == "RGB" else (height, width)
    Image.fromarray(random.integers(0, 256, shape, np.uint8), mode).save(path)


def classes(folder: Path, *names: str, count: int = 4, **options: Any) -> Path:
    for name in names:
        for number in range(count):
            picture(folder / name / f"{number}.png", **options)
    return folder


def opened(folder: Path, **options: Any) -> Any:
    return finish(open_data(DataSource("images", str(folder), **options)))


def refusal(folder: Path, **options: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        opened(folder, **options)
    return caught.value


def everything(pile: Any) -> tuple[torch.Tensor, torch.Tensor]:
    inputs, targets = next(iter(pile.batches(1000, Order(shuffled=False))))
    return inputs, targets


def test_samples_are_those_of_image_folder(tmp_path: Path) -> None:
    classes(tmp_path, "dog", "ant", "Cat")
    picture(tmp_path / "ant" / "more" / "deep.PNG")
    picture(tmp_path / "ant" / "grey.png", mode="L")
    data = opened(tmp_path, validation=0)
    theirs = datasets.ImageFolder(str(tmp_path), transforms.Compose([transforms.ToTensor(), NORMAL]))
    assert list(data.classes) == theirs.classes
    inputs, targets = everything(data.train)
    assert len(inputs) == len(theirs) == 14
    for index, (plain, label) in enumerate(theirs):
        assert torch.equal(inputs[index], plain)
        assert int(targets[index]) == label


def test_parts_by_the_names_of_their_folders(tmp_path: Path) -> None:
    for part, count in (("train", 5), ("val", 2), ("test", 3)):
        classes(tmp_path / part, "a", "b", count=count)
    data = opened(tmp_path)
    assert [part.count for part in (data.train, data.validation, data.test)] == [10, 4, 6]
    assert data.classes == ("a", "b")


def test_without_parts_some_are_held_back(tmp_path: Path) -> None:
    data = opened(classes(tmp_path, "a", "b", count=10), validation=0.2)
    assert (data.train.count, data.validation.count) == (16, 4)
    assert data.train.in_memory


def test_a_class_that_lacks_in_one_part_shifts_no_labels(tmp_path: Path) -> None:
    """ImageFolder gives `c` the label 1 there."""
    classes(tmp_path / "train", "a", "b", "c")
    classes(tmp_path / "val", "a", "c", count=1)
    data = opened(tmp_path)
    assert everything(data.validation)[1].tolist() == [0, 2]
    assert any("No pictures of b in the validation part" in note for note in data.notes)


def test_a_class_that_training_does_not_know_is_left_out(tmp_path: Path) -> None:
    classes(tmp_path / "train", "a", "b")
    classes(tmp_path / "test", "a", "z", count=2)
    data = opened(tmp_path)
    assert data.test.count == 2
    assert any("z in" in note for note in data.notes)


def test_hidden_folders_are_no_classes(tmp_path: Path) -> None:
    classes(tmp_path, "a", "b")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    assert opened(tmp_path).classes == ("a", "b")


# Sizes


def test_a_common_size_is_taken_and_said(tmp_path: Path) -> None:
    classes(tmp_path, "a", "b", count=4)
    picture(tmp_path / "a" / "large.png", 30, 20)
    data = opened(tmp_path)
    assert data.transforms[0] == "Resize((10, 8))"
    assert data.train.shape == (3, 10, 8)
    assert any("10 x 8" in note for note in data.notes)
    assert len(everything(data.train)[0]) == data.train.count


def test_without_a_common_size_the_middle_is_taken(tmp_path: Path) -> None:
    for number in range(5):
        picture(tmp_path / "a" / f"{number}.png", 20 + number, 30)
    data = opened(tmp_path)
    assert data.transforms[:2] == ("Resize(256)", "CenterCrop(224)")
    assert data.train.shape == (3, 224, 224)


def test_sizes_that_stay_different_are_a_sentence(tmp_path: Path) -> None:
    classes(tmp_path, "a", count=4)
    picture(tmp_path / "a" / "large.png", 30, 20)
    data = opened(tmp_path, transforms=("ToTensor()",), validation=0)
    assert not any("brought to" in note for note in data.notes)
    with pytest.raises(Refusal, match="different shapes") as caught:
        everything(data.train)
    assert "Resize" in caught.value.hint


# What is wrong


def test_no_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none").title == "The data is not there"


def test_no_folders_of_classes(tmp_path: Path) -> None:
    picture(tmp_path / "1.png")
    assert "no folders of classes" in refusal(tmp_path).message


def test_no_pictures(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes.txt").write_text("nothing to see")
    assert refusal(tmp_path).title == "The data is empty"


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    classes(tmp_path, "a")
    (tmp_path / "a" / "9.png").write_bytes(b"no picture")
    error = refusal(tmp_path)
    assert error.title == "The data cannot be read"
    assert str(tmp_path / "a" / "9.png") in error.message


@pytest.mark.parametrize("workers", [0, 2])
def test_a_picture_that_is_cut_short_is_named(tmp_path: Path, workers: int) -> None:
    """Its head is sound, so that shows when it is first made: in this process or in a worker, in the same words."""
    classes(tmp_path, "a", "b")
    path = tmp_path / "b" / "3.png"
    path.write_bytes(path.read_bytes()[:120])
    data = opened(tmp_path, validation=0)
    with pytest.raises(Refusal) as caught:
        list(data.train.batches(3, Order(), workers=workers))
    assert str(path) in caught.value.message
    assert "Traceback" not in caught.value.message
    assert caught.value.hint == "Replace or remove it."
