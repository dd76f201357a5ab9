"""The rank of a change: whether what lies between two matrices is a product of two thin ones, as a merged adapter is.

Why this way: a part of a matrix of rank r has rank r as well, so a few hundred rows and columns tell it, however
large the matrix. Rounding hides the rank, but it leaves a cliff: singular values that are far smaller than those
before, and that hold next to nothing of the change. What a full fine-tuning changes falls off slowly; no cliff, no
claim.
"""

from __future__ import annotations

import math

import numpy as np

from ..checkpoint.arrays import read
from ..checkpoint.decoding import Array
from ..checkpoint.entries import Tensor
from .differences import digits

SIDE = 384
"""Rows and columns of the part that is looked at; a rank of up to a quarter of it is found."""
LEAST = 16
"""The shorter side of a matrix whose rank can be called low."""
_COLUMNS = 16 * 1024
"""Elements of a row that are read at most."""
_CLIFF = 4.0
"""How many times smaller the singular values become behind the last that counts."""
_REST = 1e-3
"""The share of the squared change that may lie behind it - or three times what rounding would leave there."""
_MOST_NOISE = 0.1
"""With more than this share lost to rounding, nothing is said."""


def is_matrix(tensor: Tensor) -> bool:
    """Whether its rank can be asked for: two sides of `LEAST` or more, the first dimension being one of them."""
    rows = tensor.shape[0] if tensor.shape else 0
    return rows >= LEAST and tensor.numel >= rows * LEAST and not tensor.dtype.startswith(("complex", "int", "uint"))


def rank_of_change(a: Tensor, b: Tensor) -> int | None:
    """The rank of b - a, seen as a matrix of [first dimension, all others]; None when it is not low, or not to be told.

    Raises InspectorError when the numbers cannot be read.
    """
    before, after = _part(a), _part(b)
    change = after - before
    if not np.isfinite(change).all() or not _is_spread(change):
        return None
    squares = _squared_singular_values(change)
    most = len(squares) // 4
    cliffs = np.flatnonzero(squares[:most] >= _CLIFF**2 * squares[1 : most + 1])
    if not cliffs.size:
        return None
    rank = int(cliffs[-1]) + 1
    noise = _rounding(a, b, before, after, change) / float(squares.sum())
    rest = float(squares[rank:].sum() / squares.sum())
    return rank if noise < _MOST_NOISE and rest <= max(_REST, 3 * noise) else None


def _part(tensor: Tensor) -> Array:
    """At most `SIDE` rows and columns of the matrix that the tensor is, as float64; the same ones for one shape."""
    index = [_stepped(tensor.shape[0], SIDE)]
    if len(tensor.shape) == 2:
        index.append(_stepped(tensor.shape[1], _COLUMNS))
    elif tensor.numel // tensor.shape[0] > _COLUMNS:
        index.append(_stepped(tensor.shape[1], max(1, _COLUMNS * tensor.shape[0] * tensor.shape[1] // tensor.numel)))
    rows = read(tensor, tuple(index)).astype(np.float64)
    rows = rows.reshape(rows.shape[0], -1)
    if rows.shape[1] <= SIDE:
        return rows
    chosen = np.random.default_rng(0).choice(rows.shape[1], SIDE, replace=False)
    columns: Array = rows[:, np.sort(chosen)]
    return columns


def _squared_singular_values(matrix: Array) -> Array:
    """In descending order: the eigenvalues of the matrix times itself, which cost less than a decomposition."""
    thin = matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T
    squares: Array = np.linalg.eigvalsh(thin @ thin.T)[::-1]
    return squares.clip(min=0)


def _stepped(length: int, most: int) -> slice:
    return slice(0, length, -(-length // most))


def _is_spread(change: Array) -> bool:
    """Whether most rows and columns changed: a few rows of an embedding are no matrix of low rank, but few rows."""
    moved = change != 0
    return bool(moved.any(axis=1).mean() > 0.5 and moved.any(axis=0).mean() > 0.5)


def _rounding(a: Tensor, b: Tensor, before: Array, after: Array, change: Array) -> float:
    """The sum of squares that rounding to the types of the two tensors leaves, a rounding error being uniform."""
    total = 0.0
    for tensor, numbers in ((a, before), (b, after)):
        step = math.ldexp(1.0, 1 - digits(tensor.dtype))
        total += float(np.square(numbers).sum()) * step * step / 12
    return total + float(np.square(change).sum()) * 1e-12
