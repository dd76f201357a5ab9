"""The tar archives that torch wrote before 0.1.10.

Three members matter (`torch/serialization.py`, `legacy_load`, which torch 2.13 still has):

    storages   a pickled count; for each storage a pickle (key, device, type), an int64 number of elements and
               the elements; then a pickled list of views (key, key of the whole, offset, length)
    tensors    a pickled count; for each tensor a pickle (key, key of its storage, type), an int32 number of
               dimensions, 4 bytes of nothing, and as int64 its sizes, its strides and its offset
    pickle     the object; a persistent id is the key of a tensor or a storage, written as text, or a tuple
               (class, file of its source, source) for a module

All numbers are little-endian. Why this way: a tensor of `tensors` is handed on as the call that torch 0.2
would have pickled for it, so that everything above this module sees one kind of old tensor.
"""

from __future__ import annotations

import re
import struct
import time
from collections.abc import Callable

from ..errors import FileError
from ..language import marked, tr, unstopped
from . import unrecognised
from .calls import Malformed
from .contents import Contents, Pickled, checkpoint, followed
from .entries import Checkpoint
from .inert import Global, Node, Reference
from .sources import FileSource, Source
from .storages import Declared, Place, PlacedStorages, declared
from .unpickling import Budget, Machine, PickleError

_BLOCK = 512
_RECORD_WINDOW = 1 << 16
"""Bytes that the pickle of one record may take."""
_RECORD_COST = 1500
"""Bytes of memory that a storage or tensor takes until it stands in the tree."""
_MAX_BLOCKS = 1000
_BROKEN = marked("The member pickle breaks off at its byte {offset:,}: {reason}.")
_NEEDED = ("storages", "tensors", "pickle")


def is_legacy_tar(head: bytes) -> bool:
    """Whether a file that begins with `head` (512 bytes) is a tar archive whose first member is one of torch's."""
    return len(head) >= _BLOCK and _member_name(head) in (*_NEEDED, "sys_info") and _has_checksum(head)


def read(source: FileSource) -> Checkpoint:
    """The checkpoint in a tar archive, as far as it is there. Raises FileError when it is another tar archive."""
    members = _members(source)
    if "pickle" not in members:
        raise _no_pickle(source, members)
    budget = Budget()
    records = _Records(budget)
    if "storages" in members:
        records.read_storages(members["storages"])
    if "tensors" in members:
        records.read_tensors(members["tensors"])
    contents = Contents("tar", shelf=PlacedStorages(records.place), damage=records.damage)
    contents.value = contents.took(_pickled(members["pickle"], budget, records))
    contents.damage += [tr("The archive has no member {name}.", name=name) for name in _NEEDED if name not in members]
    contents.facts.append((tr("byte order"), "little"))
    return checkpoint(contents, source)


def _no_pickle(source: FileSource, members: dict[str, Source]) -> FileError:
    if not members:
        return unrecognised.refuse(source)
    return FileError(
        tr(
            "This is a tar archive as torch wrote it before 0.1.10, but its member `pickle` is missing: "
            "the names of its tensors are not there."
        ),
        path=source.path,
        hint=tr("Copy or download the file again."),
    )


def _pickled(member: Source, budget: Budget, records: _Records) -> Pickled:
    return followed(_TarMachine(member, budget, records), "", _BROKEN)


def _members(source: Source) -> dict[str, Source]:
    """The members that torch wrote, by name; the last one perhaps cut short. Other members are passed over."""
    found: dict[str, Source] = {}
    at = 0
    for _ in range(_MAX_BLOCKS):
        header = source.read_up_to(at, _BLOCK)
        if len(header) < _BLOCK or not _has_checksum(header):
            break
        nbytes = _number(header[124:136])
        if _member_name(header) in _NEEDED:
            found.setdefault(_member_name(header), source.part(at + _BLOCK, nbytes))
        at += _BLOCK + -(-nbytes // _BLOCK) * _BLOCK
    return found


def _member_name(header: bytes) -> str:
    return header[:100].partition(b"\0")[0].decode("latin-1").removeprefix("./")


def _number(field: bytes) -> int:
    """A number in a tar header: octal digits, or - where it needs more - big-endian behind a first bit of 1."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    return int(digits, 8) if re.fullmatch(rb"[0-7]{1,12}", digits) else 0


def _has_checksum(header: bytes) -> bool:
    """Whether the header's own sum is right; it counts its field as blanks."""
    return sum(header[:148]) + 8 * 32 + sum(header[156:]) == _number(header[148:156])


_Reader = Callable[["_Cursor"], None]


class _TarMachine(Machine):
    """Turns the keys that stand for tensors into what is built from them."""

    def __init__(self, source: Source, budget: Budget, records: _Records) -> None:
        super().__init__(source, 0, budget)
        self._records = records

    def refer(self, pid: object) -> object:
        if isinstance(pid, tuple):
            return Reference(("module", *pid))
        key = pid if isinstance(pid, str) else str(pid)[:40]
        return self._records.tensors.get(key) or self._records.storage_reference(key) or Reference(pid)


class _Records:
    """The storages and tensors of an archive, by key."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._places: dict[str, Place] = {}
        self._pids: dict[str, tuple[object, ...]] = {}
        self.tensors: dict[str, Node] = {}
        self.damage: list[str] = []

    def storage_reference(self, key: str) -> Reference | None:
        """The storage `key` as a persistent id of later files."""
        return Reference(self._pids[key]) if key in self._pids else None

    def place(self, wanted: Declared) -> Place:
        """Where the bytes of a storage are."""
        return self._places.get(wanted.key) or Place(
            None, 0, 0, tr("The file ends before its storage {key}.", key=wanted.key)
        )

    def read_storages(self, member: Source) -> None:
        self._read(member, "storages", self._storage, self._views)

    def read_tensors(self, member: Source) -> None:
        self._read(member, "tensors", self._tensor, None)

    def _read(self, member: Source, name: str, record: _Reader, after: _Reader | None) -> None:
        """The counted records of a member, and what follows them; where they break off, a sentence says it."""
        cursor = _Cursor(member, self._budget)
        done = 0
        try:
            wanted = cursor.pickled()
            if type(wanted) is not int:
                raise Malformed(tr("it does not begin with a count"))
            while done < wanted:
                record(cursor)
                done += 1
            if after is not None:
                after(cursor)
        except (Malformed, PickleError, FileError, struct.error) as error:
            reason = getattr(error, "reason", "") or unstopped(str(error))
            self.damage.append(
                tr("The member {name} is read up to its entry {done:,}: {reason}.", name=name, done=done, reason=reason)
            )

    def _storage(self, cursor: _Cursor) -> None:
        key, device, kind = _triple(cursor.pickled())
        (numel,) = cursor.numbers("<q")
        pid = ("storage", kind, str(key)[:40], str(device)[:40], numel)
        found = declared(pid)
        self._pids[found.key] = pid
        self._places[found.key] = cursor.skip(found.nbytes)

    def _views(self, cursor: _Cursor) -> None:
        views = cursor.pickled()
        for view in views if isinstance(views, list) else ():
            if isinstance(view, (tuple, list)) and len(view) == 4:
                key, root, offset, numel = view
                whole = self._pids.get(str(root)[:40])
                if whole is not None:
                    self._pids[str(key)[:40]] = (*whole, (str(key)[:40], offset, numel))

    def _tensor(self, cursor: _Cursor) -> None:
        key, storage, kind = _triple(cursor.pickled())
        (dimensions, _) = cursor.numbers("<ii")
        if not 0 <= dimensions <= 64:
            raise Malformed(tr("a tensor with {dimensions} dimensions", dimensions=dimensions))
        numbers = cursor.numbers(f"<{2 * dimensions + 1}q")
        shape, stride, offset = numbers[:dimensions], numbers[dimensions:-1], numbers[-1]
        if not isinstance(kind, Global):
            raise Malformed(tr("a tensor without a type"))
        node = Node(kind)
        reference = self.storage_reference(str(storage)[:40])
        if reference is None:
            lost = ("storage", Global("torch", kind.name.replace("Tensor", "Storage")), str(storage)[:40], "cpu", 0)
            reference = Reference(lost)
        node.state = (reference, offset, shape, stride)
        self.tensors[str(key)[:40]] = node


class _Cursor:
    """A place in a member that moves on with each thing that is read."""

    def __init__(self, member: Source, budget: Budget) -> None:
        self._member = member
        self._budget = budget
        self._at = 0

    def pickled(self) -> object:
        """The object pickled here. Raises PickleError, also when the file as a whole spent its budget."""
        self._budget.nbytes -= _RECORD_COST
        if self._budget.nbytes < 0 or time.monotonic() > self._budget.deadline:
            raise PickleError(tr("it takes more time or memory than a checkpoint may"), self._at)
        machine = Machine(self._member.part(self._at, _RECORD_WINDOW), 0, self._budget)
        found = machine.load()
        self._at += machine.end
        return found

    def numbers(self, layout: str) -> tuple[int, ...]:
        """What `struct` finds here. Raises FileError at the end of the file."""
        nbytes = struct.calcsize(layout)
        found = struct.unpack(layout, self._member.read(self._at, nbytes))
        self._at += nbytes
        return found

    def skip(self, nbytes: int) -> Place:
        """The place of the next `nbytes` bytes, or of as many as are there."""
        place = Place(self._member, self._at, min(nbytes, max(0, self._member.nbytes - self._at)))
        self._at += nbytes
        return place


def _triple(found: object) -> tuple[object, object, object]:
    """Key, device or storage, and type: the three that a record begins with."""
    if not isinstance(found, (tuple, list)) or len(found) != 3 or not isinstance(found[0], (int, str)):
        raise Malformed(tr("a record that is no triple of key, place and type"))
    return found[0], found[1], found[2]
