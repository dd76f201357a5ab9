"""Drawn shapes as a data set: 4,000 to train on, 500 to validate with, 1,000 to test on.

Why this way: the first seed draws the very pictures that the sample checkpoint `fashion_classifier.pt` was trained on
and validated with, so whoever resumes it finds the loss that is stored in it.
"""

from __future__ import annotations

from collections.abc import Generator

import torch

from ...language import marked, tr
from ...progress import Progress
from ..failures import Refusal
from ..run_requests import DataSource
from .drawn_shapes import SHAPES, grey_shapes
from .found import Found
from .orders import mixed
from .samples import Samples, of_arrays
from .splitting import Parts

FIRST_SEED = 20240229
"""Of the pictures to train on, where the data's seed is 0; those to validate with and to test on have the next two."""
TRAIN, VALIDATION, TEST = 4000, 500, 1000
"""How many there are, where nobody asked for others."""
_MOST = 1_000_000


def opened(source: DataSource) -> Generator[Progress, None, Found]:
    """Pictures 28 x 28 of ten classes, each class as often; the three parts are drawn from seeds of their own."""
    train = source.size or TRAIN
    if not 0 < train <= _MOST:
        hint = tr("From 1 to {most:,}; 0 stands for {train:,}.", most=_MOST, train=TRAIN)
        raise Refusal(
            tr("{train:,} shapes cannot be drawn to train on.", train=train),
            title=marked("The data could not be made"),
            hint=hint,
        )
    sizes = train, VALIDATION * train // TRAIN or 1, TEST * train // TRAIN or 1
    yield Progress(0, sum(sizes), "samples", tr("Drawing shapes"))
    parts = Parts(*(_drawn(size, 3 * source.seed + number) for number, size in enumerate(sizes)))
    return Found(tr("Drawn shapes"), tuple(SHAPES), parts, ("ToTensor()",))


def _drawn(size: int, number: int) -> Samples:
    pictures, labels = grey_shapes(size, mixed(number) if number < 0 else FIRST_SEED + number)
    return of_arrays(torch.from_numpy(pictures), torch.from_numpy(labels))
