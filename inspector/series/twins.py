"""Whether two checkpoints are the same: every byte of the files, or every bit of the weights.

Why this way: a training saves the same weights under several names - `latest`, `best`, `epoch_7` -, and drawn twice
they would look as if training had stood still. A few numbers of each file tell who may be the same, so that hardly a
file is read to its end but to prove that it is a twin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator

from ..checkpoint.entries import Tensor
from ..checkpoint.reading import open_checkpoint
from ..checkpoint.sources import FileSource
from ..comparing.sides import Item
from ..errors import InspectorError
from ..progress import Progress
from .members import FILES, WEIGHTS, Member
from .weights import weights_in

_LOOKED_AT = 12
"""Tensors of which a few numbers are read."""
_NUMBERS = 512
_PIECE = 1 << 20


def fingerprint(items: dict[str, Item]) -> bytes:
    """A word that checkpoints with the same weights share, from a few numbers of some tensors; empty where they cannot
    be read."""
    keys = sorted(items)
    chosen = (
        keys
        if len(keys) <= _LOOKED_AT
        else [keys[at * (len(keys) - 1) // (_LOOKED_AT - 1)] for at in range(_LOOKED_AT)]
    )
    said = hashlib.blake2b(digest_size=16)
    try:
        for key in chosen:
            tensor = items[key].tensor
            if tensor is not None and tensor.storage is not None:
                said.update(_first_numbers(tensor))
    except InspectorError:
        return b""
    return said.digest()


def comparing(a: Member, b: Member) -> Generator[Progress, None, str]:
    """`FILES` or `WEIGHTS` where the two are the same in these, empty where they are not, or cannot be read."""
    if _is_one_file(a, b):
        return FILES
    try:
        if (yield from _same_files(a, b)):
            return FILES
        return WEIGHTS if (yield from _same_weights(a, b)) else ""
    except InspectorError:
        return ""


def _is_one_file(a: Member, b: Member) -> bool:
    """Whether both names lead to one file, by a link of either kind."""
    mine, its = ([(stamp.device, stamp.inode) for _, stamp in each.stamps] for each in (a, b))
    return bool(mine) and mine == its


def _same_files(a: Member, b: Member) -> Generator[Progress, None, bool]:
    if not len(a.stamps) == len(b.stamps) == 1 or a.stamps[0][1].nbytes != b.stamps[0][1].nbytes:
        return False
    mine, its = FileSource(a.stamps[0][0]), FileSource(b.stamps[0][0])
    with mine.opened(), its.opened():
        for start in range(0, mine.nbytes, _PIECE):
            if mine.read_up_to(start, _PIECE) != its.read_up_to(start, _PIECE):
                return False
            yield Progress(min(start + _PIECE, mine.nbytes), mine.nbytes, "bytes", b.name)
    return mine.nbytes == its.nbytes


def _same_weights(a: Member, b: Member) -> Generator[Progress, None, bool]:
    mine, its = (weights_in(open_checkpoint(each.path), each.section) for each in (a, b))
    if mine.keys() != its.keys():
        return False
    total, done = sum(item.tensor.nbytes for item in mine.values() if item.tensor), 0
    for key, item in mine.items():
        one, other = item.tensor, its[key].tensor
        if one is None or other is None or not are_same(one, other):
            return False
        done += one.nbytes
        yield Progress(done, total, "bytes", b.name)
    return True


def are_same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are the same bit for bit. Raises FileError when they cannot be read."""
    from ..analysis.pairing import in_step, same_bytes
    from ..checkpoint.arrays import blocks

    if (a.dtype, a.shape, a.layout) != (b.dtype, b.shape, b.layout):
        return False
    if a.storage is None or b.storage is None:
        return _same_parts(a, b)
    if a.extra.quantization != b.extra.quantization or (a.extra.conj, a.extra.neg) != (b.extra.conj, b.extra.neg):
        return False
    return all(same_bytes(mine, its) for mine, its in in_step(blocks(a), blocks(b)))


def _same_parts(a: Tensor, b: Tensor) -> bool:
    """Of sparse, nested and wrapped tensors: whether all that they are made of is the same."""
    mine, its = a.extra.parts, b.extra.parts
    if not mine or [part.name for part in mine] != [part.name for part in its]:
        return False
    return all(are_same(one, other) for one, other in zip(mine, its))


def _first_numbers(tensor: Tensor) -> bytes:
    from ..checkpoint.arrays import blocks

    for block in blocks(tensor, _NUMBERS):
        return block.tobytes()
    return b""
