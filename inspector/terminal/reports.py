"""Reports as files, in the form that the end of their name says."""

from __future__ import annotations

import os

from .. import wording
from ..checkpoint.text_files import writing
from ..comparing.reporting import Story, report
from ..progress import finish
from . import screen

__all__ = ["Story", "write"]


def write(story: Story, path: str) -> None:
    """Writes a report to `path`, whole or not at all. Raises InspectorError for an ending that is no form."""
    text = report(story, os.path.splitext(path)[1].removeprefix("."))
    finish(writing(path, (text,), "The report was not written"))
    screen.say(f"Report written to {wording.safe(path, 300)}")
