"""A folder that is a checkpoint, or the sentence that says what it is instead.

A distributed checkpoint (`.metadata`) is read first, then a model by its index, then shards by their names.
"""

from __future__ import annotations

import os

from ..errors import FileError
from ..language import tr
from ..wording import names, plural, safe
from . import distributed, sharded
from .entries import Checkpoint
from .sources import FileSource

CHECKPOINT_ENDINGS = (
    ".pth", ".pt", ".th", ".bin", ".ckpt", ".tar", ".pkl", ".pickle", ".safetensors", ".jit", ".ptl", ".pt2", ".model",
    ".weights", ".index.json",
)  # fmt: skip
_ENTRY_LIMIT = 20_000


def read(path: str, open_file: sharded.Opener) -> Checkpoint:
    """The checkpoint that the folder at `path` is; `open_file` opens one plain file of it.

    Raises FileError when the folder is none, with the checkpoints seen in it as a hint.
    """
    found = _listing(path)
    if ".metadata" in found:
        return distributed.read(path)
    index = _index(path, found)
    if index is not None:
        return sharded.read_index(index, open_file)
    shards = sharded.numbered(name for name in found if name.endswith(CHECKPOINT_ENDINGS))
    if shards:
        return sharded.read_numbered(path, shards, open_file)
    raise _no_checkpoint(path, found)


def _listing(path: str) -> list[str]:
    """The names in a folder, sorted, and not more of them than a folder of checkpoints could have."""
    found: list[str] = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                found.append(entry.name)
                if len(found) == _ENTRY_LIMIT:
                    break
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(tr("The folder cannot be read: {reason}.", reason=reason), path=path) from None
    return sorted(found)


def _index(path: str, found: list[str]) -> FileSource | None:
    """The index of a sharded model, safetensors before others; the last resort is a name of any kind."""
    candidates = [name for name in found if name.endswith(".index.json")]
    for name in sorted(candidates, key=lambda name: ("safetensors" not in name, name)):
        try:
            source = FileSource(os.path.join(path, name))
            if sharded.is_index(source):
                return source
        except FileError:
            continue
    return None


def _no_checkpoint(path: str, found: list[str]) -> FileError:
    if "data.pkl" in found and "data" in found:
        name = os.path.basename(os.path.normpath(path)) or "checkpoint"
        return FileError(
            tr(
                "This folder is a checkpoint that was unpacked (macOS and some browsers do so by themselves): "
                "its data.pkl and data/ are parts of one file."
            ),
            path=path,
            hint=tr("Pack it again from the folder above: zip -0 -r {name}.pth {name}/", name=safe(name)),
        )
    if any(name.endswith(".distcp") for name in found):
        return FileError(
            tr(
                "This folder holds the files of a distributed checkpoint, but not its .metadata, which is written"
                " last: without it nothing says what they are."
            ),
            path=path,
            hint=tr("Saving was perhaps interrupted: use the checkpoint before this one."),
        )
    if "saved_model.pb" in found:
        return FileError(tr("This folder is a TensorFlow SavedModel, not a PyTorch checkpoint."), path=path)
    seen = [safe(name, 60) for name in found if name.endswith(CHECKPOINT_ENDINGS)]
    if not seen:
        if not found:
            return FileError(
                tr("This folder is empty."), path=path, hint=tr("Choose the file, or the folder, with the weights.")
            )
        what = plural(len(found), "entry", "entries")
        return FileError(tr("This is a folder with {what} in it, none named like a checkpoint.", what=what), path=path)
    return FileError(
        tr("This is a folder, but no checkpoint in itself: it has neither an index of shards nor a .metadata file."),
        path=path,
        hint=tr("It holds {seen}: open one of them.", seen=names(seen, 6)),
    )
