"""The file that the program writes down in what it does: one line for each thing, at most 1 MB, and two files before.

    2026-11-22 10:14:03.120  INFO     files      opened /models/a.pth: zip, 62 tensors, 46.8 MB

It says which files were opened, what ran and how it ended, and errors with their tracebacks (in one line, a `⏎` where
a line ends). It never says what stands in a file. Whatever comes from outside is made inert.

Why this way: standard logging, so that any module says something by `logging.getLogger("inspector.…")` and needs not
know whether anybody listens. The file is opened after the first paint, as nothing before it is worth the time.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import unicodedata
from logging.handlers import RotatingFileHandler
from pathlib import Path

from PySide6.QtCore import QStandardPaths, qVersion

from ... import __version__
from ..settings import FOLDER_VARIABLE

ROOT = "inspector"
NAME = "window.log"
MOST_BYTES, FORMER_FILES = 1_000_000, 2
LINE_END = "⏎"
"""Stands for the end of a line inside of a record."""
_MOST_LETTERS = 20_000
"""Letters of one record."""

logging.getLogger(ROOT).addHandler(logging.NullHandler())  # before the file is open nobody prints it instead


def state_folder() -> Path:
    """Where the program keeps what is no setting: beside the settings where the environment says where these are."""
    if named := os.environ.get(FOLDER_VARIABLE, ""):
        return Path(named)
    where = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericStateLocation)
    return Path(where or Path.home()) / "checkpoint-inspector"


def path() -> Path:
    """The log of now; the files before it are called the same with `.1` and `.2` behind."""
    return state_folder() / "log" / NAME


class _OneLine(logging.Formatter):
    """A record as one inert line."""

    default_msec_format = "%s.%03d"

    def format(self, record: logging.LogRecord) -> str:
        return inert(super().format(record).rstrip("\n"))


def inert(text: str) -> str:
    """`text` on one line, without anything that a terminal or an editor would obey."""
    if len(text) > _MOST_LETTERS:
        text = f"{text[: _MOST_LETTERS // 2]} … {text[-_MOST_LETTERS // 2 :]}"
    text = text.replace("\r\n", "\n").replace("\n", LINE_END)
    if text.isascii() and text.isprintable():
        return text
    return "".join(letter if _is_inert(letter) else _escaped(letter) for letter in text)


def _is_inert(letter: str) -> bool:
    return letter == "\t" or (letter.isprintable() and unicodedata.category(letter)[0] != "C")


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


class Log:
    """The open file, between `begin` and `end`. Where it cannot be written there is none, and the program goes on."""

    def __init__(self) -> None:
        self._handler: RotatingFileHandler | None = None
        self._level_before = logging.NOTSET

    @property
    def is_open(self) -> bool:
        return self._handler is not None

    def begin(self) -> None:
        """Opens the file, and says what is running."""
        try:
            path().parent.mkdir(parents=True, exist_ok=True)
            handler = _Rotating(path(), maxBytes=MOST_BYTES, backupCount=FORMER_FILES, encoding="utf-8", delay=False)
        except OSError:
            return
        handler.setFormatter(_OneLine("%(asctime)s  %(levelname)-8s %(part)-10s %(message)s"))
        handler.addFilter(_name_part)
        self._handler = handler
        root = logging.getLogger(ROOT)
        self._level_before = root.level
        root.setLevel(logging.INFO)
        root.addHandler(handler)
        logging.getLogger(f"{ROOT}.start").info("%s", versions())

    def end(self) -> None:
        """Closes it."""
        if self._handler is not None:
            logging.getLogger(f"{ROOT}.start").info("ended")
            logging.getLogger(ROOT).removeHandler(self._handler)
            logging.getLogger(ROOT).setLevel(self._level_before)
            self._handler.close()
            self._handler = None


class _Rotating(RotatingFileHandler):
    """Says nothing on a terminal when the disk is full or the folder gone: a log must not disturb what it is about."""

    def handleError(self, record: logging.LogRecord) -> None:
        pass


def _name_part(record: logging.LogRecord) -> bool:
    """Which part of the program says it, as a word."""
    record.part = record.name.removeprefix(f"{ROOT}.").rpartition(".")[2] or ROOT
    return True


def versions() -> str:
    """What is running, in one line."""
    frozen = ", as a bundle" if getattr(sys, "frozen", False) else ""
    return (
        f"Checkpoint Inspector {__version__}{frozen}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"{platform.platform()}, process {os.getpid()}"
    )
