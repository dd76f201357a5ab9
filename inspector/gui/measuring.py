"""The statistics of one file as they are wanted: what is looked at first, then the rest, then the branches' sums."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from ..checkpoint.entries import Tensor
from ..checkpoint.outline import Outline
from ..progress import Progress
from .wanted_first import Measured, WantedFirst

if TYPE_CHECKING:
    from ..analysis.statistics import Statistics

__all__ = ["Measured", "Measuring"]

_WHOLE = ("int", "uint", "bool")


class Measuring(WantedFirst):
    """The statistics of the tensors of one outline."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline, outline.tensors, outline.total_tensors)
        self._same: dict[tuple[object, ...], int] = {}
        self._whole: set[int] = set()
        """The branches that hold nothing but whole numbers."""

    def _can_measure(self, row: int) -> bool:
        return type(self._outline.entries[row]) is Tensor

    def _measured(self, row: int) -> Generator[Progress, None, Statistics]:
        """The statistics of a tensor; those of another that is the very same view of the same storage."""
        from ..analysis.statistics import measure

        tensor = self._outline.entries[row]
        assert type(tensor) is Tensor
        extra = tensor.extra
        if tensor.storage is not None and extra.quantization is None:
            view = (tensor.storage.key, tensor.dtype, tensor.offset, tensor.shape, tensor.stride, extra.conj, extra.neg)
            twin: Statistics | None = self._done.get(self._same.setdefault(view, row))
            if twin is not None:
                return twin
        return (yield from measure(tensor))

    def _merged(self, branch: int) -> Statistics | None:
        """The statistics of a branch whose parts are all known.

        Whole numbers count only where there is nothing else: a BatchNorm's counter of 320 batches would make
        the mean of its weights 5.
        """
        from ..analysis.statistics import merge_all

        measured = [child for child in self._outline.children(branch) if self._done.get(child) is not None]
        weights = [child for child in measured if not self._is_whole(child)]
        if not weights:
            self._whole.add(branch)
        return merge_all(part for child in weights or measured if (part := self._done[child]) is not None)

    def _is_whole(self, row: int) -> bool:
        entry = self._outline.entries[row]
        return row in self._whole or (type(entry) is Tensor and entry.dtype.startswith(_WHOLE))
