"""Which run answers which request, the same in a process of its own and inside the program."""

from __future__ import annotations

from typing import Any, Generator  # noqa: UP035  # Python 3.8 cannot subscript that of collections.abc

from ...language import marked, tr
from ..ranks import is_first_of_all, is_one_of_several
from ..run_requests import LookAtData, Rehearse, RunRequest, Test, Train
from .wishes import Wishes

Words = Generator[Any, None, Any]


def run(request: RunRequest, wishes: Wishes) -> Words:
    """Yields the words of the run and returns its answer. Raises WorkshopError, whatever the user's code raised."""
    from ...errors import InspectorError
    from ..failures import failure_of, topic_of
    from ..requests import WorkshopError

    try:
        return (yield from started(request, wishes))
    except (GeneratorExit, WorkshopError):
        raise
    except InspectorError as error:
        raise WorkshopError(error.message, title=error.title, hint=error.hint, topic=topic_of(error)) from error
    except BaseException as error:
        raise WorkshopError(**failure_of(error)._asdict()) from error


def started(request: RunRequest, wishes: Wishes) -> Words:
    """The same, with whatever is raised as it is."""
    _refuse_old_torch()
    if isinstance(request, Train):
        return trained(request, wishes)
    if isinstance(request, Rehearse):
        from .rehearsing import rehearse

        return rehearse(request)
    if isinstance(request, Test):
        from .inference import infer

        return infer(request)
    if isinstance(request, LookAtData):
        from .looking import look_at

        return look_at(request)
    raise TypeError(f"{type(request).__name__} is no run")


def trained(request: Train, wishes: Wishes) -> Words:
    """Training: by this process, by several that are launched, or by this one as one of several."""
    from . import boards

    is_first = is_first_of_all()
    if request.board and is_first:
        boards.check()
    work = _training(request, wishes)
    return boards.noted(work, request) if request.board and is_first else work


def _training(request: Train, wishes: Wishes) -> Words:
    from . import distributed, launching
    from .preparing import absolute
    from .training import train

    if is_one_of_several():
        request = absolute(request)
        work = distributed.taking_part(request, wishes, distributed.latest_of_run(request))
        return distributed.told_by_the_first(work)
    if request.processes > 1 or request.nodes > 1:
        return launching.launched(request, wishes)
    return train(request, wishes)


_OLDEST = (2, 1)
"""The first torch whose `torch.load(weights_only=True)` reads files with plain numbers beside the tensors."""


def _refuse_old_torch() -> None:
    import sys

    import torch

    from ..failures import Refusal

    if tuple(int(part) for part in torch.__version__.split(".")[:2]) < _OLDEST:
        raise Refusal(
            tr(
                "torch {version} in {executable} does not read checkpoints safely that hold numbers.",
                version=torch.__version__,
                executable=sys.executable,
            ),
            hint=tr("Runs need torch 2.1 or newer: choose another interpreter."),
            title=marked("This torch is too old"),
        )
