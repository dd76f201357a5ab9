"""The search language: what is understood, and how what is not is answered."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.querying import glob_pattern, parse
from inspector.errors import QueryError


def terms(text: str) -> list[list[tuple[object, ...]]]:
    return [[(term.field, term.operator, term.operand, term.negated) for term in each] for each in parse(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Weight", ("name", ":", "weight", False)),
        ("*.Weight", ("name", "~", "*.weight", False)),
        ("-bias", ("name", ":", "bias", True)),
        ('"nan or inf"', ("name", ":", "nan or inf", False)),
        ('"*', ("name", ":", "*", False)),
        ("name:nan", ("name", ":", "nan", False)),
        ("name!=nan", ("name", ":", "nan", True)),
        ("NaN", ("nan", "", None, False)),
        ("-shared", ("shared", "", None, True)),
        ("shape:512", ("shape", ":", 512, False)),
        ("shape:512x784", ("shape", "=", (512, 784), False)),
        ("shape:512×784", ("shape", "=", (512, 784), False)),
        ("shape:[512, 784]", ("shape", "=", (512, 784), False)),
        ("shape:(512,)", ("shape", "=", (512,), False)),
        ("shape:[]", ("shape", "=", (), False)),
        ("shape:*x784", ("shape", "=", (None, 784), False)),
        ("dims:4", ("dims", "=", 4, False)),
        ("dims!=4", ("dims", "!=", 4, False)),
        ("dtype:bf16", ("dtype", "=", "bfloat16", False)),
        ("dtype:torch.half", ("dtype", "=", "float16", False)),
        ("dtype:fp8", ("dtype", ":", "float8", False)),
        ("dtype:<u5", ("dtype", ":", "<u5", False)),
        ("size>1MB", ("size", ">", 10**6, False)),
        ("size>=1.5MiB", ("size", ">=", 1.5 * 2**20, False)),
        ("size:>1,000", ("size", ">", 1000, False)),
        ("params>=1e6", ("params", ">=", 10**6, False)),
        ("params<10k", ("params", "<", 10_000, False)),
        ("-size<1kb", ("size", "<", 1000, True)),
        ("mean<-0.5", ("mean", "<", -0.5, False)),
        ("type:Linear", ("type", ":", "linear", False)),
        ('value:"Adam W"', ("value", ":", "adam w", False)),
    ],
)
def test_a_word_is_one_term(text: str, expected: tuple[object, ...]) -> None:
    assert terms(text) == [[expected]]


def test_words_together_all_hold_and_or_parts_alternatives() -> None:
    assert [[term[2] for term in each] for each in terms("a b OR -c  or")] == [["a", "b"], ["c"]]
    assert parse("  ") == parse("or -") == ()


@pytest.mark.parametrize(
    ("text", "named", "hint"),
    [
        ("weight shpae:512", "shpae:512", "Did you mean 'shape'?"),
        ("sise>1MB", "sise>1MB", "Did you mean 'size'?"),
        ("kernel:0", "kernel:0", 'Put it in quotes to look for it in names: "kernel:0".'),
        ("dtype:flaot32", "dtype:flaot32", "Did you mean 'float32'?"),
        ("shape:12x", "shape:12x", "shape:512x784"),
        ("shape:big", "shape:big", "shape:[512,784]"),
        ("size>1XB", "size>1XB", "size>1.5MB"),
        ("dims:", "'dims:' does not say", ""),
        ("size>", "'size>' does not say", ""),
        ("dtype>3", "dtype is not a number", "dtype:..."),
        ("l.{0-99999999}", "l.{0-99999999}", ""),
    ],
)
def test_what_is_not_understood_is_named_and_perhaps_meant_otherwise(text: str, named: str, hint: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(text)
    assert named in raised.value.message
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("glob", "yes", "no"),
    [
        ("*.weight", ["a.weight", "a.b.weight", "a.weight.original0"], ["weight", "a.weights"]),
        ("layer?", ["layer1", "layer1.0.bias"], ["layer10", "xlayer1"]),
        ("l.[0-2].*", ["l.0.w", "l.2.a.b"], ["l.3.w", "l.0"]),
        ("l.[!0].w", ["l.1.w"], ["l.0.w"]),
        ("l.{0-2,x}.w", ["l.0.w", "l.2.w", "l.x.w"], ["l.3.w", "l.02.w"]),
        ("a*b*c", ["abc", "axxbyyc", "abc.c"], ["acb", "abcd"]),
        ("**", ["", "a.b"], []),
        ("[", ["["], ["a"]),
        ("a{", ["a{"], ["a"]),
        ("[]-a]", ["]", "a", "_"], ["b", "-"]),
        ("[z-a]", ["z", "a"], ["m", "-"]),
        ("a.c", ["a.c"], ["abc"]),
    ],
)
def test_globs(glob: str, yes: list[str], no: list[str]) -> None:
    pattern = glob_pattern(glob)
    assert [key for key in yes if not pattern.fullmatch(key)] == []
    assert [key for key in no if pattern.fullmatch(key)] == []


def test_no_glob_takes_long() -> None:
    assert not glob_pattern("*a" * 40 + "*b").fullmatch("a" * 20_000)
    assert not glob_pattern("*.*.*.*.*.*x").fullmatch("." * 20_000)


@given(
    st.text(st.sampled_from('ab019 "-:<>=!*?[]{},.xorsizeshapedtype\n\x00\ud800ſK'), max_size=40) | st.text(max_size=40)
)
def test_whatever_is_typed_is_understood_or_a_query_error(text: str) -> None:
    with suppress(QueryError):
        parse(text)
