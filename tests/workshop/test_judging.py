"""What we say of two sides is what torch says: missing, unexpected and mismatched keys, in torch's own words."""

from __future__ import annotations

import collections
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.parameter import is_lazy

from inspector.comparing.diffing import MISSING, SIZE, UNEXPECTED, Comparison, compare
from inspector.comparing.sides import Side
from inspector.progress import finish
from inspector.workshop import torchvision_schemas
from inspector.workshop.client import Workshop
from inspector.workshop.models import judge_of, side_of
from inspector.workshop.requests import Judge, ModelSource, Verdict, parse_source

from .conftest import build

Writing = Callable[..., ModelSource]


def judged(workshop: Workshop, side: Side) -> Verdict:
    answer = finish(workshop.ask(judge_of(side)))
    assert isinstance(answer, Verdict)
    return answer


def agree(comparison: Comparison, verdict: Verdict) -> None:
    """Our three lists are torch's; torch's order is that of its modules."""
    assert sorted(pair.key for pair in comparison.of_kind(MISSING)) == sorted(verdict.missing)
    assert sorted(pair.key for pair in comparison.of_kind(UNEXPECTED)) == sorted(verdict.unexpected)
    ours = [(pair.key, pair.a.shape, pair.b.shape) for pair in comparison.of_kind(SIZE) if pair.a and pair.b]
    assert sorted(ours) == sorted(verdict.mismatched)
    assert verdict.other == ()
    assert bool(verdict.message) != comparison.fits


def builders() -> list[str]:
    """All of torchvision's."""
    torchvision_schemas.load()
    from torchvision import models

    return list(models.list_models())


def test_every_torchvision_builder_against_a_sibling(workshop: Workshop) -> None:
    """Each is given the keys of the one before it in the list, and every other one has another number of classes."""
    before: Side | None = None
    ways: collections.Counter[str] = collections.Counter()
    for place, name in enumerate(builders()):
        classes = {} if place % 2 or name.startswith("raft") else {"num_classes": 7}
        model = build(workshop, parse_source(name), **classes)
        ways[model.device] += 1
        side = side_of(model)
        if before is not None:  # as if it were of today: modules read older files in ways of their own
            given = before._replace(metadata=side.metadata)
            agree(compare(given, side), judged(workshop, given))
        before = side
    assert ways == {"meta": ways["meta"], "mixed": 15}
    assert ways["meta"] >= 100


@pytest.mark.parametrize("name", ["resnet18", "vit_b_16", "mobilenet_v2", "regnet_y_400mf", "fcn_resnet50", "swin_t"])
def test_another_number_of_classes(workshop: Workshop, name: str) -> None:
    given = side_of(build(workshop, parse_source(name), num_classes=7))
    side = side_of(build(workshop, parse_source(name)))
    agree(compare(given, side), judged(workshop, given))
    assert judged(workshop, side) == Verdict((), (), ())
    assert judged(workshop, given) == judged(workshop, given), "judging changes nothing"


def test_torch_is_told_of_as_it_tells_it_itself(workshop: Workshop) -> None:
    """A file without `_metadata` is of before there was num_batches_tracked: torch does not miss it."""
    side = side_of(build(workshop, parse_source("resnet18")))
    kept = tuple(item for item in side.items if not item.key.startswith("layer1.0.bn1."))
    verdict = judged(workshop, side._replace(items=kept, metadata={}))
    assert verdict.missing == tuple(
        f"layer1.0.bn1.{name}" for name in ("weight", "bias", "running_mean", "running_var")
    )


SPECIAL = """
    import torch
    from collections import OrderedDict
    from torch import nn
    from torch.nn.utils import parametrizations, parametrize
    from torch.nn.utils import weight_norm as old_weight_norm

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(7, 4)
            self.head = nn.Linear(4, 7, bias=False)
            self.head.weight = self.embedding.weight
            self.again = self.head

    class Buffers(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("kept", torch.zeros(3))
            self.register_buffer("left_out", torch.zeros(3), persistent=False)
            self.register_buffer("nothing", None)
            self.scale = nn.Parameter(torch.tensor(1.0))
            self.norm = nn.BatchNorm1d(3)

    class Lazy(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.LazyLinear(4)
            self.conv = nn.LazyConv2d(2, 3)
            self.norm = nn.LazyBatchNorm1d()

    class Double(nn.Module):
        def forward(self, x):
            return 2 * x

    class Parametrized(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = parametrizations.weight_norm(nn.Linear(3, 4))
            self.b = parametrizations.spectral_norm(nn.Linear(3, 4))
            self.c = nn.Linear(3, 4)
            parametrize.register_parametrization(self.c, "weight", Double())

    class OldWeightNorm(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = old_weight_norm(nn.Linear(3, 4))

    class Extra(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2)
            self.seen = 3

        def get_extra_state(self):
            return {"seen": self.seen}

        def set_extra_state(self, state):
            self.seen = state

    class OwnWay(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2)

        def _load_from_state_dict(self, state_dict, prefix, metadata, strict, missing, unexpected, errors):
            if "old.weight" in state_dict:
                state_dict["fc.weight"] = state_dict.pop("old.weight")
            if metadata.get("version") == 7:
                errors.append("version 7 is too new")
            super()._load_from_state_dict(state_dict, prefix, metadata, strict, missing, unexpected, errors)

    class Hooks(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(2, 2)
            self._register_state_dict_hook(self.out)
            self._register_load_state_dict_pre_hook(self.into)
            self.register_load_state_dict_post_hook(self.forgive)

        @staticmethod
        def out(module, state, prefix, metadata):
            for key in list(state):
                state["wrapped." + key] = state.pop(key)

        def into(self, state, prefix, *rest):
            for key in list(state):
                state[key.removeprefix("wrapped.")] = state.pop(key)

        def forgive(self, module, incompatible):
            if "fc.bias" in incompatible.missing_keys:
                incompatible.missing_keys.remove("fc.bias")

    class Odd(nn.Module):
        def __init__(self):
            super().__init__()
            self.lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, proj_size=2)
            self.heads = nn.ModuleDict({"a": nn.Linear(2, 2), "0": nn.Identity()})
            self.list = nn.ParameterList([nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(3))])
            self.dict = nn.ParameterDict({"x": nn.Parameter(torch.zeros(2))})
            self.attention = nn.MultiheadAttention(4, 2, kdim=3, vdim=3)
            self.frozen = nn.InstanceNorm1d(3, affine=True, track_running_stats=True)
            self.complex = nn.Parameter(torch.zeros(2, dtype=torch.complex64))
            self.half = nn.Linear(2, 2, dtype=torch.bfloat16)
"""
NAMES = "Tied Buffers Lazy Parametrized OldWeightNorm Extra OwnWay Hooks Odd".split()


def variants(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The state_dict of a module, whole and spoilt in each of the ways that there are names for."""
    yield state
    yield {}
    for key in state:
        yield {each: value for each, value in state.items() if each != key}
    yield state | {name: torch.zeros(2) for key in state for name in (f"{key}.more", f"more.{key}", "_extra_state")}
    yield {key: torch.zeros(5, 1, 2) for key in state}
    yield dict.fromkeys(state, torch.zeros(1))
    yield dict.fromkeys(state, object())


@pytest.mark.parametrize("name", NAMES)
def test_modules_with_ways_of_their_own(workshop: Workshop, written: Writing, name: str) -> None:
    """What the workshop says is what torch says here, of a module with values, whatever is loaded into it."""
    source = written(SPECIAL)._replace(name=name)
    build(workshop, source)
    made = load_class(source)
    state = made().state_dict()
    for given in variants(dict(state)):
        assert judged_state(workshop, given, state._metadata) == torchs_own(made(), given, state._metadata)
    for metadata in ({}, {"": {"version": 7}}):
        assert judged_state(workshop, {}, metadata) == torchs_own(made(), {}, metadata)


def load_class(source: ModelSource) -> Callable[[], torch.nn.Module]:
    namespace: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(Path(source.path).read_text("utf-8"), namespace)

    def make() -> torch.nn.Module:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = namespace[source.name]()
        assert isinstance(module, torch.nn.Module)
        return module

    return make


def judged_state(workshop: Workshop, state: dict[str, Any], metadata: Any) -> str:
    answer = finish(workshop.ask(Judge(tuple(asked(*each) for each in state.items()), metadata)))
    assert isinstance(answer, Verdict)
    return answer.message


def asked(key: str, value: object) -> tuple[str, tuple[int, ...] | None, str]:
    if not isinstance(value, torch.Tensor):
        return key, None, ""
    return key, None if is_lazy(value) else tuple(value.shape), str(value.dtype).removeprefix("torch.")


def torchs_own(module: torch.nn.Module, state: dict[str, Any], metadata: Any) -> str:
    ordered = collections.OrderedDict(state)
    ordered._metadata = metadata  # type: ignore[attr-defined]
    try:
        module.load_state_dict(ordered)
    except RuntimeError as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def test_a_file_of_many_keys(workshop: Workshop) -> None:
    """A question of some megabytes goes through a pipe of 64 kB."""
    build(workshop, parse_source("squeezenet1_0"))
    items = tuple((f"some.prefix.of.a.layer.{number}.weight", (3, 4, 5), "float32") for number in range(50_000))
    answer = finish(workshop.ask(Judge(items)))
    assert isinstance(answer, Verdict)
    assert answer.unexpected == tuple(key for key, _, _ in items)
