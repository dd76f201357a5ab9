"""The file that tells a Linux desktop of the program, after the Desktop Entry Specification."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from . import kinds

_RESERVED = re.compile(r"[\s\"'\\><~|&;$*?#()`]")
_SHELL = ("/bin/sh", "-c", 'exec "$0" "$@"')


def text(command: Sequence[str]) -> str:
    """The entry for a program that `command` starts, the paths behind it."""
    types = [kind.type for kind in kinds.KINDS]
    lines = [
        f"# {kinds.MARK}",
        "[Desktop Entry]",
        "Type=Application",
        "Version=1.1",
        *_translated("Name", kinds.TITLE),
        *_translated("GenericName", kinds.GENERIC),
        *_translated("Comment", kinds.COMMENT),
        *_translated("Keywords", {code: _listed(words) for code, words in kinds.KEYWORDS.items()}, is_list=True),
        f"TryExec={_escaped(command[0])}",
        f"Exec={executed(command)} %F",
        f"Icon={kinds.NAME}",
        "Terminal=false",
        "StartupNotify=true",
        f"StartupWMClass={kinds.NAME}",
        "Categories=Science;ArtificialIntelligence;DataVisualization;",
        f"MimeType={_listed(types)}",
        "Actions=new-window;",
        "",
        "[Desktop Action new-window]",
        *_translated("Name", kinds.NEW_WINDOW),
        f"Exec={executed((*command, '--new-window'))}",
    ]
    return "\n".join(lines) + "\n"


def executed(command: Sequence[str]) -> str:
    """The words of a command as the value of `Exec`: quoted, and then escaped as any text in such a file.

    A program with `=` in its path would be taken for the setting of a variable, and GLib does not find one with `%`:
    a shell starts those.
    """
    words = (*_SHELL, *command) if set("=%") & set(command[0]) else command
    return _escaped(" ".join(map(_quoted, words)))


def plain(value: str) -> str:
    """A text of such a file without its escapes."""
    return re.sub(r"\\(.)", lambda found: {"s": " ", "n": "\n", "t": "\t", "r": "\r"}.get(found[1], found[1]), value)


def _quoted(word: str) -> str:
    word = word.replace("%", "%%")
    if word and not _RESERVED.search(word):
        return word
    return '"' + re.sub(r'([\\"`$])', r"\\\1", word) + '"'


def _escaped(value: str) -> str:
    for plain, escape in (("\\", r"\\"), ("\n", r"\n"), ("\t", r"\t"), ("\r", r"\r")):
        value = value.replace(plain, escape)
    return r"\s" + value[1:] if value.startswith(" ") else value


def _listed(values: Sequence[str]) -> str:
    return "".join(f"{value};" for value in values)


def _translated(key: str, texts: Mapping[str, str], *, is_list: bool = False) -> list[str]:
    named = ((f"{key}[{code}]" if code else key, text) for code, text in texts.items())
    return [f"{name}={text if is_list else _escaped(text)}" for name, text in named]
