"""Keys as patterns: few, and never one that covers what is not meant."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.comparing.key_groups import covering


@pytest.mark.parametrize(
    ("chosen", "keys", "patterns"),
    [
        ("a.x", "a.x b.x", ("a.*",)),
        ("a.x a.y", "a.x a.y a.z b", ("a.x", "a.y")),
        ("a.x.1 a.x.2", "a.x.1 a.x.2 a.y b", ("a.x.*",)),
        ("a b", "a b", ("*",)),
        ("", "a b", ()),
        ("l.0.w l.1.w l.2.w l.3.w", "l.0.w l.0.b l.1.w l.1.b l.2.w l.2.b l.3.w l.3.b", ("l.*.w",)),
        ("l.0.w l.1.w l.2.w l.3.w", "l.0.w l.1.w l.2.w l.3.w l.4.w", ("l.0.*", "l.1.*", "l.2.*", "l.3.*")),
    ],
)
def test_patterns_cover_what_is_meant_and_nothing_else(chosen: str, keys: str, patterns: tuple[str, ...]) -> None:
    assert covering(chosen.split(), keys.split()) == patterns


KEYS = st.lists(
    st.lists(st.sampled_from(["a", "b", "0", "1", "12"]), min_size=1, max_size=4).map(".".join), unique=True
)


@given(KEYS, st.data())
def test_every_key_that_is_meant_is_covered_and_no_other(keys: list[str], data: st.DataObject) -> None:
    chosen = [key for key in keys if data.draw(st.booleans())]
    patterns = covering(chosen, keys)
    assert all(any(key == pattern or fnmatchcase(key, pattern) for pattern in patterns) for key in chosen)
    others = set(keys) - set(chosen)
    branches = [pattern for pattern in patterns if pattern.endswith(".*") and "*" not in pattern[:-1]]
    assert not any(fnmatchcase(key, branch) for key in others for branch in branches)
    assert len(patterns) <= len(chosen)
