"""Reading the log back: its end first, then what is added, as records with a level."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from .log_file import LINE_END

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MOST_BYTES = 400_000
"""Of the end of the log, that are read at once."""
_FORM = re.compile(rf"(\d\d\d\d-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d\d\d)  ({'|'.join(LEVELS)}) +(\S+) +(.*)")


class Record(NamedTuple):
    """One line of the log."""

    when: str
    level: str
    part: str
    text: str
    """Its lines, apart again."""

    @property
    def weight(self) -> int:
        return LEVELS.index(self.level)

    def __str__(self) -> str:
        return f"{self.when}  {self.level:<8} {self.part:<10} {self.text}"


def record_of(line: str) -> Record:
    """What a line says; one that is not of the log's form is a record of its own."""
    found = _FORM.fullmatch(line)
    if found is None:
        return Record("", "INFO", "", line)
    when, level, part, text = found.groups()
    return Record(when, level, part, text.replace(LINE_END, "\n    "))


class LogTail:
    """The log as it grows. A file that was put aside for a new one is begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self._file: tuple[int, int] | None = None
        self._half = b""

    def more(self) -> list[Record]:
        """What was written since the last time; the first time the end of what is there."""
        try:
            with open(self._path, "rb") as file:
                state = os.fstat(file.fileno())
                if (state.st_dev, state.st_ino) != self._file or state.st_size < self._at:
                    is_first = self._file is None
                    self._file, self._half = (state.st_dev, state.st_ino), b""
                    self._at = max(0, state.st_size - MOST_BYTES) if is_first else 0
                    self._skip_half_a_line(file)
                file.seek(self._at)
                read = file.read(MOST_BYTES)
        except OSError:
            return []
        self._at += len(read)
        *lines, self._half = (self._half + read).split(b"\n")
        return [record_of(line.decode("utf-8", "replace")) for line in lines if line]

    def _skip_half_a_line(self, file) -> None:  # type: ignore[no-untyped-def]
        if self._at:
            file.seek(self._at)
            self._at += len(file.readline())
