"""The page the window begins with: a place to drop files, the files opened last, the samples, and pairs of them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ... import wording
from ...language import tr
from ..recents.remembered import Recent, when_words
from ..resources import Sample, SamplePair
from ..theme import px, scaled_font
from ..timers import one_shot
from ..widgets.drop_zone import DropZone
from ..widgets.file_entry import FileCard, FileEntry
from ..widgets.labels import Label, plain_tip
from ..widgets.tab_order import in_reading_order

if TYPE_CHECKING:
    from ..desktop.double_click_row import DoubleClickRow
    from ..widgets.banner import Banner

_WIDEST = 1060
_CARDS = 6
"""Recent files that are shown in a window of usual height; a higher one shows more."""
_HIGH = 900
_INSET = 10
"""Pixels from the edge of cards and of what lights up below the pointer to the words in them."""
_NAME_WIDTH = 215
"""Pixels that the name of a sample is given at least."""
_AROUND, _CARD, _ENTRY = 310, 64, 39
"""Pixels of height: of all but the lists, of a row of recent files, of one of samples that say what they show."""


class StartPanel(QScrollArea):
    """Drop zone, recent files, samples. All of it can be reached by Tab and chosen by Space or Enter."""

    open_requested = Signal(object)
    """A list of paths to open."""
    compare_requested = Signal(str, str)
    """Two paths to compare."""
    dialog_requested = Signal()
    about_to_show = Signal()
    """The lists will be seen now: they are to be filled with what there is."""
    pin_requested = Signal(str, bool)
    """A recent file is to be pinned, or no longer."""
    remove_requested = Signal(str)
    """A recent file is to be taken from the list."""
    action_requested = Signal(str)
    """The action of this name is wanted: a link at the foot was pressed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Start page"))
        line = tr(
            "or click to choose  ·  two at once are compared  ·  .pth  .pt  .ckpt  .bin  .safetensors  and folders"
        )
        self.zone = DropZone(tr("Drop checkpoints here"), line)
        self.zone.clicked.connect(self.dialog_requested)
        self._page = _Page()
        self._column = QVBoxLayout(self._page)
        self._column.setSpacing(8)
        self._lists = QVBoxLayout()
        self._lists.setSpacing(0)
        self.foot = QHBoxLayout()
        self._shown_columns, self._shown_lines = 0, True
        self._listed = (0, 0)
        """How many recent files and samples there are."""
        self._again = one_shot(self, 0, self.about_to_show.emit)
        self.double_click: DoubleClickRow | None = None
        """Offers to have a double click open checkpoints here; from the first paint on."""
        self._lay_out()
        self.setWidget(self._page)
        self._page.setAutoFillBackground(False)

    def _lay_out(self) -> None:
        promise = tr(
            "See what is in a PyTorch checkpoint and why a model cannot load it, and train on. "
            "Nothing in a file is run."
        )
        title = Label(tr("Checkpoint Inspector"), font=scaled_font(1.8))
        for words in (title, Label(promise, tone="quiet", wrap=True)):
            words.setContentsMargins(_INSET, 0, 0, 0)
            self._column.addWidget(words)
        self._column.addSpacing(6)
        self._column.addWidget(self.zone)
        self._column.addLayout(self._lists)
        self._column.addStretch(1)
        self.foot.setSpacing(2)
        self.tour = self._link(tr("New here? Take the to&ur"), tr("Five steps through the window"), "tour")
        self.settings = self._link(tr("Settin&gs"), tr("Language, colours, size …"), "settings")
        self.foot.addStretch(0)
        finds = Label(tr("Ctrl+K finds everything"), tone="hint")
        finds.setContentsMargins(0, 0, _INSET, 0)
        self.foot.addWidget(finds)
        self._column.addLayout(self.foot)

    def _link(self, text: str, tip: str, name: str) -> QPushButton:
        """A quiet button at the foot that asks for an action."""
        button = QPushButton(text)
        button.setObjectName("link")
        button.setFlat(True)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self.action_requested.emit(name))
        self.foot.addWidget(button)
        return button

    for_dress = ("icons", "desktop.double_click_row", f"desktop.{'windows' if os.name == 'nt' else 'xdg'}")
    """The modules that it takes to dress."""

    def dress(self) -> None:
        """Makes what the first paint did not need."""
        from ..desktop.double_click_row import DoubleClickRow

        self.zone.dress()
        self.double_click = DoubleClickRow()
        self.double_click.offer.setObjectName("link")
        self.foot.insertWidget(self.foot.indexOf(self.settings) + 1, self.double_click.offer)
        self._column.insertWidget(self._column.indexOf(self.foot), self.double_click)
        self.double_click.look()

    @cached_property
    def news(self) -> Banner:
        """A line above everything else, for what is seldom there."""
        from ..widgets.banner import Banner

        news = Banner("!", tone="accent")
        self._column.insertWidget(0, news)
        return news

    def tell_hard_end(self, show: Callable[[], object], forget: Callable[[], object]) -> None:
        """Offers the report of a former start that ended hard."""

        def put_away(act: Callable[[], object]) -> None:
            self.news.say("")
            act()

        self.news.offer(tr("Show Re&port"), lambda: put_away(show), tr("What was going on; nothing is sent"))
        self.news.offer(tr("F&orget It"), lambda: put_away(forget))
        self.news.say(tr("The program ended hard the last time. There is a report of where it was."))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.double_click is not None and not self.double_click.is_speaking:
            self.double_click.look()
        self.about_to_show.emit()

    def show_files(
        self,
        recents: Sequence[Recent],
        samples: Sequence[Sample],
        pairs: Sequence[SamplePair] = (),
        pictures: Path | None = None,
    ) -> None:
        """Lists the files opened last, the samples with what each shows, and pairs of them that are worth comparing.

        `pictures` is the folder of the small pictures that recent files have.
        """
        _empty(self._lists)
        most = _CARDS + 2 * max(0, (self.height() - _HIGH) // 60)
        self.zone.be_low(bool(recents))
        cards = [self._card(recent, pictures) for recent in recents[:most]]
        if cards:
            self._list(tr("Recent files"), cards, 2, spacing=8)
        elif not samples:
            self._list(tr("Recent files"), [Label(tr("Files you open will be listed here."), tone="hint")], 1)
        if pairs:
            self._list(tr("Pairs to compare"), [self._pair(pair) for pair in pairs], 3 if self._columns() > 3 else 2)
        title = tr("Samples") if cards else tr("Samples to begin with")
        self._listed = len(cards), len(samples)
        with_line = self._has_room_for_lines()
        entries: list[QWidget] = [self._sample(sample, with_line=with_line) for sample in samples]
        if entries:
            self._list(title, entries, min(3, self._columns() - 1) if with_line else self._columns())
        self._shown_columns, self._shown_lines = self._columns(), with_line
        in_reading_order(self._page)

    def show_tour_link(self, shown: bool) -> None:
        """Offers the tour at the foot, or no longer."""
        self.tour.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._page.keep_beside(event.size().width())  # `viewport()` makes PySide load half of its classes
        shown = self._shown_columns, self._shown_lines
        if self.isVisible() and self._shown_columns and shown != (self._columns(), self._has_room_for_lines()):
            self._again.start()

    def _has_room_for_lines(self) -> bool:
        """Whether each sample says what it shows: always where it is all there is, else where all of it is in view."""
        cards, samples = self._listed
        rows = -(-samples // max(1, min(3, self._columns() - 1)))
        return not cards or self.height() >= px(_AROUND) + -(-cards // 2) * px(_CARD) + rows * px(_ENTRY)

    def _columns(self) -> int:
        """In how many columns the names of samples stand at this width."""
        return max(2, min(4, min(self.width() - 64, _WIDEST) // _NAME_WIDTH))

    def _list(self, title: str, widgets: Sequence[QWidget], columns: int, spacing: int = 0) -> None:
        """A heading, and below it the widgets in columns that are read downwards."""
        head = Label(title, font=scaled_font(1.1, bold=True))
        head.setContentsMargins(_INSET, 12, 0, 5)
        self._lists.addWidget(head)
        frame = QFrame()
        frame.setAccessibleName(title)
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(spacing)
        rows = -(-len(widgets) // columns)
        for number, widget in enumerate(widgets):
            across = spacing > 0 or len(widgets) <= 2 * columns  # cards are read across, long lists downwards
            row, column = divmod(number, columns) if across else (number % rows, number // rows)
            grid.addWidget(widget, row, column)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        self._lists.addWidget(frame)

    def _card(self, recent: Recent, pictures: Path | None) -> FileCard:
        is_gone = not os.path.exists(recent.path)
        card = FileCard(
            recent.name,
            recent.what,
            where=recent.folder,
            size=recent.size,
            when=when_words(recent.opened, time.time()),
            is_gone=is_gone,
            is_pinned=recent.is_pinned,
        )
        if recent.picture and pictures is not None:
            card.show_picture(QPixmap(str(pictures / recent.picture)))
        card.show_bars(recent.bars)
        card.setToolTip(plain_tip(wording.safe(recent.path, 500)))
        card.clicked.connect(lambda: self.open_requested.emit([recent.path]))
        card.pin_asked.connect(lambda pinned: self.pin_requested.emit(recent.path, pinned))
        card.remove_asked.connect(lambda: self.remove_requested.emit(recent.path))
        return card

    def _sample(self, sample: Sample, *, with_line: bool) -> FileEntry:
        name, shows = wording.safe(os.path.basename(sample.path), 120), wording.safe(tr(sample.shows), 160)
        entry = FileEntry(name, shows, with_line=with_line)
        entry.setToolTip(plain_tip(f"{shows}\n{wording.safe(sample.path, 500)}"))
        entry.clicked.connect(lambda: self.open_requested.emit([sample.path]))
        return entry

    def _pair(self, pair: SamplePair) -> FileEntry:
        name = wording.safe(f"{_stem(pair.a)} ↔ {_stem(pair.b)}", 160)
        entry = FileEntry(name, wording.safe(tr(pair.shows), 160))
        entry.setToolTip(plain_tip("\n".join(wording.safe(path, 500) for path in (pair.a, pair.b))))
        entry.clicked.connect(lambda: self.compare_requested.emit(pair.a, pair.b))
        return entry


class _Page(QWidget):
    """Keeps the content in a column in the middle that is never too wide to read."""

    def keep_beside(self, width: int) -> None:
        """Takes margins that suit the width of the view."""
        side = max(24, (width - _WIDEST) // 2)
        layout = self.layout()
        if layout is not None and layout.contentsMargins().left() != side:
            layout.setContentsMargins(side, 18, side, 10)


def _empty(column: QVBoxLayout) -> None:
    while item := column.takeAt(0):
        if widget := item.widget():
            widget.setParent(None)
            widget.deleteLater()


def _stem(path: str) -> str:
    """The name of a file without its ending."""
    return os.path.splitext(os.path.basename(path))[0]
