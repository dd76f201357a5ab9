"""What is new in a folder, by stamps alone, and only once it is at rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from inspector.errors import FileError
from inspector.series.following import changes

from .making import age, network, save, trainings_in


def names(paths: object) -> list[str]:
    return [Path(getattr(each, "path", each)).name for each in paths]  # type: ignore[attr-defined]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for epoch in range(2):
        save(tmp_path, f"epoch{epoch}.pth", {"epoch": epoch, "state_dict": network(epoch).state_dict()})
    (tmp_path / "notes.pth").write_text("nothing")
    return tmp_path


def test_nothing_is_new_when_nothing_changed(folder: Path) -> None:
    found = changes(str(folder), trainings_in(folder).stamps)
    assert not found.anything
    assert not found.waiting


def test_a_new_file_waits_until_it_is_at_rest(folder: Path) -> None:
    known = trainings_in(folder).stamps
    save(folder, "epoch2.pth", network(2).state_dict())
    first = changes(str(folder), known)
    assert not first.anything
    assert names(first.waiting) == ["epoch2.pth"]
    with open(folder / "epoch2.pth", "ab") as file:
        file.write(b"more")
    second = changes(str(folder), known, first.waiting)
    assert not second.anything  # it was still being written
    third = changes(str(folder), known, second.waiting)
    assert names(third.new) == ["epoch2.pth"]
    assert not third.waiting


def test_a_file_being_written_beside_is_not_seen(folder: Path) -> None:
    known = trainings_in(folder).stamps
    (folder / "epoch2.pth.part").write_bytes(b"x")
    (folder / ".epoch2.pth.x.part").write_bytes(b"x")
    found = changes(str(folder), known)
    assert not found.anything
    assert not found.waiting


def test_what_is_rewritten_or_gone_is_told(folder: Path) -> None:
    known = trainings_in(folder).stamps
    save(folder, "epoch1.pth", {"epoch": 5, "state_dict": network(7).state_dict()})
    age(folder / "epoch1.pth", 3)
    os.unlink(folder / "epoch0.pth")
    first = changes(str(folder), known)
    assert names(first.gone) == ["epoch0.pth"]
    second = changes(str(folder), known, first.waiting)
    assert names(second.rewritten) == ["epoch1.pth"]
    assert second.new == ()


def test_known_files_of_another_folder_are_followed_too(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    elsewhere = save(other, "epoch9.pth", {"w": torch.zeros(2)})
    known = trainings_in(folder, elsewhere).stamps
    assert not changes(str(folder), known).anything
    age(elsewhere, 9)
    assert names(changes(str(folder), known).waiting) == ["epoch9.pth"]
    os.unlink(elsewhere)
    assert names(changes(str(folder), known).gone) == ["epoch9.pth"]


def test_a_folder_that_is_gone_is_said(folder: Path) -> None:
    with pytest.raises(FileError):
        changes(str(folder / "nowhere"), {})
