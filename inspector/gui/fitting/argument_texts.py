"""Values of arguments as people write them: `512, 256, 128` for a list of numbers, JSON for the rest."""

from __future__ import annotations

import json
import re

from ...errors import InspectorError
from ...language import tr
from ...workshop.requests import Argument

_LIST = re.compile(r"(?:list|tuple|Sequence|Iterable|List|Tuple)\b", re.IGNORECASE)
_OR_NONE = re.compile(r"\s*\|\s*None\b|\bNone\s*\|\s*")
_NONE = ("none", "null")


def shown(value: object) -> str:
    """A value as it stands in a field."""
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(each, (int, float)) for each in value) and value:
        return ", ".join(json.dumps(each) for each in value)
    return str(value) if value is None or isinstance(value, bool) else json.dumps(value, default=str)


def default_text(argument: Argument) -> str:
    """The default of an argument in words; empty where it has none."""
    if argument.required:
        return ""
    return str(argument.default) if argument.type == "object" else shown(argument.default) or '""'


def parsed(text: str, argument: Argument) -> object:
    """What `text` means for this argument. Raises InspectorError with a sentence for the one who types."""
    text, kind = text.strip(), plain_type(argument)
    if text.lower() in _NONE and kind != "str":
        return None
    if kind in _READERS:
        return _READERS[kind](text)
    if _LIST.match(kind):
        return _listed(text)
    return _anything(text)


def plain_type(argument: Argument) -> str:
    """The type without what says that it may be None: `int` for `int | None` and `Optional[int]`."""
    optional = re.fullmatch(r"(?:typing\.)?Optional\[(.*)\]", argument.type)
    return optional[1] if optional else _OR_NONE.sub("", argument.type).strip()


def as_json(arguments: dict[str, object]) -> str:
    """All arguments on a line of JSON."""
    return json.dumps(arguments, ensure_ascii=False)


def from_json(text: str) -> dict[str, object]:
    """What `as_json` wrote, or a person. Raises InspectorError with a sentence."""
    try:
        found = json.loads(text or "{}")
    except ValueError as error:
        raise InspectorError(tr("This is not JSON: {error}.", error=error)) from None
    except RecursionError:
        raise InspectorError(tr("This JSON is nested too deeply.")) from None
    if not isinstance(found, dict):
        raise InspectorError(tr('Write the arguments by name: {"num_classes": 10}.'))
    return found


def _whole(text: str) -> int:
    try:
        return int(text.replace("_", "").replace(",", ""))
    except ValueError:
        raise InspectorError(tr("This must be a whole number.")) from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InspectorError(tr("This must be a number.")) from None


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise InspectorError(tr("This must be True or False."))
    return text.lower() == "true"


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


_READERS = {"int": _whole, "float": _number, "bool": _truth, "str": _unquoted}


def _listed(text: str) -> object:
    """`[512, 256]`, `(512, 256)` or `512, 256`."""
    inner = text[1:-1] if text[:1] + text[-1:] in ("()", "[]") else text
    try:
        return json.loads(f"[{inner.strip().rstrip(',')}]")
    except (ValueError, RecursionError):
        raise InspectorError(tr("Write the items with commas between them: 512, 256, 128.")) from None


def _anything(text: str) -> object:
    """JSON where it is, and otherwise the text itself."""
    try:
        return json.loads({"True": "true", "False": "false"}.get(text, text))
    except (ValueError, RecursionError):
        return _listed(text) if text[:1] in "([" and text[-1:] in ")]" else _unquoted(text)
