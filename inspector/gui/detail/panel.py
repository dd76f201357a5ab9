"""The detail side: whatever is chosen in the tree, in pictures and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import QStackedLayout, QWidget

from ...checkpoint.entries import Branch, Checkpoint, Entry, Tensor
from ...checkpoint.outline import Outline
from ...language import tr
from ..widgets.labels import Label
from .group_page import GroupPage
from .tensor_page import TensorPage
from .value_page import ValuePage

if TYPE_CHECKING:
    from ...analysis.statistics import Statistics


class DetailPanel(QWidget):
    """Shows one entry or group. Reads values on threads; `stop` ends them when the window closes.

    Its parts are made one by one when the window has nothing else to do, or when they are first wanted: all of
    them at once would hold it up for a tenth of a second.
    """

    entry_requested = Signal(str)
    """The key of an entry or group that a person asked for here."""
    shares_room = Signal(object)
    """A `SharedRoom` was made in it, which a person may share out otherwise."""
    turned = Signal(str)
    """A person looks otherwise at what is shown; in a few words."""
    did = Signal(str, object, object)
    """The same of what is no part of `looked_at`: with what takes it back, and what does it again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Details"))
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.nothing = Label(tr("Choose a row of the tree to see what it holds."), tone="quiet", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.nothing)
        self._key = ""
        self._make_actions()
        self._to_make = self._parts()
        self._idle = QTimer(self, interval=0)
        self._idle.timeout.connect(self._make_next)
        self._idle.start()

    @cached_property
    def tensor_page(self) -> TensorPage:
        made = TensorPage()
        made.shown.connect(self._take_key)
        made.turned.connect(self.turned)
        made.did.connect(self.did)
        self._pages.addWidget(made)
        self.shares_room.emit(made.overview)
        return made

    @cached_property
    def value_page(self) -> ValuePage:
        made = ValuePage()
        self._pages.addWidget(made)
        return made

    @cached_property
    def group_page(self) -> GroupPage:
        made = GroupPage()
        made.entry_requested.connect(self.entry_requested)
        made.order.chosen.connect(lambda number: self.turned.emit(made.order.texts()[number]))
        self._pages.addWidget(made)
        return made

    def _parts(self) -> Iterator[object]:
        """Makes the parts one after the other, those first that will be wanted first."""
        yield self.tensor_page
        yield self.tensor_page.spread
        yield self.tensor_page.spread.plot
        yield self.tensor_page.picture
        yield self.group_page
        yield self.value_page
        yield self.tensor_page.picture.series
        yield self.tensor_page.values

    def _make_next(self) -> None:
        if next(self._to_make, None) is None:
            self._idle.stop()

    def show_entry(self, checkpoint: Checkpoint, key: str, entry: Entry) -> None:
        """Shows the entry at `key`. A tensor's statistics come later, by `show_statistics`."""
        self._key = key
        if isinstance(entry, Tensor):
            self.tensor_page.show_tensor(checkpoint, key, entry)
            self._pages.setCurrentWidget(self.tensor_page)
        elif isinstance(entry, Branch):
            self.group_page.show_branch(checkpoint, key, entry)
            self._pages.setCurrentWidget(self.group_page)
        else:
            self.value_page.show_value(checkpoint, key, entry)
            self._pages.setCurrentWidget(self.value_page)

    def show_group(self, checkpoint: Checkpoint, outline: Outline, row: int) -> None:
        """Shows a row of `outline` that has others below it: a branch, or a group of keys that begin alike."""
        self._key = outline.key(row)
        self.group_page.show_row(checkpoint, outline, row)
        self._pages.setCurrentWidget(self.group_page)

    def show_statistics(self, key: str, statistics: Statistics | None, refusal: str = "") -> None:
        """Fills in what was measured of `key`, or the sentence why it was not; ignored if another is shown by now."""
        if key != self._key or not isinstance(self._pages.currentWidget(), TensorPage):
            return
        if statistics is not None:
            self.tensor_page.show_statistics(statistics)
        elif refusal:
            self.tensor_page.show_refusal(refusal)

    def looked_at(self) -> dict[str, Any]:
        """How tensors and groups are looked at."""
        found = self.tensor_page.looked_at() if "tensor_page" in vars(self) else {}
        return found | ({"order": self.group_page.order.current} if "group_page" in vars(self) else {})

    def look(self, wanted: Mapping[str, Any]) -> None:
        """Looks at them as that said."""
        self.tensor_page.look(wanted)
        if "order" in wanted:
            self.group_page.list_by(wanted["order"])

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._key = ""
        self._pages.setCurrentWidget(self.nothing)
        if "tensor_page" in vars(self):
            self.tensor_page.cancel()

    def copy_summary(self) -> None:
        """Puts the summary line of what is shown on the clipboard."""
        page = self._pages.currentWidget()
        if page is not self.nothing:
            page.head.copy_summary()  # type: ignore[attr-defined]

    def copy_as_python(self) -> None:
        """Puts the lines that load what is shown on the clipboard."""
        page = self._pages.currentWidget()
        if page is not self.nothing:
            page.head.copy_as_python()  # type: ignore[attr-defined]

    def stop(self) -> None:
        """Ends all reading, and waits for it. To be called before the window goes."""
        if "tensor_page" in vars(self):
            self.tensor_page.stop()

    def _take_key(self, key: str) -> None:
        self._key = key

    def _make_actions(self) -> None:
        for text, keys, deed in (
            (tr("Show overview"), "Alt+1", lambda: self.tensor_page.tabs.setCurrentIndex(0)),
            (tr("Show values"), "Alt+2", lambda: self.tensor_page.tabs.setCurrentIndex(1)),
            (tr("Show storage"), "Alt+3", lambda: self.tensor_page.tabs.setCurrentIndex(2)),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(deed)
            self.addAction(action)
