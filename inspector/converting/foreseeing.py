"""What would be written, worked out before a byte is: names, sizes, what a cast would lose, what cannot go along."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from ..checkpoint import safetensors_writing, zip_writing
from ..checkpoint.entries import Checkpoint, is_whole
from ..checkpoint.planning import Plan
from ..comparing.choosing import weights
from ..comparing.sides import Side
from ..errors import InspectorError
from ..language import ntr, tr
from ..progress import Progress
from ..wording import names, row_of, safe, size
from . import casting
from .assembling import Assembling, planning
from .pieces import Gone, Piece, pieces_of, refuse_broken
from .refusals import Refused, as_safetensors, one_file, only_weights, without_prefix, without_prefixes
from .salvaging import read_through
from .sections import INDEX_FIELDS, Section, broken, section_of, unbuilt, unlisted
from .stripping import stripped
from .wishes import COPY, DTYPES, FORMATS, SAFETENSORS, ZIP, Foreseen, Losses, NewFile, Row, Wish

_AT_ONCE = 4_000
"""Rows between two words."""
_FORMAT = "format"
_FRAMEWORKS = ("pt", "tf", "flax", "mlx")
"""What libraries accept under `format` in the metadata of safetensors."""
_OLD_VERSION = 2
"""Up to here a module of torch loads the same without its version: of BatchNorm's second one the counter tells."""


def foresee(checkpoint: Checkpoint, wish: Wish, former: Foreseen | None = None) -> Generator[Progress, None, Foreseen]:
    """What would come of the wish. Only a cast that may lose something, and salvaging, read the tensors; all else
    takes a moment. What a cast loses that is in `former` too, of the same section of the same checkpoint, is taken
    from there.

    Raises InspectorError, with what to do instead, for what cannot be: a dtype that the format does not know, a
    quantised tensor in safetensors, two tensors of one name, numbers that are not whole and no word on salvaging.
    """
    yield planning(0, 0)
    wish = _settled(checkpoint, wish)
    section = section_of(checkpoint, wish.section)
    _refuse_a_tree(checkpoint, section, wish)
    count = len(section.side.items)
    yield planning(0, count)
    section = section._replace(side=_stripped(section.side, wish))
    yield planning(0, count)
    unread = yield from read_through(checkpoint, section) if wish.salvage else _nothing()
    _refuse_what_is_broken(checkpoint, section, wish)
    pieces, gone = pieces_of(checkpoint, section, wish, unread)
    is_alike = former is not None and former.checkpoint is checkpoint and former.wish.section == wish.section
    losses = yield from _measured(pieces, former.rows if former is not None and is_alike else ())
    yield planning(0, count)
    return (yield from _Foreseeing(checkpoint, section, wish, pieces, losses).foreseen(gone))


def _settled(checkpoint: Checkpoint, wish: Wish) -> Wish:
    """The wish without what means nothing. Raises InspectorError for what contradicts itself."""
    if wish.format not in FORMATS or (wish.dtype and wish.dtype not in DTYPES):
        raise InspectorError(
            tr("There is no way to write {wish}.", wish=safe(f"{wish.format} {wish.dtype}".strip())),
            hint=tr("Choose one of {choices}.", choices=row_of([*FORMATS, *DTYPES])),
        )
    if wish.whole and not wish.section:
        wish = wish._replace(section=weights(checkpoint).key)
    if not wish.section:
        wish = wish._replace(whole=False)
    if wish.whole and (wish.format == SAFETENSORS or wish.shards):
        raise Refused(
            tr("What is beside the tensors goes neither into safetensors nor into shards."),
            hint=tr("Write only the weights, or one .pth file."),
            remedies=[*only_weights(checkpoint, wish), one_file(wish)],
        )
    if wish.shards < 0:
        raise InspectorError(
            tr("A file cannot have fewer than no bytes."),
            hint=tr("Say how many bytes one may have, or 0 for one file."),
        )
    return wish


def _refuse_a_tree(checkpoint: Checkpoint, section: Section, wish: Wish) -> None:
    """What only a state_dict can be, of a tree such as a whole training checkpoint or the state of an optimizer."""
    if section.is_flat or wish.format != ZIP:
        return
    if wish.prefixes:
        raise Refused(
            tr(
                "The keys of {section} are no names of tensors, so no prefix can be taken off them.",
                section=_name(wish),
            ),
            hint=tr("Take none off, or write only the weights."),
            remedies=[without_prefixes(wish), *only_weights(checkpoint, wish)],
        )
    if wish.shards:
        raise Refused(
            tr(
                "Only a state_dict can be several files, and {section} holds more: a tree goes into one file.",
                section=_name(wish),
            ),
            hint=tr(
                "Write only the weights, or one .pth file; shards of safetensors hold the tensors of a tree alone."
            ),
            remedies=[*only_weights(checkpoint, wish), one_file(wish), as_safetensors(wish)],
        )


def _stripped(side: Side, wish: Wish) -> Side:
    """Without the prefixes, one after the other; of one that cannot go it is said that it can stay."""
    for prefix in wish.prefixes:
        try:
            side = stripped(side, (prefix,))
        except InspectorError as error:
            raise Refused(error.message, hint=error.hint, remedies=[without_prefix(wish, prefix)]) from None
    return side


def _name(wish: Wish) -> str:
    return safe(wish.section) or tr("the file")


def _nothing() -> Generator[Progress, None, dict[str, str]]:
    yield from ()
    return {}


# -- what is broken -----------------------------------------------------------------------------------


def _refuse_what_is_broken(checkpoint: Checkpoint, section: Section, wish: Wish) -> None:
    """Without a word on salvaging, entries that could not be built, and broken tensors beside the section."""
    if wish.salvage:
        return
    lost = list(unbuilt(section.branch))
    if wish.whole:
        inside = f"{wish.section}."
        tensors = ((key, broken(tensor)) for key, tensor in checkpoint.tensors() if not key.startswith(inside))
        lost += [(key, reason) for key, reason in tensors if reason]
    if lost:
        refuse_broken(lost, wish)


# -- what casts lose ----------------------------------------------------------------------------------


def _measured(pieces: list[Piece], former: tuple[Row, ...]) -> Generator[Progress, None, dict[int, Losses]]:
    """The losses of each piece that is cast, by its number; a tensor that has several names is read once."""
    told = {(row.old_key, row.dtype): row.losses for row in former if row.losses is not None and not row.zeros}
    cast = [(number, piece) for number, piece in enumerate(pieces) if piece.is_cast]
    found = {number: told[piece.old_key, piece.dtype] for number, piece in cast if (piece.old_key, piece.dtype) in told}
    cast = [(number, piece) for number, piece in cast if number not in found]
    lossy = [piece for _, piece in cast if not casting.is_exact(piece.item.dtype, piece.dtype)]
    total, before = sum(piece.old_nbytes for piece in lossy), 0
    known: dict[object, Losses] = {}
    for number, piece in cast:
        losses = Losses(piece.item.numel)
        if not casting.is_exact(piece.item.dtype, piece.dtype):
            same = known.get((piece.identity, piece.dtype)) if piece.identity is not None else None
            losses = Losses() if same is None else same
            for done, so_far in casting.measured(piece.tensor, piece.dtype) if same is None else ():
                losses = so_far
                yield Progress(before + done, total, "bytes", "measuring")
            known[piece.identity, piece.dtype] = losses
            before += piece.old_nbytes
        found[number] = losses
    return found


# -- all together -------------------------------------------------------------------------------------


class _Foreseeing:
    def __init__(
        self, checkpoint: Checkpoint, section: Section, wish: Wish, pieces: list[Piece], losses: dict[int, Losses]
    ) -> None:
        self._checkpoint = checkpoint
        self._section = section
        self._wish = wish
        self._pieces = pieces
        self._losses = losses

    def foreseen(self, gone: Gone) -> Generator[Progress, None, Foreseen]:
        metadata = tuple(_metadata(self._section.metadata, self._wish))
        assembling = Assembling(self._checkpoint, self._section, self._wish, self._pieces, metadata)
        plans = yield from self._planned(assembling)
        self._refuse_nothing(plans)
        files = []
        for plan in plans:
            files.append((yield from assembling.pickled(_new_file(plan, self._wish))))
            yield assembling.so_far
        rows: list[Row] = []
        for row in self._rows():
            rows.append(row)
            if len(rows) % _AT_ONCE == 0:
                yield assembling.so_far
        gone = [*gone, *unlisted(self._section.branch), *assembling.gone]
        return Foreseen(
            self._wish,
            self._checkpoint,
            tuple(rows),
            tuple(files),
            self._checkpoint.nbytes,
            sum(file.nbytes for file in files),
            self._all_losses(),
            tuple(gone),
            tuple(self._notes(metadata)),
            metadata,
            plans,
        )

    def _planned(self, assembling: Assembling) -> Generator[Progress, None, tuple[Plan, ...]]:
        """The plans; what cannot be written of a tree may be written of its weights alone."""
        try:
            return (yield from assembling.plans())
        except InspectorError as error:
            remedies = only_weights(self._checkpoint, self._wish)
            hint = error.hint or (tr("Write only the weights.") if remedies else _where_tensors_are(self._checkpoint))
            raise Refused(error.message, title=error.title, hint=hint, remedies=remedies) from None

    def _refuse_nothing(self, plans: tuple[Plan, ...]) -> None:
        """Raises InspectorError where there is no tensor to be written."""
        if any(plan.tensors for plan in plans):
            return
        raise Refused(
            tr("No tensor would be written."),
            hint=_where_tensors_are(self._checkpoint),
            remedies=only_weights(self._checkpoint, self._wish),
        )

    def _rows(self) -> Iterator[Row]:
        for number, piece in enumerate(self._pieces):
            item = piece.item
            yield Row(
                piece.old_key, item.key, item.shape or (), item.dtype, piece.dtype, piece.old_nbytes, piece.nbytes,
                self._losses.get(number), piece.same_as, piece.zeros,
            )  # fmt: skip

    def _all_losses(self) -> Losses | None:
        """Each tensor once, however many names it has."""
        if not self._losses:
            return None
        every = Losses()
        seen = set()
        for number, losses in self._losses.items():
            identity = self._pieces[number].identity
            if identity is None or identity not in seen:
                every = casting.together(every, losses)
            seen.add(identity)
        return every

    def _notes(self, metadata: tuple[tuple[str, str], ...]) -> Iterator[str]:
        yield from self._notes_on_names()
        yield from self._notes_on_casts()
        filled = [safe(piece.item.key) for piece in self._pieces if piece.zeros]
        if filled:
            yield ntr(
                "{n} tensor whose numbers are not whole is written as zeros: {names}.",
                "{n} tensors whose numbers are not whole are written as zeros: {names}.",
                len(filled), names=names(filled),
            )  # fmt: skip
        if self._wish.shards:
            yield from self._notes_on_shards()
        if metadata and self._wish.format == ZIP:
            yield tr(
                "The texts of the metadata are kept in the member {member} of the archive, which torch.load does not"
                " look at.", member=zip_writing.METADATA,
            )  # fmt: skip
        if self._wish.whole and any(each.role == "optimizer" for each in self._checkpoint.sections) and self._losses:
            yield tr("Only {section} is cast; what is beside it stays as it is.", section=_name(self._wish))

    def _notes_on_shards(self) -> Iterator[str]:
        large = [safe(piece.item.key) for piece in self._pieces if piece.nbytes > self._wish.shards]
        if large:
            yield ntr(
                "{n} tensor is larger than {size} by itself, and so is its file: {names}.",
                "{n} tensors are larger than {size} by themselves, and so are their files: {names}.",
                len(large), size=size(self._wish.shards), names=names(large),
            )  # fmt: skip

    def _notes_on_names(self) -> Iterator[str]:
        dropped = [safe(piece.item.key) for piece in self._pieces if piece.same_as]
        shared = sum(piece.identity is not None for piece in self._pieces)
        if dropped:
            yield ntr(
                "{n} name of a shared tensor is not written but recorded in the metadata: {names}.",
                "{n} names of shared tensors are not written but recorded in the metadata: {names}.",
                len(dropped), names=names(dropped),
            )  # fmt: skip
            yield tr("safetensors.torch.load_model knows them; load_state_dict wants strict=False.")
        elif shared and self._wish.format == SAFETENSORS and self._wish.shared == COPY:
            yield tr("Tensors that were one are written once for each name: safetensors knows no ties.")
        if self._section.branch.kind == "module":
            yield tr("Of the module its state_dict is written: parameters and persistent buffers, without the code.")
        elif self._wish.format == SAFETENSORS and _newest_version(self._section) > _OLD_VERSION:
            yield tr("The versions of the modules (_metadata) are not written: safetensors has no place for them.")

    def _notes_on_casts(self) -> Iterator[str]:
        if not self._losses:
            return
        statistics = [piece for piece in self._pieces if piece.is_cast and _is_statistic(piece.item.key)]
        if statistics:
            yield tr("Running statistics of normalisation layers are cast too, as model.half() does it.")
        kept = sum(is_whole(piece.item.dtype) for piece in self._pieces)
        if kept:
            yield ntr(
                "{n} tensor of whole numbers stays as it is.", "{n} tensors of whole numbers stay as they are.", kept
            )


def _where_tensors_are(checkpoint: Checkpoint) -> str:
    """What to do where a part of a file holds no tensor that can be written."""
    found = [tensor for _, tensor in checkpoint.tensors()]
    if not all(tensor.is_array for tensor in found):
        return tr("Choose a part of the file that holds some.")
    if found:
        return tr("The file holds numpy arrays and no tensor: each can be saved by itself, as .npy.")
    return tr("The file holds no tensor: there is nothing in it that could be converted.")


def _newest_version(section: Section) -> int:
    versions = (each.get("version") for each in section.side.metadata.values())
    return max((version for version in versions if isinstance(version, int)), default=0)


def _is_statistic(key: str) -> bool:
    return key.endswith(("running_mean", "running_var"))


def _metadata(source: tuple[tuple[str, str], ...], wish: Wish) -> Iterator[tuple[str, str]]:
    """The texts that are written along: the source's, and on top those that are wished for."""
    left = {*INDEX_FIELDS, *wish.dropped}
    texts = {name: text for name, text in source if name not in left} | dict(wish.metadata)
    if texts.get(_FORMAT, "pt") not in _FRAMEWORKS or wish.format == ZIP:
        texts.pop(_FORMAT, None)
    yield from texts.items()


def _new_file(plan: Plan, wish: Wish) -> Generator[int, None, NewFile]:
    """Yields now and then how many tensors are pickled."""
    if plan.format == SAFETENSORS:
        return NewFile(len(plan.tensors), len(safetensors_writing.header(plan)) + plan.nbytes)
    folder = "pytorch_model-00001-of-00001" if wish.shards else "checkpoint"  # as long as most names are
    return NewFile(len(plan.tensors), zip_writing.nbytes_of(plan, (yield from zip_writing.pickling(plan)), folder))
