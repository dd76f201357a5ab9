"""Which part of each file is compared when nobody has said so."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch

from inspector.checkpoint.entries import Checkpoint
from inspector.checkpoint.reading import open_checkpoint
from inspector.comparing.choosing import choose, choose_for, comparable, weights
from inspector.comparing.sides import Item, Side


def saved(folder: Path, name: str, content: Any) -> Checkpoint:
    torch.save(content, folder / name)
    return open_checkpoint(str(folder / name))


def state(*sizes: int) -> OrderedDict[str, torch.Tensor]:
    return OrderedDict((f"layer{place}.weight", torch.zeros(size)) for place, size in enumerate(sizes))


def test_weights_come_first_and_the_whole_file_last(tmp_path: Path) -> None:
    layer = torch.nn.Linear(2, 3)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
    layer(torch.ones(2)).sum().backward()
    optimizer.step()
    content = {"optim": optimizer.state_dict(), "epoch": 3, "net": layer.state_dict()}
    checkpoint = saved(tmp_path, "a.pth", content)
    assert [section.key for section in comparable(checkpoint)] == ["net", "optim", ""]
    assert weights(checkpoint).key == "net"


def test_a_file_of_nothing_but_weights_is_one_section(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path, "a.pth", state(2, 3))
    assert [section.key for section in comparable(checkpoint)] == [""]


def test_weights_are_found_deeper_down(tmp_path: Path) -> None:
    checkpoint = saved(tmp_path, "a.pth", {"saved": {"epoch": 1, "state_dict": state(2, 3)}, "note": "x"})
    assert weights(checkpoint).key == "saved.state_dict"


def test_raw_weights_are_meant_and_not_their_average(tmp_path: Path) -> None:
    a = saved(tmp_path, "a.pth", {"ema": state(2, 3), "model": state(2, 3)})
    b = saved(tmp_path, "b.pth", {"model_ema": state(2, 3), "model": state(2, 3)})
    assert choose(a, b) == ("model", "model")


def test_of_several_networks_the_one_that_fits_the_other_file(tmp_path: Path) -> None:
    gan = saved(tmp_path, "a.pth", {"generator": state(2, 3, 4), "discriminator": state(5, 6, 7)})
    critic = saved(tmp_path, "b.pth", state(5, 6, 7))
    assert choose(gan, critic) == ("discriminator", "")
    assert choose(critic, gan) == ("", "discriminator")


def test_the_average_is_chosen_where_only_it_fits(tmp_path: Path) -> None:
    a = saved(tmp_path, "a.pth", {"model": state(9), "ema": state(2, 3)})
    assert choose(a, saved(tmp_path, "b.pth", state(2, 3))) == ("ema", "")


def test_a_model_is_held_against_the_network_that_it_is(tmp_path: Path) -> None:
    gan = saved(tmp_path, "a.pth", {"generator": state(2, 3, 4), "discriminator": state(5, 6, 7)})
    model = Side("Critic", "model", tuple(Item(f"layer{n}.weight", (n + 5,), "float32") for n in range(3)))
    assert choose_for(gan, model) == "discriminator"


@pytest.mark.parametrize("content", [{}, {"epoch": 3}, [1, 2], torch.zeros(3)])
def test_files_without_weights_are_compared_whole(tmp_path: Path, content: object) -> None:
    checkpoint = saved(tmp_path, "a.pth", content)
    assert [section.key for section in comparable(checkpoint)] == [""]
    assert choose(checkpoint, checkpoint) == ("", "")
