"""Which architecture is it? The names and shapes of a checkpoint, held against all of torchvision's models.

No class is needed and no torch: the models are known from a table (see `signatures`). A model is found under any
prefix (`module.`, `backbone.`), with another head or none, with another input, in any order; and under other names
when its tensors have the same shapes.

Why this way: families are told by their names first - `layer#.#.conv#.weight` - which costs a look at the few
kinds of keys that a file has. Only the models of the families that are left are unfolded and compared key by key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from .. import wording
from . import signatures
from .likeness import AUXILIARY, FURTHER, HEAD, TRUNK, Likeness
from .sides import Shape, Side
from .signatures import Signature, is_counter

SAME, TRUNK_OF, LIKE, RENAMED, UNKNOWN = "same", "trunk", "like", "renamed", "unknown"

_MOST_KEYS = 20_000
"""Keys of a file that are looked at: torchvision's largest model has 1,548."""
_MOST_FAMILIES, _MOST_COPIES, _MOST_LIKE = 8, 8, 10
"""Families that are looked at, copies of a model in one file, and models that are looked at closely."""
_ALIKE = 0.3
"""The share of a family's kinds of keys that a file must have: ResNets with and without bottlenecks are one family."""
_TELLING = 5
"""So many kinds of keys must be the same before a near miss is called one: `features.0.weight` has everybody."""


class Identification(NamedTuple):
    """What a checkpoint was found to be."""

    kind: str
    """`same` (but for classes and input), `trunk` (with another head, or within a larger model), `like` (a near
    miss), `renamed` (the same shapes under other names) or `unknown`."""
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
    if found.kind == UNKNOWN:
        return ""
    names = f"torchvision {' or '.join(found.builders)}"
    if found.kind == SAME:
        classes = "" if found.classes is None else f", {_of_classes(found.classes)}"
        return names + classes + ("" if found.channels is None else f", {_of_channels(found.channels)}")
    return {TRUNK_OF: "trunk of {}", LIKE: "like {}", RENAMED: "{} under other names"}[found.kind].format(names)


def identify(side: Side) -> Identification:
    """What `side` is, as far as its names and shapes tell."""
    shapes = {item.key: item.shape for item in side.items[:_MOST_KEYS] if item.shape is not None}
    weights = {key: shape for key, shape in shapes.items() if not is_counter(key)}
    near = sorted(_likenesses(weights), key=lambda each: each.apart)[:_MOST_LIKE]
    found = sorted(near, key=lambda each: (each.cost, -each.same))
    for kind, holds, say in _KINDS if found else ():
        if holds(found[0]):
            evidence = [*_evidence(found[0]), *_of_counters(found[0], len(weights) < len(shapes))]
            return _identification(kind, say, found, tuple(evidence))
    return _under_other_names(weights) or _UNKNOWN._replace(rejected=tuple(_rejected(found)))


def _identification(
    kind: str, say: Callable[[Likeness, tuple[str, ...]], str], found: list[Likeness], evidence: tuple[str, ...]
) -> Identification:
    best = found[0]
    equals = [each for each in found if (each.cost, each.same) == (best.cost, best.same)]
    builders = tuple(sorted({each.signature.name for each in equals}))
    others = (each for each in found if each.signature.name not in builders)
    prefixes = tuple(dict.fromkeys(each.prefix for each in equals))
    said = say(best, builders)
    return Identification(
        kind, said, builders, prefixes, best.classes, best.channels, evidence, tuple(_rejected(others))
    )


_UNKNOWN = Identification(UNKNOWN, "")


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
        place = kind.find(".") + 1
        while place:
            behind.setdefault(kind[:place], set()).add(kind[place:])
            place = kind.find(".", place) + 1
    found = []
    for family, names in signatures.table().families.items():
        for prefix, rest in behind.items():
            common = len(names & rest)
            if common >= _ALIKE * len(names):
                found.append((common, family, prefix))
    found.sort(key=lambda each: (-each[0], len(each[2]), each[1]))
    most = [each for each in found if each[0] >= found[0][0] / 2]
    return [(family, prefix) for _, family, prefix in most[:_MOST_FAMILIES]]


def _prefixes(kinds: Mapping[str, list[str]], kind_prefix: str) -> list[str]:
    """The prefixes of that kind: of `#.` there may be `0.` and `1.`."""
    depth = kind_prefix.count(".")
    keys = (key for kind, keys in kinds.items() if kind.startswith(kind_prefix) for key in keys)
    return list(dict.fromkeys("".join(f"{part}." for part in key.split(".")[:depth]) for key in keys))[:_MOST_COPIES]


# What there is to say of the best one.


def _is_like(best: Likeness) -> bool:
    """Whether a model is named as its family is, though it is none of it."""
    names = signatures.table().families[best.signature.family]
    kinds = {signatures.kind_of(key) for key in best.part}
    common = len(kinds & names)
    return common >= _TELLING and common >= 0.6 * len(kinds) and (best.same >= _TELLING or best.ratio is not None)


def _say_same(best: Likeness, builders: tuple[str, ...]) -> str:
    said = f"This is torchvision's {_either(builders)}"
    if best.classes is not None:
        said += f" with {_of_classes(best.classes)}"
    if best.channels is not None:
        said += f"{' and' if best.classes is not None else ' with'} {_of_channels(best.channels)}"
    if best.kernel:
        there = best.signature.shapes[best.signature.stem][2:]
        said += f"; {best.signature.stem} is {_kernel(best.kernel)} and not {_kernel(there)}"
        said += ", as in variants for small pictures (CIFAR)" if best.kernel < there else ""
    return f"{said}."


def _say_trunk(best: Likeness, builders: tuple[str, ...]) -> str:
    where = f" under {wording.safe(best.prefix)}" if best.prefix else ""
    said = f"The trunk{where} is that of torchvision's {_either(builders)}"
    other = [key for key in best.lines[HEAD] if key in best.part]
    if other:
        return f"{said}, the head is another: {wording.names([wording.safe(key) for key in other])}."
    return f"{said}, its head is not there." if best.lines[HEAD] else f"{said}; there is more beside it."


def _say_like(best: Likeness, builders: tuple[str, ...]) -> str:
    differences = []
    if best.ratio is not None and best.ratio != 1:
        differences.append(f"{wording.number(best.ratio)} times as wide")
    differences += [f"{name} is {here} and not {there} blocks deep" for name, here, there in best.blocks]
    said = f"This is built like torchvision's {_either(builders)}, but "
    return said + (" and ".join(differences[:3]) or f"not the same: {best.difference()}") + "."


_KINDS = (
    (SAME, lambda best: best.is_whole and not best.strays, _say_same),
    (TRUNK_OF, lambda best: best.has_trunk, _say_trunk),
    (LIKE, _is_like, _say_like),
)
"""What a best likeness may be: the first that holds, and the sentence for it."""


def _evidence(best: Likeness) -> Iterator[str]:
    name = best.signature.name
    share = "All" if best.same == len(best.part) else f"{best.same:,} of {len(best.part):,}"
    yield f"{share} names and shapes{_under(best.prefix)} are those of {name}."
    if best.classes is not None:
        yield f"{next(iter(best.signature.head))} says {_of_classes(best.classes)}."
    if best.channels is not None:
        yield f"{best.signature.stem} takes {_of_channels(best.channels)}."
    if best.lines[AUXILIARY]:
        there = "There are" if any(key in best.part for key in best.lines[AUXILIARY]) else "There are no"
        yield f"{there} auxiliary classifiers, which are only used in training."
    further = best.strays + len(best.lines[FURTHER])
    if further:
        yield f"{wording.plural(further, 'further key')} {'is' if further == 1 else 'are'} not of it."
    if best.lines[TRUNK]:
        do = "does" if len(best.lines[TRUNK]) == 1 else "do"
        yield f"{wording.plural(len(best.lines[TRUNK]), 'key')} of the trunk {do} not fit: {best.difference()}."


def _of_counters(best: Likeness, there: bool) -> Iterator[str]:
    if not there and any(key.endswith("running_mean") for key in best.part):
        yield "There are no num_batches_tracked: torch before 0.4.1 had none, and some programs leave them out."


def _rejected(others: Iterable[Likeness], most: int = 4) -> Iterator[tuple[str, str]]:
    """The next builders, each once, with what speaks against it."""
    seen: dict[str, str] = {}
    for each in others:
        if len(seen) < most:
            seen.setdefault(each.signature.name, each.difference())
    return iter(seen.items())


# The same network under other names.


def _under_other_names(shapes: Mapping[str, Shape]) -> Identification | None:
    """A model whose weights have these very shapes, the last layer aside; None when there is none."""
    matrices = [shape for shape in shapes.values() if len(shape) > 1]
    if len(matrices) < _TELLING:
        return None
    total = signatures.digest(shapes)
    for head in (None, *dict.fromkeys(reversed(matrices))):
        rest = total if head is None else (total - signatures.weight(head)) % 2**64
        found = [signature for signature in signatures.table().signatures if signature.digest == rest]
        if found:
            return _renamed(found, shapes, head)
    return None


def _renamed(found: list[Signature], shapes: Mapping[str, Shape], head: Shape | None) -> Identification:
    distances = {each: abs(len(shapes) - len(each.shapes)) for each in found}
    builders = tuple(sorted(each.name for each in found if distances[each] == min(distances.values())))
    matrices = sum(len(shape) > 1 for shape in shapes.values()) - (head is not None)
    ending = "its head is not there" if head is None else f"with a head of shape {wording.shape(head)}"
    return Identification(
        RENAMED,
        f"The shapes are those of torchvision's {_either(builders)}, under other names, {ending}.",
        builders,
        classes=head[0] if head else None,
        evidence=(f"{matrices:,} weights of two and more dimensions have the same shapes, counted each by each.",),
    )


def _either(builders: tuple[str, ...]) -> str:
    return " or ".join(builders) + (" (their shapes are the same)" if len(builders) > 1 else "")


def _of_classes(number: int) -> str:
    return wording.plural(number, "class", "classes")


def _of_channels(number: int) -> str:
    return wording.plural(number, "input channel")


def _kernel(sizes: Shape) -> str:
    return "x".join(map(str, sizes))


def _under(prefix: str) -> str:
    return f" under {wording.safe(prefix)}" if prefix else ""
