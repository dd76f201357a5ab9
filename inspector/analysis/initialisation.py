"""Whether weights look as torch.nn makes them before any training.

The distributions are those of torch's documentation: Linear and Conv layers begin with U(-b, b),
b = 1/sqrt(fan_in), recurrent layers with b = 1/sqrt(hidden_size), MultiheadAttention and `xavier_uniform_` with
b = sqrt(6/(fan_in + fan_out)), `kaiming_uniform_` for ReLU with b = sqrt(6/fan_in), Embedding with N(0, 1), and
normalisations with ones.

Why this way: a uniform distribution ends sharply. Training moves some weight over the bound almost at once, so
that the largest magnitude alone tells much; moments and histogram then have to agree as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ..checkpoint.entries import Tensor
from ..language import tr
from .histograms import Histogram
from .statistics import Statistics

ENOUGH = 256
"""Numbers below which an even spread between two bounds cannot be told."""
ENOUGH_NORMAL = 4096
"""Numbers below which a normal distribution, which much else looks like, cannot be told to be *the* normal one."""
_SIGMAS = 5.0
"""How many standard errors a moment may be off."""
_BINS = 32
_GRAIN = {"float16": 0.01, "bfloat16": 0.06}
"""How unevenly a type's own steps may fill the bins, relative to a bin."""


def default_initialisation(key: str, tensor: Tensor, statistics: Statistics) -> str:
    """How the tensor's numbers look like a default initialisation, as the end of a sentence; empty if not."""
    name = key.rpartition(".")[2]
    if statistics.finite < statistics.count or "weight" not in name:
        return ""
    if len(tensor.shape) == 1 and statistics.count > 1 and statistics.minimum == statistics.maximum == 1:
        return tr("all its numbers are 1, as a normalisation layer begins")
    if len(tensor.shape) < 2 or statistics.count < ENOUGH or not statistics.histogram:
        return ""
    for bound, what in _bounds(name, tensor.shape):
        if _looks_uniform(statistics, bound, tensor.dtype):
            return tr("its numbers lie evenly between ±{bound:.4g}, {what}", bound=bound, what=what)
    if len(tensor.shape) == 2 and statistics.count >= ENOUGH_NORMAL and _looks_normal(statistics, tensor.dtype):
        return tr("its numbers are spread as normal(0, 1), as an embedding begins")
    return ""


def _bounds(name: str, shape: tuple[int, ...]) -> list[tuple[float, str]]:
    """The bounds that an initialisation may have given, and whose it is."""
    receptive = math.prod(shape[2:])
    fan_in, fan_out = shape[1] * receptive, shape[0] * receptive
    bounds = []
    if name.startswith(("weight_ih", "weight_hh")):
        bounds = [(1 / math.sqrt(shape[0] / gates), tr("as a recurrent layer begins")) for gates in (4, 3, 1)]
    return [
        *bounds,
        (1 / math.sqrt(fan_in), tr("1/sqrt(fan_in), as Linear and Conv layers begin")),
        (math.sqrt(6 / fan_in), "sqrt(6/fan_in), as kaiming_uniform_ begins"),
        (math.sqrt(6 / (fan_in + fan_out)), "sqrt(6/(fan_in + fan_out)), as xavier_uniform_ begins"),
    ]


def _looks_uniform(statistics: Statistics, bound: float, dtype: str) -> bool:
    n, grain = statistics.count, _GRAIN.get(dtype, 0.0)
    largest = max(-statistics.minimum, statistics.maximum)
    if not bound * (1 - 20 / n - grain) <= largest <= bound * (1 + 1e-6 + grain):
        return False
    std = bound / math.sqrt(3)
    if not _agree(statistics, std, math.sqrt(0.2 / n), grain):  # the kurtosis of a uniform distribution is 1.8
        return False
    return _fits(statistics.histogram, lambda low, high: _overlap(low, high, bound) / (2 * bound), grain)


def _looks_normal(statistics: Statistics, dtype: str) -> bool:
    grain = _GRAIN.get(dtype, 0.0)
    if not _agree(statistics, 1.0, math.sqrt(0.5 / statistics.count), grain):
        return False
    return _fits(statistics.histogram, lambda low, high: _normal(high) - _normal(low), grain)


def _agree(statistics: Statistics, std: float, error: float, grain: float) -> bool:
    """Whether mean and standard deviation are those of a distribution around 0, within their standard errors."""
    if abs(statistics.mean) > _SIGMAS * std / math.sqrt(statistics.count) + grain * std:
        return False
    return abs(statistics.std / std - 1) <= _SIGMAS * error + grain


def _fits(histogram: Histogram | None, share: Callable[[float, float], float], grain: float) -> bool:
    """Pearson's chi-squared test of a histogram against the share of each bin."""
    if histogram is None:
        return False
    coarse = histogram.fitted(_BINS)
    edges, n = coarse.edges, coarse.total
    chi_squared, bins = 0.0, 0
    for count, low, high in zip(coarse.counts, edges, edges[1:]):
        expected = n * share(low, high)
        if expected < 5:
            continue
        bins += 1
        chi_squared += (count - expected) ** 2 / (expected + (grain * expected) ** 2)
    return bins > 3 and chi_squared < bins + _SIGMAS * math.sqrt(2 * bins)


def _overlap(low: float, high: float, bound: float) -> float:
    return max(0.0, min(high, bound) - max(low, -bound))


def _normal(x: float) -> float:
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))
