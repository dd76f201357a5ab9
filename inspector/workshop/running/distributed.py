"""A training that several processes share: DistributedDataParallel over `torch.distributed`, on any engine.

Whoever started them - `launching`, or `torchrun ... -m inspector train ...` on each machine - has said in the
environment who each of them is (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR, MASTER_PORT).

The batch size of a request is that of all processes together: each has its part of the very batches that one process
would have, so that losses and results can be compared, whatever the number of processes. Saved, and spoken, is by the
first. What is told is what all have found: sums and counts are added up, never means of means.

Why this way: gradients meet where DistributedDataParallel brings them together - gloo on CPUs, nccl on GPUs -, but
losses, counts and wishes are summed over gloo always: a GPU is not waited for because somebody asks whether to stop.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

from ...language import marked, tr
from ...wording import plural
from ..failures import Refusal, text_of
from ..ranks import is_first_of_all
from ..requests import WorkshopError
from ..run_requests import Start, Train
from .devices import device_of
from .saving import latest_path
from .states import arguments_of
from .teams import Team
from .training import train
from .wishes import GO_ON, PAUSE, STOP, Wishes

TITLE = marked("It cannot be shared by these processes")
LOST_TITLE = marked("The run has lost a process")
LOST = marked("Another process of the run, or the way to it, is gone, and this one cannot go on alone")
_WEIGHTS = (GO_ON, PAUSE, STOP)
_LONGEST = timedelta(minutes=30)
"""For which a process waits for the others."""
_LOST = re.compile(r"gloo|nccl|tcpstore|processgroup|connection (closed|reset) by|broken pipe", re.IGNORECASE)


def told_by_the_first(words: Generator[Any, None, Any]) -> Generator[Any, None, Any]:
    """The same words, or none where another process tells them."""
    try:
        while True:
            try:
                word = next(words)
            except StopIteration as end:
                return end.value
            if is_first_of_all():
                yield word
    finally:
        words.close()


def taking_part(request: Train, wishes: Wishes, latest: str = "") -> Generator[Any, None, Any]:
    """The training, done by this process and the others. The words are those of all; only the first should tell them.

    `latest` is the latest file of this very run, where one is known here; empty: none. Where one of them knows one, all
    go on from there. Raises Refusal where the request cannot be shared, WorkshopError where another process is gone
    (`is_lost`), and whatever the user's code raises.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="run-") as folder, joined(request) as team:
            start = team.shared_start(latest_of(latest) if latest else request.start, folder, is_latest=bool(latest))
            is_again = any(team.gathered(bool(latest)))
            part = request._replace(start=start, expected=None if is_again else request.expected)
            return (yield from train(part, wishes, team))
    except Exception as error:
        if not is_lost(error):
            raise
        raise WorkshopError(tr("{what}: {reason}", what=tr(LOST), reason=text_of(error)), title=LOST_TITLE) from error


@contextlib.contextmanager
def joined(request: Train) -> Iterator[Ranks]:
    """The processes as a team, while they are connected."""
    device = own_device(request.device)
    backend = "nccl" if device.type == "cuda" else "gloo"
    store, rank, size = _meeting_place()
    dist.init_process_group(backend, store=store, rank=rank, world_size=size, timeout=_LONGEST)
    try:
        team = Ranks(device)
        yield team
        team.barrier()  # nobody leaves while another still asks
    finally:
        with contextlib.suppress(Exception):
            dist.destroy_process_group()


def _meeting_place() -> tuple[Any, int, int]:
    """(store, rank, size) as the environment says. On one machine each start has its own names in the store: torchrun
    may keep it from one start to the next, with the addresses of processes that are gone."""
    engine: Any = dist
    store, rank, size = next(engine.rendezvous("env://", timeout=_LONGEST))
    if os.environ.get("GROUP_WORLD_SIZE") == "1":
        store = engine.PrefixStore("start_" + os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"), store)
    return store, rank, size


def own_device(text: str) -> torch.device:
    """The device of this process: on GPUs, each has its own. Raises Refusal."""
    device = device_of(text)
    if device.type == "mps":
        device = torch.device("cpu") if text == "auto" else _refused("mps", tr("Choose cpu: mps has no way to share."))
    if device.type != "cuda":
        return device
    place, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if device.index is not None:
        _refused(text, tr("Choose cuda: every process takes a GPU of its own."))
    if place >= gpus:
        hint = tr("Choose {gpus} processes or less on this machine, or the device cpu.", gpus=gpus)
        _refused(plural(gpus, "GPU"), hint)
    torch.cuda.set_device(place)
    return torch.device("cuda", place)


def _refused(what: str, hint: str) -> torch.device:
    size = os.environ.get("WORLD_SIZE", "?")
    raise Refusal(tr("{size} processes cannot train on {what}.", size=size, what=what), title=TITLE, hint=hint)


class Ranks(Team):
    """The processes that an engine started, seen from one of them."""

    device: torch.device

    def __init__(self, device: torch.device) -> None:
        self.rank, self.size = dist.get_rank(), dist.get_world_size()
        self.device = device
        self._gloo: Any = dist.new_group(backend="gloo", timeout=_LONGEST) if device.type == "cuda" else None

    def agreed(self, wish: str, *due: bool) -> tuple[str, tuple[bool, ...]]:
        found = torch.tensor([_WEIGHTS.index(wish), *due])
        dist.all_reduce(found, op=dist.ReduceOp.MAX, group=self._gloo)
        weight, *rest = found.tolist()
        return _WEIGHTS[weight], tuple(map(bool, rest))

    def sum(self, values: Sequence[float]) -> tuple[float, ...]:
        found = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(found, group=self._gloo)
        return tuple(found.tolist())

    def means(self, losses: Sequence[float], counts: Sequence[int]) -> tuple[Sequence[float], Sequence[int]]:
        if not losses:
            return losses, counts
        weighted = [loss * count for loss, count in zip(losses, counts)]
        found = self.sum([*weighted, *counts])
        sums, all_counts = found[: len(losses)], [int(each) for each in found[len(losses) :]]
        return [each / count for each, count in zip(sums, all_counts)], all_counts

    def gathered(self, value: Any) -> list[Any]:
        found: list[Any] = [None] * self.size
        dist.all_gather_object(found, value, group=self._gloo)
        return found

    def barrier(self) -> None:
        self.sum((0.0,))

    def wrapped(self, model: nn.Module) -> nn.Module:
        if not any(each.requires_grad for each in model.parameters()):
            return model
        places = [self.device] if self.device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(model, device_ids=places, find_unused_parameters=True)

    def match(self, model: nn.Module) -> None:
        for buffer in model.buffers():
            dist.broadcast(buffer, src=0)

    def shared_start(self, start: Start | None, folder: str, *, is_latest: bool = False) -> Start | None:
        """What all begin with: what one knows to be the latest, else what the first has.

        A machine that has not its file is sent it, into `folder`.
        """
        known = self.gathered((start, is_latest))
        source = next((rank for rank, (_, is_later) in enumerate(known) if is_later), 0)
        start = known[source][0]
        if start is None:
            return None
        nbytes = self.gathered(os.path.getsize(start.path) if os.path.isfile(start.path) else -1)
        if len(set(nbytes)) == 1:
            return start
        content = self.gathered(_content(start.path) if self.rank == source else b"")[source]
        if nbytes[self.rank] == nbytes[source]:
            return start
        return start._replace(path=_written(content, folder), shown=start.shown or start.path)


def latest_of_run(request: Train) -> str:
    """Where a process goes on that an engine of the user's has started once more; empty where it begins.

    That is at the latest file in its folder, where a run with the very same settings saved it on the way.
    """
    path = latest_path(request.folder)
    if os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0" or not os.path.isfile(path):
        return ""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    is_of_it = saved.get("arguments") == arguments_of(request) and saved["epoch"] <= request.epochs
    return path if is_of_it else ""


def latest_of(path: str) -> Start:
    """Where a file of ours has everything that a run goes on with."""
    saved = torch.load(path, weights_only=True, map_location="cpu")
    optimizer, scheduler, scaler = ((name,) if name in saved else None for name in ("optimizer", "scheduler", "scaler"))
    place = saved["epoch"], saved["batch"], saved["valid_loss_min"]
    return Start(path, ("state_dict",), optimizer, scheduler, scaler, True, *place)


def is_lost(error: BaseException | None) -> bool:
    """Whether `error` says that another process, or the way to it, is gone."""
    seen = 0
    while error is not None and seen < 20:
        if isinstance(error, _distributed_errors()):
            return True
        if isinstance(error, RuntimeError) and _LOST.search(text_of(error)):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def _distributed_errors() -> tuple[type[BaseException], ...]:
    names = ("DistError", "DistBackendError", "DistNetworkError", "DistStoreError")
    return tuple(getattr(dist, name) for name in names if hasattr(dist, name))


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _written(content: bytes, folder: str) -> str:
    path = os.path.join(folder, "received.pt")
    with open(path, "wb") as file:
        file.write(content)
    return path
