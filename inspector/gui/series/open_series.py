"""A run of checkpoints that is open: the page of one training, from its first checkpoint to the latest.

Requests are methods (`open`, `choose_training`, `stop`, `close`); what came of them is told by signals. What a training
writes meanwhile is taken in by itself: only new frames are measured.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from ...errors import FileError, InspectorError
from ...language import tr
from ...progress import Progress
from ...series.figures import Frame, Series
from ...series.finding import listed
from ...series.following import Changes
from ...series.losses import Stored
from ...series.members import Member, Stamps, Training, Trainings
from ...series.stories import Story
from ..open_page import OpenPage
from .folder_watch import FolderWatch
from .layer_rows import Column, LayerRows
from .taking_in import FoundTraining, FrameTold, NotOne, Told, progress_in, taking_in
from .thumbnails import Thumbnail
from .turns import Turns


class OpenSeries(OpenPage):
    """One training of the session."""

    found = Signal()
    """`training` is there, or another: its members are known, and what is not measured yet is empty."""
    refused = Signal()
    """`error` says why there is none."""
    apart = Signal()
    """The files are no one training: they are to be opened each by itself."""
    looked = Signal(int, int)
    """So many files, of how many, were opened to be told apart."""
    measured = Signal()
    """Further frames are there, with their figures."""
    told = Signal()
    """`stories`, `stored` or `series` say something else."""

    def __init__(self, paths: Sequence[str], parent: QObject | None = None, *, only_one: bool = False) -> None:
        """`only_one`: where the files are no one training, `apart` is told."""
        super().__init__(parent)
        self.paths = tuple(dict.fromkeys(map(os.path.abspath, paths)))
        self.only_one = only_one
        self.error: InspectorError | None = None
        self.trainings: Trainings | None = None
        self.training: Training | None = None
        self.drawn: tuple[Member, ...] = ()
        """Those of the training: asked for at every paint."""
        self.twins: dict[str, tuple[Member, ...]] = {}
        self.rows: LayerRows | None = None
        self.frames: dict[str, Frame] = {}
        """Path -> the frame, where it is measured; of the files as they are now or were a moment ago."""
        self.columns: dict[str, Column] = {}
        self.newly: frozenset[str] = frozenset()
        """Paths of the frames that `measured` told of last."""
        self.thumbnails: dict[str, Thumbnail] = {}
        self.stored = Stored()
        self.series: Series | None = None
        """What all frames come to, as far as they are measured."""
        self.stories: tuple[Story, ...] = ()
        self.frozen_rows: frozenset[int] = frozenset()
        """Rows of layers and tensors that are bit for bit the same in all frames that `series` has."""
        self.news: tuple[str, ...] = ()
        """Checkpoints that appeared while it was open, the last ones."""
        self.named = ""
        """The training that is wanted, where there are several; empty for the first."""
        self._looked_at = ""
        """The path of the checkpoint that a person looks at; read on the thread of the job too."""
        self._is_behind = False
        """Whether something changed while it was measured."""
        self._others: dict[str, Stamps] | None = None
        """What else lies in the folder of files that were chosen one by one, and is none of it."""
        self.turns = Turns(self)
        self._folder_watch = FolderWatch(self)
        self._folder_watch.changed.connect(self._take_news)

    # What it is

    @property
    def folder(self) -> str:
        """The folder that is followed; empty where the files lie in several."""
        if len(self.paths) == 1 and os.path.isdir(self.paths[0]):
            return self.paths[0]
        folders = {os.path.dirname(path) for path in self.paths}
        return folders.pop() if len(folders) == 1 else ""

    @property
    def name(self) -> str:
        what = os.path.basename(self.paths[0]) if len(self.paths) == 1 else ""
        what = what or (self.training.name if self.training is not None else os.path.basename(self.folder))
        return tr("{name} ▸ epochs", name=what)

    @property
    def place(self) -> str:
        return "\n".join(self.paths[:12])

    def recipe(self) -> dict[str, Any]:
        return {"kind": "series", "paths": list(self.paths), "training": self.named}

    def frame(self, place: int) -> Frame | None:
        """The frame at a place of `training.drawn`; None while it is not measured."""
        return self.frames.get(self.drawn[place].path) if 0 <= place < len(self.drawn) else None

    @property
    def is_measured(self) -> bool:
        """Whether every checkpoint was measured, or said why not."""
        return self.training is not None and len(self.frames) == len(self.drawn)

    # Taking in

    def open(self) -> None:
        """Looks for the training (again) and measures it. `found` or `refused` follows."""
        self._is_behind = False
        self._cancel()
        self._begin_pace(0)
        work = taking_in(
            self.paths, self._known(), self.named, only_one=self.only_one, looked_at=lambda: self._looked_at
        )
        self._run(self.turns.taking(work, FoundTraining), self._end, self._refuse, self._hear)

    def choose_training(self, name: str) -> None:
        """Shows another of the trainings that were found."""
        if self.training is None or name != self.training.name:
            self.named = name
            self.open()

    def look_at(self, place: int) -> None:
        """The checkpoint at this place is looked at: it and its neighbours are measured before the others."""
        self._looked_at = self.drawn[place].path if 0 <= place < len(self.drawn) else ""

    def stop(self) -> None:
        """Stops measuring; what is measured stays, and nothing more is followed until it is read again."""
        if self.is_busy:
            super().stop()
            self._is_behind = False
            self._folder_watch.stop()

    def close(self) -> None:
        self._folder_watch.stop()
        super().close()
        self.turns.end()

    def check_disk(self) -> None:
        self._folder_watch.check()

    def _known(self) -> Series | None:
        """What is measured, as far as it goes."""
        if self.training is None:
            return None
        return Series(self.training, tuple(self.frames[each.path] for each in self.drawn if each.path in self.frames))

    def _hear(self, words: list[Any]) -> None:
        if all(isinstance(word, Progress) for word in words):
            self._tell_progress(words)
            return
        self.turns.take()
        try:
            self._take_words(words)
        finally:
            self.turns.give()

    def _take_words(self, words: list[Any]) -> None:
        newly, has_told = set(), False
        for word in words:
            if isinstance(word, FoundTraining):
                self._take_training(word)
            elif isinstance(word, Stored):
                self.stored, has_told = word, True
            elif isinstance(word, FrameTold):
                self._take_frame(word)
                newly.add(word.frame.member.path)
            elif isinstance(word, Told):
                self.series, self.stories, self.frozen_rows, has_told = word.series, word.stories, word.frozen, True
        if newly:
            self.newly = frozenset(newly)
            self.measured.emit()
        if has_told:
            self.told.emit()
        self._tell_progress(words)

    def _tell_progress(self, words: list[Any]) -> None:
        last = progress_in(words)
        if last is not None and last.unit == "files" and not self.frames:
            self.looked.emit(last.done, last.total)
        elif last is not None and last.unit == "bytes" and self.training is not None:
            self._tell_pace(last.done, last.total, tr("Measured"))

    def _take_training(self, word: FoundTraining) -> None:
        former, self.training = self.training, word.training
        self.trainings, self.error = word.trainings, None
        self.drawn, self.twins = word.training.drawn, word.training.twins()
        drawn = {member.path: member for member in self.drawn}
        is_other = former is None or former.keys != word.training.keys
        self.frames = {} if is_other else {
            path: frame for path, frame in self.frames.items()
            if path in drawn and frame.member.stamps == drawn[path].stamps
        }  # fmt: skip
        self.columns = {path: column for path, column in self.columns.items() if path in self.frames}
        self.thumbnails = {path: each for path, each in self.thumbnails.items() if path in drawn}
        if is_other:
            self.rows, self.series, self.stories, self.stored = None, None, (), Stored()
            self.frozen_rows = frozenset()
        self.renamed.emit()
        self.found.emit()

    def _take_frame(self, word: FrameTold) -> None:
        path = word.frame.member.path
        self.frames[path] = word.frame
        if word.rows is not None:
            self.rows = word.rows
        if word.column is not None:
            self.columns[path] = word.column
        if word.thumbnail is not None:
            self.thumbnails[path] = word.thumbnail

    def _end(self, _result: object) -> None:
        self.only_one = False
        self.paced.emit(None)
        if self._is_behind:
            self.open()
        else:
            self._watch_folder()

    def _refuse(self, error: Exception) -> None:
        self.paced.emit(None)
        if isinstance(error, NotOne):
            self.apart.emit()
            return
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            text = tr("An error in this program, {name}, stopped the reading.", name=type(error).__name__)
            error = FileError(text, path=self.paths[0])
        self.error = error
        if self.folder in self.paths:  # a training may be about to begin there
            self._folder_watch.watch(self.folder, _others_in(self.folder, {}))
        self.refused.emit()

    # Following

    def _watch_folder(self) -> None:
        """Follows the folder from the moment at which it was looked through."""
        if self.trainings is None or not self.folder:
            return
        known = self.trainings.stamps
        if self.folder not in self.paths:
            if self._others is None:
                self._others = _others_in(self.folder, known)
            known = self._others | known
        self._folder_watch.watch(self.folder, known)

    def _take_news(self, news: Changes) -> None:
        """Something was written, and is at rest."""
        others = self._others or {}
        for each in news.rewritten:
            if each.path in others:
                others[each.path] = each.stamps
        mine = [each.path for each in (*news.new, *news.rewritten) if each.path not in others]
        gone = [path for path in news.gone if path not in others]
        if not mine and not gone:
            return
        self.news = tuple(mine) or self.news
        if self.folder not in self.paths:
            self.paths = tuple(dict.fromkeys((*(path for path in self.paths if path not in gone), *mine)))
        if self.is_busy:
            self._is_behind = True  # what is measured now is not begun anew each time a training saves
        elif self.paths:
            self.open()


def _others_in(folder: str, known: dict[str, Stamps]) -> dict[str, Stamps]:
    try:
        return {each.path: each.stamps for each in listed(folder) if each.path not in known}
    except FileError:
        return {}
