"""The weights of a checkpoint as a training has them in all its checkpoints: under the names of the bare model."""

from __future__ import annotations

from ..checkpoint.entries import Checkpoint
from ..comparing.item_values import has_values
from ..comparing.prefixes import WRAPPERS
from ..comparing.sides import Item, of_checkpoint


def weights_in(checkpoint: Checkpoint, section: str) -> dict[str, Item]:
    """The tensors of a section by their keys, without what wrapping a module sets before all of them."""
    items = [item for item in of_checkpoint(checkpoint, section).items if has_values(item)]
    while items:
        prefix = next((each for each in WRAPPERS if items[0].key.startswith(each)), "")
        if not prefix or not all(item.key.startswith(prefix) for item in items):
            break
        items = [
            item._replace(key=item.key.removeprefix(prefix), shared=item.shared.removeprefix(prefix)) for item in items
        ]
    return {item.key: item for item in items}
