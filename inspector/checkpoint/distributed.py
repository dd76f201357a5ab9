"""Distributed checkpoints (`torch.distributed.checkpoint`): a folder with `.metadata` and `.distcp` files.

`.metadata` pickles `Metadata` (`torch/distributed/checkpoint/metadata.py`): for every key the dtype, size and
chunks of a tensor, or that it is something else; and for every chunk the file, offset and length where it is
(`filesystem.py`). What stands there is a whole checkpoint of `torch.save`, so that a `.distcp` file is many zip
archives one behind the other. `planner_data` gives the path of each key in the nested dict that was saved.

Why this way: keys, shapes and dtypes come from `.metadata` alone, and the archive around a chunk is opened
when its elements are asked for: there may be a hundred thousand of them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import FileError
from ..language import tr
from ..wording import names, plural, safe
from .calls import Malformed, contiguous_stride, dtype_of, sizes
from .chunked import Chunk, joined
from .contents import Contents, read_pickle, with_root
from .distributed_items import ItemSource
from .entries import ITEM_SIZES, Branch, Checkpoint, Entry, Storage, Tensor, Value
from .inert import Node
from .listing import MAX_DEPTH, Listing
from .nested import NestedStorages
from .rebuilding import Rebuilder
from .sharded import path_inside
from .shelves import NamedShelf
from .single import read_contents
from .sources import FileSource, Source
from .unpickling import Budget

METADATA = ".metadata"
_MAX_FILES = 20_000


class Item(NamedTuple):
    """Where something is: a stretch of a file in the folder."""

    filename: str
    offset: int
    nbytes: int
    transforms: str
    """The extensions that were applied to it (`zstd`), empty for none."""


def read(folder: str) -> Checkpoint:
    """The distributed checkpoint in `folder`. Raises FileError when its `.metadata` is none."""
    source = FileSource(os.path.join(folder, METADATA))
    contents = Contents("distributed")
    budget = Budget()
    value = contents.took(read_pickle(source, 0, budget, METADATA))
    metadata = _Metadata(value)
    if not metadata.described:
        raise FileError(
            tr("The folder has a .metadata file, but it does not describe a distributed checkpoint."),
            path=folder,
            hint=tr("It is damaged or belongs to something else: open a file in the folder instead."),
        )
    files = _Files(folder)
    reading = _Reading(metadata, files, contents, budget)
    root = _nested([(metadata.path(key), reading.entry(key, described)) for key, described in metadata.described])
    contents.damage[:0] = files.damage()
    contents.facts += [("files", f"{len(files.sources):,}"), ("version", safe(str(metadata.version), 40))]
    stamps = tuple((each.path, each.stamp) for each in (source, *files.sources) if each.stamp)
    nbytes = sum(stamp.nbytes for _, stamp in stamps)
    return with_root(contents, source, root)._replace(path=folder, nbytes=nbytes, stamps=stamps)


class _Metadata:
    """What `.metadata` says, as far as it has the form that it should have."""

    def __init__(self, value: object) -> None:
        fields = _fields(value)
        described = _pairs(fields.get("state_dict_metadata"))
        self.described = [(key, each) for key, each in described if isinstance(key, str)]
        self.version = fields.get("version")
        self._paths = {key: path for key, path in _pairs(fields.get("planner_data")) if isinstance(key, str)}
        self.items: dict[tuple[str, tuple[int, ...] | None], Item] = {}
        for index, info in _pairs(fields.get("storage_data")):
            self._keep(_fields(index), _fields(info))

    def path(self, key: str) -> tuple[str | int, ...]:
        """Where the value of `key` stood in the dict that was saved; a number is a place in a list."""
        path = self._paths.get(key)
        if not isinstance(path, tuple) or not 0 < len(path) <= MAX_DEPTH:
            return (key,)
        return tuple(part if isinstance(part, (str, int)) else "?" for part in path)

    def _keep(self, index: dict[str, object], info: dict[str, object]) -> None:
        key, filename, offset, length = index.get("fqn"), *map(info.get, ("relative_path", "offset", "length"))
        if not isinstance(key, str) or not isinstance(filename, str) or not _is_place(offset) or not _is_place(length):
            return
        transforms = info.get("transform_descriptors")
        applied = ", ".join(str(each)[:40] for each in transforms) if isinstance(transforms, (list, tuple)) else ""
        try:
            place = None if index.get("offset") is None else sizes(index["offset"])
        except Malformed:
            return
        self.items[key, place] = Item(filename, offset, length, applied)  # type: ignore[arg-type]


class _Files:
    """The files of the folder that the metadata name, each opened once."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._found: dict[str, FileSource | str] = {}

    @property
    def sources(self) -> list[FileSource]:
        return [found for found in self._found.values() if isinstance(found, FileSource)]

    def part(self, item: Item) -> Source:
        """The stretch of a file that `item` is. Raises FileError when it is not there."""
        if item.filename not in self._found:
            self._found[item.filename] = self._open(item.filename)
        found = self._found[item.filename]
        if isinstance(found, str):
            raise FileError(
                tr("It is in {filename}, which cannot be read: {found}", filename=safe(item.filename, 80), found=found)
            )
        if item.transforms:
            raise FileError(
                tr(
                    "It was saved through {transforms}, which this program does not undo.",
                    transforms=safe(item.transforms, 80),
                )
            )
        if item.offset + item.nbytes > found.nbytes:
            where = tr(
                "bytes {offset:,} to {offset_2:,} of {filename}",
                offset=item.offset,
                offset_2=item.offset + item.nbytes,
                filename=safe(item.filename, 80),
            )
            raise FileError(
                tr("It should be {where}, which ends at byte {nbytes:,}.", where=where, nbytes=found.nbytes)
            )
        return found.part(item.offset, item.nbytes)

    def damage(self) -> list[str]:
        """A sentence about the files that cannot be read."""
        lost = [safe(name, 80) for name, found in self._found.items() if isinstance(found, str)]
        if not lost:
            return []
        return [
            tr(
                "{count:,} of {files} cannot be read: {lost}.",
                count=len(lost),
                files=plural(len(self._found), "file"),
                lost=names(lost),
            )
        ]

    def _open(self, filename: str) -> FileSource | str:
        if len(self._found) >= _MAX_FILES:
            return tr("more than {max_files:,} files are named.", max_files=_MAX_FILES)
        try:
            return FileSource(path_inside(self._folder, filename))
        except FileError as error:
            return error.message


class _Reading:
    """Makes entries of what the metadata describe."""

    def __init__(self, metadata: _Metadata, files: _Files, contents: Contents, budget: Budget) -> None:
        self._metadata = metadata
        self._files = files
        self._contents = contents
        self._budget = budget

    def entry(self, key: str, described: object) -> Entry:
        """The tensor or other value under `key`; its name is to be set."""
        fields = _fields(described)
        if "size" not in fields and "properties" not in fields:
            return self._value(key)
        try:
            return self._tensor(key, fields)
        except Malformed as error:
            reason = safe(str(error), 300)
            return Branch(
                "", "torch.Tensor", "object", damage=tr("Its metadata are not understood: {reason}.", reason=reason)
            )

    def _tensor(self, key: str, fields: dict[str, object]) -> Tensor:
        shape = sizes(fields.get("size"))
        properties = fields.get("properties")
        state = properties.state if isinstance(properties, Node) else None
        if not isinstance(state, tuple) or len(state) < 3:
            raise Malformed(tr("a tensor without dtype"))
        dtype = dtype_of(state[0])
        storage, damage = self._storage(key, dtype, shape, fields.get("chunks"))
        return Tensor("", dtype, shape, contiguous_stride(shape), 0, storage, state[2] is True, damage=damage)

    def _storage(self, key: str, dtype: str, shape: tuple[int, ...], chunks: object) -> tuple[Storage, str]:
        """The elements of a tensor, joined out of its chunks; or the reason why they cannot be read."""
        nbytes = ITEM_SIZES[dtype]
        for dimension in shape:
            nbytes *= dimension
        whole = Storage(key, dtype, "cpu", nbytes, None)
        try:
            found = self._chunks(key, dtype, chunks)
            source = joined(shape, found, ITEM_SIZES[dtype])
            if source is None:
                raise FileError(tr("Its {chunks} do not make up the whole tensor.", chunks=plural(len(found), "chunk")))
            return whole._replace(source=source), ""
        except FileError as error:
            return whole._replace(damage=error.message), error.message

    def _chunks(self, key: str, dtype: str, described: object) -> list[Chunk]:
        found = []
        for each in described if isinstance(described, list) else []:
            fields = _fields(each)
            offsets, shape = sizes(fields.get("offsets")), sizes(fields.get("sizes"))
            if len(offsets) != len(shape):
                raise Malformed(tr("a chunk whose place and size differ in their dimensions"))
            item = self._metadata.items.get((key, offsets))
            if item is None:
                raise FileError(tr("The metadata do not say where its chunk at {list} is.", list=list(offsets)))
            found.append(Chunk(offsets, shape, ItemSource(self._files.part(item), dtype, shape)))
        if not found:
            raise FileError(tr("The metadata list no chunk of it."))
        return sorted(found, key=lambda chunk: chunk.offsets)

    def _value(self, key: str) -> Entry:
        """What was saved as bytes: a number, a text, a list ..., in a checkpoint of its own."""
        item = self._metadata.items.get((key, None))
        if item is None:
            return Value("", "unknown", None, tr("the metadata do not say where it is"))
        if time.monotonic() > self._budget.deadline:
            return Value("", "unknown", None, tr("not read: there is more than can be read in time"))
        try:
            return self._opened(key, self._files.part(item))
        except FileError as error:
            return Branch("", "bytes", "object", damage=error.message)

    def _opened(self, key: str, source: Source) -> Entry:
        inner = read_contents(source, self._budget)
        self._contents.names.update(inner.names)
        title = safe(key, 80)
        self._contents.damage += [tr("{title}: {message}", title=title, message=said) for said in inner.damage]
        assert inner.shelf is not None
        rebuilder = Rebuilder(NamedShelf(inner.shelf, key), NestedStorages(read_contents, self._budget))
        return Listing(rebuilder).entry("", inner.value)


def _nested(entries: list[tuple[tuple[str | int, ...], Entry]]) -> Branch:
    """The dict of dicts that the paths describe; of two that cannot both be, the later one stands at the top."""
    root: dict[str | int, object] = {}
    for number, (path, entry) in enumerate(entries):
        within = _within(root, path[:-1])
        if within is None or path[-1] in within:
            root[f"{'.'.join(map(str, path))} (entry {number})"] = entry
        else:
            within[path[-1]] = entry
    return Branch("", "dict", "mapping", tuple(_listed(root)))


def _within(root: dict[str | int, object], path: tuple[str | int, ...]) -> dict[str | int, object] | None:
    """The dict at `path`, made when it is not there; None when a value stands in its way."""
    at = root
    for part in path:
        inner = at.setdefault(part, {})
        if not isinstance(inner, dict):
            return None
        at = inner
    return at


def _listed(items: dict[str | int, object]) -> Iterator[Entry]:
    for key, found in items.items():
        name = str(key)
        if isinstance(found, dict) and found and all(type(each) is int for each in found):
            yield Branch(name, "list", "sequence", tuple(_listed(dict(sorted(found.items())))))
        elif isinstance(found, dict):
            yield Branch(name, "dict", "mapping", tuple(_listed(found)))
        elif isinstance(found, Branch):
            yield Branch(name, found.type, found.kind, found.children, found.attribute, found.note, found.damage)
        else:
            yield found._replace(name=name)  # type: ignore[attr-defined]


def _fields(value: object) -> dict[str, object]:
    """The attributes of an inert object, by name."""
    state = value.state if isinstance(value, Node) else None
    return {key: each for key, each in _pairs(state) if isinstance(key, str)}


def _pairs(value: object) -> list[tuple[object, object]]:
    return value.pairs() if isinstance(value, Node) else []


def _is_place(found: object) -> bool:
    return type(found) is int and 0 <= found < 1 << 62
