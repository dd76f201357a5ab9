"""Batches depend on seed, epoch and place alone: not on the way to them, nor on who loads them."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inspector.progress import finish
from inspector.workshop.failures import Refusal
from inspector.workshop.run_requests import DataSource
from inspector.workshop.running.data import Order
from inspector.workshop.running.datasets import open_data
from inspector.workshop.running.keeping import Kept, piled
from inspector.workshop.running.orders import mixed, ordered, permutation
from inspector.workshop.running.piles import FillingPile, HeldPile, ItemPile, Pile
from inspector.workshop.running.samples import of_arrays
from inspector.workshop.running.transforms import parsed

COUNT = 45
SIZE = 8
SHIFTED = ("RandomCrop(8, padding=2)", "ColorJitter(brightness=0.5)")


def drawn() -> Any:
    """Pictures that are all different, and their numbers as targets."""
    pictures = np.random.default_rng(1).integers(0, 256, (COUNT, 8, 8), np.uint8)
    return of_arrays(torch.from_numpy(pictures), torch.arange(COUNT))


def pile(kind: str) -> Any:
    """The three kinds of piles, of the same samples."""
    first = parsed(SHIFTED if kind == "made anew" else ())
    # Resize makes that they cannot be transformed all at once; to their own size it changes nothing.
    steps = parsed(("ToTensor()",) if kind == "held" else ("Resize(8)", "ToTensor()"))
    made = finish(piled(drawn(), Kept(steps, first, 10**9)))
    assert type(made) is {"held": HeldPile, "filling": FillingPile, "made anew": ItemPile}[kind]
    return made


KINDS = ["held", "filling", "made anew"]


@pytest.fixture(params=KINDS)
def each(request: pytest.FixtureRequest) -> Pile:
    return pile(request.param)


def listed(batches: Any) -> list[tuple[torch.Tensor, Any]]:
    return list(batches)


def assert_same(ours: Any, theirs: Any) -> None:
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs):
        assert torch.equal(one[0], other[0])
        assert torch.equal(one[1], other[1])


# Wherever one enters


def test_an_epoch_can_be_entered_at_any_batch(each: Pile) -> None:
    order = Order(seed=4, epoch=3)
    whole = listed(each.batches(SIZE, order))
    assert len(whole) == each.batch_count(SIZE, order) == 6
    for first in range(7):
        assert_same(listed(each.batches(SIZE, order, first)), whole[first:])


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_the_same_in_a_new_process(kind: str) -> None:
    """As after a kill: another object, another history of random numbers."""
    order = Order(seed=4, epoch=3)
    torch.manual_seed(1)
    before = listed(pile(kind).batches(SIZE, order))
    torch.manual_seed(2)
    random.random()
    again = pile(kind)
    listed(again.batches(SIZE, Order(seed=4, epoch=2)))
    assert_same(listed(again.batches(SIZE, order, 2)), before[2:])


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_the_same_with_any_number_of_workers(kind: str, workers: int) -> None:
    order = Order(seed=1, epoch=1)
    alone = listed(pile(kind).batches(SIZE, order, 1))
    assert_same(listed(pile(kind).batches(SIZE, order, 1, workers)), alone)


def test_an_epoch_that_is_left_leaves_no_worker(each: Pile) -> None:
    """The fixture that looks for processes fails otherwise."""
    batches = each.batches(SIZE, Order(), 0, 2)
    next(iter(batches))
    del batches


def test_the_epoch_and_the_seed_decide_the_order(each: Pile) -> None:
    orders = [Order(seed, epoch) for seed in (0, 1) for epoch in (1, 2)]
    seen = {tuple(torch.cat([targets for _, targets in each.batches(SIZE, order)]).tolist()) for order in orders}
    assert len(seen) == 4


def test_every_sample_comes_once(each: Pile) -> None:
    for order in (Order(3, 5), Order(shuffled=False)):
        came = torch.cat([targets for _, targets in each.batches(SIZE, order)])
        assert sorted(came.tolist()) == list(range(COUNT))


def test_without_shuffling_they_come_as_they_lie(each: Pile) -> None:
    inputs = torch.cat([inputs for inputs, _ in each.batches(SIZE, Order(shuffled=False))])
    for index in range(COUNT):
        assert int(each.sample(index)[1]) == index
        if not isinstance(each, ItemPile) or each.in_memory:
            assert torch.equal(each.sample(index)[0], inputs[index])


def test_all_piles_give_the_same_where_nothing_is_drawn() -> None:
    order = Order(7, 7)
    assert_same(listed(pile("held").batches(SIZE, order)), listed(pile("filling").batches(SIZE, order)))


def test_dtypes_that_numpy_does_not_have_are_held_too() -> None:
    inputs = torch.arange(20.0).reshape(10, 2).to(torch.bfloat16)
    held = HeldPile(inputs, torch.arange(10))
    came, targets = next(held.batches(10, Order(1, 1)))
    assert came.dtype == torch.bfloat16
    assert torch.equal(came, inputs[targets])


def test_what_is_filled_is_not_made_twice() -> None:
    filling = pile("filling")
    first = listed(filling.batches(SIZE, Order(0, 1)))
    filling._fetch = None
    again = listed(filling.batches(SIZE, Order(0, 1)))
    assert_same(again, first)


def test_augmentation_differs_from_epoch_to_epoch_and_from_sample_to_sample() -> None:
    anew = pile("made anew")

    def by_number(epoch: int) -> list[torch.Tensor]:
        inputs, targets = next(iter(anew.batches(COUNT, Order(0, epoch))))
        return list(inputs[targets.argsort()])

    assert sum(torch.equal(one, other) for one, other in zip(by_number(1), by_number(2))) < COUNT / 5


def test_a_model_that_works_in_place_does_not_change_what_is_kept(each: Pile) -> None:
    for order in (Order(1, 1), Order(shuffled=False)):
        before = [inputs.clone() for inputs, _ in each.batches(SIZE, order)]
        for inputs, _ in each.batches(SIZE, order):
            inputs.zero_()
        after = [inputs for inputs, _ in each.batches(SIZE, order)]
        assert all(torch.equal(one, other) for one, other in zip(before, after))
    kept = each.sample(0)[0].clone()
    each.sample(0)[0].zero_()
    if each.in_memory:
        assert torch.equal(each.sample(0)[0], kept)


# Nobody else's random numbers


def states() -> list[Any]:
    python, numpy = random.getstate(), np.random.get_state()
    return [torch.get_rng_state().tolist(), python, numpy[1].tolist(), numpy[2:]]


@pytest.mark.parametrize("workers", [0, 2])
def test_the_global_generators_stay_as_they_are(each: Pile, workers: int) -> None:
    before = states()
    for _ in each.batches(SIZE, Order(1, 1), 0, workers):
        assert states() == before
    each.sample(3)
    assert states() == before


def test_opening_data_leaves_the_generators_as_they_are() -> None:
    before = states()
    finish(open_data(DataSource(size=100, augmentation=SHIFTED[:1])))
    assert states() == before


def test_what_is_drawn_meanwhile_does_not_count(each: Pile) -> None:
    order = Order(2, 2)
    quiet = listed(each.batches(SIZE, order))
    loud = []
    for batch in each.batches(SIZE, order):
        torch.rand(3)
        random.random()
        np.random.rand()
        loud.append(batch)
    assert_same(loud, quiet)


# Shares


@pytest.mark.parametrize("of", [2, 3, 7])
def test_shares_cover_everything(each: Pile, of: int) -> None:
    """To train on, as torch's DistributedSampler: the first samples of the epoch are had twice, so that all have as
    many batches."""
    shares = [Order(5, 2, True, (number, of)) for number in range(of)]
    came = [listed(each.batches(SIZE, order)) for order in shares]
    assert len({len(batches) for batches in came}) == 1
    assert all(len(batches) == each.batch_count(SIZE, order) for batches, order in zip(came, shares))
    counts = Counter(int(target) for batches in came for _, targets in batches for target in targets)
    assert set(counts) == set(range(COUNT))
    assert sum(counts.values()) == -(-COUNT // of) * of


@pytest.mark.parametrize("of", [2, 3, 7, 50])
def test_shares_of_an_evaluation_have_nothing_twice(each: Pile, of: int) -> None:
    shares = [Order(shuffled=False, share=(number, of)) for number in range(of)]
    came = [listed(each.batches(SIZE, order)) for order in shares]
    assert all(len(batches) == each.batch_count(SIZE, order) for batches, order in zip(came, shares))
    targets = [int(target) for batches in came for _, targets in batches for target in targets]
    assert sorted(targets) == list(range(COUNT))


def test_a_share_is_what_the_distributed_sampler_gives() -> None:
    from torch.utils.data.distributed import DistributedSampler

    for number in range(4):
        theirs = DistributedSampler(range(COUNT), 4, number, shuffle=False)  # type: ignore[arg-type]
        whole = ordered(COUNT, Order(9, 9))
        mine = ordered(COUNT, Order(9, 9, True, (number, 4)))
        assert mine.tolist() == [int(whole[place]) for place in theirs]


def test_fewer_samples_than_processes_are_trained_on_all_the_same() -> None:
    assert [ordered(2, Order(0, 0, True, (number, 5))).tolist() for number in range(5)] == [
        [int(ordered(2, Order())[number % 2])] for number in range(5)
    ]


# Seeds


def test_neighbouring_seeds_give_unrelated_orders() -> None:
    orders = {tuple(permutation(20, seed, epoch).tolist()) for seed in range(20) for epoch in range(20)}
    assert len(orders) == 400
    assert mixed(1, 2) != mixed(2, 1)
    assert 0 <= mixed(-1, 2**70) < 2**64


# Drawn shapes


def test_drawn_shapes_are_the_same_each_time_and_depend_on_the_seed() -> None:
    one, two, other = (finish(open_data(DataSource(size=60, seed=seed))) for seed in (1, 1, 2))
    assert torch.equal(one.train.inputs, two.train.inputs)
    assert not torch.equal(one.train.inputs, other.train.inputs)


def test_drawn_shapes_have_ten_classes_in_three_parts() -> None:
    data = finish(open_data(DataSource()))
    assert [part.count for part in (data.train, data.validation, data.test)] == [4000, 500, 1000]
    assert data.train.shape == (1, 28, 28)
    assert data.train.in_memory
    assert torch.bincount(data.train.targets).tolist() == [400] * 10
    assert len(data.classes) == 10
    inputs = data.train.inputs
    assert (float(inputs.min()), float(inputs.max())) == (0.0, 1.0)
    for part, other in ((data.train, data.validation), (data.validation, data.test)):
        assert not torch.equal(part.inputs[:500], other.inputs[:500])


@pytest.mark.parametrize("size", [-1, 10**9])
def test_a_number_that_cannot_be_drawn_is_refused(size: int) -> None:
    with pytest.raises(Refusal, match="cannot be drawn"):
        finish(open_data(DataSource(size=size)))


@pytest.mark.parametrize("seed", [-7, 2**70])
def test_any_seed_will_do(seed: int) -> None:
    assert finish(open_data(DataSource(size=20, seed=seed))).train.count == 20


def test_one_sample_is_enough() -> None:
    data = finish(open_data(DataSource(size=1)))
    assert [part.count for part in (data.train, data.validation, data.test)] == [1, 1, 1]


def test_the_sample_checkpoint_goes_on_at_its_stored_loss(samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was trained on these pictures, kept as floats: only rounding to bytes lies between."""
    monkeypatch.syspath_prepend(samples)
    import networks

    saved = torch.load(samples / "fashion_classifier.pt", weights_only=True)
    model = networks.FashionClassifier().eval()
    model.load_state_dict(saved["state_dict"])
    data = finish(open_data(DataSource()))
    with torch.inference_mode():
        loss = torch.nn.functional.cross_entropy(model(data.validation.inputs), data.validation.targets).item()
        right = (model(data.test.inputs).argmax(1) == data.test.targets).float().mean().item()
    assert loss == pytest.approx(saved["valid_loss_min"], abs=0.002)
    assert right > 0.9
