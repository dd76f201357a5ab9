"""Reports: whole, true to the comparison, and inert whatever the names in the files are."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from inspector.comparing.causes import LIKELY, Cause
from inspector.comparing.diffing import compare
from inspector.comparing.reporting import Story, report
from inspector.comparing.sides import Item, Side
from inspector.comparing.steps import KeepInitial
from inspector.errors import InspectorError

NASTY = "<script>alert('x')</script>|`*[a](http://b)\x1b[31m\u202e"


def story(key: str = "fc.weight") -> Story:
    a = Side("a.pth", "checkpoint", (Item(key, (10, 32), "float32"), Item("old", (1,), "float32")))
    b = Side("b.pth", "checkpoint", (Item(key, (5, 32), "float32"), Item("new", None, "float32")))
    cause = Cause(
        "classes", f"{key} has 10 classes in the file and 5 in the model.", (key,), ((key, 0),), KeepInitial((key,)),
        confidence=LIKELY, evidence=("It is the last layer.",),
    )  # fmt: skip
    comparison = compare(a, b)
    return Story(a.name, b.name, "Other classes.", comparison, (cause,), comparison.complaints, against_model=True)


class Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") or (value or "").startswith("javascript") for name, value in attrs)

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.text += data


@pytest.mark.parametrize("form", ["html", "md"])
def test_a_report_tells_both_sides_the_cause_and_every_line(form: str) -> None:
    text = report(story(), form)
    said = Reader(text).text if form == "html" else text.replace("\\", "")
    told = ("a.pth", "b.pth", "Other classes.", "10 classes in the file", "explains 1 of 3", "likely")
    listed = ("It is the last layer.", "10→5", "missing: 1", "unexpected: 1", "size mismatch: 1", "keep-initial")
    assert [words for words in (*told, *listed) if words not in said] == []


def test_two_files_have_nothing_missing() -> None:
    said = Reader(report(story()._replace(against_model=False), "html")).text
    assert "only in a" in said
    assert "missing" not in said


@pytest.mark.parametrize("form", ["html", "md"])
def test_names_in_files_do_nothing_in_a_report(form: str) -> None:
    told = story(NASTY)._replace(a=NASTY, headline=NASTY, python=f"# {NASTY}", facts=((NASTY, NASTY),))
    text = report(told, form)
    assert "\x1b" not in text
    assert "\u202e" not in text
    if form == "html":
        assert "script" not in Reader(text).tags
        assert "alert('x')" in Reader(text).text
    else:
        assert "\n<script" not in text.replace("\\<", "")


def test_what_is_the_same_is_folded_and_what_differs_is_open() -> None:
    a = Side("a", "checkpoint", (Item("x", (1,), "float32"), Item("y", (1,), "float32")))
    b = Side("b", "checkpoint", (Item("x", (1,), "float32"), Item("y", (2,), "float32")))
    page = report(Story("a", "b", "", compare(a, b)), "html")
    assert '<details open><summary class="size">' in page
    assert '<details><summary class="same">' in page


def test_a_json_report_is_its_record() -> None:
    record = {"only_a": ["x"], "shape": (1, 2), "cosine": float("nan"), "lone": "\ud800"}
    text = report(story()._replace(record=record), "json")
    assert json.loads(text) == {"only_a": ["x"], "shape": [1, 2], "cosine": "NaN", "lone": "\ud800"}


def test_an_unknown_form_is_a_sentence() -> None:
    with pytest.raises(InspectorError, match="There is no report in the form 'pdf'"):
        report(story(), "pdf")


def test_a_long_list_says_how_much_is_left_out() -> None:
    items = tuple(Item(f"k{n}", (1,), "float32") for n in range(25_000))
    told = Story("a", "b", "", compare(Side("a", "checkpoint", items), Side("b", "checkpoint")))
    assert "and 5,000 more" in report(told, "html")
    assert "and 23,000 more" in report(told, "md")
