"""A wish that cannot be, and the wishes beside it that can: what is refused here always says the step that mends it.

Why this way: window and terminal offer the same ways out, the one as buttons, the other as options, and neither looks
into the words of a sentence for what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..checkpoint.entries import Checkpoint
from ..comparing.choosing import weights
from ..errors import InspectorError
from ..language import tr
from ..wording import safe
from .sections import section_of
from .wishes import LEAVE_OUT, SAFETENSORS, ZEROS, ZIP, Wish


class Remedy(NamedTuple):
    """Another wish that gets around a refusal."""

    words: str
    """What it does, as a button says it, in the language in force."""
    wish: Wish
    option: str
    """What the command line takes for it: `--weights`; empty where an option is only to be left out."""


class Refused(InspectorError):
    """A wish that cannot be; `remedies` are the ways out, the best first."""

    def __init__(self, message: str, *, title: str = "", hint: str = "", remedies: Iterable[Remedy] = ()) -> None:
        super().__init__(message, title=title, hint=hint)
        self.remedies = tuple(remedies)


def only_weights(checkpoint: Checkpoint, wish: Wish) -> tuple[Remedy, ...]:
    """The weights and nothing beside them, where the file has any by themselves and they are not what was wished."""
    key = weights(checkpoint).key
    changed = wish._replace(section=key, whole=False, prefixes=wish.prefixes if key == wish.section else ())
    if changed == wish or not section_of(checkpoint, key).is_flat:
        return ()
    return (Remedy(tr("Only the weights"), changed, "--weights"),)


def one_file(wish: Wish) -> Remedy:
    """One archive of torch.save, which holds whatever a checkpoint does."""
    words = tr("As one .pth file")
    option = "no --shard-size, and -o NAME.pth" if wish.shards else "-o NAME.pth"
    return Remedy(words, wish._replace(format=ZIP, shards=0), option)


def as_safetensors(wish: Wish) -> Remedy:
    """Tensors under their paths, which safetensors holds of a tree too."""
    return Remedy(tr("As safetensors"), wish._replace(format=SAFETENSORS, whole=False), "--format safetensors")


def salvages(wish: Wish, *, with_zeros: bool = True) -> tuple[Remedy, ...]:
    """What cannot be written is left out, or written as zeros."""
    out = Remedy(tr("Leave them out"), wish._replace(salvage=LEAVE_OUT), "--salvage")
    zeros = Remedy(tr("Write zeros for them"), wish._replace(salvage=ZEROS), "--salvage=zeros")
    return (out, zeros) if with_zeros else (out,)


def without_prefixes(wish: Wish) -> Remedy:
    """All keys stay as they are."""
    return Remedy(tr("Keep the prefixes"), wish._replace(prefixes=()), "")


def without_prefix(wish: Wish, prefix: str) -> Remedy:
    """The keys keep this prefix."""
    kept = tuple(each for each in wish.prefixes if each != prefix)
    return Remedy(tr("Keep {prefix}", prefix=safe(prefix, 40)), wish._replace(prefixes=kept), "")
