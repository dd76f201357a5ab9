"""What a person wishes a checkpoint to become, what can be wished of one, and what would come of it: plain values.

    offered = finish(offering.offers(checkpoint))              what there is to choose from, and a sensible wish
    foreseen = finish(foreseeing.foresee(checkpoint, wish))    what would be written: read it before saying yes
    converted = finish(carrying_out.convert(foreseen, "model.safetensors"))

Why this way: window, terminal and scripts share these values and nothing else. Whatever they show was worked out
before the disk was touched, from the very plan that is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..checkpoint.entries import Checkpoint
    from ..checkpoint.planning import Plan

ZIP, SAFETENSORS = "zip", "safetensors"
FORMATS = (ZIP, SAFETENSORS)
"""What can be written: the archive of `torch.save`, or safetensors."""
DTYPES = ("float32", "float16", "bfloat16", "float64")
"""What floating point tensors can be cast to."""
DROP, COPY = "drop", "copy"
LEAVE_OUT, ZEROS = "leave-out", "zeros"


class Wish(NamedTuple):
    """What the new file is to be. Made by `offering.offers` as its `default`, and changed by `_replace`."""

    section: str = ""
    """The path of the part that is converted (`state_dict`, `ema`, `optimizer` ...); empty for the top of the file."""
    whole: bool = False
    """Whether all else that the file holds is written along, around the section. Only in `zip`, in one file."""
    prefixes: tuple[str, ...] = ()
    """What is taken off the front of keys, one after the other (`module.`); that of a wrapper, wherever it stands."""
    dtype: str = ""
    """One of `DTYPES` for all floating point tensors, as `model.half()` does it; empty: as they are."""
    keep_norms: bool = False
    """Whether normalisation layers (weights and running statistics) keep their dtype when the others are cast."""
    format: str = ZIP
    shards: int = 0
    """The most bytes of tensors in one file; 0: one file."""
    shared: str = DROP
    """What safetensors does with names of one and the same tensor: `drop` writes it once, under the first name, and
    records the others in the metadata, as `safetensors.torch.save_model` does; `copy` writes it for each name."""
    compact: bool = True
    """Whether of a storage only what tensors reach is written, and not all that was behind them."""
    salvage: str = ""
    """For tensors whose numbers are not whole: empty refuses, `leave-out` leaves them out, `zeros` writes zeros."""
    metadata: tuple[tuple[str, str], ...] = ()
    """Texts by name to be added to those of the source: `__metadata__` of safetensors; in `zip` the member
    `extra/metadata.json`, which `torch.load` does not look at."""
    dropped: tuple[str, ...] = ()
    """Names of texts of the source that are not written along. A name that it does not have means nothing; that
    torch wrote a file of safetensors (`format`) and under which names tensors are shared is said all the same."""


# -- what can be wished -------------------------------------------------------------------------------


class Part(NamedTuple):
    """A section that can be converted by itself."""

    key: str
    role: str
    """As `entries.Section.role` has it: `weights`, `ema`, `optimizer` ..."""
    title: str
    """The role as words, in the language in force."""
    tensors: int
    nbytes: int


class Prefix(NamedTuple):
    """A prefix that keys of a section have."""

    text: str
    keys: int
    """How many keys have it, of `total`."""
    total: int
    why: str
    """Who sets it there, as a sentence; empty where that is not known."""
    advised: bool
    """Whether it says nothing of the model: that of a wrapper, on every key."""


class Type(NamedTuple):
    """A dtype of a section's tensors."""

    dtype: str
    tensors: int
    nbytes: int


class Offers(NamedTuple):
    """What can be wished of one section of a checkpoint, and what is sensible."""

    parts: tuple[Part, ...]
    """The sections to choose from, the best first; the last is the top of the file (key empty)."""
    section: str
    """The section that all below speaks of."""
    prefixes: tuple[Prefix, ...]
    """Outermost first."""
    types: tuple[Type, ...]
    """Most bytes first."""
    formats: tuple[str, ...]
    can_be_whole: bool
    """Whether `Wish.whole` makes sense: there is something beside the section that can be written."""
    shared: tuple[tuple[str, ...], ...]
    """Names of one and the same tensor, group by group."""
    broken: tuple[tuple[str, str], ...]
    """Keys of the section whose numbers are not whole, each with its reason."""
    wasted: int
    """Bytes of storages that no tensor of the section reaches, such as the 120 MB behind a view of 4 MB."""
    source: str
    """`Checkpoint.format`: `zip`, `legacy`, `tar`, `torchscript`, `safetensors`, `sharded`, `distributed` ..."""
    is_module: bool
    """Whether the section is a whole module (`torch.save(model)`, TorchScript): its state_dict is what is written."""
    metadata: tuple[tuple[str, str], ...]
    """Texts that the source keeps as metadata; they go along, but for those in `Wish.dropped`. What a format says of
    itself (`format`, `total_size`) is not among them: it is written as it will be."""
    default: Wish
    """What most people would want of this file."""
    why: str
    """A sentence that says what the default is good for."""
    name: str
    """The path of a new file beside the source for the default; `naming.suggested` gives it for any wish."""
    is_flat: bool = True
    """Whether it is names to tensors; or a tree, as the state of an optimizer: prefixes mean nothing there, and
    safetensors writes its tensors under their paths."""


# -- what would come of it ----------------------------------------------------------------------------


class Losses(NamedTuple):
    """What a cast does to the numbers of a tensor, or of all. A complex number counts as one that stays."""

    numbers: int = 0
    """How many there are."""
    nan: int = 0
    """That are NaN already, and stay so."""
    infinite: int = 0
    """That are infinite already, and stay so."""
    overflowing: int = 0
    """Finite ones that become infinite."""
    vanishing: int = 0
    """That become zero and were none."""
    subnormal: int = 0
    """That become subnormal (fewer digits than usual) and were not; those that vanish are not among them."""
    rounded: int = 0
    """That come back as other numbers, finite and not zero."""
    largest_error: float = 0.0
    """The largest relative error among those that are rounded."""

    @property
    def harmless(self) -> bool:
        """Whether every number comes back as it was."""
        return not (self.overflowing or self.vanishing or self.rounded)


class Row(NamedTuple):
    """A tensor before and after."""

    old_key: str
    """In the section of the source."""
    key: str
    shape: tuple[int, ...]
    old_dtype: str
    dtype: str
    old_nbytes: int
    nbytes: int
    """0 for a name that is dropped, of a tensor that is written under `same_as`."""
    losses: Losses | None = None
    """None where nothing is cast. A cast to a type that holds every number of the old one has no losses by nature:
    then only `numbers` is set."""
    same_as: str = ""
    """The name under which it is written, when it is one and the same tensor and is written once."""
    zeros: bool = False
    """Whether zeros are written in its place, since its numbers are not whole."""


class NewFile(NamedTuple):
    """One file that would be written, by its number among the shards."""

    tensors: int
    nbytes: int
    """What it will take on the disk; exact to a few hundred bytes, since names of files are not known yet."""


class Foreseen(NamedTuple):
    """What would be written, before a byte is. Nothing in it changes; `carrying_out.convert` takes it as it is."""

    wish: Wish
    checkpoint: Checkpoint
    rows: tuple[Row, ...]
    """The tensors of the section, in its order."""
    files: tuple[NewFile, ...]
    old_nbytes: int
    """The size of the source, all its files together."""
    nbytes: int
    """The size of all new files together."""
    losses: Losses | None
    """All casts together; None where nothing is cast."""
    left_out: tuple[tuple[str, str], ...]
    """What would not be written, each with its reason: what is no tensor, what is broken, what is not persistent."""
    notes: tuple[str, ...]
    """Sentences on what will not be as it was; to be read first. What `losses` and `left_out` say is not among them."""
    metadata: tuple[tuple[str, str], ...]
    """The texts that are written along."""
    plans: tuple[Plan, ...]
    """What `checkpoint.writing` needs to know, file by file."""


class Converted(NamedTuple):
    """What was written, read back, and found equal bit by bit."""

    path: str
    """What to open: the file, or the index of shards."""
    paths: tuple[str, ...]
    """All files, shards first."""
    nbytes: int
    old_nbytes: int
    tensors: int
