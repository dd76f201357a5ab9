"""What there is to turn in a call, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.workshop.knobs import INT, Arguments, Knob, knobs, may_be_list, read, turn
from inspector.workshop.requests import Argument, Signature
from inspector.workshop.starting import first_calls, guesses

NOTHING = Signature((), "")


def named(arguments: Arguments, *fixed: str) -> list[str]:
    return [str(knob) for knob in knobs(NOTHING, arguments, fixed)]


def turned(arguments: Arguments, name: str, to: object) -> Any:
    (knob,) = [knob for knob in knobs(NOTHING, arguments) if str(knob) == name]
    return turn(arguments, knob, to, NOTHING)


def test_every_number_and_switch_has_a_knob() -> None:
    numbers: Arguments = {"width": 8, "ratio": 0.5, "bias": True, "hidden": [4, 5]}
    arguments = {**numbers, "act": "relu", "scale": float("nan")}
    assert named(arguments) == ["width", "ratio", "bias", "the length of hidden", "hidden[0]", "hidden[1]"]
    assert named(arguments, "hidden", "bias") == ["width", "ratio"]


def test_lists_within_lists_and_dicts_are_turned_within() -> None:
    arguments: Arguments = {"config": {"stages": [[16, 1], [32, 2]], "classes": 10}}
    assert "config['stages'][1][0]" in named(arguments)
    assert turned(arguments, "config['stages'][1][0]", 64) == {"config": {"stages": [[16, 1], [64, 2]], "classes": 10}}
    longer = turned(arguments, "the length of config['stages']", 3)
    assert longer == {"config": {"stages": [[16, 1], [32, 2], [32, 2]], "classes": 10}}
    assert arguments == {"config": {"stages": [[16, 1], [32, 2]], "classes": 10}}


def test_tuples_stay_tuples() -> None:
    assert turned({"features": (8, 16)}, "features[1]", 9) == {"features": (8, 9)}
    assert turned({"features": (8, 16)}, "the length of features", 1) == {"features": (8,)}
    assert turned({"size": (28, 28)}, "all of size", 64) == {"size": (64, 64)}


def test_lists_of_equal_length_change_together() -> None:
    arguments: Arguments = {"depths": [2, 2, 6], "heads": [3, 6, 12]}
    assert named(arguments)[0] == "the length of depths and heads"
    assert turned(arguments, "the length of depths and heads", 4) == {"depths": [2, 2, 6, 6], "heads": [3, 6, 12, 12]}


def test_defaults_are_turned_without_being_changed() -> None:
    signature = Signature((Argument("hidden", "list[int]", False, [8, 16]), Argument("rank", "int | None", False)), "")
    knob = Knob(("hidden", 0), INT)
    assert read({}, knob, signature) == 8
    assert turn({}, knob, 9, signature) == {"hidden": [9, 16]}
    assert signature.arguments[0].default == [8, 16]
    assert Knob(("rank",), INT) in knobs(signature, {})


@pytest.mark.parametrize("name", ["hidden_layers", "layers", "channels", "block_sizes", "depths", "hidden"])
def test_names_that_lists_have(name: str) -> None:
    assert may_be_list(name)


@pytest.mark.parametrize("name", ["num_layers", "n_layers", "in_features", "out_channels", "hidden_dim", "max_len"])
def test_names_that_numbers_have(name: str) -> None:
    assert not may_be_list(name)


def test_a_first_call_has_everything_that_is_required() -> None:
    signature = Signature(
        (
            Argument("inputs", "", True),
            Argument("hidden_layers", "", True),
            Argument("kind", "str", True, choices=("a", "b")),
            Argument("bias", "bool", False, True),
        ),
        "",
    )
    calls = list(first_calls(signature, {"inputs": 7}))
    assert calls[0] == {"inputs": 7, "hidden_layers": [16, 16], "kind": "a"}
    assert {"inputs": 7, "hidden_layers": [16, 16], "kind": "b"} in calls
    assert list(first_calls(signature, {"inputs": 1, "hidden_layers": [], "kind": "a"})) == [
        {"inputs": 1, "hidden_layers": [], "kind": "a"}
    ]


def test_of_many_required_arguments_each_is_guessed_anew() -> None:
    """The first of many as well as the last: any of them may be the list that is taken for a number."""
    names = [f"{letter}_layers" for letter in "abcdefghij"]
    calls = list(first_calls(Signature(tuple(Argument(name, "", True) for name in names), ""), {}))
    alone = [[name for name in names if isinstance(call[name], int)] for call in calls]
    assert all([name] in alone for name in names)


@pytest.mark.parametrize(
    ("name", "type_", "first"),
    [("p", "float", 0.1), ("num_heads", "int", 4), ("bias", "bool", False), ("layers", "list[int]", [2, 2]),
     ("hidden_dims", "", [16, 16]), ("num_layers", "", 2), ("num_classes", "", 10), ("x", "", 64)],
)  # fmt: skip
def test_guesses_follow_type_and_name(name: str, type_: str, first: object) -> None:
    assert guesses(Argument(name, type_, True))[0] == first
