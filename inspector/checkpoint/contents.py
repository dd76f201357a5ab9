"""What a container gives - an inert object and where its storages are - made into a `Checkpoint`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from typing import NamedTuple

from ..language import marked, ntr, tr
from ..progress import Progress, finish
from ..wording import plural, safe, share
from . import verdicts
from .entries import Branch, Checkpoint, Global, Tensor, Text, Value, walk
from .listing import Listing
from .rebuilding import LOAD_FROM_BYTES, Nested, Rebuilder, Shelf
from .sections import sections
from .sources import FileSource, Source
from .tensor_shortcut import TensorShortcut
from .unpickling import Budget, Machine, PickleError

_BROKEN = marked("{what} breaks off at byte {offset:,}: {reason}.")


class Pickled(NamedTuple):
    """One pickle, read as far as it goes."""

    value: object
    end: int
    """The offset behind it, or of the byte where it broke off."""
    names: dict[str, int]
    pids: list[object]
    protocol: int
    damage: str = ""


def read_pickle(source: Source, start: int, budget: Budget, what: str = "") -> Pickled:
    """The pickle at `start`, inert; `damage` says where and why when it breaks off."""
    return followed(Machine(source, start, budget, TensorShortcut()), what or tr("The pickle"))


def followed(machine: Machine, what: str, broken: str = _BROKEN) -> Pickled:
    """What `machine` reads; where it breaks off, the damage is `broken` with `what`, the offset and the reason."""
    return finish(following(machine, what, broken))


def following(machine: Machine, what: str, broken: str = _BROKEN) -> Generator[Progress, None, Pickled]:
    """The same, saying how far it is."""
    damage = ""
    try:
        value = yield from machine.loading()
        end = machine.end
    except PickleError as error:
        value, end = machine.salvage(), error.offset
        damage = tr(broken, what=what, offset=error.offset, reason=error.reason)
    return Pickled(value, end, machine.names, machine.pids, machine.protocol, damage)


class Contents:
    """What a container holds, before it is listed. Built up by one reader; nothing else changes it."""

    def __init__(
        self,
        format: str,
        value: object = None,
        shelf: Shelf | None = None,
        damage: Iterable[str] = (),
        facts: Iterable[tuple[str, str]] = (),
        texts: Iterable[Text] = (),
    ) -> None:
        self.format = format
        self.value = value
        self.shelf = shelf
        self.damage = list(damage)
        self.facts = list(facts)
        self.texts = list(texts)
        self.names: Counter[str] = Counter()
        self.cut_at = ""  # `34 %` when the file ends there; then the first sentence is about it

    def took(self, pickled: Pickled) -> object:
        """Keeps what `pickled` says beside its value, and gives the value."""
        self.names.update(pickled.names)
        if pickled.damage:
            self.damage.append(pickled.damage)
        return pickled.value


def checkpoint(contents: Contents, source: FileSource, nested: Nested | None = None) -> Checkpoint:
    """`contents` of the file `source` as a tree with everything that is known about it.

    `nested` opens what the pickle carries as bytes of further checkpoints.
    """
    assert contents.shelf is not None
    if nested is not None and LOAD_FROM_BYTES in contents.names:
        nested.look_into(contents.value)
        contents.names.update(nested.names)
    return with_root(contents, source, Listing(Rebuilder(contents.shelf, nested)).root(contents.value))


def with_root(contents: Contents, source: FileSource, root: Branch) -> Checkpoint:
    """The same for a container that has made its tree by itself."""
    return Checkpoint(
        path=source.path,
        format=contents.format,
        nbytes=source.nbytes,
        root=root,
        globals=judged(contents.names),
        sections=sections(root),
        damage=tuple(_damage(contents, root)),
        facts=tuple(contents.facts),
        texts=tuple(contents.texts),
        stamps=((source.path, source.stamp),) if source.stamp else (),
    )


def judged(names: Counter[str]) -> tuple[Global, ...]:
    """The verdicts on all names, what is dangerous first."""
    order = ("dangerous", "unknown", "harmless", "torch")
    found = [verdicts.verdict(name, count) for name, count in names.items()]
    return tuple(sorted(found, key=lambda each: (order.index(each.verdict), each.name)))


def _damage(contents: Contents, root: Branch) -> list[str]:
    """All sentences: how much is whole first, then what is wrong with the file, then a few of the entries."""
    tensors = broken = 0
    examples: list[str] = []
    for key, entry in walk(root):
        if type(entry) is Value:
            continue
        tensors += type(entry) is Tensor
        if entry.damage:  # type: ignore[union-attr]
            broken += type(entry) is Tensor
            if len(examples) < 3:
                damage = entry.damage  # type: ignore[union-attr]
                examples.append(tr("{title}: {message}", title=safe(key, 80), message=damage))
    return [*_headline(contents.cut_at, tensors, broken), *dict.fromkeys(contents.damage), *examples]


def _headline(cut_at: str, tensors: int, broken: int) -> list[str]:
    if cut_at:
        return [
            ntr(
                "The file ends after {cut_at}: {n} of {tensors} is whole.",
                "The file ends after {cut_at}: {n} of {tensors} are whole.",
                tensors - broken,
                cut_at=cut_at,
                tensors=plural(tensors, "tensor"),
            )
        ]
    return (
        [tr("{broken:,} of {tensors} cannot be read whole.", broken=broken, tensors=plural(tensors, "tensor"))]
        if broken
        else []
    )


def cut_share(nbytes: int, whole: int) -> str:
    """How far a file of `nbytes` goes that should have `whole`."""
    return share(nbytes, max(whole, nbytes + 1))
