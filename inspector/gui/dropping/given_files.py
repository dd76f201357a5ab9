"""The files that are made for others: of an entry that was dragged out or copied, and wanted as a file.

They lie in a folder of their own, each in one more so that it can have its name, and go when the program ends: who
took one has copied it by then.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from PySide6.QtCore import QCoreApplication

_folder = ""
_is_over = False


def place_for_a_file() -> str:
    """A new empty folder; empty text when the program is at its end, and no more files are made."""
    global _folder
    if _is_over:
        return ""
    if not _folder:
        program = QCoreApplication.instance()
        if program is not None:
            program.aboutToQuit.connect(clear)
        _folder = tempfile.mkdtemp(prefix="checkpoint-inspector-entries-")
    return tempfile.mkdtemp(dir=_folder)


def taken_over(path: str) -> str:
    """A file that another program made for this one, which then lives as long as this one; empty when gone."""
    folder = place_for_a_file() if path else ""
    if not folder:
        return ""
    place = os.path.join(folder, os.path.basename(path))
    try:
        os.link(path, place)
    except OSError:
        try:
            shutil.copyfile(path, place)
        except OSError:
            return ""
    return place


@atexit.register
def end() -> None:
    """Takes them all away. For the end of the program."""
    global _is_over
    _is_over = True
    clear()


def clear() -> None:
    """Takes all away that were made so far."""
    global _folder
    folder, _folder = _folder, ""
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
