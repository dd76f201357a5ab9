"""The tensors of a section on their way: what each will be, and whether it can be that."""

from __future__ import annotations

from typing import NamedTuple

from .. import wording
from ..checkpoint.entries import ITEM_SIZES, Checkpoint, Tensor
from ..checkpoint.planning import Wanted, of_entry
from ..checkpoint.rewriting import PICKLED
from ..checkpoint.safetensors_file import CODES
from ..comparing.sides import Item
from ..language import ntr, tr
from ..wording import safe
from . import casting
from .refusals import Refused, one_file, salvages
from .sections import Section, broken, is_plain
from .wishes import DROP, LEAVE_OUT, SAFETENSORS, ZEROS, Wish

_SHOWN = 3


class Piece(NamedTuple):
    """A tensor of the section."""

    item: Item
    """Under its new name."""
    old_key: str
    dtype: str
    """What it is written as."""
    same_as: str = ""
    """The name under which it is written, where it is one and the same tensor and is written once."""
    zeros: bool = False
    identity: tuple[object, ...] | None = None
    """Equal for pieces that are one tensor before and after."""

    @property
    def tensor(self) -> Tensor:
        assert self.item.tensor is not None
        return self.item.tensor

    @property
    def old_nbytes(self) -> int:
        parts = self.tensor.extra.parts
        return sum(part.nbytes for part in parts) if parts else self.tensor.nbytes

    @property
    def nbytes(self) -> int:
        if self.same_as:
            return 0
        return self.old_nbytes if self.dtype == self.item.dtype else self.item.numel * ITEM_SIZES[self.dtype]

    @property
    def is_cast(self) -> bool:
        return self.dtype != self.item.dtype and not self.zeros


Gone = list[tuple[str, str]]
"""What is left out: key and reason."""


def pieces_of(checkpoint: Checkpoint, section: Section, wish: Wish, unread: dict[str, str]) -> tuple[list[Piece], Gone]:
    """The tensors of a section that will be written, and those that will not; `unread` says which could not be read.

    Raises Refused for what cannot be, and where something is broken and nothing was said on salvaging.
    """
    gone: Gone = []
    items = [item for item in section.side.items if item.tensor is not None]
    if wish.format == SAFETENSORS:
        items, arrays = _without_arrays(items)
        gone += arrays
    whole, lost = _whole(items, wish, unread)
    gone += lost
    whole, refused = _possible(whole, checkpoint, section, wish)
    gone += refused
    norms = casting.norms_of(section.side.items) if wish.dtype and wish.keep_norms else frozenset()
    pieces = [
        Piece(item, _old_key(item), casting.new_dtype(item, wish, norms), "", zeros, _identity(item))
        for item, zeros in whole
    ]
    return _said_once(pieces) if wish.format == SAFETENSORS and wish.shared == DROP else pieces, gone


def _old_key(item: Item) -> str:
    return item.origins[0] if item.origins else item.key


def _identity(item: Item) -> tuple[object, ...] | None:
    tensor = item.tensor
    if not item.shared or tensor is None or tensor.storage is None:
        return None
    return (tensor.storage.key, tensor.dtype, tensor.offset, tensor.shape, tensor.stride)


def _said_once(pieces: list[Piece]) -> list[Piece]:
    """Of the names of one tensor the first by the alphabet is written, as safetensors chooses it."""
    names: dict[object, list[str]] = {}
    for piece in pieces:
        if piece.identity is not None:
            names.setdefault((piece.identity, piece.dtype), []).append(piece.item.key)
    kept = {identity: min(group) for identity, group in names.items()}
    return [
        piece._replace(same_as=first) if piece.identity is not None and first != piece.item.key else piece
        for piece in pieces
        for first in (kept.get((piece.identity, piece.dtype), piece.item.key),)
    ]


# -- what is broken -----------------------------------------------------------------------------------


def _whole(items: list[Item], wish: Wish, unread: dict[str, str]) -> tuple[list[tuple[Item, bool]], Gone]:
    """The items that are written, each with whether as zeros; and those that are not whole."""
    kept: list[tuple[Item, bool]] = []
    lost: Gone = []
    for item in items:
        assert item.tensor is not None
        reason = unread.get(_old_key(item)) or broken(item.tensor)
        if not reason:
            kept.append((item, False))
        elif wish.salvage == ZEROS and item.dtype in ITEM_SIZES and is_plain(item):
            kept.append((item, True))
        else:
            lost.append((item.key, reason))
    if lost and wish.salvage not in (LEAVE_OUT, ZEROS):
        refuse_broken(lost, wish)
    return kept, lost


def refuse_broken(lost: Gone, wish: Wish) -> None:
    """Raises Refused: these are not whole."""
    key, reason = lost[0]
    tensors = wording.plural(len(lost), "tensor")
    raise Refused(
        tr(
            "{tensors} cannot be read whole: {keys}. {key}: {reason}",
            tensors=tensors, keys=wording.names([safe(each) for each, _ in lost]), key=safe(key), reason=reason,
        ),
        title=tr("The file is damaged"),
        hint=tr("Salvage what is whole: what is not is then left out, or written as zeros."),
        remedies=salvages(wish),
    )  # fmt: skip


# -- what a format cannot hold ------------------------------------------------------------------------


def _without_arrays(items: list[Item]) -> tuple[list[Item], Gone]:
    kept = [item for item in items if item.tensor is not None and not item.tensor.is_array]
    gone = [(item.key, no_tensor()) for item in items if item.tensor and item.tensor.is_array]
    return kept, gone


def no_tensor() -> str:
    """Why an array is not written."""
    return tr("It is a numpy array and no tensor.")


def _possible(
    whole: list[tuple[Item, bool]], checkpoint: Checkpoint, section: Section, wish: Wish
) -> tuple[list[tuple[Item, bool]], Gone]:
    """The items that the format can hold; the others are left out where something is to be salvaged, or else
    refused."""
    one_pickle = checkpoint.format in PICKLED and section.branch.kind != "module"
    seen: set[str] = set()
    reasons = []
    for item, _ in whole:
        reason = refused_by_safetensors(item) if wish.format == SAFETENSORS else _refused_by_zip(item, one_pickle)
        twice = item.key in seen and (section.is_flat or wish.format == SAFETENSORS)  # a tree has its own places
        reasons.append(tr("Another one has that name already.") if twice else reason)
        seen.add(item.key)
    refused = [(item.key, reason) for (item, _), reason in zip(whole, reasons) if reason]
    if not wish.salvage:
        _refuse(refused, wish)
    return [each for each, reason in zip(whole, reasons) if not reason], refused


def refused_by_safetensors(item: Item) -> str:
    """Why safetensors cannot hold a tensor; empty where it can."""
    what = _kind(item)
    if what:
        return tr("safetensors knows no {what} tensors.", what=what)
    if item.dtype not in CODES:
        return tr("safetensors knows no {what} tensors.", what=item.dtype)
    if item.key == "__metadata__":
        return tr("safetensors keeps that name for itself.")
    return "" if _is_text(item.key) else tr("safetensors knows no names with broken characters.")


def _refused_by_zip(item: Item, one_pickle: bool) -> str:
    if is_plain(item):
        return "" if item.dtype in ITEM_SIZES else tr("torch has no {what}.", what=item.dtype)
    if item.tensor is not None and item.tensor.is_array:
        return ""  # it is left out where it cannot be written
    if item.tensor is not None and not (item.tensor.extra.quantization or item.tensor.extra.parts):
        return tr("It is a {what}, which only its own library can write.", what=_kind(item))
    if one_pickle:
        return ""
    return tr("A {what} tensor can only be copied out of a file that is one pickle.", what=_kind(item))


def _kind(item: Item) -> str:
    """What a tensor is that is more than numbers in a storage; empty where it is not."""
    if is_plain(item) or item.tensor is None:
        return ""
    extra = item.tensor.extra
    if extra.quantization is not None:
        return tr("quantised")
    return safe(extra.subclass or item.tensor.layout)


def _is_text(key: str) -> bool:
    return key.isascii() or key.encode("utf-8", "replace").decode() == key


def _refuse(refused: Gone, wish: Wish) -> None:
    """Raises Refused where there is any."""
    if not refused:
        return
    reason = refused[0][1]
    said = ntr("{n} tensor cannot be written", "{n} tensors cannot be written", len(refused))
    is_safe = wish.format == SAFETENSORS
    raise Refused(
        tr("{said}: {keys}. {reason}", said=said, keys=wording.names([safe(key) for key, _ in refused]), reason=reason),
        hint=tr("Write a .pth file, or leave them out.") if is_safe else tr("Leave them out, or write another part."),
        remedies=[*([one_file(wish)] if is_safe else []), *salvages(wish, with_zeros=False)],
    )


# -- as they are written ------------------------------------------------------------------------------


def wanted_of(piece: Piece, plain: bool) -> Wanted:
    """How a piece is written; `plain` without the marks of a parameter, as `state_dict()` gives it."""
    tensor = piece.tensor
    if piece.zeros:
        wanted = Wanted(piece.dtype, tensor.shape, lambda: casting.zeros(tensor.numel, piece.dtype))
    elif piece.is_cast:
        of_entry(tensor)  # checks that its elements are there
        identity = ("cast", piece.identity, piece.dtype) if piece.identity is not None else None
        wanted = Wanted(piece.dtype, tensor.shape, lambda: casting.blocks(tensor, piece.dtype), identity)
    else:
        wanted = of_entry(tensor)
    if plain:
        return wanted._replace(requires_grad=False, parameter=False)
    return wanted._replace(requires_grad=tensor.requires_grad, parameter=tensor.parameter)
