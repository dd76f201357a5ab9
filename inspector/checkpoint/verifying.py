"""A file that was just written, opened again and held against what was meant, bit by bit.

Why this way: it is read with the reader that everything else here relies on, and not with a twin of the writer; and
what was meant is worked out anew, so that a source which changed meanwhile is noticed too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..errors import FileError
from ..language import tr
from ..progress import Progress
from ..wording import safe
from .entries import Checkpoint, Tensor
from .planning import Plan
from .reading import open_checkpoint
from .sources import FileSource, Source
from .unpickling import Budget, patient
from .zip_archive import open_archive
from .zip_writing import METADATA, metadata_text


class _Found(NamedTuple):
    """Where the bytes of a storage are in the new file."""

    source: Source
    start: int
    nbytes: int


def verify(path: str, plan: Plan, head: bytes) -> Iterator[Progress]:
    """Compares the file at `path` with its plan; `head` is its pickle or header. Raises FileError where they differ."""
    checkpoint = open_checkpoint(path, patient())
    if checkpoint.damage:
        raise _differs(checkpoint.damage[0])
    _compare_tensors(checkpoint, plan)
    found = _by_name(checkpoint, plan, head) if plan.format == "safetensors" else _by_member(checkpoint, plan, head)
    done = written = plan.nbytes
    for number, storage in found.items():
        for nbytes in _compare_bytes(plan, number, storage):
            done += nbytes
            yield Progress(done, 2 * written, "bytes", "comparing")


def _compare_tensors(checkpoint: Checkpoint, plan: Plan) -> None:
    """Each tensor that is shown is one that was meant, and the other way round.

    The reader shows a container that stands in two places twice, and of a very long list the beginning only. What
    quantised and sparse tensors are made of is not shown by itself; their bytes are compared like all others.
    """
    by_name = plan.format == "safetensors"
    simple = (tensor for _, tensor in checkpoint.tensors() if tensor.storage and not tensor.extra.quantization)
    shown = {_view_of(tensor, by_name): tensor.name for tensor in simple}
    meant = {
        (
            each.key if by_name else str(each.storage),
            each.dtype, each.shape, each.stride, each.offset,
            not by_name and each.requires_grad, not by_name and each.parameter,
        ): each.key
        for each in plan.tensors
        if not each.inner
    }  # fmt: skip
    for views, others in ((shown, meant), (meant, shown)):
        for view, name in views.items():
            if view not in others and not (views is meant and _cut(checkpoint)):
                raise _differs(tr("{name} is another tensor", name=safe(name)))


def _view_of(tensor: Tensor, by_name: bool) -> tuple[object, ...]:
    storage = tensor.storage.key if tensor.storage else ""
    return (
        tensor.name if by_name else storage,
        tensor.dtype, tensor.shape, tensor.stride, tensor.offset, tensor.requires_grad, tensor.parameter,
    )  # fmt: skip


def _cut(checkpoint: Checkpoint) -> bool:
    return any(not isinstance(entry, Tensor) and entry.note for _, entry in checkpoint.entries())


def _by_member(checkpoint: Checkpoint, plan: Plan, head: bytes) -> dict[int, _Found]:
    """The storages of an archive; its pickle must be the very one that was meant."""
    archive = open_archive(FileSource(checkpoint.path), Budget())
    found: dict[int, _Found] = {}
    for number, storage in enumerate(plan.storages):
        member = archive.open(f"data/{number}") if archive else None
        if member is None:
            raise _differs(tr("storage {number} of {nbytes:,} bytes is missing", number=number, nbytes=storage.nbytes))
        found[number] = _Found(member, 0, member.nbytes)
    pickle = archive.open("data.pkl") if archive else None
    if pickle is None or pickle.read(0, pickle.nbytes) != head:
        raise _differs(tr("its tree is another"))
    metadata = archive.open(METADATA) if archive and plan.metadata else None
    if plan.metadata and (metadata is None or metadata.read(0, metadata.nbytes) != metadata_text(plan)):
        raise _differs(tr("its metadata are others"))
    return found


def _by_name(checkpoint: Checkpoint, plan: Plan, head: bytes) -> dict[int, _Found]:
    """The tensors of a safetensors file, whose header must be the very one that was meant."""
    if FileSource(checkpoint.path).read_up_to(0, len(head)) != head:
        raise _differs(tr("its header is another"))
    by_name = {tensor.name: tensor.storage for _, tensor in checkpoint.tensors()}
    found: dict[int, _Found] = {}
    for planned in plan.tensors:
        storage = by_name[planned.key]
        if storage is not None and storage.source is not None:
            found[planned.storage] = _Found(storage.source, storage.start, storage.nbytes)
    return found


def _compare_bytes(plan: Plan, number: int, found: _Found) -> Iterator[int]:
    wanted = plan.storages[number]
    if found.nbytes != wanted.nbytes:
        raise _differs(
            tr(
                "storage {number} has {nbytes:,} bytes, not {wanted_nbytes:,}",
                number=number,
                nbytes=found.nbytes,
                wanted_nbytes=wanted.nbytes,
            )
        )
    at = found.start
    with found.source.opened():
        for block in wanted.blocks() if wanted.nbytes else ():
            if found.source.read(at, block.nbytes) != block.tobytes():
                raise _differs(tr("storage {number} has other numbers", number=number))
            at += block.nbytes
            yield block.nbytes


def _differs(what: str) -> FileError:
    return FileError(
        tr("The file that was written is not what was meant: {what}.", what=what),
        title=tr("The file was not kept"),
        hint=tr("Save it once more; if that fails as well, the disk may be broken, or the source changed meanwhile."),
    )
