"""What can lie between two sizes: a factor, a grid of positions, a rounded multiple - numbers only, no names.

A pair (old, new) is a size in the file and the size that stands at the same place in the model.

Sources: a vision transformer has one position for each patch and a class token before them, height * width + 1
(Dosovitskiy et al. 2020, section 3.1), with distillation one more (Touvron et al. 2021); a Swin window of side w has
(2w - 1)^2 relative positions, and w^4 entries in its index (Liu et al. 2021, section 3.2); MobileNets and EfficientNets
round widths to multiples of eight, and never to less than nine tenths (`_make_divisible` in TensorFlow's slim).
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import NamedTuple

from ..language import tr

SIMPLE = 8
"""A factor is simple when neither of its two numbers is larger: 1/2, 4/3, 5/8; or when one of them is 1."""


def factor(old: int, new: int) -> Fraction | None:
    """By how much `new` is larger; None where one of them is nothing."""
    return Fraction(new, old) if old > 0 and new > 0 else None


def is_simple(ratio: Fraction) -> bool:
    """Whether people scale networks by such a factor, so that two widths of one factor are one decision."""
    low, high = sorted((ratio.numerator, ratio.denominator))
    return low == 1 or high <= SIMPLE


def multiple(larger: tuple[int, int], smaller: tuple[int, int]) -> int:
    """How many times the smaller pair the larger is, the same on both sides (2304→3072 is 3 times 768→1024); or 0."""
    if 0 in smaller or larger[0] % smaller[0]:
        return 0
    times = larger[0] // smaller[0]
    return times if larger[1] == times * smaller[1] else 0


class Grids(NamedTuple):
    """A number of tokens that is `extra` and a square on both sides."""

    old: int
    """The side of the square in the file."""
    new: int
    extra: int


def grids(old: int, new: int, most: int = 2) -> list[Grids]:
    """The ways in which both are a square and the same few tokens more: 197→577 is 14^2 + 1 → 24^2 + 1."""
    found = []
    for extra in range(most + 1):
        a, b = square_root(old - extra), square_root(new - extra)
        if a > 1 and b > 1:
            found.append(Grids(a, b, extra))
    return found


def windows(old: int, new: int) -> tuple[int, int] | None:
    """The sides of two windows that have so many relative positions, (2w - 1)^2, or entries in their index, w^4."""
    a, b = square_root(old), square_root(new)
    if a % 2 and b % 2 and a > 1 and b > 1:
        return (a + 1) // 2, (b + 1) // 2
    a, b = square_root(a), square_root(b)
    return (a, b) if a > 1 and b > 1 else None


def rounded(width: Fraction, divisor: int = 8) -> int:
    """A scaled width as MobileNets round it: to the nearest multiple, but not below nine tenths of it."""
    near = max(divisor, int(width + Fraction(divisor, 2)) // divisor * divisor)
    return near + divisor if 10 * near < 9 * width else near


def factor_words(ratio: Fraction) -> str:
    """The factor from file to model as it stands before "as large": `twice`, `half`, `4/3 times`."""
    if ratio.numerator == 1:
        named = {2: tr("half"), 3: tr("a third"), 4: tr("a quarter")}
        return named.get(ratio.denominator, f"1/{ratio.denominator}")
    if ratio == 2:
        return tr("twice")
    if ratio.denominator == 1:
        return tr("{factor} times", factor=ratio.numerator)
    if ratio.denominator > 20:
        return tr("{factor} times", factor=f"{float(ratio):.3g}") if ratio < 10**9 else tr("over 10^9 times")
    return tr("{factor} times", factor=f"{ratio.numerator}/{ratio.denominator}")


def square_root(number: int) -> int:
    """The square root of a square; 0 for anything else."""
    if number < 1:
        return 0
    root = isqrt(number)
    return root if root * root == number else 0
