"""A tensor's values as a picture, with a choice of the ways its shape allows."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ... import wording
from ...checkpoint.arrays import read
from ...checkpoint.entries import Tensor
from ...language import tr
from ..theme import px
from ..timers import one_shot
from ..widgets.colour_scale import ColourBar
from ..widgets.labels import ElidedLabel, Label
from ..widgets.picture import PictureView
from ..widgets.segments import Segments
from ..widgets.series_plot import SeriesPlot
from . import controls, pictures
from .cells import Picture
from .latest import Latest
from .lenses import LENSES, Lens
from .shapes import Kind, offers

_MOST_DIMENSIONS = 32


class PicturePage(QWidget):
    """Heat map, filters, image or line of one tensor. Reads on a thread; what comes late is not drawn."""

    drawn = Signal()
    """A picture has just been drawn, or it was said why there is none."""
    turned = Signal(str)
    """A person looks at it otherwise; in a few words."""
    did = Signal(str, object, object)
    """A person zoomed: see `Gesture`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tensor: Tensor | None = None
        self.kinds: list[Kind] = []
        self.choice = Segments(tr("Picture"))
        self.view, self.bar = PictureView(), ColourBar()
        self.said = Label(tone="quiet", wrap=True)
        self.reading = ElidedLabel(tone="quiet")
        self._note = ""
        self.lenses: dict[Kind, Lens] = {kind: lens(self) for kind, lens in LENSES.items()}
        self._found: Any = None
        self._lay_out()
        self._connect()
        self.show_nothing()

    @cached_property
    def series(self) -> SeriesPlot:
        """The line; made when it is first wanted, for pyqtgraph takes 20 ms to make a plot."""
        made = SeriesPlot()
        made.pointed.connect(lambda point: self._point(0, point))
        made.gesture.did.connect(self.did)
        self._pages.addWidget(made)
        return made

    @property
    def kind(self) -> Kind | None:
        """The way of looking in force."""
        return self.kinds[self.choice.current] if self.kinds else None

    def show_tensor(self, tensor: Tensor) -> None:
        """Reads and draws the picture that suits `tensor` best."""
        kinds = offers(tensor.shape) if len(tensor.shape) <= _MOST_DIMENSIONS else []
        self._forget()
        self.tensor, self.kinds = tensor, kinds
        self.choice.show_choices([tr(kind.value) for kind in kinds])
        self._read() if kinds else self._say(_why_no_picture(tensor))

    def show_nothing(self, words: str = "") -> None:
        """No picture; `words` say why."""
        self._forget()
        self.choice.show_choices([])
        self._show_lens()
        self._say(words)

    def looked_at(self) -> dict[str, Any]:
        """The way of looking in force, and how its controls stand; empty without a picture."""
        lens, kind = self._lens(), self.kind
        if kind is None:
            return {}
        return {"kind": kind.value, **(controls.stands(lens.controls) if lens is not None else {})}

    def look(self, wanted: Mapping[str, Any]) -> None:
        """Looks at it as that said, where its shape allows it."""
        kinds = [kind.value for kind in self.kinds]
        if wanted.get("kind") not in kinds or wanted == self.looked_at():
            return
        self.choice.show_choices(self.choice.texts(), kinds.index(wanted["kind"]))
        self._show_lens()
        lens = self._lens()
        if lens is not None and self.tensor is not None:
            if lens.tensor is not self.tensor:
                lens.look_at(self.tensor)
            controls.put(lens.controls, wanted)
        self._read()

    def stop(self) -> None:
        self._latest.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Filters stand in as many columns as suit the room there is: what stands around them takes of it later."""
        if event.type() == QEvent.Type.Resize and self.kind == Kind.FILTERS and self._found is not None:
            self._again.start()
        return super().eventFilter(watched, event)

    def _draw_again(self) -> None:
        if self.kind == Kind.FILTERS and self._found is not None:
            self._draw(self._found)

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        for page in (self.said, self.view):
            self._pages.addWidget(page)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.choice, 0, Qt.AlignmentFlag.AlignTop)
        for lens in self.lenses.values():
            lens.flow.beside = self.choice
            head.addWidget(lens, 1)
        head.addStretch(0)
        self.bar.setMaximumWidth(px(280))
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(8)
        page.addLayout(head)
        page.addWidget(self._pages, 1)
        page.addWidget(self.bar)
        page.addWidget(self.reading)

    def _connect(self) -> None:
        self._latest = Latest(self)
        self._again = one_shot(self, 0, self._draw_again)
        self.view.installEventFilter(self)
        self._latest.succeeded.connect(self._draw)
        self._latest.failed.connect(lambda error: self._say(str(error)))
        self._latest.said.connect(self._progress)
        self.choice.chosen.connect(self._choose)
        self.view.pointed.connect(self._point)
        self.view.gesture.did.connect(self.did)
        for lens in self.lenses.values():
            lens.moved.connect(self._read)
            lens.moved.connect(self._tell_turned)
            lens.redrawn.connect(self._tell_turned)
            lens.redrawn.connect(lambda: self._draw(self._found) if self._found is not None else None)

    def _choose(self, number: int) -> None:
        self._read()
        self.turned.emit(tr("Look: {kind}", kind=self.choice.texts()[number]))

    def _tell_turned(self) -> None:
        self.turned.emit(tr("Turn Picture"))

    def _forget(self) -> None:
        self._latest.cancel()
        self.tensor, self.kinds, self._found = None, [], None
        self.view.show_nothing()

    def _read(self) -> None:
        lens = self._lens()
        if lens is not None and lens.tensor is not self.tensor and self.tensor is not None:
            lens.look_at(self.tensor)
        self._show_lens()
        self._found = None
        if self.tensor is not None:
            self._latest.start(self._work(self.tensor))

    def _work(self, tensor: Tensor) -> Generator[Any, None, Any]:
        lens = self._lens()
        if lens is not None:
            return lens.work()
        axis = max(range(len(tensor.shape)), key=lambda axis: tensor.shape[axis])
        return pictures.read_series(read, tensor, axis, [0] * len(tensor.shape))

    def _draw(self, found: Any) -> None:
        self._found = found
        lens = self._lens()
        if lens is not None:
            lens.draw(found, self.view, self.bar)
            self._pages.setCurrentWidget(self.view)
            self._note = lens.note()
        else:
            self._draw_series(found)
        self.bar.setVisible(bool(self.bar.said()))
        self._read_out("")
        self.drawn.emit()

    def _draw_series(self, found: Picture) -> None:
        self.series.show_series(found.mean[0], found.low[0], found.high[0], found.unfit[0], found.steps[1])
        self._pages.setCurrentWidget(self.series)
        self.bar.show_scale(None)
        step = found.steps[1]
        words = tr(
            "Each point is the mean of {step} values, the band their least and greatest.", step=wording.count(step)
        )
        self._note = words if step > 1 else ""

    def _point(self, row: int, column: int) -> None:
        lens = self._lens()
        if self._found is None or row < 0 or column < 0:
            return self._read_out("")
        words = lens.words(row, column) if lens is not None else _series_words(self._found, column)
        self._read_out(words)
        self.view.setAccessibleDescription(words)

    def _read_out(self, words: str) -> None:
        """Says `words` of the cell that is pointed at; with none, what is to be known of the picture as a whole."""
        self.reading.setText(words or self._note)
        self.reading.set_tone("text" if words else "quiet")

    def _progress(self, words: list[Any]) -> None:
        self._say(tr("Reading … {share}", share=wording.share(words[-1].done, words[-1].total)))

    def _say(self, words: str) -> None:
        """Shows a sentence in place of a picture."""
        self.said.setText(wording.safe(words, 600))
        self._pages.setCurrentWidget(self.said)
        self._note = ""
        self.bar.hide()
        self._read_out("")
        self.drawn.emit()

    def _lens(self) -> Lens | None:
        return self.lenses.get(self.kind) if self.kind is not None else None

    def _show_lens(self) -> None:
        for lens in self.lenses.values():
            lens.setVisible(lens is self._lens())


def _series_words(found: Picture, point: int) -> str:
    step = found.steps[1]
    if step == 1:
        unfit = found.unfit[0, point]
        return f"[{point:,}]  " + (tr("! NaN or Inf") if unfit else f"{found.mean[0, point]:.6g}")
    values = found.mean[0, point], found.low[0, point], found.high[0, point]
    words = "mean {:.4g}  min {:.4g}  max {:.4g}".format(*values) if np.isfinite(values[0]) else tr("! nothing finite")
    return f"[{point * step:,}:{(point + 1) * step:,}]  {words}"


def _why_no_picture(tensor: Tensor) -> str:
    if 0 in tensor.shape:
        return tr("There are no elements to draw.")
    if len(tensor.shape) > _MOST_DIMENSIONS:
        return tr("A tensor of {count} dimensions is more than can be drawn.", count=len(tensor.shape))
    return tr("One value alone makes no picture: see Values.")
