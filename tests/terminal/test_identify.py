"""`inspector identify`: a sentence for a person, an exit code for a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import Run

pytestmark = pytest.mark.usefixtures("torch_is_loaded")


def test_what_is_nearly_one_of_torchvisions_is_said(run: Run) -> None:
    done = run("identify", "resnet_module_prefix.pth", "--json")
    assert done.code == 0
    assert done.record["builders"] == ["resnet18"]
    assert done.record["kind"] == "like"
    assert done.record["prefixes"] == ["module."]


def test_what_is_none_of_them_is_1(run: Run) -> None:
    done = run("identify", "fashion_classifier.pt")
    assert done.code == 1
    assert "none of the architectures" in done.out


def test_what_is_no_checkpoint_is_2(run: Run) -> None:
    done = run("identify", "README.md")
    assert done.code == 2
    assert done.err.startswith("inspector: ")


def test_the_classes_of_a_file_are_tried(run: Run) -> None:
    done = run("identify", "network_400_200_100.pth", "--folder", "networks.py", "--json")
    assert done.code == 0
    best = done.record["classes"][0]
    assert best["source"].endswith("networks.py:Network")
    assert (best["left"], best["arguments"]["hidden_layers"]) == (0, [400, 200, 100])


def test_a_folder_without_classes_is_a_sentence(run: Run, tmp_path: Path) -> None:
    done = run("identify", "network_400_200_100.pth", "--folder", tmp_path)
    assert done.code == 2
    assert "no model class" in done.err
