"""The elements of one chunk in a `.distcp` file, read out of the checkpoint of `torch.save` that wraps them."""

from __future__ import annotations

from contextlib import AbstractContextManager
from math import prod

from ..errors import FileError
from ..language import tr
from ..wording import shape as shape_text
from .calls import Malformed, contiguous_stride
from .entries import ITEM_SIZES, Tensor
from .rebuilding import Rebuilder
from .single import read_contents
from .sources import MemorySource, Source
from .unpickling import Budget

_GATHERED = 256 << 20
"""Bytes up to which a chunk that was not saved row by row is put in order in memory."""


class ItemSource(Source):
    """`nbytes` bytes of elements, row-major; the archive that holds them is opened when they are first read."""

    def __init__(self, archive: Source, dtype: str, shape: tuple[int, ...]) -> None:
        self._archive = archive
        self._dtype = dtype
        self._shape = shape
        self._elements: tuple[Source, int] | None = None
        self.nbytes = prod(shape) * ITEM_SIZES[dtype]

    def opened(self) -> AbstractContextManager[None]:
        return self._archive.opened()

    def is_unchanged(self) -> bool:
        return self._archive.is_unchanged()

    def read_into(self, offset: int, buffer: memoryview) -> None:
        if self._elements is None:
            self._elements = self._found()
        source, start = self._elements
        source.read_into(start + offset, buffer)

    def _found(self) -> tuple[Source, int]:
        """Where the elements begin. Raises FileError when the archive holds something else than the metadata say."""
        tensor = self._tensor()
        if tensor.damage:
            raise FileError(tensor.damage)
        if (tensor.dtype, tensor.shape) != (self._dtype, self._shape):
            raise FileError(
                tr(
                    "The metadata say {dtype} {shape_text}, but the archive there holds {found_dtype} {shape_text_2}.",
                    dtype=self._dtype,
                    shape_text=shape_text(self._shape),
                    found_dtype=tensor.dtype,
                    shape_text_2=shape_text(tensor.shape),
                )
            )
        storage = tensor.storage
        if storage is None or storage.source is None:
            raise FileError(tr("The archive there holds no elements."))
        if tensor.stride != contiguous_stride(tensor.shape) or storage.big_endian:
            return self._gathered(tensor), 0
        return storage.source, storage.start + tensor.offset * ITEM_SIZES[tensor.dtype]

    def _tensor(self) -> Tensor:
        contents = read_contents(self._archive, Budget())
        assert contents.shelf is not None
        try:
            found = Rebuilder(contents.shelf).tensor("", contents.value)
        except Malformed as error:
            raise FileError(tr("The tensor in the archive there cannot be built: {error}.", error=error)) from None
        if found is None:
            raise FileError(tr("The archive there holds something else than a tensor."))
        return found

    def _gathered(self, tensor: Tensor) -> Source:
        """The elements of a transposed or swapped chunk, put in order."""
        from . import arrays  # numpy only where values are wanted

        if self.nbytes > _GATHERED:
            raise FileError(
                tr(
                    "Its elements do not lie in order, and {nbytes:,} bytes are too many to sort them.",
                    nbytes=self.nbytes,
                )
            )
        return MemorySource(b"".join(block.tobytes() for block in arrays.blocks(tensor)))
