"""The mended checkpoint as a new file: asked where, told what will not be as it was, written, read back.

Why this way: nothing is asked in boxes that stand before the window. A strip on top of the story asks, tells how far it
is and what came of it, while the case can be looked at all the time. A file that is there is replaced when the dialog
was told so, and the checkpoint itself only when the strip was told so once more.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import marked, sentences, tr
from ...progress import Progress
from ..jobs import LatestJob
from ..widgets.banner import Banner
from .copying import mended_path
from .open_fit import OpenFit

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...checkpoint.planning import Plan
    from ...checkpoint.writing import Written
    from ...comparing.sides import Side

WEIGHTS, WHOLE, SAFETENSORS = "weights", "whole", "safetensors"
FILTERS = {
    WHOLE: marked("The whole checkpoint, its weights mended (*.pth *.pt *.ckpt)"),
    WEIGHTS: marked("The mended weights alone (*.pth *.pt *.bin)"),
    SAFETENSORS: marked("The mended weights as safetensors (*.safetensors)"),
}


class Saving(QWidget):
    """The strip on top of the story that writes the mended file."""

    changed = Signal()
    """`is_busy` or `progress` is another."""
    open_asked = Signal(str)
    """The path of the written file, which is to be looked at."""

    def __init__(self, fit: OpenFit) -> None:
        super().__init__()
        self._fit = fit
        self._latest = LatestJob()
        self._target = ""
        self._plan: Plan | None = None
        self.progress: Progress | None = None
        self.question = Banner("?", tone="accent")
        self.confirm = self.question.offer(tr("&Save"), self._write)
        self.question.offer(tr("Cance&l"), self._give_up)
        self.done = Banner("✓", tone="accent")
        tip = tr("Look at the mended file in a tab of its own")
        self.open = self.done.offer(tr("Ope&n"), lambda: self.open_asked.emit(self._target), tip)
        self.problem = Banner("!")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for banner in (self.question, self.done, self.problem):
            column.addWidget(banner)
        for banner in (self.done, self.problem):
            banner.offer_closing()

    @property
    def is_busy(self) -> bool:
        return self._latest.is_running

    @property
    def words(self) -> str:
        """What is being done."""
        return tr("Writing {file} …", file=wording.safe(os.path.basename(self._target), 100)) if self.is_busy else ""

    def ask(self) -> None:
        """Asks in a dialog where to, and as what."""
        forms = [WHOLE, WEIGHTS, SAFETENSORS] if self._fit.section else [WEIGHTS, SAFETENSORS]
        filters = [tr(FILTERS[form]) for form in forms]
        path, chosen = QFileDialog.getSaveFileName(
            self.window(), tr("Save Mended Checkpoint"), mended_path(self._fit.path), ";;".join(filters)
        )
        if path:
            form = forms[filters.index(chosen)] if chosen in filters else forms[0]
            self.save(path, SAFETENSORS if path.endswith(".safetensors") else form)

    def save(self, path: str, form: str) -> None:
        """Plans the file, and writes it when there is nothing to ask."""
        checkpoint, side = self._fit.checkpoint, self._fit.mended_side
        if checkpoint is None or side is None:
            return
        self._clear()
        self._target = os.path.abspath(path)
        self._run(_planning(checkpoint, side, form), self._take_plan)

    def stop(self) -> None:
        """Stops the writing; nothing of it is left."""
        if self._latest.cancel():
            self.changed.emit()

    def _take_plan(self, plan: Plan) -> None:
        self._plan = plan
        is_source = any(_is_same(self._target, source) for source in plan.sources)
        asked = [wording.safe(note, 400) for note in plan.notes[:6]]
        if is_source:
            asked.append(tr("This is the very file that is read: what it holds now will be lost."))
        self.confirm.setText(tr("Repl&ace It") if is_source else tr("&Save"))
        if asked:
            self.question.say(sentences(*asked))
            self.confirm.setFocus()
        else:
            self._write()

    def _write(self) -> None:
        from ...checkpoint.writing import write

        plan, self._plan = self._plan, None
        self.question.say("")
        if plan is not None:
            self._run(write(self._target, plan, overwrite=True, over_source=True), self._take_written)

    def _give_up(self) -> None:
        self._plan = None
        self.question.say("")

    def _take_written(self, written: Written) -> None:
        size, tensors = wording.size(written.nbytes), wording.plural(written.tensors, "tensor")
        self.done.say(
            tr(
                "Written: {path}, {tensors}, {size}. It was read back and is equal bit by bit.",
                path=wording.safe(os.path.basename(written.path), 120),
                tensors=tensors,
                size=size,
            ),
            wording.safe(written.path, 500),
        )

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, InspectorError):
            self._fit.broken.emit(error)
            error = InspectorError(
                tr("An error in this program, {name}, stopped the writing.", name=type(error).__name__)
            )
        self.problem.say(wording.safe(tr("{title}: {message}", title=error.title, message=error), 600))

    def _clear(self) -> None:
        self.stop()
        for banner in (self.question, self.done, self.problem):
            banner.say("")

    def _run(self, work: Generator[Any, None, Any], succeeded: Callable[[Any], None]) -> None:
        def end(then: Callable[[Any], None], result: Any) -> None:
            self.progress = None
            then(result)
            self.changed.emit()

        self._latest.start(work, partial(end, succeeded), partial(end, self._fail), self._hear)
        self.changed.emit()

    def _hear(self, words: list[Progress]) -> None:
        self.progress = words[-1]
        self.changed.emit()


def _planning(checkpoint: Checkpoint, side: Side, form: str) -> Generator[Progress, None, Plan]:
    from ...comparing.saving import plan_for

    yield Progress(0, 1, "files", tr("planning"))
    return plan_for(checkpoint, side, whole=form == WHOLE, format="safetensors" if form == SAFETENSORS else "zip")


def _is_same(path: str, other: str) -> bool:
    return os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)
