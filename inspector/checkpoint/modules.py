"""Whole modules - `torch.save(model)` - as trees, without their classes.

`nn.Module` pickles its `__dict__`: `_parameters`, `_buffers`, `_modules`, hooks, `training`, and whatever
the constructor set. The children are listed in the order and under the names of `state_dict()`: parameters,
buffers, submodules; then the attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..language import tr
from .entries import Branch, Entry, Tensor, Value
from .inert import Node

_INTERNAL = {
    "_parameters", "_buffers", "_modules", "_non_persistent_buffers_set", "_is_full_backward_hook", "_backend",
    "_load_state_dict_post_hooks", "_initializing",
}  # fmt: skip

Lister = Callable[[str, object], Entry]


def is_module(node: Node) -> bool:
    """Whether it has what every `nn.Module` has."""
    fields = _fields(node)
    return "_parameters" in fields and "_modules" in fields


def _fields(node: Node) -> dict[str, object]:
    state = node.state
    if isinstance(state, tuple) and state and isinstance(state[0], Node):
        state = state[0]
    if not isinstance(state, Node) or state.items is None:
        return {}
    return {key: value for key, value in state.pairs() if isinstance(key, str)}


def module_children(node: Node, entry: Lister) -> Iterator[Entry]:
    """The children of a module, each made by `entry(name, value)`."""
    fields = _fields(node)
    left_out = {name for name in _elements(fields.get("_non_persistent_buffers_set")) if isinstance(name, str)}
    for name, value in _named(fields.get("_parameters")):
        yield _parameter(name, value, entry)
    for name, value in _named(fields.get("_buffers")):
        yield _buffer(name, value, entry, "non-persistent buffer" if name in left_out else "buffer")
    for name, value in _named(fields.get("_modules")):
        yield _nothing(name, "module", tr("module that is None")) if value is None else entry(name, value)
    for name, value in fields.items():
        if name not in _INTERNAL and not ("_hooks" in name and _is_empty(value)):
            yield _attribute(entry(name, value))


def _parameter(name: str, value: object, entry: Lister) -> Entry:
    if value is None:
        return _nothing(name, "parameter", tr("parameter that is None"))
    found = entry(name, value)
    if isinstance(found, Tensor):
        return found._replace(extra=found.extra._replace(role="parameter"))
    return found


def _buffer(name: str, value: object, entry: Lister, role: str) -> Entry:
    if value is None:
        return _nothing(name, "buffer", tr("{role} that is None", role=tr(role)))
    found = entry(name, value)
    if isinstance(found, Tensor):
        return found._replace(extra=found.extra._replace(role=role))
    return found


def _nothing(name: str, role: str, note: str) -> Value:
    return Value(name, "NoneType", None, note, role)


def _named(container: object) -> list[tuple[str, object]]:
    if not isinstance(container, Node):
        return []
    pairs = container.pairs()
    args = container.args if isinstance(container.args, tuple) else ()
    if not pairs and args and isinstance(args[0], list):  # Python 2: OrderedDict([[name, value], ...])
        pairs = [(pair[0], pair[1]) for pair in args[0] if isinstance(pair, (list, tuple)) and len(pair) == 2]
    return [(str(name), value) for name, value in pairs if isinstance(name, (str, int))]


def _elements(value: object) -> list[object]:
    if not isinstance(value, Node):
        return []
    first = value.args[0] if isinstance(value.args, tuple) and value.args else None
    return list(value.elements or (first if isinstance(first, list) else ()))


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, Node) and not value.items and not value.elements and not value.args)


def _attribute(found: Entry) -> Entry:
    if isinstance(found, Branch) and found.kind != "module":
        return Branch(found.name, found.type, found.kind, found.children, True, found.note, found.damage)
    return found
