"""What is offered by name is what torch has, with torch's own defaults."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from inspector.runs.offered import CRITERIA, OPTIMIZERS, RATES, SCHEDULERS, Offered, begun_with, offered


def plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def defaults_of(kind: type) -> dict[str, object]:
    return {name: plain(each.default) for name, each in inspect.signature(kind).parameters.items()}


@pytest.mark.parametrize("one", OPTIMIZERS, ids=lambda one: one.name)
def test_optimizers_are_torch_s(one: Offered) -> None:
    kind = getattr(torch.optim, one.name)
    assert {each.name: each.default for each in one.options}.items() <= defaults_of(kind).items()
    assert defaults_of(kind)["lr"] == RATES[one.name]
    kind([nn.Parameter(torch.zeros(1))], **{each.name: each.default for each in one.options})


@pytest.mark.parametrize("one", SCHEDULERS, ids=lambda one: one.name)
def test_schedulers_are_torch_s(one: Offered) -> None:
    defaults = defaults_of(getattr(lr_scheduler, one.name))
    for each in one.options:
        assert defaults[each.name] == (inspect.Parameter.empty if each.required else each.default)


@pytest.mark.parametrize("epochs", [1, 3, 90])
@pytest.mark.parametrize("one", SCHEDULERS, ids=lambda one: one.name)
def test_each_can_be_begun_without_a_word(one: Offered, epochs: int) -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    scheduler = getattr(lr_scheduler, one.name)(optimizer, **begun_with(one.name, epochs))
    optimizer.step()
    scheduler.step(*([0.5] if one.name == "ReduceLROnPlateau" else []))
    assert optimizer.param_groups[0]["lr"] >= 0


def test_criteria_are_torch_s_and_those_of_a_run() -> None:
    from inspector.workshop.running import criteria

    assert set(CRITERIA) == {*criteria.CLASSIFYING, criteria.BINARY, *criteria.MEASURING}
    assert all(hasattr(nn, name) for name in CRITERIA)


def test_they_are_found_by_name() -> None:
    assert offered("SGD") == next(each for each in OPTIMIZERS if each.name == "SGD")
    assert offered("NoSuchThing") is None
