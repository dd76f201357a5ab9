"""Every action of the window: name, words, icon, shortcut, tip. What each does is connected in one place.

Menus, buttons, the context menu of the tree and the palette of all actions (Ctrl+K) are made from this
one table, so that nothing can be reached by mouse alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from ..language import tr


class Deed(NamedTuple):
    """One action as it is offered. `menu` is where it stands; a `|` at its end draws a line after it.

    Its words are English, and said by `tr` where actions and menus are made of them.
    """

    name: str
    text: str
    menu: str
    shortcut: str
    tip: str
    icon: str = ""
    checkable: bool = False
    group: str = ""


# fmt: off
DEEDS = (
    Deed("open", "&Open…", "File", "Ctrl+O", "Open checkpoints, each in its own tab", "open"),
    Deed("open_folder", "Open &Folder…", "File", "Ctrl+Shift+O", "Open a sharded or distributed checkpoint", "open"),
    Deed("open_series", "Open a R&un of Checkpoints…", "File", "Ctrl+Shift+Y", "A training over its epochs", "open"),
    Deed("start", "&Start Page", "File|", "Ctrl+T", "Recent files and samples", "home"),
    Deed("reload", "&Reload", "File", "F5", "Read the file again; the chosen entry stays chosen", "reload"),
    Deed("convert", "Con&vert…", "File", "Ctrl+Shift+X", "Its weights alone, half precision, safetensors …", "convert"),
    Deed("export", "&Export Tree…", "File", "Ctrl+E", "Write the tree as CSV, JSON or Markdown", "export"),
    Deed("save_entry", "Save Entr&y As…", "File|", "Ctrl+Alt+S", "The chosen entry as a file: .npy for NumPy, or .pt"),
    Deed("close", "&Close Tab", "File", "Ctrl+W", "Close this tab", "close"),
    Deed("reopen", "Reopen Closed Ta&b", "File|", "Ctrl+Alt+W", "Open the tab that was closed last, as it was"),
    Deed("settings", "Se&ttings…", "File", "Ctrl+,", "Language, colours, size, and what the program does by itself"),
    Deed("restart", "Rest&art", "File|", "Ctrl+Alt+R", "Close the window and open it anew, with its tabs"),
    Deed("quit", "&Quit", "File", "Ctrl+Q", "Close the window"),
    Deed("undo", "&Undo", "Edit", "Ctrl+Z", "Take back what was done last to what is seen", "undo"),
    Deed("redo", "R&edo", "Edit|", "Ctrl+Shift+Z", "Do again what was taken back", "redo"),
    Deed("find", "&Find", "Edit|", "Ctrl+F", "Search by key, shape, dtype, size, NaN …", "search"),
    Deed("copy_key", "Copy &Key", "Edit", "Ctrl+C", "Copy the full key of the chosen row", "copy"),
    Deed("copy_row", "Copy &Row", "Edit", "Ctrl+Shift+C", "Copy the chosen row, its columns separated by tabs", "copy"),
    Deed("copy_entry", "Copy Entry as Fi&le", "Edit", "Ctrl+Alt+C", "To be pasted where files are", "copy"),
    Deed("copy_python", "Copy as &Python", "Edit", "Ctrl+Shift+P", "Copy the lines that load this entry", "python"),
    Deed("copy_command", "Copy as &Command", "Edit|", "Ctrl+Shift+K", "Copy the command that shows this", "command"),
    Deed("paste", "Paste an Err&or", "Edit", "Ctrl+V", "Explain the error of load_state_dict on the clipboard"),
    Deed("fold", "Fold Repeated &Blocks", "View|", "Ctrl+B", "Like blocks as one row: layers.{0-47}", "fold", True),
    Deed("expand_all", "&Expand All", "View", "Ctrl+Shift+E", "Open every branch", "expand"),
    Deed("collapse_all", "&Collapse All", "View", "Ctrl+Shift+W", "Close every branch", "collapse"),
    Deed("deeper", "One Level &Deeper", "View", "Ctrl+]", "Show one level more everywhere", "deeper"),
    Deed("shallower", "One Level &Less", "View|", "Ctrl+[", "Show one level less everywhere", "shallower"),
    Deed("file_order", "File &Order", "View|", "Ctrl+Alt+O", "Give up sorting: the tree as the file has it"),
    Deed("show_tree", "Go to &Tree", "View", "Ctrl+1", "Put the keyboard into the tree"),
    Deed("show_entry", "Go to E&ntry", "View", "Ctrl+2", "Show what the chosen entry is"),
    Deed("show_file", "Go to F&ile Facts", "View", "Ctrl+3", "Show what the file is: format, globals, sections, sizes"),
    Deed("details", "Detail &Side", "View|", "F9", "Show or hide the side with pictures and facts", "details", True),
    Deed("next_file", "Ne&xt Tab", "View", "Ctrl+PgDown", "Go to the next tab"),
    Deed("previous_file", "Pre&vious Tab", "View|", "Ctrl+PgUp", "Go to the tab before"),
    Deed("zoom_in", "&Zoom In", "View", "Ctrl++", "Everything larger"),
    Deed("zoom_out", "Zoom O&ut", "View", "Ctrl+-", "Everything smaller"),
    Deed("zoom_reset", "&Reset Zoom", "View|", "Ctrl+0", "Everything as large as the system says"),
    Deed("theme_system", "As the S&ystem", "View", "Ctrl+Alt+0", "Light or dark as the system is", "", True, "theme"),
    Deed("theme_light", "Li&ght", "View", "Ctrl+Alt+1", "Light colours", "", True, "theme"),
    Deed("theme_dark", "Dar&k", "View", "Ctrl+Alt+2", "Dark colours", "", True, "theme"),
    Deed("measure", "&Measure All", "Measure", "Ctrl+M", "Compute the statistics of every tensor", "measure"),
    Deed("stop", "&Stop", "Measure", "Ctrl+.", "Stop what is running: what is measured stays, training saves", "stop"),
    Deed("compare", "Co&mpare With…", "Compare", "Ctrl+D", "Hold this file against another one", "compare"),
    Deed("swap", "S&wap Sides", "Compare|", "Ctrl+Shift+S", "Make A of B, and B of A", "swap"),
    Deed("next_difference", "&Next Difference", "Compare", "F8", "Go to the next pair that differs", "next"),
    Deed("previous_difference", "Pre&vious Difference", "Compare", "Shift+F8", "Go to the one before", "previous"),
    Deed("differences", "&Only Differences", "Compare|", "Ctrl+Shift+D", "Leave out what is the same"),
    Deed("report", "Export &Report…", "Compare", "Ctrl+R", "Write what differs, and why, as HTML or text", "export"),
    Deed("fit", "&Fit to a Model…", "F&it", "Ctrl+Shift+F", "Hold the checkpoint against a model class", "fit"),
    Deed("explain", "Explain an &Error…", "F&it|", "Ctrl+Shift+V", "Explain what load_state_dict complains of"),
    Deed("solve", "Find &Arguments", "F&it", "Ctrl+Shift+G", "Look for constructor arguments that make the shapes fit"),
    Deed("tick_all", "&Tick All Steps", "F&it", "Ctrl+Shift+A", "Take every step that is certain or likely"),
    Deed("save_mended", "&Save Mended File…", "F&it", "Ctrl+S", "Write the mended checkpoint as a new file"),
    Deed("run", "&Run…", "Run|", "Ctrl+Shift+R", "Train on from this checkpoint, and test it", "run"),
    Deed("start_run", "&Start or Resume", "Run", "Ctrl+Return", "Train as it is set up, or go on from what was saved"),
    Deed("pause_run", "&Pause or Go On", "Run", "Ctrl+P", "Wait after this batch, or go on", "pause"),
    Deed("stop_now", "Stop &Now", "Run|", "Ctrl+Alt+.", "End the run at once; what was saved last stays", "stop"),
    Deed("test", "&Test", "Run", "Ctrl+Shift+T", "Test the best and the latest, or the checkpoint itself", "test"),
    Deed("test_all", "Test &All", "Run|", "Ctrl+Alt+T", "Test all that the run saved: accuracy over epochs"),
    Deed("log_scale", "&Logarithmic Loss", "Run", "Ctrl+L", "Losses on a logarithmic axis, or on a plain one"),
    Deed("palette", "&Go to Anything…", "Help", "Ctrl+K", "Find any action, file, tab, key or setting", "command"),
    Deed("search_help", "The &Search Language", "Help", "F1", "What can be written into the search field", "info"),
    Deed("tour", "&Tour", "Help", "Ctrl+Alt+F1", "Five steps through the window"),
    Deed("log", "Show &Log", "Help|", "Ctrl+Alt+L", "What the program did, and errors"),
    Deed("forget", "Forget &Recent Files", "Help", "Ctrl+Shift+Del", "Empty the list of recent files"),
    Deed("about", "A&bout", "Help", "Shift+F1", "Version and licence", "info"),
)
# fmt: on

FOR_A_FILE = frozenset(
    "reload export find copy_key copy_row copy_python copy_command fold expand_all collapse_all deeper shallower "
    "copy_entry save_entry file_order show_tree show_entry show_file details measure stop compare fit run "
    "convert".split()
)
"""What can be done with the page of a file."""
FOR_A_CASE = frozenset("reload stop find copy_python copy_command solve tick_all save_mended".split())
"""What can be done where causes are explained: a file and a model, or an error message."""
FOR_A_COMPARISON = frozenset(
    "reload stop find copy_key copy_row copy_command expand_all collapse_all deeper shallower file_order show_tree "
    "details measure swap next_difference previous_difference differences report".split()
)
"""What can be done with two files."""
FOR_A_RUN = frozenset(
    "reload stop copy_command start_run pause_run stop_now test test_all log_scale".split()
)
"""What can be done where a checkpoint is trained on and tested."""
FOR_A_SERIES = frozenset(
    "reload stop copy_key copy_row copy_command export compare run test_all log_scale expand_all collapse_all "
    "show_tree measure".split()
)
"""What can be done with the checkpoints of a training."""
FOR_A_PAGE = FOR_A_FILE | FOR_A_CASE | FOR_A_COMPARISON | FOR_A_RUN | FOR_A_SERIES
"""What makes sense only on some page; each panel says what it is able to do."""
DRESSES = 4
"""In so many parts the actions are given their icons: each takes a moment."""
FOR_ANY_PAGE = ("close", "next_file", "previous_file")
FOR_A_ROW = ("copy_key", "copy_row", "copy_entry", "copy_python", "copy_command", "save_entry")


class Actions:
    """The actions of one window, by name."""

    def __init__(self, parent: QObject) -> None:
        self._actions = {deed.name: _made(deed, parent) for deed in DEEDS}
        self._groups: dict[str, QActionGroup] = {}
        for deed in DEEDS:
            if deed.group:
                group = self._groups.setdefault(deed.group, QActionGroup(parent))
                group.addAction(self._actions[deed.name])

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def __iter__(self) -> Iterator[QAction]:
        return iter(self._actions.values())

    def connect(self, handlers: Mapping[str, Callable[[], object]]) -> None:
        """Connects each action to its handler: every one must have one."""
        for name, action in self._actions.items():
            action.triggered.connect(_without_argument(handlers[name]))

    def enable(self, names: Iterable[str], enabled: bool) -> None:
        for name in names:
            self._actions[name].setEnabled(enabled)

    def name(self, name: str, text: str, deed: str) -> None:
        """Says what an action would do; where `deed` is empty it can do nothing."""
        action = self._actions[name]
        action.setText(text.format(deed=deed.replace("&", "&&")).strip())
        action.setEnabled(bool(deed))

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Puts the actions into the menus they name, and gives the menus."""
        menus: dict[str, QMenu] = {}
        for deed in DEEDS:
            title = deed.menu.rstrip("|")
            if title not in menus:
                menus[title] = bar.addMenu(tr(title if "&" in title else f"&{title}"))
                menus[title].setToolTipsVisible(True)
            menus[title].addAction(self._actions[deed.name])
            if deed.menu.endswith("|"):
                menus[title].addSeparator()
        return menus

    def dress(self, part: int) -> None:
        """Gives a part (from 0 to below `DRESSES`) of the actions their icons, when the window has been painted."""
        from .icons import icon

        for deed in DEEDS[part::DRESSES]:
            if deed.icon:
                self._actions[deed.name].setIcon(icon(deed.icon))


def _made(deed: Deed, parent: QObject) -> QAction:
    action = QAction(tr(deed.text), parent)
    action.setObjectName(deed.name)
    action.setCheckable(deed.checkable)
    action.setIconVisibleInMenu(False)
    shortcut = QKeySequence(deed.shortcut)
    keys, tip = shortcut.toString(QKeySequence.SequenceFormat.NativeText), tr(deed.tip)
    action.setShortcut(shortcut)
    action.setToolTip(tr("{tip} ({keys})", tip=tip, keys=keys))
    action.setStatusTip(tip)
    return action


def _without_argument(handler: Callable[[], object]) -> Callable[[bool], None]:
    def handle(_checked: bool = False) -> None:
        handler()

    return handle
