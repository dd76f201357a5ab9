"""The texts that lie in a file - code, source, configuration - to be chosen and read."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QWidget

from ... import wording
from ...checkpoint.entries import Text
from ...language import tr
from ...progress import Progress
from ..widgets.text_viewer import TextViewer
from . import readable
from .latest import Latest

_MOST_NAMES = 2_000
_MOST_READ = 400_000
"""Bytes of a text that are read."""


class TextsView(QWidget):
    """A list of names, and the text of the chosen one beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.names, self.viewer = QListWidget(), TextViewer(tr("the text"))
        self.names.setAccessibleName(tr("Texts in the file"))
        self.names.setFrameShape(QListWidget.Shape.NoFrame)
        self.names.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.names.currentRowChanged.connect(self._choose)
        self._texts: Sequence[Text] = ()
        self._latest = Latest(self)
        self._latest.succeeded.connect(self.viewer.show_text)
        self._latest.failed.connect(lambda error: self.viewer.show_text(wording.safe(str(error), 600), wrap=True))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.names, 2)
        row.addWidget(self.viewer, 5)
        self.setMinimumHeight(320)

    def show_texts(self, texts: Sequence[Text]) -> None:
        """Offers `texts`, and reads the first."""
        self._latest.cancel()
        self._texts = texts[:_MOST_NAMES]
        self.names.clear()
        self.viewer.show_text("")
        common = len(os.path.commonpath([os.path.dirname(text.name) for text in self._texts] or [""]))
        self.names.addItems([wording.safe(text.name[common:].lstrip("/"), 200) for text in self._texts])
        self.names.setVisible(len(self._texts) > 1)
        if self._texts:
            self.names.setCurrentRow(0)

    def stop(self) -> None:
        self._latest.stop()

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._texts):
            self._latest.start(_read(self._texts[row]))


def _read(text: Text) -> Generator[Progress, None, str]:
    yield Progress(0, text.nbytes)
    data = text.source.read(text.offset, min(text.nbytes, _MOST_READ))
    shown = readable.text(data.decode("utf-8", errors="replace"), limit=_MOST_READ)
    left = text.nbytes - len(data)
    return tr("{shown}\n… {left} more", shown=shown, left=wording.size(left)) if left > 0 else shown
