"""The steps that mend a checkpoint, as plain values. Each changes the keys or shapes of a state_dict.

What a step does to shapes and values is in `mending`, how it reads as Python in `python_code`. The patterns are those
of `templates`; a step acts on every key that one of its patterns matches and leaves all others as they are.

Why this way: one step mends one cause, however many keys that touches, so a list of steps is short enough to be
read, ticked and untied one by one.
"""

from __future__ import annotations

from typing import NamedTuple, Union


class StripPrefix(NamedTuple):
    """Takes `prefix` off the front of keys; with `under` (`encoder.`) off what follows that."""

    prefix: str
    under: str = ""


class AddPrefix(NamedTuple):
    """Sets `prefix` before every key; with `under` after that, for the keys that begin so."""

    prefix: str
    under: str = ""


class Rename(NamedTuple):
    """Gives keys other names: the first rule whose old pattern matches says the new one."""

    rules: tuple[tuple[str, str], ...]


class Drop(NamedTuple):
    """Leaves keys out."""

    patterns: tuple[str, ...]


class KeepInitial(NamedTuple):
    """Leaves keys of the *model* as they are initialised: what the file has for them is not loaded."""

    patterns: tuple[str, ...]


class Transpose(NamedTuple):
    """Exchanges two dimensions."""

    patterns: tuple[str, ...]
    first: int = 0
    second: int = 1


class Squeeze(NamedTuple):
    """Takes dimensions of size 1 away."""

    patterns: tuple[str, ...]
    dims: tuple[int, ...]


class Unsqueeze(NamedTuple):
    """Adds dimensions of size 1; `dims` are places in the new shape, ascending."""

    patterns: tuple[str, ...]
    dims: tuple[int, ...]


class Split(NamedTuple):
    """Cuts a tensor along `dim` into the parts that `new` names, in that order.

    `sizes` are the lengths of the parts; empty when they are equal.
    """

    old: str
    new: tuple[str, ...]
    dim: int = 0
    sizes: tuple[int, ...] = ()


class Fuse(NamedTuple):
    """Joins the tensors that `old` names, in that order, along `dim`. The patterns share their slots."""

    old: tuple[str, ...]
    new: str
    dim: int = 0


class Slice(NamedTuple):
    """Keeps `size` indices of `dim`, from `start` on."""

    patterns: tuple[str, ...]
    dim: int
    size: int
    start: int = 0


class Pad(NamedTuple):
    """Makes `dim` `size` long: what is new at its end is zero."""

    patterns: tuple[str, ...]
    dim: int
    size: int


class Interpolate(NamedTuple):
    """Fits learned positions to another grid, bicubic as `torch.nn.functional.interpolate` does it.

    The tensor is [tokens, width] or [1, tokens, width], where tokens = extra + height * width of the grid; the
    `extra` tokens in front (class, distillation) are kept as they are. `old` and `new` are (height, width).
    """

    patterns: tuple[str, ...]
    old: tuple[int, int]
    new: tuple[int, int]
    extra: int = 0


class Cast(NamedTuple):
    """Gives tensors another dtype (`float32`, `float16`, `bfloat16` ...)."""

    patterns: tuple[str, ...]
    dtype: str


Step = Union[
    StripPrefix, AddPrefix, Rename, Drop, KeepInitial, Transpose, Squeeze, Unsqueeze, Split, Fuse, Slice, Pad,
    Interpolate, Cast,
]  # fmt: skip
