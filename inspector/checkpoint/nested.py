"""Checkpoints inside of pickles: `torch.storage._load_from_bytes(bytes)` holds one storage, saved by `torch.save`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from ..errors import FileError
from ..language import tr
from .calls import Malformed, arguments
from .contents import Contents
from .entries import Storage
from .inert import Blob, Node, Reference
from .rebuilding import LOAD_FROM_BYTES, Rebuilder
from .sources import MemorySource, Source
from .unpickling import Budget

MAX_DEPTH = 4


class NestedStorages:
    """Opens each nested checkpoint once, within the budget of the file around it."""

    def __init__(self, read: Callable[[Source, Budget], Contents], budget: Budget) -> None:
        self.names: Counter[str] = Counter()
        self._read = read
        self._budget = budget
        self._opened: dict[int, tuple[Node, Contents]] = {}  # the node is kept so that its id stays its own
        self._storages: dict[int, Storage] = {}
        self._depth = 0

    def storage(self, node: Node) -> Storage:
        """The storage in the bytes that `node` would load. Raises Malformed."""
        if id(node) not in self._storages:
            storage = self._stored(self._contents(node))
            self._storages[id(node)] = storage._replace(
                key=tr("{key} (inline {count})", key=storage.key, count=len(self._storages))
            )
        return self._storages[id(node)]

    def look_into(self, value: object) -> None:
        """Opens every checkpoint that stands as bytes anywhere in `value`: what it names counts like the rest."""
        pending, seen = [value], set()
        while pending:
            thing = pending.pop()
            if type(thing) not in (Node, Reference, list, tuple) or id(thing) in seen:
                continue
            seen.add(id(thing))
            pending.extend(self._inside(thing))

    def _inside(self, thing: object) -> Iterable[object]:
        if isinstance(thing, Reference):
            return (thing.pid,)
        if not isinstance(thing, Node):
            return thing  # type: ignore[return-value]  # a list or a tuple
        parts = (thing.args, thing.state, thing.items, thing.elements)
        if thing.type.full != LOAD_FROM_BYTES:
            return parts
        try:
            return (*parts, self._contents(thing).value)
        except Malformed:
            return parts

    def _stored(self, contents: Contents) -> Storage:
        if contents.shelf is None or not isinstance(contents.value, (Reference, Node)):
            raise Malformed(tr("a storage is expected in the bytes, and something else stands there"))
        if self._depth >= MAX_DEPTH:
            raise Malformed(tr("a checkpoint within a checkpoint within a checkpoint, without end"))
        self._depth += 1
        try:
            return Rebuilder(contents.shelf, self).stored(contents.value)
        finally:
            self._depth -= 1

    def _contents(self, node: Node) -> Contents:
        if id(node) not in self._opened:
            try:
                contents = self._read(_source(node), self._budget)
            except FileError as error:
                raise Malformed(tr("the checkpoint inside is broken: {message}", message=error.message)) from None
            self.names.update(contents.names)
            self._opened[id(node)] = node, contents
        return self._opened[id(node)][1]


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
    raise Malformed(tr("a nested checkpoint that is not given as bytes"))
