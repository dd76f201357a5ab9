"""How places and sides are called."""

from __future__ import annotations

from inspector.comparing.sides import Side
from inspector.comparing.telling import agreeing, form, patterns, places, sides_in_words


def test_places_that_differ_in_numbers_are_one() -> None:
    assert places(f"layers.{number}.fc" for number in range(12)) == "`layers.{i}.fc` (12 of them)"
    assert places(["fc"]) == "`fc`"
    assert places(["a.0.b", "a.0.b"]) == "`a.0.b`"
    assert places(["a", "b", "c", "d", "e"]) == "`a`, `b`, `c` and 2 more"


def test_numbers_in_names_are_gathered_only_where_there_would_be_many() -> None:
    assert patterns(["conv1", "conv2"]) == {"conv1": 1, "conv2": 1}
    assert patterns([f"block{number}.conv" for number in range(5)]) == {"block{i}.conv": 5}


def test_a_number_that_does_not_change_is_shown() -> None:
    assert places(f"layers.{number}.0.fc" for number in range(3)) == "`layers.{i}.0.fc` (3 of them)"


def test_signs_that_stand_for_numbers_are_no_numbers() -> None:
    odd = ["a.\0", "a.1", "\0\0a.\0", "a.#", "x" * 600 + ".1"]
    assert len({form(path) for path in odd}) == len(odd)
    assert sum(patterns(odd).values()) == len(odd)


def test_the_verb_agrees() -> None:
    assert agreeing("{where} is {size}", "{where} are {size}", ["fc"], size=3) == "`fc` is 3"
    assert agreeing("{where} is", "{where} are", ["a.0", "a.1"]) == "`a.{i}` (2 of them) are"


def test_sides_are_called_by_what_they_are() -> None:
    a, b = Side("a.pth", "checkpoint"), Side("b.pth", "checkpoint")
    assert sides_in_words(a, b) == ("a.pth", "b.pth")
    assert sides_in_words(a, a) == ("the first file", "the second file")
    assert sides_in_words(a, Side("resnet18", "model")) == ("the file", "the model")
    assert sides_in_words(Side("", "error"), Side("", "error")) == ("the file", "the model")
    assert "\x1b" not in sides_in_words(Side("\x1b[2J", "checkpoint"), b)[0]
