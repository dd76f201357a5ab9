"""Exported programs (`torch.export.save`, `.pt2`): weights and constants by name, and the graph as text.

Two layouts. Since torch 2.8 (`torch/export/pt2_archive`): a folder with `data/weights/` - a JSON table that
gives for each name a file of plain elements (`weight_0`) and its dtype, sizes and strides -, `data/constants/`
of the same kind, `data/sample_inputs/*.pt`, and `models/*.json`, the graph. Before (torch 2.1 to 2.7):
`serialized_state_dict.pt`, `serialized_constants.pt`, `serialized_example_inputs.pt`, each a checkpoint of
`torch.save`, and `serialized_exported_program.json`. Whole numbers stand for dtypes: `_export/serde/schema.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import FileError
from ..language import tr, unstopped
from ..wording import safe
from .calls import Malformed, sizes, strided, whole
from .contents import Contents, with_root
from .entries import ITEM_SIZES, Branch, Checkpoint, Entry, Extra, Storage, Tensor, Text
from .json_stream import JsonStream
from .listing import Listing
from .nested import NestedStorages
from .rebuilding import Rebuilder
from .shelves import NamedShelf
from .single import read_contents
from .sources import FileSource, Source
from .unpickling import Budget
from .zip_archive import Archive, missing_end, records

_DTYPES = {
    1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32", 8: "float64",
    9: "complex32", 10: "complex64", 11: "complex128", 12: "bool", 13: "bfloat16", 28: "uint16",
    29: "float8_e4m3fn", 30: "float8_e5m2", 31: "float8_e4m3fnuz", 32: "float8_e5m2fnuz", 33: "float8_e8m0fnu",
    34: "uint32", 35: "uint64",
}  # fmt: skip
_STRIDED = 7
_ENTRY_LIMIT = 1 << 18
_MAX_TENSORS = 500_000
_VERSION_WINDOW = 1 << 16
_TABLE = re.compile(r"data/(weights|constants)/[^/]*_config\.json")
_CHECKPOINT = re.compile(r"data/(sample_inputs)/[^/]+\.pt|serialized_(?!exported_program)(\w+)\.(?:pt|json)")
_WEIGHTS = ("weights", "state_dict")


def read(archive: Archive, source: FileSource, budget: Budget) -> Checkpoint:
    """The tensors of an exported program under their names in the model. Raises FileError when there are none."""
    damage = [*missing_end(archive), *archive.damage]
    contents = Contents("exported", damage=damage, facts=[*records(archive), *_facts(archive)])
    contents.texts += _texts(archive)
    weights: list[Entry] = []
    beside: list[Entry] = []
    for name in archive.members:
        branch = _branch(archive, name, contents, budget)
        if branch is not None and branch.name in _WEIGHTS:
            weights += branch.children
        elif branch is not None:
            beside.append(branch._replace(attribute=True))
    if not weights and not beside and not contents.texts:
        raise FileError(
            tr("This archive of an exported program has neither weights nor a graph in it."), path=source.path
        )
    return with_root(contents, source, Branch("", "torch.export.ExportedProgram", "mapping", (*weights, *beside)))


def _branch(archive: Archive, name: str, contents: Contents, budget: Budget) -> Branch | None:
    """What the member `name` holds, called by what it is; None when it holds no tensors or cannot be read."""
    table, nested = _TABLE.fullmatch(name), _CHECKPOINT.fullmatch(name)
    try:
        if table:
            return Branch(table[1], "dict", "mapping", tuple(_tensors(archive, name, contents, budget)))
        if nested:
            return _nested(archive, name, contents, budget)._replace(name=nested[1] or nested[2])
    except FileError as error:
        contents.damage.append(tr("{title}: {message}", title=safe(name, 80), message=error.message))
    return None


def _tensors(archive: Archive, name: str, contents: Contents, budget: Budget) -> Iterator[Entry]:
    """The tensors of a table of weights or constants; what stands before a flaw in it is kept."""
    source = _opened(archive, name)
    folder = name.rpartition("/")[0]
    stream = JsonStream(source)
    done = 0
    try:
        for key in stream.members():
            if key != "config":
                stream.value(_ENTRY_LIMIT)
                continue
            for tensor_name in stream.members():
                yield _tensor(archive, folder, tensor_name, stream.value(_ENTRY_LIMIT), contents, budget)
                done += 1
                if done == _MAX_TENSORS:
                    raise FileError(tr("it has more than {max_tensors:,} entries.", max_tensors=_MAX_TENSORS))
    except FileError as error:
        contents.damage.append(
            tr(
                "{name} is read up to its entry {done:,}: {message}",
                name=safe(name, 80),
                done=done,
                message=error.message,
            )
        )


def _tensor(archive: Archive, folder: str, name: str, described: object, contents: Contents, budget: Budget) -> Entry:
    fields = described if isinstance(described, dict) else {}
    path = f"{folder}/{fields.get('path_name')}"[:4096]
    try:
        if fields.get("use_pickle") is True:
            return _pickled(archive, path, name, contents, budget)
        tensor = _strided(archive, path, name, fields.get("tensor_meta"))
    except (FileError, Malformed) as error:
        reason = unstopped(safe(str(error), 300))
        return Branch(name, "torch.Tensor", "object", damage=tr("It cannot be built: {reason}.", reason=reason))
    parameter = fields.get("is_param") is True
    role = "parameter" if parameter else "buffer" if folder == "data/weights" else ""
    return tensor._replace(parameter=parameter, extra=Extra(role=role))


def _strided(archive: Archive, path: str, name: str, meta: object) -> Tensor:
    if not isinstance(meta, dict):
        raise Malformed(tr("its table says nothing of its type and shape"))
    dtype = _DTYPES.get(meta["dtype"]) if isinstance(meta.get("dtype"), int) else None
    if dtype is None or meta.get("layout", _STRIDED) != _STRIDED:
        raise Malformed(tr("its dtype or layout is none that is known"))
    shape, stride = _numbers(meta.get("sizes")), _numbers(meta.get("strides"))
    if len(shape) != len(stride):
        raise Malformed(tr("{count} dimensions and {count_2} strides", count=len(shape), count_2=len(stride)))
    offset = whole(_number(meta.get("storage_offset", 0)))
    storage = _storage(archive, path, dtype, meta.get("device"))
    return strided(name, dtype, shape, stride, offset, storage, meta.get("requires_grad") is True)


def _storage(archive: Archive, path: str, dtype: str, device: object) -> Storage:
    """The elements in the file `path`; tensors that share it are views of one storage."""
    place = device if isinstance(device, dict) else {}
    index = place.get("index")
    label = safe(str(place.get("type", "cpu")), 40) + (f":{index}" if isinstance(index, int) else "")
    member = archive.members.get(path)
    if member is None:
        missing = tr("Its bytes are missing: the archive has no {path}.", path=safe(path, 80))
        return Storage(path, dtype, label, 0, None, damage=missing)
    nbytes = member.nbytes // ITEM_SIZES[dtype] * ITEM_SIZES[dtype]
    source = None if member.damage else archive.open(path)
    return Storage(path, dtype, label, nbytes, source, 0, archive.text("byteorder") == "big", member.damage)


def _number(found: object) -> int:
    """A size: `{"as_int": 3}`, a plain number, or an expression over symbols with a hint of its value."""
    if isinstance(found, dict):
        expression = found.get("as_expr")
        hint = expression.get("hint") if isinstance(expression, dict) else None
        found = found.get("as_int", hint.get("as_int") if isinstance(hint, dict) else None)
    return whole(found)


def _numbers(found: object) -> tuple[int, ...]:
    return sizes([_number(each) for each in found] if isinstance(found, list) and len(found) <= 64 else found)


def _pickled(archive: Archive, path: str, name: str, contents: Contents, budget: Budget) -> Entry:
    """A tensor subclass or another object, which `torch.save` wrote into its own file."""
    root = _nested(archive, path, contents, budget)
    only = root.children[0] if len(root.children) == 1 and not root.type else root
    return only._replace(name=name)


def _nested(archive: Archive, name: str, contents: Contents, budget: Budget) -> Branch:
    """What a checkpoint within the archive holds. Raises FileError."""
    inner = read_contents(_opened(archive, name), budget)
    contents.names.update(inner.names)
    contents.damage += [tr("{title}: {message}", title=safe(name, 80), message=sentence) for sentence in inner.damage]
    assert inner.shelf is not None
    rebuilder = Rebuilder(NamedShelf(inner.shelf, name), NestedStorages(read_contents, budget))
    return Listing(rebuilder).root(inner.value)._replace(name=name)


def _opened(archive: Archive, name: str) -> Source:
    found = archive.open(name)
    if found is None:
        raise FileError(tr("The archive has no {name}.", name=safe(name, 80)))
    return found


def _facts(archive: Archive) -> Iterator[tuple[str, str]]:
    version = archive.text("archive_version")
    if version:
        yield tr("PT2 archive version"), safe(version, 40)
    for name in archive.members:
        if name.endswith(".json") and name.startswith(("models/", "serialized_exported_program")):
            torch_version = _torch_version(archive, name)
            if torch_version:
                yield tr("torch version"), torch_version


def _torch_version(archive: Archive, name: str) -> str:
    """The version of torch in the graph's JSON, near its end: all of it may be hundreds of megabytes."""
    try:
        source = archive.open(name)
        if source is None:
            return ""
        tail = source.read_up_to(max(0, source.nbytes - _VERSION_WINDOW), _VERSION_WINDOW)
    except FileError:
        return ""
    found = re.search(rb'"torch_version": ?"([^"\\]{1,60})"', tail)
    return safe(found[1].decode("utf-8", "replace"), 60) if found else ""


def _texts(archive: Archive) -> Iterator[Text]:
    for name, member in archive.members.items():
        if name.endswith((".json", ".txt", ".py", ".cpp")) and not member.damage and not _CHECKPOINT.fullmatch(name):
            found = archive.open(name)
            if found is not None:
                yield Text(name, found, 0, found.nbytes)
