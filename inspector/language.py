"""The language in which the window speaks: English as it stands in the code, or a translation of it.

    tr("Written to {path}", path=path)                          one text, in the language in force
    ntr("{n} file was read", "{n} files were read", count)      by a number; `{n}` is it, its thousands set off
    HEADING = marked("What it holds")                           a constant: `tr(HEADING)` where it is shown

The English text is the key, so the code reads as it speaks, and what has no translation yet is shown in English.
What goes into a text is named, since another language may need it in another order. Texts are put together by `tr`
and never by adding them up.

Why this way: sentences are made in rooms that do not know Qt, and in the child process, whose Python is another. All
of them have `gettext`, whose files (`resources/translations/*.po`) every translator's tool knows. Nothing is loaded
until a language is chosen: the terminal, which speaks English, pays one call for a text.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import installed

if TYPE_CHECKING:
    import gettext

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
"""Each language by its code, with its own name for itself."""
VARIABLE = "CHECKPOINT_INSPECTOR_LANGUAGE"
"""The environment variable by which a child process hears of the language."""

_translations: gettext.NullTranslations | None = None


def tr(text: str, /, **values: object) -> str:
    """`text` in the language in force, with `values` put where it names them in braces."""
    if _translations is not None:
        text = _translations.gettext(text) if text else text
    return text.format(**values) if values else text


def ntr(one: str, many: str, number: int, /, **values: object) -> str:
    """The text for this number in the language in force; in it `{n}` is the number, its thousands set off."""
    if _translations is None:
        text = one if number == 1 else many
    else:
        text = _translations.ngettext(one, many, number)
    return text.format(n=f"{number:,}", **values)


def marked(text: str) -> str:
    """`text` itself: it is said later, by `tr`, and is to be found by who translates."""
    return text


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


def _load(code: str) -> gettext.NullTranslations | None:
    import gettext

    try:
        with open(installed.resources() / "translations" / f"{code}.mo", "rb") as file:
            return gettext.GNUTranslations(file)
    except (OSError, UnicodeDecodeError):
        return None  # an installation without it speaks English


if os.environ.get(VARIABLE, "en") != "en":
    use(os.environ[VARIABLE])
