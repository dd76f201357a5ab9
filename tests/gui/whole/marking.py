"""English whose texts bear marks that take no room: what stands between them was said by `tr`.

The marks are variation selectors, which no font draws. So one walk sees both: whether everything is translated, and
whether it has the room that it needs. (Behind Chinese characters a QComboBox measures them wrongly.)
"""

from __future__ import annotations

import gettext
import re

BEGIN, END = "\ufe00", "\ufe01"
_INNERMOST = re.compile(f"{BEGIN}[^{BEGIN}{END}]*{END}")
_CUT_OFF = re.compile(f"{BEGIN}[^{BEGIN}{END}]*$|^[^{BEGIN}{END}]*{END}")
"""A text that was cut in its middle lacks a mark."""


class Marked(gettext.NullTranslations):
    """English, with a mark at the begin and the end of each text."""

    def gettext(self, message: str) -> str:
        return f"{BEGIN}{message}{END}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"{BEGIN}{msgid1 if n == 1 else msgid2}{END}"


def unmarked(text: str) -> str:
    """What of a text was not said by `tr`, nor put into what was: the rest of it."""
    while (shorter := _CUT_OFF.sub(" ", _INNERMOST.sub(" ", text))) != text:
        text = shorter
    return text
