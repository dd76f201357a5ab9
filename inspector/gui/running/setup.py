"""What is chosen before a run begins: data, optimizer, epochs, where it saves. All of it has a sound beginning.

`take` fills everything from a checkpoint, so that nothing has to be typed; whatever is set afterwards tells by
`changed` that it is another. What was typed and cannot be meant stays out, and is a sentence of `problems()`.

Code that a file names - a function that gives data, a criterion - would be run before anybody looked. So it is only
taken once somebody was asked (`accept`), whatever the file says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ...errors import InspectorError
from ...runs import requesting
from ...runs.choices import Choices
from ...runs.sound_choices import code_of, followed
from ...workshop.requests import ModelSource
from ...workshop.run_requests import Chosen, DataSource, Start, Test, Train
from . import setup_reading
from .setup_field import Field
from .setup_problems import problems_of

if TYPE_CHECKING:
    from ...checkpoint.entries import Checkpoint
    from ...runs.preflight import Need
    from ...runs.resume import Resume
    from .setup_reading import ReadSetup

CLEAR = object()
"""In place of a correction: what was found by itself counts again."""


class Setup(QObject):
    """What is chosen for one page. The fields are those of `requesting.Choices`, which says what they mean."""

    changed = Signal()
    """Anything of it is another."""

    data = Field[DataSource]()
    folder = Field[str]()
    more_epochs = Field[int]()
    optimizer = Field[Chosen]()
    criterion = Field[str]()
    scheduler = Field["Chosen | None"]()
    batch_size = Field[int]()
    lr = Field["float | None"]()
    clip = Field[float]()
    device = Field[str]()
    amp = Field[bool]()
    fused = Field[bool]()
    threads = Field[int]()
    workers = Field[int]()
    seed = Field[int]()
    name = Field[str]()
    save_every = Field[int]()
    minutes = Field[float]()
    stop_at_nan = Field[bool]()
    board = Field[bool]()
    processes = Field[int]()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.choices = Choices()
        self.checkpoint: Checkpoint | None = None
        self.corrections: dict[str, object] = {}
        """Role -> the key, or the value, that a person says is right."""
        self.module_in_file: ModelSource | None = None
        """The whole module or TorchScript that the file holds; None where it holds only weights."""
        self.own_module: ModelSource | None = None
        """The same, where it is run as it is; None: the class that was chosen."""
        self.allowed_module: ModelSource | None = None
        """The module that somebody has once allowed to be run."""
        self.unasked: dict[str, object] = {}
        """Fields for which a file of ours names code of a person's own, and what they would be: see `accept`."""
        self.split = "test"
        """What checkpoints are tested on."""
        self._found: ReadSetup | None = None
        """What the file has, also where a person leaves it out."""
        self._read: ReadSetup | None = None
        """The same, with what is left out left out."""
        self._usual = Choices()
        """What is chosen when nobody says anything."""
        self._code: dict[str, object] = {}
        """Code that the file names, which is never taken by itself."""
        self._mistyped: dict[str, str] = {}

    # What is asked of it

    def take(self, checkpoint: Checkpoint) -> None:
        """Begins with what `checkpoint` says, and with sound values for the rest.

        Of a file that is read again, what a person chose stays.
        """
        is_anew = self.checkpoint is None or self.checkpoint.path != checkpoint.path
        self.checkpoint = checkpoint
        self.module_in_file = setup_reading.module_in(checkpoint)
        if is_anew:
            self._begin()
        else:
            self._read_again()
        self.changed.emit()

    def _begin(self) -> None:
        self.choices = self._usual = Choices()
        self.own_module, self.allowed_module, self._mistyped, self._code = None, None, {}, {}
        self._read_anew({})
        self.unasked = dict(self._code)

    def _read_again(self) -> None:
        self.own_module = self.allowed_module = None
        before = self._code  # another file under the same name was not said yes to
        try:
            self._read_anew(self.corrections)
        except InspectorError:  # what was corrected is no more there
            self._read_anew({})
        self.unasked = {name: value for name, value in self._code.items() if before.get(name) != value}

    def set(self, **values: object) -> None:
        """Sets fields by their names, and tells once."""
        before, self.choices = self.choices, self.choices._replace(**values)  # type: ignore[arg-type]
        if self.choices != before:
            if self._leaves(before) != self._leaves(self.choices):
                self._read_anew(self.corrections)
            self.changed.emit()

    @property
    def by_hand(self) -> dict[str, object]:
        """The fields that are not what they are by themselves."""
        now, usual = self.choices._asdict(), self._usual._asdict()
        return {name: value for name, value in now.items() if value != usual[name]}

    def set_by_hand(self, values: Mapping[str, object]) -> None:
        """Sets these fields, and all others to what they are by themselves."""
        self.set(**(self._usual._asdict() | dict(values)))

    def accept(self, name: str, is_wanted: bool = True) -> None:
        """Takes the code that the file names for the field `name`, which somebody was asked about; or forgets it."""
        value = self.unasked.pop(name)
        self.set(**({name: value} if is_wanted else {}))

    def run_own_module(self, is_wanted: bool) -> None:
        """Runs the module in the file as it is, or the class that was chosen. Somebody was asked."""
        self.own_module = self.module_in_file if is_wanted else None
        self.allowed_module = self.own_module or self.allowed_module
        self.changed.emit()

    def test_on(self, split: str) -> None:
        """Tests on the `train`, `validation` or `test` samples."""
        if split != self.split:
            self.split = split
            self.changed.emit()

    def correct(self, role: str, value: object, **fields: object) -> None:
        """Takes `value` - a key of the file, a plain value, None for "leave it out" - for `role`, until it is `CLEAR`.

        `fields` are set with it. Raises InspectorError for what makes no sense; then all stays as it was.
        """
        corrections = {each: said for each, said in self.corrections.items() if each != role}
        if value is not CLEAR:
            corrections[role] = value
        self.correct_all(corrections, **fields)

    def correct_all(self, corrections: dict[str, object], **fields: object) -> None:
        """Takes these corrections, by their roles, and no others; as `correct`."""
        before = self.choices
        self.choices = before._replace(**fields)  # type: ignore[arg-type]
        try:
            self._read_anew(corrections)
        except InspectorError:
            self.choices = before
            raise
        self.changed.emit()

    def mistype(self, name: str, sentence: str) -> None:
        """Says what is wrong with what stands in the field `name`; an empty sentence says that nothing is."""
        if self._mistyped.get(name, "") != sentence:
            self._mistyped[name] = sentence
            self.changed.emit()

    # What it tells

    @property
    def resume(self) -> Resume | None:
        """What the file has for a resume; None while there is no file."""
        return self._read.resume if self._read is not None else None

    @property
    def needs(self) -> tuple[Need, ...]:
        """The list before the start."""
        return self._read.needs if self._read is not None else ()

    @property
    def first_epoch(self) -> int:
        """The first that is trained, counted from 1."""
        return self.resume.epoch if self.resume is not None else 1

    @property
    def epochs(self) -> int:
        """The last that is trained, counted from 1."""
        return self.first_epoch + self.more_epochs - 1

    @property
    def found_optimizer(self) -> Chosen | None:
        """The optimizer whose state the file has; None where it has none, or nobody can say whose it is."""
        found = self._found
        return found.optimizer.chosen if found is not None and found.resume.optimizer is not None else None

    @property
    def found_scheduler(self) -> Chosen | None:
        """The same of the scheduler."""
        found = self._found
        return found.scheduler.chosen if found is not None and found.resume.scheduler is not None else None

    @property
    def keeps_optimizer(self) -> bool:
        """Whether the optimizer goes on with the state in the file."""
        return self.found_optimizer is not None and self.resume is not None and self.resume.optimizer is not None

    @property
    def keeps_scheduler(self) -> bool:
        """Whether the scheduler goes on with the state in the file."""
        return self.found_scheduler is not None and self.resume is not None and self.resume.scheduler is not None

    @property
    def optimizer_words(self) -> str:
        """What should be known of how the optimizer was recognised."""
        return self._found.optimizer.sentence if self._found is not None else ""

    @property
    def scheduler_words(self) -> str:
        """Why the scheduler of the file is not taken over; empty where it is, or there is none."""
        return self._found.scheduler.sentence if self._found is not None else ""

    @property
    def stored_rate(self) -> float | None:
        """The learning rate that the optimizer's state brings along, or that its options say."""
        rate = self.optimizer.options.get("lr")
        return float(rate) if isinstance(rate, (int, float)) else None

    def problems(self) -> tuple[str, ...]:
        """Why it cannot begin like this, in sentences; empty when it can."""
        return (*filter(None, self._mistyped.values()), *problems_of(self))

    def train_request(self, source: ModelSource, arguments: Mapping[str, object], start: Start | None) -> Train:
        """Asks for the training that is set up; the start may be put in later."""
        request = requesting.train_request(source, arguments, start, self.choices, self.resume)
        if start is None and self.resume is not None:
            resume = self.resume
            request = request._replace(
                epochs=self.epochs, expected=resume.expected, expected_is=resume.expected_is or "train_loss"
            )
        return request

    def test_request(self, source: ModelSource, arguments: Mapping[str, object], starts: tuple[Start, ...]) -> Test:
        """Asks how good these checkpoints are."""
        return requesting.test_request(source, arguments, starts, self.choices, split=self.split)

    def _read_anew(self, corrections: dict[str, object]) -> None:
        """Reads the file with these corrections; what no person chose follows. Raises InspectorError."""
        if self.checkpoint is None:
            return
        there = {role: said for role, said in corrections.items() if said is not None}
        found = setup_reading.read(self.checkpoint, there)
        named = requesting.choices_of(self.checkpoint, found.resume)
        code = code_of(named)
        usual = named._replace(**{name: getattr(Choices(), name) for name in code})
        choices = followed(self.choices, self._usual, usual)
        before, self._found = self._found, found
        try:
            left_out = {**corrections, **self._leaves(choices)}
            self._read = setup_reading.read(self.checkpoint, left_out) if left_out else found
        except InspectorError:
            self._found = before
            raise
        self.corrections, self.choices, self._usual, self._code = corrections, choices, usual, code

    def _leaves(self, choices: Choices) -> dict[str, None]:
        """The parts of the file that cannot be used by what is chosen: the state of another class."""
        if self._found is None:
            return {}
        resume = self._found.resume
        states = (
            ("optimizer", resume.optimizer, self.found_optimizer, choices.optimizer),
            ("scheduler", resume.scheduler, self.found_scheduler, choices.scheduler),
        )
        return {
            role: None
            for role, key, found, chosen in states
            if key is not None and (found is None or chosen is None or chosen.name != found.name)
        }
