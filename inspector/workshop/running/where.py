"""Where in a run an exception arose: which epoch, which batch, which layer, and what went into it.

Why this way: torch's exception speaks of matrices. Who reads it asks for the batch and for the layer, and both are
there: the loop knows the batch, and the frames of the traceback hold the modules whose forward was running.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import InspectorError
from ...language import marked, sentences, tr
from ...wording import names, safe, shape
from ..failures import failure_of, text_of
from ..requests import WorkshopError
from .criteria import Criterion, scores_of

TITLE = marked("Training failed")
MEMORY = marked("There is not enough memory")
_NO_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory|Cannot allocate", re.IGNORECASE)


def placed(error: BaseException, model: nn.Module, place: str, title: str = TITLE) -> WorkshopError:
    """`error` as a sentence that begins with `place` (`batch 31 of epoch 2`) and names the layer where it is known."""
    layer, frame = _layer(error, model)
    where = place[:1].upper() + place[1:]
    if layer:
        where = tr("{place}, layer {layer}", place=where, layer=layer)
    if is_out_of_memory(error):
        return WorkshopError(_said_at(where, _memory_sentence(error)), title=MEMORY, hint=tr(_SMALLER))
    if isinstance(error, InspectorError):
        return WorkshopError(_said_at(where, error.message), title=title, hint=error.hint)
    told = failure_of(error)._asdict()
    message = _criterion_sentence(error) or told.pop("message")
    if frame is not None and (given := _given(frame)):
        message = sentences(message, tr("What went in: {shapes}.", shapes=given))
    told.update(message=_said_at(where, message), title=title, hint=_hint(message) or told["hint"])
    return WorkshopError(**told)


def _said_at(where: str, message: str) -> str:
    return tr("{where}: {message}", where=where, message=message)


def _hint(message: str) -> str:
    if "more than 1 value per channel" in message:
        return tr("A batch of one sample has no variance: choose a batch size that leaves no single sample at the end.")
    if "device-side assert" in message:
        return tr("Most often that is a label that the model has no output for.")
    return ""


def batch_of(epoch: int, batch: int) -> str:
    """`batch 31 of epoch 2`."""
    return tr("batch {batch} of epoch {epoch}", batch=batch, epoch=epoch)


# -- memory ------------------------------------------------------------------------------------------------

_SMALLER = marked("Choose a smaller batch size, or mixed precision.")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory, of the machine or of the GPU, was too small."""
    kinds = tuple(filter(None, (MemoryError, getattr(torch.cuda, "OutOfMemoryError", None))))
    return isinstance(error, kinds) or (isinstance(error, RuntimeError) and bool(_NO_MEMORY.search(text_of(error))))


def _memory_sentence(error: BaseException) -> str:
    told = text_of(error).rstrip(".")
    return tr("the memory does not suffice ({told}).", told=told) if told else tr("the memory does not suffice.")


# -- layers ------------------------------------------------------------------------------------------------


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next


def _layer(error: BaseException, model: nn.Module) -> tuple[str, FrameType | None]:
    """(`fc1 (Linear)` for the innermost module of `model` whose forward was running, its frame); ("", None)."""
    paths = {id(module): path for path, module in model.named_modules()}
    found = None
    for frame in _frames(error):
        owner = frame.f_locals.get("self")
        if isinstance(owner, nn.Module) and id(owner) in paths and frame.f_code.co_name == "forward":
            found = frame
    if found is None:
        return "", None
    owner = found.f_locals["self"]
    return named(paths[id(owner)], owner), found


def named(path: str, module: nn.Module) -> str:
    """`fc1 (Linear)`; the model itself is its class alone."""
    return f"{safe(path)} ({type(module).__name__})" if path else type(module).__name__


def _given(frame: FrameType) -> str:
    """The tensors that a forward was called with: `[64, 784]`."""
    code = frame.f_code
    values = [frame.f_locals.get(name) for name in code.co_varnames[1 : code.co_argcount]]
    return names([shape(tuple(each.shape)) for each in values if isinstance(each, Tensor)])


# -- the criterion -----------------------------------------------------------------------------------------


def _criterion_sentence(error: BaseException) -> str:
    """What output and labels have to do with it, where the criterion raised it; empty otherwise."""
    for frame in _frames(error):
        criterion = frame.f_locals.get("self")
        if isinstance(criterion, Criterion) and frame.f_code.co_name == "__call__":
            output, target = frame.f_locals.get("output"), frame.f_locals.get("target")
            named = {"both": _both(output, target), "name": safe(criterion.name)}
            reason = text_of(error).rstrip(".")
            return tr("{both}: {name} says {reason}.", **named, reason=reason or tr("nothing"))
    return ""


def _both(output: Any, target: Any) -> str:
    try:
        given = shape(tuple(scores_of(output).shape))
    except InspectorError:
        return tr("The model gives a {type}", type=type(output).__name__)
    return tr("The model gives {scores}, {targets}", scores=given, targets=described_target(target))


def described_target(target: Any) -> str:
    """`the labels go up to 9`, or the shape of what is no label."""
    if not isinstance(target, Tensor):
        return tr("the target is a {type}", type=type(target).__name__)
    if target.is_floating_point() or not target.numel():
        return tr("the target is {shape} of {dtype}", shape=shape(tuple(target.shape)), dtype=str(target.dtype)[6:])
    is_plain, shown = target.dim() == 1, shape(tuple(target.shape))
    try:
        low, high = int(target.min()), int(target.max())
    except RuntimeError:  # a GPU that has failed tells nothing more
        if is_plain:
            return tr("the labels cannot be read any more")
        return tr("the labels {shape} cannot be read any more", shape=shown)
    if is_plain:
        return tr("the labels go from {low} to {high}", low=low, high=high)
    return tr("the labels {shape} go from {low} to {high}", shape=shown, low=low, high=high)
