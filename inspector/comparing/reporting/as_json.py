"""The report as JSON: the object that `inspector diff --json` or `inspector fit --json` prints."""

from __future__ import annotations

import json

from ..records import plain
from .story import Story


def as_json(story: Story) -> str:
    """The record of the story, indented; keys keep every character as an escape."""
    return json.dumps(plain(story.record), indent=1, allow_nan=False) + "\n"
