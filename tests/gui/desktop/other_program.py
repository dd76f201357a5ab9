"""Another program on the screen, as small as can be: a label that is dragged as a file, and takes what is dropped.

python other_program.py X Y PATH        says on its output what happens, a line each
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


def say(words: str) -> None:
    print(words, flush=True)


class Other(QLabel):
    def __init__(self, path: str) -> None:
        super().__init__("drag me, drop here")
        self._path = path
        self.setAcceptDrops(True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        drag, data = QDrag(self), QMimeData()
        data.setUrls([QUrl.fromLocalFile(self._path)])
        drag.setMimeData(data)
        drag.actionChanged.connect(lambda action: say(f"action {action.name}"))
        say(f"ended {drag.exec(Qt.DropAction.CopyAction).name}")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        event.setAccepted(event.source() is not self)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()
        say("over")

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        say(f"text {event.mimeData().text()}")
        say(f"file {event.mimeData().urls()[0].toLocalFile()}")


app = QApplication(sys.argv)
other = Other(sys.argv[3])
other.setWindowFlag(Qt.WindowType.X11BypassWindowManagerHint)
other.setGeometry(int(sys.argv[1]), int(sys.argv[2]), 200, 120)
other.show()
say("ready")
app.exec()
