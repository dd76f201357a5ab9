"""`inspector identify`: a sentence for a person, an exit code for a script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.cli import main


def test_what_is_nearly_one_of_torchvisions_is_said(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", str(samples / "resnet_module_prefix.pth"), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["builders"] == ["resnet18"]
    assert record["kind"] == "like"
    assert record["prefixes"] == ["module."]


def test_what_is_none_of_them_is_1(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", str(samples / "fashion_classifier.pt")]) == 1
    assert "none of the architectures" in capsys.readouterr().out


def test_what_is_no_checkpoint_is_2(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", str(samples / "README.md")]) == 2
    assert capsys.readouterr().err.startswith("inspector: ")
