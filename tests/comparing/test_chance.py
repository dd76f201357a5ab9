"""Networks that have nothing to do with each other are not said to be one under two names; resized ones are."""

from __future__ import annotations

import pytest

from inspector.comparing.aligning import align
from inspector.comparing.chance import is_chance
from inspector.comparing.sides import Item
from tests.comparing import other_names
from tests.comparing.built_models import side, vision
from tests.comparing.other_names import Table, renamed

A_HEAD = 12
"""Lines of a stem and a head, which two networks may well have in common."""


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("resnet18", "vgg11"),
        ("mobilenet_v2", "efficientnet_b0"),
        ("mnasnet1_0", "shufflenet_v2_x1_0"),
        ("vit_b_16", "swin_t"),
        ("swin_t", "convnext_tiny"),
        ("densenet121", "resnet18"),
    ],
)
def test_strangers_are_not_taken_for_one_another(a: str, b: str) -> None:
    for ours, theirs in ((a, b), (b, a)):
        causes = align(side(vision(ours), "checkpoint"), side(vision(theirs)))
        assert sum(len(cause.keys) for cause in causes) <= A_HEAD


@pytest.mark.parametrize(
    ("name", "table", "resized", "share"),
    [
        ("vit_b_16", other_names.VIT_TIMM, "vit_l_16", 0.9),
        ("resnet50", other_names.RESNET_HUGGING_FACE, "wide_resnet50_2", 0.9),
        ("swin_t", other_names.SWIN_TIMM, "swin_b", 0.9),
        ("convnext_tiny", other_names.CONVNEXT_TIMM, "convnext_base", 0.6),
    ],
)
def test_a_network_that_was_renamed_and_resized_is_still_one(
    name: str, table: Table, resized: str, share: float
) -> None:
    file = renamed(side(vision(name), "checkpoint"), table).b._replace(kind="checkpoint", modules={})
    model = side(vision(resized))
    there = {item.key for item in model.items}
    unknown = [item.key for item in file.items if item.key not in there]
    explained = {key for cause in align(file, model) for key in cause.keys}
    assert len(explained.intersection(unknown)) >= share * len(unknown)


def pairs(*sizes: tuple[int, int]) -> list[tuple[Item, Item]]:
    return [(Item("a", (old, old)), Item("b", (new, new))) for old, new in sizes]


def test_one_rule_is_no_chance_and_many_are() -> None:
    resized = pairs(*[(64, 96)] * 10, *[(128, 192)] * 10)
    assert not is_chance(resized, 20, 20, strangers=True)
    assert is_chance(resized, 9, 20, strangers=True)
    assert is_chance(pairs(*((64, 90 + number) for number in range(20))), 20, 20, strangers=True)


def test_a_head_that_is_left_over_may_be_matched_alone() -> None:
    assert not is_chance(pairs((1000, 10)), 1, 3, strangers=False)


def test_messages_without_shapes_are_judged_by_how_many_match() -> None:
    unknown = [(Item("a", None), Item("b", None))] * 20
    assert not is_chance(unknown, 20, 20, strangers=True)
    assert is_chance(unknown, 9, 20, strangers=True)
