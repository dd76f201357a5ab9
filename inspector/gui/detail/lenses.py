"""Ways to look at a tensor's values: what each reads, how it draws it, and what it says about a cell.

A lens has controls of its own. It reads on a thread (`work`, a generator) and draws in the window (`draw`).

Why this way: a further way to look at a tensor is one more class here and one line in `LENSES`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QWidget

from ... import wording
from ...checkpoint.arrays import read
from ...checkpoint.entries import Tensor
from ...language import marked, tr
from ..theme import colours, px
from ..widgets.axis_picker import MOST_INDEX, AxisPicker
from ..widgets.boxes import ChoiceBox, NumberBox
from ..widgets.check_box import CheckBox
from ..widgets.colour_scale import ColourBar, Scale, rgb
from ..widgets.flow_layout import FlowLayout
from ..widgets.pager import FILTERS, Pager
from ..widgets.picture import Look, PictureView
from . import mosaics, pictures
from .cells import Picture
from .pictures import Gallery, Image
from .shapes import Kind, image_axes, usual_axes


class Lens(QWidget):
    """The controls of one way to look at a tensor."""

    moved = Signal()
    """Something else is to be read."""
    redrawn = Signal()
    """The same is to be drawn otherwise."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = FlowLayout(self, across=12)
        self.controls: dict[str, QWidget] = {}
        """What a person can turn, by names under which it is remembered."""
        self.tensor: Tensor | None = None

    def look_at(self, tensor: Tensor) -> None:
        """Fits the controls to `tensor`."""
        self.tensor = tensor

    def work(self) -> Generator[Any, None, Any]:
        """Reads what is to be drawn. The generator touches no widget."""
        raise NotImplementedError

    def draw(self, found: Any, view: PictureView, bar: ColourBar) -> None:
        """Draws what `work` returned."""
        raise NotImplementedError

    def words(self, row: int, column: int) -> str:
        """What the cell at (row, column) of the drawn picture stands for."""
        raise NotImplementedError

    def note(self) -> str:
        """What should be known about the picture as a whole; may be empty."""
        return ""

    def _full_range(self) -> CheckBox:
        box = CheckBox(tr("Full range"))
        box.setToolTip(tr("Let the colours reach to the most extreme value, not to all but 0.5 % of them"))
        box.toggled.connect(self.redrawn)
        return box


class MapLens(Lens):
    """Two dimensions as a heat map."""

    _SHOWN = (
        (marked("Cells show: farthest from 0"), Picture.farthest),
        (marked("Cells show: mean"), lambda p: p.mean),
        (marked("Cells show: min"), lambda p: p.low),
        (marked("Cells show: max"), lambda p: p.high),
    )

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axes = AxisPicker()
        self.axes.changed.connect(self.moved)
        self.shown = ChoiceBox()
        self.shown.addItems([tr(name) for name, _ in self._SHOWN])
        self.shown.setToolTip(tr("What a cell shows that stands for several values"))
        self.shown.setAccessibleName(tr("What a cell shows"))
        self.shown.setMinimumWidth(px(120))
        self.shown.activated.connect(self.redrawn)
        self.full = self._full_range()
        self.controls = {"axes": self.axes, "cells": self.shown, "full": self.full}
        for widget in self.controls.values():
            self.flow.addWidget(widget)
        self.picture: Picture | None = None

    def look_at(self, tensor: Tensor) -> None:
        super().look_at(tensor)
        self.picture = None
        self.axes.show_shape(tensor.shape, *usual_axes(tensor.shape))
        self.axes.setVisible(len(tensor.shape) > 2)
        self.shown.hide()

    def work(self) -> Generator[Any, None, Picture]:
        assert self.tensor is not None
        return pictures.read_map(read, self.tensor, *self.axes.axes, self.axes.others)

    def draw(self, found: Picture, view: PictureView, bar: ColourBar) -> None:
        self.picture = found
        self.shown.setVisible(found.is_reduced)
        values = self._SHOWN[self.shown.currentIndex()][1](found)
        scale = Scale.of(values, full=self.full.isChecked())
        look = Look(square=False, rulers=True, steps=found.steps, struck=found.unfit)
        view.show_picture(lambda: scale.pixels(values, found.unfit), look)
        bar.show_scale(scale, unfit=bool(found.unfit.any()))

    def words(self, row: int, column: int) -> str:
        assert self.picture is not None
        found = self.picture
        cell = tuple(
            _stretch(at * step, step, size)
            for at, step, size in zip((row, column), found.steps, found.size, strict=True)
        )
        places = self._places(*cell)
        unfit = tr("! NaN or Inf") if found.unfit[row, column] else ""
        if not found.is_reduced:
            return f"{places}  {found.mean[row, column]:.6g}" if not unfit else f"{places}  {unfit}"
        numbers = found.mean[row, column], found.low[row, column], found.high[row, column]
        words = "{}  mean {:.4g}  min {:.4g}  max {:.4g}".format(places, *numbers)
        return f"{words}  {unfit}" if unfit else words

    def note(self) -> str:
        found = self.picture
        if found is None or not found.is_reduced:
            return ""
        down, across = found.steps
        if found.sampled <= 1:
            return tr("Each cell stands for {down} × {across} values.", down=down, across=across)
        sampled = wording.count(found.sampled)
        text = marked("Each cell stands for {down} × {across} values; of {sampled} rows one was read.")
        return tr(text, down=down, across=across, sampled=sampled)

    def _places(self, row: str, column: str) -> str:
        where = [str(place) for place in self.axes.others]
        rows, columns = self.axes.axes
        where[rows], where[columns] = row, column
        return f"[{', '.join(where)}]"


class FiltersLens(Lens):
    """Convolution filters side by side, in colour where they have three input channels."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = CheckBox(tr("In colour"))
        self.colour.setToolTip(tr("Show input channels 0, 1 and 2 as red, green and blue"))
        self.colour.toggled.connect(self._switch_colour)
        self.channel = NumberBox()
        self.channel.setPrefix(tr("Input channel "))
        self.channel.setAccessibleName(tr("Input channel"))
        self.channel.setToolTip(tr("Which input channel of the filters is shown"))
        self.channel.valueChanged.connect(self.moved)
        self.pager = Pager(FILTERS)
        self.pager.moved.connect(self.moved)
        self.own = CheckBox(tr("Each on its own scale"))
        self.own.setToolTip(tr("Let the colours of each filter reach to its own most extreme value"))
        self.own.toggled.connect(self.redrawn)
        self.controls = {"colour": self.colour, "channel": self.channel, "own": self.own, "page": self.pager}
        for widget in self.controls.values():
            self.flow.addWidget(widget)
        self.gallery: Gallery | None = None
        self._columns = 1

    def look_at(self, tensor: Tensor) -> None:
        super().look_at(tensor)
        self.gallery = None
        channels = tensor.shape[1]
        with QSignalBlocker(self.channel), QSignalBlocker(self.colour):
            self.colour.setChecked(channels == 3)
            self.channel.setRange(0, min(channels - 1, MOST_INDEX))
            self.channel.setValue(0)
        self.channel.setSuffix(tr(" of {channels}", channels=wording.count(channels)))
        self.colour.setVisible(channels == 3)
        self.channel.setVisible(channels > 1 and channels != 3)
        self.pager.show_pages(tensor.shape[0], pictures.filters_per_page(tensor.shape))

    def work(self) -> Generator[Any, None, Gallery]:
        assert self.tensor is not None
        return pictures.read_filters(read, self.tensor, self.pager.first, self._chosen_channel(), self.pager.per_page)

    def draw(self, found: Gallery, view: PictureView, bar: ColourBar) -> None:
        self.gallery = found
        height, width = found.values.shape[-2:]
        self._columns = mosaics.columns_for(len(found.values), height, width, view.width() / max(1, view.height()))
        if found.in_colour:
            shares = mosaics.colour_sheet(found.values, self._columns, own=self.own.isChecked())
            view.show_picture(
                lambda: mosaics.as_bytes(shares, rgb(colours().surface)),
                Look(tile=(height, width), tiles=len(found.values)),
            )
            bar.show_scale(None)
            return
        values = mosaics.on_own_scale(found.values) if self.own.isChecked() else found.values
        scale = Scale.of(values, full=True)
        sheet = mosaics.mosaic(values, self._columns)
        unfit = mosaics.mosaic(~np.isfinite(found.values), self._columns) == 1
        look = Look(tile=(height, width), tiles=len(found.values), struck=unfit)
        view.show_picture(lambda: scale.pixels(sheet, unfit), look)
        bar.show_scale(scale, unfit=bool(unfit.any()))

    def words(self, row: int, column: int) -> str:
        assert self.gallery is not None
        found = self.gallery
        height, width = found.values.shape[-2:]
        number = row // height * self._columns + column // width
        if number >= len(found.values):
            return ""
        y, x = row % height, column % width
        cell = found.values[number, ..., y, x]
        if found.in_colour:
            return f"[{found.first + number}, :, {y}, {x}]  " + "  ".join(f"{value:.4g}" for value in cell)
        return f"[{found.first + number}, {self._chosen_channel()}, {y}, {x}]  {cell:.6g}"

    def note(self) -> str:
        if self.gallery is None or not self.gallery.in_colour:
            return (
                tr("Each on its own scale: 1 is a filter's value farthest from zero.") if self.own.isChecked() else ""
            )
        if self.own.isChecked():
            return tr("Red, green, blue: input channels 0, 1, 2; each filter from its least value to its greatest.")
        return tr("Red, green, blue: input channels 0, 1, 2; all on one scale.")

    def _switch_colour(self, in_colour: bool) -> None:
        self.channel.setVisible(not in_colour)
        self.flow.invalidate()
        self.moved.emit()

    def _chosen_channel(self) -> int | None:
        return None if self.colour.isChecked() else self.channel.value()


class ImageLens(Lens):
    """A tensor looked at as a picture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image: Image | None = None

    def look_at(self, tensor: Tensor) -> None:
        super().look_at(tensor)
        self.image = None

    def work(self) -> Generator[Any, None, Image]:
        assert self.tensor is not None
        axes = image_axes(self.tensor.shape)
        assert axes is not None
        return pictures.read_image(read, self.tensor, axes)

    def draw(self, found: Image, view: PictureView, bar: ColourBar) -> None:
        self.image = found
        view.show_picture(lambda: found.pixels, Look(rulers=True, steps=found.steps))
        bar.show_scale(None)

    def words(self, row: int, column: int) -> str:
        assert self.image is not None
        values = "  ".join(f"{value:.4g}" for value in self.image.values[row, column])
        names = tr("red, green, blue") if self.image.values.shape[-1] == 3 else "grey"
        return tr(
            "row {row:,}, column {column:,}  {names} {values}",
            row=row * self.image.steps[0],
            column=column * self.image.steps[1],
            names=names,
            values=values,
        )

    def note(self) -> str:
        if self.image is None:
            return ""
        down, across = self.image.steps
        if (down, across) == (1, 1):
            return tr("Brightness: {words}.", words=self.image.words)
        text = marked("Brightness: {words}. Each cell is the mean of {down} × {across} pixels.")
        return tr(text, words=self.image.words, down=down, across=across)


def _stretch(first: int, step: int, size: int) -> str:
    """`12`, or `24:32` for several."""
    return str(first) if step == 1 else f"{first}:{min(size, first + step)}"


LENSES: dict[Kind, type[Lens]] = {Kind.MAP: MapLens, Kind.FILTERS: FiltersLens, Kind.IMAGE: ImageLens}
"""How each kind of picture is looked at. A line (`Kind.SERIES`) is no picture of cells: see `picture_page`."""
