"""torchvision beside a torch that its compiled operators do not fit.

torchvision from PyPI is compiled for the CUDA build of torch. Beside a CPU torch its extension does not load, and the
import fails with `operator torchvision::nms does not exist`, because it registers what these operators do on the meta
device. Nothing of that is needed to build a model. So, only where the extension did not load, the two operators are
given their signatures; models, datasets and transforms then work, and calling `nms` itself still says that it is not
there.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from typing import Any

SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
"""As torchvision/csrc/ops/nms.cpp defines `nms`; `qnms` has the same."""

_kept: list[Any] = []
"""A library's operators go when the library does."""


def load() -> None:
    """Imports torchvision if it is installed; without it nothing happens."""
    if importlib.util.find_spec("torchvision") is None:
        return
    try:
        importlib.import_module("torchvision.models")
    except RuntimeError:
        _define()
        with contextlib.suppress(Exception):
            importlib.import_module("torchvision.models")
    except Exception:  # one that cannot be imported is missed when it is asked for
        return


def _define() -> None:
    import torch

    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for name in ("nms", "qnms"):
        with contextlib.suppress(RuntimeError):  # it is there
            library.define(name + SIGNATURE)
    _kept.append(library)
