"""What can be made of a checkpoint, and what most people would want of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator

from ..checkpoint.entries import ITEM_SIZES, Branch, Checkpoint, Tensor, walk
from ..checkpoint.entries import Section as Named
from ..checkpoint.rewriting import PICKLED
from ..checkpoint.safetensors_file import CODES
from ..comparing.choosing import comparable
from ..comparing.sides import Item, Side
from ..language import tr
from ..progress import Progress
from . import stripping
from .naming import suggested
from .pieces import refused_by_safetensors
from .sections import OWN_TEXTS, Section, broken, section_of, unbuilt
from .wishes import FORMATS, LEAVE_OUT, SAFETENSORS, ZIP, Offers, Part, Type, Wish

_TREES = (*PICKLED, "tar", "distributed", "sharded")
"""Formats of which what is beside a section can be written again."""
_STEPS = 3
WORTH_A_WORD = 1 << 20
"""Bytes from which on it is worth a word that they are of no use."""


def offers(checkpoint: Checkpoint, section: str | None = None) -> Generator[Progress, None, Offers]:
    """What can be wished of `section`; of the weights, where none is named. Reads no tensor.

    Raises InspectorError when there is no such section.
    """
    yield Progress(0, _STEPS, "steps", "listing")
    named = comparable(checkpoint)
    key = named[0].key if section is None else section
    found = section_of(checkpoint, key)
    yield Progress(1, _STEPS, "steps", "listing")
    prefixes = stripping.found(found.side) if found.is_flat else ()
    yield Progress(2, _STEPS, "steps", "listing")
    tensors = [item.tensor for item in found.side.items if item.tensor is not None]
    lost = [(item.key, broken(item.tensor)) for item in found.side.items if item.tensor is not None]
    role = next((each.role for each in named if each.key == key), "other")
    offered = Offers(
        parts=tuple(_parts(checkpoint, named)),
        section=key,
        prefixes=prefixes,
        types=_types(tensors),
        formats=FORMATS if any(tensor.dtype in CODES for tensor in tensors) else (ZIP,),
        can_be_whole=bool(key) and checkpoint.format in _TREES,
        shared=_shared(found.side),
        broken=(*((name, reason) for name, reason in lost if reason), *unbuilt(found.branch)),
        wasted=wasted(tensors),
        source=checkpoint.format,
        is_module=found.branch.kind == "module",
        metadata=tuple(pair for pair in found.metadata if pair[0] not in OWN_TEXTS),
        default=Wish(),
        why="",
        name="",
        is_flat=found.is_flat,
    )
    wish, why = _default(checkpoint, found, offered, role)
    return offered._replace(default=wish, why=why, name=suggested(checkpoint.path, wish))


def _parts(checkpoint: Checkpoint, named: tuple[Named, ...]) -> Iterator[Part]:
    branches = {"": checkpoint.root} | {key: each for key, each in checkpoint.entries() if isinstance(each, Branch)}
    listed = [*named, *([] if any(not each.key for each in named) else [Named("", "other", tr("the whole file"))])]
    for each in listed:
        tensors = [entry for _, entry in walk(branches[each.key]) if isinstance(entry, Tensor)]
        yield Part(each.key, each.role, each.title, len(tensors), sum(tensor.nbytes for tensor in tensors))


def _types(tensors: list[Tensor]) -> tuple[Type, ...]:
    counts, nbytes = Counter[str](), Counter[str]()
    for tensor in tensors:
        counts[tensor.dtype] += 1
        nbytes[tensor.dtype] += tensor.nbytes
    return tuple(Type(dtype, counts[dtype], total) for dtype, total in nbytes.most_common())


def _shared(side: Side) -> tuple[tuple[str, ...], ...]:
    groups: dict[str, list[str]] = {}
    for item in side.items:
        if item.shared:
            groups.setdefault(item.shared, []).append(item.key)
    return tuple(tuple(group) for group in groups.values())


def wasted(tensors: Iterable[Tensor]) -> int:
    """Bytes of storages that no tensor reaches: those behind small views, and between them."""
    sizes: dict[str, int] = {}
    views: dict[str, set[tuple[int, tuple[int, ...], int]]] = {}
    for tensor in tensors:
        storage = tensor.storage
        if storage is not None and not storage.damage and tensor.dtype in ITEM_SIZES:
            sizes[storage.key] = storage.nbytes
            views.setdefault(storage.key, set()).add((tensor.offset, tensor.stride, tensor.nbytes))
    return sum(max(0, nbytes - sum(used for _, _, used in views[key])) for key, nbytes in sizes.items())


def _default(checkpoint: Checkpoint, section: Section, offered: Offers, role: str) -> tuple[Wish, str]:
    """What most people would want, and what it is good for."""
    prefixes = tuple(prefix.text for prefix in offered.prefixes if prefix.advised)
    wish = Wish(section=offered.section, prefixes=prefixes)
    safe_too = SAFETENSORS in offered.formats and section.is_flat and not any(map(_is_odd, section.side.items))
    same = SAFETENSORS if safe_too and _is_safetensors(checkpoint) else ZIP
    if offered.broken:
        return wish._replace(salvage=LEAVE_OUT, format=same), tr(
            "What is whole is saved; what is not is left out, and listed."
        )
    if checkpoint.format in ("legacy", "tar") and offered.can_be_whole:
        return wish._replace(whole=True), tr("All of it in the format that torch writes today.")
    if checkpoint.format == "distributed" and offered.can_be_whole:
        return wish._replace(whole=True), tr("All of it in one file that torch.load opens.")
    if checkpoint.format == "sharded":
        return wish._replace(format=same), tr("All shards in one file.")
    if offered.is_module:
        return wish, tr("The state_dict alone opens without the classes of the module.")
    if offered.wasted > WORTH_A_WORD:
        return wish, tr("Without the bytes that no tensor uses.")
    if offered.section and role in ("weights", "ema"):
        return wish, tr("The weights alone, without what only training needs.")
    if checkpoint.format == "safetensors" or not safe_too:
        return wish, tr("A file that torch.load opens.")
    return wish._replace(format=SAFETENSORS), tr("Safetensors opens quickly, everywhere, and can hold no code.")


def _is_odd(item: Item) -> bool:
    """Whether it is a tensor that safetensors does not hold, such as a quantised one."""
    if item.tensor is None or item.tensor.is_array or broken(item.tensor):
        return False
    return bool(refused_by_safetensors(item))


def _is_safetensors(checkpoint: Checkpoint) -> bool:
    """Whether the file, or its shards, are safetensors."""
    paths = [path for path, _ in checkpoint.stamps if not path.endswith(".json")]
    if checkpoint.format == SAFETENSORS:
        return True
    return bool(paths) and all(path.endswith(".safetensors") for path in paths)
