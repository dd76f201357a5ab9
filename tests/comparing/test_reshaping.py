"""Layouts: turned round, and dimensions of size 1; what shapes cannot tell is said."""

from __future__ import annotations

import pytest

from inspector.comparing.aligning import align
from inspector.comparing.causes import CERTAIN, LIKELY
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item, Shape, Side
from inspector.comparing.steps import Fuse, Rename, Split, Squeeze, Step, Transpose, Unsqueeze


def side(shapes: dict[str, Shape]) -> Side:
    return Side("x", "checkpoint", tuple(Item(key, shape, "float32") for key, shape in shapes.items()))


@pytest.mark.parametrize(
    ("old", "new", "step"),
    [
        ((8, 4, 1, 1), (8, 4), Squeeze(("{i}.weight",), (2, 3))),
        ((8, 4), (8, 4, 1, 1), Unsqueeze(("{i}.weight",), (2, 3))),
        ((8, 4, 1), (8, 4), Squeeze(("{i}.weight",), (2,))),
        ((1, 9, 4), (9, 4), Squeeze(("{i}.weight",), (0,))),
        ((8,), (8, 1, 1), Unsqueeze(("{i}.weight",), (1, 2))),
        ((8, 4), (4, 8), Transpose(("{i}.weight",))),
    ],
)
def test_one_step_turns_all_that_are_alike(old: Shape, new: Shape, step: Step) -> None:
    a, b = side({f"{place}.weight": old for place in range(3)}), side({f"{place}.weight": new for place in range(3)})
    (cause,) = align(a, b)
    assert cause.step == step
    assert cause.confidence == CERTAIN
    assert [item.shape for item in apply(a, [step]).items] == [new] * 3


def test_only_those_that_differ_are_turned() -> None:
    a = side({"0.weight": (8, 4), "1.weight": (8, 4), "2.weight": (8, 4)})
    b = side({"0.weight": (4, 8), "1.weight": (8, 4), "2.weight": (4, 8)})
    (cause,) = align(a, b)
    assert cause.step == Transpose(("0.weight", "2.weight"))


def blocks(**shapes: Shape) -> dict[str, Shape]:
    return {f"h.{place}.{name}.weight": shape for place in range(2) for name, shape in shapes.items()}


def test_what_is_turned_round_and_resized_is_seen_by_the_biases() -> None:
    def mlp(width: int, *, turned: bool) -> dict[str, Shape]:
        inner = (4 * width, width)
        weights = {"fc": inner[::-1] if turned else inner, "proj": inner if turned else inner[::-1]}
        shapes = {f"{name}.weight": shape for name, shape in weights.items()}
        return {"norm.weight": (width,), "fc.bias": (4 * width,), "proj.bias": (width,), **shapes}

    (cause,) = align(side(mlp(32, turned=True)), side(mlp(48, turned=False)))
    assert cause.step == Transpose(("fc.weight", "proj.weight"))
    assert cause.confidence == LIKELY
    assert align(side(mlp(32, turned=False)), side(mlp(48, turned=False))) == ()


def test_square_weights_follow_their_siblings_when_these_are_all_turned() -> None:
    clear, square = align(side(blocks(fc=(4, 16), proj=(4, 4))), side(blocks(fc=(16, 4), proj=(4, 4))))
    assert clear.step == Transpose(("h.{i}.fc.weight",))
    assert square.step == Transpose(("h.{i}.proj.weight",))
    assert (clear.confidence, square.confidence) == (CERTAIN, LIKELY)
    assert square.undecided


def test_square_weights_are_undecided_when_their_siblings_disagree() -> None:
    a = side(blocks(fc=(4, 16), gate=(8, 4), proj=(4, 4)))
    clear, square = align(a, side(blocks(fc=(16, 4), gate=(8, 4), proj=(4, 4))))
    assert clear.step == Transpose(("h.{i}.fc.weight",))
    assert square.step is None
    assert square.undecided


def test_equal_elements_say_that_a_square_weight_is_not_turned() -> None:
    shapes = blocks(fc=(4, 16), gate=(8, 4), proj=(4, 4)), blocks(fc=(16, 4), gate=(8, 4), proj=(4, 4))
    (clear,) = align(*map(side, shapes), values=lambda item: item.key if "proj" in item.key else "")
    assert clear.step == Transpose(("h.{i}.fc.weight",))


def test_embeddings_are_not_taken_for_linear_layers() -> None:
    causes = align(side(blocks(fc=(4, 16), wte=(4, 4))), side(blocks(fc=(16, 4), wte=(4, 4))))
    assert [cause.step for cause in causes] == [Transpose(("h.{i}.fc.weight",))]


def gpt2(width: int, layers: int) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {"wte.weight": (100, width), "ln_f.weight": (width,)}
    for place in range(layers):
        shapes[f"h.{place}.ln_1.weight"] = (width,)
        for name, sizes in (
            ("attn.c_attn", (width, 3 * width)),
            ("attn.c_proj", (width, width)),
            ("mlp.c_fc", (width, 4 * width)),
            ("mlp.c_proj", (4 * width, width)),
        ):
            shapes |= {f"h.{place}.{name}.weight": sizes, f"h.{place}.{name}.bias": sizes[1:]}
    return shapes


def linear(width: int, layers: int) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {"tok_emb.weight": (100, width), "norm.weight": (width,)}
    for place in range(layers):
        shapes[f"blocks.{place}.norm1.weight"] = (width,)
        for name, rows, columns in (
            ("attn.q", width, width),
            ("attn.k", width, width),
            ("attn.v", width, width),
            ("attn.out", width, width),
            ("ff.fc1", 4 * width, width),
            ("ff.fc2", width, 4 * width),
        ):
            shapes |= {f"blocks.{place}.{name}.weight": (rows, columns), f"blocks.{place}.{name}.bias": (rows,)}
    return shapes


def test_conv1d_with_fused_queries_becomes_linear_layers_and_back() -> None:
    a, b = side(gpt2(12, 3)), side(linear(12, 3))
    for one, other, kinds in (
        (a, b, [Transpose, Split, Rename, Transpose, Transpose]),
        (b, a, [Fuse, Rename, Transpose, Transpose]),
    ):
        steps = [cause.step for cause in align(one, other) if cause.step is not None]
        assert [type(step) for step in steps] == kinds
        mended = apply(one, steps)
        assert {item.key: item.shape for item in mended.items} == {item.key: item.shape for item in other.items}


def test_keys_and_values_of_fewer_heads_are_cut_by_their_sizes() -> None:
    a = side({f"{place}.attn.qkv_proj.weight": (16, 8) for place in range(3)})
    b = side(
        {f"{place}.attn.{name}_proj.weight": (rows, 8) for place in range(3) for name, rows in zip("qkv", (8, 4, 4))}
    )
    (cause,) = align(a, b)
    assert isinstance(cause.step, Split)
    assert cause.step.sizes == (8, 4, 4)
    (cause,) = align(b, a)
    assert isinstance(cause.step, Fuse)


def test_gates_may_be_fused_beside_queries() -> None:
    parts = {"attn.q_proj": 8, "attn.k_proj": 8, "attn.v_proj": 8, "mlp.gate_proj": 20, "mlp.up_proj": 20}
    a = side({f"layers.{place}.{name}.weight": (rows, 8) for place in range(3) for name, rows in parts.items()})
    wholes = {"attn.qkv_proj": 24, "mlp.gate_up_proj": 40}
    b = side({f"layers.{place}.{name}.weight": (rows, 8) for place in range(3) for name, rows in wholes.items()})
    for one, other, kind in ((a, b, Fuse), (b, a, Split)):
        steps = [cause.step for cause in align(one, other) if cause.step is not None]
        assert [type(step) for step in steps] == [kind, kind]
        mended = apply(one, steps)
        assert {item.key: item.shape for item in mended.items} == {item.key: item.shape for item in other.items}


def test_what_cannot_be_cut_is_left_as_it_is() -> None:
    a = side({f"{place}.attn.qkv.weight": (16, 8) for place in range(3)})
    b = side({f"{place}.attn.{name}.weight": (8, 8) for place in range(3) for name in "qkv"})
    assert not [cause for cause in align(a, b) if cause.step is not None]
