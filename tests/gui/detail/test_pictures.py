"""What a picture is made of: which ones a shape offers, and that their cells are what numpy says they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.checkpoint.arrays import read
from inspector.errors import FileError
from inspector.gui.detail import cells, mosaics, pictures, shapes
from inspector.gui.detail.shapes import Kind
from inspector.progress import finish

from .making import of_zeros, tensor_of

RANDOM = np.random.default_rng(7)


@pytest.mark.parametrize(
    ("shape", "kinds"),
    [
        ((), []),
        ((0, 3), []),
        ((512,), [Kind.SERIES]),
        ((1, 512), [Kind.SERIES]),
        ((10, 784), [Kind.MAP]),
        ((28, 28), [Kind.MAP, Kind.IMAGE]),
        ((3, 96, 144), [Kind.IMAGE, Kind.MAP]),
        ((96, 144, 3), [Kind.IMAGE, Kind.MAP]),
        ((1, 28, 28), [Kind.IMAGE, Kind.MAP]),
        ((64, 3, 7, 7), [Kind.FILTERS, Kind.MAP]),
        ((64, 64, 1, 1), [Kind.MAP]),
        ((5, 4, 3, 2, 2), [Kind.MAP]),
    ],
)
def test_offers(shape: tuple[int, ...], kinds: list[Kind]) -> None:
    assert shapes.offers(shape) == kinds


def test_usual_axes_are_the_two_longest() -> None:
    assert shapes.usual_axes((2, 30, 4, 50)) == (1, 3)
    assert shapes.usual_axes((64, 32, 3, 3)) == (0, 1)
    assert shapes.usual_axes((64, 3, 7, 7)) == (2, 3)


@given(height=st.integers(1, 40), width=st.integers(1, 40), cells=st.integers(1, 12), with_nan=st.booleans())
def test_a_cell_holds_mean_least_and_greatest_of_its_values(
    height: int, width: int, cells: int, with_nan: bool
) -> None:
    array = RANDOM.normal(size=(height, width))
    if with_nan:
        array[RANDOM.integers(height), RANDOM.integers(width)] = np.nan
        array[RANDOM.integers(height), RANDOM.integers(width)] = -np.inf

    picture = finish(pictures.read_map(read, tensor_of(array), 0, 1, (0, 0), cells))

    down, across = picture.steps
    assert max(picture.mean.shape) <= cells
    for row in range(picture.mean.shape[0]):
        for column in range(picture.mean.shape[1]):
            block = array[row * down : (row + 1) * down, column * across : (column + 1) * across]
            fit = block[np.isfinite(block)]
            assert picture.unfit[row, column] == (fit.size < block.size)
            if not fit.size:
                assert np.isnan(picture.mean[row, column])
                continue
            assert picture.mean[row, column] == pytest.approx(fit.mean(), abs=1e-12)
            assert (picture.low[row, column], picture.high[row, column]) == (fit.min(), fit.max())


def test_any_two_axes_of_any_tensor() -> None:
    array = RANDOM.normal(size=(4, 5, 6, 7)).astype("f4")

    across = finish(pictures.read_map(read, tensor_of(array), 3, 1, (2, 0, 4, 0)))
    line = finish(pictures.read_series(read, tensor_of(array), 2, (3, 1, 0, 6)))

    np.testing.assert_array_equal(across.mean, array[2, :, 4, :].T)
    np.testing.assert_array_equal(line.mean[0], array[3, 1, :, 6])


def test_the_value_farthest_from_zero_survives() -> None:
    array = np.zeros((100, 100))
    array[3, 3], array[77, 50] = -5.0, 4.0

    farthest = finish(pictures.read_map(read, tensor_of(array), 0, 1, (0, 0), cells=10)).farthest()

    assert farthest[0, 0] == -5.0
    assert farthest[7, 5] == 4.0


def test_complex_numbers_are_drawn_by_their_magnitudes() -> None:
    array = np.array([[3 + 4j, 0], [1j, -2]])

    assert finish(pictures.read_map(read, tensor_of(array), 0, 1, (0, 0))).mean.tolist() == [[5, 0], [1, 2]]


@pytest.mark.parametrize("shape", [(200_000, 40_000), (3, 2_000_000_000), (2_000_000_000, 3), (6_000_000_000,)])
def test_of_a_giant_no_more_than_the_budget_is_read(
    tmp_path: Path, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells, "BUDGET", 1 << 20)
    asked = []

    def counting(tensor: object, index: pictures.Index) -> object:
        values = read(tensor, index)  # type: ignore[arg-type]
        asked.append(values.size)
        return values

    tensor = of_zeros(tmp_path / "giant", shape)
    if len(shape) == 1:
        picture = finish(pictures.read_series(counting, tensor, 0, (0,)))  # type: ignore[arg-type]
    else:
        picture = finish(pictures.read_map(counting, tensor, 0, 1, (0, 0)))  # type: ignore[arg-type]

    assert sum(asked) <= 2.5 * cells.BUDGET
    assert max(asked) <= 2 * pictures.BLOCK
    assert picture.sampled > 1
    assert not np.isnan(picture.mean).any()


def test_a_file_that_ends_too_early_is_a_sentence(tmp_path: Path) -> None:
    tensor = of_zeros(tmp_path / "short", (64, 64))
    with open(tmp_path / "short", "r+b") as file:
        file.truncate(100)

    with pytest.raises(FileError, match="changed on disk"):
        finish(pictures.read_map(read, tensor, 0, 1, (0, 0)))


def test_filters_in_colour_and_by_channel() -> None:
    array = RANDOM.normal(size=(6, 3, 2, 2)).astype("f4")

    coloured = finish(pictures.read_filters(read, tensor_of(array), 2, None, page=3))
    single = finish(pictures.read_filters(read, tensor_of(array), 0, 1))

    assert coloured.in_colour
    assert (coloured.first, coloured.total) == (2, 6)
    np.testing.assert_array_equal(coloured.values, array[2:5])
    np.testing.assert_array_equal(single.values, array[:, 1])


@pytest.mark.parametrize("shape", [(20, 30, 3), (3, 20, 30), (1, 1, 20, 30), (20, 30)])
def test_an_image_has_its_rows_columns_and_colours_in_place(shape: tuple[int, ...]) -> None:
    array = RANDOM.integers(0, 256, size=shape).astype(np.uint8)
    axes = shapes.image_axes(shape)
    assert axes is not None

    image = finish(pictures.read_image(read, tensor_of(array), axes))

    expected = {3: array, 4: array[0, 0], 2: array}[len(shape)]
    if shape[0] == 3:
        expected = np.moveaxis(array, 0, -1)
    np.testing.assert_array_equal(image.pixels, expected if expected.ndim == 3 else np.stack([expected] * 3, axis=-1))


@pytest.mark.parametrize(
    ("values", "first_pixel", "words"),
    [
        ([0.0, 0.5, 1.0], 0, "as they are"),
        ([-1.0, 0.0, 1.0], 0, "−1 (black)"),
        ([0.0, 100.0, 255.0], 0, "0 to 255"),
        ([-2.0, 0.0, 2.0], 0, "stretched"),
        ([np.nan, 1.0, 0.0], 0, "as they are"),
    ],
)
def test_numbers_become_brightness(values: list[float], first_pixel: int, words: str) -> None:
    pixels, said = pictures.as_pixels(np.array(values).reshape(1, 3, 1), "float32")

    assert pixels[0, 0].tolist() == [first_pixel] * 3
    assert words in said


@given(filters=st.integers(1, 60), height=st.integers(1, 7), width=st.integers(1, 7), aspect=st.floats(0.2, 5))
def test_a_mosaic_has_every_filter_in_its_tile(filters: int, height: int, width: int, aspect: float) -> None:
    values = RANDOM.normal(size=(filters, height, width))
    columns = mosaics.columns_for(filters, height, width, aspect)

    sheet = mosaics.mosaic(values, columns)

    assert 1 <= columns <= filters
    for number in range(filters):
        top, left = number // columns * height, number % columns * width
        np.testing.assert_array_equal(sheet[top : top + height, left : left + width], values[number])
    assert np.isnan(sheet).sum() == sheet.size - values.size


def test_own_scale_makes_faint_filters_visible() -> None:
    values = np.stack([np.full((2, 2), 0.001), np.full((2, 2), -8.0), np.zeros((2, 2))])

    scaled = mosaics.on_own_scale(values)

    assert (scaled[0, 0, 0], scaled[1, 0, 0], scaled[2, 0, 0]) == (1.0, -1.0, 0.0)
    assert mosaics.between_ends(np.array([[[0.0, 2.0]], [[5.0, 9.0]]]), own=True)[:, 0].tolist() == [[0, 1], [0, 1]]
