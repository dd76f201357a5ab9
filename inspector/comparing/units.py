"""The tensors of one side, taken together as layers: a weight with its bias, a BatchNorm with its statistics.

A unit is what the keys below one path make up. A parameter of its own (`cls_token`) is a unit by itself. Where one
side keeps queries, keys and values in one tensor, the three that the other side has are taken for one unit too.

Why this way: a bias of 64 numbers could belong to anything, the layer it is in cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .key_words import words
from .sides import Item, Shape

ROLES = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
"""What tensors of a layer are called whatever the layer is; they are only ever paired with their like."""

FAMILIES = (("q", "k", "v"), ("k", "v"), ("gate", "up"))
"""Layers side by side that are also found in one, by the words for them."""

EQUAL, TURNED, SCALED, RANK = 1.0, 0.85, 0.5, 0.25
"""How well shapes fit: the same; the same but for order and ones; all sizes that differ by one ratio; as many."""

_COMPUTED = ".parametrizations."
"""What stands before what a weight is computed of."""
_JOINED = re.compile(r"(.*[^._])_(weight|bias)")


class Part(NamedTuple):
    """One tensor of a unit; or several that are to be one, in this order."""

    role: str
    """One of `ROLES`; empty for a parameter of its own."""
    items: tuple[Item, ...]
    shape: Shape | None

    @property
    def plain(self) -> tuple[int, ...] | None:
        """Its dimensions without order and without those of size 1: what no transposing or squeezing changes."""
        return None if self.shape is None else tuple(sorted(size for size in self.shape if size != 1))


class Unit(NamedTuple):
    """A layer, by its path."""

    path: str
    parts: tuple[Part, ...]
    place: int
    """Where its first tensor stands in the side."""

    @property
    def first(self) -> Part:
        """The part that says most: the weight where there is one."""
        return self.parts[0]


def units(items: Iterable[Item]) -> list[Unit]:
    """The layers that these items make up, in their order."""
    found: dict[str, tuple[int, dict[str, Item]]] = {}
    for place, item in enumerate(items):
        path, role = _told_apart(item.key)
        found.setdefault(path, (place, {}))[1].setdefault(role, item)
    return [Unit(path, _parts(members), place) for path, (place, members) in found.items()]


def _told_apart(key: str) -> tuple[str, str]:
    """The path of the layer that a key belongs to, and its role there."""
    path, computed, leaf = key.partition(_COMPUTED)
    if not computed:
        path, _, leaf = key.rpartition(".")
    if computed or leaf in ROLES or leaf.startswith(("weight_", "bias_")):
        return path, leaf
    joined = _JOINED.fullmatch(key) if len(key) < 2000 else None
    return (joined[1], joined[2]) if joined else (key, "")


def _parts(members: dict[str, Item]) -> tuple[Part, ...]:
    order = sorted(members, key=lambda role: ROLES.index(role) if role in ROLES else -1)
    return tuple(Part(role, (members[role],), members[role].shape) for role in order)


# -- several layers in one ---------------------------------------------------------------------------


def with_families(ours: list[Unit], theirs: list[Unit]) -> tuple[list[Unit], list[Unit]]:
    """Both with queries, keys and values as one unit, if either side has them in one tensor; and so for the like."""
    for family in FAMILIES:
        if any(is_fused(unit, family) for unit in ours) or any(is_fused(unit, family) for unit in theirs):
            ours, theirs = _gathered(ours, family), _gathered(theirs, family)
    return ours, theirs


def is_fused(unit: Unit, family: Sequence[str]) -> bool:
    """Whether its name says that it is a family in one."""
    said = words(_last(unit.path))
    return said.issuperset(family) or "".join(family) in said


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _gathered(all_units: list[Unit], family: Sequence[str]) -> list[Unit]:
    siblings: dict[tuple[str, frozenset[str]], dict[str, Unit]] = {}
    for unit in all_units:
        said = words(_last(unit.path))
        members = said.intersection(family)
        if len(members) == 1:
            beside = (unit.path.rpartition(".")[0], said - members)
            siblings.setdefault(beside, {}).setdefault(next(iter(members)), unit)
    changed = {unit.path: [unit] for unit in all_units}
    for (parent, _), by_word in siblings.items():
        if len(by_word) == len(family):
            trio = [by_word[name] for name in family]
            whole, left = _one_of(trio, f"{parent}.{''.join(family)}".lstrip("."))
            if whole is not None:
                changed.update((unit.path, [rest] if rest.parts else []) for unit, rest in zip(trio, left))
                changed[trio[0].path].insert(0, whole)
    return [unit for made in changed.values() for unit in made]


def _one_of(members: list[Unit], path: str) -> tuple[Unit | None, list[Unit]]:
    """The unit that they are together, and what is left of each; None when their weights do not fit."""
    by_role = [{part.role: part for part in unit.parts} for unit in members]
    whole: list[Part] = []
    for role in by_role[0]:
        parts = [each[role] for each in by_role if role in each]
        shape = _joined_shape([part.shape for part in parts])
        if len(parts) == len(members) and shape is not None:
            whole.append(Part(role, tuple(part.items[0] for part in parts), shape))
    joined = {part.role for part in whole}
    if "weight" not in joined:
        return None, members
    left = [unit._replace(parts=tuple(part for part in unit.parts if part.role not in joined)) for unit in members]
    return Unit(path, tuple(whole), members[0].place), left


def _joined_shape(shapes: Sequence[Shape | None]) -> Shape | None:
    """The shape of tensors one after the other; None when they do not fit."""
    known = [shape for shape in shapes if shape]
    if len(known) < len(shapes) or len({shape[1:] for shape in known}) != 1:
        return None
    return (sum(shape[0] for shape in known), *known[0][1:])


# -- how well two fit ------------------------------------------------------------------------------------


def fit(ours: Unit, theirs: Unit) -> float:
    """How well the shapes of two layers fit, 0 to 1."""
    mine, others = {part.role: part for part in ours.parts}, {part.role: part for part in theirs.parts}
    shared = shared_roles(ours, theirs)
    if shared == ("",):
        return (EQUAL if "" in mine and "" in others else 0.9) * _shapes(ours.first, theirs.first)
    each = [_shapes(mine[role], others[role]) for role in shared]
    return sum(each) / len(each) * 0.95 ** (len(mine) + len(others) - 2 * len(shared)) if each and all(each) else 0.0


def shared_roles(ours: Unit, theirs: Unit) -> tuple[str, ...]:
    """By which of their tensors two layers can be compared. One that is alone in both is the same whatever its role."""
    roles = {part.role for part in theirs.parts}
    shared = tuple(part.role for part in ours.parts if part.role in roles)
    if not shared and len(ours.parts) == len(theirs.parts) == 1 and "" in (ours.first.role, theirs.first.role):
        return ("",)
    return shared


def _shapes(ours: Part, theirs: Part) -> float:
    one, other = ours.shape, theirs.shape
    if one is None or other is None:
        return RANK
    if one == other:
        return EQUAL
    if _without_ones(one) == _without_ones(other) or (len(one) == 2 and one[::-1] == other):
        return TURNED
    if len(one) != len(other):
        return 0.0
    return SCALED if len(ratios(one, other)) == 1 else RANK


def _without_ones(shape: Shape) -> Shape:
    return tuple(size for size in shape if size != 1)


def ratios(one: Shape | None, other: Shape | None) -> frozenset[float]:
    """By what the sizes of two shapes differ."""
    return frozenset(mine / theirs for mine, theirs in zip(one or (), other or ()) if mine != theirs and theirs)
