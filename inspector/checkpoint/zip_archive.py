"""What `torch.save` writes since 1.6: a zip with `data.pkl`, and each storage as a member `data/KEY`.

Format: `torch/serialization.py` (`_save`, `_load`) and caffe2's `inline_container.cc` of torch 2.13. All
members stand in one folder of any name. Beside them: `version`, `byteorder`, `.format_version`,
`.storage_alignment`, `.data/serialization_id`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

from ..errors import FileError
from ..language import marked, tr
from ..progress import Progress, finish
from ..wording import names as some_names
from ..wording import safe, size
from .calls import Malformed
from .contents import Contents, Pickled, cut_share, following, read_pickle
from .dtypes import STORAGE_DTYPES
from .entries import ITEM_SIZES, Storage
from .inert import Global
from .sources import Source
from .storages import Declared, Place, PlacedStorages, declared
from .tensor_shortcut import TensorShortcut
from .unpickling import Budget, Machine
from .zip_directory import END, LOCAL, TAIL, Directory, Member, MemberSource, member_source, read_directory
from .zip_recovery import recover

_RECORDS = ("version", "byteorder", ".format_version", ".storage_alignment", ".data/serialization_id")
_LABELS = {
    "version": marked("archive version"),
    "byteorder": marked("byte order"),
    ".format_version": marked("format version"),
    ".storage_alignment": marked("storage alignment"),
    ".data/serialization_id": marked("serialization id"),
}
_MAX_RECORD = 4096
_LACKING = marked("Its bytes are missing: the archive has no {name}.")
_ENDS_BEFORE = marked("Its bytes are missing: the file ends before {name}.")


class Archive(NamedTuple):
    """The members of a zip under the names they have inside its one folder."""

    source: Source
    root: str
    """The folder's name, empty when members stand at the top."""
    members: dict[str, Member]
    damage: tuple[str, ...] = ()
    prefix: int = 0
    complete: bool = True
    """Whether the directory of the archive was there."""

    def open(self, name: str) -> Source | None:
        """What the member `name` holds, or None when there is none. Raises FileError for one that cannot be read."""
        member = self.members.get(name)
        if member is None:
            return None
        if member.damage and self.complete:
            raise FileError(member.damage)
        return member_source(self.source, member)

    def text(self, name: str) -> str:
        """A short record as text; empty when it is not there."""
        try:
            found = self.open(name)
            return found.read_up_to(0, _MAX_RECORD).decode("utf-8", "replace").strip() if found else ""
        except FileError:
            return ""

    def storages(self, folder: str = "data/", *, big_endian: bool | None = None) -> PlacedStorages:
        """The storages that stand as members in `folder`."""
        if big_endian is None:
            big_endian = self.text("byteorder") == "big"
        return _ZipStorages(self, folder, big_endian)

    def place(self, name: str, wanted: Declared) -> Place:
        member = self.members.get(name)
        if member is None and wanted.nbytes == 0:
            return Place(None, 0, 0)
        if member is None:
            lacking = _LACKING if self.complete else _ENDS_BEFORE
            return Place(None, 0, 0, tr(lacking, name=safe(name, 60)))
        return Place(member_source(self.source, member), 0, member.nbytes, member.damage)


class _ZipStorages(PlacedStorages):
    """The same as `PlacedStorages`, with a short way for the member that is there, stored, and long enough."""

    def __init__(self, archive: Archive, folder: str, big_endian: bool) -> None:
        super().__init__(lambda wanted: archive.place(f"{folder}{wanted.key}", wanted), big_endian=big_endian)
        self._archive = archive.source
        self._folder = folder
        self._members = archive.members

    def storage(self, pid: tuple[object, ...]) -> Storage:
        if len(pid) != 5:
            return super().storage(pid)
        _, kind, key, device, numel = pid
        if type(key) is not str or key in self._known:
            return super().storage(pid)
        member = self._members.get(self._folder + key)
        dtype = STORAGE_DTYPES.get(kind.name) if type(kind) is Global else None
        if dtype is None or member is None or member.method or member.damage or type(numel) is not int:
            return super().storage(pid)
        nbytes = numel * ITEM_SIZES[dtype]
        if not 0 <= nbytes <= member.nbytes or type(device) is not str or len(device) > 40:
            return super().storage(pid)
        source = MemberSource(self._archive, member)
        self._known[key] = storage = Storage(key, dtype, device, nbytes, source, 0, self._big_endian)
        return storage


def open_archive(source: Source, budget: Budget) -> Archive | None:
    """The archive that begins `source`; None when it is no zip at all. A broken one is recovered."""
    with source.opened():
        directory = read_directory(source)
        if directory is not None and directory.members and not _belongs_to_a_member(source, directory):
            return _rooted(source, directory)
        members = list(_recovered(source, budget))
    if not members:
        return None
    return _rooted(source, Directory({member.name: member for member in members}))._replace(complete=False)


def _belongs_to_a_member(source: Source, directory: Directory) -> bool:
    """Whether the directory that was found last is that of an archive within, and the file's own was cut off."""
    if not directory.prefix or source.read_up_to(0, 4) != LOCAL:
        return False
    tail = source.read_up_to(max(0, source.nbytes - TAIL), TAIL)
    at = tail.rfind(END)
    return at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") < len(tail)


def _rooted(source: Source, directory: Directory) -> Archive:
    root = _root(list(directory.members))
    skip = len(root) + 1 if root else 0
    prefix = f"{root}/" if root else ""
    inside = {name[skip:]: member for name, member in directory.members.items() if name.startswith(prefix)}
    damage = list(directory.damage)
    outside: list[str] = []
    if len(inside) < len(directory.members):
        outside = [safe(name, 60) for name in directory.members if not name.startswith(prefix)]
    if outside:
        folder = safe(root, 60)
        damage.append(
            tr(
                "Beside the folder {folder} the archive holds {some_names}: torch refuses that.",
                folder=folder,
                some_names=some_names(outside),
            )
        )
    if directory.prefix:
        damage.append(_before(source, directory.prefix))
    return Archive(source, root, inside, tuple(damage), directory.prefix)


def _before(source: Source, nbytes: int) -> str:
    """What to say of the bytes that stand before the archive."""
    if source.read_up_to(nbytes - 22, 4) == END:  # the end of an archive before it
        return tr(
            "The file is several archives one behind the other, and the last is shown. "
            "A file of a distributed checkpoint is of that kind: open its folder instead."
        )
    return tr("{nbytes} stand before the archive; torch refuses that.", nbytes=size(nbytes))


def _root(names: list[str]) -> str:
    """The folder that the archive is about: the one with the pickle, or else that of the first member."""
    for name in names:
        folder, _, last = name.rpartition("/")
        if last in ("data.pkl", "model.json", "constants.pkl") and "/" not in folder:
            return folder
    return names[0].partition("/")[0] if "/" in names[0] else ""


def _recovered(source: Source, budget: Budget) -> Iterator[Member]:
    expected: dict[str, int] = {}
    for member in recover(source, expected):
        yield member
        if member.name.endswith("data.pkl"):
            folder = member.name.removesuffix("data.pkl")
            pickled = read_pickle(member_source(source, member), 0, budget)
            expected.update({f"{folder}data/{key}": nbytes for key, nbytes in _sizes(pickled)})


def _sizes(pickled: Pickled) -> Iterator[tuple[str, int]]:
    for pid in pickled.pids:
        try:
            found = declared(pid)
        except Malformed:
            continue
        yield found.key, found.nbytes


def read(archive: Archive, budget: Budget) -> Contents:
    """A checkpoint of `torch.save`. Raises FileError when its pickle cannot be read at all."""
    return finish(reading(archive, budget))


def reading(archive: Archive, budget: Budget) -> Generator[Progress, None, Contents]:
    """The same, saying how far it is."""
    contents = Contents("zip", shelf=archive.storages(), damage=archive.damage, facts=records(archive))
    pickle = archive.open("data.pkl")
    assert pickle is not None
    pickled = yield from following(Machine(pickle, 0, budget, TensorShortcut()), "data.pkl")
    contents.value = contents.took(pickled)
    contents.facts.append((tr("pickle protocol"), str(pickled.protocol)))
    if not archive.complete:
        note_cut(contents, archive, pickled)
    return contents


def note_cut(contents: Contents, archive: Archive, pickled: Pickled) -> None:
    """Says how far a file goes whose end is missing."""
    whole = archive.members["data.pkl"].nbytes + sum(nbytes for _, nbytes in dict(_sizes(pickled)).items())
    contents.cut_at = cut_share(archive.source.nbytes, whole)
    contents.damage[:0] = missing_end(archive)


def missing_end(archive: Archive) -> list[str]:
    """Sentences about an archive whose end is missing; none about a complete one."""
    if archive.complete:
        return []
    broken = [member.damage for member in archive.members.values() if member.damage]
    return broken or [tr("The directory at the end of the archive is missing: the file was cut off.")]


def records(archive: Archive) -> Iterator[tuple[str, str]]:
    """What the small records of the archive say, as facts."""
    if archive.root:
        yield tr("archive root"), safe(archive.root, 80)
    for name in _RECORDS:
        text = archive.text(name)
        if text:
            yield tr(_LABELS[name]), safe(text, 80)
