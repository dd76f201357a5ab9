"""The agent of one machine: torch's own elastic engine, started as `torchrun` starts it, on our door.

It starts the processes of this machine, restarts all of them together when one ends badly, and meets the agents of
other machines. It is told what to do by its arguments, and tells over the socket of `rank` only why it ended, where
the processes cannot say it themselves:

    -> ("agent", Failure, is_met)       `is_met`: it is how its processes ended, and not that machines did not meet

On the signal LEAVE it ends, and lets the agents of other machines know that the run is over. (On SIGTERM it would not:
to torch that is a machine which may come back.)
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from ...language import marked, tr
from ..failures import text_of
from ..forking import dies_with
from ..requests import Failure
from .rank import RESTARTS, connected

DOOR = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "__main__.py")
TITLE = marked("The run was given up")
LEAVE = signal.SIGUSR1
_RUN_ID = "checkpoint-inspector"
_LOOKS = 0.2
"""Seconds between two looks at the processes."""


def run(parent: str, processes: str, nodes: str, rendezvous: str) -> None:
    """Runs until all processes are done; ends with 1 when they did not come to an end."""
    from torch.distributed import run as torchrun
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    if not dies_with(int(parent)):
        sys.exit(1)
    signal.signal(LEAVE, _leave)
    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)  # what matters is told in sentences
    options = torchrun.get_args_parser().parse_args(_options(torchrun, int(processes), int(nodes), rendezvous))
    try:
        torchrun.run(options)  # type: ignore[no-untyped-call]
    except ChildFailedError as error:
        _tell(Failure(_ends(error.failures), TITLE), is_met=True)
        sys.exit(1)
    except Exception as error:
        _tell(Failure(_meeting(error, rendezvous), TITLE, _hint(rendezvous)), is_met=False)
        sys.exit(1)


def _options(torchrun: Any, processes: int, nodes: int, rendezvous: str) -> list[str]:
    """As on the command line of `torchrun`. Names with underscores are those that every version knows."""
    options = {
        "nnodes": nodes,
        "nproc_per_node": processes,
        "max_restarts": RESTARTS,
        "monitor_interval": _LOOKS,
        "rdzv_backend": "c10d",
        "rdzv_endpoint": rendezvous or "localhost:0",
        "rdzv_id": _RUN_ID,
    }
    known = torchrun.get_args_parser()._option_string_actions
    if nodes == 1 and "--local_addr" in known:  # the name of a machine does not always lead to it
        options["local_addr"] = "127.0.0.1"
    return [*(f"--{name}={value}" for name, value in options.items()), DOOR, "rank"]


class Left(Exception):
    """The run is over, by the will of this machine."""


def _leave(*_: object) -> None:
    raise Left


def _tell(failure: Failure, *, is_met: bool) -> None:
    with contextlib.suppress(OSError), connected() as line:
        line.send(("agent", failure, is_met))


def _ends(failures: Mapping[int, Any]) -> str:
    """How each of the processes ended that were the last to."""
    each = [_how(rank + 1, failure.exitcode) for rank, failure in sorted(failures.items())]
    told = "; ".join(each) or tr("nobody knows how")
    return tr(
        "Its processes were started {restarts} times and never came to the end. At last: {told}.",
        restarts=RESTARTS + 1,
        told=told,
    )


def _how(process: int, exitcode: int) -> str:
    if exitcode < 0:
        return tr("process {process} was ended by {signal}", process=process, signal=signal.Signals(-exitcode).name)
    return tr("process {process} ended with exit code {code}", process=process, code=exitcode)


def _meeting(error: Exception, rendezvous: str) -> str:
    if rendezvous:
        return tr(
            "The machines did not meet at {rendezvous}: {reason}",
            rendezvous=rendezvous,
            reason=text_of(error) or type(error).__name__,
        )
    return tr("Its processes could not be started: {name}: {reason}", name=type(error).__name__, reason=text_of(error))


def _hint(rendezvous: str) -> str:
    if not rendezvous:
        return ""
    return tr("Start the same on every machine, with host:port of one of them that the others can reach.")
