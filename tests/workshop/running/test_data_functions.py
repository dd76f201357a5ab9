"""Whatever a function of the user's own returns: data sets, loaders, dicts, arrays, nonsense."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import torch

from inspector.progress import finish
from inspector.workshop.failures import Refusal, failure_of
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running.data import Order
from inspector.workshop.running.datasets import open_data
from inspector.workshop.running.piles import FillingPile, HeldPile, ItemPile
from inspector.workshop.running.streams import StreamPile
from inspector.workshop.running.user_loaders import LoaderPile

HEAD = """
import random
import numpy as np
import torch
from torch.utils.data import *

class Own(Dataset):
    classes = ("even", "odd")
    def __init__(self, count=20, draws=False): self.count, self.draws = count, draws
    def __len__(self): return self.count
    def __getitem__(self, index):
        noise = torch.rand(1) + random.random() + np.random.rand() if self.draws else torch.zeros(1)
        return torch.full((3,), float(index)) + noise.float(), index % 2

class Stream(IterableDataset):
    def __iter__(self):
        for index in range(21): yield torch.full((3,), float(index)) + torch.rand(1) * 0, index % 3

class Plain:
    def __getitem__(self, index):
        if index >= 6: raise IndexError
        return torch.zeros(2), index
    def __len__(self): return 6

T = TensorDataset(torch.arange(30.0).reshape(10, 3), torch.arange(10) % 4)
"""
Opening = Callable[..., Any]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opening:
    """Opens what `make`, with this body, returns."""
    monkeypatch.chdir(tmp_path)  # to import a file changes the folder, the path and the arguments: all come back
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "path_hooks", list(sys.path_hooks))
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    number = iter(range(100))

    def open_(body: str, name: str = "make", **options: Any) -> Any:
        path = tmp_path / f"data_{tmp_path.name}_{next(number)}.py"
        path.write_text(HEAD + dedent(body if "\n" in body else f"def make():\n    {body}"), "utf-8")
        return finish(open_data(DataSource("function", str(path), name, **options)))

    return open_


def refused(opened: Opening, *given: Any, **options: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        opened(*given, **options)
    return caught.value


def labels(pile: Any, order: Order = Order(shuffled=False)) -> list[int]:  # noqa: B008
    return [int(target) for _, targets in pile.batches(4, order) for target in targets]


def everything(pile: Any, order: Order, first: int = 0, workers: int = 0) -> list[torch.Tensor]:
    return [inputs for inputs, _ in pile.batches(4, order, first, workers)]


def counts(data: Any) -> list[int]:
    return [0 if part is None else part.count for part in (data.train, data.validation, data.test)]


def assert_same(ours: list[torch.Tensor], theirs: list[torch.Tensor]) -> None:
    assert len(ours) == len(theirs)
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs))


# What may be returned


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return Own(20)", [18, 2, 2]),
        ("return Own(20), Own(6)", [18, 2, 6]),
        ("return Own(20), Own(5), Own(6)", [20, 5, 6]),
        ("return [Own(20), None, Own(6)]", [18, 2, 6]),
        ("return {'train': Own(20), 'val': Own(5), 'test_set': Own(6)}", [20, 5, 6]),
        ("return DataLoader(Own(20), 5), DataLoader(Own(6), 5)", [20, 6, 6]),
        ("return {'trainloader': DataLoader(Own(20), 5), 'testloader': DataLoader(Own(6), 5)}", [20, 0, 6]),
        ("return Stream()", [21, 0, 0]),
        ("return type('Own', (), {'__iter__': lambda self: ((torch.rand(4, 3), torch.arange(4)) for _ in range(5))})()",
         [20, 0, 0]),
        ("return DataLoader(Stream(), 5)", [21, 0, 0]),
        ("return [Own(3)[n] for n in range(8)]", [7, 1, 1]),
        ("return torch.zeros(10, 3), torch.arange(10) % 2", [9, 1, 1]),
        ("return (torch.zeros(10, 3), torch.arange(10) % 2), (torch.zeros(4, 3), torch.arange(4) % 2)", [9, 1, 4]),
        ("return {'x_train': np.zeros((10, 3)), 'y_train': np.arange(10) % 2}", [9, 1, 1]),
        ("return Plain()", [5, 1, 1]),
        ("return random_split(Own(20), [15, 5])", [13, 2, 5]),
    ],
)  # fmt: skip
def test_what_may_be_returned(opened: Opening, body: str, expected: list[int]) -> None:
    assert counts(opened(body)) == expected


def test_a_class_or_a_data_set_itself_will_do(opened: Opening) -> None:
    assert counts(opened("pass", "Own")) == [18, 2, 2]
    assert counts(opened("pass", "T")) == [9, 1, 1]


def test_a_data_module(opened: Opening) -> None:
    data = opened(
        """
        class make:
            def setup(self, stage): self.count = getattr(self, "count", 0) + 8
            def train_dataloader(self): return DataLoader(Own(self.count), 4)
            def val_dataloader(self): return DataLoader(Own(6), 4)
        """
    )
    assert counts(data) == [16, 6, 6]


@pytest.mark.parametrize(
    ("body", "classes"),
    [
        ("return Own()", ("even", "odd")),
        ("return Subset(Own(), range(6))", ("even", "odd")),
        ("return DataLoader(Subset(Own(), range(6)), 2)", ("even", "odd")),
        ("return T", ("0", "1", "2", "3")),
        ("return Plain()", tuple("012345")),
        ("return DataLoader(Plain(), 2)", tuple("012345")),
        ("return DataLoader(Stream(), 2)", ("0", "1", "2")),
        ("return [(torch.zeros(2), 0.5)] * 4", ()),
        ("return DataLoader([(torch.zeros(2), 0.5)] * 4, 2)", ()),
    ],
)
def test_classes_are_asked_for_or_counted(opened: Opening, body: str, classes: tuple[str, ...]) -> None:
    assert opened(body).classes == classes


def test_dicts_are_samples_too(opened: Opening) -> None:
    data = opened("return [{'label': n % 2, 'id': n, 'pixel_values': torch.full((2,), n)} for n in range(8)]")
    assert len(data.classes) == 2
    assert data.train.shape == (2,)


def test_numbers_to_be_predicted_are_float32(opened: Opening) -> None:
    """A Python float becomes float64 in a plain DataLoader, and the backward pass fails."""
    for body in ("return [(torch.zeros(2), 0.5)] * 4", "return DataLoader([(torch.zeros(2), 0.5)] * 4, 2)"):
        _, targets = next(iter(opened(body, validation=0).train.batches(2, Order())))
        assert targets.dtype == torch.float32


def test_pictures_become_tensors(opened: Opening) -> None:
    data = opened("from PIL import Image; return [(Image.new('L', (6, 5)), n % 2) for n in range(8)]")
    assert data.transforms == ("ToTensor()",)
    assert data.train.shape == (1, 5, 6)


def test_transforms_may_be_added(opened: Opening) -> None:
    data = opened("return [(torch.ones(1, 4, 4), 0)] * 4", transforms=("Normalize((0.5,), (0.5,))",), validation=0)
    assert everything(data.train, Order())[0].unique().tolist() == [1.0]
    data = opened("return DataLoader([(torch.ones(1, 4, 4), 0)] * 4)", transforms=("Normalize((0.5,), (0.1,))",))
    assert any("not applied" in note for note in data.notes)


# Bit for bit, whatever is drawn


KINDS = {
    "data set": ("return Own(22, draws=True)", ItemPile),
    "loader": ("return DataLoader(Own(22, draws=True), 4, shuffle=True, num_workers=2)", LoaderPile),
    "weighted": ("return DataLoader(Own(22, True), 4, sampler=WeightedRandomSampler([1.0] * 22, 30))", LoaderPile),
    "generator": (
        "return DataLoader(Own(22, True), 4, True, generator=torch.Generator().manual_seed(3), drop_last=True)",
        LoaderPile,
    ),
    "collate": (
        "return DataLoader(Own(22, True), 4, True, collate_fn=lambda s: (torch.stack([a for a, _ in s]) +"
        " torch.rand(1), torch.tensor([b for _, b in s])))",
        LoaderPile,
    ),
    "stream": ("return DataLoader(Stream(), 4)", StreamPile),
    "batches": ("return DataLoader(Own(22, True), 1, True, num_workers=0, batch_sampler=None)", LoaderPile),
    "no batching": (
        "return DataLoader([(torch.rand(4, 3), torch.zeros(4)) for _ in range(6)], None, shuffle=True)",
        StreamPile,
    ),
}


@pytest.fixture(params=list(KINDS))
def again(opened: Opening, request: pytest.FixtureRequest) -> Callable[[], Any]:
    """The same data as often as wanted, as in a new process."""
    body, kind = KINDS[request.param]

    def open_again() -> Any:
        pile = opened(body, validation=0).train
        assert type(pile) is kind
        return pile

    return open_again


def test_batches_are_the_same_however_they_are_reached(again: Callable[[], Any]) -> None:
    order = Order(seed=3, epoch=2)
    torch.manual_seed(1)
    whole = everything(again(), order)
    torch.manual_seed(2)
    pile = again()
    assert len(whole) == pile.batch_count(4, order)
    everything(pile, Order(3, 1))
    for first in (0, 1, 3, len(whole)):
        assert_same(everything(pile, order, first), whole[first:])
    assert_same(everything(pile, order, 1, workers=2), whole[1:])


def test_what_is_drawn_meanwhile_does_not_count(again: Callable[[], Any]) -> None:
    import random

    import numpy as np

    pile, order = again(), Order(3, 2)
    quiet, loud = everything(pile, order), []
    for inputs, _ in pile.batches(4, order):
        torch.rand(2), random.random(), np.random.rand()
        loud.append(inputs)
    assert_same(loud, quiet)


def test_the_global_generators_stay_as_they_are(again: Callable[[], Any]) -> None:
    import random

    import numpy as np

    def states() -> Any:
        return torch.get_rng_state().tolist(), random.getstate(), np.random.get_state()[1].tolist()

    before = states()
    pile = again()
    assert states() == before
    for _ in pile.batches(4, Order(1, 1)):
        assert states() == before


@pytest.mark.parametrize("name", ["loader", "collate", "stream", "no batching"])
def test_loaders_are_shared_batch_by_batch(opened: Opening, name: str) -> None:
    pile = opened(KINDS[name][0]).train
    shares = [Order(1, 1, True, (number, 2)) for number in range(2)]
    came = [everything(pile, order) for order in shares]
    assert len(came[0]) == len(came[1]) == pile.batch_count(4, shares[0])
    whole = everything(pile, Order(1, 1))
    assert_same([batch for pair in zip(*came) for batch in pair], whole[: len(whole) // 2 * 2])


@pytest.mark.parametrize("of", [2, 3])
@pytest.mark.parametrize("name", ["loader", "stream"])
def test_loaders_have_nothing_twice_in_an_evaluation(opened: Opening, name: str, of: int) -> None:
    pile = opened(KINDS[name][0]).train
    shares = [Order(shuffled=False, share=(number, of)) for number in range(of)]
    came = [everything(pile, order) for order in shares]
    assert [len(batches) for batches in came] == [pile.batch_count(4, order) for order in shares]
    assert sum(len(batch) for batches in came for batch in batches) == pile.count


def test_a_split_without_a_generator_splits_the_same_way(opened: Opening) -> None:
    """Whatever the state of the global generator is: else samples to validate with were trained on after a resume."""
    body = "return random_split(Own(20), [10, 10])"
    torch.manual_seed(1)
    first = everything(opened(body).test, Order(shuffled=False))
    torch.manual_seed(2)
    assert_same(everything(opened(body).test, Order(shuffled=False)), first)
    other = everything(opened(body, seed=1).test, Order(shuffled=False))
    assert not all(torch.equal(one, two) for one, two in zip(first, other))


# Loaders


def test_a_loader_keeps_its_size_and_its_way_of_putting_together(opened: Opening) -> None:
    data = opened(
        """
        def together(samples):
            inputs, labels = zip(*samples)
            return torch.stack(inputs) * 2, torch.tensor(labels)
        def make(): return DataLoader(Own(10), 3, collate_fn=together)
        """
    )
    batches = everything(data.train, Order())
    assert [len(batch) for batch in batches] == [3, 3, 3, 1]
    assert batches[1][:, 0].tolist() == [6, 8, 10]
    assert data.train.sample(4)[0].tolist() == [8, 8, 8]


def test_a_sampler_of_a_part_is_kept_to(opened: Opening) -> None:
    """As tutorials hold samples back: two samplers over one data set."""
    body = "return [DataLoader(Own(20), 4, sampler=SubsetRandomSampler(n)) for n in ([1, 3, 5, 7, 9], [2, 0])]"
    data = opened(body)
    assert counts(data) == [5, 2, 2]
    assert set(labels(data.train, Order(1, 1))) == {1}
    evaluated = torch.cat(everything(data.validation, Order(shuffled=False)))[:, 0].tolist()
    assert evaluated == [0.0, 2.0]
    assert data.validation.sample(1)[0].tolist() == [2.0] * 3


def test_a_sampler_that_draws_with_weights_is_evaluated_on_all(opened: Opening) -> None:
    body = "return DataLoader(Own(10), 4, sampler=WeightedRandomSampler([1.0] + [0.0] * 9, 30))"
    data = opened(body)
    assert data.train.count == 10
    assert set(torch.cat(everything(data.train, Order(1, 1)))[:, 0].tolist()) == {0.0}
    assert torch.cat(everything(data.train, Order(shuffled=False)))[:, 0].tolist() == list(range(10))


def test_evaluation_has_the_last_samples_too(opened: Opening) -> None:
    data = opened("return DataLoader(Own(10), 4, shuffle=True, drop_last=True)")
    assert data.train.batch_count(4, Order()) == 2
    assert labels(data.train) == [0, 1] * 5


def test_a_sampler_is_told_the_epoch(opened: Opening) -> None:
    data = opened(
        """
        class Turning(Sampler):
            epoch = 0
            def __init__(self): pass
            def __len__(self): return 6
            def set_epoch(self, epoch): self.epoch = epoch
            def __iter__(self): return iter([(n + self.epoch) % 6 for n in range(6)])
        def make(): return DataLoader(Own(6), 6, sampler=Turning())
        """
    )
    assert everything(data.train, Order(0, 2))[0][:, 0].tolist() == [2, 3, 4, 5, 0, 1]


# What is kept


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return T", HeldPile),
        ("return Subset(T, [3, 1, 2])", HeldPile),
        ("from torchvision import datasets, transforms as t; return datasets.FakeData(9, (1, 4, 4), 3, t.ToTensor())",
         FillingPile),
        ("from torchvision import datasets, transforms as t; "
         "return datasets.FakeData(9, (1, 4, 4), 3, t.Compose([t.RandomHorizontalFlip(), t.ToTensor()]))", ItemPile),
        ("return Own(9)", ItemPile),
    ],
)  # fmt: skip
def test_only_what_surely_stays_the_same_is_kept(opened: Opening, body: str, kind: type) -> None:
    assert type(opened(body, validation=0).train) is kind


def test_tensors_are_as_they_were(opened: Opening) -> None:
    data = opened("return Subset(T, [3, 1, 2])", validation=0)
    assert torch.cat(everything(data.train, Order(shuffled=False)))[:, 0].tolist() == [9.0, 3.0, 6.0]
    assert labels(data.train) == [3, 1, 2]


# Nonsense


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("return None", "returned None"),
        ("return 7", "returned a int"),
        ("return 'data'", "returned a str"),
        ("return (n for n in range(3))", "returned a generator"),
        ("return {'a': Own(), 'b': Own()}", "a dict of a, b"),
        ("return [torch.zeros(3)] * 4", "no pair"),
        ("return [(torch.zeros(3), 1, 2)] * 4", "a tuple of 3"),
        ("return [{'a': 1, 'b': 2}] * 4", "has a, b"),
        ("return DataLoader([(torch.zeros(3), 1, 2)] * 4)", "a list of 3"),
        ("return DataLoader([(['a'], 1)] * 4)", "a list, and no tensor"),
        ("return [(object(), 1)] * 4", "object"),
        ("return [(torch.zeros(n + 1), 0) for n in range(4)]", "different shapes"),
        ("return torch.zeros(4, 2), torch.zeros(3)", "not of the same length"),
        ("return DataLoader([], 4)", "has no samples"),
        ("return Own(0)", "has no samples"),
    ],
)
def test_nonsense_is_a_sentence(opened: Opening, body: str, words: str) -> None:
    def use() -> None:
        everything(opened(body, validation=0).train, Order(shuffled=False))

    with pytest.raises(Refusal) as caught:
        use()
    assert words in caught.value.message


def test_what_a_function_raises_names_its_line(opened: Opening) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        opened("return 1 / 0")
    failure = failure_of(caught.value)
    assert failure.code == "return 1 / 0"


@pytest.mark.parametrize("workers", [0, 2])
def test_what_a_sample_raises_comes_out(opened: Opening, workers: int) -> None:
    data = opened(
        """
        class Breaking(Own):
            def __getitem__(self, index):
                if index == 13: raise ValueError("sample 13 is broken")
                return super().__getitem__(index)
        def make(): return Breaking()
        """,
        validation=0,
    )
    with pytest.raises(ValueError, match="sample 13 is broken"):
        everything(data.train, Order(), workers=workers)


def test_a_name_that_does_not_exist_is_perhaps_another(opened: Opening) -> None:
    assert "make" in refused(opened, "return 1", "mak").hint


def test_arguments_that_it_needs_are_named(opened: Opening) -> None:
    assert "root" in refused(opened, "def make(root, size=3):\n    return 1\n").message
