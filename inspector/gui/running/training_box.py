"""The section Training: how long, how fast, by which optimizer, with which loss.

Why this way: an optimizer whose state is taken over brings its settings along, and torch would put them over whatever
is written here. So they can be seen, and are only to be changed where it begins anew.
"""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ... import wording
from ...language import marked, tr
from ...runs.offered import OPTIMIZERS, RATES, SCHEDULERS, begun_with, offered
from ...workshop.run_requests import Chosen
from ...workshop.run_words import Rehearsal
from ..settings import Settings
from ..widgets.check_box import CheckBox
from .criterion_rows import CriterionRows
from .option_form import OptionForm
from .setting_fields import choice_box, number_box, put, show_choice, tick
from .setup import CLEAR, Setup
from .setup_section import Section, SettingRows, note_label, say
from .typed_line import TypedLine, positive, zero_or_more

_NONE = marked("None: it stays as it is")
_MOST_EPOCHS, _MOST_BATCH = 100_000, 1_000_000


class TrainingBox(QWidget):
    """What training is to be, to be chosen and changed."""

    def __init__(self, setup: Setup, settings: Settings) -> None:
        super().__init__()
        self._setup = setup
        self._make_numbers()
        self._make_optimizer()
        self.criterion = CriterionRows(setup, settings)
        self._lay_out()
        setup.changed.connect(self.refresh)
        self.refresh()

    def _make_numbers(self) -> None:
        setup = self._setup
        self.epochs = number_box(1, _MOST_EPOCHS, lambda value: setup.set(more_epochs=value))
        self.which = note_label()
        self.batch = number_box(1, _MOST_BATCH, lambda value: setup.set(batch_size=value))
        self.rate = TypedLine(positive)
        self.rate.taken.connect(lambda value: setup.set(lr=value))
        self.clip = TypedLine(zero_or_more)
        self.clip.taken.connect(lambda value: setup.set(clip=value or 0.0))
        for name, line in ((tr("Learning rate"), self.rate), (tr("Clipping"), self.clip)):
            line.setAccessibleName(name)
            line.mistyped.connect(lambda sentence, name=name: setup.mistype(name, sentence))
        self.amp = CheckBox(tr("Mixed precision"))
        self.amp.toggled.connect(lambda is_on: setup.set(amp=is_on))
        self.fused = CheckBox(tr("Fused kernels"))
        self.fused.toggled.connect(lambda is_on: setup.set(fused=is_on))
        self._has_fused = False

    def _make_optimizer(self) -> None:
        self.optimizer = choice_box([each.name for each in OPTIMIZERS])
        self.optimizer.activated.connect(lambda place: self.choose_optimizer(self.optimizer.itemText(place)))
        self.origin = note_label()
        self.keeps = CheckBox(tr("Go on with its state"))
        self.keeps.toggled.connect(self.keep_state)
        self.options = OptionForm()
        self.options.changed.connect(self._take_options)
        self.option_fold = Section(tr("Settings"), self.options, is_open=False, is_small=True)
        self.scheduler = choice_box([tr(_NONE), *(each.name for each in SCHEDULERS)])
        self.scheduler.activated.connect(self._choose_scheduler)
        self.falls = note_label()
        self.schedule = OptionForm()
        self.schedule.changed.connect(self._take_schedule)

    def _lay_out(self) -> None:
        self._rows = rows = SettingRows()
        rows.add(tr("More epochs"), self.epochs, tr("How many epochs are trained from here on"), note=self.which)
        rows.add(tr("Batch size"), self.batch, tr("Samples of one step"))
        rows.add(tr("Optimizer"), self.optimizer, tr("The class of torch.optim"), note=self.origin)
        tip = tr("With what it remembers of the steps before; off: it begins anew, and its settings can be changed")
        rows.add_box(self.keeps, tip)
        tip = tr("Takes the place of whatever rate there is. Empty: as the file or the optimizer says")
        rows.add(tr("Learning rate"), self.rate, tip, note=self.rate.note)
        rows.add_wide(self.option_fold)
        rows.add(tr("Scheduler"), self.scheduler, tr("What the learning rate does, epoch by epoch"), note=self.falls)
        rows.add_wide(self.schedule)
        self.criterion.add_to(rows)
        tip = tr("The largest norm that all gradients together may have. Empty: they are not clipped")
        rows.add(tr("Clipping"), self.clip, tip, note=self.clip.note)
        rows.add_box(
            self.amp, tr("float16 with a scaler on CUDA, bfloat16 on the CPU: quicker on devices that have it")
        )
        rows.add_box(self.fused, tr("One kernel for all weights: quicker; the last bits of the weights may differ"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(rows)
        column.addWidget(self.criterion.question)

    # What a person does

    def choose_optimizer(self, name: str) -> None:
        """Another class begins anew with its own settings: it can make nothing of the state of another."""
        found = self._setup.found_optimizer
        if name != self._setup.optimizer.name:
            self._setup.optimizer = found if found is not None and found.name == name else Chosen(name)

    def keep_state(self, keeps: bool) -> None:
        """Goes on with the optimizer's state of the file, or begins anew."""
        found = self._setup.found_optimizer
        with_it = {"optimizer": found} if keeps and found is not None else {}  # the settings that come with it
        self._setup.correct("optimizer", CLEAR if keeps else None, **with_it)

    def _take_options(self, options: dict[str, object]) -> None:
        self._setup.optimizer = Chosen(self._setup.optimizer.name, options)

    def _choose_scheduler(self, place: int) -> None:
        setup = self._setup
        name = self.scheduler.itemText(place) if place else ""
        if name == (setup.scheduler.name if setup.scheduler is not None else ""):
            return
        found = setup.found_scheduler
        anew = Chosen(name, begun_with(name, setup.more_epochs)) if name else None
        setup.scheduler = found if found is not None and found.name == name else anew

    def _take_schedule(self, options: dict[str, object]) -> None:
        if self._setup.scheduler is not None:
            self._setup.scheduler = Chosen(self._setup.scheduler.name, options)

    # What is shown

    def show_rehearsal(self, rehearsal: Rehearsal | None) -> None:
        """What came of the rehearsal: whether there are fused kernels, the rate that it would begin with."""
        if rehearsal is not None:
            self._has_fused = rehearsal.has_fused
        self.refresh()

    def refresh(self) -> None:
        """Shows what is chosen."""
        setup = self._setup
        put(self.epochs, setup.more_epochs)
        put(self.batch, setup.batch_size)
        first, last = setup.first_epoch, setup.epochs
        say(
            self.which,
            tr("Epoch {first}", first=first)
            if first == last
            else tr("Epochs {first} to {last}", first=first, last=last),
        )
        tick(self.amp, setup.amp)
        tick(self.fused, setup.fused)
        self._rows.show_row(self.fused, self._has_fused or setup.fused)
        self.clip.show_text(f"{setup.clip:g}" if setup.clip else "", tr("not clipped"))
        self._show_optimizer()
        self._show_scheduler()

    def _show_optimizer(self) -> None:
        setup = self._setup
        chosen, keeps = setup.optimizer, setup.keeps_optimizer
        show_choice(self.optimizer, chosen.name)
        found = setup.found_optimizer
        has_state = found is not None and found.name == chosen.name
        say(self.origin, setup.optimizer_words if has_state else "")
        self._rows.show_row(self.keeps, has_state)
        tick(self.keeps, keeps)
        rate = setup.stored_rate
        origin = tr("from the file") if setup.lr is None and keeps and rate is not None else ""
        usual = RATES.get(chosen.name)
        placeholder = rate if rate is not None else usual
        self.rate.show_text(
            f"{setup.lr:g}" if setup.lr is not None else "", f"{placeholder:g}" if placeholder else "", origin
        )
        self.options.show_options(offered(chosen.name), chosen.options)
        self.option_fold.open(self.option_fold.is_open)
        self.options.setEnabled(not keeps)
        self.option_fold.sum_up(tr("as in its state") if keeps else "")
        self.option_fold.name(tr("Settings of {name}", name=wording.safe(chosen.name, 40)))
        self._rows.show_row(self.option_fold, bool(self.options.rows))

    def _show_scheduler(self) -> None:
        setup = self._setup
        chosen = setup.scheduler
        show_choice(self.scheduler, chosen.name if chosen is not None else tr(_NONE))
        known = offered(chosen.name) if chosen is not None else None
        keeps = setup.keeps_scheduler
        does = tr("It goes on as in the file.") if keeps else known.does if known is not None else ""
        say(self.falls, setup.scheduler_words if chosen is None else does)
        self.schedule.show_options(known, chosen.options if chosen is not None else {})
        self.schedule.setEnabled(not keeps)
        self._rows.show_row(self.schedule, bool(self.schedule.rows))

    def summary(self) -> str:
        """The whole in a few words."""
        setup = self._setup
        rate = setup.lr if setup.lr is not None else setup.stored_rate or RATES.get(setup.optimizer.name)
        epochs = wording.plural(setup.more_epochs, "epoch")
        return tr(
            "{epochs}, {optimizer}, batches of {size}",
            epochs=epochs,
            optimizer=f"{setup.optimizer.name} {rate:g}" if rate else setup.optimizer.name,
            size=setup.batch_size,
        )
