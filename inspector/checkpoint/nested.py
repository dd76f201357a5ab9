"""Checkpoints inside of pickles: `torch.storage._load_from_bytes(bytes)` holds one storage, saved by `torch.save`."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import FileError
from .calls import Malformed, arguments
from .contents import Contents
from .entries import Storage
from .inert import Blob, Node, Reference
from .rebuilding import Rebuilder
from .sources import MemorySource, Source
from .unpickling import Budget

MAX_DEPTH = 4


class NestedStorages:
    """Opens each nested checkpoint once, within the budget of the file around it."""

    def __init__(self, read: Callable[[Source, Budget], Contents], budget: Budget) -> None:
        self._read = read
        self._budget = budget
        self._known: dict[int, tuple[Node, Storage]] = {}  # the node is kept so that its id stays its own
        self._depth = 0

    def storage(self, node: Node) -> Storage:
        """The storage in the bytes that `node` would load. Raises Malformed."""
        if id(node) not in self._known:
            self._known[id(node)] = node, self._opened(node)
        return self._known[id(node)][1]

    def _opened(self, node: Node) -> Storage:
        if self._depth >= MAX_DEPTH:
            raise Malformed("a checkpoint within a checkpoint within a checkpoint, without end")
        self._depth += 1
        try:
            contents = self._read(_source(node), self._budget)
        except FileError as error:
            raise Malformed(f"the checkpoint inside is broken: {error.message}") from None
        finally:
            self._depth -= 1
        if contents.shelf is None or not isinstance(contents.value, (Reference, Node)):
            raise Malformed("a storage is expected in the bytes, and something else stands there")
        storage = Rebuilder(contents.shelf).stored(contents.value)
        return storage._replace(key=f"{storage.key} (inline {len(self._known)})")


def _source(node: Node) -> Source:
    data = arguments(node)[0] if arguments(node) else None
    if isinstance(data, bytes):
        return MemorySource(data)
    if isinstance(data, Blob) and data.type != "str":
        return data.source.part(data.start, data.nbytes)
    if isinstance(data, Node) and data.type.full == "_codecs.encode":
        text = arguments(data)[0] if arguments(data) else None
        if isinstance(text, str):
            return MemorySource(text.encode("latin-1", "replace"))
    raise Malformed("a nested checkpoint that is not given as bytes")
