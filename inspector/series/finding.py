"""Which checkpoints of a folder, or among some paths, belong to one training, and in which order they were saved.

listed("runs/mnist")                                  at once: names and stamps
finish(trainings(["runs/mnist"])).trainings[0].drawn  opened, told apart, ordered
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import islice

from ..checkpoint.folders import CHECKPOINT_ENDINGS
from ..checkpoint.sources import Stamp
from ..errors import FileError
from ..language import tr
from ..progress import Progress
from .gathering import gathered
from .members import Found, LeftOut, Stamps, Trainings
from .naming import named
from .opening import Opened, opened

MOST = 2_000
"""Checkpoints of a folder that are listed."""
_MOST_NAMES = 20_000
"""Names in a folder that are looked at."""
_SHARD = re.compile(r".*[-_.]\d{1,6}-of-\d{1,6}(\.\w+)+")
_IN_FOLDERS = (
    "model.safetensors", "pytorch_model.bin", "adapter_model.safetensors", "adapter_model.bin",
    "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.bin", "mp_rank_00_model_states.pt",
)  # fmt: skip
"""The file that is the model in a folder which other things lie in as well."""
_NO_MODEL = re.compile(r"(optimizer|scheduler|scaler|rng_state|training_args|random_states)[_\d]*\.\w+")
"""What the trainers of others save beside a model."""


def listed(folder: str) -> list[Found]:
    """The files and folders right below `folder` that may be checkpoints, by name; reads nothing but names and stamps.

    At most `MOST` of them. Raises FileError when the folder cannot be read.
    """
    entries = _entries(folder)
    names = [entry.name for entry in entries]
    found = [each for entry in entries if (each := _of_entry(entry)) is not None]
    if _is_checkpoint(names) and not any(name.endswith(".index.json") for name in names):
        found.append(_of_folder(folder, names))  # its shards are one checkpoint, and the folder is that one
    return found[:MOST]


def found_at(path: str) -> Found:
    """The checkpoint that `path` is said to be. Raises FileError when nothing is there."""
    try:
        if os.path.isdir(path):
            names = [entry.name for entry in _entries(path)]
            return _inside(path, names) or _of_folder(path, names)
        folder, name = os.path.split(path)
        return (_inside(folder, [name]) if folder else None) or _of_file(path, name, os.stat(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(tr("It cannot be read: {reason}.", reason=reason), path=path) from None


def stamps_now(path: str) -> Stamps:
    """What the checkpoint at `path` is like now; empty when it is not there."""
    try:
        return found_at(path).stamps
    except FileError:
        return ()


def trainings(
    paths: Iterable[str], keeping: Callable[[], AbstractContextManager[None]] = nullcontext
) -> Generator[Progress, None, Trainings]:
    """Opens the checkpoints at `paths` - files, folders that are checkpoints, and folders that hold some - and tells
    which belong to one training: those whose weights have the same keys and shapes.

    Raises nothing: what is no checkpoint, or cannot be read, is `left_out` with a sentence. `keeping` as in
    `measuring.measure`.
    """
    found, left_out = _candidates(paths)
    taken: list[Opened] = []
    for done, each in enumerate(found):
        yield Progress(done, len(found), "files", each.name)
        with keeping():
            answer = opened(each)
        if isinstance(answer, LeftOut):
            left_out.append(answer)
        else:
            taken.append(answer)
    yield Progress(len(found), len(found), "files")
    made = yield from gathered(taken)
    return Trainings(made, tuple(left_out))


def _candidates(paths: Iterable[str]) -> tuple[list[Found], list[LeftOut]]:
    """All checkpoints at the paths, each once; and the paths where there is nothing."""
    found: dict[str, Found] = {}
    left_out: list[LeftOut] = []
    for path in paths:
        path = os.path.abspath(path)
        try:
            for each in _at(path):
                found.setdefault(each.path, each)
        except FileError as error:
            left_out.append(LeftOut(path, error.message))
    return list(found.values()), left_out


def _at(path: str) -> list[Found]:
    if not os.path.isdir(path):
        return [found_at(path)]
    names = [entry.name for entry in _entries(path)]
    found = [_of_folder(path, names)] if _is_checkpoint(names) else listed(path)
    if not found:
        raise FileError(tr("There are no checkpoints right in this folder."), path=path)
    return found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What is in a folder, by name; numbers in names as numbers."""
    try:
        with os.scandir(folder) as entries:
            return sorted(islice(entries, _MOST_NAMES), key=lambda entry: _natural(entry.name))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(tr("The folder cannot be read: {reason}.", reason=reason), path=folder) from None


def _natural(name: str) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in re.findall(r"\d{1,18}|\D+", name))


def _of_entry(entry: os.DirEntry[str]) -> Found | None:
    """A checkpoint that an entry of a folder may be. Hidden files and those being written are none."""
    name = entry.name
    if name.startswith(".") or name.endswith((".part", ".tmp", "~")):
        return None
    try:
        if entry.is_dir():
            names = [each.name for each in _entries(entry.path)]
            return _of_folder(entry.path, names) if _is_checkpoint(names) else _inside(entry.path, names)
        may_be = (
            name.lower().endswith(CHECKPOINT_ENDINGS) and not _SHARD.fullmatch(name) and not _NO_MODEL.fullmatch(name)
        )
        return _of_file(entry.path, name, entry.stat()) if may_be and entry.is_file() else None
    except (OSError, FileError):
        return None


def _is_checkpoint(names: Iterable[str]) -> bool:
    """Whether a folder with these names in it is one checkpoint."""
    return any(name == ".metadata" or name.endswith(".index.json") or _SHARD.fullmatch(name) for name in names)


def _of_file(path: str, name: str, stat: os.stat_result) -> Found:
    said = named(name)
    return Found(path, name, ((path, _stamp(stat)),), False, said.epoch, said.step, said.number, said.roles)


def _of_folder(path: str, names: Iterable[str]) -> Found:
    name = os.path.basename(os.path.normpath(path))
    said = named(name, is_folder=True)
    parts = [each for each in names if each == ".metadata" or each.endswith((*CHECKPOINT_ENDINGS, ".distcp"))]
    stamps = tuple(_stamps_of(path, sorted(parts)))
    return Found(path, name, stamps, True, said.epoch, said.step, said.number, said.roles)


def _inside(path: str, names: Iterable[str]) -> Found | None:
    """The model in a folder that holds an optimizer and more beside it: it goes by the folder's name."""
    there = set(names)
    model = next((each for each in _IN_FOLDERS if each in there), None)
    if model is None:
        return None
    folder = os.path.basename(os.path.normpath(path))
    said = named(folder, is_folder=True)
    inner = os.path.join(path, model)
    return Found(
        inner,
        f"{folder}/{model}",
        tuple(_stamps_of(path, [model])),
        False,
        said.epoch,
        said.step,
        said.number,
        said.roles,
    )


def _stamps_of(folder: str, names: Iterable[str]) -> Iterator[tuple[str, Stamp]]:
    for name in names:
        path = os.path.join(folder, name)
        yield path, _stamp(os.stat(path))


def _stamp(found: os.stat_result) -> Stamp:
    return Stamp(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
