"""The TorchScript archives of torch 1.0 to 1.3, which describe their modules in `model.json`.

Format: `torch/csrc/jit/serialization/import_legacy.cpp` and caffe2's `torch.proto`, written as JSON (where
int64 becomes text). `tensors` is a table; a parameter is the number of one of its rows. Attributes that are
no tensors stand in the pickled list `attributes.pkl`.
"""

from __future__ import annotations

from ..errors import FileError
from ..language import tr
from ..wording import safe
from .calls import Malformed, sizes, strided, whole
from .contents import Contents, read_pickle
from .entries import ITEM_SIZES, Branch, Entry, Extra, Storage, Tensor, Value
from .inert import Node
from .json_stream import JsonStream
from .listing import MAX_DEPTH, MAX_ENTRIES, Listing
from .rebuilding import Rebuilder
from .storages import Declared, Place, PlacedStorages
from .unpickling import Budget
from .zip_archive import Archive

_DTYPES = {
    "FLOAT": "float32", "DOUBLE": "float64", "FLOAT16": "float16", "INT64": "int64", "INT32": "int32", "INT16": "int16",
    "INT8": "int8", "UINT8": "uint8", "BYTE": "uint8", "BOOL": "bool", "BFLOAT16": "bfloat16",
}  # fmt: skip
_JSON_LIMIT = 32 << 20


def read(archive: Archive, contents: Contents, budget: Budget) -> Branch:
    """The main module. Raises FileError when `model.json` cannot be read."""
    described = _described(archive)
    writer = " ".join(str(described[key]) for key in ("producerName", "producerVersion") if key in described)
    contents.facts.append(("written by", safe(writer)))
    reading = _Reading(archive, described, _attributes(archive, contents, budget))
    return reading.module("", described.get("mainModule"), 0)


def _described(archive: Archive) -> dict[str, object]:
    source = archive.open("model.json")
    assert source is not None
    stream = JsonStream(source)
    found = {key: stream.value(_JSON_LIMIT) for key in stream.members()}
    if not isinstance(found.get("mainModule"), dict):
        raise FileError(tr("This TorchScript archive describes no module in its model.json."))
    return found


def _attributes(archive: Archive, contents: Contents, budget: Budget) -> list[object]:
    source = archive.open("attributes.pkl")
    value = contents.took(read_pickle(source, 0, budget, "attributes.pkl")) if source is not None else []
    return list(value) if isinstance(value, (list, tuple)) else []


class _Reading:
    """One `model.json` while it is read."""

    def __init__(self, archive: Archive, described: dict[str, object], attributes: list[object]) -> None:
        self._archive = archive
        table = described.get("tensors")
        self._table = table if isinstance(table, list) else []
        self._attributes = attributes
        self._listing = Listing(Rebuilder(PlacedStorages(_nowhere)))
        self._left = MAX_ENTRIES

    def module(self, name: str, described: object, depth: int) -> Branch:
        """A module with its parameters, buffers, attributes and submodules."""
        fields = described if isinstance(described, dict) else {}
        if depth > MAX_DEPTH:
            damage = tr("It is nested deeper than {max_depth} levels: not listed.", max_depth=MAX_DEPTH)
            return Branch(name, "module", "module", damage=damage)
        children: list[Entry] = [self._parameter(each) for each in self._rows(fields, "parameters")]
        for each in self._rows(fields, "submodules"):
            children.append(self.module(str(each.get("name", "")), each, depth + 1))
        children += [self._attribute(each) for each in self._rows(fields, "attributes")]
        return Branch(name, safe(str(fields.get("name") or "module")), "module", tuple(children))

    def _rows(self, fields: dict[str, object], key: str) -> list[dict[str, object]]:
        rows = fields.get(key)
        found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        self._left -= len(found)
        return found if self._left > 0 else []

    def _parameter(self, row: dict[str, object]) -> Entry:
        role = "buffer" if row.get("isBuffer") is True else "parameter"
        name = str(row.get("name", ""))
        tensor = self._tensor(name, row.get("tensorId"))
        if isinstance(tensor, Tensor):
            return tensor._replace(parameter=role == "parameter", extra=Extra(role=role))
        return tensor

    def _attribute(self, row: dict[str, object]) -> Entry:
        name, index = str(row.get("name", "")), _number(row.get("id", 0))
        value = self._attributes[index] if 0 <= index < len(self._attributes) else None
        if isinstance(value, Node) and value.type.full == "torch.jit._pickle.build_tensor_from_id":
            args = value.args if isinstance(value.args, tuple) else ()
            return self._tensor(name, args[0] if args else None)
        return self._listing.entry(name, value)

    def _tensor(self, name: str, number: object) -> Entry:
        index = _number(number)
        row = self._table[index] if 0 <= index < len(self._table) else None
        if not isinstance(row, dict):
            note = tr("the tensor number {index:,} that it should be is not described", index=index)
            return Value(name, "NoneType", None, note)
        try:
            return self._described_tensor(name, row)
        except Malformed as error:
            return Branch(name, "torch.Tensor", "object", damage=_unbuilt(error))

    def _described_tensor(self, name: str, row: dict[str, object]) -> Tensor:
        dtype = _DTYPES.get(str(row.get("dataType", "FLOAT")))
        if dtype is None:
            kind = safe(str(row.get("dataType")), 40)
            raise Malformed(tr("elements of the type {kind}, which is not known", kind=kind))
        shape = sizes([_number(each) for each in _listed(row.get("dims"))])
        stride = sizes([_number(each) for each in _listed(row.get("strides"))])
        if len(shape) != len(stride):
            raise Malformed(
                tr("{dimensions} dimensions and {strides} strides", dimensions=len(shape), strides=len(stride))
            )
        offset = whole(_number(row.get("offset", 0)))
        storage = self._storage(row, dtype)
        return strided(name, dtype, shape, stride, offset, storage, row.get("requiresGrad") is True)

    def _storage(self, row: dict[str, object], dtype: str) -> Storage:
        data = row.get("data")
        key = data.get("key") if isinstance(data, dict) else None
        member = self._archive.members.get(key) if isinstance(key, str) else None
        device = safe(str(row.get("device", "cpu")), 40)
        if member is None or not isinstance(key, str):
            label = safe(str(key), 80)
            return Storage(label, dtype, device, 0, None, damage=tr("The archive has no {name}.", name=label))
        nbytes = member.nbytes // ITEM_SIZES[dtype] * ITEM_SIZES[dtype]
        source = None if member.damage else self._archive.open(key)
        return Storage(key, dtype, device, nbytes, source, damage=member.damage)


def _unbuilt(error: Malformed) -> str:
    return tr("It cannot be built: {reason}.", reason=safe(str(error), 300))


def _number(found: object) -> int:
    """A number that JSON may hold as text, since int64 is more than its numbers can be."""
    if isinstance(found, str) and len(found) < 20 and found.lstrip("-").isdecimal():
        return int(found)
    return found if type(found) is int else -1


def _listed(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _nowhere(wanted: Declared) -> Place:
    raise Malformed(tr("a storage in a pickle that has none"))
