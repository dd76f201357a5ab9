"""JSON read piece by piece: the same values as the standard library's, in bounded memory, as far as it is sound."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint import json_stream
from inspector.checkpoint.json_stream import JsonStream
from inspector.checkpoint.sources import MemorySource
from inspector.errors import FileError

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def _members(text: bytes) -> dict[str, object]:
    stream = JsonStream(MemorySource(text))
    found = {key: stream.value() for key in stream.members()}
    assert stream.rest_is_blank()
    return found


@given(st.dictionaries(st.text(), _json, max_size=6), st.sampled_from([None, 1]), st.booleans(), st.integers(1, 40))
def test_gives_what_json_gives_whatever_the_window(
    found: dict[str, object], indent: int | None, ascii_only: bool, window: int
) -> None:
    text = json.dumps(found, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_WINDOW", window)
        assert _members(text) == found


def test_a_number_that_stands_across_two_windows_is_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "_WINDOW", 7)
    assert _members(b'{"a": 123456789, "b": 1.5e-3, "c": [10, 20]}') == {"a": 123456789, "b": 1.5e-3, "c": [10, 20]}


def test_what_stands_before_a_flaw_is_given_before_it() -> None:
    stream = JsonStream(MemorySource(b'{"a": 1, "b": {"c": 2}, "d": !}'))
    keys = stream.members()
    found = [(next(keys), stream.value()), (next(keys), stream.value())]
    assert next(keys) == "d"
    with pytest.raises(FileError, match="byte 29") as caught:
        stream.value()
    assert found == [("a", 1), ("b", {"c": 2})]
    assert caught.value.offset == 29


def test_objects_in_objects_can_be_walked_without_being_built() -> None:
    stream = JsonStream(MemorySource(b' { "map" : { "x" : "1", "y" : "2" } , "n" : 3 } '))
    found = {}
    for key in stream.members():
        found[key] = {inner: stream.value() for inner in stream.members()} if key == "map" else stream.value()
    assert found == {"map": {"x": "1", "y": "2"}, "n": 3}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "ends too early"),
        (b"[1]", "'{' is missing"),
        (b'{"a" 1}', "':' is missing"),
        (b'{"a": 1', "ends too early"),
        (b'{"a": "\xff"}', "not UTF-8|unterminated"),
        (b'{1: 2}', "key is not a text"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too long|exceeds"),
    ],
)
def test_a_flaw_is_a_sentence(text: bytes, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        _members(text)


def test_a_value_beyond_the_limit_is_refused() -> None:
    stream = JsonStream(MemorySource(b'{"a": "' + b"x" * 3_000_000 + b'"}'))
    keys = stream.members()
    assert next(keys) == "a"
    with pytest.raises(FileError):
        stream.value(1 << 20)


def test_infinities_are_read_as_python_reads_them() -> None:
    assert _members(b'{"a": Infinity, "b": -Infinity}') == {"a": math.inf, "b": -math.inf}
