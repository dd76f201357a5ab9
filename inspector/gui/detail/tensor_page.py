"""One tensor: what it is on a line, what looks wrong, and three pages: overview, values, storage."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from ... import wording
from ...analysis import health
from ...analysis.health import Finding
from ...checkpoint.entries import Checkpoint, Tensor
from ...language import tr
from ..theme import Meaning
from ..widgets.fact_grid import FactGrid
from ..widgets.links_row import LinksRow
from ..widgets.roomy import SideArea
from ..widgets.shared_room import SharedRoom
from ..widgets.wrapped_text import WrappedText
from . import tensor_words
from .head import Head
from .latest import Latest
from .picture_page import PicturePage
from .sharing import find_sharing, sharing_with
from .spread_page import SpreadView
from .values_page import ValuesView

if TYPE_CHECKING:
    from ...analysis.statistics import Statistics


_Widget = TypeVar("_Widget", bound=QWidget)
_ALARMING = ("not finite", "exploded", "float16")
"""Kinds of findings that are alarms; the others are remarks."""


class TensorPage(QWidget):
    """Everything about one tensor. What takes time is read on threads, and only for the page that is seen.

    Its larger parts are made when they are first wanted: all of them at once would hold the window up.
    """

    shown = Signal(str)
    """The key of what is shown now, when a person chose a part of a tensor here, or went back to the whole."""
    turned = Signal(str)
    """A person looks at it otherwise; in a few words."""
    did = Signal(str, object, object)
    """The same of what is no part of `looked_at`: with what takes it back, and what does it again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.head = Head()
        self.alarms = WrappedText(tone="danger")
        self.remarks = WrappedText(tone="quiet")
        self.facts = FactGrid()
        self.parts = LinksRow(tr("Parts"))
        self.parts.chosen.connect(self._choose_part)
        self.tabs = QTabWidget()
        self._shown: tuple[Checkpoint, str, Tensor] | None = None
        self._whole: tuple[str, Tensor] | None = None
        """Key and tensor of which a part is shown."""
        self._read: set[int] = set()
        self._sharing: dict[str, tuple[str, ...]] = {}
        self._sharing_of: Checkpoint | None = None
        self._latest = Latest(self)
        self._latest.succeeded.connect(self._learn_sharing)
        self._channels = Latest(self)
        self._channels.succeeded.connect(self._learn_dead_channels)
        self._measuring = Latest(self)
        self._measuring.succeeded.connect(self.show_statistics)
        self._measuring.failed.connect(lambda error: self.show_refusal(str(error)))
        self._lay_out()
        self.tabs.currentChanged.connect(self._turn)

    @cached_property
    def spread(self) -> SpreadView:
        made = _put(SpreadView(), self._spread_frame)
        made.logarithmic.clicked.connect(lambda: self.turned.emit(tr("Logarithmic Axis")))
        made.did.connect(self.did)
        return made

    @cached_property
    def picture(self) -> PicturePage:
        made = _put(PicturePage(), self._picture_frame)
        made.turned.connect(self.turned)
        made.did.connect(self.did)
        return made

    @cached_property
    def values(self) -> ValuesView:
        made = _put(ValuesView(), self._values_frame)
        made.turned.connect(self.turned)
        return made

    def looked_at(self) -> dict[str, Any]:
        """Which page is in front, and how the picture and the values of what is shown are looked at."""
        found: dict[str, Any] = {"page": self.tabs.currentIndex()}
        if "spread" in vars(self):
            found["logarithmic"] = self.spread.logarithmic.isChecked()
        if self._shown is not None:
            found["of"] = self._shown[1]
            found |= {name: vars(self)[name].looked_at() for name in ("picture", "values") if name in vars(self)}
        return found

    def look(self, wanted: Mapping[str, Any]) -> None:
        """Looks at it as that said; of another tensor only the page and the axis are the same."""
        page = wanted.get("page")
        if isinstance(page, int) and 0 <= page < self.tabs.count():
            self.tabs.setCurrentIndex(page)
        if isinstance(wanted.get("logarithmic"), bool):
            self.spread.logarithmic.setChecked(wanted["logarithmic"])
        if self._shown is not None and wanted.get("of") == self._shown[1]:
            for name, there in (("picture", 0), ("values", 1)):
                if isinstance(wanted.get(name), dict) and there in self._read:
                    getattr(self, name).look(wanted[name])

    def show_tensor(self, checkpoint: Checkpoint, key: str, tensor: Tensor) -> None:
        """Shows `tensor`, at first without statistics."""
        self._shown, self._whole = (checkpoint, key, tensor), None
        self._measuring.cancel()
        self._channels.cancel()
        self._read.clear()
        self.head.show_entry(checkpoint, key, tensor, tensor_words.summary(key, tensor))
        self._find([])
        self.parts.show_links([wording.safe(part.name, 40) for part in self._part_entries()])
        in_front = self.tabs.currentWidget()
        for reader in self._readers():
            if not in_front.isAncestorOf(reader):
                reader.show_nothing()
        refusal = damage_of(tensor)
        self._picture_frame.setVisible(not refusal)
        if refusal:
            self.spread.show_refusal(refusal, alarming=not tensor.extra.parts)
        else:
            self.spread.show_statistics(None)
        self._read_tab()

    def show_part(self, checkpoint: Checkpoint, key: str, part: Tensor) -> None:
        """Shows a part of the tensor that is shown now, with a way back. It is measured here: it has no row."""
        assert self._shown is not None
        whole = self._shown[1:]
        self.show_tensor(checkpoint, key, part)
        self._whole = whole
        self.parts.show_links([f"‹ {wording.safe(whole[1].name, 40)}"])
        self.head.python.hide()  # nor is it in the file's tree: the lines would not find it
        self._measure_here()

    def show_statistics(self, statistics: Statistics) -> None:
        """Fills in what was measured."""
        if self._shown is None:
            return
        _, key, tensor = self._shown
        self.head.show_summary(tensor_words.summary(key, tensor, statistics))
        self.spread.show_statistics(statistics)
        self._find(health.findings(key, tensor, statistics))
        if health.may_have_dead_channels(key, tensor, statistics) and not damage_of(tensor):
            self._channels.start(health.dead_channels(tensor))

    def show_refusal(self, words: str) -> None:
        """Says why there are no statistics."""
        self.spread.show_refusal(words)

    def _measure_here(self) -> None:
        from ...analysis.statistics import measure

        if self._shown is not None and (self._shown[2].extra.parts or not damage_of(self._shown[2])):
            self._measuring.start(measure(self._shown[2]))

    def cancel(self) -> None:
        """Ends all reading without waiting for it."""
        for reader in self._readers():
            reader.show_nothing()
        self._measuring.cancel()
        self._channels.cancel()

    def stop(self) -> None:
        """Ends all reading, and waits for it."""
        for reader in (*self._readers(), self._latest, self._measuring, self._channels):
            reader.stop()

    def _lay_out(self) -> None:
        self.overview = overview = SharedRoom(Qt.Orientation.Vertical)
        self._spread_frame, self._picture_frame, self._values_frame = QWidget(), QWidget(), QWidget()
        for part, stretch in ((self._spread_frame, 5), (self._picture_frame, 6)):
            overview.addWidget(part)
            overview.setStretchFactor(overview.count() - 1, stretch)
        overview.setSizes([420, 520])
        overview_area = SideArea(overview, 0)
        overview_area.let_through()
        for page, name, tip in (
            (overview_area, tr("Overview"), tr("How the values are spread, and a picture of them")),
            (self._values_frame, tr("Values"), tr("The numbers themselves, page by page")),
            (_scrolled(self.facts), tr("Storage"), tr("How it is laid out, and where its bytes lie")),
        ):
            self.tabs.addTab(page, name)
            self.tabs.setTabToolTip(self.tabs.count() - 1, tip)
        self.tabs.setDocumentMode(True)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        self._findings_frame, parts_frame = QWidget(), QWidget()
        _put(self.alarms, self._findings_frame, top=0)
        self._findings_frame.layout().addWidget(self.remarks)
        _put(self.parts, parts_frame, top=0)
        for widget in (self.head, self._findings_frame, parts_frame):
            page.addWidget(widget)
        page.addWidget(self.tabs, 1)

    def _readers(self) -> list[PicturePage | ValuesView]:
        """Those of the pages that read values and have been made by now, in the order of the tabs."""
        return [vars(self)[name] for name in ("picture", "values") if name in vars(self)]

    def _read_tab(self) -> None:
        """Reads what the page in front shows, once for each tensor."""
        at = self.tabs.currentIndex()
        if self._shown is None or at in self._read:
            return
        self._read.add(at)
        checkpoint, _, tensor = self._shown
        refusal = damage_of(tensor)
        if at == 0:
            self.picture.show_nothing(refusal) if refusal else self.picture.show_tensor(tensor)
        elif at == 1:
            self.values.show_nothing(refusal) if refusal else self.values.show_tensor(tensor)
        else:
            self._show_facts()
            self._ask_sharing(checkpoint)

    def _turn(self, place: int) -> None:
        self._read_tab()
        self.turned.emit(tr("Show {page}", page=self.tabs.tabText(place)))

    def _ask_sharing(self, checkpoint: Checkpoint) -> None:
        """Looks through the file for what shares storages, once."""
        if self._sharing_of is not checkpoint:
            self._sharing_of, self._sharing = checkpoint, {}
            self._latest.start(find_sharing(checkpoint))

    def _learn_sharing(self, found: dict[str, tuple[str, ...]]) -> None:
        self._sharing = found
        if self._shown is not None and self.tabs.currentIndex() == 2:
            self._show_facts()

    def _show_facts(self) -> None:
        assert self._shown is not None
        checkpoint, key, tensor = self._shown
        known = self._sharing if self._sharing_of is checkpoint else {}
        self.facts.show_facts(tensor_words.facts(checkpoint, tensor, sharing_with(tensor, key, known)))

    def _find(self, found: list[Finding]) -> None:
        self._found = found
        alarming = [each for each in found if each.kind in _ALARMING]
        for label, some in ((self.alarms, alarming), (self.remarks, [each for each in found if each not in alarming])):
            mark = f"{Meaning.DAMAGED.symbol} " if label is self.alarms else ""
            label.setText("\n".join(mark + wording.safe(each.sentence, 400) for each in some))
            label.setVisible(bool(some))
        self._findings_frame.setVisible(bool(found))

    def _learn_dead_channels(self, channels: list[int]) -> None:
        assert self._shown is not None
        found = health.dead_channels_finding(self._shown[1], self._shown[2], channels)
        if found is not None:
            self._find([*self._found, found])

    def _part_entries(self) -> list[Tensor]:
        tensor = self._shown[2] if self._shown else None
        if tensor is None:
            return []
        quantization = tensor.extra.quantization
        scales = (quantization.scale, quantization.zero_point) if quantization else ()
        return [*tensor.extra.parts, *(part for part in scales if isinstance(part, Tensor))]

    def _choose_part(self, number: int) -> None:
        assert self._shown is not None
        checkpoint, key, _ = self._shown
        if self._whole is not None:
            self.show_tensor(checkpoint, *self._whole)
            self._measure_here()
        else:
            part = self._part_entries()[number]
            self.show_part(checkpoint, f"{key}.{part.name}", part)
        self.shown.emit(self._shown[1])


def damage_of(tensor: Tensor) -> str:
    """The sentence why its elements cannot be read, empty when they can as far as is known."""
    if tensor.damage:
        return tensor.damage
    if tensor.storage is not None:
        return tensor.storage.damage or (
            "" if tensor.storage.source is not None else tr("Its numbers are not in the file.")
        )
    if tensor.extra.parts:
        return tr("A {layout} tensor has no elements of its own: choose one of its parts above.", layout=tensor.layout)
    return tr("It was saved without its numbers (a meta tensor).")


def _put(widget: _Widget, frame: QWidget, top: int = 10) -> _Widget:
    """`widget` in `frame`, with the panel's margins around it."""
    box = QVBoxLayout(frame)
    box.setContentsMargins(16, top, 16, top)
    box.addWidget(widget)
    return widget


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    content = QWidget()
    box = QVBoxLayout(content)
    box.setContentsMargins(16, 14, 16, 14)
    box.addWidget(widget)
    box.addStretch(1)
    area.setWidget(content)
    return area
