"""What is told of a model that was changed half way."""

from __future__ import annotations

from pathlib import Path

import torch

from inspector.series.key_changes import key_changes

from .making import save, trainings_in

State = dict[str, torch.Tensor]
STEM: State = {"stem.weight": torch.ones(4, 3), "stem.bias": torch.ones(4), "block.weight": torch.ones(5)}


def changes(folder: Path, *states: State) -> list[str]:
    """The sentences of the first training, each state an epoch that has other values."""
    for epoch, state in enumerate(states, 1):
        held = {key: value * epoch for key, value in state.items()}
        save(folder, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": held})
    found = trainings_in(folder).trainings
    return [each.sentence for each in key_changes(found[0], found)]


def test_a_head_that_came(tmp_path: Path) -> None:
    more = {**STEM, "head.weight": torch.ones(2, 4), "head.bias": torch.ones(2)}
    assert changes(tmp_path, STEM, STEM, more) == ["From epoch 3 on there are 2 tensors more: `head.*`."]


def test_a_tensor_that_went_and_one_of_another_shape(tmp_path: Path) -> None:
    less = {"stem.weight": torch.ones(4, 3), "block.weight": torch.ones(6)}
    assert changes(tmp_path, STEM, STEM, less) == [
        "From epoch 3 on there is 1 tensor less: `stem.bias`.",
        "From epoch 3 on 1 tensor has another shape: `block.*`.",
    ]


def test_parameters_with_other_names(tmp_path: Path) -> None:
    renamed = {f"backbone.{key}": value for key, value in STEM.items()}
    assert changes(tmp_path, STEM, STEM, renamed) == ["From epoch 3 on 3 tensors have other names: `*` → `backbone.*`."]


def test_a_parameter_that_was_called_otherwise(tmp_path: Path) -> None:
    other = {key.replace("block", "last"): value for key, value in STEM.items()}
    sentence = "From epoch 3 on 1 tensor has another name: `block.weight` → `last.weight`."
    assert changes(tmp_path, STEM, STEM, other) == [sentence]


def test_models_of_two_kinds_are_no_change(tmp_path: Path) -> None:
    assert changes(tmp_path, STEM, STEM, {"a": torch.ones(3), "b": torch.ones(7), "c": torch.ones(1)}) == []


def test_trainings_of_the_same_epochs_do_not_go_on_from_each_other(tmp_path: Path) -> None:
    more = {**STEM, "head.bias": torch.ones(2)}
    for epoch in (1, 2):
        for name, state in (("small", STEM), ("large", more)):
            held = {key: value * epoch for key, value in state.items()}
            save(tmp_path, f"{name}_epoch{epoch}.pth", {"epoch": epoch, "state_dict": held})
    found = trainings_in(tmp_path).trainings
    assert not list(key_changes(found[0], found))
