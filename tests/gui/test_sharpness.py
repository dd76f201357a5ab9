"""On a screen of 1.5 and of 2 pixels a point all is drawn at the pixels that are there: in children, for real."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = """
import sys
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QLabel
import numpy as np
from inspector.gui.icons import icon
from inspector.gui.widgets.picture import Look, PictureView

app = QApplication([])
app.setStyle("Fusion")
factor = float(sys.argv[1])

# An icon that a button keeps: as many pixels as it is drawn with.
kept = icon("search").pixmap(QSize(16, 16), factor)
assert kept.devicePixelRatio() == factor, kept.devicePixelRatio()
assert kept.width() == round(16 * factor), kept.width()
small = icon("search").pixmap(QSize(16, 16), 1.0).toImage()
large = kept.toImage()
if factor == 2:  # drawn anew, and not the small one blown up
    blown = small.scaled(large.size()).convertToFormat(large.format())
    assert blown != large

# Cells of a picture: black beside white with nothing between, though a cell is no whole number of pixels.
view = PictureView()
view.resize(301, 301)
cells = np.zeros((7, 7, 3), dtype=np.uint8)
cells[::2, ::2] = cells[1::2, 1::2] = 255
view.show_picture(lambda: cells, Look())
view.show()
app.processEvents()
seen = view.grab()
assert seen.devicePixelRatio() == factor, seen.devicePixelRatio()
picture = seen.toImage()
row = [picture.pixelColor(x, picture.height() // 2 - 3).lightness() for x in range(picture.width())]
between = sum(8 < each < 247 for each in row[picture.width() // 5 : -picture.width() // 5])
assert {0, 255} <= set(row), sorted(set(row))
assert between <= 1, between
"""


@pytest.mark.parametrize("factor", [1, 1.5, 2])
def test_what_is_kept_as_a_picture_is_drawn_at_the_pixels_of_the_screen(factor: float) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(factor)}
    root = Path(__file__).parents[2]
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, str(factor)],
        env=environment,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert child.returncode == 0, child.stderr
