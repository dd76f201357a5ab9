"""Models whose constructors ask for a GPU are built without one.

Shapes do not depend on where tensors lie. So while a model is built, what is to be made on CUDA, or moved there, is
made on meta; where there is a GPU it is left alone as well. Only code that asks CUDA itself (`torch.cuda.init()`)
still needs it.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_ELSEWHERE = ("cuda", "mps", "xpu", "npu", "hpu")


class NoGpu(TorchFunctionMode):
    """Within this, GPUs are the meta device. `asked` tells whether one was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if "device" in kwargs:
            kwargs = {**kwargs, "device": self._instead(kwargs["device"])}
        if func is torch.Tensor.cuda:
            self.asked = True
            return args[0].to("meta")
        if func is torch.Tensor.to:
            args = tuple(self._instead(each) for each in args)
        return func(*args, **kwargs)

    def _instead(self, device: Any) -> Any:
        """The meta device where `device` is a GPU; anything else stays."""
        if not isinstance(device, (str, torch.device)) or not str(device).startswith(_ELSEWHERE):
            return device
        self.asked = True
        return "meta"
