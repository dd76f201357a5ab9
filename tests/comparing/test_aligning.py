"""Which key is which: networks under the names of other libraries, mixed with all that happens to them besides."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
import torch
from torch import nn

from inspector.comparing.aligning import align, aligning
from inspector.comparing.causes import CERTAIN, POSSIBLE, Cause
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import Rename, Split, StripPrefix, Transpose
from inspector.progress import Progress
from tests.comparing import other_names
from tests.comparing.built_models import side, torchvision_models, vision
from tests.comparing.other_names import Renamed, Table, renamed, renamed_state
from tests.comparing.sides_of import side_of, tensor_of

NETWORKS: tuple[tuple[str, Table], ...] = (
    ("vit_b_16", other_names.VIT_TIMM),
    ("vit_b_16", other_names.VIT_HUGGING_FACE),
    ("resnet18", other_names.RESNET_HUGGING_FACE),
    ("resnet50", other_names.RESNET_HUGGING_FACE),
    ("resnet50", other_names.RESNET_BACKBONE),
    ("swin_t", other_names.SWIN_TIMM),
    ("convnext_tiny", other_names.CONVNEXT_TIMM),
    ("vgg11_bn", other_names.VGG_NAMED),
    ("mobilenet_v2", other_names.MOBILENET_TIMM),
)


def named(name: str, table: Table) -> Renamed:
    return renamed(side(vision(name), "checkpoint"), table)


def mended(a: Side, causes: tuple[Cause, ...]) -> Side:
    return apply(a, [cause.step for cause in causes if cause.step is not None])


def judged(case: Renamed) -> tuple[list[str], list[str]]:
    """The keys of b that came of another key than they should, and those that were not found though a has them."""
    after = mended(case.a, align(case.a, case.b)).by_key()
    here = {item.key for item in case.a.items}
    wrong = [
        item.key
        for item in case.b.items
        if item.key in after and (after[item.key].origins or (item.key,)) != case.truth.get(item.key)
    ]
    lacking = [
        item.key
        for item in case.b.items
        if item.key in case.truth and item.key not in after and here.issuperset(case.truth[item.key])
    ]
    return wrong, lacking


@pytest.mark.parametrize(("name", "table"), NETWORKS)
def test_every_key_of_a_renamed_network_is_found(name: str, table: Table) -> None:
    case = named(name, table)
    assert judged(case) == ([], [])
    assert judged(case.reversed()) == ([], [])


def in_alphabet(one: Side) -> Side:
    return one._replace(items=tuple(sorted(one.items)))


def shuffled(one: Side) -> Side:
    items = list(one.items)
    random.Random(1).shuffle(items)
    return one._replace(items=tuple(items))


@pytest.mark.parametrize("order", [in_alphabet, shuffled])
@pytest.mark.parametrize(("name", "table"), NETWORKS[:5])
def test_the_order_of_keys_is_not_needed(name: str, table: Table, order: Callable[[Side], Side]) -> None:
    case = named(name, table).changed(order)
    assert judged(case) == ([], [])
    assert judged(case.reversed()) == ([], [])


ADDED: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("aux.fc.weight", (10, 768)),
    ("pooler.dense.weight", (768, 768)),
    ("aux.fc.bias", (10,)),
    ("pooler.dense.bias", (768,)),
    ("position_ids", (1, 197)),
    ("mask_token", (1, 1, 768)),
    ("step", ()),
    ("projector.0.weight", (512, 64, 1, 1)),
)


def thinned(share: float, seed: int) -> Callable[[Side], Side]:
    """Takes keys away at random, and adds some that belong to nothing on the other side."""
    chance = random.Random(seed)

    def change(one: Side) -> Side:
        kept = [item for item in one.items if chance.random() > share]
        added = [Item(key, shape, "float32") for key, shape in ADDED[seed % 2 :: 2] if chance.random() < 0.7]
        return one._replace(items=(*kept, *added))

    return change


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("name", "table"), NETWORKS[:4])
def test_keys_that_are_dropped_and_added_mislead_nobody(name: str, table: Table, seed: int) -> None:
    whole = named(name, table)
    case = whole.changed(thinned(0.03 * (1 + seed), 2 * seed), thinned(0.03 * (1 + seed), 2 * seed + 1))
    wrong, lacking = judged(case)
    assert not wrong
    assert len(lacking) < 0.05 * len(case.b.items)


def test_heads_and_layers_that_only_one_side_has_are_left_alone() -> None:
    case = named("vit_b_16", other_names.VIT_HUGGING_FACE)

    def without_head(one: Side) -> Side:
        return one._replace(items=tuple(item for item in one.items if not item.key.startswith("heads.")))

    def fewer(one: Side) -> Side:
        return one._replace(items=tuple(item for item in one.items if ".layer.11." not in item.key))

    assert judged(case.changed(without_head, fewer)) == ([], [])


def test_a_network_that_was_renamed_and_widened_is_still_known() -> None:
    case = named("vit_b_16", other_names.VIT_HUGGING_FACE)

    def wider(one: Side) -> Side:
        sizes = {768: 1024, 3072: 4096}
        return one._replace(
            items=tuple(item._replace(shape=tuple(sizes.get(each, each) for each in item.shape)) for item in one.items)
        )

    assert judged(case.changed(lambda one: one, wider)) == ([], [])
    causes = align(case.a, wider(case.b))
    assert [type(cause.step) for cause in causes] == [Split, Rename]


def test_a_prefix_split_queries_and_a_turned_mlp_are_four_steps_at_most() -> None:
    plain = side(vision("vit_b_16"), "checkpoint")
    turned = [
        item._replace(shape=item.shape[::-1]) if ".mlp." in item.key and item.shape else item for item in plain.items
    ]
    a = plain._replace(items=tuple(item._replace(key=f"module.{item.key}") for item in turned))
    b = renamed(plain, ((r"(.*)\.in_proj_", r"\1.{q_proj|k_proj|v_proj}."),)).b
    causes = align(a, b)
    steps = [cause.step for cause in causes if cause.step is not None]
    assert [type(step) for step in steps] == [StripPrefix, Split, Transpose]
    after = apply(a, steps).by_key()
    assert {key: item.shape for key, item in after.items()} == {item.key: item.shape for item in b.items}
    assert any("out_proj" in cause.sentence and cause.undecided for cause in causes), "a square weight is not decided"


def test_renames_are_told_in_few_rules() -> None:
    def rules(name: str, table: Table) -> int:
        case = named(name, table)
        return sum(len(cause.step.rules) for cause in align(case.a, case.b) if isinstance(cause.step, Rename))

    assert rules("resnet50", other_names.RESNET_HUGGING_FACE) <= 8
    assert rules("vit_b_16", other_names.VIT_TIMM) <= 10
    assert rules("swin_t", other_names.SWIN_TIMM) <= 20


def test_what_fits_has_no_cause() -> None:
    a = side(vision("resnet18"), "checkpoint")
    assert align(a, side(vision("resnet18"))) == ()
    assert align(a._replace(items=()), a) == ()
    assert align(a, a._replace(items=())) == ()


def test_it_can_be_left_at_any_word() -> None:
    case = named("resnet18", other_names.RESNET_HUGGING_FACE)
    assert isinstance(next(aligning(case.a, case.b)), Progress)


# -- the values arrive where they belong ---------------------------------------------------------------


def small_vit() -> nn.Module:
    torch.manual_seed(0)
    transformer = torchvision_models().VisionTransformer
    return transformer(image_size=16, patch_size=8, num_layers=3, num_heads=2, hidden_dim=24, mlp_dim=48, num_classes=5)


@pytest.mark.parametrize("table", [other_names.VIT_TIMM, other_names.VIT_HUGGING_FACE])
def test_a_renamed_transformer_loads_and_says_the_same(table: Table) -> None:
    """The file has the other library's names and a prefix, the model those of torchvision."""
    model, fresh = small_vit().eval(), small_vit().eval()
    state = renamed_state(model.state_dict(), table)
    a = side_of({f"module.{key}": value for key, value in state.items()})
    after = mended(a, align(a, side(fresh)))
    with torch.no_grad():
        for parameter in fresh.parameters():
            parameter.zero_()
        fresh.load_state_dict({item.key: tensor_of(item) for item in after.items}, strict=True)
        images = torch.rand(2, 3, 16, 16)
        assert torch.equal(model(images), fresh(images))


def test_a_renamed_resnet_loads_and_says_the_same() -> None:
    torch.manual_seed(0)
    build = torchvision_models().resnet18
    model, fresh = build(num_classes=7).eval(), build(num_classes=7).eval()
    a = side_of(dict(sorted(renamed_state(model.state_dict(), other_names.RESNET_HUGGING_FACE).items())))
    after = mended(a, align(a, side(fresh)))
    with torch.no_grad():
        fresh.load_state_dict({item.key: tensor_of(item) for item in after.items}, strict=True)
        images = torch.rand(1, 3, 32, 32)
        assert torch.equal(model(images), fresh(images))


# -- what names and shapes cannot tell -------------------------------------------------------------------


def nameless() -> tuple[Side, Side, dict[str, str]]:
    """Layers of one shape under names that mean nothing, shuffled; and a word for the elements of each."""
    names = [first + second for first in "bcdfg" for second in "xyzw"]
    others = [f"{name[::-1]}p" for name in names]
    elements = {f"{name}.weight": name for name in names} | {f"{other}.weight": other[1::-1] for other in others}
    random.Random(3).shuffle(others)
    a, b = (
        Side("x", "checkpoint", tuple(Item(f"{each}.weight", (8, 8), "float32") for each in listed))
        for listed in (names, others)
    )
    return a, b, elements


def test_layers_that_nothing_tells_apart_are_said_to_be_undecided() -> None:
    a, b, _ = nameless()
    (cause,) = align(a, b)
    assert cause.confidence == POSSIBLE
    assert "as well" in cause.undecided[0]


def test_equal_elements_decide_what_names_and_shapes_cannot() -> None:
    a, b, elements = nameless()
    causes = align(a, b, values=lambda item: elements[item.key])
    assert [cause.confidence for cause in causes] == [CERTAIN]
    after = mended(a, causes)
    assert all(elements[item.key] == elements[item.origins[0]] for item in after.items)
    assert {item.key for item in after.items} == {item.key for item in b.items}


def test_elements_are_not_read_where_names_decide() -> None:
    case = named("vit_b_16", other_names.VIT_TIMM)

    def values(item: Item) -> str:
        raise AssertionError(f"{item.key} was read")

    assert align(case.a, case.b, values=values) == align(case.a, case.b)


# -- names that nobody gave in good faith ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a" * 100_000 + "{}", "b" * 100_000 + "{}"),
        ("a." * 300_000 + "{}", "b." * 300_000 + "{}"),
        ("1" * 100_000 + ".{}", "2" * 100_000 + ".{}"),
        (".".join(map(str, range(300))) + ".{}", "x." + ".".join(map(str, range(300))) + ".{}"),
        ("a{{i}}.(w+)*[^.].{}", "b{{{{rest}}}}.$.{}"),
        ("層\n\x1b[31m.{}", "слой\0.{}"),
        ("...{}..", "..{}..."),
    ],
)
def test_hostile_names_are_compared_like_others(old: str, new: str) -> None:
    sides = [
        Side("x", "checkpoint", tuple(Item(text.format(f"{place}.w"), (8, place), "float32") for place in range(20)))
        for text in (old, new)
    ]
    for a, b in (sides, sides[::-1]):
        causes = align(a, b)
        mended(a, causes)
        assert all(cause.sentence.isprintable() and len(cause.sentence) < 1000 for cause in causes)


def test_many_names_without_any_pattern_end_soon() -> None:
    chance = random.Random(0)
    a, b = (
        Side("x", "checkpoint", tuple(Item(f"{chance.random():.17f}"[2:] + letter, (8, 8)) for _ in range(3000)))
        for letter in "xy"
    )
    mended(a, align(a, b))


def test_names_alone_will_do_when_a_message_says_no_shapes() -> None:
    case = named("resnet18", other_names.RESNET_BACKBONE)

    def shapeless(one: Side) -> Side:
        return one._replace(kind="error", items=tuple(Item(item.key, None) for item in one.items))

    assert judged(case.changed(shapeless))[0] == []
