"""The window: puts the panels in place and connects them to the session and the actions; nothing else.

Why this way: only what the first paint needs is made before it. Icons, plots and pictures come a moment after
(`_dress`), so that a file opened from the command line is seen as soon as Qt itself can show a window.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QPaintEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from .. import __version__, wording
from . import copying, resources, theme
from .actions import FOR_A_FILE, FOR_A_ROW, Actions
from .open_file import OpenFile
from .panels.inspect_panel import InspectPanel
from .panels.start_panel import StartPanel
from .panels.status_line import StatusLine
from .panels.tree_side import TreeSide
from .panels.workplace import Workplace
from .session import Session
from .settings import Settings
from .widgets.drop_zone import dropped_paths

TITLE = "Checkpoint Inspector"
THEMES = ("system", "light", "dark")
FILTER = "Checkpoints (*.pth *.pt *.ckpt *.bin *.safetensors *.tar *.pkl *.npy *.npz *.index.json *.th *.jit *.pt2);;All files (*)"


class MainWindow(QMainWindow):
    """One window with a tab for each open file."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session = session
        self.settings = settings
        self.actions_ = Actions(self)
        self.panels: dict[OpenFile, InspectPanel] = {}
        self._is_dressed = False
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.start = StartPanel()
        self.place = Workplace(self.start, settings)
        self.setCentralWidget(self.place)
        self.status = StatusLine(self.actions_["stop"])
        self.setStatusBar(self.status)
        self.actions_.fill(self.menuBar())
        self.actions_.connect(self._handlers())
        for action in self.actions_:
            self.addAction(action)
        self._restore()
        self._connect()
        self._show(None)

    def _connect(self) -> None:
        self.session.added.connect(self._add)
        self.session.removed.connect(self._remove)
        self.session.shown.connect(self._show)
        self.start.open_requested.connect(self.session.open)
        self.start.dialog_requested.connect(self._open)
        self.start.about_to_show.connect(self._fill_start)
        self.place.page_shown.connect(lambda page: self.session.show(getattr(page, "file", None)))
        self.place.close_requested.connect(self._close)
        self.place.details.entry_requested.connect(lambda key: self._panel().choose_key(key))
        self.place.details.failed.connect(self.session.broken)
        QGuiApplication.instance().applicationStateChanged.connect(self._look_again)  # type: ignore[union-attr]

    def _restore(self) -> None:
        self.resize(1380, 860)
        geometry = self.settings.state("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.actions_["details"].setChecked(self.settings.choice("details", ("yes", "no")) == "yes")
        self.actions_["fold"].setChecked(self.settings.choice("fold", ("no", "yes")) == "yes")
        self.actions_[f"theme_{self.settings.choice('theme', THEMES)}"].setChecked(True)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        """What each action does, by its name."""
        return {
            "open": self._open,
            "open_folder": self._open_folder,
            "start": lambda: self.session.show(None),
            "reload": lambda: self._file().open(),
            "export": self._export,
            "close": lambda: self._close(self._panel()),
            "quit": self.close,
            "find": self._find,
            "copy_key": lambda: self._copy(copying.key),
            "copy_row": lambda: self._copy(copying.row),
            "copy_python": lambda: self._copy(copying.python),
            "copy_command": lambda: self._copy(copying.command),
            "fold": self._fold,
            "expand_all": lambda: self._tree().expand_all(),
            "collapse_all": lambda: self._tree().collapse_all(),
            "deeper": lambda: self._tree().step_depth(1),
            "shallower": lambda: self._tree().step_depth(-1),
            "file_order": lambda: self._tree().file_order(),
            "show_tree": lambda: self._tree().view.setFocus(),
            "show_entry": self._go_to_entry,
            "show_file": self._go_to_file,
            "details": self._toggle_details,
            "next_file": lambda: self.place.step(1),
            "previous_file": lambda: self.place.step(-1),
            "theme_system": lambda: self._choose_theme("system"),
            "theme_light": lambda: self._choose_theme("light"),
            "theme_dark": lambda: self._choose_theme("dark"),
            "measure": lambda: self._file().measure_all(),
            "stop": lambda: self._file().stop(),
            "palette": self._show_palette,
            "search_help": self._show_search_help,
            "forget": self._forget_recents,
            "about": self._show_about,
        }

    # Files and tabs

    def _add(self, file: OpenFile) -> None:
        panel = InspectPanel(file, self.actions_, self.settings)
        self.panels[file] = panel
        panel.close_requested.connect(lambda: self._close(panel))
        panel.ready.connect(lambda: self._refresh_if_shown(file))
        panel.painted.connect(self.place.details.load)
        panel.entry_asked.connect(self._go_to_entry)
        file.paced.connect(lambda pace: self.status.show_pace(pace) if file is self.session.current else None)
        file.chosen.connect(lambda _row: self._enable(panel))
        self.place.add(panel, wording.safe(file.name, 60), wording.safe(file.path, 500))

    def _remove(self, file: OpenFile) -> None:
        panel = self.panels.pop(file)
        panel.keep_state()
        self.place.remove(panel)
        panel.deleteLater()

    def _close(self, panel: InspectPanel) -> None:
        self.session.close(panel.file)

    def _show(self, file: OpenFile | None) -> None:
        """Goes to the tab of `file`; None: to the start page."""
        self.place.show_page(self.panels[file] if file is not None else self.start)
        self.status.show_pace(None)
        self._refresh()

    def _refresh_if_shown(self, file: OpenFile) -> None:
        if file is self.session.current:
            self._refresh()

    def _refresh(self) -> None:
        """Title, status, details and what can be done, for what is looked at now."""
        file = self.session.current
        panel = self.panels[file] if file is not None else None
        name = f"{wording.safe(file.name, 120).replace('[*]', '[*][*]')}  –  " if file is not None else ""
        self.setWindowTitle(f"{name}{TITLE}")
        self.status.show_summary(panel.summary() if panel is not None else "")
        if file is not None and panel is not None and panel.tree is not None and panel.has_tree:
            self.place.details.look_at(file, panel.tree)
        else:
            self.place.details.forget()
        self.place.show_details(panel is not None and panel.has_tree and self.actions_["details"].isChecked())
        self._enable(panel)

    def _enable(self, panel: InspectPanel | None) -> None:
        has_tree = panel is not None and panel.has_tree
        self.actions_.enable(FOR_A_FILE, has_tree)
        self.actions_.enable(("reload", "close", "next_file", "previous_file"), panel is not None)
        self.actions_.enable(FOR_A_ROW, has_tree and panel is not None and panel.file.row >= 0)

    def _file(self) -> OpenFile:
        assert self.session.current is not None
        return self.session.current

    def _panel(self) -> InspectPanel:
        return self.panels[self._file()]

    def _tree(self) -> TreeSide:
        tree = self._panel().tree
        assert tree is not None
        return tree

    # What actions do

    def _open(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, "Open Checkpoints", self.settings.last_folder(), FILTER)
        self.session.open(paths)

    def _open_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Open a Folder of Shards", self.settings.last_folder())
        self.session.open([path] if path else [])

    def _export(self) -> None:
        from .export import export

        export(self, self._tree().outline, self._file())

    def _find(self) -> None:
        self._tree().search.setFocus()
        self._tree().search.selectAll()

    def _copy(self, made: Callable[[OpenFile, TreeSide], str]) -> None:
        QGuiApplication.clipboard().setText(made(self._file(), self._tree()))
        self.status.showMessage("Copied", 1500)

    def _fold(self) -> None:
        folded = self.actions_["fold"].isChecked()
        self.settings.choose("fold", "yes" if folded else "no")
        for panel in self.panels.values():
            if panel.tree is not None:
                panel.tree.set_folded(folded)

    def _toggle_details(self) -> None:
        self.settings.choose("details", "yes" if self.actions_["details"].isChecked() else "no")
        self._refresh()

    def _go_to_entry(self) -> None:
        self.actions_["details"].setChecked(True)
        self._toggle_details()
        self.place.details.go_to_entry()

    def _go_to_file(self) -> None:
        self.actions_["details"].setChecked(True)
        self._toggle_details()
        self.place.details.go_to_file()

    def _choose_theme(self, choice: str) -> None:
        self.settings.choose("theme", choice)
        theme.apply(choice)

    def _forget_recents(self) -> None:
        self.settings.forget_recents()
        self._fill_start()

    def _fill_start(self) -> None:
        self.start.show_files(self.settings.recents(), resources.samples())

    def _show_palette(self) -> None:
        from .widgets.action_palette import ActionPalette

        palette = ActionPalette(self.actions_, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.open_over(self)

    def _show_search_help(self) -> None:
        from .panels.search_help import SearchHelp

        SearchHelp(self).open()

    def _show_about(self) -> None:
        QMessageBox.about(
            self, f"About {TITLE}", f"{TITLE} {__version__}\n\nSee what is in a PyTorch checkpoint. Nothing in it is run.\nMIT licence."
        )

    # What Qt tells

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_dressed:
            self._is_dressed = True
            QTimer.singleShot(0, self._dress)

    def _dress(self) -> None:
        """Makes what the first paint did not need; where a file is on its way, the plots wait for its tree."""
        self.setWindowIcon(resources.app_icon())
        self.actions_.dress()
        self.start.zone.dress()
        if not self.panels:
            self.place.details.load()

    def _look_again(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.session.check_disk()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self.start.zone.light(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.start.zone.light(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.start.zone.light(False)
        event.acceptProposedAction()
        self.session.open(dropped_paths(event.mimeData()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.StatusTip:  # the tips are in the tool tips; the status bar keeps its summary
            return True
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.keep_state("window", self.saveGeometry())
        self.place.keep_state()
        for panel in self.panels.values():
            panel.keep_state()
        self.hide()
        self.session.end()
        super().closeEvent(event)
