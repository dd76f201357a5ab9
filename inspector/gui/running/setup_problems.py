"""Why a run cannot begin as it is set up, in sentences. Nothing is opened or imported for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ... import wording
from ...language import marked, tr
from ...runs.offered import CRITERIA
from ...runs.sound_choices import is_file_name

if TYPE_CHECKING:
    from ...workshop.run_requests import DataSource
    from .setup import Setup

_ARRAYS = (".npz", ".pt", ".pth")


def problems_of(setup: Setup) -> Iterator[str]:
    """What must be set otherwise first."""
    yield from _of_data(setup.data)
    yield from _of_folder(setup.folder)
    if not is_file_name(setup.name):
        yield tr("{name} is no name for files: choose another under Saving.", name=wording.safe(setup.name, 60))
    if setup.criterion not in CRITERIA:
        yield from _of_function(setup.criterion, _OF_CRITERION)
    if setup.own_module is not None and setup.own_module.kind == "torchscript":
        yield tr("A TorchScript file can be tested as it is; to train on, choose the class that it was made from.")


def _of_data(data: DataSource) -> Iterator[str]:
    if data.kind == "torchvision" and not data.name.isidentifier():
        yield tr("Choose the data set of torchvision.")
    elif data.kind == "images" and not os.path.isdir(data.path):
        yield (
            tr("Choose the folder of images: there is no folder {path}.", path=wording.safe(data.path, 200))
            if data.path
            else tr("Choose the folder of images.")
        )
    elif data.kind == "arrays" and not (os.path.isfile(data.path) and data.path.endswith(_ARRAYS)):
        yield (
            tr("Choose the .npz or .pt file of the data: there is no file {path}.", path=wording.safe(data.path, 200))
            if data.path
            else tr("Choose the .npz or .pt file of the data.")
        )
    elif data.kind == "function":
        yield from _of_function(f"{data.path}:{data.name}", _OF_DATA)


_OF_CRITERION = marked("The criterion: write file.py:function."), marked("The criterion: there is no file {file}.")
_OF_DATA = marked("The data: write file.py:function."), marked("The data: there is no file {file}.")


def _of_function(text: str, says: tuple[str, str]) -> Iterator[str]:
    """`says` what is to be said of what is no function, and of a file that is not there."""
    file, _, name = text.rpartition(":")
    if not file.endswith(".py") or not name.isidentifier():
        yield tr(says[0])
    elif not os.path.isfile(os.path.expanduser(file)):
        yield tr(says[1], file=wording.safe(file, 200))


def _of_folder(folder: str) -> Iterator[str]:
    if not folder:
        yield tr("Choose the folder that the run saves into.")
        return
    there = os.path.abspath(os.path.expanduser(folder))
    while not os.path.exists(there) and os.path.dirname(there) != there:
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        yield tr(
            "The run cannot save into {folder}: {there} is no folder.",
            folder=wording.safe(folder, 200),
            there=wording.safe(there, 200),
        )
    elif not os.access(there, os.W_OK | os.X_OK):
        yield tr(
            "The run cannot save into {folder}: {there} cannot be written to.",
            folder=wording.safe(folder, 200),
            there=wording.safe(there, 200),
        )
