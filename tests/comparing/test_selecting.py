"""The fewest patterns for some keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.comparing.matching import Matcher
from inspector.comparing.selecting import forms, selecting

PARTS = st.sampled_from(["layers", "0", "1", "12", "bias", "{i}", "", "٣", "a1"])
KEYS = st.lists(st.lists(PARTS, min_size=1, max_size=5).map(".".join), unique=True)


def test_numbers_become_slots_where_nothing_else_is_meant() -> None:
    keys = [f"layers.{number}.{leaf}" for number in range(3) for leaf in ("weight", "bias")]
    biases = [key for key in keys if key.endswith("bias")]
    assert selecting(biases, forms(keys)) == ("layers.{i}.bias",)
    assert selecting(biases[1:], forms(keys)) == ("layers.1.bias", "layers.2.bias")


def test_a_number_that_is_always_the_same_stays() -> None:
    keys = [f"layers.{number}.0.weight" for number in range(3)]
    assert selecting(keys, forms(keys)) == ("layers.{i}.0.weight",)


def test_braces_in_keys_are_no_slots() -> None:
    assert selecting(["{i}.weight"], forms(["{i}.weight"])) == ("{{i}}.weight",)


@given(KEYS, st.data())
def test_what_is_selected_is_matched_and_nothing_else(keys: list[str], data: st.DataObject) -> None:
    chosen = [key for key in keys if data.draw(st.booleans())]
    matches = Matcher(selecting(chosen, forms(keys))).matches
    assert [key for key in keys if matches(key)] == chosen
