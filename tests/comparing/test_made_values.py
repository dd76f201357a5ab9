"""What steps make of tensors is what torch makes of them, to the bit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.comparing import made_values, making
from inspector.comparing.interpolation import weights
from inspector.comparing.mending import apply
from inspector.comparing.sides import Item
from inspector.comparing.steps import Cast, Fuse, Interpolate, KeepInitial, Pad, Slice, Split, Transpose, Unsqueeze
from inspector.errors import InspectorError
from tests.comparing.sides_of import same, side_of, tensor_of

DTYPES = [
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "int64",
    "uint8",
    "bool",
    "complex64",
]


def random_tensor(shape: tuple[int, ...], dtype: str = "float32", seed: int = 0) -> torch.Tensor:
    """Any bits at all, NaN among them."""
    itemsize = torch.empty((), dtype=getattr(torch, dtype)).element_size()
    count = torch.Size(shape).numel() * itemsize
    bits = torch.randint(0, 2 if dtype == "bool" else 256, (count,), generator=torch.Generator().manual_seed(seed))
    return bits.to(torch.uint8).view(getattr(torch, dtype)).reshape(shape)


def item_of(tensor: torch.Tensor, key: str = "w") -> Item:
    return side_of({key: tensor}).items[0]


Change = tuple[Callable[[Item], Item], Callable[[torch.Tensor], torch.Tensor]]
"""The same change of an item and of a torch tensor."""


@st.composite
def changes(draw: st.DrawFn, shape: tuple[int, ...]) -> Change:
    """One change that a tensor of this shape can undergo."""
    dims = st.integers(0, len(shape) - 1)
    kind = draw(st.sampled_from(["transpose", "unsqueeze", "slice", "pad", "join"]))
    dim, other = draw(dims), draw(dims)
    if kind == "transpose":
        return (lambda item: making.transposed(item, dim, other)), (lambda tensor: tensor.transpose(dim, other))
    if kind == "unsqueeze":
        return (lambda item: making.unsqueezed(item, (dim,))), (lambda tensor: tensor.unsqueeze(dim))
    if kind == "slice":
        start = draw(st.integers(0, max(0, shape[dim] - 1)))
        size = draw(st.integers(0, shape[dim] - start))
        return (lambda item: making.sliced(item, dim, start, size)), (lambda tensor: tensor.narrow(dim, start, size))
    if kind == "pad":
        more = draw(st.integers(0, 3))
        return (lambda item: making.padded(item, dim, shape[dim] + more)), (lambda tensor: filled(tensor, dim, more))
    return (lambda item: making.joined([item, item], "w", dim)), (lambda tensor: torch.cat([tensor, tensor], dim))


def filled(tensor: torch.Tensor, dim: int, more: int) -> torch.Tensor:
    zeros = tensor.new_zeros([more if axis == dim else size for axis, size in enumerate(tensor.shape)])
    return torch.cat([tensor, zeros], dim)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=3).map(tuple), st.sampled_from(DTYPES), st.data())
@settings(max_examples=200, deadline=None)
def test_any_changes_on_top_of_one_another(shape: tuple[int, ...], dtype: str, data: st.DataObject) -> None:
    tensor = random_tensor(shape, dtype)
    if data.draw(st.booleans()):
        tensor = tensor.transpose(0, -1)
    item = item_of(tensor)
    for _ in range(data.draw(st.integers(1, 4))):
        if tensor.dim() == 0 or tensor.numel() > 10_000:
            break
        change_item, change_tensor = data.draw(changes(tuple(tensor.shape)))
        item, tensor = change_item(item), change_tensor(tensor)
        assert item.shape == tuple(tensor.shape)
    made_values.BOX, before = data.draw(st.sampled_from([1, 3, 7, 100])), made_values.BOX
    try:
        assert same(tensor_of(item), tensor)
    finally:
        made_values.BOX = before


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_qkv_is_split_and_fused_again_to_the_bit(dtype: str) -> None:
    qkv = random_tensor((12, 5), dtype)
    side = side_of({"a.qkv": qkv, "b": random_tensor((2,), dtype)})
    parts = apply(side, [Split("{rest}.qkv", ("{rest}.q", "{rest}.k", "{rest}.v"))])
    assert [item.key for item in parts.items] == ["a.q", "a.k", "a.v", "b"]
    for item, part in zip(parts.items, qkv.split(4)):
        assert same(tensor_of(item), part)
    whole = apply(parts, [Fuse(("{rest}.q", "{rest}.k", "{rest}.v"), "{rest}.qkv")])
    assert same(tensor_of(whole.items[0]), qkv)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "float16"])
@pytest.mark.parametrize(
    ("old", "new", "extra"), [((14, 14), (24, 24), 1), ((7, 5), (3, 8), 2), ((4, 4), (4, 4), 0), ((1, 1), (3, 2), 0)]
)
def test_positions_are_interpolated_as_torch_does_it(
    dtype: str, old: tuple[int, int], new: tuple[int, int], extra: int
) -> None:
    positions = torch.randn(
        1, extra + old[0] * old[1], 6, generator=torch.Generator().manual_seed(1), dtype=torch.float64
    )
    positions = positions.to(getattr(torch, dtype))
    grid = positions[:, extra:].double().reshape(1, *old, 6).permute(0, 3, 1, 2)
    fitted = torch.nn.functional.interpolate(grid, size=new, mode="bicubic", align_corners=False)
    expected = torch.cat([positions[:, :extra].double(), fitted.permute(0, 2, 3, 1).reshape(1, -1, 6)], dim=1)
    for keep in (positions, positions[0]):
        (item,) = apply(side_of({"pos": keep}), [Interpolate(("pos",), old, new, extra)]).items
        made = tensor_of(item)
        assert made.dtype == positions.dtype
        assert torch.equal(made[..., :extra, :], keep[..., :extra, :])
        within = {"float64": 1e-12, "float32": 1e-6}.get(dtype)
        wanted = expected.reshape(made.shape)
        if within:
            assert torch.allclose(made.double(), wanted, rtol=within, atol=within)
        else:
            assert same(made, wanted.float().to(made.dtype))


def test_every_row_of_weights_sums_to_one() -> None:
    for old, new in ((14, 24), (24, 14), (1, 5), (5, 1), (3, 3)):
        assert abs(weights(old, new).sum(1) - 1).max() < 1e-12


def test_a_large_tensor_is_worked_out_in_bounded_pieces() -> None:
    (item,) = apply(side_of({"w": torch.arange(3_000_000).reshape(3, 1_000_000)}), [Transpose(("w",))]).items
    made_values.BOX, before = 100_000, made_values.BOX
    try:
        sizes = [block.size for block in made_values.blocks(item)]
    finally:
        made_values.BOX = before
    assert max(sizes) <= 100_000
    assert sum(sizes) == 3_000_000


def test_steps_that_compute_do_so_in_order() -> None:
    weight = torch.randn(4, 6, generator=torch.Generator().manual_seed(2))
    steps = [Cast(("w",), "bfloat16"), Pad(("w",), 1, 8), Unsqueeze(("w",), (2, 3)), Slice(("w",), 0, 2, 1)]
    (item,) = apply(side_of({"w": weight}), steps).items
    expected = filled(weight.bfloat16(), 1, 2)[1:3, :, None, None]
    assert same(tensor_of(item), expected)


def test_what_has_no_values_says_so() -> None:
    (kept,) = apply(side_of({"w": torch.zeros(2)}), [KeepInitial(("w",))]).items
    with pytest.raises(InspectorError, match="no values"):
        made_values.values(kept)
    with pytest.raises(InspectorError, match="no values"):
        made_values.values(Item("w", (2,), "float32"))
