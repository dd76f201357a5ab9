"""Lists whose numbers mean other items on the other side, though many keys are the same."""

from __future__ import annotations

import pytest

from inspector.comparing.aligning import align
from inspector.comparing.causes import LIKELY
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Shape, Side
from inspector.comparing.steps import Drop, Rename
from tests.comparing.built_models import side as side_of_model
from tests.comparing.built_models import vision


def side(shapes: dict[str, Shape]) -> Side:
    return Side("x", "checkpoint", tuple(Item(key, shape, "float32") for key, shape in shapes.items()))


def layers(numbers: range, lacking: int = -1) -> dict[str, Shape]:
    return {
        f"encoder.layers.{place}.{name}.weight": shape
        for place in numbers
        for name, shape in (("fc1", (32, 8)), ("fc2", (8, 32)), ("norm", (8,)))
        if place != lacking
    } | {"head.weight": (3, 8)}


@pytest.mark.parametrize(("old", "new", "sign"), [(range(1, 13), range(12), "-1"), (range(12), range(1, 13), "+1")])
def test_layers_may_be_numbered_from_one(old: range, new: range, sign: str) -> None:
    a, b = side(layers(old)), side(layers(new))
    (cause,) = align(a, b)
    assert cause.step == Rename((("encoder.layers.{i}.{rest}", f"encoder.layers.{{i{sign}}}.{{rest}}"),))
    assert cause.confidence == LIKELY
    assert cause.undecided
    assert {item.key for item in apply(a, [cause.step]).items} == {item.key for item in b.items}


def test_a_list_that_lacks_an_item_on_each_side_is_not_shifted() -> None:
    assert align(side(layers(range(12), lacking=3)), side(layers(range(12), lacking=8))) == ()


def test_a_list_that_is_shorter_is_not_shifted() -> None:
    assert align(side(layers(range(12))), side(layers(range(6)))) == ()
    assert align(side(layers(range(6))), side(layers(range(12)))) == ()


def test_a_sequential_that_holds_more_is_renumbered() -> None:
    """VGG with and without BatchNorm: most convolutions have the number of another one on the other side."""
    plain, normed = side_of_model(vision("vgg11"), "checkpoint"), side_of_model(vision("vgg11_bn"))
    places = [[item.key for item in each.items if item.shape and len(item.shape) == 4] for each in (plain, normed)]
    for a, b, expected in (
        (plain, normed, dict(zip(places[1], places[0]))),
        (normed, plain, dict(zip(places[0], places[1]))),
    ):
        causes = align(a, b)
        mended = apply(a, [cause.step for cause in causes if cause.step is not None]).by_key()
        assert {new: (mended[new].origins or (new,))[0] for new in expected} == expected
        assert not [key for key, item in mended.items() if key in b.by_key() and item.shape != b.by_key()[key].shape]


def test_what_stands_in_the_way_is_dropped_first() -> None:
    a = side_of_model(vision("vgg11_bn"), "checkpoint")
    causes = align(a, side_of_model(vision("vgg11")))
    assert [type(cause.step) for cause in causes] == [Drop, Rename]
