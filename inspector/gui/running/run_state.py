"""Where a run stands."""

from __future__ import annotations

from enum import Enum


class RunState(Enum):
    """What the page of a run is at."""

    IDLE = "nothing runs"
    REHEARSING = "what would be trained is looked at"
    WAITING = "it waits for the run of another tab"
    RUNNING = "it trains"
    PAUSED = "training waits between two batches"
    STOPPING = "it ends after this batch, and saves"
    TESTING = "checkpoints are tested"


TRAINING = frozenset((RunState.RUNNING, RunState.PAUSED, RunState.STOPPING))
"""A run goes on, of which something is lost when it ends at once."""
READY = frozenset((RunState.IDLE, RunState.REHEARSING))
"""Something can be changed, and begun."""
