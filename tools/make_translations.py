"""Collects every text that the window says, and keeps the translations beside it: `make translations`.

    python tools/make_translations.py [--take FILE.json ...] [--check] [--missing]

Writes `resources/translations/zh_CN.po`, which people and their tools edit, and `zh_CN.mo`, which the program reads.
A text that is said no more leaves both. With --take the translations of a JSON object {English: translation} are
filled in where none stands; --missing prints what is not translated yet as such an object; --check writes nothing, and
exits 1 when the files are not what they should be, or a translation names other values than its text does.

What is collected: the literals in `tr`, `ntr`, `agreeing` and `marked`, the nouns of `wording.plural`, and the words of
the table of actions (`Deed`).
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "inspector"
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("zh_CN",)
SILENT = ("terminal", "cli.py")
"""What speaks English only: the terminal."""


class Said(NamedTuple):
    """A text of the code; `many` is empty where it does not go by a number."""

    text: str
    many: str
    place: str


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--take", nargs="+", default=[], metavar="FILE.json", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--missing", action="store_true")
    options = parser.parse_args(arguments)
    taken = {key: text for path in options.take for key, text in json.loads(path.read_text("utf-8")).items()}
    wrong = [each for code in LANGUAGES for each in _keep(code, taken, options)]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return 1 if wrong else 0


def _keep(code: str, taken: dict[str, str], options: argparse.Namespace) -> Iterator[str]:
    """Brings the files of one language up to date; gives what is wrong with them."""
    catalog = filled(code, taken)
    if options.missing:
        print(json.dumps(dict.fromkeys(missing(catalog), ""), ensure_ascii=False, indent=1))
    yield from unlike(catalog)
    for path, data in ((FOLDER / f"{code}.po", as_po(catalog)), (FOLDER / f"{code}.mo", as_mo(catalog))):
        if not options.check:
            FOLDER.mkdir(exist_ok=True)
            path.write_bytes(data)
        elif not path.is_file() or path.read_bytes() != data:
            yield f"{path.relative_to(ROOT)} is not up to date: run `make translations`."


def said() -> Iterator[Said]:
    """Every text that the code says, in the order of the files."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        if inside.parts[0] not in SILENT:
            yield from _said_in(path.read_text("utf-8"), f"inspector/{inside.as_posix()}")


def _said_in(code: str, place: str) -> Iterator[Said]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for text, many in _texts(name, node.args):
                yield Said(text, many, place)


def _texts(name: str, arguments: list[ast.expr]) -> Iterator[tuple[str, str]]:
    if name in ("tr", "marked") and arguments:
        yield from ((text, "") for text in _literals(arguments[0]))
    elif name in ("ntr", "agreeing") and len(arguments) > 1:
        yield from zip(_literals(arguments[0]), _literals(arguments[1]))
    elif name == "plural" and len(arguments) > 1:
        forms = _literals(arguments[2]) if len(arguments) > 2 else iter(())
        for noun in _literals(arguments[1]):
            yield f"{{n}} {noun}", f"{{n}} {next(forms, noun + 's')}"
    elif name == "Deed":
        _, text, menu, _, tip = (next(_literals(each)) for each in arguments[:5])
        title = menu.rstrip("|")
        yield from ((each, "") for each in (text, title if "&" in title else f"&{title}", tip))


def _literals(node: ast.expr) -> Iterator[str]:
    """The texts that an expression can be, as far as they stand there."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def filled(code: str, taken: dict[str, str]) -> Catalog:
    """All that is said, with the translations that are known."""
    path = FOLDER / f"{code}.po"
    known = read_po(io.BytesIO(path.read_bytes()), locale=code) if path.is_file() else Catalog(locale=code)
    catalog = Catalog(locale=code, project="Checkpoint Inspector", fuzzy=False, charset="utf-8")
    catalog.creation_date = catalog.revision_date = known.creation_date
    catalog.header_comment = "# What Checkpoint Inspector says."
    places: dict[tuple[str, str], list[str]] = {}
    for each in said():
        found = places.setdefault((each.text, each.many), [])
        if each.place not in found:
            found.append(each.place)
    for (text, many), files in places.items():
        former = known.get(text)
        old = _first(former.string) if former is not None else ""
        translation = taken.get(text) or old
        locations = [(file, None) for file in files]
        catalog.add((text, many) if many else text, (translation,) if many else translation, locations=locations)
    return catalog


def missing(catalog: Catalog) -> list[str]:
    """The texts that have no translation."""
    return [_first(message.id) for message in catalog if message.id and not _first(message.string)]


def unlike(catalog: Catalog) -> Iterator[str]:
    """Sentences on translations that name other values than their texts do."""
    for message in catalog:
        translation = _first(message.string)
        if message.id and translation and _values(translation) != _values(_first(message.id)):
            yield f"{catalog.locale}: {translation!r} names other values than {_first(message.id)!r}."


def _values(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:  # braces that stand for themselves, in a text that takes no values
        return set()


def _first(texts: str | tuple[str, ...] | list[str]) -> str:
    return texts if isinstance(texts, str) else texts[0] if texts else ""


def as_po(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_output=True, include_lineno=False)
    return out.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """What the program reads; a text without a translation is left out, or it would be said in the singular."""
    out, whole = io.BytesIO(), Catalog(locale=catalog.locale, fuzzy=False, charset="utf-8")
    whole.creation_date = whole.revision_date = catalog.creation_date
    for message in catalog:
        if message.id and _first(message.string):
            whole.add(message.id, message.string)
    write_mo(out, whole)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
