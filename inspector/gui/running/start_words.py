"""What Start will do, in one line; or what is to be done before it can."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ... import wording
from ...language import sentences, tr
from .saving_box import replaced

if TYPE_CHECKING:
    from .open_run import OpenRun

_MOST_PARTS = 3
"""Folders at the end of a path that are shown."""


def start_words(page: OpenRun) -> str:
    """A sentence; empty while the model is not known, which is asked for elsewhere."""
    problems, error = page.setup.problems(), page.looking.error
    if not page.has_model:
        return ""
    if problems:
        return sentences(*problems)
    if error is not None:
        return tr("It would end at once. {title}, as is said above.", title=wording.safe(error.title, 100))
    return sentences(*_will_do(page))


def _will_do(page: OpenRun) -> list[str]:
    setup = page.setup
    first, last = setup.first_epoch, setup.epochs
    epochs = (
        tr("epoch {first:,}", first=first)
        if first == last
        else tr("epochs {first:,} to {last:,}", first=first, last=last)
    )
    batch = setup.resume.batch if setup.resume is not None else 0
    if batch:
        epochs = tr("{epochs}, from batch {batch:,} on,", epochs=epochs, batch=batch + 1)
    look, folder = page.look, shortened(setup.folder)
    said = (
        tr(
            "Trains {epochs} on {train:,} samples of {name}, and saves into {folder}.",
            epochs=epochs,
            train=look.train,
            name=wording.safe(look.name, 60),
            folder=folder,
        )
        if look is not None and look.train
        else tr("Trains {epochs}, and saves into {folder}.", epochs=epochs, folder=folder)
    )
    return [wording.safe(said, 400), *filter(None, (replaced(setup),))]


def shortened(path: str) -> str:
    """The end of a path, from the home folder on where it lies there."""
    home = os.path.expanduser("~")
    if path == home or path.startswith(home.rstrip(os.sep) + os.sep):
        path = "~" + path[len(home.rstrip(os.sep)) :]
    parts = path.split(os.sep)
    return path if len(parts) <= _MOST_PARTS + 1 else os.sep.join(("…", *parts[-_MOST_PARTS:]))
