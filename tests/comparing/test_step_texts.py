"""Steps survive the way through text, a shell and JSON; what is not understood says what was meant."""

from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.comparing import steps as kinds
from inspector.comparing.step_texts import VERBS, as_record, as_text, of_record, parse
from inspector.comparing.step_words import as_words
from inspector.comparing.steps import Step
from inspector.comparing.templates import literal
from inspector.errors import QueryError

WRITTEN = [
    (kinds.StripPrefix("module."), "strip-prefix module."),
    (kinds.StripPrefix("module.", "encoder."), "strip-prefix module. under encoder."),
    (kinds.AddPrefix("net."), "add-prefix net."),
    (kinds.Rename((("a.{i}.{rest}", "b.{i+1}.{rest}"),)), "rename a.{i}.{rest} b.{i+1}.{rest}"),
    (kinds.Rename((("a", "b"), ("b", "a"))), "rename a b b a"),
    (kinds.Drop(("fc.{rest}", "with a blank")), 'drop fc.{rest} "with a blank"'),
    (kinds.KeepInitial(("dim",)), 'keep-initial "dim"'),
    (kinds.Transpose(("fc.weight",)), "transpose fc.weight"),
    (kinds.Transpose(("fc.weight",), 1, 2), "transpose fc.weight dim 1 with 2"),
    (kinds.Squeeze(("conv.weight",), (2, 3)), "squeeze conv.weight dims 2 3"),
    (kinds.Unsqueeze(("conv.weight",), (2, 3)), "unsqueeze conv.weight dims 2 3"),
    (kinds.Split("{rest}.qkv", ("{rest}.q", "{rest}.k")), "split {rest}.qkv into {rest}.q {rest}.k"),
    (kinds.Split("x", ("a", "b"), 1, (3, 5)), "split x into a b dim 1 sizes 3 5"),
    (kinds.Fuse(("q", "k"), "qk"), "fuse q k into qk"),
    (kinds.Slice(("w",), 0, 10), "slice w dim 0 size 10"),
    (kinds.Slice(("w",), 0, 10, 5), "slice w dim 0 size 10 start 5"),
    (kinds.Pad(("w",), -1, 10), "pad w dim -1 size 10"),
    (kinds.Interpolate(("pos",), (14, 14), (24, 24), 1), "interpolate pos from 14x14 to 24x24 extra 1"),
    (kinds.Cast(("{rest}",), "bfloat16"), "cast {rest} to bfloat16"),
]
"""Every kind of step and how it is spelt."""


@pytest.mark.parametrize(("step", "text"), WRITTEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_step_is_spelt_as_the_grammar_says(step: Step, text: str) -> None:
    assert as_text(step) == text
    assert parse(text) == step
    assert of_record(json.loads(json.dumps(as_record(step)))) == step


def test_every_kind_of_step_is_spelt() -> None:
    assert {text.split()[0] for _, text in WRITTEN} == set(VERBS)
    assert {type(step) for step, _ in WRITTEN} == set(kinds.Step.__args__)


slots = st.sampled_from(["{i}", "{j}", "{part}", "{rest}", "."])
names = st.text() | st.sampled_from(["dim", "into", "sizes", "'", '"', "\\", "\n", " ", "\x1b[31m", "\ud800", "{", ""])
patterns = st.lists(slots | names.map(literal), max_size=5).map("".join)
literals = names.map(literal)
many = st.lists(patterns, min_size=1, max_size=4).map(tuple)
dim = st.integers(-5, 5)
size = st.integers(0, 2**31)
dims = st.lists(dim, max_size=4).map(tuple)
grid = st.tuples(st.integers(1, 99), st.integers(1, 99))
any_step = st.one_of(
    st.builds(kinds.StripPrefix, names, names),
    st.builds(kinds.AddPrefix, names, names),
    st.builds(kinds.Rename, st.lists(st.tuples(patterns, literals), min_size=1, max_size=4).map(tuple)),
    st.builds(kinds.Drop, many),
    st.builds(kinds.KeepInitial, many),
    st.builds(kinds.Transpose, many, dim, dim),
    st.builds(kinds.Squeeze, many, dims),
    st.builds(kinds.Unsqueeze, many, dims),
    st.builds(kinds.Split, patterns, st.lists(literals, min_size=1).map(tuple), dim, dims),
    st.builds(kinds.Fuse, many, literals, dim),
    st.builds(kinds.Slice, many, dim, size, size),
    st.builds(kinds.Pad, many, dim, size),
    st.builds(kinds.Interpolate, many, grid, grid, size),
    st.builds(kinds.Cast, many, st.sampled_from(["float16", "float8_e4m3fn"])),
)


@given(any_step)
@settings(max_examples=300, deadline=None)
def test_any_step_comes_back_from_its_text(step: Step) -> None:
    text = as_text(step)
    assert text.isprintable()
    assert parse(text) == step
    assert parse(shlex.split(shlex.quote(text))[0]) == step
    assert of_record(json.loads(json.dumps(as_record(step)))) == step
    assert as_words(step, 3).isprintable()


@given(st.text() | st.tuples(st.sampled_from(VERBS), st.text()).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_step_or_is_refused_with_a_sentence(text: str) -> None:
    try:
        step = parse(text)
    except QueryError as refusal:
        said = refusal.message
    else:
        said = as_text(step)
        assert parse(said) == step
    assert said.isprintable()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
fields = st.sampled_from(["patterns", "prefix", "rules", "dim", "sizes", "old", "new", "dtype"])


@given(
    json_values
    | st.builds(lambda verb, rest: {"step": verb, **rest}, st.sampled_from(VERBS), st.dictionaries(fields, json_values))
)
@settings(max_examples=80, deadline=None)
def test_any_record_is_a_step_or_is_refused(record: object) -> None:
    try:
        step = of_record(record)
    except QueryError:
        return
    assert of_record(as_record(step)) == step


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty line"),
        ("strip-prefx module.", "Did you mean 'strip-prefix'?"),
        ("drop", "should be patterns of keys"),
        ("rename a b c", "pairs of patterns"),
        ("rename a {rest}", "not in what is to be renamed"),
        ("drop {rst}", "no slot"),
        ('drop "open', "quote is not closed"),
        ("drop a dim 3", "The keyword 'dim' is not one of 'drop'"),
        ("slice a dim 0 dim 1 size 3", "'dim' is twice in this 'slice'"),
        ("slice a dim x size 3", "After 'slice dim' there should be a whole number, not x."),
        ("slice a dim 0", "There is no 'size' for 'slice'"),
        ("cast a to flaot16", "Did you mean 'float16'?"),
        ("interpolate a from 14 to 24x24", "a grid such as 14x14"),
        ("pad a dim 0 size 99999999999999999", "a whole number"),
    ],
)
def test_what_is_not_understood_says_what_was_meant(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=r".") as caught:
        parse(text)
    assert said in str(caught.value)


def test_single_quotes_are_taken_as_they_are() -> None:
    assert parse(r"drop 'a\n b' 'dim'") == kinds.Drop((r"a\n b", "dim"))


def test_words_for_people_show_patterns_and_counts() -> None:
    assert as_words(kinds.StripPrefix("module."), 320) == "take `module.` off 320 keys"
    assert (
        as_words(kinds.Slice(("fc.weight",), 0, 10), 1) == "keep indices 0 to 9 of dimension 0 of `fc.weight` (1 key)"
    )
