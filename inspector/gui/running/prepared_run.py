"""A run whose request is made on the thread that drives it, right before it: files are read and written for it.

Why this way: what a run begins with may have to be written anew (a mended state_dict, a container that torch does not
read), in a folder that is gone when the run is. Whoever wants to pause or stop it needs something to tell it to before
there is a run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any

from ...language import tr
from ...workshop.requests import Stopped

if TYPE_CHECKING:
    from ...runs.driving import Run
    from ...workshop.client import Workshop
    from ...workshop.run_requests import RunRequest

Making = Callable[[str], Generator[Any, None, "RunRequest"]]
"""Makes the request; is given a folder of its own that is there as long as the run is."""


class PreparedRun:
    """One run from the making of its request to its end. It is driven once."""

    def __init__(self, make: Making, *, workshop: Workshop | None, in_process: bool) -> None:
        self._make = make
        self._workshop = workshop
        self._in_process = in_process
        self._run: Run | None = None
        self._is_killed = False
        self._is_paused = False
        self._is_stopped = False

    def words(self) -> Generator[Any, None, Any]:
        """The words of the making, then those of the run; returns its answer.

        Raises InspectorError when the request cannot be made, WorkshopError when the run fails, Stopped after `kill`.
        """
        with tempfile.TemporaryDirectory(prefix="checkpoint-inspector-") as folder:
            request = yield from self._until_killed(self._make(folder))
            return (yield from self._until_killed(self._begin(request).words()))

    def pause(self) -> None:
        """Waits after the present batch; a run that did not begin yet, after its first."""
        self._is_paused = True
        if self._run is not None:
            self._run.pause()

    def go_on(self) -> None:
        self._is_paused = False
        if self._run is not None:
            self._run.go_on()

    def stop(self) -> None:
        """Saves after the present batch, and ends."""
        self._is_stopped = True
        if self._run is not None:
            self._run.stop()

    def kill(self) -> None:
        """Ends it at once."""
        self._is_killed = True
        if self._run is not None:
            self._run.kill()

    def _begin(self, request: RunRequest) -> Run:
        from ...runs.driving import Run

        run = self._run = Run(request, workshop=self._workshop, in_process=self._in_process)
        if self._is_paused:
            run.pause()
        if self._is_stopped:
            run.stop()
        return run

    def _until_killed(self, work: Generator[Any, None, Any]) -> Generator[Any, None, Any]:
        try:
            while not self._is_killed:
                try:
                    word = next(work)
                except StopIteration as end:
                    return end.value
                yield word
            raise Stopped(tr("It was stopped."))
        finally:
            work.close()
