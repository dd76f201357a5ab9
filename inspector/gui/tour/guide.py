"""Leads through the window: which steps there are, what each points at, and that it is offered once only."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, QRect, QTimer, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from ...language import marked, tr
from .. import resources
from ..widgets.keyboard_place import KeyboardPlace
from .offering import remember
from .overlay import Overlay

if TYPE_CHECKING:
    from ..main_window import MainWindow
    from ..open_file import OpenFile

_LOOKS, _LOOK_MS = 100, 50
"""How often, and at which distance in time, it is looked whether the file is there."""
_SAMPLE = "fashion_classifier.pt"


class Step(NamedTuple):
    """One step: whether it needs an open file, and the words."""

    needs_file: bool
    title: str
    text: str


STEPS = (
    Step(
        False,
        marked("Drop a checkpoint here"),
        marked(
            "Or click to choose one. Files of torch, safetensors, sharded folders: all open here, and nothing in a "
            "file is ever run. Two at once are compared."
        ),
    ),
    Step(
        True,
        marked("The tree, and the search"),
        marked(
            "Every key with its shape, dtype and statistics. The search knows shape:512, dtype:bf16, nan and more; "
            "F1 lists it all."
        ),
    ),
    Step(
        True,
        marked("What the chosen entry is"),
        marked("Histogram, picture, values, and the facts of the file. F9 shows or hides this side."),
    ),
    Step(
        True,
        marked("Compare, and fit to a model"),
        marked(
            "Hold it against another file, or against a model class: why it does not load is said in a few causes, "
            "each with the step that mends it."
        ),
    ),
    Step(
        True,
        marked("Train on, and test"),
        marked(
            "From the Run menu training goes on where the file stopped. And Ctrl+K finds every action, file and key."
        ),
    ),
)


class Guide(QObject):
    """One tour through a window."""

    ended = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._overlay: Overlay | None = None
        self._looks = 0
        self._keyboard: KeyboardPlace | None = None
        self._pointed: tuple[Callable[[], tuple[QWidget | None, QRect | None]], ...] = (
            lambda: (window.start.zone, None),
            self._tree,
            lambda: (window.place.details, None),
            self._buttons,
            self._run_menu,
        )
        self.number = 0
        """The step that is shown, the first being 0."""

    @property
    def overlay(self) -> Overlay | None:
        """What lies over the window, None before the first step and after the last."""
        return self._overlay

    def begin(self) -> None:
        """Shows the first step. It is not offered again by itself."""
        remember(self._window.settings)
        if self._overlay is None:
            self._keyboard = KeyboardPlace()
            self._overlay = Overlay(self._window)
            self._overlay.stepped.connect(self._step)
            self._overlay.skipped.connect(self.end)
        self._go_to(0)

    def end(self) -> None:
        """Takes the overlay away; what is open stays open."""
        overlay, self._overlay = self._overlay, None
        if overlay is None:
            return
        overlay.leave()
        if self._keyboard is not None:
            self._keyboard.give_back()
        self.ended.emit()

    def _step(self, step: int) -> None:
        if self.number + step >= len(STEPS):
            self.end()
        elif self.number + step >= 0:
            self._go_to(self.number + step)

    def _go_to(self, number: int) -> None:
        self.number = number
        if STEPS[number].needs_file:
            self._open_sample()
        else:
            self._window.session.show(None)
        self._looks = 0
        self._point()

    def _open_sample(self) -> None:
        """A file is looked at: any that is open already, or else a sample."""
        session = self._window.session
        if session.current in session.files:
            return
        if session.files:
            session.show(session.files[0])
            return
        samples = [sample.path for sample in resources.samples()]
        chosen = next((path for path in samples if path.endswith(_SAMPLE)), next(iter(samples), ""))
        session.open([chosen] if chosen else [])

    def _point(self) -> None:
        """Shows the step; what it points at may not be there yet."""
        if self._overlay is None:
            return
        target, part = self._pointed[self.number]()
        step = STEPS[self.number]
        if self.number == 2:
            self._show_an_entry()
        self._overlay.show_step(tr(step.title), tr(step.text), self.number + 1, len(STEPS), target, part)
        self._looks += 1
        is_there = target is not None and target.isVisible()
        if not is_there and self._looks < _LOOKS:
            QTimer.singleShot(_LOOK_MS, self, self._point)

    def _show_an_entry(self) -> None:
        """The detail side has something to show: the first tensor, where nothing is chosen."""
        if not self._window.actions_["details"].isChecked():
            self._window.actions_["details"].trigger()
        file = self._file()
        if file is None or file.contents is None or file.row >= 0:
            return
        first = next(file.contents.checkpoint.tensors(), None)
        if first is not None:
            self._window.inspect_panel().choose_key(first[0])

    # What it points at

    def _file(self) -> OpenFile | None:
        current = self._window.session.current
        return current if current in self._window.session.files else None  # type: ignore[return-value]

    def _tree(self) -> tuple[QWidget | None, QRect | None]:
        return (self._window.inspect_panel().tree, None) if self._file() is not None else (None, None)

    def _buttons(self) -> tuple[QWidget | None, QRect | None]:
        """The two buttons above the tree."""
        tree = self._tree()[0]
        if tree is None:
            return None, None
        actions = [self._window.actions_[name] for name in ("compare", "fit")]
        buttons = [each for each in tree.findChildren(QToolButton) if each.defaultAction() in actions]
        part = QRect()
        for button in buttons:
            part = part.united(QRect(button.mapTo(tree, button.rect().topLeft()), button.size()))
        return (tree, part) if buttons else (tree, None)

    def _run_menu(self) -> tuple[QWidget | None, QRect | None]:
        bar, run = self._window.menuBar(), self._window.actions_["run"]
        for each in bar.actions():
            menu = each.menu()
            if menu is not None and run in menu.actions():  # type: ignore[attr-defined]
                return bar, bar.actionGeometry(each)
        return bar, None
