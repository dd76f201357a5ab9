"""Which value makes the traits what they are wanted to be, learned from a few values that were tried.

A trait that an argument moves is a straight line or a parabola in it: a width (v), a fused projection (3 v), a
grid of positions ((v / 16)^2 + 1), a square matrix (v^2), a count. Two or three points say which, and it is turned
round. Where something is rounded - `ceil`, channels to multiples of 8 - the line is only near, but the largest
sizes are rounded least: what they say comes first, and a build decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from math import isqrt
from typing import NamedTuple, Sequence, Tuple  # noqa: UP035  # Python 3.8

from .traits import Trait, Traits

Point = Tuple[Fraction, Fraction]  # noqa: UP006
Tried = Sequence[Tuple[Fraction, Traits]]  # noqa: UP006
"""Values of one argument, all others unchanged, and the traits that came out; the last ones count most."""


_ENDLESS = Fraction(10**9)


class Guess(NamedTuple):
    """A value that would make some traits right."""

    value: Fraction
    votes: float
    """How many traits speak for it."""
    trait: Trait
    """One of these."""


def moved(one: Traits, other: Traits) -> list[Trait]:
    """The traits that are not the same in both."""
    return [trait for trait in {**one, **other} if one.get(trait) != other.get(trait)]


def whole_numbers(tried: Tried, wanted: Traits) -> list[Guess]:
    """The whole numbers that the moved traits speak for, those with most votes first."""
    votes: dict[Fraction, float] = {}
    reasons: dict[Fraction, Trait] = {}
    for trait, points in _moved_points(tried, wanted):
        for value, is_exact in _inverted(points, Fraction(wanted[trait])):
            if value >= 0:
                votes[value] = votes.get(value, 0) + (1 if is_exact else 0.01)
                reasons.setdefault(value, trait)
    ranked = sorted(votes, key=lambda value: -votes[value])
    return [Guess(value, votes[value], reasons[value]) for value in ranked]


def fractions(tried: Tried, wanted: Traits) -> list[Guess]:
    """The numbers that the moved traits speak for: the roundest near what the largest sizes say.

    Sizes grow with the number. So one that is too small says that it must be larger, and one that is too large the
    opposite: only what lies between is said.
    """
    said, low, high = [], Fraction(0), _ENDLESS
    for trait, points in _moved_points(tried, wanted):
        (v0, f0), (v1, f1) = points[-2:]
        if f0 != f1:
            said.append((wanted[trait], v0 + (wanted[trait] - f0) * (v1 - v0) / (f1 - f0), trait))
        low = max([low, *(value for value, size in points if size < wanted[trait])])
        high = min([high, *(value for value, size in points if size > wanted[trait])])
    said.sort(key=lambda each: -each[0])
    near = sorted(value for _, value, _ in said[: max(3, len(said) // 4)])
    if not near:
        return []
    middle = near[len(near) // 2]
    between = [middle, (low + high) / 2] if low < high < _ENDLESS else [middle]
    values = dict.fromkeys(value for each in between for value in _round_numbers(each))
    inside = [value for value in values if low < value < high]
    return [Guess(value, len(said), said[0][2]) for value in inside or values if value > 0]


def _round_numbers(middle: Fraction) -> Iterable[Fraction]:
    """Numbers near `middle`: whole, to one decimal, to a twentieth, an eighth, two and three decimals, and as it is."""
    parts = (1, 2, 10, 4, 20, 8, 3, 100, 1000)
    return [*(Fraction(round(middle * part), part) for part in parts), middle]


def _moved_points(tried: Tried, wanted: Traits) -> Iterator[tuple[Trait, list[Point]]]:
    """Each wanted trait that has different sizes among what was tried, with the last three that differ."""
    everywhere: Mapping[Trait, int] = {trait: 0 for _, each in tried for trait in each if trait in wanted}
    for trait in everywhere:
        points = [(value, Fraction(each[trait])) for value, each in tried if trait in each]
        if len({size for _, size in points}) > 1:
            yield trait, points[-3:]


def _inverted(points: list[Point], wanted: Fraction) -> Iterator[tuple[Fraction, bool]]:
    """Where the curve through two or three points is `wanted`, in whole numbers, and whether it is exactly so."""
    (v0, f0), (v1, f1) = points[-2:]
    if len(points) == 3:
        a, b, c = _parabola(points)
        if a:
            yield from _roots(a, b, c - wanted)
            return
    if f0 != f1:
        value = v0 + (wanted - f0) * (v1 - v0) / (f1 - f0)
        yield Fraction(round(value)), value.denominator == 1


def _parabola(points: list[Point]) -> tuple[Fraction, Fraction, Fraction]:
    """a, b, c of a v^2 + b v + c through three points, after Newton's divided differences."""
    (v0, f0), (v1, f1), (v2, f2) = points
    slope = (f1 - f0) / (v1 - v0)
    a = ((f2 - f1) / (v2 - v1) - slope) / (v2 - v0)
    b = slope - a * (v0 + v1)
    return a, b, f0 - slope * v0 + a * v0 * v1


def _roots(a: Fraction, b: Fraction, c: Fraction) -> Iterator[tuple[Fraction, bool]]:
    inside = b * b - 4 * a * c
    if inside < 0:
        return
    # The root of a fraction is taken of whole numbers: floats would miss large exact squares.
    root = Fraction(isqrt(inside.numerator * inside.denominator), inside.denominator)
    for sign in (1, -1):
        value = Fraction(round((-b + sign * root) / (2 * a)))
        yield value, a * value * value + b * value + c == 0
