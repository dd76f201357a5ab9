"""Values of arguments as people write them, and back."""

from __future__ import annotations

import pytest

from inspector.errors import InspectorError
from inspector.gui.fitting.argument_texts import as_json, default_text, from_json, parsed, plain_type, shown
from inspector.workshop.requests import Argument


def argument(kind: str, **more: object) -> Argument:
    return Argument("x", kind, False, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "512", 512),
        ("int", " 1_000 ", 1000),
        ("int", "1,000", 1000),
        ("int | None", "none", None),
        ("Optional[int]", "7", 7),
        ("float", "1e-3", 0.001),
        ("bool", "True", True),
        ("bool", "false", False),
        ("str", "gelu", "gelu"),
        ("str", "'gelu'", "gelu"),
        ("str", "None", "None"),
        ("list[int]", "512, 256, 128", [512, 256, 128]),
        ("list[int]", "[512, 256]", [512, 256]),
        ("tuple[int, ...]", "(3, 3,)", [3, 3]),
        ("list[int]", "", []),
        ("Sequence[str]", '"a", "b"', ["a", "b"]),
        ("", "3", 3),
        ("", "True", True),
        ("", "[1, 2]", [1, 2]),
        ("", "(1, 2)", [1, 2]),
        ("", '{"a": 1}', {"a": 1}),
        ("", "relu", "relu"),
    ],
)
def test_what_is_written_is_understood(kind: str, text: str, value: object) -> None:
    assert parsed(text, argument(kind)) == value
    assert type(parsed(text, argument(kind))) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("int", "12.5", "whole number"),
        ("float", "wide", "number"),
        ("bool", "maybe", "True or False"),
        ("list[int]", "512 256", "commas"),
        ("list[int]", "[" * 100_000, "commas"),
    ],
)
def test_what_is_not_understood_is_said(kind: str, text: str, said: str) -> None:
    with pytest.raises(InspectorError, match=said):
        parsed(text, argument(kind))


@pytest.mark.parametrize("value", [3, 0.5, True, None, "gelu", [512, 256], [], [[1, 2], [3]], {"a": [1]}])
def test_what_is_shown_is_read_back(value: object) -> None:
    kinds = {int: "int", float: "float", bool: "bool", str: "str", list: "list[int]"}
    assert parsed(shown(value), argument(kinds.get(type(value), ""))) == value


def test_defaults_in_words() -> None:
    assert default_text(argument("int", default=3)) == "3"
    assert default_text(argument("object", default="<function relu>")) == "<function relu>"
    assert default_text(argument("str", default="")) == '""'
    assert default_text(Argument("x", "int", True)) == ""


def test_a_type_without_its_none() -> None:
    kinds = ("int | None", "None | int", "Optional[int]", "typing.Optional[int]", "int")
    assert {plain_type(argument(kind)) for kind in kinds} == {"int"}


def test_all_arguments_as_json() -> None:
    arguments: dict[str, object] = {"hidden_layers": [400, 200], "name": "größe"}
    assert from_json(as_json(arguments)) == arguments
    assert from_json("") == {}


@pytest.mark.parametrize("text", ["{", "[1]", "3", "[" * 100_000])
def test_what_is_not_json_of_arguments_is_said(text: str) -> None:
    with pytest.raises(InspectorError):
        from_json(text)
