"""Where the rectangles of a treemap go: areas as the sizes are, sides as alike as can be.

The rows are laid after Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000): each new rectangle joins
the present row as long as that makes the worst shape in it better.
"""

from __future__ import annotations

from collections.abc import Sequence

Box = tuple[float, float, float, float]
"""Left, top, width, height."""


def squarify(sizes: Sequence[float], box: Box) -> list[Box]:
    """A rectangle for each of `sizes` - positive, the largest first - which together fill `box`."""
    total = sum(sizes)
    left, top, width, height = box
    if total <= 0 or width <= 0 or height <= 0:
        return [(left, top, 0.0, 0.0) for _ in sizes]
    areas = [size * width * height / total for size in sizes]
    placed: list[Box] = []
    while len(placed) < len(areas):
        row = _next_row(areas, len(placed), min(width, height))
        side, across = min(width, height), max(width, height)
        is_last = len(placed) + len(row) == len(areas)  # takes what is left, whatever rounding made of it
        thickness = across if is_last else min(across, sum(row) / side if side > 0 else 0.0)
        placed += _laid(row, (left, top, width, height), thickness)
        if width >= height:
            left, width = left + thickness, width - thickness
        else:
            top, height = top + thickness, height - thickness
    return placed


def _next_row(areas: Sequence[float], start: int, side: float) -> list[float]:
    """As many areas from `start` on as make the best shapes along `side`."""
    row = [areas[start]]
    for area in areas[start + 1 :]:
        if _worst([*row, area], side) > _worst(row, side):
            break
        row.append(area)
    return row


def _worst(row: Sequence[float], side: float) -> float:
    """The most oblong shape in `row`, as the longer side by the shorter."""
    total = sum(row)
    if total <= 0 or side <= 0:
        return float("inf")
    return max(max(side * side * area / total**2, total**2 / (side * side * area)) for area in (min(row), max(row)))


def _laid(row: list[float], room: Box, thickness: float) -> list[Box]:
    """The rectangles of one row, `thickness` thick along the shorter side of `room`."""
    left, top, width, height = room
    side, total = min(width, height), sum(row)
    boxes: list[Box] = []
    done = 0.0
    for area in row:
        length = side * area / total if total > 0 else 0.0
        is_upright = width >= height
        boxes.append((left, top + done, thickness, length) if is_upright else (left + done, top, length, thickness))
        done += length
    return boxes
