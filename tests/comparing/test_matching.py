"""Many patterns at once find what they find one by one."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.comparing.matching import Matcher
from inspector.comparing.templates import literal, template

pieces = st.sampled_from(["{i}", "{j}", "{part}", "{part2}", "{rest}", ".", "a", "b", "0", "12", "a1", "{{", "\n", "ü"])
patterns = st.lists(st.lists(pieces, max_size=5).map("".join), max_size=8)
keys = st.lists(st.sampled_from([".", "a", "b", "0", "1", "12", "a1", "{", "\n", "ü"]), max_size=6).map("".join)


@given(patterns, keys)
@settings(max_examples=500, deadline=None)
def test_the_first_pattern_that_matches_is_found(given_patterns: list[str], key: str) -> None:
    one_by_one = ((place, template(each).match(key)) for place, each in enumerate(given_patterns))
    expected = next(((place, slots) for place, slots in one_by_one if slots is not None), None)
    assert Matcher(given_patterns).first(key) == expected


def test_keys_that_are_patterns_themselves_are_found_at_once() -> None:
    names = [f"layer.{number}.{{odd}}" for number in range(20_000)]
    matcher = Matcher([literal(name) for name in names])
    assert matcher.first("layer.19999.{odd}") == (19999, {})
    assert matcher.first("layer.20000.{odd}") is None
