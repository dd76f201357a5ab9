"""An entry as Python: the lines that load this very tensor from this file.

    load_snippet(checkpoint, key, entry)    the whole script
    allow_line(checkpoint)                  the `safe_globals` line that makes `torch.load` accept the file

The lines run as they stand wherever that can be: with `weights_only=True`, and where torch's default would
refuse the file, with the very classes it names allowed - these must then be importable, and a comment says
which. What torch cannot open without running what the file says is read with this program's own reader.

Why this way: the lines are made of names out of the file, and a file is not to be trusted. Each key goes
through `repr`, each comment through `wording.safe`, and a class is only written down when every part of
its name is an identifier - else a "class" called `os\\nimport evil` would be a line of its own.
"""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .. import wording
from ..errors import FileError
from .entries import Branch, Checkpoint, Entry, Global, Tensor
from .sources import InflatedSource, Source

LOADED_BY_TORCH = ("zip", "legacy", "pickle")
"""Formats (`Checkpoint.format`) that `torch.load` opens with `weights_only=True`."""
_NUMBER = re.compile(r"[-+]?(\d[\d.]*(e[-+]?\d+)?|nan|inf)j?", re.IGNORECASE)
_WORTH_MAPPING = 256_000_000
"""From this size on (bytes) `mmap=True` is written: torch then reads the one tensor, not the file."""


def load_snippet(checkpoint: Checkpoint, key: str, entry: Entry) -> str:
    """Python lines, ending in a newline, after which `tensor` (or `value`) is `entry`, the entry at `key`."""
    lines = _lines(checkpoint, key, entry)
    return "\n".join(lines) + "\n"


def allow_line(checkpoint: Checkpoint) -> str:
    """`torch.serialization.add_safe_globals([...])` with its imports, for what torch's default refuses.

    Empty when the default accepts everything - or when a name is dangerous, for which no line is given.
    """
    wanted = refused(checkpoint.globals)
    if checkpoint.format not in LOADED_BY_TORCH or not wanted or not _can_be_allowed(wanted):
        return ""
    imports, allowed = _allowed(wanted)
    return "\n".join([*imports, f"torch.serialization.add_safe_globals([{', '.join(allowed)}])"]) + "\n"


def refused(named: Sequence[Global]) -> list[Global]:
    """What `torch.load` in its default mode would not accept."""
    return [each for each in named if not each.accepted]


def path_to(root: Branch, key: str, entry: Entry) -> list[tuple[Branch, Entry]]:
    """Each step from `root` down to `entry`, as (parent, child); empty when it is not there.

    Keys may collide (`a.b` beside `a` with a `b`), so the very object is looked for, guided by the key.
    """
    steps: list[tuple[Branch, Entry]] = []
    return steps if _descend(root, key, entry, steps) else []


def file_of(source: Source | None) -> str:
    """The path of the file that `source` reads from; empty when there is none."""
    try:
        found = source.place(0) if source is not None else None
    except FileError:
        return ""
    return found.path if found else ""


def _lines(checkpoint: Checkpoint, key: str, entry: Entry) -> list[str]:
    steps = path_to(checkpoint.root, key, entry)
    if checkpoint.format == "safetensors" and isinstance(entry, Tensor):
        return _safetensors_lines(checkpoint.path, entry.name)
    if checkpoint.format == "sharded" and isinstance(entry, Tensor):
        return _shard_lines(checkpoint, key, entry)
    if checkpoint.format == "distributed" and isinstance(entry, Tensor):
        return _distributed_lines(checkpoint.path, key, entry)
    if checkpoint.format == "torchscript":
        return _script_lines(checkpoint.path, key, entry)
    if checkpoint.format == "exported" and steps and isinstance(entry, Tensor):
        return _exported_lines(checkpoint, key, steps)
    access = _access(steps)
    if checkpoint.format not in LOADED_BY_TORCH or access is None or not _can_be_allowed(refused(checkpoint.globals)):
        return _own_reader_lines(checkpoint, key, entry)
    return _torch_lines(checkpoint, entry, access)


class _Step(NamedTuple):
    """One step further down, written as `before` + the expression so far + `after`."""

    after: str
    before: str = ""


def _torch_lines(checkpoint: Checkpoint, entry: Entry, access: list[_Step]) -> list[str]:
    imports, allowed = _allowed(refused(checkpoint.globals))
    arguments = [_path(checkpoint.path), 'map_location="cpu"', "weights_only=True"]
    if _is_worth_mapping(checkpoint, entry):
        arguments.append("mmap=True")
    load = f"checkpoint = torch.load({', '.join(arguments)})"
    if not allowed:
        return ["import torch", "", load, *_written(access, entry)]
    return [*imports, "", f"with torch.serialization.safe_globals([{', '.join(allowed)}]):", f"    {load}",
            *_written(access, entry)]  # fmt: skip


def _written(access: list[_Step], entry: Entry) -> list[str]:
    """`tensor = checkpoint[...]...`, on several lines where a step stands around what was there before."""
    name = "tensor" if isinstance(entry, Tensor) else "value"
    lines: list[str] = []
    expression = "checkpoint"
    for before, after in ((step.before, step.after) for step in access):
        expression = before + expression + after
        if before:
            lines.append(f"{name} = {expression}")
            expression = name
    return lines if expression == name else [*lines, f"{name} = {expression}"]


def _access(steps: list[tuple[Branch, Entry]]) -> list[_Step] | None:
    """What is written for each step from the root to the entry; None when there is no such way."""
    if not steps:
        return None
    if not steps[0][0].type:  # a lone tensor or number, for which a root was made up
        steps = steps[1:]
    written: list[_Step] = []
    for at, (parent, child) in enumerate(steps):
        if parent.kind == "module":
            inside = _module_access(steps[at:])
            return [*written, inside] if inside else None
        step = _step(parent, child)
        if step is None:
            return None
        written.append(step)
    return written


def _step(parent: Branch, child: Entry) -> _Step | None:
    if (isinstance(child, Branch) and child.attribute) or parent.kind == "object":
        return _Step(f".{child.name}") if _is_name(child.name) else None
    if parent.kind == "sequence":
        return _Step(f"[{next(i for i, each in enumerate(parent.children) if each is child)}]")
    if parent.kind != "mapping":
        return None
    if _is_surely_text(child.name):
        return _Step(f"[{child.name!r}]")
    # A number or a text: `{0: ...}` and `{"0": ...}` look alike in a tree.
    return _Step(f".items()}}[{child.name!r}]", before="{str(name): child for name, child in ")


def _is_surely_text(name: str) -> bool:
    """Whether the key of a dict can only be a text, by its looks."""
    return not (_NUMBER.fullmatch(name) or name in ("None", "True", "False") or name[:1] in ("(", "["))


def _module_access(steps: list[tuple[Branch, Entry]]) -> _Step | None:
    """From a module down: parameters and buffers by their dotted name, other attributes one by one."""
    name = ".".join(child.name for _, child in steps)
    last = steps[-1][1]
    if isinstance(last, Tensor) and last.extra.role == "parameter":
        return _Step(f".get_parameter({name!r})")
    if isinstance(last, Tensor) and "buffer" in last.extra.role:
        return _Step(f".get_buffer({name!r})")
    if all(parent.kind == "module" and all(map(_is_name, child.name.split("."))) for parent, child in steps):
        return _Step(f".{name}")
    return None


def _descend(branch: Branch, key: str, entry: Entry, steps: list[tuple[Branch, Entry]]) -> bool:
    stack: list[tuple[Branch, str, Iterator[Entry]]] = [(branch, key, iter(branch.children))]
    while stack:
        _parent, rest, children = stack[-1]
        for child in children:
            if child is entry and child.name == rest:
                steps.extend(_joined(stack, child))
                return True
            if isinstance(child, Branch) and rest.startswith(child.name + "."):
                stack.append((child, rest[len(child.name) + 1 :], iter(child.children)))
                break
        else:
            stack.pop()
    return False


def _joined(stack: list[tuple[Branch, str, Iterator[Entry]]], last: Entry) -> Iterator[tuple[Branch, Entry]]:
    parents = [parent for parent, _, _ in stack]
    return zip(parents, [*parents[1:], last], strict=True)


def _is_worth_mapping(checkpoint: Checkpoint, entry: Entry) -> bool:
    if checkpoint.format != "zip" or checkpoint.nbytes < _WORTH_MAPPING or not isinstance(entry, Tensor):
        return False
    return entry.storage is not None and not isinstance(entry.storage.source, InflatedSource)


# What torch's default refuses


def _can_be_allowed(wanted: Sequence[Global]) -> bool:
    return all(each.verdict != "dangerous" and all(map(_is_name, each.name.split("."))) for each in wanted)


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier() and not keyword.iskeyword(text)


def _allowed(wanted: Sequence[Global]) -> tuple[list[str], list[str]]:
    """The import lines, and the items of the `safe_globals` list."""
    imports, comments, items = {"import torch"}, [], []
    for each in wanted:
        module, _, name = each.name.rpartition(".")
        if module == "__main__":
            comments.append(f"# Define or import {name} here: the script that saved the file defined it.")
            items.append(f'({name}, "{each.name}")')
        else:
            home = _home(module)
            imports.add(f"import {home}" if home.split(".")[0] != "torch" else "import torch")
            items.append(f"{home}.{name}" if home == module else f'({home}.{name}, "{each.name}")')
    if any(each.name.startswith("numpy.") for each in wanted):
        imports.add("import numpy")
        items.append("*map(type, map(numpy.dtype, numpy.sctypeDict.values()))")
    needed = _needed_packages(wanted)
    if needed:
        comments.insert(0, f"# Needs to be importable: {wording.names(needed, 8)}")
    return [*comments, *sorted(imports)], items


def _needed_packages(wanted: Sequence[Global]) -> list[str]:
    """The packages that must be there, other than those that come with Python, torch and numpy."""
    import sys

    at_hand = {"torch", "numpy", "__main__", "builtins", "__builtin__", *sys.stdlib_module_names}
    return sorted({each.name.split(".")[0] for each in wanted} - at_hand)


def _home(module: str) -> str:
    """Where today's library keeps what `module` held when the file was written."""
    if module.startswith("numpy.core"):
        return module.replace("numpy.core", "numpy._core", 1)
    return {"__builtin__": "builtins"}.get(module, module)


# What is not read by torch.load


def _safetensors_lines(path: str, name: str) -> list[str]:
    return [
        "from safetensors import safe_open",
        "",
        f'with safe_open({_path(path)}, framework="pt", device="cpu") as file:',
        f"    tensor = file.get_tensor({name!r})",
    ]


def _shard_lines(checkpoint: Checkpoint, key: str, entry: Tensor) -> list[str]:
    shard = file_of(entry.storage.source) if entry.storage else ""
    if shard.endswith(".safetensors"):
        return _safetensors_lines(shard, entry.name)
    if not shard or refused(checkpoint.globals):
        return _own_reader_lines(checkpoint, key, entry)
    load = f'checkpoint = torch.load({_path(shard)}, map_location="cpu", weights_only=True)'
    return ["import torch", "", load, f"tensor = checkpoint[{entry.name!r}]"]


def _distributed_lines(path: str, key: str, entry: Tensor) -> list[str]:
    return [
        "import torch",
        "import torch.distributed.checkpoint",
        "",
        f"tensor = torch.empty({list(entry.shape)}, dtype=torch.{entry.dtype})",
        f"torch.distributed.checkpoint.load({{{key!r}: tensor}}, checkpoint_id={_path(path)})",
    ]


def _exported_lines(checkpoint: Checkpoint, key: str, steps: list[tuple[Branch, Entry]]) -> list[str]:
    """A tensor of the state_dict stands at the top, a constant in a branch of its own."""
    tensor = steps[-1][1]
    holder = {1: "state_dict", 2: "constants"}.get(len(steps), "")
    if not isinstance(tensor, Tensor) or not holder or (len(steps) == 2 and steps[0][1].name != holder):
        return _own_reader_lines(checkpoint, key, tensor)
    load = f"program = torch.export.load({_path(checkpoint.path)})"
    return ["import torch", "", load, f"tensor = program.{holder}[{tensor.name!r}]"]


def _script_lines(path: str, key: str, entry: Entry) -> list[str]:
    opening = [
        "import torch",
        "",
        "# A TorchScript archive holds compiled code: it runs when the module is called, not when it is loaded.",
        f'module = torch.jit.load({_path(path)}, map_location="cpu")',
    ]
    if isinstance(entry, Tensor) and entry.extra.role in ("parameter", "buffer"):
        return [*opening, f"tensor = module.state_dict()[{key!r}]"]
    name = "tensor" if isinstance(entry, Tensor) else "value"
    return ["import operator", *opening, f"{name} = operator.attrgetter({key!r})(module)"]


def _own_reader_lines(checkpoint: Checkpoint, key: str, entry: Entry) -> list[str]:
    """For what torch could only open by running what the file says."""
    lines = [
        f"# {_why_not_torch(checkpoint)}",
        "# These lines read it without running anything, with Checkpoint Inspector's own reader.",
    ]
    opening = f"checkpoint = open_checkpoint({_path(checkpoint.path)})"
    find = f"entry = dict(checkpoint.entries())[{key!r}]"
    if isinstance(entry, Tensor):
        return [*lines, "import torch", "from inspector.checkpoint.arrays import read",
                "from inspector.checkpoint.reading import open_checkpoint", "", opening, find,
                f"tensor = torch.from_numpy(read(entry)){_as_saved(entry)}"]  # fmt: skip
    ending = [] if isinstance(entry, Branch) else ["value = entry.value"]
    return [*lines, "from inspector.checkpoint.reading import open_checkpoint", "", opening, find, *ending]


def _as_saved(tensor: Tensor) -> str:
    """Back to a type that numpy does not have, of which `read` gives the float32 numbers."""
    return f".to(torch.{tensor.dtype})" if tensor.dtype.startswith(("bfloat", "float8", "complex32")) else ""


def _why_not_torch(checkpoint: Checkpoint) -> str:
    dangerous = [wording.safe(each.name, 60) for each in checkpoint.globals if each.verdict == "dangerous"]
    if dangerous:
        return f"torch would have to run what this file names: {wording.names(dangerous)}."
    return "torch cannot load this by its path with weights_only=True."


def _path(path: str) -> str:
    return repr(os.path.abspath(os.fspath(path)))
