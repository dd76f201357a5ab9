"""The samples are what their README says, what torch says, and what make.py makes.

The last column of the README's table is written so that it can be read here: a tensor with its dtype and
shape, an entry with its value, a number of tensors, NaN or zeros, the role of a section, a sentence in quotes.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from inspector.checkpoint.arrays import digest, read
from inspector.checkpoint.entries import Checkpoint, Entry, Tensor, Value
from inspector.checkpoint.reading import open_checkpoint
from inspector.progress import finish

FOLDER = Path(__file__).resolve().parent.parent / "sample_checkpoints"
ENDINGS = {".pt", ".pth", ".safetensors"}
LARGEST = 12_600_000
"""Bytes that all samples together may have."""


class Row(NamedTuple):
    """One line of the README's table."""

    file: str
    shows: str
    see: str


def rows() -> list[Row]:
    table = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \|$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    return [Row(*cells) for cells in table]


class Opened:
    """A sample, opened, with its entries by key."""

    def __init__(self, path: Path) -> None:
        self.checkpoint: Checkpoint = open_checkpoint(str(path))
        self.entries: dict[str, Entry] = dict(self.checkpoint.entries())

    @property
    def tensors(self) -> dict[str, Tensor]:
        return dict(self.checkpoint.tensors())

    def tensor(self, key: str) -> Tensor:
        entry = self.entries[key]
        assert isinstance(entry, Tensor), f"{key} is a {type(entry).__name__}"
        return entry

    def knows(self, name: str) -> bool:
        """Whether `name` is a key, a class or function the file names, the root's class, or a file of ours."""
        named = {found.name for found in self.checkpoint.globals} | {self.checkpoint.root.type}
        return name in self.entries or name in named or (FOLDER / name).exists()


# Each kind of claim: how it is written, and how it is held true.


def holds_tensor(opened: Opened, key: str, dtype: str, shape: str, value: str) -> None:
    tensor = opened.tensor(key)
    assert tensor.dtype == dtype
    assert list(tensor.shape) == [int(size) for size in shape.split(",") if size.strip()]
    if value:
        assert read(tensor).ravel().tolist() == [float(value)]


def holds_value(opened: Opened, key: str, value: str) -> None:
    entry = opened.entries[key]
    assert isinstance(entry, Value)
    assert isinstance(entry.value, int | float)
    assert f"{entry.value:.3g}" == f"{float(value):.3g}"


def holds_counts(opened: Opened, key: str, counts: str) -> None:
    from inspector.analysis.statistics import measure

    names = {"NaN": "nans", "+Inf": "positive_infinities", "-Inf": "negative_infinities", "zeros": "zeros"}
    statistics = finish(measure(opened.tensor(key)))
    for number, what in re.findall(r"(\d+) (NaN|\+Inf|-Inf|zeros)", counts):
        assert getattr(statistics, names[what]) == int(number)


def holds_section(opened: Opened, key: str, title: str) -> None:
    assert (key, title) in {(section.key, section.title) for section in opened.checkpoint.sections}


def holds_danger(opened: Opened, name: str) -> None:
    assert {found.name: found.verdict for found in opened.checkpoint.globals}[name] == "dangerous"


def holds_number(opened: Opened, number: str) -> None:
    assert len(opened.tensors) == int(number)


def holds_format(opened: Opened, word: str) -> None:
    assert opened.checkpoint.format == word


def holds_damage(opened: Opened, words: str) -> None:
    assert words in opened.checkpoint.damage[0]


def holds_name(opened: Opened, name: str) -> None:
    assert opened.knows(name)


CLAIMS: dict[str, Callable[..., None]] = {
    r"`([^`]+)` ([a-z]+\d+) \[([\d, ]*)\](?: = (-?[\d.]+))?": holds_tensor,
    r"`([^`]+)` = (-?[\d.]*\d)": holds_value,
    r"`([^`]+)` has (\d[^;`]*)": holds_counts,
    r"`([^`]+)` (?:holds )?the (model weights|optimizer state|learning rate scheduler)": holds_section,
    r"`([^`]+)` is dangerous": holds_danger,
    r"(\d+) tensors?": holds_number,
    r"^(zip|legacy|torchscript|safetensors)": holds_format,
    r"\"([^\"]+)\"": holds_damage,
    r"`([^`]+)`": holds_name,
}


def claims() -> Iterator[Any]:
    for row in rows():
        for pattern, check in CLAIMS.items():
            for found in re.finditer(pattern, row.see):
                yield pytest.param(row.file, check, found.groups(default=""), id=f"{row.file}: {found[0]}")


@pytest.mark.parametrize(("file", "check", "words"), list(claims()))
def test_the_readme_is_true(file: str, check: Callable[..., None], words: tuple[str, ...]) -> None:
    check(Opened(FOLDER / file), *words)


def test_every_kind_of_claim_is_made_somewhere() -> None:
    made = {claim.values[1] for claim in claims()}
    assert made == set(CLAIMS.values())


def test_the_readme_names_every_sample_and_no_other() -> None:
    found = [path.name for path in FOLDER.iterdir() if path.suffix in ENDINGS]
    assert sorted(row.file for row in rows()) == sorted(found)


def test_the_samples_are_small() -> None:
    assert sum((FOLDER / row.file).stat().st_size for row in rows()) < LARGEST


# torch's own view of them


def as_torch_sees(path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Every tensor of a sound sample by the key we give it, loaded by torch or by safetensors."""
    import torch

    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    if path.name == "torchscript.pt":
        return torch.jit.load(path).state_dict()
    if path.name == "whole_module.pth":
        monkeypatch.syspath_prepend(FOLDER)
        model = torch.load(path, weights_only=False)
        return {**dict(model.named_parameters()), **dict(model.named_buffers())}
    with torch.serialization.safe_globals([argparse.Namespace]):
        return dict(flat(torch.load(path)))


def flat(thing: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """The tensors in nested dicts and lists with their keys."""
    import torch

    if isinstance(thing, torch.Tensor):
        yield key, thing
    elif isinstance(thing, dict | list | tuple):
        children = thing.items() if isinstance(thing, dict) else enumerate(thing)
        for name, child in children:
            yield from flat(child, f"{key}.{name}" if key else str(name))


def digest_of(tensor: Any) -> str:
    return hashlib.sha256(tensor.detach().contiguous().numpy().tobytes()).hexdigest()[:16]


SOUND = [row.file for row in rows() if row.file not in {"truncated.pth", "hostile.pth"}]


@pytest.mark.parametrize("file", SOUND)
@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_torch_sees_the_same_tensors(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = as_torch_sees(FOLDER / file, monkeypatch)
    ours = Opened(FOLDER / file).tensors
    assert set(ours) == set(theirs)
    for key, tensor in theirs.items():
        assert ours[key].shape == tuple(tensor.shape)
        assert f"torch.{ours[key].dtype}" == str(tensor.dtype)
        assert ours[key].stride == tensor.stride()
        assert digest(ours[key]) == digest_of(tensor)


def test_a_truncated_file_shows_what_is_whole_as_it_was() -> None:
    cut, whole = Opened(FOLDER / "truncated.pth"), Opened(FOLDER / "resnet_plain.pth").tensors
    kept = {key: tensor for key, tensor in cut.tensors.items() if not tensor.damage}
    assert 0 < len(kept) < len(whole)
    assert {key: digest(tensor) for key, tensor in kept.items()} == {key: digest(whole[key]) for key in kept}


def test_a_saved_accuracy_is_that_of_the_saved_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    import make
    import networks
    import torch

    with torch.serialization.safe_globals([argparse.Namespace]):
        saved = torch.load(FOLDER / "checkpoint_epoch4.pth")
    model = networks.ShapeNet()
    model.load_state_dict(saved["model_state_dict"])
    loss, accuracy = make.evaluate(model, make.grey_data(200, make.SEED + 1))
    assert loss == pytest.approx(saved["valid_loss"], rel=1e-3)
    assert accuracy == pytest.approx(saved["accuracy"], abs=0.01)


# What is hostile, and what makes them


MARKER = "hostile_was_run.txt"


def test_the_hostile_sample_is_hostile_and_opening_it_harmless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_checkpoint(str(FOLDER / "hostile.pth"))
    assert list(tmp_path.iterdir()) == []
    careless = f"import torch; torch.load({str(FOLDER / 'hostile.pth')!r}, weights_only=False)"
    subprocess.run([sys.executable, "-c", careless], check=True)
    assert [path.name for path in tmp_path.iterdir()] == [MARKER]


DRAWN_ONLY = {"network_512_256_128.pth", "network_400_200_100.pth", "half.pth", "nan.pth", "picture.pth", "legacy.pth"}
"""Samples whose numbers come straight from the seed; what is trained differs between processors."""


def test_the_samples_can_be_made_again(tmp_path: Path) -> None:
    import numpy as np

    made = tmp_path / "made"
    command = [sys.executable, "-B", str(FOLDER / "make.py"), "--out", str(made)]
    subprocess.run(command, check=True, cwd=tmp_path, stdout=subprocess.DEVNULL)
    assert not (tmp_path / MARKER).exists()
    assert sorted(path.name for path in made.iterdir()) == sorted(row.file for row in rows())
    for row in rows():
        fresh, committed = Opened(made / row.file).tensors, Opened(FOLDER / row.file).tensors
        assert {key: tensor.shape for key, tensor in fresh.items()} == {
            key: tensor.shape for key, tensor in committed.items()
        }
        for key in fresh if row.file in DRAWN_ONLY else ():
            np.testing.assert_allclose(read(fresh[key]), read(committed[key]), rtol=1e-4, atol=1e-6)


def test_a_run_learns() -> None:
    losses = [Opened(FOLDER / f"checkpoint_epoch{epoch}.pth").entries["valid_loss"] for epoch in (0, 2, 4)]
    values = [entry.value for entry in losses if isinstance(entry, Value)]
    assert values == sorted(values, reverse=True)
    assert len(set(values)) == 3
