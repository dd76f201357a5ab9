"""Where a process was when it crashed or was stopped, from what Python's `faulthandler` wrote.

Current thread 0x00007f (most recent call first):
  File "/home/me/nets.py", line 12 in __init__
  ...
"""

from __future__ import annotations

import re
from pathlib import Path

_FRAME = re.compile(r'^  File "(.+)", line (\d+) in .*$', re.MULTILINE)
_OURS = str(Path(__file__).resolve().parent.parent)
_FOREIGN = re.compile(r"site-packages|dist-packages|/lib(64)?/python3|^<")


class Trace:
    """What can be told: the text without our own frames, and the user's own line (0 when there is none)."""

    def __init__(self, told: str) -> None:
        lines = told.splitlines(keepends=True)
        self.text = "".join(line for line in lines if _OURS not in line)
        self.file, self.line = "", 0
        for file, number in _FRAME.findall(self.text):
            if not _FOREIGN.search(file):
                self.file, self.line = file, int(number)
                break
