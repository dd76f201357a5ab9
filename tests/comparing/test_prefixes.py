"""What stands before keys, or within them, on one side only."""

from __future__ import annotations

import pytest

from inspector.comparing.aligning import align
from inspector.comparing.causes import CERTAIN, LIKELY
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import AddPrefix, Rename, Step, StripPrefix

NETWORK = {
    f"layer{stage}.{block}.{name}.{leaf}": (8 * stage, 4)
    for stage in range(1, 5)
    for block in range(2)
    for name in ("conv1", "bn1", "conv2")
    for leaf in ("weight", "bias")
} | {"fc.weight": (10, 8), "fc.bias": (10,), "token": (1,)}

Shapes = dict[str, tuple[int, ...]]


def side(shapes: Shapes) -> Side:
    return Side("x", "checkpoint", tuple(Item(key, shape, "float32") for key, shape in shapes.items()))


def under(prefix: str, shapes: Shapes, only: str = "") -> Shapes:
    return {prefix + key if key.startswith(only) else key: shape for key, shape in shapes.items()}


def within(shapes: Shapes, old: str, new: str) -> Shapes:
    return {key.replace(old, new): shape for key, shape in shapes.items()}


@pytest.mark.parametrize(
    ("a", "b", "steps"),
    [
        (under("module.", NETWORK), NETWORK, [StripPrefix("module.")]),
        (NETWORK, under("module._orig_mod.", NETWORK), [AddPrefix("module._orig_mod.")]),
        (under("anything.else.", NETWORK), NETWORK, [StripPrefix("anything.else.")]),
        (under("net.module.", NETWORK), under("net.", NETWORK), [StripPrefix("module.", "net.")]),
        (under("net.", NETWORK), under("net.module.", NETWORK), [AddPrefix("module.", "net.")]),
        (under("model.", NETWORK) | {"loss.weight": (2,)}, NETWORK, [StripPrefix("model.")]),
        (under("backbone.", NETWORK) | {"head.0.weight": (2, 2)}, NETWORK, [StripPrefix("backbone.")]),
        (within(NETWORK, "layer4.", "layer4.module."), NETWORK, [StripPrefix("module.", "layer4.")]),
        (within(NETWORK, "layer4.", "tail.layer4."), NETWORK, [StripPrefix("tail.")]),
        (
            within(NETWORK, ".conv", "._checkpoint_wrapped_module.conv"),
            NETWORK,
            [Rename((("layer{i}.{j}._checkpoint_wrapped_module.{rest}", "layer{i}.{j}.{rest}"),))],
        ),
        (
            NETWORK,
            under("body.", NETWORK, "layer"),
            [Rename((("layer{i}.{rest}", "body.layer{i}.{rest}"),))],
        ),
    ],
)
def test_one_step_brings_the_keys_together(a: Shapes, b: Shapes, steps: list[Step]) -> None:
    causes = align(side(a), side(b))
    assert [cause.step for cause in causes] == steps
    assert {item.key for item in apply(side(a), steps).items}.issuperset(b)
    assert causes[0].confidence == CERTAIN
    assert set(causes[0].keys) == {key for key in (*a, *b) if (key in a) != (key in b) and (key in b or key in a)} - (
        {"loss.weight", "head.0.weight"}
    )


def test_a_wrapper_goes_though_nothing_else_fits() -> None:
    first, *rest = align(side(under("module.", {"q.one": (3, 4)})), side({"z.two.weight": (7, 7, 7)}))
    assert first.step == StripPrefix("module.")
    assert "DataParallel" in first.sentence
    assert not rest


def test_an_averaged_copy_would_do_as_well_and_this_is_said() -> None:
    (cause,) = align(side(under("model.", NETWORK) | under("ema_model.", NETWORK)), side(NETWORK))
    assert cause.step == StripPrefix("model.")
    assert cause.confidence == LIKELY
    assert "ema_model." in cause.undecided[0]


def test_a_key_that_both_have_is_never_run_over() -> None:
    a = {**under("model.", NETWORK), "fc.weight": (10, 8)}
    causes = align(side(a), side(NETWORK))
    mended = apply(side(a), [cause.step for cause in causes if cause.step is not None])
    kept = next(item for item in mended.items if item.key == "fc.weight")
    assert kept.origins == ()


def test_several_parts_may_have_a_prefix_each() -> None:
    a = under("trunk.", NETWORK, "layer")
    a = {("top." + key if key.startswith("fc") else key): shape for key, shape in a.items()}
    steps = [cause.step for cause in align(side(a), side(NETWORK))]
    assert {item.key for item in apply(side(a), [step for step in steps if step is not None]).items} == set(NETWORK)


def test_width_does_not_matter() -> None:
    wider = {key: tuple(2 * size for size in shape) for key, shape in NETWORK.items()}
    (cause,) = align(side(under("module.", NETWORK)), side(wider))
    assert cause.step == StripPrefix("module.")
