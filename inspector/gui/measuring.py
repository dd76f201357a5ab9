"""The statistics of one file as they are wanted: what is looked at first, then the rest, then the branches' sums."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from ..checkpoint.entries import Tensor, is_whole
from ..checkpoint.outline import Outline
from ..progress import Progress
from .wanted_first import Measured, WantedFirst

if TYPE_CHECKING:
    from ..analysis.statistics import Statistics

__all__ = ["Measured", "Measuring"]



class Measuring(WantedFirst):
    """The statistics of the tensors of one outline."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(outline, outline.tensors, outline.total_tensors)
        self._same: dict[tuple[object, ...], int] = {}

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

    def _together(self, results: list[Statistics]) -> Statistics:
        from ..analysis.statistics import merge_all

        return merge_all(results)

    def _counts(self, row: int) -> bool:
        entry = self._outline.entries[row]
        return type(entry) is Tensor and is_whole(entry.dtype)
