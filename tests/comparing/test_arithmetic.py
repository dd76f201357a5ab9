"""What lies between two sizes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.comparing.arithmetic import (
    Grids,
    factor,
    factor_words,
    grids,
    is_simple,
    multiple,
    rounded,
    square_root,
    windows,
)
from tests.comparing.built_models import torchvision_models


def test_a_factor_is_reduced_and_needs_two_sizes() -> None:
    assert factor(768, 1024) == Fraction(4, 3)
    assert factor(0, 1024) is None
    assert factor(768, 0) is None


@pytest.mark.parametrize(("ratio", "simple"), [("1/2", True), ("4/3", True), ("1/16", True), ("25/32", False)])
def test_what_people_scale_by_is_simple(ratio: str, simple: bool) -> None:
    assert is_simple(Fraction(ratio)) is simple


def test_a_multiple_is_one_on_both_sides() -> None:
    assert multiple((2304, 3072), (768, 1024)) == 3
    assert multiple((2304, 3073), (768, 1024)) == 0
    assert multiple((2304, 3072), (0, 1024)) == 0


def test_pictures_and_class_tokens_are_told_from_the_number_of_positions() -> None:
    assert grids(197, 577) == [Grids(14, 24, 1)]
    assert grids(196, 576) == [Grids(14, 24, 0)]
    assert grids(198, 578) == [Grids(14, 24, 2)]
    assert grids(512, 1024) == []


def test_windows_are_told_from_their_tables_and_indices() -> None:
    assert windows(169, 225) == (7, 8)
    assert windows(7**4, 8**4) == (7, 8)
    assert windows(100, 0) is None


@given(st.integers(1, 4096), st.fractions(Fraction(1, 4), 3))
def test_widths_are_rounded_as_torchvision_rounds_them(width: int, ratio: Fraction) -> None:
    make_divisible = torchvision_models().mobilenetv2._make_divisible
    assert rounded(width * ratio) == make_divisible(width * float(ratio), 8) or abs(width * ratio % 4) < 1e-9


@given(st.integers(-10, 10**40))
def test_the_root_of_a_square_is_found_and_of_nothing_else(number: int) -> None:
    root = square_root(number)
    assert root == 0 or root * root == number
    assert number <= 0 or square_root(number * number) == number


def test_factors_are_said_as_people_say_them() -> None:
    said = [factor_words(Fraction(each)) for each in ("1/2", "2", "4/3", "5", "1/5", "125/96")]
    assert said == ["half", "twice", "4/3 times", "5 times", "1/5", "1.3 times"]
