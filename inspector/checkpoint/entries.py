"""The tree of a checkpoint: what `open_checkpoint` gives, and what everything else looks at.

A `Checkpoint` has a `root`, a `Branch`. A branch has children: further branches, `Tensor`s, and `Value`s
(numbers, strings, None ...). Nothing in the tree can be changed, nothing in it runs, and none of it holds
the numbers of a tensor: these stay in the file until `arrays` is asked for them.

Why this way: everything is a named tuple. Files hold 100,000 tensors, and a named tuple is made four times as
fast as a frozen dataclass; and importing `dataclasses` alone takes a tenth of the time in which a small file
should be on the screen. Whatever few tensors have is kept apart in `Extra`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Union

from .sources import Source, Stamp

ITEM_SIZES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2,
    "float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1, "float8_e8m0fnu": 1,
    "float4_e2m1fn_x2": 1,
    "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint64": 8, "uint32": 4, "uint16": 2, "uint8": 1, "bool": 1,
    "complex128": 16, "complex64": 8, "complex32": 4,
    "qint8": 1, "quint8": 1, "qint32": 4, "quint4x2": 1, "quint2x4": 1,
    "bits8": 1, "bits16": 2, "bits1x8": 1, "bits2x4": 1, "bits4x2": 1,
}  # fmt: skip
"""Bytes of one element, by torch's name of the dtype (quint4x2 and the like: of one packed byte)."""


def is_whole(dtype: str) -> bool:
    """Whether a type holds whole numbers or truths: what counts or marks, and is no weight."""
    return dtype.startswith(("int", "uint", "bool"))


class Storage(NamedTuple):
    """One block of memory as it was saved; tensors are views of it. Two that share it have the same `key`."""

    key: str
    """The file's own name for it (`0`, `94279043900432`, or the file and offset where it has none)."""
    dtype: str
    """The type its size is counted in (`uint8` for an untyped storage)."""
    device: str
    """Where it lay when it was saved: `cpu`, `cuda:0` ..."""
    nbytes: int
    """Its size as the file declares it."""
    source: Source | None
    """Where its bytes are; None when they are nowhere (a meta tensor, or a part of the file that is missing)."""
    start: int = 0
    """The place of its first byte in `source`."""
    big_endian: bool = False
    damage: str = ""
    """A sentence when its bytes are missing or cannot be right."""
    owner: str = ""
    """For a storage that is itself a stretch of a larger one: the key of that one."""


class Quantization(NamedTuple):
    """How the integers of a quantised tensor become numbers: (q - zero_point) * scale."""

    scheme: str
    """`per_tensor_affine`, `per_channel_affine` ..."""
    scale: float | Tensor
    zero_point: int | Tensor
    axis: int | None = None


class Extra(NamedTuple):
    """What only few tensors have."""

    quantization: Quantization | None = None
    parts: tuple[Tensor, ...] = ()
    """The tensors that a sparse, nested or wrapped tensor is made of, named `indices`, `values` ..."""
    subclass: str = ""
    """The class when it is not `torch.Tensor` itself; `numpy.ndarray` for an array."""
    conj: bool = False
    neg: bool = False
    role: str = ""
    """In a module: `parameter`, `buffer` or `non-persistent buffer` (which `state_dict()` leaves out)."""
    attributes: tuple[Entry, ...] = ()
    """Python attributes that were saved with it, and hooks."""
    latin1: bool = False
    """Its bytes stand in the file as UTF-8 text of latin-1 characters (numpy in pickle protocol 2)."""


class Tensor(NamedTuple):
    """A tensor as the file describes it. Sizes, strides and offset are in elements, as torch has them."""

    name: str
    dtype: str
    """torch's name without `torch.`; for a numpy array that torch has no type for, numpy's."""
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    storage: Storage | None
    """None when its elements are nowhere in one piece (sparse and nested tensors: see `extra.parts`)."""
    requires_grad: bool = False
    parameter: bool = False
    """Whether it was saved as an `nn.Parameter`. In TorchScript none is: see `extra.role` for what it is for."""
    layout: str = "strided"
    damage: str = ""
    """A sentence when its elements cannot be read: then `arrays` refuses with it."""
    extra: Extra = Extra()

    @property
    def numel(self) -> int:
        """The number of elements."""
        product = 1
        for dimension in self.shape:
            product *= dimension
        return product

    @property
    def nbytes(self) -> int:
        """The bytes of its elements, each counted once per index as `numel * element_size` is."""
        return self.numel * ITEM_SIZES.get(self.dtype, 1)

    @property
    def device(self) -> str:
        return self.storage.device if self.storage else "meta"

    @property
    def is_array(self) -> bool:
        """Whether it is a numpy array and not a tensor."""
        return self.extra.subclass == "numpy.ndarray"


class Value(NamedTuple):
    """Something that is not a tensor and has no children."""

    name: str
    type: str
    """The class as Python prints it: `int`, `str`, `NoneType`, `torch.Size`, `torch.dtype`, `builtins.print` ..."""
    value: object = None
    """A plain int, float, complex, bool, str, bytes, None - or, for anything else, a str that shows it."""
    note: str = ""
    """What should be known about it: `cut: 3 MB of text`, `buffer that is None`, `the same object as ...`."""
    role: str = ""
    """What a module would have there, were it not None: `parameter`, `buffer`, `module`."""


class Branch(NamedTuple):
    """Something that has children: a dict, list, tuple or set, a module, or an object with fields."""

    name: str
    type: str
    """`dict`, `collections.OrderedDict`, `list`, `torch.nn.modules.conv.Conv2d`, `argparse.Namespace` ..."""
    kind: str
    """`mapping`, `sequence`, `set`, `module` or `object`."""
    children: tuple[Entry, ...] = ()
    attribute: bool = False
    """Not an item of its parent but an attribute, such as the `_metadata` of a state_dict."""
    note: str = ""
    damage: str = ""


Entry = Union[Tensor, Value, Branch]


class Global(NamedTuple):
    """A class or function that a pickle of the file names."""

    name: str
    verdict: str
    """`torch`, `harmless`, `unknown` or `dangerous` (runs code when loaded with `weights_only=False`)."""
    count: int  # type: ignore[assignment]  # hides tuple.count, which nobody calls here
    """How often the file names it."""
    accepted: bool
    """Whether `torch.load` in its default mode (`weights_only=True`) would accept it."""
    reason: str = ""
    """Why the verdict, in a few words."""


class Section(NamedTuple):
    """A part of a training checkpoint, and what it is for."""

    key: str
    """The path of the entry, empty for the whole file."""
    role: str
    """`weights`, `ema`, `optimizer`, `scheduler`, `scaler`, `epoch`, `step`, `loss`, `metric`, `arguments`,
    `rng`, `versions`, `constructor` or `other`."""
    title: str
    """The role as words: `model weights`, `optimizer state` ..."""


class Text(NamedTuple):
    """A member of the file that people can read: code, a source text, a configuration."""

    name: str
    source: Source
    offset: int
    nbytes: int


class Checkpoint(NamedTuple):
    """A file, opened: all that it says without the numbers themselves."""

    path: str
    format: str
    """`zip`, `legacy`, `tar`, `torchscript`, `package`, `exported`, `safetensors`, `sharded`, `distributed`,
    `pickle` or `numpy`."""
    nbytes: int
    """The size of the file, or of all its files together."""
    root: Branch
    globals: tuple[Global, ...] = ()
    sections: tuple[Section, ...] = ()
    damage: tuple[str, ...] = ()
    """Sentences about what is broken or missing, the one that matters most first; empty for a sound file."""
    facts: tuple[tuple[str, str], ...] = ()
    """What else is known about the file, as (label, text): writer, torch version, byte order, archive root ..."""
    texts: tuple[Text, ...] = ()
    stamps: tuple[tuple[str, Stamp], ...] = ()
    """Each file that was read, and what it was like: a different stamp now means it changed on disk."""

    def entries(self) -> Iterator[tuple[str, Entry]]:
        """Every entry below the root with its key, parents first."""
        return walk(self.root)

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor (and numpy array) with its key, in the file's order."""
        return ((key, entry) for key, entry in walk(self.root) if type(entry) is Tensor)


def walk(branch: Branch, prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """Every entry below `branch` with its key - the names joined by dots -, parents first."""
    stack = [(prefix, iter(branch.children))]
    while stack:
        prefix, children = stack[-1]
        for entry in children:
            key = f"{prefix}.{entry.name}" if prefix else entry.name
            yield key, entry
            if type(entry) is Branch and entry.children:
                stack.append((key, iter(entry.children)))
                break
        else:
            stack.pop()
