"""Values are read off the sizes that a few others made."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.workshop.learning import Tried, fractions, whole_numbers
from inspector.workshop.traits import Traits

SIZE = ("weight", 0)


def tried(shape: Callable[[int], int], *values: int) -> Tried:
    return [(Fraction(value), {SIZE: shape(value)}) for value in values]


@pytest.mark.parametrize(
    "shape",
    [lambda v: v, lambda v: 3 * v, lambda v: 7 * v + 5, lambda v: v * v, lambda v: v * v + 1, lambda v: v * (v - 1)],
    ids=["v", "3v", "7v+5", "v^2", "v^2+1", "v(v-1)"],
)
@given(answer=st.integers(1, 100_000))
def test_lines_and_parabolas_are_turned_round(shape: Callable[[int], int], answer: int) -> None:
    wanted: Traits = {SIZE: shape(answer)}
    values = {guess.value for guess in whole_numbers(tried(shape, 16, 32, 48), wanted) if guess.votes >= 1}
    assert answer in values


def test_two_points_make_a_line() -> None:
    (guess,) = whole_numbers(tried(lambda v: 4 * v, 8, 16), {SIZE: 100})
    assert (guess.value, guess.votes, guess.trait) == (25, 1, SIZE)


def test_what_no_whole_number_makes_is_only_near() -> None:
    (guess,) = whole_numbers(tried(lambda v: 4 * v, 8, 16), {SIZE: 101})
    assert guess.value == 25
    assert guess.votes < 1


def test_most_traits_win() -> None:
    wanted: Traits = {("a", 0): 30, ("b", 0): 30, ("c", 0): 99}
    points = [(Fraction(value), dict.fromkeys(wanted, value)) for value in (8, 16)]
    assert [guess.value for guess in whole_numbers(points, wanted)] == [30, 99]


def test_what_does_not_move_says_nothing() -> None:
    assert whole_numbers(tried(lambda v: 7, 8, 16), {SIZE: 9}) == []
    assert fractions(tried(lambda v: 7, 8, 16), {SIZE: 9}) == []
    assert whole_numbers([], {SIZE: 9}) == []


def test_nothing_below_zero_is_said() -> None:
    assert whole_numbers(tried(lambda v: 10 + v, 8, 16), {SIZE: 3}) == []


def channels(base: int, factor: Fraction) -> int:
    """As MobileNet has it: a multiple of eight."""
    return max(8, int(base * factor + 4) // 8 * 8)


@pytest.mark.parametrize("answer", ["0.35", "0.5", "0.75", "1.3", "1.4"])
def test_a_factor_is_found_though_channels_are_rounded(answer: str) -> None:
    bases = (32, 16, 24, 96, 160, 320, 1280)

    def made(factor: Fraction) -> Traits:
        return {(f"features.{base}", 0): channels(base, factor) for base in bases}

    wanted, points = made(Fraction(answer)), [(Fraction(value), made(Fraction(value))) for value in (1, 2)]
    for _ in range(8):
        guess = next(each for each in fractions(points, wanted) if each.value not in dict(points))
        points.append((guess.value, made(guess.value)))
        if points[-1][1] == wanted:
            break
    assert points[-1][1] == wanted
    assert float(points[-1][0]) == float(answer)


def test_depths_that_are_rounded_up() -> None:
    wanted: Traits = {("blocks.", "blocks"): ceil(4 * 2.2)}
    points = [(Fraction(value), {("blocks.", "blocks"): 4 * value}) for value in (1, 2)]
    assert any(ceil(4 * guess.value) == 9 for guess in fractions(points, wanted))
