"""Arrays in files: whatever they are called, however their channels lie, and what is said of those that do not fit."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running.array_names import INPUTS, NAMES, TARGETS, TEST, TRAIN, VALIDATION, meaning_of, part_of
from inspector.workshop.running.data import Order
from inspector.workshop.running.datasets import open_data

RANDOM = np.random.default_rng(8)
PICTURES = RANDOM.integers(0, 256, (30, 12, 10), np.uint8)
LABELS = np.arange(30) % 3


def opened(path: Path, **options: Any) -> Any:
    return finish(open_data(DataSource("arrays", str(path), **options)))


def npz(tmp_path: Path, *arrays: Any, **named: Any) -> Path:
    path = tmp_path / "data.npz"
    np.savez(path, *arrays, **named)
    return path


def pt(tmp_path: Path, content: Any) -> Path:
    path = tmp_path / "data.pt"
    torch.save(content, path)
    return path


def refusal(path: Path, **options: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        opened(path, **options)
    return caught.value


def everything(pile: Any) -> tuple[torch.Tensor, torch.Tensor]:
    inputs, targets = next(iter(pile.batches(1000, Order(shuffled=False))))
    return inputs, targets


# Names


@pytest.mark.parametrize(
    ("name", "role", "part"),
    [
        ("x_train", INPUTS, TRAIN), ("Xtrain", INPUTS, TRAIN), ("trainX", INPUTS, TRAIN), ("X", INPUTS, TRAIN),
        ("train_images", INPUTS, TRAIN), ("images", INPUTS, TRAIN), ("data", INPUTS, TRAIN), ("y", TARGETS, TRAIN),
        ("y_val", TARGETS, VALIDATION), ("yval", TARGETS, VALIDATION), ("valid.labels", TARGETS, VALIDATION),
        ("test/targets", TARGETS, TEST), ("testLabels", TARGETS, TEST), ("target_names", NAMES, TRAIN),
        ("class_names", NAMES, TRAIN),
    ],
)  # fmt: skip
def test_a_name_says_what_an_array_is(name: str, role: str, part: str) -> None:
    assert meaning_of(name) == (role, part)


@pytest.mark.parametrize("name", ["state_dict", "y_pred", "weights", "x_train_test", "index", "ids", ""])
def test_other_names_say_nothing(name: str) -> None:
    assert meaning_of(name) is None


@pytest.mark.parametrize(
    ("name", "part"),
    [("train", TRAIN), ("trainloader", TRAIN), ("val_loader", VALIDATION), ("testset", TEST), ("valid_ds", VALIDATION),
     ("test_dataset", TEST), ("train_dl", TRAIN), ("classes", "")],
)  # fmt: skip
def test_a_name_says_which_part_a_data_set_is(name: str, part: str) -> None:
    assert part_of(name) == part


# Files of all kinds


def test_parts_by_their_names(tmp_path: Path) -> None:
    named = {"x_train": PICTURES, "y_train": LABELS, "x_val": PICTURES[:4], "y_val": LABELS[:4],
             "x_test": PICTURES[:5], "y_test": LABELS[:5]}  # fmt: skip
    data = opened(npz(tmp_path, **named))
    assert [part.count for part in (data.train, data.validation, data.test)] == [30, 4, 5]
    assert data.classes == ("0", "1", "2")
    inputs, targets = everything(data.train)
    assert torch.equal(inputs, torch.from_numpy(PICTURES)[:, None].float() / 255)
    assert targets.tolist() == LABELS.tolist()
    assert data.name == "data.npz"


@pytest.mark.parametrize(
    "content",
    [
        {"images": torch.from_numpy(PICTURES), "labels": torch.from_numpy(LABELS)},
        (torch.from_numpy(PICTURES), torch.from_numpy(LABELS)),
        {"train": {"x": torch.from_numpy(PICTURES), "y": torch.from_numpy(LABELS)}},
        {"train": (torch.from_numpy(PICTURES), torch.from_numpy(LABELS))},
        {"data": torch.from_numpy(PICTURES), "targets": LABELS.tolist()},
    ],
    ids=["dict", "pair", "nested", "dict of pairs", "list"],
)
def test_tensors_however_they_are_kept(tmp_path: Path, content: Any) -> None:
    data = opened(pt(tmp_path, content), validation=0)
    inputs, targets = everything(data.train)
    assert torch.equal(inputs, torch.from_numpy(PICTURES)[:, None].float() / 255)
    assert targets.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    "order",
    [("x", "y", "x", "y"), ("x", "x", "y", "y")],
    ids=["pairs", "as scikit-learn splits"],
)
def test_four_arrays_without_names(tmp_path: Path, order: tuple[str, ...]) -> None:
    seen: list[str] = []
    arrays = []
    for letter in order:
        part = slice(0, 30) if letter not in seen else slice(0, 6)
        arrays.append(PICTURES[part] if letter == "x" else LABELS[part])
        seen.append(letter)
    data = opened(npz(tmp_path, *arrays), validation=0.2)
    assert (data.train.count, data.validation.count, data.test.count) == (24, 6, 6)


def test_what_is_held_back_is_not_trained_on(tmp_path: Path) -> None:
    path = npz(tmp_path, x=np.arange(100.0, dtype=np.float32)[:, None], y=np.zeros(100, int))
    data, again, other = opened(path), opened(path), opened(path, seed=1)
    trained, held = (set(everything(part)[0].ravel().tolist()) for part in (data.train, data.validation))
    assert len(trained) == 90
    assert len(held) == 10
    assert trained | held == set(range(100))
    assert torch.equal(data.validation.inputs, again.validation.inputs)
    assert not torch.equal(data.validation.inputs, other.validation.inputs)
    assert data.test is data.validation


# Layouts and dtypes


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_channels_last_are_put_in_front(tmp_path: Path, channels: int) -> None:
    pictures = RANDOM.integers(0, 256, (9, 12, 10, channels), np.uint8)
    data = opened(npz(tmp_path, x=pictures, y=LABELS[:9]), validation=0)
    assert data.train.shape == (channels, 12, 10)
    assert torch.equal(everything(data.train)[0], torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255)
    assert any("channels last" in note for note in data.notes)


def test_channels_in_front_stay_there(tmp_path: Path) -> None:
    pictures = RANDOM.integers(0, 256, (9, 3, 12, 10), np.uint8)
    data = opened(npz(tmp_path, x=pictures, y=LABELS[:9]), validation=0)
    assert torch.equal(everything(data.train)[0], torch.from_numpy(pictures).float() / 255)


@pytest.mark.parametrize("dtype", ["float64", ">f4", "float16", "bool", "int64", "uint16"])
def test_dtypes_that_no_model_takes_become_floats(tmp_path: Path, dtype: str) -> None:
    values = RANDOM.integers(0, 2, (9, 7)).astype(dtype)
    data = opened(npz(tmp_path, x=values, y=LABELS[:9]), validation=0)
    inputs = everything(data.train)[0]
    assert inputs.tolist() == values.tolist()
    assert inputs.dtype == (torch.int64 if "int" in dtype else torch.float32)


def test_whole_numbers_that_look_like_bytes_are_pictures(tmp_path: Path) -> None:
    data = opened(npz(tmp_path, x=PICTURES.astype(np.int64), y=LABELS), validation=0)
    assert torch.equal(everything(data.train)[0], torch.from_numpy(PICTURES)[:, None].float() / 255)
    assert data.transforms == ("ToTensor()",)


def test_flat_bytes_are_divided(tmp_path: Path) -> None:
    data = opened(npz(tmp_path, x=PICTURES.reshape(30, -1), y=LABELS), validation=0)
    assert torch.equal(everything(data.train)[0], torch.from_numpy(PICTURES).reshape(30, -1).float() / 255)


def test_square_floats_are_grey_pictures(tmp_path: Path) -> None:
    data = opened(npz(tmp_path, x=RANDOM.random((9, 16, 16), np.float32), y=LABELS[:9]), validation=0)
    assert data.train.shape == (1, 16, 16)
    assert any("grey pictures" in note for note in data.notes)


def test_transforms_apply_to_arrays(tmp_path: Path) -> None:
    path = npz(tmp_path, x=PICTURES, y=LABELS)
    half = opened(path, transforms=("ToTensor()", "Normalize((0.5,), (0.25,))"), validation=0)
    plain = torch.from_numpy(PICTURES)[:, None].float() / 255
    assert torch.equal(everything(half.train)[0], (plain - 0.5) / 0.25)
    small = opened(path, transforms=("Resize((6, 5))", "ToTensor()"), validation=0)
    assert small.train.shape == (1, 6, 5)
    assert everything(small.train)[0].shape == (30, 1, 6, 5)


def test_augmentation_is_for_training_only(tmp_path: Path) -> None:
    data = opened(npz(tmp_path, x=PICTURES, y=LABELS), augmentation=("RandomCrop((12, 10), padding=3)",))
    assert not data.train.in_memory
    assert data.validation.in_memory
    assert data.augmentation == ("RandomCrop((12, 10), padding=3)",)


def test_normalize_of_other_channels_is_refused(tmp_path: Path) -> None:
    """It would be broadcast to three channels, and only seem to fit."""
    transforms = ("ToTensor()", "Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))")
    error = refusal(npz(tmp_path, x=PICTURES, y=LABELS), transforms=transforms)
    assert "3 channels" in error.message
    assert "1 channel" in error.message


def test_nan_in_the_inputs_is_said(tmp_path: Path) -> None:
    values = RANDOM.random((9, 4), np.float32)
    values[[2, 5], 1] = np.nan
    assert any("2 samples of x hold NaN" in note for note in opened(npz(tmp_path, x=values, y=LABELS[:9])).notes)


# Targets


def targets_of(tmp_path: Path, y: Any, **more: Any) -> tuple[Any, Any]:
    data = opened(npz(tmp_path, x=np.zeros((len(y), 4), np.float32), y=y, **more), validation=0)
    return data, everything(data.train)[1]


def test_labels_that_count_from_one_are_noticed(tmp_path: Path) -> None:
    data, targets = targets_of(tmp_path, LABELS + 1)
    assert targets.tolist() == LABELS.tolist()
    assert data.classes == ("0", "1", "2")
    assert any("count from 1 to 3" in note for note in data.notes)


def test_labels_of_named_classes_that_count_from_one(tmp_path: Path) -> None:
    """The first class does not occur, but there are as many names as the largest label says."""
    data, targets = targets_of(tmp_path, np.array([2, 3, 1, 3]), class_names=np.array(["a", "b", "c"]))
    assert targets.tolist() == [1, 2, 0, 2]
    assert data.classes == ("a", "b", "c")


@pytest.mark.parametrize("labels", [[1, 3], [2, 3, 4], [1, 1]])
def test_a_class_that_does_not_occur_is_no_reason(tmp_path: Path, labels: list[int]) -> None:
    data, targets = targets_of(tmp_path, np.array(labels))
    assert targets.tolist() == labels
    assert len(data.classes) == max(labels) + 1


def test_names_are_labels_too(tmp_path: Path) -> None:
    data, targets = targets_of(tmp_path, np.array(["dog", "cat", "dog", "ant"]))
    assert data.classes == ("ant", "cat", "dog")
    assert targets.tolist() == [2, 1, 2, 0]


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool"])
def test_one_column_for_each_class(tmp_path: Path, dtype: str) -> None:
    data, targets = targets_of(tmp_path, np.eye(3)[LABELS].astype(dtype))
    assert targets.tolist() == LABELS.tolist()
    assert len(data.classes) == 3


def test_several_labels_at_once_are_floats(tmp_path: Path) -> None:
    data, targets = targets_of(tmp_path, np.array([[1, 1, 0], [0, 0, 0], [0, 1, 0]]))
    assert data.classes == ()
    assert targets.dtype == torch.float32
    assert targets.tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 0]]


def test_numbers_to_be_predicted(tmp_path: Path) -> None:
    data, targets = targets_of(tmp_path, np.array([0.5, 1.25, -3.0]))
    assert data.classes == ()
    assert targets.dtype == torch.float32
    assert targets.tolist() == [0.5, 1.25, -3.0]


def test_whole_floats_stay_numbers_and_it_is_said(tmp_path: Path) -> None:
    data, targets = targets_of(tmp_path, LABELS.astype(np.float64))
    assert targets.dtype == torch.float32
    assert any("int64" in note for note in data.notes)


def test_one_column_of_labels(tmp_path: Path) -> None:
    assert targets_of(tmp_path, LABELS[:, None].astype(np.uint8))[1].tolist() == LABELS.tolist()


def test_minus_one_and_one(tmp_path: Path) -> None:
    data, targets = targets_of(tmp_path, np.array([1, -1, 1]))
    assert targets.tolist() == [1, 0, 1]
    assert len(data.classes) == 2


def test_labels_below_zero_are_no_classes(tmp_path: Path) -> None:
    data, _ = targets_of(tmp_path, np.array([-5, 0, 3]))
    assert data.classes == ()
    assert any("-5" in note for note in data.notes)


# What does not fit


def test_lengths_that_differ(tmp_path: Path) -> None:
    message = refusal(npz(tmp_path, x=PICTURES, y=LABELS[:7])).message
    assert "x [30, 12, 10] and y [7]" in message


def test_no_targets(tmp_path: Path) -> None:
    error = refusal(npz(tmp_path, x_train=PICTURES, y_train=LABELS, x_test=PICTURES))
    assert "the test part has inputs and no targets" in error.message


def test_names_that_say_nothing_are_told(tmp_path: Path) -> None:
    error = refusal(npz(tmp_path, first=PICTURES, second=LABELS))
    assert "first [30, 12, 10]" in error.message
    assert "x_train" in error.hint


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (np.zeros((3, 5, 6, 7), np.uint8), "1, 3 or 4 channels"),
        (np.zeros((3, 2), np.complex64), "complex64"),
        (np.array(["a", "b", "c"]), "no model takes"),
        (np.float32(1), "not of the same length"),
    ],
)
def test_arrays_that_no_model_takes(tmp_path: Path, x: Any, words: str) -> None:
    assert words in refusal(npz(tmp_path, x=x, y=LABELS[:3])).message


def test_targets_of_complex_numbers(tmp_path: Path) -> None:
    assert "complex128" in refusal(npz(tmp_path, x=PICTURES, y=LABELS * 1j)).message


def test_an_empty_array(tmp_path: Path) -> None:
    assert refusal(npz(tmp_path, x=np.zeros((0, 4), np.float32), y=np.zeros(0, int))).title == "The data is empty"


def test_an_empty_part(tmp_path: Path) -> None:
    named = {"x_train": PICTURES, "y_train": LABELS, "x_test": PICTURES[:0], "y_test": LABELS[:0]}
    data = opened(npz(tmp_path, **named))
    assert data.test.count == 0
    assert list(data.test.batches(4, Order())) == []


def test_one_number_for_each_sample(tmp_path: Path) -> None:
    data = opened(npz(tmp_path, x=np.arange(5.0), y=np.arange(5.0) * 2), validation=0)
    assert data.train.shape == (1,)


class Payload:
    """Says where it was run."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


def test_objects_in_an_npz_are_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "was_run"
    error = refusal(npz(tmp_path, x=np.array([Payload(str(marker))], object), y=np.zeros(1)))
    assert "Python objects" in error.message
    assert not marker.exists()


def test_objects_in_a_pt_are_not_run(tmp_path: Path) -> None:
    marker = tmp_path / "was_run"
    error = refusal(pt(tmp_path, {"x": Payload(str(marker))}))
    assert "weights_only" in error.message
    assert not marker.exists()


@pytest.mark.parametrize("name", ["data.npz", "data.pt"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and then nothing", pickle.dumps([1, 2]), b"\x93NUMPY"])
def test_damaged_files_are_sentences(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert name in refusal(path).message


def test_a_file_cut_short(tmp_path: Path) -> None:
    path = npz(tmp_path, x=PICTURES, y=LABELS)
    path.write_bytes(path.read_bytes()[:-2000])
    assert refusal(path).title == "The data cannot be read"


def test_a_single_array_is_not_understood(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    with path.open("wb") as file:
        np.save(file, PICTURES)
    assert "x_train" in refusal(path).hint


def test_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.npz").title == "The data is not there"


@pytest.mark.parametrize("content", [torch.zeros(3), 7, ["a", "b"], {"model": {"weight": torch.zeros(2, 2)}}])
def test_a_pt_without_data(tmp_path: Path, content: Any) -> None:
    assert refusal(pt(tmp_path, content)).title == "The arrays are not understood"
