"""What Start will do, in one line; or what is to be done before it can."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ... import wording
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
        return " ".join(problems)
    if error is not None:
        return f"It would end at once. {wording.safe(error.title, 100)}, as is said above."
    return " ".join(_will_do(page))


def _will_do(page: OpenRun) -> list[str]:
    setup = page.setup
    first, last = setup.first_epoch, setup.epochs
    epochs = f"epoch {first:,}" if first == last else f"epochs {first:,} to {last:,}"
    batch = setup.resume.batch if setup.resume is not None else 0
    since = f", from batch {batch + 1:,} on," if batch else ""
    said = f"Trains {epochs}{since}{_of_data(page)}, and saves into {shortened(setup.folder)}."
    return [wording.safe(said, 400), *filter(None, (replaced(setup).removeprefix("! "),))]


def _of_data(page: OpenRun) -> str:
    look = page.look
    return f" on {look.train:,} samples of {wording.safe(look.name, 60)}" if look is not None and look.train else ""


def shortened(path: str) -> str:
    """The end of a path, from the home folder on where it lies there."""
    home = os.path.expanduser("~")
    if path == home or path.startswith(home.rstrip(os.sep) + os.sep):
        path = "~" + path[len(home.rstrip(os.sep)) :]
    parts = path.split(os.sep)
    return path if len(parts) <= _MOST_PARTS + 1 else os.sep.join(("…", *parts[-_MOST_PARTS:]))
