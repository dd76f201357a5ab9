"""The strips on top of the panel Convert: what is asked, what went wrong, what was written.

Why this way: nothing is asked in boxes that stand before the window; what a question is about stays in view.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...converting.wishes import Converted
from ...errors import InspectorError
from ...language import marked, tr
from ..widgets.banner import Banner
from . import sentences
from .open_conversion import Asked, Doing, OpenConversion

_YES = {
    Asked.INFINITE: marked("Conver&t"),
    Asked.EXISTS: marked("Re&place"),
    Asked.SOURCE: marked("Re&place It"),
}


class Strips(QWidget):
    """At most one of them is seen for each purpose."""

    open_asked = Signal(str)
    compare_asked = Signal(str, str)
    folder_asked = Signal(str)
    command_asked = Signal()

    def __init__(self, page: OpenConversion) -> None:
        super().__init__()
        self._page = page
        self._left: list[Asked] = []
        """What is still to be asked."""
        self._answered: set[Asked] = set()
        self._is_wanted = False
        """Whether it is to be written as soon as it is known what would be."""
        self._path = ""
        self._then: Callable[[], object] | None = None
        self._otherwise: Callable[[], object] | None = None
        self._make()
        page.ended.connect(self._end)
        page.wished.connect(self._give_up)
        page.foreseen_changed.connect(self._go_on)

    def _make(self) -> None:
        self.notice = Banner("i", tone="accent")
        self.question = Banner("?", tone="accent")
        self.yes = self.question.offer(tr("Re&place"), self._answer)
        self.no = self.question.offer(tr("Cance&l"), self._give_up)
        self.closing = Banner("?", tone="accent")
        tip = tr("Stop writing and close; nothing that was half written is left")
        self.stop = self.closing.offer(tr("&Stop and Close"), self._stop, tip)
        self.stay = self.closing.offer(tr("&Go On Writing"), self._stay, tr("Do not close"))
        self.done, self.problem = Banner("✓", tone="accent"), Banner("!")
        self.open = self.done.offer(
            tr("Ope&n"), lambda: self.open_asked.emit(self._path), tr("Look at what was written in a tab of its own")
        )
        self.compare = self.done.offer(
            tr("Comp&are"),
            lambda: self.compare_asked.emit(self._page.path, self._path),
            tr("Hold it against the file it was made of"),
        )
        self.folder = self.done.offer(
            tr("Sho&w in Folder"), lambda: self.folder_asked.emit(self._path), tr("Open the folder it lies in")
        )
        self.command = self.done.offer(
            tr("Cop&y as Command"), self.command_asked.emit, tr("Copy the command that does the same in the terminal")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for banner in (self.closing, self.question, self.notice, self.done, self.problem):
            column.addWidget(banner)
        for banner in (self.notice, self.done, self.problem):
            banner.offer_closing()

    # Before it is written

    def convert(self) -> None:
        """Asks what has to be asked, one thing after the other, and converts."""
        self._is_wanted = self._page.doing is Doing.FORESEEING
        if self._page.foreseen is None or self._page.doing is not Doing.NOTHING:
            return
        for banner in (self.done, self.problem):
            banner.say("")
        try:
            self._left, self._answered = list(self._page.questions()), set()
        except InspectorError as error:
            self._tell_problem(error)
            return
        self._ask_next()

    def _go_on(self) -> None:
        if self._is_wanted and self._page.doing is Doing.NOTHING:
            self.convert()

    def _ask_next(self) -> None:
        if self._left:
            self.yes.setText(tr(_YES[self._left[0]]))
            self.question.say(sentences.question(self._page, self._left[0]))
            (self.no if self._left[0] is Asked.SOURCE else self.yes).setFocus()
            return
        self.question.say("")
        answered = self._answered
        self._page.convert(overwrite=Asked.EXISTS in answered, over_source=Asked.SOURCE in answered)

    def _answer(self) -> None:
        if self._left:
            self._answered.add(self._left.pop(0))
            self._ask_next()

    def _give_up(self) -> None:
        self._left = []
        self.question.say("")

    # Before it is closed

    def ask_closing(self, then: Callable[[], object], otherwise: Callable[[], object]) -> None:
        """Asks whether the writing is to be stopped; does `then` when it was, else `otherwise`."""
        self._then, self._otherwise = then, otherwise
        self.closing.say(tr("The file is still being written. Stop it?"))
        self.stay.setFocus()

    def _stop(self) -> None:
        then = self._then
        self._then = self._otherwise = None
        self.closing.say("")
        self._page.stop()
        if then is not None:
            then()

    def _stay(self) -> None:
        otherwise = self._otherwise
        self._then = self._otherwise = None
        self.closing.say("")
        if otherwise is not None:
            otherwise()

    # After it was written

    def _end(self, how: Converted | InspectorError | None) -> None:
        self._stay()
        if isinstance(how, Converted):
            self._tell_done(how)
        elif how is not None:
            self._tell_problem(how)
        else:
            self.notice.say(tr("Stopped. Nothing was written, and nothing half written is left."))

    def _tell_done(self, done: Converted) -> None:
        self._path = done.path
        self.notice.say("")
        self.done.say(
            tr(
                "Written: {name}, {tensors}, {before} → {after}. It was read back and is equal bit by bit.",
                name=wording.safe(os.path.basename(done.path), 100),
                tensors=wording.plural(done.tensors, "tensor"),
                before=wording.size(done.old_nbytes),
                after=wording.size(done.nbytes),
            ),
            "\n".join(wording.safe(path, 500) for path in done.paths[:20]),
        )
        self.open.setFocus()

    def _tell_problem(self, error: InspectorError) -> None:
        self.problem.say(wording.safe(tr("{title}: {message}", title=error.title, message=error), 800))
