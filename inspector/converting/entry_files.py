"""An entry of a checkpoint as a file of its own: a tensor as `.npy`, anything as a `.pt` that `torch.load` opens.

    outline, row = Outline.of(checkpoint.root), ...
    file_name("layer1", ".pt")                                       `layer1.pt`, safe wherever it is written
    finish(write_entry(checkpoint, outline, [row], "layer1.pt"))

A `.pt` of a tensor holds that tensor; of a branch, what the file has there; of a group, which is made of parts of
names that several keys share, a dict with the rest of those names: `model.layer1.load_state_dict` takes it. Of several
rows, which are shown as one where repeated blocks are folded, it is a dict with their whole keys.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Generator, Sequence

from ..checkpoint.entries import Branch, Checkpoint, Entry, Tensor
from ..checkpoint.outline import Outline
from ..checkpoint.planning import Packing, Plan, of_entry
from ..checkpoint.rewriting import PICKLED, Rewriter
from ..errors import FileError
from ..language import sentences, tr, unstopped
from ..progress import Progress
from ..wording import safe
from .plain_values import Copying

NPY, PT = ".npy", ".pt"
_MOST_LETTERS = 100
_NOT_IN_NAMES = re.compile(r"[^\w.\-+@=()\[\] ]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def file_name(key: str, ending: str) -> str:
    """A name for the file of an entry that leads nowhere else, whatever its key says."""
    name = _NOT_IN_NAMES.sub("_", key).strip(" ._")
    if len(name) > _MOST_LETTERS:
        name = f"{name[: _MOST_LETTERS // 3]}_{name[-_MOST_LETTERS * 2 // 3 :]}"
    while len(name.encode()) > 200:  # what a file system counts is bytes
        name = name[1:]
    if not name or _RESERVED.fullmatch(name):
        name = f"entry_{name}".rstrip("_")
    return name + ending


def endings(outline: Outline, rows: Sequence[int]) -> tuple[str, ...]:
    """The endings that rows can be saved with, the usual one first; none for what holds no tensor."""
    entry = outline.entries[rows[0]]
    if isinstance(entry, Tensor) and len(rows) == 1:
        has_numbers = not entry.extra.parts and entry.layout == "strided"
        return (NPY, PT) if has_numbers else (PT,)
    return (PT,) if any(outline.tensors[row] for row in rows) else ()


def write_entry(
    checkpoint: Checkpoint, outline: Outline, rows: Sequence[int], path: str, *, overwrite: bool = False
) -> Generator[Progress, None, str]:
    """Writes what rows of the (unfolded) outline stand for, in the form that the ending of `path` says.

    Raises FileError where it cannot be read or written, and where `path` is a file that the checkpoint is read from.
    """
    from ..checkpoint.writing import refuse_target, write

    entry = outline.entries[rows[0]]
    if path.lower().endswith(NPY) and isinstance(entry, Tensor) and len(rows) == 1:
        from ..checkpoint.npy_writing import write_npy

        refuse_target(path, Plan(None, (), (), sources=_sources(checkpoint)), overwrite=overwrite, over_source=False)
        return (yield from write_npy(path, entry))
    yield Progress(0, 1, "steps", "reading")
    return (yield from write(path, plan_of(checkpoint, outline, rows), overwrite=overwrite)).path


def plan_of(checkpoint: Checkpoint, outline: Outline, rows: Sequence[int]) -> Plan:
    """What is written of rows. Raises FileError when nothing of it can be; what is left out is in the notes."""
    entry, key = outline.entries[rows[0]], outline.key(rows[0])
    made = _Making(checkpoint)
    if entry is not None and len(rows) == 1:
        root = made.value(key, entry)
    elif len(rows) == 1:
        root = made.together(f"{key}.", _below(outline, rows[0]))
    else:
        root = made.together("", [each for row in rows for each in _at_or_below(outline, row)])
    return made.packing.plan(root, notes=made.notes, sources=_sources(checkpoint))


def _sources(checkpoint: Checkpoint) -> tuple[str, ...]:
    return (checkpoint.path, *(path for path, _ in checkpoint.stamps))


def _at_or_below(outline: Outline, row: int) -> list[tuple[str, Entry]]:
    entry = outline.entries[row]
    return [(outline.key(row), entry)] if entry is not None else _below(outline, row)


def _below(outline: Outline, group: int) -> list[tuple[str, Entry]]:
    """The entries of a group, those that are in one of them left out, with their keys."""
    found: list[tuple[str, Entry]] = []
    row = group + 1
    while row < outline.ends[group]:
        entry = outline.entries[row]
        if entry is not None:
            found.append((outline.key(row), entry))
        row = row + 1 if entry is None else outline.ends[row]
    return found


class _Making:
    """Collects what is written: plain tensors at once, all else from the pickle where the file is one."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.packing = Packing()
        self._checkpoint = checkpoint
        self._rewriter: Rewriter | None = None
        self._copying = Copying(lambda key, tensor: self.packing.add(key, of_entry(tensor)), numbers=True)
        self._left_out: list[tuple[str, str]] = []

    @property
    def notes(self) -> list[str]:
        lost = [*self._left_out, *self._copying.left_out]
        said = [tr("{here} is left out: {reason}.", here=safe(key), reason=reason) for key, reason in lost]
        return said + (self._rewriter.notes if self._rewriter is not None else [])

    def value(self, key: str, entry: Entry) -> object:
        """What stands at `key`. Raises FileError where it cannot be written."""
        if self._is_plain(entry) or self._checkpoint.format not in PICKLED:
            return self._copying.value(key, entry)
        if self._rewriter is None:
            self._rewriter = Rewriter(self._checkpoint, self.packing)
        return self._rewriter.value(key)

    def together(self, prefix: str, entries: list[tuple[str, Entry]]) -> object:
        """A dict of several entries, by their keys without what these begin with."""
        found: OrderedDict[str, object] = OrderedDict()
        for key, entry in entries:
            if isinstance(entry, Branch) and entry.attribute:
                continue
            try:
                found[key.removeprefix(prefix)] = self.value(key, entry)
            except FileError as error:
                self._left_out.append((key, unstopped(error.message)))
        if not found:
            message, why = tr("There is nothing in it that could be saved."), sentences(*self.notes[:3])
            raise FileError(message, title=tr("The entry was not saved"), hint=why)
        return found

    def _is_plain(self, entry: Entry) -> bool:
        if not isinstance(entry, Tensor):
            return False
        extra = entry.extra
        return not (extra.quantization or extra.parts or extra.subclass) and entry.layout == "strided"
