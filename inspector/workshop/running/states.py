"""What a run saves, and how a run goes on from it. This is the format of its files.

One dict of plain values and tensors on the CPU, which `torch.load(weights_only=True)` reads on any machine:

    epoch           the number of the epoch that is trained next, counted from 1
    batch           how many batches of it are done already
    state_dict      of the model, never with the prefix `module.`
    optimizer       its `state_dict()`
    scheduler       its `state_dict()`; not there where there is none
    scaler          the GradScaler's `state_dict()`; not there where there is none
    valid_loss_min  the lowest validation loss so far (training loss without validation data); None: none yet
    best_epoch      the epoch that had it; 0: none of this run's
    model           {class: `nets.py:Network` as `parse_source` reads it, arguments: of its constructor}
    data            {source, classes, train, validation, test, transforms, augmentation}; counts in samples
    arguments       everything that steered training, by the names of `run_requests.Train`; model, data, optimizer and
                    scheduler as dicts by the names of `ModelSource`, `DataSource` and `Chosen`
    rng             the states of all generators (see `rng`), and `seed`: of the order of samples. Where several
                    processes trained, those of the first, and `others`: of each of the others
    sums            {loss, samples}: of the batches of `epoch` that are done, the loss times samples
    history         {epoch, train_loss, valid_loss, valid_accuracy, lr, batches}: lists, an item for each epoch that is
                    over (batches: how many it had), and batch_losses: float64, of every batch that was ever trained
    versions        {torch, checkpoint_inspector, python}

Why this way: with the generators' states, the sums and the place within the epoch, what goes on from a file does bit
for bit what would have been done without it. No classes of ours or of the user's are in it, so that any script reads
it as it reads its own files.
"""

from __future__ import annotations

import platform
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ... import __version__
from ...language import tr
from ..failures import Refusal, text_of
from ..run_requests import Start, Train
from . import rng
from .journal import Journal, journal_of
from .models import READING, part
from .orders import mixed
from .teams import Team

_UNSAVED = ("folder", "start", "threads", "workers", "board", "processes", "nodes", "rendezvous", "expected",
            "expected_is", "minutes")  # fmt: skip
"""Of a request: what says where and how long, not how."""


def bare(model: nn.Module) -> nn.Module:
    """The model itself, where it is wrapped for several GPUs or processes, or compiled."""
    while True:
        if isinstance(model, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            model = model.module
        elif isinstance(getattr(model, "_orig_mod", None), nn.Module):
            model = model._orig_mod  # type: ignore[assignment]
        else:
            return model


def described(request: Train, data: Any) -> dict[str, Any]:
    """The parts of a file that stay the same while the run goes."""
    model = {"class": str(request.model), "arguments": plain(dict(request.arguments))}
    counts = {name: getattr(getattr(data, name), "count", 0) for name in ("train", "validation", "test")}
    steps = {"transforms": list(data.transforms), "augmentation": list(data.source.augmentation)}
    versions = {
        "torch": str(torch.__version__),
        "checkpoint_inspector": __version__,
        "python": platform.python_version(),
    }
    return {
        "model": model,
        "data": {"source": str(request.data), "classes": list(data.classes), **counts, **steps},
        "arguments": arguments_of(request),
        "versions": versions,
    }


def arguments_of(request: Train) -> dict[str, Any]:
    """What steers training, as plain values."""
    kept = {name: value for name, value in request._asdict().items() if name not in _UNSAVED}
    return {name: plain(value._asdict() if hasattr(value, "_asdict") else value) for name, value in kept.items()}


def state_of(
    model: nn.Module,
    optimizer: Any,
    scheduler: Any,
    scaler: Any,
    journal: Journal,
    generators: Mapping[str, Any],
    seed: int,
) -> dict[str, Any]:
    """The parts of a file that change."""
    held: dict[tuple[Any, ...], Tensor] = {}
    state = {
        "epoch": journal.epoch,
        "batch": journal.batch,
        "state_dict": plain(bare(model).state_dict(), held),
        "optimizer": plain(optimizer.state_dict(), held),
    }
    for name, part_ in (("scheduler", scheduler), ("scaler", scaler)):
        if part_ is not None:
            state[name] = plain(part_.state_dict(), held)
    return {
        **state,
        "valid_loss_min": journal.best,
        "best_epoch": journal.best_epoch,
        "rng": {**plain(dict(generators)), "seed": seed},
        "sums": journal.sums(),
        "history": journal.history(),
    }


class _Dropped:
    """Stands for what has no plain value: a function in a scheduler's state, an extra state of the user's class."""


def plain(value: Any, held: dict[tuple[Any, ...], Tensor] | None = None) -> Any:
    """`value` with its tensors on the CPU and nothing in it that only a class could read.

    What is no plain value is left out of its dict or list; numbers of numpy become Python's. Tensors that are one
    tensor on a GPU are one on the CPU too, where `held` is given.
    """
    made = _plain(value, {} if held is None else held)
    return None if made is _Dropped else made


def _plain(value: Any, held: dict[tuple[Any, ...], Tensor]) -> Any:
    if isinstance(value, Tensor):
        return _on_cpu(value, held)
    if value is None or type(value) in (bool, int, float, str, torch.dtype, torch.Size):
        return value
    if isinstance(value, Mapping):
        items = ((key, _plain(each, held)) for key, each in value.items())
        kept = [(key, each) for key, each in items if each is not _Dropped]
        made: Any = OrderedDict(kept) if isinstance(value, OrderedDict) else dict(kept)
        if hasattr(value, "_metadata"):
            made._metadata = value._metadata
        return made
    if isinstance(value, (list, tuple)):
        kept_items = [each for each in (_plain(one, held) for one in value) if each is not _Dropped]
        return tuple(kept_items) if isinstance(value, tuple) else kept_items
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    return _Dropped


def _on_cpu(tensor: Tensor, held: dict[tuple[Any, ...], Tensor]) -> Tensor:
    tensor = tensor.detach()
    if tensor.device.type == "cpu":
        return tensor
    try:
        key = (tensor.device, tensor.data_ptr(), tensor.dtype, tuple(tensor.shape), tensor.stride())
    except RuntimeError:  # sparse
        return tensor.cpu()
    if key not in held:
        held[key] = tensor.cpu()
    return held[key]


def left_out(model: nn.Module) -> list[str]:
    """The keys of its state_dict that no file of plain values can keep: extra states of the user's own classes."""
    return [key for key, value in bare(model).state_dict().items() if _plain(value, {}) is _Dropped]


# -- going on ----------------------------------------------------------------------------------------------


def journal_from(start: Start | None, loaded: Any) -> Journal:
    """The journal that a run begins with. Raises Refusal where a file of ours is not as it should be."""
    if start is None:
        return Journal()
    if not start.is_own:
        return Journal(max(1, start.epoch), max(0, start.batch), start.best)
    try:
        journal = journal_of(loaded)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = tr("The file lacks what a run of this program saves: {reason}.", reason=text_of(error))
        raise Refusal(message, title=READING, hint=tr("Begin a new epoch from its weights.")) from error
    if (start.epoch, start.batch) != (journal.epoch, journal.batch):  # corrected by a person
        journal.go_back(max(1, start.epoch))
    journal.best = start.best
    return journal


def seed_of(request: Train, loaded: Any) -> int:
    """Of the order of samples: the file's, where a run of this program saved it."""
    if request.start is None or not request.start.is_own:
        return request.seed
    return int(part(loaded, ("rng", "seed")))


def restore_generators(request: Train, loaded: Any, team: Team, seed: int, journal: Journal) -> None:
    """Sets all random number generators as the file has them, where a run of this program saved it.

    Each of a team has its own; where the file has none for it, they follow from the seed and the place.
    """
    if team.rank:
        rng.seed_all(mixed(seed, team.rank, journal.epoch, journal.batch))
    if request.start is None or not request.start.is_own:
        return
    try:
        kept = part(loaded, ("rng",))
        others = kept.get("others", [])
        if not team.rank:
            rng.restore(kept)
        elif len(others) == team.size - 1:
            rng.restore(others[team.rank - 1])
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise Refusal(
            tr("The file's RNG states cannot be restored: {reason}.", reason=text_of(error)), title=READING
        ) from error
