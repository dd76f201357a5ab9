"""What a run says, as lines: for a person, or as JSON lines for the next program.

    {"word": "EpochEnd", "epoch": 4, "train_loss": 0.121, ...}      one object a line, its fields those of
                                                                    `workshop.run_words`, the answer last

Numbers that JSON has no way to write (NaN, infinity) become null.
"""

from __future__ import annotations

import json
import math
import sys
from typing import get_args

from .. import wording
from ..progress import Progress
from ..runs.telling import line_of, trained
from ..workshop.requests import Said, WorkshopError
from ..workshop.run_words import RunAnswer, Saved, Tested, Tests, Trained, Word


def as_json(word: Word | Said | Progress | RunAnswer) -> None:
    """Writes one word as one line of JSON on the standard output."""
    if isinstance(word, (Progress, Tested, Tests)):  # what a test says comes at its end, without pictures
        return
    record = plain(word)
    assert isinstance(record, dict)
    sys.stdout.write(f"{json.dumps({'word': type(word).__name__, **record}, allow_nan=False)}\n")
    sys.stdout.flush()


def as_failure(error: WorkshopError) -> None:
    """The error that a run ended with, as the last line of JSON."""
    said = {"title": error.title, "message": error.message, "hint": error.hint}
    sys.stdout.write(f"{json.dumps({'word': 'Failure', **said, 'file': error.file, 'line': error.line})}\n")
    sys.stdout.flush()


def plain(value: object) -> object:
    """Named tuples as objects, all the way down."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(part) for name, part in value._asdict().items()}
    if isinstance(value, (tuple, list)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def for_a_person(word: Word | Said | Progress | RunAnswer) -> str:
    """What is printed of a word; empty where it is only seen on the bar."""
    if isinstance(word, Trained):
        return _trained(word)
    if isinstance(word, Saved) and word.kind == "latest":
        return ""  # after each epoch: the end says where it is
    line = line_of(word) if isinstance(word, get_args(Word)) else None
    return line.text if line is not None else ""


def _trained(word: Trained) -> str:
    files = [f"latest  {word.latest}" if word.latest else "", f"best    {word.best_path}" if word.best_path else ""]
    return "\n".join([trained(word), *(wording.safe(file, 400) for file in files if file)])
