"""While a model is built: no GPU, and no dice for tensors that have no numbers.

Shapes do not depend on where tensors lie. So what is to be made on a GPU, or moved there, is made on meta; where there
is one it is left alone as well. Only code that asks CUDA itself (`torch.cuda.init()`) still needs it.

Why this way: torch takes 3 ms to find that a tensor on meta stays as it is when it is filled with random numbers. For
an EfficientNet that is a second.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

_GPUS = ("cuda", "mps", "xpu", "npu", "hpu")
_RANDOM = {
    *(getattr(torch.Tensor, name) for name in ("normal_", "uniform_", "random_", "bernoulli_", "exponential_")),
    *(getattr(nn.init, name) for name in ("normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_")),
}
"""What fills a tensor in its place; those of `nn.init` are handed their tensor by name."""


class OnlyShapes(TorchFunctionMode):
    """Within this, GPUs are the meta device. `gpu` tells whether one was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.gpu = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in _RANDOM:
            filled = args[0] if args else kwargs["tensor"]
            if filled.is_meta:
                return filled
        if "device" in kwargs:
            kwargs = {**kwargs, "device": self._instead(kwargs["device"])}
        if func is torch.Tensor.cuda:
            self.gpu = True
            return args[0].to("meta")
        if func is torch.Tensor.to:
            args = tuple(self._instead(each) for each in args)
        return func(*args, **kwargs)

    def _instead(self, device: Any) -> Any:
        """The meta device where `device` is a GPU; anything else stays."""
        if not isinstance(device, (str, torch.device)) or not str(device).startswith(_GPUS):
            return device
        self.gpu = True
        return "meta"
