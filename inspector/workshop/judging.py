"""What torch itself says when keys of these shapes are loaded into a model.

torch is given what it would be given - tensors of these shapes and dtypes, without numbers, under these keys, with
their `_metadata` - and its own lists are read, not its text: `load_state_dict` hands its lists of missing and
unexpected keys, and of messages, to the `_load_from_state_dict` of the model, and there they are taken hold of. So
modules with a way of their own to load, hooks, lazy parameters and parametrizations are all asked themselves.

Why this way: loading changes a model - a lazy parameter takes its shape from the file -, and judging it must not. So
it happens in a fork of the process, which is gone afterwards.
"""

from __future__ import annotations

import contextlib
import os
import re
import warnings
from collections import OrderedDict
from typing import Any

import torch
from torch import nn

from ..language import tr
from . import crossing
from .failures import failure_of, text_of
from .requests import Failure, Judge, Shape, Verdict

_MISMATCH = re.compile(
    r"size mismatch for (.+): copying a param with shape torch\.Size\(\[([\d, ]*)\]\) from checkpoint, "
    r"the shape in current model is torch\.Size\(\[([\d, ]*)\]\)\."
)


def judge(module: nn.Module, request: Judge) -> Verdict | Failure:
    """torch's verdict; `module` stays as it is. A Failure where the module's own code for loading breaks off."""
    inbox, outbox = os.pipe()
    child = os.fork()
    if child == 0:
        _judge_and_exit(module, request, outbox)
    os.close(outbox)
    with open(inbox, "rb") as answers:
        answer = answers.read()
    with contextlib.suppress(ChildProcessError):  # the user's code may have said that it waits for nobody
        os.waitpid(child, 0)
    if not answer:
        return Failure(tr("Loading ended the process."))
    verdict: Verdict | Failure = crossing.value(answer)
    return verdict


def _judge_and_exit(module: nn.Module, request: Judge, outbox: int) -> None:
    try:
        torch.set_num_threads(1)  # OpenMP's threads did not come along through the fork
        answer: object = load(module, request)
    except BaseException as error:
        answer = failure_of(error)
    try:
        with open(outbox, "wb") as answers:
            answers.write(crossing.line(answer))
    finally:
        os._exit(0)


def load(module: nn.Module, request: Judge) -> Verdict:
    """Loads the items of `request` into `module` and gives torch's verdict. Changes the module."""
    lists = _Lists(module)
    for each in module.modules():
        if type(each).set_extra_state is not nn.Module.set_extra_state:
            each.__dict__["set_extra_state"] = lambda state: None  # the state itself is not known here
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module.load_state_dict(_state(module, request), strict=True)
    except RuntimeError as error:
        if lists.messages is not None and "loading state_dict" in str(error):
            return lists.verdict(str(error))
        return Verdict((), (), (), (_told(error),), _told(error))
    except Exception as error:  # a module's own way to load, or torch where it does not expect what is given
        return Verdict((), (), (), (_told(error),), _told(error))
    return lists.verdict("")


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {text_of(error)}"


class _Lists:
    """The lists that torch fills while it loads, by reference."""

    def __init__(self, module: nn.Module) -> None:
        self.missing: list[str] = []
        self.unexpected: list[str] = []
        self.messages: list[str] | None = None
        original = module._load_from_state_dict

        def holding(*arguments: Any, **named: Any) -> None:
            if self.messages is None:
                self.missing, self.unexpected, self.messages = arguments[-3:]
            original(*arguments, **named)

        module.__dict__["_load_from_state_dict"] = holding

    def verdict(self, message: str) -> Verdict:
        mismatched: list[tuple[str, Shape, Shape]] = []
        other: list[str] = []
        listed = bool(self.missing) + bool(self.unexpected)  # torch sets these two messages in front
        for text in (self.messages or [])[listed if message else 0 :]:
            found = _MISMATCH.fullmatch(text)
            if found:
                mismatched.append((found[1], _shape(found[2]), _shape(found[3])))
            else:
                other.append(text)
        return Verdict(tuple(self.missing), tuple(self.unexpected), tuple(mismatched), tuple(other), message)


def _shape(text: str) -> Shape:
    return tuple(int(each) for each in text.split(",") if each.strip())


def _state(module: nn.Module, request: Judge) -> OrderedDict[str, object]:
    """What would come out of the file, without its numbers."""
    meta = all(each.is_meta for each in (*module.parameters(), *module.buffers()))
    state: OrderedDict[str, object] = OrderedDict()
    for key, shape, dtype in request.items:
        state[key] = _value(shape, dtype, meta)
    state._metadata = {path: dict(kept) for path, kept in request.metadata.items()}  # type: ignore[attr-defined]
    return state


def _value(shape: Shape | None, dtype: str, meta: bool) -> object:
    """A tensor without numbers: on meta, or one element seen everywhere where the model has numbers itself."""
    if shape is None:
        return nn.UninitializedParameter() if dtype else object()
    type_ = getattr(torch, dtype, torch.float32)
    if not isinstance(type_, torch.dtype) or dtype.startswith(("q", "bits")):
        type_ = torch.uint8
    if meta:
        return torch.empty(shape, dtype=type_, device="meta")
    return torch.zeros((), dtype=type_).expand(shape)
