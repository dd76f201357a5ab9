"""From what a pickle holds to the tree of entries that people see.

Every container becomes a `Branch`, everything else a `Value` or a `Tensor`. What is nested without end,
refers back to itself, or would be shown a million times over, becomes one line that says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..language import tr
from ..wording import safe
from . import numpy_arrays, values
from .calls import Malformed
from .entries import Branch, Entry, Value
from .inert import Node, class_of
from .modules import is_module, module_children
from .rebuilding import Rebuilder
from .tensor_shortcut import StridedTensor

MAX_DEPTH = 100
MAX_ENTRIES = 500_000
MAX_SEQUENCE = 10_000
"""Children of one list that are listed: a history of a million losses is a line, not a million."""
MAX_REPEATED = 200_000
"""Entries that may be listed again because their container stands in several places."""

_MAPPINGS = {"builtins.dict": "dict", "collections.OrderedDict": "collections.OrderedDict"}
_SETS = {f"{module}.{name}": name for module in ("builtins", "__builtin__") for name in ("set", "frozenset")}
_RECONSTRUCTORS = ("copy_reg._reconstructor", "copyreg._reconstructor")
_NEW_OBJECT = ("copy_reg.__newobj__", "copyreg.__newobj__")


class Listing:
    """Lists the values of one file; keeps count over all of them."""

    def __init__(self, rebuilder: Rebuilder) -> None:
        self.rebuilder = rebuilder
        self._left = MAX_ENTRIES
        self._repeats_left = MAX_REPEATED
        self._open: set[int] = set()  # containers that are being listed: meeting one again is a cycle
        # Finished ones, how many entries they took, and the container itself: freed, its id would be another's.
        self._done: dict[int, tuple[Branch, int, object]] = {}
        self._depth = 0

    def root(self, value: object) -> Branch:
        """The tree of what a file holds. A lone tensor or number becomes the child `value`."""
        entry = self.entry("", value)
        if isinstance(entry, Branch):
            return entry
        return Branch("", "", "mapping", (entry._replace(name="value"),))

    def entry(self, name: str, value: object) -> Entry:
        """`value` as the entry `name`."""
        if type(value) is StridedTensor:
            return self._tensor(name, value)
        self._left -= 1
        if type(value) is Node or type(value) is list or type(value) is tuple:  # and not a Blob, a named tuple
            return self._container(name, value)
        return values.plain(name, value)

    # -- containers ----------------------------------------------------------------------------------

    def _container(self, name: str, value: Node | list[Any] | tuple[Any, ...]) -> Entry:
        identity = id(value)
        if identity in self._open:
            return Value(name, _type_name(value), None, tr("refers back to what it stands in"))
        if self._depth >= MAX_DEPTH:
            return Value(
                name,
                _type_name(value),
                None,
                tr("nested deeper than {max_depth} levels: not listed", max_depth=MAX_DEPTH),
            )
        if identity in self._done:
            return self._again(name, *self._done[identity][:2])
        before = self._left
        self._open.add(identity)
        self._depth += 1
        try:
            entry = self._listed(name, value)
        finally:
            self._depth -= 1
            self._open.discard(identity)
        if isinstance(entry, Branch):
            self._done[identity] = entry, before - self._left, value
        return entry

    def _again(self, name: str, branch: Branch, entries: int) -> Entry:
        if entries > self._repeats_left:
            return Value(name, branch.type, None, tr("stands elsewhere already: not listed again"))
        # Counted as often as they will be walked over: in a list of two lists of two lists ... that doubles each time.
        self._repeats_left -= entries + 1
        self._left -= entries
        self._left -= entries  # or what holds a repeated container twice would count as two, and its square as four
        return Branch(name, branch.type, branch.kind, branch.children, branch.attribute, branch.note, branch.damage)

    def _listed(self, name: str, value: Node | list[Any] | tuple[Any, ...]) -> Entry:
        if isinstance(value, Node):
            try:
                return self._node(name, value)
            except Malformed as error:
                return Branch(
                    name,
                    value.type.full,
                    "object",
                    damage=tr("It cannot be built: {error}.", error=safe(str(error), 300)),
                )
        return self.sequence(name, type(value).__name__, value)

    def _node(self, name: str, node: Node) -> Entry:
        tensor = self.rebuilder.tensor(name, node) or numpy_arrays.array(name, node, self.rebuilder.inline_number)
        if tensor is not None:
            return tensor
        known = values.known(name, node)
        if known is not None:
            return known
        full = node.type.full
        if full in _SETS:
            elements = node.elements if node.elements is not None else _first_list(node)
            return self.sequence(name, _SETS[full], elements, kind="set")
        if full in _MAPPINGS:
            return self.mapping(name, _MAPPINGS[full], self._pairs(node), attributes=node.state)
        if is_module(node):
            return self._module(name, node)
        objects = numpy_arrays.objects(node)
        if objects is not None:
            return self.sequence(name, "numpy.ndarray", objects)
        return self._object(name, node)

    def mapping(
        self, name: str, type: str, pairs: Iterable[tuple[object, object]], attributes: object = None
    ) -> Branch:
        """A dict with `pairs`, and what else was set on it (`_metadata`)."""
        children = self._children((values.key_text(key), value) for key, value in pairs)
        if attributes is not None:
            children += self._attributes(attributes)
        return Branch(name, type, "mapping", tuple(children), note=self._cut())

    def sequence(self, name: str, type: str, items: Iterable[object], kind: str = "sequence") -> Branch:
        """A list, tuple or set; of a very long one the beginning."""
        items = list(items)
        shown = items[:MAX_SEQUENCE]
        children = self._children((str(index), value) for index, value in enumerate(shown))
        note = (
            tr("the first {max_sequence:,} of {count:,}", max_sequence=MAX_SEQUENCE, count=len(items))
            if len(items) > MAX_SEQUENCE
            else self._cut()
        )
        return Branch(name, type, kind, tuple(children), note=note)

    def _children(self, pairs: Iterable[tuple[str, object]]) -> list[Entry]:
        children: list[Entry] = []
        for name, value in pairs:
            if self._left <= 0:
                break
            children.append(self._tensor(name, value) if type(value) is StridedTensor else self.entry(name, value))
        return children

    def _cut(self) -> str:
        return (
            tr("only the first {max_entries:,} entries of the file are listed", max_entries=MAX_ENTRIES)
            if self._left <= 0
            else ""
        )

    def _pairs(self, node: Node) -> list[tuple[object, object]]:
        """The items of a dict; in Python 2's pickles of an OrderedDict they are its argument."""
        first = _first_list(node)
        given = [tuple(pair) for pair in first if isinstance(pair, (list, tuple)) and len(pair) == 2]
        return [*given, *node.pairs()]

    # -- objects -------------------------------------------------------------------------------------

    def _object(self, name: str, node: Node) -> Branch:
        """An object of a class that is not known here: its fields, items, elements and arguments."""
        cls, args = _constructed(node)
        children = self._fields(node.state)
        children += self._children((values.key_text(key), value) for key, value in node.pairs())
        if node.elements:
            children.append(self.entry("items", node.elements))
        if args:
            children.append(self._marked(tr("constructor arguments"), list(args)))
        return Branch(name, cls, "object", tuple(children), note=self._cut())

    def _fields(self, state: object) -> list[Entry]:
        if isinstance(state, Node) and state.items is not None:
            return self._children((values.key_text(key), value) for key, value in state.pairs())
        if isinstance(state, tuple) and len(state) == 2 and all(isinstance(part, (Node, type(None))) for part in state):
            return [entry for part in state for entry in self._fields(part)]  # (__dict__, slots)
        return [] if state is None else [self._marked("state", state)]

    def _attributes(self, state: object) -> list[Entry]:
        return [_as_attribute(entry) for entry in self._fields(state)]

    def _marked(self, name: str, value: object) -> Entry:
        return _as_attribute(self.entry(name, value))

    def _module(self, name: str, node: Node) -> Branch:
        cls, _ = _constructed(node)
        return Branch(name, cls, "module", tuple(module_children(node, self.entry)), note=self._cut())

    # -- tensors -------------------------------------------------------------------------------------

    def _tensor(self, name: str, value: StridedTensor) -> Entry:
        self._left -= 1
        try:
            return self.rebuilder.usual(name, value)
        except Malformed as error:
            return Branch(
                name, "torch.Tensor", "object", damage=tr("It cannot be built: {error}.", error=safe(str(error), 300))
            )


def _constructed(node: Node) -> tuple[str, tuple[object, ...]]:
    """The class of an object and its arguments, seen through `copyreg._reconstructor(cls, base, state)`."""
    args = node.args if isinstance(node.args, tuple) else ()
    cls = class_of(args[0]) if args else None
    if cls is not None and node.type.full in _RECONSTRUCTORS:
        return cls.full, ()
    if cls is not None and node.type.full in _NEW_OBJECT:
        return cls.full, args[1:]
    return node.type.full, args


def _first_list(node: Node) -> list[object]:
    args = node.args
    first = args[0] if isinstance(args, tuple) and args else None
    return list(first) if isinstance(first, (list, tuple)) else []


def _type_name(value: object) -> str:
    return _constructed(value)[0] if isinstance(value, Node) else type(value).__name__


def _as_attribute(entry: Entry) -> Entry:
    if isinstance(entry, Branch):
        return Branch(entry.name, entry.type, entry.kind, entry.children, True, entry.note, entry.damage)
    return entry
