"""Files that stay open from one tensor to the next: to open one costs as much as to read a small tensor.

Why this way: a zip archive has a source of its own for each member, and all of them read one file. So it is not asked
whether the next tensor has the same source: the file of one is held open while some hundred others are read, which
finds it open if it is theirs.
"""

from __future__ import annotations

from contextlib import ExitStack

from ..checkpoint.entries import Tensor
from ..errors import InspectorError

_HELD = 256
"""So much is read before the files are opened anew, and with that checked to be the same still."""


class HeldOpen:
    """Keeps files open for what is read next. To be used in a `with`."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._left = 0

    def is_over(self) -> bool:
        """Counts one more that is read; whether the files were held open for long enough."""
        self._left -= 1
        return self._left < 0

    def renewed(self, *tensors: Tensor | None) -> str:
        """Opens the files of these anew; gives the sentence when one of them is not what it was."""
        self._stack.close()
        self._left = _HELD
        try:
            for tensor in tensors:
                if tensor is not None and tensor.storage is not None and tensor.storage.source is not None:
                    self._stack.enter_context(tensor.storage.source.opened())
        except InspectorError as error:
            return str(error)
        return ""

    def __enter__(self) -> HeldOpen:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
