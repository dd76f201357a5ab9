"""The sentences about a training, each where it is true and nowhere else."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import torch

from inspector.progress import finish
from inspector.series.losses import reading
from inspector.series.measuring import measure
from inspector.series.stories import Story, told

from .making import Trained, network, save, training_in


def stories_in(folder: Path) -> tuple[Story, ...]:
    training = training_in(folder)
    return told(finish(measure(training)), finish(reading(training)))


def kinds_in(folder: Path) -> list[str]:
    return [story.kind for story in stories_in(folder)]


def story_in(folder: Path, kind: str) -> Story:
    return next(story for story in stories_in(folder) if story.kind == kind)


def saved(folder: Path, *states: dict[str, Any], **more: list[Any]) -> Path:
    """Each state as an epoch."""
    for epoch, state in enumerate(states):
        save(
            folder, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": state, **{k: v[epoch] for k, v in more.items()}}
        )
    return folder


def walk(*steps: float, still: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Weights that go so far at each step, always the same way."""
    state, way = (
        network().state_dict(),
        {key: torch.randn_like(value.float()) for key, value in network().state_dict().items()},
    )
    states = [state]
    for step in steps:
        state = {
            key: value if key in still or not value.is_floating_point() else value + step * way[key]
            for key, value in state.items()
        }
        states.append(state)
    return states


def test_what_is_frozen_is_told_with_the_number_of_checkpoints(tmp_path: Path) -> None:
    trained = Trained()
    for epoch in range(5):
        save(tmp_path, f"epoch{epoch}.pth", trained.epoch().holds(epoch))
    story = story_in(tmp_path, "frozen")
    assert story.sentence == "Frozen: `0.*`, bit for bit the same in all 5 checkpoints."
    assert story.keys == ("0.weight", "0.bias")


def test_what_is_frozen_from_some_epoch_on_or_up_to_one_is_told(tmp_path: Path) -> None:
    states = walk(0.1, 0.1, 0.1, 0.1)
    for epoch in (3, 4):
        states[epoch]["0.weight"] = states[2]["0.weight"]
    for epoch in (1, 2):
        states[epoch]["2.bias"] = states[0]["2.bias"]
    saved(tmp_path, *states)
    stories = [story for story in stories_in(tmp_path) if story.kind in ("frozen", "thawed")]
    assert [(story.sentence, story.keys) for story in stories] == [
        ("Frozen from epoch 2 on: `0.weight`.", ("0.weight",)),
        ("Frozen up to epoch 2, learned from there on: `2.bias`.", ("2.bias",)),
    ]


def test_a_step_in_which_nothing_is_learned_freezes_nothing(tmp_path: Path) -> None:
    saved(tmp_path, *walk(0.1, 0.0, 0.1, 0.0))
    assert not {"frozen", "thawed"} & set(kinds_in(tmp_path))


def test_nothing_learned_is_told(tmp_path: Path) -> None:
    saved(tmp_path, *walk(0.0, 0.0))
    story = story_in(tmp_path, "frozen")
    assert story.sentence == "Nothing was learned: all weights are bit for bit the same in all 3 checkpoints."
    assert "same" not in kinds_in(tmp_path)


def test_a_frozen_batch_norm_that_went_on_counting_is_told(tmp_path: Path) -> None:
    state = network().state_dict()
    other = {**state, "2.weight": state["2.weight"] + 1, "1.running_mean": state["1.running_mean"] + 1}
    saved(tmp_path, state, other)
    sentences = [story.sentence for story in stories_in(tmp_path) if story.kind == "frozen"]
    assert len(sentences) == 2
    assert "`1.running_mean`" in sentences[1]


def test_updates_that_shrink_or_grow_are_told(tmp_path: Path) -> None:
    (tmp_path / "shrink").mkdir()
    (tmp_path / "grow").mkdir()
    (tmp_path / "same").mkdir()
    saved(tmp_path / "shrink", *walk(0.1, 0.05, 0.003))
    saved(tmp_path / "grow", *walk(0.003, 0.05, 1.0))
    saved(tmp_path / "same", *walk(0.1, 0.1, 0.1))
    assert story_in(tmp_path / "shrink", "shrinking").sentence.startswith("The updates shrink: the last is ")
    assert "growing" in kinds_in(tmp_path / "grow")
    assert not {"growing", "shrinking"} & set(kinds_in(tmp_path / "same"))


def test_the_layer_that_moved_most_is_told(tmp_path: Path) -> None:
    state = network().state_dict()
    saved(tmp_path, state, {**state, "2.weight": state["2.weight"] * 1.41, "2.bias": state["2.bias"] * 1.41})
    story = story_in(tmp_path, "moved")
    assert story.sentence == "`2.*` moved most: from the first checkpoint to the last by 41 % of its norm."
    assert story.keys == ("2",)


def test_no_layer_is_told_of_where_all_move_alike(tmp_path: Path) -> None:
    state = network().state_dict()
    saved(tmp_path, state, {key: value * 1.1 if value.is_floating_point() else value for key, value in state.items()})
    assert "moved" not in kinds_in(tmp_path)


def test_nan_is_told_first_and_as_an_alarm(tmp_path: Path) -> None:
    states = walk(0.1, 0.1)
    states[2]["2.weight"][0, 0] = math.nan
    saved(tmp_path, *states, loss=[1.0, 0.5, math.nan])
    first, second, *_ = stories_in(tmp_path)
    assert (first.kind, first.is_alarm, first.keys) == ("nan", True, ("2.weight",))
    assert first.sentence == "NaN from epoch 2 on, first in `2.weight`."
    assert second.sentence == "The stored training loss is not finite from epoch 2 on."


def test_oscillation_is_told(tmp_path: Path) -> None:
    saved(tmp_path, *walk(0.1, -0.09, 0.08, -0.1))
    assert "`0.*`" in story_in(tmp_path, "oscillating").sentence
    (tmp_path / "straight").mkdir()
    saved(tmp_path / "straight", *walk(0.1, 0.1, 0.1))
    assert "oscillating" not in kinds_in(tmp_path / "straight")


def test_the_best_is_told_and_how_much_worse_the_last_is(tmp_path: Path) -> None:
    saved(tmp_path, *walk(0.1, 0.1, 0.1), valid_loss=[1.0, 0.4, 0.5, 0.6])
    sentences = [story.sentence for story in stories_in(tmp_path) if story.kind == "best"]
    assert sentences == [
        "Epoch 1 has the lowest stored validation loss, 0.4.",
        "The last, epoch 3, is worse than the best: 0.6 instead of 0.4.",
    ]


def test_a_learning_rate_that_drops_is_told_with_its_epoch(tmp_path: Path) -> None:
    trained = Trained(lr=0.1)
    for epoch in range(4):
        trained.optimizer.param_groups[0]["lr"] = 0.1 if epoch < 2 else 0.01
        save(tmp_path, f"epoch{epoch}.pth", trained.epoch().holds(epoch))
    story = story_in(tmp_path, "rate")
    assert story.sentence == "The learning rate dropped at epoch 2, from 0.1 to 0.01."
    assert story.paths == (str(tmp_path / "epoch2.pth"),)


def test_twins_and_restarts_are_told(tmp_path: Path) -> None:
    trained = Trained()
    for number, epoch in enumerate((0, 1, 0, 1)):
        save(tmp_path, f"ckpt_{number}.pth", trained.epoch().holds(epoch))
    shutil.copyfile(tmp_path / "ckpt_3.pth", tmp_path / "latest.pth")
    found = {story.kind: story for story in stories_in(tmp_path)}
    assert found["restart"].is_alarm
    assert found["twins"].sentence == "`latest.pth` is the same file as `ckpt_3.pth`."


def test_neighbours_with_the_same_weights_are_told(tmp_path: Path) -> None:
    saved(tmp_path, *walk(0.1, 0.0, 0.1))
    story = story_in(tmp_path, "same")
    assert story.sentence == "Epoch 1 and epoch 2 have the same weights, bit for bit: nothing was learned in between."


def test_what_could_not_be_measured_is_told(tmp_path: Path) -> None:
    training = training_in(saved(tmp_path, *walk(0.1, 0.1, 0.1)))
    (tmp_path / "epoch1.pth").write_bytes(b"nothing")
    stories = told(finish(measure(training)), finish(reading(training)))
    (problem,) = [story for story in stories if story.kind == "problem"]
    assert problem.is_alarm
    assert problem.paths == (str(tmp_path / "epoch1.pth"),)


def test_names_are_inert(tmp_path: Path) -> None:
    state = network().state_dict()
    for epoch, name in enumerate(("\x1b[31mepoch0.pth", "\u202eepoch1.pth")):
        save(tmp_path, name, {"epoch": epoch, "state_dict": {"\x1b[5mkey.weight": state["2.weight"] * (1 + epoch)}})
    save(tmp_path, "\x1b[31mlatest.pth", {"epoch": 0, "state_dict": {"\x1b[5mkey.weight": state["2.weight"]}})
    stories = stories_in(tmp_path)
    assert stories
    assert all(story.sentence.isprintable() for story in stories)


def test_one_checkpoint_has_no_story_of_change(tmp_path: Path) -> None:
    assert kinds_in(saved(tmp_path, network().state_dict())) == []
