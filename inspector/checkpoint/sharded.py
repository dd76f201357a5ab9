"""A model in several files: an index that says which tensor is in which shard, or shards that say it by their names.

The index (`model.safetensors.index.json`, `pytorch_model.bin.index.json`) is a JSON object: `weight_map` gives
the name of a shard for every key, `metadata` holds `total_size`. Shards are named `...-00002-of-00005...`.

Why this way: who opens a shard is handed in (`open_shard`), so that this module needs to know nothing of the
containers, and a shard can never be an index or a folder again - an index that names itself would not end.
A shard's name comes from a file that may be hostile: it has to stay in the folder of the index.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from ..errors import FileError
from ..language import ntr, sentences, tr
from ..wording import names, plural, safe, size
from .entries import Branch, Checkpoint, Entry, Global, Storage, Tensor, Value
from .json_stream import JsonStream
from .sources import FileSource, Stamp

Opener = Callable[[str], Checkpoint]
"""Opens one shard by its path: a plain file, never an index or a folder. Raises FileError."""

KEY_LIMIT = 500_000
"""Keys of an index that are listed."""
SHARD_LIMIT = 20_000
_SENTENCES = 20
_MAX_DEPTH = 100
_NUMBERED = re.compile(r"(?P<stem>.*?)[-_.](?P<number>\d{1,6})-of-(?P<total>\d{1,6})(?P<rest>(?:\.\w+)+)")


def is_index(source: FileSource) -> bool:
    """Whether this is JSON text with a `weight_map` near its beginning."""
    if source.read_up_to(0, 64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return False
    stream = JsonStream(source)
    try:
        for key in stream.members():
            if key == "weight_map":
                return True
            stream.value()
    except FileError:
        return False
    return False


def read_index(source: FileSource, open_shard: Opener) -> Checkpoint:
    """All shards that an index names as one checkpoint; tensors of a missing shard stay visible as damaged.

    Raises FileError when the index names no tensor at all.
    """
    index = _Index(source)
    shards = _Shards(os.path.dirname(source.path) or ".", open_shard)
    listed = [_named_tensor(key, shards.opened(name), name) for key, name in index.weight_map]
    children = listed + shards.unlisted({key for key, _ in index.weight_map})
    if index.metadata:
        children.append(Branch("__metadata__", "dict", "mapping", tuple(index.metadata), attribute=True))
    facts = [("index", os.path.basename(source.path))]
    if index.total_size:
        facts.append((tr("total size by the index"), size(index.total_size)))
    return shards.checkpoint(source.path, children, index.damage, facts, source)


def read_numbered(folder: str, filenames: Sequence[str], open_shard: Opener) -> Checkpoint:
    """Shards without an index, which say by their names (`-00001-of-00003`) how many there should be."""
    shards = _Shards(folder, open_shard)
    present, absent = _numbered(filenames)
    for name in present:
        shards.opened(name)
    damage = []
    if absent:
        whole = len(present) + len(absent)
        damage = [
            ntr(
                "Of {whole:,} shards {n} is missing: {absent}.",
                "Of {whole:,} shards {n} are missing: {absent}.",
                len(absent),
                whole=whole,
                absent=names(absent),
            )
        ]
    facts = [("index", tr("none: the shards were found by their names"))]
    return shards.checkpoint(folder, shards.unlisted(set()), damage, facts)


def numbered(filenames: Iterable[str]) -> list[str]:
    """Those of `filenames` that are the shards of one model, in order; none when there are two such models."""
    found = [name for name in sorted(filenames) if _NUMBERED.fullmatch(name)]
    families = {(match["stem"], match["total"], match["rest"]) for match in map(_NUMBERED.fullmatch, found) if match}
    return found if len(families) == 1 else []


def _numbered(filenames: Sequence[str]) -> tuple[list[str], list[str]]:
    """The shards that are there and those that are not, by the count in their names."""
    matches = [match for match in map(_NUMBERED.fullmatch, sorted(filenames)) if match]
    first, have = matches[0], {int(match["number"]) for match in matches}
    total, start = int(first["total"]), 0 if 0 in have else 1
    pattern = first.string[: first.start("number")], len(first["number"]), first.string[first.end("number") :]
    absent = [number for number in range(start, start + min(total, SHARD_LIMIT)) if number not in have]
    return [match.string for match in matches], [f"{pattern[0]}{number:0{pattern[1]}}{pattern[2]}" for number in absent]


class _Index:
    """What an index file says."""

    def __init__(self, source: FileSource) -> None:
        self.weight_map: list[tuple[str, str]] = []
        self.metadata: list[Value] = []
        self.damage: list[str] = []
        self.total_size = 0
        with source.opened():
            self._read(JsonStream(source))
        if not self.weight_map:
            reason = sentences(*self.damage) or tr("Its weight_map is empty.")
            raise FileError(
                tr("This index of a sharded model names no tensor. {reason}", reason=reason), path=source.path
            )

    def _read(self, stream: JsonStream) -> None:
        try:
            for key in stream.members():
                if key == "weight_map":
                    self._read_weight_map(stream)
                else:
                    self._note(key, stream.value())
        except FileError as error:
            self.damage.append(
                tr(
                    "The index is read up to its key {count:,}: {message}",
                    count=len(self.weight_map),
                    message=error.message,
                )
            )

    def _read_weight_map(self, stream: JsonStream) -> None:
        for key in stream.members():
            shard = stream.value()
            if len(self.weight_map) == KEY_LIMIT:
                raise FileError(
                    tr("it names more than {key_limit:,} tensors, and what follows is not listed.", key_limit=KEY_LIMIT)
                )
            self.weight_map.append((key, shard if isinstance(shard, str) else ""))

    def _note(self, key: str, found: object) -> None:
        fields = found if isinstance(found, dict) else {key: found}
        for name, value in fields.items():
            plain = isinstance(value, (str, int, float, bool, type(None)))
            self.metadata.append(Value(name, type(value).__name__, value if plain else safe(repr(value)[:400])))
            if name == "total_size" and isinstance(value, (int, float)) and 0 < value < 1 << 80:
                self.total_size = int(value)


class _Shards:
    """The shards of one model, each opened once, when it is first named."""

    def __init__(self, folder: str, open_shard: Opener) -> None:
        self._folder = folder
        self._open = open_shard
        self._found: dict[str, _Shard] = {}
        self._by_path: dict[str, _Shard] = {}

    def opened(self, name: str) -> _Shard:
        """The shard of that name; one that cannot be opened says why."""
        if name not in self._found:
            self._found[name] = self._open_one(name)
        return self._found[name]

    def unlisted(self, listed: set[str]) -> list[Entry]:
        """What the shards hold beside the keys of the index."""
        return [entry for shard in self._by_path.values() for key, entry in shard.entries.items() if key not in listed]

    def checkpoint(
        self,
        path: str,
        children: Sequence[Entry],
        damage: list[str],
        facts: list[tuple[str, str]],
        index: FileSource | None = None,
    ) -> Checkpoint:
        shards = list(self._by_path.values())
        stamps: list[tuple[str, Stamp]] = [stamp for shard in shards for stamp in shard.stamps]
        if index is not None and index.stamp:
            stamps.insert(0, (index.path, index.stamp))
        return Checkpoint(
            path=path,
            format="sharded",
            nbytes=sum(stamp.nbytes for _, stamp in stamps),
            root=Branch("", "dict", "mapping", tuple(children)),
            globals=_together(entry for shard in shards for entry in shard.globals),
            damage=tuple(self._missing() + damage + self._damage()),
            facts=(("shards", f"{len(shards):,}"), *facts),
            stamps=tuple(stamps),
        )

    def _open_one(self, name: str) -> _Shard:
        if len(self._found) >= SHARD_LIMIT:
            return _Shard(tr("more than {shard_limit:,} shards are named.", shard_limit=SHARD_LIMIT))
        try:
            path = path_inside(self._folder, name)
            if path not in self._by_path:
                self._by_path[path] = _Shard("", name, self._open(path))
            return self._by_path[path]
        except FileError as error:
            return _Shard(error.message)

    def _missing(self) -> list[str]:
        lost = [(name, shard.reason) for name, shard in self._found.items() if shard.reason]
        if not lost:
            return []
        name, reason = lost[0]
        which = names([safe(name) for name, _ in lost])
        return [
            tr(
                "{count:,} of {shards} cannot be read: {which}. {name}: {reason}",
                count=len(lost),
                shards=plural(len(self._found), "shard"),
                which=which,
                name=safe(name),
                reason=reason,
            )
        ]

    def _damage(self) -> list[str]:
        said = [
            tr("{title}: {message}", title=shard.name, message=text)
            for shard in self._by_path.values()
            for text in shard.damage
        ]
        left = len(said) - _SENTENCES
        return said[:_SENTENCES] + ([tr("There are {left:,} more such sentences.", left=left)] if left > 0 else [])


class _Shard:
    """One shard: its entries by key with storages of their own names, or the reason why there are none."""

    def __init__(self, reason: str, name: str = "", checkpoint: Checkpoint | None = None) -> None:
        self.reason = reason
        self.name = safe(name)
        children = checkpoint.root.children if checkpoint else ()
        self.entries: dict[str, Entry] = {
            entry.name: _owned(entry, self.name) for entry in children if not _is_attribute(entry)
        }
        self.damage = checkpoint.damage if checkpoint else ()
        self.globals = checkpoint.globals if checkpoint else ()
        self.stamps = checkpoint.stamps if checkpoint else ()


def path_inside(folder: str, name: str) -> str:
    """The path of the file that `folder` says is `name`. Raises FileError when the name leads out of the folder.

    A symbolic link may lead out in one case: the cache of the Hugging Face hub keeps every file of
    `snapshots/<revision>` as a link into `blobs`, two floors up.
    """
    parts = re.split(r"[/\\]", name)
    if not name or "\0" in name or os.path.isabs(name) or ":" in parts[0] or ".." in parts:
        raise FileError(tr("The name leads out of the folder, so it is not read."))
    path = os.path.normpath(os.path.join(folder, name))
    try:
        target, home = os.path.realpath(path), os.path.realpath(folder)
    except (OSError, ValueError):
        raise FileError(tr("The name cannot be that of a file.")) from None
    blobs = os.path.join(os.path.dirname(os.path.dirname(home)), "blobs")
    if os.path.commonpath([home, target]) != home and os.path.dirname(target) != blobs:
        raise FileError(tr("It is a link that leads out of the folder, so it is not read."))
    if not os.path.lexists(path):
        raise FileError(tr("The file is not there."))
    return path


def _named_tensor(key: str, shard: _Shard, name: str) -> Entry:
    """The entry that the index promises under `key` in `shard`, or a broken one in its place."""
    if shard.reason:
        return _broken(
            key,
            tr("It is in the shard {name}, which cannot be read: {reason}", name=safe(name, 80), reason=shard.reason),
        )
    return shard.entries.get(key) or _broken(key, tr("The index says it is in {name}, but it is not.", name=shard.name))


def _broken(key: str, damage: str) -> Tensor:
    return Tensor(key, "unknown", (), (), 0, None, damage=damage)


def _owned(entry: Entry, shard: str, depth: int = 0) -> Entry:
    """`entry` with storages named after their shard, so that those of two shards are not taken for one."""
    if isinstance(entry, Tensor):
        return _owned_tensor(entry, shard)
    if isinstance(entry, Branch) and depth < _MAX_DEPTH:
        return entry._replace(children=tuple(_owned(child, shard, depth + 1) for child in entry.children))
    return entry


def _owned_tensor(tensor: Tensor, shard: str) -> Tensor:
    parts = tuple(_owned_tensor(part, shard) for part in tensor.extra.parts)
    extra = tensor.extra._replace(parts=parts) if parts else tensor.extra
    return tensor._replace(storage=_renamed(tensor.storage, shard), extra=extra)


def _renamed(storage: Storage | None, shard: str) -> Storage | None:
    if storage is None:
        return None
    return storage._replace(key=f"{shard}:{storage.key}", owner=f"{shard}:{storage.owner}" if storage.owner else "")


def _together(globals_: Iterable[Global]) -> tuple[Global, ...]:
    """The globals of all shards, each named once."""
    counts: Counter[str] = Counter()
    first: dict[str, Global] = {}
    for found in globals_:
        counts[found.name] += found.count
        first.setdefault(found.name, found)
    return tuple(found._replace(count=counts[name]) for name, found in first.items())


def _is_attribute(entry: Entry) -> bool:
    return isinstance(entry, Branch) and entry.attribute
