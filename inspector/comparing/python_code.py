"""The steps as Python: a script that loads the file, mends its state_dict and loads it into `model`.

    print(python_code(steps, path="old.pth", section="state_dict"))

It needs torch only.

Why this way: what a person copies should be what they would have written themselves with a little care. So a pattern
becomes a regular expression or a plain comparison, only the functions that are used are defined, and `state` is changed
in place, because `_metadata` - the versions of its modules, which some modules insist on - is an attribute of it.

Names come out of files, and a file is not to be trusted: each goes through `repr` or an f-string made of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import singledispatch

from ..checkpoint.entries import Branch
from ..errors import InspectorError
from ..language import tr
from .step_words import as_words
from .steps import (
    AddPrefix,
    Cast,
    Drop,
    Fuse,
    Interpolate,
    KeepInitial,
    Pad,
    Rename,
    Slice,
    Split,
    Squeeze,
    Step,
    StripPrefix,
    Transpose,
    Unsqueeze,
)
from .templates import Template, template

LOADED_BY_TORCH = ("zip", "legacy", "tar", "pickle")
"""Formats that `torch.load` opens."""

_LONGEST_LINE = 110
_MODULE = ".state_dict()"
"""Ends the way to a module that was saved whole."""

_RENAME = '''

def rename(state, new_name):
    """Renames the keys in place; the versions of the modules in `_metadata` move along."""
    paths = {}
    for old, value in [(key, state.pop(key)) for key in list(state)]:
        new = new_name(old)
        state[new] = value
        while (old or new) and old.rpartition(".")[2] == new.rpartition(".")[2]:
            old, new = old.rpartition(".")[0], new.rpartition(".")[0]
            paths.setdefault(old, new)
    if hasattr(state, "_metadata"):
        state._metadata = {paths.get(path, path): versions for path, versions in state._metadata.items()}
'''

_BY_RULES = '''

def by_rules(key, rules):
    """The new name of a key: the first rule that matches all of it says so."""
    for old, new in rules:
        if found := re.fullmatch(old, key):
            return new(*found.groups())
    return key
'''

_MATCHING = '''

def matching(state, *patterns):
    """The keys that one of the patterns matches, and what stands for the groups in it."""
    found = [(key, re.fullmatch(pattern, key)) for key in state for pattern in patterns]
    return {key: match.groups() for key, match in found if match}
'''

_DEFINED = {"rename(": _RENAME, "by_rules(": _BY_RULES, "matching(": _MATCHING}


def python_code(
    steps: Iterable[Step], *, path: str, section: str = "", root: Branch | None = None, format: str = "zip"
) -> str:
    """The script, ending in a line feed. `path` is written as it is given.

    `root` is the tree of the file, in which the section is looked up exactly; without it, its name is taken apart at
    the dots. `format` is `Checkpoint.format`. Raises InspectorError for one that takes more than a few lines.
    """
    body: list[str] = []
    for step in steps:
        body += ["", f"# {as_words(step)}", *_lines(step)]
    load, imports = _loading(path, _access(section, root), format)
    written = "\n".join(body)
    defined = [code.rstrip() for name, code in _DEFINED.items() if name in written]
    if "re.fullmatch" in "".join(defined):
        imports = ["import re", "", *imports]
    head = ["\n".join(imports), *defined] if defined else ["\n".join([*imports, ""])]
    return "\n".join([*head, "\n\n" * bool(defined) + load, *body, "", "model.load_state_dict(state, strict=True)", ""])


def _loading(path: str, access: str, format: str) -> tuple[str, list[str]]:
    """The line that loads the state_dict, and what it imports."""
    file, imports = f'{_text(path)}, map_location="cpu"', ["import torch"]
    if format in LOADED_BY_TORCH and access.endswith(_MODULE):
        comment = "# weights_only=False: a module that was saved whole is built by running the code that it names\n"
        return f"{comment}state = torch.load({file}, weights_only=False){access}", imports
    if format in LOADED_BY_TORCH:
        return f"state = torch.load({file}, weights_only=True){access}", imports
    if format == "torchscript":
        return f"state = torch.jit.load({file}).state_dict()", imports
    if format == "safetensors":
        return f"state = load_file({_text(path)})", [*imports, "from safetensors.torch import load_file"]
    raise InspectorError(
        tr("There are no few lines that load a {format} checkpoint.", format=format), hint=tr("Save it mended instead.")
    )


def _access(section: str, root: Branch | None) -> str:
    """`["a"]["b"]`: how the section is reached, and `.state_dict()` when it is a module."""
    if root is None:
        return "".join(f"[{_text(name)}]" for name in section.split(".") if name)
    if not section:
        return _MODULE if root.kind == "module" else ""
    for child in root.children:
        if isinstance(child, Branch) and (section == child.name or section.startswith(f"{child.name}.")):
            index = child.name if root.kind == "sequence" else _text(child.name)
            try:
                return f"[{index}]{_access(section[len(child.name) + 1 :], child)}"
            except InspectorError:
                continue  # `a.b` may lie in `a`, or be a name of its own
    raise InspectorError(tr("There is no section {section!r} in the file.", section=section))


# -- each kind of step -------------------------------------------------------------------------------


@singledispatch
def _lines(step: Step) -> list[str]:
    raise InspectorError(tr("{step!r} is no step that mends a checkpoint.", step=step))


@_lines.register
def _(step: StripPrefix) -> list[str]:
    if not step.under:
        return [f"rename(state, lambda key: key.removeprefix({_text(step.prefix)}))"]
    return _replaced(step.under + step.prefix, step.under)


@_lines.register
def _(step: AddPrefix) -> list[str]:
    if not step.under:
        return [f"rename(state, lambda key: {_text(step.prefix)} + key)"]
    return _replaced(step.under, step.under + step.prefix)


def _replaced(old: str, new: str) -> list[str]:
    old, new = _text(old), _text(new)
    return [f"rename(state, lambda key: {new} + key.removeprefix({old}) if key.startswith({old}) else key)"]


@_lines.register
def _(step: Rename) -> list[str]:
    if not any(template(old).names for old, _ in step.rules):
        names = {template(old).fill({}): template(new).fill({}) for old, new in reversed(step.rules)}
        lines = [f"    {_text(old)}: {_text(new)}," for old, new in reversed(names.items())]
        return ["names = {", *lines, "}", "rename(state, lambda key: names.get(key, key))"]
    rules = [(template(old), template(new)) for old, new in step.rules]
    lines = [f"    ({_pattern(old)}, lambda {', '.join(old.names)}: {_filled(new)})," for old, new in rules]
    return [
        "rules = [",
        *(line.replace("lambda :", "lambda:") for line in lines),
        "]",
        "rename(state, lambda key: by_rules(key, rules))",
    ]


@_lines.register
def _(step: Drop) -> list[str]:
    return _each("state", step.patterns, "del state[key]")


@_lines.register
def _(step: KeepInitial) -> list[str]:
    return [
        *_each("state", step.patterns, "del state[key]"),
        "initial = model.state_dict()",
        *_each("initial", step.patterns, "state[key] = initial[key]"),
    ]


@_lines.register
def _(step: Transpose) -> list[str]:
    return _each("state", step.patterns, f"state[key] = state[key].transpose({step.first}, {step.second})")


@_lines.register
def _(step: Squeeze) -> list[str]:
    return _each("state", step.patterns, f"state[key] = state[key].squeeze({step.dims})")


@_lines.register
def _(step: Unsqueeze) -> list[str]:
    calls = "".join(f".unsqueeze({dim})" for dim in step.dims)
    return _each("state", step.patterns, f"state[key] = state[key]{calls}")


@_lines.register
def _(step: Split) -> list[str]:
    old = template(step.old)
    parts = ", ".join(f"state[{_filled(template(new))}]" for new in step.new)
    cut = f"split({list(step.sizes)}, {step.dim})" if step.sizes else f"chunk({len(step.new)}, {step.dim})"
    comma = "," if len(step.new) == 1 else ""
    return _each_group(old, [f"{parts}{comma} = state.pop(key).{cut}"])


@_lines.register
def _(step: Fuse) -> list[str]:
    first = template(step.old[0])
    parts = ", ".join(_filled(template(old)) for old in step.old)
    return _each_group(
        first,
        [
            f"parts = [{parts}]",
            "if all(part in state for part in parts):",
            f"    state[{_filled(template(step.new))}] = torch.cat([state.pop(part) for part in parts], {step.dim})",
        ],
    )


@_lines.register
def _(step: Slice) -> list[str]:
    return _each("state", step.patterns, f"state[key] = state[key].narrow({step.dim}, {step.start}, {step.size})")


@_lines.register
def _(step: Pad) -> list[str]:
    return _each(
        "state",
        step.patterns,
        "old, shape = state[key], list(state[key].shape)",
        f"shape[{step.dim}] = {step.size}",
        "state[key] = old.new_zeros(shape)",
        f"state[key].narrow({step.dim}, 0, old.shape[{step.dim}]).copy_(old)",
    )


@_lines.register
def _(step: Interpolate) -> list[str]:
    (height, width), (rows, columns) = step.old, step.new
    size = f"size=({rows}, {columns})"
    return _each(
        "state",
        step.patterns,
        "old = state[key]",
        f"grid = old[..., {step.extra}:, :].double().reshape(1, {height}, {width}, -1).permute(0, 3, 1, 2)",
        f'grid = torch.nn.functional.interpolate(grid, {size}, mode="bicubic", align_corners=False)',
        f"grid = grid.permute(0, 2, 3, 1).reshape(*old.shape[:-2], {rows * columns}, -1).to(old.dtype)",
        f"state[key] = torch.cat([old[..., :{step.extra}, :], grid], dim=-2)",
    )


@_lines.register
def _(step: Cast) -> list[str]:
    return _each("state", step.patterns, f"state[key] = state[key].to(torch.{step.dtype})")


def _each(state: str, patterns: Sequence[str], *lines: str) -> list[str]:
    """A loop over the keys that a pattern matches."""
    body = [f"    {line}" for line in lines]
    arguments = [state, *(_pattern(template(pattern), "{}") for pattern in patterns)]
    head = f"for key in matching({', '.join(arguments)}):"
    if len(head) > _LONGEST_LINE:
        return ["for key in matching(", *(f"    {argument}," for argument in arguments), "):", *body]
    return [head, *body]


def _each_group(pattern: Template, lines: list[str]) -> list[str]:
    """The same, with what stands for the slots under their names."""
    names = ", ".join(pattern.names)
    slots = f"({names},)" if len(pattern.names) == 1 else f"({names})" if names else "_"
    return [
        f"for key, {slots} in matching(state, {_pattern(pattern)}).items():",
        *(f"    {line}" for line in lines),
    ]


# -- patterns and names as literals --------------------------------------------------------------------


def _pattern(pattern: Template, slot: str = "({})") -> str:
    """The pattern as a literal for `re.fullmatch`, with a group for each slot in their order."""
    if len(pattern.names) < len(pattern.parts) - 1:  # a slot that stands twice
        return _text(pattern.expression)
    literals = [literal for literal, _, _ in pattern.parts]
    made = []
    for place, (literal, name, _) in enumerate(pattern.parts):
        made.append(re.sub(r"\\([-_ #&~/])", r"\1", re.escape(literal)))
        if name:
            begins, ends = place == 0, place + 2 == len(literals)
            alone = _keeps_digits_off(literal[-1:], begins) and _keeps_digits_off(literals[place + 1][:1], ends)
            made.append(slot.format(_slot(name, alone)))
    return _text("".join(made))


def _keeps_digits_off(neighbour: str, at_an_end: bool) -> bool:
    """Whether no digit can touch a slot on this side: a letter stands there, or nothing at all, and no other slot."""
    return not neighbour.isdigit() if neighbour else at_an_end


def _slot(name: str, alone: bool) -> str:
    """What stands for a slot; a number is the whole of it by itself where no digit can touch it."""
    if len(name) > 1:
        return ".*" if name.startswith("rest") else "[^.]+"
    return "[0-9]+" if alone else "(?<![0-9])[0-9]+(?![0-9])"


def _filled(pattern: Template) -> str:
    """The pattern as an f-string over the names of its slots."""
    made = []
    for literal, name, shift in pattern.parts:
        made.append(literal.replace("{", "{{").replace("}", "}}"))
        if name:
            made.append(f"{{int({name}) {'+' if shift > 0 else '-'} {abs(shift)}}}" if shift else f"{{{name}}}")
    text = "".join(made)
    return f"f{_text(text)}" if pattern.names else _text(pattern.fill({}))


def _text(text: str) -> str:
    """`text` as a literal that is this text, whatever is in it; with double quotes, and raw, where that can be."""
    if '"' in text or not (text.isascii() and text.isprintable()):
        return repr(text)
    if "\\" not in text:
        return f'"{text}"'
    return repr(text) if text.endswith("\\") else f'r"{text}"'
