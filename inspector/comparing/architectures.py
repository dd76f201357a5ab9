"""Which architecture is it? The names and shapes of a checkpoint, held against all of torchvision's models.

No class is needed and no torch: the models are known from a table (see `signatures`). A model is found under any
prefix (`module.`, `backbone.`), with another head or none, with another input, in any order; and under other names
when its tensors have the same shapes.

Why this way: families are told by their names first - `layer#.#.conv#.weight` - which costs a look at the few
kinds of keys that a file has. Only the models of the families that are left are unfolded and compared key by key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from .. import wording
from ..language import tr
from . import likeness_words as words
from . import signatures
from .likeness import Likeness
from .sides import Shape, Side
from .signatures import Signature, is_counter

SAME, TRUNK_OF, LIKE, RENAMED, UNKNOWN = "same", "trunk", "like", "renamed", "unknown"

_MOST_KEYS, _DEEPEST = 10_000, 6
"""Keys of a file that are looked at - torchvision's largest model has 1,548 -, and segments of a prefix."""
_MOST_FAMILIES, _MOST_COPIES, _MOST_LIKE = 8, 8, 10
"""Families that are looked at, copies of a model in one file, and models that are looked at closely."""
_MOST_BESIDE = 3
"""Keys beside a model that do not make it part of a larger one: `n_averaged`, a temperature."""
_ALIKE = 0.3
"""The share of a family's kinds of keys that a file must have: ResNets with and without bottlenecks are one family."""
_TELLING = 5
"""So many kinds of keys must be the same before a near miss is called one: `features.0.weight` has everybody."""


class Identification(NamedTuple):
    """What a checkpoint was found to be."""

    kind: str
    """`same` (but for classes and input; perhaps several times), `trunk` (with another head, or within a larger
    model), `like` (a near miss), `renamed` (the same shapes under other names) or `unknown`."""
    sentence: str
    """`This is torchvision's resnet18 with 10 classes.` Empty when it is unknown."""
    builders: tuple[str, ...] = ()
    """Those of torchvision's builders that fit equally well, in alphabetical order."""
    prefixes: tuple[str, ...] = ()
    """What stands before its keys in the file; several when it is there several times, as with averaged weights."""
    classes: int | None = None
    """The number of classes, where its last layer is that of the model."""
    channels: int | None = None
    """The number of input channels, where it is not the usual one."""
    evidence: tuple[str, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()
    """The builders that come next, and why they are not it."""

    @property
    def arguments(self) -> dict[str, object]:
        """What `torchvision.models.get_model` needs beside the builder's name."""
        return {} if self.classes is None else {"num_classes": self.classes}


def architecture_line(side: Side) -> str:
    """The same in a few words: `torchvision resnet18, 10 classes`; empty when nothing is known."""
    found = identify(side)
    names = tr("torchvision {builders}", builders=wording.one_of(found.builders))
    if found.kind == SAME:
        return wording.row_of((names, *words.sizes(found.classes, found.channels)))
    where = words.listed(found.prefixes[:1])
    lines = {
        TRUNK_OF: tr("trunk of {model} under {prefixes}", model=names, prefixes=where)
        if where
        else tr("trunk of {model}", model=names),
        LIKE: tr("like {model}", model=names),
        RENAMED: tr("{model} under other names", model=names),
    }
    return lines.get(found.kind, "")


def identify(side: Side) -> Identification:
    """What `side` is, as far as its names and shapes tell."""
    shapes = {item.key: item.shape for item in side.items[:_MOST_KEYS] if item.shape is not None}
    weights = {key: shape for key, shape in shapes.items() if not is_counter(key)}
    near = sorted(_likenesses(weights), key=lambda each: each.apart)[:_MOST_LIKE]
    found = sorted(near, key=lambda each: (each.cost, -each.same))
    kind = _kind(found)
    if kind == UNKNOWN:
        return _under_other_names(weights) or Identification(UNKNOWN, "", rejected=_rejected(found))
    best, builders, prefixes = found[0], _builders(found), _prefixes_of(found)
    evidence = (*words.evidence(best, prefixes), *words.of_counters(best, len(weights) < len(shapes)))
    rejected = _rejected(each for each in found if each.signature.name not in builders)
    said = _SENTENCES[kind](best, builders, prefixes)
    return Identification(kind, said, builders, prefixes, best.classes, best.channels, evidence, rejected)


_SENTENCES = {SAME: words.same, TRUNK_OF: words.trunk, LIKE: words.like}


def _kind(found: list[Likeness]) -> str:
    """What the best of these likenesses comes to; the others say how often it is there."""
    if not found:
        return UNKNOWN
    best = found[0]
    copies = len(_prefixes_of(found)) - 1
    if best.is_whole and best.strays <= copies * len(best.part) + _MOST_BESIDE:
        return SAME
    return TRUNK_OF if best.has_trunk else LIKE if _is_like(best) else UNKNOWN


def _is_like(best: Likeness) -> bool:
    """Whether a model is named as its family is, though it is none of it."""
    names = signatures.table().families[best.signature.family]
    kinds = {signatures.kind_of(key) for key in best.part}
    common = len(kinds & names)
    return common >= _TELLING and common >= 0.6 * len(kinds) and (best.same >= _TELLING or best.ratio is not None)


def _equals(found: list[Likeness]) -> list[Likeness]:
    return [each for each in found if (each.cost, each.same) == (found[0].cost, found[0].same)]


def _builders(found: list[Likeness]) -> tuple[str, ...]:
    return tuple(sorted({each.signature.name for each in _equals(found)}))


def _prefixes_of(found: list[Likeness]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.prefix for each in _equals(found)))


def _rejected(others: Iterable[Likeness], most: int = 4) -> tuple[tuple[str, str], ...]:
    """The next builders, each once, with what speaks against it."""
    reasons = {each.signature.name: each for each in reversed(list(others))}
    return tuple((name, each.difference()) for name, each in [*reversed(reasons.items())][:most])


# What it is held against.


def _likenesses(shapes: Mapping[str, Shape]) -> Iterator[Likeness]:
    """Every model of the families that the names speak of, held against every part that bears these names."""
    table = signatures.table()
    kinds: dict[str, list[str]] = {}
    for key in shapes:
        kinds.setdefault(signatures.kind_of(key), []).append(key)
    for family, kind_prefix in _families(kinds):
        for prefix in _prefixes(kinds, kind_prefix):
            part = {key[len(prefix) :]: shape for key, shape in shapes.items() if key.startswith(prefix)}
            strays = len(shapes) - len(part)
            yield from (Likeness(signature, part, prefix, strays) for signature in table.of_family(family))


def _families(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """The families whose kinds of keys are among those of the file, and behind which kind of prefix they are."""
    behind: dict[str, set[str]] = {"": set(kinds)}
    for kind in behind[""]:
        place = 0
        for _ in range(_DEEPEST):
            place = kind.find(".", place) + 1
            if not place:
                break
            behind.setdefault(kind[:place], set()).add(kind[place:])
    found = []
    for family, names in signatures.table().families.items():
        for prefix, rest in behind.items():
            if len(rest) >= _ALIKE * len(names) <= (common := len(names & rest)):
                found.append((common, family, prefix))
    found.sort(key=lambda each: (-each[0], len(each[2]), each[1]))
    most = [each for each in found if each[0] >= found[0][0] / 2]
    return [(family, prefix) for _, family, prefix in most[:_MOST_FAMILIES]]


def _prefixes(kinds: Mapping[str, list[str]], kind_prefix: str) -> list[str]:
    """The prefixes of that kind: of `#.` there may be `0.` and `1.`."""
    depth = kind_prefix.count(".")
    keys = (key for kind, keys in kinds.items() if kind.startswith(kind_prefix) for key in keys)
    return list(dict.fromkeys("".join(f"{part}." for part in key.split(".")[:depth]) for key in keys))[:_MOST_COPIES]


# The same network under other names.


def _under_other_names(shapes: Mapping[str, Shape]) -> Identification | None:
    """A model whose weights have these very shapes, the last layer aside; None when there is none."""
    matrices = [shape for shape in shapes.values() if len(shape) > 1]
    if len(matrices) < _TELLING:
        return None
    known: dict[int, list[Signature]] = {}
    for signature in signatures.table().signatures:
        known.setdefault(signature.digest, []).append(signature)
    total = signatures.digest(shapes)
    for head in (None, *dict.fromkeys(reversed(matrices))):
        rest = total if head is None else (total - signatures.weight(head)) % 2**64
        if rest in known:
            return _renamed(known[rest], shapes, head)
    return None


def _renamed(found: list[Signature], shapes: Mapping[str, Shape], head: Shape | None) -> Identification:
    """Of models with the same matrices, as with and without batch norm, those with as many tensors."""
    distances = {each: abs(len(shapes) - len(each.shapes)) for each in found}
    builders = tuple(sorted(each.name for each in found if distances[each] == min(distances.values())))
    matrices = sum(len(shape) > 1 for shape in shapes.values()) - (head is not None)
    said, evidence = words.renamed(builders, head), words.of_matrices(matrices)
    return Identification(RENAMED, said, builders, classes=head[0] if head else None, evidence=(evidence,))
