"""The runs of one page on jobs: one at a time, in one workshop that has torch loaded from the first to the last.

Why this way: to load torch takes seconds, and a page rehearses, trains and tests. So its runs share a workshop, one
after the other, and `Engine` is what they share; it ends beside the window, not before it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from ..jobs import Job, LatestJob
from .prepared_run import Making, PreparedRun

if TYPE_CHECKING:
    from ...workshop.client import Workshop


class Engine:
    """Where runs run: in the process of a workshop, or in this one."""

    def __init__(self, in_process: bool) -> None:
        self.is_in_process = in_process
        self._workshop: Workshop | None = None

    def prepared(self, make: Making, interpreter: str) -> PreparedRun:
        """A run with the Python that is wanted."""
        if self.is_in_process:
            return PreparedRun(make, workshop=None, in_process=True)
        from ...runs.driving import workshop_for_runs

        if self._workshop is not None and interpreter not in ("", self._workshop.interpreter):
            self.close()
        if self._workshop is None:
            self._workshop = workshop_for_runs(interpreter)
        return PreparedRun(make, workshop=self._workshop, in_process=False)

    def close(self) -> None:
        """Lets the processes end."""
        if self._workshop is not None:
            work, self._workshop = _closing(self._workshop), None
            next(work)  # from here on it closes the workshop whatever becomes of the job
            Job(work).start()


class Driver:
    """One run at a time: to start another puts the former one aside, at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._latest = LatestJob()
        self._run: PreparedRun | None = None

    @property
    def is_running(self) -> bool:
        return self._latest.is_running

    def start(
        self,
        make: Making,
        interpreter: str,
        succeeded: Callable[[Any], object],
        failed: Callable[[Exception], object],
        said: Callable[[list[Any]], object],
    ) -> None:
        """Starts the run of the request that `make` makes; one of `succeeded` and `failed` is called in the end."""
        self.drop()
        run = self._run = self._engine.prepared(make, interpreter)
        self._latest.start(run.words(), succeeded, failed, said)

    def pause(self) -> None:
        if self._run is not None:
            self._run.pause()

    def go_on(self) -> None:
        if self._run is not None:
            self._run.go_on()

    def stop(self) -> None:
        """Has it save after the present batch, and end."""
        if self._run is not None:
            self._run.stop()

    def kill(self) -> None:
        """Ends it at once; its ending, `Stopped`, comes."""
        if self._run is not None and self.is_running:
            self._run.kill()

    def drop(self) -> None:
        """Ends it at once, and hears no more of it."""
        self.kill()
        self._latest.cancel()
        self._run = None


def _closing(workshop: Workshop) -> Generator[None, None, None]:
    try:
        yield
    finally:
        workshop.close()
