"""The numbers of two sides held against each other: pair by pair, what is looked at first, then the rest.

    for word in comparing_values(comparison, wanted):
        ...                                            # Progress, and a Compared for each pair
    values.distances[place], by_branch(comparison, values.distances)["layer1"]

Two zip archives say in their directories which tensors are probably equal, before a single number is read: size and
CRC agree. That is a hint. These pairs are read like all others, only later, because what differs is what is looked
for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import NamedTuple

from ..analysis.distances import Distance, measure, merge_all
from ..analysis.holding import HeldOpen
from ..checkpoint.entries import is_whole
from ..checkpoint.zip_directory import MemberSource
from ..errors import InspectorError
from ..progress import Progress
from .diffing import RENAMED, SAME, VALUES, Comparison, Pair, kind_of
from .item_values import has_values, nbytes_of, tensor_of, view_of
from .sides import Item

_DEPTH = 16
_LONGEST = 1000
"""Segments, and characters, of a key that are branches; what is nested deeper belongs to the last of them."""


class Compared(NamedTuple):
    """The values of one pair were compared - or could not be: then `distance` is None and `refusal` says why."""

    place: int
    """The pair's place in `Comparison.pairs`."""
    distance: Distance | None
    refusal: str = ""


class Values(NamedTuple):
    """What came of comparing all values, by the place of the pair."""

    distances: Mapping[int, Distance]
    refusals: Mapping[int, str]


class Wanted:
    """Which pairs are to be compared next. May be told at any time, from any thread."""

    def __init__(self, places: Iterable[int] = ()) -> None:
        self._places = deque(places)

    def want(self, places: Iterable[int]) -> None:
        """These first, in this order, instead of those wanted before."""
        self._places = deque(places)

    def take(self) -> int | None:
        """The next one; None when no particular one is wanted."""
        try:
            return self._places.popleft()
        except IndexError:
            return None


def comparing_values(
    comparison: Comparison, wanted: Wanted | None = None
) -> Generator[Progress | Compared, None, Values]:
    """Compares the values of every pair that has elements of one shape on both sides, be they the file's or what steps
    make of them; wanted ones first, and those that are probably equal last. The very same views are read once."""
    pairs = dict(_pairs_with_values(comparison))
    total, done = nbytes_to_compare(comparison), 0
    told = _Told()
    with HeldOpen() as held:
        for place in _in_order(comparison, pairs, wanted or Wanted()):
            a, b = pairs[place]
            if held.is_over():
                yield from told.checked(held.renewed(a.tensor, b.tensor))
            compared = told.of_twins(a, b)
            if compared is None:
                compared = yield from _comparing(place, comparison.pairs[place].key, a, b, done, total)
            yield told.keep(compared._replace(place=place), a, b)
            done += nbytes_of(a) + nbytes_of(b)
        if told.fresh:
            yield from told.checked(held.renewed(a.tensor, b.tensor))
    return Values(told.distances, told.refusals)


def nbytes_to_compare(comparison: Comparison) -> int:
    """The bytes of all elements that `comparing_values` compares, those of both sides."""
    return sum(nbytes_of(a) + nbytes_of(b) for _, (a, b) in _pairs_with_values(comparison))


def probably_equal(comparison: Comparison) -> frozenset[int]:
    """The places of the pairs whose storages have the same size and CRC. Reads nothing; a hint, and no proof."""
    marks = ((place, _mark(a), _mark(b)) for place, (a, b) in _pairs_with_values(comparison))
    return frozenset(place for place, a, b in marks if a is not None and a == b)


def with_values(comparison: Comparison, distances: Mapping[int, Distance]) -> Comparison:
    """The comparison as it is once these values are known: what differs in nothing but values says so."""
    pairs = (_with_value(pair, distances.get(place)) for place, pair in enumerate(comparison.pairs))
    return Comparison(comparison.a, comparison.b, tuple(pairs))


def by_branch(comparison: Comparison, distances: Mapping[int, Distance]) -> dict[str, Distance]:
    """The distance of each branch of keys, `""` for the whole.

    Whole numbers count only where there is nothing else: a counter of batches is no weight that moved by 320.
    """
    weights: dict[str, list[Distance]] = {}
    counters: dict[str, list[Distance]] = {}
    for place, distance in distances.items():
        pair = comparison.pairs[place]
        kind = counters if pair.b is not None and is_whole(pair.b.dtype) else weights
        kind.setdefault(_branch_of(pair.key), []).append(distance)
    return _rolled_up(counters) | _rolled_up(weights)


def _pairs_with_values(comparison: Comparison) -> Iterator[tuple[int, tuple[Item, Item]]]:
    for place, (a, b, _) in enumerate(comparison.pairs):
        if a is not None and b is not None and a.shape == b.shape and has_values(a) and has_values(b):
            yield place, (a, b)


def _in_order(comparison: Comparison, pairs: Iterable[int], wanted: Wanted) -> Iterator[int]:
    """Each of the pairs once."""
    left = set(pairs)
    late = probably_equal(comparison)
    rest = iter(sorted(pairs, key=late.__contains__))
    while left:
        place = wanted.take()
        if place is None:
            place = next(each for each in rest if each in left)
        if place in left:
            left.remove(place)
            yield place


def _comparing(place: int, key: str, a: Item, b: Item, done: int, total: int) -> Generator[Progress, None, Compared]:
    nbytes = nbytes_of(a) + nbytes_of(b)
    try:
        work = measure(tensor_of(a), tensor_of(b))
        while True:
            word = next(work)
            yield Progress(done + int(word.share * nbytes), total, text=key)
    except StopIteration as end:
        return Compared(place, end.value)
    except InspectorError as error:
        return Compared(place, None, str(error))


def _with_value(pair: Pair, distance: Distance | None) -> Pair:
    if distance is None or pair.kind not in (SAME, RENAMED, VALUES):
        return pair
    return pair._replace(kind=kind_of(pair.a, pair.b) if distance.is_same else VALUES)


def _branch_of(key: str) -> str:
    return ".".join(key.rpartition(".")[0][:_LONGEST].split(".", _DEPTH)[:_DEPTH])


def _rolled_up(parts: dict[str, list[Distance]]) -> dict[str, Distance]:
    """What the parts of each branch come to, the deepest branches first, each a part of the one above."""
    for branch in list(parts):
        while branch:
            branch = branch.rpartition(".")[0]
            if branch in parts:
                break
            parts[branch] = []
    merged: dict[str, Distance] = {}
    for branch in sorted(parts, key=lambda branch: -(branch.count(".") + bool(branch))):
        merged[branch] = merge_all(parts[branch])
        if branch:
            parts[branch.rpartition(".")[0]].append(merged[branch])
    return merged


def _mark(item: Item) -> object:
    """What is probably equal for two items that have the same numbers; None where nothing is known."""
    tensor = item.tensor
    storage = tensor.storage if tensor is not None and item.made is None else None
    source = storage.source if storage is not None else None
    if tensor is None or storage is None or not isinstance(source, MemberSource) or not source.crc:
        return None
    if storage.damage or tensor.damage or tensor.extra.quantization is not None:
        return None
    bytes_of = (source.crc, source.nbytes, storage.start, storage.big_endian, tensor.extra.latin1)
    view = (tensor.dtype, tensor.offset, tensor.shape, tensor.stride, tensor.extra.conj, tensor.extra.neg)
    return (bytes_of, view)


class _Told:
    """What was said of each pair; `fresh` are those since the files were last checked to be the same still."""

    def __init__(self) -> None:
        self.distances: dict[int, Distance] = {}
        self.refusals: dict[int, str] = {}
        self.fresh: list[int] = []
        self._known: dict[object, Compared] = {}

    def of_twins(self, a: Item, b: Item) -> Compared | None:
        """What was said of the very same views under other keys."""
        return self._known.get((view_of(a), view_of(b)))

    def keep(self, compared: Compared, a: Item, b: Item) -> Compared:
        if compared.distance is None:
            self.refusals[compared.place] = compared.refusal
        else:
            self.distances[compared.place] = compared.distance
            self._known[view_of(a), view_of(b)] = compared
            self.fresh.append(compared.place)
        return compared

    def checked(self, refusal: str) -> Iterator[Compared]:
        """Takes back what is fresh when a file is not what it was: who knows which of its states was read."""
        for place in self.fresh if refusal else ():
            del self.distances[place]
            self.refusals[place] = refusal
            yield Compared(place, None, refusal)
        if refusal:
            self._known.clear()
        self.fresh.clear()
