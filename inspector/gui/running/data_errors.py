"""Which errors of a rehearsal are about the data: those are said where the data is shown."""

from __future__ import annotations

import re

from ...errors import InspectorError
from ...workshop.requests import WorkshopError
from ...workshop.run_requests import DataSource

_FETCHING = "--download"
"""What the hint of an error names that fetching mends."""
_NOT_FETCHED = "The data could not be fetched"
_TITLES = re.compile(r"\b(data|transforms?|images?|arrays?)\b", re.IGNORECASE)


def is_about_data(error: InspectorError, data: DataSource) -> bool:
    """Whether it is: by its title, or because a function of the person's own raised it."""
    in_function = isinstance(error, WorkshopError) and data.kind == "function" and error.file == data.path
    return in_function or (_TITLES.search(error.title) is not None and "model" not in error.title)


def can_be_fetched(error: InspectorError, data: DataSource) -> bool:
    """Whether it would be mended by fetching the data, perhaps once more."""
    return data.kind == "torchvision" and (_FETCHING in error.hint or error.title == _NOT_FETCHED)
