"""Whatever the bytes are: a tree or a FileError, and never silence about what is missing.

`make soak` tries many more of each.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inspector.checkpoint import arrays
from inspector.checkpoint.entries import Checkpoint, Tensor
from inspector.checkpoint.reading import open_checkpoint
from inspector.errors import FileError, InspectorError
from inspector.wording import safe

from .valid_files import FILES, FOLDERS, write


def _examples(usual: int) -> settings:
    """As many examples as are usual, or as the profile asks for when that is more."""
    return settings(max_examples=max(usual, settings().max_examples))


KINDS = [*FILES, *FOLDERS]
_HEADS = [
    b"",
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\x80\x02",
    b"\x80\x04\x95",
    b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.",
    b"{",
    b"(",
    b"\0",
]
_HEADS += [data[:60] for data in FILES.values()]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that is emptied before each example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _place(folder: Path) -> Path:
    """A path in `folder` where nothing is."""
    shutil.rmtree(folder / "f", ignore_errors=True)
    with suppress(FileNotFoundError):
        (folder / "f").unlink()
    return folder / "f"


def _looked_at(path: Path) -> Checkpoint | None:
    """The checkpoint after everything was done with it that people do; None when it is refused."""
    try:
        found = open_checkpoint(path)
    except FileError as error:
        _check_sentence(error.message + error.hint)
        return None
    for key, entry in found.entries():
        safe(key)
        assert getattr(entry, "damage", "").isprintable()
        if isinstance(entry, Tensor):
            assert entry.nbytes >= 0
            with suppress(InspectorError):
                arrays.read(entry, tuple(slice(0, 2) for _ in entry.shape))
    for sentence in (*found.damage, *(text for _, text in found.facts)):
        _check_sentence(sentence)
    return found


def _check_sentence(sentence: str) -> None:
    assert sentence
    assert sentence.isprintable(), sentence


def _digests(found: Checkpoint) -> dict[str, str]:
    """The digests of the tensors that are whole."""
    digests = {}
    for key, tensor in found.tensors():
        if not tensor.damage and tensor.nbytes < 1 << 20:
            with suppress(FileError):
                digests[key] = arrays.digest(tensor)
    return digests


@given(st.sampled_from(_HEADS), st.binary(max_size=400))
@_examples(2000)
def test_fuzz_random_bytes(folder: Path, head: bytes, rest: bytes) -> None:
    path = _place(folder)
    path.write_bytes(head + rest)
    _looked_at(path)


Edit = tuple[float, str, bytes]
_edits = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["set", "insert", "delete", "repeat"]),
        st.binary(min_size=1, max_size=9),
    ),
    min_size=1,
    max_size=4,
)


def _edited(data: bytes, edits: list[Edit]) -> bytes:
    for where, how, piece in edits:
        at = int(where * len(data))
        end = at if how == "insert" else at + len(piece)
        new = b"" if how == "delete" else data[max(0, at - 50) : at] if how == "repeat" else piece
        data = data[:at] + new + data[end:]
    return data


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), edits=_edits)
@_examples(400)
def test_fuzz_mutated_files(folder: Path, kind: str, data: st.DataObject, edits: list[Edit]) -> None:
    path = _place(folder)
    if kind in FILES:
        write(path, kind, _edited(FILES[kind], edits))
    else:
        name = data.draw(st.sampled_from(sorted(FOLDERS[kind])))
        write(path, kind, {name: _edited(FOLDERS[kind][name], edits)})
    _looked_at(path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_sound_files_are_sound(folder: Path, kind: str) -> None:
    found = _looked_at(write(_place(folder), kind))
    assert found is not None
    assert found.damage == ()
    assert len(_digests(found)) >= 1


@pytest.mark.parametrize("kind", list(FILES))
@given(share=st.floats(0, 1, exclude_max=True))
@_examples(200)
@example(share=0.0)
@example(share=0.9999999)
def test_fuzz_files_cut_anywhere(folder: Path, kind: str, share: float) -> None:
    whole = FILES[kind]
    expected = _whole(folder, kind)
    path = write(_place(folder), kind, whole[: int(share * len(whole))])
    found = _looked_at(path)
    if found is None:
        return
    digests = _digests(found)
    assert {key: digests[key] for key in digests if key in expected} == {
        key: expected[key] for key in digests if key in expected
    }
    lost = set(expected) - set(digests)
    assert found.damage or not lost, f"cut at {int(share * len(whole))}, and not a word about {sorted(lost)[:3]}"


@pytest.mark.parametrize("kind", list(FOLDERS))
@given(share=st.floats(0, 1, exclude_max=True), data=st.data())
@_examples(100)
def test_fuzz_folders_with_a_file_cut(folder: Path, kind: str, share: float, data: st.DataObject) -> None:
    expected = _whole(folder, kind)
    name = data.draw(st.sampled_from(sorted(FOLDERS[kind])))
    whole = FOLDERS[kind][name]
    found = _looked_at(write(_place(folder), kind, {name: whole[: int(share * len(whole))]}))
    if found is not None:
        digests = _digests(found)
        assert {key: digests[key] for key in digests if key in expected}.items() <= expected.items()
        assert found.damage or set(expected) <= set(digests)


_KNOWN: dict[str, dict[str, str]] = {}


def _whole(folder: Path, kind: str) -> dict[str, str]:
    """The digests of the sound file of a kind."""
    if kind not in _KNOWN:
        _KNOWN[kind] = _digests(open_checkpoint(write(_place(folder), kind)))
    return _KNOWN[kind]
