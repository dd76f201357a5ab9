"""The tree of a file that is a pickle, copied so that it can be written again, one of its parts replaced perhaps.

    rewriter = Rewriter(checkpoint)
    root = rewriter.root(replaced={"state_dict": new})
    plan = rewriter.packing.plan(root, notes=rewriter.notes, sources=rewriter.sources)

Why this way: the tree of entries that people see is made to be seen; keys of dicts are text in it, for one. So a copy
is made of what the pickle itself says (`inert`), to the type. What `torch.load` would refuse in its default mode is
left out, entry by entry and with a sentence: what is written opens safely, also where its source did not. A numpy
scalar, such as the best accuracy so far, becomes the plain number that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

from ..errors import FileError
from ..language import tr, unstopped
from ..progress import Progress, finish
from ..wording import safe
from . import numpy_arrays, verdicts
from .calls import Malformed
from .contents import Contents
from .entries import Checkpoint, Tensor
from .inert import Blob, Global, Node, Reference
from .nested import NestedStorages
from .planning import Packing, Wanted, of_entry
from .rebuilding import Rebuilder
from .single import read_contents, reading_contents
from .sources import FileSource
from .tensor_shortcut import StridedTensor
from .unpickling import Budget, patient
from .values import key_text

PICKLED = ("zip", "legacy", "pickle")
"""Formats (`Checkpoint.format`) whose tree is one pickle."""

_MAPPINGS = ("builtins.dict", "collections.OrderedDict")
_MOST_DEPTH = 100
_AT_ONCE = 500
"""Entries of a large dict or list between two words on how far it is."""
_MOST_TEXT = 64 << 20


class _Unwritable(Exception):
    """What is left out; its text says why."""


class EntryError(FileError):
    """An entry that cannot be written; `reason` says why without its name."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(tr("{key} cannot be written: {reason}.", key=key, reason=reason))
        self.reason = reason


class Rewriter:
    """Copies one file's tree. Raises FileError where the file is no pickle, or changed since it was opened.

    `wanted` says by key and tensor how each is written, `of_entry` where it is not given; parts of sparse and
    quantised ones are written as they are.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        packing: Packing | None = None,
        wanted: Callable[[str, Tensor], Wanted] | None = None,
        contents: Contents | None = None,
    ) -> None:
        """`contents`: what `reading_again` gave, where that was done already."""
        if contents is None:
            contents = finish(reading_again(checkpoint))
        assert contents.shelf is not None
        self.packing = packing or Packing()
        self._wanted = wanted or (lambda key, tensor: of_entry(tensor))
        self.notes: list[str] = []
        self.left_out: list[tuple[str, str]] = []
        self._rebuilder = Rebuilder(contents.shelf, NestedStorages(read_contents, Budget()))
        self._value = contents.value
        self._copies: dict[int, object] = {}
        self._depth = 0
        self._inside = 0  # of tensors that are made of others, or of bare storages

    def root(self, replaced: Mapping[str, object]) -> object:
        """The whole tree, with other things at some keys. Raises FileError where there is no such key."""
        return finish(self.copying(replaced=replaced))

    def value(self, key: str) -> object:
        """What stands at `key`, copied. Raises FileError when it cannot be written."""
        return finish(self.copying(key))

    def copying(self, key: str = "", replaced: Mapping[str, object] | None = None) -> Generator[int, None, object]:
        """The same; yields now and then how many tensors are copied."""
        for name, value in (replaced or {}).items():
            self._copies[id(self._at(name))] = value
        return (yield from self._whole(key, self._at(key)))

    def _whole(self, key: str, value: object) -> Generator[int, None, object]:
        mark, copies = self.packing.mark, len(self._copies)
        try:
            return (yield from self._copying(key, value))
        except _Unwritable as reason:
            self._forget(mark, copies)
            raise EntryError(safe(key) or tr("The file"), str(reason)) from None

    # -- looking up ----------------------------------------------------------------------------------

    def _at(self, key: str) -> object:
        found = _find(self._value, key) if key else [self._value]
        if not found:
            raise FileError(tr("There is no {key!r} in the file.", key=safe(key)))
        return found[0]

    # -- copying -------------------------------------------------------------------------------------

    def _copy(self, key: str, value: object) -> object:
        if id(value) in self._copies:
            return self._copies[id(value)]
        if value is None or isinstance(value, (bool, int, float, str, bytes)):
            return value
        self._depth += 1
        try:
            self._refuse_too_deep()
            return self._copied(key, value)
        except (Malformed, FileError) as error:
            raise _unwritable(error) from None
        finally:
            self._depth -= 1

    def _copying(self, key: str, value: object) -> Generator[int, None, object]:
        """As `_copy` does it, a large dict or list entry by entry."""
        if not self._is_large(value):
            return self._copy(key, value)
        self._depth += 1
        try:
            self._refuse_too_deep()
            if isinstance(value, Node):
                return (yield from self._mapping(key, value))
            return (yield from self._list(key, value))  # type: ignore[arg-type]
        except (Malformed, FileError) as error:
            raise _unwritable(error) from None
        finally:
            self._depth -= 1

    def _refuse_too_deep(self) -> None:
        if self._depth > _MOST_DEPTH:
            raise _Unwritable(tr("it is nested deeper than {most_depth} levels", most_depth=_MOST_DEPTH))

    def _is_large(self, value: object) -> bool:
        """Whether it has many entries, or some that may have: small ones are not worth a step of their own."""
        if isinstance(value, Node):
            inside = value.items if value.type.full in _MAPPINGS and value.items is not None else ()
        else:
            inside = value if type(value) is list else ()
        if not inside or self._inside or id(value) in self._copies:
            return False
        return len(inside) > _AT_ONCE or any(type(each) in (Node, list) for each in inside)

    def _mapping(self, key: str, node: Node) -> Generator[int, None, Node]:
        copy = Node(node.type)
        self._copies[id(node)] = copy
        copy.args = self._copy(key, node.args)
        items: list[object] = []
        for place, (name, value) in enumerate(node.pairs()):
            if place % _AT_ONCE == 0:
                yield self.packing.mark[0]
            items += yield from self._entry(key, name, value)
        copy.items = items
        if node.elements is not None:
            copy.elements = [self._copy(_below(key, str(place)), each) for place, each in enumerate(node.elements)]
        if node.state is not None:
            copy.state = yield from self._copying(key, node.state)
        return copy

    def _list(self, key: str, values: list[object]) -> Generator[int, None, list[object]]:
        copy: list[object] = []
        self._copies[id(values)] = copy
        copied: list[object] = []
        for place, each in enumerate(values):
            if place % _AT_ONCE == 0:
                yield self.packing.mark[0]
            copied.append((yield from self._copying(_below(key, str(place)), each)))
        copy += copied
        return copy

    def _copied(self, key: str, value: object) -> object:
        if isinstance(value, (StridedTensor, Node)):
            tensor = self._rebuilder.tensor(key, value) or (
                numpy_arrays.array(key, value, self._rebuilder.inline_number) if isinstance(value, Node) else None
            )
            if tensor is not None and not (isinstance(value, Node) and _is_made_of_others(tensor)):
                wanted = of_entry(tensor) if self._inside else self._wanted(key, tensor)
                leaf = self._copies[id(value)] = self.packing.add(key, wanted._replace(inner=self._inside > 0))
                return leaf
            if tensor is not None:
                return self._made_of_others(key, value)
        if isinstance(value, Node):
            scalar = numpy_arrays.scalar(value)  # torch.load refuses what makes one; its number says as much
            return self._node(key, value) if scalar is None else scalar[1]
        if isinstance(value, Reference) and self._inside:
            return self.packing.add_storage(self._rebuilder.stored(value))
        if isinstance(value, Blob):
            return _read(value)
        if isinstance(value, Global):
            return _accepted(value)
        if type(value) is list:
            copy: list[object] = []
            self._copies[id(value)] = copy
            copy += [self._copy(_below(key, str(place)), each) for place, each in enumerate(value)]
            return copy
        if type(value) is tuple:
            parts = tuple(self._copy(_below(key, str(place)), each) for place, each in enumerate(value))
            self._copies[id(value)] = parts  # a tuple that doubles itself is copied once
            return parts
        if isinstance(value, Reference):
            raise _Unwritable(tr("it is a storage, and no tensor"))
        raise _Unwritable(tr("it is a {name}", name=type(value).__name__))

    def _node(self, key: str, node: Node) -> Node:
        copy = Node(_accepted(node.type) if node.type.full not in _MAPPINGS else node.type)
        self._copies[id(node)] = copy
        copy.args = self._copy(key, node.args)
        if node.items is not None:
            copy.items = [part for pair in node.pairs() for part in self._item(key, *pair, node.type.full in _MAPPINGS)]
        if node.elements is not None:
            copy.elements = [self._copy(_below(key, str(place)), each) for place, each in enumerate(node.elements)]
        if node.state is not None:
            copy.state = self._copy(key, node.state)
        return copy

    def _made_of_others(self, key: str, node: object) -> Node:
        """A quantised, sparse or nested tensor: the call that makes it, with the tensors and storages it is made of."""
        assert isinstance(node, Node)
        self._inside += 1
        try:
            return self._node(key, node)
        finally:
            self._inside -= 1

    def _item(self, key: str, name: object, value: object, may_leave_out: bool) -> tuple[object, ...]:
        """Key and value for a copy - or nothing, when it cannot be written and is an entry of a dict."""
        here = _below(key, key_text(name))
        mark, copies = self.packing.mark, len(self._copies)
        try:
            return self._copy(here, name), self._copy(here, value)
        except _Unwritable as reason:
            if not may_leave_out:
                raise
            return self._leave_out(here, reason, mark, copies)

    def _entry(self, key: str, name: object, value: object) -> Generator[int, None, tuple[object, ...]]:
        """The same of an entry of a dict that is copied in steps."""
        here = _below(key, key_text(name))
        mark, copies = self.packing.mark, len(self._copies)
        try:
            return self._copy(here, name), (yield from self._copying(here, value))
        except _Unwritable as reason:
            return self._leave_out(here, reason, mark, copies)

    def _leave_out(self, here: str, reason: _Unwritable, mark: tuple[int, int], copies: int) -> tuple[object, ...]:
        self._forget(mark, copies)
        self.notes.append(tr("{here} is left out: {reason}.", here=safe(here), reason=reason))
        self.left_out.append((here, str(reason)))
        return ()

    def _forget(self, mark: tuple[int, int], copies: int) -> None:
        """Takes back what was copied of something that is left out after all."""
        self.packing.forget(mark)
        while len(self._copies) > copies:
            self._copies.popitem()


def reading_again(checkpoint: Checkpoint) -> Generator[Progress, None, Contents]:
    """What the pickle of a file says, saying how far it is. Raises FileError where it is no pickle, or changed."""
    if checkpoint.format not in PICKLED:
        raise FileError(
            tr("The other parts of a {format} checkpoint cannot be written again.", format=checkpoint.format),
            path=checkpoint.path,
            hint=tr("Save the weights alone."),
        )
    source = FileSource(checkpoint.path)
    if source.stamp not in (None, *(stamp for _, stamp in checkpoint.stamps)):
        raise FileError(tr("The file changed since it was opened."), path=checkpoint.path, hint=tr("Open it again."))
    contents = yield from reading_contents(source, patient())
    if contents.damage and not checkpoint.damage:  # it was whole: what is missing now must not be left out silently
        raise FileError(contents.damage[0], path=checkpoint.path, hint=tr("Open it again."))
    return contents


def _unwritable(error: Malformed | FileError) -> _Unwritable:
    return _Unwritable(unstopped(error.message) if isinstance(error, FileError) else safe(str(error)))


def _is_made_of_others(tensor: Tensor) -> bool:
    return not tensor.is_array and (tensor.extra.quantization is not None or bool(tensor.extra.parts))


def _find(value: object, key: str) -> list[object]:
    """What stands at `key`, as a list of one; empty when nothing does. A name may have dots in it."""
    for name, child in _children(value):
        if key == name:
            return [child]
        if key.startswith(f"{name}.") and (found := _find(child, key[len(name) + 1 :])):
            return found
    return []


def _children(value: object) -> list[tuple[str, object]]:
    if isinstance(value, Node):
        return [(key_text(key), child) for key, child in value.pairs()]
    if type(value) is list or type(value) is tuple:
        return [(str(place), child) for place, child in enumerate(value)]
    return []


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _accepted(value: Global) -> Global:
    """A class or function that `torch.load` accepts in its default mode."""
    if not verdicts.verdict(value.full, 1).accepted:
        raise _Unwritable(tr("torch.load refuses {name} in its default mode", name=safe(value.full)))
    return value


def _read(blob: Blob) -> object:
    if blob.nbytes > _MOST_TEXT:
        raise _Unwritable(tr("its {type} is longer than {most_text:,} bytes", type=blob.type, most_text=_MOST_TEXT))
    data = blob.source.read(blob.start, blob.nbytes)
    return data.decode("utf-8", "surrogatepass") if blob.type == "str" else data
