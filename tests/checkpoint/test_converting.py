"""Converting elements gives what torch gives, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from inspector.checkpoint.converting import convert
from inspector.checkpoint.decoding import stored_type
from inspector.checkpoint.dtypes import CONVERTED
from inspector.errors import InspectorError

FLOATS = (
    "float64",
    "float32",
    "float16",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "float8_e4m3fnuz",
    "float8_e5m2fnuz",
)


def numbers_of(dtype: str) -> torch.Tensor:
    """Numbers of all sizes that fit every type they are converted to, in torch's `dtype`."""
    generator = torch.Generator().manual_seed(0)
    plain = torch.cat([torch.arange(0, 120), torch.randint(0, 120, (500,), generator=generator)]).double()
    if dtype in FLOATS or dtype.startswith("complex"):
        plain = plain + torch.rand(plain.shape, generator=generator)
    if dtype == "complex32":
        return torch.complex(plain.half(), plain.flip(0).half())
    if dtype.startswith("complex"):
        return torch.complex(plain, plain.flip(0)).to(getattr(torch, dtype))
    return plain.to(getattr(torch, dtype))


def stored(tensor: torch.Tensor) -> np.ndarray:
    dtype = str(tensor.dtype).removeprefix("torch.")
    return tensor.contiguous().view(torch.uint8).numpy().reshape(-1).view(stored_type(dtype))


@pytest.mark.filterwarnings("ignore:Casting complex values to real:UserWarning")
@pytest.mark.filterwarnings("ignore:ComplexHalf support is experimental:UserWarning")
@pytest.mark.parametrize("old", CONVERTED)
def test_every_type_becomes_every_other_as_torch_has_it(old: str) -> None:
    tensor = numbers_of(old)
    for new in CONVERTED:
        try:
            expected = tensor.to(getattr(torch, new))
        except (RuntimeError, NotImplementedError):  # torch knows no such conversion, such as complex32 to float8
            continue
        made = convert(stored(tensor), old, new)
        assert made.dtype == stored_type(new)
        assert made.tobytes() == stored(expected).tobytes(), (old, new)


@pytest.mark.parametrize("new", FLOATS[2:])
def test_rounding_is_torchs_over_the_whole_range(new: str) -> None:
    bits = np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint32)
    floats = np.concatenate(
        [bits.view(np.float32), np.array([0, -0.0, np.inf, -np.inf, 448, 464, 480, 65519, 65520], "f4")]
    )
    floats = floats[~np.isnan(floats)]
    expected = stored(torch.from_numpy(floats).to(getattr(torch, new)))
    made = convert(floats, "float32", new)
    differ = made != expected
    assert not differ.any(), (floats[differ][:5], made[differ][:5], expected[differ][:5])


def test_not_a_number_stays_not_a_number() -> None:
    for new in FLOATS[2:]:
        made = convert(np.array([np.nan, 1], "f4"), "float32", new)
        back = convert(made, new, "float32")
        assert np.isnan(back[0])
        assert back[1] == 1


@pytest.mark.parametrize(("old", "new"), [("qint8", "float32"), ("float32", "float8_e8m0fnu"), ("float32", "object")])
def test_what_is_no_plain_number_is_refused(old: str, new: str) -> None:
    with pytest.raises(InspectorError, match="no type of plain numbers"):
        convert(np.zeros(3, "i1"), old, new)
