"""What else could this file be - smaller, cleaner, in another format - and what would be lost? The panel of one
conversion."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ...converting import as_code
from ...language import tr
from ..converting import sentences
from ..converting.open_conversion import Doing, OpenConversion
from ..converting.outcome_side import OutcomeSide
from ..converting.strips import Strips
from ..converting.target_foot import TargetFoot
from ..converting.wish_side import WishSide
from ..converting.wishing import from_kept, plain
from ..settings import Settings
from ..widgets.shared_room import SharedRoom
from .page_panel import PagePanel, feeding
from .pages import LoadingPage, RefusalPage

_STATE = "convert_splitter"


class ConvertPanel(PagePanel):
    """One checkpoint that is to become another file."""

    def __init__(self, page: OpenConversion, settings: Settings) -> None:
        super().__init__(page)
        self.conversion = page
        self._settings = settings
        self.strips = Strips(page)
        self.side, self.outcome, self.foot = WishSide(page), OutcomeSide(page), TargetFoot(page)
        self._content = QWidget()
        self._loading = LoadingPage(os.path.basename(page.path))
        self._refusal = RefusalPage()
        self._lay_out()
        self._add_folds()
        for widget in (self._loading, self._content, self._refusal):
            self.addWidget(widget)
        self._connect()

    def _lay_out(self) -> None:
        self._splitter = SharedRoom(Qt.Orientation.Horizontal)
        for side in (self.side, self.outcome):
            self._splitter.addWidget(side)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([370, 1000])
        state = self._settings.state(_STATE)
        if state is not None:
            self._splitter.restoreState(state)
        self.rooms.add("sides", self._splitter)
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strips)
        column.addWidget(self._splitter, 1)
        column.addWidget(self.foot)

    def _add_folds(self) -> None:
        folds = {**self.side.sections, "keys": self.outcome.all_keys, "left_out": self.outcome.more_left_out}
        for name, fold in folds.items():
            self.folds.add(name, fold)

    def _connect(self) -> None:
        page = self.conversion
        page.opened.connect(self._show_content)
        page.refused.connect(self._show_refusal)
        page.changed_on_disk.connect(self._tell_change)
        page.foreseen_changed.connect(self._show_doing)
        self.side.wished.connect(self.arranged)
        self.side.typed.connect(self.arranging)
        self.side.metadata.did.connect(self.did)
        self.outcome.wished.connect(self.arranged)
        self.foot.chosen.connect(lambda: self.arranged.emit(tr("Choose Target")))
        self.foot.convert_asked.connect(self.convert)
        self.strips.open_asked.connect(self.open_asked)
        self.strips.compare_asked.connect(self.compare_asked)
        self.strips.folder_asked.connect(_show_folder)
        self.strips.command_asked.connect(self.copy_command)
        self._refusal.retry_requested.connect(page.open)
        self._refusal.close_requested.connect(self.close_requested)

    # What the window asks

    @property
    def has_content(self) -> bool:
        return self.currentWidget() is self._content

    def summary(self) -> str:
        return sentences.summary(self.conversion)

    def able(self) -> frozenset[str]:
        page = self.conversion
        offered = {
            "reload": not page.is_writing,
            "stop": page.doing is not Doing.NOTHING,
            "copy_command": self.has_content,
            "copy_python": self.has_content and bool(self._python()),
        }
        return frozenset(name for name, is_so in offered.items() if is_so)

    def deeds(self) -> dict[str, Callable[[], object]]:
        return {"copy_command": self.copy_command, "copy_python": self.copy_python}

    def arrangement(self) -> dict[str, Any]:
        wish = self.conversion.wish
        return {"wish": plain(wish) if wish is not None else None, "target": self.conversion.chosen_target}

    def arrange(self, wanted: Mapping[str, Any]) -> None:
        page = self.conversion
        if page.offered is not None and "wish" in wanted:
            wish = from_kept(wanted["wish"], page.offered)
            if wish is not None:
                page.bring_back(wish)
        if isinstance(wanted.get("target"), str):
            page.choose_target(wanted["target"])

    def holds(self, names: frozenset[str]) -> bool:
        return self.conversion.is_writing and not names.isdisjoint(("wish", "target"))

    def keep_state(self) -> None:
        self._settings.keep_state(_STATE, self._splitter.saveState())

    def asks_to_stay(self, then: Callable[[], object], otherwise: Callable[[], object] = lambda: None) -> bool:
        if not self.conversion.is_writing:
            return False
        self.strips.ask_closing(then, otherwise)
        return True

    # What a person asks

    def convert(self) -> None:
        """Writes it, once all that has to be asked is answered; what is being typed counts."""
        self.foot.take_typed()
        self.foot.convert.setFocus()
        self.strips.convert()

    def copy_command(self) -> None:
        """Copies the command that does the same in the terminal."""
        page = self.conversion
        if page.wish is not None:
            self._copy(as_code.as_command(page.path, page.wish, page.target))

    def copy_python(self) -> None:
        """Copies Python that does the same with torch alone."""
        self._copy(self._python())

    def _python(self) -> str:
        page = self.conversion
        if page.wish is None or page.offered is None:
            return ""
        offered = page.offered
        return as_code.as_python(
            page.path, page.wish, page.target, source=offered.source, is_module=offered.is_module,
            is_shared=bool(offered.shared), is_flat=offered.is_flat, metadata=offered.metadata,
        )  # fmt: skip

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(tr("Copied"))

    # What the page tells

    @feeding
    def _show_content(self) -> None:
        self.strips.notice.say("")
        self.setCurrentWidget(self._content)
        self.ready.emit()

    def _show_doing(self) -> None:
        """What is worked out belongs to a deed that was told by now: so nothing is told while it goes on."""
        if self.conversion.doing is Doing.NOTHING:
            self.ready.emit()
        else:
            self.ability_changed.emit()

    @feeding
    def _show_refusal(self) -> None:
        if self.conversion.error is not None:
            self._refusal.show_error(self.conversion.error, self.conversion.path)
        self.setCurrentWidget(self._refusal)
        self.ready.emit()

    def _tell_change(self) -> None:
        self.strips.notice.say(tr("The file changed on disk. What is shown is as it was read: F5 reads it again."))


def _show_folder(path: str) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(os.path.dirname(path)))
