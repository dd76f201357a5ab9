"""Rules rename what was meant, and nothing else, whatever the keys are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inspector.comparing.matching import Matcher
from inspector.comparing.renaming import Rule, patterns, rules
from inspector.comparing.templates import template


def renamed(keys: list[str], made: tuple[Rule, ...]) -> dict[str, str]:
    first = Matcher([old for old, _ in made]).first
    found = {key: first(key) for key in keys}
    return {key: template(made[each[0]][1]).fill(each[1]) if each else key for key, each in found.items()}


def test_numbers_become_slots_with_their_shift() -> None:
    pairs = [
        (f"layer{stage}.{block}.conv{place}.weight", f"stages.{stage - 1}.{block}.layer.{place - 1}.convolution.weight")
        for stage in range(1, 5)
        for block in range(3)
        for place in (1, 2)
    ]
    made = rules(pairs, [old for old, _ in pairs], [new for _, new in pairs])
    assert made == (("layer{i}.{j}.conv{k}.{rest}", "stages.{i-1}.{j}.layer.{k-1}.convolution.{rest}"),)


def test_numbers_that_follow_no_shift_have_a_rule_each() -> None:
    pairs = [
        (f"features.{old}.{leaf}", f"features.{new}.{leaf}") for old, new in ((0, 0), (2, 3), (5, 7)) for leaf in "wb"
    ]
    made = rules(pairs, [old for old, _ in pairs], [new for _, new in pairs])
    assert made == (("features.2.{rest}", "features.3.{rest}"), ("features.5.{rest}", "features.7.{rest}"))


def test_the_narrower_rule_comes_first() -> None:
    pairs = [("a.norm.w", "b.norm.w"), ("a.fc.w", "b.linear.w")]
    assert rules(pairs, ["a.norm.w", "a.fc.w"], []) == (("a.fc.{rest}", "b.linear.{rest}"), ("a.{rest}", "b.{rest}"))


def test_a_joined_leaf_is_a_piece_of_a_segment() -> None:
    pairs = [
        (f"{place}.attn.in_proj_{leaf}", f"b.{place}.qkv.{leaf}") for place in range(3) for leaf in ("weight", "bias")
    ]
    made = rules(pairs, [old for old, _ in pairs], [])
    assert made == (("{i}.attn.in_proj_{part}", "b.{i}.qkv.{part}"),)


def test_a_key_that_both_sides_have_keeps_its_name() -> None:
    pairs = [("x.weight", "vit.x.weight"), ("y.weight", "vit.y.weight")]
    made = rules(pairs, ["x.weight", "y.weight", "z.weight"], ["vit.x.weight", "vit.y.weight", "z.weight"])
    assert renamed(["x.weight", "y.weight", "z.weight"], made) == {**dict(pairs), "z.weight": "z.weight"}


def test_layers_that_only_the_file_has_are_renamed_along() -> None:
    pairs = [(f"layers.{place}.weight", f"blocks.{place}.weight") for place in range(3)]
    made = rules(pairs, [f"layers.{place}.weight" for place in range(5)], [new for _, new in pairs])
    assert renamed(["layers.4.weight"], made) == {"layers.4.weight": "blocks.4.weight"}


def test_more_numbers_than_there_are_slots_are_told_one_by_one() -> None:
    old = [".".join(f"a{(place >> bit) & 1}" for bit in range(8)) + ".w" for place in range(0, 256, 5)]
    pairs = [(key, key.replace("a", "b").replace(".w", ".v")) for key in old]
    assert renamed(old, rules(pairs, old, [])) == dict(pairs)
    assert all(Matcher(patterns(old[:9], old)).matches(key) == (key in old[:9]) for key in old)


KEYS = st.lists(
    st.sampled_from(["a", "b1", "b2", "10", "0", "w_weight", "weight", "{i}", "ä.", "\0", "007", ""]),
    min_size=1,
    max_size=5,
).map(".".join)


@given(st.lists(st.tuples(KEYS, KEYS), unique_by=(lambda pair: pair[0], lambda pair: pair[1])), st.lists(KEYS))
def test_rules_say_the_same_as_the_pairs(pairs: list[Rule], others: list[str]) -> None:
    meant = {old: new for old, new in pairs if old != new}
    bystanders = [key for key in others if key not in dict(pairs) and key not in set(meant.values())]
    keys = [*dict(pairs), *dict.fromkeys(bystanders)]
    there = {*meant.values(), *bystanders}
    done = renamed(keys, rules(pairs, keys, there))
    assert {key: done[key] for key in meant} == meant
    assert all(done[key] == key for key in bystanders)


@given(st.sets(KEYS), st.sets(KEYS))
def test_patterns_match_those_chosen_and_no_others(chosen: set[str], others: set[str]) -> None:
    matches = Matcher(patterns(sorted(chosen), [*chosen, *others])).matches
    assert {key for key in chosen | others if matches(key)} == chosen
