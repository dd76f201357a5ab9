"""TorchScript archives (`torch.jit.save`): the tree of modules, their code, and what stands beside them.

Format: `torch/csrc/jit/serialization` (`export.cpp`, `pickler.cpp`, `import.cpp`). `data.pkl` pickles the top
module as an object of a class `__torch__.package.Class`; `code/` holds these classes as source text, with the
names of their parameters and buffers and with their constants; `constants.pkl` the tensors in the code.

Why this way: an archive of this kind is a program, and `torch.jit.load` compiles it. Here its code is text to
be read; only the lines that say what a name of a class is are looked at, and no line is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import FileError
from ..language import tr
from . import torchscript_classes, torchscript_json
from .contents import Contents, read_pickle, with_root
from .entries import Branch, Checkpoint, Entry, Global, Tensor, Text, Value
from .inert import Node
from .listing import Listing
from .rebuilding import Rebuilder, Shelf
from .shelves import NamedShelf
from .sources import FileSource
from .torchscript_classes import ScriptClass
from .unpickling import Budget
from .zip_archive import Archive, missing_end, note_cut, records

_TYPE_TAG = "torch.jit._pickle.restore_type_tag"
_LISTS = {f"torch.jit._pickle.build_{kind}list": f"List[{kind}]" for kind in ("int", "double", "bool")} | {
    "torch.jit._pickle.build_tensorlist": "List[Tensor]"
}
_READABLE = (".py", ".json", ".txt", ".md", ".yaml")
_TEXT_LIMIT = 64 << 20


def read(archive: Archive, source: FileSource, budget: Budget) -> Checkpoint:
    """The module in a TorchScript archive, with code and other pickles. Raises FileError when there is no module."""
    contents = Contents("torchscript", damage=archive.damage, facts=records(archive), texts=_texts(archive))
    classes = torchscript_classes.read(archive)
    if "model.json" in archive.members:
        contents.damage[:0] = missing_end(archive)
        root = torchscript_json.read(archive, contents, budget)
    else:
        root = _main_module(archive, contents, classes, budget)
    others = [_beside(name, archive, contents, classes, budget) for name in _other_pickles(archive)]
    found = with_root(contents, source, root._replace(children=(*root.children, *others)))
    return found._replace(globals=tuple(map(_judged, found.globals)))


def _main_module(archive: Archive, contents: Contents, classes: dict[str, ScriptClass], budget: Budget) -> Branch:
    pickle = archive.open("data.pkl")
    if pickle is None:
        raise FileError(
            tr("This is a TorchScript archive without its data.pkl, which holds the names and shapes of all tensors."),
            hint=tr("Copy or download the file again."),
        )
    pickled = read_pickle(pickle, 0, budget, "data.pkl")
    value = contents.took(pickled)
    if not archive.complete:
        note_cut(contents, archive, pickled)
    contents.facts.append((tr("classes with code"), f"{len(classes):,}"))
    return ScriptListing(archive.storages(), classes).root(value)


def _other_pickles(archive: Archive) -> Iterator[str]:
    """The pickles at the top beside `data.pkl`: `constants.pkl`, `traced_inputs.pkl`, `bytecode.pkl` ..."""
    for name in archive.members:
        if name.endswith(".pkl") and "/" not in name and name != "data.pkl":
            yield name.removesuffix(".pkl")


def _beside(
    name: str, archive: Archive, contents: Contents, classes: dict[str, ScriptClass], budget: Budget
) -> Branch:
    """What the pickle `name` beside the module holds, as an attribute of the module."""
    try:
        pickle = archive.open(f"{name}.pkl")
        assert pickle is not None
        value = contents.took(read_pickle(pickle, 0, budget, f"{name}.pkl"))
    except FileError as error:
        return Branch(f"{name}.pkl", "tuple", "sequence", attribute=True, damage=error.message)
    shelf = NamedShelf(archive.storages(f"{name}/"), name)
    found = ScriptListing(shelf, classes).root(value)
    return found._replace(name=f"{name}.pkl", attribute=True)


class ScriptListing(Listing):
    """Lists modules of TorchScript classes as modules, and sees through the tags of their values' types."""

    def __init__(self, shelf: Shelf, classes: dict[str, ScriptClass]) -> None:
        super().__init__(Rebuilder(shelf))
        self._classes = classes

    def _node(self, name: str, node: Node) -> Entry:
        args = node.args if isinstance(node.args, tuple) else ()
        if node.type.full == _TYPE_TAG and args:
            return self.entry(name, args[0])
        if node.type.full in _LISTS and args and isinstance(args[0], list):
            return self.sequence(name, _LISTS[node.type.full], args[0])
        if node.type.full.startswith("__torch__."):
            return self._script_object(name, node)
        return super()._node(name, node)

    def _script_object(self, name: str, node: Node) -> Branch:
        """A module or an object; the packed weights of a quantised layer are one with a tuple as its state."""
        type = torchscript_classes.plain_name(node.type.full)
        if isinstance(node.state, tuple):
            children = self._children((str(index), each) for index, each in enumerate(node.state))
            return Branch(name, type, "object", tuple(children), note=self._cut())
        known = self._classes.get(node.type.full)
        children = self._fields(node.state)
        kind = "module" if known is None or known.is_module else "object"
        return Branch(name, type, kind, tuple(_in_order(children, known)), note=self._cut())


def _in_order(children: list[Entry], known: ScriptClass | None) -> Iterator[Entry]:
    """Parameters, buffers, modules, then the rest: as `state_dict()` orders them; constants last."""
    known = known or ScriptClass()
    roles = dict.fromkeys(known.buffers, "buffer") | dict.fromkeys(known.parameters, "parameter")
    placed = [_with_role(entry, roles.get(entry.name, "")) for entry in children]
    yield from sorted(placed, key=_rank)
    for name, (type, value) in known.constants.items():
        yield Value(name, type, value, tr("constant of the class"))


def _with_role(entry: Entry, role: str) -> Entry:
    if isinstance(entry, Tensor):
        return entry._replace(extra=entry.extra._replace(role=role)) if role else entry
    if isinstance(entry, Value) and entry.value is None and role:
        return entry._replace(note=tr("{role} that is None", role=role))
    if isinstance(entry, Branch) and entry.kind != "module" and not _holds_tensors(entry):
        return entry._replace(attribute=True)
    return entry


def _holds_tensors(branch: Branch) -> bool:
    return any(isinstance(child, Tensor) or (isinstance(child, Branch) and child.children) for child in branch.children)


def _rank(entry: Entry) -> int:
    if isinstance(entry, Tensor):
        return {"parameter": 0, "buffer": 1}.get(entry.extra.role, 2)
    return 3 if isinstance(entry, Branch) and not entry.attribute else 4


def _texts(archive: Archive) -> Iterator[Text]:
    """The code, and what else is meant to be read: the files that were put beside it."""
    for name, member in archive.members.items():
        if name.endswith(_READABLE) and member.nbytes <= _TEXT_LIMIT and not member.damage:
            found = archive.open(name)
            if found is not None:
                yield Text(name, found, 0, found.nbytes)


def _judged(found: Global) -> Global:
    """The verdict on what only TorchScript archives name; `torch.load` opens them by `torch.jit.load`."""
    if found.name.startswith("__torch__."):
        return found._replace(verdict="unknown", reason=tr("its code is in the archive; torch.jit.load compiles it"))
    if found.name.startswith("torch.jit._pickle."):
        return found._replace(verdict="torch", reason=tr("says the type of a value"))
    return found
