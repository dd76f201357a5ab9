"""The section that is converted: its tensors as the items of a state_dict, and what the file says beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from ..checkpoint.entries import Branch, Checkpoint, Tensor, Value, walk
from ..comparing.choosing import comparable
from ..comparing.sides import Item, Side, has_tensors, of_checkpoint
from ..errors import FileError, InspectorError
from ..language import tr, unstopped
from ..wording import names, safe

_MOST_NAMED = 8
_MOST_METADATA = 16 << 20
INDEX_FIELDS = ("total_size", "total_parameters")
OWN_TEXTS = ("format", *INDEX_FIELDS)
"""What a format says of itself: who wrote it, and what its shards come to. It is written anew, and is nobody's."""


class Section(NamedTuple):
    """A section of a file, as it is to be converted."""

    side: Side
    branch: Branch
    is_flat: bool
    """Whether it is names to tensors, as a state_dict is; or a tree, as the state of an optimizer."""
    metadata: tuple[tuple[str, str], ...]
    """The texts beside the tensors, without those that only tell of shared ones."""


def section_of(checkpoint: Checkpoint, key: str) -> Section:
    """The section at `key`. Raises InspectorError when there is none, or when not all of it is listed."""
    side = _side(checkpoint, key)
    branch = _branch(checkpoint.root, key)
    if branch.kind == "mapping" and branch.note:  # a list that is cut is none of a state_dict's
        raise InspectorError(
            tr("{key} cannot be converted: {note}.", key=safe(key) or tr("The file"), note=unstopped(branch.note)),
            hint=tr("Choose another part of the file."),
        )
    is_flat, metadata = _is_flat(branch), metadata_of(checkpoint)
    if not is_flat:
        side = _without_attributes(side, branch)
    if not key:
        side, metadata = _with_aliases(side, metadata)
    return Section(side, branch, is_flat, metadata)


def _side(checkpoint: Checkpoint, key: str) -> Side:
    """The items at `key`. Raises InspectorError when there is no such branch, with those that there are."""
    try:
        return of_checkpoint(checkpoint, key)
    except InspectorError as error:
        known = [safe(section.key, 60) for section in comparable(checkpoint) if section.key]
        hint = tr("The file has {names}.", names=names(known, _MOST_NAMED)) if known else error.hint
        raise InspectorError(error.message, hint=hint) from None


def _without_attributes(side: Side, branch: Branch) -> Side:
    """Without what hangs on a state_dict somewhere in a tree, such as the versions of its modules: no entries of it."""
    found = (key for key, entry in walk(branch) if isinstance(entry, Branch) and entry.attribute)
    hidden = tuple(f"{key}." for key in found)
    return side._replace(items=tuple(item for item in side.items if not item.key.startswith(hidden)))


def _branch(root: Branch, key: str) -> Branch:
    if not key:
        return root
    return next(entry for name, entry in walk(root) if name == key and isinstance(entry, Branch))


def _is_flat(branch: Branch) -> bool:
    if branch.kind == "module":
        return True
    inner = (each for each in branch.children if isinstance(each, Branch) and not each.attribute)
    return branch.kind == "mapping" and not any(each.kind != "object" and has_tensors(each) for each in inner)


# -- texts beside the tensors -------------------------------------------------------------------------


def metadata_of(checkpoint: Checkpoint) -> tuple[tuple[str, str], ...]:
    """The texts that a file keeps as metadata: `__metadata__` of safetensors, `extra/metadata.json` of an archive."""
    if checkpoint.format == "zip":
        return tuple(_of_archive(checkpoint.path))
    found = next((each for each in checkpoint.root.children if each.name == "__metadata__"), None)
    if not isinstance(found, Branch) or not found.attribute:
        return ()
    texts = ((each.name, each.value) for each in found.children if isinstance(each, Value))
    return tuple((name, text) for name, text in texts if isinstance(text, str))


def _of_archive(path: str) -> Iterator[tuple[str, str]]:
    from ..checkpoint.sources import FileSource
    from ..checkpoint.unpickling import Budget
    from ..checkpoint.zip_archive import open_archive
    from ..checkpoint.zip_writing import METADATA

    try:
        archive = open_archive(FileSource(path), Budget())
        member = archive.open(METADATA) if archive is not None else None
        found = json.loads(member.read_up_to(0, _MOST_METADATA)) if member is not None else {}
    except (FileError, ValueError, RecursionError):
        return
    for name, text in found.items() if isinstance(found, dict) else ():
        if isinstance(text, str):
            yield name, text


def _with_aliases(side: Side, metadata: tuple[tuple[str, str], ...]) -> tuple[Side, tuple[tuple[str, str], ...]]:
    """With the names that `safetensors.torch.save_model` wrote once: its metadata say under which other name."""
    there = side.by_key()
    aliases = {name: there[text] for name, text in metadata if name not in there and text in there}
    if not aliases:
        return side, metadata
    tied = {item.key for item in aliases.values()}
    items = [item._replace(shared=item.shared or item.key) if item.key in tied else item for item in side.items]
    items += [item._replace(key=name, shared=item.shared or item.key) for name, item in aliases.items()]
    return side._replace(items=tuple(items)), tuple(pair for pair in metadata if pair[0] not in aliases)


# -- what is whole, and what is not -------------------------------------------------------------------


def broken(tensor: Tensor) -> str:
    """Why the numbers of a tensor are not whole; empty where they are, as far as that is known without reading."""
    if tensor.damage:
        return tensor.damage
    for part in (tensor, *tensor.extra.parts):
        if part.storage is not None and part.storage.damage:
            return part.storage.damage
    if tensor.storage is None and not tensor.extra.parts:
        return tr("The tensor was saved without its numbers (a meta tensor).")
    return ""


def unlisted(branch: Branch) -> Iterator[tuple[str, str]]:
    """What a section holds that `state_dict()` does not have, or that could not be built; each with its reason."""
    hidden = "\0"
    for key, entry in walk(branch):
        if key.startswith(hidden):
            continue
        if isinstance(entry, Branch) and entry.attribute:
            hidden = f"{key}."
        elif isinstance(entry, Tensor) and branch.kind == "module" and _is_in_module(entry):
            yield key, tr("state_dict() leaves out what is neither a parameter nor a persistent buffer.")
        elif isinstance(entry, Branch) and branch.kind == "module" and entry.kind != "module" and has_tensors(entry):
            hidden = f"{key}."
            yield key, tr("It is an object of its own in the module, and is not converted.")


def _is_in_module(tensor: Tensor) -> bool:
    return tensor.extra.role not in ("parameter", "buffer")


def unbuilt(branch: Branch) -> Iterator[tuple[str, str]]:
    """Entries below that cannot be read, each with its reason."""
    for key, entry in walk(branch):
        if isinstance(entry, Branch) and entry.damage:
            yield key, entry.damage


def is_plain(item: Item) -> bool:
    """Whether it is a tensor of numbers that lie in a storage: neither sparse, quantised, nor of another class."""
    tensor = item.tensor
    if tensor is None:
        return False
    extra = tensor.extra
    return not (extra.quantization or extra.parts or extra.subclass) and tensor.layout == "strided"
