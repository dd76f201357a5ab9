"""All values of two files, compared under a bar."""

from __future__ import annotations

from ..comparing.diffing import Comparison
from ..comparing.values import Values, comparing_values, nbytes_to_compare, with_values
from ..comparing.verdict_sentences import judging
from ..progress import finish
from .progress_bar import ProgressBar


def compared(comparison: Comparison) -> tuple[Comparison, Values, tuple[str, ...]]:
    """Compares all values under a bar: the comparison with them, the distances, and the sentences on the whole."""
    with ProgressBar(nbytes_to_compare(comparison)) as bar:
        values: Values = bar.driving(comparing_values(comparison))
    with_them = with_values(comparison, values.distances)
    sentences: tuple[str, ...] = finish(judging(with_them, values))
    return with_them, values, sentences
