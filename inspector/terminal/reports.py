"""Reports as files, in the form that the end of their name says."""

from __future__ import annotations

import os
import tempfile

from ..comparing.reporting import Story, report
from ..errors import InspectorError
from . import screen

__all__ = ["Story", "write"]


def write(story: Story, path: str) -> None:
    """Writes a report to `path`, whole or not at all. Raises InspectorError for an ending that is no form."""
    text = report(story, os.path.splitext(path)[1].removeprefix("."))
    try:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=os.path.dirname(path) or ".", delete=False) as file:
            file.write(text)
        os.chmod(file.name, 0o666 & ~_umask())
        os.replace(file.name, path)
    except OSError as error:
        raise InspectorError(f"The report cannot be written to {path}: {error.strerror or error}.") from error
    screen.say(f"Report written to {path}")


def _umask() -> int:
    """What the person has forbidden to others; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
