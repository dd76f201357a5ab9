"""A double click on a checkpoint opens it here: whether it does, and how that is set up and taken away.

    state() -> Installed        install() -> Done        uninstall() -> Done

For the person who asks and nobody else, so without more rights than that one has. Each system has a module that works
on what it is given (folders, a registry); here they are those of this person.
"""

from __future__ import annotations

import os
import sys

from ... import wording
from ...errors import InspectorError
from ...language import tr
from . import program
from .said import Done, Installed


def state() -> Installed:
    """Whether a double click opens checkpoints here. Loads nothing heavy."""
    try:
        if sys.platform == "win32":
            from . import windows

            return windows.state(windows.CurrentUser())
        if sys.platform == "darwin":
            from . import mac

            return mac.state(mac.applications())
        from . import xdg

        return xdg.state(xdg.home_of(os.environ))
    except OSError:
        return Installed(False)


def install() -> Done:
    """Has a double click open checkpoints here. Once more: writes what has changed. Raises InspectorError."""
    try:
        if sys.platform == "win32":
            from . import windows

            return windows.install(windows.CurrentUser(), program.words(), windows.local_folder())
        if sys.platform == "darwin":
            from . import mac

            return mac.install(mac.applications(), program.words())
        from . import xdg

        return xdg.install(xdg.home_of(os.environ), program.words())
    except OSError as error:
        raise _refusal(error) from None


def uninstall() -> Done:
    """Takes away all that `install` wrote, and gives back what was there before. Raises InspectorError."""
    try:
        if sys.platform == "win32":
            from . import windows

            return windows.uninstall(windows.CurrentUser(), windows.local_folder())
        if sys.platform == "darwin":
            from . import mac

            return mac.uninstall(mac.applications())
        from . import xdg

        return xdg.uninstall(xdg.home_of(os.environ))
    except OSError as error:
        raise _refusal(error) from None


def _refusal(error: OSError) -> InspectorError:
    place, reason = wording.safe(str(error.filename or ""), 300), wording.safe(error.strerror or str(error), 200)
    return InspectorError(
        tr("{place} cannot be written: {reason}.", place=place, reason=reason),
        title=tr("The double click cannot be set up"),
        hint=tr("What was written before that stays, and can be taken away."),
    )
