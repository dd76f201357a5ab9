"""The file as a whole: what it is, what it holds, what it names, what of it can be read."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTableView,
    QWidget,
)

from ... import wording
from ...checkpoint.entries import Checkpoint, Section
from ...checkpoint.outline import Outline
from ...checkpoint.python_snippets import allow_line
from ...comparing.architectures import Identification
from ...comparing.optimizers import Lens
from ...language import ntr, tr
from ...progress import Progress
from ..theme import mono_font, scaled_font
from ..widgets.cards import Cards
from ..widgets.fact_grid import FactGrid
from ..widgets.figures_row import FiguresRow
from ..widgets.labels import ElidedLabel, Label
from ..widgets.links_row import LinksRow
from ..widgets.plain_table import make_plain
from ..widgets.treemap import Treemap
from ..widgets.wrapped_text import WrappedText
from . import file_facts
from .file_facts import Breakdown
from .globals_model import GlobalsTableModel
from .latest import Latest
from .outline_parts import OutlineParts
from .tensor_words import Fact
from .texts_view import TextsView

_MOST_SHARED = 30
_ROWS_SEEN = 10
_MOST_REJECTED = 3
_MOST_GROUPS = 6


class FactsView(QScrollArea):
    """Facts of one checkpoint, in sections one below the other."""

    entry_requested = Signal(str)
    """The key of an entry or group that a person asked for here."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Facts about the file"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self._outline: Outline | None = None
        self._sections: tuple[Section, ...] = ()
        self._latest = Latest(self)
        self._latest.succeeded.connect(self._show_counts)
        self._make_parts()
        self._lay_out()
        self._connect()

    def show_checkpoint(self, checkpoint: Checkpoint, outline: Outline, optimizers: Sequence[Lens] = ()) -> None:
        """Shows what is known of `checkpoint`, whose rows are `outline`."""
        self._outline = outline
        self.name.setText(wording.safe(os.path.basename(checkpoint.path) or checkpoint.path, 200))
        self.format.setText(file_facts.format_words(checkpoint))
        self.damage.setText("\n".join(f"! {wording.safe(each, 500)}" for each in checkpoint.damage))
        self.damage.setVisible(bool(checkpoint.damage))
        self.figures.show_figures(_figures(checkpoint, outline))
        self.waste.hide()
        self.facts.show_facts(_facts(checkpoint))
        self._show_sections(checkpoint)
        self.treemap.show_parts(None)
        self._point("")
        self._cards.of(self.treemap).setVisible(outline.total_nbytes > 0)
        self._cards.of(self.architecture).hide()
        self.optimizers.show_facts([fact for lens in optimizers for fact in _optimizer(lens)])
        self._cards.of(self.optimizers).setVisible(bool(optimizers))
        self._show_globals(checkpoint)
        self.texts.show_texts(checkpoint.texts)
        self._cards.of(self.texts).setVisible(bool(checkpoint.texts))
        for grid in (self.types, self.shared):
            grid.show_facts([])
            self._cards.of(grid).hide()
        self._latest.start(_counted_up(checkpoint, outline))

    def stop(self) -> None:
        """Ends all reading, and waits for it. To be called before the window goes."""
        self._latest.stop()
        self.texts.stop()

    # Making it

    def _make_parts(self) -> None:
        self.name = ElidedLabel(font=scaled_font(1.35, bold=True))
        self.format = Label(tone="quiet", wrap=True)
        self.damage, self.waste = WrappedText(tone="danger"), WrappedText(tone="quiet")
        self.figures, self.facts, self.types, self.shared = FiguresRow(), FactGrid(), FactGrid(), FactGrid()
        self.sections = LinksRow()
        self.architecture, self.evidence, self.optimizers = WrappedText(), FactGrid(), FactGrid()
        self.treemap, self.pointed = Treemap(), ElidedLabel(tone="quiet")
        self.globals, self.globals_table = GlobalsTableModel(self), QTableView()
        self.load_words = WrappedText()
        self.allow = QPlainTextEdit(readOnly=True)
        self.allow.setFont(mono_font(0.92))
        self.allow.setFrameShape(QFrame.Shape.NoFrame)
        self.allow.viewport().setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.allow.setAccessibleName(tr("Python lines that allow what the file names"))
        self.copy_allow = QPushButton(tr("Copy these lines"))
        self.copy_allow.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.texts = TextsView()
        _dress(self.globals_table, self.globals)

    def _lay_out(self) -> None:
        self._cards = Cards(top=18, between=26, inside=10)
        self._cards.add("", self.name, self.format, self.damage, self.figures, self.waste, self.facts)
        self._cards.add(tr("Sections"), self.sections)
        self._cards.add(tr("Architecture"), self.architecture, self.evidence)
        self._cards.add(tr("Optimizer"), self.optimizers)
        self._cards.add(tr("Sizes"), self.treemap, self.pointed)
        self._cards.add(tr("Types and devices"), self.types)
        self._cards.add(tr("Shared storages"), self.shared)
        self._cards.add(tr("What the file names"), self.load_words, self.allow, self.copy_allow, self.globals_table)
        self._cards.add(tr("Texts in the file"), self.texts)
        self.setWidget(self._cards)

    def _connect(self) -> None:
        self.sections.chosen.connect(lambda number: self.entry_requested.emit(self._sections[number].key))
        self.treemap.pointed.connect(self._point)
        self.treemap.chosen.connect(self._choose_node)
        self.copy_allow.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.allow.toPlainText()))

    # Filling it

    def _show_sections(self, checkpoint: Checkpoint) -> None:
        self._sections = tuple(each for each in checkpoint.sections if each.key and each.role != "other")
        self.sections.show_links([_section_words(section) for section in self._sections])

    def _show_globals(self, checkpoint: Checkpoint) -> None:
        found = checkpoint.globals
        self._cards.of(self.globals_table).setVisible(bool(found))
        self.globals.show_globals(found)
        self.load_words.setText(file_facts.load_words(checkpoint))
        is_dangerous = any(each.verdict == "dangerous" for each in found)
        self.load_words.set_tone("danger" if is_dangerous else "text")
        lines = allow_line(checkpoint)
        self.allow.setPlainText(lines.rstrip())
        self.allow.setFixedHeight(self.allow.fontMetrics().lineSpacing() * min(lines.count("\n") + 2, 9) + 14)
        self.allow.setVisible(bool(lines))
        self.copy_allow.setVisible(bool(lines))
        height = self.globals_table.verticalHeader().defaultSectionSize()
        self.globals_table.setFixedHeight(height * (min(len(found), _ROWS_SEEN) + 1) + 14)
        self._fit_names()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    def _fit_names(self) -> None:
        """Names are what matters most: where they would be cut, how often each is used is left to the tips."""
        table, model = self.globals_table, self.globals
        header, last = table.horizontalHeader(), model.columnCount() - 1
        wide = [max(table.sizeHintForColumn(column), header.sectionSizeHint(column)) for column in range(last + 1)]
        if model.rowCount():
            table.setColumnHidden(last, sum(wide) > table.viewport().width())

    def _show_counts(self, counts: tuple[OutlineParts, Breakdown]) -> None:
        parts, found = counts
        self.treemap.show_parts(parts)
        self.waste.setText(file_facts.waste_words(found))
        self.waste.setVisible(bool(self.waste.text()))
        rows = [Fact(wording.safe(name, 60), _counted(count, size)) for name, count, size in found.dtypes]
        rows += [
            Fact(tr("on {name}", name=wording.safe(name, 60)), _counted(count, size))
            for name, count, size in found.devices
        ]
        self.types.show_facts(rows)
        self._cards.of(self.types).setVisible(bool(rows))
        self.shared.show_facts(_shared(found.sharing))
        self._cards.of(self.shared).setVisible(bool(found.sharing))
        self.architecture.setText(wording.safe(found.architecture.sentence, 500))
        self.evidence.show_facts(_evidence(found.architecture))
        self._cards.of(self.architecture).setVisible(bool(found.architecture.sentence))

    def _point(self, words: str) -> None:
        self.pointed.setText(words or tr("Point at a part to see what it is; click to go there."))

    def _choose_node(self, node: int) -> None:
        if self._outline is not None:
            self.entry_requested.emit(self._outline.key(node))


def _counted_up(checkpoint: Checkpoint, outline: Outline) -> Generator[Progress, None, tuple[OutlineParts, Breakdown]]:
    """What takes a look at every row of a file."""
    parts = OutlineParts(outline)
    parts.children(-1)  # the one node that may have 100,000
    return parts, (yield from file_facts.break_down(checkpoint))


def _figures(checkpoint: Checkpoint, outline: Outline) -> list[tuple[str, str, bool]]:
    return [
        (tr("file"), wording.size(checkpoint.nbytes), False),
        (tr("tensors"), wording.count(outline.total_tensors), False),
        (tr("values"), wording.count(outline.total_parameters), False),
        (tr("tensor data"), wording.size(outline.total_nbytes), False),
    ]


def _facts(checkpoint: Checkpoint) -> list[Fact]:
    path = Fact(tr("Path"), wording.safe(checkpoint.path, 400), mono=True)
    return [
        path,
        *(Fact(_headed(wording.safe(label, 60)), wording.safe(text, 300)) for label, text in checkpoint.facts),
    ]


def _headed(label: str) -> str:
    return label[:1].upper() + label[1:]


def _section_words(section: Section) -> str:
    title, key = wording.safe(section.title, 60), wording.safe(section.key, 60)
    return title if title == key else tr("{title}: {message}", title=title, message=key)


def _counted(count: int, size: int) -> str:
    return wording.row_of([wording.plural(count, "tensor"), wording.size(size)])


def _shared(sharing: tuple[tuple[str, ...], ...]) -> list[Fact]:
    rows = [
        Fact(wording.plural(len(keys), "tensor"), wording.names([wording.safe(key, 100) for key in keys], 6), mono=True)
        for keys in sharing[:_MOST_SHARED]
    ]
    left = len(sharing) - _MOST_SHARED
    return [*rows, Fact("", ntr("and {n} more storage", "and {n} more storages", left))] if left > 0 else rows


def _evidence(found: Identification) -> list[Fact]:
    """Why it is thought to be that, and why not the next ones."""
    because = [
        Fact("" if number else tr("Because"), wording.safe(each, 300)) for number, each in enumerate(found.evidence)
    ]
    return [
        *because,
        *(Fact(tr("Not {name}", name=name), wording.safe(why, 300)) for name, why in found.rejected[:_MOST_REJECTED]),
    ]


def _optimizer(lens: Lens) -> Iterator[Fact]:
    """What an optimizer is, how it was set, and whose its states are."""
    yield Fact(tr("Kind"), wording.safe(lens.kind, 200) or tr("unknown"))
    for number, words in enumerate(lens.settings[:_MOST_GROUPS]):
        yield Fact(
            tr("Group {number}", number=number) if len(lens.settings) > 1 else tr("Settings"), wording.safe(words, 300)
        )
    if len(lens.settings) > _MOST_GROUPS:
        yield Fact("", ntr("and {n} more group", "and {n} more groups", len(lens.settings) - _MOST_GROUPS))
    yield Fact(tr("States"), wording.safe(lens.sentence, 300))
    yield from (Fact(tr("Cannot be told"), wording.safe(each, 300)) for each in lens.undecided)


def _dress(table: QTableView, model: GlobalsTableModel) -> None:
    table.setModel(model)
    table.setAccessibleName(tr("Classes and functions that the file names"))
    make_plain(table)
    table.setTextElideMode(Qt.TextElideMode.ElideLeft)  # of `torch._utils._rebuild_tensor_v2` the end says most
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for column in (1, 2, 3):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
