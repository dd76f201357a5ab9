"""Pictures of every panel, taken from a real window that has real files open.

    python -m inspector.gui.screenshots --out DIR [--theme light|dark|both] [--language en|zh_CN|both] [FILE ...]

Without files it opens samples, each for what it shows best. Needs no screen: where there is none, the window is
an offscreen one. Prints the path of each picture. `both` says in the name which one it is: `fit-dark.png`,
`fit-dark-zh_CN.png`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .staging import Stage

WIDTH, HEIGHT = 1440, 900
_IN_ENGLISH_ONLY = (
    "This machine has no font with Chinese characters (Debian: fonts-wqy-microhei): English pictures only."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Takes the pictures; gives the exit code."""
    asked = _parsed(argv)
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("darwin", "win32")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    out = Path(asked.out)
    out.mkdir(parents=True, exist_ok=True)
    with _what_an_offscreen_window_says_left_out():
        for language in _languages(asked.language):
            for path in _taken(out, asked.theme, language, asked.files):
                print(path)
    return 0


@contextmanager
def _what_an_offscreen_window_says_left_out() -> Iterator[None]:
    """Every window of the offscreen platform says that it has no size hints; the rest of Qt's messages stay."""
    from PySide6.QtCore import qInstallMessageHandler

    def say(_kind: object, _context: object, message: str) -> None:
        if not message.startswith("This plugin does not support propagateSizeHints"):
            sys.stderr.write(f"{message}\n")

    before = qInstallMessageHandler(say)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m inspector.gui.screenshots", description="Take pictures of the window's panels."
    )
    parser.add_argument("--out", required=True, help="the folder to write the pictures to")
    parser.add_argument("--theme", choices=("light", "dark", "both"), default="light")
    parser.add_argument("--language", choices=("en", "zh_CN", "both"), default="en")
    parser.add_argument("files", nargs="*", metavar="FILE", help="what to open (samples by default)")
    return parser.parse_args(argv)


def _languages(asked: str) -> list[str]:
    """Those that are asked for and that this machine can draw."""
    wanted = ["en", "zh_CN"] if asked == "both" else [asked]
    if wanted != ["en"] and not _can_draw_chinese():
        print(_IN_ENGLISH_ONLY, file=sys.stderr)
        return ["en"]
    return wanted


def _can_draw_chinese() -> bool:
    """Whether any font has Chinese characters. Makes the application."""
    from PySide6.QtGui import QFontDatabase

    _application()
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))


def _application():  # type: ignore[no-untyped-def]
    from PySide6.QtWidgets import QApplication

    running = QApplication.instance()
    return running if isinstance(running, QApplication) else QApplication(sys.argv[:1])


def _taken(out: Path, theme: str, language: str, files: Sequence[str]) -> Iterator[Path]:
    """Takes one picture after the other, and gives where each is."""
    from . import speaking
    from .app import Application
    from .log.events import LogEvents
    from .log.log_file import Log
    from .recents.describing import Describing
    from .settings import Settings
    from .staging import Stage, copied

    app = _application()
    with tempfile.TemporaryDirectory() as folder, _kept_in(folder), copied() as samples:
        settings, log = Settings(folder), Log()
        log.begin()
        settings.choose("language", language)
        application = Application(app, settings)
        LogEvents(application.session, application.window)
        describing = Describing(application.session, settings, application.window)
        stage = Stage(application, samples, describing=describing)
        application.window.resize(WIDTH, HEIGHT)
        application.window.show()
        try:
            for name in ("light", "dark") if theme == "both" else (theme,):
                stage.clear()
                application.window.actions_[f"theme_{name}"].trigger()
                suffix = f"-{name}" if theme == "both" else ""
                suffix += f"-{language}" if language != "en" else ""
                yield from _scenes(stage, out, suffix, files)
                application.window.actions_["forget"].trigger()
        finally:
            stage.clear()
            application.window.close()
            application.end()
            log.end()
            speaking.speak(app, "en")


@contextmanager
def _kept_in(folder: str) -> Iterator[None]:
    """Nobody's settings are seen, or changed, nor their log."""
    from .settings import FOLDER_VARIABLE

    before = os.environ.get(FOLDER_VARIABLE)
    os.environ[FOLDER_VARIABLE] = folder
    try:
        yield
    finally:
        os.environ.pop(FOLDER_VARIABLE)
        if before is not None:
            os.environ[FOLDER_VARIABLE] = before


def _scenes(stage: Stage, out: Path, suffix: str, files: Sequence[str]) -> Iterator[Path]:
    """A picture of each scene; of files that were named, the tree and the facts, or the page that says why not."""
    if not files:
        for name in stage.scenes:
            stage.show(name)
            yield _picture(stage, out / f"{name}{suffix}.png")
        return
    stage.show("start")
    yield _picture(stage, out / f"start{suffix}.png")
    for number, path in enumerate(files, start=1):
        yield from _scenes_of(stage, path, out / f"{number}-{Path(path).name}", suffix)


def _scenes_of(stage: Stage, path: str, stem: Path, suffix: str) -> Iterator[Path]:
    """The tree with its largest tensor, and the facts of the file; or the page that says why not."""
    from .staging import largest

    if not stage.open(path):
        yield _picture(stage, stem.with_name(f"{stem.name}-refused{suffix}.png"))
        return
    contents = stage.window.file().contents
    assert contents is not None
    stage.choose(largest(contents.outline))
    for action, name in (("show_entry", "tree"), ("show_file", "file")):
        stage.window.actions_[action].trigger()
        yield _picture(stage, stem.with_name(f"{stem.name}-{name}{suffix}.png"))


def _picture(stage: Stage, path: Path) -> Path:
    """Takes one of the window, with what stands before it in its middle."""
    from PySide6.QtGui import QColor, QPainter

    from .theme import colours

    stage.settle()
    picture = stage.window.grab()
    if stage.dialog is not None:
        place = stage.dialog.rect().translated(stage.window.rect().center() - stage.dialog.rect().center())
        painter = QPainter(picture)
        painter.drawPixmap(place.topLeft(), stage.dialog.grab())
        painter.setPen(QColor(colours().line))  # a window manager draws more around it
        painter.drawRect(place)
        painter.end()
    picture.save(str(path))
    return path


if __name__ == "__main__":
    sys.exit(main())
