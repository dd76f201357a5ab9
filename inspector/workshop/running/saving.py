"""Files that a power cut, a full disk or a kill leaves whole: written beside, checked, then renamed.

    folder/current_checkpoint.pt    the latest, after each epoch, every few minutes, and when a run is stopped
    folder/best_model.pt            at the lowest validation loss
    folder/NAME_epochN.pth          after every so many epochs; N epochs are done
    folder/*.part                   one that is being written; the next start removes what a kill left

What they hold is told in `states`.

Why this way: a file is written under another name, flushed to the disk, read back through torch.load(weights_only=
True) and compared bit by bit with what was meant; only then it takes the place of the last one, in one step. So
whatever goes wrong, the name leads to the last good file or to the new one, never to half of one. torch's zip writer
makes `unexpected pos 704 vs 598` of a full disk: so what the disk said is kept, and raised once torch is done.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import shutil
from collections.abc import Mapping
from typing import Any, BinaryIO

import torch
from torch import Tensor

from ...language import marked, sentences, tr
from ...wording import size
from ..failures import text_of
from ..requests import WorkshopError

LATEST, BEST = "current_checkpoint.pt", "best_model.pt"
PART = ".part"
TITLE = marked("The file could not be saved")


def latest_path(folder: str) -> str:
    return os.path.join(folder, LATEST)


def best_path(folder: str) -> str:
    return os.path.join(folder, BEST)


def epoch_path(folder: str, name: str, epochs: int) -> str:
    """Of the file that is kept after `epochs` epochs."""
    return os.path.join(folder, f"{name}_epoch{epochs}.pth")


def prepare_folder(folder: str, name: str) -> None:
    """Makes the folder, and tries whether files of that name can be written there.

    Raises WorkshopError, before hours of training could be lost.
    """
    probe = epoch_path(folder, f".{name}", 0) + PART
    try:
        os.makedirs(folder, exist_ok=True)
        with open(probe, "wb") as file:
            file.write(b"0" * 4096)
            _to_disk(file)
    except OSError as error:
        raise _cannot(probe, error, "") from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(probe)


def clean_folder(folder: str, name: str) -> None:
    """Removes what a kill left half written."""
    for stem in (LATEST, BEST, f"{glob.escape(name)}_epoch*.pth"):
        for left in glob.glob(os.path.join(glob.escape(folder), stem + PART)):
            with contextlib.suppress(OSError):
                os.unlink(left)


def save(path: str, state: Mapping[str, Any], last_good: str = "") -> int:
    """Writes `state` to `path` and gives its size in bytes. Raises WorkshopError; what was at `path` is then as it was.

    `last_good` is a file that is told then, where `path` itself was not there before.
    """
    part = path + PART
    try:
        _write(part, state)
        _check(part, state)
        nbytes = os.path.getsize(part)
        os.replace(part, path)
        _folder_to_disk(os.path.dirname(path))
        return nbytes
    except OSError as error:
        raise _cannot(path, error, last_good) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(part)


# -- writing -----------------------------------------------------------------------------------------------


class _Kept:
    """A file for torch's writer: the first failure is kept, and what follows goes nowhere."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        if self.error is None:
            try:
                self._file.write(data)
            except OSError as error:
                self.error = error
        return memoryview(data).nbytes

    def flush(self) -> None:
        """`_write` does, at the end."""


def _write(path: str, state: Mapping[str, Any]) -> None:
    with open(path, "wb", buffering=1 << 20) as file:
        kept = _Kept(file)
        try:
            torch.save(dict(state), kept)  # type: ignore[arg-type]
        except (RuntimeError, AttributeError, TypeError) as error:
            raise kept.error or WorkshopError(
                tr("torch.save failed: {reason}", reason=text_of(error)), title=TITLE
            ) from error
        if kept.error is not None:
            raise kept.error
        _to_disk(file)


def _to_disk(file: BinaryIO) -> None:
    """Until this returns, nothing is on the disk; then what is read back comes from there."""
    file.flush()
    os.fsync(file.fileno())
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _folder_to_disk(folder: str) -> None:
    """The rename itself."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# -- checking ----------------------------------------------------------------------------------------------


def _check(path: str, meant: Mapping[str, Any]) -> None:
    """Reads `path` back. Raises WorkshopError unless it holds exactly what was meant."""
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise WorkshopError(
            tr("What was written cannot be read back: {reason}", reason=text_of(error)), title=TITLE
        ) from error
    if different := first_difference(found, dict(meant)):
        raise WorkshopError(
            tr("What was written is not what was meant, at {place}.", place=different), title=TITLE, hint=tr(_DISK)
        )


_DISK = marked("The disk, or the memory, may be failing.")


def first_difference(a: Any, b: Any, where: str = "") -> str:
    """Where two states of plain values and tensors differ, tensors by their bits; empty when they do not."""
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return "" if same_bits(a, b) else where or tr("the tensor")
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        if a.keys() != b.keys():
            return tr("the keys of {place}", place=where) if where else tr("the keys of the file")
        pairs = [(f"{where}.{key}" if where else str(key), a[key], b[key]) for key in a]
    elif isinstance(a, (list, tuple)) and type(a) is type(b) and len(a) == len(b):
        pairs = [(f"{where}.{place}", *both) for place, both in enumerate(zip(a, b))]
    else:
        return "" if type(a) is type(b) and (a == b or (a != a and b != b)) else where or tr("the value")
    return next(filter(None, (first_difference(x, y, place) for place, x, y in pairs)), "")


def same_bits(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are the same to the last bit: also NaN, and the sign of zero."""
    if a.dtype != b.dtype or a.shape != b.shape or a.layout != b.layout:
        return False
    if a.layout != torch.strided or a.is_quantized:
        return bool(torch.equal(a, b))
    flat = [each.detach().cpu().contiguous().reshape(-1).view(torch.uint8) for each in (a, b)]
    return bool(torch.equal(*flat))


# -- sentences ---------------------------------------------------------------------------------------------


def _cannot(path: str, error: OSError, last_good: str) -> WorkshopError:
    folder, name = os.path.split(path)
    message = tr(
        "{name} could not be written into {folder}: {why}.",
        name=name.replace(PART, "").lstrip("."),
        folder=folder,
        why=_why(error, folder),
    )
    good = path if os.path.exists(path) else last_good
    kept = tr("The last good file is whole: {path}.", path=good) if good and os.path.exists(good) else ""
    return WorkshopError(sentences(message, kept), title=TITLE, hint=_hint(error))


def _why(error: OSError, folder: str) -> str:
    if error.errno == errno.ENOSPC:
        return tr("the disk is full ({free} left)", free=_free(folder))
    if error.errno == errno.EFBIG:
        return tr("files may not become that large here")
    if error.errno == errno.EDQUOT:
        return tr("the quota is used up")
    if error.errno == errno.EROFS:
        return tr("the disk is read-only")
    if error.errno in (errno.EACCES, errno.EPERM):
        return tr("this user may not write there")
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ESTALE):
        return tr("the folder is not there any more") if error.errno != errno.ENOTDIR else tr("a file is in the way")
    return error.strerror or text_of(error)


def _free(folder: str) -> str:
    try:
        return size(shutil.disk_usage(folder).free)
    except OSError:
        return tr("nothing")


def _hint(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return tr("Make room, or choose another folder, and go on from the last good file.")
    return tr("Choose another folder, and go on from the last good file.")
