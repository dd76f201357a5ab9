"""Where a run calculates: `auto`, `cpu`, `cuda`, `cuda:1`, `mps` as a device that is there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

from ...language import marked, tr
from ..failures import Refusal, text_of

TITLE = marked("There is no such device")


def device_of(text: str) -> torch.device:
    """The device that `text` names; `auto` is a GPU where there is one. Raises Refusal when it is not there."""
    if text == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "mps" if _has_mps() else "cpu")
    try:
        device = torch.device(text)
    except RuntimeError as error:
        raise Refusal(
            tr("{text!r} is no device: {reason}", text=text, reason=text_of(error)), title=TITLE, hint=tr(_HINT)
        ) from error
    if device.type == "cuda":
        _check_cuda(device)
    elif device.type == "mps" and not _has_mps():
        raise Refusal(tr("This machine, or this torch, has no mps."), title=TITLE, hint=tr(_HINT))
    elif device.type not in ("cpu", "mps"):
        raise Refusal(tr("A run cannot go on {text!r}.", text=text), title=TITLE, hint=tr(_HINT))
    return device


_HINT = marked("Choose auto, cpu, cuda, cuda:1 or mps.")


def _check_cuda(device: torch.device) -> None:
    if not torch.cuda.is_available():
        built = (
            tr("this torch was built without CUDA")
            if torch.version.cuda is None
            else tr("this machine has no CUDA GPU")
        )
        raise Refusal(
            tr("There is no {device}: {why}.", device=device, why=built),
            title=TITLE,
            hint=tr("Choose auto or cpu."),
        )
    count = torch.cuda.device_count()
    if (device.index or 0) >= count:
        raise Refusal(
            tr("There is no {device}: the GPUs here are 0 to {last}.", device=device, last=count - 1), title=TITLE
        )


def _has_mps() -> bool:
    backend: Any = getattr(torch.backends, "mps", None)
    return backend is not None and bool(backend.is_available())


def described(device: torch.device) -> str:
    """`cpu`, or `cuda:0 (NVIDIA H200)`."""
    if device.type != "cuda":
        return str(device)
    return f"{device} ({torch.cuda.get_device_name(device)})"


def samples_in(inputs: Any, targets: Any) -> int:
    """How many samples a batch has: the length of the first tensor in targets, else in inputs."""
    if isinstance(targets, torch.Tensor) and targets.dim():
        return len(targets)
    found = [each for each in (*_tensors(targets), *_tensors(inputs)) if each.dim()]
    return len(found[0]) if found else 1


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _tensors(each)


def moved(value: Any, device: torch.device) -> Any:
    """`value`, a tensor or what holds tensors, on `device`."""
    if isinstance(value, torch.Tensor):
        return value if value.device == device else value.to(device, non_blocking=True)
    if isinstance(value, dict):
        return {key: moved(each, device) for key, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(moved(each, device) for each in value))
    if isinstance(value, (list, tuple)):
        return type(value)(moved(each, device) for each in value)
    return value


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """torch calculates with `count` threads within this; 0: as many as it takes by itself."""
    before = torch.get_num_threads()
    if count:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
