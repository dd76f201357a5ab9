"""The optimizer lens: which parameter each state belongs to, and whether it would be loaded onto another one.

    for lens in lenses(checkpoint):
        lens.kind, lens.sentence                 # "AdamW", "The 62 states belong to all parameters, in the order ..."
        as_side(lens)                            # keys such as fc1.weight.exp_avg: compared like any other side
    loads_wrongly(lens, model)

torch numbers the states by place, and when it loads them it compares nothing but how many there are. A model whose
parameters come in another order takes each state for that of another parameter: where the shapes differ the first
step fails, and where they are equal it never does.

Why this way: names that are stored are certain. Others are found by making the groups anew as people usually make
them, and say how sure that is and what shapes cannot tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint, Entry, Tensor, walk
from ..language import ntr, sentences, tr
from ..wording import count, names, safe
from .causes import CERTAIN, LIKELY, POSSIBLE
from .grouping import Groups, Way, ways
from .optimizer_kinds import kind_of, settings_words
from .optimizer_states import OptimizerState, Slot, optimizer_states
from .parameters import Parameter, parameters_of
from .sides import Item, Side, of_checkpoint

_ENOUGH = 0.5
"""The share of states that have a shape, from which on shapes that all fit are evidence."""


class Lens(NamedTuple):
    """One optimizer's state, and whose each part of it is."""

    state: OptimizerState
    kind: str
    """`AdamW with amsgrad`; empty when nothing tells."""
    settings: tuple[str, ...]
    """The settings of each group as words."""
    slots: tuple[Slot, ...]
    """In the order of the groups, with their names as far as they are known."""
    sentence: str
    """How the names were found, or why not."""
    confidence: str = CERTAIN
    evidence: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    way: Way | None = None
    """How the groups were made, where that was found out."""

    @property
    def named(self) -> int:
        """How many states have a name."""
        return sum(bool(slot.name) for slot in self.slots)


def lenses(checkpoint: Checkpoint, *weights: Side) -> tuple[Lens, ...]:
    """All optimizers of a file, each with the names of those `weights` that fit it best: by default, the file's own."""
    sides = weights or tuple(_weights_of(checkpoint))
    return tuple(lens(state, *sides) for state in optimizer_states(checkpoint))


def lens(state: OptimizerState, *weights: Side) -> Lens:
    """What can be said of one optimizer, beside the weights it may belong to."""
    settings = dict(state.groups[0]) if state.groups else {}
    seen = Lens(state, kind_of(settings, state.entry_names), tuple(map(settings_words, state.groups)), state.slots, "")
    if not state.slots:
        return seen._replace(sentence=tr("The state is of no parameter."))
    if seen.kind.startswith("LBFGS"):
        together = tuple(slot._replace(name=tr("all parameters")) for slot in state.slots if slot.entries)
        return seen._replace(slots=together, sentence=tr("LBFGS keeps one state for all parameters together."))
    if all(slot.name for slot in state.slots):
        return seen._replace(sentence=tr("The file itself names the parameters."), way=_way_of(state, weights))
    found = [_named(seen, parameters_of(side)) for side in weights]
    best = min(
        found, key=_doubt, default=_unnamed(seen, tr("There are no weights beside it whose names it could have."))
    )
    return best._replace(undecided=(*best.undecided, state.note)) if state.note else best


def as_side(lens: Lens, name: str = "") -> Side:
    """The state as a side: `fc1.weight.exp_avg`, `fc1.weight.step` ... Where a name is not known stands the number."""
    items = tuple(item for slot in lens.slots for item in _items(slot))
    return Side(name or tr("optimizer state"), "checkpoint", items, lens.state.section)


def side_of_section(checkpoint: Checkpoint, section: str) -> tuple[Side, str]:
    """A section of a file as a side, and a sentence on it: an optimizer's states go by the names of their parameters.

    Raises InspectorError when there is no such section.
    """
    side = of_checkpoint(checkpoint, section)
    found = next((lens for lens in lenses(checkpoint) if lens.state.section == section and lens.slots), None)
    if found is None:
        return side, ""
    kind = tr("{clause}.", clause=found.kind) if found.kind else tr("An optimizer.")
    return as_side(found, side.name), sentences(kind, found.sentence)


def keys_of_entries(lens: Lens) -> dict[str, str]:
    """Key in the file -> key by name: `optimizer.state.3.exp_avg` -> `fc2.bias.exp_avg`."""
    return {f"{slot.path}.{key}": f"{slot.name or slot.id}.{key}" for slot in lens.slots for key, _ in _entries(slot)}


def _weights_of(checkpoint: Checkpoint) -> Iterator[Side]:
    for section in checkpoint.sections:
        if section.role == "weights":
            yield of_checkpoint(checkpoint, section.key)


def _entries(slot: Slot) -> Iterator[tuple[str, Entry]]:
    whole = Branch("", "dict", "mapping", slot.entries)
    return ((key, entry) for key, entry in walk(whole) if not isinstance(entry, Branch))


def _items(slot: Slot) -> Iterator[Item]:
    for key, entry in _entries(slot):
        name = f"{slot.name or slot.id}.{key}"
        if isinstance(entry, Tensor):
            yield Item(name, entry.shape, entry.dtype, entry)
        else:
            yield Item(name, None, role="value")


# -- names that the file does not say ---------------------------------------------------------------------------------


def _named(seen: Lens, parameters: Sequence[Parameter]) -> Lens:
    """The lens with the names that the parameters have in the first way that fits."""
    slots, sizes = seen.slots, seen.state.sizes
    fitting: dict[tuple[str, ...], Way] = {}
    for way in sorted(ways(parameters, sizes), key=lambda way: way.unusual):
        groups = way.make(parameters)
        if _fits(groups, slots, sizes):
            fitting.setdefault(_names(groups), way)
    if not fitting:
        return _by_shapes(seen, parameters)
    (found, way), *others = fitting.items()
    known = sum(slot.shape is not None for slot in slots)
    return seen._replace(
        slots=tuple(slot._replace(name=name) for slot, name in zip(slots, found)),
        sentence=ntr(
            "The {n} state belongs to {parameters}.",
            "The {n} states belong to {parameters}.",
            len(slots),
            parameters=way.words,
        ),
        confidence=_confidence(slots, parameters, known, way, [other for _, other in others]),
        evidence=tuple(_kept(slots)),
        undecided=tuple(_undecided(slots, found, others)),
        way=way,
    )


def _way_of(state: OptimizerState, weights: Sequence[Side]) -> Way | None:
    """How the groups of a state that names its parameters were made."""
    stored = tuple(slot.name for slot in state.slots)
    for side in weights:
        parameters = parameters_of(side)
        for way in ways(parameters, state.sizes):
            if _names(way.make(parameters)) == stored:
                return way
    return None


def _names(groups: Groups) -> tuple[str, ...]:
    return tuple(parameter.name for group in groups for parameter in group)


def _fits(groups: Groups, slots: Sequence[Slot], sizes: Sequence[int]) -> bool:
    """Whether the groups have the right sizes, and each parameter the shape of what is kept in its place."""
    if tuple(map(len, groups)) != tuple(sizes):
        return False
    flat = (parameter.shape for group in groups for parameter in group)
    return all(_agree(slot.shape, there) for slot, there in zip(slots, flat))


def _agree(a: tuple[int, ...] | None, b: tuple[int, ...] | None) -> bool:
    return a is None or b is None or a == b


def _confidence(
    slots: Sequence[Slot], parameters: Sequence[Parameter], known: int, way: Way, others: Sequence[Way]
) -> str:
    shapes = Counter(parameter.shape for parameter in parameters)
    if known == len(slots) and max(shapes.values()) == 1:
        return CERTAIN
    rivals = any(other.unusual <= way.unusual for other in others)
    tells_nothing = way.unusual > 0 and len({slot.shape for slot in slots}) == 1
    return POSSIBLE if known < _ENOUGH * len(slots) or rivals or tells_nothing else LIKELY


def _kept(slots: Sequence[Slot]) -> Iterator[str]:
    known = sum(slot.shape is not None for slot in slots)
    empty = sum(not slot.entries for slot in slots)
    if known:
        yield ntr(
            "{count} of {n} state have the shape of the parameter in their place.",
            "{count} of {n} states have the shape of the parameter in their place.",
            len(slots),
            count=count(known),
        )
    if empty:
        yield ntr(
            "{count} of {n} parameter have no state: frozen, unused, or nothing is kept.",
            "{count} of {n} parameters have no state: frozen, unused, or nothing is kept.",
            len(slots),
            count=count(empty),
        )


def _undecided(
    slots: Sequence[Slot], found: tuple[str, ...], others: Sequence[tuple[tuple[str, ...], Way]]
) -> Iterator[str]:
    for other, way in others[:3]:
        moved = [a for a, b in zip(found, other) if a != b]
        yield tr(
            "The shapes would fit as well if it were {parameters}: then {names} would have other states.",
            parameters=way.words,
            names=_quoted(moved),
        )
    shapes = Counter(slot.shape for slot in slots if slot.shape is not None)
    alike = sum(number for number in shapes.values() if number > 1)
    if alike and not others:
        yield tr(
            "{count} states share their shape with another: for them the order of the model is trusted.",
            count=count(alike),
        )


def _by_shapes(seen: Lens, parameters: Sequence[Parameter]) -> Lens:
    """Names those states whose shape only one parameter has."""
    mine = Counter(slot.shape for slot in seen.slots if slot.shape is not None)
    theirs = Counter(parameter.shape for parameter in parameters)
    only = {shape: name for name, shape, *_ in parameters if shape is not None and theirs[shape] == 1 == mine[shape]}
    slots = tuple(slot._replace(name=only.get(slot.shape or (), "")) for slot in seen.slots)
    found = sum(bool(slot.name) for slot in slots)
    sentence = ntr(
        "No usual way of making parameter groups gives groups of {sizes}"
        " with these shapes from the {n} parameter of the weights.",
        "No usual way of making parameter groups gives groups of {sizes}"
        " with these shapes from the {n} parameters of the weights.",
        len(parameters),
        sizes=names(list(map(str, seen.state.sizes)), 6),
    )
    if found:
        more = tr("{count} states are named by a shape that only one parameter has.", count=count(found))
        sentence = sentences(sentence, more)
    return _unnamed(seen._replace(slots=slots), sentence)


def _unnamed(seen: Lens, sentence: str) -> Lens:
    return seen._replace(sentence=sentence, confidence=POSSIBLE)


def _doubt(lens: Lens) -> tuple[int, int, int]:
    """How little a lens says: no names, how unsure, how unusual."""
    order = (CERTAIN, LIKELY, POSSIBLE).index(lens.confidence)
    return (len(lens.slots) - lens.named, order, lens.way.unusual if lens.way else 0)


def _quoted(items: Sequence[str]) -> str:
    return names([f"`{safe(item, 80)}`" for item in items])
