"""What was foreseen, written: beside its place, to the disk, read back, compared, and only then given its name."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Generator
from typing import Union

from ..checkpoint.entries import Checkpoint
from ..checkpoint.planning import Leaf, Plan
from ..checkpoint.sources import FileSource
from ..checkpoint.writing import Written, refuse_lack_of_room, refuse_targets, write_all
from ..errors import FileError
from ..language import tr
from ..progress import Progress
from ..wording import safe
from .naming import is_file_name, names
from .wishes import SAFETENSORS, Converted, Foreseen

Files = list[tuple[str, Union[Plan, bytes]]]


def refuse(foreseen: Foreseen, target: str, *, overwrite: bool = False, over_source: bool = False) -> None:
    """Raises FileError for all that `convert` would refuse before its first byte: a name that is taken (`overwrite`
    allows it), the source itself (`over_source` as well), a folder that is not there, too little room."""
    _refuse_changed(foreseen.checkpoint)
    files = _files(foreseen, target)
    refuse_targets(files, overwrite=overwrite, over_source=over_source)
    if _new_folder(foreseen, target):  # what holds the folder is there by now, and is on its disk
        files = [(os.path.normpath(target), content) for _, content in files]
    refuse_lack_of_room(files)


def convert(
    foreseen: Foreseen, target: str, *, overwrite: bool = False, over_source: bool = False
) -> Generator[Progress, None, Converted]:
    """Writes what was foreseen to `target`, saying how far it is: a file, or for several shards a file name that
    gives theirs (see `naming.names`) or a folder, which is made. Who stops asking has cancelled: nothing is left
    behind then.

    Raises FileError when something cannot be written, is not what was meant, or when the source changed.
    """
    target = os.fspath(target)
    refuse(foreseen, target, overwrite=overwrite, over_source=over_source)
    files = _files(foreseen, target)
    made = _new_folder(foreseen, target)
    done = False
    try:
        if made:
            _make_folder(target)
        written = yield from write_all(files, overwrite=overwrite, over_source=over_source)
        done = True
    finally:
        if made and not done:
            with contextlib.suppress(OSError):
                os.rmdir(target)
    return _converted(foreseen, written)


def _converted(foreseen: Foreseen, written: tuple[Written, ...]) -> Converted:
    return Converted(
        written[-1].path,
        tuple(each.path for each in written),
        sum(each.nbytes for each in written),
        foreseen.old_nbytes,
        sum(each.tensors for each in written),
    )


def _refuse_changed(checkpoint: Checkpoint) -> None:
    """Raises FileError when a file that was read is not what it was."""
    for path, stamp in checkpoint.stamps:
        if FileSource(path).stamp != stamp:
            raise FileError(tr("The file changed since it was opened."), path=path, hint=tr("Open it again."))


def _new_folder(foreseen: Foreseen, target: str) -> bool:
    """Whether shards go into a folder that is to be made."""
    return bool(foreseen.wish.shards) and not is_file_name(target) and not os.path.lexists(target)


def _make_folder(path: str) -> None:
    try:
        os.mkdir(path)
    except OSError as error:
        raise FileError(
            tr("The folder {folder} cannot be made: {reason}.", folder=safe(path), reason=safe(error.strerror or "")),
            path=path,
            title=tr("This file cannot be written"),
            hint=tr("Save somewhere else."),
        ) from None


def _files(foreseen: Foreseen, target: str) -> Files:
    paths = names(target, foreseen.wish, len(foreseen.plans))
    files: Files = list(zip(paths, foreseen.plans))
    if len(paths) > len(files):
        files.append((paths[-1], _index(foreseen, paths)))
    return files


def _index(foreseen: Foreseen, paths: tuple[str, ...]) -> bytes:
    """Which tensor is in which shard, as Hugging Face's libraries read it."""
    weight_map = {key: os.path.basename(path) for path, plan in zip(paths, foreseen.plans) for key in _keys(plan)}
    fields = {} if foreseen.wish.format == SAFETENSORS else dict(foreseen.metadata)
    metadata = {**fields, "total_size": sum(plan.nbytes for plan in foreseen.plans)}
    return (json.dumps({"metadata": metadata, "weight_map": weight_map}, indent=2) + "\n").encode()


def _keys(plan: Plan) -> list[str]:
    items = plan.root.items() if isinstance(plan.root, dict) else ()
    return [str(key) for key, value in items if isinstance(value, Leaf) or plan.format != SAFETENSORS]
