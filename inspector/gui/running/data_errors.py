"""Which errors of a rehearsal are about the data: those are said where the data is shown."""

from __future__ import annotations

import re

from ...errors import InspectorError
from ...workshop.requests import WorkshopError
from ...workshop.run_requests import FETCHABLE, NOT_FETCHED, DataSource

_TOPICS = re.compile(r"\b(data|transforms?|images?|arrays?)\b", re.IGNORECASE)


def is_about_data(error: InspectorError, data: DataSource) -> bool:
    """Whether it is: by its topic, or because a function of the person's own raised it."""
    in_function = isinstance(error, WorkshopError) and data.kind == "function" and error.file == data.path
    topic = _topic(error)
    return in_function or (_TOPICS.search(topic) is not None and "model" not in topic)


def can_be_fetched(error: InspectorError, data: DataSource) -> bool:
    """Whether it would be mended by fetching the data, perhaps once more."""
    return data.kind == "torchvision" and _topic(error) in (FETCHABLE, NOT_FETCHED)


def _topic(error: InspectorError) -> str:
    """What it is about, the same in every language."""
    return str(getattr(error, "topic", error.title))
