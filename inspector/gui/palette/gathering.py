"""What the palette of a window offers at this moment: gathered anew each time it is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QKeySequence

from ... import wording
from ...language import tr
from .. import resources
from ..actions import DEEDS, FOR_A_CASE, FOR_A_COMPARISON, FOR_A_FILE, FOR_A_ROW, FOR_A_RUN, FOR_ANY_PAGE
from .offers import ACTION, FILE, HELP, KEY, SAMPLE, SECTION, SETTING, TAB, Offer
from .palette import Palette

if TYPE_CHECKING:
    from ..main_window import MainWindow
    from ..open_file import OpenFile

LATELY, MOST_LATELY = "palette", 12
"""The list of the settings that keeps what was done last, and how many of it."""


def palette_of(window: MainWindow) -> Palette:
    """A palette over all that `window` has: the keys are those of the open files, the one looked at first."""
    files = [file for file in window.session.files if file.contents is not None]
    files.sort(key=lambda file: file is not window.session.current)
    lately = window.settings.listed(LATELY, MOST_LATELY)
    outlines = [file.contents.outline for file in files if file.contents is not None]
    palette = Palette(
        [*offers_of(window, files)], outlines, partial(key_offer, window, files, len(files) > 1), window, lately
    )
    palette.done.connect(lambda name: window.settings.list_first(LATELY, name, MOST_LATELY))
    return palette


def offers_of(window: MainWindow, files: list[OpenFile]) -> Iterator[Offer]:
    """Everything but the keys."""
    yield from _actions(window)
    yield from _tabs(window)
    yield from _files(window)
    for file in files:
        yield from _sections(window, file)
    yield from _settings(window)
    yield from _help(window)


def key_offer(window: MainWindow, files: list[OpenFile], is_one_of_many: bool, number: int, row: int) -> Offer:
    """The key of a row of one of the files."""
    file = files[number]
    assert file.contents is not None
    key = file.contents.outline.key(row)
    line = wording.safe(file.name, 60) if is_one_of_many else ""
    return Offer(KEY, wording.safe(key, 400), line, f"key {key}", lambda: go_to_row(window, file, row))


def go_to_row(window: MainWindow, file: OpenFile, row: int) -> None:
    """Goes to the tab of the file, and to the row in its tree."""
    if file not in window.session.pages:
        return
    window.session.show(file)
    tree = window.inspect_panel().tree
    if tree is not None:
        tree.choose(row)
        tree.view.setFocus()


def plain_words(text: str) -> str:
    """The words of an action without mnemonic and dots: `Open`, `打开`."""
    return re.sub(r"\(&.\)", "", text).replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…. ")


def _actions(window: MainWindow) -> Iterator[Offer]:
    for deed in DEEDS:
        action = window.actions_[deed.name]
        if deed.name == "palette" or not action.isVisible():
            continue
        enabled = action.isEnabled()
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        reason = "" if enabled else reason_of(window, deed.name)
        title, act = plain_words(action.text()), partial(_trigger, action)
        yield Offer(ACTION, title, action.statusTip(), deed.name, act, keys, deed.icon, enabled, reason)


def _trigger(action: QAction) -> None:
    action.trigger()


def reason_of(window: MainWindow, name: str) -> str:
    """Why an action cannot be done now."""
    page = window.session.current
    if page is not None and page in window.session.files and name in FOR_A_ROW:
        return tr("choose a row first")
    for names, reason in (
        (FOR_ANY_PAGE, tr("needs an open tab")),
        (FOR_A_FILE, tr("needs an open file")),
        (FOR_A_COMPARISON, tr("in a comparison only")),
        (FOR_A_CASE, tr("where a checkpoint is fitted to a model")),
        (FOR_A_RUN, tr("where a checkpoint is trained on")),
    ):
        if name in names:
            return reason
    return ""


def _tabs(window: MainWindow) -> Iterator[Offer]:
    for page in window.session.pages:
        name, place = wording.safe(page.name, 120), wording.safe(page.place.replace("\n", "  ·  "), 300)
        act: Callable[[], object] = partial(window.session.show, page)
        yield Offer(TAB, name, shortened(place), f"tab {page.place}", act)


def _files(window: MainWindow) -> Iterator[Offer]:
    samples = resources.samples()
    own = {path for path, _ in samples}
    for path in window.settings.recents():
        if path not in own and os.path.exists(path):
            yield _file_offer(window, FILE, path, shortened(os.path.dirname(path)))
    for path, shows in samples:
        yield _file_offer(window, SAMPLE, path, tr(shows))


def _file_offer(window: MainWindow, kind: str, path: str, line: str) -> Offer:
    name = wording.safe(os.path.basename(path), 120)
    return Offer(kind, name, wording.safe(line, 300), f"file {path}", partial(window.session.open, [path]))


def _sections(window: MainWindow, file: OpenFile) -> Iterator[Offer]:
    assert file.contents is not None
    for section in file.contents.checkpoint.sections:
        row = file.contents.outline.row(section.key) if section.key else None
        if row is not None:
            line = wording.safe(f"{tr(section.title)}  ·  {file.name}", 200)
            act = partial(go_to_row, window, file, row)
            yield Offer(SECTION, wording.safe(section.key, 200), line, f"section {section.key}", act)


def _settings(window: MainWindow) -> Iterator[Offer]:
    from ..panels.setting_rows import TITLES

    for name, (title, line) in TITLES.items():
        if name in ("tour", "log"):
            continue  # there is an action for each
        act = partial(window.commands.program.show_settings, name)
        yield Offer(SETTING, tr(title), tr(line), f"setting {name}", act)


def _help(window: MainWindow) -> Iterator[Offer]:
    from ..panels.search_help import EXAMPLES

    for written, meant in EXAMPLES:
        title = tr("Search: {example}", example=written)
        yield Offer(HELP, title, tr(meant), f"help {written}", window.commands.show_search_help)


def shortened(path: str) -> str:
    """A path from the home folder on, where it lies in it."""
    home = os.path.expanduser("~")
    return f"~{path[len(home) :]}" if path == home or path.startswith(home + os.sep) else path
