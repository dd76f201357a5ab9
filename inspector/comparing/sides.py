"""The two sides of a comparison: a checkpoint's state_dict, a model's, or what an error message says of either.

Side *a* is always the file, side *b* what it is held against: another file, or the model. Keys are the names that
`load_state_dict` sees, that is, without the path of the section they lie in.

Why this way: whatever a side comes from, it is a list of named shapes. So everything that compares, explains and
mends knows one thing only, and works on a pasted error message as it does on two files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint, Entry, Tensor, Value, walk
from ..errors import InspectorError
from ..language import tr

Shape = tuple[int, ...]

EXTRA_STATE = "_extra_state"
"""The last part of the key under which a module's `get_extra_state` is kept; it need not be a tensor."""


class Made(NamedTuple):
    """How a mended tensor comes of others: one operation, by the name of its step (see `steps`)."""

    operation: str
    """`transpose`, `reshape`, `slice`, `pad`, `interpolate`, `cast`, `join` or `initial`."""
    parts: tuple[Item, ...]
    """The items that it is made of; these may be made themselves."""
    arguments: tuple[object, ...] = ()
    """What else the operation needs, all of it plain ints and strings; `mending` says what, operation by operation."""


class Item(NamedTuple):
    """One key of a state_dict."""

    key: str
    shape: Shape | None
    """None where it is not known: a lazy parameter, something that is no tensor, a line of an error message."""
    dtype: str = ""
    """torch's name without `torch.`; empty where it is not known."""
    tensor: Tensor | None = None
    """The entry of the file, through which values are read; None in a model, and for what is made by a step."""
    role: str = ""
    """`parameter` or `buffer` where that is known; `value` for what is no tensor; `extra state`."""
    shared: str = ""
    """The same word for all items of a side that are one and the same tensor; empty for one that stands alone."""
    origins: tuple[str, ...] = ()
    """The keys that it had in the file, when a step renamed or made it; empty when nothing was done."""
    made: Made | None = None

    @property
    def numel(self) -> int:
        """The number of elements; 0 where the shape is not known."""
        if self.shape is None:
            return 0
        product = 1
        for dimension in self.shape:
            product *= dimension
        return product


class Side(NamedTuple):
    """One side of a comparison."""

    name: str
    """What people call it: `resnet_plain.pth`, `resnet18(num_classes=10)`."""
    kind: str
    """`checkpoint`, `model` or `error` (only what an error message names)."""
    items: tuple[Item, ...] = ()
    """In the order of the state_dict."""
    section: str = ""
    """The path in the file under which they lie; empty for the top."""
    modules: Mapping[str, str] = {}  # nobody changes it
    """Path of a module -> its class (`torch.nn.modules.linear.Linear`), `""` -> that of the model itself.
    Empty where only a state_dict is known."""
    metadata: Mapping[str, Mapping[str, object]] = {}
    """What `_metadata` says of each module path, such as {"version": 2}."""
    arguments: Mapping[str, object] = {}
    """The constructor arguments that are known, by name."""

    def by_key(self) -> dict[str, Item]:
        """The items by their key; of two with one key, the first."""
        return {item.key: item for item in reversed(self.items)}


def of_checkpoint(checkpoint: Checkpoint, section: str = "", *, name: str = "") -> Side:
    """The state_dict at `section` of a file as a side. Raises InspectorError when there is no such branch."""
    branch = _at(checkpoint.root, section)
    items = tuple(_of_modules(branch) if branch.kind == "module" else _of_names(branch))
    return Side(
        name or checkpoint.path.rpartition("/")[2],
        "checkpoint",
        _with_ties(items),
        section,
        dict(_modules(branch)),
        _metadata(branch),
    )


def _at(root: Branch, section: str) -> Branch:
    if not section:
        return root
    for key, entry in walk(root):
        if key == section and isinstance(entry, Branch):
            return entry
    raise InspectorError(
        tr("There is no section {section!r} in the file.", section=section), hint=tr("Choose one of its branches.")
    )


def _of_names(branch: Branch) -> Iterator[Item]:
    """The items of a state_dict; one that nests is seen with its names joined by dots. An extra state is one item, and
    so is an object that holds no tensors."""
    hidden = tuple(f"{child.name}." for child in branch.children if isinstance(child, Branch) and child.attribute)
    whole = "\0"
    for key, entry in walk(branch):
        if key.startswith(whole) or (hidden and key.startswith(hidden)):
            continue
        if not isinstance(entry, Branch):
            yield _item(key, entry)
        elif key.rpartition(".")[2] == EXTRA_STATE or (entry.kind == "object" and not has_tensors(entry)):
            whole = f"{key}."
            yield Item(key, None, role="extra state" if key.rpartition(".")[2] == EXTRA_STATE else "value")


def has_tensors(branch: Branch) -> bool:
    """Whether there is a tensor anywhere below."""
    return any(isinstance(entry, Tensor) for _, entry in walk(branch))


def _of_modules(branch: Branch) -> Iterator[Item]:
    """The items that `state_dict()` of a module saved whole would have: parameters, buffers, in its order."""
    stack: list[tuple[str, Iterator[Entry]]] = [("", iter(branch.children))]
    while stack:
        prefix, children = stack[-1]
        for entry in children:
            key = prefix + entry.name
            if isinstance(entry, Tensor) and entry.extra.role in ("parameter", "buffer"):
                yield _item(key, entry)
            elif isinstance(entry, Branch) and entry.kind == "module" and not entry.attribute:
                stack.append((f"{key}.", iter(entry.children)))
                break
        else:
            stack.pop()


def _item(key: str, entry: Tensor | Value) -> Item:
    if isinstance(entry, Tensor):
        role = "parameter" if entry.parameter else entry.extra.role
        return Item(key, entry.shape, entry.dtype, entry, role)
    return Item(key, None, role="extra state" if key.rpartition(".")[2] == EXTRA_STATE else "value")


def _with_ties(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Marks the items that are the very same elements."""
    seen: dict[tuple[object, ...], list[int]] = {}
    for place, item in enumerate(items):
        tensor = item.tensor
        if tensor is not None and tensor.storage is not None and item.numel:
            where = (tensor.storage.key, tensor.offset, tensor.shape, tensor.stride)
            seen.setdefault(where, []).append(place)
    tied = {place: items[places[0]].key for places in seen.values() if len(places) > 1 for place in places}
    if not tied:
        return items
    return tuple(item._replace(shared=tied[place]) if place in tied else item for place, item in enumerate(items))


def _modules(branch: Branch) -> Iterator[tuple[str, str]]:
    if branch.kind != "module":
        return
    yield "", branch.type
    for key, entry in walk(branch):
        if isinstance(entry, Branch) and entry.kind == "module" and not entry.attribute:
            yield key, entry.type


def _metadata(branch: Branch) -> dict[str, dict[str, object]]:
    kept = next((each for each in branch.children if each.name == "_metadata" and isinstance(each, Branch)), None)
    if kept is None:
        return {}
    return {
        each.name: {value.name: value.value for value in each.children if isinstance(value, Value)}
        for each in kept.children
        if isinstance(each, Branch)
    }
