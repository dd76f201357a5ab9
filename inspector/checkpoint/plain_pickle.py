"""A file that is one pickle and nothing else: `pickle.dump` of tensors, arrays, configurations.

Tensors in such a pickle carry their storages as bytes of a checkpoint of their own
(`torch.storage._load_from_bytes`), see `nested`.
"""

from __future__ import annotations

from ..errors import FileError
from ..language import tr
from ..wording import size
from .calls import Malformed
from .contents import Contents, Pickled
from .inert import Node
from .sources import Source
from .storages import Declared, Place, PlacedStorages


def read(source: Source, pickled: Pickled) -> Contents:
    """The contents of a file that begins with the pickle `pickled`. Raises FileError when nothing of it is whole."""
    if pickled.damage and not _holds_something(pickled.value):
        raise FileError(pickled.damage, offset=pickled.end, hint=tr("The file is damaged: copy or download it again."))
    contents = Contents("pickle", shelf=PlacedStorages(_nowhere))
    contents.value = contents.took(pickled)
    contents.facts.append((tr("pickle protocol"), str(pickled.protocol)))
    if not pickled.damage and pickled.end < source.nbytes:
        contents.facts.append(
            (tr("after the pickle"), tr("{nbytes} that do not belong to it", nbytes=size(source.nbytes - pickled.end)))
        )
    return contents


def _nowhere(wanted: Declared) -> Place:
    raise Malformed(tr("a storage that should stand beside the pickle, and this file is a pickle alone"))


def _holds_something(value: object) -> bool:
    if isinstance(value, Node):
        return bool(value.items or value.elements or value.args or value.state)
    return bool(value) and isinstance(value, (list, tuple, str, bytes))
