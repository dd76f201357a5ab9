"""The model that a checkpoint is held against: which it is, with which arguments, how far it has come.

Requests are methods (`choose`, `allow`, `set_arguments`, `solve`, `stop`, `close`); `changed` tells that any of it is
another, `built` that the model is there. Latest wins.

Why this way: a model goes through stages, each of which may be the last for a while - its class is to be chosen, its
code may not be run yet, an argument is missing, it could not be built. `stage` names where it stands, so that the
panel shows one thing at a time.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...language import tr
from ...progress import Progress
from ...workshop.requests import (
    Build,
    Classes,
    Inspect,
    ListClasses,
    Model,
    Said,
    Signature,
    Solution,
    Solve,
    Verdict,
    WorkshopError,
)
from ..collecting import uncollected
from ..jobs import LatestJob
from ..settings import Settings
from ..watching import FileWatch, stamp_of
from .asking import Asking
from .choices import Choice, choice_of
from .stages import RUNNING, Stage

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...checkpoint.sources import Stamp
    from ...comparing.sides import Side
    from ...workshop.trying import Candidate

RECENT_MODELS, TRUSTED, INTERPRETER = "recent_models", "trusted_code", "interpreter"
"""The lists of the settings that keep what was chosen, whose code may run, and with which Python."""
MOST_TRUSTED = 200
_MOST_OUTPUT = 100_000
"""Letters of what the user's code prints that are kept."""


class ChosenModel(QObject):
    """The model of one tab, and the child that builds it."""

    changed = Signal()
    """`stage`, `choice`, `classes`, `signature`, `arguments`, `solution` or `error` is another."""
    said = Signal()
    """`output` has grown, or `progress` is another."""
    built = Signal()
    """`model` (or `other`, where a checkpoint stands in its place) is there."""
    chosen_by_hand = Signal(str)
    """A person chose another; in a few words. Before anything comes of it, which is no deed of a person."""
    told_by_hand = Signal(str)
    """A person wrote arguments, or had them looked for; in a few words. Before anything comes of it."""
    broken = Signal(object)
    """An exception that is an error of this program."""

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.checkpoint: Checkpoint | None = None
        """The file that is to be loaded: it may say arguments."""
        self.stage = Stage.EMPTY
        self.choice: Choice | None = None
        self.classes: tuple[str, ...] = ()
        """Those of the code that was chosen, as `choose` takes them."""
        self.candidates: tuple[Candidate, ...] = ()
        """The same once all were tried, the one that fits best first."""
        self.signature: Signature | None = None
        self.given: dict[str, object] = {}
        """Arguments that a person wrote, or that were solved for."""
        self.filled: dict[str, tuple[object, str]] = {}
        """Arguments that the checkpoint says: the value, and the key that says it."""
        self.model: Model | None = None
        self.other: Checkpoint | None = None
        self.solution: Solution | None = None
        self.solved: dict[str, object] = {}
        """Arguments that are what they are because they were solved for."""
        self.error: InspectorError | None = None
        self.output = ""
        """The end of what the user's code printed."""
        self.progress: Progress | None = None
        self._reading = LatestJob()
        self._sources: tuple[str, ...] = ()
        """The files that it was made from."""
        self._stamps: dict[str, Stamp | None] = {}
        """What these were like when the making began: one that is saved meanwhile is seen to be another."""
        self._asking = self._new_asking(self._remembered_interpreter())
        self._watch = FileWatch(self)
        self._watch.changed.connect(self.begin)

    @property
    def interpreter(self) -> str:
        """The Python that it is built with; empty as long as one with torch is to be looked for."""
        return self._asking.interpreter

    @property
    def interpreter_is_found(self) -> bool:
        """Whether that was, or is to be, found by itself: none was chosen, and the window's own has no torch."""
        return self._asking.is_found_by_itself

    @property
    def trusted_file(self) -> str:
        """The .py file or folder that is chosen, if it may be run; else empty."""
        runs = self.choice.runs if self.choice is not None else ""
        return runs if os.path.isabs(runs) and self.may_run else ""

    @property
    def arguments(self) -> dict[str, object]:
        """What it is built with; what is left out has its default."""
        return {name: value for name, (value, _) in self.filled.items()} | self.given

    @property
    def missing_arguments(self) -> tuple[str, ...]:
        """Required arguments that nobody has said."""
        wanted = self.signature.arguments if self.signature is not None else ()
        return tuple(each.name for each in wanted if each.required and each.name not in self.arguments)

    @property
    def is_running(self) -> bool:
        return self.stage in RUNNING

    @property
    def can_judge(self) -> bool:
        """Whether torch can be asked at once: the child has the model, and nothing else to do."""
        return self.model is not None and self.stage is Stage.BUILT and not self._asking.is_busy

    @property
    def may_run(self) -> bool:
        """Whether somebody said that the chosen code, or the folder it lies in, may be run."""
        trusted = self.settings.listed(TRUSTED, MOST_TRUSTED)
        runs = self.choice.runs if self.choice is not None else ""
        return runs in trusted or (os.path.isabs(runs) and any(str(each) in trusted for each in Path(runs).parents))

    # What can be asked

    def choose(self, text: str, arguments: Mapping[str, object] | None = None, *, by_hand: bool = False) -> None:
        """Takes the model, .py file or other checkpoint that `text` names, with these arguments for a start.

        `by_hand`: a person chose it.
        """
        try:
            choice = choice_of(text)
        except InspectorError as error:
            self._stop_all()
            self._fail(error)
            return
        if choice != self.choice:
            if choice.text not in self.classes:
                self.classes = self.candidates = ()
            self.choice, self.signature, self.given, self.filled = choice, None, dict(arguments or {}), {}
            self.model = self.other = None
            self._sources = ()
        if by_hand:
            self.chosen_by_hand.emit(tr("Choose Model"))
        self.begin()

    def begin(self) -> None:
        """From the choice to the model, (again,) as far as it goes without being told more."""
        choice = self.choice
        if choice is None or self.checkpoint is None:
            return
        self._stop_all()
        self.output, self.solution, self.solved = "", None, {}
        self._stamps = {path: stamp_of(path) for path in self._own_files()}
        if choice.runs and not self.may_run:
            self._go(Stage.ASKING_LEAVE)
        elif choice.is_code:
            self._ask(Stage.LISTING, ListClasses(choice.path), self._take_classes)
        elif choice.source is not None:
            self._ask(Stage.INSPECTING, Inspect(choice.source), self._take_signature)
        else:
            self._go(Stage.READING)
            self._reading.start(reading(choice.path), self._take_other, self._fail)

    def forget(self) -> None:
        """Chooses none."""
        self._stop_all()
        self._watch.stop()
        self.choice = self.signature = self.model = self.other = self.solution = None
        self.classes, self.candidates, self.given, self.filled, self.solved = (), (), {}, {}, {}
        self._sources = ()
        self._go(Stage.EMPTY)

    def allow(self) -> None:
        """Its code may be run: this time, and whenever it is chosen again."""
        if self.choice is not None and self.choice.runs:
            self.settings.list_first(TRUSTED, self.choice.runs, MOST_TRUSTED)
            self.begin()

    def use_interpreter(self, executable: str) -> None:
        """Builds with another Python from now on."""
        if executable != self.interpreter:
            self.settings.list_first(INTERPRETER, executable)
            self._asking.close()
            self._asking.deleteLater()
            self._asking = self._new_asking(executable)
            self.begin()

    def set_arguments(self, given: dict[str, object]) -> None:
        """Builds it with these arguments, and those that the checkpoint says."""
        if given != self.given:
            self.given = dict(given)
            self.told_by_hand.emit(tr("Arguments"))
            self._build()

    def solve(self, side: Side) -> None:
        """Looks for arguments with which the shapes of `side` fit."""
        if self.choice is not None and self.choice.source is not None and self.signature is not None:
            items = tuple((item.key, item.shape) for item in side.items)
            self._ask(Stage.SOLVING, Solve(self.choice.source, self.arguments, items), self._take_solution)

    def try_all(self, side: Side) -> None:
        """Looks which of the classes fits `side` best, and with which arguments."""
        from ...workshop.trying import trying

        if self.choice is not None and self.choice.is_code:
            path = self.choice.path
            self._go(Stage.TRYING)
            self._asking.beside = self.trusted_file
            self._asking.do(lambda workshop: trying(workshop, path, side), self._take_candidates, self._fail)

    def judge(self, side: Side, judged: Callable[[Verdict | None], object]) -> None:
        """Asks torch what `load_state_dict` says of `side`; None where it could not be asked."""
        from ...workshop.models import judge_of

        self._asking.ask(judge_of(side), judged, lambda _error: judged(None))

    def stop(self) -> None:
        """Stops what runs, at once. What was built before arguments were looked for is built again."""
        was_solving = self.stage is Stage.SOLVING
        if self.is_running:
            self._stop_all()
            if was_solving:
                self._build()
                return
            self._fail(WorkshopError(tr("It was stopped before it was done."), title=tr("Stopped")))

    def close(self) -> None:
        """Lets go of everything; no child is left."""
        self._watch.stop()
        self._stop_all()
        self._asking.close()

    def check_disk(self) -> None:
        self._watch.check()

    # What comes of it

    def _take_classes(self, classes: Classes) -> None:
        assert self.choice is not None
        self.classes = classes.sources
        if len(classes.sources) == 1:
            self.choose(classes.sources[0])
        elif classes.sources:
            self._watch_sources()
            self._go(Stage.CLASS)
        else:
            reason = classes.failures[0][1] if classes.failures else tr("It defines no class that is an nn.Module.")
            self._fail(WorkshopError(reason, title=tr("{name} has no model to choose", name=self.choice.name)))

    def _take_candidates(self, candidates: tuple[Candidate, ...]) -> None:
        self.candidates = candidates
        self._go(Stage.CLASS)

    def _take_signature(self, signature: Signature) -> None:
        from ...workshop.filling import arguments_from

        assert self.checkpoint is not None
        self.signature = signature
        names = {argument.name for argument in signature.arguments}
        if not signature.takes_any:  # an argument that the saved file has no more
            self.given = {name: value for name, value in self.given.items() if name in names}
        self.filled = dict(arguments_from(self.checkpoint, signature))
        self._build()

    def _build(self) -> None:
        if self.choice is None or self.choice.source is None or self.signature is None:
            return
        if self.missing_arguments:
            self._stop_all()
            self.model = None
            self._watch_sources()
            self._go(Stage.ARGUMENTS)
        else:
            self._ask(Stage.BUILDING, Build(self.choice.source, self.arguments), self._take_model)

    def _take_model(self, model: Model) -> None:
        self.model, self.other, self._sources = model, None, model.files
        self._arrive()

    def _take_other(self, checkpoint: Checkpoint) -> None:
        self.model, self.other = None, checkpoint
        self._sources = tuple(path for path, _ in checkpoint.stamps)
        self._arrive()

    def _arrive(self) -> None:
        assert self.choice is not None
        self.settings.list_first(RECENT_MODELS, self.choice.text)
        self._watch_sources()
        self._go(Stage.BUILT)
        self.built.emit()

    def _take_solution(self, solution: Solution) -> None:
        found, before = solution.arguments, self.arguments
        self.solution = solution
        self.solved = {name: value for name, value in found.items() if name not in before or before[name] != value}
        self.given = {name: value for name, value in self.given.items() if name in found} | self.solved
        self.told_by_hand.emit(tr("Find Arguments"))
        self._build()

    # How it goes

    def _own_files(self) -> list[str]:
        """The files whose saving makes it anew: the user's own, those they import, the one in which it failed."""
        failed_in = self.error.file if isinstance(self.error, WorkshopError) else ""
        runs = self.choice.runs if self.choice is not None else ""
        own = runs if runs.endswith(".py") else ""
        return [path for path in dict.fromkeys((own, failed_in, *self._sources)) if path]

    def _watch_sources(self) -> None:
        """Begins anew by itself when these are saved, or were while it was made."""
        self._watch.watch([(path, self._stamps.get(path, stamp_of(path))) for path in self._own_files()])

    def _go(self, stage: Stage) -> None:
        self.stage, self.error, self.progress = stage, None, None
        self.changed.emit()

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, InspectorError):
            self.broken.emit(error)
            error = InspectorError(tr("An error in this program, {name}, stopped the work.", name=type(error).__name__))
        self.stage, self.error, self.progress = Stage.FAILED, error, None
        self.model = self.other = None
        if isinstance(error, WorkshopError) and error.output:
            self.output = error.output[-_MOST_OUTPUT:]
        self._watch_sources()
        self.changed.emit()

    def _ask(self, stage: Stage, request: Any, answered: Callable[[Any], object]) -> None:
        self._go(stage)
        self._asking.beside = self.trusted_file
        self._asking.ask(request, answered, self._fail)

    def _new_asking(self, interpreter: str) -> Asking:
        asking = Asking(interpreter, self)
        asking.said.connect(self._hear)
        return asking

    def _remembered_interpreter(self) -> str:
        from ...workshop.environments import usual

        remembered = self.settings.listed(INTERPRETER)
        return remembered[0] if remembered and os.path.exists(remembered[0]) else usual()

    def _hear(self, words: list[Said | Progress]) -> None:
        printed = "".join(word.text for word in words if isinstance(word, Said))
        self.output = (self.output + printed)[-_MOST_OUTPUT:]
        self.progress = next((word for word in reversed(words) if isinstance(word, Progress)), self.progress)
        self.said.emit()

    def _stop_all(self) -> None:
        self._asking.stop()
        self._reading.cancel()


def reading(path: str) -> Generator[Progress, None, Checkpoint]:
    """The work of reading a checkpoint. Raises FileError."""
    yield Progress(0, 1, "files", tr("reading"))
    from ...checkpoint.reading import open_checkpoint

    with uncollected():
        return open_checkpoint(path)
