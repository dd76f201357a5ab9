"""Constructors that download weights are built without them.

`self.trunk = resnet18(weights="DEFAULT")` fetches 45 MB that shapes do not depend on. While a model is built, what
torch and torchvision would fetch stays away, and loading it does nothing. Weights in a file are loaded as ever.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

from ..language import tr

_PLACES = (
    ("torch.hub", "load_state_dict_from_url"),
    ("torch.utils.model_zoo", "load_url"),
    ("torchvision.models._api", "load_state_dict_from_url"),
)
"""Where the function that downloads weights is known."""


class _Away(dict):  # type: ignore[type-arg]
    """A state_dict that was not fetched."""


@contextmanager
def without_downloads(notes: list[str]) -> Iterator[None]:
    """Within this, no weights are downloaded; which are said in `notes`."""
    load = nn.Module.load_state_dict

    def fetch(url: str, *_: Any, **__: Any) -> _Away:
        notes.append(tr("Its constructor wants weights from {url}; they are not needed to look at shapes.", url=url))
        return _Away()

    def loading(self: nn.Module, state: Any, *arguments: Any, **named: Any) -> Any:
        return None if isinstance(state, _Away) else load(self, state, *arguments, **named)

    before = [(sys.modules[module], name, getattr(sys.modules[module], name)) for module, name in _known()]
    replaced: list[tuple[Any, str, Callable[..., Any]]] = [(module, name, fetch) for module, name, _ in before]
    _set([*replaced, (nn.Module, "load_state_dict", loading)])
    try:
        yield
    finally:
        _set([*before, (nn.Module, "load_state_dict", load)])


def _known() -> list[tuple[str, str]]:
    return [(module, name) for module, name in _PLACES if hasattr(sys.modules.get(module), name)]


def _set(places: list[tuple[Any, str, Callable[..., Any]]]) -> None:
    for holder, name, value in places:
        setattr(holder, name, value)
