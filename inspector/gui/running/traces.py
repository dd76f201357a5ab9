"""Which curves the plots of a run have, and how each is drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .curves import Curve
from .run_curves import RunCurves


class Style(NamedTuple):
    """How a curve is drawn."""

    role: str
    """The name of its colour in `theme.Colours`."""
    width: float = 1.0
    strength: float = 1.0
    """The rest, up to 1, is the colour of the surface."""
    symbol: str = ""
    dashes: bool = False


class Trace(NamedTuple):
    """A curve of a run, and how it is drawn."""

    name: str
    """By which the legend shows and hides it."""
    curve: Callable[[RunCurves], Curve]
    style: Style
    lead: Callable[[RunCurves], Curve] | None = None
    """The curve whose last point it goes on from."""


_STORED = "stored"
LOSSES = (
    Trace(_STORED, lambda run: run.stored.batches, Style("faint", strength=0.5)),
    Trace("batches", lambda run: run.own.batches, Style("bars", strength=0.7)),
    Trace(_STORED, lambda run: run.stored_means(), Style("faint", 1.2, symbol="o")),
    Trace(_STORED, lambda run: run.stored.smooth, Style("quiet", 1.6)),
    Trace(_STORED, lambda run: run.stored.valid, Style("quiet", 1.2, symbol="s", dashes=True)),
    Trace("smoothed", lambda run: run.own.smooth, Style("accent", 2.0)),
    Trace("validation", lambda run: run.own.valid, Style("positive", 1.4, symbol="s"), lambda run: run.stored.valid),
)
ACCURACIES = (
    Trace(_STORED, lambda run: run.stored.accuracy, Style("quiet", 1.2, symbol="s", dashes=True)),
    Trace("accuracy", lambda run: run.own.accuracy, Style("positive", 1.4, symbol="s"),
          lambda run: run.stored.accuracy),
)  # fmt: skip
RATES = (
    Trace("next", lambda run: run.future.rates, Style("accent", 1.4, dashes=True)),
    Trace(_STORED, lambda run: run.stored.rates, Style("quiet", 1.4)),
    Trace("rate", lambda run: run.own.rates, Style("accent", 1.6)),
)
