"""Several processes for one training, driven as if it ran here.

    launched(request, wishes)       the words of the first process, and its answer
    checks(request, device)         what is to be said before that

With `rendezvous` the same is started on several machines. The words come out on the one that has the first process;
on the others the work only says how it goes, and answers the same.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any, Generator  # noqa: UP035  # Python 3.8 cannot subscript that of collections.abc

import torch

from ... import wording
from ...language import marked, tr
from ...progress import Progress
from ..failures import Refusal, text_of
from ..run_requests import Train
from ..run_words import Check
from .processes import Processes
from .wishes import GO_ON, Wishes

_TICK = 0.1
"""Seconds between two looks at everything while nothing happens."""
_ALONE = marked("The machines cannot meet")

Words = Generator[Any, None, Any]


def launched(request: Train, wishes: Wishes) -> Words:
    """Yields the words of all, and returns their answer. Raises WorkshopError. To close it ends all processes."""
    _check(request)
    began = time.perf_counter()
    with Processes(request) as processes:
        word = Progress(
            0,
            0,
            "processes",
            tr("Starting {processes}", processes=wording.plural(request.processes, "process", "processes")),
        )
        yield word
        spoke, told = time.monotonic(), GO_ON
        while processes.answer is None:
            for heard in processes.hear(_TICK):
                word = heard if isinstance(heard, Progress) else Progress(0, 0, "seconds", tr("Training"))
                yield heard
                spoke = time.monotonic()
            if (wish := wishes.latest()) != told:
                processes.tell(wish)
                told = wish
            if time.monotonic() - spoke > 5 * _TICK:  # so that whoever drives may end it
                yield word if word.unit != "seconds" else word._replace(done=int(time.perf_counter() - began))
        return processes.answer._replace(seconds=time.perf_counter() - began)


def checks(request: Train, device: torch.device) -> Iterator[Check]:
    """What is to be said before the start of a run of several processes."""
    many = request.processes * request.nodes
    if many < 2:
        return
    try:
        _check(request)
    except Refusal as error:
        yield Check(marked("Processes"), "bad", error.message)
        return
    gpus = torch.cuda.device_count() if device.type == "cuda" else request.processes
    if gpus < request.processes:
        text = tr(
            "{processes} processes need a GPU each, and here are {gpus}: choose {gpus}, or the device cpu.",
            processes=request.processes,
            gpus=gpus,
        )
        yield Check(marked("Processes"), "bad", text)
    else:
        each = wording.plural(max(1, request.batch_size // many), "sample")
        yield Check(
            marked("Processes"),
            "ok",
            tr("{processes} of them share each batch: {samples} for each.", processes=many, samples=each),
        )


def _check(request: Train) -> None:
    """Raises Refusal where machines would wait in vain for each other."""
    host, _, port = request.rendezvous.rpartition(":")
    if request.nodes > 1 and not (host and port.isdecimal()):
        if not request.rendezvous:
            text = tr("{nodes} machines meet at host:port of one of them, and none is given.", nodes=request.nodes)
            raise Refusal(text, title=_ALONE)
        text = marked("{nodes} machines meet at host:port of one of them, and {place!r} is no such place.")
        raise Refusal(tr(text, nodes=request.nodes, place=request.rendezvous), title=_ALONE)
    try:
        if request.rendezvous:
            socket.getaddrinfo(host, port)
    except (OSError, UnicodeError) as error:
        raise Refusal(
            tr("There is no machine {host!r} to meet at: {reason}.", host=host, reason=text_of(error)), title=_ALONE
        ) from error
