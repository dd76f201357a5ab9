"""The tensors of a frame, measured in one pass each, the large ones by two threads.

Why this way: numpy lets the interpreter go in what it does to a stretch, so that two threads get further than one, also
where a model is of many tensors none of which is large: they draw the stretches of all of them from one list. What is
small costs the interpreter more than the processor, and is done by one thread before. What one pass does not suit - a
NaN in it, whole numbers, another order in the file - is left for the longer way (see `tensors`).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from operator import length_hint

from ..analysis.holding import HeldOpen
from ..analysis.lanes import together
from ..analysis.spare import Spare
from ..analysis.stepping import SMALL, Line, Room, Track, line_of, track_of
from ..comparing.item_values import tensor_of
from ..comparing.sides import Item
from ..errors import FileError, InspectorError
from ..progress import Progress
from .figures import Figures
from .merging import unmoved
from .tensors import Past, of_step

_FEW = 64
"""Small tensors after which the work says how far it is."""
_ROOMS = Spare(Room)

Pasts = Mapping[str, tuple[Item, Past]]
Found = dict[str, Figures]
Lines = dict[str, Line | None]


def passing(pasts: Pasts, lines: Sequence[Lines]) -> Generator[Progress, None, Found]:
    """Key -> figures of the tensors that one pass suits, in no order; its words count bytes.

    `lines` are what is known of the elements in the file, in that before, that before it, and the first, by keys; what
    is found out is put there. Raises FileError where a file is not what it was when it was opened.
    """
    total, done = sum(_nbytes_of(item) for item, _ in pasts.values()), 0
    large: dict[str, Track] = {}
    found: Found = {}
    with HeldOpen() as held, _ROOMS.lent() as room:
        for number, (key, (item, past)) in enumerate(pasts.items()):
            _hold(held, item, past)
            track = _track(key, item, past, lines)
            if track is not None and track.numel > SMALL:
                large[key] = track
            elif track is not None:
                _take(track, 0, room)
                _end(key, track, past, room, found)
                done += _nbytes_of(item)
            if not number % _FEW:
                yield Progress(done, total)
        for left in _on_two_lanes(large, room):
            yield Progress(int(total - left * (total - done)), total)
        for key, track in large.items():
            _end(key, track, pasts[key][1], room, found)
            yield Progress(total, total)
    return found


def _hold(held: HeldOpen, item: Item, past: Past) -> None:
    sides = (item, past.before, past.earlier, past.first)
    if held.is_over() and (changed := held.renewed(*(each.tensor for each in sides if each is not None))):
        raise FileError(changed)


def _track(key: str, item: Item, past: Past, lines: Sequence[Lines]) -> Track | None:
    """None where it has to go the longer way, which also says why it cannot be read."""
    sides = (item, past.before, past.earlier if past.before is not None else None, past.first)
    found = [line_at(key, each, known) if each is not None else None for each, known in zip(sides, lines)]
    now, before, earlier, first = found
    if now is None or any(line is None for line, each in zip(found, sides) if each is not None):
        return None
    return track_of(now, before, earlier, first, norms=not past.knows_norms)


def line_at(key: str, item: Item, known: Lines) -> Line | None:
    """Where its elements lie, found out once; None where they are no line."""
    if key not in known:
        try:
            known[key] = line_of(tensor_of(item)) if item.made is None else None
        except InspectorError:
            known[key] = None
    return known[key]


def _on_two_lanes(large: Mapping[str, Track], room: Room) -> Iterator[float]:
    """Takes all stretches; yields the part that is left, 1 to 0."""
    jobs = [(track, start) for track in large.values() for start in track.starts]
    left = iter(jobs)
    if len(jobs) < 2:
        for track, start in left:
            _take(track, start, room)
        return
    with _ROOMS.lent() as other:
        for _ in together(left, _lane(left, room), _lane(left, other)):
            yield length_hint(left) / len(jobs)


def _lane(jobs: Iterator[tuple[Track, int]], room: Room) -> Iterator[int]:
    for track, start in jobs:
        _take(track, start, room)
        yield start


def _take(track: Track, start: int, room: Room) -> None:
    try:
        track.take(start, room)
    except InspectorError:
        track.is_unsound = True


def _end(key: str, track: Track, past: Past, room: Room, found: Found) -> None:
    """The figures of a tensor all of which was taken, where it was sound."""
    if track.is_kept and past.figures is not None and not track.is_unsound:
        found[key] = unmoved(past.figures)
        return
    try:
        step = track.step(room)
    except InspectorError:
        return
    if step is not None:
        found[key] = of_step(step, past)


def _nbytes_of(item: Item) -> int:
    return item.tensor.nbytes if item.tensor is not None else 0
