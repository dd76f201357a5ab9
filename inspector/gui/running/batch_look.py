"""A look at the data before the start: pictures with their labels, how many there are, what is done to them.

Data that is not there says so here, and can be fetched after a sentence that says from where and how much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ... import wording
from ...errors import InspectorError
from ...language import marked, tr
from ...runs.data_sets import fetching
from ..theme import mono_font, scaled_font
from ..widgets.fact_grid import FactGrid
from ..widgets.labels import Label
from ..widgets.wrapped_text import WrappedText
from .data_errors import can_be_fetched, is_about_data
from .sample_tiles import SampleTiles

if TYPE_CHECKING:
    from ...workshop.run_words import DataLook
    from .open_run import OpenRun

_MOST_CLASSES = 12
_MOST_TABLE = 8

_TO_TRAIN = marked("{number:,} to train on")
_TO_VALIDATE = marked("{number:,} to validate with")
_TO_TEST = marked("{number:,} to test on")


class BatchLook(QWidget):
    """What the data is; while it is loaded, how that goes; where it cannot be had, why."""

    def __init__(self, page: OpenRun) -> None:
        super().__init__()
        self._page = page
        self.setAccessibleName(tr("Data"))
        self.title = Label(tr("A look at a batch"), font=scaled_font(1.05, bold=True))
        self._state = Label(tone="quiet")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Getting the data"))
        self.tiles = SampleTiles()
        self.table = WrappedText(font=mono_font(0.92))
        self.facts = FactGrid()
        self.notes = WrappedText(tone="quiet")
        self.error = WrappedText(tone="danger")
        self.advice = WrappedText(tone="quiet")
        self.fetch = QPushButton(tr("Fetch It"))
        self.fetch.setToolTip(tr("Fetch the data set from the internet, now"))
        self.fetch.clicked.connect(self._fetch)
        self._lay_out()
        page.looked.connect(self.refresh)
        page.state_changed.connect(self.refresh)
        page.looking.progressed.connect(self._show_progress)
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title)
        head.addWidget(self._state, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        for widget in (self.bar, self.error, self.advice):
            column.addWidget(widget)
        foot = QHBoxLayout()
        foot.addWidget(self.fetch)
        foot.addStretch(1)
        column.addLayout(foot)
        for widget in (self.tiles, self.table, self.facts, self.notes):
            column.addWidget(widget)

    def refresh(self) -> None:
        """Shows what is known now."""
        look, error = self._page.look, self._error()
        self._show_error(error)
        self._show_look(look if error is None else None)
        self._show_progress()

    def _error(self) -> InspectorError | None:
        error = self._page.looking.error
        is_ours = error is not None and (self._page.look is None or is_about_data(error, self._page.setup.data))
        return error if is_ours else None

    def _show_error(self, error: InspectorError | None) -> None:
        data = self._page.setup.data
        can_fetch = error is not None and can_be_fetched(error, data)
        self.error.setText(_sentence(error) if error is not None else "")
        advice = error.hint if error is not None else ""
        if can_fetch and not data.download:
            advice = fetching(wording.safe(data.name, 60), wording.safe(data.path, 200))
        self.fetch.setText(tr("Try Again") if data.download else tr("Fetch It"))
        self.advice.setText(wording.safe(advice, 600))
        self.error.setVisible(error is not None)
        self.advice.setVisible(bool(advice))
        self.fetch.setVisible(can_fetch)

    def _fetch(self) -> None:
        """Fetches it; once more, where that failed."""
        setup = self._page.setup
        if setup.data.download:
            self._page.look_at_data()
        setup.data = setup.data._replace(download=True)

    def _show_look(self, look: DataLook | None) -> None:
        samples = look.samples if look is not None else ()
        has_pictures = any(sample.picture is not None for sample in samples)
        self.tiles.show_samples(samples if has_pictures else ())
        labels = [wording.safe(sample.label, 60) for sample in samples[:_MOST_TABLE]]
        self.table.setText("" if has_pictures or not labels else tr("targets   {labels}", labels="   ".join(labels)))
        self.table.setVisible(bool(self.table.text()))
        facts = facts_of(look) if look is not None else []
        if [(name, text) for name, text, _, _ in facts] != self.facts.rows:
            self.facts.show_facts(facts)
        self.facts.setVisible(bool(facts))
        notes = look.notes if look is not None else ()
        self.notes.setText("\n".join(wording.safe(note, 400) for note in notes))
        self.notes.setVisible(bool(notes))

    def _show_progress(self) -> None:
        looking = self._page.looking
        progress = looking.progress if looking.is_busy else None
        is_told = progress is not None and self._page.look is None
        self.bar.setVisible(is_told)
        if progress is not None:
            self.bar.setRange(0, min(progress.total, 1 << 30))
            self.bar.setValue(min(progress.done, 1 << 30))
        text = progress.text if progress is not None else tr("Getting the data") if looking.is_busy else ""
        self._state.setText(f"{wording.safe(text, 120)} …" if text else "")


def facts_of(look: DataLook) -> list[tuple[str, str, bool, bool]]:
    """Rows of (what, how much, in a fixed-width face, alarming)."""
    parts = ((_TO_TRAIN, look.train), (_TO_VALIDATE, look.validation), (_TO_TEST, look.test))
    counts = wording.row_of([tr(text, number=number) for text, number in parts if number])
    size = wording.size(look.nbytes)
    kept = tr("{size}, kept in memory", size=size) if look.in_memory else tr("{size}, read as it is needed", size=size)
    steps = " → ".join(wording.safe(step, 100) for step in (*look.augmentation, *look.transforms))
    rows = [
        (tr("Data"), tr("{name}: {counts}", name=look.name, counts=counts), False),
        (tr("One sample"), f"{wording.shape(look.shape)} {look.dtype}", True),
        (tr("Steps"), steps or tr("none"), True),
        (tr("Classes"), _classes(look), False),
        (tr("Size"), kept, False),
    ]
    return [(name, wording.safe(text, 600), mono, False) for name, text, mono in rows if text]


def _classes(look: DataLook) -> str:
    if not look.classes:
        return ""
    names = wording.names([wording.safe(name, 40) for name in look.classes], _MOST_CLASSES)
    return tr("{number:,}: {names}", number=len(look.classes), names=names)


def _sentence(error: InspectorError) -> str:
    return wording.safe(tr("{title}. {message}", title=error.title, message=" ".join(error.message.split())), 1000)
