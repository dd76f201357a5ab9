"""What is known of one run from the words that it has said so far.

Why this way: the losses themselves go straight to the plot, which thins and keeps them. Here is what is told in words:
how far it is, how long it takes, what was saved. A tab that nobody looks at keeps its record all the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ... import wording
from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ...runs.telling import line_of, trained
from ...workshop.requests import Said, Stopped
from ...workshop.run_words import Batches, Began, EpochEnd, Saved, Trained, Waiting

MOST_OUTPUT = 100_000
"""Letters of what the user's code prints that are kept."""
MOST_LINES = 5_000


class TimedLine(NamedTuple):
    """A line, and when it was said."""

    clock: float
    """Seconds since 1970."""
    text: str
    level: str


class RunRecord:
    """One run, from its first word on."""

    def __init__(self, saved: Mapping[str, Saved] | None = None) -> None:
        """`saved`: what was saved before by the training that it goes on with."""
        self.began: Began | None = None
        self.epoch = 0
        self.batch = 0
        """The last batch of that epoch that was heard of, 0 before its first."""
        self.loss = math.nan
        """Of that batch."""
        self.lr: float | None = None
        self.speed = 0.0
        self.doing = ""
        """What it says it is at, before and between the batches."""
        self.ends: list[EpochEnd] = []
        self.lines: list[TimedLine] = []
        self.saved = dict(saved or {})
        """Path -> the last saving of it."""
        self.output = ""
        self.seconds = 0.0
        """For which batches were trained; pauses do not count."""
        self._heard_at = 0.0
        self._first_done = 0

    def take(self, words: Sequence[Any]) -> None:
        """Hears the words of the last tenth of a second."""
        self._pass_time(any(isinstance(word, Batches | EpochEnd) for word in words))
        for word in words:
            self._take(word)

    def say(self, text: str, level: str = "info") -> None:
        """Adds a line that comes from the window itself."""
        self.lines.append(TimedLine(time.time(), text, level))
        del self.lines[:-MOST_LINES]

    def end(self, how: Trained) -> None:
        """It ended as it was to."""
        self.say(trained(how))

    def break_off(self, error: InspectorError) -> None:
        """It ended otherwise; what the code printed last comes with the error."""
        self.output = (getattr(error, "output", "") or self.output)[-MOST_OUTPUT:]
        if isinstance(error, Stopped):
            self.say(
                tr("Stopped at once. What was saved before is whole.")
                if self.latest
                else tr("Stopped before it saved.")
            )
        else:
            self.say(wording.safe(tr("{title}: {message}", title=error.title, message=error.message), 1000), "warning")

    # How far it is

    @property
    def total(self) -> int:
        """Batches of all epochs that are to be trained, those before this run among them."""
        return self.began.epochs * self.began.batches if self.began is not None else 0

    @property
    def done(self) -> int:
        """How many of those are done."""
        return max(self.epoch - 1, 0) * self.began.batches + self.batch if self.began is not None else 0

    @property
    def share(self) -> float:
        """The part of this run that is done, 0 to 1."""
        wanted = self.total - self._first_done
        return min(1.0, (self.done - self._first_done) / wanted) if wanted > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it will take yet, savings and validations included; None when too little is known."""
        trained = self.done - self._first_done
        if trained <= 0 or self.seconds < 0.5:
            return None
        return self.seconds / trained * max(self.total - self.done, 0)

    @property
    def latest(self) -> str:
        """The path of the file from which it can go on; empty when none was saved."""
        return next((path for path, saved in self.saved.items() if saved.kind == "latest"), "")

    @property
    def best(self) -> str:
        """The path of the best; empty when none was saved."""
        return next((path for path, saved in self.saved.items() if saved.kind == "best"), "")

    def _pass_time(self, is_training: bool) -> None:
        now = time.monotonic()
        if is_training and self._heard_at:
            self.seconds += now - self._heard_at
        if is_training or not self.epoch:
            self._heard_at = now

    def _take(self, word: Any) -> None:
        if isinstance(word, Batches):
            self.epoch, self.batch = word.epoch, word.first + len(word.losses) - 1
            self.loss, self.lr, self.speed, self.doing = word.losses[-1], word.lr, word.speed, ""
        elif isinstance(word, Said):
            self.output = (self.output + word.text)[-MOST_OUTPUT:]
        else:
            self._take_rare(word)
            line = line_of(word)
            if line is not None:
                self.say(*line)

    def _take_rare(self, word: Any) -> None:
        if isinstance(word, Began):
            self.began, self.epoch, self.batch, self.lr = word, word.epoch, word.batch, word.lr
            self._first_done = self.done
            self.ends = [end for end in self.ends if end.epoch < word.epoch]  # of a run that was set back
        elif isinstance(word, EpochEnd):
            self.ends.append(word)
        elif isinstance(word, Saved):
            self.saved[word.path] = word
        elif isinstance(word, Waiting):
            self._heard_at = 0.0
        elif isinstance(word, Progress):
            self.doing = "" if word.unit == "batches" else word.text  # which epoch it is stands elsewhere
