"""`inspector identify`: a sentence for a person, an exit code for a script."""

from __future__ import annotations

from .running import Run


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
