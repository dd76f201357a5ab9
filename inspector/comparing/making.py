"""New tensors out of old ones: what becomes of the shape, and how the new one is made. No value is read.

Each function takes items and gives one. What is asked of a tensor and does not fit its shape raises InspectorError with
its key; where a shape is not known (an error message does not say it), it stays unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import wording
from ..checkpoint.dtypes import CONVERTED
from ..errors import InspectorError
from ..language import tr
from .sides import Item, Made, Shape

VALUE_ROLES = ("value", "extra state")
"""What stands in a state_dict and is no tensor."""


def renamed(item: Item, key: str) -> Item:
    """The same tensor under another name."""
    if key == item.key:
        return item
    return Item(
        key, item.shape, item.dtype, item.tensor, item.role, item.shared, item.origins or (item.key,), item.made
    )


def initial(key: str, model: Item | None = None, origins: tuple[str, ...] = ()) -> Item:
    """A key that is left as the model has it."""
    shape, dtype, role = (model.shape, model.dtype, model.role) if model is not None else (None, "", "")
    return Item(key, shape, dtype, None, role, "", origins, Made("initial", ()))


def transposed(item: Item, first: int, second: int) -> Item:
    """Two dimensions exchanged."""
    if item.shape is None:
        return _made(item, None, "transpose", (first, second))
    first, second = _dim(item, first), _dim(item, second)
    shape = list(item.shape)
    shape[first], shape[second] = shape[second], shape[first]
    return _made(item, tuple(shape), "transpose", (first, second))


def squeezed(item: Item, dims: Sequence[int]) -> Item:
    """Without these dimensions, which must be of size 1."""
    if item.shape is None:
        return _made(item, None, "reshape")
    gone = {_dim(item, dim) for dim in dims}
    for dim in sorted(gone):
        if item.shape[dim] != 1:
            raise _misfit(item, tr("its dimension {dim} is not of size 1 and cannot be taken away", dim=dim))
    return _reshaped(item, tuple(size for dim, size in enumerate(item.shape) if dim not in gone))


def unsqueezed(item: Item, dims: Sequence[int]) -> Item:
    """With dimensions of size 1 at these places of the new shape."""
    if item.shape is None:
        return _made(item, None, "reshape")
    shape = list(item.shape)
    for dim in dims:
        if not 0 <= dim <= len(shape):
            raise _misfit(item, tr("no dimension can be added to it at place {dim}", dim=dim))
        shape.insert(dim, 1)
    return _reshaped(item, tuple(shape))


def sliced(item: Item, dim: int, start: int, size: int) -> Item:
    """`size` indices of `dim`, from `start` on."""
    if item.shape is None:
        return _made(item, None, "slice", (dim, start, size))
    dim = _dim(item, dim)
    if not (0 <= start and 0 <= size and start + size <= item.shape[dim]):
        raise _misfit(
            item,
            tr(
                "its dimension {dim} has no indices {first} to {last}",
                dim=dim,
                first=start,
                last=start + size - 1,
            ),
        )
    if size == item.shape[dim]:
        return item
    return _made(item, _with(item.shape, dim, size), "slice", (dim, start, size))


def padded(item: Item, dim: int, size: int) -> Item:
    """`dim` made `size` long with zeros at its end."""
    if item.shape is None:
        return _made(item, None, "pad", (dim, size))
    dim = _dim(item, dim)
    if size < item.shape[dim]:
        raise _misfit(item, tr("its dimension {dim} is longer than {size} already", dim=dim, size=size))
    if size == item.shape[dim]:
        return item
    return _made(item, _with(item.shape, dim, size), "pad", (dim, size))


def split(item: Item, keys: Sequence[str], dim: int, sizes: Sequence[int] = ()) -> list[Item]:
    """The parts of a tensor along `dim`, one for each key; all of one size where `sizes` says nothing."""
    if item.shape is None:
        return [renamed(_made(item, None, "slice", (dim, place, len(keys))), key) for place, key in enumerate(keys)]
    dim = _dim(item, dim)
    sizes = sizes or _equal_sizes(item, dim, len(keys))
    if len(sizes) != len(keys) or sum(sizes) != item.shape[dim]:
        raise _misfit(
            item,
            tr(
                "its dimension {dim} does not fall into {count} parts of {sizes}",
                dim=dim,
                count=len(keys),
                sizes=_listed(sizes),
            ),
        )
    starts = [sum(sizes[:place]) for place in range(len(sizes))]
    return [renamed(sliced(item, dim, start, size), key) for key, start, size in zip(keys, starts, sizes)]


def joined(items: Sequence[Item], key: str, dim: int) -> Item:
    """The tensors one after the other along `dim`."""
    for item in items:
        _refuse_opaque(item)
    origins = tuple(origin for item in items for origin in item.origins or (item.key,))
    first = items[0]
    shape = first.shape
    if shape is not None:
        dim = _dim(first, dim)
        shape = _with(shape, dim, sum(_length(item, first, dim) for item in items))
    return Item(key, shape, first.dtype, None, first.role, "", origins, Made("join", tuple(items), (dim,)))


def interpolated(item: Item, old: tuple[int, int], new: tuple[int, int], extra: int) -> Item:
    """Positions of the grid `old` (height, width) fitted to the grid `new`, behind `extra` tokens."""
    arguments = (*old, *new, extra)
    if item.shape is None:
        return _made(item, None, "interpolate", arguments)
    tokens = extra + old[0] * old[1]
    if item.shape[:-1] not in ((tokens,), (1, tokens)):
        raise _misfit(
            item,
            tr("it does not hold {extra} + {height} x {width} positions", extra=extra, height=old[0], width=old[1]),
        )
    if item.dtype and "float" not in item.dtype:
        raise _misfit(item, tr("{dtype} cannot be interpolated", dtype=item.dtype))
    return _made(item, (*item.shape[:-2], extra + new[0] * new[1], item.shape[-1]), "interpolate", arguments)


def cast(item: Item, dtype: str) -> Item:
    """The same numbers in another dtype."""
    if item.dtype == dtype:
        return item
    for name in (item.dtype, dtype):
        if name and name not in CONVERTED:
            raise InspectorError(
                tr(
                    "{name} cannot be converted to {dtype}: {wrong} is no type of plain numbers.",
                    name=_name(item),
                    dtype=dtype,
                    wrong=name,
                )
            )
    return _made(item, item.shape, "cast", (dtype,))._replace(dtype=dtype)


def _reshaped(item: Item, shape: Shape) -> Item:
    return item if shape == item.shape else _made(item, shape, "reshape", shape)


def _made(item: Item, shape: Shape | None, operation: str, arguments: tuple[object, ...] = ()) -> Item:
    _refuse_opaque(item)
    origins = item.origins or (item.key,)
    made = Made(operation, (item,), arguments)
    return Item(item.key, shape, item.dtype, None, item.role, item.shared, origins, made)


def _refuse_opaque(item: Item) -> None:
    """Raises InspectorError for what can be renamed and dropped, but not worked on."""
    tensor = item.tensor
    if item.role in VALUE_ROLES:
        raise InspectorError(tr("{name} is no tensor, so this step cannot change it.", name=_name(item)))
    if tensor is not None and (tensor.extra.quantization is not None or tensor.extra.parts):
        name, layout = _name(item), tensor.layout
        raise InspectorError(
            tr("{name} is quantised: it can be renamed or dropped, but not changed.", name=name)
            if tensor.extra.quantization is not None
            else tr("{name} is {layout}: it can be renamed or dropped, but not changed.", name=name, layout=layout)
        )


def _dim(item: Item, dim: int) -> int:
    assert item.shape is not None
    if not -len(item.shape) <= dim < len(item.shape):
        raise _misfit(item, tr("it has no dimension {dim}", dim=dim))
    return dim % len(item.shape)


def _with(shape: Shape, dim: int, size: int) -> Shape:
    return (*shape[:dim], size, *shape[dim + 1 :])


def _equal_sizes(item: Item, dim: int, parts: int) -> list[int]:
    assert item.shape is not None
    size, left = divmod(item.shape[dim], parts)
    if left:
        raise _misfit(item, tr("its dimension {dim} does not fall into {parts} equal parts", dim=dim, parts=parts))
    return [size] * parts


def _length(item: Item, first: Item, dim: int) -> int:
    """How long `item` is in `dim`, once it is sure that it can be joined to `first`."""
    assert first.shape is not None
    if item.shape is None or _with(first.shape, dim, 0) != (*item.shape[:dim], 0, *item.shape[dim + 1 :]):
        raise _misfit(
            item, tr("it cannot be joined to {name} {shape}", name=_name(first), shape=wording.shape(first.shape))
        )
    if item.dtype != first.dtype:
        raise _misfit(
            item,
            tr(
                "its {dtype} cannot be joined to the {other} of {name}",
                dtype=item.dtype,
                other=first.dtype,
                name=_name(first),
            ),
        )
    return item.shape[dim]


def _misfit(item: Item, reason: str) -> InspectorError:
    name = f"{_name(item)} {wording.shape(item.shape)}" if item.shape is not None else _name(item)
    return InspectorError(tr("{name} does not fit the step: {reason}.", name=name, reason=reason))


def _name(item: Item) -> str:
    return wording.safe(item.key)


def _listed(sizes: Sequence[int]) -> str:
    return wording.list_of(list(map(str, sizes)))
