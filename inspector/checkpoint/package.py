"""torch.package archives: models together with the source they need.

Format: `torch/package/package_exporter.py`. Objects are pickles under the names that their author chose
(`model/model.pkl`), storages are `.data/KEY.storage`, `.data/extern_modules` lists what is to be imported
from outside, and the rest is source and data. A persistent id is a storage, or `('reduce_package', id,
function, arguments)`: an object that the package makes by itself, TorchScript modules among them.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import FileError
from ..language import tr
from ..wording import names, safe
from .contents import Contents, Pickled, followed, with_root
from .entries import Branch, Checkpoint, Text
from .inert import Global, Node, Reference
from .listing import Listing
from .rebuilding import Rebuilder
from .sources import FileSource, Source
from .storages import Declared, Place, PlacedStorages
from .tensor_shortcut import TensorShortcut
from .unpickling import Budget, Machine
from .zip_archive import Archive, missing_end, records
from .zip_directory import member_source

_TEXTS = (".py", ".txt", ".json", ".yaml", ".yml", ".md", ".cfg", ".toml", ".ini", ".csv")
_TEXT_LIMIT = 64 << 20
_EXTERN_LIMIT = 1 << 20


def read(archive: Archive, source: FileSource, budget: Budget) -> Checkpoint:
    """Every pickle of a package; when there is one only, what it holds. Raises FileError when there is none."""
    damage = [*missing_end(archive), *archive.damage]
    contents = Contents("package", damage=damage, facts=[*records(archive), *_facts(archive)], texts=_texts(archive))
    listing = Listing(Rebuilder(PlacedStorages(lambda wanted: _place(archive, wanted))))
    branches = [_pickle(archive, name, contents, listing, budget) for name in _pickles(archive)]
    if not branches:
        raise FileError(tr("This torch.package archive has no pickle in it."), path=source.path)
    root = branches[0] if len(branches) == 1 else Branch("", "torch.package", "mapping", tuple(branches))
    return with_root(contents, source, root._replace(name=""))


def _pickles(archive: Archive) -> list[str]:
    return [name for name in archive.members if name.endswith(".pkl") and not name.startswith(".data/")]


def _pickle(archive: Archive, name: str, contents: Contents, listing: Listing, budget: Budget) -> Branch:
    """What one pickle holds, under the name of its member."""
    try:
        source = archive.open(name)
        assert source is not None
        value = contents.took(_read(source, name, budget))
    except FileError as error:
        return Branch(name, "pickle", "object", damage=error.message)
    return listing.root(value)._replace(name=name)


class _PackageMachine(Machine):
    """Sees what a package makes by itself as the call that makes it, the same object for the same id."""

    def __init__(self, source: Source, budget: Budget) -> None:
        super().__init__(source, 0, budget, TensorShortcut())
        self._made: dict[str, Node] = {}

    def refer(self, pid: object) -> object:
        if not isinstance(pid, tuple) or len(pid) != 4 or pid[0] != "reduce_package" or not isinstance(pid[2], Global):
            return Reference(pid)
        key = str(pid[1])[:40] if isinstance(pid[1], (int, str)) else ""
        if key not in self._made:
            self._made[key] = Node(pid[2], pid[3])
        return self._made[key]


def _read(source: Source, name: str, budget: Budget) -> Pickled:
    return followed(_PackageMachine(source, budget), safe(name, 80))


def _place(archive: Archive, wanted: Declared) -> Place:
    """Where the bytes of a storage are: packages have no record of byte order, and are little-endian."""
    name = f".data/{wanted.key}.storage"
    member = archive.members.get(name)
    if member is None:
        lacks = (
            "" if wanted.nbytes == 0 else tr("Its bytes are missing: the archive has no {name}.", name=safe(name, 60))
        )
        return Place(None, 0, 0, lacks)
    return Place(member_source(archive.source, member), 0, member.nbytes, member.damage)


def _facts(archive: Archive) -> Iterator[tuple[str, str]]:
    """The modules that are imported from outside when the package is loaded, and the version of the format."""
    version = archive.text(".data/version")
    if version:
        yield tr("package version"), safe(version, 40)
    extern = _extern_modules(archive)
    if extern:
        yield tr("imports from outside"), names(extern, 12)
    sources = sum(name.endswith(".py") for name in archive.members)
    yield tr("source files"), f"{sources:,}"


def _extern_modules(archive: Archive) -> list[str]:
    try:
        source = archive.open(".data/extern_modules")
        text = source.read_up_to(0, _EXTERN_LIMIT).decode("utf-8", "replace") if source is not None else ""
    except FileError:
        return []
    return [safe(line.strip(), 80) for line in text.splitlines() if line.strip()]


def _texts(archive: Archive) -> Iterator[Text]:
    for name, member in archive.members.items():
        readable = name.endswith(_TEXTS) or name == ".data/extern_modules"
        if readable and not member.damage and member.nbytes <= _TEXT_LIMIT:
            yield Text(name, member_source(archive.source, member), 0, member.nbytes)
