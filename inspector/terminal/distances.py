"""All values of two files, compared under a bar."""

from __future__ import annotations

from ..comparing.diffing import Comparison
from ..comparing.values import Values, comparing_values, with_values
from ..comparing.verdict_sentences import judging
from ..progress import finish
from .progress_bar import ProgressBar


def compared(comparison: Comparison) -> tuple[Comparison, Values, tuple[str, ...]]:
    """Compares all values under a bar: the comparison with them, the distances, and the sentences on the whole."""
    with ProgressBar(_nbytes(comparison)) as bar:
        values: Values = bar.driving(comparing_values(comparison))
    with_them = with_values(comparison, values.distances)
    sentences: tuple[str, ...] = finish(judging(with_them, values))
    return with_them, values, sentences


def _nbytes(comparison: Comparison) -> int:
    sides = ((pair.a, pair.b) for pair in comparison.pairs if pair.a is not None and pair.b is not None)
    return sum(a.tensor.nbytes + b.tensor.nbytes for a, b in sides if a.tensor and b.tensor and a.shape == b.shape)

