"""What steps do to keys, shapes, ties and versions - without a value being read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import (
    AddPrefix,
    Cast,
    Drop,
    Fuse,
    Interpolate,
    KeepInitial,
    Pad,
    Rename,
    Slice,
    Split,
    Squeeze,
    Step,
    StripPrefix,
    Transpose,
    Unsqueeze,
)
from inspector.errors import InspectorError


def side(**shapes: tuple[int, ...] | None) -> Side:
    """A side with these keys, dots written as two underscores."""
    items = (Item(key.replace("__", "."), shape, "float32") for key, shape in shapes.items())
    return Side("a.pth", "checkpoint", tuple(items))


def keys(mended: Side) -> list[str]:
    return [item.key for item in mended.items]


def shapes(mended: Side) -> dict[str, tuple[int, ...] | None]:
    return {item.key: item.shape for item in mended.items}


def test_the_order_of_keys_and_their_origins_are_kept() -> None:
    before = side(module__a=(2,), b=(3,), module__c=(4,))
    mended = apply(before, [StripPrefix("module."), Rename((("c", "d"),)), Transpose(("nothing",))])
    assert keys(mended) == ["a", "b", "d"]
    assert [item.origins for item in mended.items] == [("module.a",), (), ("module.c",)]
    assert mended.items[1] is before.items[1]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (StripPrefix("a."), ["b.c", "b.a.c", "c"]),
        (StripPrefix("a.", "b."), ["a.b.c", "b.c", "c"]),
        (AddPrefix("x."), ["x.a.b.c", "x.b.a.c", "x.c"]),
        (AddPrefix("x.", "b."), ["a.b.c", "b.x.a.c", "c"]),
        (Rename((("{rest}.c", "{rest}.d"), ("c", "e"))), ["a.b.d", "b.a.d", "e"]),
        (Rename((("a.{rest}", "first"), ("a.b.c", "second"))), ["first", "b.a.c", "c"]),
        (Drop(("c", "a.{rest}")), ["b.a.c"]),
    ],
)
def test_keys(step: Step, expected: list[str]) -> None:
    assert keys(apply(side(a__b__c=(1,), b__a__c=(2,), c=(3,)), [step])) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (Transpose(("w",)), (3, 2, 1)),
        (Transpose(("w",), -1, 0), (1, 3, 2)),
        (Squeeze(("w",), (2,)), (2, 3)),
        (Squeeze(("w",), (-1,)), (2, 3)),
        (Unsqueeze(("w",), (0, 4)), (1, 2, 3, 1, 1)),
        (Slice(("w",), 1, 2, 1), (2, 2, 1)),
        (Pad(("w",), -1, 5), (2, 3, 5)),
        (Cast(("w",), "float16"), (2, 3, 1)),
    ],
)
def test_shapes(step: Step, expected: tuple[int, ...]) -> None:
    mended = apply(side(w=(2, 3, 1), other=(7,)), [step])
    assert shapes(mended) == {"w": expected, "other": (7,)}
    assert mended.items[0].origins == ("w",)


@pytest.mark.parametrize("step", [StripPrefix(""), AddPrefix(""), Rename((("{rest}", "{rest}"),)), Slice(("w",), 0, 2)])
def test_a_step_that_changes_nothing_leaves_no_trace(step: Step) -> None:
    before = side(w=(2, 3))
    assert apply(before, [step]) == before


def test_positions() -> None:
    step = Interpolate(("{rest}pos",), (2, 3), (4, 5), 1)
    assert shapes(apply(side(pos=(1, 7, 8), x__pos=(7, 8)), [step])) == {"pos": (1, 21, 8), "x.pos": (21, 8)}


def test_splits_and_fuses_in_every_layer() -> None:
    before = side(l__0__qkv=(6, 2), l__0__o=(2, 2), l__1__qkv=(9, 2))
    split = apply(before, [Split("l.{i}.qkv", ("l.{i}.q", "l.{i}.k", "l.{i}.v"))])
    assert shapes(split) == {
        "l.0.q": (2, 2), "l.0.k": (2, 2), "l.0.v": (2, 2), "l.0.o": (2, 2),
        "l.1.q": (3, 2), "l.1.k": (3, 2), "l.1.v": (3, 2),
    }  # fmt: skip
    fused = apply(split, [Fuse(("l.{i}.q", "l.{i}.k", "l.{i}.v"), "l.{i}.qkv")])
    assert shapes(fused) == shapes(before)
    assert fused.items[0].origins == ("l.0.qkv",) * 3


def test_keeping_initial_needs_the_model_for_what_only_it_has() -> None:
    model = Side("net", "model", (Item("fc.weight", (10, 4), "float32"), Item("fc.bias", (10,), "float32")))
    before = side(fc__weight=(1000, 4), fc__old=(3,), conv=(1,))
    alone = apply(before, [KeepInitial(("fc.{rest}",))])
    assert shapes(alone) == {"fc.weight": None, "fc.old": None, "conv": (1,)}
    assert shapes(apply(before, [KeepInitial(("fc.{rest}",))], model)) == {
        "fc.weight": (10, 4), "conv": (1,), "fc.bias": (10,),
    }  # fmt: skip


def test_shapes_that_an_error_does_not_tell_stay_unknown() -> None:
    steps: list[Step] = [
        Transpose(("a",)), Squeeze(("a",), (1,)), Unsqueeze(("a",), (1,)), Slice(("a",), 0, 1), Pad(("a",), 0, 3),
        Interpolate(("a",), (1, 1), (2, 2)), Cast(("a",), "float16"), Split("a", ("b", "c")), Fuse(("b", "c"), "d"),
    ]  # fmt: skip
    assert shapes(apply(side(a=None), steps)) == {"d": None}


def test_ties_last_as_long_as_both_are_treated_alike() -> None:
    items = tuple(Item(key, (2, 3), "float32", shared="embed") for key in ("embed", "head"))
    tied = Side("a.pth", "checkpoint", items)
    assert [item.shared for item in apply(tied, [AddPrefix("m.")]).items] == ["m.embed", "m.embed"]
    assert [item.shared for item in apply(tied, [Transpose(("{part}",))]).items] == ["embed", "embed"]
    assert [item.shared for item in apply(tied, [Transpose(("head",))]).items] == ["", ""]
    assert [item.shared for item in apply(tied, [Drop(("head",))]).items] == [""]


def test_versions_move_along_with_their_modules() -> None:
    metadata = {"": {"v": 1}, "module": {"v": 2}, "module.bn": {"v": 3}, "module.relu": {"v": 4}}
    before = side(module__bn__weight=(1,), module__bn__bias=(1,))._replace(metadata=metadata)
    assert apply(before, [StripPrefix("module.")]).metadata == {"": {"v": 2}, "bn": {"v": 3}, "module.relu": {"v": 4}}
    renamed = apply(before, [Rename((("module.bn.{rest}", "module.norm.{rest}"),))]).metadata
    assert renamed == {"": {"v": 1}, "module": {"v": 2}, "module.norm": {"v": 3}, "module.relu": {"v": 4}}


MISFITS: list[tuple[Step, str]] = [
    (Transpose(("b",)), "b [3] does not fit the step: it has no dimension 1."),
    (Squeeze(("a",), (0,)), "its dimension 0 is not of size 1"),
    (Unsqueeze(("b",), (5,)), "no dimension can be added to it at place 5"),
    (Slice(("a",), 0, 3), "its dimension 0 has no indices 0 to 2"),
    (Pad(("a",), 1, 2), "its dimension 1 is longer than 2 already"),
    (Split("b", ("x", "y")), "its dimension 0 does not fall into 2 equal parts"),
    (Split("b", ("x", "y"), 0, (1, 1)), "its dimension 0 does not fall into 2 parts of 1, 1"),
    (Fuse(("a", "b"), "c"), "it cannot be joined to a [2, 3]"),
    (Interpolate(("a",), (2, 2), (3, 3)), "it does not hold 0 + 2 x 2 positions"),
    (Rename((("a", "b"),)), "a, b would have one name, b."),
    (Rename((("{part}", "x"),)), "a, b, n would have one name, x."),
    (StripPrefix("m."), "n, m.n would have one name, n."),
    (Split("a", ("b", "c")), "a, b would have one name, b."),
    (Transpose(("n",)), "n is no tensor"),
    (Cast(("q",), "float32"), "q cannot be converted to float32: qint8 is no type of plain numbers."),
]


@pytest.mark.parametrize(("step", "said"), MISFITS, ids=lambda value: str(value)[:60])
def test_a_step_that_makes_no_sense_says_which_key(step: Step, said: str) -> None:
    before = side(a=(2, 3), b=(3,))
    extra = (Item("n", None, role="value"), Item("q", (2,), "qint8"), Item("m.n", (1,), "float32"))
    items = (*before.items, *(item for item in extra if item.key != "q" or isinstance(step, Cast)))
    items = tuple(item for item in items if item.key != "m.n" or isinstance(step, StripPrefix))
    with pytest.raises(InspectorError) as caught:
        apply(before._replace(items=items), [step])
    assert said in caught.value.message


def test_a_file_that_had_a_key_twice_is_not_blamed_on_a_step() -> None:
    twice = side(a=(1,))
    both = twice._replace(items=twice.items * 2)
    assert keys(apply(both, [AddPrefix("m.")])) == ["m.a", "m.a"]


def test_hostile_names_are_said_inertly() -> None:
    evil = "\x1b[31m\u202e" + "x" * 100_000
    with pytest.raises(InspectorError) as caught:
        apply(Side("a", "checkpoint", (Item(evil, (3,), "float32"),)), [Transpose(("{rest}",))])
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 400


@given(st.lists(st.text("ab01.", max_size=6), unique=True), st.text("ab01.", min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_a_prefix_that_is_set_can_be_taken_off_again(names: list[str], prefix: str) -> None:
    before = Side("a", "checkpoint", tuple(Item(name, (1,), "float32") for name in names))
    after = apply(before, [AddPrefix(prefix), StripPrefix(prefix)])
    assert keys(after) == names
