"""The translations are complete, say the same as the code does, and are what the program reads."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from inspector import language

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / "tools" / "make_translations.py"


@pytest.fixture(scope="module")
def catalog():  # type: ignore[no-untyped-def]
    """What the code says, with its Chinese."""
    spec = importlib.util.spec_from_file_location("make_translations", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    sys.modules["make_translations"] = tool  # where a NamedTuple looks for its own module
    spec.loader.exec_module(tool)
    yield tool.filled("zh_CN", {})
    del sys.modules["make_translations"]


def pairs(catalog) -> list[tuple[str, str]]:  # type: ignore[no-untyped-def]
    """Each text in English - in the singular - with its translation."""
    firsts = (
        (each.id, each.string) if isinstance(each.id, str) else (each.id[0], each.string[0])
        for each in catalog
        if each.id
    )
    return list(firsts)


def test_the_files_are_what_the_code_says() -> None:
    done = subprocess.run([sys.executable, TOOL, "--check", "--missing"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}, "not translated: fill them in, or `make translations` with --take"


def test_a_translation_keeps_what_is_to_be_clicked_by_key(catalog) -> None:  # type: ignore[no-untyped-def]
    """`&Open…` is `打开(&O)…`: a letter after `&`, once."""
    mnemonics = [(text, said) for text, said in pairs(catalog) if re.search(r"(?<!&)&[A-Za-z0-9]", text)]
    assert mnemonics
    for text, said in mnemonics:
        assert len(re.findall(r"(?<!&)&[A-Za-z0-9]", said)) == 1, f"{text!r} is {said!r}"


def test_a_translation_ends_as_its_text_does(catalog) -> None:  # type: ignore[no-untyped-def]
    """A sentence stays a sentence, and what opens a dialog says so: texts are set beside each other by how they end."""
    ends = {".": "。", "…": "…", ":": "：", "?": "？", "\n": "\n"}
    wrong = []
    for text, said in pairs(catalog):
        end = ends.get(text[-1])
        if end and not re.sub(r"\(&\w\)", "", said).rstrip(" ”）)").endswith((end, text[-1])):
            wrong.append((text, said))
    assert len(wrong) <= len(pairs(catalog)) // 50, wrong[:20]


def test_chinese_is_set_as_chinese_is(catalog) -> None:  # type: ignore[no-untyped-def]
    """Its own marks amid its own characters, no space around them, and none before `…`."""
    han = "\u4e00-\u9fff"
    wrong = re.compile(
        rf"[{han}] ?[,;?](?![\w*])|[{han}][:!]|[{han}] ?\((?!\*|&|{{endings|inputs, |2 )|[{han}] …|……|"
        rf"[，。；：？！、] (?![ {{])|[{han}] [，。；：？！、）]|[{han}] [{han}]|。。"
    )
    found = [(text, mark[0]) for text, said in pairs(catalog) if (mark := wrong.search(said))]
    assert [(text, mark) for text, mark in found if not text.startswith(("Search:", "or click"))] == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (r"\bcheckpoints?\b", "检查点"), (r"\btensors?\b", "张量"), (r"\bdtypes?\b", "dtype"), (r"\bshards?\b", "分片"),
        (r"\bepochs?\b", "轮"), (r"\blearning rate\b", "学习率"), (r"\boptimizers?\b", "优化器"),
        (r"\bscheduler\b", "调度器"), (r"\bload(s|ed)?\b", "加载"), (r"\barchive\b", "归档"),
        (r"\bmetadata\b", "元数据"), (r"\bcriterion\b", "损失函数"), (r"\bcauses?\b", "原因"),
        (r"\bstatistics\b", "统计"), (r"\bnormali[sz]ation layers?\b", "归一化层"), (r"\bhistograms?\b", "直方图"),
    ],
)  # fmt: skip
def test_a_term_has_one_translation(catalog, english: str, chinese: str) -> None:  # type: ignore[no-untyped-def]
    """A few may say it otherwise: where the word is a name, or the sentence does without it."""
    names = re.compile(r"\{[^}]*\}|`[^`]*`|[\w.]*[._]\w[\w.]*")
    said = [(text, said) for text, said in pairs(catalog) if said and re.search(english, names.sub("", text), re.I)]
    unlike = [(text, each) for text, each in said if chinese not in each]
    assert len(unlike) <= len(said) // 5 + 1, unlike[:20]


@pytest.mark.parametrize("former", ["载入", "数据类型", "测量(", "前往索引", "最近的文件"])
def test_no_term_comes_back_that_was_given_up(catalog, former: str) -> None:  # type: ignore[no-untyped-def]
    assert [text for text, said in pairs(catalog) if former in said] == []


def test_a_child_process_speaks_the_language_of_its_window() -> None:
    code = "from inspector.errors import FileError; print(FileError('x').title)"
    environment = {**os.environ, language.VARIABLE: "zh_CN", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", cwd=ROOT, env=environment
    )
    assert done.stdout.strip() == "无法打开此文件", done.stderr


def test_without_its_files_the_program_speaks_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(language.VARIABLE, "en")
    monkeypatch.setattr("inspector.installed.resources", lambda: tmp_path)
    try:
        language.use("zh_CN")
        assert language.tr("Written to {path}", path="a") == "Written to a"
        assert language.ntr("{n} file", "{n} files", 1_200) == "1,200 files"
    finally:
        language.take(None)
