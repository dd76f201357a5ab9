"""What can be written into the search field, with examples to try."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QVBoxLayout, QWidget

from ...language import marked, tr
from ..theme import mono_font
from ..widgets.labels import Label

EXAMPLES = (
    ("weight", marked("keys that contain the word")),
    ("*.weight   layers.{0-11}.attn", marked("keys of this form, and all that is in a branch of this form")),
    ("shape:512   shape:512x784   shape:*x784", marked("a dimension is 512; the whole shape; * is any dimension")),
    ("dims:4   dtype:bf16   device:cuda", marked("number of dimensions, dtype by any of its names, saved device")),
    ("type:Linear   type:int   value:adam", marked("the kind of layer, module or value; what a value reads")),
    ("size>1MB   params>=1e6", marked("bytes and elements, with < <= > >= =")),
    ("mean<0   std>1   min   max", marked("statistics, of what was measured")),
    ("nan   inf   zero", marked("what has NaN or infinities, what is all zero")),
    ("shared   damaged   trainable", marked("storage that several use; what cannot be read; requires_grad")),
    ('-bias   a b   a or b   "nan"', marked("not; both; either; just this text")),
)


class SearchHelp(QDialog):
    """The search language on one page. Every example can be selected and copied."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("The search language"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(9)
        for row, (written, meant) in enumerate(EXAMPLES):
            grid.addWidget(Label(written, font=mono_font(), selectable=True), row, 0)
            grid.addWidget(Label(tr(meant), tone="quiet"), row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 18)
        column.setSpacing(18)
        column.addLayout(grid)
        column.addWidget(buttons)
