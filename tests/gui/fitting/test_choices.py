"""What a checkpoint can be held against, as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.errors import InspectorError
from inspector.gui.fitting.choices import Choice, choice_of
from inspector.workshop.requests import ModelSource


def test_a_builder_of_torchvision_runs_nobodys_code() -> None:
    for text in ("resnet18", "torchvision:resnet18", "  resnet18 "):
        choice = choice_of(text)
        assert choice.source == ModelSource("torchvision", "", "resnet18")
        assert (choice.runs, choice.name, choice.text) == ("", "resnet18", "torchvision:resnet18")


def test_a_class_of_a_file_is_known_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nets.py").write_text("")
    monkeypatch.chdir(tmp_path)
    choice = choice_of("nets.py:Net")
    assert choice.runs == str(tmp_path / "nets.py")
    assert choice.text == f"{tmp_path / 'nets.py'}:Net"
    assert choice_of(choice.text) == choice


def test_a_file_of_code_is_yet_to_be_chosen_from(tmp_path: Path) -> None:
    code = tmp_path / "nets.py"
    code.write_text("")
    choice = choice_of(str(code))
    assert choice.is_code
    assert choice.runs == str(code)


def test_another_checkpoint_stands_for_a_model(tmp_path: Path) -> None:
    (tmp_path / "b.pth").write_bytes(b"")
    choice = choice_of(str(tmp_path / "b.pth"))
    assert choice == Choice(path=str(tmp_path / "b.pth"))
    assert not choice.is_code
    assert (choice.runs, choice.name) == ("", "b.pth")


def test_a_package_is_whose_code_runs() -> None:
    assert choice_of("my.package:Net").runs == "my.package"


def test_a_folder_of_the_same_name_hides_no_builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resnet18").mkdir()
    monkeypatch.chdir(tmp_path)
    assert choice_of("resnet18").source is not None


@pytest.mark.parametrize("text", ["", "/no/such/nets.py", "/no/such/nets.py:Net", "/no/such.pth", "a b", "a.b:1x", ":"])
def test_what_names_nothing_is_said(text: str) -> None:
    with pytest.raises(InspectorError):
        choice_of(text)
