"""The frames of a training, measured one after the other: norms, and how far each is from those before it.

Each tensor is held against the frame before first: where every byte is the same, which is most of what is frozen,
nothing else has to be read. Else three distances - from the frame before, from that before it, from the first - tell
updates, their turning and the drift (see `merging`). At most four files are open at once.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import NamedTuple

from ..analysis.holding import HeldOpen
from ..checkpoint.reading import open_checkpoint
from ..comparing.sides import Item
from ..errors import FileError, InspectorError
from ..language import tr
from ..progress import Progress
from .figures import Figures, Frame, Series
from .finding import stamps_now
from .kinds import kinds_of
from .members import Member, Stamps, Training
from .merging import Table, by_layer, of_all
from .tensors import Past, measuring
from .weights import weights_in
from .wholes import series_of

Items = Mapping[str, Item]


def measure(training: Training, known: Series | None = None) -> Generator[Frame | Progress, None, Series]:
    """Measures a training; yields each `Frame` as it is done, in order, and `Progress` (bytes) in between.

    Frames of `known`, a series measured before, whose files and neighbours are the same still are taken over and
    yielded at once. Memory is bounded: files are read block by block. Raises nothing for a file that is damaged or
    changes meanwhile: its frame has a `problem`. `wholes.series_of(training, frames)` says what the
    frames so far come to.
    """
    strip = _Strip(training, known)
    for place, member in enumerate(training.drawn):
        frame = strip.taken_over(place, member)
        if frame is None:
            frame = yield from strip.measured(place, member)
        strip.keep(frame)
        yield frame
    return series_of(training, strip.frames)


class _Neighbours(NamedTuple):
    """The frames that the next one is held against."""

    before: Frame | None = None
    earlier: Frame | None = None
    first: Frame | None = None

    @property
    def stamps(self) -> tuple[Stamps, ...]:
        return tuple(each.member.stamps if each is not None else () for each in self)


class _Strip:
    """The frames that are measured so far, and what is open for the next."""

    def __init__(self, training: Training, known: Series | None) -> None:
        self.frames: list[Frame] = []
        self._kinds: Mapping[str, str] = {}
        self._good: list[Frame] = []
        self._first: Frame | None = None
        self._open: dict[str, Items] = {}
        self._total = sum(map(_nbytes, training.drawn))
        self._done = 0
        self._known = {frame.member.path: frame for frame in known.frames} if known is not None else {}

    def keep(self, frame: Frame) -> None:
        self.frames.append(frame)
        self._done += _nbytes(frame.member)
        if not frame.problem:
            self._first = frame if not self._good and self._first is None else self._first
            self._good = [*self._good[-1:], frame]

    def taken_over(self, place: int, member: Member) -> Frame | None:
        """The frame as it was measured before, if neither its file nor those that it was held against have changed."""
        frame = self._known.get(member.path)
        if frame is None or frame.problem:
            return None
        if frame.basis != (member.stamps, *self._neighbours().stamps) or stamps_now(member.path) != member.stamps:
            return None
        self._kinds = self._kinds or frame.kinds
        return frame._replace(place=place, member=member, was_known=True)

    def measured(self, place: int, member: Member) -> Generator[Progress, None, Frame]:
        """The frame of a member. Where a file changed that it was held against, it is measured without that one."""
        yield Progress(self._done, self._total, "bytes", member.name)
        try:
            return (yield from self._measured(place, member))
        except InspectorError as error:
            self._open.clear()
            if not self._forget_what_changed() or stamps_now(member.path) != member.stamps:
                return Frame(place, member, problem=str(error))
        try:
            return (yield from self._measured(place, member))
        except InspectorError as error:
            self._open.clear()
            return Frame(place, member, problem=str(error))

    def _forget_what_changed(self) -> bool:
        """Leaves out the frames before whose files have changed; whether there were any."""
        changed = {each.member.path for each in (*self._good, self._first) if each is not None and _is_changed(each)}
        self._good = [each for each in self._good if each.member.path not in changed]
        if self._first is not None and self._first.member.path in changed:
            self._first = None
        return bool(changed)

    def _neighbours(self) -> _Neighbours:
        before = self._good[-1] if self._good else None
        earlier = self._good[-2] if len(self._good) > 1 else None
        if before is not None and earlier is not None and before.basis[1] != earlier.member.stamps:
            earlier = None  # its update was measured from another one
        return _Neighbours(before, earlier, self._first)

    def _measured(self, place: int, member: Member) -> Generator[Progress, None, Frame]:
        neighbours = self._neighbours()
        meant = (member, *(each.member for each in neighbours if each is not None))
        _check(*meant)
        items, sides = self._items(member), [self._items(each.member) if each else {} for each in neighbours]
        self._open = {each.path: self._open[each.path] for each in meant}
        self._kinds = self._kinds or kinds_of(items)
        rows, refusals = yield from self._rows(member, items, neighbours, sides)
        _check(*meant)
        if rows and len(refusals) == len(rows):
            raise FileError(next(iter(refusals.values())))
        table = Table(rows.items())
        once = frozenset(key for key, item in items.items() if item.shared in ("", key) or item.shared not in items)
        layers, whole = by_layer(table, self._kinds, once), of_all(table, self._kinds, once)
        basis = (member.stamps, *neighbours.stamps)
        return Frame(place, member, whole, Table(layers.items()), table, refusals, "", basis, kinds=self._kinds)

    def _rows(
        self, member: Member, items: Items, neighbours: _Neighbours, sides: list[Items]
    ) -> Generator[Progress, None, tuple[dict[str, Figures], dict[str, str]]]:
        rows: dict[str, Figures] = {}
        refusals: dict[str, str] = {}
        done, total = 0, max(1, sum(map(_nbytes_of, items.values())))
        with HeldOpen() as held:
            for key, item in items.items():
                past = _past(key, neighbours, sides)
                tensors = [each.tensor for each in (item, past.before, past.earlier, past.first) if each is not None]
                if held.is_over() and (changed := held.renewed(*tensors)):
                    raise FileError(changed)
                try:
                    work = measuring(item, past)
                    rows[key] = yield from self._telling(work, member, done / total, _nbytes_of(item) / total)
                except InspectorError as error:
                    refusals[key], rows[key] = str(error), Figures(refused=1)
                done += _nbytes_of(item)
        return rows, refusals

    def _telling(
        self, work: Generator[Progress, None, Figures], member: Member, share: float, part: float
    ) -> Generator[Progress, None, Figures]:
        """The progress of one tensor as that of the whole training."""
        try:
            while True:
                word = next(work)
                done = self._done + int(_nbytes(member) * min(1.0, share + part * word.share))
                yield Progress(done, self._total, "bytes", member.name)
        except StopIteration as end:
            found: Figures = end.value
            return found
        finally:
            work.close()

    def _items(self, member: Member) -> Items:
        """The weights of a member; opened once, and kept as long as the frames around need them."""
        if member.path not in self._open:
            self._open[member.path] = weights_in(open_checkpoint(member.path), member.section)
        return self._open[member.path]


def _past(key: str, neighbours: _Neighbours, sides: list[Items]) -> Past:
    """The tensor in the frames before, where it could be measured."""
    before, earlier, first = (
        side.get(key) if frame is not None and key not in frame.refusals else None
        for frame, side in zip(neighbours, sides)
    )
    return Past(
        before,
        earlier,
        first,
        neighbours.before.tensors[key] if neighbours.before is not None and before is not None else None,
        _is_same(neighbours.earlier, neighbours.first),
        _is_same(neighbours.before, neighbours.first),
        neighbours == _Neighbours(),
    )


def _is_same(a: Frame | None, b: Frame | None) -> bool:
    return a is not None and b is not None and a.member.path == b.member.path


def _is_changed(frame: Frame) -> bool:
    return stamps_now(frame.member.path) != frame.member.stamps


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
