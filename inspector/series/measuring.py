"""The frames of a training, measured: norms, and how far each is from those before it.

Most tensors are measured in one pass over them and what they were (see `passing`): where every byte is as before,
which is most of what is frozen, nothing else has to be read. The others, of which there are few, are held against the
frame before, that before it, and the first, one after the other (see `tensors`).

Why this way: no frame needs the figures of another, so that the one which a person looks at is measured first. What a
frame is held against is taken to be sound until it was measured; where it turns out not to be, the frame is measured
anew in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from ..analysis.holding import HeldOpen
from ..checkpoint.reading import open_checkpoint
from ..comparing.sides import Item
from ..errors import FileError, InspectorError
from ..language import tr
from ..progress import Progress, Result, retold
from .figures import Figures, Frame, Series
from .finding import stamps_now
from .kinds import kinds_of
from .letting_go import let_go
from .members import Member, Stamps, Training
from .merging import Table, by_layer, of_all
from .tensors import Past, measuring
from .weights import weights_in
from .wholes import series_of

if TYPE_CHECKING:
    from .passing import Lines  # it takes numpy with it

Items = dict[str, Item]
Keeping = Callable[[], AbstractContextManager[None]]
_NOTHING: tuple[Items, Lines] = ({}, {})
_KEPT_OPEN = 4
"""Files that stay open though the frame at hand does not need them, where they have not more than `_MANY` tensors."""
_MANY = 5_000
_PORTION = 5_000
_LARGE = 64 * 1024 * 1024
"""Bytes of a checkpoint from which on work at it is put aside for one that is wanted by now."""
_MOST_ASIDE = 2


def measure(
    training: Training,
    known: Series | None = None,
    wanted: Callable[[], int] = lambda: -1,
    keeping: Keeping = nullcontext,
) -> Generator[Frame | Progress, None, Series]:
    """Measures a training; yields each `Frame` as it is done and `Progress` (bytes) in between.

    Frames of `known`, a series measured before, whose files and neighbours are the same still are taken over and
    yielded at once. The others come in order, but that at the place that `wanted` gives and its neighbours come first:
    it is asked before each frame, within large ones too, and may give -1. A frame is yielded again where one that it
    was held against turned out to be damaged. Memory is bounded: files are read stretch by stretch. Raises nothing for
    a file that is damaged or changes meanwhile: its frame has a `problem`. `wholes.series_of(training, frames)` says
    what the frames so far come to. What is made within `keeping()` is much, and lives as long as a file is open.
    """
    strip = _Strip(training, known, keeping)
    yield from strip.taken_over()
    try:
        while (place := strip.next(wanted())) >= 0:
            frame = yield from strip.going_on(place, wanted)
            if frame is not None:
                strip.keep(frame)
                yield frame
    finally:
        strip.close()
    return series_of(training, [strip.frames[place] for place in sorted(strip.frames)])


class _Side(NamedTuple):
    """A frame that another is held against."""

    member: Member
    frame: Frame | None
    """None while it is not measured."""


class _Neighbours(NamedTuple):
    """What a frame is held against."""

    before: _Side | None = None
    earlier: _Side | None = None
    first: _Side | None = None

    @property
    def stamps(self) -> tuple[Stamps, ...]:
        return tuple(each.member.stamps if each is not None else () for each in self)

    @property
    def are_measured(self) -> bool:
        return all(each is None or each.frame is not None for each in self)


class _Strip:
    """The frames that are measured so far, and what is open for the next."""

    def __init__(self, training: Training, known: Series | None, keeping: Keeping) -> None:
        self.frames: dict[int, Frame] = {}
        """By their places."""
        self._members, self._keys, self._keeping = training.drawn, training.keys, keeping
        self._kinds: Mapping[str, str] = {}
        self._assumed: set[int] = set()
        """Places of frames that were held against some that were not measured yet."""
        self._changed: set[str] = set()
        """Paths of files that changed since they were measured: nothing is held against them any more."""
        self._open: dict[str, tuple[Items, Lines]] = {}
        self._total = sum(map(_nbytes, training.drawn))
        self._aside: dict[int, Generator[Progress, None, Frame]] = {}
        """The work at large frames that was put aside for another, by their places."""
        self._done = 0
        self._known = {frame.member.path: frame for frame in known.frames} if known is not None else {}

    def keep(self, frame: Frame) -> None:
        if frame.place not in self.frames:
            self._done += _nbytes(frame.member)
        self.frames[frame.place] = frame

    def taken_over(self) -> Iterator[Frame]:
        """The frames as they were measured before, of which neither the file nor those that it was held against have
        changed."""
        for place, member in enumerate(self._members):
            frame = self._known.get(member.path)
            if frame is None or frame.problem:
                continue
            neighbours = self._neighbours(place)
            if frame.basis != (member.stamps, *neighbours.stamps) or stamps_now(member.path) != member.stamps:
                continue
            self._kinds = self._kinds or frame.kinds
            self._note(place, neighbours)
            self.keep(frame._replace(place=place, member=member, was_known=True))
            yield self.frames[place]

    def next(self, wanted: int) -> int:
        """The place of the frame that is to be measured next; -1 when all are."""
        if wanted >= 0:
            for place in (wanted, wanted - 1, wanted + 1, wanted - 2, wanted + 2):
                if 0 <= place < len(self._members) and place not in self.frames:
                    return place
        for place in range(len(self._members)):
            if place not in self.frames:
                return place
        return next(iter(self._misjudged()), -1)

    def _misjudged(self) -> Iterator[int]:
        """Places of frames that were held against one that turned out to be damaged, or to lack tensors."""
        for place in sorted(self._assumed):
            self._assumed.discard(place)
            frame = self.frames[place]
            neighbours = self._neighbours(place)
            is_lacking = any(each is not None and each.frame is not None and each.frame.refusals for each in neighbours)
            if not frame.problem and (is_lacking or frame.basis[1:] != neighbours.stamps):
                yield place

    def _note(self, place: int, neighbours: _Neighbours) -> None:
        if not neighbours.are_measured:
            self._assumed.add(place)

    def going_on(self, place: int, wanted: Callable[[], int]) -> Generator[Progress, None, Frame | None]:
        """The frame at a place; None where the work at it was put aside because another is wanted by now."""
        work = self._aside.pop(place, None) or self.measured(place)
        try:
            while True:
                yield next(work)
                if _nbytes(self._members[place]) > _LARGE and self._is_elsewhere(place, wanted()):
                    self._aside[place] = work
                    return None
        except StopIteration as end:
            frame: Frame = end.value
            return frame
        finally:
            if place not in self._aside:
                work.close()

    def _is_elsewhere(self, place: int, wanted: int) -> bool:
        """Whether a frame is wanted that is not measured, and there is room for one more that waits."""
        there = 0 <= wanted < len(self._members) and wanted not in self.frames
        return there and wanted != place and len(self._aside) < _MOST_ASIDE

    def close(self) -> None:
        """Lets go of what was put aside."""
        for work in self._aside.values():
            work.close()
        for each in self._open.values():
            let_go(*each)

    def measured(self, place: int) -> Generator[Progress, None, Frame]:
        """The frame at a place. Where a file changed that it was held against, it is measured without that one."""
        member = self._members[place]
        yield Progress(self._done, self._total, "bytes", member.name)
        while True:
            neighbours = self._neighbours(place)
            self._note(place, neighbours)
            try:
                return (yield from self._measured(place, member, neighbours))
            except InspectorError as error:
                self._open.clear()
                if stamps_now(member.path) != member.stamps or not self._forget_what_changed(neighbours):
                    return Frame(place, member, problem=str(error))

    def _forget_what_changed(self, neighbours: _Neighbours) -> bool:
        """Leaves out what is held against another and has changed, or cannot be opened; whether there was any."""
        sides = [each.member for each in neighbours if each is not None]
        lost = {each.path for each in sides if stamps_now(each.path) != each.stamps or self._is_damaged(each)}
        self._changed |= lost
        return bool(lost)

    def _is_damaged(self, member: Member) -> bool:
        try:
            self._opened(member)
        except InspectorError:
            return True
        return False

    def _neighbours(self, place: int) -> _Neighbours:
        behind = self._sound(range(place - 1, -1, -1))
        before, earlier, first = next(behind, None), next(behind, None), next(self._sound(range(place)), None)
        if before is not None and earlier is not None and before.frame is not None:
            if before.frame.basis[1] != earlier.member.stamps:
                earlier = None  # its update was measured from another one
        return _Neighbours(before, earlier, first)

    def _sound(self, places: range) -> Iterator[_Side]:
        """The frames at these places that another may be held against."""
        for place in places:
            member, frame = self._members[place], self.frames.get(place)
            if member.path not in self._changed and (frame is None or not frame.problem):
                yield _Side(member, frame)

    def _measured(self, place: int, member: Member, neighbours: _Neighbours) -> Generator[Progress, None, Frame]:
        meant = (member, *(each.member for each in neighbours if each is not None))
        _check(*meant)
        items, lines = self._opened(member)
        sides = [self._opened(each.member) if each else _NOTHING for each in neighbours]
        self._close_others(len(items), meant)
        self._kinds = self._kinds or kinds_of(items)
        rows, refusals = yield from self._rows(member, items, lines, neighbours, sides)
        _check(*meant)
        if rows and len(refusals) == len(rows):
            raise FileError(next(iter(refusals.values())))
        once = frozenset(key for key, item in items.items() if item.shared in ("", key) or item.shared not in items)
        layers, whole = by_layer(rows, self._kinds, once), of_all(rows, self._kinds, once)
        basis = (member.stamps, *neighbours.stamps)
        other = next(iter(self.frames.values()), Frame(place, member))
        tables = Table(layers.items(), other.layers), Table(rows.items(), other.tensors)
        let_go(rows, layers)
        return Frame(place, member, whole, *tables, refusals, "", basis, kinds=self._kinds)

    def _close_others(self, tensors: int, meant: Sequence[Member]) -> None:
        """Keeps open what this frame needs; of small files as many again, for who looks elsewhere comes back."""
        needed = {each.path for each in meant}
        others = [path for path in self._open if path not in needed]
        for path in others if tensors > _MANY else others[:-_KEPT_OPEN]:
            gone = self._open.pop(path)
            if not self._aside:  # what was put aside may use it still
                let_go(*gone)

    def _rows(
        self,
        member: Member,
        items: Items,
        lines: Lines,
        neighbours: _Neighbours,
        sides: Sequence[tuple[Items, Lines]],
    ) -> Generator[Progress, None, tuple[dict[str, Figures], dict[str, str]]]:
        from .passing import line_at, passing  # it takes numpy with it

        there = [items_there for items_there, _ in sides]
        with self._keeping():
            pasts = {key: (item, _past(key, neighbours, there)) for key, item in items.items()}
        for its, known in ((items, lines), *sides):
            for portion in _portions(its) if len(known) < len(its) else ():
                with self._keeping():
                    for key in portion:
                        line_at(key, its[key], known)
                yield Progress(self._done, self._total, "bytes", member.name)
        total = max(1, sum(map(_nbytes_of, items.values())))
        found = yield from self._telling(passing(pasts, [lines, *(known for _, known in sides)]), member, 0.0, 1.0)
        done = sum(_nbytes_of(items[key]) for key in found)
        refusals: dict[str, str] = {}
        with HeldOpen() as held:
            for key, (item, past) in pasts.items():
                if key in found:
                    continue
                tensors = [each.tensor for each in (item, past.before, past.earlier, past.first) if each is not None]
                if held.is_over() and (changed := held.renewed(*tensors)):
                    raise FileError(changed)
                try:
                    work = measuring(item, past)
                    found[key] = yield from self._telling(work, member, done / total, _nbytes_of(item) / total)
                except InspectorError as error:
                    refusals[key], found[key] = str(error), Figures(refused=1)
                done += _nbytes_of(item)
        let_go(pasts)
        return {key: found.pop(key) for key in self._keys or items}, refusals

    def _telling(
        self, work: Generator[Progress, None, Result], member: Member, share: float, part: float
    ) -> Generator[Progress, None, Result]:
        """The progress of some work at a frame as that of the whole training."""

        def told(word: Progress) -> Progress:
            done = self._done + int(_nbytes(member) * min(1.0, share + part * word.share))
            return Progress(done, self._total, "bytes", member.name)

        return (yield from retold(work, told))

    def _opened(self, member: Member) -> tuple[Items, Lines]:
        """The weights of a member, and what is known of where they lie; opened once, and kept as long as needed."""
        if member.path not in self._open:
            with self._keeping():
                self._open[member.path] = weights_in(open_checkpoint(member.path), member.section), {}
        return self._open[member.path]


def _portions(items: Items) -> Iterator[list[str]]:
    """All keys, so many at a time as are gone through in a moment."""
    keys = iter(items)
    while portion := list(islice(keys, _PORTION)):
        yield portion


def _past(key: str, neighbours: _Neighbours, sides: list[Items]) -> Past:
    """The tensor in the frames before, where it could be measured, or is not yet."""
    before, earlier, first = (
        items.get(key) if side is not None and (side.frame is None or key not in side.frame.refusals) else None
        for side, items in zip(neighbours, sides)
    )
    return Past(
        before,
        earlier,
        first,
        _figures(key, neighbours.before, before),
        _figures(key, neighbours.first, first),
        _is_same(neighbours.earlier, neighbours.first),
        _is_same(neighbours.before, neighbours.first),
        neighbours == _Neighbours(),
    )


def _figures(key: str, side: _Side | None, item: Item | None) -> Figures | None:
    return side.frame.tensors[key] if side is not None and side.frame is not None and item is not None else None


def _is_same(a: _Side | None, b: _Side | None) -> bool:
    return a is not None and b is not None and a.member.path == b.member.path


def _check(*members: Member) -> None:
    """Raises FileError where one of the files is not what was found."""
    for member in members:
        if stamps_now(member.path) != member.stamps:
            raise FileError(
                tr("The file was changed since it was found."),
                path=member.path,
                hint=tr("Look again when it is at rest."),
            )


def _nbytes(member: Member) -> int:
    return sum(stamp.nbytes for _, stamp in member.stamps)


def _nbytes_of(item: Item) -> int:
    return item.tensor.nbytes if item.tensor is not None else 0
