"""Where a run saves, when nobody says otherwise.

Beside the checkpoint that it goes on from, in a folder called after it; a run that goes on from a file of such a
folder saves there again. The samples that come with the program stay as they are: their runs go below the home folder.
"""

from __future__ import annotations

import os
import re

from ..installed import samples

OWN_FILES = ("current_checkpoint.pt", "best_model.pt")
"""What the latest and the best of a run are called."""
BELOW_HOME = "checkpoint_runs"
"""The folder for runs of files beside which nothing can be saved."""
_OF_EPOCH = re.compile(r".+_epoch\d+\.pth")


def folder_for(path: str, *, is_own: bool = False) -> str:
    """The folder, as an absolute path; it need not be there yet."""
    path = os.path.abspath(path)
    folder, name = os.path.split(path.rstrip(os.sep))
    if _is_of_run(folder, name, is_own) and _is_writable(folder):
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


def _is_of_run(folder: str, name: str, is_own: bool) -> bool:
    """Whether the file lies where a run saved it, and was not copied to another place."""
    named_so = name in OWN_FILES or _OF_EPOCH.fullmatch(name) is not None
    return is_own and named_so and os.path.isfile(os.path.join(folder, OWN_FILES[0]))


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
