"""Where a run saves, when nobody says otherwise.

Beside the checkpoint that it goes on from, in a folder called after it; a run that goes on from a file of such a
folder saves there again. The samples that come with the program stay as they are: their runs go below the home folder.
"""

from __future__ import annotations

import os
import re

from ..errors import FileError
from ..installed import samples

OWN_FILES = ("current_checkpoint.pt", "best_model.pt")
"""What the latest and the best of a run are called."""
BELOW_HOME = "checkpoint_runs"
"""The folder for runs of files beside which nothing can be saved."""
_OF_EPOCH = re.compile(r".+_epoch\d+\.pth")


def folder_for(path: str) -> str:
    """The folder, as an absolute path; it need not be there yet."""
    path = os.path.abspath(path)
    folder, name = os.path.split(path.rstrip(os.sep))
    if _is_of_run(folder, name) and _is_writable(folder):
        return folder
    beside = os.path.join(folder, f"{stem_of(name)}_run")
    if not _is_sample(folder) and _is_writable(beside if os.path.isdir(beside) else folder):
        return beside
    return os.path.join(os.path.expanduser("~"), BELOW_HOME, f"{stem_of(name)}_run")


def name_for(path: str) -> str:
    """What files of single epochs are called after: `NAME_epoch3.pth`."""
    name = os.path.basename(os.path.abspath(path))
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    if name in OWN_FILES and folder.endswith("_run"):
        return folder.removesuffix("_run")
    return stem_of(re.sub(r"_epoch\d+(?=\.pth$)", "", name))


def _is_of_run(folder: str, name: str) -> bool:
    """Whether the file lies where a run saved it: beside a latest that is of this program too.

    Tutorials call their files the same; a run that saved among those would write over them.
    """
    if name not in OWN_FILES and _OF_EPOCH.fullmatch(name) is None:
        return False
    return all(_is_own(os.path.join(folder, each)) for each in dict.fromkeys((OWN_FILES[0], name)))


def _is_own(path: str) -> bool:
    from ..checkpoint.reading import open_checkpoint
    from .own_files import is_own

    try:
        return os.path.isfile(path) and is_own(open_checkpoint(path))
    except FileError:
        return False


def stem_of(path: str) -> str:
    """The name of a file without its endings: `model_best.pth.tar` -> model_best."""
    name = os.path.basename(path.rstrip(os.sep))
    stem = re.sub(r"(\.(pth|pt|tar|ckpt|bin|safetensors|th|pkl|index|json|ptl|jit))+$", "", name, flags=re.IGNORECASE)
    return stem or "checkpoint"


def _is_sample(folder: str) -> bool:
    try:
        return os.path.samefile(folder, samples())
    except OSError:
        return False


def _is_writable(folder: str) -> bool:
    return os.access(folder or ".", os.W_OK | os.X_OK)
