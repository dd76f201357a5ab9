"""The states of all random number generators that a training draws from: torch's, Python's, numpy's.

They are kept in files as plain tensors and lists, so `torch.load(weights_only=True)` takes them:

    torch     ByteTensor, as `torch.get_rng_state()`
    cuda      one of those for each GPU
    python    [version, int64 tensor of the state's numbers, the next Gaussian number or None]
    numpy     [name, int64 tensor of the 624 keys, position, has_gauss, cached_gaussian]; [] without numpy
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator, Mapping
from typing import Any

import torch


def seed_all(seed: int) -> None:
    """Sets every generator to what follows from `seed`."""
    random.seed(seed)
    torch.manual_seed(seed)
    if (numpy := _numpy()) is not None:
        numpy.random.seed(seed % 2**32)


def states() -> dict[str, Any]:
    """The states as they are kept in files."""
    version, numbers, gauss = random.getstate()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],  # type: ignore[no-untyped-call]
        "python": [version, torch.tensor(numbers, dtype=torch.int64), gauss],
        "numpy": _numpy_state(),
    }


def restore(kept: Mapping[str, Any]) -> None:
    """Sets every generator to what `states` gave. What is not there, such as GPUs of another machine, is left out."""
    torch.set_rng_state(kept["torch"])
    version, numbers, gauss = kept["python"]
    random.setstate((version, tuple(numbers.tolist()), gauss))
    if kept.get("cuda") and torch.cuda.is_available():
        for place, state in enumerate(kept["cuda"][: torch.cuda.device_count()]):
            torch.cuda.set_rng_state(state, place)
    if kept.get("numpy") and (numpy := _numpy()) is not None:
        name, keys, *rest = kept["numpy"]
        numpy.random.set_state((name, keys.numpy().astype("uint32"), *rest))


@contextlib.contextmanager
def unmoved() -> Iterator[None]:
    """Within this, random numbers may be drawn; afterwards the generators stand where they stood."""
    kept = states()
    try:
        yield
    finally:
        restore(kept)


def _numpy_state() -> list[Any]:
    numpy = _numpy()
    if numpy is None:
        return []
    name, keys, position, has_gauss, cached = numpy.random.get_state()
    return [name, torch.from_numpy(keys.astype("int64")), int(position), int(has_gauss), float(cached)]


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:  # a torch without it
        return None
    return numpy
