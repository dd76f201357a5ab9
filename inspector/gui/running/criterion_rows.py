"""The criterion in the section Training: one of torch's, or a function of a person's own once its file may be run."""

from __future__ import annotations

import os
from collections.abc import Callable

from PySide6.QtCore import QObject

from ... import wording
from ...errors import InspectorError
from ...language import marked, tr
from ...runs.offered import CRITERIA
from ..settings import Settings
from .code_question import CodeQuestion
from .setting_fields import choice_box, show_choice
from .setup import Setup
from .setup_section import SettingRows
from .typed_line import TypedLine

_OWN = marked("A function in a .py file")


class CriterionRows(QObject):
    """Two rows, and a question to be put below them."""

    def __init__(self, setup: Setup, settings: Settings) -> None:
        super().__init__()
        self._setup = setup
        self._wants_function = False
        self._rows: SettingRows | None = None
        self.choice = choice_box([*CRITERIA, tr(_OWN)])
        self.choice.activated.connect(self._choose)
        self.function = TypedLine(_function)
        self.function.taken.connect(self._take)
        self.question = CodeQuestion(settings)

    def add_to(self, rows: SettingRows) -> None:
        """Puts its rows at the end of `rows`."""
        self._rows = rows
        rows.add(tr("Criterion"), self.choice, tr("What is made smaller"))
        rows.add(tr("Function"), self.function, tr("file.py:function of (output, target)"), note=self.function.note)
        self._setup.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows what is chosen."""
        self._ask_unasked()
        named = self._setup.criterion
        is_own = self._wants_function or named not in CRITERIA
        show_choice(self.choice, tr(_OWN) if is_own else named)
        self.choice.setToolTip(tr(CRITERIA.get(named, "What is made smaller")))
        self.function.show_text("" if named in CRITERIA else named, "loss.py:loss")
        if self._rows is not None:
            self._rows.show_row(self.function, is_own)

    def _choose(self, place: int) -> None:
        names = list(CRITERIA)
        self._wants_function = place == len(names)
        self.question.hide()
        if self._wants_function:
            self.refresh()
            self.function.setFocus()
        else:
            self._setup.criterion = names[place]
            self.refresh()

    def _take(self, text: object) -> None:
        if isinstance(text, str):
            self._ask(text, lambda: self._setup.set(criterion=text))

    def _ask_unasked(self) -> None:
        """What the file names is asked about before it is taken."""
        named, setup = self._setup.unasked.get("criterion"), self._setup
        if isinstance(named, str) and self.question.isHidden():
            self._ask(named, lambda: setup.accept("criterion"), lambda: setup.accept("criterion", is_wanted=False))

    def _ask(self, text: str, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None) -> None:
        path = text.rpartition(":")[0]
        words = tr(
            "To have the criterion, {path} must be run, in a process of its own. "
            "Its code can do whatever you can do: run it if you trust it.",
            path=os.path.basename(path),
        )
        self.question.ask(path, wording.safe(words, 400), then, otherwise)


def _function(text: str) -> str:
    file, _, name = text.rpartition(":")
    path = os.path.abspath(os.path.expanduser(file))
    if not file.endswith(".py") or not name.isidentifier():
        raise InspectorError(tr("Write file.py:function."))
    if not os.path.isfile(path):
        raise InspectorError(tr("There is no file {path}.", path=wording.safe(path, 200)))
    return f"{path}:{name}"
