"""The file that a run begins with: the person's own where torch reads it safely, or one that is made from it.

    start = finish(starting(checkpoint, resume, folder))          a `Start`; `folder` is where a file may be made

The run reads its start with `torch.load(weights_only=True)` and nothing else. Where that certainly takes the file, and
no step mends it, the file itself is the start. Everything else - other containers, a file with a `Namespace` in it, a
whole module's weights, keys that all begin with `module.`, mended weights - is written anew by our own writer, in
bounded memory, with all that the safe mode takes: weights, optimizer, scheduler, and what a run of ours has beside
them.

Why this way: one narrow door into the process that runs, and no pickle that could run code behind it.
"""

from __future__ import annotations

import os
from collections.abc import Generator

from ..checkpoint.entries import Branch, Checkpoint
from ..checkpoint.rewriting import PICKLED
from ..comparing.choosing import choose_for
from ..comparing.sides import Side, of_checkpoint
from ..errors import FileError, InspectorError
from ..language import marked, tr
from ..progress import Progress
from ..wording import plural, safe
from ..workshop.run_requests import Keys, Start
from .folders import stem_of
from .losing import optimizer_losses
from .optimizing import optimizer_of, scheduler_of
from .resume import Resume
from .stored import entry_at, keys_to
from .wrapping import unwrapped

TITLE = marked("A run cannot begin with this file")
_PROTOCOL = marked("pickle protocol")
"""What a listing calls it."""


def starting(
    checkpoint: Checkpoint, resume: Resume, folder: str, *, mended: Side | None = None, model: Side | None = None
) -> Generator[Progress, None, Start]:
    """What a run of `checkpoint` begins with.

    A correction of the weights to None means those that the model is made with. `mended` is a side of the file that
    steps were applied to, `model` the model that will load it, where they are known: what a prefix is, and whom the
    optimizer's state goes to, depends on them. Raises InspectorError where the file has no weights, or not all of
    them, FileError where it cannot be read or the new one not be written.
    """
    yield Progress(0, 1, "files", tr("reading"))
    if mended is None and resume.weights is None and "weights" in resume.corrected:
        return _without_weights(checkpoint, resume)
    weights = _weights(checkpoint, resume, mended, model)
    side = unwrapped(weights, model) if mended is None else mended
    as_it_is = side is weights or side.items == of_checkpoint(checkpoint, side.section).items
    if as_it_is and loads_safely(checkpoint) and (found := _start(checkpoint, resume, side, model)) is not None:
        return found
    path = yield from _made(checkpoint, side, folder)
    return _of_made(checkpoint, resume, side, model, path)


def loads_safely(checkpoint: Checkpoint) -> bool:
    """Whether `torch.load(weights_only=True)` certainly takes the file as it is.

    That is, an archive as torch has written it since 1.6, in the one pickle protocol whose opcodes the safe mode knows,
    with nothing in it that the safe mode refuses. Older files come in kinds that torch does not read any more.
    """
    if checkpoint.format != "zip" or checkpoint.damage or checkpoint.root.kind != "mapping":
        return False
    protocol = next((text for label, text in checkpoint.facts if label in (_PROTOCOL, tr(_PROTOCOL))), "")
    if protocol != "2" or not all(each.accepted for each in checkpoint.globals):
        return False
    return not any(tensor.storage is not None and tensor.storage.big_endian for _, tensor in checkpoint.tensors())


# -- what is begun with ------------------------------------------------------------------------------------------------


def _section(checkpoint: Checkpoint, resume: Resume, model: Side | None) -> str | None:
    """Where the weights are: of several those that the model fits best, unless a person says otherwise."""
    if model is None or "weights" in resume.corrected or resume.weights is None:
        return resume.weights
    return choose_for(checkpoint, model)


def _weights(checkpoint: Checkpoint, resume: Resume, mended: Side | None, model: Side | None) -> Side:
    """The weights as they are in the file. Raises where they are not all there."""
    key = _section(checkpoint, resume, model) if mended is None else mended.section
    if key is None:
        raise InspectorError(
            tr("The file has no weights that a model could load."),
            title=tr(TITLE),
            hint=tr("Say where they are, or choose another file."),
        )
    side = of_checkpoint(checkpoint, key)
    broken = [item for item in side.items if item.tensor is not None and item.tensor.damage]
    if broken:
        key, tensor = broken[0].key, broken[0].tensor
        first = tr("{title}: {message}", title=safe(key, 80), message=tensor.damage) if tensor else ""
        raise FileError(
            tr(
                "{tensors} of {all:,} cannot be read. {first}",
                tensors=plural(len(broken), "tensor"),
                all=len(side.items),
                first=first,
            ),
            path=checkpoint.path, title=tr(TITLE), hint=tr("Copy or download the file again."),
        )  # fmt: skip
    return side


def _without_weights(checkpoint: Checkpoint, resume: Resume) -> Start:
    """A whole module and TorchScript bring their weights along; nothing else of the file is read then."""
    return Start(os.path.abspath(checkpoint.path), None, epoch=resume.epoch, batch=resume.batch, best=resume.best)


def _start(checkpoint: Checkpoint, resume: Resume, side: Side, model: Side | None) -> Start | None:
    """The file itself; None where a part of it cannot be reached by keys that are certain."""
    root = checkpoint.root
    parts = _states(checkpoint, resume, side, model)
    keys = {role: found for role, key in parts.items() if (found := keys_to(root, key)) is not None}
    weights = keys_to(root, side.section)
    if weights is None or len(keys) < len(parts):
        return None
    return Start(
        path=os.path.abspath(checkpoint.path),
        weights=weights,
        optimizer=keys.get("optimizer"),
        scheduler=keys.get("scheduler"),
        scaler=keys.get("scaler"),
        is_own=resume.is_own,
        epoch=resume.epoch,
        batch=resume.batch,
        best=resume.best,
        strict=not _has_initial(side),
    )


def _has_initial(side: Side) -> bool:
    return any(item.made is not None and item.made.operation == "initial" for item in side.items)


# -- what is made ------------------------------------------------------------------------------------------------------


def _made(checkpoint: Checkpoint, side: Side, folder: str) -> Generator[Progress, None, str]:
    """A plain file with the side and all else that the safe mode takes; gives its path."""
    from ..checkpoint.writing import write
    from ..comparing.saving import plan_for

    plan = plan_for(checkpoint, side, whole=_is_written_whole(checkpoint, side))
    path = os.path.join(folder, f"{stem_of(checkpoint.path)}_start.pth")
    while os.path.exists(path) and any(os.path.samefile(path, source) for source, _ in checkpoint.stamps):
        path = f"{path.removesuffix('.pth')}_start.pth"
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise FileError(
            tr(
                "The folder {folder} cannot be made: {why}.",
                folder=safe(folder),
                why=safe(error.strerror or str(error)),
            ),
            path=folder, title=tr(TITLE), hint=tr("Choose another folder."),
        ) from None  # fmt: skip
    yield from write(path, plan, overwrite=True)
    return path


def _is_written_whole(checkpoint: Checkpoint, side: Side) -> bool:
    """Whether all else that the file holds is written along, the weights in their place. Else they are all there is."""
    known = bool(side.section) and keys_to(checkpoint.root, side.section) is not None
    return known and checkpoint.format in PICKLED


def _of_made(checkpoint: Checkpoint, resume: Resume, side: Side, model: Side | None, path: str) -> Start:
    """The start from the file that was made; what is not in it any more begins anew."""
    from ..checkpoint.reading import open_checkpoint

    made = open_checkpoint(path)
    whole = _is_written_whole(checkpoint, side)
    states = _states(checkpoint, resume, side, model) if whole else {}
    parts = {role: keys for role, key in states.items() if (keys := _left(made, key)) is not None}
    return Start(
        path=os.path.abspath(path),
        weights=(keys_to(made.root, side.section) or ()) if whole else (),
        optimizer=parts.get("optimizer"),
        scheduler=parts.get("scheduler"),
        scaler=parts.get("scaler"),
        is_own=resume.is_own and whole,
        epoch=resume.epoch,
        batch=resume.batch,
        best=resume.best,
        strict=not _has_initial(side),
        shown=os.path.abspath(checkpoint.path),
    )


def _left(made: Checkpoint, key: str) -> Keys | None:
    """The way to a part in the file that was made; None where it could not be written."""
    return keys_to(made.root, key) if isinstance(entry_at(made.root, key), Branch) else None


def _states(checkpoint: Checkpoint, resume: Resume, side: Side, model: Side | None) -> dict[str, str]:
    """The keys of the states that are taken over: those of a kind that a run can make, and that still fit."""
    fits = not optimizer_losses(checkpoint, resume, side, model)
    kept = {
        "optimizer": resume.optimizer if fits and optimizer_of(checkpoint, resume) is not None else None,
        "scheduler": resume.scheduler if scheduler_of(checkpoint, resume) is not None else None,
        "scaler": resume.scaler,
    }
    return {role: key for role, key in kept.items() if key is not None}
