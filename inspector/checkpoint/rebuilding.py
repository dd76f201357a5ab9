"""The calls that build tensors, understood: from an inert call to a `Tensor` entry.

The functions and the order of their arguments are those of `torch/_utils.py`, `torch/_tensor.py` and
`torch/storage.py` from torch 0.1.10 to 2.13, and numpy's `multiarray`. Nothing of them is called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from ..language import tr
from . import numpy_arrays
from .calls import (
    NO_EXTRA,
    Malformed,
    arguments,
    countable,
    dtype_of,
    overreach,
    reached,
    same_length,
    sizes,
    strided,
    whole,
)  # fmt: skip
from .dtypes import ITEM_SIZES, LAYOUTS, QSCHEMES, STORAGE_DTYPES
from .entries import Extra, Quantization, Storage, Tensor
from .inert import Global, Node, Reference
from .tensor_shortcut import StridedTensor

_MAX_DEPTH = 16
LOAD_FROM_BYTES = "torch.storage._load_from_bytes"
"""What a plain pickle calls for each storage: `torch.load` of a checkpoint that it carries as bytes."""


class Shelf(Protocol):
    """Where a container keeps the storages that persistent ids name."""

    def storage(self, pid: tuple[object, ...]) -> Storage:
        """The storage of `('storage', type, key, device, numel[, view])`. Raises Malformed."""


class Nested(Protocol):
    """Opens checkpoints that a pickle carries as bytes."""

    def storage(self, node: Node) -> Storage:
        """The storage of `torch.storage._load_from_bytes(bytes)`. Raises Malformed."""

    def look_into(self, value: object) -> None:
        """Opens all of them that `value` holds, so that `names` counts what they name."""

    @property
    def names(self) -> Counter[str]:
        """The globals of those that were opened."""


class Rebuilder:
    """Makes `Tensor` entries out of inert calls, with the storages of one container."""

    def __init__(self, shelf: Shelf, nested: Nested | None = None) -> None:
        self.shelf = shelf
        self.nested = nested
        self._depth = 0
        self._inline = 0
        self._reaches: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}

    def tensor(self, name: str, value: object) -> Tensor | None:
        """`value` as the tensor `name`, or None when it is something else. Raises Malformed."""
        if type(value) is StridedTensor:
            return self.usual(name, value)
        if type(value) is not Node:
            return None
        rebuild = _REBUILDS.get(value.type.full) or _legacy_class(value.type)
        return None if rebuild is None else self._rebuilt(rebuild, name, value)

    def usual(self, name: str, value: StridedTensor) -> Tensor:
        """The tensor `name` of the kind that state_dicts consist of. Raises Malformed."""
        pid, offset, shape, stride, requires_grad = value
        storage = self.shelf.storage(pid)
        extents = shape, stride
        reach = self._reaches.get(extents)
        if reach is None:
            countable(shape)
            same_length(shape, stride)
            reach = self._reaches[extents] = reached(shape, stride)
        dtype = storage.dtype
        damage = storage.damage
        if not damage and reach and (offset + reach) * ITEM_SIZES[dtype] > storage.nbytes:
            damage = overreach((offset + reach) * ITEM_SIZES[dtype], storage)
        return Tensor(name, dtype, shape, stride, offset, storage, requires_grad, False, "strided", damage)

    def _rebuilt(self, rebuild: Rebuild, name: str, node: Node) -> Tensor:
        if self._depth > _MAX_DEPTH:
            raise Malformed(tr("a tensor within a tensor within a tensor, without end"))
        self._depth += 1
        try:
            return rebuild(self, name, node)
        except (IndexError, TypeError, ValueError, AttributeError) as error:
            raise Malformed(
                tr("{full} does not take these arguments ({error})", full=node.type.full, error=str(error)[:60])
            ) from None
        finally:
            self._depth -= 1

    def inline_number(self) -> int:
        """A number for the next block of memory that stands in the pickle itself and has no name."""
        self._inline += 1
        return self._inline

    def inner(self, name: str, value: object) -> Tensor:
        """`value`, which has to be a tensor."""
        tensor = self.tensor(name, value)
        if tensor is None:
            raise Malformed(tr("a tensor is expected as {name}, and something else stands there", name=name))
        return tensor

    def stored(self, value: object) -> Storage:
        if isinstance(value, Reference) and isinstance(value.pid, tuple):
            return self.shelf.storage(value.pid)
        if isinstance(value, Node) and value.type.full in _TYPED_STORAGES:
            return self._typed(value)
        if isinstance(value, Node) and value.type.full == LOAD_FROM_BYTES and self.nested:
            return self.nested.storage(value)
        raise Malformed(tr("a storage is expected, and something else stands there"))

    def _typed(self, node: Node) -> Storage:
        """`TypedStorage(wrap_storage=...)`: its state, or its argument, is what it wraps."""
        if self._depth > _MAX_DEPTH:
            raise Malformed(tr("a storage within a storage, without end"))
        self._depth += 1
        try:
            fields = dict(node.state.pairs()) if isinstance(node.state, Node) else {}
            return self.stored(fields.get("_untyped_storage") or arguments(node)[0])
        except IndexError:
            raise Malformed(tr("a storage without its bytes")) from None
        finally:
            self._depth -= 1


# -- one function for each way torch rebuilds a tensor ---------------------------------------------------------

Rebuild = Callable[[Rebuilder, str, Node], Tensor]
_REBUILDS: dict[str, Rebuild] = {}
_TYPED_STORAGES = ("torch.storage.TypedStorage", "torch.storage._TypedStorage")


def _rebuilds(*names: str) -> Callable[[Rebuild], Rebuild]:
    def register(function: Rebuild) -> Rebuild:
        _REBUILDS.update(dict.fromkeys(names, function))
        return function

    return register


@_rebuilds("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2")
def _plain(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    storage, offset, shape, stride, *rest = arguments(node)
    found = rebuilder.stored(storage)
    return _strided_call(name, found.dtype, found, (shape, stride, offset), rest)


@_rebuilds("torch._utils._rebuild_tensor_v3")
def _with_dtype(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    storage, offset, shape, stride, requires_grad, hooks, dtype, *rest = arguments(node)
    found = rebuilder.stored(storage)
    return _strided_call(name, dtype_of(dtype), found, (shape, stride, offset), [requires_grad, hooks, *rest])


def _strided_call(
    name: str, dtype: str, storage: Storage, view: tuple[object, object, object], rest: list[object]
) -> Tensor:
    shape, stride, offset = sizes(view[0]), sizes(view[1]), whole(view[2])
    same_length(shape, stride)
    metadata = dict(rest[2].pairs()) if len(rest) > 2 and isinstance(rest[2], Node) else {}
    conj, neg = bool(metadata.get("conj")), bool(metadata.get("neg"))
    extra = Extra(conj=conj, neg=neg) if conj or neg else NO_EXTRA
    return strided(name, dtype, shape, stride, offset, storage, bool(rest[:1] and rest[0] is True), extra)


_PARAMETER = "torch.nn.parameter.Parameter"


@_rebuilds("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state", _PARAMETER)
def _parameter(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    args = arguments(node)
    data = rebuilder.inner(name, args[0] if args else _built_data(node))
    requires_grad = bool(args[1]) if len(args) > 1 else True
    return data._replace(requires_grad=requires_grad, parameter=True)


def _built_data(node: Node) -> object:
    """Before torch 0.4 a Parameter was made empty, and BUILD gave it (data, requires_grad, ...)."""
    state = node.state
    return state[0] if isinstance(state, tuple) and state else None


@_rebuilds("torch._utils._rebuild_qtensor")
def _quantized(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    storage, offset, shape, stride, parameters, *rest = arguments(node)
    found = rebuilder.stored(storage)
    quantization = _quantization(rebuilder, parameters)
    tensor = _strided_call(name, found.dtype, found, (shape, stride, offset), rest)
    return tensor._replace(extra=tensor.extra._replace(quantization=quantization))


def _quantization(rebuilder: Rebuilder, parameters: object) -> Quantization:
    if not isinstance(parameters, tuple) or len(parameters) < 3:
        raise Malformed(tr("a quantised tensor without its scheme"))
    scheme = getattr(parameters[0], "name", "")
    scheme = scheme if scheme in QSCHEMES else "per_tensor_affine"
    scale, zero_point = parameters[1], parameters[2]
    if isinstance(scale, (int, float)) and isinstance(zero_point, int):
        return Quantization(scheme, float(scale), zero_point)
    axis = whole(parameters[3]) if len(parameters) > 3 else 0
    return Quantization(scheme, rebuilder.inner("scales", scale), rebuilder.inner("zero_points", zero_point), axis)


@_rebuilds("torch._utils._rebuild_sparse_tensor")
def _sparse(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    layout_call, data, *_ = arguments(node)
    layout = _layout(layout_call)
    if not isinstance(data, tuple):
        raise Malformed(tr("a sparse tensor without its parts"))
    labels = ("indices", "values") if layout == "sparse_coo" else LAYOUTS.get(layout, ("parts",))
    parts = tuple(rebuilder.inner(label, part) for label, part in zip(labels, data, strict=False))
    shape = sizes(data[len(labels)])
    dtype = parts[-1].dtype
    damage = next((part.damage for part in parts if part.damage), "")
    return Tensor(name, dtype, shape, (), 0, None, layout=layout, damage=damage, extra=Extra(parts=parts))


def _layout(value: object) -> str:
    if isinstance(value, Node) and value.type.full == "torch.serialization._get_layout":
        value = arguments(value)[0]
    text = value.full if isinstance(value, Global) else str(value)
    layout = text.removeprefix("torch.")
    if layout != "sparse_coo" and layout not in LAYOUTS:
        raise Malformed(tr("a layout that torch does not have: {layout}", layout=layout[:60]))
    return layout


@_rebuilds("torch._utils._rebuild_nested_tensor")
def _nested(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    labels = ("buffer", "sizes", "strides", "offsets")
    parts = tuple(rebuilder.inner(label, part) for label, part in zip(labels, arguments(node), strict=False))
    counts = parts[1].shape if len(parts) > 1 else ()
    damage = next((part.damage for part in parts if part.damage), "")
    shape = (counts or (0,))[:1]
    return Tensor(name, parts[0].dtype, shape, (), 0, None, layout="nested", damage=damage, extra=Extra(parts=parts))


@_rebuilds("torch._utils._rebuild_meta_tensor_no_storage")
def _meta(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    dtype, shape, stride, requires_grad = arguments(node)[:4]
    return strided(name, dtype_of(dtype), sizes(shape), sizes(stride), 0, None, requires_grad is True)


@_rebuilds("torch._utils._rebuild_wrapper_subclass")
def _wrapper(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    cls, dtype, shape, stride, offset, _layout, _device, requires_grad, *_ = arguments(node)
    tensor = strided(name, dtype_of(dtype), sizes(shape), sizes(stride), whole(offset), None, requires_grad is True)
    extra = Extra(subclass=getattr(cls, "full", "unknown class"))
    return tensor._replace(extra=_with_parts(rebuilder, extra, node.state))


def _with_parts(rebuilder: Rebuilder, extra: Extra, state: object) -> Extra:
    """The tensors among the attributes of a subclass: what it is made of."""
    pairs = state.pairs() if isinstance(state, Node) else []
    parts = [rebuilder.tensor(key, value) for key, value in pairs if isinstance(key, str)]
    return extra._replace(parts=tuple(part for part in parts if part is not None))


@_rebuilds("torch._tensor._rebuild_from_type_v2", "torch._tensor._rebuild_from_type")
def _subclass(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    function, cls, args, *rest = arguments(node)
    if not isinstance(function, Global):
        raise Malformed(tr("a tensor subclass that is rebuilt by something without a name"))
    inner = rebuilder.tensor(name, Node(function, args))
    if inner is None:
        raise Malformed(tr("a tensor that would be built by calling {full}", full=function.full[:120]))
    subclass = getattr(cls, "full", "")
    extra = inner.extra._replace(subclass="" if subclass in ("torch.Tensor", _PARAMETER) else subclass)
    parameter = inner.parameter or subclass == _PARAMETER
    return inner._replace(parameter=parameter, extra=_with_parts(rebuilder, extra, rest[0] if rest else None))


@_rebuilds(
    "torch._utils._rebuild_device_tensor_from_numpy",
    "torch._utils._rebuild_device_tensor_from_cpu_tensor",
    "torch._utils._rebuild_xla_tensor",
)
def _from_elsewhere(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    data, dtype, device, requires_grad, *_ = arguments(node)
    inner = rebuilder.tensor(name, data) or numpy_arrays.array(name, data, rebuilder.inline_number)
    if inner is None:
        raise Malformed(tr("a device tensor without its data"))
    storage = inner.storage._replace(device=str(device)[:40]) if inner.storage else None
    return inner._replace(dtype=dtype_of(dtype), storage=storage, requires_grad=requires_grad is True, extra=NO_EXTRA)


def _legacy_class(called: Global) -> Rebuild | None:
    """`torch.FloatTensor()` and then BUILD (storage, offset, size, stride): torch before 0.2."""
    if called.module.partition(".")[0] != "torch" or not called.name.endswith("Tensor"):
        return None
    return _old_tensor if called.name.removesuffix("Tensor") + "Storage" in STORAGE_DTYPES else None


def _old_tensor(rebuilder: Rebuilder, name: str, node: Node) -> Tensor:
    dtype = STORAGE_DTYPES[node.type.name.removesuffix("Tensor") + "Storage"]
    if node.state is None:
        return strided(name, dtype, (0,), (1,), 0, None)
    if not isinstance(node.state, tuple):
        raise Malformed(tr("a tensor whose state is no tuple"))
    storage, offset, shape, stride = node.state
    found = rebuilder.stored(storage)
    return _strided_call(name, found.dtype, found, (shape, stride, offset), [])
