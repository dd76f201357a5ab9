"""The chosen pair, closely: figures, a picture of where it changed, and how the values of both sides are spread.

Reads on a thread of its own; what comes late is not drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ... import wording
from ...comparing.diffing import Pair
from ...comparing.item_values import has_values, nbytes_of
from ...comparing.pair_words import dtype_text, key_text, shape_text
from ...language import marked, tr
from ..detail.latest import Latest
from ..item_models.pair_rows import has_two_tensors
from ..theme import mono_font, scaled_font
from ..widgets.colour_scale import ColourBar, Scale
from ..widgets.figures_row import FiguresRow
from ..widgets.labels import ElidedLabel, Label
from ..widgets.overlaid_histograms import OverlaidHistograms
from ..widgets.picture import Look, PictureView
from .pair_closely import Closely, reading_closely

if TYPE_CHECKING:
    from ...analysis.changes import Changes
    from ...analysis.distances import Distance

LARGEST = 2_000_000_000
"""Tensors of more bytes than this, of both sides together, are not drawn."""


class PairPane(QWidget):
    """Shows one pair at a time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("The chosen pair"))
        self._pair: Pair | None = None
        self._is_read = False
        self._found: Closely | None = None
        self.title = ElidedLabel(font=scaled_font(1.1, bold=True))
        self.line = ElidedLabel(tone="quiet", font=mono_font(0.95))
        self.figures = FiguresRow()
        self.words = Label(tone="quiet", wrap=True, selectable=True)
        self.picture = PictureView()
        self.picture.setAccessibleName(tr("Where it changed"))
        self.bar = ColourBar()
        self.said = Label(tone="quiet", wrap=True)
        self.histograms = OverlaidHistograms()
        self.reading = ElidedLabel(tone="quiet")
        self.bins = ElidedLabel(tone="quiet")
        self._latest = Latest(self)
        self._lay_out()
        self._connect()
        self.show_pair(None, None)

    def show_pair(self, pair: Pair | None, distance: Distance | None, refusal: str = "") -> None:
        """Shows a pair; None: nothing is chosen. Its values are read once, when their distance is known."""
        if pair is not self._pair or pair is None:
            self._pair, self._is_read = pair, False
            self._forget()
        self.title.setText(key_text(pair) if pair is not None else "")
        line = f"{shape_text(pair)}  {dtype_text(pair)}" if pair is not None else ""
        self.line.setText(wording.safe(line, 400))
        self.figures.show_figures(_figures(distance) if distance is not None else [])
        self.words.setText(wording.safe("  ".join(filter(None, (refusal or _where(distance), _made(pair)))), 600))
        if pair is not None and not self._is_read and (distance or refusal or not has_two_tensors(pair)):
            self._is_read = True
            self._read(pair, is_same=distance is not None and distance.is_same)

    def stop(self) -> None:
        """Ends all reading, and waits for it. For the closing of the window."""
        self._latest.stop()

    def _forget(self) -> None:
        """Another pair, whose values are not known yet."""
        self._latest.cancel()
        self._found = None
        self.histograms.show_spreads(np.zeros(1), ())
        self.bins.setText("")
        self.picture.show_nothing()
        self.bar.show_scale(None)
        self._say(tr("Comparing …") if self._pair is not None else tr("Choose a pair to see where it changed."))

    def _read(self, pair: Pair, *, is_same: bool) -> None:
        nbytes = sum(nbytes_of(item) for item in (pair.a, pair.b) if item is not None and has_values(item))
        if nbytes > LARGEST:
            self._say(tr("This tensor is too large to be drawn."))
        elif not nbytes:
            self._say(tr("There are no values to look at."))
        else:
            self._say(tr("Reading …"))
            self._latest.start(reading_closely(pair, is_same=is_same))

    def _take(self, found: Closely) -> None:
        self._found = found
        self.histograms.show_spreads(found.edges, found.spreads)
        self._point_at_bin("")
        if found.changes is None or not found.changes.mean.size:
            self._say(found.why_not or tr("There are no elements to draw."))
        else:
            self._draw(found.changes)

    def _draw(self, changes: Changes) -> None:
        scale = Scale.of(changes.mean)
        unfit = np.isnan(changes.mean)
        rows, columns = (int(edges[1] - edges[0]) for edges in (changes.row_edges, changes.column_edges))
        look = Look(square=False, rulers=True, steps=(rows, columns))
        self.picture.show_picture(lambda: scale.pixels(changes.mean, unfit), look)
        self.bar.show_scale(scale)
        self._pages.setCurrentWidget(self._drawn)
        self._point(-1, -1)

    def _point(self, row: int, column: int) -> None:
        changes = self._found.changes if self._found is not None else None
        if changes is None:
            return
        words = _cell_words(changes, row, column) if row >= 0 and column >= 0 else ""
        self.reading.setText(words or tr("Mean |a−b|; output channels downwards, their elements across"))
        self.picture.setAccessibleDescription(words)

    def _point_at_bin(self, words: str) -> None:
        spreads = self._found.spreads if self._found is not None else ()
        legend = (
            tr("A grey, B blue; % of the values in each bin") if len(spreads) > 1 else tr("% of the values in each bin")
        )
        self.bins.setText(words or (legend if spreads else ""))

    def _say(self, words: str) -> None:
        self.said.setText(wording.safe(words, 600))
        self._pages.setCurrentWidget(self.said)

    def _lay_out(self) -> None:
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        left, middle, right = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for widget in (self.title, self.line, self.figures, self.words):
            left.addWidget(widget)
        left.addStretch(1)
        self._drawn = QWidget()
        inner = QVBoxLayout(self._drawn)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        for widget, stretch in ((self.picture, 1), (self.bar, 0), (self.reading, 0)):
            inner.addWidget(widget, stretch)
        self._pages = QStackedWidget()
        for page in (self.said, self._drawn):
            self._pages.addWidget(page)
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        middle.addWidget(self._pages, 1)
        right.addWidget(self.histograms, 1)
        right.addWidget(self.bins)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 10)
        row.setSpacing(20)
        for part, share in ((left, 4), (middle, 4), (right, 4)):
            part.setSpacing(6)
            row.addLayout(part, share)

    def _connect(self) -> None:
        self._latest.succeeded.connect(self._take)
        self._latest.failed.connect(lambda error: self._say(str(error)))
        self.picture.pointed.connect(self._point)
        self.histograms.pointed.connect(self._point_at_bin)


_OPERATIONS = {
    "initial": marked("initial"),
    "transpose": marked("transpose"),
    "reshape": marked("reshape"),
    "slice": marked("slice"),
    "pad": marked("pad"),
    "join": marked("join"),
    "interpolate": marked("interpolate"),
    "cast": marked("cast"),
}
"""What steps do, as it is said."""


def _figures(distance: Distance) -> list[tuple[str, str, bool]]:
    """(name, number, alarming) of what there is to say of a distance."""
    known = [
        (tr("max |a−b|"), f"{distance.max_abs:.4g}", False),
        (tr("relative L2"), f"{distance.rel_l2:.4g}", False),
        (tr("cosine"), f"{distance.cosine:.6g}" if distance.cosine == distance.cosine else "–", False),
        (tr("equal"), wording.share(distance.equal, distance.numel), False),
        (tr("norm of A"), f"{distance.norm_a:.4g}", False),
        (tr("norm of B"), f"{distance.norm_b:.4g}", False),
    ]
    odd = ((tr("NaN in one"), distance.nan_in_one), (tr("NaN in both"), distance.nan_both))
    infinite = ((tr("Inf in A"), distance.infinite_a), (tr("Inf in B"), distance.infinite_b))
    return known + [(name, wording.count(count), True) for name, count in (*odd, *infinite) if count]


def _where(distance: Distance | None) -> str:
    if distance is None:
        return ""
    if distance.bit_equal:
        return tr("Equal bit by bit.")
    if distance.is_same:
        return tr("Every value is the same, though not every bit.")
    return (
        tr("The largest difference is at {where}.", where=wording.shape(distance.where))
        if distance.where is not None
        else ""
    )


def _made(pair: Pair | None) -> str:
    """What was done to side a to hold it against side b."""
    made = pair.a.made if pair is not None and pair.a is not None else None
    if made is None:
        return ""
    return tr("A is as the step makes it ({operation}).", operation=tr(_OPERATIONS.get(made.operation, made.operation)))


def _cell_words(changes: Changes, row: int, column: int) -> str:
    channels = _stretch(changes.row_edges, row)
    elements = _stretch(changes.column_edges, column)
    mean, most = float(changes.mean[row, column]), float(changes.most[row, column])
    values = tr("! nothing finite") if mean != mean else tr("mean {mean:.4g}   max {max:.4g}", mean=mean, max=most)
    if changes.by_channel.size and changes.row_edges[row + 1] - changes.row_edges[row] == 1:
        share = float(changes.by_channel[changes.row_edges[row]])
        values = "   ".join((values, tr("channel: {share:.3g} of its norm", share=share)))
    return f"[{channels}, {elements}]  {values}"


def _stretch(edges: tuple[int, ...], place: int) -> str:
    first, last = edges[place], edges[place + 1]
    return f"{first:,}" if last - first == 1 else f"{first:,}:{last:,}"
