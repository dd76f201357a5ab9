"""Data sets of torchvision, read by its own code from files as their makers write them."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import struct
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import torch

from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running.data import Order
from inspector.workshop.running.datasets import open_data
from inspector.workshop.running.piles import HeldPile, ItemPile
from inspector.workshop.torchvision_schemas import load

load()
from torchvision import datasets, transforms  # type: ignore[import-untyped]  # noqa: E402

TRAIN, TEST = 70, 20
HALF = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])


def opened(source: DataSource) -> Any:
    return finish(open_data(source))


def refusal(source: DataSource) -> Refusal:
    with pytest.raises(Refusal) as caught:
        opened(source)
    return caught.value


def idx(array: Any) -> bytes:
    """An array of bytes in the format of MNIST: two zeros, the type (8: bytes), how many dimensions, their sizes."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def write_idx(folder: Path, name: str = "FashionMNIST", parts: tuple[str, str] = ("train", "t10k")) -> Path:
    """The four files of such a set below `folder`; gives the folder of the files."""
    random = np.random.default_rng(5)
    raw = folder / name / "raw"
    raw.mkdir(parents=True)
    for part, count in zip(parts, (TRAIN, TEST)):
        raw.joinpath(f"{part}-images-idx3-ubyte").write_bytes(idx(random.integers(0, 256, (count, 28, 28))))
        raw.joinpath(f"{part}-labels-idx1-ubyte").write_bytes(idx(random.integers(0, 10, count)))
    return raw


# FashionMNIST


def test_fashion_mnist_is_read_by_torchvisions_own_code(tmp_path: Path) -> None:
    write_idx(tmp_path)
    data = opened(DataSource("torchvision", str(tmp_path), "FashionMNIST", validation=0))
    theirs = datasets.FashionMNIST(str(tmp_path), train=True, transform=HALF)
    assert data.train.count == TRAIN
    assert data.transforms == ("ToTensor()", "Normalize((0.5,), (0.5,))")
    assert data.classes[:2] == ("T-shirt/top", "Trouser")
    for index in range(TRAIN):
        inputs, target = data.train.sample(index)
        assert torch.equal(inputs, theirs[index][0])
        assert int(target) == theirs[index][1]


def test_a_set_that_fits_is_kept_in_memory(tmp_path: Path) -> None:
    write_idx(tmp_path)
    data = opened(DataSource("torchvision", str(tmp_path), "FashionMNIST"))
    assert isinstance(data.train, HeldPile)
    assert (data.train.count, data.validation.count, data.test.count) == (63, 7, TEST)
    assert data.train.nbytes == 63 * 28 * 28 * 4
    assert any("7 of 70 samples are held back" in note for note in data.notes)


@pytest.mark.parametrize("below", ["FashionMNIST", "FashionMNIST/raw"])
def test_the_folder_of_the_files_will_do(tmp_path: Path, below: str) -> None:
    write_idx(tmp_path)
    data = opened(DataSource("torchvision", str(tmp_path / below), "FashionMNIST"))
    assert data.notes[0] == f"Read from {tmp_path}."


def test_without_a_folder_the_current_one_is_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_idx(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    assert opened(DataSource("torchvision", "", "FashionMNIST")).notes[0] == f"Read from {tmp_path / 'data'}."


def test_what_is_not_there_is_said_and_not_fetched(tmp_path: Path) -> None:
    error = refusal(DataSource("torchvision", str(tmp_path), "FashionMNIST"))
    assert error.title == "The data is not there"
    assert str(tmp_path) in error.message
    assert "--download" in error.hint
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_it_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    error = refusal(DataSource("torchvision", "", "KMNIST"))
    assert str(tmp_path / "data") in error.message
    assert str(tmp_path / "cache" / "checkpoint-inspector" / "data") in error.message


def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the packed files of FashionMNIST alone, and their checksums made known to torchvision."""
    raw = write_idx(tmp_path)
    known = []
    for path in sorted(raw.iterdir()):
        content = gzip.compress(path.read_bytes())
        path.with_name(f"{path.name}.gz").write_bytes(content)
        path.unlink()
        known.append((f"{path.name}.gz", hashlib.md5(content).hexdigest()))
    monkeypatch.setattr(datasets.FashionMNIST, "resources", known)
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", ["http://127.0.0.1:9/"])
    return raw


def test_packed_files_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed(tmp_path, monkeypatch)
    assert "t10k-images-idx3-ubyte.gz" in refusal(DataSource("torchvision", str(tmp_path), "FashionMNIST")).hint


def test_fetching_unpacks_what_is_there_with_the_right_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed(tmp_path, monkeypatch)
    data = opened(DataSource("torchvision", str(tmp_path), "FashionMNIST", download=True))
    assert data.test.count == TEST
    assert f"Fetched into {tmp_path}." in data.notes


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address under which it is served."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    """Says nothing of what it serves."""

    def log_message(self, *arguments: object) -> None:
        pass


def test_what_was_asked_for_is_fetched_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mirror: tuple[Path, str]
) -> None:
    raw = packed(tmp_path / "elsewhere", monkeypatch)
    for path in raw.iterdir():
        path.rename(mirror[0] / path.name)
    monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [mirror[1]])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    source = DataSource("torchvision", "", "FashionMNIST")
    assert refusal(source).title == "The data is not there"
    assert not (tmp_path / "cache").exists()
    own = tmp_path / "cache" / "checkpoint-inspector" / "data"
    assert f"Fetched into {own}." in opened(source._replace(download=True)).notes
    found = opened(source)
    assert (found.train.count, found.test.count) == (63, TEST)
    assert f"Read from {own}." in found.notes


def test_what_cannot_be_fetched_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = packed(tmp_path, monkeypatch)
    raw.joinpath("train-images-idx3-ubyte.gz").write_bytes(b"something else")
    error = refusal(DataSource("torchvision", str(tmp_path), "FashionMNIST", download=True))
    assert error.title == "The data could not be fetched"
    assert str(tmp_path) in error.message


def test_a_file_that_is_cut_short_is_said(tmp_path: Path) -> None:
    images = write_idx(tmp_path) / "train-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-100])
    error = refusal(DataSource("torchvision", str(tmp_path), "FashionMNIST"))
    assert error.title == "The data cannot be read"
    assert str(tmp_path) in error.message


def test_more_pictures_than_labels_is_said(tmp_path: Path) -> None:
    raw = write_idx(tmp_path)
    raw.joinpath("train-labels-idx1-ubyte").write_bytes(idx(np.zeros(3)))
    assert "70 pictures and 3 labels" in refusal(DataSource("torchvision", str(tmp_path), "FashionMNIST")).message


def test_a_name_that_does_not_exist_is_perhaps_another() -> None:
    assert "FashionMNIST" in refusal(DataSource("torchvision", "", "FashionMnistt")).hint


def test_a_set_that_needs_more_than_a_folder_says_what(tmp_path: Path) -> None:
    assert "annFile" in refusal(DataSource("torchvision", str(tmp_path), "CocoDetection")).message


# Others of its kind


def test_emnist_takes_its_split_from_the_name(tmp_path: Path) -> None:
    write_idx(tmp_path, "EMNIST", parts=("emnist-letters-train", "emnist-letters-test"))
    data = opened(DataSource("torchvision", str(tmp_path), "EMNIST_letters"))
    assert len(data.classes) == 27
    assert not any("split" in note for note in data.notes)
    assert data.test.count == TEST


def test_emnist_alone_says_which_split_it_is(tmp_path: Path) -> None:
    write_idx(tmp_path, "EMNIST", parts=("emnist-balanced-train", "emnist-balanced-test"))
    assert any("balanced" in note for note in opened(DataSource("torchvision", str(tmp_path), "EMNIST")).notes)


def test_a_split_that_emnist_does_not_have_is_said(tmp_path: Path) -> None:
    assert "letters" in refusal(DataSource("torchvision", str(tmp_path), "EMNIST_capitals")).message


def test_drawn_by_torchvision_itself() -> None:
    """FakeData has neither files nor parts: a part is held back, and that is tested on as well."""
    source = DataSource("torchvision", "", "FakeData", transforms=("Resize(8)", "ToTensor()"), validation=0.25)
    data = opened(source)
    assert (data.train.count, data.validation.count) == (750, 250)
    assert data.test is data.validation
    assert len(data.classes) == 10
    assert any("tested on" in note for note in data.notes)


@pytest.mark.parametrize("name", sorted({*datasets.__all__} - {"FakeData"}))
def test_no_set_takes_an_empty_folder_for_its_own_or_leaves_anything_there(name: str, tmp_path: Path) -> None:
    with pytest.raises((Refusal, ImportError)):
        opened(DataSource("torchvision", str(tmp_path), name))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_beside_the_files_is_not_taken_for_theirs(tmp_path: Path) -> None:
    write_idx(tmp_path)
    (tmp_path / "other").mkdir()
    assert refusal(DataSource("torchvision", str(tmp_path / "other"), "FashionMNIST")).title == "The data is not there"


def test_a_folder_that_does_not_exist_is_not_made(tmp_path: Path) -> None:
    assert refusal(DataSource("torchvision", str(tmp_path / "none"), "Caltech101")).title == "The data is not there"
    assert list(tmp_path.iterdir()) == []


# Sets that take `split`


def test_channels_that_lie_in_front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STL10 keeps them so, and gives them out last."""
    random = np.random.default_rng(7)
    below = tmp_path / "stl10_binary"
    below.mkdir()

    def write(name: str, content: Any) -> list[str]:
        below.joinpath(name).write_bytes(content.astype(np.uint8).tobytes())
        return [name, hashlib.md5(below.joinpath(name).read_bytes()).hexdigest()]

    def pair(part: str, count: int) -> list[list[str]]:
        pictures = write(f"{part}_X.bin", random.integers(0, 256, (count, 3, 96, 96)))
        return [pictures, write(f"{part}_y.bin", 1 + np.arange(count) % 10)]

    monkeypatch.setattr(datasets.STL10, "train_list", pair("train", 12))
    monkeypatch.setattr(datasets.STL10, "test_list", pair("test", 5))
    below.joinpath("class_names.txt").write_text("\n".join("abcdefghij"))
    data = opened(DataSource("torchvision", str(tmp_path), "STL10", validation=0))
    theirs = datasets.STL10(str(tmp_path), transform=transforms.ToTensor())
    assert isinstance(data.train, HeldPile)
    assert data.classes == tuple("abcdefghij")
    assert (data.train.count, data.test.count) == (12, 5)
    for index in range(12):
        inputs, target = data.train.sample(index)
        assert torch.equal(inputs, (theirs[index][0] - 0.5) / 0.5)
        assert int(target) == theirs[index][1]


def test_pictures_in_files_of_three_parts(tmp_path: Path) -> None:
    """DTD: a file for each picture, of different sizes, and a validation set of its own."""
    from PIL import Image

    root = tmp_path / "dtd" / "dtd"
    (root / "labels").mkdir(parents=True)
    for part, count in (("train", 5), ("val", 2), ("test", 3)):
        names = [f"{name}/{part}{number}.jpg" for name in ("banded", "dotted") for number in range(count)]
        (root / "labels" / f"{part}1.txt").write_text("\n".join(names))
        for number, name in enumerate(names):
            (root / "images" / name).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (30 + number, 40), (number, 0, 0)).save(root / "images" / name)
    data = opened(DataSource("torchvision", str(tmp_path), "DTD"))
    assert [part.count for part in (data.train, data.validation, data.test)] == [10, 4, 6]
    assert data.classes == ("banded", "dotted")
    assert data.transforms[:2] == ("Resize(256)", "CenterCrop(224)")
    inputs, targets = next(iter(data.train.batches(10, Order(shuffled=False))))
    assert inputs.shape == (10, 3, 224, 224)
    assert targets.tolist() == [0] * 5 + [1] * 5


# CIFAR10


def write_cifar(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its batches, written as its makers did, and their checksums made known to torchvision."""
    random = np.random.default_rng(6)
    below = folder / "cifar-10-batches-py"
    below.mkdir(parents=True)

    def write(name: str, content: dict[str, Any]) -> list[str]:
        pickled = pickle.dumps(content, 2)
        below.joinpath(name).write_bytes(pickled)
        return [name, hashlib.md5(pickled).hexdigest()]

    def batch(count: int) -> dict[str, Any]:
        pixels = random.integers(0, 256, (count, 3072), np.uint8)
        return {"data": pixels, "labels": random.integers(0, 10, count).tolist()}

    monkeypatch.setattr(datasets.CIFAR10, "train_list", [write(f"data_batch_{n}", batch(12)) for n in range(1, 6)])
    monkeypatch.setattr(datasets.CIFAR10, "test_list", [write("test_batch", batch(15))])
    names = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    file, md5 = write("batches.meta", {"label_names": names})
    monkeypatch.setattr(datasets.CIFAR10, "meta", {"filename": file, "key": "label_names", "md5": md5})


def test_cifar_is_read_by_torchvisions_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_cifar(tmp_path, monkeypatch)
    data = opened(DataSource("torchvision", str(tmp_path), "CIFAR10", validation=0))
    assert data.transforms == ("ToTensor()", "Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))")
    assert data.classes[3] == "cat"
    assert isinstance(data.train, HeldPile)
    assert (data.train.shape, data.train.count, data.test.count) == ((3, 32, 32), 60, 15)
    normal = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,) * 3, (0.5,) * 3)])
    theirs = datasets.CIFAR10(str(tmp_path), train=True, transform=normal)
    for index in range(60):
        inputs, target = data.train.sample(index)
        assert torch.equal(inputs, theirs[index][0])
        assert int(target) == theirs[index][1]


def test_a_batch_that_was_changed_is_not_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """torchvision looks at the checksum first, and here it stays at that."""
    write_cifar(tmp_path, monkeypatch)
    tmp_path.joinpath("cifar-10-batches-py", "data_batch_2").write_bytes(b"cos\nsystem\n(S'touch was_run'\ntR.")
    monkeypatch.chdir(tmp_path)
    assert "not whole" in refusal(DataSource("torchvision", str(tmp_path), "CIFAR10")).message
    assert not tmp_path.joinpath("was_run").exists()


# Against the plain way


def plainly(folder: Path, size: int, order: Order) -> list[Any]:
    """The batches of torchvision's set and torch's DataLoader, in the same order."""
    numbers = torch.randperm(TRAIN, generator=torch.Generator().manual_seed(seed_of(order))).tolist()
    theirs = datasets.FashionMNIST(str(folder), train=True, transform=HALF)
    return list(torch.utils.data.DataLoader(theirs, size, sampler=numbers))


def seed_of(order: Order) -> int:
    from inspector.workshop.running.orders import mixed

    return mixed(order.seed, order.epoch)


@pytest.mark.parametrize("crop", [False, True], ids=["kept", "one by one"])
def test_batches_are_those_of_the_plain_way_bit_for_bit(tmp_path: Path, crop: bool) -> None:
    write_idx(tmp_path)
    # What draws is not kept; a crop to the whole picture draws and changes nothing.
    augmentation = ("RandomCrop(28)",) if crop else ()
    source = DataSource("torchvision", str(tmp_path), "FashionMNIST", augmentation=augmentation, validation=0)
    train = opened(source).train
    assert isinstance(train, ItemPile if crop else HeldPile)
    order = Order(seed=3, epoch=2)
    ours, theirs = list(train.batches(16, order)), plainly(tmp_path, 16, order)
    assert len(ours) == len(theirs) == train.batch_count(16, order) == 5
    for (inputs, targets), (plain_inputs, plain_targets) in zip(ours, theirs):
        assert (inputs.dtype, targets.dtype) == (plain_inputs.dtype, plain_targets.dtype)
        assert torch.equal(inputs, plain_inputs)
        assert torch.equal(targets, plain_targets)
