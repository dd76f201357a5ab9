"""The optimizer states that a file holds, as `torch.optim.Optimizer.state_dict()` and its relatives write them.

    {"state": {0: {"exp_avg": ...}, ...}, "param_groups": [{"lr": ..., "params": [0, ...]}]}     torch
    the same with names in place of numbers                     FSDP, torch.distributed.checkpoint
    {"state.fc.weight.exp_avg": ..., "param_groups.fc.weight.lr": ...}                  its flattened form
    {"optimizer_states": [...]}                                        Lightning: a list of the first

A *slot* is what one parameter has: its place in a group, and the tensors that the optimizer keeps for it. The numbers
are places, counted over all groups; which parameter stands there, only the program knows that made the groups - unless
it gave names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint, Entry, Tensor, Value
from ..checkpoint.listing import MAX_SEQUENCE
from ..checkpoint.values import key_text
from ..language import sentences, tr

Shape = tuple[int, ...]

_DEPTH = 8
_MOST = 20_000
"""How deep, and how many branches, are searched for optimizers."""
_MOST_ITEMS = 20
"""Items of a setting, such as the two of `betas`, that are read."""
_OF_PARAMETER = (
    "exp_avg", "momentum_buffer", "square_avg", "sum", "ax", "prev", "exp_avg_sq", "exp_inf", "acc_delta", "grad_avg",
    "step_size", "max_exp_avg_sq", "variance", "hessian", "slow_buffer", "state1", "momentum", "exp_avg_diff",
)  # fmt: skip
"""What has the shape of its parameter."""
_FACTORS = (("row_var", "col_var", -1), ("exp_avg_sq_row", "exp_avg_sq_col", None))
"""Adafactor keeps a matrix as its row and column sums: torch's with the summed dimension left as 1, others without."""


class Slot(NamedTuple):
    """What the optimizer keeps for one parameter."""

    id: str
    """Its number or name in the file."""
    group: int
    path: str
    """The key in the file below which its entries lie; in the flattened form, what their keys begin with."""
    entries: tuple[Entry, ...] = ()
    """`exp_avg`, `step` ...; none for a parameter that never had a gradient."""
    name: str = ""
    """The parameter's name, where the file says it."""

    @property
    def shape(self) -> Shape | None:
        """The shape of the parameter; None where its entries do not tell."""
        shapes = {entry.name: entry.shape for entry in self.entries if isinstance(entry, Tensor)}
        for name in _OF_PARAMETER:
            if name in shapes:
                return shapes[name]
        for rows, columns, end in _FACTORS:
            if shapes.get(rows) and shapes.get(columns):
                return (*shapes[rows][:end], shapes[columns][-1])
        return None


class OptimizerState(NamedTuple):
    """One optimizer of a file."""

    section: str
    """The key of its entry, empty for the whole file."""
    groups: tuple[Mapping[str, object], ...]
    """The settings of each group: plain values, lists as tuples."""
    slots: tuple[Slot, ...]
    """In the order of the groups."""
    note: str = ""
    """What should be known about how it was read."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many parameters each group has."""
        sizes = [0] * len(self.groups)
        for slot in self.slots:
            sizes[slot.group] += 1
        return tuple(sizes)

    @property
    def entry_names(self) -> frozenset[str]:
        """What it keeps for any of its parameters."""
        return frozenset(entry.name for slot in self.slots for entry in slot.entries)


def optimizer_states(checkpoint: Checkpoint) -> tuple[OptimizerState, ...]:
    """All optimizers of a file, in its order."""
    return tuple(_found(checkpoint.root))


def _found(root: Branch) -> Iterator[OptimizerState]:
    stack: list[tuple[str, Branch, int]] = [("", root, 0)]
    searched = 0
    while stack and searched < _MOST:
        key, branch, depth = stack.pop()
        searched += 1
        children = {child.name: child for child in branch.children if isinstance(child, Branch)}
        state, groups = children.get("state"), children.get("param_groups")
        if state is not None and groups is not None:
            yield _as_torch_has_it(key, state, groups)
        elif any(child.name.startswith("param_groups.") for child in branch.children):
            yield _flattened(key, branch)
        elif depth < _DEPTH:
            below = [(_joined(key, name), child, depth + 1) for name, child in children.items()]
            stack.extend(reversed(below))


def _as_torch_has_it(section: str, state: Branch, groups: Branch) -> OptimizerState:
    kept = {child.name: child for child in state.children if isinstance(child, Branch)}
    settings: list[Mapping[str, object]] = []
    slots: list[Slot] = []
    notes = []
    for group in groups.children:
        if not isinstance(group, Branch):
            continue
        known = {child.name: child for child in group.children}
        ids, names = _branch(known.get("params")), _texts(_branch(known.get("param_names")))
        settings.append({name: _plain(child) for name, child in known.items() if name not in ("params", "param_names")})
        for place, one in enumerate(_items(ids)):
            name = names[place] if place < len(names) else one if isinstance(one, str) else ""
            slots.append(_slot(section, key_text(one), len(settings) - 1, kept, name))
        notes.append(_cut(ids))
    return OptimizerState(section, tuple(settings), tuple(slots), sentences(*notes))


def _slot(section: str, id: str, group: int, kept: Mapping[str, Branch], name: str) -> Slot:
    state = kept.get(id)
    return Slot(id, group, _joined(section, f"state.{id}"), state.children if state is not None else (), name)


def _flattened(section: str, branch: Branch) -> OptimizerState:
    """Every parameter has the settings of its group: those with the same ones make up a group."""
    kept: dict[str, list[Entry]] = {}
    settings: dict[str, dict[str, object]] = {}
    for child in branch.children:
        kind, _, rest = child.name.partition(".")
        name, _, leaf = rest.rpartition(".")
        if kind == "state":
            kept.setdefault(name, []).append(child._replace(name=leaf))
        elif kind == "param_groups":
            settings.setdefault(name, {})[leaf] = _plain(child)
    groups: dict[str, int] = {}
    made: list[Mapping[str, object]] = []
    slots = []
    for name, known in settings.items():
        group = groups.setdefault(repr(sorted(known.items())), len(made))
        if group == len(made):
            made.append(known)
        slots.append(Slot(name, group, _joined(section, f"state.{name}"), tuple(kept.get(name, ())), name))
    slots.sort(key=lambda slot: slot.group)
    return OptimizerState(section, tuple(made), tuple(slots))


def _branch(entry: Entry | None) -> Branch | None:
    return entry if isinstance(entry, Branch) else None


def _cut(ids: Branch | None) -> str:
    """A sentence where a long list of parameters was not read to its end."""
    if ids is None or not ids.note or len(ids.children) < MAX_SEQUENCE:
        return ""
    return tr("Of the parameters of a group, {note} were read.", note=ids.note)


def _items(branch: Branch | None) -> list[object]:
    return [child.value for child in branch.children if isinstance(child, Value)] if branch else []


def _texts(branch: Branch | None) -> list[str]:
    return [item if isinstance(item, str) else "" for item in _items(branch)]


def _plain(entry: Entry, depth: int = 0) -> object:
    """A setting as a plain value; a tensor, such as a learning rate on a device, as the word for it."""
    if isinstance(entry, Branch):
        return tuple(_plain(child, depth + 1) for child in entry.children[:_MOST_ITEMS]) if depth < 2 else "..."
    if isinstance(entry, Tensor):
        return tr("a tensor")
    value = entry.value
    small = isinstance(value, int) and abs(value) < 1 << 64
    return value if small or isinstance(value, (float, str, type(None))) else key_text(value)


def _joined(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
