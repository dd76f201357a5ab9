"""What is measured of a training: figures of each tensor, of each layer and of all weights, frame by frame.

    frame.whole.norm                          of all that is learned
    frame.layers["layer1.0.conv1"].relative   how far the last step went, measured by the layer's norm before
    frame.tensors["fc.weight"].std
    series.curve("relative", "fc")            ((0.0, nan), (1.0, 0.41) ...): a layer, a tensor, or "" for all

A *layer* is the module that a tensor lies in: all of its key but the last part; empty for tensors at the top. Figures
of a layer are of what is learned in it; where there is nothing learned (a batch norm without weights), of all of it.
So it is with the whole: running statistics are no part of ‖w‖.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from .members import Member, Stamps, Training

LEARNED, RUNNING, WHOLE = "learned", "running", "whole"
"""Kinds of tensors: what an optimizer may move; what a batch norm works out as it runs (`running_mean`, `running_var`)
and other buffers; counters and tables of whole numbers (`num_batches_tracked`)."""

MEASURES = (
    "norm", "mean", "std", "minimum", "maximum", "sparsity", "not_finite", "update", "relative", "turn", "away",
    "drift",
)  # fmt: skip
"""Names of figures that make a curve."""


class Figures(NamedTuple):
    """The numbers of one tensor, of a layer or of all weights in one frame. What cannot be said is nan."""

    numel: int = 0
    """Elements; a tensor that is tied to another is counted once in layers and in the whole."""
    zeros: int = 0
    nans: int = 0
    infinities: int = 0
    mean: float = math.nan
    """Of the finite numbers, as all that follows."""
    deviation: float = 0.0
    """The root of the sum of (x - mean)^2."""
    minimum: float = math.nan
    maximum: float = math.nan
    norm: float = math.nan
    """‖w‖, the root of the sum of squares."""
    update: float = math.nan
    """‖Δ‖: how far it is from the frame before; nan in the first."""
    norm_before: float = math.nan
    """‖w‖ in the frame before."""
    along: float = math.nan
    """This update times the one before it: the sum of Δ * Δ before; nan in the first two frames."""
    update_before: float = math.nan
    away: float = math.nan
    """How far it is from the first frame; 0 in the first itself."""
    norm_first: float = math.nan
    """‖w‖ in the first frame."""
    kept: int = 0
    """Elements of tensors that are bit for bit what they were in the frame before."""
    refused: int = 0
    """Tensors that could not be measured and are no part of these figures."""

    @property
    def finite(self) -> int:
        return self.numel - self.nans - self.infinities

    @property
    def not_finite(self) -> int:
        """NaN and infinities."""
        return self.nans + self.infinities

    @property
    def std(self) -> float:
        """The standard deviation, over n - 1 as `torch.std` has it."""
        return self.deviation / math.sqrt(self.finite - 1) if self.finite > 1 else math.nan

    @property
    def sparsity(self) -> float:
        """The share of zeros, 0 to 1."""
        return self.zeros / self.numel if self.numel else math.nan

    @property
    def relative(self) -> float:
        """‖Δ‖ / ‖w‖ before: infinite where all was zero and something moved."""
        return _ratio(self.update, self.norm_before)

    @property
    def drift(self) -> float:
        """How far it is from the first frame, measured by its norm there."""
        return _ratio(self.away, self.norm_first)

    @property
    def turn(self) -> float:
        """The cosine of this update and the one before it, -1 to 1: near -1 it oscillates, near 1 it goes straight on.
        nan where one of the two is missing or zero."""
        size = self.update * self.update_before
        if math.isnan(self.along) or not 0 < size < math.inf:
            return math.nan
        return max(-1.0, min(1.0, self.along / size))

    @property
    def is_kept(self) -> bool:
        """Whether every bit is what it was in the frame before."""
        return 0 < self.numel == self.kept and not self.refused


class Frame(NamedTuple):
    """One checkpoint of the strip, measured. One that could not be has a `problem` and no figures."""

    place: int
    """Its place in `Training.drawn`, from 0."""
    member: Member
    whole: Figures = Figures()
    layers: Mapping[str, Figures] = {}
    """Module path -> figures, in the order of the file."""
    tensors: Mapping[str, Figures] = {}
    """Key -> figures."""
    refusals: Mapping[str, str] = {}
    """Key -> the sentence why this tensor could not be measured, or not be compared with the frame before."""
    problem: str = ""
    """A sentence: why the file could not be read, or that it changed meanwhile. The frames around are then compared
    with each other."""
    basis: tuple[Stamps, ...] = ()
    """The stamps of all files that its figures come from: while they are these, it need not be measured anew."""
    was_known: bool = False
    """Whether it was taken over from a series measured before."""
    kinds: Mapping[str, str] = {}
    """Key -> `LEARNED`, `RUNNING` or `WHOLE`: the same for all frames."""


class Series(NamedTuple):
    """A training, measured."""

    training: Training
    frames: tuple[Frame, ...] = ()
    """One for each of `Training.drawn`; fewer while it is being measured (see `wholes.series_of`)."""
    kinds: Mapping[str, str] = {}
    """Key -> `LEARNED`, `RUNNING` or `WHOLE`."""
    frozen: tuple[str, ...] = ()
    """Keys of tensors that are bit for bit the same in all frames, proved by comparing bytes; none where there are not
    two frames. Of all kinds: `frozen_of(LEARNED)` gives those that an optimizer could have moved."""
    nearly: tuple[str, ...] = ()
    """Keys of learned tensors that are not frozen, but whose updates never reach `NEARLY` of their norm."""
    froze: Mapping[str, int] = {}
    """Key of a learned tensor that moved first, and then no more -> place of the last frame that was other."""
    thawed: Mapping[str, int] = {}
    """Key of a learned tensor that was frozen first, and then moved -> place of the last frame that was as the first.
    """
    first_not_finite: Mapping[str, int] = {}
    """Key -> place of the first frame in which it has a NaN or an infinity."""

    @property
    def good(self) -> tuple[Frame, ...]:
        """The frames that could be measured."""
        return tuple(frame for frame in self.frames if not frame.problem)

    @property
    def to_test(self) -> tuple[str, ...]:
        """The files to be tested in one go, in order, for the accuracy over epochs."""
        return tuple(frame.member.path for frame in self.good)

    @property
    def layers(self) -> tuple[str, ...]:
        """All layers, in the order of the file."""
        return tuple(next((frame.layers for frame in self.frames if frame.layers), ()))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all tensors, in the order of the file."""
        return tuple(next((frame.tensors for frame in self.frames if frame.tensors), ()))

    def frozen_of(self, kind: str) -> tuple[str, ...]:
        """The frozen tensors of one kind."""
        return tuple(key for key in self.frozen if self.kinds.get(key) == kind)

    def frozen_layers(self) -> frozenset[str]:
        """The layers in which something is learned, and all of that is frozen."""
        moving = {layer_of(key) for key, kind in self.kinds.items() if kind == LEARNED} - self._moving()
        return frozenset(moving)

    def _moving(self) -> set[str]:
        frozen = set(self.frozen)
        return {layer_of(key) for key, kind in self.kinds.items() if kind == LEARNED and key not in frozen}

    def figures(self, frame: Frame, name: str = "") -> Figures:
        """Those of a tensor, of a layer, or of the whole for an empty name; no figures where it has none."""
        if not name:
            return frame.whole
        return frame.tensors.get(name) or frame.layers.get(name) or Figures()

    def curve(self, measure: str, name: str = "") -> tuple[tuple[float, float], ...]:
        """(place on the axis, value) for each frame that could be measured; a value may be nan. `measure` is one of
        `MEASURES`, `name` the key of a tensor, a layer, or empty for the whole."""
        return tuple((frame.member.at, float(getattr(self.figures(frame, name), measure))) for frame in self.good)


NEARLY = 1e-5
"""A tensor none of whose updates is larger than this, measured by its norm, is nearly frozen - which is no proof."""


def layer_of(key: str) -> str:
    """The module that a tensor lies in; empty for one at the top."""
    return key.rpartition(".")[0]


def _ratio(part: float, whole: float) -> float:
    if not part:
        return part
    return part / whole if whole else math.inf
