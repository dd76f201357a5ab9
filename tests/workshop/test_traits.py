"""State_dicts as numbers, and what a checkpoint wants of a model."""

from __future__ import annotations

from inspector.workshop.traits import BLOCKS, KEYS, Wanted, traits, wanted

MODEL = {"layers.0.weight": (4, 3), "layers.1.weight": (5, 4), "head.weight": (2, 5), "head.bias": (2,)}


def test_traits_are_sizes_and_counts() -> None:
    found = traits(MODEL)
    assert found["layers.1.weight", 0] == 5
    assert found["layers.", BLOCKS] == 2
    assert found["layers.#.weight of 2", KEYS] == 2
    assert found["", KEYS] == 4


def test_what_is_left_is_what_load_state_dict_says() -> None:
    checkpoint = {**MODEL, "layers.0.weight": (4, 9), "extra": (1,)}
    assert sorted(Wanted(checkpoint).left({**MODEL, "more": (1,)})) == ["extra", "layers.0.weight", "more"]
    assert Wanted(MODEL).left(MODEL) == []
    assert Wanted(MODEL).misfit(MODEL) == 0


def test_a_mismatched_size_is_nearer_than_a_missing_key() -> None:
    near = {**MODEL, "layers.0.weight": (9, 9)}
    far = {key: shape for key, shape in MODEL.items() if key != "layers.0.weight"}
    assert 0 < Wanted(MODEL).misfit(near) < Wanted(MODEL).misfit(far)


def test_counters_are_only_missed_where_others_are_there() -> None:
    model = {"bn.weight": (3,), "bn.num_batches_tracked": ()}
    assert Wanted({"bn.weight": (3,)}).left(model) == []
    assert Wanted({"bn.weight": (3,), "bn2.num_batches_tracked": ()}).left(model) != []


def test_prefixes_are_taken_off_and_set_before() -> None:
    inside = wanted([(f"module.net.{key}", shape) for key, shape in MODEL.items()], MODEL)
    assert (inside.shapes, inside.beside) == (MODEL, 0)
    outside = wanted(list(MODEL.items()), {f"model.{key}": shape for key, shape in MODEL.items()})
    assert set(outside.shapes) == {f"model.{key}" for key in MODEL}
    apart = wanted([("epoch", None), ("other", (1,)), *((f"net.{key}", shape) for key, shape in MODEL.items())], MODEL)
    assert (apart.shapes, apart.beside) == (MODEL, 1)


def test_a_deeper_checkpoint_keeps_its_names() -> None:
    deeper = {f"layers.{place}.weight": (4, 4) for place in range(12)}
    assert wanted(list(deeper.items()), MODEL).shapes == deeper


def test_a_hundred_thousand_keys_are_no_trouble() -> None:
    many = {f"layers.{place}.{name}.weight": (4, 4) for place in range(10_000) for name in "abcdefghij"}
    assert len(wanted(list(many.items()), MODEL).shapes) == 100_000
