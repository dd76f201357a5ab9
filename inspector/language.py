"""The language in which the window speaks: English as it stands in the code, or a translation of it.

    tr("Written to {path}", path=path)                          one text, in the language in force
    ntr("{n} file was read", "{n} files were read", count)      by a number; `{n}` is it, its thousands set off
    HEADING = marked("What it holds")                           a constant: `tr(HEADING)` where it is shown

The English text is the key, so the code reads as it speaks, and what has no translation yet is shown in English.
What goes into a text is named, since another language may need it in another order. Texts are put together by `tr`
and never by adding them up; `sentences` sets one sentence behind another.

Why this way: sentences are made in rooms that do not know Qt, and in the child process, whose Python is another. All
of them have `gettext`, whose files (`resources/translations/*.po`) every translator's tool knows. Nothing is loaded
until a language is chosen: the terminal, which speaks English, pays one call for a text.
"""

from __future__ import annotations

import os
from string import Formatter
from typing import TYPE_CHECKING

from . import installed

if TYPE_CHECKING:
    import gettext

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Each language by its code, with its own name for itself."""
VARIABLE = "CHECKPOINT_INSPECTOR_LANGUAGE"
"""The environment variable by which a child process hears of the language."""

_STOPS = "，。：；、？！"
_WIDE = f"{_STOPS}（）《》“”‘’"
"""Marks of Chinese, which bring their own space."""
_NARROW = "`'\"%()[]{}<>+-−±=_.~@#$&*"
"""What is set off from a character of Chinese by a space, as letters and digits of other scripts are."""

_translations: gettext.NullTranslations | None = None


def tr(text: str, /, **values: object) -> str:
    """`text` in the language in force, with `values` put where it names them in braces."""
    if _translations is None:
        return text.format(**values) if values else text
    text = _translations.gettext(text) if text else text
    return _filled(text, values) if values else text


def ntr(one: str, many: str, number: int, /, **values: object) -> str:
    """The text for this number in the language in force; in it `{n}` is the number, its thousands set off."""
    values["n"] = f"{number:,}"
    if _translations is None:
        return (one if number == 1 else many).format(**values)
    return _filled(_translations.ngettext(one, many, number), values)


def marked(text: str) -> str:
    """`text` itself: it is said later, by `tr`, and is to be found by who translates."""
    return text


def sentences(*said: str) -> str:
    """Sentences one behind the other, without those that are empty; Chinese sets no space between them."""
    whole = ""
    for each in said:
        beside = not whole or not each or whole[-1] in _STOPS or each[0] == "（"
        whole += each if beside else f" {each}"
    return whole


def unstopped(sentence: str) -> str:
    """A sentence without its full stop, to be put into another."""
    return sentence.rstrip(".。")


def use(code: str) -> None:
    """From now on speaks this language, here and in the processes that are started; English where it is not known."""
    code = code if code in LANGUAGES else "en"
    os.environ[VARIABLE] = code
    take(None if code == "en" else _load(code))


def code() -> str:
    """The code of the language in force, as HTML and others write it: `en`, `zh-CN`."""
    return os.environ.get(VARIABLE, "en").replace("_", "-")


def take(translations: gettext.NullTranslations | None) -> None:
    """Speaks as these translations say; None: English."""
    global _translations
    _translations = translations


def _filled(text: str, values: dict[str, object]) -> str:
    """`text` with `values` in it, set off by spaces as Chinese sets off other scripts: `在 conv1 中`, `在模型中`.

    Whoever translates cannot know what a value begins and ends with. Nothing within a value is changed.
    """
    whole, is_empty = "", False
    for literal, name, form, conversion in Formatter().parse(text):
        if literal:
            is_led = literal[0] == " " != literal[1:2]
            if is_empty and is_led:
                whole = whole.removesuffix(" ")  # one of the two that stood around it will do
            whole = _beside(whole, literal[1:] if is_led else literal, is_led) if whole else literal
        if name is not None:
            field = f"{{{name}{'!' + conversion if conversion else ''}{':' + form if form else ''}}}"
            value, is_spaced = field.format(**values), literal[-1:] == " " != literal[-2:-1]
            is_empty = not value
            if value:
                whole = _beside(whole[:-1] if is_spaced else whole, value, is_spaced)
    return whole


def _beside(left: str, right: str, is_spaced: bool) -> str:
    """Both, with a space between them or without, whatever the scripts that meet want; else as `is_spaced` says."""
    if not left or not right:
        return f"{left}{' ' if is_spaced else ''}{right}"
    a, b = left[-1], right[0]
    if a in _WIDE or b in _WIDE or (_is_chinese(a) and _is_chinese(b)):
        is_spaced = False
    elif _is_chinese(a) != _is_chinese(b):
        other = b if _is_chinese(a) else a
        is_spaced = is_spaced or other.isalnum() or other in _NARROW
    return f"{left} {right}" if is_spaced else left + right


def _is_chinese(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff"


def _load(code: str) -> gettext.NullTranslations | None:
    import gettext

    try:
        with open(installed.resources() / "translations" / f"{code}.mo", "rb") as file:
            return gettext.GNUTranslations(file)
    except (OSError, UnicodeDecodeError):
        return None  # an installation without it speaks English


if os.environ.get(VARIABLE, "en") != "en":
    use(os.environ[VARIABLE])
