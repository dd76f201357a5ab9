"""What each action of the window does. The window knows where things are; here is what is done with them."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from .. import __version__, wording
from ..errors import InspectorError
from ..language import tr
from . import copying, theme, zooming
from .open_file import OpenFile
from .panels.inspect_panel import InspectPanel
from .program_deeds import ProgramDeeds

if TYPE_CHECKING:
    from .dropping.entry_deeds import EntryDeeds
    from .main_window import MainWindow
    from .panels.tree_side import TreeSide

USUALLY = {"fold": ("no", "yes"), "details": ("yes", "no")}
"""The choices of switches, the usual one first."""
THEMES = ("system", "light", "dark")
_ENDINGS = "*.pth *.pt *.ckpt *.bin *.safetensors *.tar *.pkl *.npy *.npz *.index.json *.th *.jit *.pt2"


class Commands:
    """The deeds behind the actions of one window."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.program = ProgramDeeds(window)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What each action does, by the action's name: the panel looked at, where it does it itself, or else this."""
        return {name: partial(self._do, name, act) for name, act in self._own().items()}

    def _do(self, name: str, otherwise: Callable[[], object]) -> None:
        panel = self._window.shown_panel()
        act = panel.deeds().get(name, otherwise) if panel is not None else otherwise
        act()

    def _own(self) -> dict[str, Callable[[], object]]:
        window = self._window
        return {
            "open": self.open,
            "open_folder": self.open_folder,
            "open_series": self.open_series,
            "start": lambda: window.session.show(None),
            "reload": lambda: window.panel().page.open(),
            "export": self.export,
            "close": lambda: window.close_panel(window.panel()),
            "reopen": window.tab_deeds.reopen,
            "quit": window.close,
            "find": self.find,
            "copy_key": lambda: self._copy(copying.key),
            "copy_row": lambda: self._copy(copying.row),
            "copy_python": lambda: self._copy(copying.python),
            "copy_entry": lambda: self._entries().copy(),
            "save_entry": lambda: self._entries().save(),
            "copy_command": lambda: self._copy(copying.command),
            "undo": window.undoing.undo,
            "redo": window.undoing.redo,
            "paste": self.paste,
            "compare": self.compare,
            **dict.fromkeys(("swap", "next_difference", "previous_difference", "differences", "report"), _nothing),
            "fit": lambda: window.session.fit(window.file().path),
            "convert": lambda: window.session.convert(window.file().path),
            "explain": window.session.explain,
            "run": lambda: window.session.run(window.file().path),
            **dict.fromkeys(("start_run", "pause_run", "stop_now", "test", "test_all", "log_scale"), _nothing),
            "solve": _nothing,
            "tick_all": _nothing,
            "save_mended": _nothing,
            "fold": self.fold,
            "expand_all": lambda: window.tree().expand_all(),
            "collapse_all": lambda: window.tree().collapse_all(),
            "deeper": lambda: window.tree().step_depth(1),
            "shallower": lambda: window.tree().step_depth(-1),
            "file_order": lambda: window.tree().file_order(),
            "show_tree": lambda: window.tree().view.setFocus(),
            "show_entry": self.go_to_entry,
            "show_file": self.go_to_file,
            "details": self.toggle_details,
            "next_file": lambda: window.place.step(1),
            "previous_file": lambda: window.place.step(-1),
            "zoom_in": lambda: self.zoom_by(1),
            "zoom_out": lambda: self.zoom_by(-1),
            "zoom_reset": lambda: self.zoom(zooming.USUAL),
            "theme_system": lambda: self.choose_theme("system"),
            "theme_light": lambda: self.choose_theme("light"),
            "theme_dark": lambda: self.choose_theme("dark"),
            "measure": lambda: window.file().measure_all(),
            "stop": lambda: window.panel().page.stop(),
            **self.program.handlers(),
            "search_help": self.show_search_help,
            "forget": self.forget_recents,
            "about": self.show_about,
        }

    def open(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        folder = self._window.settings.last_folder()
        paths, _ = QFileDialog.getOpenFileNames(self._window, tr("Open Checkpoints"), folder, _filters())
        self._window.session.take(paths)

    def open_folder(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        folder = self._window.settings.last_folder()
        path = QFileDialog.getExistingDirectory(self._window, tr("Open a Folder of Shards"), folder)
        self._window.session.open([path] if path else [])

    def open_series(self) -> None:
        """Asks for the folder that a training saves into."""
        from PySide6.QtWidgets import QFileDialog

        folder = self._window.settings.last_folder()
        path = QFileDialog.getExistingDirectory(self._window, tr("Open a Run of Checkpoints"), folder)
        if path:
            self._window.session.show_series([path])

    def compare(self) -> None:
        """Offers the other open files to compare this one with, and any other; with none open asks for one at once."""
        this, session = self._window.file(), self._window.session
        others = [file for file in session.files if file is not this]
        if not others:
            return self._compare_with_another()
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for file in others:
            action = menu.addAction(wording.safe(file.name, 80).replace("&", "&&"))
            action.triggered.connect(lambda _=False, file=file: session.compare(this.path, file.path))
        menu.addSeparator()
        menu.addAction(tr("&Another File…")).triggered.connect(lambda _=False: self._compare_with_another())
        menu.setActiveAction(menu.actions()[0])
        menu.popup(self._window.mapToGlobal(self._window.rect().center()))

    def _compare_with_another(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        file = self._window.file()
        title = tr("Compare {name} with …", name=wording.safe(file.name, 60))
        other, _ = QFileDialog.getOpenFileName(self._window, title, os.path.dirname(file.path), _filters())
        if other:
            self._window.session.compare(file.path, other)

    def paste(self) -> None:
        """Explains the error that lies on the clipboard; a text field that has the keyboard pastes by itself."""
        from ..comparing.tracebacks import looks_like_one

        text = QGuiApplication.clipboard().text()
        if looks_like_one(text):
            self._window.session.explain(text)
        else:
            self._window.status.showMessage(tr("There is no error of load_state_dict on the clipboard"), 4000)

    def export(self) -> None:
        from .export import ask_where, export

        file, found = self._window.file(), self._window.tree().found_origins()
        path = ask_where(self._window, file)
        if path:
            export(file, path, found, self._tell_exported, self.tell_failure)

    def _tell_exported(self, path: str) -> None:
        self._window.status.showMessage(tr("Written to {path}", path=wording.safe(path)), 6000)

    def tell_failure(self, error: Exception) -> None:
        """An error that belongs to no tab, as a box; one of the program goes to the last resort."""
        if not isinstance(error, InspectorError):
            self._window.session.broken.emit(error)
            return
        from PySide6.QtWidgets import QMessageBox

        box = QMessageBox(QMessageBox.Icon.Warning, error.title, wording.safe(str(error), 1000), parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _entries(self) -> EntryDeeds:
        from .dropping.entry_deeds import EntryDeeds

        return EntryDeeds(self._window)

    def find(self) -> None:
        self._window.tree().search.setFocus()
        self._window.tree().search.selectAll()

    def _copy(self, made: Callable[[OpenFile, TreeSide], str]) -> None:
        QGuiApplication.clipboard().setText(made(self._window.file(), self._window.tree()))
        self._window.status.showMessage(tr("Copied"), 1500)

    def fold(self) -> None:
        self._switch("fold", self._fold)

    def _fold(self, folded: bool) -> None:
        for panel in self._window.panels.values():
            if isinstance(panel, InspectPanel) and panel.tree is not None:
                panel.tree.set_folded(folded)

    def toggle_details(self) -> None:
        self._switch("details", lambda _shown: self._window.refresh())

    def _switch(self, name: str, show: Callable[[bool], object]) -> None:
        """Takes in that a checkable action was switched, which can be undone."""
        window, action = self._window, self._window.actions_[name]

        def switch(on: bool) -> None:
            action.setChecked(on)
            window.settings.choose(name, "yes" if on else "no")
            show(on)

        on = action.isChecked()
        former = window.settings.choice(name, USUALLY[name]) == "yes"
        switch(on)
        if on is not former:
            window.undoing.did(action.text().replace("&", ""), lambda: switch(not on), lambda: switch(on))

    def go_to_entry(self) -> None:
        self._window.actions_["details"].setChecked(True)
        self.toggle_details()
        self._window.place.details.go_to_entry()

    def go_to_file(self) -> None:
        self._window.actions_["details"].setChecked(True)
        self.toggle_details()
        self._window.place.details.go_to_file()

    def choose_theme(self, choice: str) -> None:
        window, former = self._window, self._window.settings.choice("theme", THEMES)

        def put_on(choice: str) -> None:
            window.settings.choose("theme", choice)
            window.actions_[f"theme_{choice}"].setChecked(True)
            theme.apply(choice)

        put_on(choice)
        if choice != former:
            window.undoing.did(tr("Change Colours"), lambda: put_on(former), lambda: put_on(choice))

    def zoom(self, percent: int) -> None:
        """Makes everything so large, in percent of what the system says."""
        former = zooming.wanted(self._window.settings)
        if percent != former:
            self._zoom(percent)
            undo, redo = partial(self._zoom, former), partial(self._zoom, percent)
            self._window.undoing.did(tr("Zoom"), undo, redo, goes_on=True)

    def zoom_by(self, notches: int) -> None:
        """Makes everything larger, or with a negative number smaller, by so many steps."""
        percent = zooming.wanted(self._window.settings)
        for _ in range(abs(notches)):
            percent = zooming.larger(percent) if notches > 0 else zooming.smaller(percent)
        self.zoom(percent)

    def _zoom(self, percent: int) -> None:
        self._window.settings.choose("zoom", str(percent))
        zooming.apply(percent)
        self._window.status.showMessage(tr("Zoom {percent} %", percent=percent), 1500)

    def forget_recents(self) -> None:
        window, before = self._window, self._window.settings.kept_recents()
        window.settings.forget_recents()
        window.fill_start()

        def bring_back() -> None:
            window.settings.bring_back_recents(before)
            window.fill_start()

        def forget() -> None:
            window.settings.forget_recents()
            window.fill_start()

        if before:
            window.undoing.did(tr("Forget Recent Files"), bring_back, forget)

    def show_search_help(self) -> None:
        from .panels.search_help import SearchHelp

        SearchHelp(self._window).open()

    def show_about(self) -> None:
        from PySide6.QtWidgets import QMessageBox

        title = tr("Checkpoint Inspector")
        about = tr("See what is in a PyTorch checkpoint. Nothing in it is ever run."), tr("MIT licence.")
        words = "\n\n".join((f"{title} {__version__}", *about))
        QMessageBox.about(self._window, tr("About {title}", title=title), words)


def _filters() -> str:
    """Which files the dialogs offer."""
    return f"{tr('Checkpoints')} ({_ENDINGS});;{tr('All files')} (*)"


def _nothing() -> None:
    """For actions that only some panels know what to do with."""
