"""What tests of converting begin with: a file that torch wrote, a wish, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from inspector.checkpoint.reading import open_checkpoint
from inspector.converting import carrying_out
from inspector.converting.foreseeing import foresee
from inspector.converting.offering import offers
from inspector.converting.wishes import Converted, Foreseen, Wish
from inspector.progress import finish


def foreseen(path: Path, wish: Wish | None = None, **changes: Any) -> Foreseen:
    """What would come of a wish; without one, of what is offered first."""
    checkpoint = open_checkpoint(path)
    wish = finish(offers(checkpoint)).default if wish is None else wish
    return finish(foresee(checkpoint, wish._replace(**changes)))


def converted(path: Path, target: Path, wish: Wish | None = None, **changes: Any) -> Converted:
    return finish(carrying_out.convert(foreseen(path, wish, **changes), str(target)))


def load(path: Path | str) -> Any:
    return torch.load(path, weights_only=True)


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], *, ordered: bool = True) -> None:
    """The same keys and tensors, to the bit."""
    assert list(one) == list(other) if ordered else set(one) == set(other)
    for key, tensor in other.items():
        assert (one[key].dtype, one[key].shape) == (tensor.dtype, tensor.shape), key
        bits = [each.detach().contiguous().reshape(-1).view(torch.uint8) for each in (one[key], tensor)]
        assert torch.equal(*bits), key


def left(folder: Path) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(each.name for each in folder.iterdir())
