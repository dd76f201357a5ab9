"""Constructor arguments that the checkpoint itself says: `input_size` at its top, `args`, `hparams`, `config` ...

    arguments_from(checkpoint, signature)  ->  {"hidden_layers": ([400, 200, 100], "hidden_layers"),
                                                "num_classes": (102, "class_to_idx")}

Nothing is converted: a value is taken where it is of the argument's type already, under the argument's own name, then
under a name that means the same, and only then by counting a list of classes. No torch in here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint, Entry, Tensor, Value
from . import synonyms
from .requests import Argument, ModelSource, Signature

_DEEPEST = 5
"""Levels of settings within settings that are looked through."""
_MOST = 5000
"""Settings that are looked at."""
_LONGEST = 1000
"""Elements of a list, or characters of a text, that an argument may have."""
_MOST_TELLING = re.compile(r"(init|model|net|network|constructor)_?(args|kwargs|params|config|cfg|hparams)|kwargs")
_TELLING = re.compile(
    r"(hyper_?param(eter)?s|hparams|config|cfg|model|net|network|args|arguments|opts?|options|params)"
)
_NOT_PLAIN = object()


class Said(NamedTuple):
    """One setting of a file."""

    key: str
    value: object
    """A JSON value; `_NOT_PLAIN` where it is none."""
    length: int
    """The number of its elements, for a list or table; otherwise 0."""
    rank: int
    """The lower, the likelier it speaks of the constructor."""

    @property
    def name(self) -> str:
        """The last part of the key, as arguments are written."""
        return self.key.rpartition(".")[2].replace("-", "_").lower()


def arguments_from(checkpoint: Checkpoint, signature: Signature) -> dict[str, tuple[object, str]]:
    """Argument -> (its value, the key of the file that says so), for those that the file says."""
    said: dict[str, list[Said]] = {}
    for each in sorted(islice(_settings(checkpoint.root), _MOST), key=lambda each: each.rank):
        said.setdefault(each.name, []).append(each)
    found = ((argument.name, _found(argument, said)) for argument in signature.arguments)
    return {name: value for name, value in found if value is not None}


def model_named(checkpoint: Checkpoint) -> ModelSource | None:
    """The torchvision builder whose name the file says (`arch: "resnet18"`); None when it says none."""
    from ..comparing.signatures import table

    builders = {_letters(signature.name): signature.name for signature in table().signatures}
    said = [each for each in islice(_settings(checkpoint.root), _MOST) if isinstance(each.value, str)]
    for name in synonyms.MODEL_NAMES:
        for each in said:
            builder = builders.get(_letters(str(each.value))) if each.name == name else None
            if builder:
                return ModelSource("torchvision", "", builder)
    return None


def _letters(name: str) -> str:
    """A name without what people vary in it: `ResNet-18`, `torchvision.models.resnet18`."""
    return re.sub(r"[^a-z0-9]", "", name.rpartition(".")[2].lower())


# -- the settings of a file ----------------------------------------------------------------------------------


def _settings(root: Branch) -> Iterator[Said]:
    """Everything in the file that may be an argument, with its key; weights and what belongs to them are left out."""
    stack: list[tuple[Branch, str, int, int]] = [(root, "", 0, 0)]
    while stack:
        branch, prefix, depth, rank = stack.pop()
        for entry in branch.children[:_LONGEST]:
            key = f"{prefix}.{entry.name}" if prefix else entry.name
            yield from _said(key, entry, rank)
            if isinstance(entry, Branch) and depth < _DEEPEST and _may_tell(entry):
                stack.append((_opened(entry), key, depth + 1, _rank(entry.name, depth)))


def _rank(name: str, depth: int) -> int:
    """What stands at the top is said of the model; then what the settings' own name says."""
    lowered = name.lower()
    return depth * 3 + (1 if _MOST_TELLING.fullmatch(lowered) else 2 if _TELLING.fullmatch(lowered) else 3)


def _said(key: str, entry: Entry, rank: int) -> Iterator[Said]:
    if isinstance(entry, Branch):
        inside = _opened(entry)
        yield Said(key, _plain(entry), len(inside.children), rank)
    elif isinstance(entry, Value):
        yield Said(key, _plain(entry), 0, rank)


def _may_tell(branch: Branch) -> bool:
    """Whether there may be settings in it: no state_dict, no optimizer, no metadata of a state_dict."""
    if branch.attribute or branch.kind not in ("mapping", "object"):
        return False
    first = branch.children[:20]
    return not any(isinstance(each, Tensor) or each.name == "param_groups" for each in first)


def _opened(branch: Branch) -> Branch:
    """What lies in the box that a configuration library packs its values in (`_content` of omegaconf)."""
    content = next((each for each in branch.children[:20] if each.name == "_content"), None)
    return content if branch.kind == "object" and isinstance(content, Branch) else branch


def _plain(entry: Entry, depth: int = 0) -> object:
    """The entry as a JSON value; `_NOT_PLAIN` where it is none, or too large for an argument."""
    if isinstance(entry, Value):
        return _plain_value(entry)
    if isinstance(entry, Tensor) or depth > _DEEPEST or len(entry.children) > _LONGEST:
        return _NOT_PLAIN
    boxed = next((each for each in entry.children if each.name == "_val"), None)
    if entry.kind == "object" and boxed is not None:
        return _plain(boxed, depth + 1)
    if entry.kind == "object":
        return _NOT_PLAIN
    opened = [_plain(each, depth + 1) for each in entry.children]
    if any(each is _NOT_PLAIN for each in opened):
        return _NOT_PLAIN
    if entry.kind == "mapping":
        return dict(zip((each.name for each in entry.children), opened))
    return opened if entry.kind == "sequence" else _NOT_PLAIN


def _plain_value(entry: Value) -> object:
    value = entry.value
    if entry.note or entry.type not in ("int", "float", "bool", "str", "NoneType"):
        return _NOT_PLAIN
    if isinstance(value, float) and not math.isfinite(value):
        return _NOT_PLAIN
    if isinstance(value, str) and len(value) > _LONGEST:
        return _NOT_PLAIN
    if isinstance(value, int) and abs(value) > 2**63:
        return _NOT_PLAIN
    return value


# -- which of them an argument is -----------------------------------------------------------------------------


def _found(argument: Argument, said: Mapping[str, list[Said]]) -> tuple[object, str] | None:
    name = argument.name.lower()
    for each in _under((name, *synonyms.of(name)), said):
        if fits(argument, each.value):
            return each.value, each.key
    if synonyms.means_classes(name) and fits(argument, 1):
        for each in _under(synonyms.COUNTED, said):
            if each.length:
                return each.length, each.key
    return None


def _under(names: Iterable[str], said: Mapping[str, list[Said]]) -> Iterator[Said]:
    return (each for name in names for each in said.get(name, ()))


def fits(argument: Argument, value: object) -> bool:
    """Whether `value` is of the argument's type, as far as that is known, and not just what every file holds."""
    if value is _NOT_PLAIN or value is None:
        return False
    if argument.choices:
        return str(value) in argument.choices
    wanted = argument.type
    if wanted in ("", "object", "Any"):
        return _is_like(value, argument.default) if wanted != "object" else False
    return any(_is_of(value, each.strip()) for each in wanted.split("|"))


def _is_like(value: object, default: object) -> bool:
    """Whether the value could stand where the default stands, when no type is known."""
    if default is None:
        return True
    return _is_of(value, type(default).__name__)


def _is_of(value: object, wanted: str) -> bool:
    optional = re.fullmatch(r"(?:typing\.)?Optional\[(.*)\]", wanted)
    if optional:
        return _is_of(value, optional[1])
    outer, _, inner = wanted.rstrip("]").partition("[")
    if outer.rpartition(".")[2].lower() in ("list", "tuple", "sequence", "iterable"):
        kinds = [each.strip() for each in inner.split(",") if each.strip() != "..."]
        return isinstance(value, list) and (not inner or all(any(_is_of(v, kind) for kind in kinds) for v in value))
    if outer.lower() in ("dict", "mapping"):
        return isinstance(value, dict)
    if wanted == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    kinds_of = {"int": int, "bool": bool, "str": str}
    return wanted in kinds_of and type(value) is kinds_of[wanted]
