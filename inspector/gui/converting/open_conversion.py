"""One checkpoint that is to become another file: a page of the session.

Requests are methods (`open`, `choose_part`, `wish_for`, `choose_target`, `convert`, `stop`); what came of them is told
by signals. What would come of a wish is worked out at every change of it, and the latest counts.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from enum import Enum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ..open_page import OpenPage
from ..watching import stamp_of

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...converting.refusals import Remedy
    from ...converting.wishes import Converted, Foreseen, Offers, Wish
    from .telling import Told


class Doing(Enum):
    """What a conversion is at."""

    NOTHING = "nothing"
    READING = "reading"
    FORESEEING = "foreseeing"
    WRITING = "writing"


class Asked(Enum):
    """What is asked before anything is written; the order is that in which it is asked."""

    INFINITE = "infinite"
    """Numbers become infinite."""
    EXISTS = "exists"
    """Files are there already."""
    SOURCE = "source"
    """Among them is what is read."""


class OpenConversion(OpenPage):
    """One tab that converts a checkpoint."""

    opened = Signal()
    """`offered` and `wish` are there (for the first time, or made anew)."""
    refused = Signal()
    """`error` says why it cannot be opened."""
    wished = Signal()
    """`wish`, `offered` or `target` is another."""
    foreseen_changed = Signal()
    """`told`, `problem` or `doing` is another."""
    progressed = Signal(object)
    """How far working out and writing are: a `Progress`."""
    ended = Signal(object)
    """Writing ended: what was `Converted`, an InspectorError, or None where it was stopped."""

    def __init__(
        self, path: str, parent: QObject | None = None, *, checkpoint: Checkpoint | None = None, salvage: bool = False
    ) -> None:
        super().__init__(parent)
        self.path = os.path.abspath(path)
        self.checkpoint: Checkpoint | None = None
        self.error: InspectorError | None = None
        self.offered: Offers | None = None
        """What can be wished of the section in force."""
        self.wish: Wish | None = None
        self.told: Told | None = None
        """What would come of the wish; None while that is worked out, or cannot be."""
        self.problem: InspectorError | None = None
        """Why nothing can come of the wish."""
        self.converted: Converted | None = None
        """What was written last."""
        self.doing = Doing.NOTHING
        self._known = checkpoint
        self._salvage = salvage
        self._best = ""
        """The section that is converted when the whole file is; empty where the file cannot be written as a whole."""
        self._chosen_target = ""
        self._unit = "bytes"
        """What the words that were heard last count."""
        self._former: Foreseen | None = None
        """What was foreseen last: what a cast loses is not measured again for another name or format."""

    @property
    def name(self) -> str:
        return tr("{name} → …", name=os.path.basename(self.path) or self.path)

    @property
    def place(self) -> str:
        return self.path

    def recipe(self) -> dict[str, Any]:
        return {"kind": "convert", "path": self.path}

    @property
    def is_writing(self) -> bool:
        return self.doing is Doing.WRITING

    @property
    def remedies(self) -> tuple[Remedy, ...]:
        """The ways out of `problem`."""
        return getattr(self.problem, "remedies", ())

    @property
    def foreseen(self) -> Foreseen | None:
        """What would come of the wish; None as `told` is."""
        return self.told.foreseen if self.told is not None else None

    # What is wished

    def open(self) -> None:
        """Reads the checkpoint (again), and works out what would come of it."""
        if self.is_writing:
            return
        known, self._known = self._known, None  # the first time it may be open already
        self._watch.stop()
        self._begin(Doing.READING)
        self._run(_opening(self.path, known, self.wish), self._take, self._refuse)

    def choose_part(self, key: str) -> None:
        """Converts this part; the top of a file that can be kept as a whole is that: all of it."""
        if self.wish is not None and key != self.part:
            self.take_wish(self.wish._replace(section=key, whole=not key))

    @property
    def part(self) -> str:
        """The key of the part that is chosen, as `choose_part` takes it."""
        return "" if self.wish is None or self.wish.whole else self.wish.section

    def wish_for(self, **changes: Any) -> None:
        """Wishes for something else of the same part."""
        if self.wish is not None:
            self.take_wish(self.wish._replace(**changes))

    def take_wish(self, wish: Wish) -> None:
        """Wishes for this; of another section, as far as that suits it."""
        if self.wish is None or self.is_writing:
            return
        wish = self._settled(wish)
        if wish != self.wish:
            self._look_at(wish, is_new=wish.section != self.wish.section)

    def bring_back(self, wish: Wish) -> None:
        """Wishes for exactly what was wished once."""
        if self.wish is not None and wish != self.wish and not self.is_writing:
            self._look_at(wish, is_new=False)

    def _settled(self, wish: Wish) -> Wish:
        """All of a file is a tree around its weights, as long as a format holds that; else all of its tensors."""
        if not self._best or not (wish.whole or not wish.section):
            return wish._replace(whole=False)
        whole = wish.format == "zip" and not wish.shards
        return wish._replace(section=self._best if whole else "", whole=whole)

    @property
    def target(self) -> str:
        """Where it would be written: a file, or for shards a folder or what their names begin with."""
        if self.wish is None:
            return self._chosen_target
        from ...converting import naming

        return naming.completed(self._chosen_target, self.path, self.wish) or self.suggested

    @property
    def suggested(self) -> str:
        """The target where none was chosen."""
        from ...converting import naming

        return naming.suggested(self.path, self.wish) if self.wish is not None else ""

    @property
    def chosen_target(self) -> str:
        """The target, where a person chose it."""
        return self._chosen_target

    def choose_target(self, path: str) -> None:
        """Writes there, in the format that its ending says; an empty one is what is suggested."""
        path = os.path.abspath(path) if path else ""
        if path == self._chosen_target or self.is_writing:
            return
        from ...converting import naming

        self._chosen_target = path
        self.wished.emit()
        said = naming.format_of(path)
        if self.offered is not None and said in self.offered.formats:
            self.wish_for(format=said)

    # Writing

    def targets(self) -> tuple[str, ...]:
        """The files that would be written, the index of shards last. Raises FileError for a name that cannot be."""
        from ...converting import naming

        assert self.wish is not None
        files = len(self.foreseen.files) if self.foreseen is not None else 1
        return naming.names(self.target, self.wish, files)

    def questions(self) -> tuple[Asked, ...]:
        """What has to be asked before it is written. Raises FileError for a name that cannot be."""
        if self.foreseen is None or self.checkpoint is None:
            return ()
        sources = [path for path, _ in self.checkpoint.stamps] or [self.path]
        there = [path for path in self.targets() if os.path.lexists(path)]
        losses = self.foreseen.losses
        asked = {
            Asked.INFINITE: losses is not None and losses.overflowing > 0,
            Asked.EXISTS: bool(there),
            Asked.SOURCE: any(_is_same(path, source) for path in there for source in sources),
        }
        return tuple(each for each, is_so in asked.items() if is_so)

    def convert(self, *, overwrite: bool = False, over_source: bool = False) -> None:
        """Writes what is foreseen. `ended` follows."""
        if self.foreseen is None or self.doing is not Doing.NOTHING:
            return
        from ...converting import carrying_out

        work = carrying_out.convert(self.foreseen, self.target, overwrite=overwrite, over_source=over_source)
        self._begin_pace(0)
        self._begin(Doing.WRITING)
        self._run(work, self._take_converted, self._fail_writing, self._hear)

    def stop(self) -> None:
        """Stops what runs; nothing that was half written is left."""
        doing, self.doing = self.doing, Doing.NOTHING
        super().stop()
        if doing is Doing.READING and self.offered is None:
            self._refuse(InspectorError(tr("Stopped before it was read."), title=tr("This file was not read")))
            return
        if doing is Doing.FORESEEING:
            self.problem = InspectorError(
                tr("Stopped: what would come of it is not known."), hint=tr("F5 works it out.")
            )
        if doing is not Doing.NOTHING:
            self.foreseen_changed.emit()
        if doing is Doing.WRITING:
            self.ended.emit(None)

    # What the work tells

    def _begin(self, doing: Doing) -> None:
        self.doing = doing
        self.foreseen_changed.emit()

    def _look_at(self, wish: Wish, *, is_new: bool) -> None:
        """Works out what would come of a wish; `is_new`: of a section whose offers are not known."""
        assert self.checkpoint is not None and self.offered is not None
        if wish.format != getattr(self.wish, "format", wish.format):
            from .wishing import renamed_for

            self._chosen_target = renamed_for(self._chosen_target, wish)
        self.wish, self.told, self.problem = wish, None, None
        self.wished.emit()
        self._begin(Doing.FORESEEING)
        if is_new or wish.section != self.offered.section:
            self._run(_offering(self.checkpoint, wish, keep=not is_new), self._take_offers, self._refuse_wish)
        else:
            self._foresee()

    def _take(self, found: tuple[Checkpoint, Offers, Wish, str]) -> None:
        self.checkpoint, self.offered, self.wish, self._best = found
        if self._salvage and not self.wish.salvage:
            self.wish = self.wish._replace(salvage="leave-out")
        self._salvage, self.error, self.converted = False, None, None
        self._watch.watch(self.checkpoint.stamps or ((self.path, stamp_of(self.path)),))
        self.opened.emit()
        if self.doing is Doing.READING:  # nobody who heard of it wished for something else
            self._foresee()

    def _take_offers(self, found: tuple[Offers, Wish]) -> None:
        self.offered, self.wish = found
        self.wished.emit()
        self._foresee()

    def _foresee(self) -> None:
        assert self.checkpoint is not None and self.wish is not None
        self.told = self.problem = None
        self._begin_pace(0)
        self._begin(Doing.FORESEEING)
        self._run(_telling(self.checkpoint, self.wish, self._former), self._take_told, self._refuse_wish, self._hear)

    def _take_told(self, told: Told) -> None:
        self.told, self._former = told, told.foreseen
        self.paced.emit(None)
        self._begin(Doing.NOTHING)

    def _refuse_wish(self, error: Exception) -> None:
        self.problem = self._said(error)
        self.paced.emit(None)
        self._begin(Doing.NOTHING)

    def _refuse(self, error: Exception) -> None:
        self.error = self._said(error)
        self.doing = Doing.NOTHING
        self._watch.watch(((self.path, stamp_of(self.path)),))
        self.refused.emit()

    def _take_converted(self, converted: Converted) -> None:
        self.converted = converted
        self._end_writing(converted)

    def _fail_writing(self, error: Exception) -> None:
        self._end_writing(self._said(error))

    def _end_writing(self, how: Converted | InspectorError) -> None:
        self.paced.emit(None)
        self._begin(Doing.NOTHING)
        self.ended.emit(how)

    def _hear(self, words: list[Progress]) -> None:
        last = words[-1]
        if last.unit != self._unit:  # numbers are read, then entries are laid out
            self._begin_pace(last.done)
            self._unit = last.unit
        verb = tr("Written and compared") if self.is_writing else tr("Read") if last.unit == "bytes" else tr("Laid out")
        if last.total:
            self._tell_pace(last.done, last.total, verb, last.unit)
        self.progressed.emit(last)

    def _said(self, error: Exception) -> InspectorError:
        """The error as one that can be shown; one of this program is reported as well."""
        if isinstance(error, InspectorError):
            return error
        self.broken.emit(error)
        return InspectorError(tr("An error in this program, {name}, stopped it.", name=type(error).__name__))


def _opening(
    path: str, known: Checkpoint | None, wish: Wish | None
) -> Generator[Progress, None, tuple[Checkpoint, Offers, Wish, str]]:
    """Reads the file; what was wished of it before stays, as far as its section is still there."""
    yield Progress(0, 2, "steps", "reading")
    from ...checkpoint.reading import open_checkpoint
    from ...converting.offering import offers
    from ..collecting import uncollected

    with uncollected():
        checkpoint = known if known is not None else open_checkpoint(path)
        yield Progress(1, 2, "steps", "listing")
        best = yield from offers(checkpoint)
        whole = best.section if best.can_be_whole else ""
        if wish is None or wish.section not in {part.key for part in best.parts}:
            return checkpoint, best, best.default, whole
        offered = best if wish.section == best.section else (yield from offers(checkpoint, wish.section))
        return checkpoint, offered, wish, whole


def _offering(checkpoint: Checkpoint, wish: Wish, *, keep: bool) -> Generator[Progress, None, tuple[Offers, Wish]]:
    """What can be wished of another section, and the wish that suits it; `keep`: as it is."""
    yield Progress(0, 2, "steps", "reading")
    from ...converting.offering import offers
    from ..collecting import uncollected
    from .wishing import adapted

    with uncollected():
        offered = yield from offers(checkpoint, wish.section)
        return offered, wish if keep else adapted(wish, offered)


def _telling(checkpoint: Checkpoint, wish: Wish, former: Foreseen | None) -> Generator[Progress, None, Told]:
    """What would come of a wish, and all that is said of it."""
    from ...converting.foreseeing import foresee
    from ..collecting import uncollected
    from .telling import told

    with uncollected():  # a collection of 100,000 rows would hold the window up for as long as it takes
        return told((yield from foresee(checkpoint, wish, former)))


def _is_same(path: str, other: str) -> bool:
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)
