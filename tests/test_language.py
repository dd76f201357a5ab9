"""Texts in another language: set off by spaces as it sets off scripts, put beside each other as it does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from inspector import language, wording
from inspector.errors import InspectorError
from inspector.language import ntr, sentences, tr, unstopped


class Translations:
    """Knows these texts and no others."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def gettext(self, text: str) -> str:
        return self.texts.get(text, text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.texts.get(one, one if number == 1 else many)


@pytest.fixture
def said() -> Iterator[dict[str, str]]:
    """The texts that are known; the language is another for as long as a test runs."""
    former = language._translations
    texts: dict[str, str] = {}
    language.take(Translations(texts))  # type: ignore[arg-type]
    yield texts
    language.take(former)


@pytest.fixture
def chinese() -> Iterator[None]:
    """Chinese as the program speaks it; the environment stays English."""
    former = language._translations
    language.take(language._load("zh_CN"))
    yield
    language.take(former)


@pytest.mark.parametrize(
    ("text", "value", "whole"),
    [
        ("在 {a} 中", "conv1", "在 conv1 中"),
        ("在 {a} 中", "模型", "在模型中"),
        ("在{a}中", "`fc.weight`", "在 `fc.weight` 中"),
        ("含{a}的", "3 项", "含 3 项的"),
        ("已读 {a}之后", "16 %", "已读 16 % 之后"),
        ("{a} 一致", "它（两者相同）", "它（两者相同）一致"),
        ("这是 {a}，不是", "macOS 程序", "这是 macOS 程序，不是"),
        ("{a}   （{a}）", "键", "键   （键）"),
        ("{a} / {a}", "12", "12 / 12"),
        ("在 {a} 中：{a}", "", "在中："),
        ("深度卷积{a}", "?", "深度卷积?"),
        ("写入 {a}", "我的 model.pth", "写入我的 model.pth"),
        ("{{{a}}}", "x", "{x}"),
        ("{a!r:.4} 为", "abcdef", "'abc 为"),
    ],
)
def test_a_value_is_set_off_from_chinese_as_its_ends_want_it(said, text: str, value: str, whole: str) -> None:  # type: ignore[no-untyped-def]
    said["A {a}"] = text
    assert tr("A {a}", a=value) == whole


def test_a_text_that_is_not_translated_stays_as_it_is(said) -> None:  # type: ignore[no-untyped-def]
    assert tr("Written to {path}:{line:>4}", path="a b", line=7) == "Written to a b:   7"
    assert ntr("{n} key in {where}", "{n} keys in {where}", 1_200, where="a") == "1,200 keys in a"


def test_a_number_is_set_off_too(said) -> None:  # type: ignore[no-untyped-def]
    said["{n} key"], said["All {keys}"] = "{n} 个键", "全部{keys}都在"
    assert tr("All {keys}", keys=wording.plural(1_200, "key")) == "全部 1,200 个键都在"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["It is damaged.", "Get it again."], "It is damaged. Get it again."),
        (["", "One.", "", "Two."], "One. Two."),
        ([], ""),
        (["文件已损坏。", "请重新获取。"], "文件已损坏。请重新获取。"),
        (["文件已损坏。", "（另有 4 处）"], "文件已损坏。（另有 4 处）"),
        (["文件已损坏。", "disk full."], "文件已损坏。disk full."),
        (["disk full.", "请重试。"], "disk full. 请重试。"),
    ],
)
def test_sentences_follow_each_other_as_the_language_has_it(parts: list[str], whole: str) -> None:
    assert sentences(*parts) == whole


def test_an_error_says_its_hint_without_a_space_in_chinese() -> None:
    assert str(InspectorError("文件已损坏。", hint="请重新获取。")) == "文件已损坏。请重新获取。"
    assert str(InspectorError("It is damaged.", hint="")) == "It is damaged."


@pytest.mark.parametrize(("sentence", "without"), [("It ends.", "It ends"), ("结束。", "结束"), ("no stop", "no stop")])
def test_a_sentence_loses_its_full_stop_in_each_language(sentence: str, without: str) -> None:
    assert unstopped(sentence) == without


def test_lists_in_english() -> None:
    three = ["a", "b", "c"]
    assert wording.names(three, 2) == "a, b and 1 more"
    assert wording.list_of(three) == wording.row_of(three) == "a, b, c"
    assert wording.all_of(three) == "a and b and c"
    assert wording.one_of(three) == "a or b or c"
    assert [wording.all_of(some) for some in ([], ["a"], ["a", "b"])] == ["", "a", "a and b"]
    assert [wording.one_of(some) for some in ([], ["a"], ["a", "b"])] == ["", "a", "a or b"]


@pytest.mark.usefixtures("chinese")
def test_lists_in_chinese() -> None:
    three = ["a", "b", "c"]
    assert wording.names(three, 2) == "a、b 及另外 1 个"
    assert wording.list_of(three) == "a、b、c"
    assert wording.row_of(["7 个键", "1 个原因"]) == "7 个键，1 个原因"
    assert wording.all_of(three) == "a、b 和 c"
    assert wording.one_of(three) == "a、b 或 c"
    assert wording.all_of(["10 个类别", "1 个输入通道"]) == "10 个类别和 1 个输入通道"
